"""Record ids: UUID version 7 whose order is the order of making, also within one millisecond and when the clock goes back."""

import re
import secrets
import threading
import time

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_LOCK = threading.Lock()
_last = 0
#: 48 bits of milliseconds and 12 + 14 of the 74 random bits as a counter, so that ids of one process only grow.
_COUNTER = 26


def new_id() -> str:
    """A new UUIDv7 as lowercase text, greater than every one this process made before."""
    global _last
    now = time.time_ns() // 1_000_000
    with _LOCK:
        # A fresh millisecond starts its counter at a random place in the lower half, so that it can still count up.
        fresh = (now << _COUNTER) | secrets.randbits(_COUNTER - 1)
        _last = fresh if fresh > _last else _last + 1
        ticks = _last
    milliseconds, count = ticks >> _COUNTER, ticks & ((1 << _COUNTER) - 1)
    value = (milliseconds & ((1 << 48) - 1)) << 80 | 7 << 76 | (count >> 14) << 64 | 2 << 62
    value |= (count & 0x3FFF) << 48 | secrets.randbits(48)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_uuid(text: str) -> bool:
    """Whether text is a UUID in the only form that is stored: lowercase with hyphens."""
    return _UUID.fullmatch(text) is not None
