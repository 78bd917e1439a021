"""A station of every released version is opened by this program for ever: nothing is lost, and it goes on working.

Each folder under tests/golden/stores was made by the program of that revision; its people are fictional.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from station_app import compose
from station_app.compose import OpenStation
from station_app.messages import Refusal
from station_app.report.month import numbers
from station_app.store import migrations
from station_app.store.change import Edit
from station_app.store.engine import open_sqlite
from station_app.store.tables import entry as entry_table
from station_app.store.vault import Vault

STORES = Path(__file__).parent.parent / "golden" / "stores"


def opened(folder: Path, name: str, password: str) -> OpenStation:
    """The station, which must open."""
    station = compose.open_station(folder, name, lambda _name: password)
    assert not isinstance(station, Refusal), station.message
    return station


def lines_of(station: OpenStation) -> list[bytes]:
    """The journal's stored lines."""
    with station.store.database.reading() as connection:
        return [
            bytes(line) for line in connection.execute(select(entry_table.c.line).order_by(entry_table.c.at)).scalars()
        ]


@pytest.fixture(params=sorted(p.name for p in STORES.iterdir()))
def old(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path, dict[str, Any]]:
    """A copy of an old station, and what it is known to hold."""
    folder = tmp_path / "station"
    shutil.copytree(STORES / request.param, folder)
    return request.param, folder, json.loads((folder / "expected.json").read_text("utf-8"))


def test_an_old_station_opens_with_everything_in_it(old: tuple[str, Path, dict[str, Any]]) -> None:
    """Seen failing: a revision that empties a table; one that leaves a column out."""
    revision, folder, expected = old
    for name, password in (("王主任", f"golden password {revision}"), ("李干事", "golden password clerk")):
        station = opened(folder, name, password)
        with station.store.reading() as reader:
            assert migrations.stored(reader.connection) == migrations.HEAD
            assert {kind: reader.count(kind) for kind in expected["counts"]} == expected["counts"]
            figures = {f.key: f.month for f in numbers(reader.connection, station.store.station, "2024-03")}
            assert {key: figures[key] for key in expected["figures"]} == expected["figures"]
            assert [f.id for f in reader.find("萨仁")] == [expected["resident"]]
        assert station.store.entry_count() >= expected["entries"]
        assert set(station.store.check().values()) == {"ok"} and station.store.differences() == []
        assert station.blobs.get(expected["photo"]) == b"not really a photo"
        station.close()


def test_an_old_station_goes_on_working(old: tuple[str, Path, dict[str, Any]]) -> None:
    """Its journal stays byte for byte; new entries follow; its owner changes the password and comes back."""
    revision, folder, expected = old
    station = opened(folder, "王主任", f"golden password {revision}")
    before = lines_of(station)
    done = station.store.change([Edit("resident", {"note": "升级以后"}, expected["resident"])], station.author, "edit")
    assert not isinstance(done, Refusal), done.message
    assert lines_of(station)[: expected["entries"]] == before[: expected["entries"]]
    fresh = station.vault.set_password(station.unlocked, "王主任", "a newer password")
    assert not isinstance(fresh, Refusal)
    station.close()
    again = opened(folder, "王主任", "a newer password")
    with again.store.reading() as reader:
        found = reader.get("resident", expected["resident"])
    assert found is not None and found.fields["note"] == "升级以后"
    assert again.store.differences() == []
    again.close()


def test_a_database_made_before_there_were_migrations_is_at_the_first(tmp_path: Path) -> None:
    """It says no revision; its rows stay, its journal verifies, search finds."""
    folder = tmp_path / "station"
    shutil.copytree(STORES / "0001", folder)
    vault = Vault.load(folder)
    assert not isinstance(vault, Refusal)
    unlocked = vault.unlock("王主任", "golden password 0001")
    assert not isinstance(unlocked, Refusal)
    database = open_sqlite(folder / "station.db", unlocked.key)
    with database.writing() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    database.close()
    station = opened(folder, "王主任", "golden password 0001")
    with station.store.reading() as reader:
        assert migrations.stored(reader.connection) == migrations.HEAD
        assert reader.count("farm_plot") == 48 and len(reader.find("萨仁")) == 1
    assert station.store.differences() == [] and set(station.store.check().values()) == {"ok"}
    station.close()
