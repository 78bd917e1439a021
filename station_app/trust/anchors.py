"""Anchors: how far this computer knows a device's chain to be, kept outside the data folder, in two places.

An older copy of the database opens like the newest one (facts/store.md), so what is newest must be remembered elsewhere:
in a small sealed file in the platform's user state folder, and in the system's keyring where one answers without asking
anybody anything. Both are sealed with a key that lies in the encrypted database; without it neither says anything. An
anchor may lag behind the chain (it is written after the commit), it never leads.
"""

import base64
import hashlib
import os
import secrets
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from platformdirs import user_state_path

#: Seconds a keyring may take; one that is slower is left alone until the program starts again.
PATIENCE: Final = 1.0
_SERVICE: Final = "station-app"
_NONCE: Final = 12
_PLACE: Final = 4_096  # bytes of each of the two places in a file
_HOW: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)

T = TypeVar("T")


class Anchor(msgspec.Struct, frozen=True):
    """The newest entry of a device as it was last known here. ``seal``: SHA-256 of the database's file when it was last
    closed properly, None while it is open. ``place``: the data folder. ``at``: wall clock in ms."""

    device: str
    seq: int
    hash: bytes
    seal: bytes | None
    place: str
    at: int


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Anchor).decode


def state_folder() -> Path:
    """Where the sealed files lie: the platform's folder for what a program remembers of its own work."""
    return user_state_path("station-app", appauthor=False) / "anchors"


class Anchors:
    """The anchors of one station on this computer. ``key``: 32 bytes that lie in the encrypted database.

    A device's file has two places, written in turn: whatever tears the one being written, the other still stands. It is
    not synced: after a power cut it may lag, and it may.
    """

    def __init__(self, key: bytes, folder: Path | None = None, ring: "Ring | None" = None) -> None:
        self._name_key = hashlib.sha256(b"station_app anchor name" + key).digest()
        self._cipher = AESGCM(hashlib.sha256(b"station_app anchor" + key).digest())
        self.folder = folder or state_folder()
        self.ring = ring
        self._names: dict[str, str] = {}
        self._ringed: dict[str, bytes | None] = {}  # what the keyring said when it was asked, or was told last
        self._seen: tuple[str, bytes] = ("", b"")
        self._turn = 0  # the place that is written next: the older one

    def known(self, device: str) -> list[Anchor]:
        """What the file and the keyring say of a device; an unreadable one says nothing."""
        name = self._name(device)
        content = self._content(name)
        self._seen = name, content
        found = self._in_file(name, content)
        self._turn = 0 if _age(found[0]) <= _age(found[1]) else 1
        if self.ring is not None and name not in self._ringed:
            self._ringed[name] = self.ring.read(name)
        kept = self._ringed.get(name)
        if kept is not None:
            found.append(self._opened(kept, name))
        return [anchor for anchor in found if anchor is not None and anchor.device == device]

    def moved(self, device: str) -> bool:
        """Whether somebody else wrote the file since we looked: another copy, or another window, goes on."""
        name = self._name(device)
        return (name, self._content(name)) != self._seen

    def keep(self, device: str, seq: int, digest: bytes, seal: bytes | None, place: str, at: int, ring: bool) -> bool:
        """Remember. False when nothing outside could be written. What another window remembered a moment before stays
        in the other place, and the newer of the two counts.

        ``ring`` writes the keyring too (tens of milliseconds, so not at every entry).
        """
        name = self._name(device)
        if self._seen[0] != name:
            self.known(device)
        content = self._seen[1]
        if len(place.encode()) > _PLACE // 2:
            place = ""
        data = self._sealed(Anchor(device, seq, digest, seal, place, at), name)
        try:
            self._write(name, content, data)
        except OSError:
            return False
        finally:
            if ring and self.ring is not None:
                self.ring.write(name, data)
                self._ringed[name] = data
        return True

    # ------------------------------------------------------------------ pieces

    def _name(self, device: str) -> str:
        known = self._names.get(device)
        if known is None:
            known = self._names[device] = self._named(device)
        return known

    def _named(self, device: str) -> str:
        return hashlib.blake2b(device.encode(), key=self._name_key, digest_size=16).hexdigest()

    def _path(self, name: str) -> str:
        return os.path.join(self.folder, f"{name}.anchor")

    def _content(self, name: str) -> bytes:
        try:
            with open(self._path(name), "rb", buffering=0) as file:
                return file.read(2 * _PLACE)
        except OSError:
            return b""

    def _in_file(self, name: str, content: bytes) -> list[Anchor | None]:
        found: list[Anchor | None] = []
        for start in (0, _PLACE):
            length = int.from_bytes(content[start : start + 2], "big")
            found.append(self._opened(content[start + 2 : start + 2 + length], name) if length else None)
        return found

    def _write(self, name: str, content: bytes, data: bytes) -> None:
        path, start = self._path(name), self._turn * _PLACE
        part = len(data).to_bytes(2, "big") + data
        try:
            handle = os.open(path, _HOW, 0o600)
        except FileNotFoundError:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(path, _HOW, 0o600)
        try:
            os.lseek(handle, start, os.SEEK_SET)
            os.write(handle, part)
        finally:
            os.close(handle)
        self._turn = 1 - self._turn
        self._seen = name, content[:start].ljust(start, b"\0") + part + content[start + len(part) :]

    def _sealed(self, anchor: Anchor, name: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, _encode(anchor), name.encode())

    def _opened(self, data: bytes, name: str) -> Anchor | None:
        try:
            return _decode(self._cipher.decrypt(data[:_NONCE], data[_NONCE:], name.encode()))
        except (InvalidTag, ValueError, msgspec.MsgspecError):
            return None


def _age(anchor: Anchor | None) -> tuple[int, int]:
    return (-1, 0) if anchor is None else (anchor.seq, anchor.at)


# ---------------------------------------------------------------------- the system's keyring


class Ring:
    """A keyring of the system, asked in a thread of its own: it may be slow, locked or broken, and we go on without it."""

    def __init__(self, find: Callable[[], Any]) -> None:
        self._find = find  # each time anew: it may have been locked meanwhile, and would ask for a password
        self.gone = False  # took too long, or failed: not asked again by this process

    def read(self, name: str) -> bytes | None:
        """What is kept under a name; None when nothing is, or nobody answers."""
        kept = self._bounded(lambda backend: backend.get_password(_SERVICE, name))
        with suppress(ValueError, TypeError):
            return None if kept is None else base64.b64decode(kept, validate=True)
        return None

    def write(self, name: str, data: bytes) -> None:
        """Keep something under a name."""
        text = base64.b64encode(data).decode()
        self._bounded(lambda backend: backend.set_password(_SERVICE, name, text))

    def _bounded(self, ask: Callable[[Any], T]) -> T | None:
        if self.gone:
            return None
        answer: list[T] = []

        def asking() -> None:
            try:
                backend = self._find()
                if backend is not None:
                    answer.append(ask(backend))
            except Exception:  # noqa: BLE001  # whatever a foreign keyring raises: it is one witness fewer
                self.gone = True

        thread = threading.Thread(target=asking, name="keyring", daemon=True)
        thread.start()
        thread.join(PATIENCE)
        if thread.is_alive():
            self.gone = True
            return None
        return answer[0] if answer else None


def system_ring() -> Ring | None:
    """The keyring of this system, or None where there cannot be one. Nothing is loaded or asked yet."""
    if os.environ.get("PYTHON_KEYRING_BACKEND", "").endswith("null.Keyring"):
        return None  # the user said so, in keyring's own way
    if sys.platform == "win32" or sys.platform == "darwin":
        return Ring(_native)
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS") or (runtime and Path(runtime, "bus").exists()):
        return Ring(_secret_service)
    return None


def _native() -> Any:
    """Windows' credential store or macOS' keychain: open while the user is logged in."""
    if sys.platform == "win32":
        from keyring.backends import Windows

        return Windows.WinVaultKeyring()
    from keyring.backends import macOS

    keychain: Any = macOS.Keyring
    return keychain()


def _secret_service() -> Any:
    """The Secret Service (GNOME Keyring, KWallet's), only when its default collection exists and is open: no prompt, ever."""
    import secretstorage
    from keyring.backends import SecretService

    connection = secretstorage.dbus_init()
    try:
        if not secretstorage.check_service_availability(connection):
            return None
        collection = secretstorage.Collection(connection, "/org/freedesktop/secrets/aliases/default")
        keyring: Any = SecretService.Keyring
        return None if collection.is_locked() else keyring()
    finally:
        connection.close()


# ---------------------------------------------------------------------- which computer


def machine() -> bytes:
    """A number of this computer's operating system, hashed; empty where it has none (a container), which says nothing."""
    said = _machine_id()
    return hashlib.sha256(b"station_app machine" + said.encode()).digest() if said else b""


def _machine_id() -> str:
    if sys.platform == "win32":
        import winreg

        with suppress(OSError):
            access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography", 0, access) as key:
                return str(winreg.QueryValueEx(key, "MachineGuid")[0])
        return ""
    for file in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        with suppress(OSError):
            said = Path(file).read_text("ascii").strip()
            if said and said != "uninitialized":
                return said
    return ""
