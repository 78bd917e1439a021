"""Erasing from the window: the head alone is offered it, nothing goes before the word is typed, the form is left afterwards."""

import os
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from station_app.store.change import Edit
from station_app.ui.app import Window
from station_app.ui.pages.form_page import FormPage
from station_app.ui.places import FormPlace
from station_app.ui.screens.erase import EraseDialog
from tests.ui.windows import change, main_of, settle, type_text, wait

WORD = "依法删除"


def form_of(window: Window, kind: str, record: str) -> FormPage:
    """The record's form, open."""
    main_of(window).go(FormPlace(kind, record))
    settle(window)
    page = main_of(window).page
    assert isinstance(page, FormPage)
    wait(lambda: page._opened is not None)
    settle(window)
    return page


def dialog_of(window: Window, page: FormPage) -> EraseDialog:
    """The dialog, not in its own loop."""
    assert window.desk is not None and page._opened is not None
    dialog = EraseDialog(page, window.desk, page.place.kind, str(page.place.record), page._opened.title)
    dialog.show()
    settle(window)
    return dialog


def person(window: Window) -> str:
    """A resident with two visits."""
    record = change(window, Edit("resident", {"name": "王桂兰"})).records[0]
    for day in (2, 3):
        change(window, Edit("visit", {"resident": record, "visit_at": f"2026-03-0{day}T09:00", "mode": "home"}))
    return record


def test_a_person_goes_after_ground_reason_and_word_by_keyboard(window: Window) -> None:
    """Seen failing: the button lit with the word alone."""
    record = person(window)
    page = form_of(window, "resident", record)
    assert any(b.text() == "依法删除…" and b.isVisible() for b in page.findChildren(QPushButton))
    dialog = dialog_of(window, page)
    dialog.activateWindow()
    assert dialog.focusWidget() is dialog.reason and not dialog.ok.isEnabled()
    wait(lambda: dialog.goes.isVisible())
    assert "走访" in dialog.goes.text() or "探访" in dialog.goes.text(), dialog.goes.text()
    shot = os.environ.get("ERASE_SHOT")
    if shot:
        dialog.grab().save(str(Path(shot)))
    dialog.word.setFocus()
    type_text(WORD)
    assert dialog.word.text() == WORD
    assert not dialog.ok.isEnabled(), "a reason is needed"
    dialog.reason.setText("本人书面要求")
    assert dialog.ok.isEnabled()
    dialog.word.setText(WORD[:3])
    assert not dialog.ok.isEnabled()
    dialog.word.setText(WORD)
    QTest.keyClick(dialog.word, Qt.Key.Key_Return)
    wait(lambda: not dialog.isVisible())
    settle(window)
    assert "3" in dialog.said
    assert window.desk is not None
    with window.desk._station.store.reading() as reader:
        assert reader.get("resident", record) is None and reader.count("visit") == 0


def test_the_record_alone_when_the_box_is_not_ticked(window: Window) -> None:
    record = person(window)
    dialog = dialog_of(window, form_of(window, "resident", record))
    dialog.person.setChecked(False)
    assert not dialog.goes.isVisible()
    dialog.reason.setText("记错了人")
    dialog.word.setText(WORD)
    dialog.go()
    wait(lambda: not dialog.isVisible())
    assert window.desk is not None
    with window.desk._station.store.reading() as reader:
        assert reader.get("resident", record) is None and reader.count("visit") == 2


def test_what_cannot_be_erased_has_no_button(window: Window) -> None:
    """The station's own record, rules, signed reports."""
    assert window.desk is not None
    with window.desk._station.store.reading() as reader:
        station = reader.all("station")[0].id
    page = form_of(window, "station", station)
    assert not any(b.text() == "依法删除…" for b in page.findChildren(QPushButton))
    QApplication.processEvents()
