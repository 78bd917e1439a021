"""Which records are erased for ever, as the journal says it; what erasing does is :mod:`station_app.store.erasure`'s."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from station_app.kinds.base import KINDS
from station_app.kinds.erasure import Erasure
from station_app.store import entries as e
from station_app.store.tables import erased
from station_app.values.ids import is_uuid

KIND: Final = Erasure.kind_name
ACTION: Final = "erase"

Key = tuple[str, str]  # kind, record
_KIND: Final = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Known:
    """A record erased for ever, and the entry its stubs name."""

    kind: str
    record: str
    device: str
    seq: int
    time: int

    @property
    def key(self) -> Key:
        """Which record."""
        return self.kind, self.record

    @property
    def name(self) -> str:
        """The erasing entry, as stubs name it."""
        return f"{self.device}:{self.seq}"

    @property
    def rank(self) -> tuple[int, str, int]:
        """Of several erasing entries the least is named."""
        return self.time, self.device, self.seq


def erasable(kind: str) -> bool:
    """Whether records of a kind can be erased at all; those of a kind a newer version brought can."""
    declared = KINDS.get(kind)
    return declared is None or declared.erasable


def said(entry: e.Entry) -> list[Known]:
    """The erasures an entry orders."""
    if entry.head.action != ACTION:
        return []
    found: list[Known] = []
    for item in entry.items:
        if item.kind != KIND or item.private or item.body is None:
            continue
        kind, record = item.fields.get("target_kind"), item.fields.get("target")
        if not isinstance(kind, str) or not isinstance(record, str) or not _KIND.fullmatch(kind):
            continue
        if is_uuid(record) and erasable(kind):
            found.append(Known(kind, record, entry.head.device, entry.head.seq, entry.head.time))
    return found


_ONE: Final = select(erased.c.kind, erased.c.record, erased.c.device, erased.c.seq, erased.c.time)


def all_known(connection: Connection, station: str) -> list[Known]:
    """Every erased record of a station."""
    rows = connection.execute(_ONE.where(erased.c.station == station).order_by(erased.c.kind, erased.c.record))
    return [Known(*row) for row in rows]


def among(connection: Connection, station: str, keys: Iterable[Key]) -> dict[Key, Known]:
    """Those of these records that are erased."""
    wanted = set(keys)
    found: dict[Key, Known] = {}
    records = sorted({record for _kind, record in wanted})
    for start in range(0, len(records), 900):
        part = records[start : start + 900]
        for row in connection.execute(_ONE.where(erased.c.station == station, erased.c.record.in_(part))):
            one = Known(*row)
            if one.key in wanted:
                found[one.key] = one
    return found


def learn(connection: Connection, station: str, new: Iterable[Known]) -> dict[Key, Known]:
    """Remember erasures; returns those whose stubs must now name this entry."""
    best: dict[Key, Known] = {}
    for one in new:
        if one.key not in best or one.rank < best[one.key].rank:
            best[one.key] = one
    before = among(connection, station, best)
    fresh = {key: one for key, one in best.items() if key not in before or one.rank < before[key].rank}
    for one in fresh.values():
        mine = (erased.c.station == station, erased.c.kind == one.kind, erased.c.record == one.record)
        connection.execute(delete(erased).where(*mine))
        row = {"record": one.record, "kind": one.kind, "device": one.device, "seq": one.seq, "time": one.time}
        connection.execute(insert(erased), {"station": station, **row})
    return fresh


def affected(connection: Connection, station: str) -> frozenset[Key]:
    """Erased records, and live ones that refer to an erased one: what figures counted earlier may lack since."""
    known = {one.key for one in all_known(connection, station)}
    found = set(known)
    for declared in KINDS.classes() if known else ():
        table = declared.__table__
        for field in declared.fields.values():
            if field.target is None or field.meaning.name != "reference":
                continue
            wanted = sorted(record for kind, record in known if kind == field.target)
            for start in range(0, len(wanted), 900):
                part = wanted[start : start + 900]
                rows = connection.execute(
                    select(table.c.id).where(table.c.station == station, table.c[field.name].in_(part))
                )
                found.update((declared.kind_name, record) for record in rows.scalars())
    return frozenset(found)
