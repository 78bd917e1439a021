"""People who may stand in the register twice: both side by side, differences marked; merged, told apart, or left for later."""

from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QBrush, QColor, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from station_app.compose import Offered, OpenStation, find_duplicates, look_at_merge, merge_people, tell_apart
from station_app.kinds.base import KINDS
from station_app.messages import Refusal, _
from station_app.store.change import Done
from station_app.store.roles import Action
from station_app.ui.desk import Desk
from station_app.ui.jobs import Progress
from station_app.ui.parts import Heading, Message, button, label
from station_app.ui.places import Around, FormPlace, Page
from station_app.ui.refusals import said
from station_app.ui.screens.import_preview import plain_table
from station_app.ui.shown import show
from station_app.ui.theme import LIGHT, S1, S2, S3, S4, S6
from station_app.work.merging import BOTH, KEEP, OTHER, Merging

#: Pairs listed; the next come when these are decided.
LISTED: Final = 200
_FIELD, _LEFT, _RIGHT = 0, 1, 2


class DuplicatesScreen(Page):
    """The pairs on the left, both records on the right; 1 and 2 merge, 0 tells apart, ↓ goes on."""

    def __init__(self, desk: Desk, around: Around) -> None:
        super().__init__()
        self.setObjectName("page")
        self._desk, self._around = desk, around
        self.pairs: list[Offered] = []
        self.merging: Merging | None = None
        self.choices: dict[str, str] = {}
        self._last = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(S6, S4, S6, S4)
        column.setSpacing(S4)
        self._heading = Heading(_("One person twice?"), _("The register is looked through…"))
        self.back = button(_("Take the last answer back"), self.undo)
        self.back.hide()
        self._heading.add(self.back)
        column.addWidget(self._heading)
        self.message = Message("errors")
        column.addWidget(self.message)
        row = QHBoxLayout()
        row.setSpacing(S4)
        self.list = QListWidget()
        self.list.setAccessibleName(_("Pairs that may be one person"))
        self.list.setMinimumWidth(240)
        self.list.setMaximumWidth(320)
        self.list.setWordWrap(True)
        self.list.setSpacing(S1)
        self.list.currentRowChanged.connect(self._chosen)
        row.addWidget(self.list)
        row.addWidget(self._right(), 1)
        column.addLayout(row, 1)
        for key, pressed in (("0", self.apart), ("1", self.keep_left), ("2", self.keep_right)):
            QShortcut(QKeySequence(key), self, pressed.click, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _right(self) -> QWidget:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S3)
        self.why = label("", "strong", wrap=True)
        self.open = button(_("Open the left one"), self._open, "link")
        head = QHBoxLayout()
        head.addWidget(self.why, 1)
        head.addWidget(self.open)
        column.addLayout(head)
        self.table: QTableWidget = plain_table([_("Field"), "1", "2"], (130, 220), _("Both records side by side"))
        self.table.horizontalHeader().setSectionResizeMode(_LEFT, QHeaderView.ResizeMode.Stretch)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.table.cellClicked.connect(self._take)
        self.table.cellActivated.connect(self._take)
        column.addWidget(self.table, 1)
        self.moves = label("", "secondary", wrap=True)
        column.addWidget(self.moves)
        foot = QHBoxLayout()
        foot.setSpacing(S2)
        self.apart = button(_("0   Two different people"), self.tell_apart)
        self.keep_left = button(_("1   Merge, keep the left one"), lambda: self.merge(left=True), "primary")
        self.keep_right = button(_("2   Merge, keep the right one"), lambda: self.merge(left=False))
        foot.addWidget(self.apart)
        foot.addStretch(1)
        for one in (self.keep_left, self.keep_right):
            foot.addWidget(one)
        column.addLayout(foot)
        return right

    # ------------------------------------------------------------------ showing

    def begin(self) -> None:
        self._load()

    def _load(self) -> None:
        self._desk.ask(self, lambda station: find_duplicates(station, "", LISTED), self._show, self._refused)

    def _show(self, found: list[Offered]) -> None:
        self.pairs = found
        self.list.clear()
        for one in found:
            item = QListWidgetItem(f"{one.one.title} / {one.other.title}\n{'、'.join(one.pair.reasons)}")
            item.setToolTip(item.text())
            self.list.addItem(item)
        self._heading.subtitle.setText(
            _("{n} pairs may be one person. Nothing is merged by itself.", n=len(found))
            if found
            else _("No two records look like one person.")
        )
        if found:
            self.list.setCurrentRow(0)
            self.list.setFocus()
        else:
            self._nothing()

    def _nothing(self) -> None:
        self.merging = None
        self.why.setText("")
        self.moves.setText("")
        self.table.setRowCount(0)
        for one in (self.apart, self.keep_left, self.keep_right, self.open):
            one.setEnabled(False)

    @Slot(int)
    def _chosen(self, row: int) -> None:
        self._nothing()
        if not 0 <= row < len(self.pairs):
            return
        pair = self.pairs[row].pair
        self.why.setText(_("{score} of 100: {reasons}", score=pair.score, reasons="、".join(pair.reasons)))

        def looked(station: OpenStation) -> tuple[Merging, dict[str, tuple[str, str]]] | Refusal:
            merging = look_at_merge(station, pair.kind, pair.one, pair.other)
            if isinstance(merging, Refusal):
                return merging
            fields = KINDS[pair.kind].fields
            with station.store.reading() as reader:
                texts = {
                    side.name: (
                        show(fields[side.name], side.keep, reader.caption), show(fields[side.name], side.other, reader.caption)
                    )
                    for side in merging.sides
                }  # fmt: skip
            return merging, texts

        self._desk.ask(self, looked, lambda found: self._side_by_side(*found), self._refused)

    def _side_by_side(self, merging: Merging, texts: dict[str, tuple[str, str]]) -> None:
        self.merging = merging
        self.choices = {side.name: side.take for side in merging.sides}
        declared = KINDS[merging.kind]
        self.table.setRowCount(len(merging.sides))
        marked = QBrush(QColor(LIGHT.warn))
        heavy = self.table.font()
        heavy.setBold(True)
        for row, side in enumerate(merging.sides):
            # Bold, coloured and marked: nobody has to tell two colours apart.
            title = QTableWidgetItem(_(declared.fields[side.name].title) + ("  ≠" if side.differs else ""))
            title.setFlags(title.flags() & ~Qt.ItemFlag.ItemIsSelectable)
            self.table.setItem(row, _FIELD, title)
            for section, text in ((_LEFT, texts[side.name][0]), (_RIGHT, texts[side.name][1])):
                item = QTableWidgetItem(text)
                item.setData(Qt.ItemDataRole.UserRole, text)
                if side.differs:
                    for cell in (item, title):
                        cell.setForeground(marked)
                        cell.setFont(heavy)
                self.table.setItem(row, section, item)
            self._mark(row)
        self.table.resizeRowsToContents()
        moved = "、".join(f"{KINDS[k].titled()} {n}" for k, n in merging.moved.items())
        text = (
            _("What refers to the one merged away will refer to the one that stays: {what}.", what=moved)
            if moved
            else ""
        )
        if merging.staying:
            stay = "、".join(f"{KINDS[k].titled()} {n}" for k, n in merging.staying.items())
            text += _("These are never changed once written and keep naming it: {what}.", what=stay)
        self.moves.setText(text)
        may = self._desk.may(Action.MERGE_PEOPLE)
        for one in (self.keep_left, self.keep_right):
            one.setEnabled(may)
        self.apart.setEnabled(self._desk.may(Action.WRITE_PEOPLE))
        self.open.setEnabled(True)

    def _mark(self, row: int) -> None:
        """A tick before what will stand in the merged record."""
        assert self.merging is not None
        take = self.choices[self.merging.sides[row].name]
        for section, which in ((_LEFT, KEEP), (_RIGHT, OTHER)):
            item = self.table.item(row, section)
            if item is not None:
                text = str(item.data(Qt.ItemDataRole.UserRole))
                item.setText(f"✓ {text}" if take in (which, BOTH) and text else text)

    @Slot(int, int)
    def _take(self, row: int, section: int) -> None:
        """A click (or Enter) on a value takes it; on a list that both have, once more takes both."""
        if self.merging is None or section == _FIELD:
            return
        side = self.merging.sides[row]
        wanted = KEEP if section == _LEFT else OTHER
        both = isinstance(side.keep, list) and isinstance(side.other, list) and self.choices[side.name] == wanted
        self.choices[side.name] = BOTH if both else wanted
        self._mark(row)

    # ------------------------------------------------------------------ answering

    def merge(self, *, left: bool) -> None:
        """Merge the pair shown; ``left``: the left record stays."""
        merging = self.merging
        if merging is None:
            return
        keep, other = (merging.keep.id, merging.other.id) if left else (merging.other.id, merging.keep.id)
        turned = {KEEP: KEEP if left else OTHER, OTHER: OTHER if left else KEEP, BOTH: BOTH}
        choices = {name: turned[take] for name, take in self.choices.items()}
        kind = merging.kind
        self._nothing()

        def work(station: OpenStation, _progress: Progress) -> Done | Refusal:
            return merge_people(station, kind, keep, other, choices)

        self._desk.act(self, work, lambda done: self._done(done, _("Merged into one.")), self._refused)

    def tell_apart(self) -> None:
        """Remember that the pair shown is two people."""
        merging = self.merging
        if merging is None:
            return
        kind, one, other = merging.kind, merging.keep.id, merging.other.id
        self._nothing()

        def work(station: OpenStation, _progress: Progress) -> Done | Refusal:
            return tell_apart(station, kind, one, other)

        self._desk.act(self, work, lambda done: self._done(done, _("Noted: two different people. Nobody will be asked again.")), self._refused)  # fmt: skip

    def _done(self, done: Done, text: str) -> None:
        self._last = done.entries[0] if done.entries else ""
        self.back.setVisible(bool(self._last))
        self.message.say(text, "success")
        self._load()

    @Slot()
    def undo(self) -> None:
        """Take the last answer back."""
        self._desk.undo(self, self._last, self._undone, self._refused)

    def _undone(self, _done: Done) -> None:
        self.back.hide()
        self.message.say(_("Taken back: both records are as they were."), "notice")
        self._load()

    def _open(self) -> None:
        if self.merging is not None:
            self._around.go(FormPlace(self.merging.kind, self.merging.keep.id))

    def _refused(self, refusal: Refusal) -> None:
        self.message.say(said(refusal), "errors")
        self._chosen(self.list.currentRow())
