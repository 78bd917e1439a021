"""Recovery by two people through the centre: the share that is sealed to it, what a locked station asks, what the centre answers.

A key of its own opens the station when two shares come together: one lies at the station, sealed to the centre; the other is
printed on the second sheet. So neither the centre, which has no sheet, nor whoever holds the sheet, who cannot open the share,
opens anything alone. A locked station has no keys to sign with: who asks is settled by telephone. The person at the centre calls
the station's known number and has the request's code read aloud; it is 80 bits of the request's hash, so that no other request
has it. The answer is encrypted to a key made for this one request.
"""

import base64
import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from station_app.clock import now_ms
from station_app.messages import Refusal
from station_app.store.files import write_whole
from station_app.store.vault_file import Escrow
from station_app.sync.bundle import short
from station_app.sync.carriers.usb import Stick
from station_app.trust import groups, sealing
from station_app.trust.keys import Identity
from station_app.work.refusals import EscrowRefusal

FOLDER: Final = "escrow"
REQUEST: Final = re.compile(r"([0-9a-f]{12})\.request", re.ASCII)
LIMIT: Final = 16 * 1024
#: In the station's folder, while a request waits for its answer. Its secret alone opens nothing: the second sheet is needed too.
WAITING: Final = "escrow-request.json"


class Share(msgspec.Struct, frozen=True):
    """What is sealed to the centre: its half, and for which computer of which station it was laid down."""

    what: str
    station: str
    device: str
    version: int
    share: bytes


class Request(msgspec.Struct, frozen=True):
    """What a locked station asks: its sealed share opened and sealed again to ``recipient``."""

    what: str
    station: str
    device: str
    recipient: str
    sealed: str
    made: int


class Reply(msgspec.Struct, frozen=True):
    """The centre's answer to one request, named by its SHA-256."""

    what: str
    request: str
    station: str
    device: str
    share: bytes


class Waiting(msgspec.Struct, frozen=True):
    """A request under way, with the key its answer is encrypted to."""

    secret: str
    request: bytes


def sealed_share(station: str, device: str, version: int, share: bytes, centre: str) -> str:
    """The centre's share as the vault keeps it: base64 of an age file for the centre's recipient."""
    content = msgspec.json.encode(Share("escrow share", station, device, version, share))
    return base64.b64encode(sealing.encrypt(content, [centre])).decode("ascii")


def code_of(request: bytes) -> str:
    """What is read aloud on the telephone: 16 signs that no other request has."""
    return groups.written(hashlib.sha256(request).digest()[:10])


# ---------------------------------------------------------------------- at the station


def ask(folder: Path, laid: Escrow, usb: Path) -> str | Refusal:
    """Put the request on the stick and remember its key; the same request again while it waits. Returns its code."""
    carrier = Stick.at(usb)
    if isinstance(carrier, Refusal):
        return carrier
    waiting = asked(folder)
    if waiting is None or msgspec.json.decode(waiting.request, type=Request).sealed != laid.sealed:
        identity = Identity.new()
        request = Request("escrow request", laid.station, laid.device, identity.recipient, laid.sealed, now_ms())
        waiting = Waiting(identity.secret, msgspec.json.encode(request))
        write_whole(folder / WAITING, msgspec.json.encode(waiting))
        with suppress(OSError):
            os.chmod(folder / WAITING, 0o600)
    failed = carrier.welcome() or carrier.write(f"{FOLDER}/{short(laid.device)}.request", waiting.request)
    return failed if failed is not None else code_of(waiting.request)


def asked(folder: Path) -> Waiting | None:
    """The request that waits for an answer, if there is one."""
    try:
        return msgspec.json.decode((folder / WAITING).read_bytes(), type=Waiting)
    except (OSError, msgspec.DecodeError):
        return None


def answered(folder: Path, laid: Escrow, usb: Path) -> bytes | Refusal | None:
    """The centre's share from the answer on the stick; None while there is none."""
    carrier = Stick.at(usb)
    if isinstance(carrier, Refusal):
        return carrier
    data = carrier.read(f"{FOLDER}/{short(laid.device)}.reply", LIMIT)
    if data is None or isinstance(data, Refusal):
        return data
    waiting = asked(folder)
    if waiting is None:
        return Refusal(EscrowRefusal.NOT_ASKED)
    content = sealing.decrypt(data, Identity(waiting.secret), LIMIT)
    if isinstance(content, Refusal):
        return Refusal(EscrowRefusal.FOREIGN_REPLY)
    try:
        reply = msgspec.json.decode(content, type=Reply)
    except msgspec.DecodeError:
        return Refusal(EscrowRefusal.FOREIGN_REPLY)
    about = ("escrow reply", hashlib.sha256(waiting.request).hexdigest(), laid.station, laid.device)
    if (reply.what, reply.request, reply.station, reply.device) != about:
        return Refusal(EscrowRefusal.FOREIGN_REPLY)
    return reply.share


def finished(folder: Path, usb: Path, laid: Escrow) -> None:
    """The station is open again: request, answer and its key go."""
    (folder / WAITING).unlink(missing_ok=True)
    carrier = Stick.at(usb)
    if not isinstance(carrier, Refusal):
        for ending in ("request", "reply"):
            carrier.remove(f"{FOLDER}/{short(laid.device)}.{ending}")
