"""Handing in by the stick: what waits goes out, what the centre sent comes in. "Handed in" is a verified receipt's word."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from station_app.messages import Refusal
from station_app.store.engine import is_disk_error
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action, may
from station_app.sync import opening, receipts
from station_app.sync.bundle import short
from station_app.sync.carriers import usb as stick
from station_app.sync.carriers.usb import Stick
from station_app.sync.inbox import Inbox
from station_app.sync.outbox import Outbox
from station_app.sync.receipts import Received, Refused
from station_app.sync.refusals import SyncRefusal
from station_app.sync.siblings import Note, Siblings
from station_app.sync.taking import Took
from station_app.trust.enrolment import Enrolled
from station_app.trust.keys import DeviceKeys
from station_app.trust.refusals import BundleRefusal
from station_app.work import erasing, former, other_computers
from station_app.work.enrolment import Opened, device_keys, identity, installed, renew_lists

Done = TypeVar("Done")

#: Told (done, of) files; returns False to stop, which leaves whole files only.
Progress = Callable[[int, int], bool]


@dataclass(frozen=True, slots=True)
class Sent:
    """What was put on the stick: for the centre, and bundles for the station's other computers."""

    entries: int
    bytes: int
    bundles: list[str]
    blobs: list[str]
    reports: list[str]
    siblings: list[str]


def send_usb(opened: other_computers.Handing, usb: Path, progress: Progress | None = None) -> Sent | Refusal:
    """Write what the centre, and what the station's other computers have not acknowledged to the stick. Repeating it changes nothing."""
    if not may(opened.unlocked.user.role, Action.HAND_IN):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    carrier = Stick.at(usb)
    if isinstance(carrier, Refusal):
        return carrier
    opened.store.guard.before(
        opened.store
    )  # a copy hands in as itself; an older store may: the centre sees what is wrong
    enrolled = identity(opened)
    if isinstance(enrolled, Refusal):
        return enrolled
    return _on_our_disk(lambda: _send(opened, carrier, enrolled, progress))


def _on_our_disk(work: Callable[[], Done]) -> Done | Refusal:
    """A full or failing disk of this computer is said, not raised; what was acknowledged before is safe."""
    try:
        return work()
    except Exception as error:
        if isinstance(error, OSError) or is_disk_error(error):
            return Refusal(StoreRefusal.DISK, {"why": type(getattr(error, "orig", None) or error).__name__})
        raise


def _send(
    opened: other_computers.Handing, carrier: Stick, enrolled: Enrolled, progress: Progress | None
) -> Sent | Refusal:
    store = opened.store
    outbox, siblings = Outbox(store, opened.blobs, enrolled), Siblings(store, opened.blobs, enrolled)
    there = f"{stick.TO_CENTRE}/{store.station}"
    bundles = [(ready.name(store.device), ready) for ready in outbox.bundles(opening.now())]
    bundles += [(out.name, out.ready) for out in siblings.for_centre(opening.now(), outbox.cut())]
    blobs = outbox.wanted_blobs()
    reports = _signed_reports(opened)
    steps = len(bundles) + len(blobs) + len(reports)
    sent = Sent(sum(b.last - b.first + 1 for _name, b in bundles), 0, [], [], [], [])
    size = 0
    failed = carrier.welcome()
    if failed is not None:
        return failed
    _tidy(carrier, opened, outbox.acknowledged())
    for done, (name, ready) in enumerate(bundles):
        if progress is not None and not progress(done, steps):
            return Refusal(SyncRefusal.CANCELLED)
        failed = carrier.write(f"{there}/{name}", ready.data)
        if failed is not None:
            return failed
        sent.bundles.append(name)
        size += len(ready.data)
    for name, ready in former.waiting(opened):  # what this computer wrote under an earlier device id
        failed = carrier.write(f"{there}/{name}", ready.data)
        if failed is not None:
            return failed
        sent.bundles.append(name)
        size += len(ready.data)
    for done, digest in enumerate(blobs, start=len(bundles)):  # after entries, never holding them up
        if progress is not None and not progress(done, steps):
            return Refusal(SyncRefusal.CANCELLED)
        sealed = outbox.sealed_blob(digest)
        if sealed is None:
            continue
        failed = carrier.write(f"{there}/{digest}.blob", sealed)
        if failed is not None:
            return failed
        sent.blobs.append(f"{digest}.blob")
        size += len(sealed)
    for done, (name, digest) in enumerate(sorted(reports.items()), start=len(bundles) + len(blobs)):
        if progress is not None and not progress(done, steps):
            return Refusal(SyncRefusal.CANCELLED)
        pdf = opened.blobs.get(digest)
        if pdf is None:
            continue
        failed = carrier.write(f"{stick.REPORTS}/{store.station}/{name}.pdf", pdf)
        if failed is not None:
            return failed
        sent.reports.append(f"{name}.pdf")
        size += len(pdf)
    written = other_computers.hand_on(
        opened, carrier, siblings, opening.now(), lambda: progress is None or progress(steps, steps)
    )
    if written is None or isinstance(written, Refusal):
        return written or Refusal(SyncRefusal.CANCELLED)
    if progress is not None:
        progress(steps, steps)
    return Sent(sent.entries, size, sent.bundles, sent.blobs, sent.reports, written)


def _signed_reports(opened: Opened) -> dict[str, str]:
    """Signed reports the centre has not acknowledged, by file name without ending → digest of the PDF."""
    months: set[str] = set()
    with opened.store.reading() as reader:
        for report in reader.all("month_report"):
            if report.fields.get("state") != "draft" and report.fields.get("month"):
                months.add(str(report.fields["month"]))
    found: dict[str, str] = {}
    for month in months:
        if not receipts.handed_in(opened.store, month):
            found |= receipts.report_digests(opened.store, month)
    return found


def receive_usb(opened: other_computers.Handing, usb: Path, progress: Progress | None = None) -> Received | Refusal:
    """Take in what the centre put on the stick for this computer: newer lists, bundles, blobs, receipts."""
    if not may(opened.unlocked.user.role, Action.HAND_IN):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    carrier = Stick.at(usb)
    if isinstance(carrier, Refusal):
        return carrier
    enrolled = installed(opened)
    if isinstance(enrolled, Refusal):
        return enrolled
    keys = device_keys(opened.store)
    if isinstance(keys, Refusal):
        return keys
    return _on_our_disk(lambda: _receive(opened, carrier, enrolled, keys, progress))


def _receive(
    opened: Opened, carrier: Stick, enrolled: Enrolled, keys: DeviceKeys, progress: Progress | None
) -> Received | Refusal:  # fmt: skip
    renew_lists(opened.store, carrier)
    roots = receipts.pinned(opened.store) or enrolled.roots
    inbox = Inbox(opened.store, opened.blobs, keys, roots)
    siblings = Siblings(opened.store, opened.blobs, enrolled)
    at = opening.now()
    other_computers.meet(carrier, siblings, at)
    there = f"{stick.TO_STATIONS}/{opened.store.station}"
    own = short(opened.store.device)
    names = sorted(
        (found.string for found in carrier.files(there, stick.ANY_BUNDLE) if _for_us(found.string, own)), key=_order
    )
    entries, acknowledged, refused, taken = 0, dict[str, int](), list[Refused](), 0
    for done, name in enumerate(names):
        if progress is not None and not progress(done, len(names)):
            return Refusal(SyncRefusal.CANCELLED)
        data = carrier.read(f"{there}/{name}", stick.BUNDLE_LIMIT)
        if data is None:
            continue
        result = data if isinstance(data, Refusal) else _take(inbox, name, data, at)
        if isinstance(result, Refusal):
            if result.code is not BundleRefusal.WRONG_RECIPIENT:  # the stick carries what is for others too
                refused.append(Refused(name, result.code.value))
        elif isinstance(result, Took):
            entries += result.new
        elif isinstance(result, receipts.Receipt):
            acknowledged[result.device] = max(result.upto, acknowledged.get(result.device, 0))
    acknowledged |= former.receive(opened, carrier)
    entries += inbox.waiting(at)
    lacking = inbox.lacking_blobs()
    for digest in sorted(lacking):
        for name in (f"{digest}.blob", f"{digest}-for-{own}.blob"):
            data = carrier.read(f"{there}/{name}", stick.BLOB_LIMIT)
            if isinstance(data, bytes) and inbox.blob(digest, data) is True:
                taken += 1
                break
    other_computers.say_position(carrier, siblings, at)
    outbox = Outbox(opened.store, opened.blobs, enrolled)
    outbox.clear()
    erasing.finish(opened)
    return Received(entries, acknowledged, inbox.conflicts(), taken, tuple(refused))


def _take(inbox: Inbox, name: str, data: bytes, at: datetime) -> Took | receipts.Receipt | Note | Refusal:
    if stick.RECEIPT.fullmatch(name):
        return inbox.receipt(data, at)
    return inbox.note(data, at) if stick.NOTE.fullmatch(name) else inbox.bundle(data, at)


def _for_us(name: str, own: str) -> bool:
    """By its name; whom it is encrypted to decides in the end."""
    receipt, bundle, note = (form.fullmatch(name) for form in (stick.RECEIPT, stick.FROM, stick.NOTE))
    if note is not None:
        return note[1] != own
    return (receipt is None or receipt[1] == own) and (bundle is None or bundle[1] == own)


def _order(name: str) -> tuple[str, str, int]:
    """A chain's bundles in the order of its entries."""
    found = stick.FROM.fullmatch(name)
    return (name, "", 0) if found is None else (found[1], found[2], int(found[3]))


def _tidy(carrier: Stick, opened: Opened, upto: int) -> None:
    """What a verified receipt covers need not travel again; it goes when the stick is written anew, not before, so that
    whoever holds the stick can still check what was handed in."""
    there, kept = f"{stick.TO_CENTRE}/{opened.store.station}", receipts.newest(opened.store)
    holds = {short(device): seq for device, seq in (kept.receipt.holds if kept is not None else {}).items()}
    holds[short(opened.store.device)] = upto
    for found in carrier.files(there, stick.BUNDLE):
        if int(found[3]) <= holds.get(found[1], 0):
            carrier.remove(f"{there}/{found.string}")
