"""From numbers to the centre's receipt in the window: explained, previewed, signed, written, and "handed in" only when it is."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from station_app.centre.opened import Centre, init_centre
from station_app.messages import Refusal
from station_app.report.month import MonthNumbers
from station_app.spec.meanings import Wire
from station_app.store.change import Edit
from station_app.ui.app import Window
from station_app.ui.parts import Message
from station_app.ui.places import FormPlace, ScreenPlace
from station_app.ui.screens.hand_in import HandInScreen, Report
from station_app.ui.screens.month_report import MonthReportScreen
from station_app.work.month_end import Month
from tests.ui.windows import ELDER, PASSWORD, change, focused, main_of, only, press, settle, type_text, values, wait

NOW = "2024-04-02T10:00:00"
MONTH = "2024-03"
HOURS = "F04"


@pytest.fixture
def april(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands in April 2024, before the window opens: set in front of it, it would be doubtful."""
    monkeypatch.setenv("STATION_APP_NOW", NOW)


@pytest.fixture
def busy(april: None, window: Window) -> Window:
    """A station that worked in March 2024."""
    volunteer = change(window, Edit("volunteer", {"name": "高云", "registered_on": "2023-01-01"})).records[0]
    activity = change(window, Edit("activity", {"name": "春耕帮扶", "held_on": "2024-03-09"})).records[0]
    shift: dict[str, Wire] = {"volunteer": volunteer, "activity": activity, "service_date": "2024-03-09", "hours": 150, "unpaid": True}
    change(window, Edit("volunteer_hours", shift), Edit("resident", ELDER))
    return window


def _report(window: Window) -> MonthReportScreen:
    main_of(window).go(ScreenPlace("month_report"))
    settle(window)
    page = main_of(window).page
    assert isinstance(page, MonthReportScreen)
    page.choose(MONTH)
    settle(window)
    return page


def _stick(window: Window) -> HandInScreen:
    main_of(window).go(ScreenPlace("hand_in"))
    settle(window)
    page = main_of(window).page
    assert isinstance(page, HandInScreen)
    return page


def _value(page: MonthReportScreen, key: str) -> str:
    row = page.table._keys.index(key)
    item = page.table.item(row, 2)
    assert item is not None
    return item.text()


def test_a_number_lists_the_records_behind_it_and_they_open(busy: Window) -> None:
    page = _report(busy)
    assert _value(page, HOURS) == "2.50"
    page.table.setCurrentCell(page.table._keys.index(HOURS), 2)
    page.table.setFocus()
    press(Qt.Key.Key_Return)
    settle(busy)
    shown = page.behind.shown
    assert shown is not None
    assert [row[3] for row in shown.rows] == ["2.50"], "the records add up to the number"
    assert focused() is page.behind.list
    press(Qt.Key.Key_Return)
    settle(busy)
    assert main_of(busy).place == FormPlace("volunteer_hours", shown.rows[0][1])


def test_the_written_part_is_kept_and_stands_in_the_preview(busy: Window) -> None:
    page = _report(busy)
    page.show_tab(1)
    page.parts["plans"].setFocus()
    type_text("四月组织春播帮耕。")
    assert page.unsaved()
    page._keep_written()
    settle(busy)
    assert not page.unsaved()
    again = _report(busy)
    assert again.parts["plans"].toPlainText() == "四月组织春播帮耕。"
    again.show_tab(2)
    wait(lambda: again.pdf.count > 0)
    assert again.pdf.count >= 2


def test_signing_without_enrolment_says_where_to_go(busy: Window) -> None:
    page = _report(busy)
    page.sign()
    settle(busy)
    assert page.message.isVisible()
    page.message.action.click()
    settle(busy)
    assert main_of(busy).place == ScreenPlace("hand_in")


def test_from_enrolment_to_the_receipt(busy: Window, tmp_path: Path) -> None:
    usb = tmp_path / "usb"
    usb.mkdir()
    made = init_centre(tmp_path / "centre", "示范指导中心", PASSWORD)
    assert isinstance(made, Centre)
    try:
        _to_the_receipt(busy, made, usb)
    finally:
        made.close()


def _enrolled(stick: HandInScreen) -> bool:
    assert stick.state is not None
    return stick.state.enrolled


def _shown(stick: HandInScreen) -> Report:
    assert stick.state is not None
    (one,) = stick.state.reports
    return one


def _to_the_receipt(window: Window, centre: Centre, usb: Path) -> None:
    assert window.desk is not None
    invited = centre.invite(window.desk.code)
    assert not isinstance(invited, Refusal)
    stick = _stick(window)
    assert not stick.send_button.isEnabled()
    stick.use(usb)
    stick.enrol(invited.code, "0000-0000-0000-0000-0000-0000-0000-0000")
    settle(window)
    stick.enrol(invited.code, invited.fingerprint)
    settle(window)
    assert _enrolled(stick) is False
    assert stick.enrol_button.text() == "读取证书…"
    centre.issue(usb)
    stick.enrol("", "")
    settle(window)
    assert _enrolled(stick) is True

    report = _report(window)
    report.sign()
    settle(window)
    assert report._shown is not None and report._shown.month.signed is not None, report.message.text.text()
    signed = report._shown.month.signed.id
    assert values(window, "month_report", signed)["state"] == "signed"
    assert not report._shown.handed_in
    assert not report.sign_button.isVisible(), "a signed month is not signed again"

    stick = _stick(window)
    stick.use(usb)
    stick._send()
    settle(window)
    assert _shown(stick).on_stick and not _shown(stick).handed_in, "written to the stick is not handed in"
    stick._receive()
    settle(window)
    assert not _shown(stick).handed_in, "no receipt, not handed in"

    centre.take(usb)
    stick._receive()
    settle(window)
    assert _shown(stick).handed_in
    assert stick.state is not None and stick.state.waiting == 0
    report = _report(window)
    assert report._shown is not None and report._shown.handed_in
    assert report._shown.says == "中心重新计算的数字一致。"


def test_writing_to_the_stick_can_be_stopped(busy: Window, tmp_path: Path) -> None:
    assert busy.desk is not None
    usb = tmp_path / "usb"
    usb.mkdir()
    centre = init_centre(tmp_path / "centre", "示范指导中心", PASSWORD)
    assert isinstance(centre, Centre)
    invited = centre.invite(busy.desk.code)
    assert not isinstance(invited, Refusal)
    stick = _stick(busy)
    stick.use(usb)
    stick.enrol(invited.code, invited.fingerprint)
    settle(busy)
    centre.issue(usb)
    centre.close()
    stick.enrol("", "")
    settle(busy)
    stick._send()
    stick._stop()
    settle(busy)
    assert stick.message.objectName() == "notice"
    assert not stick.working.isVisible()
    assert stick.send_button.isEnabled(), "one can go on afterwards"


@pytest.fixture
def enrolled(busy: Window, tmp_path: Path) -> Iterator[tuple[Window, Centre, Path]]:
    """A station that worked in March and is enrolled, its centre and the stick between them."""
    usb = tmp_path / "usb"
    usb.mkdir()
    assert busy.desk is not None
    centre = init_centre(tmp_path / "centre", "示范指导中心", PASSWORD)
    assert isinstance(centre, Centre)
    invited = centre.invite(busy.desk.code)
    assert not isinstance(invited, Refusal)
    stick = _stick(busy)
    stick.use(usb)
    stick.enrol(invited.code, invited.fingerprint)
    settle(busy)
    centre.issue(usb)
    stick.enrol("", "")
    settle(busy)
    yield busy, centre, usb
    centre.close()


def _signed(window: Window) -> None:
    report = _report(window)
    report.sign()
    settle(window)
    assert report._shown is not None and report._shown.month.signed is not None, report.message.text.text()
    assert not report.found.isVisible(), "the centre has said nothing yet"


def _to_centre(window: Window, usb: Path, centre: Centre, without: tuple[str, ...] = ()) -> HandInScreen:
    """To the centre and back, some files lost on the way."""
    stick = _stick(window)
    stick.use(usb)
    stick._send()
    settle(window)
    for name in without:
        (lost,) = usb.rglob(name)
        lost.unlink()
    centre.take(usb)
    stick._receive()
    settle(window)
    return stick


def _boxes(stick: HandInScreen) -> list[str]:
    """What stands in the coloured boxes between the reports."""
    items = [stick._rows.itemAt(i) for i in range(stick._rows.count())]
    widgets = [item.widget() for item in items if item is not None]
    return [w.text.text() for w in widgets if isinstance(w, Message) and w.isVisible()]


def test_where_the_centre_counts_otherwise_both_screens_say_in_which_line(
    enrolled: tuple[Window, Centre, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that adds two hours draws, keeps and attaches the same wrong number; the records behind it are not so many."""
    window, centre, usb = enrolled

    def lying(name: str, found: MonthNumbers, *rest: Any) -> Month:
        more = dict(found.figures) | {HOURS: replace(found.figures[HOURS], month="4.50")}
        return Month(name, replace(found, figures=more), *rest)

    monkeypatch.setattr("station_app.work.month_end.Month", lying)
    _signed(window)
    monkeypatch.undo()
    monkeypatch.setenv("STATION_APP_NOW", NOW)
    stick = _to_centre(window, usb, centre)
    shown = _shown(stick)
    assert shown.handed_in and shown.says == "数字不一致"
    (box,) = _boxes(stick)
    assert HOURS in box and "4.50" in box and "2.50" in box
    report = _report(window)
    assert report.found.isVisible() and report.found.text.text() == box, "the same words on both screens"
    report.choose("2024-02")
    settle(window)
    assert not report.found.isVisible(), "another month has no such finding"
    report.choose(MONTH)
    settle(window)
    assert report._shown is not None and not report.found.action.isVisible()
    report._show_state(replace(report._shown, why=tuple(f"{n}." for n in range(9))))
    assert report.found.text.text() == "0.\n1.\n2." and "6" in report.found.action.text()
    report.found.action.click()
    settle(window)
    assert main_of(window).place == ScreenPlace("hand_in"), "where all are said"


def test_a_report_lost_on_the_way_is_named(enrolled: tuple[Window, Centre, Path]) -> None:
    window, centre, usb = enrolled
    _signed(window)
    pdf = values(window, "month_report", only(window, "month_report"))["pdf"]
    stick = _to_centre(window, usb, centre, without=(f"{MONTH}.pdf", f"{pdf}.blob"))
    shown = _shown(stick)
    assert not shown.handed_in and shown.says == "中心还没有核对完"
    (box,) = _boxes(stick)
    assert "PDF" in box
    assert _report(window).found.text.text() == box


def test_where_all_agrees_no_box_is_shown(enrolled: tuple[Window, Centre, Path]) -> None:
    window, centre, usb = enrolled
    _signed(window)
    stick = _to_centre(window, usb, centre)
    assert _shown(stick).handed_in and _boxes(stick) == []
    assert not _report(window).found.isVisible()
