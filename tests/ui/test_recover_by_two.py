"""Recovery by two in the window: stick, code to read aloud, the centre's answer, second sheet, a new password, new sheets."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from station_app.centre import escrow
from station_app.centre.opened import init_centre
from station_app.compose import create_station, open_station, prepare_escrow
from station_app.messages import Refusal
from station_app.paper import recovery
from station_app.sync.opening import now
from station_app.ui.app import Window
from station_app.ui.screens import recover_by_two
from station_app.work import enrolment
from tests.ui.windows import HEAD, NAME, PASSWORD, TOWNSHIP, settle, wait

FRESH = "three plain words 2026"


@pytest.fixture
def scene(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Window, Path, str]]:
    """A locked, enrolled station with a second sheet; the stick; the sheet's code."""
    codes: list[str] = []
    real = recovery.second_sheet

    def noting(**said: object) -> bytes:
        codes.append(str(said["code"]))
        return real(**said)  # type: ignore[arg-type]

    monkeypatch.setattr(recovery, "second_sheet", noting)
    made = create_station(tmp_path / "data", NAME, TOWNSHIP, "01", HEAD, PASSWORD)
    centre = init_centre(tmp_path / "centre", "指导中心", PASSWORD)
    usb = tmp_path / "usb"
    usb.mkdir()
    assert not isinstance(made, Refusal) and not isinstance(centre, Refusal)
    station = made.station
    invited = centre.invite(station.store.station)
    assert not isinstance(invited, Refusal)
    for _again in range(2):
        asked = enrolment.request(station, usb, invited.code, invited.fingerprint)
        assert not isinstance(asked, Refusal), asked.message
        assert not isinstance(centre.issue(usb), Refusal)
    assert not isinstance(prepare_escrow(station), Refusal)
    station.close()
    centre.close()
    monkeypatch.setattr(recover_by_two, "folder_of_stick", lambda _parent: str(usb))
    window = Window(tmp_path / "data")
    window.show()
    wait(lambda: window.unlock.users.count() == 1)
    settle(window)
    yield window, usb, codes[0]
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents()


def test_from_the_locked_window_to_a_new_password(scene: tuple[Window, Path, str], tmp_path: Path) -> None:
    """The whole way; what is wrong is said where it is typed, and nothing secret stays in the lines."""
    window, usb, code = scene
    window.unlock.recover_button.click()
    assert window.recovering is not None
    window.recovering.together.click()
    screen = window.by_two
    assert screen is not None
    screen.stick_button.click()
    wait(lambda: bool(screen.code.text()))
    settle(window)
    spoken = screen.code.text()
    screen.stick_button.click()
    settle(window)
    assert screen.code.text() == spoken and screen.steps.currentIndex() == 0, "the centre has not answered yet"

    from station_app.centre.opened import open_centre

    centre = open_centre(tmp_path / "centre", None, PASSWORD)
    assert not isinstance(centre, Refusal)
    done = escrow.release(centre.authority, usb, spoken, "王主任", "座机", now())
    centre.close()
    assert not isinstance(done, Refusal), done.message
    screen.stick_button.click()
    wait(lambda: screen.steps.currentIndex() == 1)
    screen.second.setText("2" * 30)
    screen.password.setText(FRESH)
    screen.again.setText(FRESH)
    QTest.keyClick(screen.again, Qt.Key.Key_Return)
    wait(lambda: screen.wrong.isVisible())
    settle(window)
    assert "第二张单" in screen.wrong.text.text() or "编码" in screen.wrong.text.text()
    screen.second.setText(code.lower())
    QTest.keyClick(screen.again, Qt.Key.Key_Return)
    wait(lambda: bool(screen.sheet.where.text()))
    assert screen.second.text() == screen.password.text() == screen.again.text() == screen.code.text() == ""
    assert Path(screen.sheet.where.text()).read_bytes().startswith(b"%PDF")
    screen.sheet.go_on.click()
    settle(window)
    assert window.unlock.isVisible() and window.by_two is None
    opened = open_station(tmp_path / "data", HEAD, lambda _name: FRESH)
    assert not isinstance(opened, Refusal)
    opened.close()


def test_a_station_without_a_second_sheet_is_told_so(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not prepared: said at once, with what to do, and one can go back."""
    made = create_station(tmp_path / "data", NAME, TOWNSHIP, "01", HEAD, PASSWORD)
    assert not isinstance(made, Refusal)
    made.station.close()
    monkeypatch.setattr(recover_by_two, "folder_of_stick", lambda _parent: str(tmp_path))
    window = Window(tmp_path / "data")
    window.show()
    wait(lambda: window.unlock.users.count() == 1)
    settle(window)
    window.unlock.recover_button.click()
    assert window.recovering is not None
    window.recovering.together.click()
    assert window.by_two is not None
    window.by_two.stick_button.click()
    settle(window)
    assert window.by_two.error.isVisible() and "双人恢复" in window.by_two.error.text.text()
    next(b for b in window.by_two.findChildren(QPushButton) if b.text() == "返回").click()
    settle(window)
    assert window.unlock.isVisible()
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents()
