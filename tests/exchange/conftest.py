"""A store for each test of importing and exporting."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

import station_app.kinds  # noqa: F401  # declares every kind
from station_app.store.engine import open_sqlite
from station_app.store.opened import Store

STATION = "15060210201"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty, encrypted store of 罕台镇."""
    folder = tmp_path / "station"
    folder.mkdir()
    opened = Store.create(open_sqlite(folder / "station.db", secrets.token_bytes(32)), folder, STATION)
    yield opened
    opened.close()
