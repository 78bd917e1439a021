"""Sealing: age( CMS( zstd( content ))), and opening it again without believing anything on the way."""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyrage  # type: ignore[import-untyped]  # ships no types
import zstandard

from station_app.messages import Refusal
from station_app.trust import cms
from station_app.trust.chain import Holder, Signer, TrustRoots
from station_app.trust.keys import Identity
from station_app.trust.refusals import BundleRefusal

#: A bundle as a file (contract).
BUNDLE_LIMIT = 1024 * 1024
#: Unpacked content, counted while it streams; and how many times larger than packed it may be, beyond a first MiB.
UNPACKED_LIMIT = 200 * 1000 * 1000
RATIO_LIMIT = 100
_RATIO_FREE = 1024 * 1024
#: A window larger than any level up to 19 writes would only serve to exhaust memory.
_WINDOW_LIMIT = 8 * 1024 * 1024
#: Three bytes can unpack to 128 KiB, so that a step holds some MiB at the worst before it is counted.
_STEP = 256
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_AGE_MAGIC = b"age-encryption.org/v1\n"
#: A voucher is a JSON line of a few hundred bytes and two certificates.
VOUCHER_LIMIT = 16 * 1024


@dataclass(frozen=True, slots=True)
class Opened:
    """What a seal held: the exact bytes that were sealed, and who answers for them."""

    content: bytes
    signer: Holder
    signed_at: datetime | None


def is_encrypted(data: bytes) -> bool:
    """Whether these are bytes of an age file, as far as its first line tells."""
    return data.startswith(_AGE_MAGIC)


def is_recipient(text: str) -> bool:
    """Whether this is an age X25519 recipient, its checksum right."""
    try:
        pyrage.x25519.Recipient.from_str(text)
    except (pyrage.RecipientError, ValueError):
        return False
    return True


def seal(content: bytes, signer: Signer, recipients: Sequence[str], at: datetime, level: int = 9) -> bytes:
    """``content`` packed, signed and encrypted; the sealer keeps no way to open it unless it is a recipient.

    The caller splits what would grow beyond :data:`BUNDLE_LIMIT`; the receiving side refuses it.
    """
    return encrypt(sign_packed(content, signer, at, level), recipients)


def sign_packed(content: bytes, signer: Signer, at: datetime, level: int = 9) -> bytes:
    """The inner part of a seal: CMS( zstd( content )), what ``age -d`` gives back."""
    packed = zstandard.ZstdCompressor(level=level, write_content_size=True, write_checksum=False).compress(content)
    return cms.sign(packed, signer, at)


def unseal(
    data: bytes, identity: Identity, roots: TrustRoots, at: datetime, limit: int = BUNDLE_LIMIT
) -> Opened | Refusal:
    """The content of a sealed file, or the one refusal of the contract's closed set that says why not."""
    inner = decrypt(data, identity, limit)
    return inner if isinstance(inner, Refusal) else verify_signed(inner, roots, at, limit)


def verify_signed(data: bytes, roots: TrustRoots, at: datetime, limit: int = BUNDLE_LIMIT) -> Opened | Refusal:
    """The same without encryption: what ``age -d`` has already opened."""
    if len(data) > limit:
        return Refusal(BundleRefusal.TOO_LARGE)
    signed = cms.open_signed(data, roots, at)
    if isinstance(signed, Refusal):
        return signed
    content = _unpack(signed.content)  # only after the signature: nobody unknown chooses what is unpacked
    return content if isinstance(content, Refusal) else Opened(content, signed.signer, signed.signed_at)


def sign_voucher(content: bytes, signer: Signer, at: datetime) -> bytes:
    """A small signature over a line that is kept when the bundle itself is gone."""
    if content.startswith(_ZSTD_MAGIC):
        raise ValueError("a voucher's content must not pass for a bundle's")
    return cms.sign(content, signer, at)


def verify_voucher(data: bytes, roots: TrustRoots, at: datetime) -> Opened | Refusal:
    """The line a voucher vouches for, and its signer; a bundle's inside does not pass for a voucher."""
    if len(data) > VOUCHER_LIMIT:
        return Refusal(BundleRefusal.TOO_LARGE)
    signed = cms.open_signed(data, roots, at)
    if isinstance(signed, Refusal):
        return signed
    if signed.content.startswith(_ZSTD_MAGIC):
        return Refusal(BundleRefusal.BAD_FORMAT)
    return Opened(signed.content, signed.signer, signed.signed_at)


def _unpack(packed: bytes) -> bytes | Refusal:
    """One zstd frame, nothing behind it, counted while it unpacks."""
    most = min(UNPACKED_LIMIT, max(_RATIO_FREE, RATIO_LIMIT * len(packed)))
    try:
        if zstandard.get_frame_parameters(packed).window_size > _WINDOW_LIMIT:
            return Refusal(BundleRefusal.TOO_LARGE)
        stream = zstandard.ZstdDecompressor(max_window_size=_WINDOW_LIMIT).decompressobj()
        out, size = [], 0
        for at in range(0, len(packed), _STEP):
            piece = stream.decompress(packed[at : at + _STEP])
            size += len(piece)
            if size > most:
                return Refusal(BundleRefusal.TOO_LARGE)
            out.append(piece)
            if stream.eof:
                break
        if not stream.eof or stream.unused_data or at + _STEP < len(packed):
            return Refusal(BundleRefusal.BAD_FORMAT)
    except (zstandard.ZstdError, MemoryError, ValueError):
        return Refusal(BundleRefusal.BAD_FORMAT)
    return b"".join(out)


def encrypt(content: bytes, recipients: Sequence[str]) -> bytes:
    """An age file for these recipients (``age1…``)."""
    if not recipients:
        raise ValueError("encrypted to nobody is lost to everybody")
    return bytes(pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(each) for each in recipients]))


def decrypt(data: bytes, identity: Identity, limit: int) -> bytes | Refusal:
    """The content of an age file, in memory."""
    if len(data) > limit:
        return Refusal(BundleRefusal.TOO_LARGE)
    if not is_encrypted(data):
        return Refusal(BundleRefusal.BAD_FORMAT)
    try:
        return bytes(pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(identity.secret)]))
    except pyrage.DecryptError as error:
        return _decryption_refusal(error)


def _decryption_refusal(error: Exception) -> Refusal:
    # pyrage has one exception for everything; only this sentence says that the file is whole but not for us
    foreign = "No matching keys" in str(error)
    return Refusal(BundleRefusal.WRONG_RECIPIENT if foreign else BundleRefusal.BAD_FORMAT)


def seal_file(source: Path, target: Path, recipients: Sequence[str]) -> None:
    """``target`` = age( ``source`` ), complete or not there at all; a file of any size in little memory."""
    if not recipients:
        raise ValueError("encrypted to nobody is lost to everybody")
    beside = _beside(target)
    try:
        whom = [pyrage.x25519.Recipient.from_str(each) for each in recipients]
        pyrage.encrypt_file(str(source), str(beside), whom)
        _finish(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def unseal_file(source: Path, target: Path, identity: Identity, limit: int) -> Refusal | None:
    """``target`` = content of the age file ``source``; a damaged file leaves nothing behind.

    age and pyrage both leave the readable beginning of a damaged file; so it goes to a name beside, which is
    removed. What is written is readable: the caller chooses a place where that is allowed.
    """
    if source.stat().st_size > limit:
        return Refusal(BundleRefusal.TOO_LARGE)
    with source.open("rb") as file:
        if not is_encrypted(file.read(len(_AGE_MAGIC))):
            return Refusal(BundleRefusal.BAD_FORMAT)
    beside = _beside(target)
    try:
        beside.touch(mode=0o600)
        pyrage.decrypt_file(str(source), str(beside), [pyrage.x25519.Identity.from_str(identity.secret)])
        _finish(beside, target)
    except pyrage.DecryptError as error:
        return _decryption_refusal(error)
    except OSError as error:
        if error.errno is not None:  # the disk is full, the stick is gone: not the file's fault
            raise
        return Refusal(BundleRefusal.BAD_FORMAT)  # pyrage says it like this when damage shows behind the head
    finally:
        beside.unlink(missing_ok=True)
    return None


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")


def _finish(beside: Path, target: Path) -> None:
    """Synced, then renamed: after a power cut the name holds all of it or nothing."""
    with beside.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(beside, target)
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
