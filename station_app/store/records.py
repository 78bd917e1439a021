"""Reading records: one, many, found by text; always on a connection that cannot write."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from station_app.kinds.base import KINDS, Record
from station_app.spec.meanings import Wire
from station_app.store import search


@dataclass(frozen=True, slots=True)
class Found:
    """One record: its caption for people and its wire values (empty ones left out)."""

    kind: str
    id: str
    title: str
    fields: Mapping[str, Wire]
    removed: bool = False


class Reader:
    """Reads one station's records through an open read-only connection; captions are remembered while it lives."""

    def __init__(self, connection: Connection, station: str) -> None:
        self.connection, self.station = connection, station
        self._captions: dict[tuple[str, str], str] = {}

    def get(self, kind: str, record: str) -> Found | None:
        """One record, removed ones too; None when there is none."""
        table = KINDS[kind].__table__
        row = self.connection.execute(
            select(table).where(table.c.station == self.station, table.c.id == record)
        ).one_or_none()
        return None if row is None else self._found(KINDS[kind], row._mapping)

    def instance(self, kind: str, record: str) -> Record | None:
        """One record as an instance of its class, apart from any session."""
        found = self.get(kind, record)
        return None if found is None else KINDS[kind](id=record, **dict(found.fields))

    def select(self, kind: str, where: Mapping[str, Wire] | None = None) -> Select[Any]:
        """The live records of a kind with these values; the caller orders and limits."""
        table = KINDS[kind].__table__
        return select(table).where(
            *self._live(kind), *(table.c[name] == value for name, value in (where or {}).items())
        )

    def _live(self, kind: str) -> tuple[ColumnElement[bool], ...]:
        table = KINDS[kind].__table__
        return (table.c.station == self.station, or_(table.c.removed.is_(None), table.c.removed == 0))

    def all(self, kind: str, where: Mapping[str, Wire] | None = None, limit: int | None = None) -> list[Found]:
        """Live records, newest first."""
        declared = KINDS[kind]
        statement = self.select(kind, where).order_by(declared.__table__.c.id.desc()).limit(limit)
        return [self._found(declared, row._mapping) for row in self.connection.execute(statement)]

    def ids(
        self, kind: str, order: str = "", descending: bool = False, where: Mapping[str, Wire] | None = None
    ) -> list[str]:
        """Ids of live records in order: what a long list keeps in memory, fetching rows by id as they are shown."""
        table = KINDS[kind].__table__
        column = table.c[order] if order else table.c.id
        statement = (
            self.select(kind, where)
            .with_only_columns(table.c.id)
            .order_by(column.desc() if descending else column, table.c.id)
        )
        return list(self.connection.execute(statement).scalars())

    def by_ids(self, kind: str, ids: Sequence[str]) -> list[Found]:
        """These records, in the order asked for; missing ones left out."""
        declared = KINDS[kind]
        table = declared.__table__
        rows: dict[str, Mapping[Any, Any]] = {}
        for start in range(0, len(ids), 900):
            part = list(ids[start : start + 900])
            for row in self.connection.execute(
                select(table).where(table.c.station == self.station, table.c.id.in_(part))
            ):
                rows[row.id] = row._mapping
        return [self._found(declared, rows[i]) for i in ids if i in rows]

    def count(self, kind: str, where: Mapping[str, Wire] | None = None) -> int:
        """How many live records."""
        return int(
            self.connection.execute(select(func.count()).select_from(self.select(kind, where).subquery())).scalar_one()
        )

    def find(self, typed: str, most: int = 50, kinds: Sequence[str] | None = None) -> list[Found]:
        """Records that match what a person typed, newest first."""
        hits = search.find(self.connection, typed, most, kinds)
        found: dict[tuple[str, str], Found] = {}
        for kind in {kind for kind, _record in hits}:
            found |= {(kind, f.id): f for f in self.by_ids(kind, [r for k, r in hits if k == kind])}
        return [found[hit] for hit in hits if hit in found]

    def caption(self, kind: str, record: str | None) -> str:
        """The one line by which people know a record; "" when it is not known here."""
        if not record or kind not in KINDS:
            return ""
        known = self._captions.get((kind, record))
        if known is None:
            self._captions[kind, record] = ""  # records that refer to each other end here
            found = self.get(kind, record)
            known = found.title if found else ""
            self._captions[kind, record] = known
        return known

    def referring(self, kind: str, record: str) -> list[tuple[str, str, int]]:
        """(kind, field, how many) of live records that refer to this one."""
        result: list[tuple[str, str, int]] = []
        for declared in KINDS.classes():
            for field in declared.fields.values():
                if field.target == kind and field.meaning.name == "reference":
                    number = self.count(declared.kind_name, {field.name: record})
                    if number:
                        result.append((declared.kind_name, field.name, number))
        return result

    def _found(self, declared: type[Record], row: Mapping[Any, Any]) -> Found:
        fields = {name: row[name] for name in declared.fields if row[name] is not None}
        instance = declared(id=row["id"], **fields)
        named: Callable[[str, str | None], str] = self.caption
        return Found(declared.kind_name, row["id"], instance.caption(named), fields, bool(row["removed"]))
