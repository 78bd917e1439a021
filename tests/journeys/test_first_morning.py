"""A clerk's first morning, by keyboard alone: first start, a resident, a visit, search, lock and unlock, another user."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from station_app.ui.app import Window, application
from station_app.ui.pages.form_page import FormPage
from station_app.ui.pages.list_page import ListPage
from station_app.ui.pickers import PickEditor
from station_app.ui.places import FormPlace, ListPlace
from tests.ui.windows import PASSWORD, focused, main_of, only, press, settle, type_text, values, wait

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Window]:
    """The program on a computer that has no station yet."""
    application()
    window = Window(tmp_path / "data")
    window.show()
    window.activateWindow()
    yield window
    if window.main is not None and window.main.page is not None:
        window.main.page.unsaved = lambda: False  # type: ignore[method-assign]
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents()


def _first_start(window: Window) -> None:
    wait(lambda: window._start is not None and window._start.county.count() > 0)
    start = window._start
    assert start is not None
    assert focused() is start.county
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_A, CONTROL)
    type_text("罕台镇")
    if QApplication.activePopupWidget() is not None:
        press(Qt.Key.Key_Escape)
    press(Qt.Key.Key_Tab)  # the number 01 stands there
    press(Qt.Key.Key_Tab)
    assert focused() is start.name
    press(Qt.Key.Key_Tab)
    type_text("高娃")
    press(Qt.Key.Key_Tab)
    type_text("short")
    press(Qt.Key.Key_Tab)
    type_text("short")
    press(Qt.Key.Key_Return)
    wait(lambda: start.error.isVisible())  # too short: refused in a sentence, nothing is lost
    assert start.admin.text() == "高娃"
    start.password.setFocus()
    for _line in range(2):
        press(Qt.Key.Key_A, CONTROL)
        type_text(PASSWORD)
        press(Qt.Key.Key_Tab)
    start.again.setFocus()
    press(Qt.Key.Key_Return)
    wait(lambda: bool(start.where.text()) or start.error.isVisible())
    assert not start.error.isVisible(), start.error.text.text()
    assert Path(start.where.text()).exists(), "the recovery sheet lies where the screen says"
    press(Qt.Key.Key_Return)
    wait(lambda: window.main is not None)
    settle(window)


def _form(window: Window) -> FormPage:
    page = main_of(window).page
    assert isinstance(page, FormPage) and page.fields is not None
    return page


def _a_resident(window: Window) -> str:
    press(Qt.Key.Key_N, CONTROL)
    settle(window)
    form = _form(window)
    assert form.fields is not None
    assert focused() is form.fields.boxes["name"].editor.target()
    type_text("萨仁其其格")
    press(Qt.Key.Key_S, CONTROL)
    settle(window)
    return only(window, "resident")


def _a_visit(window: Window, resident: str) -> None:
    for number in range(1, 7):
        press(getattr(Qt.Key, f"Key_{number}"), CONTROL)
        settle(window)
        if main_of(window).place == ListPlace("elder"):
            break
    while main_of(window).place != ListPlace("visit"):
        press(Qt.Key.Key_PageDown, CONTROL)
        settle(window)
    press(Qt.Key.Key_N, CONTROL)
    settle(window)
    form = _form(window)
    assert form.fields is not None
    person = form.fields.boxes["resident"].editor
    assert isinstance(person, PickEditor) and focused() is person.line
    type_text("srqqg")
    wait(lambda: person._list._view.isVisible())
    from PySide6.QtTest import QTest

    QTest.keyClick(person._list._view, Qt.Key.Key_Return)
    press(Qt.Key.Key_Tab)
    type_text("2024.3.5 下午2点半")
    press(Qt.Key.Key_S, CONTROL)
    settle(window)
    assert isinstance(main_of(window).page, ListPage), form.errors.text.text()
    visit = only(window, "visit")
    assert values(window, "visit", visit)["resident"] == resident
    assert values(window, "visit", visit)["visit_at"] == "2024-03-05T14:30"


def test_first_morning(fresh: Window) -> None:
    _first_start(fresh)
    assert fresh.windowTitle().startswith("社工站")
    resident = _a_resident(fresh)
    _a_visit(fresh, resident)

    press(Qt.Key.Key_K, CONTROL)
    type_text("其其格")
    wait(lambda: main_of(fresh).search.list.isVisible())
    press(Qt.Key.Key_Return)
    settle(fresh)
    place = main_of(fresh).place
    assert isinstance(place, FormPlace) and place.kind in ("resident", "visit")

    press(Qt.Key.Key_L, CONTROL)
    wait(lambda: fresh.main is None)
    wait(lambda: fresh.unlock.users.count() > 0 and not fresh.jobs.busy())
    assert focused() is fresh.unlock.password
    type_text(PASSWORD)
    press(Qt.Key.Key_Return)
    wait(lambda: fresh.main is not None)
    settle(fresh)
    assert values(fresh, "resident", resident)["name"] == "萨仁其其格"
