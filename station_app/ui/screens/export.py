"""Taking a list out as a file: for whom, why, readable or encrypted; what leaves is in the journal."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from station_app.clock import today
from station_app.kinds.base import KINDS
from station_app.messages import Refusal, _
from station_app.store.refusals import StoreRefusal
from station_app.ui.desk import Desk
from station_app.ui.parts import Message, Working, button, label
from station_app.ui.refusals import WindowRefusal, said
from station_app.ui.theme import S2, S3, S4, S6

if TYPE_CHECKING:
    from station_app.compose import OpenStation
    from station_app.ui.jobs import Progress

_FORMS: Final = (("xlsx", "Excel (.xlsx)"), ("csv", "CSV (.csv)"), ("json", "JSON (.json)"))


class ExportDialog(QDialog):
    """Asks what a file needs before records leave: form, for whom, masked or not, why, and a second person where asked."""

    def __init__(self, parent: QWidget, desk: Desk, kind: str) -> None:
        super().__init__(parent)
        self._desk, self._kind = desk, kind
        self.done_with: dict[str, Any] | None = None
        title = _("Export {kind}", kind=KINDS[kind].titled())
        self.setWindowTitle(title)
        self.setMinimumWidth(480)
        column = QVBoxLayout(self)
        column.setContentsMargins(S6, S6, S6, S4)
        column.setSpacing(S3)
        column.addWidget(label(title, "heading"))
        self.error = Message("errors")
        column.addWidget(self.error)
        grid = QGridLayout()
        grid.setVerticalSpacing(S3)
        grid.setHorizontalSpacing(S4)
        grid.setColumnStretch(1, 1)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_("for example: check with the banner's civil affairs office"))
        self.form = QComboBox()
        for form, words in _FORMS:
            self.form.addItem(words, form)
        self.recipient = QComboBox()
        self.masked = QCheckBox(_("Hide numbers and health"))
        self.second, self.password = QComboBox(), QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self._rows = [
            self._row(grid, _("Why it leaves"), self.reason), self._row(grid, _("Form of the file"), self.form),
            self._row(grid, _("For whom"), self.recipient), self._row(grid, "", self.masked),
            self._row(grid, _("Second person"), self.second), self._row(grid, _("Their password"), self.password),
        ]  # fmt: skip
        column.addLayout(grid)
        self._asks_second(False)
        column.addWidget(
            label(
                _("Who exported what, when and why is kept for ever and can be looked up under “Export”."),
                "note",
                wrap=True,
            )
        )
        self.working = Working(self.reject)
        column.addWidget(self.working)
        foot = QHBoxLayout()
        foot.setSpacing(S2)
        foot.addStretch(1)
        foot.addWidget(button(_("Cancel"), self.reject))
        self.ok = button(_("Choose where and export…"), self._ask_where, "primary")
        self.ok.setDefault(True)
        foot.addWidget(self.ok)
        column.addLayout(foot)
        self.recipient.addItem(_("Encrypted: please choose"), None)
        self.recipient.addItem(_("Readable for everyone who gets the file"), "")
        desk.ask(self, self._known, self._show_known)
        self.reason.setFocus()

    def _row(self, grid: QGridLayout, text: str, widget: QWidget) -> tuple[QWidget, QWidget]:
        number = grid.rowCount()
        words = label(text)
        words.setBuddy(widget)
        widget.setAccessibleName(text or _("Hide numbers and health"))
        grid.addWidget(words, number, 0)
        grid.addWidget(widget, number, 1)
        return words, widget

    def _asks_second(self, asked: bool) -> None:
        for pair in self._rows[-2:]:
            for widget in pair:
                widget.setVisible(asked)

    @staticmethod
    def _known(station: "OpenStation") -> tuple[list[str], list[str]]:
        from station_app.compose import recipients

        return list(recipients(station)), [
            u.name for u in station.vault.users() if u.active and u.id != station.user.id
        ]

    @Slot(object)
    def _show_known(self, known: tuple[list[str], list[str]]) -> None:
        names, others = known
        for number, name in enumerate(names):
            words = _("Guidance centre") if name == "centre" else name
            self.recipient.insertItem(1 + number, _("Encrypted for {name}", name=words), name)
        if names:
            self.recipient.removeItem(0)
            self.recipient.setCurrentIndex(0)
        self.second.addItems(others)

    # ------------------------------------------------------------------ acting

    @Slot()
    def _ask_where(self) -> None:
        wrong = self._wrong()
        if wrong is not None:
            self.error.say(said(wrong))
            return
        name = f"{KINDS[self._kind].titled()}-{today().isoformat()}.{self.form.currentData()}"
        if self.recipient.currentData():
            name += ".age"
        chosen, _filter = QFileDialog.getSaveFileName(self, _("Where to write the file"), str(Path.home() / name))
        if chosen:
            self.export_to(Path(chosen))

    def _wrong(self) -> Refusal | None:
        if not self.reason.text().strip():
            self.reason.setFocus()
            return Refusal(WindowRefusal.NAME_MISSING, {"field": _("Why it leaves")})
        if self.recipient.currentData() is None:
            self.recipient.setFocus()
            return Refusal(WindowRefusal.NAME_MISSING, {"field": _("For whom")})
        return None

    def export_to(self, file: Path) -> None:
        """Write the file; the dialog closes when it is there."""
        from station_app.compose import Leaving, export_records

        second = (self.second.currentText(), self.password.text()) if self.password.isVisible() else None
        leaving = Leaving(
            self.reason.text(), self.recipient.currentData() or None, self.masked.isChecked(), second
        )  # fmt: skip
        self.error.say("")
        self.ok.setEnabled(False)
        self.working.begin(_("Writing the file…"), stop=False)

        def work(station: "OpenStation", _progress: "Progress") -> dict[str, Any] | Refusal:
            return export_records(station, self._kind, file, leaving)

        self._desk.act(self, work, self._written, self._refused)

    def _written(self, done: dict[str, Any]) -> None:
        self.done_with = done
        self.accept()

    def _refused(self, refusal: Refusal) -> None:
        self.working.end()
        self.ok.setEnabled(True)
        self.error.say(said(refusal))
        if refusal.code is StoreRefusal.SECOND_NEEDED:
            self._asks_second(True)
            self.password.setFocus()
