"""No reader raises, hangs, swells or dies on whatever it is given (SECURITY A42, A44); inputs that once did stay read.

Longer: ``poe long``: 1,000,000 runs over all readers, above the seals and beneath them.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz.readers import READERS
from tests.fuzz.run import FOUND

ROOT = Path(__file__).parent.parent.parent
BY_FILE = {reader.name.replace(" ", "-").replace("/", "-"): reader for reader in READERS}


def run(*words: str) -> dict[str, Any]:
    """The fuzzer's report, from a process of its own: it forks."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.run", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1) and done.stdout, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_no_reader_raises_hangs_or_swells(tmp_path: Path) -> None:
    """Seen failing: receipts and workbooks that are not UTF-8, before they were refusals (found by this very test)."""
    report = run("--runs", "12000", "--save", str(tmp_path))
    assert report["wrong"] == [], [reader["saved"] for reader in report["readers"] if reader["saved"]]
    assert report["runs"] > 11_000
    # the inputs are not all thrown away at the first byte: most readers take some of them, in more than one way
    taken = [reader["name"] for reader in report["readers"] if reader["read"] and reader["ways"] > 1]
    assert len(taken) > len(READERS) // 2, taken


def test_planted_faults_are_found() -> None:
    """A reader that raises, one that hangs, one that swells, one that ends the process."""
    found = {reader["name"]: reader for reader in run("--control")["readers"]}
    assert found["crashing"]["crashes"] and found["hanging"]["hangs"] and found["dying"]["died"]
    assert found["swelling"]["memory_mb"] > 300


@pytest.mark.parametrize("file", sorted(FOUND.glob("*.bin")), ids=lambda file: file.stem)
def test_what_was_found_once_is_answered(file: Path) -> None:
    """Every input that crashed a reader before it was mended."""
    assert BY_FILE[file.stem.rpartition("-")[0]].read(file.read_bytes())
