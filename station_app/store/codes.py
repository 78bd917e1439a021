"""Codes of sheets: what stands on the recovery sheet and on the second sheet, and what such a code unwraps."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Final

from station_app.store import slots
from station_app.store.slots import Cost

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 5 bits each, nothing that looks alike
SIGNS: Final = 30


def new() -> str:
    """The signs of a new code: 150 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(SIGNS))


def printed(code: str) -> str:
    """A code in groups of five, as it stands on paper."""
    return "-".join(code[i : i + 5] for i in range(0, len(code), 5))


def plain(code: str) -> str:
    """The signs that count of what was typed."""
    return "".join(c for c in code.upper() if c in ALPHABET)


def derived(code: str, cost: Cost) -> Callable[[bytes], bytes]:
    """What wraps a sheet's slot, by salt."""
    return lambda salt: slots.derive(plain(code), salt, cost)


def joined(share: bytes, code: str, salt: bytes, cost: Cost) -> bytes:
    """What the centre's share and the second sheet's code give together; either alone gives nothing."""
    second = slots.derive(plain(code), salt, cost)
    return hashlib.sha256(b"station_app escrow" + hashlib.sha256(share).digest() + second).digest()
