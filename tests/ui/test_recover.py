"""Every password forgotten: the recovery sheet's code gives a new one, once, by keyboard alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from station_app.compose import create_station, open_station
from station_app.messages import Refusal
from station_app.store import codes
from station_app.ui.app import Window
from station_app.ui.screens.recover import NEVER, SIGNS, RecoverScreen, fault_of, grouped, plain
from tests.ui.windows import HEAD, NAME, PASSWORD, TOWNSHIP, focused, press, settle, type_text, wait

FRESH = "new-gaowa-2026"


@pytest.fixture
def station(tmp_path: Path) -> tuple[Path, str]:
    """A locked station's folder and its recovery code, as only the printed sheet knows it."""
    made = create_station(tmp_path / "data", NAME, TOWNSHIP, "01", HEAD, PASSWORD)
    assert not isinstance(made, Refusal), made.message
    assert not isinstance(made.station.vault.add(made.station.unlocked, "斯琴", "worker", PASSWORD), Refusal)
    made.station.close()
    return tmp_path / "data", made.recovery_code


@pytest.fixture
def locked(qapp: QApplication, station: tuple[Path, str]) -> Iterator[Window]:
    """Its window, on the unlock screen."""
    window = Window(station[0])
    window.show()
    window.activateWindow()
    wait(lambda: window.unlock.users.count() == 2)
    settle(window)
    yield window
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents()


def _asked(window: Window) -> RecoverScreen:
    """By keyboard from the password to the recovery screen."""
    window.unlock.password.setFocus()
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Tab)
    assert focused() is window.unlock.recover_button
    press(Qt.Key.Key_Return)
    assert window.recovering is not None and window.recovering.isVisible()
    return window.recovering


def _type(screen: RecoverScreen, code: str, password: str, again: str) -> None:
    screen.code.setFocus()
    screen.code.clear()
    type_text(code)
    press(Qt.Key.Key_Tab)
    assert focused() is screen.users
    for line, text in ((screen.password, password), (screen.again, again)):
        press(Qt.Key.Key_Tab)
        assert focused() is line
        line.clear()
        type_text(text)
    press(Qt.Key.Key_Return)


def _opens(folder: Path, user: str, password: str) -> bool:
    opened = open_station(folder, user, lambda _name: password)
    if isinstance(opened, Refusal):
        return False
    opened.close()
    return True


def test_the_right_code_gives_a_new_password_and_a_new_sheet(locked: Window, station: tuple[Path, str]) -> None:
    _folder, code = station
    screen = _asked(locked)
    assert focused() is screen.code
    _type(screen, f" {code.lower().replace('-', ' — ')} ", FRESH, FRESH)
    wait(lambda: bool(screen.sheet.where.text()))
    assert Path(screen.sheet.where.text()).read_bytes().startswith(b"%PDF")
    assert screen.code.text() == screen.password.text() == screen.again.text() == "", "nothing secret stays in the lines"
    assert focused() is screen.sheet.show_sheet, "first the sheet is printed"
    for _button in range(2):
        press(Qt.Key.Key_Tab)
    assert focused() is screen.sheet.go_on
    press(Qt.Key.Key_Return)
    settle(locked)
    assert locked.unlock.isVisible() and locked.recovering is None
    assert focused() is locked.unlock.password
    assert locked.unlock.users.currentText() == HEAD

    type_text(PASSWORD)
    press(Qt.Key.Key_Return)
    wait(lambda: locked.unlock.error.isVisible())
    assert locked.main is None, "the old password opens nothing"
    locked.unlock.password.clear()
    type_text(FRESH)
    press(Qt.Key.Key_Return)
    wait(lambda: locked.main is not None)
    settle(locked)


def test_a_used_code_is_refused_at_its_field_and_nothing_changes(locked: Window, station: tuple[Path, str]) -> None:
    folder, code = station
    wrong = ("3" if code[0] == "2" else "2") + code[1:]
    screen = _asked(locked)
    _type(screen, wrong, FRESH, FRESH)
    wait(lambda: "打不开本站" in screen.fault_at(screen.code))
    assert focused() is screen.code and screen.code.text() == wrong, "what was typed stays, to be compared"
    assert screen.password.text() == FRESH
    assert _opens(folder, HEAD, PASSWORD) and not _opens(folder, HEAD, FRESH)

    _type(screen, code, FRESH, FRESH)
    wait(lambda: bool(screen.sheet.where.text()))
    screen.sheet.go_on.click()
    settle(locked)
    again = _asked(locked)
    _type(again, code, "third-password", "third-password")
    wait(lambda: "打不开本站" in again.fault_at(again.code))
    assert _opens(folder, HEAD, FRESH), "a code works once"


def test_another_user_keeps_theirs(locked: Window, station: tuple[Path, str]) -> None:
    folder, code = station
    screen = _asked(locked)
    screen.users.setCurrentText("斯琴")
    _type(screen, code, FRESH, FRESH)
    wait(lambda: bool(screen.sheet.where.text()))
    assert _opens(folder, "斯琴", FRESH) and not _opens(folder, "斯琴", PASSWORD)
    assert _opens(folder, HEAD, PASSWORD)
    screen.sheet.go_on.click()
    settle(locked)
    assert locked.unlock.users.currentText() == "斯琴", "who got the new password is chosen"


def test_what_is_wrong_is_said_at_the_field_before_anything_is_tried(locked: Window, station: tuple[Path, str]) -> None:
    _folder, code = station
    screen = _asked(locked)
    for typed, password, again, at, words in (
        ("", FRESH, FRESH, screen.code, "请输入恢复单上印的恢复码"),
        ("0" + code[1:], FRESH, FRESH, screen.code, "“0”"),
        (code[:-1], FRESH, FRESH, screen.code, "现在有 29 个"),
        (code, "", "", screen.password, "密码"),
        (code, FRESH, FRESH + "x", screen.again, "两次"),
    ):
        _type(screen, typed, password, again)
        assert words in screen.fault_at(at), (typed, screen.fault_at(at))
        assert focused() is at
        assert not locked.jobs.busy()
    _type(screen, code, "short", "short")
    wait(lambda: "至少" in screen.fault_at(screen.password))
    assert screen.fault_at(screen.again) == "", "a fault that is mended is no longer shown"
    assert focused() is screen.password


def test_escape_goes_back_and_forgets(locked: Window) -> None:
    screen = _asked(locked)
    type_text("abcde")
    press(Qt.Key.Key_Escape)
    settle(locked)
    assert locked.unlock.isVisible() and focused() is locked.unlock.password
    assert _asked(locked).code.text() == ""
    assert screen is not locked.recovering


def test_the_sheet_and_its_folder_are_opened(locked: Window, station: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, code = station
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()))
    screen = _asked(locked)
    _type(screen, code, FRESH, FRESH)
    wait(lambda: bool(screen.sheet.where.text()))
    screen.sheet.show_sheet.click()
    screen.sheet.show_folder.click()
    assert [Path(name) for name in shown] == [Path(screen.sheet.where.text()), folder]


def test_codes_are_read_however_they_are_typed() -> None:
    signs = "23456789ABCDEFGHJKLMNPQRSTUVWX"
    assert plain("23456-789ab cdefg–hjklm—npqrs  tuvwx\n") == signs
    assert plain("２３４５６７８９ａｂｃｄｅｆｇｈｊｋｌｍｎｐｑｒｓｔｕｖｗｘ") == signs, "full-width, as input methods write"
    assert grouped(signs) == "23456-789AB-CDEFG-HJKLM-NPQRS-TUVWX"
    assert fault_of(signs) is None
    odd = fault_of("码" + signs[1:])
    assert odd is not None and odd.values["signs"] == "码"


def test_the_screen_knows_the_vault_s_codes(station: tuple[Path, str]) -> None:
    _folder, code = station
    assert grouped(plain(code)) == code and len(plain(code)) == SIGNS
    assert not set(NEVER) & set(codes.ALPHABET)
    assert set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") - set(codes.ALPHABET) == set(NEVER)
