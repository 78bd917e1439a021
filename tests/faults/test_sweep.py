"""A failing write or sync loses nothing acknowledged, is refused in one sentence, and is over with the fault (SECURITY A11, A12).

Longer: ``poe long``, or ``python -m tests.faults sweep``. Each run is a process above the shim: it forks.
"""

import json
from pathlib import Path
from typing import Any

from tests.faults.shim import under_shim


def run(place: Path, *words: str) -> dict[str, Any]:
    """The harness's report."""
    done = under_shim("tests.faults.sweep", ["--folder", str(place), *words], place)
    assert done.returncode in (0, 1) and done.stdout, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_a11_a12_writes_and_syncs_that_fail(tmp_path: Path) -> None:
    """EIO, a full disk, short writes, torn writes with a kill; syncs that fail, kills before and after them.

    Seen failing: with ``--control swallowed`` (below); before the disk's errors while a store is judged at opening were
    refusals; with the connections kept after an error.
    """
    report = run(tmp_path, "--every", "150", "--every-sync", "10")
    assert report["wrong"] == []
    assert report["fired"] == report["runs"] - 1 > 15, report  # the first run is without a fault
    assert set(report["by_mode"].values()) != {0} and len(report["by_mode"]) == 8
    assert report["killed"] > 5 and report["refused"] > 8


def test_a_worker_that_acknowledges_what_was_refused_is_found_out(tmp_path: Path) -> None:
    """Else the harness proves nothing."""
    report = run(tmp_path, "--every", "149", "--every-sync", "1000", "--control", "swallowed")
    assert any("acknowledged and is gone" in wrong for wrong in report["wrong"])
