"""The model of a long list: ids of everything, texts in blocks of 200 rows, fetched as they are shown."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from station_app.kinds.base import KINDS, Record
from station_app.messages import _
from station_app.spec.fields import Field
from station_app.spec.meanings import Wire
from station_app.store.records import Reader
from station_app.ui.desk import Desk
from station_app.ui.shown import show
from station_app.work.persons import hidden

BLOCK: Final = 200
#: Blocks kept: 12,000 rows of texts.
KEPT: Final = 60
#: Records a typed text may stand for when rows that refer to them are looked for.
REFERRED: Final = 40

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list shows: typed text, chosen values, order."""

    kind: str
    typed: str = ""
    where: Mapping[str, Wire] | None = None
    order: str = ""
    descending: bool = False


def columns_of(declared: type[Record]) -> list[Field]:
    """The columns of a kind's list: those it names, else its first open fields."""
    if declared.listed:
        return [declared.fields[name] for name in declared.listed]
    shown = [f for f in declared.fields.values() if f.meaning.name not in ("long_text", "data", "blob")]
    return shown[:6]


def ids_of(reader: Reader, wanted: Wanted) -> list[str]:
    """The ids of what is wanted, in order. Typed text is looked for in the records and in those they refer to."""
    declared = KINDS[wanted.kind]
    ordered = reader.ids(wanted.kind, wanted.order, wanted.descending, wanted.where)
    stored_only = hidden(reader, wanted.kind)
    if stored_only:
        ordered = [one for one in ordered if one not in stored_only]
    if not wanted.typed.strip():
        return ordered
    hits = {hit.id for hit in reader.find(wanted.typed, 5000, [wanted.kind])}
    for field in declared.fields.values():
        if field.meaning.name == "reference" and field.target and field.target != wanted.kind:
            for hit in reader.find(wanted.typed, REFERRED, [field.target]):
                hits.update(reader.ids(wanted.kind, where={field.name: hit.id}))
    return [one for one in ordered if one in hits]


def texts_of(reader: Reader, kind: str, ids: Sequence[str]) -> list[tuple[str, ...]]:
    """The row texts of these records."""
    columns = columns_of(KINDS[kind])
    rows = {
        found.id: tuple(show(f, found.fields.get(f.name), reader.caption) for f in columns)
        for found in reader.by_ids(kind, ids)
    }
    gone = ("",) * len(columns)
    return [rows.get(one, gone) for one in ids]


class RecordTable(QAbstractTableModel):
    """Rows of one kind."""

    #: How many rows there are now.
    counted = Signal(int)

    def __init__(self, desk: Desk, kind: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self.kind = desk, kind
        self.columns = columns_of(KINDS[kind])
        self._ids: list[str] = []
        self._blocks: OrderedDict[int, list[tuple[str, ...]]] = OrderedDict()
        self._asked: set[int] = set()
        self._round = 0
        self.loaded = False

    # ------------------------------------------------------------------ filling

    def show(self, wanted: Wanted, then: Callable[[], None] | None = None) -> None:
        """Read the ids of what is wanted, and the first block with them; the old rows stay until then."""
        self._round += 1
        mine = self._round

        def read(reader: Reader) -> tuple[int, list[str], list[tuple[str, ...]]]:
            ids = ids_of(reader, wanted)
            return mine, ids, texts_of(reader, wanted.kind, ids[:BLOCK])

        def arrived(answer: tuple[int, list[str], list[tuple[str, ...]]]) -> None:
            number, ids, first = answer
            if number != self._round:
                return
            self.beginResetModel()
            self._ids, self._blocks, self._asked = ids, OrderedDict({0: first}), set()
            self.loaded = True
            self.endResetModel()
            self.counted.emit(len(ids))
            if then is not None:
                then()

        self._desk.query(self, read, arrived)

    def id_at(self, row: int) -> str | None:
        """The record of a row."""
        return self._ids[row] if 0 <= row < len(self._ids) else None

    def row_of(self, record: str) -> int:
        """The row of a record; -1 when it is not shown."""
        try:
            return self._ids.index(record)
        except ValueError:
            return -1

    # ------------------------------------------------------------------ what Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return _(self.columns[section].title)
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return int(self._side(section) | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(self._side(index.column()) | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _side(self, column: int) -> Qt.AlignmentFlag:
        numeric = self.columns[column].meaning.numeric
        return Qt.AlignmentFlag.AlignRight if numeric else Qt.AlignmentFlag.AlignLeft

    def _text(self, row: int, column: int) -> str:
        block = row // BLOCK
        rows = self._blocks.get(block)
        if rows is None:
            self._fetch(block)
            return "…"
        self._blocks.move_to_end(block)
        return rows[row - block * BLOCK][column]

    def _fetch(self, block: int) -> None:
        if block in self._asked:
            return
        self._asked.add(block)
        mine, kind = self._round, self.kind
        ids = self._ids[block * BLOCK : (block + 1) * BLOCK]

        def read(reader: Reader) -> list[tuple[str, ...]]:
            return texts_of(reader, kind, ids)

        def arrived(rows: list[tuple[str, ...]]) -> None:
            self._asked.discard(block)
            if mine != self._round or not rows:
                return
            self._blocks[block] = rows
            while len(self._blocks) > KEPT:
                self._blocks.popitem(last=False)
            first = block * BLOCK
            self.dataChanged.emit(self.index(first, 0), self.index(first + len(rows) - 1, len(self.columns) - 1))

        self._desk.query(self, read, arrived)
