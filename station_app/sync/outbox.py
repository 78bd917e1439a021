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
from station_app.store.files import write_whole
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


@dataclass(frozen=True, slots=True)
class _Made:
    first: int
    last: int
    sha256: str


class Outbox:
    """The outbox of one device."""

    def __init__(self, store: Store, blobs: Blobs, enrolled: Enrolled) -> None:
        self.store, self.blobs, self.enrolled = store, blobs, enrolled
        self.recipient = enrolled.roots.recipient
        self.folder = store.folder / FOLDER

    def acknowledged(self) -> int:
        """How far the centre's newest receipt holds our chain."""
        kept = receipts.newest(self.store)
        if kept is None or receipts.fits_chain(self.store, kept.receipt) is not None:
            return 0
        return kept.receipt.upto

    def bundles(self, at: datetime) -> Iterator[Ready]:
        """Every bundle the centre has not acknowledged, in order; raises OSError when our own disk refuses."""
        upto = self.acknowledged()
        made = self._known(upto)
        with self.store.database.reading() as connection:
            own = journal.device_named(connection, self.store.device)
            assert own is not None  # the store registers its own device when it is made
            allowed = self._allowed(connection)
            position = upto
            for known in [*made, None]:
                stop = own.seq if known is None else known.first - 1
                if position < stop:
                    yield from self._make(connection, own, position + 1, stop, allowed, at)
                if known is not None:
                    yield Ready(known.first, known.last, known.sha256, self._path(known).read_bytes())
                    position = max(position, known.last)

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
        self.folder.mkdir(exist_ok=True)
        write_whole(path, sealed)
        return sealed

    def clear(self) -> None:
        """Forget what a receipt covers; what cannot be removed now goes another time."""
        wanted = set(self.wanted_blobs())
        with suppress(OSError):
            self._known(self.acknowledged())
            for path in self.folder.glob("*.blob"):
                if path.stem not in wanted:
                    path.unlink(missing_ok=True)

    # ------------------------------------------------------------------ keeping

    def _known(self, upto: int) -> list[_Made]:
        """Bundles made earlier that are still whole and not yet acknowledged; all others are forgotten."""
        fact = json.loads(self.store.fact(FACT) or b"{}")
        known = [_Made(*row) for row in fact.get("made", [])] if fact.get("for") == self.recipient else []
        good: list[_Made] = []
        position = upto
        for one in sorted(known, key=lambda m: m.first):
            if one.last > position and (one.first > position or not good) and self._whole(one):
                good.append(one)
                position = one.last
        if good != known:
            self._remember(good)
            names = {self._path(one).name for one in good}
            for path in self.folder.glob("*.bundle"):
                if path.name not in names:
                    path.unlink(missing_ok=True)
        return good

    def _whole(self, one: _Made) -> bool:
        try:
            return hashlib.sha256(self._path(one).read_bytes()).hexdigest() == one.sha256
        except OSError:
            return False

    def _path(self, one: _Made) -> Path:
        return self.folder / bundle.bundle_name(self.store.device, one.first, one.last)

    def _remember(self, made: Sequence[_Made]) -> None:
        rows = [[m.first, m.last, m.sha256] for m in sorted(made, key=lambda m: m.first)]
        self.store.keep(FACT, json.dumps({"for": self.recipient, "made": rows}).encode())

    # ------------------------------------------------------------------ making

    def _make(
        self, connection: Connection, own: journal.Device, first: int, last: int,
        allowed: Callable[[e.Item], bool], at: datetime,
    ) -> Iterator[Ready]:  # fmt: skip
        prev = journal.hash_at(connection, own.no, first - 1)
        assert prev is not None  # own chains have no gap
        lines = (
            (bundle.without_private(e.parse(line), allowed), digest)
            for _seq, digest, line in journal.chain(connection, own.no, first, last)
        )
        for part in bundle.split(lines):
            data = sealed_part(part, prev, self.store.station, self.recipient, self.enrolled, at)
            made = _Made(part[0][0].head.seq, part[-1][0].head.seq, hashlib.sha256(data).hexdigest())
            self.folder.mkdir(exist_ok=True)
            write_whole(self._path(made), data)
            # the file first, then its name: a crash between leaves a file that the next time removes
            fact = json.loads(self.store.fact(FACT) or b"{}")
            before = [_Made(*row) for row in fact.get("made", [])] if fact.get("for") == self.recipient else []
            self._remember([*before, made])
            prev = part[-1][1]
            yield Ready(made.first, made.last, made.sha256, data)

    def _allowed(self, connection: Connection) -> Callable[[e.Item], bool]:
        kinds = disclosed_kinds(
            connection, self.store.station, opening.centre_chain(self.enrolled.roots, self.store.station)
        )
        return lambda item: item.kind in kinds


def sealed_part(
    part: Sequence[tuple[e.Entry, bytes]], prev: bytes, station: str, recipient: str, enrolled: Enrolled, at: datetime
) -> bytes:
    """Consecutive entries as a sealed bundle."""

    def vouch(line: bytes) -> bytes:
        return sealing.sign_voucher(line, enrolled.signer, at)

    content = bundle.content_of(part, prev, station, recipient, now_ms(), vouch)
    return sealing.seal(content, enrolled.signer, [recipient], at, bundle.LEVEL)


def named_blobs(entry: e.Entry) -> list[str]:
    """The blobs an entry names openly; those in private items stay with the station."""
    found: list[str] = []
    for item in entry.items:
        declared = KINDS.get(item.kind)
        if declared is None or item.private or item.body is None:
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
