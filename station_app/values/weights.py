"""Weights in grams: 斤, 公斤, 吨, 两 and a column's bare numbers in its unit; prices by weight."""

import re
from fractions import Fraction

from station_app.values.numerals import NUMERALS, decimal_text, exact, half_up, number, short_text
from station_app.values.reading import Raw, Read, refused, remembered
from station_app.values.text import NONE_WORDS, squeeze

_GRAMS = {"g": 1, "kg": 1000, "jin": 500, "t": 1_000_000, "liang": 50, "qian": 5}
_WORDS = {
    **dict.fromkeys(("公斤", "千克", "kg", "㎏", "kgs"), "kg"),
    **dict.fromkeys(("斤", "市斤"), "jin"),
    **dict.fromkeys(("吨", "噸", "公吨", "t"), "t"),
    **dict.fromkeys(("克", "g"), "g"),
    **dict.fromkeys(("两", "市两"), "liang"),
    **dict.fromkeys(("钱",), "qian"),
}
#: No single harvest weighs more: 10,000 吨.
MOST = 10**10
_UNIT = "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
# 800千克 is 800 of 千克, not 800千 of 克.
_N = rf"(?:[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+|半|[{NUMERALS}点]+?)(?:[十百千万](?!克))?"
_PART = re.compile(rf"({_N})(?:多|余)?个?({_UNIT})(半)?", re.IGNORECASE)
_ABOUT_BEFORE = re.compile(r"^(?:大约|大概|约为|约|近|将近|差不多|估计|不到)")
_ABOUT_AFTER = re.compile(r"(?:左右|上下|多|余|出头|不到|以上)$")
_ABOUT_INSIDE = re.compile(rf"(?<=[0-9{NUMERALS}])[多余](?=(?:{_UNIT})$)")
_NEGATIVE = re.compile(r"[-−负](?=[0-9.])")
_OTHER_UNIT = re.compile(rf"(?:{_N})[^0-9{NUMERALS}.,~\-至到]{{1,6}}")


@remembered(32768)
def read_weight(raw: Raw, *, column_unit: str | None = None) -> Read[int]:
    """Reads a weight into grams; bare numbers are in ``column_unit`` ("jin", "kg", "t", "g").

    With a ``column_unit`` a cell in another unit warns ``WEIGHT_UNIT_CONVERTED``; ``WEIGHT_APPROX`` for 约, 多, 左右.
    Refusals: ``WEIGHT_UNIT`` (袋, 车, 亩 …, or a bare number whose column names no unit, then also the warning
    ``WEIGHT_UNIT_FROM_HEADER``), ``WEIGHT_RANGE`` (negative or absurd), ``WEIGHT_UNPARSEABLE``. Empty is None.
    """
    if isinstance(raw, float) and column_unit is not None and 0 <= raw < 1e6 and raw.is_integer():
        return Read(int(raw) * _GRAMS[column_unit])
    if isinstance(raw, float | int) and not isinstance(raw, bool):
        return _bare(exact(raw), column_unit)
    if raw is None:
        return Read(None)
    if not isinstance(raw, str):
        return refused("WEIGHT_UNPARSEABLE")
    text = squeeze(raw).lower().rstrip("。")
    if text in NONE_WORDS or not text:
        return Read(None)
    plain = _ABOUT_INSIDE.sub("", _ABOUT_AFTER.sub("", _ABOUT_BEFORE.sub("", text)))
    warnings: tuple[str, ...] = ("WEIGHT_APPROX",) if plain != text else ()
    if _NEGATIVE.match(plain):
        return refused("WEIGHT_RANGE")
    bare = number(plain)
    if bare is not None and plain != "半":
        return _bare(bare, column_unit, *warnings)
    found = _grams(plain)
    if found is None:
        return refused("WEIGHT_UNIT" if _OTHER_UNIT.fullmatch(plain) else "WEIGHT_UNPARSEABLE")
    grams, unit = found
    if column_unit is not None and unit != column_unit:
        warnings += ("WEIGHT_UNIT_CONVERTED",)
    return _bounded(grams, warnings)


def _bare(value: Fraction | None, column_unit: str | None, *warnings: str) -> Read[int]:
    if value is None:
        return refused("WEIGHT_UNPARSEABLE")
    if value < 0:
        return refused("WEIGHT_RANGE")
    if column_unit is None:
        return refused("WEIGHT_UNIT", "WEIGHT_UNIT_FROM_HEADER")
    return _bounded(value * _GRAMS[column_unit], warnings)


def _grams(text: str) -> tuple[Fraction, str] | None:
    """The sum of 2斤3两, 一吨半 …, and the greatest unit named; units must fall from left to right."""
    total, first, last, at = Fraction(0), "", None, 0
    while at < len(text):
        match = _PART.match(text, at)
        value = number(match[1]) if match else None
        if match is None or value is None:
            return None
        unit = _WORDS[match[2].lower()]
        if last is not None and _GRAMS[unit] >= last:
            return None
        total += (value + (Fraction(1, 2) if match[3] else 0)) * _GRAMS[unit]
        first, last, at = first or unit, _GRAMS[unit], match.end()
    return (total, first) if first else None


def _bounded(grams: Fraction, warnings: tuple[str, ...]) -> Read[int]:
    return refused("WEIGHT_RANGE") if grams > MOST else Read(half_up(grams), warnings)


def weight_unit(word: str) -> str | None:
    """ "jin" of 斤, "kg" of 公斤 …, as they stand in headers; None for another word."""
    return _WORDS.get(squeeze(word).lower())


def grams_in(unit: str) -> int:
    """How many grams a unit of :func:`weight_unit` has."""
    return _GRAMS[unit]


def show_weight(grams: int) -> str:
    """12.5 公斤; less than a kilogram in 克."""
    return f"{grams} 克" if 0 < abs(grams) < 100 else f"{short_text(Fraction(grams, 1000), 3)} 公斤"


def kilograms(grams: int) -> str:
    """Two decimals as the report prints them: 1000.00."""
    return decimal_text(Fraction(grams, 1000), 2)
