"""Blobs: photos, scans and PDFs beside the database, named by the SHA-256 of their content, each encrypted."""

import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from station_app.store.files import make_folders, sync_folder, write_whole

FOLDER: Final = "blobs"


class Blobs:
    """The blobs of one station (or centre). ``key``: the store's data key; files use one derived from it.

    ``older``: data keys that files may still be under, while a change of keys is under way.
    """

    def __init__(self, folder: Path, key: bytes, older: Sequence[bytes] = ()) -> None:
        self.folder = folder / FOLDER
        self.go_on(key, older)

    def go_on(self, key: bytes, older: Sequence[bytes] = ()) -> None:
        """From now on under this key."""
        self._cipher, *self._older = [
            AESGCM(HKDF(SHA256(), 32, None, b"station_app blobs").derive(one)) for one in (key, *older)
        ]

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest

    def put(self, content: bytes) -> str:
        """Keep a content and return its digest; the same content twice is kept once. Raises OSError when the disk refuses."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(digest)
        if not path.exists():
            make_folders(path.parent)
            nonce = secrets.token_bytes(12)
            write_whole(path, nonce + self._cipher.encrypt(nonce, content, digest.encode()))
        return digest

    def get(self, digest: str) -> bytes | None:
        """The content, or None when it is not here or damaged."""
        try:
            raw = self._path(digest).read_bytes()
        except OSError:
            return None
        return next((c for c in (_opened(one, raw, digest) for one in (self._cipher, *self._older)) if c is not None), None)

    def has(self, digest: str) -> bool:
        """Whether it is here."""
        return self._path(digest).exists()

    def remove(self, digest: str) -> None:
        """Overwrite a blob and remove it; one that is not here is no error. Raises OSError when the disk refuses.

        A disk may keep old sectors of its own: they hold what is encrypted, the file system at least gives none back.
        """
        path = self._path(digest)
        if not path.is_file():
            return
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink(missing_ok=True)
        sync_folder(path.parent)

    def renew(self) -> None:
        """Encrypt every file that is still under an older key anew; done before, or killed in between: the same again.

        A damaged file stays as it is. Raises OSError when the disk refuses.
        """
        for path in sorted(self.folder.glob("??/*")):
            raw = path.read_bytes()
            if _opened(self._cipher, raw, path.name) is None:
                content = self.get(path.name)
                if content is not None:
                    nonce = secrets.token_bytes(12)
                    write_whole(path, nonce + self._cipher.encrypt(nonce, content, path.name.encode()))


def _opened(cipher: AESGCM, raw: bytes, digest: str) -> bytes | None:
    try:
        return cipher.decrypt(raw[:12], raw[12:], digest.encode())
    except (InvalidTag, ValueError):
        return None
