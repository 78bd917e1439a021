"""The command line, run in this process: answers as JSON."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from station_app.cli import run

PASSWORD = "Probe-2024-虚构"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said."""

    code: int
    said: dict[str, Any]
    err: str


Ask = Callable[..., Answer]


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command with ``--json``; the station lies in ``tmp_path/station`` unless ``data`` names another folder."""
    secret = tmp_path / "password"
    secret.write_text(f"{PASSWORD}\n", "utf-8")

    def asked(*words: str, data: str = "station", user: str | None = None) -> Answer:
        who = ["--user", user] if user else []
        code = run(["--json", "--data", str(tmp_path / data), "--password-file", str(secret), *who, *words])
        captured = capsys.readouterr()
        return Answer(code, json.loads(captured.out), captured.err)

    return asked


@pytest.fixture
def station(ask: Ask) -> Ask:
    """A station of its own, just created."""
    made = ask("init", "--station", "罕台镇社工站", "--division", "150602101", "--admin", "乔站长")
    assert made.code == 0 and made.said["station"] == "15060210101" and Path(made.said["recovery_sheet"]).exists()
    return ask
