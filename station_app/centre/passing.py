"""Passing on, unread, what a station's computers sealed for each other, when a stick does not go round among them itself.

The centre cannot open these files. It keeps them until the computer they are for holds them by its own word, and puts
them, with the certificates of the station's computers, on every stick that brings something of that station.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, select

from station_app.centre.authority import Authority
from station_app.messages import Refusal
from station_app.store import journal
from station_app.store.files import write_whole
from station_app.store.tables import sight
from station_app.sync import opening, siblings
from station_app.sync.bundle import short
from station_app.sync.carriers import usb as stick
from station_app.sync.carriers.usb import Stick
from station_app.sync.siblings import Note
from station_app.trust import certificates
from station_app.trust.chain import Holder

PASSING: Final = "passing"
#: Files of one station that are kept for passing on; more would be an attempt to fill the disk.
MOST_KEPT: Final = 2_000


class Passing:
    """What waits at the centre for a station's computers."""

    def __init__(self, folder: Path, authority: Authority, station: str, devices: list[Holder]) -> None:
        self.place = folder / PASSING / station
        self.authority, self.station = authority, station
        self.devices = {holder.short: holder for holder in devices}

    def collect(self, carrier: Stick, at: datetime) -> None:
        """Keep copies of what lies on the stick for computers of the station."""
        there = f"{stick.TO_STATIONS}/{self.station}"
        for found in carrier.files(there, stick.NOTE):
            data = carrier.read(f"{there}/{found.string}", stick.BUNDLE_LIMIT)
            note = self._note(data, at) if isinstance(data, bytes) else None
            if not isinstance(data, bytes) or note is None or short(note.device) != found[1]:
                continue
            before = self._kept_note(found.string, at)
            if before is None or before.made < note.made:
                self._keep(found.string, data)
        for form, limit in ((stick.FROM, stick.BUNDLE_LIMIT), (stick.BLOB_FOR, stick.BLOB_LIMIT)):
            for found in carrier.files(there, form):
                to = found[1] if form is stick.FROM else found[2]
                if to not in self.devices or (self.place / found.string).exists():
                    continue
                if form is stick.FROM and found[2] == short(opening.centre_chain(self.authority.roots, self.station)):
                    continue  # what the centre wrote it sends itself
                data = carrier.read(f"{there}/{found.string}", limit)
                if isinstance(data, bytes):
                    self._keep(found.string, data)

    def hand_out(self, connection: Connection, carrier: Stick, at: datetime) -> Refusal | None:
        """Put on the stick what is kept; forget what its receiver holds."""
        there = f"{stick.TO_STATIONS}/{self.station}"
        for holder in self.devices.values():
            der = self.authority.certificate(holder.device)
            if der is not None:
                pem = certificates.chain_pem(der, self.authority.roots.issuing, self.authority.roots.root)
                failed = carrier.write(f"{stick.CERTIFICATES}/{holder.short}.pem", pem)
                if failed is not None:
                    return failed
        notes = {name: self._kept_note(siblings.note_name(h.device), at) for name, h in self.devices.items()}
        upto = {name: self._upto(connection, holder, notes[name]) for name, holder in self.devices.items()}
        for path in sorted(self.place.glob("*")):
            if self._done(path, upto, notes):
                path.unlink(missing_ok=True)
                carrier.remove(f"{there}/{path.name}")
                continue
            failed = carrier.write(f"{there}/{path.name}", path.read_bytes())
            if failed is not None:
                return failed
        return None

    def _done(
        self, path: Path, upto: Mapping[str, Mapping[str, int]], notes: Mapping[str, Note | None]
    ) -> bool:  # fmt: skip
        bundle, blob = stick.FROM.fullmatch(path.name), stick.BLOB_FOR.fullmatch(path.name)
        if bundle is not None:
            return bundle[1] not in self.devices or int(bundle[4]) <= upto[bundle[1]].get(bundle[2], 0)
        if blob is None:
            return False
        note = notes.get(blob[2])
        return blob[2] not in self.devices or (
            note is not None and note.made / 1000 > path.stat().st_mtime and blob[1] not in note.lacks
        )

    def _upto(self, connection: Connection, to: Holder, note: Note | None) -> dict[str, int]:
        holds = {short(device): seq for device, seq in note.holds.items()} if note is not None else {}
        one = journal.device_named(connection, to.device)
        if one is not None:
            names = {d.no: short(d.device) for d in journal.devices(connection, self.station)}
            rows = connection.execute(
                select(sight.c.other, func.max(sight.c.other_seq)).where(sight.c.no == one.no).group_by(sight.c.other)
            )
            for other, seq in rows:
                holds[names[other]] = max(seq, holds.get(names[other], 0))
        return holds

    def _kept_note(self, name: str, at: datetime) -> Note | None:
        path = self.place / name
        return self._note(path.read_bytes(), at) if path.exists() else None

    def _note(self, data: bytes, at: datetime) -> Note | None:
        opened = opening.open_sealed(data, self.authority.keys.identity, self.authority.roots, at)
        if isinstance(opened, Refusal):
            return None
        note = siblings.read_note(opened[0].content, opened[0].signer, self.station)
        return None if isinstance(note, Refusal) else note

    def _keep(self, name: str, data: bytes) -> None:
        self.place.mkdir(parents=True, exist_ok=True)
        path = self.place / name
        if path.exists() and hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(data).digest():
            return
        if path.exists() or sum(1 for _each in self.place.iterdir()) < MOST_KEPT:
            write_whole(path, data)
