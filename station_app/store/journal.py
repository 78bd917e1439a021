"""The journal: every device's chain of entries, kept as the exact bytes they came in."""

import threading
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, select, update

from station_app.store import entries as e
from station_app.store import packing
from station_app.store.prepared import Prepared
from station_app.store.tables import AT_SHIFT
from station_app.store.tables import device as device_table
from station_app.store.tables import entry as entry_table
from station_app.store.tables import held as held_table

SCHEMA: Final = e.SCHEMA


@dataclass(frozen=True, slots=True)
class Device:
    """A device as this database knows it: how far its chain is held, how far it is folded."""

    no: int
    station: str
    device: str
    seq: int
    folded: int
    hash: bytes
    time: int
    own: bool


class LastMade(threading.local):
    """The last entry this thread made and its hash; it counts once its transaction is durable."""

    entry: tuple[int, bytes] | None = None


def at_of(no: int, seq: int) -> int:
    """The integer that names an entry inside this database."""
    return no << AT_SHIFT | seq


def seq_of(at: int) -> int:
    """The entry's number in its chain."""
    return at & ((1 << AT_SHIFT) - 1)


def _columns(where: ColumnElement[bool] | None) -> Prepared:
    c = device_table.c
    statement = select(c.no, c.station, c.device, c.seq, c.folded, c.hash, c.time, c.own).order_by(c.no)
    return Prepared(statement if where is None else statement.where(where))


_ALL = _columns(None)
_OF_STATION = _columns(device_table.c.station == bindparam("station"))
_NAMED = _columns(device_table.c.device == bindparam("device"))


def devices(connection: Connection, station: str | None = None) -> list[Device]:
    """All devices (of a station), in the order in which they became known."""
    rows = _ALL.all(connection, {}) if station is None else _OF_STATION.all(connection, {"station": station})
    return [_device(row) for row in rows]


def device_named(connection: Connection, device_id: str) -> Device | None:
    """The device with this id."""
    row = _NAMED.one(connection, {"device": device_id})
    return None if row is None else _device(row)


def _device(row: tuple[Any, ...]) -> Device:
    no, station, device_id, seq, folded, digest, time, own = row
    return Device(no, station, device_id, seq, folded, bytes(digest), time, bool(own))


def register(connection: Connection, station: str, device_id: str, own: bool = False) -> Device:
    """Make a device known, with an empty chain; the same one again is returned as it is."""
    known = device_named(connection, device_id)
    if known is not None:
        return known
    no = (connection.execute(select(func.max(device_table.c.no))).scalar() or 0) + 1
    fresh = Device(no, station, device_id, 0, 0, e.NO_ENTRY, 0, own)
    connection.execute(
        insert(device_table),
        {
            "no": no,
            "station": station,
            "device": device_id,
            "seq": 0,
            "folded": 0,
            "hash": e.NO_ENTRY,
            "time": 0,
            "own": int(own),
        },
    )
    return fresh


_insert_entry = Prepared(insert(entry_table).values({c.name: bindparam(c.name) for c in entry_table.columns}))
_advance = Prepared(
    update(device_table)
    .where(device_table.c.no == bindparam("the_no"))
    .values(
        seq=bindparam("the_seq"), hash=bindparam("the_hash"), time=bindparam("the_time"), folded=bindparam("the_folded")
    )
)


def append(connection: Connection, to: Device, new: Sequence[tuple[e.Entry, bytes]], folded: bool = False) -> None:
    """Add entries (with their hashes) to the end of a chain; the caller has checked that they follow it.

    ``folded``: the caller folds them in the same transaction (one's own entries).
    """
    _insert_entry.many(
        connection,
        [
            {
                "at": at_of(to.no, entry.head.seq),
                "op": uuid.UUID(entry.head.op).bytes,
                "batch": entry.head.batch[0] if entry.head.batch else None,
                "hash": digest,
                "line": packing.pack(entry.line, uuid.UUID(entry.head.op).bytes),
            }
            for entry, digest in new
        ],
    )
    last, digest = new[-1]
    _advance.run(
        connection,
        {
            "the_no": to.no,
            "the_seq": last.head.seq,
            "the_hash": digest,
            "the_time": last.head.time,
            "the_folded": last.head.seq if folded else to.folded,
        },
    )


_set_folded = update(device_table).where(device_table.c.no == bindparam("the_no")).values(folded=bindparam("the_seq"))


def mark_folded(connection: Connection, no: int, seq: int) -> None:
    """Remember that the chain is folded up to ``seq``."""
    connection.execute(_set_folded, {"the_no": no, "the_seq": seq})


_set_line = Prepared(update(entry_table).where(entry_table.c.at == bindparam("the_at")).values(line=bindparam("the_line")))
_held_from = Prepared(
    select(func.min(held_table.c.at)).where(
        held_table.c.at >= bindparam("low"), held_table.c.at < bindparam("high")
    )
)


def replace_line(connection: Connection, at: int, entry: e.Entry) -> None:
    """Keep an entry's line with bodies left out; its hash is the same."""
    _set_line.run(connection, {"the_at": at, "the_line": packing.pack(entry.line, uuid.UUID(entry.head.op).bytes)})


def held_from(connection: Connection, no: int) -> int | None:
    """The first entry of a chain that must not be folded yet, because a stub in it names an erasure that is not known."""
    row = _held_from.one(connection, {"low": at_of(no, 0), "high": at_of(no + 1, 0)})
    return None if row is None or row[0] is None else seq_of(row[0])


#: Parsed entries that a long look at many records keeps at hand: an import's entry holds hundreds of them.
Kept = dict[int, e.Entry]
_MOST_KEPT: Final = 40


def load(connection: Connection, ats: Iterable[int], kept: Kept | None = None) -> dict[int, e.Entry]:
    """Entries by their ``at``; ``kept`` saves reading the same ones again while nothing is written."""
    wanted = sorted(set(ats))
    found: dict[int, e.Entry] = {at: kept[at] for at in wanted if at in kept} if kept else {}
    wanted = [at for at in wanted if at not in found]
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        columns = (entry_table.c.at, entry_table.c.op, entry_table.c.line)
        rows = connection.execute(select(*columns).where(entry_table.c.at.in_(part)))
        found.update((at, e.parse(line_of(line, op))) for at, op, line in rows)
    if kept is not None:
        if len(kept) + len(wanted) > _MOST_KEPT:
            kept.clear()
        kept.update((at, found[at]) for at in wanted[-_MOST_KEPT:] if at in found)
    return found


def line_of(stored: bytes, op: bytes) -> bytes:
    """The exact bytes of a stored line, beside which its ``op`` lies. Raises :class:`~station_app.store.entries.EntryError` when they cannot be had."""
    try:
        return packing.unpack(bytes(stored), bytes(op))
    except packing.Unpackable:
        raise e.EntryError("the stored line is damaged") from None


def chain(
    connection: Connection, no: int, first: int = 1, last: int | None = None
) -> Iterator[tuple[int, bytes, bytes]]:
    """(seq, hash, line) of a chain in order, read in blocks so that a long chain fits in little memory."""
    step = 1_000
    position = first
    while last is None or position <= last:
        upto = position + step - 1 if last is None else min(last, position + step - 1)
        rows = connection.execute(
            select(entry_table.c.at, entry_table.c.hash, entry_table.c.op, entry_table.c.line)
            .where(entry_table.c.at.between(at_of(no, position), at_of(no, upto)))
            .order_by(entry_table.c.at)
        ).all()
        if not rows:
            return
        for at, digest, op, line in rows:
            yield seq_of(at), bytes(digest), line_of(line, op)
        position = upto + 1


#: An entry as it lies: at, op, batch, hash, stored line.
Row = tuple[int, bytes, str | None, bytes, bytes]
_BLOCK: Final = 1_000
_STORED: Final = Prepared(
    select(entry_table.c.at, entry_table.c.op, entry_table.c.batch, entry_table.c.hash, entry_table.c.line)
    .where(entry_table.c.at >= bindparam("low"), entry_table.c.at <= bindparam("high"))
    .order_by(entry_table.c.at)
)


def rows_of(connection: Connection, no: int, last: int) -> Iterator[Row]:
    """A chain's entries as they lie, in order, up to ``last``; read in blocks."""
    for first in range(1, last + 1, _BLOCK):
        upto = min(last, first + _BLOCK - 1)
        for row in _STORED.all(connection, {"low": at_of(no, first), "high": at_of(no, upto)}):
            yield row[0], row[1], row[2], row[3], row[4]


def copy_rows(connection: Connection, to: Device, rows: Sequence[Row], last: e.Head) -> None:
    """Add another database's entries, as they lie there, to the end of a chain whose last one becomes ``last``."""
    names = ("op", "batch", "hash", "line")
    copies = [{"at": at_of(to.no, seq_of(row[0])), **dict(zip(names, row[1:], strict=True))} for row in rows]
    _insert_entry.many(connection, copies)
    digest = bytes(rows[-1][3])
    place = {"the_no": to.no, "the_seq": last.seq, "the_hash": digest, "the_time": last.time, "the_folded": to.folded}
    _advance.run(connection, place)


def hash_at(connection: Connection, no: int, seq: int) -> bytes | None:
    """The chain's hash at an entry; 32 zero bytes before the first."""
    if seq == 0:
        return e.NO_ENTRY
    digest = connection.execute(select(entry_table.c.hash).where(entry_table.c.at == at_of(no, seq))).scalar()
    return None if digest is None else bytes(digest)


def by_op(connection: Connection, op: str) -> int | None:
    """The entry (its ``at``) made by an operation, if it was made already."""
    return connection.execute(select(entry_table.c.at).where(entry_table.c.op == uuid.UUID(op).bytes)).scalar()


def position(connection: Connection, station: str) -> dict[str, int]:
    """How far each device of a station is folded: what a reader of the tables sees."""
    return {d.device: d.folded for d in devices(connection, station) if d.folded}


def chain_problem(connection: Connection, one: Device) -> str | None:
    """None when every link of a chain holds; else what is wrong and where, without content."""
    prev, expected = e.NO_ENTRY, 1
    try:
        for seq, digest, line in chain(connection, one.no):
            if seq != expected:
                return f"gap at {expected}"
            entry = e.parse(line)
            if entry.head.seq != seq or entry.head.device != one.device:
                return f"changed at {seq}"
            prev = e.entry_hash(prev, entry)
            if prev != digest:
                return f"changed at {seq}"
            expected += 1
    except e.EntryError:
        return f"changed at {expected}"
    if expected - 1 != one.seq or prev != one.hash:
        return f"ends at {expected - 1} instead of {one.seq}"
    return None
