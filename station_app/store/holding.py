"""Who holds a station's files: one writer of a small file at a time, and a key change only when nobody else has the station open.

The locks are the system's own: it gives them back when a process dies.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

#: Beside the vault; empty, and left where it is.
WRITING: Final = ".vault.lock"
OPEN: Final = ".station.lock"


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Wait until no other process or thread writes the vault, and hold it. Raises OSError where nothing can be written."""
    handle = _file(folder / WRITING)
    try:
        _lock(handle, exclusive=True, wait=True)
        yield
    finally:
        os.close(handle)  # and with it the lock


class Holding:
    """An open station's claim on its files: shared by everyone who has it open, or all alone for a moment."""

    def __init__(self, folder: Path) -> None:
        """Waits while somebody else has it alone. Raises OSError where nothing can be written."""
        self._handle: int | None = _file(folder / OPEN)
        _lock(self._handle, exclusive=False, wait=True)

    def alone(self) -> bool:
        """Claim the files alone; False when somebody else has the station open. :meth:`shared` gives back."""
        if self._handle is None:
            return False
        if _lock(self._handle, exclusive=True, wait=False):
            return True
        self.shared()
        return False

    def shared(self) -> None:
        """Share again."""
        if self._handle is not None:
            _lock(self._handle, exclusive=False, wait=True)

    def release(self) -> None:
        """The station is closed."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _file(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


if sys.platform == "win32":  # pragma: no cover  # the tests run on Linux
    _PLACES: Final = 256

    def _lock(handle: int, *, exclusive: bool, wait: bool) -> bool:
        """Windows knows exclusive locks only: who shares holds one byte of many, who is alone holds them all."""
        import msvcrt
        import time

        for first, size in ((0, _PLACES), *((n, 1) for n in range(_PLACES))):
            os.lseek(handle, first, os.SEEK_SET)
            try:
                msvcrt.locking(handle, msvcrt.LK_UNLCK, size)
            except OSError:
                continue
        while True:
            for first, size in ((0, _PLACES),) if exclusive else ((n, 1) for n in range(_PLACES)):
                os.lseek(handle, first, os.SEEK_SET)
                try:
                    msvcrt.locking(handle, msvcrt.LK_NBLCK, size)
                    return True
                except OSError:
                    continue
            if not wait:
                return False
            time.sleep(0.05)

else:

    def _lock(handle: int, *, exclusive: bool, wait: bool) -> bool:
        import fcntl

        how = (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | (0 if wait else fcntl.LOCK_NB)
        try:
            fcntl.flock(handle, how)
        except BlockingIOError:
            return False
        return True
