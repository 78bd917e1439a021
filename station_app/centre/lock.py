"""One writer at a time for a station's files beside the database, whichever process or thread it is."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

FOLDER: Final = "locks"


@contextmanager
def locked(folder: Path, name: str) -> Iterator[None]:
    """Wait for the lock of this name and hold it; the system gives it back when the process dies."""
    place = folder / FOLDER
    place.mkdir(exist_ok=True)
    handle = os.open(place / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait(handle)
        yield
    finally:
        os.close(handle)  # and with it the lock


if sys.platform == "win32":  # pragma: no cover  # the tests run on Linux

    def _wait(handle: int) -> None:
        import msvcrt

        while True:
            try:
                msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
                return
            except OSError:
                continue  # LK_LOCK gives up after ten seconds

else:

    def _wait(handle: int) -> None:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)
