"""The unlock screen: who, password, open; and what to do when it does not open."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from station_app.messages import _
from station_app.ui.parts import Message, button, card, label
from station_app.ui.theme import S2, S4, S6


class UnlockScreen(QWidget):
    """Asks for user and password. It imports nothing heavy, for it is the first thing painted."""

    #: user's name, password
    wanted = Signal(str, str)
    #: The password is forgotten: by the recovery sheet, please.
    recovery = Signal()

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
        column.addWidget(label(_("Records are encrypted. Choose your name and type your password."), "subtitle", wrap=True))
        column.addSpacing(S2)
        self.error = Message("errors")
        column.addWidget(self.error)
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
            label(_("Password forgotten? The recovery sheet opens the station; the head of the station keeps it."), "note", wrap=True), 1
        )
        self.recover_button = button(_("Use the recovery code"), self.recovery.emit, "link")
        forgotten.addWidget(self.recover_button)
        column.addLayout(forgotten)
        self.password.installEventFilter(self)
        self.password.returnPressed.connect(self._open)
        self.users.activated.connect(lambda _i: self.password.setFocus())
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

    def refuse(self, sentence: str) -> None:
        """It did not open."""
        self._busy = False
        self._enable()
        self.error.say(sentence)
        self.password.selectAll()
        self.password.setFocus()

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
        if self._busy or self.users.currentIndex() < 0:
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
        self.open_button.setEnabled(not self._busy)
        self.recover_button.setEnabled(not self._busy)
        self.open_button.setText(_("Opening…") if self._busy and self.users.count() else _("Open"))

