"""What waits for the centre: sealed bundles of this device's chain since the last receipt, and the blobs they name.

A bundle once made is kept (encrypted to the centre, so nothing readable) until a receipt covers it: the same bytes go
out again when a stick is lost or asked for twice.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from station_app.clock import now_ms, today
from station_app.kinds.base import KINDS
from station_app.store import entries as e
from station_app.store import history, journal
from station_app.store.blobs import Blobs
from station_app.store.files import make_folders, write_whole
from station_app.store.opened import Store
from station_app.store.records import Reader
from station_app.sync import bundle, opening, receipts
from station_app.trust import sealing
from station_app.trust.enrolment import Enrolled

FOLDER: Final = "outbox"
FACT: Final = "outbox"
#: The policy by which a centre may see private items of a kind: ``{"kinds": […], "purpose": …, "ground": …}``.
DISCLOSURE: Final = "disclosure"


@dataclass(frozen=True, slots=True)
class Ready:
    """A sealed bundle, as it goes on the stick."""

    first: int
    last: int
    sha256: str
    data: bytes

    def name(self, device: str) -> str:
        """Its file name."""
        return bundle.bundle_name(device, self.first, self.last)


#: Seals the entries from one number to another: every part as (first, last, sealed bytes), in order.
Sealing = Callable[[Connection, int, int], Iterator[tuple[int, int, bytes]]]


@dataclass(frozen=True, slots=True)
class _Made:
    first: int
    last: int
    sha256: str


class Lane:
    """One chain on its way to one recipient: what was sealed once goes out again, the same bytes, until it is acknowledged.

    ``fact`` and ``folder`` are where this lane remembers what it sealed.
    """

    def __init__(self, store: Store, device: str, recipient: str, folder: Path, fact: str) -> None:
        self.store, self.device, self.recipient, self.folder, self._fact = store, device, recipient, folder, fact

    def ready(self, connection: Connection, upto: int, end: int, seal: Sealing) -> Iterator[Ready]:
        """Every bundle after ``upto`` as far as ``end``, in order; raises OSError when our own disk refuses."""
        position = upto
        for known in [*self.known(upto), None]:
            stop = end if known is None else known.first - 1
            if position < stop:
                for first, last, data in seal(connection, position + 1, stop):
                    yield self._keep(first, last, data)
            if known is None:
                return
            if self._whole(known):
                yield Ready(known.first, known.last, known.sha256, self._path(known).read_bytes())
            else:
                # made anew within the same bounds, so that it takes the old file's place on the stick, too
                self._remember([m for m in self._remembered() if m != known])
                for first, last, data in seal(connection, known.first, known.last):
                    yield self._keep(first, last, data)
            position = max(position, known.last)

    def known(self, upto: int) -> list[_Made]:
        """Bundles made earlier that are not yet acknowledged; all others are forgotten."""
        known = self._remembered()
        good: list[_Made] = []
        position = upto
        for one in sorted(known, key=lambda m: m.first):
            if one.last > position and (one.first > position or not good):
                good.append(one)
                position = one.last
        if good != known:
            self._remember(good)
            names = {self._path(one).name for one in good}
            for path in self.folder.glob(f"{bundle.short(self.device)}-*.bundle"):
                if path.name not in names:
                    path.unlink(missing_ok=True)
        return good

    def _keep(self, first: int, last: int, data: bytes) -> Ready:
        made = _Made(first, last, hashlib.sha256(data).hexdigest())
        make_folders(self.folder)
        write_whole(self._path(made), data)
        # the file first, then its name: a crash between leaves a file that the next time removes
        self._remember([*self._remembered(), made])
        return Ready(first, last, made.sha256, data)

    def _whole(self, one: _Made) -> bool:
        try:
            return hashlib.sha256(self._path(one).read_bytes()).hexdigest() == one.sha256
        except OSError:
            return False

    def _path(self, one: _Made) -> Path:
        return self.folder / bundle.bundle_name(self.device, one.first, one.last)

    def _remembered(self) -> list[_Made]:
        fact = json.loads(self.store.fact(self._fact) or b"{}")
        return [_Made(*row) for row in fact.get("made", [])] if fact.get("for") == self.recipient else []

    def _remember(self, made: Sequence[_Made]) -> None:
        rows = [[m.first, m.last, m.sha256] for m in sorted(made, key=lambda m: m.first)]
        self.store.keep(self._fact, json.dumps({"for": self.recipient, "made": rows}).encode())


class Outbox:
    """The outbox of one device: its own chain on the way to the centre (``device``: an earlier one of this computer)."""

    def __init__(self, store: Store, blobs: Blobs, enrolled: Enrolled, device: str | None = None) -> None:
        self.store, self.blobs, self.enrolled = store, blobs, enrolled
        self.device = device or store.device
        self.recipient = enrolled.roots.recipient
        self.folder = store.folder / FOLDER
        remembered = FACT if device is None else f"{FACT}/{device}"
        self.lane = Lane(store, self.device, self.recipient, self.folder, remembered)

    def acknowledged(self) -> int:
        """How far the centre's newest receipt holds our chain."""
        kept = receipts.newest(self.store, self.device)
        if kept is None or receipts.fits_chain(self.store, kept.receipt) is not None:
            return 0
        return kept.receipt.upto

    def bundles(self, at: datetime) -> Iterator[Ready]:
        """Every bundle the centre has not acknowledged, in order; raises OSError when our own disk refuses."""
        upto = self.acknowledged()
        with self.store.database.reading() as connection:
            own = journal.device_named(connection, self.device)
            assert own is not None  # the store registers its own device when it is made
            allowed = self._allowed(connection)

            def seal(reading: Connection, first: int, last: int) -> Iterator[tuple[int, int, bytes]]:
                return self._sealed(reading, own, first, last, allowed, at)

            yield from self.lane.ready(connection, upto, own.seq, seal)

    def wanted_blobs(self) -> list[str]:
        """Blobs the centre lacks: named in entries it has not acknowledged, or missing by its own word."""
        kept = receipts.newest(self.store)
        wanted = dict.fromkeys(kept.receipt.missing_blobs if kept is not None else ())
        with self.store.database.reading() as connection:
            own = journal.device_named(connection, self.store.device)
            assert own is not None
            for _seq, _digest, line in journal.chain(connection, own.no, self.acknowledged() + 1):
                wanted |= dict.fromkeys(named_blobs(e.parse(line)))
        return [digest for digest in wanted if self.blobs.has(digest)]

    def sealed_blob(self, digest: str) -> bytes | None:
        """A blob as it goes on the stick, the same bytes while it waits; None when it is damaged here."""
        path = self.folder / f"{digest}.blob"
        with suppress(OSError):
            return path.read_bytes()
        content = self.blobs.get(digest)
        if content is None:
            return None
        sealed = sealing.encrypt(content, [self.recipient])
        make_folders(self.folder)
        write_whole(path, sealed)
        return sealed

    def clear(self) -> None:
        """Forget what a receipt covers; what cannot be removed now goes another time."""
        wanted = set(self.wanted_blobs())
        with suppress(OSError):
            self.lane.known(self.acknowledged())
            for path in self.folder.glob("*.blob"):
                if path.stem not in wanted:
                    path.unlink(missing_ok=True)

    # ------------------------------------------------------------------ making

    def _sealed(
        self, connection: Connection, own: journal.Device, first: int, last: int,
        allowed: Callable[[e.Item], bool], at: datetime,
    ) -> Iterator[tuple[int, int, bytes]]:  # fmt: skip
        prev = journal.hash_at(connection, own.no, first - 1)
        assert prev is not None  # own chains have no gap
        lines = (
            (bundle.without_private(e.parse(line), allowed), digest)
            for _seq, digest, line in journal.chain(connection, own.no, first, last)
        )
        for part in bundle.split(lines):
            data = sealed_part(part, prev, self.store.station, self.recipient, self.enrolled, at)
            prev = part[-1][1]
            yield part[0][0].head.seq, part[-1][0].head.seq, data

    def cut(self) -> Callable[[e.Entry], e.Entry]:
        """Leaves out what the centre does not get to see."""
        with self.store.database.reading() as connection:
            allowed = self._allowed(connection)
        return lambda entry: bundle.without_private(entry, allowed)

    def _allowed(self, connection: Connection) -> Callable[[e.Item], bool]:
        kinds = disclosed_kinds(
            connection, self.store.station, opening.centre_chain(self.enrolled.roots, self.store.station)
        )
        return lambda item: item.kind in kinds


def sealed_part(
    part: Sequence[tuple[e.Entry, bytes]], prev: bytes, station: str, recipient: str, enrolled: Enrolled, at: datetime,
    voucher: bytes | None = None,
) -> bytes:  # fmt: skip
    """Consecutive entries as a sealed bundle; ``voucher``: its writer's, where another computer's chain is passed on."""

    def vouch(line: bytes) -> bytes:
        return voucher if voucher is not None else sealing.sign_voucher(line, enrolled.signer, at)

    content = bundle.content_of(part, prev, station, recipient, now_ms(), vouch)
    return sealing.seal(content, enrolled.signer, [recipient], at, bundle.LEVEL)


def named_blobs(entry: e.Entry, private: bool = False) -> list[str]:
    """The blobs an entry names openly; those in private items stay with the station, and go to its own computers (``private``)."""
    found: list[str] = []
    for item in entry.items:
        declared = KINDS.get(item.kind)
        if declared is None or (item.private and not private) or item.body is None:
            continue
        for name, value in item.fields.items():
            field = declared.fields.get(name)
            if field is not None and field.meaning.name == "blob" and field.meaning.fits(value) and value:
                found.append(str(value))
    return found


def disclosed_kinds(connection: Connection, station: str, centre: str) -> frozenset[str]:
    """Kinds whose private items the centre may see by a policy in force that the centre itself wrote, with purpose and
    legal ground. Normally none."""
    reader = Reader(connection, station)
    in_force = [
        found
        for found in reader.all("policy", {"name": DISCLOSURE})
        if str(found.fields.get("effective_from") or "9999") <= today().isoformat()
    ]
    for found in sorted(in_force, key=lambda f: str(f.fields["effective_from"]), reverse=True):
        steps = history.steps(connection, station, "policy", found.id)
        if any(step.device != centre for step in steps):
            continue  # written or changed by somebody else than the centre
        try:
            rules = json.loads(str(found.fields.get("table") or ""))
            if rules["purpose"] and rules["ground"]:
                return frozenset(str(kind) for kind in rules["kinds"])
        except (ValueError, KeyError, TypeError):
            continue
        return frozenset()
    return frozenset()
