"""The bundle's bytes: what goes in comes out exactly, parts fit, and everything that is not exactly right is refused."""

import json
import uuid
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station_app.messages import Refusal
from station_app.store import entries as e
from station_app.store import journal
from station_app.sync import bundle
from station_app.values.ids import new_id
from tests.sync.parts import code_of, good

STATION, DEVICE = "15060210701", "0192f0c1-2345-7abc-8def-0123456789ab"
Pair = tuple[e.Entry, bytes]


def entry(seq: int, items: list[e.Item], time: int | None = None) -> e.Entry:
    """The ``seq``-th entry of a device."""
    head = e.Head(DEVICE, seq, time or 1_700_000_000_000 + seq, {}, "somebody", "add", None, 1, str(uuid.uuid4()))
    return e.make(head, bytes([seq % 256]) * 16, items)


def chain(number: int, items_each: int = 2, text: str = "") -> list[Pair]:
    """A chain of entries from the first on."""
    prev, found = e.NO_ENTRY, []
    for seq in range(1, number + 1):
        items = [
            e.make_item("volunteer", new_id(), n % 2 == 1, e.encode_body({"name": f"{text}{seq}-{n}"}))
            for n in range(items_each)
        ]
        made = entry(seq, items)
        prev = e.entry_hash(prev, made)
        found.append((made, prev))
    return found


def content(pairs: list[Pair], prev: bytes = e.NO_ENTRY) -> bytes:
    """The bytes of a bundle of these entries."""
    return bundle.content_of(
        pairs, prev, STATION, "age1somebody", 1_700_000_000_000, lambda line: b"voucher of " + line
    )


def edited(data: bytes, **changes: object) -> bytes:
    """The same bytes with other header values; None takes a key away."""
    line, rest = data.split(b"\n", 1)
    header = json.loads(line)
    for key, value in changes.items():
        key = key.rstrip("_")
        header = {k: v for k, v in header.items() if k != key} if value is None else header | {key: value}
    return json.dumps(header).encode() + b"\n" + rest


def test_a_bundle_holds_the_journals_schema() -> None:
    assert bundle.SCHEMA == journal.SCHEMA


def test_bytes_come_back_exactly() -> None:
    pairs = [(bundle.without_private(one), digest) for one, digest in chain(20)]
    parsed = good(bundle.parse(content(pairs), withheld_ok=True))
    assert [x.line for x in parsed.entries] == [x.line for x, _digest in pairs]
    assert list(parsed.hashes) == [digest for _x, digest in pairs]
    assert parsed.header.name == "0192f0c12345-1-20.bundle"
    assert parsed.header.voucher == b"voucher of " + parsed.header.vouched()
    assert b'"p"' not in b"".join(i.raw for x in parsed.entries for i in x.items if i.body is not None)


def test_header_keys_we_do_not_know_are_kept() -> None:
    data = edited(content(chain(1)), weather="snow", nested={"a": [1]})
    header = good(bundle.parse(data, withheld_ok=False)).header
    assert header.unknown == {"weather": "snow", "nested": {"a": [1]}}
    assert good(bundle.read_header(header.line())) == header


def test_only_private_items_may_be_withheld_and_only_from_the_centre() -> None:
    pairs = [(bundle.without_private(one), digest) for one, digest in chain(3)]
    assert code_of(bundle.parse(content(pairs), withheld_ok=False)) == "withheld"
    pairs = [(e.leave_out(one, lambda item: not item.private), digest) for one, digest in chain(3)]
    assert code_of(bundle.parse(content(pairs), withheld_ok=True)) == "withheld"
    erased = [(e.leave_out(one, lambda item: True, f"{DEVICE}:9"), digest) for one, digest in chain(3)]
    assert not isinstance(bundle.parse(content(erased), withheld_ok=False), Refusal), "an erasure is a lawful reason"
    vague = [(e.leave_out(one, lambda item: True, "somebody"), digest) for one, digest in chain(3)]
    assert code_of(bundle.parse(content(vague), withheld_ok=False)) == "bad_format"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": 2}, "newer_schema"),
        ({"schema": 2}, "newer_schema"),
        ({"schema": 0}, "bad_format"),
        ({"suite": "sm2-sm3-sm4"}, "bad_format"),
        ({"station": "1506021070１"}, "bad_format"),
        ({"device": DEVICE.upper()}, "bad_format"),
        ({"first": 0}, "bad_format"),
        ({"first": True}, "bad_format"),
        ({"first": 2}, "bad_format"),
        ({"last": 4}, "bad_format"),
        ({"count": 2}, "bad_format"),
        ({"prev": "11" * 32}, "bad_format"),
        ({"prev": "zz" * 32}, "bad_format"),
        ({"head": "11" * 32}, "bad_format"),
        ({"for_": 1}, "bad_format"),
        ({"made": -1}, "bad_format"),
        ({"made": 1e300}, "bad_format"),
        ({"voucher": "not base64!"}, "bad_format"),
        ({"voucher": None}, "bad_format"),
        ({"head": None}, "bad_format"),
    ],
)
def test_wrong_headers_are_refused(change: dict[str, object], code: str) -> None:
    assert code_of(bundle.parse(edited(content(chain(3)), **change), withheld_ok=True)) == code


def test_wrong_lines_are_refused() -> None:
    data = content(chain(3))
    lines = data.split(b"\n")
    for wrong in (
        data[:-1],
        data + b"\n",
        b"",
        b"\n",
        b"\n".join([lines[0], lines[2], lines[1], lines[3], b""]),
        b"\n".join([lines[0], lines[1], lines[1], lines[3], b""]),
        b"\n".join([lines[0], lines[1], lines[3], b""]),
        data.replace(b'"items"', b'"Items"', 1),
        data.replace(b"1-0", b"1-9", 1),
        data.replace(b'{"name"', b'{ "name"', 1),
    ):
        assert code_of(bundle.parse(wrong, withheld_ok=True)) == "bad_format"


def _forged(**changes: object) -> Iterator[bytes]:
    made = chain(1)[0][0]
    forged = e.make(msgspec.structs.replace(made.head, **changes), bytes(16), made.items)
    yield content([(forged, e.entry_hash(e.NO_ENTRY, forged))])


@pytest.mark.parametrize(
    "change",
    [
        {"op": "no uuid"},
        {"op": "00000000-0000-0000-0000-000000000000"},
        {"author": "a\0b"},
        {"seen": {"x": 1}},
        {"seen": {DEVICE: 1}},
        {"seen": {"0192f0c1-0000-7abc-8def-0123456789ab": 1 << 60}},
        {"batch": ("no uuid", 1, 1)},
        {"batch": ("0192f0c1-0000-7abc-8def-0123456789ab", 2, 1)},
        {"time": 1 << 60},
        {"time": -1},
    ],
)
def test_heads_that_would_upset_a_database_are_refused(change: dict[str, object]) -> None:
    for data in _forged(**change):
        assert code_of(bundle.parse(data, withheld_ok=True)) == "bad_format"


def test_kinds_and_records_that_would_upset_a_database_are_refused() -> None:
    for kind, record in (("volunteer", "not a uuid"), ("Volunteer", new_id()), ("v\0", new_id()), ("", new_id())):
        made = entry(1, [e.make_item(kind, record, False, e.encode_body({"a": 1}))])
        data = content([(made, e.entry_hash(e.NO_ENTRY, made))])
        assert code_of(bundle.parse(data, withheld_ok=True)) == "bad_format"
    unknown = entry(1, [e.make_item("later_kind", new_id(), False, e.encode_body({"a": 1}))])
    assert not isinstance(
        bundle.parse(content([(unknown, e.entry_hash(e.NO_ENTRY, unknown))]), withheld_ok=True), Refusal
    ), "a kind of a newer version is kept"


def test_time_never_goes_back() -> None:
    one = entry(1, [e.make_item("volunteer", new_id(), False, b"{}")], time=2_000)
    two = entry(2, [e.make_item("volunteer", new_id(), False, b"{}")], time=1_000)
    first = e.entry_hash(e.NO_ENTRY, one)
    assert code_of(bundle.parse(content([(one, first), (two, e.entry_hash(first, two))]), True)) == "bad_format"


def test_parts_keep_the_limits_and_lose_nothing() -> None:
    pairs = chain(30, items_each=900)
    parts = list(bundle.split(pairs))
    assert [pair for part in parts for pair in part] == pairs
    assert all(sum(len(x.items) for x, _digest in part) <= bundle.MAX_ITEMS for part in parts)
    assert len(parts) == 6, "as few as may be"
    import secrets

    noisy = [
        (made, b"") for seq in range(1, 13) for made in [
            entry(seq, [e.make_item("visit", new_id(), False, e.encode_body({"t": secrets.token_hex(120_000)}))])
        ]
    ]  # fmt: skip
    noisy_parts = list(bundle.split(noisy))
    assert [pair for part in noisy_parts for pair in part] == noisy and len(noisy_parts) > 1


def test_too_many_items_are_refused() -> None:
    assert code_of(bundle.parse(content(chain(6, items_each=900)), withheld_ok=False)) == "too_large"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_answered_by_name(data: bytes) -> None:
    assert isinstance(bundle.parse(data, withheld_ok=True), Refusal)
    if data != b"\n":
        assert isinstance(bundle.parse(content(chain(1))[:-1] + data, withheld_ok=True), Refusal)
