"""What a line of the month report is: a declaration, the query of its records, and which of them it counts."""

from calendar import monthrange
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, Integer, Select, and_, or_, select, type_coerce
from sqlalchemy.orm import aliased

from station_app.messages import _

if TYPE_CHECKING:
    from station_app.kinds.base import Record

T = TypeVar("T")

#: Rules by name of the policy, as in force on the last day of the period.
Rules = Mapping[str, Mapping[str, Any]]

#: (id of a record, its amount in wire units): what a line lists; the line's number is the sum.
Listed = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a line is asked about: a station and a run of months, with the rules in force."""

    station: str
    first: str  # YYYY-MM
    last: str  # YYYY-MM
    rules: Rules

    #: The month after the last: every date of the period sorts before it, for ISO texts sort as time does.
    end: str = field(init=False)
    last_day: str = field(init=False)

    def __post_init__(self) -> None:
        year, month = int(self.last[:4]), int(self.last[5:])
        object.__setattr__(self, "end", f"{year + month // 12:04}-{month % 12 + 1:02}")
        object.__setattr__(self, "last_day", f"{self.last}-{monthrange(year, month)[1]:02}")

    def months(self) -> list["Scope"]:
        """Each month of the period by itself."""
        found, month = [], self.first
        while month <= self.last:
            scope = Scope(self.station, month, month, self.rules)
            found.append(scope)
            month = scope.end
        return found

    def since(self, first: str) -> "Scope":
        """The same period, begun earlier (or later)."""
        return Scope(self.station, first, self.last, self.rules)

    def rule(self, policy: str, name: str) -> Any:
        """One rule of a policy."""
        return self.rules[policy][name]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A query that several lines share: open columns of the records, one row for each, the id first.

    ``dated`` sources have the date of the event second and are asked for a period; the others are asked for the whole
    station, and the lines look at the dates themselves.
    """

    name: str
    query: Callable[[str], Select[*tuple[Any, ...]]]
    date: Any = None

    def select(self, station: str, first: str = "", end: str = "") -> Select[*tuple[Any, ...]]:
        """The query for a station, and for a period where the source is dated."""
        found = self.query(station)
        return found if self.date is None else found.where(self.date >= first, self.date < end)


class Facts(Protocol):
    """What the report hands to a line: rows of sources, each read once."""

    def rows(self, source: Source, scope: Scope) -> Sequence[Any]:
        """The rows of a source: of the period when it is dated."""

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What several lines need, made once."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """One indicator. ``listed`` gives the records of ``kind`` that count, with amounts; the number is their sum.

    Distinct things list one record each, with amount 1. A rate has no list of its own: ``rate`` names the lines it divides.
    ``scale`` wire units make one printed unit. ``state``: describes the last day, not the period.
    """

    key: str
    title: str
    unit: str
    kind: str = ""
    sources: tuple[Source, ...] = ()
    listed: Callable[[Facts, Scope], Listed] | None = None
    rate: tuple[str, str] | None = None
    scale: int = 1
    decimals: int = 0
    state: bool = False
    by_month: bool = False  # a longer period is asked month by month: who was due in any of them
    under: str = ""  # the line of which this is a part ("其中")

    def titled(self) -> str:
        """The title in the user's language, a part marked as one."""
        return _("of these: {title}", title=_(self.title)) if self.under else _(self.title)


def begun(date: str | None, scope: Scope) -> bool:
    """The date is not after the last day, or not known."""
    return date is None or date <= scope.last_day


def not_ended(date: str | None, scope: Scope) -> bool:
    """The date lies after the last day, or there is none."""
    return date is None or date > scope.last_day


def first_of_each(pairs: Iterable[tuple[Hashable, str]]) -> Listed:
    """Of the (key, id) pairs the least id of each key, counted as one: how distinct things are listed."""
    least: dict[Hashable, str] = {}
    for key, record in pairs:
        known = least.get(key)
        if known is None or record < known:
            least[key] = record
    return [(record, 1) for record in least.values()]


def live(kind: "type[Record]", station: str) -> ColumnElement[bool]:
    """Rows of this station that are not removed."""
    return and_(kind.station == station, or_(kind.removed.is_(None), kind.removed == 0))


def standing(kind: "type[Record]", station: str, reverses: Any) -> ColumnElement[bool]:
    """Rows that count: neither a reversing record nor one that was reversed (kinds that are only appended to)."""
    other = aliased(kind)
    reference = getattr(other, reverses.key)
    reversed_ids = select(reference).where(
        other.station == station, or_(other.removed.is_(None), other.removed == 0), reference.is_not(None)
    )
    return and_(live(kind, station), reverses.is_(None), kind.id.not_in(reversed_ids))


def flag(column: Any) -> ColumnElement[int]:
    """A yes/no column as 1, 0 or None, without a conversion for each row."""
    return type_coerce(column, Integer)
