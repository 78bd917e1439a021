"""Destruction lists on the law's page: drawn up, looked at line by line, signed by two, destroyed, printed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QWidget

from station_app.clock import today
from station_app.compose import OpenStation, agree_to_list, destroy_list, list_paper
from station_app.kinds.base import KINDS
from station_app.kinds.law_codes import ListState
from station_app.messages import Refusal, _
from station_app.store.change import Done
from station_app.store.files import write_whole
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action
from station_app.ui.desk import Desk
from station_app.ui.parts import Question, button, label
from station_app.ui.places import Around
from station_app.ui.screens.law_dialogs import SecondDialog, WordDialog
from station_app.ui.screens.law_lists import Panel, fill, table_of
from station_app.ui.theme import S2
from station_app.work.retention import draw_up, due, review, sign

if TYPE_CHECKING:
    from station_app.ui.jobs import Progress


@dataclass(frozen=True, slots=True)
class Lists:
    """What the panel shows: how many records are due, and the lists by id with state and lines."""

    due: int
    lists: tuple[tuple[str, str, str, tuple[tuple[str, str, str, str], ...]], ...]  # id, title, state, lines


class DestructionPanel(Panel):
    """One list at a time, its lines as a table."""

    kinds = frozenset({"destruction", "approval"})

    def __init__(self, desk: Desk, around: Around, say: Callable[[str], None]) -> None:
        super().__init__(desk, around, say)
        self.title = _("Destruction lists")
        self._lists: Lists = Lists(0, ())
        top = QHBoxLayout()
        top.setSpacing(S2)
        self.which = QComboBox()
        self.which.setAccessibleName(_("Destruction list"))
        self.which.currentIndexChanged.connect(lambda _n: self._show_list())
        top.addWidget(self.which, 1)
        self.draw_button = button(_("Draw up a list"), self.draw, "primary")
        top.addWidget(self.draw_button)
        self.column.addLayout(top)
        self.keep_button = button(_("Keep this line for now…"), self.keep)
        self.go_button = button(_("Let this line go"), self.let_go)
        self.sign_button = button(_("Sign"), self.sign)
        self.second_button = button(_("Second signature…"), self.second)
        self.destroy_button = button(_("Destroy…"), self.carry_out, "danger")
        self.print_button = button(_("Save as PDF…"), self.paper)
        self._buttons: list[QWidget] = [
            self.keep_button, self.go_button, self.sign_button, self.second_button, self.destroy_button, self.print_button,
        ]  # fmt: skip
        acts = QHBoxLayout()
        acts.setSpacing(S2)
        for made in self._buttons:
            acts.addWidget(made)
        acts.addStretch(1)
        self.column.addLayout(acts)
        titles = (_("Kind of record"), _("Record (id)"), _("Kept until"), _("Decision"))
        self.table = table_of(titles, (150, 320, 110), self.title)
        self.column.addWidget(self.table, 1)
        self.summary = label("", "note", wrap=True)
        self.column.addWidget(self.summary)

    # ------------------------------------------------------------------ showing

    def load(self) -> None:
        def read(station: OpenStation) -> Lists:
            with station.store.reading() as reader:
                number = len(due(reader, today()))
                found = []
                states = {s.value: _(s.label) for s in ListState}
                for one in reader.all("destruction"):
                    made = KINDS["destruction"](id=one.id, **dict(one.fields))
                    state = str(one.fields.get("state"))
                    title = _("List of {day}: {n} records, {state}", day=one.title, n=one.fields.get("total"), state=states.get(state, state))  # fmt: skip
                    found.append((one.id, title, state, tuple(made.rows())))  # type: ignore[attr-defined]  # a Destruction
            return Lists(number, tuple(found))

        self._desk.ask(self, read, self._show)

    def _show(self, lists: Lists) -> None:
        chosen = self.which.currentData()
        self._lists = lists
        self.summary.setText(
            _(
                "{n} records are kept longer than they have to be. Nothing goes without a list that two people signed.",
                n=lists.due,
            )
        )
        self.draw_button.setEnabled(lists.due > 0)
        self.which.blockSignals(True)
        self.which.clear()
        for record, title, _state, _lines in lists.lists:
            self.which.addItem(title, record)
        self.which.setCurrentIndex(max(self.which.findData(chosen), 0) if lists.lists else -1)
        self.which.blockSignals(False)
        self._show_list()

    def _show_list(self) -> None:
        number = self.which.currentIndex()
        listed = self._lists.lists[number] if 0 <= number < len(self._lists.lists) else None
        state = listed[2] if listed is not None else ""
        rows = listed[3] if listed is not None else ()
        shown = [(KINDS[k].titled() if k in KINDS else k, r, u, w or _("goes")) for k, r, u, w in rows]
        row = self.table.currentRow()
        fill(self.table, shown)
        if shown:
            self.table.selectRow(min(max(row, 0), len(shown) - 1))
        for made in (self.keep_button, self.go_button, self.sign_button):
            made.setVisible(state == ListState.DRAFT)
        self.second_button.setVisible(state == ListState.SIGNED)
        self.destroy_button.setVisible(state in (ListState.SIGNED, ListState.AGREED) and self._desk.may(Action.ERASE))
        self.print_button.setVisible(listed is not None)

    # ------------------------------------------------------------------ acting

    def _act(self, work: Callable[[OpenStation], "Done | dict[str, object] | Refusal"], text: str) -> None:
        def done(_done: object) -> None:
            self._say("")
            self._around.tell(text)
            self.load()

        self._desk.act(self, lambda station, _progress: work(station), done, self.refused)

    def draw(self) -> None:
        """A new list of what is due today."""
        self._act(
            lambda s: draw_up(s.store, s.author, today()), _("The list is drawn up. Look at each line, then sign.")
        )

    def _line(self) -> tuple[str, str] | None:
        number, row = self.which.currentIndex(), self.table.currentRow()
        if not 0 <= number < len(self._lists.lists) or row < 0:
            return None
        kind, record, _until, _keep = self._lists.lists[number][3][row]
        return kind, record

    def keep(self) -> None:
        """The chosen line stays for now, with a reason."""
        line = self._line()
        if line is None:
            return
        dialog = WordDialog(self, _("Keep this line for now"), _("Why does it stay?"))
        if dialog.exec():
            self._decide(line, dialog.text.text())

    def let_go(self) -> None:
        """The chosen line goes."""
        line = self._line()
        if line is not None:
            self._decide(line, "")

    def _decide(self, line: tuple[str, str], keep: str) -> None:
        record = str(self.which.currentData())
        self._act(lambda s: review(s.store, s.author, record, line[0], line[1], keep), _("Noted."))

    def sign(self) -> None:
        """The head's signature."""
        record = str(self.which.currentData())
        self._act(lambda s: sign(s.store, s.author, record), _("Signed. A second person signs next."))

    def second(self) -> None:
        """The second person's, with their own password."""
        record = str(self.which.currentData())
        dialog = SecondDialog(self, self._desk, _("Second signature"), lambda s, who: agree_to_list(s, record, who))
        if dialog.exec():
            self._around.tell(_("Signed by two. The list can be carried out."))
            self.load()

    def carry_out(self) -> None:
        """Erase what the list names, once more asked."""
        record = str(self.which.currentData())
        question = Question(
            self, _("Destroy these records?"),
            _("They are erased for ever, on this computer, on the others and at the centre. The list itself stays."),
            (("destroy", _("Destroy")), ("stay", _("Not now"))),
        )  # fmt: skip
        question.exec()
        if question.answer == "destroy":
            self._act(lambda s: destroy_list(s, record), _("Destroyed. The list stays."))

    def paper(self) -> None:
        """The list as a PDF."""
        record = str(self.which.currentData())
        name = f"{_('Destruction list')}-{today().isoformat()}.pdf"
        chosen, _filter = QFileDialog.getSaveFileName(self, _("Where to write the file"), str(Path.home() / name))
        if chosen:
            self.write(record, Path(chosen))

    def write(self, record: str, file: Path) -> None:
        """Write the PDF."""

        def work(station: OpenStation, _progress: "Progress") -> bool | Refusal:
            data = list_paper(station, record)
            if isinstance(data, Refusal):
                return data
            try:
                write_whole(file, data)
            except OSError as error:
                return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
            return True

        self._desk.act(self, work, lambda _ok: self._around.tell(_("Written: {file}", file=file.name)), self.refused)
