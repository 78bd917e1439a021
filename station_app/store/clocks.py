"""A wrong clock: noticed, marked beside the entries it concerns, never a reason to lose or refuse anything (SECURITY A59).

Witnesses of the time are a clock that nobody sets (it only runs), the newest entry, and what the centre's receipts say. A
mark names the entries of a device during which something was wrong; journal order is the numbers' and does not change.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from station_app.clock import LOCAL, held_still, now_ms, steady_ms
from station_app.messages import N_, _
from station_app.store import journal

if TYPE_CHECKING:
    from station_app.store.opened import Store

MARKS_FACT: Final = "clock_marks"
CONFIRMED_FACT: Final = "clock_confirmed"
#: A clock that is set by so much is marked; a receipt may lie about a day of travel behind what it acknowledges.
STEP: Final = 5 * 60_000
AHEAD: Final = 24 * 3_600_000
_EARLIEST: Final = 1_704_038_400_000  # 2024-01-01 in China: this program is not older
_LATEST: Final = 4_102_416_000_000  # 2100-01-01
_MOST_MARKS: Final = 200


class Wrong(StrEnum):
    """What was wrong with the clock."""

    STEPPED = "stepped"
    BEHIND = "behind"
    AHEAD = "ahead"
    YEAR = "year"


SAID: Final = {
    Wrong.STEPPED: N_("The computer's clock was set by {minutes} minutes while the program ran (to {now})."),
    Wrong.BEHIND: N_(
        "The computer's clock ({now}) is earlier than what was written or acknowledged before ({expected})."
    ),
    Wrong.AHEAD: N_("Entries say {now}, but the centre acknowledged them on {expected}: the clock was ahead."),
    Wrong.YEAR: N_("The computer's clock says {now}, which cannot be right."),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Entries ``first`` to ``last`` (None: up to now) of a device were written by a doubtful clock. Times are ms."""

    device: str
    why: str
    first: int
    last: int | None
    now: int
    expected: int

    @property
    def sentence(self) -> str:
        """In the user's language."""
        minutes = round(abs(self.now - self.expected) / 60_000)
        return _(SAID[Wrong(self.why)], now=_moment(self.now), expected=_moment(self.expected), minutes=minutes)

    def covers(self, device: str, seq: int) -> bool:
        """Whether an entry is concerned."""
        return device == self.device and self.first <= seq and (self.last is None or seq <= self.last)


def _moment(ms: int) -> str:
    try:
        return datetime.fromtimestamp(ms / 1000, LOCAL).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return str(ms)


def marks(store: "Store") -> list[Mark]:
    """All marks of a store, oldest first."""
    said: list[dict[str, Any]] = json.loads(store.fact(MARKS_FACT) or b"[]")
    return [Mark(**one) for one in said]


def doubts(store: "Store") -> list[Mark]:
    """Marks that hold now: the clock of this computer may be wrong."""
    return [mark for mark in marks(store) if mark.last is None and mark.device == store.device]


def concerns(found: Sequence[Mark], entry: str) -> bool:
    """Whether an entry (``device:seq``) was written by a doubtful clock."""
    device, _colon, seq = entry.rpartition(":")
    return any(mark.covers(device, int(seq)) for mark in found)


def _keep(store: "Store", found: Sequence[Mark]) -> None:
    store.keep(MARKS_FACT, json.dumps([asdict(mark) for mark in found[-_MOST_MARKS:]]).encode())


def confirm(store: "Store", seq: int) -> None:
    """A person looked at the clock and says it is right: what is marked stays marked, nothing is in doubt any more."""
    _keep(store, [replace(m, last=seq) if m.last is None and m.device == store.device else m for m in marks(store)])
    store.keep(CONFIRMED_FACT, json.dumps({"wall": now_ms(), "receipt": _server_time(store)}).encode())


def _server_time(store: "Store") -> int:
    said = store.fact(f"acknowledged/{store.device}")
    return 0 if said is None else int(json.loads(said)[2])


class ClockWatch:
    """Watches the clock of one open store. ``newest``: time of the newest own entry in ms."""

    def __init__(self, store: "Store", newest: int) -> None:
        self.newest = newest
        self._wall, self._steady = now_ms(), steady_ms()
        confirmed: dict[str, int] = json.loads(store.fact(CONFIRMED_FACT) or b"{}")
        self._confirmed = bool(confirmed)
        if confirmed:  # what was written before counts no more: a person said what time it is
            self.newest = confirmed["wall"]
        server = _server_time(store)
        self._server = server if server > confirmed.get("receipt", 0) else 0
        self._offset = 0  # by how much it was set since the store was opened
        self._open: set[str] = {mark.why for mark in doubts(store)}
        self._before = Wrong.STEPPED in self._open

    def look(self, store: "Store", seq: int) -> None:
        """Look at the clock before entry ``seq + 1`` is written; a change of mind is kept."""
        wall, steady = now_ms(), steady_ms()
        expected = self._wall + steady - self._steady
        if abs(wall - expected) > STEP and not (held_still() and wall == self._wall):
            self._offset += wall - expected
            if self._open & {Wrong.BEHIND, Wrong.YEAR} and wall >= max(self.newest, self._server) - STEP:
                self._offset = 0  # a wrong clock was put right
        self._wall, self._steady = wall, steady
        wrong = self._wrong(wall)
        if set(wrong) == self._open:
            return
        found = [
            replace(mark, last=seq)
            if mark.last is None and mark.device == store.device and mark.why not in wrong
            else mark
            for mark in marks(store)
        ]
        found += [
            Mark(store.device, why, seq + 1, None, now, then)
            for why, (now, then) in wrong.items()
            if why not in self._open
        ]
        self._open = set(wrong)
        _keep(store, [mark for mark in found if mark.last is None or mark.first <= mark.last])

    def _wrong(self, wall: int) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        if not _EARLIEST <= wall < _LATEST:
            found[Wrong.YEAR] = (wall, self.newest)
        before = max(self.newest, self._server)
        if wall < before - STEP:
            found[Wrong.BEHIND] = (wall, before)
        elif abs(self._offset) > STEP:
            found[Wrong.STEPPED] = (wall, wall - self._offset)
        elif self._before:
            found[Wrong.STEPPED] = (wall, wall)  # of an earlier session, and nobody has confirmed since
        return found

    def written(self) -> None:
        """An entry was written: times in a chain never go back."""
        if not self._confirmed:
            self.newest = max(self.newest, now_ms())


def told_by_centre(store: "Store", upto: int, server_time: int) -> None:
    """A receipt says when the centre held entries that claim to be later by more than a day: they were written ahead."""
    with store.database.reading() as connection:
        own = journal.device_named(connection, store.device)
        if own is None or upto > own.seq:
            return
        low, high = 1, upto + 1
        while low < high:  # times in a chain never go back: the first one that is too late
            middle = (low + high) // 2
            at = journal.at_of(own.no, middle)
            entry = journal.load(connection, [at]).get(at)
            if entry is not None and entry.head.time > server_time + AHEAD:
                high = middle
            else:
                low = middle + 1
        if low > upto:
            return
        at = journal.at_of(own.no, upto)
        now = journal.load(connection, [at])[at].head.time
    found = marks(store)
    if not any(mark.why == Wrong.AHEAD and mark.first == low and mark.device == store.device for mark in found):
        _keep(store, [*found, Mark(store.device, Wrong.AHEAD, low, upto, now, server_time)])
