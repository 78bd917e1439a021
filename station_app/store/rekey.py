"""Changing the data key of a database: written anew under the new key, proven, renamed into place; never in place.

Killed at any step, either the old file under the old key or the new file under the new one lies there whole.
"""

import os
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import sqlcipher3

from station_app.messages import Refusal
from station_app.store.engine import DRIVER_ERRORS, is_disk_error
from station_app.store.files import sync_folder
from station_app.store.refusals import StoreRefusal

NEXT: Final = ".next"
#: Beside a SQLite file: logs that belong to that very file and to no other of the same name.
_BESIDE: Final = ("-wal", "-shm", "-journal")
_SPARE: Final = 16 * 1024 * 1024


def opens(file: Path, key: bytes) -> bool:
    """Whether this key opens this file."""
    if not file.is_file() or file.stat().st_size == 0:
        return False
    try:
        with closing(_connected(file, key)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except DRIVER_ERRORS:
        return False
    return True


def exchanged(file: Path, old: bytes, new: bytes) -> Refusal | None:
    """See to it that ``file`` is under the new key. The caller holds the station alone and has no connection open.

    A broken-off attempt is begun anew; one that was finished is left as it is.
    """
    fresh = file.with_name(file.name + NEXT)
    try:
        _clear(fresh)
        if opens(file, new):
            return None
        size = file.stat().st_size + sum(p.stat().st_size for p in map(_beside(file), _BESIDE) if p.exists())
        free = shutil.disk_usage(file.parent).free
        if free < size + _SPARE:
            needed, there = (size + _SPARE) // 1_048_576 + 1, free // 1_048_576
            return Refusal(StoreRefusal.NO_ROOM, {"place": str(file.parent), "needed": needed, "free": there})
        counts = _exported(file, old, fresh, new)
        if counts is None:
            return Refusal(StoreRefusal.OPEN_ELSEWHERE)
        if not _proven(fresh, new, counts):
            _clear(fresh)
            return Refusal(StoreRefusal.VAULT_DAMAGED, {"part": file.name})
        with fresh.open("rb+") as written:
            os.fsync(written.fileno())
        if any(
            p.exists() for p in map(_beside(file), _BESIDE)
        ):  # a log of the old file would be played into the new one
            _clear(fresh)
            return Refusal(StoreRefusal.OPEN_ELSEWHERE)
        os.replace(fresh, file)
        sync_folder(file.parent)
    except OSError as error:
        _tidied(fresh)
        return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
    except DRIVER_ERRORS as error:
        _tidied(fresh)
        if is_disk_error(error):
            return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
        return Refusal(StoreRefusal.VAULT_DAMAGED, {"part": file.name})
    return None


def _exported(file: Path, old: bytes, fresh: Path, new: bytes) -> dict[str, int] | None:
    """Every table's rows, copied in one exclusive transaction; None when somebody else has the file open."""
    with closing(_connected(file, old)) as connection:
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            mode = connection.execute("PRAGMA journal_mode=DELETE").fetchall()
        except sqlcipher3.dbapi2.OperationalError as error:
            if "locked" in str(error):
                return None
            raise
        if mode != [("delete",)]:
            return None
        connection.execute("ATTACH DATABASE ? AS fresh KEY ?", (str(fresh), f"x'{new.hex()}'"))
        connection.execute("PRAGMA fresh.synchronous=OFF")  # synced as a whole before it is renamed
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("SELECT sqlcipher_export('fresh')").fetchall()
        for pragma in ("user_version", "application_id"):
            (value,) = connection.execute(f"PRAGMA main.{pragma}").fetchone()
            connection.execute(f"PRAGMA fresh.{pragma}={int(value)}")
        counts = _counts(connection, "main")
        connection.execute("COMMIT")
        connection.execute("DETACH DATABASE fresh")
    return counts


def _proven(file: Path, key: bytes, counts: dict[str, int]) -> bool:
    """Whether every page bears its seal, the tree is whole, and not a row is missing."""
    with closing(_connected(file, key)) as connection:
        return (
            not connection.execute("PRAGMA cipher_integrity_check").fetchall()
            and connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            and _counts(connection, "main") == counts
        )


def _counts(connection: Any, schema: str) -> dict[str, int]:
    names = connection.execute(f"SELECT name FROM {schema}.sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    found: dict[str, int] = {}
    for (name,) in names:
        quoted = '"' + str(name).replace('"', '""') + '"'
        (found[name],) = connection.execute(f"SELECT count(*) FROM {schema}.{quoted}").fetchone()
    return found


def _connected(file: Path, key: bytes) -> Any:
    connection = sqlcipher3.dbapi2.connect(str(file), isolation_level=None, timeout=2)
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(
        "PRAGMA temp_store=MEMORY"
    )  # what is sorted on the way must not lie readable in a temporary file
    return connection


def _beside(file: Path) -> Any:
    return lambda ending: file.with_name(file.name + ending)


def _clear(fresh: Path) -> None:
    for path in (fresh, *map(_beside(fresh), _BESIDE)):
        path.unlink(missing_ok=True)


def _tidied(fresh: Path) -> None:
    try:
        _clear(fresh)
    except OSError:
        return  # the next attempt clears it
