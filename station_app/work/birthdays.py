"""Birthdays in the coming days, in the calendar in which people keep them: lunar ones with leap months and the 30th rule."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, or_, select

from station_app.kinds.days import born_on, day_of
from station_app.kinds.elder import Elder
from station_app.kinds.lines import flag, live
from station_app.kinds.people_codes import Calendar
from station_app.kinds.resident import Resident
from station_app.values.lunar import month_day_text, next_birthday, read_month_day, to_lunar


@dataclass(frozen=True, slots=True)
class Birthday:
    """Who, on which day, how old they become (周岁), and the day in the words of the calendar they keep."""

    resident: str
    on: date
    age: int | None
    said: str


def keeps_lunar(calendar: str | None, said: str | None) -> tuple[int, int, bool] | None:
    """Month, day, leap of a lunar birthday that was said in words; None when nothing lunar was said."""
    if said is None or calendar == Calendar.SOLAR:
        return None
    return read_month_day(said.replace("农历", "").replace("阴历", "").replace("旧历", "").strip())


def next_of(born: date | None, calendar: str | None, said: str | None, after: date) -> tuple[date, str] | None:
    """The first birthday on or after a day, and its words; None where no birthday is known."""
    lunar = keeps_lunar(calendar, said)
    if lunar is None and calendar == Calendar.LUNAR and born is not None:
        was = to_lunar(born)
        lunar = (was.month, was.day, was.leap)
    if lunar is not None:
        on = next_birthday(*lunar, after)
        return None if on is None else (on, f"农历{month_day_text(*lunar)}")
    if born is None:
        return None
    for year in (after.year, after.year + 1):
        on = _in_year(born, year)
        if on >= after:
            return on, f"{born.month}月{born.day}日"
    return None


def _in_year(born: date, year: int) -> date:
    """Who was born on 29 February keeps the 28th in other years."""
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def upcoming(
    people: Iterable[tuple[str, date | None, str | None, str | None]], today: date, days: int
) -> list[Birthday]:
    """(resident, born, calendar, birthday as said) → birthdays from today to ``days`` days on, in order."""
    found: list[Birthday] = []
    until = today + timedelta(days=days)
    for resident, born, calendar, said in people:
        following = next_of(born, calendar, said, today)
        if following is not None and following[0] <= until:
            age = None if born is None else following[0].year - born.year
            found.append(Birthday(resident, following[0], age, following[1]))
    return sorted(found, key=lambda one: (one.on, one.resident))


def people_of(connection: Connection, station: str) -> list[tuple[str, date | None, str | None, str | None]]:
    """Everyone with an elder's file, alive and still served."""
    rows = connection.execute(
        select(Resident.id, Resident.birth_date, Resident.id_no, Resident.birth_calendar, Resident.birth_said)
        .where(
            live(Resident, station),
            Resident.id.in_(select(Elder.resident).where(live(Elder, station))),
            or_(flag(Resident.deceased).is_(None), flag(Resident.deceased) == 0),
            Resident.deceased_on.is_(None),
            Resident.closed_on.is_(None),
        )
        .order_by(Resident.id)
    )
    return [(r.id, day_of(born_on(r.birth_date, r.id_no)), r.birth_calendar, r.birth_said) for r in rows]
