"""Looks a judged ledger over for what a spreadsheet has destroyed, and says of each cell what stood there and what is proposed.

Nothing is changed here: a proposal is put into a cell only when a person accepts it (:func:`accepted`).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from statistics import median
from typing import Final, Protocol

from station_app.exchange import doctor_cells as cells
from station_app.exchange.damage import Damage, Damaged
from station_app.exchange.headers import squeeze
from station_app.exchange.judging import Judged
from station_app.exchange.layout import Skip
from station_app.exchange.ledgers import extras
from station_app.exchange.ledgers.table import Finding, Line, Table
from station_app.exchange.mapping import content
from station_app.exchange.sheets import Cell, Sheet, Workbook
from station_app.kinds.base import KINDS
from station_app.values.id_numbers import read_id_number
from station_app.values.text import is_empty

#: What a ledger's own fields hold where neither their looks nor a kind's declaration says so.
_SORTS: Final = {
    "harvest": "weight",
    "birth_date": "date",
    "times": "time",
    "remark": "words",
    "content": "words",
    "age": "number",
}
_MEANINGS: Final = {
    "id_number": "id", "phone": "phone", "date": "date", "moment": "date", "time": "time", "hours": "hours", "duration": "hours",
    "area": "area", "weight": "weight", "money": "number", "count": "number", "person_name": "name", "long_text": "words", "data": "words",
}  # fmt: skip
#: Sorts by whose cells one sees that a row is shifted.
_TYPED: Final = frozenset({"id", "phone", "date", "sex", "time"})
#: How most cells of these columns look: those need no second look.
_USUAL: Final = {
    "id": re.compile(r"\d{17}[\dX]\Z"),
    "phone": re.compile(r"1\d{10}\Z"),
    "date": re.compile(r"(?:19|20)\d\d[-./年]\d"),
    "sex": re.compile(r"[男女]\Z"),
    "time": re.compile(r"\d{1,2}:\d\d"),
}
_FAR: Final = (1, -1, 2, -2)
#: Nobody's plot in a public farm is larger (亩); an outlier of its column is looked at from 50 on.
_LARGEST, _LARGE = 200.0, 50.0
_FILLED: Final = {"merged": Damage.MERGED_DOWN, "above": Damage.FILLED_DOWN, "ditto": Damage.DITTO}


class Remembered(Protocol):
    """What the store knows of people, as far as a cut number can be completed by it."""

    def numbers_like(self, name: str, first: str) -> list[str]:
        """Identity numbers of people of this name that begin so."""


def examine(judged: Judged, today: date, known: Remembered | None = None) -> list[Damaged]:
    """Every finding of a workbook, in the order of sheets and rows."""
    found: list[Damaged] = []
    for table in judged.tables:
        one = _Doctor(judged, table, today, known)
        found.extend(sorted(one.findings(), key=lambda d: (-1 if d.row is None else d.row, d.column or 0)))
    return found


def accepted(workbook: Workbook, proposals: Iterable[Damaged]) -> None:
    """Put the proposals a person accepted into the cells of a workbook just read."""
    sheets = {sheet.name: sheet for sheet in workbook.sheets}
    for one in proposals:
        if one.row is None or one.sheet not in sheets:
            continue
        row = sheets[one.sheet].rows[one.row]
        for column, cell in one.mends:
            row.extend([None] * (column + 1 - len(row)))
            row[column] = cell


class _Doctor:
    """One table."""

    def __init__(self, judged: Judged, table: Table, today: date, known: Remembered | None) -> None:
        self.judged, self.table, self.today, self.known = judged, table, today, known
        self.sheet: Sheet = table.sheet
        looks = {meant.field: meant.looks for meant in judged.ledger.meant}
        self.sorts: dict[int, tuple[str, str]] = {
            column: (field, self._sort(field, looks.get(field, "")))
            for field, columns in table.mapping.columns.items()
            for column in columns
        }
        self.rows = [line.number for line in table.lines]

    def _sort(self, field: str, looks: str) -> str:
        if field in _SORTS:
            return _SORTS[field]
        if looks not in ("", "number"):
            return looks.split("|")[0]
        ledger = self.judged.ledger.kind
        name = field.rpartition(".")[2]
        for kind in dict.fromkeys((ledger, *extras.KINDS_OF.get(ledger, ()))):
            declared = KINDS[kind].fields.get(name) if kind in KINDS else None
            if declared is not None:
                return _MEANINGS.get(declared.meaning.name, "text")
        return looks or "text"

    def _title(self, column: int) -> str:
        title, parent = self.table.layout.columns.titles.get(column, ("", ""))
        said = squeeze(title)
        return f"{squeeze(parent)}·{said}" if parent and squeeze(parent) != said else said

    def _made(
        self, damage: Damage, row: int | None, column: int | None, before: Cell = None, after: str | None = None
    ) -> Damaged:
        return Damaged(
            damage, self.sheet.name, row, column, "" if column is None else self._title(column), before, after
        )

    def findings(self) -> Iterator[Damaged]:
        """All of this table's, in no order."""
        if self.sheet.wire:
            return
        yield from self._structure()
        filled = {(one.column, row) for one in self.table.layout.filled for row in range(one.first, one.last + 1)}
        shifted: set[int] = set()
        for found in self._shifted():
            shifted.add(found.row or 0)
            yield found
        people: dict[int, Damaged] = {}
        for column, (_field, sort) in self.sorts.items():
            if self.judged.ledger.own and self.table.mapping.columns.get(self.judged.ledger.own):
                break  # our own export: as we wrote it
            examiner = self._examiner(column, sort)
            for row in self.rows:
                cell = self.sheet.at(row, column)
                if cell is None or row in shifted or (column, row) in filled:
                    continue
                hurt = cells.any_cell(cell) or (examiner(cell) if examiner is not None else None)
                if hurt is None:
                    continue
                damage, after, mend = hurt
                made = replace(
                    self._made(damage, row, column, cell, after), mends=() if mend is None else ((column, mend),)
                )
                if damage in (Damage.SEVERAL_PEOPLE, Damage.SEVERAL_IDS):
                    people.setdefault(row, made)
                else:
                    yield self._completed(made)
        for made in people.values():
            yield self._parted(made)
        yield from self._persons()

    # ------------------------------------------------------------------ cells

    def _examiner(self, column: int, sort: str) -> Callable[[Cell], cells.Found | None] | None:
        unit = self.table.mapping.units.get(self.sorts[column][0], "")
        on = self.table.when.on(self.today)
        if sort == "area":
            return partial(cells.area, unit=unit, most=self._most(column))
        if sort == "text":
            return self._zeros(column)
        examiners: dict[str, Callable[[Cell], cells.Found | None]] = {
            "id": partial(cells.id_number, today=on),
            "name": lambda cell: cells.name(cell) or cells.not_a_day(cell),
            "phone": cells.phone,
            "date": partial(cells.day, date1904=self.sheet.date1904),
            "weight": lambda cell: cells.weight(cell, unit) or cells.amount_made_a_day(cell),
            "hours": lambda cell: cells.hours(cell, unit) or cells.amount_made_a_day(cell),
            "number": cells.amount_made_a_day,
        }
        return examiners.get(sort)

    def _most(self, column: int) -> float:
        """Beyond which a bare number of this column is no 亩: far from its other numbers."""
        numbers = [
            c for r in self.rows if isinstance(c := self.sheet.at(r, column), int | float) and not isinstance(c, bool)
        ]
        return min(_LARGEST, max(_LARGE, 15 * median(numbers))) if len(numbers) >= 3 else _LARGEST

    def _zeros(self, column: int) -> Callable[[Cell], cells.Found | None]:
        """A column of numbers such as 0012, where some cells have lost their zeros; and dates among words."""
        texts = [c for r in self.rows if isinstance(c := self.sheet.at(r, column), str) and c.isascii() and c.isdigit()]
        led = [text for text in texts if text.startswith("0")]
        width = len(led[0]) if led and len({len(text) for text in texts if text.startswith("0")}) == 1 else 0

        def lost(cell: Cell) -> cells.Found | None:
            if width and not isinstance(cell, bool):
                said = (
                    str(cell)
                    if isinstance(cell, int)
                    else cell
                    if isinstance(cell, str) and cell.isascii() and cell.isdigit()
                    else ""
                )
                if said and len(said) < width:
                    whole = said.zfill(width)
                    return Damage.ZERO_LOST, whole, whole
            return cells.not_a_day(cell)

        return lost

    def _completed(self, made: Damaged) -> Damaged:
        """A cut number that only one known person of this name can have is proposed; otherwise the paper must say."""
        if made.damage is not Damage.ID_CUT or self.known is None or made.row is None:
            return made
        column = self.table.mapping.column("name")
        name = self.sheet.at(made.row, column) if column is not None else None
        # Fifteen digits are what a spreadsheet's number holds; more of them would be the computer's invention.
        number = made.before
        digits = f"{number:.14e}".replace(".", "")[:15] if isinstance(number, int | float) else cells.text_of(number)
        numbers = self.known.numbers_like(squeeze(name), digits[:15]) if isinstance(name, str) else []
        if len(numbers) != 1 or made.column is None:
            return made
        return replace(made, after=numbers[0], mends=((made.column, numbers[0]),))

    def _parted(self, made: Damaged) -> Damaged:
        """Two people of a cell with their numbers and telephones, as rows of their own."""
        row = made.row or 0
        parts: list[list[str]] = []
        for field in ("name", "id_no", "phones", "phone"):
            for column in self.table.mapping.columns.get(field, [])[:1]:
                parts.append(cells.parts_of(self.sheet.at(row, column)))
        many = max((len(p) for p in parts), default=0)
        whole = [p for p in parts if len(p) == many]
        if many < 2:
            return made
        return replace(made, after="；".join(" ".join(p[n] for p in whole) for n in range(many)))

    # ------------------------------------------------------------------ people

    def _persons(self) -> Iterator[Damaged]:
        """Birth and sex that differ from the number, as the judges of the rows have found."""
        for line in self.table.lines:
            for warning in line.warnings:
                if warning.code in ("BIRTH_CONFLICT", "SEX_CONFLICT") and warning.column is not None:
                    yield self._differs(line, warning)

    def _differs(self, line: Line, warning: Finding) -> Damaged:
        column = self.table.mapping.column("id_no")
        number = read_id_number(self.sheet.at(line.number, column) if column is not None else None, self.today).value
        if warning.code == "BIRTH_CONFLICT":
            after = number.birth.isoformat() if number is not None else None
            return self._made(Damage.BIRTH_DIFFERS, line.number, warning.column, warning.value, after)
        after = None if number is None else "男" if number.sex.value == "1" else "女"
        return self._made(Damage.SEX_DIFFERS, line.number, warning.column, warning.value, after)

    # ------------------------------------------------------------------ rows and columns

    def _structure(self) -> Iterator[Damaged]:
        laid = self.table.layout
        for one in laid.filled:
            made = self._made(_FILLED[one.how], one.first, one.column, one.before, str(one.value))
            yield replace(made, last=one.last)
        for top, left, bottom, right in self.sheet.merges or []:
            if laid.columns.first <= top and bottom <= laid.columns.last and right > left:
                below = [self._title(c) for c in range(left, right + 1) if c in laid.columns.titles]
                if len(below) > 1:
                    yield self._made(Damage.MERGED_HEADER, top, left, self.sheet.at(top, left), "、".join(below))
        last = self.rows[-1] if self.rows else -1
        for row, skip in laid.skipped.items():
            if laid.columns.last < row < last and skip in (Skip.SUBTOTAL, Skip.TOTAL):
                yield self._made(Damage.TOTAL_INSIDE, row, None, self._first(row))
            elif laid.columns.last < row < last and skip is Skip.REPEATED_HEADER:
                yield self._made(Damage.HEADER_INSIDE, row, None, self._first(row))
        for row in self.rows:
            if row in self.sheet.hidden_rows:
                yield self._made(Damage.HIDDEN_ROW, row, None, self._first(row))
        for column in sorted(self.sheet.hidden_columns & self.sorts.keys()):
            yield self._made(Damage.HIDDEN_COLUMN, None, column, self._title(column))

    def _first(self, row: int) -> Cell:
        """What a row begins with, so that people find it."""
        return next(
            (cell for cell in self.sheet.rows[row] if cell is not None and not isinstance(cell, int | float)), None
        )

    def _shifted(self) -> Iterator[Damaged]:
        typed = {column: sort for column, (_field, sort) in self.sorts.items() if sort in _TYPED}
        named = {column for column, (_field, sort) in self.sorts.items() if sort == "name"}
        if len(typed) + len(named) < 3:
            return
        columns = sorted(self.sorts)
        misfits: dict[int, list[int]] = {}
        for column, sort in typed.items():
            usual = _USUAL[sort].match
            for row in self.rows:
                cell = self.sheet.at(row, column)
                if cell.__class__ is str and usual(str(cell)):
                    continue
                if cell is None:
                    if sort == "id" and self._number_beside(row, column):
                        misfits.setdefault(row, []).append(column)
                elif not self._fits(row, column, sort):
                    misfits.setdefault(row, []).append(column)
        for row, wrong in sorted(misfits.items()):
            for far in _FAR:
                start = self._start(row, far, min(wrong), typed, named, columns)
                if start is not None:
                    yield self._put_back(row, far, start)
                    break

    def _number_beside(self, row: int, column: int) -> bool:
        """Whether a number that is missing here stands in a column nearby that is for something else."""
        for far in _FAR:
            cell = self.sheet.at(row, column + far) if column + far >= 0 else None
            if isinstance(cell, str) and _USUAL["id"].match(cell) and self.sorts.get(column + far, ("", ""))[1] != "id":
                return True
        return False

    def _fits(self, row: int, column: int, sort: str) -> bool:
        cell = self.sheet.at(row, column)
        return (
            is_empty(cell) or sort in content(cell) or (sort in ("date", "time") and not self._speaks_of_another(cell))
        )

    def _speaks_of_another(self, cell: Cell) -> bool:
        """A cell that certainly is something else: a date column may hold words a reader knows better."""
        return bool(content(cell) & {"id", "phone", "sex"})

    def _start(
        self, row: int, far: int, wrong: int, typed: dict[int, str], named: set[int], columns: list[int]
    ) -> int | None:
        """From which column on everything stands ``far`` columns off; None where that would not mend the row."""
        first = (
            next((c for c in reversed(columns) if c <= wrong and is_empty(self.sheet.at(row, c))), wrong)
            if far > 0
            else wrong
        )
        if far < 0:  # cells were lost: whatever lies before the first wrong column may have moved too
            before = [c for c in columns if c < wrong and (c in typed or c in named)]
            first = min((c for c in columns if c > max(before, default=-1)), default=wrong)
        gained = 0
        for column in (c for c in (*typed, *named) if c >= first):
            there = self.sheet.at(row, column + far) if column + far >= 0 else None
            if is_empty(there):
                continue
            sort = typed.get(column, "name")
            if sort not in content(there):
                return None
            gained += 1
        return first if gained >= 2 else None

    def _put_back(self, row: int, far: int, start: int) -> Damaged:
        before = list(self.sheet.rows[row])
        moved = before[max(start + far, 0) :]
        after = [*before[:start], *([None] * max(start - len(before), 0)), *moved]
        width = max(len(before), len(after))
        mends = tuple((c, after[c] if c < len(after) else None) for c in range(start, width))
        shown = "｜".join(f"{self._title(c)}: {'' if cell is None else cell}" for c, cell in mends if c in self.sorts)
        said = "｜".join("" if cell is None else str(cell) for cell in before[start:])
        return replace(self._made(Damage.SHIFTED, row, start, said, shown), mends=mends)
