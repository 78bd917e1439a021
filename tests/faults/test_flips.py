"""One flipped bit anywhere in the database's file is noticed, or changes nothing that anyone reads (SECURITY A02).

Longer: ``STATION_APP_FLIPS=10000``. An older copy of one page put back is not a flip: SQLCipher accepts it (measured), and
the rebuild notices it where a row differs; the last test shows that.
"""

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import station_app.kinds  # noqa: F401  # every kind
from station_app.kinds.base import KINDS
from station_app.messages import Refusal
from station_app.store.change import Author, Done, Edit
from station_app.store.engine import DRIVER_ERRORS, open_sqlite
from station_app.store.opened import Store
from station_app.store.refusals import StoreRefusal
from station_app.store.tables import entry as entry_table
from tests.faults.sizes import FLIPS

KEY = bytes(range(32))
AUTHOR = Author("00000000-0000-4000-8000-00000000000a")
PAGE = 4_096


@dataclass(frozen=True, slots=True)
class Station:
    """A closed station's file, and everything that can be read in it."""

    file: Path
    content: dict[str, Any]


def content_of(store: Store) -> dict[str, Any]:
    """Every row of every kind, and every journal line."""
    found: dict[str, Any] = {}
    with store.database.reading() as connection:
        for kind in KINDS:
            for row in connection.execute(select(KINDS[kind].__table__)):
                found[f"{kind} {row.id}"] = tuple(row)
        for at, line in connection.execute(select(entry_table.c.at, entry_table.c.line)):
            found[f"entry {at}"] = bytes(line)
    return found


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """A few hundred records, closed, the log written back."""
    folder = tmp_path_factory.mktemp("flips")
    store = Store.create(open_sqlite(folder / "station.db", KEY), folder, "15060210201")
    for n in range(40):
        assert isinstance(store.change([Edit("resident", {"name": f"王{n}", "note": "好" * n})], AUTHOR, "create"), Done)
    groups = [[Edit("activity", {"name": f"活动{n}", "held_on": "2025-03-05"})] for n in range(300)]
    assert isinstance(store.batch(groups, AUTHOR, "import"), Done)
    content = content_of(store)
    store.close()
    assert not (folder / "station.db-wal").exists()
    yield Station(folder / "station.db", content)


def outcome(station: Station, folder: Path, sealed: bool = True) -> str:
    """What the program says of this file: "opening", "chain", "rows", or "unnoticed" with what changed, or "same"."""
    if not sealed:  # the harness's own control: a file without seals
        database = open_sqlite(folder / "station.db", None)
    else:
        database = open_sqlite(folder / "station.db", KEY)
    try:
        store = Store.open(database, folder)
        if isinstance(store, Refusal):
            assert store.code is StoreRefusal.VAULT_DAMAGED and store.message
            return "opening"
        if set(store.check().values()) != {"ok"}:
            return "chain"
        return "same" if content_of(store) == station.content else "unnoticed"
    except DRIVER_ERRORS:
        return "error"
    finally:
        database.close()


def test_every_flipped_bit_is_noticed(station: Station, tmp_path: Path) -> None:
    """Not one value differs unnoticed; nearly all files are refused when they are opened."""
    dice = random.Random(20261124)
    raw = station.file.read_bytes()
    seen: dict[str, int] = {}
    for _n in range(FLIPS):
        place, bit = dice.randrange(len(raw)), dice.randrange(8)
        (tmp_path / "station.db").write_bytes(raw[:place] + bytes([raw[place] ^ 1 << bit]) + raw[place + 1 :])
        for left in ("-wal", "-shm"):
            (tmp_path / f"station.db{left}").unlink(missing_ok=True)
        said = outcome(station, tmp_path)
        seen[said] = seen.get(said, 0) + 1
        assert said != "unnoticed", (place, bit)
    assert seen.get("opening", 0) > FLIPS * 0.9, seen  # the faults fired, and were met at the door
    assert (tmp_path / "station.db").stat().st_size >= len(raw)


def test_the_unchanged_file_opens(station: Station, tmp_path: Path) -> None:
    """Else everything above would be noticed for a wrong reason."""
    shutil.copy(station.file, tmp_path / "station.db")
    assert outcome(station, tmp_path) == "same"


def test_the_harness_finds_values_changed_in_a_file_without_seals(station: Station, tmp_path: Path) -> None:
    """A planted weakness: the same flips in a plain file change values that nothing but the comparison sees."""
    shutil.copy(station.file, tmp_path / "sealed.db")
    plain = tmp_path / "plain"
    plain.mkdir()
    raw_connection = open_sqlite(tmp_path / "sealed.db", KEY)
    with raw_connection.writer.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        driver.execute(f"ATTACH DATABASE '{plain / 'station.db'}' AS plain KEY ''")
        driver.execute("SELECT sqlcipher_export('plain')")
        driver.execute("DETACH DATABASE plain")
    raw_connection.close()
    raw = (plain / "station.db").read_bytes()
    assert "活动7".encode() in raw
    place = raw.index("活动7".encode()) + len("活动".encode())
    found = [m for m in range(len(raw)) if raw.startswith("活动7".encode(), m)]
    changed = bytearray(raw)
    for place in found:
        changed[place + len("活动".encode())] ^= 1  # 7 → 6, in the table's row
    (plain / "station.db").write_bytes(changed)
    assert outcome(station, plain, sealed=False) in ("unnoticed", "chain")


def test_a_page_put_back_is_noticed_by_the_rebuild(station: Station, tmp_path: Path) -> None:
    """SQLCipher takes an older copy of one page (SECURITY §0); where a row differs, folding again says so."""
    shutil.copy(station.file, tmp_path / "station.db")
    store = Store.open(open_sqlite(tmp_path / "station.db", KEY), tmp_path)
    assert isinstance(store, Store)
    with store.reading() as reader:
        one = reader.all("activity", {"name": "活动7"})[0]
    assert isinstance(store.change([Edit("activity", {"name": "改过的活动"}, one.id)], AUTHOR, "edit"), Done)
    store.close()
    old, new = station.file.read_bytes(), (tmp_path / "station.db").read_bytes()
    differing = [n for n in range(0, len(old), PAGE) if old[n : n + PAGE] != new[n : n + PAGE] and n]
    said: list[str] = []
    for place in differing:
        (tmp_path / "station.db").write_bytes(new[:place] + old[place : place + PAGE] + new[place + PAGE :])
        again = Store.open(open_sqlite(tmp_path / "station.db", KEY), tmp_path)
        if isinstance(again, Refusal):
            said.append("opening")
            continue
        try:
            with again.reading() as reader:
                shown = reader.get("activity", one.id)
            if set(again.check().values()) != {"ok"}:
                said.append("chain")
            elif shown is None or shown.fields.get("name") != "改过的活动":
                assert again.differences() != [], place
                said.append("rebuild")
            else:
                said.append("not shown")
        except DRIVER_ERRORS:
            said.append("error")
        finally:
            again.close()
    assert "rebuild" in said, said  # a replayed page was accepted by the file, and found by the journal
