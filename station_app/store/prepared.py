"""Statements compiled once and run straight on the driver: the few that every entry needs.

SQLAlchemy's per-execution work costs more than a SQLite statement itself (measured: 2.3 ms of 2.7 ms for one edit);
the text is still SQLAlchemy's, made once for each database.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.sql.expression import ClauseElement


class Prepared:
    """One statement. Values must be what the driver takes: integers, text, bytes, None."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._made: dict[str, tuple[str, list[str] | None]] = {}

    def _text(self, connection: Connection) -> tuple[str, list[str] | None]:
        made = self._made.get(connection.dialect.name)
        if made is None:
            compiled = self._statement.compile(dialect=connection.dialect)
            order: list[str] | None = getattr(compiled, "positiontup", None)
            fixed = {k: v for k, v in compiled.params.items() if v is not None}
            if fixed:
                raise ValueError(f"a prepared statement takes its values when it runs, not {sorted(fixed)}")
            made = self._made[connection.dialect.name] = (str(compiled), order)
        return made

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Run once; returns the driver's cursor."""
        text, order = self._text(connection)
        cursor = connection.connection.cursor()
        cursor.execute(text, values if order is None else [values[name] for name in order])
        return cursor

    def many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run once for each row."""
        if not rows:
            return
        text, order = self._text(connection)
        cursor = connection.connection.cursor()
        if order is None:
            cursor.executemany(text, rows)
        else:
            cursor.executemany(text, [[row[name] for name in order] for row in rows])
        cursor.close()

    def all(self, connection: Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Every row."""
        cursor = self.run(connection, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        cursor.close()
        return found

    def one(self, connection: Connection, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row, or None."""
        cursor = self.run(connection, values)
        found: tuple[Any, ...] | None = cursor.fetchone()
        cursor.close()
        return found
