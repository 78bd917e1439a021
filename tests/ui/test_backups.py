"""The backups screen: by keyboard alone, beside other work, stopped, told in words; today's by itself."""

from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from station_app.clock import today
from station_app.messages import _
from station_app.store.change import Edit
from station_app.store.roles import Action
from station_app.ui.app import Window
from station_app.ui.desk import Desk
from station_app.ui.places import ScreenPlace
from station_app.ui.screens import backups
from station_app.ui.screens.backups import BackupsScreen, Daily
from station_app.work import backup_shelf
from tests.ui.windows import change, focused, main_of, press, settle, wait


@pytest.fixture
def screen(window: Window) -> BackupsScreen:
    """The screen, of a station without a backup."""
    main_of(window).go(ScreenPlace("backups"))
    settle(window)
    page = main_of(window).page
    assert isinstance(page, BackupsScreen)
    return page


def words(screen: BackupsScreen) -> str:
    """Everything that can be read on it."""
    return " ".join(w.text() for w in screen.findChildren(QLabel) if w.isVisibleTo(screen))


def shelf(window: Window) -> list[Path]:
    """The files at the place for backups."""
    return sorted((window.folder / backup_shelf.HERE).glob("*.station-backup"))


def test_by_keyboard_a_backup_and_a_drill(window: Window, screen: BackupsScreen) -> None:
    """Both buttons by Enter; what came of it stands in a sentence, and the screen shows the new state."""
    assert _("There is no backup yet") in words(screen) and not screen.rehearse.isEnabled()
    screen.now.setFocus()
    press(Qt.Key.Key_Return)
    assert screen.working.isVisible()
    settle(window)
    assert len(shelf(window)) == 1 and screen.message.objectName() == "success" and not screen.working.isVisible()
    assert focused() is screen.now and _("up to date") in words(screen) and _("proven good") in words(screen)
    change(window, Edit("resident", {"name": "萨仁"}))
    screen.rehearse.setFocus()
    press(Qt.Key.Key_Return)
    settle(window)
    assert screen.message.objectName() == "success"
    assert _("{n} entries were written since this backup.", n=1) in screen.message.text.text()


def test_edits_go_on_while_a_backup_is_made(window: Window, screen: BackupsScreen) -> None:
    """Whoever saves does not wait for it.

    Seen failing: the backup in the queue of changes.
    """
    screen.start_backup()
    order: list[str] = []
    assert window.desk is not None
    screen.message.said.connect(lambda text: order.append("backup") if text else None)
    window.desk.change(
        screen, [Edit("resident", {"name": "萨仁"})], "new", lambda _done: order.append("saved"), lambda refusal: order.append(refusal.message)
    )  # fmt: skip
    settle(window)
    assert order == ["saved", "backup"] and len(shelf(window)) == 1


def test_stopped_it_leaves_nothing(window: Window, screen: BackupsScreen) -> None:
    """Stop, by the button that has the keyboard; the next one works."""
    screen.start_backup()
    assert focused() is screen.working.stop
    press(Qt.Key.Key_Return)
    settle(window)
    assert shelf(window) == [] and screen.message.objectName() == "notice"
    screen.start_backup()
    settle(window)
    assert len(shelf(window)) == 1


def test_the_place_is_chosen_and_its_absence_told(window: Window, screen: BackupsScreen, tmp_path: Path) -> None:
    """A stick that is pulled out: said beforehand and after the backup, which lies beside the station."""
    stick = tmp_path / "stick"
    stick.mkdir()
    assert not screen.here_button.isVisibleTo(screen)
    screen.take_place(stick)
    settle(window)
    assert str(stick) in words(screen)
    screen.start_backup()
    settle(window)
    assert len(list(stick.iterdir())) == 1 and shelf(window) == []
    stick.rename(tmp_path / "pulled")
    screen.begin()
    settle(window)
    assert _("not plugged in") in words(screen)
    screen.start_backup()
    settle(window)
    assert (
        screen.message.objectName() == "caution"
        and str(stick) in screen.message.text.text()
        and len(shelf(window)) == 1
    )
    screen.take_place(tmp_path / "nowhere")
    settle(window)
    assert screen.message.objectName() == "errors"
    screen.take_place(None)
    settle(window)
    assert not screen.here_button.isVisibleTo(screen)


def test_age_and_damage_are_said_in_words(
    window: Window, screen: BackupsScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight days old is too old; a damaged one does not count; after a month the drill is due."""
    screen.start_backup()
    settle(window)
    monkeypatch.setenv("STATION_APP_NOW", f"{today() + timedelta(days=40)}T09:00:00")
    screen.begin()
    settle(window)
    assert _("too old") in words(screen) and _("{n} days ago", n=40) in words(screen)
    assert _("A month has gone by: rehearse a restore, so that you know it works.") in words(screen)
    file = shelf(window)[0]
    raw = bytearray(file.read_bytes())
    raw[9_000] ^= 1
    file.write_bytes(raw)
    screen.start_drill()
    settle(window)
    assert screen.message.objectName() == "errors"
    assert _("damaged") in words(screen) and _("There is no backup yet") in words(screen)


def test_todays_backup_is_made_by_itself_once(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some seconds after the first unlock of a day; not again the same day, and not by whom it is not allowed."""
    monkeypatch.setattr(backups, "BEGINS_MS", 10)
    assert window.desk is not None
    for _again in range(2):
        daily = Daily(window, window.desk, main_of(window))
        wait(lambda: len(shelf(window)) == 1)
        settle(window)
        daily.begin()
        settle(window)
    assert len(shelf(window)) == 1 and "-daily" in shelf(window)[0].name


def test_who_may_not_back_up_sees_no_button(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    """The state is for everybody to see."""
    monkeypatch.setattr(Desk, "may", lambda _desk, action: action is not Action.BACK_UP)
    main_of(window).go(ScreenPlace("backups"))
    settle(window)
    page = main_of(window).page
    assert isinstance(page, BackupsScreen)
    assert not page.now.isVisible() and not page.choose_button.isVisible()
    assert _("There is no backup yet") in words(page)
