"""Looks into a packed workbook before any reader opens it: sizes, names, entities, cells far outside (SECURITY A23–A29)."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from station_app.exchange import limits
from station_app.exchange.refusals import SheetRefusal
from station_app.messages import Refusal

_DRIVE = re.compile(r"[A-Za-z]:")
_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|COM\d|LPT\d)(?:\..*)?\Z", re.IGNORECASE)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The members of an archive that are texts, by name, unpacked within the limits."""

    texts: dict[str, bytes]


def _unsafe_name(name: str) -> bool:
    parts = name.split("/")
    return (
        name.startswith("/")
        or "\\" in name
        or "\x00" in name
        or _DRIVE.match(name) is not None
        or any(part == ".." for part in parts)
        or any(_RESERVED.match(part) for part in parts)
    )


def _refuse(what: str) -> Refusal:
    return Refusal(SheetRefusal.UNSAFE, {"what": what})


def _too_large() -> Refusal:
    return Refusal(SheetRefusal.TOO_LARGE, {"megabytes": limits.FILE // 1024 // 1024})


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as stream:
        while piece := stream.read(1 << 16):
            yield piece


def unpack(data: bytes) -> Unpacked | Refusal:
    """Every XML member of a workbook's archive, or why it is refused. Sizes are counted, never believed."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, UnicodeDecodeError, NotImplementedError):
        return Refusal(SheetRefusal.UNREADABLE)
    if len(members) > limits.MEMBERS:
        return _refuse("members")
    names: set[str] = set()
    total = 0
    texts: dict[str, bytes] = {}
    for member in members:
        # zipfile cuts a name at a NUL by itself; the name as stored is what an unpacker might use.
        if _unsafe_name(member.filename) or _unsafe_name(member.orig_filename) or member.filename in names:
            return _refuse("names")
        names.add(member.filename)
        if (member.external_attr >> 16) & 0o170000 == 0o120000:
            return _refuse("link")
        if member.flag_bits & 0x1:
            return Refusal(SheetRefusal.PASSWORD)
        keep = member.filename.lower().endswith((".xml", ".rels", ".vml"))
        size, pieces = 0, []
        try:
            for piece in _pieces(archive, member):
                size += len(piece)
                total += len(piece)
                if total > limits.UNPACKED:
                    return _too_large()
                if size > 1 << 20 and size > limits.RATIO * max(member.compress_size, 1):
                    return _too_large()
                if keep:
                    pieces.append(piece)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
            return Refusal(SheetRefusal.UNREADABLE)
        if keep:
            text = b"".join(pieces)
            refused = _entities(text)
            if refused is not None:
                return refused
            texts[member.filename] = text
    return Unpacked(texts)


def _entities(text: bytes) -> Refusal | None:
    """No document types, no entities, and no encoding in which they could hide from this search."""
    head = text[:400]
    if head[:2] in (b"\xfe\xff", b"\xff\xfe") or b"\x00" in head[:8]:
        return _refuse("encoding")
    declared = _DECLARED.search(head)
    if declared is not None and declared.group(1).lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii"):
        return _refuse("encoding")
    if _ENTITY.search(text) is not None:
        return _refuse("entities")
    return None
