"""Every writer meets a disk that is full at its n-th write: refused in a sentence, nothing half left, then it works (SECURITY A10)."""

import json
from pathlib import Path
from typing import Any

from tests.faults.shim import under_shim


def run(place: Path, *words: str) -> dict[str, Any]:
    """The harness's report."""
    done = under_shim("tests.faults.full", ["--folder", str(place), *words], place)
    assert done.returncode in (0, 1) and done.stdout, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_a10_every_writer_stands_a_full_disk(tmp_path: Path) -> None:
    """Seen failing: with the control below; a restore whose copy could not be written to, before that was a refusal."""
    asked = ["change", "batch", "photo", "stick", "user", "saved photo", "sealed export csv"]
    report = run(tmp_path, "--only", ",".join(asked), "--step", "8")
    assert report["wrong"] == []
    assert (
        report["fired"] == report["runs"] > 7
        and set(report["refused"]) == set(asked)
        and all(report["refused"].values())
    )


def test_files_written_where_they_are_to_stand_are_found_out(tmp_path: Path) -> None:
    """The planted bug."""
    report = run(tmp_path, "--only", "saved photo", "--control")
    assert any("in half" in wrong for wrong in report["wrong"]), report
