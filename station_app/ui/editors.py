"""Editors by meaning: what a field means decides the widget; every editor gives a wire value or says what is wrong."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from station_app.messages import N_, _
from station_app.spec.fields import Field
from station_app.spec.meanings import Wire
from station_app.ui.shown import Taken, edit_text, take

#: While someone types, a finding waits this long, so that a half-written number is not called wrong.
PATIENCE_MS: Final = 500

#: What may be typed, by meaning: shown while the field is empty.
_HINTS: Final = {
    "date": N_("such as 2026.3.5 or a lunar date"),
    "moment": N_("such as 2026.3.5 14:30"),
    "time": N_("such as 9:30"),
    "hours": N_("such as 2.5 or 1 hour 30 minutes"),
    "duration": N_("minutes"),
    "money": N_("yuan"),
    "area": N_("such as 5.2 mu, in words as well"),
    "weight": N_("kilograms; half-kilograms in words"),
    "phone": N_("11 digits, or area code and number"),
    "id_number": N_("18 characters"),
}


class Editor(QWidget):
    """One field's editor: ``set_value`` shows a wire value, ``taken`` reads it back."""

    #: Something was typed or chosen; ``settled`` says that it is worth checking now.
    edited = Signal()
    settled = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field

    def set_value(self, value: Wire, caption: str = "") -> None:
        """Show a value; ``caption`` is the referred record's, where the value is a reference."""
        raise NotImplementedError

    def taken(self) -> Taken:
        """The value as it stands, or what is wrong with it."""
        raise NotImplementedError

    def raw(self) -> object:
        """What stands in the editor as it is, to see whether anybody touched it."""
        return self.taken().value

    def target(self) -> QWidget:
        """The widget that takes the keyboard: named for screen readers, focused when a finding is jumped to."""
        raise NotImplementedError

    def mark(self, wrong: bool) -> None:
        """Show (or no longer show) that something is wrong here."""
        widget = self.target()
        widget.setProperty("wrong", "true" if wrong else "false")
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class _Line(QLineEdit):
    """A line that commits what the input method still holds when it is left, and tells that it was left."""

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        QGuiApplication.inputMethod().commit()
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()


class LineEditor(Editor):
    """Text in one line: names, numbers, dates, amounts, as people write them; read on leaving, and after a pause."""

    def __init__(self, field: Field, township: str | None, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._township = township
        self.line = _Line(self)
        if field.meaning.name in _HINTS:
            self.line.setPlaceholderText(_(_HINTS[field.meaning.name]))
        layout = _tight(QHBoxLayout(self))
        layout.addWidget(self.line)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PATIENCE_MS)
        self._pause.timeout.connect(self.settled)
        self.line.textEdited.connect(self._typed)
        self.line.left.connect(self._left)

    def set_value(self, value: Wire, caption: str = "") -> None:
        self.line.setText(edit_text(self.field, value))

    def taken(self) -> Taken:
        return take(self.field, self.line.text(), self._township)

    def raw(self) -> object:
        return self.line.text()

    def target(self) -> QWidget:
        return self.line

    @Slot()
    def _typed(self) -> None:
        self.edited.emit()
        self._pause.start()

    @Slot()
    def _left(self) -> None:
        self._pause.stop()
        self.settled.emit()


class LongEditor(Editor):
    """Text of several lines; Tab leaves it, as in every other field."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.box = QPlainTextEdit(self)
        self.box.setTabChangesFocus(True)
        self.box.setFixedHeight(92)
        layout = _tight(QHBoxLayout(self))
        layout.addWidget(self.box)
        self.box.textChanged.connect(self.edited)
        self.box.installEventFilter(self)

    def set_value(self, value: Wire, caption: str = "") -> None:
        self.box.blockSignals(True)
        self.box.setPlainText(edit_text(self.field, value))
        self.box.blockSignals(False)

    def taken(self) -> Taken:
        return take(self.field, self.box.toPlainText(), None)

    def target(self) -> QWidget:
        return self.box

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.settled.emit()
        return False


class _QuietCombo(QComboBox):
    """A combo that scrolling past does not change."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus() and self.view().isVisible():
            super().wheelEvent(event)
        else:
            event.ignore()


class ChoiceEditor(Editor):
    """One of a closed list; the empty line says nothing. A code this version does not know stays as it is."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.box = _QuietCombo(self)
        self.box.setMaxVisibleItems(16)
        # long titles of codes must not make the form wider than the window
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(6)
        self.box.addItem(_("— not said —"), None)
        for code, title in field.code_titles.items():
            self.box.addItem(_(title), code)
        layout = _tight(QHBoxLayout(self))
        layout.addWidget(self.box)
        self.box.currentIndexChanged.connect(self.edited)
        self.box.activated.connect(self.settled)

    def set_value(self, value: Wire, caption: str = "") -> None:
        self.box.blockSignals(True)
        index = self.box.findData(value)
        if index < 0:
            self.box.addItem(str(value), value)
            index = self.box.count() - 1
        self.box.setCurrentIndex(index)
        self.box.blockSignals(False)

    def taken(self) -> Taken:
        data = self.box.currentData()
        return Taken(data if isinstance(data, str) else None)

    def target(self) -> QWidget:
        return self.box


class ChoicesEditor(Editor):
    """Several of a closed list, as boxes to tick in columns."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 4, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(2)
        self._across = 0
        self._boxes: dict[str, QCheckBox] = {}
        self._unknown: list[str] = []
        for code, title in field.code_titles.items():
            box = QCheckBox(_(title), self)
            box.toggled.connect(self._toggled)
            self._boxes[code] = box
        self._lay(3)

    def _lay(self, across: int) -> None:
        """So many boxes beside each other."""
        if across == self._across:
            return
        for column in range(max(across, self._across)):
            self._grid.setColumnStretch(column, 1 if column < across else 0)
        self._across = across
        for number, box in enumerate(self._boxes.values()):
            self._grid.addWidget(box, number // across, number % across)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        widest = max(box.sizeHint().width() for box in self._boxes.values()) + 16
        self._lay(max(1, min(4, event.size().width() // widest)))

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), 240), hint.height())

    def set_value(self, value: Wire, caption: str = "") -> None:
        codes = value if isinstance(value, list) else []
        self._unknown = [c for c in codes if c not in self._boxes]
        for code, box in self._boxes.items():
            box.blockSignals(True)
            box.setChecked(code in codes)
            box.blockSignals(False)

    def taken(self) -> Taken:
        codes = [code for code, box in self._boxes.items() if box.isChecked()] + self._unknown
        return Taken(codes or None)

    def target(self) -> QWidget:
        return next(iter(self._boxes.values()))

    def mark(self, wrong: bool) -> None:
        """Boxes cannot be wrong."""

    @Slot()
    def _toggled(self) -> None:
        self.edited.emit()
        self.settled.emit()


class SegmentEditor(Editor):
    """A row of buttons of which one at most is down: yes/no/unknown, and scores. Keys: the first character, arrows, Delete."""

    def __init__(self, field: Field, values: list[tuple[str, Wire]], parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        layout = _tight(QHBoxLayout(self))
        layout.setSpacing(0)
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        self._buttons: list[tuple[QPushButton, Wire]] = []
        self._odd: Wire = None
        for title, value in values:
            button = QPushButton(title, self)
            button.setObjectName("segment")
            button.setCheckable(True)
            button.clicked.connect(self._clicked)
            button.installEventFilter(self)
            layout.addWidget(button)
            self._group.addButton(button)
            self._buttons.append((button, value))
        layout.addStretch(1)
        self._one_stop()

    def set_value(self, value: Wire, caption: str = "") -> None:
        known = [v for _button, v in self._buttons]
        self._odd = None if value in known else value
        for button, mine in self._buttons:
            button.setChecked(mine == value and type(mine) is type(value))
        self._one_stop()

    def _one_stop(self) -> None:
        """The tab key stops once: at the button that is down, else at the first; arrows move inside."""
        stop = self.target()
        for button, _value in self._buttons:
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if button is stop else Qt.FocusPolicy.ClickFocus)

    def taken(self) -> Taken:
        for button, value in self._buttons:
            if button.isChecked():
                return Taken(value)
        return Taken(self._odd)

    def target(self) -> QWidget:
        for button, _value in self._buttons:
            if button.isChecked():
                return button
        return self._buttons[0][0]

    def mark(self, wrong: bool) -> None:
        """The buttons only hold values that can be."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and isinstance(watched, QPushButton):
            return self._key(watched, event)
        return False

    def _key(self, button: QPushButton, event: QKeyEvent) -> bool:
        place = next(i for i, (one, _value) in enumerate(self._buttons) if one is button)
        key, text = event.key(), event.text()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = -1 if key == Qt.Key.Key_Left else 1
            target = self._buttons[(place + step) % len(self._buttons)][0]
            target.setFocus(Qt.FocusReason.OtherFocusReason)
            self._choose(target)
            return True
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._choose(None)
            return True
        for one, _value in self._buttons:
            if text and one.text().startswith(text):
                one.setFocus(Qt.FocusReason.OtherFocusReason)
                self._choose(one)
                return True
        return False

    @Slot()
    def _clicked(self) -> None:
        button = self.sender()
        if isinstance(button, QPushButton):
            self._choose(button if button.isChecked() else None)

    def _choose(self, chosen: QPushButton | None) -> None:
        self._odd = None
        for button, _value in self._buttons:
            button.setChecked(button is chosen)
        self._one_stop()
        self.edited.emit()
        self.settled.emit()


def _tight(layout: QHBoxLayout) -> QHBoxLayout:
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    return layout
