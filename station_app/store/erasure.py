"""Erasing for ever: known or arriving, a record's items become stubs; row, conflicts, search rows and blobs go (DESIGN, "Fold" 7).

An erasure is an open item of kind ``erasure`` in an entry whose action is "erase". It holds as soon as its entry is in the
journal, folded or not: a chain may name an erasure that stands further on in itself. Everything here runs inside the
caller's transaction, so a record is either there or erased; what lies outside the tables (blobs, words left in the search
index, sealed bundles) is noted in the same transaction as *pending*, and cleared away afterwards or at the next start
(:mod:`station_app.sync.forgetting`).
"""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, delete, insert, select

from station_app.clock import today
from station_app.kinds.base import KINDS, Base
from station_app.kinds.erasure import Erasure, ErasureGround
from station_app.messages import Refusal, _
from station_app.spec.meanings import Wire
from station_app.store import entries as e
from station_app.store import journal, proof
from station_app.store.change import BATCH_ITEMS, Author, Door, Edit, applied, items_of
from station_app.store.erased import ACTION, KIND, Key, Known, all_known, among, erasable, learn, said
from station_app.store.fold import Fold
from station_app.store.journal import Device
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action, may
from station_app.store.tables import AT_SHIFT, fact, held, touch
from station_app.values.ids import new_id

DRAFT: Final = "draft"  # facts under this name are unfinished forms, which name the records they are about
PENDING: Final = "erasing"  # the fact that says what is still to be cleared away
OVERWRITES: Final = "overwrites"  # the fact that a centre's plain file holds nothing that was deleted without being overwritten


_REASON, _GROUND = Erasure.fields["reason"], Erasure.fields["ground"]


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasing did: its entries, how many items became stubs, how many records went."""

    entries: tuple[str, ...]
    items: int
    records: int


@dataclass(slots=True)
class Gone:
    """What erasing took out of the database, and what outside of it must follow."""

    items: int = 0
    kinds: set[str] = field(default_factory=set)
    records: set[str] = field(default_factory=set)
    blobs: set[str] = field(default_factory=set)
    #: device → its entries whose bodies went: sealed bundles that hold one of them must go
    entries: dict[str, set[int]] = field(default_factory=dict)


class Pending(msgspec.Struct):
    """What is still to be cleared away outside the tables, after the transaction that erased."""

    kinds: list[str] = []
    records: list[str] = []
    blobs: list[str] = []
    entries: dict[str, list[int]] = {}


# ---------------------------------------------------------------------- erasing here


def erase(
    connection: Connection, door: Door, targets: Sequence[Key], ground: str, reason: str, author: Author,
    op: str | None = None, unseen: bool = False,
) -> Erased | Refusal:  # fmt: skip
    """Erase records for ever, in the caller's transaction, which makes it durable; the station head's alone (``Action.ERASE``).

    Each is a record of kind ``erasure`` in one entry (or one batch). Records erased already are passed over; ``unseen``: one
    of which nothing has arrived is erased beforehand. Refused:
    ``not_allowed``, ``needed`` (no reason), ``does_not_fit`` (no such ground), ``cannot_erase`` (a kind the law or the proof
    needs), ``unknown_record``, ``nothing_to_do``.
    """
    if not may(author.role, Action.ERASE):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    if not reason.strip():
        return Refusal(StoreRefusal.NEEDED, {"field": _(_REASON.title), "name": "reason"})
    if ground not in set(ErasureGround):
        return Refusal(StoreRefusal.DOES_NOT_FIT, {"field": _(_GROUND.title), "why": ground})
    gone_before = among(connection, door.station, targets)
    wanted = [key for key in dict.fromkeys(targets) if key not in gone_before]
    for kind, record in wanted:
        declared = KINDS.get(kind)
        title = kind if declared is None else _(declared.kind_title)
        if not erasable(kind):
            return Refusal(StoreRefusal.CANNOT_ERASE, {"kind": title})
        if (
            not unseen
            and connection.execute(select(touch.c.at).where(touch.c.record == record, touch.c.kind == kind)).first()
            is None
        ):
            return Refusal(StoreRefusal.UNKNOWN_RECORD, {"kind": title, "record": record})
    if not wanted:
        return Refusal(StoreRefusal.NOTHING_TO_DO)
    groups: list[list[e.Item]] = [[]]
    for kind, record in wanted:
        fields: dict[str, Wire] = {
            "erased_on": today().isoformat(), "target_kind": kind, "target": record, "ground": ground,
            "reason": reason.strip(),
        }  # fmt: skip
        if len(groups[-1]) + 2 > BATCH_ITEMS:
            groups.append([])
        groups[-1] += items_of(applied(Erasure, Edit(KIND, fields), None))
    try:
        names = _written(connection, door, groups, author, op or new_id())
    except e.EntryError as error:
        return Refusal(StoreRefusal.TOO_LARGE, {"size": str(error)})
    own = journal.device_named(connection, door.device)
    assert own is not None  # it has just written
    made = journal.load(connection, [journal.at_of(own.no, int(name.rpartition(":")[2])) for name in names])
    gone = ordered(connection, door.fold, door.station, made.values())
    return Erased(names, gone.items, len(wanted))


def _written(
    connection: Connection, door: Door, groups: Sequence[Sequence[e.Item]], author: Author, op: str
) -> tuple[str, ...]:
    if len(groups) > 1:
        return tuple(door.append_batch(connection, groups, author, ACTION, op))
    entry = door.append(connection, groups[0], author, ACTION, op, None)
    return (f"{entry.head.device}:{entry.head.seq}",)


def ordered(connection: Connection, fold: Fold, station: str, made: Iterable[e.Entry]) -> Gone:
    """Do what entries that stand in the journal order; chains that waited for it are folded on."""
    fresh = learn(connection, station, (one for entry in made for one in said(entry)))
    gone = _apply(connection, fold, station, fresh)
    if fresh:
        _fold_on(connection, fold, station, fresh)
    return gone


# ---------------------------------------------------------------------- arriving


@dataclass(frozen=True, slots=True)
class Arriving:
    """New entries of a chain as they may be stored, what they order, and which of their stubs must wait for an erasure."""

    pairs: list[tuple[e.Entry, bytes]]
    orders: list[Known]
    waits: list[tuple[int, Key, str, int]]  # seq, record, and the device and number of the erasing entry


def arriving(
    connection: Connection, station: str, device: str, fresh: Sequence[tuple[e.Entry, bytes]]
) -> Arriving | None:
    """Look at new entries before they are stored: bodies of erased records become stubs.

    None where a body is missing with a false word: the entry that is said to have erased it is known and did not, or such
    a record cannot be erased. Writes nothing.
    """
    orders = [one for entry, _digest in fresh for one in said(entry)]
    keys = {(item.kind, item.record) for entry, _digest in fresh for item in entry.items}
    known = among(connection, station, keys | {one.key for one in orders})
    for one in orders:
        if one.key not in known or one.rank < known[one.key].rank:
            known[one.key] = one
    last = fresh[-1][0].head.seq
    reach: dict[str, int] = {}

    def held_upto(of: str) -> int:
        if of == device:
            return last
        if of not in reach:
            other = journal.device_named(connection, of)
            reach[of] = 0 if other is None or other.station != station else other.seq
        return reach[of]

    waits: list[tuple[int, Key, str, int]] = []
    for entry, _digest in fresh:
        for item in entry.items:
            key = (item.kind, item.record)
            if item.erased_by is None or key in known:
                continue
            by, _colon, number = item.erased_by.rpartition(":")
            if not erasable(item.kind) or int(number) <= held_upto(by):
                return None
            waits.append((entry.head.seq, key, by, int(number)))
    own = journal.device_named(connection, device)
    if own is not None and own.folded < own.seq:
        # what this chain said earlier may be found false now
        low, high = journal.at_of(own.no, 0), journal.at_of(own.no + 1, 0)
        rows = connection.execute(
            select(held.c.kind, held.c.record, held.c.device, held.c.seq).where(held.c.at.between(low, high))
        )
        for kind, record, by, seq in rows:
            if (kind, record) not in known and seq <= held_upto(by):
                return None
    names = {key: one.name for key, one in known.items()}
    pairs = [(e.erased(entry, names) if names else entry, digest) for entry, digest in fresh]
    return Arriving(pairs, orders, waits)


def arrived(connection: Connection, fold: Fold, one: Device, what: Arriving) -> Gone:
    """After the entries were appended: do what they order, and hold what must wait. The caller folds this chain on."""
    if what.waits:
        rows = {(seq, key): (by, number) for seq, key, by, number in what.waits}
        connection.execute(
            insert(held),
            [
                {"at": journal.at_of(one.no, seq), "record": key[1], "kind": key[0], "device": by, "seq": number}
                for (seq, key), (by, number) in rows.items()
            ],
        )
    return ordered(connection, fold, one.station, (entry for entry, _digest in what.pairs)) if what.orders else Gone()


# ---------------------------------------------------------------------- doing it


def _apply(connection: Connection, fold: Fold, station: str, fresh: Mapping[Key, Known]) -> Gone:
    """Make stubs of everything known of these records, and take their rows out."""
    gone = Gone()
    if not fresh:
        return gone
    family = {d.no: d for d in journal.devices(connection, station)}
    names = {key: one.name for key, one in fresh.items()}
    for at in _entries_of(connection, family, set(fresh)):
        entry = journal.load(connection, [at])[at]
        without = e.erased(entry, names)
        if without is entry:
            continue
        for item in entry.items:
            if (item.kind, item.record) in names and item.body is not None:
                gone.items += 1
                gone.blobs |= _blobs_in(item)
        journal.replace_line(connection, at, without)
        gone.entries.setdefault(entry.head.device, set()).add(entry.head.seq)
    gone.kinds, gone.records = {kind for kind, _record in fresh}, {record for _kind, record in fresh}
    fold.forget(connection, station, fresh)
    _forget_locally(connection, gone.records)
    _note(connection, station, gone)
    return gone


def _entries_of(connection: Connection, family: Mapping[int, Device], keys: set[Key]) -> list[int]:
    """Where items of these records stand: by the history's index, and in what is not folded yet."""
    ats: set[int] = set()
    records = sorted({record for _kind, record in keys})
    for start in range(0, len(records), 900):
        part = records[start : start + 900]
        for kind, record, at in connection.execute(
            select(touch.c.kind, touch.c.record, touch.c.at).where(touch.c.record.in_(part))
        ):
            if (kind, record) in keys and at >> AT_SHIFT in family:
                ats.add(at)
    wanted = [record.encode() for record in records]
    for one in family.values():
        if one.folded < one.seq:
            for seq, _digest, line in journal.chain(connection, one.no, one.folded + 1):
                if any(record in line for record in wanted):
                    ats.add(journal.at_of(one.no, seq))
    return sorted(ats)


def _blobs_in(item: e.Item) -> set[str]:
    """Photos, scans and files an item names."""
    declared = KINDS.get(item.kind)
    if declared is None:
        return set()
    found: set[str] = set()
    for name, value in item.fields.items():
        known = declared.fields.get(name)
        if known is not None and "blob" in known.meaning.name:
            found.update(str(one) for one in (value if isinstance(value, list) else [value]) if one)
    return found


def _fold_on(connection: Connection, fold: Fold, station: str, fresh: Mapping[Key, Known]) -> None:
    """Chains that waited for these erasures go on."""
    waited = False
    for kind, record in fresh:
        mine = (held.c.kind == kind, held.c.record == record)
        nos = [at >> AT_SHIFT for (at,) in connection.execute(select(held.c.at).where(*mine))]
        ours = {d.no for d in journal.devices(connection, station)} if nos else set()
        for no in ours & set(nos):
            low, high = journal.at_of(no, 0), journal.at_of(no + 1, 0)
            connection.execute(delete(held).where(*mine, held.c.at.between(low, high)))
            waited = True
    if waited:
        for one in journal.devices(connection, station):
            if one.folded < one.seq:
                fold.advance(connection, one)


def _forget_locally(connection: Connection, records: Iterable[str]) -> None:
    """What this computer alone keeps about a record: facts whose name holds its id, drafts that mention it, rows of
    ``local_…`` tables about it.

    So whoever keeps memories of records names them that way. The proof of the tables starts anew.
    """
    wanted = set(records)
    names = [name for (name,) in connection.execute(select(fact.c.name))]
    going = [name for name in names if name == proof.FACT or any(part in wanted for part in name.split("/"))]
    for name in names:
        if name.partition("/")[0] == DRAFT:
            text = bytes(connection.execute(select(fact.c.value).where(fact.c.name == name)).scalar_one())
            if any(record.encode() in text for record in wanted):
                going.append(name)
    for name in going:
        connection.execute(delete(fact).where(fact.c.name == name))
    for local in Base.metadata.tables.values():
        if local.name.startswith("local_") and "record" in local.c:
            connection.execute(delete(local).where(local.c.record.in_(sorted(wanted))))


# ---------------------------------------------------------------------- what follows outside the tables


def _name(station: str) -> str:
    return f"{PENDING}/{station}"


def _note(connection: Connection, station: str, gone: Gone) -> None:
    before = pending(connection, station) or Pending()
    entries = {device: set(seqs) for device, seqs in before.entries.items()}
    for device, seqs in gone.entries.items():
        entries.setdefault(device, set()).update(seqs)
    after = Pending(
        sorted({*before.kinds, *gone.kinds}),
        sorted({*before.records, *gone.records}),
        sorted({*before.blobs, *gone.blobs}),
        {device: sorted(seqs) for device, seqs in entries.items()},
    )
    connection.execute(delete(fact).where(fact.c.name == _name(station)))
    connection.execute(insert(fact), {"name": _name(station), "value": msgspec.json.encode(after)})


def pending(connection: Connection, station: str) -> Pending | None:
    """What an erasing left to clear away outside the tables; None when there is nothing."""
    value = connection.execute(select(fact.c.value).where(fact.c.name == _name(station))).scalar()
    return None if value is None else msgspec.json.decode(bytes(value), type=Pending)


def done(connection: Connection, station: str, cleared: Pending) -> None:
    """This was cleared away; what was erased meanwhile stays noted."""
    if pending(connection, station) == cleared:
        connection.execute(delete(fact).where(fact.c.name == _name(station)))


def waiting_stations(connection: Connection) -> list[str]:
    """Stations of which something is still to be cleared away."""
    names = connection.execute(select(fact.c.name).where(fact.c.name.like(f"{PENDING}/%"))).scalars()
    return sorted(name.partition("/")[2] for name in names)


def overwrites(connection: Connection) -> bool:
    """Whether everything ever deleted in this file was overwritten; else it must be written anew once."""
    return connection.execute(select(fact.c.name).where(fact.c.name == OVERWRITES)).first() is not None


def mark_overwritten(connection: Connection) -> None:
    """The file was written anew, or is new."""
    if not overwrites(connection):
        connection.execute(insert(fact), {"name": OVERWRITES, "value": b"1"})


def still_named(connection: Connection, digests: Iterable[str]) -> set[str]:
    """Those of these blobs that a row of any record still names."""
    wanted = sorted(digests)
    found: set[str] = set()
    for declared in KINDS.classes():
        for known in declared.fields.values():
            if "blob" not in known.meaning.name or not wanted:
                continue
            column = declared.__table__.c[known.name]
            if known.meaning.name == "blob":
                found.update(row[0] for row in connection.execute(select(column).where(column.in_(wanted))))
            else:
                for (many,) in connection.execute(select(column).where(column.is_not(None))):
                    found.update(set(many) & set(wanted))
    return found


# ---------------------------------------------------------------------- after a restore


def listed(connection: Connection, station: str, key: bytes, before: bytes | None = None) -> bytes:
    """Every known erasure, to be kept outside the database for the day an older backup is restored: ids and grounds only.

    Sealed with the key that every copy of the station holds inside (``guard.KEY_FACT``): nobody else can add to it. What the
    list of ``before`` names stays in it.
    """
    grounds: dict[str, Any] = {}
    table = Erasure.__table__
    for record, ground in connection.execute(select(table.c.target, table.c.ground).where(table.c.station == station)):
        grounds[record] = ground
    rows = [
        [one.kind, one.record, grounds.get(one.record) or ErasureGround.OTHER_LAW]
        for one in all_known(connection, station)
    ]
    rows += [list(row) for row in lacking(connection, station, read_list(before or b"", station, key))]
    nonce = secrets.token_bytes(12)
    return nonce + _cipher(key).encrypt(nonce, json.dumps(rows).encode(), station.encode())


def read_list(content: bytes, station: str, key: bytes) -> list[tuple[str, str, str]]:
    """(kind, record, ground) of :func:`listed`; nothing where it is another station's or was changed."""
    try:
        rows = json.loads(_cipher(key).decrypt(content[:12], content[12:], station.encode()))
        return [(str(kind), str(record), str(ground)) for kind, record, ground in rows]
    except (InvalidTag, ValueError, TypeError):
        return []


def _cipher(key: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, None, b"station_app erased").derive(key))


def lacking(connection: Connection, station: str, wanted: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Erasures of a list that this journal does not know: an older copy of the station was put back."""
    rows = list(wanted)
    known = among(connection, station, [(kind, record) for kind, record, _ground in rows])
    return [row for row in rows if (row[0], row[1]) not in known]
