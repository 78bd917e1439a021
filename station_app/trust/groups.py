"""Fingerprints and one-time codes as people read, say and type them: Crockford base 32 in groups of four."""

import secrets
import unicodedata

#: No I, L, O, U: nothing that is mistaken for another sign on paper or on the telephone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUP = 4
_MISTAKEN = str.maketrans({"O": "0", "I": "1", "L": "1"})


def written(data: bytes) -> str:
    """``data`` (a multiple of five bytes) as groups of four signs, joined by hyphens."""
    if len(data) % 5:
        raise ValueError("base 32 without padding needs a multiple of five bytes")
    number = int.from_bytes(data, "big")
    signs = "".join(ALPHABET[(number >> shift) & 31] for shift in range(len(data) * 8 - 5, -1, -5))
    return "-".join(signs[at : at + GROUP] for at in range(0, len(signs), GROUP))


def typed(text: str) -> str:
    """What a person typed, reduced to the signs that count: case, width, spaces, hyphens and look-alikes do not."""
    plain = unicodedata.normalize("NFKC", text).upper().translate(_MISTAKEN)
    return "".join(sign for sign in plain if sign.isalnum())


def new_code() -> str:
    """A one-time code for an invitation: 80 random bits, too many to try out even with the request in hand."""
    return written(secrets.token_bytes(10))
