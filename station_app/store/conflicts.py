"""What two devices wrote without knowing of each other, and how a person decides it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from station_app.kinds.base import KINDS
from station_app.messages import Refusal
from station_app.store.change import Edit
from station_app.store.heads import REMOVED, WHOLE
from station_app.store.refusals import StoreRefusal
from station_app.store.tables import conflict


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


def conflicts(connection: Connection, station: str) -> list[Conflict]:
    """All of a station's conflicts."""
    rows = connection.execute(
        select(conflict.c.kind, conflict.c.record, conflict.c.field, conflict.c.heads)
        .where(conflict.c.station == station)
        .order_by(conflict.c.record, conflict.c.field)
    )
    return [Conflict(kind, record, name, tuple(json.loads(heads))) for kind, record, name, heads in rows]


def deciding(found: Sequence[Conflict], name: str, take: str) -> Edit | Refusal:
    """The ordinary write that decides a conflict for one of its heads (``device:seq``)."""
    one = next((c for c in found if c.id == name), None)
    if one is None:
        return Refusal(StoreRefusal.UNKNOWN_RECORD, {"kind": "conflict", "record": name})
    head = next((h for h in one.heads if f"{h['device']}:{h['seq']}" == take), None)
    if head is None:
        return Refusal(StoreRefusal.UNKNOWN_ENTRY, {"entry": take})
    if one.field != WHOLE:
        return Edit(one.kind, {one.field: head["value"]}, one.record)
    declared = KINDS[one.kind]
    values = {n: v for n, v in head["value"].items() if n == REMOVED or (n in declared.fields and not declared.fields[n].computed)}
    return Edit(one.kind, values, one.record)
