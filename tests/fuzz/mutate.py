"""Changes inputs the way their formats are built: bytes, JSON, DER, zip members, lines; deterministic by its dice."""

import io
import json
import random
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import Any, Final

WORDS: Final = (
    b"\x00", b"\xff" * 4, b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00", b"-1", b"1e999", b"NaN", b"null", b"true", b"[]", b"{}", b'""',
    b"9" * 40, b"\\u0000", b"\\ud800", b"[" * 200, b"{\"a\":" * 60, b"\n", b"\r\n", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc0\x80",
    b"\x28\xb5\x2f\xfd", b"age-encryption.org/v1\n", b"-----BEGIN CERTIFICATE-----\n", b"-----END X509 CRL-----\n", b"PK\x03\x04",
    b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", b"\x02\x01\x00", b"\x17\x0d991231235959Z",
    b"\x05\x00", b"<!ENTITY a \"b\">", b"&a;", b"<row r=\"1048576\">", b" ref=\"A1:XFD1048576\"", b"/ByteRange", b"endobj", b"xref",
    "罕台镇".encode(), "＝".encode(), "１２３".encode(), "二〇二五年".encode(), "正月初一".encode(), "\u202e".encode(), "𠮷".encode(),
)  # fmt: skip
ODD: Final[tuple[Any, ...]] = (
    None,
    True,
    -1,
    0,
    1 << 53,
    1 << 64,
    1.5,
    "",
    "\0",
    "罕" * 300,
    [],
    {},
    [[[]]],
    "0" * 64,
    "-" * 36,
    -(1 << 63),
)

Mutation = Callable[[bytes, random.Random, Sequence[bytes]], bytes]


def of_bytes(data: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    """One change anywhere, knowing nothing of the format."""
    if not data:
        return dice.choice(WORDS)
    at = dice.randrange(len(data))
    length = min(len(data) - at, 1 << dice.randrange(8))
    what = dice.randrange(9)
    if what == 0:
        return data[:at] + bytes((data[at] ^ 1 << dice.randrange(8),)) + data[at + 1 :]
    if what == 1:
        return data[:at] + bytes((dice.randrange(256),)) + data[at + 1 :]
    if what == 2:
        return data[:at] + data[at + length :]
    if what == 3:
        return data[:at] + data[at : at + length] * dice.randint(2, 8) + data[at + length :]
    if what == 4:
        return data[:at] + dice.choice(WORDS) + data[at:]
    if what == 5:
        word = dice.choice(WORDS)
        return data[:at] + word + data[at + len(word) :]
    if what == 6:
        return data[:at]
    if what == 7:
        other = dice.choice(others) or data
        begin = dice.randrange(len(other) or 1)
        return data[:at] + other[begin : begin + length] + data[at + length :]
    return data[:at] + dice.randbytes(dice.randrange(1, 9)) + data[at + length :]


def of_json(data: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    """One value of a JSON text becomes another; a member is lost, doubled or new."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return of_bytes(data, dice, others)
    return json.dumps(_odd(value, dice), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _odd(value: Any, dice: random.Random) -> Any:
    if isinstance(value, dict) and value and dice.random() < 0.9:
        key = dice.choice(list(value))
        what = dice.randrange(8)
        if what == 0:
            return {k: v for k, v in value.items() if k != key}
        if what == 1:
            return {**value, dice.choice(("", "\0", "kind", key + "x")): value[key]}
        return {**value, key: _odd(value[key], dice)}
    if isinstance(value, list) and value and dice.random() < 0.9:
        at = dice.randrange(len(value))
        what = dice.randrange(8)
        if what == 0:
            return value[:at] + value[at + 1 :]
        if what == 1:
            return value[:at] + [value[at]] * dice.randint(2, 5) + value[at:]
        return [*value[:at], _odd(value[at], dice), *value[at + 1 :]]
    if isinstance(value, str) and value and dice.random() < 0.6:
        at = dice.randrange(len(value))
        return value[:at] + dice.choice(("", "0", "g", "罕", "\0", '"', value)) + value[at + 1 :]
    if isinstance(value, int) and dice.random() < 0.5:
        return value + dice.choice((-1, 1, 1 << 31, 1 << 63))
    return dice.choice(ODD)


def of_lines(data: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    """A line changed as JSON, lost, doubled or moved."""
    lines = data.split(b"\n")
    at = dice.randrange(len(lines))
    what = dice.randrange(6)
    if what == 0:
        del lines[at]
    elif what == 1:
        lines.insert(at, lines[dice.randrange(len(lines))])
    elif what == 2:
        lines[at], lines[0] = lines[0], lines[at]
    else:
        lines[at] = of_json(lines[at], dice, others)
    return b"\n".join(lines)


def of_der(data: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    """One element of a DER text changed, lost, doubled or given another tag; the lengths around it stay right."""
    return _der(data, dice, dice.randint(1, 9))


def _der(data: bytes, dice: random.Random, depth: int) -> bytes:
    elements = _elements(data)
    if not elements:
        return of_bytes(data, dice, (data,))
    at = dice.randrange(len(elements))
    tag, content = elements[at]
    what = dice.randrange(12)
    if depth and tag & 0x20 or (tag in (3, 4) and depth and dice.random() < 0.3):
        elements[at] = (tag, _der(content, dice, depth - 1))
    elif what == 0:
        del elements[at]
    elif what == 1:
        elements.insert(at, elements[dice.randrange(len(elements))])
    elif what == 2:
        elements[at] = (
            dice.choice((0x02, 0x03, 0x04, 0x05, 0x06, 0x0C, 0x13, 0x17, 0x18, 0x30, 0x31, 0xA0, 0x1F)),
            content,
        )
    elif what == 3:
        elements[at] = (tag, b"")
    else:
        elements[at] = (tag, of_bytes(content, dice, (content,)))
    return b"".join(bytes((t,)) + _length(len(c)) + c for t, c in elements)


def _length(size: int) -> bytes:
    if size < 128:
        return bytes((size,))
    raw = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(raw),)) + raw


def _elements(data: bytes) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    at = 0
    while at + 2 <= len(data) and len(found) < 200:
        tag, size = data[at], data[at + 1]
        at += 2
        if size & 0x80:
            many = size & 0x7F
            size = int.from_bytes(data[at : at + many], "big")
            at += many
        if at + size > len(data):
            return []
        found.append((tag, data[at : at + size]))
        at += size
    return found


def of_zip(data: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    """One member of a zip changed, lost, doubled or under another name; what is around it stays a zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return of_bytes(data, dice, others)
    if not members:
        return of_bytes(data, dice, others)
    at = dice.randrange(len(members))
    name, content = members[at]
    what = dice.randrange(10)
    if what == 0:
        del members[at]
    elif what == 1:
        members[at] = (dice.choice(("../x", "/etc/x", "CON", name + "\0", name.upper())), content)
    else:
        for _n in range(dice.randint(1, 3)):
            content = of_bytes(content, dice, (content,))
        members[at] = (name, content)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for each, inside in members:
            archive.writestr(zipfile.ZipInfo(each), inside)
    return out.getvalue()


def of_text(data: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    """A typed text: signs lost, doubled, swapped for look-alikes."""
    text = data.decode("utf-8", "replace")
    at = dice.randrange(len(text) + 1)
    piece = dice.choice(
        (
            "",
            " ",
            "　",
            "-",
            "/",
            ".",
            "年",
            "月",
            "日",
            "十",
            "〇",
            "元",
            "亩",
            "0",
            "9",
            "1e9",
            "x",
            "\0",
            "＋",
            "（",
            "、",
            "闰",
            "½",
            "²",
        )
    )
    other = dice.choice(others).decode("utf-8", "replace")
    if dice.random() < 0.3 and other:
        begin = dice.randrange(len(other))
        piece = other[begin : begin + dice.randint(1, 6)]
    return (text[:at] + piece + text[at + dice.randint(0, 2) :]).encode("utf-8", "replace")
