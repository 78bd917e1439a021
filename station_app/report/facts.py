"""Reading what the lines of a month need: each source once for the widest period asked, parts of it from memory."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import Connection

from station_app.kinds.lines import Line, Listed, Scope, Source

T = TypeVar("T")


class Reading:
    """Rows of one station's tables as they are now; forget it when they change."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._read: dict[tuple[str, str, str], Sequence[Any]] = {}
        self._made: dict[Hashable, Any] = {}

    def rows(self, source: Source, scope: Scope) -> Sequence[Any]:
        """The rows of a source; of a dated one those of the period."""
        if source.date is None:
            return self._of(source, scope.station, "", "")
        first, end = scope.first, scope.end
        for (name, wider_first, wider_end), rows in self._read.items():
            if name == source.name and wider_first <= first and end <= wider_end:
                if (wider_first, wider_end) == (first, end):
                    return rows
                part: Sequence[Any] = [row for row in rows if first <= row[1] < end]
                if len(part) == len(rows):
                    part = rows
                self._read[name, first, end] = part
                return part
        return self._of(source, scope.station, first, end)

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

    def _of(self, source: Source, station: str, first: str, end: str) -> Sequence[Any]:
        key = (source.name, first, end)
        if key not in self._read:
            self._read[key] = self._connection.execute(source.select(station, first, end)).all()
        return self._read[key]
