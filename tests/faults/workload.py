"""What a station does while faults fall on it: changes, edits, batches, photos, users, a stick; and the look afterwards."""

import hashlib
import os
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, event, func, select

import station_app.kinds  # noqa: F401  # every kind
from station_app.compose.opening import create_store, open_store
from station_app.messages import Refusal
from station_app.store import backup, journal, vault
from station_app.store.blobs import Blobs
from station_app.store.change import Author, Edit
from station_app.store.engine import DRIVER_ERRORS, is_disk_error
from station_app.store.files import make_folders
from station_app.store.freshness import State
from station_app.store.opened import Store
from station_app.store.refusals import StoreRefusal
from station_app.store.tables import entry as entry_table
from station_app.store.vault import Unlocked, Vault
from station_app.sync.carriers.usb import Stick
from station_app.sync.refusals import SyncRefusal

STATION: Final = "15060210201"
PASSWORD: Final = "虚构的口令 2026"
BATCH_ROWS: Final = 60
SEED: Final = uuid.UUID("00000000-0000-4000-8000-00000000fa17")
#: Which operation stands at which place.
ROUND: Final = ("add", "edit", "blob", "add", "batch", "stick", "edit", "user", "add", "edit", "stick", "blob", "batch")
#: A backup is long: it has the place after the last round.
BACKUP: Final = 10_000
#: What a refusal of the disk may be called.
DISK: Final = {
    StoreRefusal.DISK, StoreRefusal.BACKUP_BAD, StoreRefusal.NO_ROOM, SyncRefusal.STICK_FULL, SyncRefusal.STICK_FAILED,
}  # fmt: skip


def cheap_passwords() -> None:
    """Argon2id at the floor, as in tests/conftest.py, for processes that pytest did not start."""
    vault.MEMORY_KIB, vault.TIME_COST, vault.LANES = 19 * 1024, 2, 1  # type: ignore[misc]  # final elsewhere


def what_of(n: int) -> str:
    """What the n-th operation is."""
    return "backup" if n >= BACKUP else ROUND[n % len(ROUND)]


def op_of(n: int) -> str:
    """The id of the n-th operation."""
    return str(uuid.uuid5(SEED, str(n)))


def record_of(n: int) -> str:
    """The resident whom the n-th operation adds or edits: an edit takes the one added before it."""
    while what_of(n) != "add":
        n -= 1
    return str(uuid.uuid5(SEED, f"record {n}"))


def photo(n: int) -> bytes:
    """A photo's bytes, the same each time."""
    return hashlib.shake_256(b"photo %d" % n).digest(9_000)


def parcel(n: int) -> bytes:
    """What goes on the stick: each name is written twice, with other bytes."""
    return hashlib.shake_256(b"parcel %d" % n).digest(5_000)


def parcel_name(n: int) -> str:
    """Two writes share a name."""
    return f"to-centre/{n // len(ROUND) % 4}-parcel.bundle"


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything lies: the station, its anchors outside it, a stick."""

    top: Path

    @property
    def station(self) -> Path:
        """The data folder."""
        return self.top / "station"

    @property
    def stick(self) -> Path:
        """The stick's folder."""
        return self.top / "stick"

    def here(self) -> None:
        """This process's computer remembers its anchors below the place."""
        os.environ["XDG_STATE_HOME"] = str(self.top / "state")


@dataclass(slots=True)
class Worker:
    """An open station at work."""

    place: Place
    unlocked: Unlocked
    store: Store
    blobs: Blobs

    @classmethod
    def create(cls, place: Place) -> Unlocked:
        """A new station with its stick, closed again."""
        place.here()
        for folder in (place.station, place.stick, place.top / "state"):
            folder.mkdir(parents=True)
        made = Vault.create(place.station, "王主任", PASSWORD)
        assert not isinstance(made, Refusal), made
        create_store(place.station / "station.db", made[1].key, STATION).close()
        return made[1]

    @classmethod
    def open(cls, place: Place, unlocked: Unlocked, pragmas: Sequence[str] = ()) -> "Worker | Refusal":
        """Open it as the program does."""
        place.here()
        store = open_store(place.station / "station.db", unlocked.key)
        if isinstance(store, Refusal):
            return store
        each_connection(store.database.writer, ("wal_autocheckpoint = 40", *pragmas))
        return cls(place, unlocked, store, Blobs(place.station, unlocked.key))

    def act(self, n: int) -> Refusal | None:
        """The n-th operation; None when it is acknowledged. The same again does nothing twice."""
        what = what_of(n)
        author = Author(self.unlocked.user.id)
        done: object
        try:
            if what in ("add", "edit"):
                edit = Edit("resident", {"name": f"王{n % 97}", "note": f"第{n}次"}, record_of(n))
                done = self.store.change([edit], author, what, op=op_of(n))
            elif what == "batch":
                rows = [
                    [Edit("activity", {"name": f"活动{n}-{i}", "held_on": "2025-03-05"})] for i in range(BATCH_ROWS)
                ]
                done = self.store.batch(rows, author, "import", op=op_of(n))
            elif what == "blob":
                done = self.blobs.put(photo(n))
            elif what == "stick":
                done = Stick(self.place.stick).write(parcel_name(n), parcel(n))
            elif what == "user":
                done = self._user(n)
            else:
                done = self._backup(n)
        except OSError:  # documented of Blobs.put: its caller tells the user
            return Refusal(StoreRefusal.DISK, {"why": "OSError"})
        return done if isinstance(done, Refusal) else None

    def _user(self, n: int) -> object:
        loaded = Vault.load(self.place.station)
        if isinstance(loaded, Refusal) or loaded.find(f"用户{n}") is not None:
            return loaded
        return loaded.add(self.unlocked, f"用户{n}", "worker", PASSWORD)

    def _backup(self, n: int) -> object:
        target = self.place.top / "backups" / f"{n}{backup.SUFFIX}"
        work = self.place.top / "work"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        make_folders(target.parent)
        source = backup.Source(self.place.station, self.unlocked.key, STATION, self.store.device)
        return backup.write(source, target, work, made=1, reason="now", program="0")


def each_connection(engine: Engine, pragmas: Sequence[str]) -> None:
    """Say these on every connection of an engine, also the ones it has."""

    def told(connection: Any, _record: Any) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", told)
    engine.dispose()


# ---------------------------------------------------------------------- the look afterwards


def look(place: Place, unlocked: Unlocked, acknowledged: Sequence[int], tables: bool = False) -> list[str]:
    """What is wrong: acknowledged and gone, half there, doubled, a broken chain, tables that are not the fold, a doubtful store."""
    place.here()
    wrong: list[str] = []
    try:
        store = open_store(place.station / "station.db", unlocked.key)
        if isinstance(store, Refusal):
            return [f"the store does not open: {store.code.value} {store.values}"]
        try:
            wrong += _store(store, acknowledged, tables)
        finally:
            store.database.close()
    except DRIVER_ERRORS as error:
        wrong.append(f"the store fails: {type(error).__name__} {'disk' if is_disk_error(error) else ''}")
    wrong += _files(place, unlocked, acknowledged)
    return wrong


def _store(store: Store, acknowledged: Sequence[int], tables: bool) -> list[str]:
    wrong: list[str] = []
    # opening an unsealed store walked its chains and folded it again: anything but "proven" is a loss
    if store.guard.standing.state is not State.PROVEN:
        wrong.append(f"the store stands in doubt: {store.guard.standing.state.value}")
    with store.reading() as reader:
        kept = [n for n in acknowledged if what_of(n) in ("add", "edit", "batch")]
        wrong += [
            f"operation {n} was acknowledged and is gone"
            for n in kept
            if journal.by_op(reader.connection, op_of(n)) is None
        ]
        newest = {record_of(n): n for n in kept if what_of(n) != "batch"}
        for record, n in newest.items():
            found = reader.get("resident", record)
            # one later edit may be there without having been acknowledged
            if found is None or int(str(found.fields.get("note"))[1:-1]) < n:
                wrong.append(f"the row of operation {n} does not show it")
        twice = select(entry_table.c.op).group_by(entry_table.c.op).having(func.count() > 1)
        wrong += [f"operation twice: {bytes(op).hex()}" for (op,) in reader.connection.execute(twice)]
        if reader.count("activity") % BATCH_ROWS:
            wrong.append("a batch is there in part")
    if tables:
        wrong += [f"chain {device}: {problem}" for device, problem in store.check().items() if problem != "ok"]
        wrong += [f"table: {one}" for one in store.differences()[:3]]
    return wrong


def _files(place: Place, unlocked: Unlocked, acknowledged: Sequence[int]) -> list[str]:
    wrong: list[str] = []
    blobs = Blobs(place.station, unlocked.key)
    last: dict[str, int] = {}
    loaded = Vault.load(place.station)
    if isinstance(loaded, Refusal):
        return [f"the vault does not load: {loaded.code.value}"]
    for n in acknowledged:
        what = what_of(n)
        if what == "blob" and blobs.get(hashlib.sha256(photo(n)).hexdigest()) != photo(n):
            wrong.append(f"photo {n} was acknowledged and is gone")
        elif what == "user" and loaded.find(f"用户{n}") is None:
            wrong.append(f"user {n} was acknowledged and is gone")
        elif what == "stick":
            last[parcel_name(n)] = n
        elif what == "backup" and not (place.top / "backups" / f"{n}{backup.SUFFIX}").exists():
            wrong.append(f"backup {n} was acknowledged and is gone")
    for path in (place.station / "blobs").glob("??/*"):
        if not path.name.startswith(".") and blobs.get(path.name) is None:
            wrong.append(f"half a photo: {path.name}")
    for path in (place.top / "backups").glob(f"[0-9]*{backup.SUFFIX}"):
        if isinstance(read := backup.read(path), Refusal):
            wrong.append(f"half a backup: {path.name} {read.code.value}")
    wrong += _parcels(place, last)
    return wrong


def _parcels(place: Place, last: dict[str, int]) -> list[str]:
    wrong: list[str] = []
    known = {hashlib.sha256(parcel(n)).digest(): n for n in range(40 * len(ROUND)) if what_of(n) == "stick"}
    there: dict[str, int] = {}
    for path in (place.stick / "station-app").rglob("*.bundle"):
        if path.name.startswith("."):
            continue
        n = known.get(hashlib.sha256(path.read_bytes()).digest())
        if n is None:
            wrong.append(f"half a file on the stick: {path.name}")
        else:
            there[str(path.relative_to(place.stick / "station-app"))] = n
    wrong += [f"parcel {n} was acknowledged and is gone" for name, n in last.items() if there.get(name, -1) < n]
    return wrong


def copied(source: Path, target: Path) -> None:
    """A fresh copy of a place; fast, for there is one for each fault."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
