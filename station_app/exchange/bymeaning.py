"""How each meaning stands in a cell: read from what people typed, shown so that they can read it and we can too."""

import re
from collections.abc import Callable
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

from station_app.exchange.headers import squeeze
from station_app.exchange.ledgers.words import read_remark, read_words
from station_app.exchange.sheets import Cell
from station_app.messages import _
from station_app.spec.fields import Choice, Field
from station_app.spec.meanings import Wire
from station_app.values.areas import PER_MU, read_area
from station_app.values.counts import read_count
from station_app.values.dates import Precision, read_date
from station_app.values.divisions import read_village
from station_app.values.durations import read_hours
from station_app.values.id_numbers import read_id_number
from station_app.values.money import read_money
from station_app.values.names import read_name
from station_app.values.numerals import short_text
from station_app.values.phones import read_phone
from station_app.values.reading import Read, refused
from station_app.values.text import as_text, is_empty
from station_app.values.times import read_time
from station_app.values.weights import read_weight
from station_app.values.yes_no import read_yes_no

#: The unit a column of a meaning names in our exports, and in which bare numbers are read.
UNITS = {"area": "亩", "weight": "公斤", "money": "元", "hours": "小时", "duration": "分钟"}
_WEIGHT = {"斤": "jin", "公斤": "kg", "吨": "t", "克": "g"}
_AREA = {"亩": "mu", "平方米": "m2", "公顷": "ha"}
_LIST = re.compile(r"[、,，;；\n]+")
_MOMENT = re.compile(r"^(.*?[日号\d])[T\s]+((?:上午|下午|早上|晚上|中午)?\d{1,2}[:：点时].*)$")

T = TypeVar("T")
Reader = Callable[[Cell], Read[Wire]]


def reader_of(field: Field, today: date, unit: str, station: str, date1904: bool = False) -> Reader:
    """What reads the cells of a field's column; ``unit`` is the one its title names."""
    name = field.meaning.name
    if field.codes is not None and name != "choices":
        return lambda cell: _code(field.codes, cell)
    readers: dict[str, Reader] = {
        "text": _words_of,
        "long_text": lambda cell: _texts(read_remark(cell)),
        "data": lambda cell: _texts(read_remark(cell)),
        "choices": lambda cell: _codes(field.codes, cell),
        "person_name": lambda cell: _texts(read_name(cell)) if not is_empty(cell) else Read(None),
        "id_number": lambda cell: _texts(read_id_number(cell, today)) if not is_empty(cell) else Read(None),
        "phone": lambda cell: _texts(read_phone(cell)),
        "division": lambda cell: _village(cell, station),
        "date": lambda cell: _date(cell, today, not field.past, date1904),
        "moment": lambda cell: _moment(cell, today),
        "time": _time,
        "duration": lambda cell: _whole(
            read_hours(cell, unit="hour" if unit == "小时" else "minute", bounds=None), cell
        ),
        "hours": lambda cell: _whole(read_hours(cell, unit="minute" if unit == "分钟" else "hour", bounds=None), cell),
        "money": lambda cell: _texts(read_money(cell, negative=True)),
        "area": lambda cell: _area(cell, unit),
        "weight": lambda cell: _texts(read_weight(cell, column_unit=_WEIGHT.get(unit, "kg"))),
        "count": lambda cell: _texts(read_count(cell, least=-(10**9))),
        "yes_no": lambda cell: _texts(read_yes_no(cell)),
        "blob": _words_of,
    }
    return readers.get(name, _words_of)


def _words_of(cell: Cell) -> Read[Wire]:
    return _texts(read_words(cell))


def _texts(found: Read[T]) -> Read[Wire]:
    """Values of their own classes become wire values."""
    value = found.value
    wire: Wire = value if value is None or isinstance(value, bool | int | str) else str(value)
    return Read(wire, found.warnings, found.reason)


def _whole(found: Read[int], cell: Cell) -> Read[Wire]:
    return Read(None) if is_empty(cell) else Read(found.value, found.warnings, found.reason)


def _area(cell: Cell, unit: str) -> Read[Wire]:
    if is_empty(cell):
        return Read(None)
    found = read_area(cell, column_unit=_AREA.get(unit, "mu"), bounds=None)
    return Read(found.value.units if found.value is not None else None, found.warnings, found.reason)


def _village(cell: Cell, station: str) -> Read[Wire]:
    found = read_village(cell, station[:9])
    if found.value is None:
        return Read(None, (), found.reason)
    return Read(found.value.code or found.value.name, found.warnings)


def _date(cell: Cell, today: date, future: bool, date1904: bool) -> Read[Wire]:
    found = read_date(cell, today=today, future=future, date1904=date1904)
    if found.value is not None and found.value.precision is Precision.YEAR:
        return refused("DATE_UNPARSEABLE")
    return Read(found.value.iso if found.value is not None else None, found.warnings, found.reason)


def _moment(cell: Cell, today: date) -> Read[Wire]:
    if isinstance(cell, datetime):
        return Read(cell.strftime("%Y-%m-%dT%H:%M"))
    if is_empty(cell):
        return Read(None)
    day_said: Cell = cell
    clock = "00:00"
    if isinstance(cell, str) and (parts := _MOMENT.match(cell.strip())):
        day_said = parts.group(1)
        read = read_time(parts.group(2))
        if read.value is None:
            return refused(read.reason or "TIME_UNPARSEABLE")
        clock = f"{read.value.hour:02d}:{read.value.minute:02d}"
    found = read_date(day_said, today=today)
    if found.value is None or found.value.precision is not Precision.DAY:
        return refused(found.reason or "DATE_UNPARSEABLE")
    return Read(f"{found.value.iso}T{clock}", found.warnings)


def _time(cell: Cell) -> Read[Wire]:
    found = read_time(cell)
    return Read(
        f"{found.value.hour:02d}:{found.value.minute:02d}" if found.value is not None else None,
        found.warnings,
        found.reason,
    )


@lru_cache(maxsize=256)
def _words(codes: type[Choice]) -> dict[str, str]:
    words: dict[str, str] = {}
    for code in codes:
        for word in (*code.also, code.label, _(code.label), code.value):
            words.setdefault(squeeze(word).lower(), code.value)
    for code in codes:  # a code and its own title win over another's synonym
        words[squeeze(_(code.label)).lower()] = code.value
        words[code.value.lower()] = code.value
    return words


_CONSENT = {True: "given", False: "refused"}


def _code(codes: type[Choice] | None, cell: Cell) -> Read[Wire]:
    if codes is None or is_empty(cell) and squeeze(cell).lower() not in _words(codes):
        return Read(None)
    found = _words(codes).get(squeeze(as_text(cell)).lower())
    if found is None and {c.value for c in codes} >= {"given", "refused"}:
        flag = read_yes_no(cell)
        found = None if flag.value is None else _CONSENT[flag.value]
    return Read(found) if found is not None else refused("CODE_UNKNOWN")


def _codes(codes: type[Choice] | None, cell: Cell) -> Read[Wire]:
    if codes is None or is_empty(cell):
        return Read(None)
    found: list[str] = []
    for part in _LIST.split(as_text(cell)):
        if not part.strip():
            continue
        one = _code(codes, part)
        if one.reason is not None:
            return refused(one.reason)
        if isinstance(one.value, str) and one.value not in found:
            found.append(one.value)
    return Read(found or None)


def show(field: Field, value: Wire, village: Callable[[str], str]) -> str:
    """A wire value as people read it in an exported sheet; exact, so that reading it gives the same value."""
    if value is None:
        return ""
    name = field.meaning.name
    if field.codes is not None:
        return field.titles_of(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(value)
    if isinstance(value, int):
        if name == "area":
            return short_text(Fraction(value, PER_MU), 4)
        if name == "weight":
            return short_text(Fraction(value, 1000), 3)
        if name == "money":
            return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"
        if name == "hours" and value * 100 % 60 == 0:
            return short_text(Fraction(value, 60), 2)
        if name == "hours":
            return f"{value // 60}小时{value % 60}分钟" if value >= 60 else f"{value}分钟"
        return str(value)
    if name == "moment":
        return value.replace("T", " ")
    return village(value) if name == "division" else value
