"""A station's computers, their centre and the sticks between them, with everything that can go wrong; real parts, no window.

Made once as a template and copied for each history. Keys, seals, certificates, stores and receipts are the program's own;
what is left out is only what costs seconds and is tested elsewhere (passwords, anchors outside the folder).
"""

import os
import random
import shutil
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final, TypeVar
from unittest.mock import patch

from sqlalchemy import select

from station_app.centre import authority
from station_app.centre.opened import Centre, init_centre, open_centre
from station_app.compose import OpenStation
from station_app.kinds.base import KINDS, Record
from station_app.messages import Refusal
from station_app.store import change as change_module
from station_app.store import journal, vault
from station_app.store.blobs import Blobs
from station_app.store.change import Author, Done, Edit
from station_app.store.engine import Database, open_sqlite
from station_app.store.fold import asked, writes_of
from station_app.store.heads import REMOVED
from station_app.store.opened import Store
from station_app.store.tables import conflict
from station_app.store.vault import Unlocked, Vault
from station_app.sync import opening
from station_app.sync.outbox import Outbox
from station_app.trust import certificates, chain
from station_app.work import enrolment, hand_in
from tests.machines.histories import plain, reference
from tests.store.throwaway import ALL, known

T = TypeVar("T")
STATION: Final = "15060210201"
PASSWORD: Final = "虚构的口令 2026"
START: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KIND_NAMES: Final = [kind.kind_name for kind in ALL]
LOOSE: Final[type[Record]] = ALL[0]
#: What the older version of the program knows of ``t_loose``; it does not know ``t_once`` at all.
OLD_FIELDS: Final = ("name", "a", "tags")
MOST_COMPUTERS: Final = 5
#: Records of each kind that all computers know from the beginning.
FIRST: Final = {
    kind: [str(uuid.uuid5(uuid.NAMESPACE_OID, f"{kind} {n}")) for n in range(2)] for kind in KIND_NAMES
}  # fmt: skip
#: Kinds that take part, beside the throw-away ones: with all of them, every comparison would walk forty empty tables.
REAL: Final = ("station", "room", "policy", "month_report", "account", "computer", "erasure", "approval")
_EXPECTED: Final = frozenset(
    {"bad_format", "gap", "wrong_recipient", "not_enrolled", "fork", "too_large", "newer_schema", "bad_signature"}
)


def good(value: T | Refusal) -> T:
    """The value, where no refusal is expected."""
    assert not isinstance(value, Refusal), value
    return value


class Wrong(AssertionError):
    """What a history showed to be broken."""


def holds(condition: bool, what: str) -> None:
    """Raise what does not hold."""
    if not condition:
        raise Wrong(what)


@dataclass(eq=False)
class Computer:
    """One computer: an open station, its clock's error, its version, what it acknowledged."""

    station: OpenStation
    off: timedelta = timedelta()
    old: bool = False
    acknowledged: list[str] = field(default_factory=list)

    @property
    def store(self) -> Store:
        """Its store."""
        return self.station.store

    @property
    def device(self) -> str:
        """Its id."""
        return self.store.device


@contextmanager
def older_version() -> Iterator[None]:
    """The program as it was before ``b``, ``flag`` and the kind ``t_once``."""
    whole = LOOSE.fields
    LOOSE.fields = {name: whole[name] for name in OLD_FIELDS}
    once = KINDS["t_once"]
    KINDS.forget("t_once")
    kept = change_module._CURRENT.pop(LOOSE, None)
    try:
        yield
    finally:
        LOOSE.fields = whole
        KINDS.add(once)
        change_module._CURRENT.pop(LOOSE, None)
        if kept is not None:
            change_module._CURRENT[LOOSE] = kept


@contextmanager
def few_kinds() -> Iterator[None]:
    """Only the kinds that take part are declared; the others afterwards again, in their order."""
    everything = dict(KINDS._kinds)
    for kind in everything:
        if kind not in REAL:
            KINDS.forget(kind)
    try:
        with known():
            yield
    finally:
        KINDS._kinds.clear()
        KINDS._kinds.update(everything)


@contextmanager
def quick_passwords() -> Iterator[None]:
    """Argon2id at the floor a vault accepts, where no test run lowers it."""
    with (
        patch.object(vault, "MEMORY_KIB", 19 * 1024),
        patch.object(vault, "TIME_COST", 2),
        patch.object(vault, "LANES", 1),
    ):
        yield


def memory() -> Path | None:
    """A folder in memory, where there is one: syncing costs nothing there, and nothing here is about power cuts."""
    return Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else None


class Template:
    """Three enrolled computers and a centre, made once in a process."""

    made: "Template | None" = None

    def __init__(self) -> None:
        self.folder = Path(mkdtemp(dir=memory(), prefix="machines-"))
        with quick_passwords(), few_kinds():
            with the_time(START - timedelta(days=30)):
                made = good(Vault.create(self.folder / "0", "王主任", PASSWORD))
                self.unlocked: Unlocked = made[1]
                store = Store.create(self._database(self.folder / "0"), self.folder / "0", STATION)
                good(store.change([Edit("station", {"name": "罕台镇社工站", "code": STATION})], self.author, "init"))
                store.close()
                self.centre = good(init_centre(self.folder / "centre", "虚构市社工服务指导中心", PASSWORD)).authority
                for number in (1, 2):
                    shutil.copytree(self.folder / "0", self.folder / str(number))
            with the_time(START - timedelta(days=29)):
                for number in range(3):
                    one = self.opened(self.folder / str(number))
                    if number:
                        one.store.take_new_identity()
                    self.enrol(one, self.centre)
                    one.store.close()
            self._first_records()

    def _first_records(self) -> None:
        """Two records of each kind, written on the first computer, known everywhere: something to disagree about."""
        stick = self.folder / "stick"
        stick.mkdir()
        with the_time(START - timedelta(days=1)):
            computers = [self.opened(self.folder / str(number)) for number in range(3)]
            for kind in KIND_NAMES:
                for number, record in enumerate(FIRST[kind]):
                    fields: dict[str, Any] = {"a": number} | ({"b": 0} if "b" in KINDS[kind].fields else {})
                    good(computers[0].store.change([Edit(kind, fields, record)], self.author, "new"))
            with quick_passwords():
                centre = good(open_centre(self.folder / "centre", None, PASSWORD))
            for _round in range(3):
                for one in computers:
                    good(hand_in.receive_usb(one, stick))
                    good(hand_in.send_usb(one, stick))
                good(centre.take(stick))
            for one in computers:
                good(hand_in.receive_usb(one, stick))
                one.store.close()
            centre.close()

    @classmethod
    def get(cls) -> "Template":
        """The one of this process."""
        if cls.made is None:
            cls.made = cls()
        return cls.made

    @property
    def author(self) -> Author:
        """The head, who may everything."""
        return Author(self.unlocked.user.id, "head")

    def _database(self, folder: Path) -> Database:
        return open_sqlite(folder / "station.db", self.unlocked.key)

    def opened(self, folder: Path) -> OpenStation:
        """An open station from its files, without asking for a password."""
        database = self._database(folder)
        with database.reading() as connection:
            device = next(d.device for d in journal.devices(connection) if d.own)
        store = Store(database, folder, STATION, device)
        return OpenStation(folder, good(Vault.load(folder)), self.unlocked, store, Blobs(folder, self.unlocked.key))

    @staticmethod
    def enrol(one: OpenStation, centre: authority.Authority) -> None:
        """Certificate and pinned roots, as two walks with a stick bring them."""
        keys = good(enrolment.device_keys(one.store))
        request = certificates.device_request(keys, STATION, one.store.device)
        der = good(certificates.issue(centre._issuing, request, STATION, opening.now()))
        place = centre.folder / authority.DEVICES / f"{one.store.device}.pem"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(chain.pem_of(der))
        one.store.keep(enrolment.CERTIFICATE_FACT, der)
        one.store.keep("roots", centre.roots.to_pem())


@contextmanager
def the_time(moment: datetime) -> Iterator[None]:
    """The clock stands at a moment."""
    with patch.dict(os.environ, {"STATION_APP_NOW": moment.isoformat()}):
        yield


class World:
    """One history's computers, centre and sticks."""

    def __init__(self, seed: int, faults: Counter[str]) -> None:
        self.dice, self.faults = random.Random(seed), faults
        self.template = Template.get()
        self.folder = Path(mkdtemp(dir=memory(), prefix="history-"))
        self._known = few_kinds()
        self._known.__enter__()
        self.now = START
        self.tokens = 0
        self.records: dict[str, list[str]] = {kind: [*FIRST[kind], self.id()] for kind in KIND_NAMES}
        self.erased: dict[tuple[str, str], None] = {}
        self.written: dict[tuple[str, str], set[str]] = {}  # record → texts that were ever written to it
        self.truth: dict[str, dict[str, int]] = {}  # entry → how far its computer had folded the others
        self.computers: list[Computer] = []
        self.backups: list[Path] = []
        for number in range(3):
            shutil.copytree(self.template.folder / str(number), self.folder / str(number))
            self.computers.append(Computer(self.template.opened(self.folder / str(number))))
        shutil.copytree(self.template.folder / "centre", self.folder / "centre")
        with quick_passwords(), the_time(self.now):
            self.centre: Centre = good(open_centre(self.folder / "centre", None, PASSWORD))
        self.sticks = [self.folder / "stick0", self.folder / "stick1"]
        for stick in self.sticks:
            stick.mkdir()
        self.author = self.template.author

    def id(self) -> str:
        """A record's id."""
        return str(uuid.UUID(int=self.dice.getrandbits(128), version=4))

    def close(self) -> None:
        """Everything goes."""
        try:
            for one in self.computers:
                one.store.close()
            self.centre.close()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
            self._known.__exit__(None, None, None)

    @contextmanager
    def at(self, one: Computer | None) -> Iterator[None]:
        """Time goes on; what happens within happens by this computer's clock and version."""
        self.now += timedelta(minutes=self.dice.choice((0, 1, 7)))
        off = one.off if one is not None else timedelta()
        with the_time(self.now + off):
            if one is not None and one.old:
                with older_version():
                    yield
            else:
                yield

    # ------------------------------------------------------------------ people

    def text(self) -> str:
        """A name nobody else has, so that it can be looked for."""
        self.tokens += 1
        letters = "甲乙丙丁戊己庚辛壬癸"
        return "王" + "".join(letters[int(d)] for d in f"{self.tokens:04}")

    def values(self, kind: str, names: list[str]) -> dict[str, Any]:
        """Something to write."""
        found: dict[str, Any] = {}
        for name in names:
            if name in KINDS[kind].fields:
                found[name] = (
                    self.text()
                    if name in ("name", "note")
                    else bool(self.dice.randint(0, 1))
                    if name == "flag"
                    else self.dice.randint(0, 3)
                )
        return found

    def edit(self, one: Computer, kind: str, which: int, names: list[str]) -> None:
        """A person writes some fields; refusals (undecided, append-only, removed, erased) are part of life."""
        with self.at(one):
            if kind in KINDS:
                self.say(one, kind, which, self.values(kind, names) or self.values(kind, ["a"]))

    def say(self, one: Computer, kind: str, which: int, fields: dict[str, Any]) -> None:
        """The same with values that are given."""
        record = self.records[kind][which % len(self.records[kind])]
        self._did(one, one.store.change([Edit(kind, fields, record)], self.author, "edit"), kind, record, fields)

    def remove(self, one: Computer, kind: str, which: int, gone: bool) -> None:
        """A person removes a record, or brings it back."""
        with self.at(one):
            record = self.records[kind][which % len(self.records[kind])]
            if kind in KINDS and self._row(one.store.database, kind, record) is not None:
                done = one.store.change([Edit(kind, {REMOVED: gone}, record)], self.author, "remove")
                if self._did(one, done, kind, record, {}):
                    self.faults["removal" if gone else "brought back"] += 1

    def batch(self, one: Computer, rows: int) -> None:
        """An import: new records and one known, in several entries."""
        with self.at(one):
            known_one = self.records["t_loose"][0]
            groups, made = [], list[str]()
            for n in range(rows):
                record = self.id() if n else known_one
                fields = self.values("t_loose", ["name", "a"])
                groups.append([Edit("t_loose", fields, record)])
                self.written.setdefault(("t_loose", record), set()).add(str(fields["name"]))
                made.append(record)
            with patch("station_app.store.opened.BATCH_ITEMS", 4):
                done = one.store.batch(groups, self.author, "import")
            if isinstance(done, Done):
                one.acknowledged += done.entries
                self.records["t_loose"] += made[1:]
                self.faults["batch"] += 1

    def undo(self, one: Computer, which: int) -> None:
        """A person takes one of this computer's entries back."""
        own = one.acknowledged
        if own:
            with self.at(one):
                done = one.store.undo(own[which % len(own)], self.author)
                if isinstance(done, Done):
                    one.acknowledged += done.entries
                    withdrawn = one.store.database
                    with withdrawn.reading() as connection:
                        device = journal.device_named(connection, one.device)
                        assert device is not None
                        last = journal.load(connection, [journal.at_of(device.no, device.seq)])
                    action = next(iter(last.values())).head.action
                    self.faults["decision withdrawn" if action.startswith("withdraw") else "undo"] += 1

    def decide(self, one: Computer, which: int, typed: bool) -> None:
        """A person decides a conflict, for a head or for a value of their own."""
        with self.at(one):
            found = one.store.conflicts()
            if not found:
                return
            asked_one = found[which % len(found)]
            self._has_pair(asked_one.heads)
            head = asked_one.heads[which % len(asked_one.heads)]
            if typed and asked_one.field == "a":
                done = one.store.resolve(asked_one.id, None, self.author, value=9)
            else:
                done = one.store.resolve(asked_one.id, f"{head['device']}:{head['seq']}", self.author)
            if isinstance(done, Done):
                one.acknowledged += done.entries
                self.faults["decision"] += 1

    def erase(self, one: Computer, kind: str, which: int) -> None:
        """The head erases a record for ever."""
        from station_app.work import erasing

        record = self.records[kind][which % len(self.records[kind])]
        with self.at(one):
            if one.old or self._row(one.store.database, kind, record) is None:
                return
            done = one.store.erase([(kind, record)], "request", "本人要求", self.author)
            if not isinstance(done, Refusal):
                one.acknowledged += done.entries
                erasing.finish(one.station)
                self.erased[kind, record] = None
                self.faults["erasure"] += 1

    def _did(self, one: Computer, done: Done | Refusal, kind: str, record: str, fields: dict[str, Any]) -> bool:
        if isinstance(done, Refusal):
            return False
        one.acknowledged += done.entries
        self.written.setdefault((kind, record), set()).update(str(v) for v in fields.values() if isinstance(v, str))
        with one.store.database.reading() as connection:
            family = journal.devices(connection, STATION)
            own = next(d for d in family if d.device == one.device)
            entry = journal.load(connection, [journal.at_of(own.no, own.seq)]).popitem()[1]
        folded = {d.device: d.folded for d in family}
        for device, seq in entry.head.seen.items():
            holds(seq <= folded.get(device, 0), "an entry claims to have seen what its computer had not")
        return True

    @staticmethod
    def _has_pair(heads: Any) -> None:
        holds(len(heads) >= 2 and len({repr(h["value"]) for h in heads}) >= 2, "a conflict without a pair to show")

    # ------------------------------------------------------------------ sticks

    def send(self, one: Computer, stick: Path) -> None:
        """The clerk writes to a stick."""
        with self.at(one):
            sent = hand_in.send_usb(one.station, stick)
        if isinstance(sent, Refusal):
            holds(sent.code.value in ("not_enrolled", "revoked", "certificate_expired"), f"send: {sent}")
            self.faults["send refused by the clock"] += 1

    def receive(self, one: Computer, stick: Path) -> int:
        """The clerk takes in from a stick."""
        with self.at(one):
            received = good(hand_in.receive_usb(one.station, stick))
            self._finish_erasing(one)
        for each in received.refused:
            holds(each.refused in _EXPECTED, f"receive: {each}")
            self.faults[f"refused {each.refused}"] += 1
        return received.entries

    def _finish_erasing(self, one: Computer) -> None:
        from station_app.work import erasing

        erasing.finish(one.station)

    def take(self, stick: Path) -> None:
        """The centre takes a stick in, recounts, writes receipts, passes on."""
        with self.at(None):
            taken = good(self.centre.take(stick))
        for each in taken.refused:
            holds(each.refused in _EXPECTED, f"centre: {each}")
            self.faults[f"centre refused {each.refused}"] += 1

    def harm(self, stick: Path, how: str, which: int) -> None:
        """Something happens to a sealed file on a stick."""
        files = sorted(p for p in stick.rglob("*.b*") if p.suffix in (".bundle", ".blob"))
        if not files:
            return
        path = files[which % len(files)]
        data = path.read_bytes()
        if how == "lose":
            path.unlink()
        elif how == "cut":
            path.write_bytes(data[: len(data) * (which % 97) // 97])
        elif how == "flip":
            at = which % len(data)
            path.write_bytes(data[:at] + bytes([data[at] ^ (1 << which % 8)]) + data[at + 1 :])
        elif how == "swap":
            other = files[(which // 7) % len(files)]
            path.write_bytes(other.read_bytes())
            if other != path:
                other.write_bytes(data)
        elif how == "double":
            for stick_ in self.sticks:
                target = stick_ / path.relative_to(stick)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
        elif how == "keep":  # an older state of the stick comes back later
            kept = self.folder / "kept-stick"
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(stick, kept)
        elif how == "bring back" and (self.folder / "kept-stick").exists():
            shutil.copytree(self.folder / "kept-stick", stick, dirs_exist_ok=True)
        self.faults[f"stick: {how}"] += 1

    # ------------------------------------------------------------------ computers

    def back_up(self, one: Computer) -> None:
        """The computer's files as they are now."""
        if len(self.backups) >= 3:
            return
        target = self.folder / f"backup{len(self.backups)}"
        one.store.database.close()
        shutil.copytree(one.station.folder, target)
        self.backups.append(target)
        self.faults["backup"] += 1

    def restore(self, which: int, instead_of: Computer | None) -> None:
        """A backup goes on as a device of its own, beside the others or in place of a lost computer."""
        if instead_of is None and len(self.computers) >= MOST_COMPUTERS:
            return
        if not self.backups:
            self.back_up(self.computers[which % len(self.computers)])
            return
        target = self.folder / f"restored{len(list(self.folder.iterdir()))}"
        shutil.copytree(self.backups[which % len(self.backups)], target)
        fresh = Computer(self.template.opened(target))
        with self.at(fresh):
            fresh.store.take_new_identity()
            fresh.store.fold_again()  # as a restore does: the backup may be an older version's
            self.template.enrol(fresh.station, self.centre.authority)
        if instead_of is not None:
            instead_of.store.close()
            self.computers.remove(instead_of)
            self.faults["computer lost"] += 1
        self.computers.append(fresh)
        self.faults["restored backup"] += 1

    def clone(self, one: Computer) -> None:
        """A copy of a computer writes under the same name: whoever holds the first history refuses the second by name."""
        copy = self.folder / f"clone{len(list(self.folder.iterdir()))}"
        one.store.database.close()
        shutil.copytree(one.station.folder, copy)
        stick = self.folder / f"{copy.name}-stick"
        stick.mkdir()
        twin = Computer(self.template.opened(copy))
        try:
            right = twin.off
            self.edit_something(one)
            with self.at(None):
                sent = hand_in.send_usb(one.station, stick)
            if isinstance(sent, Refusal):
                return
            self.take(stick)
            with self.centre.database.reading() as connection:
                held = journal.device_named(connection, one.device)
            shutil.rmtree(stick / "station-app" / "to-centre", ignore_errors=True)
            self.edit_something(twin)
            with self.at(twin):
                sent = hand_in.send_usb(twin.station, stick)
            before = self.faults["centre refused fork"]
            self.take(stick)
            with self.centre.database.reading() as connection:
                after = journal.device_named(connection, one.device)
            holds(after == held, "a second history changed the first one at the centre")
            if held is not None and held.seq == self._own(one) and not isinstance(sent, Refusal):
                holds(self.faults["centre refused fork"] > before, "a second history was not refused by name")
                self.faults["clone"] += 1
            assert right == twin.off
        finally:
            twin.store.close()
            shutil.rmtree(stick, ignore_errors=True)

    def edit_something(self, one: Computer) -> None:
        """One entry, whatever the state of the records."""
        record = self.id()
        fields = self.values("t_loose", ["name", "a"])
        with self.at(None):
            done = one.store.change([Edit("t_loose", fields, record)], self.author, "edit")
            if one in self.computers:
                self._did(one, done, "t_loose", record, fields)

    def _own(self, one: Computer) -> int:
        with one.store.database.reading() as connection:
            return next(d.seq for d in journal.devices(connection, STATION) if d.device == one.device)

    def outdate(self, one: Computer) -> None:
        """A computer that has had the older version of the program all along."""
        if not one.old:
            one.old = True
            with self.at(one):
                one.store.fold_again()
            self.faults["older version"] += 1

    def update(self, one: Computer) -> None:
        """The newer version of the program starts on this computer."""
        if one.old:
            one.old = False
            with self.at(one):
                one.store.fold_again()
            self.faults["update"] += 1

    # ------------------------------------------------------------------ what must hold

    def check_tables(self, one: Computer) -> None:
        """Invariant 2: the tables are the journal's fold."""
        with self.at(one):
            found = one.store.differences()
        holds(found == [], f"tables are not the fold: {found}")

    def settle(self) -> None:
        """Clocks are put right, everybody has the newest version, the stick goes round until nobody has anything to say."""
        for one in self.computers:
            one.off = timedelta()
            self.update(one)
        stick = self.folder / "last-stick"
        stick.mkdir()
        for _round in range(9):
            moved = 0
            for one in self.computers:
                moved += self.receive(one, stick)
                self.send(one, stick)
            self.take(stick)
            if not moved and all(self._acknowledged(one) == self._own(one) for one in self.computers):
                return
        raise Wrong("the computers never fall silent")

    def _acknowledged(self, one: Computer) -> int:
        with the_time(self.now):
            return Outbox(one.store, one.station.blobs, good(enrolment.installed(one.station))).acknowledged()

    def check_all(self) -> None:
        """Invariants 2, 3, 6, 7, 8 after everything has arrived everywhere."""
        shown: list[dict[str, Any]] = []
        positions: list[dict[str, int]] = []
        self.check_tables(self.dice.choice(self.computers))
        for one in self.computers:
            with one.store.database.reading() as connection:
                positions.append(journal.position(connection, STATION))
                shown.append(self._shown(connection))
                self._check_against_reference(connection)
            holds(set(one.store.check().values()) <= {"ok"}, "a chain does not verify")
            self._check_erased(one.store.database, "a computer")
            for asked_one in one.store.conflicts():
                self._has_pair(asked_one.heads)
        for device in {d for position in positions for d in position}:
            found = {position.get(device, 0) for position in positions}
            holds(len(found) == 1, f"entries of {device[:8]} did not reach everybody: {sorted(found)}")
        for other in shown[1:]:
            wrong = sorted(k for k in {*shown[0], *other} if shown[0].get(k) != other.get(k))
            holds(not wrong, f"computers show different rows: {wrong[:3]}")
        for one in self.computers:
            mine = [int(name.rpartition(":")[2]) for name in one.acknowledged if name.startswith(one.device)]
            holds(max(mine, default=0) <= positions[0].get(one.device, 0), "an acknowledged entry is gone")
        self._check_centre(positions[0], shown[0])

    def _check_centre(self, position: dict[str, int], shown: dict[str, Any]) -> None:
        with self.centre.database.reading() as connection:
            held = journal.position(connection, STATION)
            there = self._shown(connection)
        chains = self.centre.check()
        holds(chains.ok, f"the centre's chains or tables: {chains}")
        self._check_erased(self.centre.database, "the centre")
        if all(held.get(device, 0) == seq for device, seq in position.items()):
            self.faults["centre compared"] += 1
            for key, row in shown.items():
                if key.startswith("t_loose"):  # its name is private
                    names = [c.name for c in LOOSE.__table__.columns]
                    row = tuple(None if n == "name" else v for n, v in zip(names, row, strict=True))
                elif key.startswith("conflict:t_loose") and key.endswith(":name"):
                    continue
                holds(there.get(key) == row, f"the centre shows something else: {key}")

    def _check_against_reference(self, connection: Any) -> None:
        """Invariants 3 and 6 against a second, slow implementation: nothing that was written is lost."""
        conflicts = {
            (row.kind, row.record, row.field): row.heads for row in connection.execute(select(conflict))
        }  # fmt: skip
        for kind in KIND_NAMES:
            merge, names = KINDS[kind].merge, asked(KINDS[kind])
            for record in dict.fromkeys(self.records[kind]):
                if (kind, record) in self.erased:
                    continue
                writes = writes_of(connection, STATION, kind, record)
                if not writes:
                    continue
                expected = plain(reference(writes, merge))
                row = self._row_of(connection, kind, record)
                holds(row is not None, f"a written {kind} has no row")
                asks = {f for k, r, f in conflicts if (k, r) == (kind, record)}
                holds(asks == set(expected[1]), f"conflicts of a {kind}: {asks} for {set(expected[1])}")
                for name, value in expected[0].items():
                    if name in names and row is not None and not isinstance(value, list):
                        holds(row.get(name) == value, f"{kind}.{name} is {row.get(name)!r}, not {value!r}")

    def _check_erased(self, database: Database, where: str) -> None:
        """Invariant 8: nothing of an erased record is left, and its row is gone."""
        if not self.erased:
            return
        texts = {text.encode() for key in self.erased for text in self.written.get(key, ())}
        with database.reading() as connection:
            for kind, record in self.erased:
                holds(self._row_of(connection, kind, record) is None, f"{where}: an erased record has a row")
            for one in journal.devices(connection, STATION):
                for _seq, _digest, line in journal.chain(connection, one.no):
                    holds(not any(text in line for text in texts), f"{where}: an erased text stands in the journal")

    def _row(self, database: Database, kind: str, record: str) -> dict[str, Any] | None:
        with database.reading() as connection:
            return self._row_of(connection, kind, record)

    @staticmethod
    def _row_of(connection: Any, kind: str, record: str) -> dict[str, Any] | None:
        table = KINDS[kind].__table__
        row = connection.execute(select(table).where(table.c.station == STATION, table.c.id == record)).first()
        return None if row is None else dict(row._mapping)

    @staticmethod
    def _shown(connection: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for kind in KIND_NAMES:
            for row in connection.execute(select(KINDS[kind].__table__)):
                found[f"{kind}:{row.id}"] = tuple(row)
        for row in connection.execute(select(conflict)):
            if row.kind in KIND_NAMES:
                found[f"conflict:{row.kind}:{row.record}:{row.field}"] = row.heads
        return found
