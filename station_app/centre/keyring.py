"""The centre's secrets as files: each encrypted with a key from the centre's vault, which its password opens."""

import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from station_app.store.files import write_whole

FOLDER: Final = "keys"


class Keyring:
    """Named secrets in ``folder/keys``; ``key`` is the vault's data key."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self.folder = folder / FOLDER
        self._cipher = AESGCM(HKDF(SHA256(), 32, None, b"station_app centre keys").derive(key))

    def put(self, name: str, secret: bytes) -> None:
        """Keep a secret under a name, complete or not at all. Raises OSError when the disk refuses."""
        self.folder.mkdir(parents=True, exist_ok=True)
        nonce = secrets.token_bytes(12)
        write_whole(self.folder / name, nonce + self._cipher.encrypt(nonce, secret, name.encode()))

    def get(self, name: str) -> bytes | None:
        """The secret; None when it is not there or damaged."""
        try:
            raw = (self.folder / name).read_bytes()
            return self._cipher.decrypt(raw[:12], raw[12:], name.encode())
        except (OSError, InvalidTag, ValueError):
            return None
