"""Townships and villages of Ordos by 统计用区划代码, found by code or by the names people use."""

import csv
import re
from dataclasses import dataclass

from station_app.settings import RESOURCES
from station_app.values.reading import Raw, Read, refused, remembered
from station_app.values.text import as_text, is_empty, squeeze, to_simplified

_SUFFIX = re.compile(
    r"(?:社区居民委员会|嘎查村民委员会|嘎查居民委员会|村民委员会|居民委员会|嘎查委员会|社区居委会|嘎查村委会|村委员会|居委员会|"
    r"嘎查委会|村委会|居委会|社区村|嘎查村|委员会|社区|嘎查|村)$"
)
_KIND = re.compile("社区|居委|居民")
#: Where the village ends in an address: 罕台村|四社55号, 永胜嘎查|…, 康和社区|….
_IN_ADDRESS = re.compile(r"^(.{1,14}?(?:社区居委会|居委会|村委会|嘎查村|嘎查|社区|村(?!委)))(.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Township:
    """A 苏木, 乡, 镇, 街道 or functional zone."""

    code: str
    name: str
    kind: str
    county: str
    county_name: str
    regular: bool

    @property
    def full_name(self) -> str:
        """达拉特旗树林召镇."""
        return self.county_name + self.name


@dataclass(frozen=True, slots=True)
class Village:
    """A 嘎查, village or community: ``code`` (12 digits) where the table has it, and ``name`` as people wrote it."""

    code: str | None
    name: str


@remembered(1)
def townships() -> dict[str, Township]:
    """Every township by its 9-digit code."""
    with (RESOURCES / "tables" / "ordos_divisions.csv").open(encoding="utf-8-sig", newline="") as table:
        return {
            row["town_code9"]: Township(
                row["town_code9"],
                row["town_name"],
                row["town_type"],
                row["county_code6"],
                row["county_name"],
                row["is_regular_township"] == "1",
            )
            for row in csv.DictReader(table)
        }


@remembered(1)
def counties() -> dict[str, str]:
    """The nine banners and districts by their 6-digit code."""
    return {township.county: township.county_name for township in townships().values()}


@remembered(1)
def villages() -> dict[str, tuple[str, str]]:
    """Name and township code of every village by its 12-digit code."""
    with (RESOURCES / "tables" / "ordos_villages.csv").open(encoding="utf-8-sig", newline="") as table:
        return {row["village_code12"]: (row["village_name"], row["town_code9"]) for row in csv.DictReader(table)}


def township(code: str) -> Township | None:
    """The township of a 9-digit code, of a 12-digit village or 11-digit station code."""
    return townships().get(code[:9])


@remembered(4096)
def find_township(text: str) -> Township | None:
    """A township by code, name or name with its banner; None when there is none, or more than one of the name."""
    plain = to_simplified(squeeze(text))
    if found := township(plain):
        return found
    named = [one for one in townships().values() if plain.endswith(one.name)]
    full = [one for one in named if one.county_name in plain]
    exact = [one for one in named if one.name == plain]
    chosen = full or exact or named
    return chosen[0] if len(chosen) == 1 else None


def _core(name: str) -> str:
    """罕台庙村委会 → 罕台庙; what is left when the words for "village" are off."""
    stripped = _SUFFIX.sub("", name)
    return stripped or name


@remembered(1)
def _by_core() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code, (name, town) in villages().items():
        # 车家渠村村委会 is both 车家渠村 with 村委会 and 车家渠 with 村村委会; some names repeat their whole address.
        cores = [_core(name), _core(_core(name)), _core(_plain(name, townships().get(town)))]
        for core in dict.fromkeys(cores):
            found[core] = (*found.get(core, ()), code)
    return found


def _plain(text: str, town: Township | None) -> str:
    plain = to_simplified(squeeze(text))
    plain = re.sub("^(?:内蒙古自治区|内蒙古)?(?:鄂尔多斯市)?", "", plain)
    for county in counties().values():
        plain = plain.removeprefix(county)
    if town is not None:
        short = town.name.removesuffix("镇").removesuffix("苏木").removesuffix("乡").removesuffix("街道")
        for prefix in (town.name, short + "镇", short + "苏木"):
            plain = plain.removeprefix(prefix) or plain
    return plain


@remembered(16384)
def village_codes(text: str, township_code: str | None = None) -> tuple[str, ...]:
    """The codes a village's name may stand for, of one township or of all; one code is an answer, several are a choice."""
    plain = _plain(text, townships().get(township_code[:9]) if township_code else None)
    if len(plain) == 12 and plain in villages():
        return (plain,)
    core = _core(plain)
    codes = [*_by_core().get(core, ())]
    if township_code:
        codes = [code for code in codes if code.startswith(township_code[:9])]
    same_name = [code for code in codes if villages()[code][0] in (plain, squeeze(text))]
    if same_name:
        return tuple(same_name)
    if core != plain:
        # 永胜村 is not 永胜社区 where both exist.
        urban = bool(_KIND.search(plain))
        same_kind = [code for code in codes if bool(_KIND.search(villages()[code][0])) == urban]
        codes = same_kind or codes
    return tuple(codes)


def likely_villages(text: str, township_code: str) -> tuple[str, ...]:
    """Codes whose names share the first two characters, to be offered to a person; never taken by itself."""
    core = _core(_plain(text, townships().get(township_code[:9])))
    return tuple(
        code
        for code, (name, town) in villages().items()
        if town == township_code[:9] and len(core) > 1 and name[:2] == core[:2]
    )


@remembered(16384)
def read_village(raw: Raw, township_code: str | None = None) -> Read[Village]:
    """Reads a village's name or code; what matches no single code stays text, with ``VILLAGE_UNKNOWN``."""
    if is_empty(raw):
        return Read(None)
    text = squeeze(as_text(raw))
    if re.fullmatch("[0-9]{12}", text):
        known = villages().get(text)
        return refused("VILLAGE_CODE") if known is None else Read(Village(text, known[0]))
    codes = village_codes(text, township_code)
    if len(codes) == 1:
        return Read(Village(codes[0], text))
    return Read(Village(None, text), ("VILLAGE_UNKNOWN",))


@remembered(32768)
def split_address(text: str, township_code: str | None = None) -> tuple[str, str]:
    """Village and the rest of an address: ("灶火壕村", "问家湾社"); ("", text) when no village is named."""
    plain = squeeze(text)
    town = townships().get(township_code[:9]) if township_code else None
    shorter = _plain(plain, town)
    match = _IN_ADDRESS.match(shorter)
    return (match[1], match[2]) if match else ("", plain)


def show_village(code: str) -> str:
    """The village's name with its township, 罕台镇永胜村委会; the code itself when the table has it not."""
    known = villages().get(code)
    if known is None:
        return code
    town = township(known[1])
    return (town.name if town else "") + known[0]
