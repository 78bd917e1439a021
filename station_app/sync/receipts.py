"""The centre's receipt: its one line, and the verified ones a station keeps. "Handed in" is said on no other ground."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import msgspec

from station_app.messages import Refusal
from station_app.store import clocks, journal
from station_app.store.guard import ACKNOWLEDGED
from station_app.store.opened import Store
from station_app.sync import opening
from station_app.trust.chain import TrustRoots
from station_app.trust.refusals import BundleRefusal

FORMAT: Final = 1
ROOTS_FACT: Final = "roots"
RECEIPT_FACT: Final = "receipt"

_encode = msgspec.json.Encoder().encode


class Refused(msgspec.Struct, frozen=True):
    """A file that was not taken, and why (of the closed set)."""

    file: str
    refused: str


class Verdict(msgspec.Struct, frozen=True, omit_defaults=False):
    """What the centre says of a signed month report: its own numbers are the same, differ in lines, or cannot be had yet."""

    sha256: str
    agrees: bool
    differs: list[dict[str, Any]] = []
    missing: list[str] = []
    problems: list[str] = []
    #: Lines that differ because records were erased by law since the signing; ``proven``: and for no other reason.
    erased: list[dict[str, Any]] = []


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The one JSON line of a receipt (CONTRACT, "Receipt")."""

    station: str
    device: str
    upto: int
    head: str
    taken: int
    refused: list[Refused]
    reports: dict[str, Verdict]
    conflicts: int
    server_time: int
    schema_min: int
    missing: list[str] = []  # entries that what waits is waiting for: ``<device>:<first>-<last>``
    missing_blobs: list[str] = []
    holds: dict[str, int] = {}  # how far the centre holds every computer's chain of the station, whoever brought it
    recipient: str = msgspec.field(name="for")
    what: str = "receipt"
    format: int = FORMAT

    def line(self) -> bytes:
        """Its bytes."""
        return _encode(self) + b"\n"

    @property
    def name(self) -> str:
        """Its file name on the stick."""
        return f"receipt-{self.device.replace('-', '')[:12]}-{self.upto}.bundle"


_decode = msgspec.json.Decoder(Receipt).decode


@dataclass(frozen=True, slots=True)
class Kept:
    """A receipt that verified, and the signed bytes that prove it to anyone."""

    receipt: Receipt
    signed: bytes


def parse(content: bytes) -> Receipt | Refusal:
    """The receipt in a sealed file's content; keys that are not known yet are passed over."""
    if content.count(b"\n") != 1 or not content.endswith(b"\n"):
        return Refusal(BundleRefusal.BAD_FORMAT)
    try:
        receipt = _decode(content)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return Refusal(BundleRefusal.BAD_FORMAT)
    if receipt.what != "receipt" or receipt.upto < 0 or len(receipt.head) != 64:
        return Refusal(BundleRefusal.BAD_FORMAT)
    return receipt


def verify(signed: bytes, roots: TrustRoots, station: str, at: datetime) -> Kept | Refusal:
    """A receipt of our centre for this station, by the signed bytes inside the encryption."""
    opened = opening.verified(signed, roots, at, ended_ok=True)
    if isinstance(opened, Refusal):
        return opened
    if not opened.signer.is_centre:
        return Refusal(BundleRefusal.WRONG_STATION)
    receipt = parse(opened.content)
    if isinstance(receipt, Refusal):
        return receipt
    if receipt.station != station:
        return Refusal(BundleRefusal.WRONG_STATION)
    return Kept(receipt, signed)


def fits_chain(store: Store, receipt: Receipt) -> Refusal | None:
    """None when the receipt speaks of the very chain we hold; a longer or other one is a fork (a copied or older store)."""
    with store.database.reading() as connection:
        one = journal.device_named(connection, receipt.device)
        digest = None if one is None else journal.hash_at(connection, one.no, receipt.upto)
    if digest is None or digest.hex() != receipt.head:
        return Refusal(BundleRefusal.FORK, {"at": receipt.upto})
    return None


def keep(store: Store, kept: Kept) -> bool:
    """Keep a verified receipt, unless a later word of the centre is kept already. True when it is new."""
    before = newest(store, kept.receipt.device)
    if before is not None:
        old, new = before.receipt, kept.receipt
        # Of two words of the same moment (a clock that stands) the one that reaches further, or says more, is later.
        if (new.server_time, new.upto) < (old.server_time, old.upto) or before.signed == kept.signed:
            return False
    store.keep(f"{RECEIPT_FACT}/{kept.receipt.device}", kept.signed)
    said = [kept.receipt.upto, kept.receipt.head, kept.receipt.server_time]
    store.keep(f"{ACKNOWLEDGED}/{kept.receipt.device}", json.dumps(said).encode())  # read at start, without CMS
    if kept.receipt.device == store.device:
        clocks.told_by_centre(store, kept.receipt.upto, kept.receipt.server_time)
    return True


def newest(store: Store, device: str | None = None) -> Kept | None:
    """The newest kept receipt of a device (this one), verified again with the roots pinned here."""
    signed = store.fact(f"{RECEIPT_FACT}/{device or store.device}")
    roots = pinned(store)
    if signed is None or roots is None:
        return None
    kept = verify(signed, roots, store.station, opening.now())
    return None if isinstance(kept, Refusal) else kept


def pinned(store: Store) -> TrustRoots | None:
    """The centre this computer believes; None before enrolment."""
    pem = store.fact(ROOTS_FACT)
    return None if pem is None else _roots_of(pem)


@lru_cache(maxsize=4)
def _roots_of(pem: bytes) -> TrustRoots | None:
    """The same bytes are the same roots; a hand-in asks hundreds of times."""
    roots = TrustRoots.from_pem(pem)
    return None if isinstance(roots, Refusal) else roots


def report_name(month: str, number: int | None) -> str:
    """``YYYY-MM`` of a report, ``YYYY-MM-<n>`` of its n-th correction: in receipts, and as the PDF's file name."""
    return f"{month}-{number}" if number else month


def report_digests(store: Store, month: str) -> Mapping[str, str]:
    """The signed reports of a month by :func:`report_name` → digest of the PDF the head signed."""
    found: dict[str, str] = {}
    with store.reading() as reader:
        for report in reader.all("month_report", {"month": month}):
            if report.fields.get("state") == "draft":
                continue
            for step in store.history("month_report", report.id):
                if "pdf" in step.fields and step.action != COUNTERSIGN and step.fields["pdf"][1]:
                    number = report.fields.get("number")
                    found[report_name(month, number if isinstance(number, int) else None)] = str(step.fields["pdf"][1])
    return found


COUNTERSIGN: Final = "countersign"


def handed_in(store: Store, month: str) -> bool:
    """Whether a receipt that verifies covers the newest signed report of a month, its PDF included."""
    digests = report_digests(store, month)
    kept = newest(store)
    if not digests or kept is None or fits_chain(store, kept.receipt) is not None:
        return False
    name = max(digests, key=lambda n: (len(n), n))
    verdict = kept.receipt.reports.get(name)
    return verdict is not None and verdict.sha256 == digests[name] and "pdf" not in verdict.missing


def verdict_of(store: Store, name: str) -> Verdict | None:
    """What the centre said of a report, by its name in receipts."""
    kept = newest(store)
    return None if kept is None else kept.receipt.reports.get(name)


@dataclass(frozen=True, slots=True)
class Received:
    """What taking in brought."""

    entries: int
    receipt: Mapping[str, int]
    conflicts: int
    blobs: int = 0
    refused: Sequence[Refused] = field(default_factory=tuple)
