"""Lock-out (A18, A19): five free tries, then waiting that survives restarts, kills and clocks, and never lasts for good."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from station_app.messages import Refusal
from station_app.store import lockout
from station_app.store.lockout import Attempts, delay
from station_app.store.vault import FILE, Unlocked, Vault

HEAD, PASSWORD = "乔站长", "qiao-2024-虚构"
FRESH = "three plain words 2026"


class Uptime:
    """The time since the computer was started, as a test turns it."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def uptime(monkeypatch: pytest.MonkeyPatch) -> Uptime:
    """Uptime in the test's hand."""
    turned = Uptime()
    monkeypatch.setattr(lockout, "uptime", turned)
    return turned


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A vault's folder and its recovery code."""
    created = Vault.create(tmp_path / "v", HEAD, PASSWORD)
    assert not isinstance(created, Refusal)
    vault, head, code = created
    assert not isinstance(vault.add(head, "王社工", "worker", FRESH), Refusal)
    yield tmp_path / "v", code


def _try(folder: Path, name: str = HEAD, password: str = "wrong-password") -> Unlocked | Refusal:
    """One attempt by a program started anew."""
    vault = Vault.load(folder)
    assert not isinstance(vault, Refusal)
    return vault.unlock(name, password)


def _said(result: Unlocked | Refusal) -> tuple[str, object]:
    return ("opened", 0) if isinstance(result, Unlocked) else (result.code.value, result.values.get("seconds", 0))


def test_delays_double_to_five_minutes_and_never_more() -> None:
    """SECURITY §3."""
    assert [delay(n) for n in range(16)] == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert delay(10**9) == 300


def test_ten_wrong_passwords_over_restarts(made: tuple[Path, str], uptime: Uptime) -> None:
    """A18: every attempt by a program of its own; the delay holds for the right password too, and then it opens.

    Seen failing: with the counts kept in memory only; with the right password tried before the count was looked at."""
    folder, _code = made
    for number in range(1, 11):
        assert _said(_try(folder)) == ("wrong_password", 0), number
        wait = delay(number)
        if wait:
            assert _said(_try(folder)) == ("locked_out", wait)
            assert _said(_try(folder, password=PASSWORD)) == ("locked_out", wait)
            uptime.now += wait - 0.5
            assert _said(_try(folder, password=PASSWORD)) == ("locked_out", 1)
            uptime.now += 0.5
    vault = Vault.load(folder)
    assert not isinstance(vault, Refusal)
    assert len(vault.failed()) == 10, "A18: a row for each"
    assert _said(_try(folder, password=PASSWORD)) == ("opened", 0)
    assert len(vault.failed()) == 10, "they stay until somebody has taken them over"
    vault.taken_over(vault.failed())
    assert vault.failed() == []
    for _again in range(5):
        assert _said(_try(folder)) == ("wrong_password", 0), "the count began anew"


def test_each_user_waits_alone_and_unknown_names_together(made: tuple[Path, str], uptime: Uptime) -> None:
    """Nobody locks a colleague out; guessing names is no way round. Seen failing: one count for everybody."""
    folder, _code = made
    for number in range(5):
        assert _said(_try(folder, name=f"谁{number}"))[0] == "unknown_user"
    assert _said(_try(folder, name="又一个")) == ("locked_out", 1)
    for _again in range(5):
        _try(folder)
    assert _said(_try(folder))[0] == "locked_out"
    assert _said(_try(folder, "王社工", FRESH)) == ("opened", 0)


def test_the_recovery_code_is_counted_too(made: tuple[Path, str], uptime: Uptime) -> None:
    """Wrong codes wait like wrong passwords; the right one waits with them."""
    folder, code = made
    vault = Vault.load(folder)
    assert not isinstance(vault, Refusal)
    wrong = ("3" if code[0] == "2" else "2") + code[1:]
    for _again in range(5):
        assert _said(vault.recover(wrong, HEAD, FRESH, lambda _u, _c: None)) == ("wrong_password", 0)
    assert _said(vault.recover(code, HEAD, FRESH, lambda _u, _c: None)) == ("locked_out", 1)
    uptime.now += 1
    assert _said(vault.recover(code, HEAD, FRESH, lambda _u, _c: None)) == ("opened", 0)


def test_after_a_restart_the_delay_counts_anew_and_still_ends(made: tuple[Path, str], uptime: Uptime) -> None:
    """The uptime begins at zero then. Seen failing: with ``now - at`` taken as it is, nobody got in for an hour."""
    folder, _code = made
    for number in range(1, 9):
        _try(folder)
        uptime.now += delay(number)
    _try(folder)
    uptime.now = 3.0
    assert _said(_try(folder, password=PASSWORD)) == ("locked_out", delay(9))
    uptime.now += delay(9) / 2
    assert _said(_try(folder, password=PASSWORD)) == ("locked_out", delay(9) / 2), "asking does not begin it again"
    uptime.now += delay(9) / 2
    assert _said(_try(folder, password=PASSWORD)) == ("opened", 0)


@pytest.mark.parametrize("turned", ["2020-01-01T00:00:00", "2031-01-01T00:00:00"])
def test_the_wall_clock_neither_helps_nor_hurts(
    made: tuple[Path, str], uptime: Uptime, monkeypatch: pytest.MonkeyPatch, turned: str
) -> None:
    """A19: set years back or forward, the wait is the same. Seen failing: with ``time.time()`` as the measure of waiting."""
    folder, _code = made
    for _again in range(6):
        _try(folder)
        uptime.now += 1
    _try(folder)
    monkeypatch.setenv("STATION_APP_NOW", turned)
    monkeypatch.setattr("time.time", lambda: 4e9)
    assert _said(_try(folder, password=PASSWORD))[0] == "locked_out"
    uptime.now += 4
    assert _said(_try(folder, password=PASSWORD)) == ("opened", 0)


def test_uptime_is_the_kernel_s_and_not_the_library_s(monkeypatch: pytest.MonkeyPatch) -> None:
    """A19: libfaketime turns every clock of the C library for a process; the kernel's file is not among them."""
    if Path("/proc/uptime").exists():
        monkeypatch.setattr("time.monotonic", lambda: 9e9)
        assert lockout.uptime() < 9e8
    monkeypatch.setattr(lockout, "_UPTIME", Path("/nowhere"))
    monkeypatch.setattr("time.monotonic", lambda: 12.5)
    assert lockout.uptime() == 12.5


_KILLED = """
import os, signal, sys
from pathlib import Path
from station_app.store import slots, vault
vault.MEMORY_KIB, vault.TIME_COST, vault.LANES = 19 * 1024, 2, 1
def die(*_a, **_k): os.kill(os.getpid(), signal.SIGKILL)
slots.derive = die
vault.Vault.load(Path(sys.argv[1])).unlock(sys.argv[2], "wrong-password")
"""


def test_a_program_killed_while_it_tries_has_tried(made: tuple[Path, str]) -> None:
    """SIGKILL in the very moment the password is tried: the attempt stands. Seen failing: counted after the try."""
    folder, _code = made
    for _again in range(5):
        ended = subprocess.run([sys.executable, "-c", _KILLED, str(folder), HEAD], env=os.environ, check=False)
        assert ended.returncode == -signal.SIGKILL
    assert _said(_try(folder, password=PASSWORD))[0] == "locked_out"


def test_taking_the_counts_out_of_the_file(made: tuple[Path, str], uptime: Uptime) -> None:
    """There is no lock-out file to delete: the counts lie in the vault. Without the vault nothing opens; who edits the file by
    hand gets five more tries, and could as well try a copy elsewhere: only Argon2id and the password stand against that."""
    folder, _code = made
    for _again in range(5):
        _try(folder)
    for other in folder.iterdir():
        if other.name != FILE:
            other.unlink()
    assert _said(_try(folder, password=PASSWORD)) == ("locked_out", 1)
    os.chmod(folder, 0o700)


def test_where_nothing_can_be_written_the_process_counts(
    made: tuple[Path, str], uptime: Uptime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk neither locks everybody out nor lets a running program try for ever."""
    folder, _code = made

    def full(_path: Path, _data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("station_app.store.vault.write_whole", full)
    vault = Vault.load(folder)
    assert not isinstance(vault, Refusal)
    for _again in range(5):
        assert _said(vault.unlock(HEAD, "wrong-password")) == ("wrong_password", 0)
    assert _said(vault.unlock(HEAD, PASSWORD)) == ("locked_out", 1)
    uptime.now += 1
    assert _said(vault.unlock(HEAD, PASSWORD)) == ("opened", 0)


def test_counts_that_are_junk_count_as_nothing() -> None:
    """A damaged count is no reason to keep anybody out for good."""
    for content in (
        {},
        {"counts": 5},
        {"counts": {"x": [1e300, "a"]}},
        {"counts": {"x": [10**400, 1]}},
        {"rows": [[1], 2, ["a", "b"]]},
    ):
        attempts = Attempts(content)
        assert attempts.wait("x", 5.0) == 0 and attempts.rows == []
    assert Attempts({"counts": {"x": [7, 9e14]}}).wait("x", 5.0) == 4
