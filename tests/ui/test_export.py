"""Taking a list out from the window: nothing leaves without reason and recipient; a second person is asked for where many leave."""

import json
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from station_app.messages import Refusal
from station_app.store.change import Edit
from station_app.ui.app import Window
from station_app.ui.screens.export import ExportDialog
from tests.ui.windows import ELDER, PASSWORD, change, press, settle, type_text, wait


def opened(window: Window) -> ExportDialog:
    """The dialog over the open station, as the button opens it."""
    assert window.desk is not None
    dialog = ExportDialog(window, window.desk, "resident")
    dialog.show()
    settle(window)
    return dialog


def test_reason_and_recipient_are_asked_for_by_keyboard(window: Window, tmp_path: Path) -> None:
    change(window, Edit("resident", ELDER))
    dialog = opened(window)
    assert dialog.reason.hasFocus()
    dialog._ask_where()
    assert "导出原因" in dialog.error.text.text() and dialog.reason.hasFocus()
    type_text("与旗民政局核对")
    dialog._ask_where()
    assert "给谁" in dialog.error.text.text() and dialog.recipient.hasFocus()
    press(Qt.Key.Key_Down)
    assert dialog.recipient.currentData() == ""
    dialog.export_to(tmp_path / "居民.xlsx")
    wait(lambda: dialog.done_with is not None)
    assert (tmp_path / "居民.xlsx").is_file() and dialog.done_with is not None and dialog.done_with["written"] == 1
    assert window.desk is not None
    with window.desk._station.store.reading() as reader:
        (kept,) = reader.all("export")
    assert kept.fields["reason"] == "与旗民政局核对"


def test_the_second_person_is_asked_for_when_needed(window: Window, tmp_path: Path) -> None:
    rule = json.dumps({"second_person_above": 0})
    change(
        window,
        Edit("resident", ELDER),
        Edit("policy", {"name": "export", "effective_from": "2024-01-01", "table": rule}),
    )
    assert window.desk is not None
    station = window.desk._station
    assert not isinstance(station.vault.add(station.unlocked, "斯琴", "worker", PASSWORD), Refusal)
    dialog = opened(window)
    assert not dialog.password.isVisible()
    dialog.reason.setText("核对")
    dialog.recipient.setCurrentIndex(dialog.recipient.findData(""))
    dialog.export_to(tmp_path / "a.csv")
    wait(lambda: dialog.password.isVisible())
    assert not (tmp_path / "a.csv").exists() and dialog.second.currentText() == "斯琴" and dialog.password.hasFocus()
    type_text(PASSWORD)
    dialog.export_to(tmp_path / "a.csv")
    wait(lambda: dialog.done_with is not None)
    assert (tmp_path / "a.csv").is_file()
    QApplication.processEvents()
