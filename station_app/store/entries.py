"""The entry: its exact bytes, its digests, and what may be left out of it (DESIGN, "Entry"). Pure functions.

An entry is one line of JSON ``{"head": …, "salt": hex, "items": […]}``. An item is ``[kind, record, {field: value}]``
when open, and ``[kind, record, {field: value}, "p"]`` when private; left out it is the stub
``[kind, record, class, null, body digest]``, and the line then carries ``"salts"`` (one per item, null for a stub)
in place of the entry's salt. A stub made by an erasure also names the erasing entry ``"device:seq"``.
"""

import hashlib
import hmac
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from station_app.spec.meanings import Wire

SCHEMA: Final = 1  # of what entries hold; a larger one came from a newer program
MAX_ITEMS: Final = 1_000
MAX_BYTES: Final = 256 * 1024
NO_ENTRY: Final = bytes(32)  # what the first entry of a chain links to

Body = dict[str, Wire]


class EntryError(ValueError):
    """The bytes are no entry: says what is wrong with them, without their content."""


class Head(msgspec.Struct, frozen=True):
    """Who did what, when, having seen what. Field order is the order of the bytes."""

    device: str
    seq: int
    time: int
    seen: dict[str, int]
    author: str
    action: str
    batch: tuple[str, int, int] | None
    schema: int
    op: str


class _Line(msgspec.Struct):
    head: msgspec.Raw
    items: list[msgspec.Raw]
    salt: str | None = None
    salts: list[str | None] | None = None


class _Written(msgspec.Struct):
    head: Head
    items: list[list[object]]


_encode = msgspec.json.Encoder().encode
_decode_written = msgspec.json.Decoder(_Written).decode
_decode_line = msgspec.json.Decoder(_Line).decode
_decode_head = msgspec.json.Decoder(Head).decode
_decode_item = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_text = msgspec.json.Decoder(str).decode
_decode_any_body = msgspec.json.Decoder(dict[str, object]).decode


@dataclass(frozen=True, slots=True)
class Item:
    """What an entry does to one record, in one class. ``body`` is None in a stub."""

    kind: str
    record: str
    private: bool
    body: bytes | None
    raw: bytes  # its exact bytes in the line
    body_digest: bytes | None = None  # of a stub
    erased_by: str | None = None

    @property
    def fields(self) -> dict[str, object]:
        """The body's fields and values; empty for a stub."""
        return {} if self.body is None else _decode_any_body(self.body)


@dataclass(frozen=True, slots=True)
class Entry:
    """A parsed line; ``line`` is kept as it came."""

    head: Head
    head_raw: bytes
    salt: bytes | None
    salts: tuple[bytes | None, ...]
    items: tuple[Item, ...]
    line: bytes

    @property
    def whole(self) -> bool:
        """True when nothing was left out."""
        return self.salt is not None


def encode_body(fields: Body) -> bytes:
    """The bytes of a body, made once."""
    return _encode(fields)


def make_item(kind: str, record: str, private: bool, body: bytes) -> Item:
    """An item from the bytes of its body."""
    raw = b"[" + _encode(kind) + b"," + _encode(record) + b"," + body + (b',"p"]' if private else b"]")
    return Item(kind, record, private, body, raw)


def item_salt(entry_salt: bytes, index: int) -> bytes:
    """HMAC-SHA-256 keyed with the entry's salt over the item's index (u32, big-endian)."""
    return hmac.digest(entry_salt, struct.pack(">I", index), "sha256")


def body_digest(salt: bytes, body: bytes) -> bytes:
    """SHA-256 of the item's salt and the exact bytes of its body."""
    return hashlib.sha256(salt + body).digest()


def item_digest(item: Item, digest: bytes) -> bytes:
    """SHA-256 over class, kind, record (each with its length, u32) and the body digest."""
    kind, record = item.kind.encode(), item.record.encode()
    return hashlib.sha256(
        (b"p" if item.private else b"o")
        + struct.pack(">I", len(kind)) + kind + struct.pack(">I", len(record)) + record + digest
    ).digest()  # fmt: skip


def entry_hash(prev: bytes, entry: Entry) -> bytes:
    """The entry's link: SHA-256(prev ‖ SHA-256(head) ‖ item digests); the same with items left out or not."""
    parts = [prev, hashlib.sha256(entry.head_raw).digest()]
    for index, item in enumerate(entry.items):
        if item.body is None:
            digest = item.body_digest
            assert digest is not None  # parse() refuses a stub without one
        else:
            salt = item_salt(entry.salt, index) if entry.salt is not None else entry.salts[index]
            assert salt is not None
            digest = body_digest(salt, item.body)
        parts.append(item_digest(item, digest))
    return hashlib.sha256(b"".join(parts)).digest()


def make(head: Head, salt: bytes, items: Sequence[Item]) -> Entry:
    """A whole entry and its line. Raises :class:`EntryError` beyond the limits of DESIGN."""
    if not items or len(items) > MAX_ITEMS:
        raise EntryError(f"an entry has 1 to {MAX_ITEMS} items, not {len(items)}")
    head_raw = _encode(head)
    line = b"".join(
        (
            b'{"head":',
            head_raw,
            b',"salt":"',
            salt.hex().encode(),
            b'","items":[',
            b",".join(i.raw for i in items),
            b"]}",
        )
    )
    if len(line) > MAX_BYTES:
        raise EntryError(f"an entry has at most {MAX_BYTES} bytes, not {len(line)}")
    return Entry(head, head_raw, salt, (), tuple(items), line)


def parse(line: bytes) -> Entry:
    """Read a line strictly. Raises :class:`EntryError` for anything that is not exactly an entry's bytes."""
    if len(line) > 4 * MAX_BYTES:  # salts and stubs may lengthen a line, never this much
        raise EntryError("the line is too long")
    try:
        parts = _decode_line(line)
        head_raw = bytes(parts.head)
        head = _decode_head(head_raw)
        if not 1 <= len(parts.items) <= MAX_ITEMS or head.seq < 1:
            raise EntryError("no items, too many, or no number")
        items = tuple(_parse_item(bytes(raw)) for raw in parts.items)
        salt = bytes.fromhex(parts.salt) if parts.salt is not None else None
        salts = tuple(None if s is None else bytes.fromhex(s) for s in parts.salts or ())
    except (msgspec.MsgspecError, ValueError, RecursionError, UnicodeError) as error:
        raise EntryError(f"not an entry: {type(error).__name__}") from None
    _check_salts(salt, salts, parts, items)
    entry = Entry(head, head_raw, salt, salts, items, line)
    if _compose(entry) != line:
        raise EntryError("not the canonical bytes of an entry")
    if len({(i.kind, i.record, i.private) for i in items}) != len(items):
        raise EntryError("a record stands twice in one class")
    return entry


def _check_salts(salt: bytes | None, salts: tuple[bytes | None, ...], parts: _Line, items: tuple[Item, ...]) -> None:
    stubs = [i.body is None for i in items]
    if salt is not None:
        if parts.salts is not None or any(stubs) or len(salt) != 16:
            raise EntryError("an entry's salt and stubs exclude each other")
        return
    if len(salts) != len(items) or not any(stubs):
        raise EntryError("a line without its salt has one salt per item and a stub")
    for stub, one in zip(stubs, salts, strict=True):
        if stub != (one is None) or (one is not None and len(one) != 32):
            raise EntryError("an item has either its salt or is a stub")


def _parse_item(raw: bytes) -> Item:
    parts = _decode_item(raw)
    if len(parts) < 3:
        raise EntryError("an item has at least three parts")
    kind, record = _decode_text(parts[0]), _decode_text(parts[1])
    third = bytes(parts[2])
    if third.startswith(b"{"):
        private = len(parts) == 4
        if len(parts) > 4 or (private and bytes(parts[3]) != b'"p"'):
            raise EntryError("an item's class is unknown")
        _decode_any_body(third)
        return Item(kind, record, private, third, raw)
    if len(parts) not in (5, 6) or third not in (b'"o"', b'"p"') or bytes(parts[3]) != b"null":
        raise EntryError("an item is neither whole nor a stub")
    digest = bytes.fromhex(_decode_text(parts[4]))
    if len(digest) != 32:
        raise EntryError("a stub's digest has 32 bytes")
    erased_by = _decode_text(parts[5]) if len(parts) == 6 else None
    return Item(kind, record, third == b'"p"', None, raw, digest, erased_by)


def _compose(entry: Entry) -> bytes:
    items = b",".join(i.raw for i in entry.items)
    if entry.salt is not None:
        middle = b',"salt":"' + entry.salt.hex().encode() + b'"'
    else:
        salts = b",".join(b"null" if s is None else b'"' + s.hex().encode() + b'"' for s in entry.salts)
        middle = b',"salts":[' + salts + b"]"
    return b'{"head":' + entry.head_raw + middle + b',"items":[' + items + b"]}"


def leave_out(entry: Entry, which: Callable[[Item], bool], erased_by: str | None = None) -> Entry:
    """The entry without the bodies of the items ``which`` names; its hash stays. The entry's salt is destroyed,
    for it would let a short value be guessed."""
    if not any(item.body is not None and which(item) for item in entry.items):
        return entry
    items: list[Item] = []
    salts: list[bytes | None] = []
    for index, item in enumerate(entry.items):
        if item.body is None:
            items.append(item)
            salts.append(None)
            continue
        salt = item_salt(entry.salt, index) if entry.salt is not None else entry.salts[index]
        assert salt is not None
        if which(item):
            items.append(_stub(item, body_digest(salt, item.body), erased_by))
            salts.append(None)
        else:
            items.append(item)
            salts.append(salt)
    without = Entry(entry.head, entry.head_raw, None, tuple(salts), tuple(items), b"")
    return Entry(entry.head, entry.head_raw, None, without.salts, without.items, _compose(without))


def erased(entry: Entry, named: Mapping[tuple[str, str], str]) -> Entry:
    """The entry without the bodies of erased records; every stub of one, withheld before or not, names the erasing entry.

    ``named``: (kind, record) → ``device:seq``. The hash stays; the result depends on the entry and ``named`` alone.
    """
    without = leave_out(entry, lambda item: (item.kind, item.record) in named)
    items = tuple(
        item
        if item.body is not None or (name := named.get((item.kind, item.record))) in (None, item.erased_by)
        else _stub(item, item.body_digest or b"", name)
        for item in without.items
    )
    if items == without.items:
        return without
    whole = Entry(without.head, without.head_raw, None, without.salts, items, b"")
    return Entry(whole.head, whole.head_raw, None, whole.salts, whole.items, _compose(whole))


def _stub(item: Item, digest: bytes, erased_by: str | None) -> Item:
    tail = b"" if erased_by is None else b"," + _encode(erased_by)
    raw = b"".join((
        b"[", _encode(item.kind), b",", _encode(item.record), b',"p",null,"' if item.private else b',"o",null,"',
        digest.hex().encode(), b'"', tail, b"]",
    ))  # fmt: skip
    return Item(item.kind, item.record, item.private, None, raw, digest, erased_by)


def by_record(items: Iterable[Item]) -> dict[tuple[str, str], dict[str, object]]:
    """What an entry writes to each record: open and private items of one record together."""
    writes: dict[tuple[str, str], dict[str, object]] = {}
    for item in items:
        fields = writes.setdefault((item.kind, item.record), {})
        if item.body is not None:
            fields.update(item.fields)
    return writes


class Effect(msgspec.Struct, frozen=True):
    """What an entry does to tables: what it writes to each record, and which of its records are erased for ever."""

    head: Head
    writes: dict[tuple[str, str], dict[str, object]]
    gone: frozenset[tuple[str, str]]
    items: int


_NONE_GONE: Final[frozenset[tuple[str, str]]] = frozenset()


def effect_of(entry: Entry) -> Effect:
    """A parsed entry's effect."""
    gone = frozenset((item.kind, item.record) for item in entry.items if item.erased_by is not None)
    return Effect(entry.head, by_record(entry.items), gone, len(entry.items))


def effect_in(line: bytes) -> Effect:
    """The effect of a line that :func:`parse` took when it came: read again without what only hashes and checks need.

    Raises :class:`EntryError`.
    """
    try:
        read = _decode_written(line)
        writes: dict[tuple[str, str], dict[str, object]] = {}
        gone: set[tuple[str, str]] = set()
        for parts in read.items:
            key: tuple[str, str] = (parts[0], parts[1])  # type: ignore[assignment]  # texts, when it was taken
            body = parts[2]
            before = writes.get(key)
            if not isinstance(body, dict):
                if before is None:
                    writes[key] = {}
                if len(parts) == 6:
                    gone.add(key)
            elif before is None:
                writes[key] = body
            else:
                before.update(body)
    except (msgspec.MsgspecError, IndexError, TypeError, RecursionError, UnicodeError) as error:
        raise EntryError(f"not an entry: {type(error).__name__}") from None
    return Effect(read.head, writes, frozenset(gone) if gone else _NONE_GONE, len(read.items))
