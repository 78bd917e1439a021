"""The vault: who may open the store. One data key, wrapped once for each user and once for the recovery sheet.

``vault.json`` holds, for each user, Argon2id parameters, a salt and the data key under AES-256-GCM; the user's id,
role and version are bound to it, so that a slot cannot be moved to another role or user. Names of users are
kept under a key that lies in the same file: that keeps what was typed out of plain sight in files (invariant 9);
it is no secret from someone who holds the computer, who would see the names on the unlock screen as well.
"""

import base64
import json
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from station_app.messages import Refusal
from station_app.store.files import write_whole
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action, Role, may

FILE: Final = "vault.json"
MEMORY_KIB: Final = 64 * 1024  # RFC 9106's second choice; stored parameters are accepted within these limits only
TIME_COST: Final = 3
LANES: Final = 4
_FLOOR = (19 * 1024, 2, 1)
_CEILING = (1024 * 1024, 20, 8)
LEAST_PASSWORD: Final = 8
_RECOVERY_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 5 bits each, nothing that looks alike
_COMMON: Final = frozenset(
    {"12345678", "123456789", "password", "11111111", "88888888", "66666666", "00000000", "1234567890", "qwertyui"}
)


@dataclass(frozen=True, slots=True)
class User:
    """A user as the unlock screen shows them."""

    id: str
    name: str
    role: str
    active: bool


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What an unlocked vault gives: the data key and who opened it."""

    key: bytes
    user: User


@dataclass(frozen=True, slots=True)
class _Slot:
    user: str
    role: str
    version: int
    active: bool
    label: str
    kdf: tuple[int, int, int]
    salt: str
    wrapped: str


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _derive(secret: str, salt: bytes, kdf: tuple[int, int, int]) -> bytes:
    for value, least, most in zip(kdf, _FLOOR, _CEILING, strict=True):
        if not least <= value <= most:
            raise ValueError("parameters out of range")
    memory, time, lanes = kdf
    return hash_secret_raw(secret.encode(), salt, time, memory, lanes, 32, Type.ID)


def _seal(key: bytes, data: bytes, bound: str) -> str:
    nonce = secrets.token_bytes(12)
    return _b64(nonce + AESGCM(key).encrypt(nonce, data, bound.encode()))


def _open(key: bytes, sealed: str, bound: str) -> bytes:
    raw = base64.b64decode(sealed)
    return AESGCM(key).decrypt(raw[:12], raw[12:], bound.encode())


class Vault:
    """The vault of one station's folder."""

    def __init__(self, folder: Path, content: dict[str, Any]) -> None:
        self.folder = folder
        self._content = content
        self._lobby = base64.b64decode(content["lobby"])
        self._slots = [_Slot(**{**s, "kdf": tuple(s["kdf"])}) for s in content["slots"]]

    # ------------------------------------------------------------------ making and loading

    @classmethod
    def create(cls, folder: Path, admin: str, password: str) -> "tuple[Vault, Unlocked, str] | Refusal":
        """A new vault with its first user (head) and a recovery code, which is shown once and never stored."""
        if (folder / FILE).exists():
            return Refusal(StoreRefusal.VAULT_EXISTS, {"folder": str(folder)})
        weak = _weak(password)
        if weak is not None:
            return weak
        folder.mkdir(parents=True, exist_ok=True)
        vault = cls(folder, {"lobby": _b64(secrets.token_bytes(32)), "slots": [], "format": 1})
        key = secrets.token_bytes(32)
        slot = vault._slot_for(str(uuid.uuid4()), 1, admin.strip(), Role.HEAD, password, key)
        vault._slots.append(slot)
        code = vault._new_recovery(key)
        vault._save()
        return vault, Unlocked(key, vault._user(slot)), code

    @classmethod
    def load(cls, folder: Path) -> "Vault | Refusal":
        """The vault of a folder."""
        try:
            return cls(folder, json.loads((folder / FILE).read_text("utf-8")))
        except FileNotFoundError:
            return Refusal(StoreRefusal.NO_VAULT, {"folder": str(folder)})
        except (OSError, ValueError, KeyError, TypeError):
            return Refusal(StoreRefusal.VAULT_DAMAGED, {"part": FILE})

    def _save(self) -> None:
        self._content["slots"] = [
            {"user": s.user, "role": s.role, "version": s.version, "active": s.active, "label": s.label,
             "kdf": list(s.kdf), "salt": s.salt, "wrapped": s.wrapped}
            for s in self._slots
        ]  # fmt: skip
        write_whole(self.folder / FILE, json.dumps(self._content, indent=1).encode())

    # ------------------------------------------------------------------ users

    def users(self) -> list[User]:
        """Every user, active or not."""
        return [self._user(slot) for slot in self._slots]

    def find(self, name: str) -> User | None:
        """The user of this name."""
        return next((u for u in self.users() if u.name == name), None)

    def unlock(self, name: str, password: str) -> Unlocked | Refusal:
        """The data key for an active user's right password."""
        for slot in self._slots:
            if self._user(slot).name == name and slot.active:
                try:
                    kek = _derive(password, base64.b64decode(slot.salt), slot.kdf)
                    return Unlocked(_open(kek, slot.wrapped, _bound(slot)), self._user(slot))
                except InvalidTag:
                    return Refusal(StoreRefusal.WRONG_PASSWORD)
                except ValueError:
                    return Refusal(StoreRefusal.VAULT_DAMAGED, {"part": FILE})
        return Refusal(StoreRefusal.UNKNOWN_USER, {"name": name})

    def add(self, by: Unlocked, name: str, role: str, password: str) -> User | Refusal:
        """A new user; only a head adds users."""
        name = name.strip()
        if not may(by.user.role, Action.MANAGE_USERS):
            return Refusal(StoreRefusal.NOT_ALLOWED)
        if not name or self.find(name) is not None:
            return Refusal(StoreRefusal.USER_EXISTS, {"name": name})
        weak = _weak(password)
        if weak is not None:
            return weak
        slot = self._slot_for(str(uuid.uuid4()), 1, name, role, password, by.key)
        self._slots.append(slot)
        self._save()
        return self._user(slot)

    def disable(self, by: Unlocked, name: str) -> User | Refusal:
        """Take a user's way in away; the last active head stays."""
        if not may(by.user.role, Action.MANAGE_USERS):
            return Refusal(StoreRefusal.NOT_ALLOWED)
        user = self.find(name)
        if user is None:
            return Refusal(StoreRefusal.UNKNOWN_USER, {"name": name})
        heads = [u for u in self.users() if u.role == Role.HEAD and u.active]
        if [u.id for u in heads] == [user.id]:
            return Refusal(StoreRefusal.LAST_HEAD)
        self._slots = [replace(s, active=False, wrapped="") if s.user == user.id else s for s in self._slots]
        self._save()
        return replace(user, active=False)

    def set_password(self, by: Unlocked, name: str, password: str) -> User | Refusal:
        """A new password for oneself, or (head) for another: the data key is wrapped anew, nothing else changes."""
        user = self.find(name)
        if user is None:
            return Refusal(StoreRefusal.UNKNOWN_USER, {"name": name})
        if by.user.id != user.id and not may(by.user.role, Action.MANAGE_USERS):
            return Refusal(StoreRefusal.NOT_ALLOWED)
        weak = _weak(password)
        if weak is not None:
            return weak
        old = next(s for s in self._slots if s.user == user.id)
        fresh = self._slot_for(user.id, old.version + 1, user.name, user.role, password, by.key)
        self._slots = [fresh if s.user == user.id else s for s in self._slots]
        self._save()
        return user

    def recover(
        self, code: str, name: str, password: str, keep: Callable[[Unlocked, str], Refusal | None]
    ) -> Unlocked | Refusal:
        """Open with the recovery sheet, set an active user's password, and replace the code: it works once.

        ``keep`` puts the new code on paper before the old one becomes void; where it refuses, nothing has changed.
        """
        recovery: Mapping[str, Any] = self._content["recovery"]
        weak = _weak(password)
        if weak is not None:
            return weak
        try:
            kek = _derive(_plain_code(code), base64.b64decode(recovery["salt"]), tuple(recovery["kdf"]))
            key = _open(kek, recovery["wrapped"], f"recovery:{recovery['version']}")
        except (InvalidTag, ValueError):
            return Refusal(StoreRefusal.WRONG_PASSWORD)
        user = self.find(name)
        if user is None or not user.active:
            return Refusal(StoreRefusal.UNKNOWN_USER, {"name": name})
        old = next(s for s in self._slots if s.user == user.id)
        unlocked = Unlocked(key, user)
        refused = keep(unlocked, self._new_recovery(key))
        if refused is not None:
            self._content["recovery"] = recovery
            return refused
        fresh = self._slot_for(user.id, old.version + 1, user.name, user.role, password, key)
        self._slots = [fresh if s.user == user.id else s for s in self._slots]
        self._save()
        return unlocked

    # ------------------------------------------------------------------ pieces

    def _user(self, slot: _Slot) -> User:
        name = _open(self._lobby, slot.label, f"label:{slot.user}").decode()
        return User(slot.user, name, slot.role, slot.active)

    def _slot_for(self, user: str, version: int, name: str, role: str, password: str, key: bytes) -> _Slot:
        salt = secrets.token_bytes(16)
        kdf = (MEMORY_KIB, TIME_COST, LANES)
        label = _seal(self._lobby, name.encode(), f"label:{user}")
        slot = _Slot(user, str(role), version, True, label, kdf, _b64(salt), "")
        return replace(slot, wrapped=_seal(_derive(password, salt, kdf), key, _bound(slot)))

    def _new_recovery(self, key: bytes) -> str:
        code = "".join(secrets.choice(_RECOVERY_ALPHABET) for _ in range(30))  # 150 bits
        salt = secrets.token_bytes(16)
        kdf = (MEMORY_KIB, TIME_COST, LANES)
        version = int(self._content.get("recovery", {}).get("version", 0)) + 1
        wrapped = _seal(_derive(code, salt, kdf), key, f"recovery:{version}")
        self._content["recovery"] = {"version": version, "kdf": list(kdf), "salt": _b64(salt), "wrapped": wrapped}
        return "-".join(code[i : i + 5] for i in range(0, 30, 5))


def _bound(slot: _Slot) -> str:
    return f"user:{slot.user}:{slot.role}:{slot.version}"


def _plain_code(code: str) -> str:
    return "".join(c for c in code.upper() if c in _RECOVERY_ALPHABET)


def _weak(password: str) -> Refusal | None:
    if len(password) < LEAST_PASSWORD or password.lower() in _COMMON:
        return Refusal(StoreRefusal.WEAK_PASSWORD, {"least": LEAST_PASSWORD})
    return None
