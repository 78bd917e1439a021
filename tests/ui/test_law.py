"""The law in the window: masked forms, why and for how long, a second person, the law's page by keyboard."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QTableWidget

from station_app.compose import add_user
from station_app.messages import Refusal
from station_app.store.change import Edit
from station_app.ui.app import Window
from station_app.ui.pages.form_page import FormPage
from station_app.ui.pages.list_page import ListPage
from station_app.ui.places import FormPlace, ListPlace, ScreenPlace
from station_app.ui.screens.law import LawScreen
from station_app.ui.screens.law_destruction import DestructionPanel
from station_app.ui.screens.law_dialogs import AnswerDialog, BreachDialog, CopyDialog, SecondDialog, TextsDialog
from station_app.ui.screens.law_lists import AccessPanel, CentrePanel, ConsentsPanel, RequestsPanel
from station_app.ui.screens.reveal import RevealDialog
from station_app.ui.search_field import hits_of
from station_app.work.revealing import Revealed
from tests.ui.windows import ELDER, PASSWORD, change, line_of, main_of, press, settle, type_text, values

ID_NO = "152722194503059979"
PERSON = ELDER | {"id_no": ID_NO, "birth_date": "1945-03-05"}


def _form(window: Window, kind: str, record: str) -> FormPage:
    main_of(window).go(FormPlace(kind, record))
    settle(window)
    page = main_of(window).page
    assert isinstance(page, FormPage)
    return page


def _dialog(window: Window, page: FormPage) -> RevealDialog:
    assert page._opened is not None and window.desk is not None
    fields = [page._declared.fields[n] for n in page._opened.covered]
    dialog = RevealDialog(page, window.desk, page.place.kind, str(page.place.record), fields)
    dialog.show()
    settle(window)
    return dialog


def _seen(dialog: RevealDialog) -> Revealed | None:
    """What the dialog brought, asked anew each time."""
    return dialog.revealed


def _everywhere(window: Window) -> str:
    """Every text on the page, editors included."""
    from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit

    page = main_of(window).page
    assert page is not None
    texts = [w.text() for w in page.findChildren(QLabel)] + [w.text() for w in page.findChildren(QLineEdit)]
    texts += [w.toPlainText() for w in page.findChildren(QPlainTextEdit)] + [
        w.currentText() for w in page.findChildren(QComboBox)
    ]
    return "\n".join(texts)


def test_a_form_does_not_hold_what_it_masks(window: Window) -> None:
    """Not in an editor, not in a history. Seen failing: with the history unmasked; with values loaded under the veil."""
    record = change(window, Edit("resident", PERSON)).records[0]
    page = _form(window, "resident", record)
    page.show_history()
    settle(window)
    text = _everywhere(window)
    assert ID_NO not in text and str(ELDER["phone"]) not in text
    assert "152722********9979" in text and "138****1123" in text
    assert page._opened is not None and "id_no" not in page._opened.values


def test_a_reason_shows_it_for_a_while_and_then_it_is_masked_again(window: Window) -> None:
    """By keyboard; the entry is there. Seen failing: with ``cover`` leaving values in the form."""
    record = change(window, Edit("resident", PERSON)).records[0]
    page = _form(window, "resident", record)
    dialog = _dialog(window, page)
    dialog.go()
    assert dialog.error.isVisible() and _seen(dialog) is None, "no reason, nothing shown"
    dialog.reason.setFocus()
    type_text("电话回访")
    press(Qt.Key.Key_Return)
    settle(window)
    assert dialog.revealed is not None
    page.show_revealed(dialog.revealed)
    assert ID_NO in _everywhere(window) and page._limit.isActive() and page.revealed.isVisible()
    assert page.fields is not None and not page.unsaved()
    page.fields.focus("phone")
    line_of(page.fields.boxes["phone"].editor.target()).setText("13900001111")
    page.cover()
    text = _everywhere(window)
    assert ID_NO not in text and "13900001111" in text, "what somebody is changing stays"
    page.save()
    settle(window)
    stored = values(window, "resident", record)
    assert stored["phone"] == "13900001111" and stored["id_no"] == ID_NO
    main_of(window).go(ListPlace("access"))
    settle(window)
    listed = main_of(window).page
    assert isinstance(listed, ListPage) and listed._table.rowCount() == 1


def test_a_masked_value_is_replaced_without_being_seen(window: Window) -> None:
    """And left empty it stays as it was."""
    record = change(window, Edit("resident", PERSON)).records[0]
    page = _form(window, "resident", record)
    assert page.fields is not None
    page.fields.boxes["id_no"].replace()
    page.fields.boxes["phone"].replace()
    line_of(page.fields.boxes["phone"].editor.target()).setText("13900001111")
    page._edited()
    page.save()
    settle(window)
    stored = values(window, "resident", record)
    assert (stored["phone"], stored["id_no"]) == ("13900001111", ID_NO)
    assert window.desk is not None
    with window.desk._station.store.reading() as reader:
        assert reader.count("access") == 0


def test_a_childs_number_asks_a_colleague_on_the_spot(window: Window) -> None:
    """Name and password appear when they are needed."""
    assert window.desk is not None
    assert not isinstance(add_user(window.desk._station, "斯琴", "worker", PASSWORD), Refusal)
    record = change(
        window, Edit("resident", {"name": "乌云嘎", "birth_date": "2020-05-01", "phone": "13900005555"})
    ).records[0]
    page = _form(window, "resident", record)
    dialog = _dialog(window, page)
    dialog.reason.setEditText("核对")
    assert dialog.second.isHidden()
    dialog.go()
    settle(window)
    assert _seen(dialog) is None and not dialog.second.isHidden() and dialog.second.who.currentText() == "斯琴"
    dialog.second.password.setText("falsch")
    dialog.go()
    settle(window)
    assert _seen(dialog) is None and dialog.error.isVisible()
    dialog.second.password.setText(PASSWORD)
    dialog.go()
    settle(window)
    assert dialog.revealed is not None and dialog.revealed.values[record] == {"phone": "13900005555"}


def test_lists_mask_and_the_full_number_still_finds(window: Window) -> None:
    """By the whole number and by its last four."""
    record = change(window, Edit("resident", PERSON)).records[0]
    assert window.desk is not None
    with window.desk._station.store.reading() as reader:
        for typed in (ID_NO, "9979", str(ELDER["phone"]), "1123"):
            hits = hits_of(reader, typed)
            assert [h[1] for h in hits] == [record] and ID_NO not in hits[0][2]


def test_people_in_storage_only_leave_lists_and_search(window: Window) -> None:
    """Seen failing: with ``ids_of`` and ``hits_of`` not asking ``hidden``."""
    record = change(window, Edit("resident", PERSON)).records[0]
    request = {
        "resident": record, "wanted": "delete", "received_on": "2024-03-01", "by": "self", "identity": "card",
        "state": "restricted", "answered_on": "2024-03-02", "reason": "档案保管期未满",
    }  # fmt: skip
    change(window, Edit("data_request", request))
    main_of(window).go(ListPlace("resident"))
    settle(window)
    page = main_of(window).page
    assert isinstance(page, ListPage) and page._table.rowCount() == 0
    assert window.desk is not None
    with window.desk._station.store.reading() as reader:
        assert [h for h in hits_of(reader, str(ELDER["name"])) if h[0] == "resident"] == []


def _law(window: Window) -> LawScreen:
    main_of(window).go(ScreenPlace("law"))
    settle(window)
    page = main_of(window).page
    assert isinstance(page, LawScreen)
    return page


def _panel(window: Window, page: LawScreen, kind: type) -> object:
    number = next(n for n, p in enumerate(page.panels) if isinstance(p, kind))
    page.tabs[number].setFocus()
    press(Qt.Key.Key_Return)
    settle(window)
    return page.panels[number]


def test_the_laws_page_shows_its_lists(window: Window) -> None:
    """Each tab by keyboard."""
    person = change(window, Edit("resident", PERSON)).records[0]
    change(
        window,
        Edit(
            "data_request",
            {"resident": person, "wanted": "copy", "received_on": "2024-03-01", "by": "self", "state": "received"},
        ),
    )
    assert window.desk is not None
    station = window.desk._station
    elder = change(window, Edit("elder", {"resident": person})).records[0]
    station.store.batch([[Edit("elder", {"diagnosis": "I10"}, elder)]], station.author, "import elder")
    page = _law(window)
    requests = _panel(window, page, RequestsPanel)
    assert isinstance(requests, RequestsPanel) and str(ELDER["name"]) in _everywhere(window)
    consents = _panel(window, page, ConsentsPanel)
    assert isinstance(consents, ConsentsPanel) and "还没问" in _everywhere(window)
    accesses = _panel(window, page, AccessPanel)
    assert isinstance(accesses, AccessPanel) and isinstance(accesses.table, QTableWidget)
    _panel(window, page, CentrePanel)
    assert "身份证号" in _everywhere(window)


def test_a_missing_consent_is_recorded_from_its_row(window: Window) -> None:
    """The form begins with what is known; saved, the row is gone."""
    person = change(window, Edit("resident", PERSON)).records[0]
    assert window.desk is not None
    station = window.desk._station
    elder = change(window, Edit("elder", {"resident": person})).records[0]
    station.store.batch([[Edit("elder", {"diagnosis": "I10"}, elder)]], station.author, "import elder")
    page = _law(window)
    panel = _panel(window, page, ConsentsPanel)
    assert isinstance(panel, ConsentsPanel)
    from station_app.work.consents import missing

    with station.store.reading() as reader:
        (one,) = missing(reader, "2026-01-01")
    panel.record(one)
    settle(window)
    form = main_of(window).page
    assert isinstance(form, FormPage) and form.fields is not None
    form.fields.boxes["answer"].editor.set_value("given", "")
    form.save()
    settle(window)
    with station.store.reading() as reader:
        assert missing(reader, "2026-01-01") == []
        assert reader.all("consent")[0].fields["text_version"] == "健康-1"


def test_a_request_is_answered_in_its_dialog(window: Window) -> None:
    """A refusal without a reason is not kept."""
    person = change(window, Edit("resident", PERSON)).records[0]
    request = change(
        window,
        Edit(
            "data_request",
            {"resident": person, "wanted": "copy", "received_on": "2024-03-01", "by": "self", "state": "received"},
        ),
    ).records[0]
    page = _law(window)
    panel = page.panels[0]
    from station_app.clock import today
    from station_app.work.requests import due_list

    assert window.desk is not None
    with window.desk._station.store.reading() as reader:
        (due,) = due_list(reader, today())
    dialog = AnswerDialog(panel, window.desk, due)
    dialog.show()
    dialog.state.setCurrentIndex(dialog.state.findData("refused"))
    dialog.go()
    settle(window)
    assert dialog.error.isVisible()
    dialog.reason.setPlainText("身份无法核实")
    dialog.go()
    settle(window)
    assert dialog.result() == 1 and values(window, "data_request", request)["state"] == "refused"


def test_a_copy_shows_its_passphrase_once(window: Window, tmp_path: Path) -> None:
    """And writes nothing readable."""
    person = change(window, Edit("resident", PERSON)).records[0]
    page = _law(window)
    assert window.desk is not None
    dialog = CopyDialog(page, window.desk, "resident", person, "李桂花")
    dialog.show()
    dialog.write_to(tmp_path / "资料")
    settle(window)
    from station_app.trust.passphrase import decrypt_with

    opened = decrypt_with((tmp_path / "资料.json.age").read_bytes(), dialog.passphrase.text())
    assert dialog.passphrase.isVisible() and opened is not None and ID_NO.encode() in opened
    assert sorted(p.name for p in tmp_path.glob("资料*")) == ["资料.json.age", "资料.pdf.age"]


def test_a_destruction_list_on_the_page(window: Window, tmp_path: Path) -> None:
    """Drawn up, one line kept, signed by two, destroyed: nothing goes without the second signature."""
    person = change(window, Edit("resident", PERSON)).records[0]
    old = [
        change(window, Edit("visit", {"resident": person, "visit_at": f"2010-0{n}-01T09:00"})).records[0]
        for n in (1, 2)
    ]
    assert window.desk is not None
    station = window.desk._station
    assert not isinstance(add_user(station, "斯琴", "worker", PASSWORD), Refusal)
    page = _law(window)
    panel = _panel(window, page, DestructionPanel)
    assert isinstance(panel, DestructionPanel)
    panel.draw_button.click()
    settle(window)
    assert panel.table.rowCount() == 2
    panel.table.selectRow(0)
    line = panel._line()
    assert line is not None
    panel._decide(line, "信访未结")
    settle(window)
    panel.sign_button.click()
    settle(window)
    record = str(panel.which.currentData())
    assert not panel.sign_button.isVisible() and panel.second_button.isVisible()
    from station_app.compose import agree_to_list, destroy_list

    panel._act(lambda s: destroy_list(s, record), "")
    settle(window)
    assert page.error.isVisible(), "one signature is not enough"
    dialog = SecondDialog(panel, window.desk, "二", lambda s, who: agree_to_list(s, record, who))
    dialog.show()
    settle(window)
    dialog.second.password.setText(PASSWORD)
    dialog.go()
    settle(window)
    assert dialog.result() == 1
    panel.load()
    settle(window)
    panel.write(record, tmp_path / "清单.pdf")
    panel._act(lambda s: destroy_list(s, record), "")
    settle(window)
    assert (tmp_path / "清单.pdf").read_bytes().startswith(b"%PDF")
    with station.store.reading() as reader:
        left = [one for one in old if reader.get("visit", one) is not None]
    assert left == [line[1]]


@pytest.mark.parametrize("what", ["breach", "notice", "health", "impact"])
def test_papers_of_the_law_are_written(window: Window, tmp_path: Path, what: str) -> None:
    """A breach's page; a consent's text; the template of the impact assessment."""
    page = _law(window)
    assert window.desk is not None
    dialog = BreachDialog(page, window.desk) if what == "breach" else TextsDialog(page, window.desk)
    if isinstance(dialog, TextsDialog):
        dialog.which.setCurrentIndex(dialog.which.findData(what))
        assert len(dialog.text.text()) > 60
    dialog.show()
    dialog.write_to(tmp_path / "纸.pdf")
    settle(window)
    QApplication.processEvents()
    assert (tmp_path / "纸.pdf").read_bytes().startswith(b"%PDF") and dialog.result() == 1
