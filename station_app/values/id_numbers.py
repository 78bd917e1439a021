"""Resident identity numbers (GB 11643-1999): read from dirty cells in a fixed order of checks, shown masked."""

import csv
import re
from dataclasses import dataclass
from datetime import date
from operator import mul

from station_app.settings import RESOURCES
from station_app.values.reading import Raw, Read, refused, remembered
from station_app.values.sexes import Sex
from station_app.values.text import EMPTY_WORDS, squeeze

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
#: ISO 7064's characters, turned so that the sum may be taken over the ASCII codes of the digits.
_TURN = 48 * sum(_WEIGHTS) % 11
_CHECKS = "".join("10X98765432"[(rest - _TURN) % 11] for rest in range(11))
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_POWER = re.compile(r"[0-9]+(?:\.[0-9]+)?E\+?[0-9]{1,3}")
#: Letters of other alphabets and signs that look like X; a keyboard switched to Russian or Greek gives them.
_LOOKALIKES = str.maketrans(dict.fromkeys("ХхΧχ×✕✖⨯╳", "X"))
_STRIPPED = str.maketrans(dict.fromkeys("'\"`´‘’‛ʹ′＇“”"))
#: GB/T 2260 province prefixes that were ever assigned.
PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)
OLDEST = 130
MASK = "*"


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A resident identity number that passed every check; ``text`` has 18 characters with a capital X."""

    text: str

    @property
    def area(self) -> str:
        """The six-digit area of first registration; never the present address."""
        return self.text[:6]

    @property
    def birth(self) -> date:
        """The date of birth in the number."""
        return date(int(self.text[6:10]), int(self.text[10:12]), int(self.text[12:14]))

    @property
    def sex(self) -> Sex:
        """Odd seventeenth digit: male."""
        return Sex.MALE if int(self.text[16]) % 2 else Sex.FEMALE

    @property
    def masked(self) -> str:
        """What screens and lists show: 152722********9979."""
        return mask_id_number(self.text)

    def age_on(self, day: date) -> int:
        """Completed years of life on a day."""
        return age_on(self.birth, day)

    def __str__(self) -> str:
        return self.text


def age_on(birth: date, day: date) -> int:
    """Completed years on a day; someone born on 29 February is a year older on 1 March (民法典 §1259, 周岁)."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def mask_id_number(text: str) -> str:
    """Six digits, eight stars, four digits; of anything shorter only the last four characters are shown."""
    if len(text) == 18:
        return f"{text[:6]}{MASK * 8}{text[14:]}"
    return MASK * max(len(text) - 4, 0) + text[-4:] if len(text) > 4 else MASK * len(text)


def check_character(first17: str) -> str:
    """The eighteenth character by ISO 7064 MOD 11-2."""
    if len(first17) != 17:
        raise ValueError("seventeen digits are needed")
    return _CHECKS[sum(map(mul, _WEIGHTS, first17.encode("ascii"))) % 11]


@remembered(1)
def known_areas() -> dict[str, str]:
    """Six-digit county areas and their names, every one of GB/T 2260 since 1980, the abolished ones included."""
    with (RESOURCES / "tables" / "id_areas.csv").open(encoding="utf-8", newline="") as table:
        return {row["area"]: row["name"] for row in csv.DictReader(table)}


@remembered(131072)
def read_id_number(raw: Raw, today: date) -> Read[IdNumber]:
    """Reads an identity number; ``today`` bounds the date of birth.

    Order of the checks: normalise, ``ID_EMPTY``, ``ID_PRECISION_LOST``, ``ID_FORMAT``, ``ID_LENGTH``, ``ID_DATE``,
    ``ID_FUTURE_BIRTH``, ``ID_AGE_RANGE``, ``ID_REGION``, ``ID_CHECKSUM``. Warnings: ``ID_LOOKALIKE_X`` (another
    alphabet's X), ``ID_15_UPGRADED``, ``ID_REGION_UNKNOWN``. Case of x, spaces, width, apostrophes are mended silently.
    """
    warnings: tuple[str, ...] = ()
    if isinstance(raw, str):
        text = raw
        if not _EIGHTEEN.fullmatch(text):
            text = squeeze(text.translate(_STRIPPED)).translate(_STRIPPED)
            if text.lower() in EMPTY_WORDS:
                return refused("ID_EMPTY")
            plain = text.upper()
            text = plain.translate(_LOOKALIKES)
            if text != plain:
                warnings = ("ID_LOOKALIKE_X",)
            if _POWER.fullmatch(text):
                return refused("ID_PRECISION_LOST")
            if text.endswith(".0") and text[:-2].isdigit():
                text = text[:-2]
                if len(text) > 15:
                    return refused("ID_PRECISION_LOST")
    elif raw is None:
        return refused("ID_EMPTY")
    elif isinstance(raw, bool) or not isinstance(raw, int | float):
        return refused("ID_FORMAT")
    else:
        # A spreadsheet's number holds 15 digits exactly; the last three of eighteen are lost whatever they show.
        if abs(raw) >= 1e15:
            return refused("ID_PRECISION_LOST")
        if raw != raw or raw < 0 or raw != int(raw):
            return refused("ID_FORMAT")
        text = str(int(raw))
    return _check(text, today, warnings)


def _check(text: str, today: date, warnings: tuple[str, ...]) -> Read[IdNumber]:
    if len(text) == 15 and text.isascii() and text.isdigit():
        text = f"{text[:6]}19{text[6:]}"
        text += check_character(text)
        warnings += ("ID_15_UPGRADED",)
    elif not _EIGHTEEN.fullmatch(text):
        digits = text[:-1] if text.endswith("X") else text
        return refused("ID_LENGTH" if digits.isascii() and digits.isdigit() else "ID_FORMAT", *warnings)
    try:
        birth = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return refused("ID_DATE", *warnings)
    if birth > today:
        return refused("ID_FUTURE_BIRTH", *warnings)
    if age_on(birth, today) > OLDEST:
        return refused("ID_AGE_RANGE", *warnings)
    if text[:2] not in PROVINCES:
        return refused("ID_REGION", *warnings)
    if check_character(text[:17]) != text[17]:
        return refused("ID_CHECKSUM", *warnings)
    if text[:6] not in known_areas():
        warnings += ("ID_REGION_UNKNOWN",)
    return Read(IdNumber(text), warnings)
