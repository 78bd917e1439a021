"""The centre's half of a recovery by two: requests on a stick, the code by telephone, the share released once and noted."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from station_app.centre.authority import Authority
from station_app.centre.keyring import Keyring
from station_app.centre.refusals import CentreRefusal
from station_app.clock import LOCAL
from station_app.messages import Refusal
from station_app.sync.bundle import short
from station_app.sync.carriers.usb import Stick
from station_app.trust import groups, sealing
from station_app.trust.refusals import BundleRefusal
from station_app.work.escrow import FOLDER, LIMIT, REQUEST, Reply, Request, Share, code_of

#: The record of what was released, among the centre's encrypted secrets.
RECORD: Final = "escrow"


@dataclass(frozen=True, slots=True)
class Asked:
    """A station asks to be let in again. Its code is not shown: the station reads it aloud."""

    station: str
    device: str
    made: datetime
    answered: str  # the day, "" when it was not


@dataclass(frozen=True, slots=True)
class Released:
    """What was released, to whom, by whom, after which check."""

    request: str
    station: str
    device: str
    at: str
    by: str
    how: str


def requests(authority: Authority, usb: Path) -> list[Asked] | Refusal:
    """What lies on the stick."""
    found = _requests(usb)
    if isinstance(found, Refusal):
        return found
    done = {one.request: one.at for one in released(authority)}
    return [
        Asked(one.station, one.device, datetime.fromtimestamp(one.made / 1000, LOCAL), done.get(_digest(data), ""))
        for data, one in found
    ]


def release(authority: Authority, usb: Path, code: str, by: str, how: str, at: datetime) -> Released | Refusal:
    """Answer the request whose code was read aloud. ``by``: who checked; ``how``: whom they called, at which number.

    Only for a computer that is enrolled and not withdrawn; each request once. The record is written before the answer.
    """
    found = _requests(usb)
    if isinstance(found, Refusal):
        return found
    chosen = next(((d, one) for d, one in found if groups.typed(code_of(d)) == groups.typed(code)), None)
    if chosen is None:
        return Refusal(CentreRefusal.NO_SUCH_REQUEST)
    data, request = chosen
    known = released(authority)
    before = next((one for one in known if one.request == _digest(data)), None)
    if before is not None:
        return Refusal(CentreRefusal.ALREADY_RELEASED, {"day": before.at})
    if not any(h.device == request.device for h in authority.active(request.station, at)):
        return Refusal(CentreRefusal.UNKNOWN_DEVICE, {"device": request.device})
    share = _share(authority, request)
    if isinstance(share, Refusal):
        return share
    note = Released(_digest(data), request.station, request.device, at.astimezone(LOCAL).date().isoformat(), by, how)
    rows = [{name: getattr(one, name) for name in Released.__slots__} for one in (*known, note)]
    Keyring(authority.folder, authority.key).put(RECORD, json.dumps(rows, ensure_ascii=False).encode())
    reply = Reply("escrow reply", _digest(data), request.station, request.device, share)
    sealed = sealing.encrypt(msgspec.json.encode(reply), [request.recipient])
    carrier = Stick.at(usb)
    failed = (
        carrier if isinstance(carrier, Refusal) else carrier.write(f"{FOLDER}/{short(request.device)}.reply", sealed)
    )
    return note if failed is None else failed


def released(authority: Authority) -> list[Released]:
    """Every share that ever left."""
    return [Released(**row) for row in json.loads(Keyring(authority.folder, authority.key).get(RECORD) or b"[]")]


def _requests(usb: Path) -> list[tuple[bytes, Request]] | Refusal:
    carrier = Stick.at(usb)
    if isinstance(carrier, Refusal):
        return carrier
    found: list[tuple[bytes, Request]] = []
    for name in carrier.files(FOLDER, REQUEST):
        data = carrier.read(f"{FOLDER}/{name.string}", LIMIT)
        if not isinstance(data, bytes):
            continue
        try:
            request = msgspec.json.decode(data, type=Request)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue  # whatever else lies there is no request
        good = request.what == "escrow request" and sealing.is_recipient(request.recipient)
        if good and short(request.device) == name[1] and 0 <= request.made < 1 << 43:
            found.append((data, request))
    return found


def _share(authority: Authority, request: Request) -> bytes | Refusal:
    """The centre's half, if it was laid down by this computer of this station."""
    try:
        sealed = base64.b64decode(request.sealed, validate=True)
    except (binascii.Error, ValueError):
        return Refusal(BundleRefusal.BAD_FORMAT)
    content = sealing.decrypt(sealed, authority.keys.identity, LIMIT)
    if isinstance(content, Refusal):
        return content
    try:
        share = msgspec.json.decode(content, type=Share)
    except msgspec.DecodeError:
        return Refusal(BundleRefusal.BAD_FORMAT)
    if (share.what, share.station, share.device) != ("escrow share", request.station, request.device):
        return Refusal(BundleRefusal.WRONG_STATION)
    return share.share


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
