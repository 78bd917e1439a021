"""What this computer wrote under an earlier device id (restored, copied, put back): its rest still goes to the centre, as itself.

The earlier chain ends where the new one began. Its own keys and certificate answer for it, and for nothing else; the centre
finds it to be the beginning of what it holds, what follows on that, or a fork.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from station_app.messages import Refusal
from station_app.store import journal
from station_app.store.identity import CERTIFICATE, KEYS, former_fact
from station_app.sync import opening, receipts
from station_app.sync.bundle import short
from station_app.sync.carriers import usb as stick
from station_app.sync.carriers.usb import Stick
from station_app.sync.inbox import Inbox
from station_app.sync.outbox import Outbox, Ready
from station_app.trust import enrolment as trust_enrolment
from station_app.trust.enrolment import Enrolled
from station_app.trust.keys import DeviceKeys
from station_app.trust.refusals import BundleRefusal
from station_app.work.enrolment import Opened

DONE: Final = "done"


@dataclass(frozen=True, slots=True)
class Former:
    """An earlier device of this computer that the centre knows: its id, how far its chain is held here, its keys."""

    device: str
    seq: int
    keys: DeviceKeys
    enrolled: Enrolled


def formers(opened: Opened) -> list[Former]:
    """Earlier devices whose chains the centre has not acknowledged as far as they are held here."""
    store, roots = opened.store, receipts.pinned(opened.store)
    if roots is None:
        return []
    with store.database.reading() as connection:
        family = [one for one in journal.devices(connection, store.station) if one.device != store.device and one.seq]
    found: list[Former] = []
    for one in family:
        raw, certificate = (store.fact(former_fact(one.device, name)) for name in (KEYS, CERTIFICATE))
        if raw is None or certificate is None or store.fact(former_fact(one.device, DONE)) is not None:
            continue
        kept = receipts.newest(store, one.device)
        if kept is not None and kept.receipt.upto >= one.seq:
            continue
        keys = DeviceKeys.from_bytes(raw)
        if isinstance(keys, Refusal):
            continue
        signer = trust_enrolment.with_certificate(keys, certificate, roots, store.station, one.device, opening.now())
        if not isinstance(signer, Refusal):  # ended or withdrawn: nobody can answer for it any more
            found.append(Former(one.device, one.seq, keys, Enrolled(signer, roots)))
    return found


def waiting(opened: Opened) -> Iterator[tuple[str, Ready]]:
    """Bundles of earlier devices for the centre, with their file names; raises OSError when our own disk refuses."""
    for one in formers(opened):
        for ready in Outbox(opened.store, opened.blobs, one.enrolled, one.device).bundles(opening.now()):
            yield ready.name(one.device), ready


def receive(opened: Opened, carrier: Stick) -> dict[str, int]:
    """Take in the receipts for earlier devices: device → how far the centre holds it."""
    there = f"{stick.TO_STATIONS}/{opened.store.station}"
    known = {short(one.device): one for one in formers(opened)}
    acknowledged: dict[str, int] = {}
    for found in carrier.files(there, stick.RECEIPT) if known else ():
        one = known.get(found[1])
        data = None if one is None else carrier.read(f"{there}/{found.string}", stick.BUNDLE_LIMIT)
        if one is None or not isinstance(data, bytes):
            continue
        taken = Inbox(opened.store, opened.blobs, one.keys, one.enrolled.roots, one.device).receipt(data, opening.now())
        if isinstance(taken, Refusal):
            if taken.code is BundleRefusal.FORK and int(str(taken.values["at"])) > one.seq:
                opened.store.keep(former_fact(one.device, DONE), b"")  # the centre has more of it than was left to us
            continue
        acknowledged[one.device] = taken.upto
        Outbox(opened.store, opened.blobs, one.enrolled, one.device).clear()
    return acknowledged
