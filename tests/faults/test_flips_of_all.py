"""One flipped bit of anything the program keeps or takes in is refused, or changes nothing anyone reads (SECURITY A02, A33, A38).

Longer: ``poe long``. The database has its own test (test_flips.py); here are its log, the vault, photos, backups, bundles
above and beneath their encryption, receipts, and the signed report with its holes.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent


def run(*words: str) -> dict[str, dict[str, Any]]:
    """The harness's report by kind of file; a process of its own, for it sets the cost of passwords."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.flips", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1) and done.stdout, done.stderr
    return {one["name"]: one for one in json.loads(done.stdout)}


def test_no_flip_is_believed() -> None:
    """Seen failing: with the controls below, which take the guard and a signature away."""
    asked = {
        "database": 20,
        "log": 4,
        "vault": 60,
        "blob": 60,
        "backup": 60,
        "bundle": 200,
        "signed": 200,
        "receipt": 200,
        "report": 30,
    }
    found = run(*(word for name, flips in asked.items() for word in (f"--{name}", str(flips))))
    assert {name: one["flips"] for name, one in found.items()} == asked
    assert [(name, one["changed"]) for name, one in found.items() if one["changed"]] == []
    assert all(one["refused"] > 0.9 * one["flips"] for one in found.values()), found  # the faults fired


def test_planted_bugs_are_found() -> None:
    """A guard that nobody listens to: SQLite drops the end of a flipped log in silence. A receipt without its signature."""
    assert run("--log", "6", "--control", "log")["log"]["changed"]
    assert run("--receipt", "60", "--control", "receipt")["receipt"]["changed"]
