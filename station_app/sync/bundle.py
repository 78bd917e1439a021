"""The bundle: a header and entry lines ↔ the bytes that are sealed. Pure functions; believes nothing it reads.

Line 1 is the header, every further line one entry, its exact bytes. Hashes between ``prev`` and ``head`` are
recomputed, never sent. Header keys this version does not know are kept in :attr:`Header.unknown` and in its bytes.
"""

import base64
import binascii
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import zstandard

from station_app.messages import Refusal
from station_app.store import entries as e
from station_app.trust.refusals import BundleRefusal
from station_app.values.ids import is_uuid

FORMAT: Final = 1
SUITE: Final = "p256-sha256-age"
SCHEMA: Final = 1  # of the entries this version reads: the journal's, which a pure module does not import
MAX_ITEMS: Final = 5_000
#: Of the 1 MiB a bundle may have as a file; the rest is for signature, certificates, voucher and encryption.
PACKED_BYTES: Final = 1024 * 1024 - 24 * 1024
#: Unpacked bytes of one bundle: little memory on both sides, and far below what the receiver refuses to unpack.
CONTENT_BYTES: Final = 8 * 1024 * 1024
LEVEL: Final = 12  # an import of 100,000 field changes: a tenth larger than level 19, at a fifteenth of its time

_KEYS: Final = (
    "format", "suite", "station", "device", "first", "last", "prev", "head", "schema", "count", "for", "made", "voucher",
)  # fmt: skip
_STATION = re.compile(r"[0-9]{11}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ENTRY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:[1-9][0-9]{0,12}", re.ASCII)
_KIND = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)
_MOST = 1 << 40  # entries of one chain: what ``at`` has room for
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, object]).decode

#: Signs the voucher's line; the signer is the caller's.
Vouch = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Header:
    """Line 1 of a bundle."""

    station: str
    device: str
    first: int
    last: int
    prev: bytes
    head: bytes
    schema: int
    count: int
    recipient: str  # ``for`` on the wire
    made: int  # milliseconds by the maker's clock
    voucher: bytes
    suite: str = SUITE
    format: int = FORMAT
    unknown: dict[str, object] = field(default_factory=dict)

    def line(self) -> bytes:
        """The header's bytes."""
        values: dict[str, object] = {
            "format": self.format,
            "suite": self.suite,
            "station": self.station,
            "device": self.device,
            "first": self.first,
            "last": self.last,
            "prev": self.prev.hex(),
            "head": self.head.hex(),
            "schema": self.schema,
            "count": self.count,
            "for": self.recipient,
            "made": self.made,
            "voucher": base64.b64encode(self.voucher).decode(),
        }
        return _encode(values | self.unknown)

    def vouched(self) -> bytes:
        """The line the voucher signs."""
        return voucher_line(self.station, self.device, self.last, self.head)

    @property
    def name(self) -> str:
        """The bundle's file name."""
        return bundle_name(self.device, self.first, self.last)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose lines, links and digests were checked; whose signature is its opener's affair."""

    header: Header
    entries: tuple[e.Entry, ...]
    hashes: tuple[bytes, ...]

    @property
    def pairs(self) -> list[tuple[e.Entry, bytes]]:
        """Entries with their hashes, as the journal appends them."""
        return list(zip(self.entries, self.hashes, strict=True))


def short(device: str) -> str:
    """The first 12 hex digits of a device's id, as file names have them."""
    return device.replace("-", "")[:12]


def bundle_name(device: str, first: int, last: int) -> str:
    """``<device>-<first>-<last>.bundle``."""
    return f"{short(device)}-{first}-{last}.bundle"


def voucher_line(station: str, device: str, last: int, head: bytes) -> bytes:
    """What a device vouches for: how far its chain goes, and with which hash."""
    return _encode({"station": station, "device": device, "last": last, "head": head.hex()})


# ---------------------------------------------------------------------- making


def without_private(entry: e.Entry, allowed: Callable[[e.Item], bool] | None = None) -> e.Entry:
    """The entry as the centre gets it: stubs for private items, unless policy allows one."""
    return e.leave_out(entry, lambda item: item.private and not (allowed is not None and allowed(item)))


def split(entries: Iterable[tuple[e.Entry, bytes]]) -> Iterator[list[tuple[e.Entry, bytes]]]:
    """Consecutive entries in parts that fit one bundle each, as large as they may be."""
    part: list[tuple[e.Entry, bytes]] = []
    items = size = 0
    for entry, digest in entries:
        if part and (items + len(entry.items) > MAX_ITEMS or size + len(entry.line) > CONTENT_BYTES):
            yield from _fitting(part)
            part, items, size = [], 0, 0
        part.append((entry, digest))
        items += len(entry.items)
        size += len(entry.line) + 1
    if part:
        yield from _fitting(part)


def fits(part: Sequence[tuple[e.Entry, bytes]]) -> bool:
    """Whether entries fit one bundle."""
    return sum(len(entry.items) for entry, _digest in part) <= MAX_ITEMS and len(next(_fitting(list(part)))) == len(
        part
    )


def _fitting(part: list[tuple[e.Entry, bytes]]) -> Iterator[list[tuple[e.Entry, bytes]]]:
    """The part itself, or halves of it until each fits packed."""
    raw = sum(len(entry.line) + 1 for entry, _digest in part)
    if len(part) > 1 and raw > PACKED_BYTES:
        packed = zstandard.ZstdCompressor(level=3).compress(_lines([entry for entry, _digest in part]))
        if len(packed) > PACKED_BYTES:
            middle = len(part) // 2
            yield from _fitting(part[:middle])
            yield from _fitting(part[middle:])
            return
    yield part


def _lines(entries: Sequence[e.Entry]) -> bytes:
    return b"".join(entry.line + b"\n" for entry in entries)


def content_of(
    part: Sequence[tuple[e.Entry, bytes]], prev: bytes, station: str, recipient: str, made: int, vouch: Vouch
) -> bytes:
    """The bytes to be sealed: header and lines of consecutive entries of one device."""
    first, last = part[0][0].head, part[-1][0].head
    head = part[-1][1]
    header = Header(
        station,
        first.device,
        first.seq,
        last.seq,
        prev,
        head,
        max(entry.head.schema for entry, _digest in part),
        len(part),
        recipient,
        made,
        vouch(voucher_line(station, first.device, last.seq, head)),
    )
    return header.line() + b"\n" + _lines([entry for entry, _digest in part])


# ---------------------------------------------------------------------- reading


def parse(content: bytes, withheld_ok: bool) -> Bundle | Refusal:
    """The bundle in sealed bytes, everything in it checked that can be checked without a database.

    ``withheld_ok``: private items may be missing (the centre); an open one never, unless an erasure is named.
    """
    if not content.endswith(b"\n"):
        return Refusal(BundleRefusal.BAD_FORMAT)
    lines = content[:-1].split(b"\n")
    header = read_header(lines[0])
    if isinstance(header, Refusal):
        return header
    if header.schema > SCHEMA or header.format > FORMAT:
        return Refusal(BundleRefusal.NEWER_SCHEMA, {"schema": header.schema})
    if header.count != len(lines) - 1 or header.count != header.last - header.first + 1:
        return Refusal(BundleRefusal.BAD_FORMAT)
    found: list[e.Entry] = []
    hashes: list[bytes] = []
    prev, items, time = header.prev, 0, 0
    for seq, line in enumerate(lines[1:], start=header.first):
        try:
            entry = e.parse(line)
        except e.EntryError:
            return Refusal(BundleRefusal.BAD_FORMAT)
        items += len(entry.items)
        if items > MAX_ITEMS:
            return Refusal(BundleRefusal.TOO_LARGE)
        if not _sound(entry, header, seq) or entry.head.time < time:
            return Refusal(BundleRefusal.BAD_FORMAT)
        if any(i.body is None and i.erased_by is None and not (i.private and withheld_ok) for i in entry.items):
            return Refusal(BundleRefusal.WITHHELD)
        prev, time = e.entry_hash(prev, entry), entry.head.time
        found.append(entry)
        hashes.append(prev)
    if prev != header.head:
        return Refusal(BundleRefusal.BAD_FORMAT)
    return Bundle(header, tuple(found), tuple(hashes))


def read_header(line: bytes) -> Header | Refusal:
    """The header of line 1."""
    try:
        values = _decode(line)
        header = Header(
            station=_text(values, "station", _STATION),
            device=_text(values, "device"),
            first=_number(values, "first"),
            last=_number(values, "last"),
            prev=bytes.fromhex(_text(values, "prev", _HASH)),
            head=bytes.fromhex(_text(values, "head", _HASH)),
            schema=_number(values, "schema"),
            count=_number(values, "count"),
            recipient=_text(values, "for"),
            made=_number(values, "made"),
            voucher=base64.b64decode(_text(values, "voucher"), validate=True),
            suite=_text(values, "suite"),
            format=_number(values, "format"),
            unknown={key: value for key, value in values.items() if key not in _KEYS},
        )
    except (msgspec.MsgspecError, ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        return Refusal(BundleRefusal.BAD_FORMAT)
    if not is_uuid(header.device) or header.suite != SUITE or not 1 <= header.first <= header.last < _MOST:
        return Refusal(BundleRefusal.BAD_FORMAT)
    if header.first == 1 and header.prev != e.NO_ENTRY:
        return Refusal(BundleRefusal.BAD_FORMAT)
    return header


def _text(values: dict[str, object], key: str, form: re.Pattern[str] | None = None) -> str:
    value = values[key]
    if not isinstance(value, str) or (form is not None and form.fullmatch(value) is None):
        raise ValueError(key)
    return value


def _number(values: dict[str, object], key: str) -> int:
    value = values[key]
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 53:
        raise ValueError(key)
    return value


def _sound(entry: e.Entry, header: Header, seq: int) -> bool:
    """Whether the entry is this device's ``seq``-th and nothing in it could upset a database."""
    h = entry.head
    return (
        h.device == header.device
        and h.seq == seq
        and h.schema <= header.schema
        and 0 <= h.time < 1 << 53
        and is_uuid(h.op)
        and uuid.UUID(h.op).int != 0
        and "\0" not in h.author + h.action
        and all(is_uuid(d) and 0 < s < _MOST for d, s in h.seen.items())
        and h.device not in h.seen
        and (h.batch is None or (is_uuid(h.batch[0]) and 1 <= h.batch[1] <= h.batch[2] < _MOST))
        and all(_KIND.fullmatch(i.kind) is not None and is_uuid(i.record) for i in entry.items)
        and all(i.erased_by is None or _ENTRY.fullmatch(i.erased_by) is not None for i in entry.items)
    )
