"""C01 and C04–C06: households visited, people due a visit, and how many of them were visited."""

from collections.abc import Iterable

from sqlalchemy import select

from station_app.kinds.lines import Facts, Line, Listed, Scope, Source, first_of_each, live
from station_app.kinds.resident import Resident
from station_app.kinds.visit import VISITS
from station_app.messages import N_
from station_app.report.indicators.people import PEOPLE, has_open_file, registered

HOUSEHOLDS = Source(
    "households",
    lambda station: select(Resident.id, Resident.household).where(
        live(Resident, station), Resident.household.is_not(None)
    ),
)


def _households(facts: Facts, scope: Scope) -> Listed:
    """Each household once a day; who has no household is one by themself."""
    house = facts.once("households", lambda: {row.id: row.household for row in facts.rows(HOUSEHOLDS, scope)})
    modes = scope.rule("visiting", "modes_walked")
    return first_of_each(
        ((house.get(who, who), at[:10]), record)
        for record, at, who, mode, _abnormal, _handled in facts.rows(VISITS, scope)
        if mode is None or mode in modes
    )


def _visited(facts: Facts, scope: Scope) -> frozenset[str]:
    """Residents visited in the period."""
    return facts.once(
        ("visited", scope.first, scope.last),
        lambda: frozenset(row[2] for row in facts.rows(VISITS, scope) if row[2] is not None),
    )


def _due(facts: Facts, month: Scope) -> frozenset[str]:
    """Due in one month: high and key classes always; general ones in the quarter's last month unless visited in it before.

    Who has no visiting class is not due.
    """

    def choose() -> frozenset[str]:
        every_month, every_quarter = (
            set(month.rule("visiting", rule)) for rule in ("due_every_month", "due_every_quarter")
        )
        number = int(month.last[5:])
        last_of_quarter = number % 3 == 0
        before: frozenset[str] = frozenset()
        if last_of_quarter:
            year = month.last[:5]
            before = _visited(
                facts, Scope(month.station, f"{year}{number - 2:02}", f"{year}{number - 1:02}", month.rules)
            )
        found = set()
        for who, rows in registered(facts, month).items():
            classes = {row.visit_class for row in rows if has_open_file(row, month)}
            if classes & every_month or (last_of_quarter and classes & every_quarter and who not in before):
                found.add(who)
        return frozenset(found)

    return facts.once(("due", month.last), choose)


def _people_due(facts: Facts, scope: Scope) -> Listed:
    """Over several months: everyone due in any of them, once."""
    return [(who, 1) for who in {who for month in scope.months() for who in _due(facts, month)}]


def _people_visited(facts: Facts, scope: Scope) -> Listed:
    """Over several months: everyone who was due in one of them and visited in that month, once."""
    return [(who, 1) for who in {w for month in scope.months() for w in _due(facts, month) & _visited(facts, month)}]


def report_lines() -> Iterable[Line]:
    """The lines of part C that need more than the visits."""
    yield Line(
        key="C01",
        title=N_("Households visited"),
        unit=N_("household-times"),
        kind="visit",
        sources=(VISITS, HOUSEHOLDS),
        listed=_households,
    )
    for key, title, listed, under in (
        ("C04", N_("People due a visit"), _people_due, ""),
        ("C05", N_("Of these, visited"), _people_visited, "C04"),
    ):
        yield Line(
            key=key,
            title=title,
            unit=N_("people"),
            kind="resident",
            sources=(VISITS, PEOPLE),
            listed=listed,
            under=under,
            by_month=True,
        )
    yield Line(key="C06", title=N_("Visiting rate"), unit=N_("%"), rate=("C05", "C04"), decimals=1)
