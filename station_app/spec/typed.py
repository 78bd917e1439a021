"""From what people type (or a cell holds) to a wire value and back, by the field's meaning."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from station_app.messages import _
from station_app.spec.fields import Field
from station_app.spec.masking import is_masked
from station_app.spec.masking import masked as masked_text
from station_app.spec.meanings import Wire
from station_app.values.areas import read_area, show_area
from station_app.values.counts import read_count
from station_app.values.dates import Precision, SaidDate, from_iso, read_date, show_date
from station_app.values.divisions import read_village, show_village, township
from station_app.values.durations import read_hours, read_minutes, show_duration, show_hours
from station_app.values.id_numbers import read_id_number
from station_app.values.ids import is_uuid
from station_app.values.money import read_money, show_money
from station_app.values.names import read_name
from station_app.values.phones import read_phone
from station_app.values.reading import Raw, Read, refused
from station_app.values.text import as_text, fold_search, is_empty, tidy
from station_app.values.times import read_time
from station_app.values.weights import read_weight, show_weight
from station_app.values.yes_no import read_yes_no, show_yes_no


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What reading depends on besides the text: the day, the period meant by "3月5日", the township of villages."""

    today: date
    period: tuple[date, date] | None = None
    township: str | None = None


def read_typed(field: Field, raw: Raw | list[str], around: Surroundings) -> Read[Wire]:
    """The wire value of what was typed; ``reason`` when it cannot be read; value None without reason when empty."""
    if isinstance(raw, list):
        raw = "、".join(raw)
    if is_empty(raw) and field.meaning.name != "yes_no":  # "无" in a yes/no column says no
        return Read(None)
    return _READERS[field.meaning.name](field, raw, around)


def _text(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    text = tidy(as_text(raw))
    if "\x00" in text:
        return refused("TEXT_CONTROL")
    return Read(text or None)


def _long_text(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    text = as_text(raw).replace("\r\n", "\n").strip()
    if "\x00" in text:
        return refused("TEXT_CONTROL")
    return Read(text or None)


def _code_of(field: Field, word: str) -> str | None:
    assert field.codes is not None
    wanted = fold_search(word)
    for code in field.codes:
        if wanted in (fold_search(code.value), fold_search(code.label), fold_search(_(code.label))):
            return code.value
    for code in field.codes:
        if any(wanted == fold_search(also) for also in code.also):
            return code.value
    return None


def _choice(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    code = _code_of(field, as_text(raw))
    return Read(code) if code is not None else refused("CODE_UNKNOWN")


def _choices(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    text = as_text(raw)
    for mark in "、,，;；/|+\n":
        text = text.replace(mark, " ")
    codes = [_code_of(field, word) for word in text.split()]
    if any(code is None for code in codes):
        return refused("CODE_UNKNOWN")
    return Read([code for code in dict.fromkeys(codes) if code is not None] or None)


def _name(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    read = read_name(raw)
    return Read(read.value.text if read.value else None, read.warnings, read.reason)


def _id_number(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    read = read_id_number(raw, around.today)
    return Read(read.value.text if read.value else None, read.warnings, read.reason)


def _phone(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    read = read_phone(raw)
    return Read(read.value, read.warnings, read.reason)


def _division(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    text = as_text(raw).strip()
    if text.isdigit() and len(text) in (9, 12):
        return Read(text)
    read = read_village(raw, around.township)
    if read.value is None:
        return Read(None, read.warnings, read.reason)
    return Read(read.value.code or read.value.name, read.warnings, read.reason)


def _date(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    read = read_date(raw, today=around.today, period=around.period, future=not field.past, month_enough=True)
    if read.value is None:
        return Read(None, read.warnings, read.reason)
    if read.value.precision is Precision.YEAR:  # a year alone would have to be guessed into a day
        return refused("DATE_UNPARSEABLE")
    return Read(wire_date(read.value), read.warnings, read.reason)


def wire_date(said: SaidDate) -> str:
    """``YYYY-MM-DD``, or ``YYYY-MM`` where only the month was said."""
    return said.value.isoformat()[:7] if said.precision is Precision.MONTH else said.value.isoformat()


def _moment(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    text = as_text(raw).strip().replace("T", " ")
    day, _space, clock = text.rpartition(" ")
    if not day:
        day, clock = text, "00:00"
    read_day = read_date(day, today=around.today, period=around.period, future=not field.past)
    at = read_time(clock)
    if read_day.value is None or at.value is None:
        return refused(read_day.reason or at.reason or "DATE_UNPARSEABLE")
    return Read(f"{read_day.value.value.isoformat()}T{at.value.strftime('%H:%M')}", read_day.warnings)


def _time(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    read = read_time(raw)
    return Read(read.value.strftime("%H:%M") if read.value else None, read.warnings, read.reason)


def _hours(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    read = read_hours(raw, bounds=None)
    return Read(read.value, read.warnings, read.reason)


def _duration(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    read = read_minutes(raw, bounds=None)
    return Read(read.value, read.warnings, read.reason)


def _money(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    read = read_money(raw, negative=True)
    return Read(read.value, read.warnings, read.reason)


def _area(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    read = read_area(raw, bounds=None)
    return Read(read.value.units if read.value else None, read.warnings, read.reason)


def _weight(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    read = read_weight(raw, column_unit="kg")
    return Read(read.value, read.warnings, read.reason)


def _count(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    read = read_count(raw)
    return Read(read.value, read.warnings, read.reason)


def _yes_no(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    read = read_yes_no(raw)
    return Read(read.value, read.warnings, read.reason)


def _reference(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    text = as_text(raw).strip().lower()
    return Read(text) if is_uuid(text) else refused("REFERENCE_UNKNOWN")


def _references(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    ids = as_text(raw).replace(",", " ").replace("、", " ").lower().split()
    return Read(list(dict.fromkeys(ids))) if all(is_uuid(i) for i in ids) else refused("REFERENCE_UNKNOWN")


def _verbatim(field: Field, raw: Raw, around: Surroundings) -> Read[Wire]:
    return Read(as_text(raw).strip())


_READERS: Final[Mapping[str, Callable[[Field, Raw, Surroundings], Read[Wire]]]] = {
    "text": _text, "long_text": _long_text, "choice": _choice, "choices": _choices, "consent": _choice,
    "person_name": _name, "id_number": _id_number, "phone": _phone, "division": _division, "date": _date,
    "moment": _moment, "time": _time, "hours": _hours, "duration": _duration, "money": _money, "area": _area,
    "weight": _weight, "count": _count, "yes_no": _yes_no, "reference": _reference, "references": _references,
    "blob": _verbatim, "data": _verbatim,
}  # fmt: skip


def show_typed(field: Field, value: Wire, *, masked: bool = False) -> str:
    """A wire value as people read it; "" for nothing. ``masked`` hides what :mod:`station_app.spec.masking` hides.

    References are shown by their record's caption, which the caller knows.
    """
    if value is None:
        return ""
    if masked and is_masked(field):
        return masked_text(field, show_typed(field, value))
    name = field.meaning.name
    if field.codes is not None:
        return field.titles_of(value)
    if isinstance(value, bool):
        return show_yes_no(value)
    if isinstance(value, int):
        return _SHOW_NUMBER[name](value) if name in _SHOW_NUMBER else str(value)
    if isinstance(value, list):
        return "、".join(value)
    if name == "date":
        said = from_iso(value)
        return show_date(said) if said else value
    if name == "division":
        town = township(value) if len(value) == 9 else None
        return town.name if town else show_village(value)
    return value.replace("T", " ") if name == "moment" else value


_SHOW_NUMBER: Final[Mapping[str, Callable[[int], str]]] = {
    "money": show_money, "area": show_area, "weight": show_weight, "hours": show_hours, "duration": show_duration,
}  # fmt: skip
