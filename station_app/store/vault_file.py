"""The vault's file: what ``vault.json`` holds, read with mistrust, sealed against whoever has no key.

Format 2 (format 1 is read, and written as 2 at the next change)::

    format      2
    lobby       key under which users' names lie: keeps what was typed out of plain sight, no secret from who holds the file
    generation  counts every change; the database remembers the highest it has seen, so that an older file is noticed
    number      the data key in use; next: the one being changed to, or null
    slots       one for each user; recovery: the sheet; escrow: the second sheet and the centre's share, or null
    retired     earlier data keys under the one in use, for backups of those days
    seal        HMAC over all of this under the data key in use: roles, names and public keys cannot be changed from outside
    attempts    failed attempts (outside the seal: they are counted by who has no key yet)
"""

import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from typing import Any, Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from station_app.store import slots
from station_app.store.lockout import Attempts
from station_app.store.slots import Damaged, Slot, b64, unb64

FORMAT: Final = 2
#: Said of a file that a newer program wrote.
NEWER: Final = "newer"
#: More than any station writes: a longer file is none of ours.
LIMIT: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Escrow:
    """What lies ready for a recovery by two: the centre's share, sealed to the centre, and the slot both shares open."""

    station: str
    device: str
    sealed: str  # base64 of an age file, for the centre
    slot: Slot


@dataclass(slots=True)
class State:
    """The file as values."""

    lobby: bytes
    users: list[Slot]
    recovery: Slot
    number: int = 1
    coming: int | None = None
    generation: int = 0
    escrow: Escrow | None = None
    escrows: int = 0  # how many have been laid down: each has a version of its own
    retired: dict[int, str] = field(default_factory=dict)
    seal: str = ""
    attempts: Attempts = field(default_factory=lambda: Attempts({}))
    old: bool = False  # read from format 1

    def content(self) -> dict[str, Any]:
        """All that the seal covers."""
        laid = self.escrow
        return {
            "format": FORMAT, "lobby": b64(self.lobby), "generation": self.generation, "number": self.number,
            "next": self.coming, "slots": [slots.written(s, self.lobby) for s in self.users],
            "recovery": slots.written(self.recovery, self.lobby),
            "escrow": None if laid is None else {
                "station": laid.station, "device": laid.device, "sealed": laid.sealed,
                "slot": slots.written(laid.slot, self.lobby),
            },
            "escrows": self.escrows, "retired": {str(n): sealed for n, sealed in self.retired.items()},
        }  # fmt: skip

    def file(self) -> bytes:
        """The bytes of the file; the seal as it was made last."""
        whole = {**self.content(), "seal": self.seal, "attempts": self.attempts.content()}
        return json.dumps(whole, indent=1).encode()

    def made_seal(self, key: bytes) -> str:
        """The seal under a data key."""
        secret = HKDF(SHA256(), 32, None, b"station_app vault seal").derive(key)
        said = json.dumps(self.content(), sort_keys=True, separators=(",", ":")).encode()
        return hmac.new(secret, said, hashlib.sha256).hexdigest()

    def whole(self, key: bytes) -> bool:
        """Whether nobody without the data key changed the file; format 1 had no seal."""
        return self.old or hmac.compare_digest(self.made_seal(key).encode(), self.seal.encode("utf-8", "replace"))


def parse(data: bytes) -> State:
    """The file's values. Raises :class:`Damaged` for any bytes that are no vault."""
    try:
        if len(data) > LIMIT:
            raise Damaged("size")
        raw = json.loads(data.decode("utf-8"), parse_constant=_no_number)
        if not isinstance(raw, dict) or type(raw.get("format")) is not int or raw["format"] < 1:
            raise Damaged("format")
        if raw["format"] > FORMAT:
            raise Damaged(NEWER)
        lobby = unb64(raw["lobby"])
        if len(lobby) != 32:
            raise Damaged("lobby")
        attempts = raw.get("attempts")
        state = _read_old(raw, lobby) if raw["format"] == 1 else _read(raw, lobby)
        state.attempts = Attempts(attempts if isinstance(attempts, dict) else {})
        if len({s.user for s in state.users}) != len(state.users) or not state.users:
            raise Damaged("slots")
        for slot in state.users:
            slots.unseal(lobby, slot.label, f"label:{slot.user}").decode("utf-8")
    except Damaged:
        raise
    except Exception as error:  # whatever a hostile file provokes in JSON, base64 or the ciphers is one thing: damage
        raise Damaged("file") from error
    return state


def with_attempts(data: bytes, attempts: Attempts) -> bytes:
    """The same file with other counts. Raises ValueError for what is no JSON object."""
    return json.dumps({**json.loads(data), "attempts": attempts.content()}, indent=1).encode()


def _read(raw: dict[str, Any], lobby: bytes) -> State:
    laid = raw["escrow"]
    escrow = None
    if laid is not None:
        escrow = Escrow(str(laid["station"]), str(laid["device"]), str(laid["sealed"]), slots.read(laid["slot"], lobby))
    state = State(
        lobby, [slots.read(row, lobby) for row in raw["slots"]], slots.read(raw["recovery"], lobby),
        raw["number"], raw["next"], raw["generation"], escrow, raw["escrows"],
        {int(n): str(sealed) for n, sealed in raw["retired"].items()}, str(raw["seal"]),
    )  # fmt: skip
    numbers = [state.number, state.generation, state.escrows, *([] if state.coming is None else [state.coming])]
    if not all(type(n) is int and 0 <= n < 1 << 53 for n in numbers):
        raise Damaged("numbers")
    return state


def _read_old(raw: dict[str, Any], lobby: bytes) -> State:
    """Format 1: the data key itself under each password, no seal, no numbers."""
    named = {"user", "role", "version", "active", "label", "kdf", "salt", "wrapped"}
    users = [slots.read({k: row[k] for k in named}, lobby) for row in raw["slots"]]
    sheet = raw["recovery"]
    recovery = slots.read(
        {
            "user": slots.RECOVERY, "role": slots.RECOVERY, "version": sheet["version"], "active": True, "label": "",
            "kdf": sheet["kdf"], "salt": sheet["salt"], "wrapped": sheet["wrapped"],
        },
        lobby,
    )  # fmt: skip
    return State(lobby, users, recovery, old=True)


def _no_number(text: str) -> float:
    raise Damaged(text)


def closed(slot: Slot) -> Slot:
    """The slot of a user who was disabled: their name stays for the journal, their way in is gone."""
    return replace(slot, active=False, wrapped="", public="", keys={})
