"""The imports there were: file, when, who, how many; each can be taken back whole for thirty days."""

from datetime import datetime

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QTableWidgetItem, QVBoxLayout, QWidget

from station_app.clock import LOCAL, now_ms
from station_app.compose import OpenStation, imports, take_import_back
from station_app.kinds.base import KINDS
from station_app.messages import Refusal, _
from station_app.ui.desk import Desk
from station_app.ui.jobs import Progress
from station_app.ui.parts import Message, Question, button, label
from station_app.ui.refusals import said
from station_app.ui.screens.import_preview import plain_table
from station_app.ui.theme import S2, S4, S6
from station_app.work.imports import Import, TakenBack

#: Names of kept records said in the question; the rest is a number.
_NAMED = 6


class EarlierImports(QDialog):
    """A list, and one button."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Earlier imports"))
        self.resize(860, 460)
        self._desk = desk
        self.found: list[Import] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(S6, S4, S6, S4)
        column.setSpacing(S4)
        column.addWidget(label(_("Earlier imports"), "heading"))
        self.message = Message("errors")
        column.addWidget(self.message)
        self.table = plain_table(
            [_("When"), _("Who"), _("Kind of ledger"), _("New"), _("Changed"), _("File"), _("State")],
            (140, 90, 130, 60, 70, 200), _("Earlier imports"),
        )  # fmt: skip
        self.table.itemSelectionChanged.connect(self._chosen)
        column.addWidget(self.table, 1)
        foot = QHBoxLayout()
        foot.setSpacing(S2)
        self.hash = label("", "small", wrap=True)
        foot.addWidget(self.hash, 1)
        foot.addWidget(button(_("Close"), self.reject))
        self.back = button(_("Take this import back…"), self._ask, "primary")
        foot.addWidget(self.back)
        column.addLayout(foot)
        self.load()

    def load(self) -> None:
        """Read the list."""
        self.back.setEnabled(False)

        def read(station: OpenStation) -> tuple[list[Import], dict[str, str]]:
            found = imports(station)
            return found, {one.author: station.user_name(one.author) for one in found}

        self._desk.ask(self, read, lambda pair: self._show(*pair))

    def _show(self, found: list[Import], names: dict[str, str]) -> None:
        self.found = found
        self.table.setRowCount(len(found))
        for row, one in enumerate(found):
            at = datetime.fromtimestamp(one.time / 1000, LOCAL).strftime("%Y-%m-%d %H:%M")
            state = _("taken back") if one.taken_back else _("too long ago") if now_ms() > one.until else ""
            kind = KINDS[one.kind].titled() if one.kind in KINDS else one.kind
            told = [str(one.kept.get(name, "")) for name in ("added", "changed", "file")]
            for section, text in enumerate((at, names[one.author], kind, *told, state)):
                self.table.setItem(row, section, QTableWidgetItem(text))
        if found:
            self.table.selectRow(0)
            self.table.setFocus()
        else:
            self.message.say(_("Nothing was imported yet."), "notice")

    def _one(self) -> Import | None:
        row = self.table.currentRow()
        return self.found[row] if 0 <= row < len(self.found) else None

    @Slot()
    def _chosen(self) -> None:
        one = self._one()
        self.back.setEnabled(one is not None and not one.taken_back and now_ms() <= one.until)
        self.hash.setText(
            _("Hash of the file: {sha256}", sha256=one.kept["sha256"]) if one and "sha256" in one.kept else ""
        )

    @Slot()
    def _ask(self) -> None:
        one = self._one()
        if one is None:
            return
        entry = one.entry

        def looked(station: OpenStation) -> tuple[TakenBack, list[str]] | Refusal:
            back = take_import_back(station, entry, look=True)
            if isinstance(back, Refusal):
                return back
            with station.store.reading() as reader:
                kept = [reader.caption(kind, record) for kind, record in (*back.changed, *back.needed)[:_NAMED]]
            return back, list(dict.fromkeys(kept))

        self._desk.ask(self, looked, lambda pair: self._confirm(entry, *pair), self._refused)

    def _confirm(self, entry: str, back: TakenBack, names: list[str]) -> None:
        text = _("{n} records are taken back.", n=back.records)
        kept = len(back.changed) + len(back.needed)
        if kept:
            text += " " + _(
                "{n} are kept, because somebody changed them since ({changed}) or other records need them ({needed}): {names}…",
                n=kept, changed=len(back.changed), needed=len(back.needed), names="、".join(names),
            )  # fmt: skip
        question = Question(
            self, _("Take this import back?"), text, [("yes", _("Take it back")), ("no", _("Leave it (Esc)"))]
        )
        question.exec()
        if question.answer == "yes":
            self.take_back(entry)

    def take_back(self, entry: str) -> None:
        """Take the import back; the list shows it then."""
        self.back.setEnabled(False)

        def work(station: OpenStation, _progress: Progress) -> TakenBack | Refusal:
            return take_import_back(station, entry)

        self._desk.act(self, work, self._taken_back, self._refused)

    def _taken_back(self, back: TakenBack) -> None:
        self.message.say(_("The import was taken back: {n} records.", n=back.records), "success")
        self.load()

    def _refused(self, refusal: Refusal) -> None:
        self.message.say(said(refusal), "errors")
        self._chosen()
