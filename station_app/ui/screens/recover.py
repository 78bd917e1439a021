"""Opening with the recovery code: the code as printed and a new password; then where the sheet that replaces it lies."""

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
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
from station_app.ui.theme import S1, S2, S3, S6

#: A code as it is printed: so many signs, in groups of five, without those that look alike.
SIGNS: Final = 30
GROUP: Final = 5
NEVER: Final = "01IO"


@dataclass(frozen=True, slots=True)
class Recovery:
    """What the screen asks for."""

    code: str
    user: str
    password: str


def plain(code: str) -> str:
    """The signs of a code, however it was typed: small or full-width letters, blanks, dashes of any sort."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", code).upper() if sign.isalnum())


def grouped(signs: str) -> str:
    """The signs in groups, as printed."""
    return "-".join(signs[at : at + GROUP] for at in range(0, len(signs), GROUP))


def fault_of(signs: str) -> Refusal | None:
    """What can be told about a code before it is tried."""
    if not signs:
        return Refusal(WindowRefusal.CODE_MISSING)
    odd = "".join(dict.fromkeys(sign for sign in signs if sign in NEVER or not sign.isascii()))
    if odd:
        return Refusal(WindowRefusal.CODE_SIGNS, {"signs": odd})
    if len(signs) != SIGNS:
        return Refusal(WindowRefusal.CODE_LENGTH, {"n": len(signs), "of": SIGNS})
    return None


class RecoverScreen(QWidget):
    """Two steps: the questions, and the new sheet."""

    #: A :class:`Recovery`: please try.
    wanted = Signal(object)
    #: Back to the unlock screen.
    left = Signal()
    #: The sheet is lost too: together with the centre, please.
    by_two = Signal()

    def __init__(self, names: list[str], chosen: str) -> None:
        super().__init__()
        self.setObjectName("page")
        self._busy = False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._steps = QStackedWidget()
        outer.addWidget(self._steps)
        self._faults: dict[QWidget, QLabel] = {}
        self._steps.addWidget(self._questions())
        self.sheet = NewSheet(
            _("The new password holds"),
            _(
                "The old recovery sheet is used up and opens nothing any more: destroy it. "
                "A new one has been written to the file below. Print it now, put it in the safe, and then delete the file."
            ),
            _("Back to unlocking"),
        )
        self.sheet.finished.connect(self.left)
        self._steps.addWidget(self.sheet)
        self.users.addItems(names)
        self.users.setCurrentIndex(max(0, names.index(chosen) if chosen in names else 0))

    def _questions(self) -> QWidget:
        frame, column = card()
        frame.setFixedWidth(CARD)
        column.setContentsMargins(S6 + S2, S6, S6 + S2, S6)
        column.setSpacing(S3)
        column.addWidget(label(_("Open with the recovery code"), "title"))
        column.addWidget(
            label(
                _("Type the code of the recovery sheet, choose your name and set a new password."),
                "subtitle",
                wrap=True,
            )
        )
        self.error = Message("errors")
        column.addWidget(self.error)
        self.code, self.users = QLineEdit(), QComboBox()
        self.code.setPlaceholderText(grouped("X" * SIGNS))
        hints = Qt.InputMethodHint
        self.code.setInputMethodHints(
            hints.ImhLatinOnly | hints.ImhPreferUppercase | hints.ImhNoPredictiveText | hints.ImhSensitiveData
        )
        self.password, self.again = QLineEdit(), QLineEdit()
        for line in (self.password, self.again):
            line.setEchoMode(QLineEdit.EchoMode.Password)
        grid = QGridLayout()
        grid.setHorizontalSpacing(S3)
        grid.setVerticalSpacing(S3)
        grid.setColumnStretch(1, 1)
        rows = (
            (_("Recovery code"), self.code),
            (_("User"), self.users),
            (_("New password"), self.password),
            (_("New password once more"), self.again),
        )
        for number, (text, widget) in enumerate(rows):
            buddy = label(text)
            buddy.setBuddy(widget)
            buddy.setFixedHeight(36)  # in line with the editor, not with the sentence below it
            widget.setAccessibleName(text)
            grid.addWidget(buddy, number, 0, Qt.AlignmentFlag.AlignTop)
            grid.addLayout(self._with_fault(widget), number, 1)
        self._faults[self.code].hide()
        column.addLayout(grid)
        column.addWidget(
            label(
                _(
                    "At least eight characters; several words in a row are best. No birthday, no telephone number, no name with digits."
                ),
                "note",
                wrap=True,
            )
        )
        foot = QHBoxLayout()
        foot.setSpacing(S2)
        self.set_button = button(_("Set the new password"), self._check, "primary")
        self.back = button(_("Back"), self.left.emit)
        self.together = button(_("Sheet lost? With the centre…"), self.by_two.emit, "link")
        foot.addWidget(self.back)
        foot.addWidget(self.together)
        foot.addStretch(1)
        foot.addWidget(self.set_button)
        column.addLayout(foot)
        QWidget.setTabOrder(self.again, self.set_button)
        QWidget.setTabOrder(self.set_button, self.back)
        self.code.textChanged.connect(self._counted)
        self.code.editingFinished.connect(self._as_printed)
        self.again.returnPressed.connect(self._check)
        for before, after in ((self.code, self.users), (self.password, self.again)):
            before.returnPressed.connect(after.setFocus)
        return middle(frame)

    def _with_fault(self, widget: QWidget) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(S1)
        column.addWidget(widget)
        below = label("", "note", wrap=True)
        below.hide()
        column.addWidget(below)
        self._faults[widget] = below
        return column

    # ------------------------------------------------------------------ asking

    def begin(self) -> None:
        """The keyboard goes to the code."""
        self.code.setFocus()

    @Slot()
    def _counted(self) -> None:
        signs = plain(self.code.text())
        self._say(self.code, _("{n} of {of} characters typed", n=len(signs), of=SIGNS) if signs else "", wrong=False)

    @Slot()
    def _as_printed(self) -> None:
        signs = plain(self.code.text())
        if signs and not self._busy:
            self.code.setText(grouped(signs))

    @Slot()
    def _check(self) -> None:
        if self._busy:
            return
        self.error.say("")
        for widget in (self.users, self.password, self.again):
            self._say(widget, "", wrong=False)
        self._counted()
        signs = plain(self.code.text())
        fault = fault_of(signs)
        if fault is not None:
            self._wrong(self.code, said(fault))
        elif not self.password.text():
            self._wrong(self.password, _("Please type your password."))
        elif self.password.text() != self.again.text():
            self._wrong(self.again, said(Refusal(WindowRefusal.PASSWORDS_DIFFER)))
        else:
            self._working(True)
            self.wanted.emit(Recovery(grouped(signs), self.users.currentText(), self.password.text()))

    def refuse(self, refusal: Refusal) -> None:
        """It was not done: the sentence stands at the field it is about, what was typed stays."""
        self._working(False)
        if refusal.code == StoreRefusal.WRONG_PASSWORD:
            self._wrong(self.code, said(Refusal(WindowRefusal.CODE_WRONG)))
        elif refusal.code == StoreRefusal.WEAK_PASSWORD:
            self._wrong(self.password, said(refusal))
        elif refusal.code == StoreRefusal.UNKNOWN_USER:
            self._wrong(self.users, said(refusal))
        else:
            self.error.say(said(refusal))
            self.set_button.setFocus()

    def made(self, sheet: Path) -> None:
        """The password is set; this is the new sheet. What was typed is forgotten."""
        self._working(False)
        for line in (self.code, self.password, self.again):
            line.clear()
        self.sheet.show_where(sheet)
        self._steps.setCurrentWidget(self.sheet)
        self.sheet.show_sheet.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self._busy and self._steps.currentIndex() == 0:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    # ------------------------------------------------------------------ pieces

    def _working(self, busy: bool) -> None:
        self._busy = busy
        for pressed in (self.set_button, self.back):
            pressed.setEnabled(not busy)
        self.set_button.setText(_("One moment…") if busy else _("Set the new password"))

    def _wrong(self, widget: QWidget, sentence: str) -> None:
        self._say(widget, sentence, wrong=True)
        widget.setFocus()
        if isinstance(widget, QLineEdit):
            widget.selectAll()

    def _say(self, widget: QWidget, text: str, *, wrong: bool) -> None:
        below = self._faults[widget]
        below.setText(f"⚠ {text}" if wrong and text else text)
        below.setObjectName("fault" if wrong else "note")
        below.setVisible(bool(text))
        widget.setProperty("wrong", "true" if wrong else "false")
        widget.setAccessibleDescription(text if wrong else "")
        for dressed in (below, widget):
            dressed.style().unpolish(dressed)
            dressed.style().polish(dressed)

    def fault_at(self, widget: QWidget) -> str:
        """What stands below a field."""
        return self._faults[widget].text()
