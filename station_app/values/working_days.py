"""Working days of mainland China: legal holidays and make-up days where they are published, weekdays flagged as a guess after."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta

from station_app.settings import RESOURCES
from station_app.values.reading import remembered


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day reached by counting working days; not ``certain`` when a year without a published calendar was crossed."""

    day: date
    certain: bool


@remembered(1)
def _exceptions() -> tuple[frozenset[int], dict[date, bool]]:
    """The years with a published calendar, and their days that differ from the week: working or not.

    chinesecalendar's days first, then the station's own table (day, working 0/1), which an update by USB replaces.
    """
    # Imported here: its tables take long to load, and a program that starts must not wait for them.
    from chinese_calendar.constants import holidays, workdays

    days = {**dict.fromkeys(holidays, False), **dict.fromkeys(workdays, True)}
    years = set(range(min(days).year, max(days).year + 1))
    with (RESOURCES / "tables" / "working_days.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            day = date.fromisoformat(row["day"])
            years.add(day.year)
            days[day] = row["working"] == "1"
    return frozenset(years), days


def published_years() -> frozenset[int]:
    """The years whose holidays are known."""
    return _exceptions()[0]


def calendar_known(year: int) -> bool:
    """Whether the State Council's calendar of a year is in our tables."""
    return year in published_years()


@remembered(16384)
def is_working_day(day: date) -> bool:
    """Whether people work that day; where no calendar is published, Monday to Friday."""
    exception = _exceptions()[1].get(day)
    return day.weekday() < 5 if exception is None else exception


@remembered(16384)
def add_working_days(start: date, count: int) -> Deadline:
    """The ``count``-th working day after ``start``; ``start`` itself is not counted."""
    if count < 0:
        raise ValueError(f"count must not be negative: {count}")
    day, left, years = start, count, {start.year}
    while left:
        day += timedelta(days=1)
        years.add(day.year)
        left -= is_working_day(day)
    return Deadline(day, years <= published_years())


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after ``start`` up to ``end`` (0 when ``end`` is not later)."""
    return sum(is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


@remembered(16384)
def is_late(done: date, recorded: date, allowed: int = 10) -> bool:
    """Whether something was recorded later than ``allowed`` working days after it was done."""
    return recorded > add_working_days(done, allowed).day


def last_working_day(year: int, month: int) -> Deadline:
    """The last working day of a month."""
    day = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return Deadline(day, calendar_known(year))
