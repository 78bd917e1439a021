"""Names of people: read from cells with remarks and stray spaces, Mongolian and rare characters included."""

import re
from dataclasses import dataclass

from station_app.values.reading import Raw, Read, refused, remembered
from station_app.values.text import EMPTY_WORDS, HAN, as_text, private_use, squeeze, tidy

LONGEST = 50
#: A name with nothing beside it; long ones without the words for "and".
_CLEAN = re.compile(f"[{HAN}]{{2,4}}|(?:(?![和与及])[{HAN}]){{5,12}}")
_DOTS = str.maketrans(dict.fromkeys("•・‧．∙⋅᛫●･", "·"))
_BRACKETS = re.compile(r"[(（\[【〔<《]([^()（）\[\]【】〔〕<>《》]*)[)）\]】〕>》]")
_DECEASED = re.compile(r"已故|病故|亡故|身故|去世|死亡|过世|离世|逝世|殁|^故$|^亡$")
_DECEASED_AFTER = re.compile(r"[,，、;；:：\s]*(?:已故|已去世|已死亡|已病故|已过世|去世)$")
_ALIAS = re.compile(
    r"^(?:小名|乳名|小字|又名|别名|绰号|外号|曾用名|原名|昵称|俗名|也叫|又叫|人称|俗称)[:：叫为是]?(.*)$"
)
_ALIAS_AFTER = re.compile(
    r"[,，、;；\s]+((?:小名|乳名|又名|别名|绰号|外号|曾用名|原名|昵称)[:：]?.+)$|((?:小名|乳名|又名|曾用名)[:：]?.+)$"
)
_REMARKED = re.compile("故$|去世|死亡|过世|小名|乳名|名|绰号|外号|昵称")
_FORMER = ("曾用名", "原名")
_SEVERAL = re.compile(r"[、，,;；/\\|+&]")
_JOINED = re.compile(f"([{HAN}]{{2,3}})[和与及]([{HAN}]{{2,3}})")
_ALLOWED = re.compile(f"[{HAN}·A-Za-z .'’\\-\u1800-\u18af\u202f\u200c\u200d\ue000-\uf8ff\U000f0000-\U0010fffd]+")
_MONGOLIAN = re.compile("[\u1800-\u18af\u202f\u200c\u200d ]+")
_MONGOLIAN_LETTER = re.compile("[\u1820-\u1842]")

#: Surnames of two characters; what follows them is the given name.
COMPOUND = frozenset(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 "
    "仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 "
    "段干 百里 呼延 东郭 南门 羊舌 微生 公户 公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 左丘 公伯 西门 公祖 第五 公乘 贯丘 公皙 "
    "南荣 东里 东宫 仲长 子书 子桑 即墨 达奚 褚师 单于".split()
)
#: The commonest surnames, to see two people in one cell ("王海 张玉梅") where only a space parts them.
_COMMON = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾萧肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "石廖贾韦夏付方邹熊孟秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤乔折奇"
)
#: Words of Mongolian names whose first character is also a common surname (孟根 高娃 is one person).
_MONGOLIAN_WORDS = frozenset(
    "高娃 孟和 孟克 孟根 孟都 陶格斯 陶格陶 陶古斯 贺喜格 贺希格 何喜格 陈格乐 毛敖海 马希毕力格 汪其格".split()
)


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name and what stood beside it in the cell."""

    text: str
    alias: str = ""
    former: str = ""
    note: str = ""
    deceased: bool = False

    def __str__(self) -> str:
        return self.text


@remembered(65536)
def read_name(raw: Raw) -> Read[PersonName]:
    """Reads one person's name; spaces between Han characters go, remarks in brackets are split off.

    Warnings: ``DECEASED_NOTE``, ``NAME_ALIAS_NOTE``, ``NAME_NOTE`` (another remark), ``NAME_PRIVATE_USE`` (characters
    other computers cannot show). Refusals: ``NAME_MISSING``, ``NAME_TOO_LONG``, ``NAME_SEVERAL``, ``NAME_FORMAT``.
    """
    if isinstance(raw, str) and _CLEAN.fullmatch(raw) and not _REMARKED.search(raw):
        return refused("NAME_MISSING") if raw in EMPTY_WORDS else Read(PersonName(raw))
    if isinstance(raw, str) or raw is None:
        given = raw or ""
    elif isinstance(raw, int | float):
        return refused("NAME_FORMAT")
    else:
        given = as_text(raw)
    if _MONGOLIAN_LETTER.search(given) and is_mongolian_script(given.strip()):
        return Read(PersonName(given.strip()))
    if squeeze(given).lower() in EMPTY_WORDS:
        return refused("NAME_MISSING")
    return _read_text(given)


def _read_text(given: str) -> Read[PersonName]:
    alias, former, notes, deceased = "", "", [], False
    for remark in _BRACKETS.findall(given):
        remark = tidy(remark)
        if _DECEASED.search(remark):
            deceased = True
        elif match := _ALIAS.match(remark):
            alias, former = (alias, match[1]) if remark.startswith(_FORMER) else (match[1], former)
        elif remark and remark not in ("男", "女", "本人"):
            notes.append(remark)
    text = _BRACKETS.sub("", given)
    whole = tidy(text)
    if match := _DECEASED_AFTER.search(whole):
        deceased, text = True, whole[: match.start()]
    elif match := _ALIAS_AFTER.search(whole):
        said = match[1] or match[2]
        named = _ALIAS.match(said)
        if named and match.start():
            alias, former = (alias, named[1]) if said.startswith(_FORMER) else (named[1], former)
            text = whole[: match.start()]
    text = text.translate(_DOTS)
    if _two_people(text):
        return refused("NAME_SEVERAL")
    text = re.sub(r"\s*·\s*", "·", tidy(re.sub(r"[\r\n]+", " ", text))).strip("·* ")
    if not text or text.lower() in EMPTY_WORDS:
        return refused("NAME_MISSING")
    if len(text) > LONGEST:
        return refused("NAME_TOO_LONG")
    if not _ALLOWED.fullmatch(text):
        return refused("NAME_FORMAT")
    warnings = [
        code
        for code, there in (
            ("DECEASED_NOTE", deceased),
            ("NAME_ALIAS_NOTE", bool(alias or former)),
            ("NAME_NOTE", bool(notes)),
            ("NAME_PRIVATE_USE", private_use(text)),
        )
        if there
    ]
    return Read(PersonName(text, alias, former, "；".join(notes), deceased), tuple(warnings))


def _two_people(text: str) -> bool:
    """Whether a cell names more than one person; a space or line break alone parts only two whole common names."""
    if len([part for part in _SEVERAL.split(text) if tidy(part)]) > 1:
        return True
    parts = text.split()
    if len(parts) == 1 and (match := _JOINED.fullmatch(parts[0])):
        parts = [match[1], match[2]]
    elif len(parts) == 3 and parts[1] in ("和", "与", "及"):
        return True
    if _MONGOLIAN_WORDS.intersection(parts):
        return False
    return len(parts) > 1 and all(
        2 <= len(part) <= 4 and part[0] in _COMMON and part not in COMPOUND and "·" not in part for part in parts
    )


def surname_of(name: str) -> str:
    """The surname as far as the characters tell: two characters of a compound one, '' for long (Mongolian) names."""
    if name[:2] in COMPOUND and len(name) > 2:
        return name[:2]
    return name[:1] if 2 <= len(name) <= 3 and "·" not in name else ""


def is_mongolian_script(text: str) -> bool:
    """Whether text is written in traditional Mongolian (U+1800–18AF), as ``name_mongol`` must be."""
    return bool(_MONGOLIAN_LETTER.search(text)) and _MONGOLIAN.fullmatch(text) is not None


@remembered(8192)
def read_mongolian_name(raw: Raw) -> Read[str]:
    """A name in Mongolian script; its joiners and variation selectors stay. Refuses with ``NAME_NOT_MONGOLIAN``."""
    text = as_text(raw).strip().strip("\ufeff\u200b")
    if not text or text.lower() in EMPTY_WORDS:
        return Read(None)
    if len(text) > LONGEST:
        return refused("NAME_TOO_LONG")
    return Read(re.sub(" +", " ", text)) if is_mongolian_script(text) else refused("NAME_NOT_MONGOLIAN")
