"""A power cut loses nothing acknowledged and leaves nothing in half: store, photos, vault, backups, the stick.

Longer: ``poe long``. The disk of this harness forgets whatever was not synced, names of new folders too, and writes the
rest in any order.
"""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.faults.power import Disk
from tests.faults.shim import Event, under_shim


def run(place: Path, *words: str) -> dict[str, Any]:
    """The harness's report."""
    done = under_shim("tests.faults.power", ["--folder", str(place), *words], place)
    assert done.returncode in (0, 1) and done.stdout, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_invariant_4_a_power_cut_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """Seen failing: photos and parcels in new folders that were not synced into the one above (found by this harness)."""
    report = run(tmp_path, "--cuts", "30")
    assert report["wrong"] == []
    assert report["cuts"] == 30 and report["dropped"] > 15 and report["acknowledged"] > 20  # the faults fired
    assert len(report["by_way"]) == 6


@pytest.mark.parametrize("control", ["off", "normal", "files", "early"])
def test_planted_bugs_are_found(tmp_path: Path, control: str) -> None:
    """SQLite told to sync less, files renamed without a sync, an acknowledgement before the work."""
    report = run(tmp_path, "--cuts", "60", "--control", control)
    assert any("acknowledged and is gone" in wrong for wrong in report["wrong"]), report


def test_the_disk_forgets_what_is_not_synced(tmp_path: Path) -> None:
    """Content without its name, a name without its content, a rename in order."""
    top = tmp_path / "top"
    top.mkdir()
    disk = Disk.holding(top)
    disk.take(Event("C", 7, 0, f"{top}/.a.part".encode()))
    disk.take(Event("W", 7, 0, b"whole"))
    disk.take(Event("S", 7, 0, b""))
    disk.take(Event("R", 0, 0, f"{top}/.a.part\0{top}/a".encode()))
    dice = random.Random(1)
    assert disk.cut(tmp_path / "cut", "none", dice) and list((tmp_path / "cut").iterdir()) == []
    disk.take(Event("D", 1, 0, str(top).encode()))
    disk.take(Event("W", 7, 5, b" and more"))
    assert disk.cut(tmp_path / "cut", "none", dice)
    assert [p.name for p in (tmp_path / "cut").iterdir()] == ["a"] and (tmp_path / "cut" / "a").read_bytes() == b"whole"
    assert not disk.cut(tmp_path / "cut", "all", dice)
    assert (tmp_path / "cut" / "a").read_bytes() == b"whole and more"
