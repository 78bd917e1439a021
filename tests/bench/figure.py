"""One figure: what ours takes, what the peer takes, and the ratio to reach."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """``ours`` against ``theirs`` in the same unit; ``reach`` is the largest ratio that will do."""

    what: str
    against: str
    ours: float
    theirs: float
    unit: str
    reach: float
    note: str = ""

    @property
    def ratio(self) -> float:
        """Ours by theirs."""
        return self.ours / self.theirs

    @property
    def met(self) -> bool:
        """Whether it is reached."""
        return self.ratio <= self.reach


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    records: int  # in the store while it is edited
    edits: int
    ledger_rows: int
    residents: int
    queries: int
    field_changes: int
    month_records: int  # visits and hours together
    entries: int  # of a long life


FULL = Sizes(20_000, 2_000, 50_000, 200_000, 300, 100_000, 100_000, 1_000_000)
QUICK = Sizes(50, 20, 120, 300, 10, 2_000, 200, 400)


def seconds(act: Callable[[], object]) -> float:
    """How long it takes on the clock."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def percentile(times: Sequence[float], part: float) -> float:
    """The time that this part of them does not exceed."""
    return sorted(times)[min(len(times) - 1, int(len(times) * part))]
