"""What was proven last, so that the next proof need not fold the whole journal again.

A full comparison (:func:`station_app.store.rebuild.differences`) ends with a digest of every table, kept with the journal
position it was made at. Later, what the entries since then wrote is folded anew from the journal, record by record, and
every other row must still add up to the digest. So all rows are looked at every time; only the folding of what has been
proven already is spared. An older page put back fails: in a row written before the position the sum differs, in one
written after it the fold does; an older digest put back with it only makes more records count as written since.

Wherever this short way cannot be sure it gives None, and the caller folds everything: another version of the tables, a
position the journal does not have, records that several devices wrote, conflicts, too much that is new.
"""

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Table

from station_app.kinds.base import KINDS, Record
from station_app.store import entries as e
from station_app.store import heads, journal
from station_app.store.fold import asked, stored, writes_of
from station_app.store.heads import REMOVED
from station_app.store.journal import Device
from station_app.store.rebuild import raw_rows
from station_app.store.tables import AT_SHIFT, conflict

FACT: Final = "proof"
#: Beyond this many records written since, folding everything again is as quick.
MOST_NEW: Final = 20_000
_MODULUS: Final = 1 << 256

Row = tuple[Any, ...]
Key = tuple[str, str]


class Proof(msgspec.Struct, frozen=True):
    """Tables that were the journal's fold at this position."""

    key: bytes
    columns: bytes  # of every table, so that another version of the program starts anew
    chains: dict[str, tuple[int, bytes]]  # device → folded up to, and the chain's hash there
    tables: dict[str, tuple[int, bytes]]  # kind → rows, and the sum of their digests


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Proof).decode


def packed(proof: Proof) -> bytes:
    """As a fact of the store."""
    return _encode(proof)


def unpacked(raw: bytes | None) -> Proof | None:
    """The same again; None where there is none, or it is of another form."""
    try:
        return None if raw is None else _decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _tables() -> Iterator[tuple[str, Table]]:
    for declared in KINDS.classes():
        table = declared.__table__
        assert isinstance(table, Table)
        yield declared.kind_name, table
    yield "conflict", conflict


def _columns() -> bytes:
    said = [(name, [(str(c.name), str(c.type)) for c in table.columns]) for name, table in sorted(_tables())]
    return hashlib.sha256(_encode(said)).digest()


def _digest(key: bytes, kind: str, row: Row) -> int:
    return int.from_bytes(hashlib.blake2b(_encode((kind, row)), key=key, digest_size=32).digest(), "big")


def taken(connection: Connection, station: str) -> Proof:
    """The proof of an open view whose tables have just been compared with the whole journal."""
    key = secrets.token_bytes(32)
    sums: dict[str, tuple[int, bytes]] = {}
    for kind, table in _tables():
        number = total = 0
        for row in raw_rows(connection, table, station):
            number += 1
            total += _digest(key, kind, row)
        sums[kind] = (number, (total % _MODULUS).to_bytes(32, "big"))
    return Proof(key, _columns(), _chains(connection, journal.devices(connection, station)), sums)


def _chains(connection: Connection, family: list[Device]) -> dict[str, tuple[int, bytes]]:
    found: dict[str, tuple[int, bytes]] = {}
    for one in family:
        digest = journal.hash_at(connection, one.no, one.folded)
        if one.folded and digest is not None:
            found[one.device] = (one.folded, digest)
    return found


def carried_on(connection: Connection, station: str, proof: Proof) -> Proof | None:
    """The proof of this view, from an earlier one; None where it does not hold, or only folding everything can tell."""
    family = journal.devices(connection, station)
    if proof.columns != _columns():
        return None
    try:
        new = _written_since(connection, family, proof)
        return None if new is None else _summed(connection, station, family, proof, new)
    except e.EntryError:
        return None


def _written_since(connection: Connection, family: list[Device], proof: Proof) -> dict[Key, list[heads.Write]] | None:
    """What the entries after the position wrote, from their own lines, the chains' links checked."""
    new: dict[Key, list[heads.Write]] = {}
    if set(proof.chains) - {one.device for one in family}:
        return None
    for one in family:
        seq, prev = proof.chains.get(one.device, (0, e.NO_ENTRY))
        if journal.hash_at(connection, one.no, seq) != prev or seq > one.folded:
            return None
        for number, digest, line in journal.chain(connection, one.no, seq + 1, one.folded):
            entry = e.parse(line)
            prev = e.entry_hash(prev, entry)
            if number != seq + 1 or entry.head.seq != number or prev != digest:
                return None
            seq = number
            for key, values in e.by_record(entry.items).items():
                if key[0] in KINDS:
                    new.setdefault(key, []).append(
                        heads.Write(
                            entry.head.device, number, entry.head.time, entry.head.author, values, {}, entry.head.action
                        )
                    )
            if len(new) > MOST_NEW:
                return None
        if seq != one.folded:
            return None
    return new


def _summed(
    connection: Connection, station: str, family: list[Device], proof: Proof, new: Mapping[Key, list[heads.Write]]
) -> Proof | None:
    """Every row either belongs to the sum of then, or is what its whole history makes of it."""
    numbers = {one.device: one.no for one in family}
    before: dict[Key, Row | None] = {}
    now: dict[Key, Row] = {}
    kept: journal.Kept = {}
    for key, writes in new.items():
        old = _writes_before(connection, station, proof, key, numbers, kept)
        if len({write.device for write in (*old, *writes)}) > 1:
            return None  # what saw what decides: for the whole fold
        then, made = (_row(station, key, old) if old else None), _row(station, key, [*old, *writes])
        if made is None or (old and then is None):
            return None  # a conflict
        before[key], now[key] = then, made
    sums: dict[str, tuple[int, bytes]] = {}
    for kind, table in _tables():
        rest = fresh = number = seen = 0
        for row in raw_rows(connection, table, station):
            number += 1
            key = (kind, str(row[1]))
            if key in now:
                if tuple(row) != now[key]:
                    return None
                seen += 1
                fresh += _digest(proof.key, kind, row)
            else:
                rest += _digest(proof.key, kind, row)
        ours = [key for key in now if key[0] == kind]
        known = [was for key in ours if (was := before[key]) is not None]
        sum_then = (rest + sum(_digest(proof.key, kind, row) for row in known)) % _MODULUS
        if seen != len(ours) or (number - seen + len(known), sum_then.to_bytes(32, "big")) != proof.tables.get(kind):
            return None
        sums[kind] = (number, ((rest + fresh) % _MODULUS).to_bytes(32, "big"))
    return Proof(proof.key, proof.columns, _chains(connection, family), sums)


def _writes_before(
    connection: Connection, station: str, proof: Proof, key: Key, numbers: Mapping[str, int], kept: journal.Kept
) -> list[heads.Write]:
    """What was written to a record up to the position; a missing one would show in the sum of then."""
    limits = {numbers[device] << AT_SHIFT: seq for device, (seq, _digest) in proof.chains.items()}
    return [
        write
        for write in writes_of(connection, station, *key, kept)
        if write.seq <= limits.get(numbers[write.device] << AT_SHIFT, 0)
    ]


def _row(station: str, key: Key, writes: list[heads.Write]) -> Row | None:
    """The row that these writes of one device make; None where they make a conflict."""
    declared: type[Record] = KINDS[key[0]]
    outcome = heads.resolve(writes, declared.merge, asked(declared))
    if outcome.conflicts:
        return None
    table = declared.__table__
    values = {"station": station, "id": key[1]}
    return tuple(
        values[c.name] if c.name in values
        else stored(declared.fields.get(c.name), outcome.values.get(REMOVED if c.name == "removed" else c.name))[0]
        for c in table.columns
    )  # fmt: skip
