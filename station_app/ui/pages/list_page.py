"""The generated list of a kind: text filter, choices as filters, sorted by header, opened with Enter."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QHBoxLayout, QHeaderView, QLineEdit, QTableView, QVBoxLayout

from station_app.kinds.base import KINDS, Record
from station_app.messages import Refusal, _
from station_app.spec.fields import Field
from station_app.spec.meanings import Wire
from station_app.store.change import Done
from station_app.store.roles import Action
from station_app.ui.desk import Desk
from station_app.ui.icons import icon
from station_app.ui.pages.record_table import RecordTable, Wanted
from station_app.ui.parts import Heading, Message, button, label
from station_app.ui.places import Around, FormPlace, Page
from station_app.ui.refusals import said
from station_app.ui.screens.export import ExportDialog
from station_app.ui.theme import ROW, S2, S4, S6

#: At most so many filters stand above a list.
FILTERS: Final = 3
REST_MS: Final = 150
#: The line to search with keeps this width; filters that find no room beside it are left out.
LEAST_SEARCH: Final = 200


def made_by_program(declared: type[Record]) -> bool:
    """Whether records of a kind are made by the program (policies, month reports, exports): shown, never typed."""
    return declared.made_by_program


def filters_of(declared: type[Record]) -> list[Field]:
    """The fields a list can be narrowed by: choices and yes/no among its columns first, then the others."""
    fit = [f for f in declared.fields.values() if f.meaning.name in ("choice", "yes_no", "consent") and not f.private]
    fit.sort(key=lambda f: f.name not in declared.listed)
    return fit[:FILTERS]


class ListPage(Page):
    """One kind's list."""

    def __init__(self, desk: Desk, around: Around, kind: str) -> None:
        super().__init__()
        self.setObjectName("page")
        self._desk, self._around, self.kind = desk, around, kind
        declared = KINDS[kind]
        self._declared = declared
        self._table = RecordTable(desk, kind, self)
        self._order = declared.sorted_by
        self._descending = bool(self._order) and declared.fields[self._order].meaning.name in ("date", "moment")
        column = QVBoxLayout(self)
        column.setContentsMargins(S6, S4, S6, S4)
        column.setSpacing(S4)
        self._heading = Heading(declared.titled())
        column.addWidget(self._heading)
        if desk.may(Action.EXPORT):
            out = button(_("Export…"), self.export)
            out.setToolTip("Ctrl+E")
            self._heading.add(out)
            QShortcut(QKeySequence("Ctrl+E"), self, self.export)
        if not made_by_program(declared) and desk.may_write(declared):
            new = button(_("New {kind}", kind=declared.titled()), self.new, "primary")
            new.setIcon(icon("plus-light"))
            new.setToolTip("Ctrl+N")
            self._heading.add(new)
            QShortcut(QKeySequence("Ctrl+N"), self, self.new)
        column.addLayout(self._bar())
        self._error = Message("errors")
        column.addWidget(self._error)
        column.addWidget(self._rows(), 1)
        self._empty = label("", "subtitle", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.hide()
        column.addWidget(self._empty, 1)
        self._table.counted.connect(self._counted)
        QShortcut(QKeySequence("Ctrl+F"), self, self._typed.setFocus)

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setSpacing(S2)
        self._typed = QLineEdit()
        self._typed.setPlaceholderText(_("Find in this list (Ctrl+F)"))
        self._typed.setAccessibleName(_("Find in this list"))
        self._typed.setClearButtonEnabled(True)
        self._typed.setMaximumWidth(360)
        search = QAction(icon("search"), "", self._typed)
        self._typed.addAction(search, QLineEdit.ActionPosition.LeadingPosition)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.load)
        self._typed.textChanged.connect(lambda _text: self._rest.start())
        self._typed.installEventFilter(self)
        bar.addWidget(self._typed, 2)
        self._filters: list[tuple[Field, QComboBox]] = []
        for field in filters_of(self._declared):
            box = QComboBox()
            box.setAccessibleName(_(field.title))
            box.setMinimumWidth(120)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.addItem(_("{field}: all", field=_(field.title)), None)
            if field.meaning.name == "yes_no":
                box.addItem(_("{field}: {value}", field=_(field.title), value=_("yes")), True)
                box.addItem(_("{field}: {value}", field=_(field.title), value=_("no")), False)
            for code, title in field.code_titles.items():
                box.addItem(_(title), code)
            box.activated.connect(lambda _index: self.load())
            self._filters.append((field, box))
            bar.addWidget(box)
        bar.addStretch(1)
        return bar

    def _rows(self) -> QTableView:
        self.view = QTableView()
        self.view.setModel(self._table)
        self.view.setAccessibleName(self._declared.titled())
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setShowGrid(False)
        self.view.setWordWrap(False)
        self.view.setTabKeyNavigation(False)
        self.view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.verticalHeader().hide()
        self.view.verticalHeader().setDefaultSectionSize(ROW)
        self.view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.view.horizontalHeader()
        header.setHighlightSections(False)
        header.setSortIndicatorShown(True)
        header.setSectionsClickable(True)
        header.sectionClicked.connect(self._sort)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(72)
        self._indicate()
        self.view.doubleClicked.connect(self._open_index)
        self.view.installEventFilter(self)
        return self.view

    # ------------------------------------------------------------------ showing

    def begin(self) -> None:
        self.load()
        if not self._table.loaded:
            self._typed.setFocus()

    def refresh(self, kinds: frozenset[str]) -> None:
        targets = {f.target for f in self._declared.fields.values()} | {self.kind}
        if kinds & targets:
            self.load()

    @Slot()
    def load(self) -> None:
        """Read the list as it is asked for now."""
        where: dict[str, Wire] = {f.name: box.currentData() for f, box in self._filters if box.currentIndex() > 0}
        chosen = self._table.id_at(self.view.currentIndex().row())
        wanted = Wanted(self.kind, self._typed.text(), where, self._order, self._descending)
        self._table.show(wanted, lambda: self._again(chosen))

    def _again(self, chosen: str | None) -> None:
        row = self._table.row_of(chosen) if chosen else -1
        if self._table.rowCount():
            self.view.setCurrentIndex(self._table.index(max(row, 0), 0))
        self._widths()

    def _counted(self, number: int) -> None:
        narrowed = bool(self._typed.text().strip()) or any(box.currentIndex() > 0 for _f, box in self._filters)
        self._heading.subtitle.setText(_("{n} records", n=f"{number:,}") + self._order_text())
        self.view.setVisible(number > 0)
        self._empty.setVisible(number == 0)
        if number == 0:
            if narrowed:
                text = _("Nothing here fits. Shorten the text, or set the filters to “all”.")
            elif made_by_program(self._declared):
                text = _("Nothing here yet.")
            else:
                text = _("Nothing here yet. Begin with Ctrl+N, or take a ledger in under “Import”.")
            self._empty.setText(text)

    def _order_text(self) -> str:
        if not self._order:
            return " · " + _("newest first")
        return " · " + _("sorted by {field}", field=_(self._declared.fields[self._order].title))

    def _widths(self) -> None:
        """Columns share the width by what they hold; the last takes the rest."""
        header = self.view.horizontalHeader()
        total = max(self.view.viewport().width(), 400)
        weights = [_WEIGHTS.get(f.meaning.name, 10) for f in self._table.columns]
        for number, weight in enumerate(weights[:-1]):
            header.resizeSection(number, max(88, total * weight // sum(weights)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._widths()
        room = event.size().width() - 2 * S6 - LEAST_SEARCH
        for _field, box in self._filters:
            room -= box.sizeHint().width() + S2
            box.setVisible(room >= 0 or box.currentIndex() > 0)

    # ------------------------------------------------------------------ sorting

    def _sort(self, section: int) -> None:
        field = self._table.columns[section]
        if field.meaning.name in ("reference", "references", "choices"):
            self._indicate()
            return
        self._descending = not self._descending if self._order == field.name else False
        self._order = field.name
        self._indicate()
        self.load()

    def _indicate(self) -> None:
        names = [f.name for f in self._table.columns]
        order = Qt.SortOrder.DescendingOrder if self._descending else Qt.SortOrder.AscendingOrder
        self.view.horizontalHeader().setSortIndicator(names.index(self._order) if self._order in names else -1, order)

    # ------------------------------------------------------------------ acting

    @Slot()
    def new(self) -> None:
        """An empty form."""
        self._around.go(FormPlace(self.kind))

    @Slot()
    def export(self) -> None:
        """This list as a file."""
        dialog = ExportDialog(self, self._desk, self.kind)
        if dialog.exec() and dialog.done_with is not None:
            done = dialog.done_with
            self._around.tell(_("{n} records written to {file}.", n=done["written"], file=Path(done["file"]).name))

    @Slot(QModelIndex)
    def _open_index(self, index: QModelIndex) -> None:
        record = self._table.id_at(index.row())
        if record is not None:
            self._around.go(FormPlace(self.kind, record))

    def remove(self) -> None:
        """Remove the chosen record at once; the message that says so takes it back."""
        record = self._table.id_at(self.view.currentIndex().row())
        if record is None or made_by_program(self._declared):
            return
        self._desk.act(
            self, lambda station, _progress: station.store.remove(self.kind, record, station.author),
            self._removed, self._refused,
        )  # fmt: skip

    def _removed(self, done: Done) -> None:
        self._error.say("")
        around, desk, entry = self._around, self._desk, done.entries[0]

        def back() -> None:
            desk.undo(desk, entry, lambda _done: around.tell(_("It is back.")), lambda r: around.tell(said(r)))

        around.tell(_("Removed. Its history stays."), _("Undo"), back)

    def _refused(self, refusal: Refusal) -> None:
        self._error.say(said(refusal))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if watched is self.view and enter and self.view.currentIndex().isValid():
                self._open_index(self.view.currentIndex())
                return True
            if watched is self.view and event.key() == Qt.Key.Key_Delete:
                self.remove()
                return True
            if watched is self._typed and (enter or event.key() == Qt.Key.Key_Down) and self._table.rowCount():
                self.view.setFocus()
                return True
        return False


#: How wide a column of a meaning is beside others.
_WEIGHTS: Final = {
    "text": 16, "person_name": 12, "reference": 16, "references": 18, "choices": 22, "choice": 13, "division": 18,
    "date": 12, "moment": 16, "time": 8, "hours": 10, "duration": 10, "money": 12, "area": 10, "weight": 12, "count": 9,
    "yes_no": 9, "phone": 14, "id_number": 18,
}  # fmt: skip
