"""The screens of which pictures are made, in order: a generator that brings the window to each and yields its name."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from openpyxl import Workbook
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QWidget

from station_app.centre.opened import Centre, init_centre
from station_app.compose import create_station
from station_app.kinds.base import KINDS
from station_app.messages import Refusal
from station_app.report.month import MonthNumbers, month_before
from station_app.settings import RESOURCES
from station_app.ui.app import Window
from station_app.ui.main_window import MainWindow, unsaved_question
from station_app.ui.pages.form_page import FormPage
from station_app.ui.pages.list_page import ListPage
from station_app.ui.places import FormPlace, ListPlace, ScreenPlace
from station_app.ui.screens.hand_in import EnrolDialog, HandInScreen
from station_app.ui.screens.import_ledger import ImportScreen
from station_app.ui.screens.month_report import MonthReportScreen
from station_app.ui.screens.users import UserDialog
from station_app.work.month_end import Month

Wait = Callable[[Callable[[], bool]], None]
#: The name of a picture, and what is to be seen on it.
Shot = tuple[str, QWidget]


def screens(window: Window, password: str, month: str, place: Path, wait: Wait) -> Iterator[Shot]:
    """Bring the window to each screen."""
    wait(lambda: window.unlock.users.count() > 0)
    yield "unlock", window
    window.unlock.password.setText("falsch")
    QTest.keyClick(window.unlock.password, Qt.Key.Key_Return)
    wait(lambda: window.unlock.error.isVisible())
    yield "unlock_refused", window
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
    yield from _import(window, main, place, wait)
    main.go(ScreenPlace("users"))
    _quiet(window, wait)
    yield "users", window
    yield from _dialogs(window, main, wait)
    yield from _recovery(window, place, password, wait)
    yield from _first_start(window, place, wait)


def _screen(window: Window, main: MainWindow, name: str, wait: Wait) -> object:
    main.go(ScreenPlace(name))
    _quiet(window, wait)
    return main.page


def _month(window: Window, main: MainWindow, month: str, wait: Wait) -> Iterator[Shot]:
    page = _screen(window, main, "month_report", wait)
    assert isinstance(page, MonthReportScreen)
    page.choose(month)
    _quiet(window, wait)
    yield "month_numbers", window
    page.behind.ask(month, "F02", "month")
    _quiet(window, wait)
    yield "month_explained", window
    page.show_tab(1)
    yield "month_written", window
    page.show_tab(2)
    wait(lambda: page.pdf.count > 0)
    yield "month_preview", window
    page.sign()
    wait(lambda: page.message.isVisible())
    yield "month_not_enrolled", window


def _stick(window: Window, main: MainWindow, month: str, place: Path, password: str, wait: Wait) -> Iterator[Shot]:
    centre = init_centre(place / "centre", "鄂尔多斯市社会工作指导中心（示范）", password)
    assert not isinstance(centre, Refusal), centre.message
    assert window.desk is not None
    invited = centre.invite(window.desk.code)
    assert not isinstance(invited, Refusal), invited.message
    usb = place / "usb"
    usb.mkdir()
    page = _screen(window, main, "hand_in", wait)
    assert isinstance(page, HandInScreen)
    yield "hand_in_new", window
    page.use(usb)
    page.enrol(invited.code, invited.fingerprint)
    _quiet(window, wait)
    yield "hand_in_requested", window
    centre.issue(usb)
    page.enrol("", "")
    _quiet(window, wait)
    yield "hand_in_enrolled", window
    report = _screen(window, main, "month_report", wait)
    assert isinstance(report, MonthReportScreen)
    message = report.message
    report.choose(month)
    _quiet(window, wait)
    report.sign()
    wait(lambda: message.isVisible())
    _quiet(window, wait)
    yield "month_signed", window
    page = _screen(window, main, "hand_in", wait)
    assert isinstance(page, HandInScreen)
    page.use(usb)
    page._send()
    _quiet(window, wait)
    yield "hand_in_sent", window
    centre.take(usb)
    page._receive()
    _quiet(window, wait)
    yield "hand_in_received", window
    report = _screen(window, main, "month_report", wait)
    assert isinstance(report, MonthReportScreen)
    report.choose(month)
    _quiet(window, wait)
    yield "month_handed_in", window
    with patch.dict(os.environ, STATION_APP_NOW="2024-04-03T09:10:00"):  # the centre's next word is a later one
        yield from _differing(window, main, month_before(month, 1), centre, usb, wait)
    centre.close()


def _differing(window: Window, main: MainWindow, month: str, centre: Centre, usb: Path, wait: Wait) -> Iterator[Shot]:
    """A month whose report says more than its records do: the centre finds it."""
    report = _screen(window, main, "month_report", wait)
    assert isinstance(report, MonthReportScreen)
    report.choose(month)
    _quiet(window, wait)
    with patch("station_app.work.month_end.Month", _adding):
        report.sign()
        _quiet(window, wait)
    page = _screen(window, main, "hand_in", wait)
    assert isinstance(page, HandInScreen)
    page.use(usb)
    page._send()
    _quiet(window, wait)
    centre.take(usb)
    page._receive()
    _quiet(window, wait)
    yield "hand_in_differs", window
    report = _screen(window, main, "month_report", wait)
    assert isinstance(report, MonthReportScreen)
    report.choose(month)
    _quiet(window, wait)
    yield "month_differs", window


def _adding(name: str, found: MonthNumbers, *rest: Any) -> Month:
    """The month of a program that adds to two of its numbers."""
    more = {key: replace(found.figures[key], month="12.00") for key in ("F04", "E02")}
    return Month(name, replace(found, figures=dict(found.figures) | more), *rest)


def _register(path: Path) -> Path:
    """A register as people keep them: blank ticks, a village nobody knows, columns nobody knows."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["村", "姓名", "身份证号", "独居", "低保", "血型", "属相", "爱好", "备用1", "备用2"])
    sheet.append(["罕台村", "张玉梅", "15062719280226998X", "√", "", "A", "龙", "听戏", "x", "x"])
    sheet.append(["西村", "哈斯额尔敦", "152723193905259991", "", "√", "B", "兔", "下棋", "x", "x"])
    sheet.append(["西村", "王海", "152723193905259992", "", "", "O", "兔", "下棋", "x", "x"])
    book.create_sheet("填表说明").append(["独居指一人居住"])
    book.save(path)
    return path


def _import(window: Window, main: MainWindow, place: Path, wait: Wait) -> Iterator[Shot]:
    page = _screen(window, main, "import", wait)
    assert isinstance(page, ImportScreen)
    yield "import_begin", window
    page.kind.setCurrentIndex(page.kind.findData("volunteer_hours"))
    page.read(RESOURCES / "samples" / "volunteer_hours_500.xlsx")
    wait(lambda: page._plan is not None)
    yield "import_preview", window
    page.kind.setCurrentIndex(page.kind.findData("elder"))
    page.read(_register(place / "elders.xlsx"))
    wait(lambda: page._plan is not None)
    yield "import_notices", window
    page.blanks.setFocus()
    page.blanks.click()
    _quiet(window, wait)
    page._show_all()
    yield "import_blanks", window


def _dialogs(window: Window, main: MainWindow, wait: Wait) -> Iterator[Shot]:
    record = _first(window, main, "resident", wait)
    main.go(FormPlace("resident", record))
    _quiet(window, wait)
    page = main.page
    assert isinstance(page, FormPage) and page.fields is not None
    address = page.fields.boxes["address"].editor.target()
    assert isinstance(address, QLineEdit)
    address.insert("五社")
    page.fields.edited.emit()
    page.save()
    wait(lambda: main.toast.isVisible())
    _quiet(window, wait)
    yield "toast", window
    user = UserDialog(main, title="添加用户", with_user=True)
    yield from _dialog(user, "dialog_user")
    yield from _dialog(EnrolDialog(main, again=False), "dialog_enrol")
    yield from _dialog(unsaved_question(main), "dialog_unsaved")


def _dialog(dialog: QDialog, name: str) -> Iterator[Shot]:
    dialog.show()
    QApplication.processEvents()
    yield name, dialog
    dialog.close()
    dialog.deleteLater()


def _recovery(window: Window, place: Path, password: str, wait: Wait) -> Iterator[Shot]:
    made = create_station(place / "sheet", "罕台镇社工站", "150602101", "01", "高娃", password)
    assert not isinstance(made, Refusal), made.message
    made.station.close()
    window.lock()
    window.folder = place / "sheet"
    window.begin()
    _quiet(window, wait)
    window.unlock.recover_button.setFocus()
    yield "unlock_by_code", window
    window.unlock.recover_button.click()
    screen = window.recovering
    assert screen is not None
    yield "recover", window
    wrong = made.recovery_code[:-1] + ("2" if made.recovery_code[-1] != "2" else "3")
    for code, name in ((wrong, "recover_refused"), (made.recovery_code, "recover_sheet")):
        screen.code.setText(code)
        screen.password.setText("gaowa-2026-neu")
        screen.again.setText("gaowa-2026-neu")
        screen._check()
        _quiet(window, wait)
        yield name, window
    screen.sheet.go_on.click()


def _first_start(window: Window, place: Path, wait: Wait) -> Iterator[Shot]:
    window.lock()
    window.folder = place / "new"
    window.begin()
    wait(lambda: window._start is not None and window._start.county.count() > 0)
    start = window._start
    assert start is not None
    yield "first_start", window
    start.admin.setText("高娃")
    start.password.setText("gaowa-2026-demo")
    start.again.setText("gaowa-2026-demo")
    start._check()
    wait(lambda: bool(start.where.text()))
    yield "first_start_sheet", window


def _quiet(window: Window, wait: Wait) -> None:
    wait(lambda: not window.jobs.busy())
    QApplication.processEvents()
    wait(lambda: not window.jobs.busy())


def _lists(window: Window, main: MainWindow, wait: Wait) -> Iterator[Shot]:
    for kind in KINDS:
        main.go(ListPlace(kind))
        _quiet(window, wait)
        yield f"list_{kind}", window
    main.go(ListPlace("resident"))
    _quiet(window, wait)
    page = main.page
    assert isinstance(page, ListPage)
    page._typed.setText("wxl")
    page.load()
    _quiet(window, wait)
    yield "list_filtered", window


def _first(window: Window, main: MainWindow, kind: str, wait: Wait) -> str | None:
    main.go(ListPlace(kind))
    _quiet(window, wait)
    page = main.page
    assert isinstance(page, ListPage)
    return page._table.id_at(0)


def _forms(window: Window, main: MainWindow, wait: Wait) -> Iterator[Shot]:
    for kind in KINDS:
        record = _first(window, main, kind, wait)
        if record is not None:
            main.go(FormPlace(kind, record))
            _quiet(window, wait)
            yield f"form_{kind}", window
            if kind == "resident":
                assert isinstance(main.page, FormPage)
                main.page.show_history()
                _quiet(window, wait)
                yield "form_history", window
    for kind in ("resident", "visit", "volunteer_hours", "assessment"):
        main.go(FormPlace(kind))
        _quiet(window, wait)
        yield f"new_{kind}", window
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
    yield "new_refused", window
    page._dirty = False


def _search(window: Window, main: MainWindow, wait: Wait) -> Iterator[Shot]:
    main.go(ListPlace("resident"))
    _quiet(window, wait)
    main.search.focus()
    main.search.line.setText("wang")
    wait(lambda: main.search.list.isVisible())
    yield "search", window
    main.search.line.setText("")
