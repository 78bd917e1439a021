"""An older file, a replaced part, a wrong clock: the window says so in one line, and the head can do something about it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from sqlalchemy import update

from station_app.compose import create_station, open_station
from station_app.kinds.base import KINDS
from station_app.messages import Refusal
from station_app.store.change import Done, Edit
from station_app.ui.app import Window
from station_app.ui.standing import NEW_DEVICE, REPAIR, StandingLine
from tests.ui.windows import HEAD, NAME, PASSWORD, TOWNSHIP, main_of, settle, wait


def opened(folder: Path) -> Window:
    """Unlocked by the head."""
    window = Window(folder)
    window.resize(1180, 720)
    window.show()
    wait(lambda: window.unlock.users.count() > 0)
    window._unlock(HEAD, PASSWORD)
    wait(lambda: window.main is not None)
    settle(window)
    return window


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed station with one resident."""
    made = create_station(tmp_path / "data", NAME, TOWNSHIP, "01", HEAD, PASSWORD)
    assert not isinstance(made, Refusal), made.message
    add(made.station, "王虚构")
    made.station.close()
    return tmp_path / "data"


def add(station: object, name: str) -> None:
    """A resident."""
    done = station.store.change([Edit("resident", {"name": name})], station.author, "add")  # type: ignore[attr-defined]
    assert isinstance(done, Done), done


@pytest.fixture
def shown(qapp: QApplication) -> Iterator[list[Window]]:
    """Windows to be closed."""
    windows: list[Window] = []
    yield windows
    for window in windows:
        window.close()
        window.deleteLater()
    QApplication.sendPostedEvents()


def line_of(windows: list[Window], folder: Path) -> StandingLine:
    """The line of a freshly opened window."""
    windows.append(opened(folder))
    return main_of(windows[-1]).standing


def test_nothing_is_said_of_the_newest_file(folder: Path, shown: list[Window]) -> None:
    """Seen failing: the line shown whenever there is a guard."""
    assert line_of(shown, folder).isHidden()


def test_an_older_file_is_said_and_the_head_goes_on(folder: Path, shown: list[Window], tmp_path: Path) -> None:
    """SECURITY A04 in the window: the sentence, the button, the new device."""
    shutil.copy(folder / "station.db", tmp_path / "older.db")
    station = open_station(folder, HEAD, lambda _name: PASSWORD)
    assert not isinstance(station, Refusal)
    add(station, "李虚构")
    old = station.store.device
    station.close()
    shutil.copy(tmp_path / "older.db", folder / "station.db")
    line = line_of(shown, folder)
    assert not line.isHidden() and "旧版本" in line.text.text() and not line.action.isHidden()
    line.do(NEW_DEVICE)
    settle(shown[0])
    assert "新设备" in line.text.text() and line.action.isHidden()
    assert shown[0].desk is not None and shown[0].desk.device != old


def test_replaced_rows_are_said_and_repaired(folder: Path, shown: list[Window]) -> None:
    """SECURITY A03 in the window."""
    station = open_station(folder, HEAD, lambda _name: PASSWORD)
    assert not isinstance(station, Refusal)
    table = KINDS["resident"].__table__
    with station.store.database.writing() as connection:
        connection.execute(update(table).values(name="假虚构"))  # type: ignore[arg-type]
    station.store.database.close()  # as if replaced from outside: nobody sealed it
    line = line_of(shown, folder)
    assert "对不上" in line.text.text() and not line.action.isHidden()
    line.do(REPAIR)
    settle(shown[0])
    assert line.isHidden()


def test_a_wrong_clock_is_said(folder: Path, shown: list[Window], monkeypatch: pytest.MonkeyPatch) -> None:
    """SECURITY A59 in the window: a caution, nothing to press."""
    monkeypatch.setenv("STATION_APP_NOW", "2001-01-01T08:00:00")
    line = line_of(shown, folder)
    assert "电脑时间可能不对" in line.text.text() and line.action.isHidden()
