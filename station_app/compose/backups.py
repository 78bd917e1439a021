"""Backups of an open station, and restoring one into a folder: whole, proven and under a new device id, or not at all."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from station_app.compose import keys
from station_app.compose.erasing import carry_list
from station_app.compose.keys import DATABASE, RECOVERY
from station_app.compose.station import OpenStation
from station_app.kinds.key_event import KeyAct
from station_app.messages import Refusal
from station_app.store import backup, placing
from station_app.store.backup import Told, untold
from station_app.store.engine import DRIVER_ERRORS, is_disk_error, open_sqlite
from station_app.store.files import write_whole
from station_app.store.guard import Guard
from station_app.store.opened import Store
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action, may
from station_app.store.vault import Unlocked, Vault
from station_app.trust.anchors import machine
from station_app.work import backing_up, backup_shelf
from station_app.work.backing_up import Drilled, Made
from station_app.work.backup_shelf import Status


def back_up(
    station: OpenStation, file: Path | None = None, reason: str = "now", told: Told = untold
) -> Made | Refusal:  # fmt: skip
    """A proven backup at the place for backups, or in a file of one's choice."""
    if not station.may(Action.BACK_UP):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    if file is None:
        return backing_up.back_up(station, reason, told)
    return backing_up.back_up_to(station, file, told)


def backup_before_import(station: OpenStation, told: Told = untold) -> Refusal | None:
    """A backup before many records come in at once; whoever may import may have it. None: done, or none was needed.

    Another backup being made this very moment is no reason to wait; a disk that is full is one not to import.
    """
    made = backing_up.before_import(station, told)
    return made if isinstance(made, Refusal) and made.code is not StoreRefusal.BUSY_BACKING_UP else None


def backup_status(station: OpenStation) -> Status:
    """How it stands with the backups."""
    return backup_shelf.status(station)


def backup_due(station: OpenStation) -> bool:
    """Whether today's backup is still to be made, and who is at work may make it."""
    return station.may(Action.BACK_UP) and backing_up.due_today(station)


def backup_place(station: OpenStation, place: Path | None) -> Path | Refusal:
    """Choose the folder (another disk, a stick) where backups go."""
    if not station.may(Action.BACK_UP):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    return backup_shelf.choose_place(station, place)


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
    chain is verified, and every row must be what was proven to be the journal's fold when the backup was made.
    """
    folder = folder.absolute()
    placing.finish(folder)
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
        with placing.staging(folder) as stage:
            prepared = _prepared(file, stage, way, told)
            if isinstance(prepared, Refusal):
                return prepared
            carry_list(folder, stage)
            _list_from_beside(file.parent, prepared.station, stage)
            sheet = (stage / RECOVERY).is_file()
            aside = placing.put_in_place(stage, folder, backup_shelf.HERE)
            return Restored(
                folder, prepared.station, prepared.device, prepared.entries, prepared.made, aside, folder / RECOVERY if sheet else None
            )  # fmt: skip
    except FileNotFoundError:
        return Refusal(StoreRefusal.NOT_A_BACKUP, {"file": file.name})
    except OSError as error:
        return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
    except DRIVER_ERRORS as error:  # the restored copy is written to as well: its new device id, what it was
        if is_disk_error(error):
            return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
        raise


def _list_from_beside(place: Path, station: str, stage: Path) -> None:
    """On another computer the list of erasures that lies with the backups says what was erased since."""
    from station_app.work.erasing import LIST

    beside = backing_up.list_beside(place, station)
    if beside.is_file() and not (stage / LIST).is_file():
        write_whole(stage / LIST, beside.read_bytes())


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

    def examined(unlocked: Unlocked) -> Refusal | None:
        if not may(unlocked.user.role, Action.RESTORE):
            return Refusal(StoreRefusal.NOT_ALLOWED)
        seen = backup.examined(found, file, keys.whichever(stage, unlocked).key, stage, told=told)
        return seen if isinstance(seen, Refusal) else None

    unlocked = _unlocked(stage, way, examined)
    if isinstance(unlocked, Refusal):
        return unlocked
    store = _unguarded(stage, unlocked)
    if isinstance(store, Refusal):
        return store
    try:
        store.guard.become_new(store, "restored")
        backup_shelf.forget(store)
        if way.code is not None:
            keys.note(store, unlocked.user.id, KeyAct.RECOVERED, unlocked.user)
        return _Prepared(store.station, store.device, store.entry_count(), found.manifest.made)
    finally:
        store.close()


def _unguarded(stage: Path, unlocked: Unlocked) -> Store | Refusal:
    """What is remembered of the old device outside the file is no judge of a copy that becomes a new one."""
    database = open_sqlite(stage / DATABASE, keys.whichever(stage, unlocked).key)
    return Store.open(database, stage, Guard(machine=machine()))


def _unlocked(stage: Path, way: Way, examined: Callable[[Unlocked], Refusal | None]) -> Unlocked | Refusal:
    vault = Vault.load(stage)
    if isinstance(vault, Refusal):
        return vault
    name = way.user or next((u.name for u in vault.users() if u.active), "")
    password = way.password(name)
    if way.code is None:
        unlocked = vault.unlock(name, password)
        return unlocked if isinstance(unlocked, Refusal) else examined(unlocked) or unlocked

    def keep(unlocked: Unlocked, fresh: str) -> Refusal | None:
        """Everything is looked at before the old code becomes void; the new one is on paper first."""
        store = examined(unlocked) or _unguarded(stage, unlocked)
        if isinstance(store, Refusal):
            return store
        try:
            return keys.write_sheet(stage, store, fresh)
        finally:
            store.close()

    return vault.recover(way.code, name, password, keep)
