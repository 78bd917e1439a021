"""Forms: somebody else's change, what is not saved yet, removing and taking back, records that are never changed."""


import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QPushButton

from station_app.spec.meanings import Wire
from station_app.store.change import Edit
from station_app.ui import main_window
from station_app.ui.app import Window
from station_app.ui.pages.form_page import FormPage
from station_app.ui.pages.list_page import ListPage
from station_app.ui.parts import Question
from station_app.ui.pickers import ManyEditor, PickEditor
from station_app.ui.places import FormPlace, ListPlace
from tests.ui.windows import ELDER, change, focused, line_of, main_of, only, press, settle, type_text, values, wait


def _form(window: Window) -> FormPage:
    page = main_of(window).page
    assert isinstance(page, FormPage)
    return page


def _open(window: Window, place: FormPlace) -> FormPage:
    main_of(window).go(place)
    settle(window)
    return _form(window)


def _line(page: FormPage, name: str) -> None:
    assert page.fields is not None
    if page.fields.boxes[name].veil is not None:
        page.fields.boxes[name].replace()
    page.fields.focus(name)
    line_of(focused()).selectAll()


def test_a_field_somebody_changed_meanwhile_is_not_overwritten(window: Window) -> None:
    record = change(window, Edit("resident", ELDER)).records[0]
    page = _open(window, FormPlace("resident", record))
    change(window, Edit("resident", {"phone": "15500004858"}, record))
    _line(page, "phone")
    type_text("13900001111")
    page.save()
    settle(window)
    assert page.errors.isVisible()
    assert page.fields is not None and page.fields.boxes["phone"].said.startswith("⚠")
    assert values(window, "resident", record)["phone"] == "15500004858"


def test_another_field_can_be_saved_beside_somebody_elses_change(window: Window) -> None:
    record = change(window, Edit("resident", ELDER)).records[0]
    page = _open(window, FormPlace("resident", record))
    change(window, Edit("resident", {"phone": "15500004858"}, record))
    _line(page, "name")
    type_text("萨仁")
    page.save()
    settle(window)
    assert (values(window, "resident", record)["name"], values(window, "resident", record)["phone"]) == ("萨仁", "15500004858")


@pytest.mark.parametrize(("button", "kept", "left"), [("保存", True, True), ("不保存", False, True), ("继续填写", False, False)])
def test_leaving_with_unsaved_text_asks(window: Window, button: str, kept: bool, left: bool) -> None:
    record = change(window, Edit("resident", ELDER)).records[0]
    page = _open(window, FormPlace("resident", record))
    _line(page, "name")
    type_text("萨仁高娃")
    seen: list[str] = []

    def answer() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, Question)
        seen.append(box.windowTitle())
        next(b for b in box.findChildren(QPushButton) if b.text() == button).click()

    QTimer.singleShot(50, answer)
    press(Qt.Key.Key_Escape)
    settle(window)
    assert seen, "nobody was asked"
    assert isinstance(main_of(window).page, ListPage) is left
    assert (values(window, "resident", record)["name"] == "萨仁高娃") is kept
    if not left:
        assert page.fields is not None
        assert line_of(page.fields.boxes["name"].editor.target()).text() == "萨仁高娃"


def test_leaving_an_untouched_form_asks_nothing(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main_window, "ask_unsaved", lambda _parent: pytest.fail("asked"))
    record = change(window, Edit("resident", ELDER)).records[0]
    _open(window, FormPlace("resident", record))
    press(Qt.Key.Key_Escape)
    settle(window)
    assert isinstance(main_of(window).page, ListPage)


def test_removed_and_taken_back_by_the_message_that_says_so(window: Window) -> None:
    record = change(window, Edit("resident", ELDER)).records[0]
    main_of(window).go(ListPlace("resident"))
    settle(window)
    page = main_of(window).page
    assert isinstance(page, ListPage)
    page.view.setFocus()
    press(Qt.Key.Key_Delete)
    wait(lambda: main_of(window).toast.isVisible())
    settle(window)
    assert page._table.rowCount() == 0
    main_of(window).toast.action.click()
    settle(window)
    assert page._table.rowCount() == 1
    assert values(window, "resident", record)["name"] == ELDER["name"]


def test_a_removed_record_is_shown_and_can_be_brought_back(window: Window) -> None:
    record = change(window, Edit("resident", ELDER)).records[0]
    change(window, Edit("resident", {"removed": True}, record))
    page = _open(window, FormPlace("resident", record))
    assert page.fields is None, "a removed record is not edited"
    page.errors.action.click()
    settle(window)
    assert _form(window).fields is not None


def test_what_is_never_changed_is_shown_and_corrected_by_a_new_record(window: Window) -> None:
    volunteer = change(window, Edit("volunteer", {"name": "高云", "registered_on": "2023-01-01"})).records[0]
    shift: dict[str, Wire] = {"volunteer": volunteer, "service_date": "2024-03-09", "hours": 120, "unpaid": True}
    record = change(window, Edit("volunteer_hours", shift)).records[0]
    page = _open(window, FormPlace("volunteer_hours", record))
    assert page.fields is None
    page._correct()
    settle(window)
    new = _form(window)
    assert new.place.record is None and new.fields is not None
    assert new.fields.boxes["reverses"].editor.taken().value == record
    assert new.fields.boxes["volunteer"].editor.taken().value == volunteer
    new.save()
    settle(window)
    assert window.desk is not None
    with window.desk._station.store.reading() as reader:
        assert reader.count("volunteer_hours", {"reverses": record}) == 1


def test_a_person_is_picked_by_typing(window: Window) -> None:
    record = change(window, Edit("resident", ELDER)).records[0]
    page = _open(window, FormPlace("elder"))
    assert page.fields is not None
    editor = page.fields.boxes["resident"].editor
    assert isinstance(editor, PickEditor)
    type_text("萨仁")
    wait(lambda: editor._list._view.isVisible())
    assert "手" not in editor._offered[0][1] and editor._offered[0][1].startswith(str(ELDER["name"]))
    press_popup(editor, Qt.Key.Key_Return)
    assert editor.taken().value == record
    page.save()
    settle(window)
    assert values(window, "elder", only(window, "elder"))["resident"] == record


def press_popup(editor: PickEditor, key: Qt.Key) -> None:
    """A key to the open list of suggestions."""
    from PySide6.QtTest import QTest

    QTest.keyClick(editor._list._view, key)
    QApplication.processEvents()


def test_a_name_that_was_typed_but_not_chosen_is_not_saved_as_nothing(window: Window) -> None:
    page = _open(window, FormPlace("elder"))
    assert page.fields is not None
    type_text("不在册的人")
    page.save()
    settle(window)
    assert page.errors.isVisible()
    assert page.fields.boxes["resident"].said.startswith("⚠")


def test_several_are_picked_and_taken_off_again(window: Window) -> None:
    done = change(window, Edit("worker", {"name": "高娃"}), Edit("worker", {"name": "斯琴"}))
    page = _open(window, FormPlace("visit"))
    assert page.fields is not None
    editor = page.fields.boxes["visitors"].editor
    assert isinstance(editor, ManyEditor)
    for name in ("高娃", "斯琴"):
        editor._pick.line.setFocus()
        type_text(name)
        wait(lambda: editor._pick._list._view.isVisible())
        press_popup(editor._pick, Qt.Key.Key_Return)
    assert editor.taken().value == list(done.records)
    chips = [b for b in editor._row.findChildren(QPushButton) if b.text().startswith("高娃")]
    chips[-1].click()
    assert editor.taken().value == [done.records[1]]


def test_a_stored_value_that_would_not_be_taken_today_does_not_hinder_another_change(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = change(window, Edit("resident", ELDER | {"address": "五社"})).records[0]
    monkeypatch.setenv("STATION_APP_NOW", "1940-01-01T09:00:00")  # a computer whose clock stands wrong: the birth lies ahead
    page = _open(window, FormPlace("resident", record))
    assert page.fields is not None
    assert not page.fields.boxes["birth_date"].said.startswith("⚠")
    _line(page, "name")
    type_text("萨仁")
    page.save()
    settle(window)
    assert values(window, "resident", record)["name"] == "萨仁"
    assert values(window, "resident", record)["birth_date"] == ELDER["birth_date"]
