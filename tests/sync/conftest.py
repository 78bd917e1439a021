"""A fictional station as new, copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from station_app.compose import OpenStation, open_station
from tests.sync.parts import PASSWORD, good, new_station


@pytest.fixture(scope="session")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A station made once: key derivation and its sheet take seconds."""
    folder = tmp_path_factory.mktemp("new") / "station"
    new_station(folder).close()
    return folder


@pytest.fixture
def station(new: Path, tmp_path: Path) -> Iterator[OpenStation]:
    """An open station that is not enrolled."""
    shutil.copytree(new, tmp_path / "station")
    opened = good(open_station(tmp_path / "station", None, lambda _name: PASSWORD))
    yield opened
    opened.close()


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    """A folder that stands for the stick."""
    (tmp_path / "usb").mkdir()
    return tmp_path / "usb"
