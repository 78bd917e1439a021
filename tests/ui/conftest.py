"""One fictional station, made once; every test gets a copy of its own in a window of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from station_app.compose import create_station, open_station
from station_app.messages import Refusal
from station_app.ui.app import Window, application
from tests.ui.windows import HEAD, NAME, PASSWORD, TOWNSHIP, copy_of, settle, wait


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The program's own application: fonts, palette and stylesheet as in the program."""
    return application()


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The station's folder; nobody opens it but to copy it."""
    folder = tmp_path_factory.mktemp("station") / "data"
    with pytest.MonkeyPatch.context() as turned:  # before any day that a test works on: a clock behind is marked and said
        turned.setenv("STATION_APP_NOW", "2024-01-02T08:00:00")
        made = create_station(folder, NAME, TOWNSHIP, "01", HEAD, PASSWORD)
        assert not isinstance(made, Refusal), made.message
        made.station.close()
    return folder


@pytest.fixture
def folder(made_once: Path, tmp_path: Path) -> Path:
    """A copy of the station for this test."""
    return copy_of(made_once, tmp_path / "data")


@pytest.fixture
def locked(qapp: QApplication, folder: Path) -> Iterator[Window]:
    """The window on its unlock screen."""
    window = Window(folder)
    window.show()
    wait(lambda: window.unlock.users.count() > 0)
    settle(window)
    yield window
    _end(window)


@pytest.fixture
def window(qapp: QApplication, folder: Path) -> Iterator[Window]:
    """The window with the station open."""
    window = Window(folder)
    window.show()
    window.activateWindow()
    wait(lambda: window.unlock.users.count() > 0)
    settle(window)
    station = open_station(folder, HEAD, lambda _name: PASSWORD)
    assert not isinstance(station, Refusal), station.message
    window._opened(station)
    wait(lambda: window.main is not None)
    settle(window)
    yield window
    _end(window)


def _end(window: Window) -> None:
    if window.main is not None and window.main.page is not None:
        window.main.page.unsaved = lambda: False  # type: ignore[method-assign]  # nobody is asked at the end of a test
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents()
    QApplication.processEvents()
