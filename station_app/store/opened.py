"""An open store: the one object through which everything else reads and changes a station's records."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, delete, insert, inspect, select

from station_app.kinds.base import KINDS
from station_app.messages import Refusal, Refused
from station_app.spec.meanings import Wire
from station_app.store import entries as e
from station_app.store import erasure, history, identity, journal, proof, rebuild, schema
from station_app.store.batches import LongAction, long_actions
from station_app.store.change import BATCH_ITEMS, Author, Done, Door, Edit, applied, current, items_of, undecided
from station_app.store.conflicts import NOT_SAID, Conflict, NotSaid, Told, conflicts, deciding, told
from station_app.store.engine import DRIVER_ERRORS, Database, is_disk_error
from station_app.store.erased import KIND, among
from station_app.store.fold import Fold
from station_app.store.guard import Guard
from station_app.store.heads import DECIDING, REMOVED
from station_app.store.packed import PackedGroups
from station_app.store.records import Reader
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action, may, writing
from station_app.store.search import SearchIndex
from station_app.store.tables import fact
from station_app.values.ids import new_id

#: Told what changed after each commit: (kinds that changed). Screens refresh from this one signal.
Listener = Callable[[frozenset[str]], None]

STATION_FACT: Final = "station"
DEVICE_FACT: Final = identity.DEVICE_FACT


class Store:
    """A station's store on one device.

    ``change`` and ``batch`` are the only ways in, ``reading`` the only way to look. All of them may be called from
    any thread; writes wait for each other.
    """

    def __init__(
        self, database: Database, folder: Path, station: str, device: str, guard: Guard | None = None
    ) -> None:  # fmt: skip
        self.database, self.folder, self.station, self.device = database, folder, station, device
        self.guard = guard or Guard()
        self.fold = Fold(SearchIndex())
        self.door = Door(station, device, self.fold)
        self.listeners: list[Listener] = []

    # ------------------------------------------------------------------ opening

    @classmethod
    def create(cls, database: Database, folder: Path, station: str, guard: Guard | None = None) -> "Store":
        """A new, empty store with a device id of its own."""
        schema.bring_up(database, searchable=True)
        device = str(uuid.uuid4())
        store = cls(database, folder, station, device, guard)
        with database.writing() as connection:
            journal.register(connection, station, device, own=True)
        store.keep(STATION_FACT, station.encode())
        store.keep(DEVICE_FACT, device.encode())
        store.guard.look(store, new=True)
        return store

    @classmethod
    def open(cls, database: Database, folder: Path, guard: Guard | None = None) -> "Store | Refusal":
        """The store of an unlocked database, its file's seals checked, brought to this version's tables.

        ``guard``: says whether the file is the one closed last, and judges it (:mod:`station_app.store.guard`).
        """
        guard = guard or Guard()
        try:
            if not guard.sealed(lambda name: _fact_of(database, name)) and database.damaged():
                return Refusal(StoreRefusal.VAULT_DAMAGED, {"part": "station.db"})
            fresh = schema.bring_up(database, searchable=True)
            with database.reading() as connection:
                station, device = _fact(connection, STATION_FACT), _fact(connection, DEVICE_FACT)
            if station is None or device is None:
                return Refusal(StoreRefusal.VAULT_DAMAGED, {"part": "station.db"})
            store = cls(database, folder, station.decode(), device.decode(), guard)
            if fresh:
                store.fold_again()
            guard.look(store)  # writes what it found: the disk may refuse that too
        except Refused as newer:
            return newer.refusal
        except DRIVER_ERRORS as error:
            if is_disk_error(error):
                return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
            return Refusal(StoreRefusal.VAULT_DAMAGED, {"part": "station.db"})
        return store

    def take_new_identity(self) -> str:
        """Go on as a device of its own (a restored or copied store): see :mod:`station_app.store.identity`."""
        with self.database.writing() as connection:
            fresh = identity.take_new(connection, self.station)
        self.device = self.door.device = fresh  # only once it is durable: a disk that refuses leaves the old one
        return self.device

    def close(self) -> None:
        """Close every connection; the guard then seals the file as it lies."""
        own = None
        with suppress(*DRIVER_ERRORS), self.database.reading() as connection:
            own = journal.device_named(connection, self.device)
        self.database.close()
        self.guard.closed(self, own)

    # ------------------------------------------------------------------ reading

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """A consistent view of the records; the connection refuses to write."""
        with self.database.reading() as connection:
            yield Reader(connection, self.station)

    def position(self) -> dict[str, int]:
        """How far each device is folded: remember it when a form is opened, give it to ``change``."""
        with self.database.reading() as connection:
            return journal.position(connection, self.station)

    def position_of(self, connection: Connection) -> dict[str, int]:
        """The position of an open view."""
        return journal.position(connection, self.station)

    # ------------------------------------------------------------------ changing

    def change(
        self, edits: Sequence[Edit], author: Author, action: str, *,
        opened_at: Mapping[str, int] | None = None, op: str | None = None, resolving: bool = False,
    ) -> Done | Refusal:  # fmt: skip
        """One action of a person, durable when this returns; see :meth:`Door.change`."""
        try:
            refused = self.guard.before(self)
            if refused is not None:
                return refused
            with self.database.writing() as connection:
                done = self.door.change(
                    connection, edits, author, action, opened_at=opened_at, op=op, resolving=resolving
                )
                if isinstance(done, Refusal):
                    connection.rollback()
                    return done
        except Exception as error:
            if is_disk_error(error):
                return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
            raise
        self._remembered()
        self._tell(frozenset(edit.kind for edit in edits))
        return done

    def batch(
        self, groups: Iterator[Sequence[Edit]] | Sequence[Sequence[Edit]], author: Author, action: str, *,
        op: str | None = None, progress: Callable[[int], bool] | None = None,
    ) -> Done | Refusal:  # fmt: skip
        """A long action: all its entries in one transaction, undone together.

        Each group (the edits of one row) stays within one entry. The caller has validated the rows; fields are
        checked for fitting only by the fold. ``progress`` is told how many groups are prepared and returns
        False to cancel, which leaves nothing behind. Raises nothing expected; returns the refusal.
        """
        op = op or new_id()
        records: list[str] = []
        kinds: set[str] = set()
        packed = PackedGroups()
        filling: list[e.Item] = []  # the entry being packed
        inside: set[tuple[str, str, bool]] = set()  # its records: each stands in it once
        size = 0
        try:
            refused = self.guard.before(self)
            if refused is not None:
                return refused
            with self.database.writing() as connection:
                if journal.by_op(connection, op) is not None:
                    return Done((), ())
                for number, group in enumerate(groups, start=1):
                    items: list[e.Item] = []
                    for edit in group:
                        if edit.kind not in kinds and not may(author.role, writing(KINDS[edit.kind].section)):
                            connection.rollback()
                            return Refusal(StoreRefusal.NOT_ALLOWED)
                        made = self._bulk_items(connection, edit, records)
                        if isinstance(made, Refusal):
                            connection.rollback()
                            return made
                        items += made
                        kinds.add(edit.kind)
                    if not items:
                        continue
                    weight = sum(len(i.raw) for i in items)
                    named = {(i.kind, i.record, i.private) for i in items}
                    full = len(filling) + len(items) > BATCH_ITEMS or size + weight > e.MAX_BYTES // 2
                    if filling and (full or not inside.isdisjoint(named)):
                        packed.append(filling)
                        filling = []
                        inside.clear()
                        size = 0
                    filling += items
                    inside |= named
                    size += weight
                    if progress is not None and not progress(number):
                        connection.rollback()
                        return Refusal(StoreRefusal.NOTHING_TO_DO)
                if not filling:
                    connection.rollback()
                    return Refusal(StoreRefusal.NOTHING_TO_DO)
                packed.append(filling)
                names = self.door.append_batch(connection, packed, author, action, op)
        except e.EntryError as error:
            return Refusal(StoreRefusal.TOO_LARGE, {"size": str(error)})
        except Exception as error:
            if is_disk_error(error):
                return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
            raise
        self._remembered()
        self._tell(frozenset(kinds))
        return Done(tuple(names), tuple(records))

    def _bulk_items(self, connection: Connection, edit: Edit, records: list[str]) -> list[e.Item] | Refusal:
        declared = KINDS[edit.kind]
        before = current(connection, self.station, declared, edit.record) if edit.record is not None else None
        if edit.record is not None and before is None and among(connection, self.station, [(edit.kind, edit.record)]):
            return Refusal(StoreRefusal.ERASED)
        fields = edit.fields
        if before is not None and (left := undecided(connection, self.station, declared, str(edit.record))):
            fields = {name: value for name, value in fields.items() if name not in left}  # a person decides those
        written = applied(declared, Edit(edit.kind, fields, edit.record or new_id()), before)
        records.append(written.record)
        return items_of(written) if written.changed or before is None else []

    def remove(self, kind: str, record: str, author: Author) -> Done | Refusal:
        """Remove a record; its history stays, and it can be brought back."""
        with self.reading() as reader:
            if kind not in KINDS or reader.get(kind, record) is None:
                return Refusal(StoreRefusal.UNKNOWN_RECORD, {"kind": kind, "record": record})
        return self.change([Edit(kind, {REMOVED: True}, record)], author, "remove")

    def erase(
        self, targets: Sequence[tuple[str, str]], ground: str, reason: str, author: Author, op: str | None = None,
        unseen: bool = False,
    ) -> erasure.Erased | Refusal:  # fmt: skip
        """Erase records, (kind, id) each, for ever; see :func:`station_app.store.erasure.erase`. Tables and journal are clean
        when this returns; what lies outside of them is cleared away by :func:`station_app.work.erasing.finish`."""
        try:
            refused = self.guard.before(self)
            if refused is not None:
                return refused
            with self.database.writing() as connection:
                done = erasure.erase(connection, self.door, targets, ground, reason, author, op, unseen)
                if isinstance(done, Refusal):
                    connection.rollback()
                    return done
        except Exception as error:
            if is_disk_error(error):
                return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
            raise
        self._remembered()
        self._tell(frozenset({KIND, *(kind for kind, _record in targets)}))
        return done

    def history(self, kind: str, record: str) -> list[history.Step]:
        """What happened to a record."""
        with self.database.reading() as connection:
            return history.steps(connection, self.station, kind, record)

    def undo(self, entry: str, author: Author) -> Done | Refusal:
        """Take an entry, or the whole batch it belongs to, back by new entries."""
        with self.database.reading() as connection:
            back = history.withdrawing(connection, self.station, entry)
            groups = history.undoing(connection, self.station, entry) if back is None else []
        if back is not None:
            return back if isinstance(back, Refusal) else self._withdraw(back[0], back[1], author)
        if isinstance(groups, Refusal):
            return groups
        if len(groups) == 1:
            return self.change(groups[0], author, "undo", resolving=True)
        return self.batch(_one_by_one(groups), author, "undo")

    def long_actions(self, action: str) -> list[LongAction]:
        """The batches (imports) whose action begins so, newest first."""
        with self.database.reading() as connection:
            return long_actions(connection, self.station, action)

    def conflicts(self) -> list[Conflict]:
        """What two devices wrote differently and nobody has decided."""
        with self.database.reading() as connection:
            return conflicts(connection, self.station)

    def resolve(
        self, conflict: str, take: str | None, author: Author, *, value: Wire | NotSaid = NOT_SAID,
        opened_at: Mapping[str, int] | None = None,
    ) -> Done | Refusal:  # fmt: skip
        """Decide a conflict for one of its heads, or for a ``value`` that none of them had.

        Deciding is an ordinary write that has seen all of them. ``opened_at``: the position at which the person saw them;
        what came later for the same field makes the decision ``stale``.
        """
        if not may(author.role, Action.RESOLVE):
            return Refusal(StoreRefusal.NOT_ALLOWED)
        with self.database.reading() as connection:
            position = journal.position(connection, self.station) if opened_at is None else opened_at
            edit = deciding(conflicts(connection, self.station), conflict, take, value)
        if isinstance(edit, Refusal):
            return edit
        return self.change([edit], author, DECIDING, opened_at=position, resolving=True)

    def told(self, conflict: Conflict) -> list[Told]:
        """What a person needs beside a conflict's values, head by head."""
        with self.database.reading() as connection:
            return told(connection, self.station, conflict)

    def _withdraw(self, decision: e.Entry, action: str, author: Author) -> Done | Refusal:
        """Take a decision back: an entry that says the same, by whose action both count as if they had never been."""
        if not may(author.role, Action.RESOLVE):
            return Refusal(StoreRefusal.NOT_ALLOWED)
        try:
            refused = self.guard.before(self)
            if refused is not None:
                return refused
            with self.database.writing() as connection:
                made = self.door.append(connection, decision.items, author, action, new_id(), None)
        except Exception as error:
            if is_disk_error(error):
                return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
            raise
        self._remembered()
        self._tell(frozenset(item.kind for item in decision.items))
        records = tuple(dict.fromkeys(item.record for item in decision.items))
        return Done((f"{made.head.device}:{made.head.seq}",), records)

    # ------------------------------------------------------------------ proof

    def entry_count(self) -> int:
        """How many entries the journal holds."""
        with self.database.reading() as connection:
            return sum(one.seq for one in journal.devices(connection, self.station))

    def check(self) -> dict[str, str]:
        """Every device's chain: "ok", or what is wrong with it."""
        with self.database.reading() as connection:
            return {
                one.device: journal.chain_problem(connection, one) or "ok"
                for one in journal.devices(connection, self.station)
                if one.seq
            }

    def differences(self, folded: rebuild.Folded | None = None) -> list[dict[str, object]]:
        """Where the tables are not the journal's fold, all of it folded anew; empty when they are."""
        with self.database.reading() as connection:
            return self._compared(connection, folded)

    def differences_of(self, connection: Connection, folded: rebuild.Folded | None = None) -> list[dict[str, object]]:
        """The same for an open view; what was proven before is not folded again (:mod:`station_app.store.proof`)."""
        known = proof.unpacked(_fact(connection, proof.FACT))
        carried = None if known is None else proof.carried_on(connection, self.station, known)
        if carried is None:
            return self._compared(connection, folded)
        self.keep(proof.FACT, proof.packed(carried))
        return []

    def _compared(self, connection: Connection, folded: rebuild.Folded | None = None) -> list[dict[str, object]]:
        found = rebuild.differences(connection, self.station, self.folder, folded=folded)
        if not found:
            self.keep(proof.FACT, proof.packed(proof.taken(connection, self.station)))
        return found

    def fold_again(self) -> None:
        """Empty every folded table and fold the journal anew, in one transaction (after an update that knows new kinds)."""
        with self.database.writing() as connection:
            rebuild.fold_in_place(connection, self.station, self.fold)

    # ------------------------------------------------------------------ facts

    def keep(self, name: str, value: bytes) -> None:
        """Remember a small fact of this device (keys, pinned certificates, receipts): local, not part of the journal."""
        with self.database.writing() as connection:
            connection.execute(delete(fact).where(fact.c.name == name))
            connection.execute(insert(fact), {"name": name, "value": value})

    def fact(self, name: str) -> bytes | None:
        """A remembered fact."""
        with self.database.reading() as connection:
            return _fact(connection, name)

    def _remembered(self) -> None:
        newest, self.door.last.entry = self.door.last.entry, None
        if newest is not None:
            self.guard.after(self, *newest)

    def _tell(self, kinds: frozenset[str]) -> None:
        for listener in self.listeners:
            listener(kinds)


def _fact_of(database: Database, name: str) -> bytes | None:
    """A fact of a database that may not have the table yet."""
    with database.reading() as connection:
        return _fact(connection, name) if inspect(connection).has_table(fact.name) else None


def _fact(connection: Connection, name: str) -> bytes | None:
    value = connection.execute(select(fact.c.value).where(fact.c.name == name)).scalar()
    return None if value is None else bytes(value)


def _one_by_one(groups: Sequence[Sequence[Edit]]) -> Iterator[Sequence[Edit]]:
    for group in groups:
        for edit in group:
            yield [edit]


def unwrap(result: Done | Refusal) -> Done:
    """The result, or :class:`Refused` for callers that only pass a refusal on."""
    if isinstance(result, Refusal):
        raise Refused(result)
    return result
