"""An entry's bytes and digests: the worked vector, strict reading, leaving out."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_app.store import entries as e

VECTOR = json.loads((Path(__file__).parent.parent / "golden" / "entries" / "vector-1.json").read_text("utf-8"))


def _entry(items: list[e.Item], seen: dict[str, int] | None = None) -> e.Entry:
    head = e.Head("d", 3, 1_700_000_000_000, seen or {}, "u", "edit", None, 1, "00000000-0000-4000-8000-000000000001")
    return e.make(head, bytes(range(16)), items)


def test_the_worked_vector_holds() -> None:
    """Computed by tests/golden/entries/vector.py with hashlib and json alone."""
    entry = e.parse(VECTOR["line"].encode())
    assert e.entry_hash(bytes.fromhex(VECTOR["prev"]), entry).hex() == VECTOR["hash"]
    without = e.leave_out(entry, lambda item: item.private)
    assert without.line.decode() == VECTOR["withheld_line"]
    assert e.entry_hash(bytes.fromhex(VECTOR["prev"]), e.parse(without.line)).hex() == VECTOR["hash"]


bodies = st.dictionaries(
    st.text("abc", min_size=1, max_size=3),
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(max_size=8)
    | st.lists(st.text(max_size=3), max_size=3),
    max_size=4,
)


@given(
    st.lists(
        st.tuples(st.sampled_from(["resident", "visit"]), st.uuids().map(str), st.booleans(), bodies),
        min_size=1,
        max_size=6,
        unique_by=lambda t: t[:3],
    ),
    st.data(),
)
def test_leaving_out_keeps_the_hash_and_the_line_depends_only_on_what_is_left_out(
    parts: list[tuple[str, str, bool, e.Body]], data: st.DataObject
) -> None:
    """In one go or one after the other; a guess of a short value cannot be checked without its salt."""
    entry = _entry([e.make_item(k, r, p, e.encode_body(b)) for k, r, p, b in parts])
    assert e.parse(entry.line).line == entry.line
    out = data.draw(st.sets(st.integers(0, len(parts) - 1)))
    gone = {entry.items[i].record + str(entry.items[i].private) for i in out}
    at_once = e.leave_out(entry, lambda item: item.record + str(item.private) in gone)
    by_one = entry
    for name in sorted(gone):
        by_one = e.leave_out(by_one, lambda item, name=name: item.record + str(item.private) == name)  # type: ignore[misc]  # the loop's value is meant
    assert at_once.line == by_one.line
    assert e.entry_hash(e.NO_ENTRY, e.parse(at_once.line)) == e.entry_hash(e.NO_ENTRY, entry)
    if gone:
        assert entry.salt is not None and entry.salt.hex().encode() not in at_once.line


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_every_flipped_bit_changes_the_hash_or_is_refused(place: int, bit: int) -> None:
    """Invariant 5 and 7: no other bytes are the same entry."""
    line = VECTOR["line"].encode()
    place %= len(line)
    changed = line[:place] + bytes([line[place] ^ 1 << bit]) + line[place + 1 :]
    try:
        entry = e.parse(changed)
    except e.EntryError:
        return
    assert e.entry_hash(bytes.fromhex(VECTOR["prev"]), entry).hex() != VECTOR["hash"]


@pytest.mark.parametrize(
    "line",
    [
        b"", b"{}", b"[]", b"null", b'{"head":{},"salt":"","items":[]}', VECTOR["line"].encode() + b" ",
        VECTOR["line"].encode().replace(b'"items":[[', b'"items": [['), b"[" * 100_000,
        VECTOR["line"].encode().replace(b'"seq":3', b'"seq":0'), b"\xff" * 20,
    ],
)  # fmt: skip
def test_other_bytes_are_refused(line: bytes) -> None:
    """One typed error, whatever the bytes."""
    with pytest.raises(e.EntryError):
        e.parse(line)


@given(st.binary(max_size=300))
def test_random_bytes_never_do_more_than_be_refused(line: bytes) -> None:
    """The reader raises nothing else."""
    with pytest.raises(e.EntryError):
        e.parse(line)


def test_limits_of_an_entry() -> None:
    """1,000 items and 256 KiB."""
    many = [e.make_item("k", str(i), False, b"{}") for i in range(e.MAX_ITEMS + 1)]
    with pytest.raises(e.EntryError):
        _entry(many)
    with pytest.raises(e.EntryError):
        _entry([e.make_item("k", "r", False, e.encode_body({"t": "长" * 90_000}))])
