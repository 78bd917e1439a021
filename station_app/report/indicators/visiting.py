"""C01 and C04–C06: households visited, people due a visit, and how many of them were visited."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, func, or_, select, union

from station_app.kinds.elder import Elder
from station_app.kinds.lines import ONE, Line, Listing, Scope, listing
from station_app.kinds.resident import Resident
from station_app.kinds.visit import Visit
from station_app.messages import N_
from station_app.report.indicators.people import open_files, registered


def _households(scope: Scope) -> Listing:
    """Each household once a day; who has no household is one by themself."""
    house = func.coalesce(Resident.household, Visit.resident)
    day = func.substr(Visit.visit_at, 1, 10)
    return (
        select(func.min(Visit.id).label("id"), ONE.label("amount"))
        .select_from(Visit)
        .join(Resident, and_(Resident.id == Visit.resident, scope.of(Resident)), isouter=True)
        .where(
            Visit.completed(scope),
            scope.during(Visit.visit_at),
            or_(Visit.mode.is_(None), Visit.mode.in_(scope.rule("visiting", "modes_walked"))),
        )
        .group_by(house, day)
    )


def _visited(scope: Scope, first: str, end: str) -> ColumnElement[bool]:
    """The resident was visited from the first month to before the end."""
    seen = select(Visit.resident).where(
        Visit.completed(scope), Visit.visit_at >= first, Visit.visit_at < end, Visit.resident.is_not(None)
    )
    return Resident.id.in_(seen)


def _due(month: Scope) -> ColumnElement[bool]:
    """Due in one month: high and key classes always; general ones in the quarter's last month unless visited in it before.

    Who has no visiting class is not due.
    """

    def of_class(rule: str) -> ColumnElement[bool]:
        classes = month.rule("visiting", rule)
        return Resident.id.in_(
            select(Elder.resident).where(open_files(month), Elder.visit_class.in_(classes), Elder.resident.is_not(None))
        )

    due = of_class("due_every_month")
    number = int(month.last[5:])
    if number % 3 == 0:
        quarter = f"{month.last[:5]}{number - 2:02}"
        due = or_(due, and_(of_class("due_every_quarter"), ~_visited(month, quarter, month.last)))
    return and_(registered(month), due)


def _people(scope: Scope, *, visited: bool) -> Listing:
    """Over several months: everyone due (and visited) in any of them, once."""
    each = [
        listing(Resident.id, ONE, _due(month), *([_visited(month, month.first, month.end)] if visited else []))
        for month in scope.months()
    ]
    if len(each) == 1:
        return each[0]
    every = union(*each).subquery()
    return select(every.c.id, every.c.amount)


def report_lines() -> Iterable[Line]:
    """The lines of part C that need more than the visits."""
    yield Line(key="C01", title=N_("Households visited"), unit=N_("household-times"), kind="visit", select=_households)
    yield Line(
        key="C04",
        title=N_("People due a visit"),
        unit=N_("people"),
        kind="resident",
        select=lambda scope: _people(scope, visited=False),
    )
    yield Line(
        key="C05",
        title=N_("Of these, visited"),
        unit=N_("people"),
        kind="resident",
        select=lambda scope: _people(scope, visited=True),
        under="C04",
    )
    yield Line(key="C06", title=N_("Visiting rate"), unit=N_("%"), rate=("C05", "C04"), decimals=1)
