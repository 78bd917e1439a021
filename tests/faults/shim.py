"""The layer under the C library that fails or writes down writes and syncs (shim.c): built here, told what to do by ctypes."""

import ctypes
import hashlib
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parent / "shim.c"
ROOT: Final = Path(__file__).parent.parent.parent
_HEAD: Final = struct.Struct("=4Q")


class Mode(IntEnum):
    """What happens at the chosen moment; the numbers are shim.c's."""

    EIO = 1
    NO_SPACE = 2
    SHORT_THEN_FULL = 3
    TORN_KILL = 4
    KILL_BEFORE = 5
    KILL_AFTER = 6
    NO_SPACE_EVER = 7


class On(IntEnum):
    """Which calls are counted."""

    WRITE = 1
    SYNC = 2


def built() -> Path:
    """The shared library, compiled once for this source. Raises when there is no compiler: packaging/ground.py installs one."""
    source = SOURCE.read_bytes()
    made = Path(tempfile.gettempdir()) / f"station-app-shim-{os.getuid()}-{hashlib.sha256(source).hexdigest()[:16]}.so"
    if not made.exists():
        compiler = shutil.which("cc") or shutil.which("gcc")
        assert compiler is not None, "no C compiler: apt-get install gcc libc6-dev"
        part = made.with_suffix(f".{os.getpid()}")
        command = [
            compiler,
            "-Wall",
            "-Wextra",
            "-Werror",
            "-O1",
            "-shared",
            "-fPIC",
            "-o",
            str(part),
            str(SOURCE),
            "-ldl",
        ]
        subprocess.run(command, check=True)
        part.replace(made)
    return made


def under_shim(module: str, words: Sequence[str], temp: Path) -> "subprocess.CompletedProcess[str]":
    """Run a module of ours in a process above the shim."""
    told = {
        **os.environ,
        "LD_PRELOAD": str(built()),
        "TMPDIR": str(temp),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    command = [sys.executable, "-m", module, *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=told)


class Shim:
    """The layer of this very process, which must have been started above it."""

    def __init__(self) -> None:
        assert "station-app-shim" in os.environ.get("LD_PRELOAD", ""), "started without the shim: see under_shim()"
        self._c = ctypes.CDLL(None)

    def watch(self, folder: Path) -> None:
        """Everything below this folder counts, but for the wal-index."""
        self._c.shim_watch(str(folder).encode())

    def arm(self, on: On, mode: Mode, nth: int) -> None:
        """Count from here on, and let the n-th call fail; 0 only counts."""
        self._c.shim_arm(int(on), int(mode), nth)

    def fired(self) -> int:
        """How many calls were made to fail since :meth:`arm`."""
        return int(self._c.shim_fired())

    def count(self, on: On) -> int:
        """How many such calls there were since :meth:`arm`."""
        return int(self._c.shim_count(int(on)))

    def log(self, file: Path) -> None:
        """Write every call down from here on."""
        assert self._c.shim_log(str(file).encode()) >= 0

    def mark(self, n: int) -> None:
        """Write down that operation ``n`` has been acknowledged."""
        self._c.shim_mark(n)


@dataclass(frozen=True, slots=True)
class Event:
    """One call: C create, O open, W write, T truncate, S sync of a file, D sync of a folder, R rename, U unlink, M mkdir, A acknowledged."""

    kind: str
    number: int  # the file's, where it has one
    offset: int  # of a write; the length of a truncation; the operation acknowledged
    data: bytes  # of a write; else the path, or both paths


def events(log: Path) -> Iterator[Event]:
    """What was written down, in order."""
    raw = memoryview(log.read_bytes())
    at = 0
    while at < len(raw):
        kind, number, offset, size = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        yield Event(chr(kind), number, offset, bytes(raw[at : at + size]))
        at += size
