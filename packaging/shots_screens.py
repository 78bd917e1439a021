"""The screens of which pictures are made, in order: a generator that brings the window to each and yields its name."""

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from station_app.kinds.base import KINDS
from station_app.ui.app import Window
from station_app.ui.main_window import MainWindow
from station_app.ui.pages.form_page import FormPage
from station_app.ui.pages.list_page import ListPage
from station_app.ui.places import FormPlace, ListPlace, ScreenPlace
from station_app.ui.screens import SCREENS

Wait = Callable[[Callable[[], bool]], None]


def screens(window: Window, password: str, wait: Wait) -> Iterator[str]:
    """Bring the window to each screen."""
    wait(lambda: window.unlock.users.count() > 0)
    yield "unlock"
    window.unlock.password.setText("falsch")
    QTest.keyClick(window.unlock.password, Qt.Key.Key_Return)
    wait(lambda: window.unlock.error.isVisible())
    yield "unlock_refused"
    window.unlock.password.setText(password)
    QTest.keyClick(window.unlock.password, Qt.Key.Key_Return)
    wait(lambda: window.main is not None)
    main = window.main
    assert main is not None
    yield from _lists(window, main, wait)
    yield from _forms(window, main, wait)
    yield from _search(window, main, wait)
    for screen in SCREENS:
        main.go(ScreenPlace(screen.name))
        _quiet(window, wait)
        yield f"screen_{screen.name}"


def _quiet(window: Window, wait: Wait) -> None:
    wait(lambda: not window.jobs.busy())
    QApplication.processEvents()
    wait(lambda: not window.jobs.busy())


def _lists(window: Window, main: MainWindow, wait: Wait) -> Iterator[str]:
    for kind in KINDS:
        main.go(ListPlace(kind))
        _quiet(window, wait)
        yield f"list_{kind}"
    main.go(ListPlace("resident"))
    _quiet(window, wait)
    page = main.page
    assert isinstance(page, ListPage)
    page._typed.setText("wxl")
    page.load()
    _quiet(window, wait)
    yield "list_filtered"


def _first(window: Window, main: MainWindow, kind: str, wait: Wait) -> str | None:
    main.go(ListPlace(kind))
    _quiet(window, wait)
    page = main.page
    assert isinstance(page, ListPage)
    return page._table.id_at(0)


def _forms(window: Window, main: MainWindow, wait: Wait) -> Iterator[str]:
    for kind in KINDS:
        record = _first(window, main, kind, wait)
        if record is not None:
            main.go(FormPlace(kind, record))
            _quiet(window, wait)
            yield f"form_{kind}"
            if kind == "resident":
                assert isinstance(main.page, FormPage)
                main.page.show_history()
                _quiet(window, wait)
                yield "form_history"
    for kind in ("resident", "visit", "volunteer_hours", "assessment"):
        main.go(FormPlace(kind))
        _quiet(window, wait)
        yield f"new_{kind}"
    main.go(FormPlace("resident"))
    _quiet(window, wait)
    page = main.page
    assert isinstance(page, FormPage) and page.fields is not None
    for name, text in (("name", "萨仁其其格"), ("id_no", "152501194611250028"), ("phone", "1380471123"), ("birth_date", "农历1946年冬月初二")):
        target = page.fields.boxes[name].editor.target()
        assert isinstance(target, QLineEdit)
        target.insert(text)
    page.save()
    _quiet(window, wait)
    yield "new_refused"
    page._dirty = False


def _search(window: Window, main: MainWindow, wait: Wait) -> Iterator[str]:
    main.go(ListPlace("resident"))
    _quiet(window, wait)
    main.search.focus()
    main.search.line.setText("wang")
    wait(lambda: main.search.list.isVisible())
    yield "search"
    main.search.line.setText("")
