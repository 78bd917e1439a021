"""Killed at any moment an import leaves nothing or all of it, and the same file again gives exactly the whole."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from station_app.exchange import importing
from station_app.exchange.importing import plan_file, write
from station_app.messages import Refusal
from station_app.store import change, fold, journal, opened
from station_app.store.change import Author
from station_app.store.engine import open_sqlite
from station_app.store.opened import Store
from tests.exchange.conftest import STATION
from tests.exchange.grids import SAMPLES
from tests.exchange.judged import TODAY

AUTHOR = Author("00000000-0000-4000-8000-00000000000a")
KEY = bytes(32)
LEDGER = SAMPLES / "elders_300.xlsx"
WHOLE = {"resident": 282, "elder": 282}
MOMENTS = 26


def _open(folder: Path) -> Store:
    store = Store.open(open_sqlite(folder / "station.db", KEY), folder)
    assert not isinstance(store, Refusal), store
    return store


def _import(store: Store) -> dict[str, int]:
    plan = plan_file(store, "elder", LEDGER, today=TODAY)
    assert not isinstance(plan, Refusal)
    done = write(store, plan, AUTHOR)
    assert not isinstance(done, Refusal), done
    return plan.counts()


class _Clock:
    """Counts the steps of an import and kills the process at one of them."""

    def __init__(self, deadly: int) -> None:
        self.at, self.deadly = 0, deadly

    def tick(self) -> None:
        self.at += 1
        if self.at == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(self, owner: Any, name: str) -> None:
        """A step before each call of a function, and one after it."""
        do: Callable[..., Any] = getattr(owner, name)

        def counted(*given: Any, **named: Any) -> Any:
            self.tick()
            result = do(*given, **named)
            self.tick()
            return result

        setattr(owner, name, counted)


def _child(folder: Path, deadly: int) -> int:
    """Import in a process of its own; the number of steps it took, or -1 when it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            clock = _Clock(deadly)
            vars(change)["AT_ONCE"] = 1  # many small entries: many moments
            vars(opened)["BATCH_ITEMS"] = 40
            clock.before(Store, "_bulk_items")
            clock.before(journal, "append")
            clock.before(fold.Fold, "_write")
            clock.before(importing, "_drafted")
            clock.before(Store, "batch")
            clock.before(Store, "keep")
            store = _open(folder)
            _import(store)
            os.write(writing, str(clock.at).encode())
        finally:
            os._exit(0)
    os.close(writing)
    said = os.read(reading, 20)
    os.close(reading)
    os.waitpid(child, 0)
    return int(said) if said else -1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_killed_at_many_moments_nothing_or_all_and_never_doubled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seen failing: with each entry of the batch committed on its own, a part of the ledger was left."""
    first = tmp_path / "whole"
    first.mkdir()
    Store.create(open_sqlite(first / "station.db", KEY), first, STATION).close()
    steps = _child(first, 0)
    assert steps > MOMENTS
    outcomes = {"nothing": 0, "all": 0}
    for moment in range(MOMENTS):
        # The last moments are those around the commit; the others lie evenly before them.
        deadly = steps - moment if moment < 4 else 1 + (moment - 4) * (steps - 4) // (MOMENTS - 4)
        folder = tmp_path / str(moment)
        folder.mkdir()
        Store.create(open_sqlite(folder / "station.db", KEY), folder, STATION).close()
        assert _child(folder, deadly) == -1, "the fault did not fire"
        store = _open(folder)
        with store.reading() as reader:
            left = {kind: reader.count(kind) for kind in WHOLE}
        assert left in ({"resident": 0, "elder": 0}, WHOLE), (deadly, left)
        outcomes["all" if left == WHOLE else "nothing"] += 1
        counts = _import(store)
        assert counts["added" if left != WHOLE else "same"] == WHOLE["elder"]
        with store.reading() as reader:
            assert {kind: reader.count(kind) for kind in WHOLE} == WHOLE
        assert set(store.check().values()) == {"ok"}
        assert _import(store)["same"] == WHOLE["elder"]
        store.close()
    with capsys.disabled():
        print(f"\nimport killed at {MOMENTS} of {steps} moments: {outcomes}")
    assert outcomes["nothing"] >= 20 and outcomes["all"] >= 1
