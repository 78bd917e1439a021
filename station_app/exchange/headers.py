"""What a column's title says: its words without spaces, width and brackets, and the unit it names."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from station_app.exchange.sheets import Cell
from station_app.values.reading import remembered

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff\u202a-\u202e\u2066-\u2069]")
_SPACE = re.compile(r"\s+")
_BRACKET = re.compile(r"[(\[【〔<《]([^()\[\]【】〔〕<>《》]*)[)\]】〕>》]")
_EDGES = "*※★#:：.、,，;；。-—_ "
_NUMBERED = re.compile(r"^(?:[(]?[0-9]{1,2}[).、]|[(][一二三四五六七八九十]+[)]|[一二三四五六七八九十]+、)(?=\D)")
#: Units that titles name, longest first, and what they are called in here.
_UNITS = {
    "元/公斤": "元/公斤", "元/千克": "元/公斤", "元/kg": "元/公斤", "元每公斤": "元/公斤",
    "元/市斤": "元/斤", "元/斤": "元/斤", "元每斤": "元/斤", "元/吨": "元/吨", "元/两": "元/两",
    "角/斤": "角/斤", "分/斤": "分/斤",
    "万元": "万元", "千元": "千元", "百元": "百元", "人民币元": "元", "元": "元", "角": "角", "分": "分",
    "平方米": "平方米", "m2": "平方米", "平米": "平方米", "公顷": "公顷", "ha": "公顷", "亩": "亩", "市亩": "亩",
    "公斤": "公斤", "千克": "公斤", "kg": "公斤", "市斤": "斤", "斤": "斤", "吨": "吨", "t": "吨", "克": "克", "g": "克", "两": "两",
    "小时": "小时", "h": "小时", "时": "小时", "个小时": "小时", "分钟": "分钟", "min": "分钟",
    "天": "天", "次": "次", "人次": "次", "户": "户", "块": "块", "人": "人",
}  # fmt: skip
_UNIT_WORDS = sorted(_UNITS, key=len, reverse=True)
_UNIT_TAIL = re.compile(
    r"(.{1,}?)[/:：,，、\-_]?(?:单位[:：]?)?(" + "|".join(re.escape(u) for u in _UNIT_WORDS) + r")$"
)


def squeeze(cell: Cell) -> str:
    """A cell as words without any space, full width or invisible character; '' when there is nothing."""
    if cell is None:
        return ""
    return _squeezed(cell if isinstance(cell, str) else str(cell))


@remembered(65536)
def _squeezed(text: str) -> str:
    if text.isascii():
        return _SPACE.sub("", text)
    return _SPACE.sub("", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)))


@dataclass(frozen=True, slots=True)
class Title:
    """One column's title, taken apart."""

    whole: str  # all of it, brackets' contents included, marks removed
    base: str  # without brackets and their contents
    unit: str = ""
    parent: str = ""  # the base of the title above it that spans it

    @property
    def joined(self) -> str:
        """The title with that of its group in front."""
        return self.parent + self.base


@lru_cache(maxsize=4096)
def unit_in(text: str) -> str:
    """The unit a bracket or a unit row names, in its one spelling; ''."""
    plain = text.lower().strip(_EDGES)
    plain = re.sub(r"^单位[:：]?", "", plain)
    if plain in _UNITS:
        return _UNITS[plain]
    for part in re.split(r"[,，;；、|]", plain):
        if part in _UNITS:
            return _UNITS[part]
    return ""


@lru_cache(maxsize=4096)
def title_of(text: str, parent: str = "") -> Title:
    """Takes a title (and the one spanning it) apart."""
    squeezed = _NUMBERED.sub("", squeeze(text).lstrip(_EDGES))
    unit = ""
    for content in _BRACKET.findall(squeezed):
        unit = unit or unit_in(content)
    base = _BRACKET.sub("", squeezed).strip(_EDGES)
    whole = re.sub(r"[()\[\]【】〔〕<>《》]", "", squeezed).strip(_EDGES)
    upper = title_of(parent) if parent else None
    if upper is not None and not unit:
        unit = upper.unit
    return Title(whole.lower(), (base or whole).lower(), unit, upper.base if upper is not None else "")


def without_unit(base: str) -> tuple[str, str] | None:
    """A title whose last word is a unit, without it ("面积亩", "金额/元"), and the unit."""
    found = _UNIT_TAIL.match(base)
    return (found.group(1).strip(_EDGES), _UNITS[found.group(2)]) if found else None
