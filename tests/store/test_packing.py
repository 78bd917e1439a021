"""Lines come back byte for byte, whatever stands in them; damage is said; what random is stands once."""

import json
import random
import uuid

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from station_app.store import entries as e
from station_app.store import packing

OP = uuid.UUID("01a20cf0-39d9-70b7-a0e4-5574d6ad6812")


def line_with(texts: list[str], records: int = 1) -> bytes:
    """An entry's line with these texts in it."""
    dice = random.Random(7)
    ids = [str(uuid.UUID(int=dice.getrandbits(128))) for _ in range(records)]
    items = [
        e.make_item("resident", one, False, e.encode_body({"note": text, "household": ids[0]}))
        for one, text in zip(ids, texts * records, strict=False)
    ]
    head = e.Head(
        str(uuid.UUID(int=1)),
        7,
        1_711_000_000_000,
        {str(uuid.UUID(int=9)): 3},
        str(uuid.UUID(int=2)),
        "edit",
        None,
        1,
        str(OP),
    )
    return e.make(head, bytes(range(16)), items).line


NASTY = [
    "", "普通的话", str(OP), str(OP).upper(), "01a20cf0-39d9-70b7-a0e4-5574d6ad6812" * 3, "ab" * 16, "ab" * 32, "\x01\x02\x04 ", "\x04\x20",
    '"' + "cd" * 16 + '"', "\u2028", "𬶏", "\\u0004 ", "01a20cf0-39d9-70b7-a0e4-5574d6ad681",
]  # fmt: skip


@pytest.mark.parametrize("text", NASTY)
def test_any_text_comes_back(text: str) -> None:
    """Seen failing: ids replaced without regard to case; digests found outside quotes."""
    line = line_with([text])
    assert packing.unpack(packing.pack(line, OP.bytes), OP.bytes) == line


@settings(max_examples=300)
@given(st.lists(st.text(max_size=40) | st.sampled_from(NASTY), min_size=1, max_size=5))
def test_any_texts_come_back(texts: list[str]) -> None:
    line = json.dumps({"said": texts, "op": str(OP)}, ensure_ascii=False).encode("utf-8", "surrogatepass")
    assert packing.unpack(packing.pack(line, OP.bytes), OP.bytes) == line


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_come_back(line: bytes) -> None:
    """A line never has control characters; were one there, nothing of it would be taken for a mark."""
    assert packing.unpack(packing.pack(line, OP.bytes), OP.bytes) == line


def test_many_ids_and_digests_and_stubs_come_back() -> None:
    """More than the short marks can name; salts and digests of 32 bytes."""
    line = line_with(["第一次走访", "ef" * 32], records=900)
    assert packing.unpack(packing.pack(line, OP.bytes), OP.bytes) == line
    stubbed = e.leave_out(e.parse(line), lambda item: item.record[0] in "01234567", "device:7").line
    assert packing.unpack(packing.pack(stubbed, OP.bytes), OP.bytes) == stubbed
    assert e.parse(stubbed).salts


def test_lines_of_the_first_release_are_read() -> None:
    line = line_with(["旧的"])
    assert packing.unpack(zstandard.ZstdCompressor(level=3).compress(line), OP.bytes) == line


def test_an_unknown_dictionary_and_damage_are_said() -> None:
    """Never another line silently where the frame itself is broken; flips inside ids are the chain's to find."""
    samples = list[bytes | bytearray | memoryview](line_with([f"{n}" * 9]) for n in range(400))
    other = zstandard.train_dictionary(2_048, samples, dict_id=77)
    with pytest.raises(packing.Unpackable):
        packing.unpack(zstandard.ZstdCompressor(dict_data=other).compress(line_with(["x"])), OP.bytes)
    stored = packing.pack(line_with(["x"]), OP.bytes)
    for cut in range(len(stored)):
        with pytest.raises(packing.Unpackable):
            packing.unpack(stored[:cut], OP.bytes)
    for junk in (b"", b"\x01", b"\x01\xff\xff", bytes(60)):
        with pytest.raises(packing.Unpackable):
            packing.unpack(junk, OP.bytes)


def test_dictionaries_hold_no_number_of_a_living_person_and_are_frozen() -> None:
    """Made of entries of nobody; ids of people in them have order numbers kept for centenarians."""
    import hashlib

    known = {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in packing.DICTIONARIES.glob("*.dict")}
    assert known == RELEASED and str(packing.NEWEST) in known


#: As they were first used; lines in databases need them so for ever.
RELEASED = {"1": "bb3106987233830e3c09b7b9a1eadc95f30e55333c0b7e8855935f57efc0162b"}
