"""Unlocking, locking, and what the window's title gives away."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from station_app.store.change import Edit
from station_app.ui.app import Window
from station_app.ui.places import FormPlace
from tests.ui.windows import ELDER, HEAD, PASSWORD, change, main_of, settle, wait


def test_a_wrong_password_is_refused_in_a_sentence_and_the_right_one_opens(locked: Window) -> None:
    unlock = locked.unlock
    assert [unlock.users.itemText(i) for i in range(unlock.users.count())] == [HEAD]
    QTest.keyClicks(unlock.password, "wrong-password")
    QTest.keyClick(unlock.password, Qt.Key.Key_Return)
    wait(lambda: unlock.error.isVisible())
    assert "密码" in unlock.error.text.text()
    assert locked.main is None
    unlock.password.clear()
    QTest.keyClicks(unlock.password, PASSWORD)
    QTest.keyClick(unlock.password, Qt.Key.Key_Return)
    wait(lambda: locked.main is not None)
    assert locked.windowTitle().startswith("社工站")
    assert unlock.password.text() == "", "the password must not stay in the line"


def test_an_empty_password_asks_for_one(locked: Window) -> None:
    QTest.keyClick(locked.unlock.password, Qt.Key.Key_Return)
    assert locked.unlock.error.isVisible()
    assert not locked.jobs.busy()


def test_locking_leaves_nothing_on_screen(window: Window) -> None:
    main = main_of(window)
    main.lock()
    wait(lambda: window.main is None)
    settle(window)
    assert window.unlock.isVisible()
    assert window.desk is None
    assert window.windowTitle() == "社工站"


def test_titles_name_the_station_and_no_person(window: Window) -> None:
    done = change(window, Edit("resident", ELDER))
    main_of(window).go(FormPlace("resident", done.records[0]))
    settle(window)
    assert window.windowTitle().startswith("社工站")
    for value in (ELDER["name"], ELDER["phone"], "1946"):
        assert value not in window.windowTitle()
