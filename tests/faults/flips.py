"""Flips one bit of everything the program keeps or takes in, and asks whether anyone would believe a changed thing (SECURITY A02, A38).

``python -m tests.faults.flips --database 10000 --bundle 10000 --report 2000`` prints one JSON document. Each kind of file
is read by the program's own way of reading it, in this process; an answer is ``refused``, ``same`` (nothing anyone reads
differs, nor who signed it) or ``changed``, which must not be. ``--control`` takes seals away: changes must then be found.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

import station_app.kinds  # noqa: F401  # every kind
from station_app.compose.opening import open_store
from station_app.kinds.base import KINDS
from station_app.messages import Refusal
from station_app.store import backup
from station_app.store.blobs import Blobs
from station_app.store.engine import DRIVER_ERRORS
from station_app.store.freshness import State
from station_app.store.opened import Store
from station_app.store.tables import entry as entry_table
from station_app.store.vault import Unlocked, Vault
from station_app.sync import opening, receipts
from station_app.trust import sealing, signing
from station_app.trust.chain import TrustRoots
from station_app.trust.keys import Identity
from tests.faults.workload import BACKUP, PASSWORD, ROUND, Place, Worker, cheap_passwords

GOLDEN: Final = Path(__file__).parent.parent / "golden"
#: Takes bytes, says "refused", "same" or "changed".
Asked = Callable[[bytes], str]


@dataclass(slots=True)
class Outcome:
    """What became of one kind of file."""

    name: str
    flips: int = 0
    refused: int = 0
    same: int = 0
    seconds: float = 0.0
    changed: list[str] = field(default_factory=list)  # byte and bit of each flip that nobody noticed


def flipped(raw: bytes, dice: random.Random) -> tuple[bytes, str]:
    """The bytes with one bit turned over, and which."""
    place, bit = dice.randrange(len(raw)), dice.randrange(8)
    return raw[:place] + bytes((raw[place] ^ 1 << bit,)) + raw[place + 1 :], f"{place}.{bit}"


# ---------------------------------------------------------------------- the station these files are of


class Station:
    """A closed station with some of everything, as it lies: closed properly, or left by a kill with its log beside it."""

    def __init__(self, folder: Path) -> None:
        cheap_passwords()
        self.blind = False  # the planted bug "log": what the guard says is not heard
        self.place = Place(folder / "flips")
        self.unlocked: Unlocked = Worker.create(self.place)
        worker = Worker.open(self.place, self.unlocked)
        assert isinstance(worker, Worker)
        assert [worker.act(n) for n in (*range(2 * len(ROUND)), BACKUP)] == [None] * (2 * len(ROUND) + 1)
        worker.store.close()
        worker = Worker.open(self.place, self.unlocked)
        assert isinstance(worker, Worker)
        assert worker.act(2 * len(ROUND)) is None and worker.act(2 * len(ROUND) + 3) is None
        self.content = content_of(worker.store)
        # by another process: closing a handle of the database here would drop our own locks on it
        subprocess.run(["cp", str(self.file), str(self.wal), str(folder)], check=True)
        self.left, self.log = (folder / "station.db").read_bytes(), (folder / "station.db-wal").read_bytes()
        self.anchors = {path: path.read_bytes() for path in (self.place.top / "state").rglob("*.anchor")}
        worker.store.database.close()
        assert len(self.log) > 8_000 and self.anchors, (len(self.log), sorted((self.place.top / "state").rglob("*")))

    @property
    def file(self) -> Path:
        """The database."""
        return self.place.station / "station.db"

    @property
    def wal(self) -> Path:
        """Its log."""
        return self.place.station / "station.db-wal"

    def lay(self, database: bytes, log: bytes | None) -> None:
        """Put these bytes in place, and what this computer remembers outside."""
        self.file.write_bytes(database)
        self.file.with_name("station.db-shm").unlink(missing_ok=True)
        if log is None:
            self.wal.unlink(missing_ok=True)
        else:
            self.wal.write_bytes(log)
        for path, data in self.anchors.items():
            path.write_bytes(data)

    def stands(self, database: bytes, log: bytes | None) -> str:
        """What the program says of the station with these bytes."""
        self.lay(database, log)
        self.place.here()
        try:
            store = open_store(self.file, self.unlocked.key)
            if isinstance(store, Refusal):
                return "refused"
            try:
                if store.guard.standing.state is not State.PROVEN and not self.blind:
                    return "refused"
                return "same" if content_of(store) == self.content else "changed"
            finally:
                store.database.close()
        except DRIVER_ERRORS:
            return "refused"


def content_of(store: Store) -> dict[str, Any]:
    """Every row of every kind, and every journal line."""
    found: dict[str, Any] = {}
    with store.database.reading() as connection:
        for kind in KINDS:
            for row in connection.execute(select(KINDS[kind].__table__)):
                found[f"{kind} {row.id}"] = tuple(row)
        for at, line in connection.execute(select(entry_table.c.at, entry_table.c.line)):
            found[f"entry {at}"] = bytes(line)
    return found


# ---------------------------------------------------------------------- how each is read


def of_database(station: Station) -> tuple[bytes, Asked]:
    """The database of a station closed by a kill, all of its log written back."""
    station.lay(station.left, station.log)
    worker = Worker.open(station.place, station.unlocked)
    assert isinstance(worker, Worker)
    worker.store.database.close()  # the log is written back; no seal is made
    whole = station.file.read_bytes()
    assert station.stands(whole, None) == "same"
    return whole, lambda data: station.stands(data, None)


def of_log(station: Station) -> tuple[bytes, Asked]:
    """The log a kill left: SQLite itself drops whatever follows a flipped bit, and says nothing."""
    assert station.stands(station.left, station.log) == "same"
    return station.log, lambda data: station.stands(station.left, data)


def of_vault(station: Station) -> tuple[bytes, Asked]:
    """The vault, by who opens it with the right password and what it then says of everyone."""
    file = station.place.station / "vault.json"
    whole = file.read_bytes()

    def people(loaded: Vault) -> list[tuple[str, str, str, bool]]:
        return [(user.id, user.name, user.role, user.active) for user in loaded.users()]

    loaded = Vault.load(station.place.station)
    assert not isinstance(loaded, Refusal)
    before = people(loaded)

    def ask(data: bytes) -> str:
        file.write_bytes(data)
        loaded = Vault.load(station.place.station)
        if isinstance(loaded, Refusal):
            return "refused"
        opened = loaded.unlock("王主任", PASSWORD)
        if isinstance(opened, Refusal):
            return "refused"
        same = opened.key == station.unlocked.key and opened.user.role == "head" and people(loaded) == before
        return "same" if same else "changed"

    assert ask(whole) == "same"
    return whole, ask


def of_blob(station: Station) -> tuple[bytes, Asked]:
    """A photo."""
    file = sorted((station.place.station / "blobs").glob("??/*"))[0]
    blobs = Blobs(station.place.station, station.unlocked.key)
    whole, content = file.read_bytes(), blobs.get(file.name)
    assert content is not None

    def ask(data: bytes) -> str:
        file.write_bytes(data)
        got = blobs.get(file.name)
        return "refused" if got is None else "same" if got == content else "changed"

    assert ask(whole) == "same"
    return whole, ask


def of_backup(station: Station) -> tuple[bytes, Asked]:
    """A backup, read from its first byte to its last."""
    (file,) = (station.place.top / "backups").glob(f"*{backup.SUFFIX}")
    whole = file.read_bytes()
    manifest = backup.read(file)
    assert not isinstance(manifest, Refusal)

    def ask(data: bytes) -> str:
        file.write_bytes(data)
        read = backup.read(file)
        return "refused" if isinstance(read, Refusal) else "same" if read.manifest == manifest.manifest else "changed"

    assert ask(whole) == "same"
    return whole, ask


def _golden(*parts: str) -> bytes:
    return GOLDEN.joinpath(*parts).read_bytes()


def _identity(*parts: str) -> Identity:
    found = Identity.from_file(_golden(*parts))
    assert isinstance(found, Identity)
    return found


def _roots(*parts: str) -> TrustRoots:
    found = TrustRoots.from_pem(_golden(*parts))
    assert isinstance(found, TrustRoots)
    return found


def _first() -> tuple[TrustRoots, datetime, str]:
    about = json.loads(_golden("bundles", "first", "about.json"))
    return _roots("bundles", "first", "roots.pem"), datetime.fromtimestamp(about["at"], UTC), about["bundle"]


def of_bundle(_station: Station) -> tuple[bytes, Asked]:
    """A sealed bundle, as the centre opens it."""
    roots, at, name = _first()
    identity = _identity("bundles", "first", "centre.identity")
    whole = _golden("bundles", "first", name)
    expected = opening.open_bundle(whole, identity, roots, at, True)
    assert not isinstance(expected, Refusal), expected

    def ask(data: bytes) -> str:
        got = opening.open_bundle(data, identity, roots, at, True)
        if isinstance(got, Refusal):
            return "refused"
        return (
            "same"
            if (got.bundle, got.signer, got.writer) == (expected.bundle, expected.signer, expected.writer)
            else "changed"
        )

    return whole, ask


def of_signed(_station: Station) -> tuple[bytes, Asked]:
    """The same beneath the encryption: what whoever has the centre's key could change."""
    roots, at, name = _first()
    identity = _identity("bundles", "first", "centre.identity")
    whole = sealing.decrypt(_golden("bundles", "first", name), identity, sealing.BUNDLE_LIMIT)
    assert isinstance(whole, bytes)
    expected = opening.verified(whole, roots, at)
    assert not isinstance(expected, Refusal)

    def ask(data: bytes) -> str:
        got = opening.verified(data, roots, at)
        return "refused" if isinstance(got, Refusal) else "same" if got == expected else "changed"

    return whole, ask


def of_receipt(_station: Station) -> tuple[bytes, Asked]:
    """A kept receipt, as it is verified each time it is looked at."""
    roots, at, name = _first()
    name = json.loads(_golden("bundles", "first", "about.json"))["receipt"]
    identity = _identity("bundles", "first", "device.identity")
    whole = sealing.decrypt(_golden("bundles", "first", name), identity, sealing.BUNDLE_LIMIT)
    assert isinstance(whole, bytes)
    opened = opening.verified(whole, roots, at, ended_ok=True)
    assert not isinstance(opened, Refusal)
    parsed = receipts.parse(opened.content)
    assert not isinstance(parsed, Refusal)
    expected = receipts.verify(whole, roots, parsed.station, at)
    assert not isinstance(expected, Refusal), expected

    def ask(data: bytes) -> str:
        got = receipts.verify(data, roots, parsed.station, at)
        return "refused" if isinstance(got, Refusal) else "same" if got.receipt == expected.receipt else "changed"

    return whole, ask


def of_report(_station: Station) -> tuple[bytes, Asked]:
    """A signed and countersigned report. In a signature's hole a flip may do nothing; elsewhere it must be noticed."""
    roots = _roots("trust", "root.pem")
    whole = _golden("trust", "report.pdf")
    expected = signing.verify_report(whole, roots)
    assert expected.valid and expected.centre_signer is not None

    def ask(data: bytes) -> str:
        got = signing.verify_report(data, roots)
        if not got.valid:
            return "refused"
        in_hole = data.replace(_holes(data), b"") == whole.replace(_holes(whole), b"") if _holes(data) else False
        return "same" if got == expected and in_hole else "changed"

    return whole, ask


def _holes(pdf: bytes) -> bytes:
    """The first hole that differs is what a flip may fall into: the hexadecimal between ``<`` and ``>`` of /Contents."""
    at = pdf.find(b"/Contents <")
    return b"" if at < 0 else pdf[at : pdf.find(b">", at) + 1]


KINDS_OF_FILES: Final[dict[str, Callable[[Station], tuple[bytes, Asked]]]] = {
    "database": of_database, "log": of_log, "vault": of_vault, "blob": of_blob, "backup": of_backup,
    "bundle": of_bundle, "signed": of_signed, "receipt": of_receipt, "report": of_report,
}  # fmt: skip


# ---------------------------------------------------------------------- planted bugs


def unsigned_receipt(_station: Station) -> tuple[bytes, Asked]:
    """The planted bug "receipt": its content is believed as it comes."""
    whole = _golden("bundles", "first", "receipt.json").rstrip(b"\n") + b"\n"
    expected = receipts.parse(whole)
    assert not isinstance(expected, Refusal)

    def ask(data: bytes) -> str:
        got = receipts.parse(data)
        return "refused" if isinstance(got, Refusal) else "same" if got == expected else "changed"

    return whole, ask


# ---------------------------------------------------------------------- running


def flip(name: str, station: Station, flips: int, seed: int, control: str = "", most_seconds: float = 1e9) -> Outcome:
    """So many flips of one kind of file."""
    outcome = Outcome(name)
    started = time.monotonic()
    whole, ask = (unsigned_receipt if control == "receipt" else KINDS_OF_FILES[name])(station)
    dice = random.Random(f"{seed} {name}")
    station.blind = control == "log"
    for _n in range(flips):
        data, where = flipped(whole, dice)
        answer = ask(data)
        outcome.flips += 1
        outcome.refused += answer == "refused"
        outcome.same += answer == "same"
        if answer == "changed":
            outcome.changed.append(where)
            if len(outcome.changed) > 20:
                break
        if time.monotonic() - started > most_seconds:
            break
    assert ask(whole) == "same", "the unchanged file is refused now: by something else than its bytes"
    outcome.seconds = round(time.monotonic() - started, 1)
    return outcome


def run(
    folder: Path, wanted: dict[str, int], seed: int = 1, control: str = "", most_seconds: float = 1e9
) -> list[Outcome]:
    """All wanted kinds of files, one after the other."""
    state = os.environ.get("XDG_STATE_HOME")
    try:
        station = Station(folder)
        return [flip(name, station, flips, seed, control, most_seconds) for name, flips in wanted.items()]
    finally:
        if state is not None:
            os.environ["XDG_STATE_HOME"] = state


def main(words: Sequence[str]) -> int:
    """0 when no flip was believed."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in KINDS_OF_FILES:
        parser.add_argument(f"--{name}", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--control", choices=("", "log", "receipt"), default="")
    parser.add_argument("--seconds", type=float, default=1e9, help="for each kind of file")
    given = parser.parse_args(words)
    shared = Path("/dev/shm")
    place = Path(tempfile.mkdtemp(prefix="flips-", dir=shared if shared.is_dir() else None))
    try:
        wanted = {name: getattr(given, name) for name in KINDS_OF_FILES if getattr(given, name)}
        outcomes = run(place, wanted, given.seed, given.control, given.seconds)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    print(json.dumps([asdict(one) for one in outcomes], ensure_ascii=False))
    return 1 if any(one.changed for one in outcomes) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
