"""Texts, lint and strict types are tests like any other: one command and one closing line for everything."""

import subprocess
import sys

import pytest

from tests.packaging.scripts import ROOT

CHECKS = {
    "texts": [sys.executable, "packaging/texts.py", "--check"],
    "ruff": [sys.executable, "-m", "ruff", "check", "station_app", "tests", "packaging"],
    "mypy": [sys.executable, "-m", "mypy"],
}


@pytest.mark.parametrize("name", CHECKS)
def test_check_finds_nothing(name: str) -> None:
    done = subprocess.run(CHECKS[name], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
