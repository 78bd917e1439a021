"""Key slots: whom the data key is wrapped for, and how; pure functions of bytes, the vault keeps their results in its file.

A slot holds a key pair. The private half is wrapped by what its owner knows (a password through Argon2id, a sheet's code, two
shares together); the data key is sealed to the public half (HPKE, RFC 9180: X25519, HKDF-SHA256, AES-256-GCM). So a new data
key can be given to everyone without anyone's password, and whoever knew an old data key learns nothing of the new one.
User, role and version are bound into every seal: a slot that was moved, promoted or turned back does not open.
"""

import base64
import hashlib
import hmac
import json
import secrets
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

#: Memory in KiB, passes, lanes: what an attacker who writes files may not lower, nor raise until the program hangs.
FLOOR: Final = (19 * 1024, 2, 1)
CEILING: Final = (1024 * 1024, 20, 8)
#: The sheets' slots: whose they are, in place of a user's id.
RECOVERY: Final = "recovery"
ESCROW: Final = "escrow"
_SUITE: Final = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)

Cost = tuple[int, int, int]


class Damaged(Exception):
    """A slot is not as it was written; the name of the part that is wrong."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One way in. ``user`` is a user's random id, or the name of a sheet; bytes are base64 text, as in the file.

    ``public`` empty: a slot of format 1, whose ``wrapped`` is the data key itself and has no ``keys``.
    """

    user: str
    role: str
    version: int  # of the secret: counts every new password or code
    active: bool
    label: str  # the user's name under the lobby's key
    kdf: Cost
    salt: str
    wrapped: str
    public: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)  # number of a data key → the key, sealed to ``public``
    check: str = ""

    @property
    def old(self) -> bool:
        """Of format 1: a new data key cannot be given to it before its owner has signed in once."""
        return not self.public


def b64(data: bytes) -> str:
    """Bytes as they stand in the file."""
    return base64.b64encode(data).decode()


def unb64(text: str) -> bytes:
    """The bytes again. Raises ValueError."""
    return base64.b64decode(text, validate=True)


def seal(key: bytes, data: bytes, bound: str) -> str:
    """``data`` under AES-256-GCM, with ``bound`` authenticated beside it."""
    nonce = secrets.token_bytes(12)
    return b64(nonce + AESGCM(key).encrypt(nonce, data, bound.encode()))


def unseal(key: bytes, sealed: str, bound: str) -> bytes:
    """What was sealed. Raises InvalidTag for another key or binding, ValueError for what is no seal."""
    raw = unb64(sealed)
    return AESGCM(key).decrypt(raw[:12], raw[12:], bound.encode())


def derive(secret: str, salt: bytes, cost: Cost, *, as_typed: bool = False) -> bytes:
    """32 bytes from a secret by Argon2id. Full-width and half-width signs count as the same, as input methods mix them;
    ``as_typed``: as format 1 did, which took the signs as they came. Raises :class:`Damaged` outside floor and ceiling."""
    _within(cost)
    memory, passes, lanes = cost
    text = secret if as_typed else unicodedata.normalize("NFKC", secret)
    return hash_secret_raw(text.encode("utf-8", "surrogatepass"), salt, passes, memory, lanes, 32, Type.ID)


def _within(cost: Cost) -> None:
    for value, least, most in zip(cost, FLOOR, CEILING, strict=True):
        if not least <= value <= most:
            raise Damaged("kdf")


def made(user: str, role: str, version: int, label: str, cost: Cost, salt: bytes, kek: bytes) -> Slot:
    """A new slot with a key pair of its own, holding no data key yet."""
    private = X25519PrivateKey.generate()
    slot = Slot(user, role, version, True, label, cost, b64(salt), "", b64(private.public_key().public_bytes_raw()))
    return replace(slot, wrapped=seal(kek, private.private_bytes_raw(), _own(slot)))


def given(slot: Slot, number: int, key: bytes) -> Slot:
    """The slot with a data key sealed to it; knowing its public half is enough."""
    public = X25519PublicKey.from_public_bytes(unb64(slot.public))
    sealed = b64(_SUITE.encrypt(key, public, _bound(slot, number).encode()))
    return replace(slot, keys={**slot.keys, str(number): sealed})


def equipped(slot: Slot, keys: Mapping[int, bytes]) -> Slot:
    """The slot with every data key that holds now."""
    for number, key in keys.items():
        slot = given(slot, number, key)
    return slot


def person(
    cost: Cost, lobby: bytes, user: str, version: int, name: str, role: str, password: str, keys: Mapping[int, bytes]
) -> Slot:
    """A user's slot under a password."""
    salt = secrets.token_bytes(16)
    label = seal(lobby, name.encode(), f"label:{user}")
    return equipped(made(user, str(role), version, label, cost, salt, derive(password, salt, cost)), keys)


def sheet(cost: Cost, whose: str, version: int, derived: Callable[[bytes], bytes], keys: Mapping[int, bytes]) -> Slot:
    """A sheet's slot; ``derived`` gives by salt what wraps it."""
    salt = secrets.token_bytes(16)
    return equipped(made(whose, whose, version, "", cost, salt, derived(salt)), keys)


def opened(slot: Slot, kek: bytes) -> dict[int, bytes]:
    """Every data key a slot holds, by number (a format-1 slot's only one is number 1).

    Raises InvalidTag when ``kek`` is wrong, :class:`Damaged` when it is right and something else is not.
    """
    if slot.old:
        sheet = f"{slot.user}:{slot.version}"
        return {
            1: unseal(
                kek, slot.wrapped, sheet if slot.user == RECOVERY else f"user:{slot.user}:{slot.role}:{slot.version}"
            )
        }
    private = X25519PrivateKey.from_private_bytes(unseal(kek, slot.wrapped, _own(slot)))
    found: dict[int, bytes] = {}
    try:
        for number, sealed in slot.keys.items():
            found[int(number)] = bytes(_SUITE.decrypt(unb64(sealed), private, _bound(slot, int(number)).encode()))
    except (InvalidTag, ValueError) as error:
        raise Damaged("keys") from error
    return found


def _own(slot: Slot) -> str:
    return f"private:{slot.user}:{slot.version}:{slot.kdf[0]}:{slot.kdf[1]}:{slot.kdf[2]}"


def _bound(slot: Slot, number: int) -> str:
    return f"station_app vault:{number}:{slot.user}:{slot.role}:{slot.version}"


# ---------------------------------------------------------------------- as they stand in the file


def written(slot: Slot, lobby: bytes) -> dict[str, Any]:
    """The slot as JSON, with a checksum that tells damage from a wrong password (it keeps nobody out)."""
    row = asdict(replace(slot, check=""))
    return {**row, "kdf": list(slot.kdf), "check": _checksum(row, lobby)}


def read(row: Mapping[str, Any], lobby: bytes) -> Slot:
    """The slot of a JSON object. Raises :class:`Damaged` for anything :func:`written` or format 1 does not write."""
    try:
        slot = Slot(**{**row, "kdf": tuple(row["kdf"])})
        memory, passes, lanes = slot.kdf
        texts = (slot.user, slot.role, slot.label, slot.salt, slot.wrapped, slot.public, slot.check)
        numbers = (slot.version, memory, passes, lanes)
        sealed = slot.keys.items()
        if not all(isinstance(x, str) for x in texts) or not all(type(x) is int for x in numbers):
            raise Damaged("slot")
        if type(slot.active) is not bool or not all(k.isdigit() and isinstance(v, str) for k, v in sealed):
            raise Damaged("slot")
        if slot.check and not hmac.compare_digest(_checksum(asdict(replace(slot, check="")), lobby), slot.check):
            raise Damaged("slot")
        for text in (slot.salt, slot.wrapped, slot.public, *slot.keys.values()):
            unb64(text)
        _within(slot.kdf)
        if len(unb64(slot.salt)) < 16 or (slot.public and len(unb64(slot.public)) != 32):
            raise Damaged("slot")
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise Damaged("slot") from error
    return slot


def _checksum(row: Mapping[str, Any], lobby: bytes) -> str:
    plain = {k: v for k, v in row.items() if k != "check"}
    said = json.dumps(plain, sort_keys=True, separators=(",", ":"), default=list).encode()
    return hmac.new(lobby, b"slot" + said, hashlib.sha256).hexdigest()
