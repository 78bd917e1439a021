"""What tests of the window share: a fictional station, a way to wait, throw-away kinds."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from station_app.messages import Refusal
from station_app.store.change import Done, Edit
from station_app.ui.app import Window
from station_app.ui.main_window import MainWindow

PASSWORD = "gaowa-2026-demo"
HEAD = "高娃"
NAME = "罕台镇社工站"
TOWNSHIP = "150602101"
ELDER = {"name": "萨仁其其格", "sex": "2", "birth_date": "1946-11-25", "phone": "13804771123", "village": "150602101201"}


def wait(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Turn the event loop until something is true; a test whose condition never comes fails here."""
    end = time.monotonic() + seconds
    while not condition():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        if time.monotonic() > end:
            raise AssertionError("what was waited for did not come")


def settle(window: Window) -> None:
    """Until nothing is under way and every result has been shown."""
    for _again in range(3):
        wait(lambda: not window.jobs.busy())
        QApplication.processEvents()


def main_of(window: Window) -> MainWindow:
    """The open station's window."""
    assert window.main is not None
    return window.main


def line_of(widget: QWidget) -> QLineEdit:
    """The same widget, known to be a line."""
    assert isinstance(widget, QLineEdit)
    return widget


def focused() -> QWidget:
    """Where the keyboard is."""
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key, to wherever the keyboard is."""
    QTest.keyClick(focused(), key, modifier)
    QApplication.processEvents()


def type_text(text: str) -> None:
    """Text as an input method commits it, to wherever the keyboard is."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QCoreApplication.sendEvent(focused(), event)
    QApplication.processEvents()


def change(window: Window, *edits: Edit) -> Done:
    """Write records past the window, as another part of the program would."""
    assert window.desk is not None
    station = window.desk._station
    done = station.store.change(edits, station.author, "new")
    assert not isinstance(done, Refusal), done.message
    settle(window)
    return done


def values(window: Window, kind: str, record: str) -> dict[str, object]:
    """A record's values as the store has them."""
    assert window.desk is not None
    with window.desk._station.store.reading() as reader:
        found = reader.get(kind, record)
    assert found is not None
    return dict(found.fields)


def only(window: Window, kind: str) -> str:
    """The id of a kind's only record."""
    assert window.desk is not None
    with window.desk._station.store.reading() as reader:
        ids = reader.ids(kind)
    assert len(ids) == 1, ids
    return ids[0]


def copy_of(folder: Path, to: Path) -> Path:
    """A station's files once more."""
    shutil.copytree(folder, to)
    return to
