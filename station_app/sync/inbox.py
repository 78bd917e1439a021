"""Taking in at a station: the centre's receipts, and bundles written by the centre or by the station's other devices."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Final

from station_app.messages import Refusal
from station_app.store.blobs import Blobs
from station_app.store.files import make_folders, write_whole
from station_app.store.opened import Store
from station_app.sync import opening, receipts, siblings
from station_app.sync.bundle import Bundle
from station_app.sync.siblings import Note
from station_app.sync.taking import Took, names_erased, take_in
from station_app.trust import sealing
from station_app.trust.chain import TrustRoots
from station_app.trust.keys import DeviceKeys
from station_app.trust.refusals import BundleRefusal

WAITING: Final = "inbox"  # sealed bundles that wait for a missing part or an update
QUARANTINE: Final = "quarantine"  # sealed bundles of a second history


class Inbox:
    """The way in of one device (``device``: an earlier one of this computer, for its receipts)."""

    def __init__(
        self, store: Store, blobs: Blobs, keys: DeviceKeys, roots: TrustRoots, device: str | None = None
    ) -> None:  # fmt: skip
        self.store, self.blobs, self.keys, self.roots = store, blobs, keys, roots
        self.device = device or store.device
        self.centre = opening.centre_chain(roots, store.station)

    def receipt(self, data: bytes, at: datetime) -> receipts.Receipt | Refusal:
        """Take a sealed receipt: kept only when our centre signed it and it speaks of the chain we hold."""
        opened = opening.open_sealed(data, self.keys.identity, self.roots, at, ended_ok=True)
        if isinstance(opened, Refusal):
            return opened
        kept = receipts.verify(opened[1], self.roots, self.store.station, at)
        if isinstance(kept, Refusal):
            return kept
        receipt = kept.receipt
        if receipt.device != self.device or receipt.recipient != self.keys.recipient:
            return Refusal(BundleRefusal.WRONG_RECIPIENT)
        wrong = receipts.fits_chain(self.store, receipt)
        if wrong is not None:
            return wrong
        receipts.keep(self.store, kept)
        return receipt

    def bundle(self, data: bytes, at: datetime) -> Took | Refusal:
        """Take a sealed bundle; one that must wait is kept, one of a second history is set aside."""
        arrived = opening.open_bundle(data, self.keys.identity, self.roots, at, withheld_ok=False, ended_ok=True)
        if isinstance(arrived, Refusal):
            if arrived.code is BundleRefusal.NEWER_SCHEMA:
                self._keep(WAITING, data)
            return arrived
        if not opening.carried_rightly(arrived, self.store.station, self.centre):
            return Refusal(BundleRefusal.WRONG_STATION)
        took = self._append(arrived.bundle)
        if isinstance(took, Refusal):
            with self.store.database.reading() as connection:
                unlawful = names_erased(connection, arrived.bundle)
            if took.code is BundleRefusal.GAP and not unlawful:
                self._keep(WAITING, data)
            elif took.code is BundleRefusal.FORK and not unlawful:
                self._keep(QUARANTINE, data)
            return took
        header = arrived.bundle.header
        siblings.keep_voucher(self.store, header.device, header.last, header.voucher)
        return took

    def note(self, data: bytes, at: datetime) -> Note | Refusal:
        """Take a sibling's position note."""
        opened = opening.open_sealed(data, self.keys.identity, self.roots, at, ended_ok=True)
        if isinstance(opened, Refusal):
            return opened
        note = siblings.read_note(opened[0].content, opened[0].signer, self.store.station)
        if isinstance(note, Note) and note.device != self.store.device:
            siblings.take_note(self.store, note)
        return note

    def waiting(self, at: datetime) -> int:
        """Try again what had to wait; returns how many entries it added."""
        added, moved = 0, True
        while moved:
            moved = False
            for path in sorted((self.store.folder / WAITING).glob("*.bundle")):
                took = self.bundle(path.read_bytes(), at)
                if isinstance(took, Took):
                    added += took.new
                    moved = True
                elif took.code in (BundleRefusal.GAP, BundleRefusal.NEWER_SCHEMA):
                    continue
                path.unlink(missing_ok=True)
        return added

    def blob(self, digest: str, data: bytes) -> bool | Refusal:
        """Take a blob an entry names; True when it is here now."""
        content = sealing.decrypt(data, self.keys.identity, len(data))
        if isinstance(content, Refusal):
            return content
        if hashlib.sha256(content).hexdigest() != digest:
            return Refusal(BundleRefusal.BAD_FORMAT)
        self.blobs.put(content)
        return True

    def lacking_blobs(self) -> set[str]:
        """Blobs that rows name and that are not here."""
        return siblings.lacking_blobs(self.store, self.blobs)

    def conflicts(self) -> int:
        """How many fields wait for a person."""
        return len(self.store.conflicts())

    # ------------------------------------------------------------------ pieces

    def _append(self, bundle: Bundle) -> Took | Refusal:
        with self.store.database.writing() as connection:
            if bundle.header.device == self.store.device and not self._ours(bundle):
                return Refusal(BundleRefusal.FORK, {"at": bundle.header.last})
            took = take_in(connection, self.store.fold, bundle)
        if isinstance(took, Took) and took.new:
            kinds = frozenset(item.kind for entry in bundle.entries for item in entry.items)
            for listener in self.store.listeners:
                listener(kinds)
        return took

    def _ours(self, bundle: Bundle) -> bool:
        """Our own chain coming back must be what we wrote ourselves: nobody else appends to it."""
        return self.store.position().get(self.store.device, 0) >= bundle.header.last

    def _keep(self, folder: str, data: bytes) -> Path:
        place = self.store.folder / folder
        make_folders(place)
        path = place / f"{hashlib.sha256(data).hexdigest()}.bundle"
        if not path.exists():
            write_whole(path, data)
        return path
