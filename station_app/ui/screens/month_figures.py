"""The numbers of a month in a table, and the records behind the number one activates."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QFont, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from station_app.compose import OpenStation
from station_app.messages import Refusal, _
from station_app.report.explain import Contribution, Explained, explain
from station_app.report.month import COLUMNS, Figure
from station_app.report.picture import SECTIONS
from station_app.ui.desk import Desk
from station_app.ui.parts import Message, button, label
from station_app.ui.places import Around, FormPlace
from station_app.ui.refusals import said
from station_app.ui.theme import S2, S4
from station_app.work import month_end

#: Records listed for one number; more are counted.
LISTED: Final = 1000
#: What the report prints where there is nothing to divide by.
DASH: Final = "—"


@dataclass(frozen=True, slots=True)
class Behind:
    """The records behind one number, with captions."""

    title: str
    value: str
    unit: str
    rows: tuple[tuple[str, str, str, str], ...]  # kind, id, caption, amount
    more: int


def behind(station: OpenStation, month: str, key: str, column: str) -> Behind | Refusal:
    """Read the records behind a number."""
    if column == "month":
        found = month_end.explained(station, month, key)
    else:
        with station.store.reading() as reader:
            found = explain(reader.connection, reader.station, month, key, column)
    if isinstance(found, Refusal):
        return found
    records = _records(found)
    with station.store.reading() as reader:
        rows = tuple((c.kind, c.id, reader.caption(c.kind, c.id) or c.id, c.printed) for c in records[:LISTED])
    return Behind(_(found.title), found.value or DASH, _(found.unit), rows, max(0, len(records) - LISTED))


def _records(found: Explained) -> tuple[Contribution, ...]:
    """A number's records; of a rate those above the line, then those below it."""
    return found.records or found.numerator + found.denominator


class FiguresTable(QTableWidget):
    """One line for each indicator; sections stand between them."""

    #: Somebody wants to know what is behind a number: key, column.
    asked = Signal(str, str)

    def __init__(self) -> None:
        super().__init__(0, 6)
        self.setHorizontalHeaderLabels(
            [_("No."), _("Indicator"), _("This month"), _("Year so far"), _("Same month last year"), _("Unit")]
        )
        self.setAccessibleName(_("Numbers of the month"))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(36)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for section, width in ((0, 72), (2, 104), (3, 104), (4, 112), (5, 72)):
            header.resizeSection(section, width)
        for section in range(6):
            side = Qt.AlignmentFlag.AlignRight if section in (2, 3, 4) else Qt.AlignmentFlag.AlignLeft
            head = self.horizontalHeaderItem(section)
            if head is not None:
                head.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        self.doubleClicked.connect(lambda index: self._ask(index.row(), index.column()))
        self.installEventFilter(self)
        self._keys: list[str] = []

    def show_figures(self, figures: list[Figure], differing: frozenset[str]) -> None:
        """Fill the table; keys in ``differing`` are marked in words."""
        self.clearSpans()
        self.setRowCount(0)
        self._keys = []
        letter = ""
        for figure in figures:
            if figure.key[0] != letter:
                letter = figure.key[0]
                self._section(f"{letter}　{_(SECTIONS.get(letter, letter))}")
            row = self._new_row(figure.key)
            title = _(figure.title) if not figure.under else f"　{_(figure.title)}"
            if figure.key in differing:
                title = _("{title} (changed since signing)", title=title)
            shown_key = "" if "." in figure.key else figure.key  # a part is known by its place below the whole
            texts = (shown_key, title, *(getattr(figure, c) or DASH for c in COLUMNS), _(figure.unit))
            for section, text in enumerate(texts):
                item = QTableWidgetItem(text)
                if section in (2, 3, 4):
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(row, section, item)
        if self.rowCount() > 1:
            self.setCurrentCell(1, 2)

    def _new_row(self, key: str) -> int:
        row = self.rowCount()
        self.insertRow(row)
        self._keys.append(key)
        return row

    def _section(self, title: str) -> None:
        row = self._new_row("")
        item = QTableWidgetItem(title)
        font = QFont(self.font())
        font.setBold(True)
        item.setFont(font)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        self.setItem(row, 0, item)
        self.setSpan(row, 0, 1, self.columnCount())

    def _ask(self, row: int, column: int) -> None:
        key = self._keys[row] if 0 <= row < len(self._keys) else ""
        if key:
            self.asked.emit(key, COLUMNS[column - 2] if 2 <= column <= 4 else "month")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if _entered(event):
            self._ask(self.currentRow(), self.currentColumn())
            return True
        return False


class BehindPanel(QFrame):
    """The drawer on the right: the records behind one number, each opened with Enter."""

    #: It was opened or closed.
    opened = Signal(bool)

    def __init__(self, desk: Desk, around: Around) -> None:
        super().__init__()
        self.setObjectName("drawer")
        self._desk, self._around = desk, around
        self.shown: Behind | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(S4, S4, S4, S2)
        top = QHBoxLayout()
        self._title = label("", "heading", wrap=True)
        top.addWidget(self._title, 1)
        top.addWidget(button(_("Close"), self.hide, "link"), 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(top)
        self._value = label("", "number")
        column.addWidget(self._value)
        self._note = label("", "small", wrap=True)
        column.addWidget(self._note)
        self.error = Message("errors")
        column.addWidget(self.error)
        self.list = QTableWidget(0, 2)
        self.list.horizontalHeader().hide()
        self.list.verticalHeader().hide()
        self.list.setShowGrid(False)
        self.list.setAccessibleName(_("Records behind the number"))
        self.list.setTabKeyNavigation(False)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.list.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.horizontalHeader().resizeSection(1, 72)
        self.list.doubleClicked.connect(self._open)
        self.list.installEventFilter(self)
        column.addWidget(self.list, 1)
        self.hide()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.opened.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.opened.emit(False)

    def ask(self, month: str, key: str, column: str) -> None:
        """Show what is behind a number."""
        self.show()
        self._title.setText(_("One moment…"))
        self._desk.ask(self, lambda station: behind(station, month, key, column), self._arrived, self._refused)

    def _arrived(self, found: Behind) -> None:
        self.shown = found
        self.error.say("")
        self._title.setText(found.title)
        self._value.setText(f"{found.value} {found.unit}")
        note = _("{n} records; Enter opens one.", n=len(found.rows) + found.more)
        if found.more:
            note += " " + _("The first {n} are listed.", n=len(found.rows))
        self._note.setText(note)
        self.list.setRowCount(len(found.rows))
        for row, (_kind, _record, caption, amount) in enumerate(found.rows):
            self.list.setItem(row, 0, QTableWidgetItem(caption))
            right = QTableWidgetItem(amount)
            right.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.list.setItem(row, 1, right)
        if found.rows:
            self.list.setCurrentCell(0, 0)
            self.list.setFocus()

    def _refused(self, refusal: Refusal) -> None:
        self._title.setText("")
        self.error.say(said(refusal))

    @Slot()
    def _open(self) -> None:
        row = self.list.currentRow()
        if self.shown is not None and 0 <= row < len(self.shown.rows):
            kind, record, _caption, _amount = self.shown.rows[row]
            self._around.go(FormPlace(kind, record))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if _entered(event):
            self._open()
            return True
        return False


def _entered(event: QEvent) -> bool:
    """Whether Enter was pressed."""
    if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
        return False
    return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
