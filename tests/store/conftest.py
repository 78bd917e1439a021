"""Stores to test on: an empty one for each test, with the throw-away kinds declared."""

import os
import secrets
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from station_app.store.change import Author
from station_app.store.engine import Database, open_postgres, open_sqlite
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


def postgres_url() -> str | None:
    """The test database of PostgreSQL, where one was started."""
    return os.environ.get("STATION_APP_TEST_DATABASE")


@pytest.fixture
def postgres() -> Iterator[Database]:
    """A PostgreSQL schema of its own, dropped afterwards."""
    url = postgres_url()
    assert url, "packaging/test.py starts PostgreSQL and names it in STATION_APP_TEST_DATABASE"
    schema = f"t_{uuid.uuid4().hex[:12]}"
    admin = create_engine(url)
    with admin.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    database = open_postgres(f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}")
    yield database
    database.close()
    with admin.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    admin.dispose()
