"""The screen of conflicts: a sentence, large answers, undo, leaving open; twenty of them by keyboard alone; the count outside."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from station_app.compose import OpenStation
from station_app.store import journal, schema
from station_app.store.change import Author, Done, Edit
from station_app.store.engine import open_sqlite
from station_app.store.opened import Store
from station_app.ui.app import Window
from station_app.ui.places import ScreenPlace
from station_app.ui.screens.conflicts import ConflictsScreen
from tests.store.exchange import chain_of, take_in
from tests.ui.windows import focused, main_of, press, settle, type_text, values, wait

WANG = Author("00000000-0000-4000-8000-0000000000bb")
OTHER = "1a2b3c4d-0000-4000-8000-000000000001"


class Elsewhere:
    """The station's other computer, and what goes between."""

    def __init__(self, window: Window, folder: Path) -> None:
        assert window.desk is not None
        self.window, self.station = window, window.desk._station
        database = open_sqlite(folder / "other.db", None)
        schema.bring_up(database, searchable=True)
        with database.writing() as connection:
            journal.register(connection, self.station.store.station, OTHER, own=True)
        self.store = Store(database, folder, self.station.store.station, OTHER)

    def meet(self) -> None:
        """Both take everything of the other."""
        code, here = self.station.store.station, self.station.store
        for taker, giver in ((self.store, here), (here, self.store)):
            chain = chain_of(giver.database, giver.device)
            if chain:
                take_in(taker.database, taker.fold, code, giver.device, chain)
        self.window.desk.changed.emit(frozenset({"resident", "computer", "account"}))  # type: ignore[union-attr]  # open
        settle(self.window)

    def clash(self, number: int) -> list[str]:
        """So many residents whose telephone both changed; theirs ends in the number, ours in the number and a 5."""
        made: list[str] = []
        for n in range(number):
            done = self.station.store.change([Edit("resident", {"name": f"王秀英{n:02}"})], self.station.author, "new")
            assert isinstance(done, Done)
            made.append(done.records[0])
        self.meet()
        for n, record in enumerate(made):
            for store, author, phone in (
                (self.station.store, self.station.author, f"138047711{n:02}"), (self.store, WANG, f"139047711{n:02}")
            ):  # fmt: skip
                assert isinstance(store.change([Edit("resident", {"phone": phone}, record)], author, "set"), Done)
        self.meet()
        return made


@pytest.fixture
def elsewhere(window: Window, tmp_path: Path) -> Iterator[Elsewhere]:
    found = Elsewhere(window, tmp_path)
    yield found
    found.store.close()


def screen(window: Window) -> ConflictsScreen:
    main = main_of(window)
    main.go(ScreenPlace("conflicts"))
    settle(window)
    page = main.page
    assert isinstance(page, ConflictsScreen)
    return page


def station_of(window: Window) -> OpenStation:
    assert window.desk is not None
    return window.desk._station


def badge(window: Window) -> str | None:
    item = main_of(window)._by_section["conflicts"]
    return None if item.isHidden() else item.text()


def test_twenty_conflicts_are_decided_by_keyboard_alone(window: Window, elsewhere: Elsewhere) -> None:
    """A digit, or Enter on the answer that has the keyboard; the list is empty when the counter is zero.

    Seen failing: the keyboard not put on the first answer of the next question.
    """
    assert badge(window) is None
    records = elsewhere.clash(20)
    assert "20" in str(badge(window))
    page = screen(window)
    for number in range(20):
        one = page.question
        assert one is not None and len(one.choices) == 2
        assert "王秀英" in one.sentence and "电话" in one.sentence
        if number % 2:
            press(Qt.Key.Key_Return)
        else:
            press(Qt.Key.Key_2)
        wait(lambda one=one: page.question != one)  # type: ignore[misc]
        settle(window)
        assert len(station_of(window).store.conflicts()) == 19 - number
    assert page.question is None and page.choices == []
    found = [values(window, "resident", record)["phone"] for record in records]
    assert {str(phone)[:3] for phone in found} == {"138", "139"}
    assert "20" not in str(badge(window)), "the count goes down with them"
    assert station_of(window).store.differences() == []


def test_a_question_says_who_when_where_and_what_was_before(window: Window, elsewhere: Elsewhere) -> None:
    """By the names of the other computer and its user, once they have come; by its short id before."""
    (record,) = elsewhere.clash(1)
    page = screen(window)
    assert page.question is not None
    theirs = next(c for c in page.question.choices if not c.ours)
    assert theirs.where == "电脑 1a2b3c4d" and theirs.who == "这台电脑不认识的用户"
    edits = [
        Edit("computer", {"name": "牧区社工室的电脑"}, OTHER),
        Edit("account", {"name": "斯琴", "role": "worker"}, WANG.id),
    ]
    assert isinstance(elsewhere.store.change(edits, Author(WANG.id), "directory"), Done)
    elsewhere.meet()
    page = screen(window)
    assert page.question is not None
    assert "斯琴（牧区社工室的电脑）" in page.question.sentence and "您（本机）" in page.question.sentence
    assert record in page.question.id


def test_leaving_open_goes_on_and_comes_again(window: Window, elsewhere: Elsewhere) -> None:
    """ "Ask the person later": nothing is decided, the counter stays."""
    elsewhere.clash(3)
    page = screen(window)
    seen: list[str] = []
    for _number in range(3):
        assert page.question is not None
        seen.append(page.question.id)
        press(Qt.Key.Key_0)
        settle(window)
    assert len(set(seen)) == 3 and len(station_of(window).store.conflicts()) == 3
    assert page.question is not None and page.question.id in seen


def test_the_last_answer_is_taken_back_and_asked_again(window: Window, elsewhere: Elsewhere) -> None:
    """Ctrl+Z; the very question is there again, with both values."""
    (record,) = elsewhere.clash(1)
    page = screen(window)
    one = page.question
    press(Qt.Key.Key_1)
    wait(lambda: page.question is None)
    settle(window)
    assert values(window, "resident", record)["phone"]
    page.undo()
    wait(lambda: page.question is not None)
    settle(window)
    assert page.question == one and len(page.choices) == 2


def test_neither_is_right_and_the_right_one_is_typed(window: Window, elsewhere: Elsewhere) -> None:
    """A wrong number is refused in words, a right one is taken."""
    (record,) = elsewhere.clash(1)
    page = screen(window)
    page.typed.setFocus()
    assert focused() is page.typed
    type_text("123")
    press(Qt.Key.Key_Return)
    settle(window)
    assert page.error.text.text() and page.question is not None
    page.typed.clear()
    type_text("13500000001")
    press(Qt.Key.Key_Return)
    wait(lambda: page.question is None)
    assert values(window, "resident", record)["phone"] == "13500000001"


def test_a_newer_value_that_comes_meanwhile_is_looked_at_first(window: Window, elsewhere: Elsewhere) -> None:
    """The other computer decides while this one looks: no answer is given to a question that is no more."""
    elsewhere.clash(1)
    page = screen(window)
    one = elsewhere.store.conflicts()[0]
    head = one.heads[0]
    assert isinstance(elsewhere.store.resolve(one.id, f"{head['device']}:{head['seq']}", WANG), Done)
    code, here = station_of(window).store.station, station_of(window).store
    take_in(here.database, here.fold, code, OTHER, chain_of(elsewhere.store.database, OTHER))
    press(Qt.Key.Key_1)
    settle(window)
    assert page.error.text.text() == "这个问题刚有了新的内容，请再看一眼。"
    assert page.question is None


@pytest.mark.parametrize("size", [(1180, 720), (910, 512)])
def test_nothing_is_cut_off(window: Window, elsewhere: Elsewhere, size: tuple[int, int]) -> None:
    """Every text of the question has the room it needs, in a small window too."""
    elsewhere.clash(2)
    window.resize(*size)
    page = screen(window)
    QApplication.processEvents()
    for answer in page.choices:
        layout = answer.layout()
        assert layout is not None
        assert answer.height() >= layout.totalHeightForWidth(answer.width())
