"""Recovery by two: a stick, a code to read aloud, and when the centre has answered, the second sheet and a new password."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from station_app.messages import Refusal, _
from station_app.store.refusals import StoreRefusal
from station_app.ui.parts import Message, button, card, label
from station_app.ui.refusals import WindowRefusal, said
from station_app.ui.screens.new_sheet import CARD, NewSheet, middle
from station_app.ui.screens.recover import fault_of, grouped, plain
from station_app.ui.theme import S2, S3, S6


@dataclass(frozen=True, slots=True)
class Wished:
    """What the screen asks for once the centre has answered."""

    usb: Path
    code: str
    user: str
    password: str


class RecoverByTwoScreen(QWidget):
    """Three steps: the stick and the code, the second sheet, the new sheets."""

    #: The stick's folder: is the answer there? Else write the request.
    stick = Signal(object)
    #: A :class:`Wished`: please try.
    wanted = Signal(object)
    #: Back to the unlock screen.
    left = Signal()

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.setObjectName("page")
        self._usb: Path | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.steps = QStackedWidget()
        outer.addWidget(self.steps)
        self.steps.addWidget(self._ask())
        self.steps.addWidget(self._questions(names))
        self.sheet = NewSheet(
            _("The new password holds"),
            _(
                "Both old sheets are used up. New ones lie in the folder below: the recovery sheet, and a second sheet for another "
                "person if the head was let in. Print them now, lock them away apart, and then delete the files."
            ),
            _("Back to unlocking"),
        )
        self.sheet.finished.connect(self.left)
        self.steps.addWidget(self.sheet)

    # ------------------------------------------------------------------ the stick

    def _ask(self) -> QWidget:
        frame, column = card()
        frame.setFixedWidth(CARD)
        column.setContentsMargins(S6 + S2, S6, S6 + S2, S6)
        column.setSpacing(S3)
        column.addWidget(label(_("Recover together with the centre"), "title"))
        column.addWidget(
            label(
                _(
                    "For when no password is known and the recovery sheet is lost. It needs the second sheet, which another person "
                    "keeps, and the centre's answer on a USB stick."
                ),
                "subtitle",
                wrap=True,
            )
        )
        self.error = Message("errors")
        column.addWidget(self.error)
        self.told = label("", wrap=True)
        column.addWidget(self.told)
        self.code = label("", "title")
        self.code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.code.setAccessibleName(_("Code to read aloud"))
        column.addWidget(self.code)
        foot = QHBoxLayout()
        foot.setSpacing(S2)
        foot.addWidget(button(_("Back"), self.left.emit))
        foot.addStretch(1)
        self.stick_button = button(_("Choose the USB stick…"), self._stick, "primary")
        foot.addWidget(self.stick_button)
        column.addLayout(foot)
        return middle(frame)

    def begin(self) -> None:
        """The keyboard goes to the stick."""
        self.stick_button.setFocus()

    @Slot()
    def _stick(self) -> None:
        folder = folder_of_stick(self)
        if folder:
            self._usb = Path(folder)
            self.error.say("")
            self.stick_button.setEnabled(False)
            self.stick.emit(self._usb)

    def requested(self, code: str) -> None:
        """The request is on the stick: the code is read aloud when the centre calls."""
        self.stick_button.setEnabled(True)
        self.told.setText(
            _(
                "The request is on the stick. The centre will call the station: read this code aloud. Then take the stick there; "
                "when it comes back, choose it here again."
            )
        )
        self.code.setText(code)
        self.stick_button.setFocus()

    def answered(self) -> None:
        """The centre's answer is on the stick."""
        self.stick_button.setEnabled(True)
        self.steps.setCurrentIndex(1)
        self.second.setFocus()

    # ------------------------------------------------------------------ the second sheet

    def _questions(self, names: list[str]) -> QWidget:
        frame, column = card()
        frame.setFixedWidth(CARD)
        column.setContentsMargins(S6 + S2, S6, S6 + S2, S6)
        column.setSpacing(S3)
        column.addWidget(label(_("The centre has answered"), "title"))
        column.addWidget(
            label(
                _("Type the code of the second sheet, choose your name and set a new password."), "subtitle", wrap=True
            )
        )
        self.wrong = Message("errors")
        column.addWidget(self.wrong)
        self.second, self.users = QLineEdit(), QComboBox()
        self.users.addItems(names)
        self.password, self.again = QLineEdit(), QLineEdit()
        for line in (self.password, self.again):
            line.setEchoMode(QLineEdit.EchoMode.Password)
        hints = Qt.InputMethodHint
        self.second.setInputMethodHints(hints.ImhLatinOnly | hints.ImhPreferUppercase | hints.ImhSensitiveData)
        grid = QGridLayout()
        grid.setHorizontalSpacing(S3)
        grid.setVerticalSpacing(S3)
        grid.setColumnStretch(1, 1)
        rows = (
            (_("Code of the second sheet"), self.second),
            (_("User"), self.users),
            (_("New password"), self.password),
            (_("New password once more"), self.again),
        )
        for number, (text, widget) in enumerate(rows):
            buddy = label(text)
            buddy.setBuddy(widget)
            widget.setAccessibleName(text)
            grid.addWidget(buddy, number, 0)
            grid.addWidget(widget, number, 1)
        column.addLayout(grid)
        foot = QHBoxLayout()
        foot.setSpacing(S2)
        foot.addWidget(button(_("Back"), self.left.emit))
        foot.addStretch(1)
        self.set_button = button(_("Set the new password"), self._check, "primary")
        foot.addWidget(self.set_button)
        column.addLayout(foot)
        self.again.returnPressed.connect(self._check)
        return middle(frame)

    @Slot()
    def _check(self) -> None:
        signs = plain(self.second.text())
        fault = fault_of(signs)
        if fault is not None:
            self._say(self.second, said(fault))
        elif not self.password.text():
            self._say(self.password, _("Please type your password."))
        elif self.password.text() != self.again.text():
            self._say(self.again, said(Refusal(WindowRefusal.PASSWORDS_DIFFER)))
        elif self._usb is not None:
            self.wrong.say("")
            self.set_button.setEnabled(False)
            self.wanted.emit(Wished(self._usb, grouped(signs), self.users.currentText(), self.password.text()))

    def _say(self, widget: QWidget, text: str) -> None:
        self.wrong.say(text, "errors")
        widget.setFocus()

    # ------------------------------------------------------------------ answers

    def refuse(self, refusal: Refusal) -> None:
        """It was not done; what was typed stays."""
        self.stick_button.setEnabled(True)
        self.set_button.setEnabled(True)
        if self.steps.currentIndex() == 0:
            self.error.say(said(refusal), "errors")
        elif refusal.code == StoreRefusal.WRONG_PASSWORD:
            self._say(
                self.second, _("This code and the centre's answer do not open the station. Compare group by group.")
            )
        else:
            self._say(self.password if refusal.code == StoreRefusal.WEAK_PASSWORD else self.second, said(refusal))

    def made(self, folder: Path) -> None:
        """The password is set; the new sheets lie in this folder. What was typed is forgotten."""
        for line in (self.second, self.password, self.again):
            line.clear()
        self.code.setText("")
        self.sheet.show_where(folder)
        self.steps.setCurrentWidget(self.sheet)
        self.sheet.show_sheet.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.steps.currentIndex() < 2:
            self.left.emit()
        else:
            super().keyPressEvent(event)


def folder_of_stick(parent: QWidget) -> str:
    """The system's own dialog."""
    return QFileDialog.getExistingDirectory(parent, _("Choose the USB stick…"))
