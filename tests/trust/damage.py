"""Damages bytes at random, the same for the same seed: flipped bits, cuts, bytes added, pieces doubled."""

import random
from collections.abc import Iterator, Sequence


def flips(data: bytes, count: int, seed: int, places: Sequence[int] | None = None) -> Iterator[bytes]:
    """``count`` copies, each with one bit flipped (within ``places``)."""
    chance = random.Random(seed)
    where = places if places is not None else range(len(data))
    for _ in range(count):
        copy = bytearray(data)
        copy[chance.choice(where)] ^= 1 << chance.randrange(8)
        yield bytes(copy)


def cuts(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """``count`` shortened copies."""
    chance = random.Random(seed)
    for _ in range(count):
        yield data[: chance.randrange(len(data))]


def others(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """``count`` copies with bytes added, taken out, doubled or overwritten somewhere."""
    chance = random.Random(seed)
    for _ in range(count):
        at, size = chance.randrange(len(data)), chance.randrange(1, 40)
        piece = chance.choice((b"", data[at : at + size] * 2, chance.randbytes(size), b"\x30\x80" * size, b"\0" * size))
        changed = data[:at] + piece + data[at + size :]
        yield changed if changed != data else data + b"\0"
