"""Import in the window: seen first, taken in, taken back; refused rows leave as a workbook."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from station_app.settings import RESOURCES
from station_app.ui.app import Window
from station_app.ui.places import ScreenPlace
from station_app.ui.screens.import_ledger import ImportScreen
from tests.ui.windows import main_of, settle

LEDGER = RESOURCES / "samples" / "farm_plots_60.xlsx"


def _screen(window: Window) -> ImportScreen:
    main_of(window).go(ScreenPlace("import"))
    settle(window)
    page = main_of(window).page
    assert isinstance(page, ImportScreen)
    page.kind.setCurrentIndex(page.kind.findData("farm_plot"))
    return page


def _plots(window: Window) -> int:
    assert window.desk is not None
    with window.desk._station.store.reading() as reader:
        return reader.count("farm_plot")


def test_looked_at_taken_in_and_taken_back(window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = _screen(window)
    page.read(LEDGER)
    settle(window)
    shown = {name: int(number.text()) for name, number in page._counts.items()}
    assert shown["read"] == shown["added"] + shown["changed"] + shown["same"] + shown["refused"] == 60
    assert shown["refused"] == page.table.rowCount() > 0
    assert _plots(window) == 0, "looking writes nothing"
    first = page.table.item(0, 3)
    assert first is not None and first.text(), "each refused row has its reason"

    kept = tmp_path / "refused.xlsx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(kept), ""))
    page._keep()
    settle(window)
    assert kept.exists()

    page.take.click()
    settle(window)
    assert _plots(window) == shown["added"]
    page.message.action.click()
    settle(window)
    assert _plots(window) == 0


def test_a_file_that_is_no_ledger_is_refused_in_a_sentence(window: Window, tmp_path: Path) -> None:
    wrong = tmp_path / "note.xlsx"
    wrong.write_bytes(b"this is no workbook")
    page = _screen(window)
    page.read(wrong)
    settle(window)
    assert page.message.isVisible()
    assert not page._result.isVisible()


def test_stopping_leaves_nothing_behind(window: Window) -> None:
    page = _screen(window)
    page.read(LEDGER)
    settle(window)
    page.take.click()
    page._stop()
    settle(window)
    assert _plots(window) == 0
    assert page.message.isVisible()
