"""What two devices wrote without knowing of each other, and how a person decides it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from station_app.kinds.base import KINDS, Record
from station_app.messages import Refusal, _
from station_app.spec.meanings import Wire
from station_app.store.change import Edit
from station_app.store.fold import writes_of
from station_app.store.heads import REMOVED, WHOLE, seen_before, standing
from station_app.store.refusals import StoreRefusal
from station_app.store.tables import conflict


class NotSaid:
    """Nothing was typed; None means that the field shall be empty."""


NOT_SAID: Final = NotSaid()


@dataclass(frozen=True, slots=True)
class Conflict:
    """One undecided field of one record: every head with its value, author, time and device."""

    kind: str
    record: str
    field: str
    heads: tuple[Mapping[str, Any], ...]

    @property
    def id(self) -> str:
        """How people name it on the command line."""
        return f"{self.kind}:{self.record}:{self.field}"


@dataclass(frozen=True, slots=True)
class Told:
    """What a person needs in order to decide one head: beside its value, what stood there before, and what else was written.

    ``before``: per field, the value as the head's author saw it. ``wrote``: the fields the same entry wrote to the record;
    beside a removal these say what somebody was still working on.
    """

    before: Mapping[str, object]
    wrote: Mapping[str, object]


def conflicts(connection: Connection, station: str) -> list[Conflict]:
    """A station's conflicts that wait for a person; of a removed record only whether it is removed."""
    rows = connection.execute(
        select(conflict.c.kind, conflict.c.record, conflict.c.field, conflict.c.heads)
        .where(conflict.c.station == station)
        .order_by(conflict.c.kind, conflict.c.record, conflict.c.field)
    ).all()
    by_kind: dict[str, list[tuple[str, str, str]]] = {}
    for kind, record, name, heads in rows:
        by_kind.setdefault(kind, []).append((record, name, heads))
    found: list[Conflict] = []
    for kind, asked in by_kind.items():
        declared = KINDS.get(kind)
        if declared is None:
            continue  # of a newer version: asked after the update
        gone = _removed(connection, station, declared, {record for record, _name, _heads in asked})
        found += [
            Conflict(kind, record, name, tuple(json.loads(heads)))
            for record, name, heads in asked
            if name == REMOVED or record not in gone
        ]
    return sorted(found, key=lambda c: (c.record, c.field))


def _removed(connection: Connection, station: str, declared: type[Record], records: Iterable[str]) -> set[str]:
    table, wanted = declared.__table__, sorted(records)
    found: set[str] = set()
    for start in range(0, len(wanted), 900):
        part = wanted[start : start + 900]
        removed = table.c.station == station, table.c.id.in_(part), table.c.removed == 1
        found.update(record for (record,) in connection.execute(select(table.c.id).where(*removed)))
    return found


def told(connection: Connection, station: str, one: Conflict) -> list[Told]:
    """For each head of a conflict: what its author saw, and what the entry wrote."""
    writes = standing(writes_of(connection, station, one.kind, one.record))
    by_name = {w.name: w for w in writes}
    result: list[Told] = []
    for head in one.heads:
        write = by_name.get(f"{head['device']}:{head['seq']}")
        if write is None:
            result.append(Told({}, {}))
        else:
            result.append(Told(seen_before(writes, write), dict(write.values)))
    return result


def deciding(
    found: Sequence[Conflict], name: str, take: str | None, value: Wire | NotSaid = NOT_SAID
) -> Edit | Refusal:
    """The ordinary write that decides a conflict: for one of its heads (``device:seq``), or for a value nobody had."""
    one = next((c for c in found if c.id == name), None)
    if one is None:
        return Refusal(StoreRefusal.UNKNOWN_RECORD, {"kind": "conflict", "record": name})
    declared = KINDS[one.kind]
    if not isinstance(value, NotSaid):
        if one.field != WHOLE:
            return Edit(one.kind, {one.field: value}, one.record)
        why = _("this is about the whole record; take one of its versions, then change the field.")
        return Refusal(StoreRefusal.DOES_NOT_FIT, {"field": _(declared.kind_title), "name": one.field, "why": why})
    head = next((h for h in one.heads if f"{h['device']}:{h['seq']}" == take), None)
    if head is None:
        return Refusal(StoreRefusal.UNKNOWN_ENTRY, {"entry": take or ""})
    if one.field != WHOLE:
        return Edit(one.kind, {one.field: head["value"]}, one.record)
    if declared.merge == "append_only" and head is not one.heads[0]:
        return Refusal(StoreRefusal.APPEND_ONLY, {"kind": _(declared.kind_title)})
    known = declared.fields
    values = {n: v for n, v in head["value"].items() if n == REMOVED or (n in known and not known[n].computed)}
    if declared.merge == "newest":
        values = dict.fromkeys(n for n, f in known.items() if not f.computed) | values
    return Edit(one.kind, values, one.record, like=take)
