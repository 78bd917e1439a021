"""A kind declared in a test, with no other line of code, gets list, form, history and search, by keyboard alone."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from sqlalchemy.orm import Mapped

import station_app.kinds  # noqa: F401  # every real kind, before this one
from station_app.kinds.base import KINDS, Record
from station_app.kinds.columns import choice, date, money, mu, person_name, yes_no
from station_app.spec.fields import Choice
from station_app.ui.app import Window
from station_app.ui.pages.form_page import FormPage
from station_app.ui.pages.list_page import ListPage
from station_app.ui.places import FormPlace, ListPlace
from tests.ui.windows import focused, main_of, only, press, settle, type_text, values, wait


class Colour(Choice):
    """Two codes."""

    RED = "red", "Red", "红"
    BLUE = "blue", "Blue", "蓝"


class Lamp(Record, kind="t_lamp", section="people", merge="by_field", title="Lamp"):
    """Thrown away after the test."""

    owner: Mapped[str | None] = person_name("Lamp owner", needed=True)
    bought: Mapped[str | None] = date("Lamp bought", required=True, past=True)
    colour: Mapped[str | None] = choice(Colour, "Lamp colour", required=True)
    price: Mapped[int | None] = money("Lamp price", required=True, at_least=0)
    meadow: Mapped[int | None] = mu("Lamp meadow", required=True)
    works: Mapped[bool | None] = yes_no("Lamp works", required=True)


KINDS.forget("t_lamp")


@pytest.fixture(autouse=True)
def _lamp() -> Iterator[None]:
    KINDS.add(Lamp)
    yield
    KINDS.forget("t_lamp")


def _list(window: Window) -> ListPage:
    page = main_of(window).page
    assert isinstance(page, ListPage)
    return page


def _to_lamps(window: Window) -> None:
    """Ctrl+1 opens the first section, Ctrl+PageDown goes through its kinds."""
    press(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    settle(window)
    for _kind in range(5):
        if main_of(window).place == ListPlace("t_lamp"):
            return
        press(Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
        settle(window)
    raise AssertionError("the kind has no list in its section")


def test_created_edited_and_searched_by_keyboard_alone(window: Window) -> None:
    _to_lamps(window)
    assert _list(window)._table.rowCount() == 0

    press(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    settle(window)
    form = main_of(window).page
    assert isinstance(form, FormPage) and form.fields is not None
    type_text("其木格")
    press(Qt.Key.Key_Tab)
    type_text("２０２４．３．５")  # full-width digits, as an input method leaves them
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Tab)
    type_text("12.5")
    press(Qt.Key.Key_Tab)
    type_text("5亩2分")
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Left)  # from "unknown" to "no"
    press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    settle(window)
    assert main_of(window).place == ListPlace("t_lamp"), form.errors.text.text()
    record = only(window, "t_lamp")
    assert values(window, "t_lamp", record) == {
        "owner": "其木格", "bought": "2024-03-05", "colour": "red", "price": 1250, "meadow": 10400, "works": False,
    }  # fmt: skip
    assert _list(window)._table.rowCount() == 1

    press(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return)
    settle(window)
    assert main_of(window).place == FormPlace("t_lamp", record)
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    type_text("萨仁其木格")
    press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    settle(window)
    assert values(window, "t_lamp", record)["owner"] == "萨仁其木格"

    press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    type_text("srqmg")  # the initials of 萨仁其木格
    wait(lambda: main_of(window).search.list.isVisible())
    press(Qt.Key.Key_Return)
    settle(window)
    assert main_of(window).place == FormPlace("t_lamp", record)

    press(Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    settle(window)
    form = main_of(window).page
    assert isinstance(form, FormPage)
    newest, oldest = form.history.texts
    assert newest.lines == (("Lamp owner", "其木格", "萨仁其木格"),)
    assert newest.who == "高娃"
    assert ("Lamp bought", "—", "2024-03-05") in oldest.lines

    press(Qt.Key.Key_Escape)
    settle(window)
    assert isinstance(main_of(window).page, ListPage)


def test_input_method_text_that_is_not_committed_yet_is_not_lost_on_saving(window: Window) -> None:
    main_of(window).go(FormPlace("t_lamp"))
    settle(window)
    form = main_of(window).page
    assert isinstance(form, FormPage) and form.fields is not None
    type_text("其木格")
    assert focused() is form.fields.boxes["owner"].editor.target()
    form.save()
    settle(window)
    assert values(window, "t_lamp", only(window, "t_lamp"))["owner"] == "其木格"


def test_a_refused_save_says_what_to_do_at_the_field_and_keeps_what_was_typed(window: Window) -> None:
    main_of(window).go(FormPlace("t_lamp"))
    settle(window)
    form = main_of(window).page
    assert isinstance(form, FormPage) and form.fields is not None
    press(Qt.Key.Key_Tab)
    type_text("2024.13.5")
    press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    settle(window)
    assert form.errors.isVisible()
    assert "Lamp owner" in form.errors.text.text() and "Lamp bought" in form.errors.text.text()
    assert form.fields.boxes["owner"].said.startswith("⚠")
    assert form.fields.boxes["bought"].said.startswith("⚠")
    assert focused() is form.fields.boxes["owner"].editor.target(), "the keyboard goes to the first finding"
    assert form.fields.boxes["bought"].editor.taken().wrong
    type_text("其木格")
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    type_text("2024.12.5")
    press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    settle(window)
    assert values(window, "t_lamp", only(window, "t_lamp"))["bought"] == "2024-12-05"
    QApplication.processEvents()
