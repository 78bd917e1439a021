"""Every kind: its list opens, its form opens, saves what people type into it, and shows the same again."""

import pytest

import station_app.kinds  # noqa: F401  # declares every kind
from station_app.compose import reveal
from station_app.kinds.base import KINDS, Record
from station_app.messages import Refusal
from station_app.spec.fields import Field
from station_app.spec.masking import is_masked
from station_app.spec.meanings import Wire
from station_app.store.change import Edit
from station_app.ui.app import Window
from station_app.ui.editors import LineEditor, LongEditor
from station_app.ui.pages.form_page import FormPage
from station_app.ui.pages.list_page import ListPage, made_by_program
from station_app.ui.places import FormPlace, ListPlace
from station_app.values.id_numbers import check_character
from station_app.work.revealing import Wish
from tests.ui.windows import change, main_of, settle, values

TYPED = [kind for kind in KINDS if not made_by_program(KINDS[kind])]

#: What a person might type, by meaning; by field where the field wants more than its meaning says.
WORDS: dict[str, str] = {
    "text": "测试文字", "long_text": "第一行\n第二行", "person_name": "其木格", "id_number": "15272619520310042" + check_character("15272619520310042"),
    "phone": "15500004858",
    "division": "150602101201", "date": "1952-03-10", "moment": "2024-03-05 14:30", "time": "9:30", "duration": "45",
    "hours": "2", "money": "12.50", "area": "5亩2分", "weight": "120斤", "count": "1",
}  # fmt: skip

#: What a kind wants together, though no field of it is needed alone.
ALSO = {"sale": ("sold_on", "weight", "amount"), "consent": ("resident",), "data_request": ("resident",)}


def _wanted(field: Field) -> Wire:
    """A value for what is chosen rather than typed."""
    if field.codes is not None:
        first = next(iter(field.code_titles))
        return [first] if field.meaning.name == "choices" else first
    if field.meaning.name == "yes_no":
        return True
    return None


def _needed_records(window: Window, declared: type[Record], made: dict[str, str]) -> None:
    """The records the needed references of a kind lead to."""
    for field in declared.fields.values():
        wanted = field.needed or field.name in ALSO.get(declared.kind_name, ())
        if wanted and field.target and field.target not in made:
            target = KINDS[field.target]
            _needed_records(window, target, made)
            made[field.target] = change(window, Edit(field.target, _least(target, made))).records[0]


_WIRE: dict[str, Wire] = {
    "text": "测试", "person_name": "其木格", "date": "2024-03-01", "moment": "2024-03-01T09:00", "time": "09:00", "count": 1, "hours": 60,
    "duration": 30, "money": 100, "area": 2000, "weight": 1000, "yes_no": True, "division": "150602101",
}  # fmt: skip


def _least(declared: type[Record], made: dict[str, str]) -> dict[str, Wire]:
    fields: dict[str, Wire] = {}
    for field in declared.fields.values():
        if field.needed:
            fields[field.name] = made[field.target] if field.target else _wanted(field) or _WIRE[field.meaning.name]
    return fields


@pytest.mark.parametrize("kind", TYPED)
def test_the_form_opens_saves_and_reloads(window: Window, kind: str) -> None:
    declared = KINDS[kind]
    made: dict[str, str] = {}
    _needed_records(window, declared, made)
    main_of(window).go(ListPlace(kind))
    settle(window)
    main_of(window).go(FormPlace(kind))
    settle(window)
    page = main_of(window).page
    assert isinstance(page, FormPage) and page.fields is not None
    said: list[str] = []
    page.errors.said.connect(said.append)
    for name, box in page.fields.boxes.items():
        field, editor = box.field, box.editor
        if not field.needed and not field.required and name not in ALSO.get(kind, ()):
            continue
        if isinstance(editor, LineEditor):
            editor.line.setText(WORDS[field.meaning.name])
        elif isinstance(editor, LongEditor):
            editor.box.setPlainText(WORDS["long_text"])
        elif field.target:
            if field.target in made:
                value: Wire = made[field.target]
                editor.set_value([str(value)] if field.meaning.name == "references" else value, "其木格")
        elif field.meaning.name == "count":
            editor.set_value(field.at_least, "")
        else:
            editor.set_value(_wanted(field))
        assert not editor.taken().wrong, (name, editor.taken().wrong)
    page.save()
    settle(window)
    assert main_of(window).place == ListPlace(kind), said
    listed = main_of(window).page
    assert isinstance(listed, ListPage)
    record = listed._table.id_at(0)
    assert record is not None

    stored = values(window, kind, record)
    main_of(window).go(FormPlace(kind, record))
    settle(window)
    again = main_of(window).page
    assert isinstance(again, FormPage)
    if again.fields is None:
        assert declared.merge == "append_only"
        return
    masked = {n for n, box in again.fields.boxes.items() if box.veil is not None}
    assert masked == {n for n, f in declared.fields.items() if is_masked(f) and n in stored and not f.computed}
    assert not masked & {n for n, v in again.fields.read()[0].items() if v is not None}
    if masked:
        assert window.desk is not None
        shown = reveal(window.desk._station, Wish(kind, (record,), "核对"))
        assert not isinstance(shown, Refusal), shown.message
        again.show_revealed(shown)
        settle(window)
    read, wrong = again.fields.read()
    assert not wrong
    assert {n: v for n, v in read.items() if v is not None} == {n: v for n, v in stored.items() if not declared.fields[n].computed}
    assert not again.unsaved()


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_list_opens_and_sorts_by_every_column(window: Window, kind: str) -> None:
    main_of(window).go(ListPlace(kind))
    settle(window)
    page = main_of(window).page
    assert isinstance(page, ListPage)
    assert page._table.loaded
    for section in range(page._table.columnCount()):
        page._sort(section)
        settle(window)
    assert not page._error.isVisible()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in TYPED])
def test_what_the_program_makes_cannot_be_typed(window: Window, kind: str) -> None:
    main_of(window).go(ListPlace(kind))
    settle(window)
    page = main_of(window).page
    assert isinstance(page, ListPage)
    record = page._table.id_at(0)
    if record is not None:
        main_of(window).go(FormPlace(kind, record))
        settle(window)
        form = main_of(window).page
        assert isinstance(form, FormPage) and form.fields is None
