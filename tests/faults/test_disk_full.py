"""A full disk is refused in one sentence; what was acknowledged stays, and work goes on once there is room (SECURITY A10)."""

import json
import os
import resource
import secrets
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

import station_app.kinds  # noqa: F401  # every kind
from station_app.messages import Refusal
from station_app.store.change import Author, Done, Edit
from station_app.store.engine import open_sqlite
from station_app.store.opened import Store
from station_app.store.refusals import StoreRefusal

AUTHOR = Author("00000000-0000-4000-8000-00000000000a")
ROOT = Path(__file__).parent.parent.parent
Change = Callable[[Sequence[Edit]], Done | Refusal]


def fill(change: Change, most: int = 20_000) -> tuple[list[str], Refusal | None]:
    """Write until refused: the records acknowledged, and the refusal."""
    kept: list[str] = []
    for n in range(most):
        done = change([Edit("resident", {"name": f"王{n}", "note": "满" * 400})])
        if isinstance(done, Refusal):
            return kept, done
        kept += done.records
    return kept, None


def lost(store: Store, kept: Sequence[str]) -> list[str]:
    """What was acknowledged and cannot be read."""
    with store.reading() as reader:
        return [record for record in kept if reader.get("resident", record) is None]


def limit_pages(engine: Engine, pages: int) -> Callable[[], None]:
    """The database's file may not grow beyond this many pages; returns what lifts the limit."""

    def limited(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(engine, "connect", limited)
    engine.dispose()
    return lambda: event.remove(engine, "connect", limited)


def test_a_full_database_is_refused_clearly_and_recovers(tmp_path: Path) -> None:
    """SQLITE_FULL in the middle of a change and of a batch."""
    store = Store.create(open_sqlite(tmp_path / "station.db", secrets.token_bytes(32)), tmp_path, "15060210201")
    lift = limit_pages(store.database.writer, 260)
    kept, refused = fill(lambda edits: store.change(edits, AUTHOR, "create"))
    assert len(kept) > 20 and refused is not None  # the fault fired, after real work
    assert refused.code is StoreRefusal.DISK and "{" not in refused.message
    batch = store.batch([[Edit("activity", {"name": "活" * 500, "held_on": "2025-03-05"})] for _n in range(900)], AUTHOR, "import")
    assert isinstance(batch, Refusal) and batch.code is StoreRefusal.DISK
    assert lost(store, kept) == [] and set(store.check().values()) == {"ok"} and store.differences() == []
    lift()
    store.database.writer.dispose()
    again, refused = fill(lambda edits: store.change(edits, AUTHOR, "create"), 5)
    assert refused is None and lost(store, kept + again) == []
    assert store.differences() == []
    store.close()


def test_a_store_that_acknowledges_in_spite_of_the_disk_is_found_out(tmp_path: Path) -> None:
    """The planted bug: a refusal swallowed. The same look finds what is missing."""
    store = Store.create(open_sqlite(tmp_path / "station.db", secrets.token_bytes(32)), tmp_path, "15060210201")
    limit_pages(store.database.writer, 260)

    def swallowing(edits: Sequence[Edit]) -> Done | Refusal:
        done = store.change(edits, AUTHOR, "create")
        return Done(("x:1",), ("00000000-0000-4000-8000-0000000000ff",)) if isinstance(done, Refusal) else done

    kept, refused = fill(swallowing, 400)
    assert refused is None and lost(store, kept) != []
    store.close()


def test_a_file_that_may_not_grow_is_refused_clearly_and_recovers(tmp_path: Path) -> None:
    """The system refuses the write itself (the log grows first): in a process of its own, for the limit holds for a process."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.test_disk_full", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["acknowledged"] > 5 and said["refused"] == "disk"
    assert said["lost"] == 0 and said["readable_while_full"]
    assert said["after"] == 5 and said["chains"] == ["ok"] and said["differences"] == []


def _limited(folder: Path) -> dict[str, Any]:
    """Write under a limit of the size of files until refused, then without it."""
    store = Store.create(open_sqlite(folder / "station.db", secrets.token_bytes(32)), folder, "15060210201")
    with store.database.writer.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        driver.execute("PRAGMA wal_autocheckpoint = 100000")
    size = (folder / "station.db-wal").stat().st_size
    _soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 400_000, hard))
    kept, refused = fill(lambda edits: store.change(edits, AUTHOR, "create"))
    readable = lost(store, kept[-3:]) == []
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    again, _refused = fill(lambda edits: store.change(edits, AUTHOR, "create"), 5)
    return {
        "acknowledged": len(kept),
        "refused": None if refused is None else refused.code.value,
        "readable_while_full": readable,
        "lost": len(lost(store, kept)),
        "after": len(again),
        "chains": sorted(set(store.check().values())),
        "differences": store.differences(),
    }


if __name__ == "__main__":
    print(json.dumps(_limited(Path(sys.argv[1]))), flush=True)  # _exit flushes nothing
    os._exit(0)


@pytest.mark.parametrize("text", ["disk I/O error", "database or disk is full", "attempt to write a readonly database"])
def test_a_failed_write_throws_the_connection_away(tmp_path: Path, text: str) -> None:
    """After an I/O error a connection goes on failing (SECURITY §0): the next change has a new one."""
    import sqlcipher3

    store = Store.create(open_sqlite(tmp_path / "station.db", secrets.token_bytes(32)), tmp_path, "15060210201")
    made: list[int] = []
    event.listen(store.database.writer, "connect", lambda _connection, _record: made.append(1))

    def failing(connection: Any, station: str, written: Any) -> Any:
        raise sqlcipher3.dbapi2.OperationalError(text)

    store.door.rules.append(failing)
    refused = store.change([Edit("resident", {"name": "王"})], AUTHOR, "create")
    assert isinstance(refused, Refusal) and refused.code is StoreRefusal.DISK
    store.door.rules.clear()
    assert isinstance(store.change([Edit("resident", {"name": "王"})], AUTHOR, "create"), Done)
    assert made == [1]
    assert store.entry_count() == 1 and store.differences() == []
    store.close()
