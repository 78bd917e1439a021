"""Finds the records a ledger's rows are about: one look through the store's tables, then dictionaries."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, select

from station_app.exchange.headers import squeeze
from station_app.kinds.base import KINDS
from station_app.spec.meanings import Wire
from station_app.store.records import Reader


class Index:
    """Records of some kinds by what ledgers know of them.

    Rows that an import will make are added as they are planned, so that the next row of the file finds them.
    """

    def __init__(self, reader: Reader, kinds: Iterable[str]) -> None:
        self.rows: dict[str, dict[str, dict[str, Any]]] = {}
        self._by: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], list[str]]] = {}
        for kind in kinds:
            self.load(reader, kind)

    def load(
        self, reader: Reader, kind: str, names: Iterable[str] | None = None, where: ColumnElement[bool] | None = None
    ) -> None:
        """Load a kind's live records: all fields or the named ones, all records or those that ``where`` names."""
        table = KINDS[kind].__table__
        chosen = list(KINDS[kind].fields) if names is None else list(names)
        statement = reader.select(kind).with_only_columns(table.c.id, *(table.c[name] for name in chosen))
        if where is not None:
            statement = statement.where(where)
        found: dict[str, dict[str, Any]] = {}
        for record, *values in reader.connection.execute(statement):
            found[record] = {name: value for name, value in zip(chosen, values, strict=True) if value is not None}
        self.rows[kind] = found

    def get(self, kind: str, record: str) -> dict[str, Any]:
        """The values of a record, planned ones included."""
        return self.rows[kind].get(record, {})

    def find(self, kind: str, **values: Wire) -> list[str]:
        """Records with exactly these values, compared without spaces; an index over these fields is made once."""
        if not self.rows[kind]:
            return []
        names = tuple(sorted(values))
        index = self._by.get((kind, names))
        if index is None:
            index = self._by[kind, names] = {}
            for record, row in self.rows[kind].items():
                index.setdefault(_key(row, names), []).append(record)
        return index.get(_key(values, names), [])

    def put(self, kind: str, record: str, values: Mapping[str, Wire]) -> None:
        """Remember a planned record (or what will change of it) in every index over its kind."""
        row = self.rows[kind].get(record)
        known: Mapping[str, Any] = row if row is not None else {}
        for (indexed, names), index in self._by.items():
            if indexed != kind:
                continue
            before, after = _key(known, names), _key({**known, **values}, names)
            if before != after or record not in index.get(after, ()):
                if record in index.get(before, ()):
                    index[before].remove(record)
                index.setdefault(after, []).append(record)
        if row is None:  # shared with the edit that makes it: a register of 50,000 is held once
            self.rows[kind][record] = values if isinstance(values, dict) else dict(values)
        else:
            row.update({name: value for name, value in values.items() if value is not None})


def _key(row: Mapping[str, Any], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([_plain(row.get(name)) for name in names])


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return squeeze(value) if isinstance(value, str) else str(value)


def ids_of(reader: Reader, kind: str) -> set[str]:
    """Every record id of a kind, removed ones too."""
    table = KINDS[kind].__table__
    return set(reader.connection.execute(select(table.c.id).where(table.c.station == reader.station)).scalars())
