"""test.py starts what the tests need on this computer alone, and leaves nothing running."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.packaging.scripts import PACKAGING, ROOT, load

script = load("test")


def test_newest_postgresql_is_chosen(tmp_path: Path) -> None:
    for version in ("9.6", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "initdb").touch()
    assert script.postgres_program("initdb", (tmp_path,)) == tmp_path / "17" / "bin" / "initdb"


def test_free_port_is_free() -> None:
    assert not script.answers(script.free_port())


def test_database_is_real_asks_for_a_password_and_goes_away() -> None:
    with script.postgresql() as address:
        assert (address is None) == (script.postgres_program("initdb") is None)
        if address is None:
            return
        plain = address.replace("postgresql+psycopg://", "postgresql://")
        with psycopg.connect(plain) as connection:
            assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
            assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
        user, _, place = plain.removeprefix("postgresql://").partition("@")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(f"postgresql://{user.split(':')[0]}:wrong@{place}")
        port = int(place.split(":")[1].split("/")[0])
        assert script.answers(port)
    assert not script.answers(port)


def test_screen_goes_away() -> None:
    with script.screen() as display:
        assert (display is None) == (shutil.which("Xvfb") is None)
        if display is None:
            return
        socket = Path("/tmp/.X11-unix") / f"X{display[1:]}"
        assert socket.exists()
    assert not socket.exists()


def test_tests_are_told_of_database_and_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STATION_APP_TEST_DATABASE", raising=False)
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    told = script.environment("postgresql+psycopg://x", ":7")
    assert told["STATION_APP_TEST_DATABASE"] == "postgresql+psycopg://x"
    assert (told["DISPLAY"], told["QT_QPA_PLATFORM"]) == (":7", "offscreen")
    assert "WAYLAND_DISPLAY" not in told
    assert "STATION_APP_TEST_DATABASE" not in script.environment(None, None)


def test_exit_code_is_pytests_own() -> None:
    python, told = Path(sys.executable), script.environment(None, None)
    assert script.run_tests(python, ["--collect-only", "-q", "tests/packaging/test_licences.py"], told) == 0
    assert script.run_tests(python, ["-q", "tests/packaging/test_nothing.py"], told) == pytest.ExitCode.USAGE_ERROR


def test_ci_runs_this_very_script_within_forty_minutes() -> None:
    run = ROOT / ".ci" / "run"
    text = run.read_text(encoding="utf-8")
    assert os.access(run, os.X_OK)
    assert subprocess.run(["bash", "-n", str(run)], check=False).returncode == 0
    limits = re.search(r"timeout .*--kill-after=(\d+) (\d+) python3 packaging/test\.py", text)
    assert limits is not None
    assert sum(int(seconds) for seconds in limits.groups()) <= 40 * 60


#: Starts what test.py starts, tells the process ids, and waits to be ended.
WAITING = """
import importlib.util, os, pathlib, signal, subprocess, sys, time
sys.path.insert(0, sys.argv[1])
spec = importlib.util.spec_from_file_location("packaging_test", sys.argv[1] + "/test.py")
script = importlib.util.module_from_spec(spec)
spec.loader.exec_module(script)
signal.signal(signal.SIGTERM, script.asked_to_end)
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background inherits Ctrl-C ignored
with script.postgresql() as database, script.screen() as display:
    children = pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    print(*children, flush=True)
    while True:
        time.sleep(0.1)
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_running_when_it_is_ended(how: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WAITING, str(PACKAGING)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    with process.stdout:
        children = [int(number) for number in process.stdout.readline().split()]
        process.send_signal(how)
        process.wait(timeout=60)
    until = time.monotonic() + 30
    while any(alive(number) for number in children) and time.monotonic() < until:
        time.sleep(0.05)
    assert [number for number in children if alive(number)] == []


def alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True
