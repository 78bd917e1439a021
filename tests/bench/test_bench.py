"""The figures' task runs from end to end; its times are reported, never asserted."""

import json
import subprocess
import sys
from pathlib import Path

from tests.bench.__main__ import table
from tests.bench.figure import Figure

ROOT = Path(__file__).parent.parent.parent


def test_every_part_runs_on_small_sizes(tmp_path: Path) -> None:
    """Both sides of each figure, as JSON."""
    command = [sys.executable, "-m", "tests.bench", "--quick", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert len({f["what"] for f in figures}) == len(figures) == 13
    assert all(f["ours"] > 0 and f["theirs"] > 0 and f["reach"] > 0 for f in figures)


def test_a_missed_figure_is_said_to_be_missed() -> None:
    """By how much."""
    lines = table([Figure("a", "b", 3.0, 1.0, "s", 2.0), Figure("c", "d", 1.0, 1.0, "s", 2.0)])
    assert "missed by 1.50 ×" in lines and lines.count("| met |") == 1
