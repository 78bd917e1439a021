"""B01–B07: service objects on the last day, new files, elders and their circumstances."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Text, and_, or_, select, type_coerce

from station_app.kinds.assessment import Assessment
from station_app.kinds.elder import Elder, Living
from station_app.kinds.lines import Facts, Line, Listed, Scope, Source, begun, flag, live, not_ended
from station_app.kinds.people_codes import Group
from station_app.kinds.resident import Resident
from station_app.messages import N_

#: Residents that have an elder's file or were filed themselves: one row for each file.
PEOPLE = Source(
    "people",
    lambda station: (
        select(
            Resident.id,
            Resident.birth_month,
            type_coerce(Resident.groups, Text).label("groups"),
            Resident.filed_on,
            Resident.closed_on,
            flag(Resident.deceased).label("deceased"),
            Resident.deceased_on,
            Elder.id.label("file"),
            Elder.file_date,
            Elder.closed_on.label("file_closed_on"),
            flag(Elder.alone).label("alone"),
            flag(Elder.empty_nest).label("empty_nest"),
            Elder.living,
            Elder.visit_class,
        )
        .join(Elder, and_(Elder.resident == Resident.id, live(Elder, station)), isouter=True)
        .where(live(Resident, station), or_(Elder.id.is_not(None), Resident.filed_on.is_not(None)))
    ),
)

#: Assessments that gave a level; a screening is none.
ASSESSMENTS = Source(
    "assessments",
    lambda station: select(Assessment.id, Assessment.assessed_on, Assessment.resident, Assessment.level).where(
        live(Assessment, station),
        Assessment.level.is_not(None),
        or_(flag(Assessment.screening).is_(None), flag(Assessment.screening) == 0),
    ),
)


def registered(facts: Facts, scope: Scope) -> Mapping[str, list[Any]]:
    """B01: residents with an open file on the last day, neither closed nor deceased; each with the rows of their files.

    A file without a date is open; a death without a date has happened.
    """

    def choose() -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for row in facts.rows(PEOPLE, scope):
            if not not_ended(row.closed_on, scope) or not not_ended(row.deceased_on, scope):
                continue
            if row.deceased and row.deceased_on is None:
                continue
            if has_open_file(row, scope):
                found.setdefault(row.id, []).insert(0, row)  # open files first
            elif row.filed_on is not None and begun(row.filed_on, scope):
                found.setdefault(row.id, []).append(row)
        return found

    return facts.once(("registered", scope.last), choose)


def has_open_file(row: Any, scope: Scope) -> bool:
    """The row's elder's file is open on the last day."""
    return row.file is not None and begun(row.file_date, scope) and not_ended(row.file_closed_on, scope)


def _older(birth_month: str | None, scope: Scope, years: int) -> bool:
    """By the month, which is all that is open: on the last day, everyone born in that month has had the birthday."""
    return birth_month is not None and birth_month <= f"{int(scope.last[:4]) - years:04}{scope.last[4:]}"


def elders(facts: Facts, scope: Scope) -> Mapping[str, list[Any]]:
    """B03: registered and old enough; someone with an elder's file and no known birth is an elder."""
    age = scope.rule("ages", "elder")
    return {
        who: rows
        for who, rows in registered(facts, scope).items()
        if _older(rows[0].birth_month, scope, age) or (rows[0].birth_month is None and has_open_file(rows[0], scope))
    }


def _groups(row: Any) -> list[str]:
    return list(json.loads(row.groups)) if row.groups else []


def _says(rows: list[Any], scope: Scope, name: str, group: Group, living: str = "") -> bool:
    """The open files say so; where they say nothing, the way of living or the resident's groups do."""
    files = [row for row in rows if has_open_file(row, scope)]
    said = [flag for row in files if (flag := getattr(row, name)) is not None]
    if said:
        return any(said)
    return group.value in _groups(rows[0]) or any(row.living == living for row in files if living)


def _all(choose: Callable[[Facts, Scope], Iterable[str]]) -> Callable[[Facts, Scope], Listed]:
    return lambda facts, scope: [(who, 1) for who in choose(facts, scope)]


def _new_files(facts: Facts, scope: Scope) -> Iterable[str]:
    """By the first file of each; files without a date are never new."""
    first: dict[str, str] = {}
    for row in facts.rows(PEOPLE, scope):
        for day in (row.file_date, row.filed_on):
            if day is not None and day < first.get(row.id, "9"):
                first[row.id] = day
    return (who for who, day in first.items() if scope.first <= day < scope.end)


def _alone(facts: Facts, scope: Scope) -> Iterable[str]:
    every = elders(facts, scope).items()
    return (who for who, rows in every if _says(rows, scope, "alone", Group.ALONE, Living.ALONE.value))


def _empty_nest(facts: Facts, scope: Scope) -> Iterable[str]:
    every = elders(facts, scope).items()
    return (who for who, rows in every if _says(rows, scope, "empty_nest", Group.EMPTY_NEST))


def _aged(facts: Facts, scope: Scope) -> Iterable[str]:
    age = scope.rule("ages", "aged")
    return (who for who, rows in elders(facts, scope).items() if _older(rows[0].birth_month, scope, age))


def _disabled(facts: Facts, scope: Scope) -> Iterable[str]:
    """By the newest assessment up to the last day."""
    latest: dict[str, tuple[str, str, str]] = {}
    for row in facts.rows(ASSESSMENTS, scope):
        if row.resident is not None and row.assessed_on is not None and row.assessed_on <= scope.last_day:
            found = (row.assessed_on, row.id, row.level)
            latest[row.resident] = max(latest.get(row.resident, found), found)
    least = str(scope.rule("disability", "least_level"))
    return (who for who in elders(facts, scope) if who in latest and latest[who][2] >= least)


def report_lines() -> Iterable[Line]:
    """The lines of part B; records are residents, each once."""
    for key, title, choose, under in (
        ("B01", N_("Registered service objects"), registered, ""),
        ("B02", N_("New files"), _new_files, ""),
        ("B03", N_("Elders"), elders, "B01"),
        ("B04", N_("Elders living alone"), _alone, "B03"),
        ("B05", N_("Elders in an empty nest"), _empty_nest, "B03"),
        ("B06", N_("Elders of great age"), _aged, "B03"),
        ("B07", N_("Elders assessed as disabled"), _disabled, "B03"),
    ):
        sources = (PEOPLE, ASSESSMENTS) if key == "B07" else (PEOPLE,)
        yield Line(
            key=key,
            title=title,
            unit=N_("people"),
            kind="resident",
            sources=sources,
            listed=_all(choose),
            state=key != "B02",
            under=under,
        )
