"""Titles that every ledger of people shares (DOMAIN §5, 16), and readers they share."""

import re

from station_app.exchange.headers import squeeze
from station_app.exchange.mapping import Meant, spell
from station_app.exchange.sheets import Cell
from station_app.values.reading import Read
from station_app.values.text import as_text, is_empty, tidy

OTHERS = "联系人|家属|监护|子女|配偶|负责|填表|填报|登记人|经办|紧急|父母|家长|领队|组织者"
CONTACT = "联系人|家属|监护人|子女|亲属|赡养"

ID_NUMBER = Meant(
    "id_no",
    spell(
        "身份证号 身份证号码 证件号码 公民身份号码 身份证 身份证件号码 身份号码 证件号 居民身份证号码 居民身份证号 "
        "公民身份证号码 公民身份证号 身份证编号 有效证件号码 身份证件号"
    ),
    pattern="身份证|身份号|证件号|公民身份",
    looks="id",
    adopt=True,
    never=OTHERS + "|残疾|类型|种类|类别|有效期|照片|复印|正面|反面|是否|地址|发证",
)
PHONES = Meant(
    "phones",
    spell(
        "电话 联系电话 手机号 联系方式 手机 手机号码 电话号码 本人电话 固定电话 座机 家庭电话 移动电话 "
        "本人联系电话 联系号码 手机电话 固话 本人手机 联系手机"
    ),
    pattern="电话|手机|联系方式|座机",
    looks="phone",
    several=True,
    adopt=True,
    never=OTHERS,
)
SEX = Meant(
    "sex",
    spell("性别"),
    pattern="性别",
    looks="sex",
    never=OTHERS,
    adopt=True,
)
BIRTH = Meant(
    "birth_date",
    spell("出生日期 出生年月 出生年月日 生日 出生时间 出生 生年月日 出生日 诞辰"),
    pattern="出生(?:年月|日期|时间)|生日|生年月",
    looks="date",
    never=OTHERS + "|地",
)
REMARK = Meant(
    "remark",
    spell("备注 说明 备注说明 其他 其它 备考 附注 情况说明 其他说明 特殊情况"),
    pattern="备注",
)
AGE = Meant(
    "age",
    spell("年龄 周岁 岁数 年龄周岁 实足年龄"),
    pattern="^年龄|周岁$",
    never=OTHERS,
)
ADDRESS = Meant(
    "address",
    spell(
        "住址 现住址 家庭住址 现居住地 居住地址 住所 详细地址 家庭地址 地址 居住地 现住地址 常住地址 现居住地址 "
        "居住地点 居住详细地址 家庭详细住址"
    ),
    pattern="住址|居住地|家庭地址|详细地址|现住",
    never=OTHERS + "|户籍|情况|状况|方式",
)
VILLAGE = Meant(
    "village",
    spell(
        "村(社区) 村 社区 村社 嘎查村 嘎查 所属村 所在村 村居 居委会 村(居) 行政村 村委会 村名 村别 社区(村) "
        "所属社区 所在社区 村组 嘎查(村) 嘎查村(社区) 所属嘎查村 村(嘎查) 村/社区 所属村社区 所在村社 居住村 "
        "村(社) 社 村民小组 所属村社 村庄 村屯 所属嘎查 嘎查/村 村居名称 村名称 社区名称"
    ),
    pattern="^(?:所属|所在|户籍|居住)?(?:行政)?(?:嘎查|村|社区)(?:名称|居|社|组|屯|民小组)?",
    never="干部|主任|书记|村医|地址|社区工作|意见|电话|姓名|盖章",
)


def read_words(cell: Cell) -> Read[str]:
    """Any text people will read again; strokes and 无 are nothing."""
    if is_empty(cell):
        return Read(None)
    return Read(tidy(as_text(cell)) or None)


def read_remark(cell: Cell) -> Read[str]:
    """A remark as it stands."""
    said = tidy(as_text(cell))
    return Read(said or None)


def read_place(cell: Cell) -> Read[str]:
    """A village or place: words without any space."""
    if is_empty(cell):
        return Read(None)
    return Read(squeeze(cell) or None)


_RELATIVE = re.compile(
    "配偶|老伴|丈夫|妻子|妻|爱人|儿子|女儿|子女|父亲|母亲|父母|孙子|孙女|哥哥|弟弟|姐姐|妹妹|兄弟|姐妹|儿媳|女婿|家属|亲属|其[子女夫妻父母]|长[子女]|次[子女]"
)
_CLAUSE = re.compile(r"[,，.。;；、\s]")
_DEAD = re.compile(r"已故|病故|亡故|身故|去世|死亡|过世|离世|逝世|殁|亡$")


def says_deceased(remark: str) -> bool:
    """Whether a remark says that this person (not a relative) has died."""
    for found in _DEAD.finditer(remark):
        clause = _CLAUSE.split(remark[: found.start()])[-1]
        if not _RELATIVE.search(clause) and not clause.endswith(("未", "没", "非", "否")):
            return True
    return False
