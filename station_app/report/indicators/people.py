"""B01–B07: service objects on the last day, new files, elders and their circumstances."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, exists, func, or_, select, type_coerce, union_all
from sqlalchemy.orm import InstrumentedAttribute

from station_app.kinds.assessment import Assessment
from station_app.kinds.elder import Elder, Living
from station_app.kinds.lines import ONE, Line, Listing, Scope, listing, not_yes, yes
from station_app.kinds.people_codes import Group
from station_app.kinds.resident import Resident
from station_app.messages import N_


def open_files(scope: Scope) -> ColumnElement[bool]:
    """Elder's files open on the last day; a file without a date is open."""
    return and_(scope.of(Elder), scope.begun(Elder.file_date), scope.not_ended(Elder.closed_on))


def _has_file(scope: Scope, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return Resident.id.in_(select(Elder.resident).where(open_files(scope), Elder.resident.is_not(None), *conditions))


def registered(scope: Scope) -> ColumnElement[bool]:
    """B01: residents with an open file on the last day, neither closed nor deceased."""
    return and_(
        scope.of(Resident),
        scope.not_ended(Resident.closed_on),
        scope.not_ended(Resident.deceased_on),
        or_(not_yes(Resident.deceased), Resident.deceased_on.is_not(None)),
        or_(_has_file(scope), and_(Resident.filed_on.is_not(None), Resident.filed_on <= scope.last_day)),
    )


def _older(scope: Scope, years: int) -> ColumnElement[bool]:
    """Birthdays up to and including the last month: by the month, which is all that is open."""
    return Resident.birth_month <= f"{int(scope.last[:4]) - years:04}{scope.last[4:]}"


def elders(scope: Scope) -> ColumnElement[bool]:
    """B03: registered and old enough; someone with an elder's file and no known birth is an elder."""
    unknown = and_(Resident.birth_month.is_(None), _has_file(scope))
    return and_(registered(scope), or_(_older(scope, scope.rule("ages", "elder")), unknown))


def _in_group(group: Group) -> ColumnElement[bool]:
    """Groups are a JSON array in one text column."""
    return type_coerce(Resident.groups, Text).like(f'%"{group.value}"%')


def _elders_with(flag: InstrumentedAttribute[bool | None], group: Group, *also: ColumnElement[bool]) -> Any:
    """Elders whose file says so; where it says nothing, the way of living or the resident's groups do."""

    def chosen(scope: Scope) -> Listing:
        said = _has_file(scope, flag.is_not(None))
        instead = or_(_in_group(group), *(_has_file(scope, condition) for condition in also))
        return listing(Resident.id, ONE, elders(scope), or_(_has_file(scope, yes(flag)), and_(~said, instead)))

    return chosen


def _new_files(scope: Scope) -> Listing:
    dates = union_all(
        select(Elder.resident.label("id"), Elder.file_date.label("day")).where(scope.of(Elder)),
        select(Resident.id.label("id"), Resident.filed_on.label("day")).where(scope.of(Resident)),
    ).subquery()
    first = select(dates.c.id, func.min(dates.c.day).label("day")).group_by(dates.c.id).subquery()
    known = exists().where(Resident.id == first.c.id, scope.of(Resident))
    return listing(first.c.id, ONE, scope.during(first.c.day), known)


def _disabled(scope: Scope) -> Listing:
    nth = func.row_number().over(
        partition_by=Assessment.resident, order_by=(Assessment.assessed_on.desc(), Assessment.id.desc())
    )
    assessed = (
        select(Assessment.resident, Assessment.level, nth.label("nth"))
        .where(
            scope.of(Assessment),
            Assessment.assessed_on <= scope.last_day,
            Assessment.level.is_not(None),
            not_yes(Assessment.screening),
        )
        .subquery()
    )
    least = str(scope.rule("disability", "least_level"))
    latest = select(assessed.c.resident).where(assessed.c.nth == 1, assessed.c.level >= least)
    return listing(Resident.id, ONE, elders(scope), Resident.id.in_(latest))


def report_lines() -> Iterable[Line]:
    """The lines of part B; records are residents, each once."""

    def line(key: str, title: str, select: Any, *, state: bool = True, under: str = "") -> Line:
        return Line(key=key, title=title, unit=N_("people"), kind="resident", select=select, state=state, under=under)

    yield line("B01", N_("Registered service objects"), lambda scope: listing(Resident.id, ONE, registered(scope)))
    yield line("B02", N_("New files"), _new_files, state=False)
    yield line("B03", N_("Elders"), lambda scope: listing(Resident.id, ONE, elders(scope)), under="B01")
    yield line(
        "B04",
        N_("Elders living alone"),
        _elders_with(Elder.alone, Group.ALONE, Elder.living == Living.ALONE.value),
        under="B03",
    )
    yield line("B05", N_("Elders in an empty nest"), _elders_with(Elder.empty_nest, Group.EMPTY_NEST), under="B03")
    yield line(
        "B06",
        N_("Elders of great age"),
        lambda scope: listing(Resident.id, ONE, elders(scope), _older(scope, scope.rule("ages", "aged"))),
        under="B03",
    )
    yield line("B07", N_("Elders assessed as disabled"), _disabled, under="B03")
