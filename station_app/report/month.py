"""The numbers of a month: each the sum of the records its own query lists, for the month, the year so far, the year before."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from sqlalchemy import Connection

from station_app.kinds.harvest import HARVESTS
from station_app.kinds.lines import Facts, Line, Scope
from station_app.messages import _
from station_app.report.facts import Reading
from station_app.report.indicators import lines
from station_app.report.policies import rules_in_force

#: The columns of the data table: 本月, 本年累计, 上年同月.
COLUMNS: Final = ("month", "year", "last_year")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line's title and unit in the user's language and its three values as printed; None is printed as a dash. ``exact`` are the sums in wire units."""

    key: str
    title: str
    unit: str
    month: str | None
    year: str | None
    last_year: str | None
    exact: Mapping[str, int] = field(default_factory=dict)
    under: str = ""

    @property
    def value(self) -> str | None:
        """The month's value."""
        return self.month


@dataclass(frozen=True, slots=True)
class MonthNumbers:
    """Every line of one station's month."""

    station: str
    month: str
    figures: Mapping[str, Figure]
    #: Harvests whose parts are more than the whole, of the year so far: they block signing.
    unbalanced: tuple[str, ...] = ()

    def __getitem__(self, key: str) -> Figure:
        return self.figures[key]

    def __iter__(self) -> Iterator[Figure]:
        return iter(self.figures.values())

    def as_json(self) -> str:
        """The figures as kept in a ``month_report``: key → [month, year, last year], canonical JSON."""
        values = {f.key: [f.month, f.year, f.last_year] for f in self}
        return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def month_before(month: str, months: int) -> str:
    """The month so many months earlier."""
    whole = int(month[:4]) * 12 + int(month[5:]) - 1 - months
    return f"{whole // 12:04}-{whole % 12 + 1:02}"


def scope_of(connection: Connection, station: str, first: str, last: str) -> Scope:
    """A period of a station, under the rules in force on its last day."""
    last_day = Scope(station, first, last, {}).last_day
    return Scope(station, first, last, rules_in_force(connection, station, last_day))


def scopes(connection: Connection, station: str, month: str) -> dict[str, Scope]:
    """The periods of the three columns."""
    before = month_before(month, 12)
    return {
        "month": scope_of(connection, station, month, month),
        "year": scope_of(connection, station, f"{month[:4]}-01", month),
        "last_year": scope_of(connection, station, before, before),
    }


def rounded(amount: int, scale: int, decimals: int) -> Decimal:
    """Wire units as printed units, half up."""
    return (Decimal(amount) / scale).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def printed(line: Line, amount: int) -> str:
    """A sum in wire units as it is printed."""
    return str(rounded(amount, line.scale, line.decimals))


def rate(part: int, whole: int, decimals: int = 1) -> str | None:
    """Per cent, half up; None (a dash) when there is nothing to divide by."""
    if whole == 0:
        return None
    return str((Decimal(part) * 100 / whole).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def numbers(connection: Connection, station: str, month: str) -> MonthNumbers:
    """Every line for the month, for the year up to it (recomputed, so that people count once), and for the same month last year."""
    return numbers_of(Reading(connection), scopes(connection, station, month))


def numbers_of(facts: Reading, periods: Mapping[str, Scope]) -> MonthNumbers:
    """The same from a reading of the tables that others use too."""
    sums = {
        # The year is read before the month, which is a part of it.
        key: {column: facts.total(line, scope) for column, scope in reversed(list(periods.items()))}
        for key, line in lines().items()
        if line.listed is not None
    }
    figures = {key: _figure(line, sums) for key, line in lines().items()}
    scope = periods["month"]
    return MonthNumbers(scope.station, scope.last, figures, _unbalanced(facts, periods["year"]))


def _figure(line: Line, sums: Mapping[str, Mapping[str, int]]) -> Figure:
    if line.rate is not None:
        part, whole = (sums[key] for key in line.rate)
        values = {column: rate(part[column], whole[column], line.decimals) for column in COLUMNS}
        exact: Mapping[str, int] = {}
    else:
        exact = sums[line.key]
        values = {column: printed(line, exact[column]) for column in COLUMNS}
    return Figure(
        key=line.key, title=line.titled(), unit=_(line.unit), month=values["month"], year=values["year"],
        last_year=values["last_year"], exact=exact, under=line.under,
    )  # fmt: skip


def _unbalanced(facts: Facts, year: Scope) -> tuple[str, ...]:
    return tuple(sorted(row.id for row in facts.rows(HARVESTS, year) if row.balance is not None and row.balance < 0))
