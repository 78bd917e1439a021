"""A station from a backup, in the window: on a new computer, and in place of a damaged one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from station_app.compose import back_up, open_station
from station_app.messages import Refusal
from station_app.store.change import Edit
from station_app.ui.app import Window
from station_app.ui.screens.restore import RestoreDialog
from tests.ui.windows import HEAD, PASSWORD, focused, press, settle, type_text, wait


@pytest.fixture
def file(folder: Path, tmp_path: Path) -> Path:
    """A backup of the station, on a stick."""
    station = open_station(folder, HEAD, lambda _name: PASSWORD)
    assert not isinstance(station, Refusal)
    done = station.store.change([Edit("resident", {"name": "萨仁"})], station.author, "new")
    assert not isinstance(done, Refusal)
    made = back_up(station, tmp_path / "stick.station-backup")
    assert not isinstance(made, Refusal), made.message
    station.close()
    return tmp_path / "stick.station-backup"


@pytest.fixture
def fresh(qapp: QApplication, tmp_path: Path) -> Iterator[Window]:
    """The window on a computer without a station."""
    window = Window(tmp_path / "new" / "data")
    window.show()
    window.activateWindow()
    wait(lambda: window._start is not None)
    settle(window)
    yield window
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents()


def shown(dialog: RestoreDialog) -> None:
    """On top, with the keyboard."""
    dialog.show()
    dialog.activateWindow()
    wait(lambda: QApplication.activeWindow() is dialog)
    dialog.file.setFocus()


def fill(dialog: RestoreDialog, file: Path, password: str) -> None:
    """By keyboard: file, name, password, Enter."""
    for line, text in ((dialog.file, str(file)), (dialog.name, HEAD), (dialog.password, password)):
        line.setFocus()
        line.clear()
        type_text(text)
    press(Qt.Key.Key_Return)


def test_on_a_new_computer(fresh: Window, file: Path) -> None:
    """A wrong password says so and leaves nothing; the right one restores; then one unlocks as ever."""
    dialog = RestoreDialog(fresh, fresh.jobs, fresh.folder)
    shown(dialog)
    fill(dialog, file, "falsch-2026-x")
    settle(fresh)
    assert dialog.message.objectName() == "errors" and dialog.message.isVisible() and not fresh.folder.exists()
    fill(dialog, file, PASSWORD)
    settle(fresh)
    assert dialog.message.objectName() == "success" and focused() is dialog.go
    press(Qt.Key.Key_Return)
    assert not dialog.isVisible() and dialog.result() == dialog.DialogCode.Accepted
    fresh.begin()
    wait(lambda: fresh.unlock.users.count() == 1)
    opened = open_station(fresh.folder, HEAD, lambda _name: PASSWORD)
    assert not isinstance(opened, Refusal)
    with opened.store.reading() as reader:
        assert [r.fields["name"] for r in reader.all("resident")] == ["萨仁"]
    opened.close()


def test_a_damaged_station_offers_it(locked: Window, file: Path) -> None:
    """The refusal carries the way out; the damaged folder is kept under another name."""
    database = locked.folder / "station.db"
    raw = bytearray(database.read_bytes())
    for at in range(4_096, len(raw), 512):
        raw[at] ^= 1
    database.write_bytes(raw)
    assert not locked.unlock.error.action.isVisibleTo(locked.unlock)
    locked.unlock.wanted.emit(HEAD, PASSWORD)
    settle(locked)
    assert locked.unlock.error.action.isVisibleTo(locked.unlock)
    dialog = RestoreDialog(locked, locked.jobs, locked.folder)
    shown(dialog)
    fill(dialog, file, PASSWORD)
    settle(locked)
    assert dialog.message.objectName() == "success", dialog.message.text.text()
    assert [p.name for p in locked.folder.parent.iterdir() if p.name.startswith("data.before-")] != []
    dialog.accept()


def test_stopped_and_incomplete(fresh: Window, file: Path) -> None:
    """What is missing is asked for; stopped, nothing is there."""
    dialog = RestoreDialog(fresh, fresh.jobs, fresh.folder)
    shown(dialog)
    dialog.go.setFocus()
    press(Qt.Key.Key_Return)
    assert dialog.message.isVisible() and focused() is dialog.file
    fill(dialog, file, PASSWORD)
    assert focused() is dialog.working.stop
    press(Qt.Key.Key_Escape)
    assert dialog.isVisible()
    dialog.working.stop.setFocus()
    press(Qt.Key.Key_Return)
    settle(fresh)
    assert dialog.message.objectName() == "errors" and not fresh.folder.exists()
    dialog.reject()
