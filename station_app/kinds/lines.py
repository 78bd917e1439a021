"""What a line of the month report is: a declaration and the query that lists its records; the number is their sum."""

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Integer, Select, and_, literal_column, or_, select, type_coerce
from sqlalchemy.orm import aliased

if TYPE_CHECKING:
    from station_app.kinds.base import Record

#: Rules by name of the policy, as in force on the last day of the period.
Rules = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a line is asked about: a station and a run of months, with the rules in force."""

    station: str
    first: str  # YYYY-MM
    last: str  # YYYY-MM
    rules: Rules

    @property
    def end(self) -> str:
        """The month after the last, before which every date of the period sorts."""
        year, month = int(self.last[:4]), int(self.last[5:])
        return f"{year + month // 12:04}-{month % 12 + 1:02}"

    @property
    def last_day(self) -> str:
        """The last day of the period."""
        year, month = int(self.last[:4]), int(self.last[5:])
        return f"{self.last}-{monthrange(year, month)[1]:02}"

    def months(self) -> list["Scope"]:
        """Each month of the period by itself."""
        found, month = [], self.first
        while month <= self.last:
            scope = Scope(self.station, month, month, self.rules)
            found.append(scope)
            month = scope.end
        return found

    def rule(self, policy: str, name: str) -> Any:
        """One rule of a policy."""
        return self.rules[policy][name]

    def of(self, kind: "type[Record]") -> ColumnElement[bool]:
        """Rows of this station that are not removed."""
        return and_(kind.station == self.station, or_(kind.removed.is_(None), kind.removed == 0))

    def during(self, date: Any) -> ColumnElement[bool]:
        """The date (or month, or moment) lies in the period: ISO texts sort as time does."""
        return and_(date >= self.first, date < self.end)

    def begun(self, date: Any) -> ColumnElement[bool]:
        """The date is not after the last day, or not known."""
        return or_(date.is_(None), date <= self.last_day)

    def not_ended(self, date: Any) -> ColumnElement[bool]:
        """The date lies after the last day, or there is none."""
        return or_(date.is_(None), date > self.last_day)


#: Rows (id, amount) of the line's kind.
Listing = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One indicator. ``select`` lists (id, amount) of records of ``kind``; the number is the sum of the amounts.

    Distinct things list one record each, with amount 1. A rate has no list of its own: ``rate`` names the lines it divides.
    ``scale`` wire units make one printed unit. ``state``: describes the last day, not the period.
    """

    key: str
    title: str
    unit: str
    kind: str = ""
    select: Callable[[Scope], Listing] | None = None
    rate: tuple[str, str] | None = None
    scale: int = 1
    decimals: int = 0
    state: bool = False
    under: str = ""  # the line of which this is a part ("其中")


def yes(column: Any) -> ColumnElement[bool]:
    """The flag says yes; unknown is not yes."""
    return type_coerce(column, Integer) == 1


def not_no(column: Any) -> ColumnElement[bool]:
    """The flag does not say no."""
    return or_(column.is_(None), type_coerce(column, Integer) != 0)


def not_yes(column: Any) -> ColumnElement[bool]:
    """The flag does not say yes."""
    return or_(column.is_(None), type_coerce(column, Integer) != 1)


def listing(record: Any, amount: Any, *conditions: ColumnElement[bool]) -> Listing:
    """The query of a line: each record that fits, with its amount in wire units."""
    return select(record.label("id"), amount.label("amount")).where(*conditions)


#: The amount of a record that counts as one.
ONE: ColumnElement[int] = literal_column("1", Integer)


def standing(scope: Scope, kind: "type[Record]", reverses: Any) -> ColumnElement[bool]:
    """Rows that count: neither a reversing record nor one that was reversed (kinds that are only appended to)."""
    other = aliased(kind)
    reference = getattr(other, reverses.key)
    reversed_ids = select(reference).where(
        other.station == scope.station, or_(other.removed.is_(None), other.removed == 0), reference.is_not(None)
    )
    return and_(scope.of(kind), reverses.is_(None), kind.id.not_in(reversed_ids))
