"""Search everywhere: the line at the top and the list of what was found, walked by arrows, opened with Enter."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QWidget

from station_app.kinds.base import KINDS
from station_app.messages import _
from station_app.store.records import Reader
from station_app.ui.desk import Desk
from station_app.ui.icons import icon
from station_app.ui.shown import division_text
from station_app.work.persons import hidden

REST_MS: Final = 100
MOST: Final = 20

#: kind, id, text of the line
Hit = tuple[str, str, str]


def hits_of(reader: Reader, typed: str) -> list[Hit]:
    """What everywhere holds for a typed text: the kind, then the caption, then what tells namesakes apart."""
    hits: list[Hit] = []
    everything = reader.find(typed, MOST)
    stored_only = {kind: hidden(reader, kind) for kind in {found.kind for found in everything}}
    for found in everything:
        if found.id in stored_only[found.kind]:
            continue
        village = found.fields.get("village")
        where = f"　{division_text(village, short=True)}" if isinstance(village, str) else ""
        hits.append((found.kind, found.id, f"{KINDS[found.kind].titled()}　{found.title}{where}"))
    return hits


class SearchField(QWidget):
    """The search line; its list hangs over the page below it and never takes the keyboard away from the line."""

    #: Somebody chose a record: kind and id.
    chosen = Signal(str, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk: Desk | None = None
        self._asked = 0
        self._hits: list[Hit] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(_("Search everywhere: name, pinyin initials, number, telephone (Ctrl+K)"))
        self.line.setAccessibleName(_("Search everywhere"))
        self.line.setClearButtonEnabled(True)
        self.line.addAction(QAction(icon("search"), "", self.line), QLineEdit.ActionPosition.LeadingPosition)
        self.line.installEventFilter(self)
        row.addWidget(self.line)
        self.list = QListWidget(parent)
        self.list.setObjectName("choices")
        self.list.setAccessibleName(_("What was found"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.itemClicked.connect(self._open)
        self.list.hide()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._search)
        self.line.textChanged.connect(self._typed)

    def serve(self, desk: Desk | None) -> None:
        """Search this station from now on."""
        self._desk = desk
        self.line.clear()
        self.close_list()

    def focus(self) -> None:
        """The keyboard to the line."""
        self.line.setFocus()
        self.line.selectAll()

    def close_list(self) -> None:
        """Hide what was found."""
        self.list.hide()

    @Slot(str)
    def _typed(self, text: str) -> None:
        if text.strip():
            self._rest.start()
        else:
            self._rest.stop()
            self._asked += 1
            self.close_list()

    @Slot()
    def _search(self) -> None:
        if self._desk is None:
            return
        self._asked += 1
        asked, typed = self._asked, self.line.text()
        self._desk.query(self, lambda reader: (asked, hits_of(reader, typed)), self._found)

    def _found(self, answer: tuple[int, list[Hit]]) -> None:
        asked, hits = answer
        if asked != self._asked or not self.line.text().strip():
            return
        self._hits = hits
        self.list.clear()
        for _kind, _record, text in hits:
            self.list.addItem(QListWidgetItem(text))
        if not hits:
            nothing = QListWidgetItem(
                _("Nothing found for this. A part of the name, or the last four digits, is enough.")
            )
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(nothing)
        else:
            self.list.setCurrentRow(0)
        self._place()
        self.list.show()
        self.list.raise_()

    def _place(self) -> None:
        over = self.list.parentWidget()
        if over is None:
            return
        corner = self.line.mapTo(over, QPoint(0, self.line.height() + 4))
        rows = min(max(self.list.count(), 1), 10)
        self.list.setGeometry(corner.x(), corner.y(), self.line.width(), rows * 38 + 12)

    @Slot()
    def _open(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._hits) and self.list.isVisible():
            kind, record, _text = self._hits[row]
            self.close_list()
            self.line.clear()
            self.chosen.emit(kind, record)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = event.key()
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.list.isVisible():
                step = 1 if key == Qt.Key.Key_Down else -1
                self.list.setCurrentRow(max(0, min(self.list.count() - 1, self.list.currentRow() + step)))
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._open()
                return True
            if key == Qt.Key.Key_Escape and (self.list.isVisible() or self.line.text()):
                self.line.clear()
                self.close_list()
                return True
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut:
            self.close_list()
        return False
