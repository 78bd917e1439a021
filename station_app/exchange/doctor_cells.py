"""Single cells a spreadsheet has spoilt: each examiner gets a cell and says what happened to it, or None."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Final

from station_app.exchange.damage import Damage
from station_app.exchange.headers import squeeze
from station_app.exchange.sheets import Cell
from station_app.values.areas import read_area, show_area
from station_app.values.dates import from_serial
from station_app.values.durations import read_hours
from station_app.values.id_numbers import check_character, read_id_number
from station_app.values.names import read_name
from station_app.values.phones import AREA_CODE, read_phones
from station_app.values.weights import read_weight

#: What an examiner found: the damage, what is proposed (None: nothing can be), and the cell to put there (None: by hand).
Found = tuple[Damage, str | None, Cell]
Examiner = Callable[[Cell], Found | None]

_HASHES = re.compile(r"#{3,}\Z")
_ERROR = re.compile(
    r"#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)\Z|Err:\d{3}\Z", re.IGNORECASE
)
_POWER = re.compile(r"[-+]?\d(?:\.\d+)?[Ee]\+?\d{1,3}\Z")
_ID = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{15})(?!\d)")
_CUT = re.compile(r"\d{15}000\Z")
_SERIAL = re.compile(r"([2-5]\d{4})(?:\.\d+)?\Z")
_TURNED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})\Z")
_USUAL = re.compile(r"(?:19|20)\d\d[-./年]")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH = re.compile(r"(?:(\d{1,4})[-/ ])?([A-Za-z]{3,9})(?:[-/ ,]+(\d{1,4})(?:[-/ ,]+(\d{2,4}))?)?\Z")
_SEVERAL = re.compile(r"[、，,;；/\\|+&\n]|(?<=\S)(?:和|与|及)(?=\S)|\s+")
_SQUARE_METRES_IN_MU: Final = 2000 / 3


def text_of(cell: Cell) -> str:
    """A cell's text without spaces, width and the apostrophe spreadsheets put before texts."""
    return squeeze(cell).lstrip("'") if cell is not None else ""


def any_cell(cell: Cell) -> Found | None:
    """What can happen in every column: # signs of a narrow column, a failed formula."""
    if cell.__class__ is not str or "#" not in str(cell) and not str(cell).startswith("Err:"):
        return None
    said = text_of(cell)
    if _HASHES.match(said):
        return Damage.CELL_HASHES, None, None
    return (Damage.CELL_ERROR, None, None) if _ERROR.match(said) else None


def id_number(cell: Cell, today: date) -> Found | None:
    """An identity number cut to 15 digits, written as a power of ten, without its last character, or two of them."""
    if cell.__class__ is str and len(str(cell)) == 18 and not str(cell).endswith("000") and "E" not in str(cell):
        return None  # whatever else may be wrong with it, the reader says so
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        if abs(cell) >= 1e15:
            return Damage.ID_CUT, None, None
        digits = str(int(cell)) if cell == int(cell) else ""
    else:
        digits = text_of(cell).upper()
    if _POWER.match(digits):
        return Damage.ID_POWER, None, None
    if _CUT.match(digits):
        possible = read_id_number(digits, today).value is not None
        return (Damage.ID_MAYBE_CUT if possible else Damage.ID_CUT), None, None
    if len(digits) == 17 and digits.isascii() and digits.isdigit():
        whole = digits + check_character(digits)
        good = read_id_number(whole, today).value is not None
        return (Damage.ID_CHECK_MISSING, whole, whole) if good else None
    if isinstance(cell, str) and len(cell) > 30:
        several = _ID.findall(re.sub(r"[^\S\n]", "", cell))
        if len(several) > 1:
            return Damage.SEVERAL_IDS, "；".join(several), None
    return None


def name(cell: Cell) -> Found | None:
    """Several people in one cell."""
    if not isinstance(cell, str) or len(cell) < 4 or read_name(cell).reason != "NAME_SEVERAL":
        return None
    return Damage.SEVERAL_PEOPLE, "；".join(parts_of(cell)), None


def parts_of(cell: Cell) -> list[str]:
    """The people, numbers or telephones of a cell, one by one."""
    return [part for part in _SEVERAL.split(str(cell).strip()) if part] if cell is not None else []


def phone(cell: Cell) -> Found | None:
    """A telephone as a power of ten, with a decimal point, or without its first zero."""
    if isinstance(cell, str) and len(cell) == 11 and cell[0] == "1" and cell.isascii() and cell.isdigit():
        return None
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        said = str(int(cell)) if cell == int(cell) else repr(cell)
    else:
        said = text_of(cell)
    if _POWER.match(said):
        whole = read_phones(said).value
        if whole is None:
            return Damage.PHONE_POWER, None, None
        return Damage.PHONE_DECIMAL, str(whole), None
    if re.fullmatch(r"\d{7,12}\.0+", said):
        whole = read_phones(said).value
        return Damage.PHONE_DECIMAL, str(whole) if whole is not None else None, None
    bare = said.replace("-", "")
    if (
        bare.isascii()
        and bare.isdigit()
        and bare[0] != "0"
        and len(bare) in (9, 10, 11)
        and read_phones(said).value is None
    ):
        zero = read_phones("0" + bare).value
        if zero is not None and (bare.startswith(AREA_CODE[1:]) or len(bare) < 11):
            return Damage.PHONE_ZERO_LOST, str(zero), str(zero)
    return None


def day(cell: Cell, date1904: bool) -> Found | None:
    """A date as a day number, in English, or in an order that can be read in two ways."""
    if isinstance(cell, bool) or cell is None or isinstance(cell, date | time):
        return None
    if isinstance(cell, str) and _USUAL.match(cell):
        return None
    said = text_of(cell) if isinstance(cell, str) else ""
    serial: float | None = None
    if isinstance(cell, int | float):
        serial = cell if 20_000 <= cell < 60_000 else None
    elif match := _SERIAL.match(said):
        serial = float(match.group(0))
    if serial is not None:
        meant = from_serial(serial, date1904)
        return (Damage.DATE_SERIAL, meant.isoformat(), None) if meant is not None else None
    if match := _TURNED.match(said):
        return _turned(int(match[1]), int(match[3]), match[4])
    if isinstance(cell, str) and (english := _ENGLISH.match(cell.strip())) and english[2][:3].lower() in _MONTHS:
        return Damage.DATE_TURNED, _english(english), None
    return None


def _turned(first: int, second: int, year: str) -> Found | None:
    """13/5/2024 has one meaning, 3/5/2024 has two; with a year of two digits it may be a year first."""
    full = int(year) if len(year) == 4 else 2000 + int(year)
    readings = {(full, first, second), (full, second, first)}
    if len(year) == 2:
        readings.add(((2000 if first < 40 else 1900) + first, second, int(year)))
    days: list[str] = []
    for at in sorted(readings):
        try:
            days.append(date(*at).isoformat())
        except ValueError:
            continue
    if not days:
        return None
    if len(days) == 1:
        # A two-digit year first is how people here write; only another order is damage.
        return (Damage.DATE_TURNED, days[0], days[0]) if len(year) == 4 else None
    return Damage.DATE_TURNED, " / ".join(days), None


def _english(found: "re.Match[str]") -> str | None:
    """5-Mar-24 is a day; Mar-24 is the 24th of March or March 2024."""
    month = _MONTHS.index(found[2][:3].lower()) + 1
    if found[4]:
        year = int(found[4]) if len(found[4]) == 4 else 2000 + int(found[4])
        return f"{year:04d}-{month:02d}-{int(found[3]):02d}"
    if found[3] is None:
        return f"{month}月{found[1]}日" if found[1] else None
    if found[1] is None:
        return f"{month}月{found[3]}日 / {2000 + int(found[3]) if len(found[3]) < 3 else found[3]}年{month}月"
    if len(found[1]) == 4:
        return f"{found[1]}-{month:02d}-{int(found[3]):02d}"
    return f"{found[3] if len(found[3]) == 4 else 2000 + int(found[3])}-{month:02d}-{int(found[1]):02d}"


def not_a_day(cell: Cell) -> Found | None:
    """A date in a column of words or amounts: 3-5 was typed, and the spreadsheet made the 5th of March of it."""
    if isinstance(cell, datetime | date):
        return Damage.DATE_MADE, f"{cell.month}-{cell.day}", f"{cell.month}-{cell.day}"
    if isinstance(cell, str) and cell[:1].isdigit() and len(cell) < 16:
        if match := re.match(r"(\d{1,2})月(\d{1,2})日\Z", text_of(cell)):
            return Damage.DATE_MADE, f"{int(match[1])}-{int(match[2])}", f"{int(match[1])}-{int(match[2])}"
        english = _ENGLISH.match(cell.strip())
        if english and english[2].lower() in _MONTHS and english[3] is None and english[1] is not None:
            made = f"{_MONTHS.index(english[2].lower()) + 1}-{int(english[1])}"
            return Damage.DATE_MADE, made, made
    return None


def amount_made_a_day(cell: Cell) -> Found | None:
    """A date in a column of numbers: what was typed (3-5, 3.5) cannot be told for certain, so that nothing is put there."""
    found = not_a_day(cell)
    return None if found is None else (found[0], f"{found[1]} / {found[1].replace('-', '.') if found[1] else ''}", None)


def area(cell: Cell, unit: str, most: float) -> Found | None:
    """An area in another unit than its column, or (beyond ``most`` 亩) in square metres without a word."""
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        if unit in ("", "亩") and cell > most:
            meant = round(cell / _SQUARE_METRES_IN_MU, 2)
            return Damage.UNIT_FORGOTTEN, f"{_short(cell)}㎡ = {meant:g} 亩", f"{_short(cell)}㎡"
        return None
    said = text_of(cell)
    if re.fullmatch(r"[\d.]+", said):
        return area(float(said), unit, most) if said.count(".") < 2 else None
    word = _unit_word(said, _AREA_WORDS)
    if word is None or word == (unit or "亩"):
        return None
    read = read_area(cell if isinstance(cell, str) else said, column_unit=None, bounds=None).value
    return None if read is None else (Damage.UNIT_MIXED, show_area(read), None)


def _short(number: int | float) -> str:
    """3335, 3335.5."""
    return str(int(number)) if number == int(number) else f"{number:g}"


#: Units by their words, longest first. 亩 followed by 分 is one length of 亩.
_AREA_WORDS = (
    ("平方米", "平方米"), ("平米", "平方米"), ("㎡", "平方米"), ("m2", "平方米"), ("m²", "平方米"), ("公顷", "公顷"),
    ("亩", "亩"), ("分", "分"), ("厘", "厘"),
)  # fmt: skip
_WEIGHT_WORDS = (
    ("公斤", "公斤"),
    ("千克", "公斤"),
    ("kg", "公斤"),
    ("吨", "吨"),
    ("市斤", "斤"),
    ("斤", "斤"),
    ("两", "两"),
    ("克", "克"),
)
_HOUR_WORDS = (("小时", "小时"), ("分钟", "分钟"), ("h", "小时"), ("分", "分钟"), ("天", "天"))


def _unit_word(said: str, words: tuple[tuple[str, str], ...]) -> str | None:
    plain = said.lower()
    return (
        next((unit for word, unit in words if word in plain), None)
        if re.search(r"[\d一二三四五六七八九十半两]", plain)
        else None
    )


def weight(cell: Cell, unit: str) -> Found | None:
    """A weight in another unit than its column."""
    if not isinstance(cell, str):
        return None
    word = _unit_word(text_of(cell), _WEIGHT_WORDS)
    if word is None or word == (unit or "公斤"):
        return None
    read = read_weight(cell).value
    return None if read is None else (Damage.UNIT_MIXED, f"{read / 1000:g} 公斤", None)


def hours(cell: Cell, unit: str) -> Found | None:
    """A length of time in another unit than its column."""
    if not isinstance(cell, str):
        return None
    said = text_of(cell)
    word = _unit_word(said, _HOUR_WORDS)
    if word is None or word == (unit or "小时") or ("小时" in said and (unit or "小时") == "小时"):
        return None
    read = read_hours(cell, unit="hour", bounds=None).value
    return None if read is None else (Damage.UNIT_MIXED, f"{read / 60:.4g} 小时", None)
