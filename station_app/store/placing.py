"""A restored folder put in its place: prepared beside it, renamed when whole; the old one is renamed aside, never deleted."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from station_app.clock import LOCAL, now_ms
from station_app.store.alone import alone
from station_app.store.files import sync_folder

_TURN: Final = "restoring.turn"


@contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """An empty folder beside the one to be; what killed restores left there is cleared."""
    stage = folder.with_name(f".{folder.name}.restoring-{secrets.token_hex(4)}")
    for left in folder.parent.glob(f".{folder.name}.restoring-*"):
        with alone(left / _TURN) as nobodys:
            if nobodys:
                shutil.rmtree(left, ignore_errors=True)
    stage.mkdir()
    try:
        with alone(stage / _TURN):
            yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _ready(folder: Path) -> Path:
    """The name that only a wholly prepared and proven folder gets."""
    return folder.with_name(f".{folder.name}.restored")


def put_in_place(stage: Path, folder: Path, carry: str) -> Path | None:
    """Old folder aside (its name is returned), new one in its place: two renames; killed between them, :func:`finish` does the second.

    ``carry``: a folder inside the old one that goes on being the new one's.
    """
    (stage / _TURN).unlink()
    for part in (stage, *(path for path in stage.rglob("*") if path.is_dir())):
        sync_folder(part)
    ready, aside = _ready(folder), None
    if ready.exists():  # of a restore killed before anything was moved: the old folder was still in place
        shutil.rmtree(ready)
    os.rename(stage, ready)
    if folder.exists():
        if any(folder.iterdir()):
            stamp = datetime.fromtimestamp(now_ms() / 1000, LOCAL).strftime("%Y%m%d-%H%M%S")
            aside = next(p for p in _names(folder, stamp) if not p.exists())
            os.rename(folder, aside)
        else:
            folder.rmdir()
    os.rename(ready, folder)
    if aside is not None and (aside / carry).is_dir():
        os.rename(aside / carry, folder / carry)  # the other backups go on being the station's
    sync_folder(folder.parent)
    return aside


def _names(folder: Path, stamp: str) -> Iterator[Path]:
    yield folder.with_name(f"{folder.name}.before-{stamp}")
    number = 2
    while True:
        yield folder.with_name(f"{folder.name}.before-{stamp}-{number}")
        number += 1


def finish(folder: Path) -> bool:
    """Finish a restore that was killed between its two renames. True when there was one."""
    ready = _ready(folder.absolute())
    if folder.exists() or not ready.is_dir():
        return False
    os.rename(ready, folder)
    sync_folder(folder.absolute().parent)
    return True
