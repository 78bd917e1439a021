"""Text as people and spreadsheets write it: width, invisible characters, spaces, empty words, folding for search."""

import csv
import re
import unicodedata

from station_app.settings import RESOURCES
from station_app.values.reading import Raw, remembered

#: Letters, digits and marks of a keyboard in full width, and the ideographic space; CJK punctuation stays.
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
#: Invisible characters that copying from web pages and chats leaves behind.
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x061C, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0xFE0E, 0xFE0F]
    + [0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
#: Han ideographs, extensions A–I and the zero 〇, as a regular expression's class.
HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_BETWEEN_HAN = re.compile(f"(?<=[{HAN}])[ \t]+(?=[{HAN}])")
_SPACES = re.compile(r"[ \t\r\f\v\u00a0\u2000-\u200a\u202f\u205f]+")
_ANY_SPACE = re.compile(r"\s+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

#: Said instead of leaving a cell empty: there is none.
NONE_WORDS = frozenset(
    "无 暂无 没有 没 无此项 空 空白 未填 未填写 待补 待补充 待填 待核实 - -- --- — —— ―― – _ __ / // \\ . 、 n/a na nil none null "
    "#n/a".split()
)
#: Said when it is not known.
UNKNOWN_WORDS = frozenset("不详 不明 不知 不知道 不清楚 未知 不祥 未详 记不清 记不得 忘记 ? ?? ??? unknown".split())
EMPTY_WORDS = NONE_WORDS | UNKNOWN_WORDS | {""}


def narrow(text: str) -> str:
    """Text of numbers, codes and units in its plain form: NFKC, nothing invisible, no spaces at the ends."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", text).translate(_INVISIBLE).strip()


def squeeze(text: str) -> str:
    """:func:`narrow` without any space."""
    return _ANY_SPACE.sub("", narrow(text))


@remembered(65536)
def tidy(text: str) -> str:
    """Text people will read again: NFC, keyboard characters in half width, nothing invisible, no stray spaces.

    Chinese punctuation, compatibility signs (㎡, ①) and line breaks stay as they were written.
    """
    if text.isascii():
        plain = text
    else:
        plain = unicodedata.normalize("NFC", text).translate(_INVISIBLE)
        plain = "".join(chr(_NARROW[ord(c)]) if ord(c) in _NARROW and c not in "，；：！？（）" else c for c in plain)
    plain = _SPACES.sub(" ", _CONTROLS.sub("", plain.replace("\r\n", "\n").replace("\r", "\n")))
    plain = _BETWEEN_HAN.sub("", plain)
    return "\n".join(line.strip() for line in plain.split("\n")).strip()


def as_text(raw: Raw) -> str:
    """A cell as text: whole floats lose their ``.0``, dates are ISO, nothing is ''."""
    if isinstance(raw, str):
        return raw
    if raw is None:
        return ""
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else repr(raw)
    return str(raw)


def is_empty(raw: Raw) -> bool:
    """Whether a cell says nothing: blank, or a word or stroke that stands for "none" or "unknown"."""
    if raw is None or raw == "":
        return True
    return isinstance(raw, str) and squeeze(raw).lower() in EMPTY_WORDS


def is_unknown(raw: Raw) -> bool:
    """Whether a cell says that it is not known (不详), which differs from none (无)."""
    return isinstance(raw, str) and squeeze(raw).lower() in UNKNOWN_WORDS


def private_use(text: str) -> bool:
    """Whether text holds private-use characters (old police codes, Menksoft Mongolian): others cannot read them."""
    return any(0xE000 <= ord(c) <= 0xF8FF or 0xF0000 <= ord(c) <= 0x10FFFD for c in text)


@remembered(1)
def _simplified() -> dict[int, str]:
    """Traditional to simplified, one character to one; made from OpenCC's table (Apache-2.0)."""
    with (RESOURCES / "tables" / "traditional.csv").open(encoding="utf-8", newline="") as table:
        return {ord(row["traditional"]): row["simplified"] for row in csv.DictReader(table)}


def to_simplified(text: str) -> str:
    """Traditional characters become simplified ones, one by one."""
    return text if text.isascii() else text.translate(_simplified())


@remembered(8192)
def fold_search(text: str) -> str:
    """The form in which texts are compared by search: width, case, traditional characters and spaces folded."""
    folded = unicodedata.normalize("NFKC", text).translate(_INVISIBLE).casefold()
    folded = to_simplified(folded)
    folded = re.sub("[•・‧．∙⋅᛫]", "·", folded)
    return _BETWEEN_HAN.sub("", _ANY_SPACE.sub(" ", folded)).strip()
