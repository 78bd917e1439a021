"""Wire values as lists, forms and histories show them, and typed texts read; no widgets, so that any thread may do it."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from station_app.clock import today
from station_app.messages import N_, _
from station_app.spec.fields import Field
from station_app.spec.meanings import DURATION, Wire
from station_app.spec.typed import Surroundings, read_typed, show_typed
from station_app.store.change import misfit_of
from station_app.values.dates import from_iso, show_date
from station_app.values.divisions import show_village, townships, villages
from station_app.values.durations import show_duration, show_hours
from station_app.values.id_numbers import IdNumber
from station_app.values.lunar import to_lunar
from station_app.values.numerals import decimal_text
from station_app.values.reading import Read
from station_app.values.refusals import SENTENCES

#: (kind, id) → caption of a record.
Named = Callable[[str, str | None], str]

#: What stands where nobody said anything.
NOTHING: Final = "—"


def division_text(code: str, *, short: bool) -> str:
    """A village or township by name; ``short`` leaves the township out, as lists of one township do."""
    if len(code) == 9:
        town = townships().get(code)
        return town.name if town else code
    known = villages().get(code)
    if known is None:
        return code
    return known[0] if short else show_village(code)


def show(field: Field, value: Wire, named: Named, *, masked: bool = True) -> str:
    """A value as people read it in lists and histories."""
    if value is None or value == []:
        return ""
    meaning = field.meaning.name
    if meaning in ("reference", "references"):
        ids = value if isinstance(value, list) else [str(value)]
        return "、".join(named(str(field.target), one) or _("(not known here)") for one in ids)
    if meaning == "division" and isinstance(value, str):
        return division_text(value, short=True)
    if meaning == "date" and isinstance(value, str):
        return value
    if meaning == "blob":
        return _("attached")
    if meaning == "money" and isinstance(value, int):
        return _("{amount} yuan", amount=show_typed(field, value))
    return show_typed(field, value, masked=masked)


def edit_text(field: Field, value: Wire) -> str:
    """A value as it stands in an editor, in a form that reads back as the same value."""
    if value is None:
        return ""
    meaning = field.meaning.name
    if meaning == "area" and isinstance(value, int):
        return _decimal(Fraction(value, 2000), 4)
    if meaning == "weight" and isinstance(value, int):
        return _decimal(Fraction(value, 1000), 3)
    if meaning == "money" and isinstance(value, int):
        return f"{value // 100}.{value % 100:02d}" if value >= 0 else f"-{-value // 100}.{-value % 100:02d}"
    if meaning == "hours" and isinstance(value, int):
        return show_typed(Field(name="", title="", meaning=DURATION), value)
    if meaning == "moment" and isinstance(value, str):
        return value.replace("T", " ")
    if meaning == "date" and isinstance(value, str):
        return value
    if meaning == "division" and isinstance(value, str):
        return division_text(value, short=False)
    return show_typed(field, value)


def _decimal(value: Fraction, places: int) -> str:
    """A decimal without zeros at its end."""
    text = decimal_text(value, places)
    return text.rstrip("0").rstrip(".") if "." in text else text


class Taken:
    """What an editor holds: a wire value, a remark on how it was understood, or a sentence on what is wrong."""

    __slots__ = ("remark", "value", "wrong")

    def __init__(self, value: Wire, remark: str = "", wrong: str = "") -> None:
        self.value, self.remark, self.wrong = value, remark, wrong


#: Sentences of readings by code; a code is its own text, so that a plain text finds it.
_SENTENCES: Final[Mapping[str, str]] = {str(code): text for code, text in SENTENCES.items()}
#: Remarks that only repeat what the person sees.
_QUIET: Final = frozenset({"LUNAR_CONVERTED", "DAY_MISSING", "AREA_UNIT_CONVERTED", "WEIGHT_UNIT_CONVERTED"})
_UNREADABLE: Final = N_("This cannot be read. Please write it another way.")


def take(field: Field, typed: str, township: str | None) -> Taken:
    """Read what was typed into a field of this meaning."""
    text = typed.strip()
    if not text:
        return Taken(None)
    read: Read[Wire] = read_typed(field, text, Surroundings(today(), _year_meant(field), township))
    if read.reason is not None:
        return Taken(None, wrong=_(_SENTENCES.get(read.reason, _UNREADABLE)))
    misfit = misfit_of(field, read.value) if read.value is not None else None
    if misfit is not None:
        return Taken(None, wrong=_bounds(field) or misfit)
    remarks = [_(_SENTENCES[w]) for w in read.warnings if w in _SENTENCES and w not in _QUIET]
    understood = _understood(field, read.value, text)
    if understood and understood != text:
        remarks.insert(0, understood)
    return Taken(read.value, "  ".join(remarks))


def _year_meant(field: Field) -> tuple[date, date]:
    """Where a day without its year lies: in the year that ends today, or half a year around it."""
    day = today()
    return (day - timedelta(days=364), day) if field.past else (day - timedelta(days=182), day + timedelta(days=182))


def _bounds(field: Field) -> str:
    """The bounds of a number in the words of its meaning; "" when it has none."""
    least = field.at_least if field.at_least is not None else field.above
    low = None if least is None else show_typed(field, least)
    high = None if field.at_most is None else show_typed(field, field.at_most)
    if low is not None and high is not None:
        return _("It must lie between {least} and {most}.", least=low, most=high)
    if high is not None:
        return _("It must be at most {most}.", most=high)
    if field.above is not None:
        return _("It must be more than {least}.", least=low)
    return "" if low is None else _("It must be at least {least}.", least=low)


def _understood(field: Field, value: Wire, text: str) -> str:
    meaning = field.meaning.name
    if meaning == "date" and isinstance(value, str):
        said = from_iso(value)
        if said is None:
            return ""
        lunar = _("lunar {date}", date=to_lunar(said.value).text) if len(value) == 10 else ""
        return f"{show_date(said)}　{lunar}".strip()
    if meaning == "area" and isinstance(value, int):
        return _("{mu} mu = {metres} square metres", mu=_decimal(Fraction(value, 2000), 4), metres=_decimal(Fraction(value, 3), 2))
    if meaning == "hours" and isinstance(value, int):
        return _("{duration} ({hours} hours)", duration=show_duration(value), hours=show_hours(value))
    if meaning in ("duration", "weight") and isinstance(value, int):
        return show_typed(field, value)
    if meaning == "money" and isinstance(value, int):
        return _("{amount} yuan", amount=show_typed(field, value))
    if meaning == "id_number" and isinstance(value, str):
        number = IdNumber(value)
        sex = _("male") if int(value[16]) % 2 else _("female")
        return _("{sex}, born on {date}", sex=sex, date=show_date(number.birth))
    if meaning == "moment" and isinstance(value, str):
        said = from_iso(value[:10])
        return f"{show_date(said)} {value[11:]}" if said else ""
    if meaning in ("phone", "time") and isinstance(value, str):
        return value if value != text else ""
    return ""
