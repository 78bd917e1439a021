"""Import: a ledger is read and shown first, then taken in whole, and can be taken back whole; refused rows leave as a workbook."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from station_app.compose import OpenStation, possible_duplicates, take_in
from station_app.exchange.importing import Plan, plan_file
from station_app.exchange.refusals import SheetRefusal
from station_app.exchange.refused import write_refused
from station_app.kinds.base import KINDS
from station_app.messages import Refusal, _
from station_app.store.change import Done
from station_app.store.roles import Action
from station_app.ui.desk import Desk
from station_app.ui.jobs import Progress
from station_app.ui.pages.list_page import made_by_program
from station_app.ui.parts import Heading, Message, Working, button, card, label, scrolling
from station_app.ui.places import Around, ListPlace, Page, ScreenPlace
from station_app.ui.refusals import said
from station_app.ui.screens.earlier_imports import EarlierImports
from station_app.ui.screens.import_preview import Preview, plain_table
from station_app.ui.theme import S2, S3, S4, S6

#: Ledgers stations keep stand first.
FIRST: Final = ("elder", "farm_plot", "volunteer_hours", "resident")
#: Refused rows shown here; the workbook has them all.
SHOWN: Final = 300
#: Notices about the whole file shown at first; the others come when asked for.
NOTICES: Final = 6
#: Pixels the list of refused rows has at least, when it has so many.
TABLE: Final = 240


class ImportScreen(Page):
    """Choose, look, take in, and take back."""

    def __init__(self, desk: Desk, around: Around) -> None:
        super().__init__()
        self.setObjectName("page")
        self._desk, self._around = desk, around
        self._plan: Plan | None = None
        self._path: Path | None = None
        self._progress: Progress | None = None
        self._round = 0
        self._asked: QWidget | None = None  # what asked for a second look
        self._offered = False
        column = QVBoxLayout(self)
        column.setContentsMargins(S6, S4, S6, S4)
        column.setSpacing(S4)
        heading = Heading(_("Import a ledger"), _("Nothing is written before you have seen what would happen."))
        heading.add(button(_("Earlier imports…"), self.show_earlier))
        if desk.may(Action.MERGE_PEOPLE):
            heading.add(button(_("Find duplicates"), lambda: around.go(ScreenPlace("duplicates"))))
        column.addWidget(heading)
        self.message = Message("errors")
        column.addWidget(self.message)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(S4)
        inner.addWidget(self._choosing())
        self.working = Working(self._stop)
        inner.addWidget(self.working)
        self._result = self._preview()
        self._result.hide()
        inner.addWidget(self._result, 1)
        inner.addStretch(0)
        column.addWidget(scrolling(body), 1)

    # ------------------------------------------------------------------ parts

    def _choosing(self) -> QFrame:
        frame, column = card()
        row = QHBoxLayout()
        row.setSpacing(S3)
        self.kind = QComboBox()
        self.kind.setMinimumWidth(200)
        for kind in [*FIRST, *(k for k in KINDS if k not in FIRST)]:
            if kind in KINDS and not made_by_program(KINDS[kind]):
                self.kind.addItem(KINDS[kind].titled(), kind)
        what = label(_("Kind of ledger"))
        what.setBuddy(self.kind)
        self.kind.setAccessibleName(_("Kind of ledger"))
        row.addWidget(what)
        row.addWidget(self.kind)
        self.choose = button(_("Choose a file…"), self._choose, "primary")
        row.addWidget(self.choose)
        self.file = label(_("Workbooks (.xlsx, .xls), text tables (.csv) and our own exports"), "secondary", wrap=True)
        row.addWidget(self.file, 1)
        column.addLayout(row)
        return frame

    def _preview(self) -> QFrame:
        frame, column = card()
        self._title = label("", "heading")
        column.addWidget(self._title)
        numbers = QGridLayout()
        numbers.setHorizontalSpacing(S6)
        self._counts: dict[str, QLabel] = {}
        titles = {
            "read": _("rows read"), "added": _("new"), "changed": _("changed (rows)"), "same": _("the same"), "refused": _("refused"),
        }  # fmt: skip
        for place, (name, title) in enumerate(titles.items()):
            self._counts[name] = label("0", "number")
            numbers.addWidget(self._counts[name], 0, place)
            numbers.addWidget(label(title, "secondary"), 1, place)
        numbers.setColumnStretch(len(titles), 1)
        column.addLayout(numbers)
        self.remarks = label("", "secondary", wrap=True)
        self.remarks.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.remarks)
        self._said: list[str] = []
        self.more = button("", self._show_all, "link")
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self.blanks = QCheckBox(_("Blank tick boxes all mean “no”"))
        self.blanks.setToolTip(_("Otherwise a blank stays unknown: nobody has said yes or no."))
        self.blanks.toggled.connect(self._other_meaning)
        column.addWidget(self.blanks)
        self._refused_title = label("", "strong")
        column.addWidget(self._refused_title)
        titles_of = [_("Row"), _("Column"), _("What stands there"), _("Why, and what to do")]
        self.table = plain_table(titles_of, (72, 160, 200), _("Refused rows"))
        column.addWidget(self.table, 1)
        self.preview = Preview()
        self.preview.changed.connect(self._look_again)
        column.addWidget(self.preview)
        foot = QHBoxLayout()
        foot.setSpacing(S2)
        self.keep = button(_("Save the refused rows…"), self._keep)
        self.keep.setToolTip(_("A workbook with the reason beside each cell: mend it there and import it again."))
        foot.addWidget(self.keep)
        foot.addStretch(1)
        self.drop = button(_("Do not import"), self._drop)
        foot.addWidget(self.drop)
        self.take = button("", self._take, "primary")
        foot.addWidget(self.take)
        column.addLayout(foot)
        return frame

    # ------------------------------------------------------------------ reading

    def begin(self) -> None:
        self.kind.setFocus()

    def _choose(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(
            self, _("Choose a ledger"), "", _("Ledgers") + " (*.xlsx *.xls *.ods *.csv *.json)"
        )
        if name:
            self.read(Path(name))

    def read(self, path: Path) -> None:
        """Read a file and show what importing it would do."""
        self._forget()
        self.message.say("")
        self.file.setText(path.name)
        self._path = path
        self._set_blanks(False)
        self.preview.forget()
        self._read()

    @Slot()
    def show_earlier(self) -> None:
        """The list of imports, from which one can be taken back."""
        EarlierImports(self, self._desk).open()

    @Slot()
    def _other_meaning(self) -> None:
        """The same file once more, blank ticks taken the other way."""
        self._asked = self.blanks
        self._look_again()

    @Slot()
    def _look_again(self) -> None:
        """The same file once more, as a person has said; what is shown stays until the answer comes."""
        if self._plan is not None:
            self._round += 1
            self.take.setEnabled(False)
            self.keep.setEnabled(False)
            self._read()

    def _read(self) -> None:
        path, kind, blank_is_no = self._path, str(self.kind.currentData()), self.blanks.isChecked()
        if self._plan is not None:
            kind = self._plan.kind  # the list of kinds may have been moved on since
        assert path is not None
        self.working.begin(_("Reading {file}…", file=path.name))
        self.choose.setEnabled(False)
        mine = self._round
        columns, accept = dict(self.preview.columns), set(self.preview.accept)

        def planned(station: OpenStation) -> tuple[int, Plan | Refusal, list[dict[str, Any]]]:
            plan = plan_file(station.store, kind, path, blank_is_no=blank_is_no, columns=columns, accept=accept)
            return mine, plan, [] if isinstance(plan, Refusal) else possible_duplicates(station, plan)

        self._desk.ask(self, planned, self._planned)

    def _planned(self, answer: tuple[int, Plan | Refusal, list[dict[str, Any]]]) -> None:
        mine, plan, twins = answer
        if mine != self._round:
            return
        self._end()
        self._asked = None
        if isinstance(plan, Refusal):
            if self._plan is None or plan.code is not SheetRefusal.NO_HEADER:
                self._forget()
            else:  # a column explained away: what was shown before holds, and can be explained anew
                self.preview.columns.clear()
                self.take.setEnabled(self._news() > 0)
            self.message.say(said(plan), "errors")
            return
        self.message.say("")
        again, self._plan = self._plan is not None, plan
        self.keep.setEnabled(True)
        counts = plan.counts()
        for name, shown in self._counts.items():
            shown.setText(f"{counts[name]:,}")
        self._title.setText(_("What importing {file} would do", file=self.file.text()))
        summary = plan.summary()
        self._said = remarks_of(summary)
        self._show_remarks(NOTICES)
        self.blanks.setVisible(has_ticks(plan))
        self.preview.show_plan(summary, twins)
        refused = summary["refused"]
        self._refused_title.setText(_("Refused rows: nothing of them is written") if refused else "")
        self._refused_title.setVisible(bool(refused))
        self.table.setVisible(bool(refused))
        self.keep.setVisible(bool(refused))
        self.table.setRowCount(min(len(refused), SHOWN))
        for number, row in enumerate(refused[:SHOWN]):
            place = f"{row['sheet']} {row['row']}" if "sheet" in row else str(row["row"])
            value = "" if row["value"] is None else str(row["value"])
            for section, text in enumerate((place, str(row["column"]), value, str(row["message"]))):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(number, section, item)
        self.table.resizeRowsToContents()
        needed = self.table.horizontalHeader().sizeHint().height() + self.table.verticalHeader().length() + 4
        self.table.setMinimumHeight(min(TABLE, needed))
        news = self._news()
        self.take.setText(_("Import {n} rows", n=f"{news:,}") if news else _("Nothing new to import"))
        self.take.setEnabled(news > 0)
        self._result.show()
        if not again:
            (self.take if news else self.drop).setFocus()

    def _news(self) -> int:
        counts = self._plan.counts() if self._plan is not None else {"added": 0, "changed": 0}
        return counts["added"] + counts["changed"]

    def _show_remarks(self, most: int) -> None:
        shown = self._said if len(self._said) <= most + 1 else self._said[:most]
        self.remarks.setText("\n".join(f"· {text}" for text in shown))
        self.remarks.setVisible(bool(shown))
        rest = len(self._said) - len(shown)
        self.more.setText(_("Show {n} more notices", n=rest))
        self.more.setVisible(rest > 0)

    def _show_all(self) -> None:
        self._show_remarks(len(self._said))
        (self.blanks if self.blanks.isVisible() else self.drop).setFocus()

    def _set_blanks(self, checked: bool) -> None:
        self.blanks.blockSignals(True)
        self.blanks.setChecked(checked)
        self.blanks.blockSignals(False)

    # ------------------------------------------------------------------ taking in

    def _take(self) -> None:
        plan = self._plan
        if plan is None:
            return
        self.take.setEnabled(False)
        self.choose.setEnabled(False)
        self.working.begin(_("Importing…"))

        def taken(station: OpenStation, progress: Progress) -> Done | Refusal:
            return take_in(station, plan, lambda done, of: progress.at(done, of))

        self._progress = self._desk.act(self, taken, self._taken, self._not_taken, self.working.at)

    def _taken(self, done: Done) -> None:
        counts = self._plan.counts() if self._plan is not None else {"added": 0, "changed": 0}
        kind = str(self.kind.currentData())
        self._end()
        self._forget()
        self.message.say(
            _(
                "Imported: {added} new, {changed} changed. Everything of this import can be taken back at once.",
                **counts,
            ),
            "success",
        )
        self._offer(_("Take the import back"), lambda: self._take_back(done.entries[0]))
        self._around.tell(_("Imported."), _("Show the list"), lambda: self._around.go(ListPlace(kind)))

    def _not_taken(self, refusal: Refusal) -> None:
        self._end()
        self.take.setEnabled(True)
        self.message.say(said(refusal), "errors")

    def _take_back(self, entry: str) -> None:
        self.message.action.setEnabled(False)
        self._desk.undo(self, entry, self._gone, lambda refusal: self.message.say(said(refusal), "errors"))

    def _gone(self, _done: Done) -> None:
        self.message.action.hide()
        self.message.say(_("The import was taken back: the records are as they were before."), "notice")

    # ------------------------------------------------------------------ pieces

    def _offer(self, text: str, do: Callable[[], None]) -> None:
        action = self.message.action
        action.setText(text)
        action.setEnabled(True)
        if self._offered:
            action.clicked.disconnect()
        self._offered = True
        action.clicked.connect(lambda _checked=False: do())
        action.show()

    @Slot()
    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.cancel()
        else:
            self._round += 1  # a reading that is under way is not waited for
            self._end()
            if self._plan is not None:  # the other meaning of blanks was not reached: what is shown holds
                if self._asked is self.blanks:
                    self._set_blanks(not self.blanks.isChecked())
                self._asked = None
                self.take.setEnabled(self._news() > 0)
                self.keep.setEnabled(True)

    def _end(self) -> None:
        self.working.end()
        self._progress = None
        self.choose.setEnabled(True)

    def _forget(self) -> None:
        self._plan = None
        self._round += 1
        self._result.hide()
        self.message.action.hide()

    @Slot()
    def _drop(self) -> None:
        self._forget()
        self.message.say(_("Nothing was imported."), "notice")
        self.choose.setFocus()

    @Slot()
    def _keep(self) -> None:
        plan = self._plan
        if plan is None:
            return
        name, _filter = QFileDialog.getSaveFileName(
            self, _("Save the refused rows…"), _("refused rows") + ".xlsx", _("Workbook") + " (*.xlsx)"
        )
        if name:
            path = Path(name if name.endswith(".xlsx") else f"{name}.xlsx")
            self._desk.ask(
                self, lambda _station: write_refused(plan, path),
                lambda n: self.message.say(_("{n} refused rows were saved in {file}.", n=n, file=path), "success"),
                lambda refusal: self.message.say(said(refusal), "errors"),
            )  # fmt: skip


def remarks_of(summary: dict[str, Any]) -> list[str]:
    """What is to be known of the file as a whole, in sentences."""
    found: list[str] = []
    warnings = len({(w.get("sheet"), w["row"]) for w in summary["warnings"]})
    if warnings:
        found.append(_("{n} rows are taken with a remark: please look at them afterwards.", n=warnings))
    if summary["skipped"]:
        found.append(_("{n} lines are no data (titles, sums, blanks) and are passed over.", n=summary["skipped"]))
    # What touches rows comes first, then sheets, then columns from left to right.
    ordered = sorted(
        summary["notices"], key=lambda n: ("rows" not in n, "cell" in n, len(n.get("cell", "")), n.get("cell", ""))
    )
    for notice in ordered:
        where = _("column {cell}", cell=notice["cell"]) if "cell" in notice else ""
        if "rows" in notice:
            where = _("{n} rows", n=f"{notice['rows']:,}")
        found.append(
            _("{sentence} ({where})", sentence=notice["message"], where=where) if where else str(notice["message"])
        )
    return found


def has_ticks(plan: Plan) -> bool:
    """Whether the file has tick columns, so that one can say what a blank in them means."""
    return any(table.has(flag) for table in plan.judged.tables for flag in plan.judged.ledger.flags)
