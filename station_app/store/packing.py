"""How a journal line lies in the database: zstd, with a dictionary of what every line of every station has in common.

The dictionaries (``resources/journal/<number>.dict``) were made from entries of nobody (packaging/dictionary.py): one trained
on real ones would hold personal data. A frame names its dictionary by number; none is ever taken away.
"""

import re
import struct
import threading
from binascii import hexlify
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import zstandard

from station_app.settings import RESOURCES

DICTIONARIES: Final[Path] = RESOURCES / "journal"
#: The dictionary new lines are packed with.
NEWEST: Final = 1
_LEVEL: Final = 5
#: No line is longer (entries.parse): a damaged frame must not ask for memory.
_MOST: Final = 1024 * 1024


class Unpackable(ValueError):
    """The stored bytes give no line back: damaged, or of a dictionary this version does not know."""


class _Threads(threading.local):
    """A compressor is not shared between threads."""

    def __init__(self) -> None:
        self.packer = zstandard.ZstdCompressor(level=_LEVEL, dict_data=_dictionary(NEWEST))
        self.unpackers: dict[int, zstandard.ZstdDecompressor] = {}


@lru_cache(maxsize=8)
def _dictionary(number: int) -> zstandard.ZstdCompressionDict:
    made = zstandard.ZstdCompressionDict((DICTIONARIES / f"{number}.dict").read_bytes())
    made.precompute_compress(level=_LEVEL)
    return made


@lru_cache(maxsize=1)
def _threads() -> _Threads:
    return _Threads()


#: What is random and therefore never shrinks: ids, salts, digests. They stand as bytes before the rest.
_RANDOM: Final = re.compile(
    rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<=\")(?:[0-9a-f]{64}|[0-9a-f]{32})(?=\")"
)
#: A mark: its first byte says what stands there and how many digits follow.
_PLACED: Final = re.compile(rb"[\x01-\x03][\x20-\x7e]{3}|[\x04-\x06][\x20-\x7e]")
_CONTROL: Final = re.compile(rb"[\x00-\x1f]")
#: First byte of what is packed so; a bare zstd frame (the first release) begins with 0x28.
_SPLIT: Final = 0x01
_DIGITS: Final = 95
_FEW: Final = 12
_ID: Final = struct.Struct("8s4s4s4s12s")
#: The short marks of the first parts.
_AS_ID, _AS_HEX, _AS_DIGEST = ([bytes((mark, 0x20 + n)) for n in range(_FEW)] for mark in (4, 5, 6))
_FORMS: Final = {36: (1, 4), 32: (2, 5), 64: (3, 6)}  # length as text → mark before a long index, before a short one


def pack(line: bytes, op: bytes) -> bytes:
    """A line as it is stored: the random parts as bytes, each once, then the packed rest with a mark where each stood.

    ``op``: the operation's id, which lies beside the line and is not stored again.
    """
    if _CONTROL.search(line) is not None:  # JSON has none; then nothing could be taken for a mark
        return _threads().packer.compress(line)
    parts, rest = split(line, op)
    sizes = _bits([len(part) == 32 for part in parts])
    return b"".join((bytes((_SPLIT,)), len(parts).to_bytes(2, "big"), sizes, *parts, _threads().packer.compress(rest)))


def split(line: bytes, op: bytes) -> tuple[list[bytes], bytes]:
    """The random parts of a line but for its ``op``, and the line with a mark in the place of each."""
    known: dict[bytes, int] = {_as_id(op.hex()).encode(): 0}
    parts: list[bytes] = []

    def mark(found: "re.Match[bytes]") -> bytes:
        text = found[0]
        index = known.get(text)
        if index is None:
            index = known[text] = len(known)
            parts.append(bytes.fromhex(text.replace(b"-", b"").decode()))
        long, short = _FORMS[len(text)]
        if index < _DIGITS:
            return bytes((short, 0x20 + index))
        high, rest = divmod(index, _DIGITS * _DIGITS)
        return bytes((long, 0x20 + high, 0x20 + rest // _DIGITS, 0x20 + rest % _DIGITS))

    return parts, _RANDOM.sub(mark, line)


def _bits(long: Sequence[bool]) -> bytes:
    whole = 0
    for one in long:
        whole = whole << 1 | one
    return whole.to_bytes((len(long) + 7) // 8, "big")


def _as_id(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def unpack(stored: bytes, op: bytes) -> bytes:
    """The exact bytes of a stored line, whatever it was packed with. Raises :class:`Unpackable`."""
    if stored[:1] != bytes((_SPLIT,)):
        return _unzipped(stored)
    try:
        number = int.from_bytes(stored[1:3], "big")
        at = 3 + (number + 7) // 8
        bits = int.from_bytes(stored[3:at], "big")
        parts = [op]
        if not bits:
            parts += [stored[begin : begin + 16] for begin in range(at, at + 16 * number, 16)]
            at += 16 * number
        else:
            for index in range(number):
                size = 32 if bits >> (number - 1 - index) & 1 else 16
                parts.append(stored[at : at + size])
                at += size

        line = _unzipped(stored[at:])
        if number < _FEW:  # most lines: a replacement for each part costs less than a look at each mark
            for part, as_id, as_hex, as_digest in zip(parts, _AS_ID, _AS_HEX, _AS_DIGEST, strict=False):
                text = hexlify(part)
                if len(text) == 64:
                    line = line.replace(as_digest, text)
                    continue
                before, line = line, line.replace(as_id, b"-".join(_ID.unpack(text)))
                if line is before:
                    line = line.replace(as_hex, text)
            if _CONTROL.search(line) is None:
                return line

        def placed(found: "re.Match[bytes]") -> bytes:
            mark = found[0]
            return _FILLED[mark[0]](parts[_index(mark[1:])])

        return _PLACED.sub(placed, line)
    except IndexError:
        raise Unpackable("a mark without its part") from None


def _index(digits: bytes) -> int:
    index = 0
    for digit in digits:
        index = index * _DIGITS + digit - 0x20
    return index


def _id_text(part: bytes) -> bytes:
    return _as_id(part.hex()).encode()


def _hex_text(part: bytes) -> bytes:
    return part.hex().encode()


#: A mark's first byte → how the part in its place is written.
_FILLED: Final[dict[int, Callable[[bytes], bytes]]] = {
    0x04: _id_text, 0x05: _hex_text, 0x06: _hex_text, 0x01: _id_text, 0x02: _hex_text, 0x03: _hex_text,
}  # fmt: skip


def _unzipped(frame: bytes) -> bytes:
    try:
        said = zstandard.get_frame_parameters(frame)
        if said.content_size > _MOST and said.content_size != zstandard.CONTENTSIZE_UNKNOWN:
            raise Unpackable("a line that long is no entry's")
        number = said.dict_id
        known = _threads().unpackers
        unpacker = known.get(number)
        if unpacker is None:
            made = zstandard.ZstdDecompressor(dict_data=_dictionary(number)) if number else zstandard.ZstdDecompressor()
            unpacker = known[number] = made
        return unpacker.decompress(frame, max_output_size=_MOST)
    except (zstandard.ZstdError, OSError) as error:
        raise Unpackable(type(error).__name__) from None
