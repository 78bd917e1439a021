"""Lists: long ones come in blocks as they are shown; found by text, by choice, through what they refer to; sorted."""

import pytest
from PySide6.QtCore import Qt

from station_app.messages import Refusal
from station_app.store.change import Edit
from station_app.ui.app import Window
from station_app.ui.pages.list_page import ListPage
from station_app.ui.pages.record_table import BLOCK, RecordTable
from station_app.ui.places import ListPlace
from tests.ui.windows import ELDER, change, main_of, press, settle, type_text, wait

MANY = 2 * BLOCK + 50


def _called(number: int) -> str:
    """Names that differ in one character and sort by their number."""
    return "张" + chr(0x4E00 + number)


@pytest.fixture
def full(window: Window) -> Window:
    """A station with more residents than two blocks hold."""
    assert window.desk is not None
    station = window.desk._station
    groups = [[Edit("resident", {"name": _called(n), "sex": "12"[n % 2]})] for n in range(MANY)]
    done = station.store.batch(groups, station.author, "import resident")
    assert not isinstance(done, Refusal), done.message
    settle(window)
    return window


def _list(window: Window, kind: str = "resident") -> ListPage:
    main_of(window).go(ListPlace(kind))
    settle(window)
    page = main_of(window).page
    assert isinstance(page, ListPage)
    return page


def _name(table: RecordTable, row: int) -> str:
    return str(table.index(row, 0).data())


def test_blocks_are_fetched_as_they_are_shown(full: Window) -> None:
    page = _list(full)
    table = page._table
    assert table.rowCount() == MANY
    assert set(table._blocks) <= {0}
    assert _name(table, 0) == _called(0)
    page.view.scrollToBottom()
    wait(lambda: (MANY - 1) // BLOCK in table._blocks or _name(table, MANY - 1) != "…")
    assert _name(table, MANY - 1) == _called(MANY - 1)


def test_sorted_by_a_click_on_the_header_and_back(full: Window) -> None:
    page = _list(full)
    page._sort(0)
    settle(full)
    assert _name(page._table, 0) == _called(MANY - 1)
    page._sort(0)
    settle(full)
    assert _name(page._table, 0) == _called(0)


def test_narrowed_by_a_choice(full: Window) -> None:
    page = _list(full)
    field, box = page._filters[0]
    assert field.name == "sex"
    box.setCurrentIndex(box.findData("2"))
    page.load()
    settle(full)
    assert page._table.rowCount() == MANY // 2


def test_found_by_typing_and_nothing_is_said_in_a_sentence(full: Window) -> None:
    page = _list(full)
    press(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    type_text(_called(42))
    wait(lambda: page._table.rowCount() == 1)
    assert _name(page._table, 0) == _called(42)
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    type_text("龥龥")
    wait(lambda: page._empty.isVisible())
    assert page._empty.text()


def test_records_are_found_by_the_person_they_refer_to(window: Window) -> None:
    people = change(window, Edit("resident", ELDER), Edit("resident", {"name": "赵德福"})).records
    visit = {"visit_at": "2024-03-05T09:00"}
    change(window, *(Edit("visit", visit | {"resident": person}) for person in people))
    page = _list(window, "visit")
    assert page._table.rowCount() == 2
    page._typed.setText("zdf")
    wait(lambda: page._table.rowCount() == 1)
    assert _name(page._table, 0) == "赵德福"


def test_a_list_shows_what_others_write_meanwhile(window: Window) -> None:
    page = _list(window)
    assert page._empty.isVisible()
    change(window, Edit("resident", ELDER))
    wait(lambda: page._table.rowCount() == 1)
    assert page.view.isVisible()
