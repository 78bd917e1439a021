"""Taking in at the centre: every bundle checked, appended and folded in one transaction, its raw bytes and voucher kept."""

import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, select

from station_app.centre.authority import Authority
from station_app.kinds.base import KINDS
from station_app.messages import Refusal, _
from station_app.store import journal
from station_app.store.blobs import Blobs
from station_app.store.engine import Database
from station_app.store.files import write_whole
from station_app.store.fold import Fold
from station_app.sync import opening
from station_app.sync.bundle import short
from station_app.sync.opening import Arrived
from station_app.sync.taking import Took, names_erased, take_in
from station_app.trust import sealing
from station_app.trust.refusals import BundleRefusal

BUNDLES: Final = "bundles"  # raw bundles taken in, kept 30 days
WAITING: Final = "waiting"  # raw bundles before whose first entry something is missing, or newer than this program
QUARANTINE: Final = "quarantine"  # raw bundles of a second history
VOUCHERS: Final = "vouchers"
KEPT: Final = timedelta(days=30)
#: Raw bundles of one station that may wait; more would be an attempt to fill the disk.
MOST_WAITING: Final = 500
_REGISTER = 0x5A7E  # the lock under which devices get their numbers
_LOCKS: Final = 0x50C1


@dataclass(frozen=True, slots=True)
class Fork:
    """A second history of one device that a person must look at: a copied, restored or altered station."""

    station: str
    device: str  # the first 12 digits
    first: int
    came: datetime

    @property
    def sentence(self) -> str:
        """What it means and what to do."""
        return _(
            "Station {station}: computer {device} handed in a second history from entry {first} on ({day}). It was set aside; "
            "the first one stays. Ask the station whether its data were copied, restored or altered.",
            station=self.station, device=self.device, first=self.first, day=self.came.date().isoformat(),
        )  # fmt: skip


class CentreInbox:
    """The way into the centre's journal."""

    def __init__(self, folder: Path, database: Database, blobs: Blobs, authority: Authority) -> None:
        self.folder, self.database, self.blobs, self.authority = folder, database, blobs, authority
        self.fold = Fold()

    def take(self, data: bytes, station: str, name: str, at: datetime) -> Took | Refusal:
        """A sealed bundle that lay under ``to-centre/<station>/<name>``. Kept first, then committed; harmless when repeated."""
        arrived = self._open(data, at)
        if isinstance(arrived, Refusal):
            if arrived.code is BundleRefusal.NEWER_SCHEMA:
                self._keep(WAITING, station, name, data)
            return arrived
        header = arrived.bundle.header
        if not opening.carried_rightly(arrived, station, centre=None):
            return Refusal(BundleRefusal.WRONG_STATION)
        if name != header.name:
            return Refusal(BundleRefusal.WRONG_STATION)
        if self.authority.certificate(header.device) is None:
            return Refusal(BundleRefusal.NOT_ENROLLED)
        raw = self._keep(BUNDLES, station, name, data)
        with self.writing(station) as connection:
            self._lock_numbers(connection, arrived)
            took = take_in(connection, self.fold, arrived.bundle)
            unlawful = names_erased(connection, arrived.bundle)
        if isinstance(took, Refusal):
            if took.code is BundleRefusal.GAP and not unlawful:
                self._keep(WAITING, station, name, data)
            elif took.code is BundleRefusal.FORK:
                self._keep(QUARANTINE, station, name, b"" if unlawful else data)
            raw.unlink(missing_ok=True)
            return took
        if unlawful:
            raw.unlink(missing_ok=True)
        self._keep_voucher(arrived)
        return took

    def forks(self) -> list[Fork]:
        """Second histories that lie in quarantine, one for each device, the newest first."""
        found: dict[tuple[str, str], Fork] = {}
        for path in (self.folder / QUARANTINE).glob("*/*.bundle"):
            device, first = _first_of(path)
            came = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            known = found.get((path.parent.name, device))
            if known is not None:
                first, came = min(first, known.first), max(came, known.came)
            found[path.parent.name, device] = Fork(path.parent.name, device, first, came)
        return sorted(found.values(), key=lambda fork: fork.came, reverse=True)

    def again(self, station: str, at: datetime) -> int:
        """Try what waits for a station; returns how many bundles went in."""
        added, moved = 0, True
        while moved:
            moved = False
            for path in sorted((self.folder / WAITING / station).glob("*.bundle"), key=_first_of):
                name = path.name.split("~")[0]
                took = self.take(path.read_bytes(), station, name, at)
                if isinstance(took, Refusal) and took.code in (BundleRefusal.GAP, BundleRefusal.NEWER_SCHEMA):
                    continue
                path.unlink(missing_ok=True)
                moved = True
                added += isinstance(took, Took)
        return added

    def waits(self, station: str, name: str) -> bool:
        """Whether a bundle of this name waits for what comes before it."""
        return any((self.folder / WAITING / station).glob(f"{name}~*"))

    def missing(self, connection: Connection, station: str) -> list[str]:
        """Entries that bundles of a station wait for: ``<first 12 digits of the device>:<first>-<last>``."""
        held = {short(d.device): d.seq for d in journal.devices(connection, station)}
        first: dict[str, int] = {}
        for path in (self.folder / WAITING / station).glob("*.bundle"):
            device, begins = _first_of(path)
            first[device] = min(begins, first.get(device, begins))
        return [
            f"{device}:{held.get(device, 0) + 1}-{begins - 1}"
            for device, begins in sorted(first.items())
            if begins > held.get(device, 0) + 1
        ]

    def blob(self, digest: str, data: bytes, limit: int) -> Refusal | None:
        """Take a blob that rows of the station name."""
        content = sealing.decrypt(data, self.authority.keys.identity, limit)
        if isinstance(content, Refusal):
            return content
        if hashlib.sha256(content).hexdigest() != digest:
            return Refusal(BundleRefusal.BAD_FORMAT)
        self.blobs.put(content)
        return None

    def lacking_blobs(self, connection: Connection, station: str) -> list[str]:
        """Open blobs that rows of a station name and that have not come."""
        named: set[str] = set()
        for kind in KINDS.classes():
            for field in kind.fields.values():
                if field.meaning.name != "blob" or field.private:
                    continue
                column = kind.__table__.c[field.name]
                named.update(
                    value
                    for (value,) in connection.execute(
                        select(column).where(kind.__table__.c.station == station, column.is_not(None)).distinct()
                    )
                )
        return sorted(digest for digest in named if not self.blobs.has(digest))

    def forget_old(self, at: datetime) -> None:
        """Raw bundles go 30 days after they came; entries and vouchers stay (DESIGN, Trust)."""
        before = (at - KEPT).timestamp()
        for path in (self.folder / BUNDLES).glob("*/*.bundle"):
            if path.stat().st_mtime < before:
                path.unlink(missing_ok=True)

    @contextmanager
    def writing(self, station: str) -> Iterator[Connection]:
        """A write transaction under the station's lock (SQLite has one writer anyway)."""
        with self.database.writing() as connection:
            if self.database.is_postgres:
                connection.execute(select(func.pg_advisory_xact_lock(_LOCKS, _lock_of(station))))
            yield connection

    # ------------------------------------------------------------------ pieces

    def _open(self, data: bytes, at: datetime) -> Arrived | Refusal:
        keys, roots = self.authority.keys, self.authority.roots
        arrived = opening.open_bundle(data, keys.identity, roots, at, withheld_ok=True)
        if isinstance(arrived, Arrived) and arrived.signer.is_centre:
            return Refusal(BundleRefusal.WRONG_STATION)
        return arrived

    def _lock_numbers(self, connection: Connection, arrived: Arrived) -> None:
        """Two stations must not give the same number to their new devices at once."""
        known = {d.device for d in journal.devices(connection, arrived.bundle.header.station)}
        named = {arrived.bundle.header.device} | {d for e in arrived.bundle.entries for d in e.head.seen}
        if not named <= known:
            self.lock_numbers(connection)

    def lock_numbers(self, connection: Connection) -> None:
        """Held until the transaction ends: only one of them gives numbers to new devices."""
        if self.database.is_postgres:
            connection.execute(select(func.pg_advisory_xact_lock(_REGISTER)))

    def _keep_voucher(self, arrived: Arrived) -> None:
        header = arrived.bundle.header
        place = self.folder / VOUCHERS / header.station
        path = place / f"{header.device}-{header.last}.cms"
        if not path.exists():
            place.mkdir(parents=True, exist_ok=True)
            write_whole(path, header.voucher)

    def _keep(self, folder: str, station: str, name: str, data: bytes) -> Path:
        """Under its own name and the beginning of its hash: two files of one name do not replace each other."""
        place = self.folder / folder / station
        place.mkdir(parents=True, exist_ok=True)
        path = place / f"{name}~{hashlib.sha256(data).hexdigest()[:16]}.bundle"
        if not path.exists() and (folder == BUNDLES or sum(1 for _p in place.iterdir()) < MOST_WAITING):
            write_whole(path, data)
        return path


def _lock_of(station: str) -> int:
    return zlib.crc32(station.encode()) & 0x7FFFFFFF


def _first_of(path: Path) -> tuple[str, int]:
    parts = path.name.split("~")[0].removesuffix(".bundle").split("-")
    return parts[0], int(parts[1]) if len(parts) == 3 else 0
