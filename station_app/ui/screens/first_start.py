"""The first start: which station, who heads it, a password; then where the recovery sheet lies."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from station_app.messages import Refusal, _
from station_app.ui.parts import Message, button, card, label
from station_app.ui.refusals import WindowRefusal, said
from station_app.ui.screens.new_sheet import CARD, NewSheet, middle
from station_app.ui.theme import S2, S3, S6


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the first start asks to be made."""

    division: str
    number: str
    name: str
    admin: str
    password: str


class FirstStartScreen(QWidget):
    """Two steps: the questions, and the recovery sheet."""

    wanted = Signal(object)
    #: The sheet has been seen to: on to the station.
    finished = Signal()
    #: There was a station: from a backup, please.
    restoring = Signal()

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.setObjectName("page")
        self._named_by_hand = False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._steps = QStackedWidget()
        outer.addWidget(self._steps)
        self._steps.addWidget(self._questions(folder))
        self.sheet = NewSheet(
            _("The station is ready"),
            _(
                "One thing first. If every password is forgotten, only the recovery sheet opens the station. "
                "Print it now, put it in the safe, and then delete the file."
            ),
            _("Go to the station"),
        )
        self.where = self.sheet.where
        self.sheet.finished.connect(self.finished)
        self._steps.addWidget(self.sheet)

    # ------------------------------------------------------------------ questions

    def _questions(self, folder: Path) -> QWidget:
        frame, column = card()
        frame.setFixedWidth(CARD)
        column.setContentsMargins(S6 + S2, S6, S6 + S2, S6)
        column.setSpacing(S3)
        column.addWidget(label(_("A new station"), "title"))
        column.addWidget(
            label(_("This computer has no station yet. Answer six questions; you can begin at once."), "subtitle", wrap=True)
        )
        self.error = Message("errors")
        column.addWidget(self.error)
        self.county, self.township = QComboBox(), QComboBox()
        self.township.setEditable(True)
        self.township.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.township.setMaxVisibleItems(16)
        completer = QCompleter(self.township.model(), self.township)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.township.setCompleter(completer)
        self.number = QLineEdit("01")
        self.number.setMaxLength(2)
        self.name, self.admin = QLineEdit(), QLineEdit()
        self.password, self.again = QLineEdit(), QLineEdit()
        for line in (self.password, self.again):
            line.setEchoMode(QLineEdit.EchoMode.Password)
        grid = QGridLayout()
        grid.setHorizontalSpacing(S3)
        grid.setVerticalSpacing(S3)
        grid.setColumnStretch(1, 1)
        rows = (
            (_("Banner or district"), self.county),
            (_("Township"), self.township),
            (_("Number of the station"), self.number),
            (_("Name of the station"), self.name),
            (_("Head of the station"), self.admin),
            (_("Password"), self.password),
            (_("Password once more"), self.again),
        )
        for number, (text, widget) in enumerate(rows):
            buddy = label(text)
            buddy.setBuddy(widget)
            widget.setAccessibleName(text)
            grid.addWidget(buddy, number, 0)
            grid.addWidget(widget, number, 1)
        column.addLayout(grid)
        column.addWidget(label(_("The records will lie encrypted in {folder}.", folder=folder), "note", wrap=True))
        foot = QHBoxLayout()
        self.from_backup = button(_("Restore from a backup…"), self.restoring.emit, "link")
        foot.addWidget(self.from_backup)
        foot.addStretch(1)
        self.make = button(_("Create the station"), self._check, "primary")
        foot.addWidget(self.make)
        column.addLayout(foot)
        self.county.activated.connect(self._fill_townships)
        self.township.currentIndexChanged.connect(self._suggest_name)
        self.name.textEdited.connect(self._by_hand)
        self.again.returnPressed.connect(self._check)
        return middle(frame)

    def offer(self, townships: list[tuple[str, str, str]]) -> None:
        """The townships: (code, name, banner)."""
        self._townships = townships
        for county in dict.fromkeys(county for _code, _name, county in townships):
            self.county.addItem(county)
        self._fill_townships()
        self.county.setFocus()

    @Slot()
    def _fill_townships(self) -> None:
        self.township.clear()
        for code, name, county in self._townships:
            if county == self.county.currentText():
                self.township.addItem(name, code)

    @Slot()
    def _by_hand(self) -> None:
        self._named_by_hand = True

    @Slot()
    def _suggest_name(self) -> None:
        if not self._named_by_hand and self.township.currentText():
            self.name.setText(_("{township} social-work station", township=self.township.currentText()))

    def _answers(self) -> Wanted | tuple[Refusal, QWidget]:
        index = self.township.findText(self.township.currentText())
        if index < 0:
            return Refusal(WindowRefusal.TOWNSHIP_MISSING), self.township
        for widget, title in ((self.name, _("Name of the station")), (self.admin, _("Head of the station"))):
            if not widget.text().strip():
                return Refusal(WindowRefusal.NAME_MISSING, {"field": title}), widget
        if self.password.text() != self.again.text():
            return Refusal(WindowRefusal.PASSWORDS_DIFFER), self.password
        number = self.number.text().strip().zfill(2)
        if not number.isascii() or not number.isdigit():
            return Refusal(WindowRefusal.NAME_MISSING, {"field": _("Number of the station")}), self.number
        code = str(self.township.itemData(index))
        return Wanted(code, number, self.name.text().strip(), self.admin.text().strip(), self.password.text())

    @Slot()
    def _check(self) -> None:
        answers = self._answers()
        if isinstance(answers, tuple):
            refusal, widget = answers
            self.error.say(said(refusal))
            widget.setFocus()
            return
        self.error.say("")
        self.make.setEnabled(False)
        self.make.setText(_("One moment…"))
        self.wanted.emit(answers)

    def refuse(self, sentence: str) -> None:
        """It could not be made."""
        self.make.setEnabled(True)
        self.make.setText(_("Create the station"))
        self.error.say(sentence)
        self.password.setFocus()

    # ------------------------------------------------------------------ recovery sheet

    def made(self, sheet: Path) -> None:
        """The station is there; this is its recovery sheet."""
        self.sheet.show_where(sheet)
        self._steps.setCurrentWidget(self.sheet)
        self.sheet.go_on.setFocus()
