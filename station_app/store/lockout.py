"""Lock-out after wrong passwords: five free tries, then 1, 2, 4 … 300 seconds; never for good, and no clock helps or hurts.

Waiting is measured by the time since the computer was started, which nobody can set. That time never exceeds what has really
passed: after a restart it begins at zero, so that a delay is then counted anew. The counts lie in the vault's file itself,
written before a password is tried; whoever takes the count away takes the vault away. Whoever can copy the file can try
passwords elsewhere, as fast as Argon2id lets them: against that only a long password helps.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

FREE: Final = 5
LONGEST: Final = 300
#: Failed attempts remembered until somebody has signed in; older ones go first.
REMEMBERED: Final = 200
#: Whose attempts they are where the name belongs to nobody here: all unknown names count together.
UNKNOWN: Final = "unknown"
_MOST: Final = 1e15
_UPTIME: Final = Path("/proc/uptime")


def uptime() -> float:
    """Seconds since this computer was started, asleep included where the system says so. Not the wall clock, and not the
    C library's clocks either where the kernel's file is there: those can be turned for one process (libfaketime)."""
    try:
        return float(_UPTIME.read_text("ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return time.monotonic()


def delay(failed: int) -> int:
    """Seconds to wait after so many failed attempts in a row."""
    if failed < FREE:
        return 0
    return min(LONGEST, 1 << min(failed - FREE, 30))


class Attempts:
    """Failed attempts by whose they are, as the vault's file holds them."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        counts, rows = content.get("counts"), content.get("rows")
        self.counts: dict[str, tuple[int, float]] = {}
        for whose, pair in (counts if isinstance(counts, dict) else {}).items():
            if (
                isinstance(pair, list)
                and len(pair) == 2
                and all(type(x) in (int, float) and abs(x) < _MOST for x in pair)
            ):
                self.counts[str(whose)] = (max(0, int(pair[0])), float(pair[1]))
        self.rows: list[tuple[int, str]] = [
            (row[0], str(row[1]))
            for row in (rows if isinstance(rows, list) else [])
            if isinstance(row, list) and len(row) == 2 and type(row[0]) is int
        ]

    def content(self) -> dict[str, Any]:
        """As the file holds them."""
        counts = {whose: [n, round(at, 2)] for whose, (n, at) in self.counts.items()}
        return {"counts": counts, "rows": [list(row) for row in self.rows[-REMEMBERED:]]}

    def wait(self, whose: str, now: float) -> int:
        """Seconds still to wait, 0 when one may try. ``now``: :func:`uptime`."""
        failed, at = self.counts.get(whose, (0, now))
        if not 0 <= at <= now:  # the computer was started again: the delay counts from now
            self.counts[whose] = (failed, now)
            at = now
        left = delay(failed) - (now - at)
        return max(0, int(-(-left // 1)))

    def count(self, whose: str, now: float, moment: int) -> None:
        """One more attempt, before it is made; it is taken back when it succeeds. ``moment``: wall clock, ms."""
        failed, _at = self.counts.get(whose, (0, now))
        self.counts[whose] = (failed + 1, now)
        self.rows = [*self.rows, (moment, whose)][-REMEMBERED:]

    def succeeded(self, whose: str, moment: int) -> None:
        """The attempt counted at this moment was none: its row goes, and the count begins anew."""
        self.counts.pop(whose, None)
        if (moment, whose) in self.rows:
            self.rows.remove((moment, whose))
