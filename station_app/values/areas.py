"""Areas of land: 亩, 分, 厘, m², 公顷 as an exact integer of 1/2000 亩 (a third of a square metre)."""

import re
from dataclasses import dataclass
from fractions import Fraction

from station_app.values.numerals import NUMERALS, decimal_text, exact, half_up, number, short_text
from station_app.values.reading import Raw, Read, refused, remembered
from station_app.values.text import squeeze

#: Units of 1/2000 亩 in one of each: 1 亩 = 2000/3 m², so that 1 m² is three units.
PER_MU, PER_SQUARE_METRE, PER_HECTARE = 2000, 3, 30000
#: What one plot may have: 0.1 to 500 亩.
PLOT = (PER_MU // 10, 500 * PER_MU)
_UNITS = {
    "mu": Fraction(PER_MU),
    "m2": Fraction(PER_SQUARE_METRE),
    "ha": Fraction(PER_HECTARE),
    "fen": Fraction(PER_MU, 10),
    "li": Fraction(PER_MU, 100),
    "are": Fraction(PER_SQUARE_METRE * 100),
}
_WORDS = {
    **dict.fromkeys(("亩", "畝", "市亩", "mu"), "mu"),
    **dict.fromkeys(("平方米", "平米", "平方", "平", "m2", "m^2", "㎡", "m²", "sqm", "方米"), "m2"),
    **dict.fromkeys(("公顷", "公頃", "ha", "hm2", "hm²", "hectare", "hectares"), "ha"),
    **dict.fromkeys(("分", "分地"), "fen"),
    **dict.fromkeys(("厘", "厘地"), "li"),
    **dict.fromkeys(("公亩",), "are"),
}
_N = rf"(?:[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+|半|[{NUMERALS}点]+)(?:[十百千万](?![{NUMERALS}]))?"
_ONE = re.compile(
    rf"({_N})({'|'.join(sorted(map(re.escape, _WORDS), key=len, reverse=True))})(?:土地|耕地|地|田)?", re.IGNORECASE
)
_MU = re.compile(
    rf"(?P<mu>{_N})(?:市?[亩畝]|mu)(?:地)?(?:零|又|加)?(?:(?P<half>半)|(?P<fen>{_N})分(?:地)?(?:(?P<fenhalf>半)|(?P<li>{_N})厘)?|(?P<tail>[1-9一二三四五六七八九])|(?P<lionly>{_N})厘)?(?:地|整)?",
    re.IGNORECASE,
)
_FEN = re.compile(rf"(?P<fen>{_N})分(?:地)?(?:(?P<half>半)|(?P<li>{_N})厘)?(?:地)?")
_ABOUT_BEFORE = re.compile(r"^(?:大约|大概|约为|约|近|将近|差不多|估计|不到)")
_ABOUT_AFTER = re.compile(r"(?:左右|上下|多点|多地|来地|多|余|许|出头|不到|以上)$")
_ABOUT_INSIDE = re.compile(rf"(?<=[0-9{NUMERALS}])[多余来](?=[亩畝分公平])")
_NEGATIVE = re.compile(r"[-−负](?=[0-9.])")


@dataclass(frozen=True, slots=True, order=True)
class Area:
    """An area as a whole number of 1/2000 亩."""

    units: int

    @property
    def mu(self) -> Fraction:
        """In 亩, exactly."""
        return Fraction(self.units, PER_MU)

    @property
    def square_metres(self) -> Fraction:
        """In m², exactly."""
        return Fraction(self.units, PER_SQUARE_METRE)

    @property
    def mu_text(self) -> str:
        """Two decimals: 5.20."""
        return decimal_text(self.mu, 2)

    @property
    def square_metres_text(self) -> str:
        """Two decimals: 3466.67."""
        return decimal_text(self.square_metres, 2)

    def __str__(self) -> str:
        return self.mu_text


@remembered(32768)
def read_area(raw: Raw, *, column_unit: str | None = None, bounds: tuple[int, int] | None = PLOT) -> Read[Area]:
    """Reads an area; bare numbers are 亩, or in ``column_unit`` ("mu", "m2", "ha").

    ``column_unit`` is given for a ledger's column: a cell in another unit then warns ``AREA_UNIT_CONVERTED``. Warning
    ``AREA_APPROX`` for 约, 多, 左右. Refusals: ``AREA_RANGE`` (outside ``bounds``, in 1/2000 亩), ``AREA_UNPARSEABLE``
    (also empty, ranges, 垧 and other regional units; an empty cell is never "no area").
    """
    if isinstance(raw, float | int) and not isinstance(raw, bool):
        value = exact(raw)
        if value is None:
            return refused("AREA_UNPARSEABLE")
        return _bounded(value * _UNITS[column_unit or "mu"], (), bounds)
    if not isinstance(raw, str):
        return refused("AREA_UNPARSEABLE")
    text = squeeze(raw).rstrip("。.")
    about = _ABOUT_BEFORE.sub("", text)
    about = _ABOUT_INSIDE.sub("", _ABOUT_AFTER.sub("", about))
    warnings: tuple[str, ...] = ("AREA_APPROX",) if about != text else ()
    text = about
    sign = -1 if _NEGATIVE.match(text) else 1
    if sign < 0:
        text = text[1:]
    bare = number(text)
    if bare is not None and text != "半":
        return _bounded(sign * bare * _UNITS[column_unit or "mu"], warnings, bounds)
    found = _units_of(text)
    if found is None:
        return refused("AREA_UNPARSEABLE")
    units, unit = found
    if column_unit is not None and unit != column_unit:
        warnings += ("AREA_UNIT_CONVERTED",)
    return _bounded(sign * units, warnings, bounds)


def _units_of(text: str) -> tuple[Fraction, str] | None:
    """The units in a text and the unit it was said in; 分 and 厘 belong to 亩."""
    if match := _MU.fullmatch(text):
        return _sum(
            match["mu"], match["half"], match["fen"] or match["tail"], match["li"] or match["lionly"], match["fenhalf"]
        )
    if match := _FEN.fullmatch(text):
        return _sum("0", None, match["fen"], match["li"], match["half"])
    match = _ONE.fullmatch(text)
    value = number(match[1]) if match else None
    if match is None or value is None:
        return None
    unit = _WORDS[match[2].lower()]
    return value * _UNITS[unit], "mu" if unit in ("fen", "li") else unit


def _sum(
    mu: str, half: str | None, fen: str | None, li: str | None, fen_half: str | None
) -> tuple[Fraction, str] | None:
    parts = [number(part) for part in (mu, fen or "0", li or "0")]
    if any(part is None for part in parts):
        return None
    whole, tenth, hundredth = (part or Fraction(0) for part in parts)
    if (fen or li) and (tenth >= 10 or hundredth >= 10) and mu != "0":
        return None
    total = whole + tenth / 10 + hundredth / 100
    total += Fraction(1, 2) if half else 0
    total += Fraction(1, 20) if fen_half else 0
    return total * PER_MU, "mu"


def _bounded(units: Fraction, warnings: tuple[str, ...], bounds: tuple[int, int] | None) -> Read[Area]:
    whole = half_up(units)
    if whole <= 0 or (bounds is not None and not bounds[0] <= whole <= bounds[1]):
        return refused("AREA_RANGE")
    return Read(Area(whole), warnings)


def show_area(area: Area | int) -> str:
    """5.2 亩."""
    units = area.units if isinstance(area, Area) else area
    return f"{short_text(Fraction(units, PER_MU))} 亩"
