"""Reading what the lines of a month need: each source once, kept by month, so that a year and its months share their rows."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import Connection

from station_app.kinds.lines import Line, Listed, Scope, Source
from station_app.report.indicators import lines

T = TypeVar("T")

_NONE: Sequence[Any] = ()


class Reading:
    """Rows of one station's tables as they are now; forget it when they change."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        #: Source → month → rows; a month that was read and is empty stands there too.
        self._months: dict[str, dict[str, Sequence[Any]]] = {}
        self._made: dict[Hashable, Any] = {}

    def rows(self, source: Source, scope: Scope) -> Sequence[Any]:
        """The rows of a source; of a dated one those of the period."""
        if source.date is None:
            return self.once(
                ("rows", source.name), lambda: self.connection.execute(source.select(scope.station)).all()
            )
        known = self._months.setdefault(source.name, {})
        wanted = [month.first for month in scope.months()]
        if not known.keys() >= set(wanted):
            self._read(source, scope, known)
        parts = [known[month] for month in wanted if known[month]]
        if len(parts) > 1:
            return self.once(
                ("rows", source.name, scope.first, scope.last), lambda: [r for part in parts for r in part]
            )
        return parts[0] if parts else _NONE

    def read(self, scope: Scope) -> None:
        """Everything of a longer period at once, before its months are asked for one by one."""
        for line in lines().values():
            for source in line.sources:
                self.rows(source, scope)

    def _read(self, source: Source, scope: Scope, known: dict[str, Sequence[Any]]) -> None:
        found: dict[str, list[Any]] = {month.first: [] for month in scope.months()}
        for row in self.connection.execute(source.select(scope.station, scope.first, scope.end)).all():
            found[row[1][:7]].append(row)
        known.update(found)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What several lines need, made once."""
        if key not in self._made:
            self._made[key] = make()
        return cast(T, self._made[key])

    def listed(self, line: Line, scope: Scope) -> Listed:
        """The records a line counts, with their amounts."""
        if line.listed is None:
            raise ValueError(f"{line.key} is a rate: it has no list of its own")
        return self.once(("line", line.key, scope.first, scope.last), lambda: self._list(line, scope))

    def total(self, line: Line, scope: Scope) -> int:
        """The sum over the line's own list."""
        listed = self.listed(line, scope)
        return self.once(("total", line.key, id(listed)), lambda: sum([amount for _record, amount in listed]))

    def _list(self, line: Line, scope: Scope) -> Listed:
        assert line.listed is not None
        month = scope.since(scope.last)
        if scope.first != scope.last and not line.by_month and self._nothing_before(line, scope, month):
            return self.listed(line, month)
        return line.listed(self, scope)

    def _nothing_before(self, line: Line, scope: Scope, month: Scope) -> bool:
        """The line describes the last day, or nothing happened in the months before the last."""
        if line.state:
            return True
        dated = [source for source in line.sources if source.date is not None]
        return bool(dated) and all(self.rows(source, scope) is self.rows(source, month) for source in dated)
