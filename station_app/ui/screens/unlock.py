"""The unlock screen: who, password, open; and what to do when it does not open."""

import time
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from station_app.messages import Refusal, _
from station_app.ui.parts import Message, button, card, label
from station_app.ui.refusals import said
from station_app.ui.theme import S2, S4, S6

#: The refusal after too many wrong passwords; the store's own words for it are not imported before the first paint.
LOCKED_OUT: Final = "locked_out"
DAMAGED: Final = "vault_damaged"


class UnlockScreen(QWidget):
    """Asks for user and password. It imports nothing heavy, for it is the first thing painted."""

    #: user's name, password
    wanted = Signal(str, str)
    #: The password is forgotten: by the recovery sheet, please.
    recovery = Signal()
    #: The station's files are damaged: from a backup, please.
    restoring = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        row = QHBoxLayout()
        outer.addLayout(row)
        outer.addStretch(3)
        row.addStretch(1)
        frame, column = card()
        frame.setFixedWidth(420)
        column.setContentsMargins(S6 + S2, S6 + S2, S6 + S2, S6)
        column.setSpacing(S2)
        row.addWidget(frame)
        row.addStretch(1)
        column.addWidget(label(_("Social-work station"), "title"))
        column.addWidget(
            label(_("Records are encrypted. Choose your name and type your password."), "subtitle", wrap=True)
        )
        column.addSpacing(S2)
        self.error = Message("errors")
        column.addWidget(self.error)
        self.error.action.setText(_("Restore from a backup…"))
        self.error.action.clicked.connect(self.restoring)
        who = label(_("User"))
        self.users = QComboBox()
        self.users.setAccessibleName(_("User"))
        who.setBuddy(self.users)
        column.addWidget(who)
        column.addWidget(self.users)
        secret = label(_("Password"))
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setAccessibleName(_("Password"))
        secret.setBuddy(self.password)
        column.addSpacing(S2)
        column.addWidget(secret)
        column.addWidget(self.password)
        self.caps = label("", "fault")
        column.addWidget(self.caps)
        self.open_button = button(_("Open"), self._open, "primary")
        column.addWidget(self.open_button)
        column.addSpacing(S4)
        forgotten = QHBoxLayout()
        forgotten.setSpacing(S2)
        forgotten.addWidget(
            label(
                _("Password forgotten? The recovery sheet opens the station; the head of the station keeps it."),
                "note",
                wrap=True,
            ),
            1,
        )
        self.recover_button = button(_("Use the recovery code"), self.recovery.emit, "link")
        forgotten.addWidget(self.recover_button)
        column.addLayout(forgotten)
        self.password.installEventFilter(self)
        self.password.returnPressed.connect(self._open)
        self.users.activated.connect(lambda _i: self.password.setFocus())
        self.users.currentIndexChanged.connect(self._count_down)
        self._until: dict[str, float] = {}  # by user: when they may try again, by a clock nobody sets
        self._counting = False  # what is said now are the seconds of the chosen user
        self._second = QTimer(self)
        self._second.setInterval(250)
        self._second.timeout.connect(self._count_down)
        self._busy = True
        self._enable()

    def offer(self, names: list[str]) -> None:
        """The users to choose from; the keyboard goes to the password."""
        self.users.clear()
        self.users.addItems(names)
        self._busy = False
        self._enable()
        self.password.setFocus()

    def choose(self, name: str) -> None:
        """Choose a user; the keyboard goes to the password."""
        self.users.setCurrentIndex(max(0, self.users.findText(name)))
        self.password.setFocus()

    def refuse(self, refusal: Refusal) -> None:
        """It did not open. Where one must wait, the seconds are counted down; other users need not wait."""
        self._busy = False
        seconds = refusal.values.get("seconds")
        if refusal.code == LOCKED_OUT and isinstance(seconds, int):
            self._until[self.users.currentText()] = time.monotonic() + seconds
            self._second.start()
            self._count_down()
        else:
            self.error.say(said(refusal), "errors")
        self.error.action.setVisible(refusal.code == DAMAGED)
        self._enable()
        self.password.selectAll()
        self.password.setFocus()

    def notice(self, sentence: str) -> None:
        """Something to know before opening again."""
        self.error.say(sentence, "notice")

    def left(self) -> int:
        """Seconds the chosen user still has to wait."""
        until = self._until.get(self.users.currentText())
        return 0 if until is None else max(0, int(-(-(until - time.monotonic()) // 1)))

    @Slot()
    def _count_down(self) -> None:
        seconds = self.left()
        if seconds:
            self.error.say(
                _("Too many wrong passwords. Please wait {seconds} seconds and try again.", seconds=seconds), "errors"
            )
        elif self._until.pop(self.users.currentText(), None) is not None:
            self.error.say(_("You may try again now."), "notice")
        elif self._counting:
            self.error.say("")
        self._counting = bool(seconds)
        if not self._until:
            self._second.stop()
        self._enable()

    def fresh(self) -> None:
        """Forget what was typed."""
        self.password.clear()
        self.error.say("")
        self._busy = False
        self._enable()
        self.password.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            letter = event.text()
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            odd = len(letter) == 1 and letter.isascii() and letter.isalpha() and letter.isupper() != shifted
            self.caps.setText(_("Caps Lock seems to be on.") if odd else "")
        return False

    @Slot()
    def _open(self) -> None:
        if self._busy or self.users.currentIndex() < 0 or self.left():
            return
        if not self.password.text():
            self.error.say(_("Please type your password."))
            self.password.setFocus()
            return
        self._busy = True
        self._enable()
        self.error.say("")
        self.wanted.emit(self.users.currentText(), self.password.text())

    def _enable(self) -> None:
        self.open_button.setEnabled(not self._busy and not self.left())
        self.recover_button.setEnabled(not self._busy)
        self.open_button.setText(_("Opening…") if self._busy and self.users.count() else _("Open"))
