"""Small pieces every page is put together from: titles, cards, chips, messages, the bar that offers to undo."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from station_app.messages import _
from station_app.ui.theme import S2, S3, S4, S6

#: How long a passing message with a way back stays: long enough to read it and to change one's mind.
STAY_MS = 12_000
#: A drawer's width, and from which width on it stands beside the page.
DRAWER, BOTH = 336, 760


def label(text: str = "", look: str = "", *, wrap: bool = False) -> QLabel:
    """A text; ``look`` is its object name in the stylesheet."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if look:
        made.setObjectName(look)
    if wrap:
        made.setWordWrap(True)
    return made


def chip(text: str, look: str) -> QLabel:
    """A word in a coloured pill: good, warn, bad, info or plain; the word carries the meaning, not the colour."""
    made = label(text)
    made.setProperty("chip", look)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return made


class Button(QPushButton):
    """A button that Enter presses too, not only in dialogs."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


def button(text: str, pressed: Callable[[], None] | None = None, look: str = "") -> QPushButton:
    """A button; one primary button a page."""
    made = Button(text)
    if look:
        made.setObjectName(look)
    if pressed is not None:
        made.clicked.connect(lambda _checked=False: pressed())
    return made


def card() -> tuple[QFrame, QVBoxLayout]:
    """A white card and its layout."""
    frame = QFrame()
    frame.setObjectName("card")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(S4, S4, S4, S4)
    layout.setSpacing(S3)
    return frame, layout


def rule() -> QFrame:
    """A hair line."""
    line = QFrame()
    line.setObjectName("rule")
    return line


def scrolling(inner: QWidget) -> QScrollArea:
    """A body that scrolls when the window is small or the text is large."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setAccessibleName(_("Content of the page"))
    inner.setObjectName("body")
    area.setWidget(inner)
    return area


class Heading(QWidget):
    """Title and subtitle of a page on the left, its buttons on the right."""

    def __init__(self, title: str, subtitle: str = "") -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S2)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        self.title = label(title, "title")
        self.subtitle = label(subtitle, "subtitle")
        texts.addWidget(self.title)
        texts.addWidget(self.subtitle)
        row.addLayout(texts, 1)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(S2)
        row.addLayout(self._buttons)

    def add(self, *widgets: QWidget) -> None:
        """Buttons, from left to right; the primary one last."""
        for widget in widgets:
            self._buttons.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)


class Message(QFrame):
    """A sentence in a coloured box: errors, notice, caution or success, with at most one thing to do about it."""

    #: What it says now: for those who hear rather than see, and for tests.
    said = Signal(str)

    def __init__(self, look: str = "notice") -> None:
        super().__init__()
        self.setObjectName(look)
        row = QHBoxLayout(self)
        row.setContentsMargins(S3, S2, S3, S2)
        self.text = label(wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(self.text, 1)
        self.action = button("", look="link")
        self.action.hide()
        row.addWidget(self.action)
        self.hide()

    def say(self, text: str, look: str = "") -> None:
        """Show a sentence; "" hides the box."""
        if look and look != self.objectName():
            self.setObjectName(look)
            self.style().unpolish(self)
            self.style().polish(self)
            self.text.style().unpolish(self.text)
            self.text.style().polish(self.text)
        self.text.setText(text)
        self.setVisible(bool(text))
        self.said.emit(text)


class Working(QWidget):
    """Progress of long work in words and as a bar, and a way to stop it."""

    def __init__(self, cancel: Callable[[], None]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S2)
        row = QHBoxLayout()
        self.text = label("", "secondary")
        row.addWidget(self.text, 1)
        self.stop = button(_("Stop"), cancel)
        row.addWidget(self.stop)
        column.addLayout(row)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("Progress"))
        column.addWidget(self.bar)
        self.hide()

    def begin(self, what: str, *, stop: bool = True) -> None:
        """Work has started; ``stop``: whether it can be stopped."""
        self.stop.setVisible(stop)
        self.text.setText(what)
        self.bar.setRange(0, 0)
        self.stop.setEnabled(True)
        self.show()

    def at(self, done: int, of: int, what: str) -> None:
        """How far it is."""
        if of:
            self.bar.setRange(0, of)
            self.bar.setValue(done)
        if what:
            self.text.setText(what)

    def end(self) -> None:
        """Work is over."""
        self.hide()


class Beside(QWidget):
    """A page with a drawer on its right; where there is no room for both, the open drawer takes the page's place."""

    def __init__(self, main: QWidget, drawer: QWidget) -> None:
        super().__init__()
        self._main, self._drawer = main, drawer
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(main, 1)
        row.addWidget(drawer)
        drawer.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._share()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        shown = not self._drawer.isHidden()
        both = self.width() >= BOTH
        if shown and not both and self._main.isVisible():
            self._drawer.setFocus()
        self._main.setVisible(both or not shown)
        self._drawer.setMaximumWidth(DRAWER if both else 16_777_215)
        self._drawer.setMinimumWidth(DRAWER if both else 0)


class Question(QDialog):
    """A question with two or three answers; Esc is the last one, which changes nothing."""

    def __init__(self, parent: QWidget, title: str, text: str, answers: Sequence[tuple[str, str]]) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(440)
        column = QVBoxLayout(self)
        column.setContentsMargins(S6, S6, S6, S4)
        column.setSpacing(S3)
        column.addWidget(label(title, "heading", wrap=True))
        column.addWidget(label(text, wrap=True))
        column.addSpacing(S2)
        row = QHBoxLayout()
        row.setSpacing(S2)
        row.addStretch(1)
        self.answer = answers[-1][0]
        for key, words in reversed(answers):  # the first answer is the primary button, on the right
            first = key == answers[0][0]
            made = button(words, lambda key=key: self._say(key), "primary" if first else "")  # type: ignore[misc]
            made.setAutoDefault(first)
            made.setDefault(first)
            row.addWidget(made)
            if first:
                made.setFocus()
        column.addLayout(row)

    def _say(self, key: str) -> None:
        self.answer = key
        self.accept()


class Toast(QFrame):
    """A passing message at the bottom of the window, often with "Undo"."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        row = QHBoxLayout(self)
        row.setContentsMargins(S4, S2, S2, S2)
        row.setSpacing(S3)
        self.text = label()
        self.text.setWordWrap(True)
        row.addWidget(self.text, 1)
        self.action = button("", self._act)
        row.addWidget(self.action)
        self._do: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def say(self, text: str, action: str = "", do: Callable[[], None] | None = None) -> None:
        """Show a message; with ``do``, a button offers it."""
        self.text.setText(text)
        self.action.setText(action)
        self.action.setVisible(do is not None)
        self._do = do
        self.adjustSize()
        self.place()
        self.show()
        self.raise_()
        self._timer.start(STAY_MS)

    def place(self) -> None:
        """In the middle of the bottom of its window."""
        parent = self.parentWidget()
        if parent is None:
            return
        width = min(560, parent.width() - 2 * S6)
        self.setFixedWidth(width)
        self.setFixedHeight(max(48, self.heightForWidth(width) if self.hasHeightForWidth() else 48))
        self.move((parent.width() - width) // 2, parent.height() - self.height() - 48)

    @Slot()
    def _act(self) -> None:
        do, self._do = self._do, None
        self.hide()
        if do is not None:
            do()
