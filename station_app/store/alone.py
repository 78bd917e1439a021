"""A turn that only one process (or thread) takes at a time; the system gives it back when the process dies."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(file: Path) -> Iterator[bool]:
    """Yield whether the turn is ours: True until the block ends, False when somebody else has it (nobody waits).

    What a killed holder left behind may be cleared away by the next one at once. Raises OSError when the disk refuses.
    """
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _taken(handle)
    finally:
        os.close(handle)  # and with it the turn


if sys.platform == "win32":  # pragma: no cover  # the tests run on Linux

    def _taken(handle: int) -> bool:
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _taken(handle: int) -> bool:
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
