"""What every test runs under: windows off screen, properties not timed, and no test near a person's own data."""

import os
import uuid
from collections.abc import Iterator

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, text

from station_app.store.engine import Database, open_postgres

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Two cores are shared by everything that runs here: how long an example takes says nothing about the program.
settings.register_profile("station_app", deadline=None, print_blob=True)
settings.load_profile("station_app")


@pytest.fixture(scope="session", autouse=True)
def _empty_user_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The platform's user folders lead to an empty place, for this process and those it starts."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(home / name.lower()))
        yield


@pytest.fixture(autouse=True)
def _a_computer_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this computer remembers of stations (their anchors) is forgotten between tests, which copy them about."""
    state = tmp_path_factory.getbasetemp() / "state" / uuid.uuid4().hex
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")  # nor is anybody's keyring written


@pytest.fixture(scope="session", autouse=True)
def _quick_password_hashing() -> Iterator[None]:
    """Argon2id at the floor a vault accepts: hundreds of vaults are opened here, none of them guards anybody."""
    from station_app.store import vault

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vault, "MEMORY_KIB", 19 * 1024)
        patch.setattr(vault, "TIME_COST", 2)
        patch.setattr(vault, "LANES", 1)
        yield


@pytest.fixture
def postgres() -> Iterator[Database]:
    """A PostgreSQL schema of its own, dropped afterwards."""
    url = os.environ.get("STATION_APP_TEST_DATABASE")
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
