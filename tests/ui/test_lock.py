"""Locking: after ten minutes or by hand, nothing of a client left to see (A20), what was typed kept for who typed it, fast switching."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QLabel, QLineEdit, QPlainTextEdit, QPushButton

from station_app.compose import OpenStation
from station_app.messages import Refusal
from station_app.store import lockout
from station_app.store.change import Edit
from station_app.ui import idle as idle_module
from station_app.ui.app import Window
from station_app.ui.pages.form_page import FormPage
from station_app.ui.places import FormPlace, ListPlace, ScreenPlace
from tests.ui.windows import ELDER, HEAD, PASSWORD, change, line_of, main_of, settle, type_text, wait

OTHER = "斯琴"
NAME = str(ELDER["name"])


class Uptime:
    """The time since the computer was started, as a test turns it."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def uptime(monkeypatch: pytest.MonkeyPatch) -> Uptime:
    """Uptime in the test's hand, for idling and for waiting."""
    turned = Uptime()
    monkeypatch.setattr(idle_module, "uptime", turned)
    monkeypatch.setattr(lockout, "uptime", turned)
    return turned


@pytest.fixture
def two(uptime: Uptime, window: Window) -> Iterator[Window]:
    """The open station with a second user and a client on screen."""
    assert window.desk is not None
    station = window.desk._station
    assert not isinstance(station.vault.add(station.unlocked, OTHER, "clerk", PASSWORD), Refusal)
    done = change(window, Edit("resident", ELDER))
    main_of(window).go(FormPlace("resident", done.records[0]))
    settle(window)
    yield window


def _texts() -> list[str]:
    """Everything any widget of the program shows or holds."""
    found: list[str] = []
    for widget in QApplication.allWidgets():
        found += [widget.windowTitle(), widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
        if isinstance(widget, (QLabel, QPushButton, QLineEdit)):
            found.append(widget.text())
        elif isinstance(widget, QPlainTextEdit):
            found.append(widget.toPlainText())
        elif isinstance(widget, QComboBox):
            found += [widget.itemText(i) for i in range(widget.count())]
        model = getattr(widget, "model", None)
        if callable(model) and (table := model()) is not None and hasattr(table, "rowCount"):
            for row in range(min(table.rowCount(), 50)):
                found += [str(table.index(row, c).data()) for c in range(table.columnCount())]
    return found


def _locked(window: Window) -> None:
    wait(lambda: window.main is None)
    settle(window)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    wait(lambda: window.unlock.users.count() > 0)
    assert window.unlock.isVisible()


def _unlock(window: Window, user: str, password: str = PASSWORD) -> None:
    window.unlock.choose(user)
    window.unlock.password.setText(password)
    QTest.keyClick(window.unlock.password, Qt.Key.Key_Return)
    wait(lambda: window.main is not None)
    settle(window)


def _form(window: Window) -> FormPage:
    page = main_of(window).page
    assert isinstance(page, FormPage) and page.fields is not None
    return page


def test_ten_minutes_without_work_and_a_keypress_opens_nothing(two: Window, uptime: Uptime) -> None:
    """A20: locked; no client's name in any widget, title or on the clipboard; the key that woke it went nowhere.

    Seen failing: with ``look`` not asked in the event filter (the key reached the form), with the clipboard left alone."""
    uptime.now += 1
    QTest.keyClick(two, Qt.Key.Key_Shift)
    uptime.now += 9 * 60
    two.idle.look()
    assert two.main is not None, "nine minutes are not ten"
    assert NAME in " ".join(_texts()), "the scan sees what is on screen"
    QApplication.clipboard().setText(f"{NAME} {ELDER['phone']}")
    uptime.now += 61
    field = line_of(_form(two).fields.boxes["name"].editor.target())  # type: ignore[union-attr]
    before = field.text()
    QTest.keyClick(field, Qt.Key.Key_X)
    assert before == NAME
    _locked(two)
    said = " ".join(_texts())
    for value in (NAME, str(ELDER["phone"]), "1946"):
        assert value not in said
    assert QApplication.clipboard().text() == ""
    assert two.windowTitle() == "社工站" and "10 分钟" in two.unlock.error.text.text()
    station = two.desk
    assert station is None


def test_the_clock_does_not_keep_a_station_open(two: Window, uptime: Uptime, monkeypatch: pytest.MonkeyPatch) -> None:
    """A19: idling is measured by the time since the start of the computer, asleep or not. Seen failing: with ``time.time()``."""
    monkeypatch.setattr("time.time", lambda: 0.0)
    monkeypatch.setenv("STATION_APP_NOW", "2001-01-01T00:00:00")
    uptime.now += 601
    two.idle.look()
    _locked(two)


def test_what_is_being_written_is_not_broken_off(two: Window, uptime: Uptime) -> None:
    """An import that takes longer than ten minutes ends first; then it locks."""
    busy = [True]
    two.idle._busy = lambda: busy[0]
    uptime.now += 3_600
    assert not two.idle.look() and two.main is not None
    busy[0] = False
    assert two.idle.look()
    _locked(two)


def test_an_open_dialog_does_not_stay_over_a_locked_window(two: Window) -> None:
    """Dialogs are given up, lists and menus closed."""
    dialog = QDialog(two)
    QLabel(NAME, dialog)
    dialog.open()
    assert dialog.isVisible()
    main_of(two).lock()
    _locked(two)
    assert not dialog.isVisible()
    assert [w for w in QApplication.topLevelWidgets() if w.isVisible() and w is not two] == []
    dialog.deleteLater()


def _type_half(window: Window) -> str:
    page = _form(window)
    assert page.fields is not None
    boxes = page.fields.boxes
    name = line_of(boxes["name"].editor.target())
    name.setFocus()
    name.selectAll()
    type_text("萨仁其其格格")
    birth = line_of(boxes["birth_date"].editor.target())
    birth.setFocus()
    birth.selectAll()
    type_text("一九四")
    assert page.unsaved()
    return str(page.place.record)


def test_what_was_typed_comes_back_for_who_typed_it(two: Window) -> None:
    """Locked in the middle of a form: another user sees nothing of it, the same one goes on, and saves.

    Seen failing: with the fact's name not carrying the user (the clerk saw the head's form)."""
    record = _type_half(two)
    entries = two.desk._station.store.entry_count() if two.desk else 0
    main_of(two).lock()
    _locked(two)
    assert not any(
        b"\xe4\xb8\x80\xe4\xb9\x9d\xe5\x9b\x9b" in p.read_bytes() for p in two.folder.rglob("*") if p.is_file()
    )
    _unlock(two, OTHER)
    assert isinstance(main_of(two).place, ListPlace), "the other user begins at the beginning"
    assert "一九四" not in " ".join(_texts())
    main_of(two).lock()
    _locked(two)
    _unlock(two, HEAD)
    page = _form(two)
    wait(lambda: page.unsaved())
    settle(two)
    assert page.place.record == record and page.fields is not None
    boxes = page.fields.boxes
    assert line_of(boxes["name"].editor.target()).text() == "萨仁其其格格"
    assert line_of(boxes["birth_date"].editor.target()).text() == "一九四", "also what is no date yet"
    assert two.desk is not None and two.desk._station.store.entry_count() == entries, "a draft is no entry"
    birth = line_of(boxes["birth_date"].editor.target())
    birth.setFocus()
    birth.selectAll()
    type_text("1946-11-25")
    page.save()
    settle(two)
    with two.desk._station.store.reading() as reader:
        found = reader.get("resident", record)
    assert found is not None and found.fields["name"] == "萨仁其其格格"
    assert [s.action for s in two.desk._station.store.history("resident", record)][-1] == "edit"


def test_a_form_that_was_kept_does_not_write_over_what_came_meanwhile(two: Window) -> None:
    """The position at which it was opened is kept with it: a later entry of the same field is seen (fold rule 2)."""
    record = _type_half(two)
    page = _form(two)
    assert page.fields is not None
    birth = line_of(page.fields.boxes["birth_date"].editor.target())
    birth.setText("1946-11-25")
    main_of(two).lock()
    _locked(two)
    _unlock(two, OTHER)
    change(two, Edit("resident", {"name": "别的名字"}, record))
    main_of(two).lock()
    _locked(two)
    _unlock(two, HEAD)
    page = _form(two)
    wait(lambda: page.unsaved())
    settle(two)
    page.save()
    settle(two)
    assert "萨仁其其格格" in " ".join(_texts()) and "姓名" in page.errors.text.text()
    assert page.unsaved()


def test_a_month_s_written_part_comes_back_too(two: Window) -> None:
    """The paragraphs of the month report are as long as any form."""
    main_of(two).go(ScreenPlace("month_report"))
    settle(two)
    page = main_of(two).page
    assert page is not None
    box = page.parts["plans"]  # type: ignore[attr-defined]
    box.setPlainText("下月走访二十户")
    main_of(two).lock()
    _locked(two)
    _unlock(two, HEAD)
    assert main_of(two).place == ScreenPlace("month_report")
    page = main_of(two).page
    wait(lambda: page is not None and page.unsaved())
    assert page.parts["plans"].toPlainText() == "下月走访二十户"  # type: ignore[union-attr]


def test_readers_memory_is_emptied(two: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    """What readings remembered of names and numbers goes with the lock."""
    from station_app.values import reading

    called: list[int] = []
    monkeypatch.setattr(reading, "forget_everything", lambda: called.append(1))
    main_of(two).lock()
    _locked(two)
    assert called == [1]


def test_wrong_passwords_count_down_for_one_user_only(
    two: Window, uptime: Uptime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A18 in the window: the seconds count down in words, the button waits, a colleague need not; the head is told afterwards."""
    main_of(two).lock()
    _locked(two)
    unlock = two.unlock
    for _again in range(6):
        unlock.choose(OTHER)
        unlock.password.setText("wrong-password")
        QTest.keyClick(unlock.password, Qt.Key.Key_Return)
        settle(two)
    assert "请等" in unlock.error.text.text() and "1" in unlock.error.text.text()
    assert unlock.left() == 1 and not unlock.open_button.isEnabled()
    unlock.choose(HEAD)
    assert unlock.open_button.isEnabled() and not unlock.error.isVisible()
    unlock.choose(OTHER)
    assert not unlock.open_button.isEnabled()
    wait(lambda: unlock.left() == 0 and unlock.open_button.isEnabled())
    assert "可以再试" in unlock.error.text.text()
    _unlock(two, HEAD)
    wait(lambda: "5" in main_of(two).toast.text.text())
    main_of(two).go(ScreenPlace("users"))
    settle(two)
    shown = main_of(two).page.attempts.text()  # type: ignore[union-attr]
    assert shown.count(OTHER) == 5


def test_the_minutes_are_the_head_s_and_never_more_than_ten(two: Window, uptime: Uptime) -> None:
    """A shorter time is kept for this computer; a longer one in the file counts as ten."""
    main_of(two).go(ScreenPlace("users"))
    settle(two)
    page = main_of(two).page
    box: QComboBox = page.minutes  # type: ignore[union-attr]
    assert [box.itemData(i) for i in range(box.count())] == [1, 2, 5, 10]
    box.setCurrentIndex(1)
    box.activated.emit(1)
    settle(two)
    main_of(two).lock()
    _locked(two)
    _unlock(two, HEAD)
    assert two.idle.minutes == 2
    uptime.now += 121
    two.idle.look()
    _locked(two)
    _unlock(two, HEAD)
    assert two.desk is not None
    two.desk._station.store.keep(idle_module.MINUTES_FACT, b"600")
    main_of(two).lock()
    _locked(two)
    _unlock(two, HEAD)
    assert two.idle.minutes == 10


def test_what_a_role_may_not_do_is_not_offered(two: Window, tmp_path: Path) -> None:
    """A clerk finds no import of month signing or users; a coordinator looks at a visit and cannot change it."""
    main_of(two).lock()
    _locked(two)
    _unlock(two, OTHER)
    main = main_of(two)
    main.go(ScreenPlace("users"))
    settle(two)
    buttons = {b.text() for b in main.findChildren(QPushButton) if b.isVisible()}
    assert "修改我的密码" in buttons or "更改我的密码" in buttons or any("密码" in b for b in buttons)
    assert not any(word in b for b in buttons for word in ("停用", "更换密钥", "新增用户"))
    main.go(ScreenPlace("month_report"))
    settle(two)
    assert not main.page.sign_button.isVisible()  # type: ignore[union-attr]
    main.go(ListPlace("policy"))
    settle(two)
    assert not any(b.text().startswith("新") for b in main.findChildren(QPushButton) if b.isVisible())


def test_drafts_of_a_kind_nobody_knows_are_left_alone(two: Window) -> None:
    """After an older program wrote them, or a newer one."""
    from station_app.ui import drafts

    assert two.desk is not None
    station: OpenStation = two.desk._station
    station.store.keep(
        f"draft/{station.user.id}", json.dumps({"kind": "no_such", "record": None, "begin": {}, "draft": {}}).encode()
    )
    assert drafts.taken(station) is None and drafts.taken(station) is None
