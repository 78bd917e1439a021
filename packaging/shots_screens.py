"""The screens of which pictures are made, in order: a generator that brings the window to each and yields its name."""

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from station_app.centre.opened import init_centre
from station_app.kinds.base import KINDS
from station_app.messages import Refusal
from station_app.settings import RESOURCES
from station_app.ui.app import Window
from station_app.ui.main_window import MainWindow
from station_app.ui.pages.form_page import FormPage
from station_app.ui.pages.list_page import ListPage
from station_app.ui.places import FormPlace, ListPlace, ScreenPlace
from station_app.ui.screens.hand_in import HandInScreen
from station_app.ui.screens.import_ledger import ImportScreen
from station_app.ui.screens.month_report import MonthReportScreen

Wait = Callable[[Callable[[], bool]], None]


def screens(window: Window, password: str, month: str, place: Path, wait: Wait) -> Iterator[str]:
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
    yield from _month(window, main, month, wait)
    yield from _stick(window, main, month, place, password, wait)
    yield from _import(window, main, wait)
    main.go(ScreenPlace("users"))
    _quiet(window, wait)
    yield "users"
    yield from _first_start(window, place, wait)


def _screen(window: Window, main: MainWindow, name: str, wait: Wait) -> object:
    main.go(ScreenPlace(name))
    _quiet(window, wait)
    return main.page


def _month(window: Window, main: MainWindow, month: str, wait: Wait) -> Iterator[str]:
    page = _screen(window, main, "month_report", wait)
    assert isinstance(page, MonthReportScreen)
    page.choose(month)
    _quiet(window, wait)
    yield "month_numbers"
    page.behind.ask(month, "F02", "month")
    _quiet(window, wait)
    yield "month_explained"
    page.show_tab(1)
    yield "month_written"
    page.show_tab(2)
    wait(lambda: page.pdf.count > 0)
    yield "month_preview"
    page.sign()
    wait(lambda: page.message.isVisible())
    yield "month_not_enrolled"


def _stick(window: Window, main: MainWindow, month: str, place: Path, password: str, wait: Wait) -> Iterator[str]:
    centre = init_centre(place / "centre", "鄂尔多斯市社会工作指导中心（示范）", password)
    assert not isinstance(centre, Refusal), centre.message
    assert window.desk is not None
    invited = centre.invite(window.desk.code)
    assert not isinstance(invited, Refusal), invited.message
    usb = place / "usb"
    usb.mkdir()
    page = _screen(window, main, "hand_in", wait)
    assert isinstance(page, HandInScreen)
    yield "hand_in_new"
    page.use(usb)
    page.enrol(invited.code, invited.fingerprint)
    _quiet(window, wait)
    yield "hand_in_requested"
    centre.issue(usb)
    page.enrol("", "")
    _quiet(window, wait)
    yield "hand_in_enrolled"
    report = _screen(window, main, "month_report", wait)
    assert isinstance(report, MonthReportScreen)
    report.choose(month)
    _quiet(window, wait)
    report.sign()
    wait(lambda: report.message.isVisible())
    _quiet(window, wait)
    yield "month_signed"
    page = _screen(window, main, "hand_in", wait)
    assert isinstance(page, HandInScreen)
    page.use(usb)
    page._send()
    _quiet(window, wait)
    yield "hand_in_sent"
    centre.take(usb)
    page._receive()
    _quiet(window, wait)
    yield "hand_in_received"
    report = _screen(window, main, "month_report", wait)
    assert isinstance(report, MonthReportScreen)
    report.choose(month)
    _quiet(window, wait)
    yield "month_handed_in"
    centre.close()


def _import(window: Window, main: MainWindow, wait: Wait) -> Iterator[str]:
    page = _screen(window, main, "import", wait)
    assert isinstance(page, ImportScreen)
    yield "import_begin"
    page.kind.setCurrentIndex(page.kind.findData("volunteer_hours"))
    page.read(RESOURCES / "samples" / "volunteer_hours_500.xlsx")
    wait(lambda: page._plan is not None)
    yield "import_preview"


def _first_start(window: Window, place: Path, wait: Wait) -> Iterator[str]:
    window.lock()
    window.folder = place / "new"
    window.begin()
    wait(lambda: window._start is not None and window._start.county.count() > 0)
    start = window._start
    assert start is not None
    yield "first_start"
    start.admin.setText("高娃")
    start.password.setText("gaowa-2026-demo")
    start.again.setText("gaowa-2026-demo")
    start._check()
    wait(lambda: bool(start.where.text()))
    yield "first_start_sheet"


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
