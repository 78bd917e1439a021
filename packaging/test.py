"""Runs every test on real parts: ``python3 packaging/test.py [pytest arguments]``.

Needs Python 3.11 only. The same set-up as try.py plus what tests need; starts a throw-away PostgreSQL and an Xvfb on
this computer alone, runs pytest (both cores, unless arguments are given), stops what it started, and ends with pytest's
closing line and exit code. Texts, ruff and mypy --strict are tests too (tests/packaging/test_checks.py).
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import ground

#: pytest's arguments when none are given: everything, on both cores.
EVERYTHING = ("-n", "2", "--dist", "worksteal")
SYSTEM_PACKAGES = ground.QT_PACKAGES + ground.XCB_PACKAGES + ground.CHECK_PACKAGES + ground.TEST_PACKAGES


def postgres_program(name: str, roots: tuple[Path, ...] = (Path("/usr/lib/postgresql"),)) -> Path | None:
    """A program of the newest PostgreSQL on this computer; Debian keeps its servers out of PATH."""
    found = [path for root in roots for path in root.glob(f"*/bin/{name}")]
    if found:
        return max(found, key=lambda path: [int(part) for part in path.parts[-3].split(".") if part.isdigit()])
    elsewhere = shutil.which(name)
    return Path(elsewhere) if elsewhere else None


def server_user() -> str | None:
    """Who runs the server: PostgreSQL refuses to run as root, so its own user does; else we ourselves."""
    if not ground.is_root():
        return None
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def free_port() -> int:
    """A TCP port nobody listens on at this moment, on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def stop(process: subprocess.Popen[bytes], how: signal.Signals, seconds: float = 15) -> None:
    """End a process of ours, firmly if it does not end in time when asked."""
    if process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    """Whether something takes connections on this port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def postgresql() -> Iterator[str | None]:
    """The address of a throw-away PostgreSQL on loopback, gone afterwards; None where there is none on this computer."""
    initdb, server = postgres_program("initdb"), postgres_program("postgres")
    if initdb is None or server is None:
        yield None
        return
    user = server_user()
    folder = Path(tempfile.mkdtemp(prefix="station-app-postgresql-"))
    password = secrets.token_urlsafe(18)
    try:
        (folder / "password").write_text(password, encoding="ascii")
        if user:
            shutil.chown(folder, user)
            shutil.chown(folder / "password", user)
        cluster = folder / "cluster"
        with (folder / "log").open("wb") as log:
            made = subprocess.run(
                [str(initdb), "-D", str(cluster), "-U", "tester", "--auth=scram-sha-256", f"--pwfile={folder / 'password'}",
                 "--encoding=UTF8", "--locale=C", "--no-sync"],
                stdout=log, stderr=log, cwd=folder, user=user, group=None, check=False,
            )  # fmt: skip
            if made.returncode:
                raise ground.CannotGoOn((folder / "log").read_text(encoding="utf-8", errors="replace"))
            # Between choosing a free port and listening on it another program may take it: then another one is chosen.
            for _attempt in range(5):
                port = free_port()
                process = subprocess.Popen(
                    [str(server), "-D", str(cluster), "-p", str(port), "-c", "listen_addresses=127.0.0.1",
                     "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "full_page_writes=off",
                     "-c", "synchronous_commit=off", "-c", "max_connections=200"],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, user=user, start_new_session=True,
                )  # fmt: skip
                try:
                    until = time.monotonic() + 60
                    while process.poll() is None and not answers(port) and time.monotonic() < until:
                        time.sleep(0.1)
                    if process.poll() is None:
                        yield f"postgresql+psycopg://tester:{password}@127.0.0.1:{port}/postgres"
                        return
                finally:
                    stop(process, signal.SIGINT)
            raise ground.CannotGoOn((folder / "log").read_text(encoding="utf-8", errors="replace"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def screen() -> Iterator[str | None]:
    """The name of a screen that nobody sees, gone afterwards; None where there is no Xvfb."""
    program = shutil.which("Xvfb")
    if program is None:
        yield None
        return
    reading, writing = os.pipe()
    # -noreset: else the last leaving client resets the server and Qt programs die with it.
    process = subprocess.Popen(
        [program, "-displayfd", str(writing), "-screen", "0", "1366x768x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[writing], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    os.close(writing)
    try:
        with os.fdopen(reading, "r", encoding="ascii") as answer:
            number = answer.readline().strip()
        yield f":{number}" if number else None
    finally:
        stop(process, signal.SIGTERM)


def environment(database: str | None, display: str | None) -> dict[str, str]:
    """What the tests are told: the database, the screen, and that windows are drawn off screen unless a test says else."""
    told = dict(os.environ)
    told.setdefault("QT_QPA_PLATFORM", "offscreen")
    told.pop("PYTHONDONTWRITEBYTECODE", None)  # else each program a test starts compiles every module anew
    if database:
        told["STATION_APP_TEST_DATABASE"] = database
    if display:
        told["DISPLAY"] = display
        told.pop("WAYLAND_DISPLAY", None)
    # The programs of .venv first, as a person has them who activated it.
    told["PATH"] = f"{ground.venv_program('python').parent}{os.pathsep}{told.get('PATH', '')}"
    return told


def run_tests(python: Path, words: list[str], told: dict[str, str]) -> int:
    """pytest's exit code; a Ctrl-C reaches pytest by itself, a request to end is passed on to it."""
    process = subprocess.Popen(
        [str(python), "-m", "pytest", *(words or EVERYTHING)], cwd=ground.ROOT, env=told, stdin=subprocess.DEVNULL
    )
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
        except SystemExit:
            # pytest still says what failed until now; its workers finish the test they are at.
            stop(process, signal.SIGINT, seconds=90)
            raise


def asked_to_end(number: int, _frame: FrameType | None) -> None:
    """A request to end (SIGTERM) unwinds everything, so that what was started is stopped."""
    raise SystemExit(128 + number)


def main(words: list[str]) -> int:
    """Set up, start, test, stop."""
    signal.signal(signal.SIGTERM, asked_to_end)
    try:
        ground.require_python()
        ground.system_packages(ground.python_parts() + SYSTEM_PACKAGES)
        python = ground.python_packages(tests=True)
        with postgresql() as database, screen() as display:
            ground.say(f"PostgreSQL: {'ok' if database else '-'}   Xvfb: {display or '-'}")
            return run_tests(python, words, environment(database, display))
    except ground.CannotGoOn as reason:
        ground.say(str(reason))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
