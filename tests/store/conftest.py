"""Stores to test on: an empty one for each test, with the throw-away kinds declared."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from station_app.store.change import Author
from station_app.store.engine import open_sqlite
from station_app.store.opened import Store
from tests.store.throwaway import known

STATION = "15060210201"
AUTHOR = Author("00000000-0000-4000-8000-00000000000a")


@pytest.fixture
def kinds() -> Iterator[None]:
    """The throw-away kinds."""
    with known():
        yield


@pytest.fixture
def store(kinds: None, tmp_path: Path) -> Iterator[Store]:
    """An empty, encrypted store."""
    opened = Store.create(open_sqlite(tmp_path / "station.db", secrets.token_bytes(32)), tmp_path, STATION)
    yield opened
    opened.close()
