"""Who is to be visited by when: the visiting rules of a policy turned into one date and one reason for each elder.

DOMAIN §1.4 (内蒙古探访关爱意见): high risk every seven days, the key class every calendar month, the general class every calendar
quarter, anyone within 24 hours of a major change; what a visit found wrong is followed up in three days.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, and_, func, or_, select

from station_app.kinds.days import day_of
from station_app.kinds.elder import Elder, VisitClass
from station_app.kinds.lines import flag, live
from station_app.kinds.resident import Resident
from station_app.kinds.visit import VISITS, Visit
from station_app.messages import N_
from station_app.report.policies import rules_in_force

#: The policy whose table this follows.
POLICY: Final = "visiting"


class Why(StrEnum):
    """What makes a visit due; the earliest date counts, and of equal ones the first named here."""

    CHANGE = "change"
    FOLLOW_UP = "follow_up"
    AGREED = "agreed"
    RULE = "rule"


WHY: Final = {
    Why.CHANGE: N_("major change"),
    Why.FOLLOW_UP: N_("something was wrong"),
    Why.AGREED: N_("agreed day"),
    Why.RULE: N_("visiting rule"),
}


class State(StrEnum):
    """Where a due day stands to today."""

    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"
    LATER = "later"


STATES: Final = {
    State.OVERDUE: N_("overdue"),
    State.TODAY: N_("due today"),
    State.SOON: N_("due soon"),
    State.LATER: N_("later"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """What the rules look at: an elder with an open file. Days are local civil dates."""

    resident: str
    elder: str
    village: str | None
    visit_class: str | None
    filed: date | None
    last: date | None
    changed: date | None = None
    agreed: date | None = None
    follow_up: date | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """One elder's next visit; ``on`` is the last day on which it is in time."""

    person: Person
    on: date
    why: Why

    def state(self, today: date, soon_days: int) -> State:
        """Overdue, today, within ``soon_days`` days, or later."""
        if self.on < today:
            return State.OVERDUE
        if self.on == today:
            return State.TODAY
        return State.SOON if self.on <= today + timedelta(days=soon_days) else State.LATER


# ---------------------------------------------------------------------- the rules (pure)


def due_of(person: Person, today: date, rules: Mapping[str, Any]) -> Due | None:
    """The earliest reason to visit; None for somebody whom no rule and no agreement names."""
    found = [Due(person, on, why) for why, on in _reasons(person, today, rules) if on is not None]
    return min(found, key=lambda due: (due.on, list(Why).index(due.why)), default=None)


def _reasons(person: Person, today: date, rules: Mapping[str, Any]) -> Iterable[tuple[Why, date | None]]:
    last = person.last
    if person.changed is not None and (last is None or last < person.changed):
        # 24 hours of a day that has no hour: until the end of the next day
        yield Why.CHANGE, person.changed + timedelta(days=-(-int(rules["after_change_hours"]) // 24))
    yield Why.FOLLOW_UP, person.follow_up
    if person.agreed is not None and (last is None or last < person.agreed):
        yield Why.AGREED, person.agreed
    yield Why.RULE, _by_class(person, today, rules)


def _by_class(person: Person, today: date, rules: Mapping[str, Any]) -> date | None:
    """By the class: days since the last visit, or the end of the calendar month or quarter that lacks one."""
    if person.visit_class is None:
        return None
    if person.visit_class == VisitClass.HIGH:
        return (person.last or person.filed or today) + timedelta(days=int(rules["high_risk_days"]))
    if person.visit_class in rules["due_every_month"]:
        months = 1
    elif person.visit_class in rules["due_every_quarter"]:
        months = 3
    else:
        return None
    if person.last is not None:
        return _period(_period(person.last, months)[1] + timedelta(days=1), months)[1]
    this = _period(today, months)
    before = this[0] - timedelta(days=1)
    # who was never visited is overdue since the last period that passed, not since a filing years ago
    return before if person.filed is not None and person.filed <= before else this[1]


def _period(day: date, months: int) -> tuple[date, date]:
    """First and last day of the calendar month or quarter."""
    first = day.month - (day.month - 1) % months
    last = first + months - 1
    return date(day.year, first, 1), date(day.year, last, monthrange(day.year, last)[1])


def plan(people: Iterable[Person], today: date, rules: Mapping[str, Any]) -> list[Due]:
    """Everyone's next visit, the most urgent first."""
    found = [due for person in people if (due := due_of(person, today, rules)) is not None]
    return sorted(
        found, key=lambda due: (due.on, list(Why).index(due.why), due.person.village or "", due.person.resident)
    )


@dataclass(frozen=True, slots=True)
class Moved:
    """What a changed table would do to one elder; None: not due at all."""

    person: Person
    before: date | None
    after: date | None


def moved(people: Sequence[Person], today: date, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Moved]:
    """Whose day a new table changes: shown before it is put in force."""
    found: list[Moved] = []
    for person in people:
        was, will = due_of(person, today, old), due_of(person, today, new)
        before, after = (None if was is None else was.on), (None if will is None else will.on)
        if before != after:
            found.append(Moved(person, before, after))
    return found


# ---------------------------------------------------------------------- reading


def rules_of(connection: Connection, station: str, today: date) -> Mapping[str, Any]:
    """The visiting rules in force on a day."""
    return rules_in_force(connection, station, today.isoformat())[POLICY]


def people_of(connection: Connection, station: str, today: date) -> list[Person]:
    """Every elder with an open file who is alive and still served, with the last visit that took place."""
    visits = VISITS.query(station).subquery()
    newest = (
        select(visits.c.resident, func.max(visits.c.visit_at).label("at"))
        .where(visits.c.visit_at <= f"{today.isoformat()}T23:59")
        .group_by(visits.c.resident)
        .subquery()
    )
    wrong = (
        select(Visit.resident, func.min(Visit.follow_up_due).label("due"))
        .where(live(Visit, station), Visit.follow_up_due.is_not(None), Visit.handled_on.is_(None))
        .group_by(Visit.resident)
        .subquery()
    )
    day = today.isoformat()
    rows = connection.execute(
        select(
            Resident.id, Elder.id.label("elder"), Resident.village, Elder.visit_class, Elder.file_date, Resident.filed_on,
            newest.c.at, Elder.changed_on, Elder.next_visit_due, wrong.c.due,
        )
        .join(Elder, and_(Elder.resident == Resident.id, live(Elder, station)))
        .join(newest, newest.c.resident == Resident.id, isouter=True)
        .join(wrong, wrong.c.resident == Resident.id, isouter=True)
        .where(
            live(Resident, station),
            or_(Elder.closed_on.is_(None), Elder.closed_on > day),
            or_(Resident.closed_on.is_(None), Resident.closed_on > day),
            or_(flag(Resident.deceased).is_(None), flag(Resident.deceased) == 0),
            Resident.deceased_on.is_(None),
        )
        .order_by(Resident.id, Elder.id)
    )  # fmt: skip
    found: dict[str, Person] = {}
    for row in rows:
        person = Person(
            row.id, row.elder, row.village, row.visit_class, _first_day(row.file_date or row.filed_on), day_of(row.at),
            day_of(row.changed_on), day_of(row.next_visit_due), day_of(row.due),
        )  # fmt: skip
        found.setdefault(person.resident, person)  # a second file of the same elder asks for no second visit
    return list(found.values())


def _first_day(text: str | None) -> date | None:
    """A month alone counts from its first day."""
    return day_of(f"{text}-01" if text is not None and len(text) == 7 else text)
