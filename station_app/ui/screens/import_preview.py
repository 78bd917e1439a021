"""What a ledger looks like before it is taken in: spoilt cells before and after, what each column means, who may be known."""

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from station_app.exchange.corrections import NOTHING
from station_app.messages import _
from station_app.ui.parts import button, label
from station_app.ui.theme import ROW, S2

#: Rows shown in a table; the command line and the workbook of refused rows have them all.
SHOWN: Final = 300
#: Pixels the tables have at least, when they have so many rows.
LEAST, MOST = 120, 260


def plain_table(titles: list[str], widths: tuple[int, ...], name: str) -> QTableWidget:
    """A table to be read: whole rows, no grid, the last column takes what is left."""
    table = QTableWidget(0, len(titles))
    table.setHorizontalHeaderLabels(titles)
    table.setAccessibleName(name)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(ROW)
    table.setShowGrid(False)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setTabKeyNavigation(False)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    for section, width in enumerate(widths):
        header.resizeSection(section, width)
    header.setSectionResizeMode(len(titles) - 1, QHeaderView.ResizeMode.Stretch)
    return table


def _fit(table: QTableWidget) -> None:
    table.resizeRowsToContents()
    needed = table.horizontalHeader().sizeHint().height() + table.verticalHeader().length() + 4
    table.setMinimumHeight(min(MOST, max(LEAST, needed)))


class Preview(QTabWidget):
    """Three looks at a planned import; asks for a second reading when a person accepts proposals or explains columns."""

    #: Read again, please: proposals accepted and columns explained are in ``accept`` and ``columns``.
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.accept: set[str] = set()
        self.columns: dict[str, str] = {}
        self._accepted: set[str] = set()
        self._explained: dict[str, str] = {}
        self.findings = plain_table(
            [_("Cell"), _("What stands there"), _("Proposed"), _("What happened, and what to do")],
            (170, 150, 176), _("Spoilt cells"),
        )  # fmt: skip
        self.findings.itemChanged.connect(self._ticked)
        self.again = button("", self._ask)
        self.fields = plain_table([_("Column"), _("Title in the file"), _("Taken as")], (110, 260), _("Columns"))
        self.read_again = button(_("Check again with these columns"), self._ask)
        self.twins = plain_table([_("Row"), _("May be"), _("Why")], (72, 200), _("People who may be known already"))
        self.addTab(self._page(self.findings, self._foot()), "")
        self.addTab(self._page(self.fields, self._columns_foot()), "")
        later = _("They are taken as new people. After the import “Find duplicates” shows both side by side.")
        self.addTab(self._page(self.twins, label(later, "secondary", wrap=True)), "")

    @staticmethod
    def _page(table: QTableWidget, foot: QWidget) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, S2, 0, 0)
        column.setSpacing(S2)
        column.addWidget(table, 1)
        column.addWidget(foot)
        return page

    def _foot(self) -> QWidget:
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(0, 0, 0, 0)
        self.every = button(_("Tick all proposals"), self._tick_all, "link")
        row.addWidget(self.every)
        row.addStretch(1)
        row.addWidget(self.again)
        return foot

    def _columns_foot(self) -> QWidget:
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(
            label(_("What you say here is remembered for ledgers with the same titles."), "secondary", wrap=True), 1
        )
        row.addWidget(self.read_again)
        return foot

    # ------------------------------------------------------------------ showing

    def forget(self) -> None:
        """Another file: nothing is accepted or explained yet."""
        self.accept, self.columns = set(), {}
        self._accepted, self._explained = set(), {}
        self.setCurrentIndex(0)

    def show_plan(self, summary: Mapping[str, Any], twins: list[dict[str, Any]]) -> None:
        """Fill the three tables from an import's summary."""
        self._accepted, self._explained = set(self.accept), dict(self.columns)
        self._show_findings(summary["findings"])
        self._show_columns(summary["mapping"], summary["fields"])
        self._show_twins(twins)
        spoilt, columns, known = len(summary["findings"]), len(summary["mapping"]), len(twins)
        titles = (
            _("Spoilt cells ({n})", n=spoilt), _("Columns ({n})", n=columns), _("Known already? ({n})", n=known),
        )  # fmt: skip
        for number, (title, many) in enumerate(zip(titles, (spoilt, columns, known), strict=True)):
            self.setTabText(number, title)
            self.setTabVisible(number, many > 0)

    def _show_findings(self, findings: list[Mapping[str, Any]]) -> None:
        self.findings.blockSignals(True)
        self.findings.setRowCount(min(len(findings), SHOWN))
        for row, found in enumerate(findings[:SHOWN]):
            before = "" if found["before"] is None else str(found["before"])
            after = _("cannot be restored: look at the paper") if found["after"] is None else str(found["after"])
            place = QTableWidgetItem(f"{found['cell']} {found['column']}")
            place.setData(Qt.ItemDataRole.UserRole, f"{found['sheet']}!{found['cell']}")
            place.setToolTip(str(found["sheet"]))
            if found["can_be_accepted"]:
                place.setFlags(place.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                place.setCheckState(Qt.CheckState.Checked if found["accepted"] else Qt.CheckState.Unchecked)
            self.findings.setItem(row, 0, place)
            for section, text in enumerate((before, after, str(found["message"])), start=1):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.findings.setItem(row, section, item)
        self.findings.blockSignals(False)
        self.every.setVisible(any(f["can_be_accepted"] for f in findings))
        _fit(self.findings)
        self._say()

    def _show_columns(self, mapping: list[dict[str, Any]], fields: Mapping[str, str]) -> None:
        self.fields.setRowCount(len(mapping))
        sheets = {one["sheet"] for one in mapping}
        for row, one in enumerate(mapping):
            place = f"{one['sheet']} {one['column']}" if len(sheets) > 1 else str(one["column"])
            self.fields.setItem(row, 0, QTableWidgetItem(place))
            self.fields.setItem(row, 1, QTableWidgetItem(str(one["title"])))
            box = QComboBox()
            box.addItem(_("not imported"), NOTHING)
            for name, title in fields.items():
                box.addItem(str(title), name)
            box.setCurrentIndex(max(box.findData(one["field"]), 0))
            box.setAccessibleName(_("What the column {column} means", column=place))
            key = str(one["title"]).rpartition("·")[2] if len(sheets) > 1 else str(one["column"])
            box.currentIndexChanged.connect(lambda _i, key=key, box=box: self._explain(key, str(box.currentData())))
            self.fields.setCellWidget(row, 2, box)
        _fit(self.fields)
        self.read_again.setEnabled(False)

    def _show_twins(self, twins: list[dict[str, Any]]) -> None:
        self.twins.setRowCount(min(len(twins), SHOWN))
        for row, twin in enumerate(twins[:SHOWN]):
            other = (
                _("row {row} of this file", row=twin["other_row"]) if twin["other_row"] is not None else twin["title"]
            )
            for section, text in enumerate((str(twin["row"]), str(other), "、".join(twin["reasons"]))):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.twins.setItem(row, section, item)
        _fit(self.twins)

    # ------------------------------------------------------------------ asking

    def _ticked(self, item: QTableWidgetItem) -> None:
        if item.column() != 0 or not item.flags() & Qt.ItemFlag.ItemIsUserCheckable:
            return
        place = str(item.data(Qt.ItemDataRole.UserRole))
        if item.checkState() is Qt.CheckState.Checked:
            self.accept.add(place)
        else:
            self.accept.discard(place)
        self._say()

    def _tick_all(self) -> None:
        for row in range(self.findings.rowCount()):
            item = self.findings.item(row, 0)
            if item is not None and item.flags() & Qt.ItemFlag.ItemIsUserCheckable:
                item.setCheckState(Qt.CheckState.Checked)
        self.again.setFocus()

    def _say(self) -> None:
        self.again.setText(_("Put in {n} proposals and check again", n=len(self.accept)))
        self.again.setEnabled(self.accept != self._accepted)

    def _explain(self, key: str, field: str) -> None:
        self.columns[key] = field
        self.read_again.setEnabled(self.columns != self._explained)

    def _ask(self) -> None:
        self.changed.emit()
