"""Backups of an open station, and restoring one into a folder: whole, proven and under a new device id, or not at all."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from station_app.clock import LOCAL, now_ms
from station_app.compose.station import DATABASE, RECOVERY, OpenStation, recover_station
from station_app.messages import Refusal
from station_app.store import backup
from station_app.store.alone import alone
from station_app.store.backup import Told, untold
from station_app.store.engine import open_sqlite
from station_app.store.files import sync_folder
from station_app.store.opened import Store
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action, may
from station_app.store.vault import Unlocked, Vault
from station_app.work import backing_up
from station_app.work.backing_up import Drilled, Made, Status

_TURN: Final = "restoring.turn"


def back_up(
    station: OpenStation, file: Path | None = None, reason: str = "now", told: Told = untold
) -> Made | Refusal:  # fmt: skip
    """A proven backup at the place for backups, or in a file of one's choice."""
    if not station.may(Action.BACK_UP):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    if file is None:
        return backing_up.back_up(station, reason, told)
    return backing_up.back_up_to(station, file, told)


def backup_status(station: OpenStation) -> Status:
    """How it stands with the backups."""
    return backing_up.status(station)


def backup_place(station: OpenStation, place: Path | None) -> Path | Refusal:
    """Choose the folder (another disk, a stick) where backups go."""
    if not station.may(Action.BACK_UP):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    return backing_up.choose_place(station, place)


def drill(station: OpenStation, file: Path | None = None, told: Told = untold) -> Drilled | Refusal:
    """Rehearse a restore."""
    if not station.may(Action.BACK_UP):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    return backing_up.drill(station, file, told)


# ---------------------------------------------------------------------- restoring


@dataclass(frozen=True, slots=True)
class Way:
    """How a backup is opened: by a user's password of that day, or by the recovery sheet's code, which then gives the user
    a new password and is replaced."""

    user: str | None
    password: Callable[[str], str]
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Restored:
    """A station restored into a folder, under a device id of its own."""

    folder: Path
    station: str
    device: str
    entries: int
    made: int
    kept_as: Path | None  # where the folder that was there before is now
    recovery_sheet: Path | None


def restore(file: Path, folder: Path, way: Way, *, replace: bool = False, told: Told = untold) -> Restored | Refusal:
    """Restore a backup into ``folder``: prepared and proven beside it, then put in its place by a rename.

    A folder that holds anything is refused (``folder_taken``), or with ``replace`` renamed aside first, never deleted.
    The copy gets a new device id: two chains never share a device; it hands in again only after a new enrolment. Every
    chain is verified and the whole journal folded anew before anything is put in place.
    """
    folder = folder.absolute()
    finish_restoring(folder)
    taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    if taken and not replace:
        return Refusal(StoreRefusal.FOLDER_TAKEN, {"folder": str(folder)})
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        size = file.stat().st_size
        free = shutil.disk_usage(folder.parent).free
        if free < 2 * size:
            values = {"place": str(folder.parent), "needed": 2 * size // 1_048_576 + 1, "free": free // 1_048_576}
            return Refusal(StoreRefusal.NO_ROOM, values)
        with _staging(folder) as stage:
            prepared = _prepared(file, stage, way, told)
            if isinstance(prepared, Refusal):
                return prepared
            sheet = (stage / RECOVERY).is_file()
            aside = _put_in_place(stage, folder)
            return Restored(
                folder, prepared.station, prepared.device, prepared.entries, prepared.made, aside, folder / RECOVERY if sheet else None
            )  # fmt: skip
    except FileNotFoundError:
        return Refusal(StoreRefusal.NOT_A_BACKUP, {"file": file.name})
    except OSError as error:
        return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})


@dataclass(frozen=True, slots=True)
class _Prepared:
    station: str
    device: str
    entries: int
    made: int


def _prepared(file: Path, stage: Path, way: Way, told: Told) -> _Prepared | Refusal:
    found = backup.read(file, stage, told)
    if isinstance(found, Refusal):
        return found
    unlocked = _unlocked(stage, way)
    if isinstance(unlocked, Refusal):
        return unlocked
    if not may(unlocked.user.role, Action.RESTORE):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    seen = backup.examined(found, file, unlocked.key, stage, fully=True, told=told)
    if isinstance(seen, Refusal):
        return seen
    store = Store.open(open_sqlite(stage / DATABASE, unlocked.key), stage)
    if isinstance(store, Refusal):
        return store
    try:
        store.take_new_identity()
        backing_up.forget(store)
        return _Prepared(store.station, store.device, store.entry_count(), found.manifest.made)
    finally:
        store.close()


def _unlocked(stage: Path, way: Way) -> Unlocked | Refusal:
    vault = Vault.load(stage)
    if isinstance(vault, Refusal):
        return vault
    active = [u for u in vault.users() if u.active]
    name = way.user or active[0].name
    password = way.password(name)
    if way.code is not None:
        sheet = recover_station(stage, way.code, name, password)
        if isinstance(sheet, Refusal):
            return sheet
        again = Vault.load(stage)
        if isinstance(again, Refusal):
            return again
        vault = again
    return vault.unlock(name, password)


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
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


def _put_in_place(stage: Path, folder: Path) -> Path | None:
    """Old folder aside, new one in its place: two renames; killed between them, :func:`finish_restoring` does the second."""
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
    sync_folder(folder.parent)
    return aside


def _names(folder: Path, stamp: str) -> Iterator[Path]:
    yield folder.with_name(f"{folder.name}.before-{stamp}")
    number = 2
    while True:
        yield folder.with_name(f"{folder.name}.before-{stamp}-{number}")
        number += 1


def finish_restoring(folder: Path) -> bool:
    """Finish a restore that was killed between its two renames. True when there was one."""
    ready = _ready(folder.absolute())
    if folder.exists() or not ready.is_dir():
        return False
    os.rename(ready, folder)
    sync_folder(folder.absolute().parent)
    return True


def verified(file: Path) -> dict[str, Any] | None:
    """CONTRACT's result of ``verify`` for a backup, without a password: is every byte as it was written? None: it is no backup."""
    found = backup.read(file)
    problems: list[dict[str, str]] = []
    if isinstance(found, Refusal):
        if found.code is StoreRefusal.NOT_A_BACKUP:
            return None
        problems.append({"code": found.code.value, "message": found.message})
    return {"what": "backup", "valid": not problems, "signer": None, "countersigner": None, "problems": problems}
