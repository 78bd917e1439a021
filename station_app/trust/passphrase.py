"""Files locked by a passphrase instead of a key: for a person who has no key, only what they were told."""

import secrets
from typing import Final

import pyrage  # type: ignore[import-untyped]  # ships no types

#: No letter or digit that looks like another one.
_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
_GROUPS, _LENGTH = 4, 4


def new_passphrase() -> str:
    """Sixteen characters in four groups: 79 bits beside age's scrypt, and still read out over a counter."""
    return "-".join("".join(secrets.choice(_LETTERS) for _n in range(_LENGTH)) for _group in range(_GROUPS))


def encrypt_with(content: bytes, passphrase: str) -> bytes:
    """An age file that ``age -d`` opens with this passphrase."""
    return bytes(pyrage.passphrase.encrypt(content, passphrase))


def decrypt_with(data: bytes, passphrase: str) -> bytes | None:
    """The content, or None when the passphrase is wrong or the file damaged."""
    try:
        return bytes(pyrage.passphrase.decrypt(data, passphrase))
    except pyrage.DecryptError:
        return None
