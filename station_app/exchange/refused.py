"""The workbook of refused rows: as they stood, the reason beside them, the cell in question coloured; import it again."""

import io
import re
from datetime import date, datetime, time, timedelta
from pathlib import Path

from station_app.exchange import limits
from station_app.exchange.books import Book, Format, Worksheet, new_book
from station_app.exchange.importing import Plan, title_of
from station_app.exchange.ledgers.table import Line, Table
from station_app.exchange.mapping import REASON, ROW
from station_app.exchange.refusals import SheetRefusal
from station_app.exchange.sheets import Cell
from station_app.messages import Refusal, _
from station_app.store.files import write_whole

_BAD_NAME = re.compile(r"[\[\]:*?/\\]")


def write_refused(plan: Plan, path: Path) -> int | Refusal:
    """Write the refused rows of a plan; how many there are."""
    data = refused_workbook(plan)
    try:
        write_whole(path, data)
    except OSError:
        return Refusal(SheetRefusal.NOT_WRITTEN, {"file": path.name})
    return len(plan.refused())


def refused_workbook(plan: Plan) -> bytes:
    """The workbook's bytes; made in memory, no temporary file holds its texts."""
    out = io.BytesIO()
    book = new_book(out)
    styles = _Styles(book)
    names: set[str] = set()
    for table in plan.judged.tables:
        lines = [line for line in table.lines if line.refusal is not None]
        if lines or len(plan.judged.tables) == 1:
            _Page(book.add_worksheet(_name(table.sheet.name, names)), styles, table).fill(lines)
    if not names:
        book.add_worksheet(_("Nothing refused"))
    book.close()
    return out.getvalue()


def _name(wanted: str, taken: set[str]) -> str:
    """A sheet's name as Excel allows it, each once; the month in it stays."""
    name = _BAD_NAME.sub(" ", wanted).strip("' ")[:31] or "Sheet"
    number = 2
    while name.lower() in taken:
        name, number = f"{name[:27]} {number}", number + 1
    taken.add(name.lower())
    return name


class _Styles:
    def __init__(self, book: Book) -> None:
        self.title = book.add_format({"bold": True})
        self.head = book.add_format(
            {"bold": True, "text_wrap": True, "bg_color": "#EEF2F5", "border": 1, "valign": "vcenter"}
        )
        self.text = book.add_format({"num_format": "@"})
        self.wrong = book.add_format({"num_format": "@", "bg_color": "#FFE3A3"})
        self.reason = book.add_format({"text_wrap": True, "font_color": "#9A3B00"})
        self.special = {
            kind: (book.add_format({"num_format": form}), book.add_format({"num_format": form, "bg_color": "#FFE3A3"}))
            for kind, form in (
                (datetime, "yyyy-mm-dd hh:mm"),
                (date, "yyyy-mm-dd"),
                (time, "hh:mm"),
                (float, "General"),
            )
        }

    def of(self, value: Cell, wrong: bool) -> Format:
        """The format for a cell; numbers and dates keep what they are."""
        for kind, pair in self.special.items():
            if type(value) is kind or (kind is float and type(value) is int):
                return pair[wrong]
        return self.wrong if wrong else self.text


class _Page:
    def __init__(self, page: Worksheet, styles: _Styles, table: Table) -> None:
        self.page, self.styles, self.table = page, styles, table
        columns = table.layout.columns
        self.width = (
            max([*columns.titles, *(len(r) - 1 for r in table.sheet.rows[columns.first : columns.last + 1]), 0]) + 1
        )

    def fill(self, lines: list[Line]) -> None:
        """Titles, header, refused rows with their reasons, footers: what says the ledger's month stays."""
        columns = self.table.layout.columns
        rows = self.table.sheet.rows
        at = 0
        for number in range(columns.first):
            for column, cell in enumerate(rows[number] if number < len(rows) else []):
                self._put(at, column, cell, self.styles.title)
            at += 1
        header = at
        for number in range(columns.first, columns.last + 1):
            for column, cell in enumerate(rows[number]):
                self._put(at, column, cell, self.styles.head)
            at += 1
        for top, left, bottom, right in self.table.sheet.merges or []:
            if top >= columns.first and bottom <= columns.last and right > left:
                self.page.merge_range(top, left, bottom, right, "", self.styles.head)
                self._put(top, left, rows[top][left], self.styles.head)
        self.page.write_string(header, self.width, REASON, self.styles.head)
        self.page.write_string(header, self.width + 1, ROW, self.styles.head)
        self.page.freeze_panes(at, 0)
        for line in lines:
            self._line(at, line)
            at += 1
        for footer in self.table.layout.footers:
            at += 1
            self.page.write_string(at, 0, footer)
        self.page.set_column(0, max(self.width - 1, 0), 14)
        self.page.set_column(self.width, self.width, 60)
        self.page.set_column(self.width + 1, self.width + 1, 9)

    def _line(self, at: int, line: Line) -> None:
        refusal = line.refusal
        assert refusal is not None
        row = self.table.sheet.rows[line.number]
        for column in range(max(len(row), self.width)):
            wrong = column == refusal.column
            cell = row[column] if column < len(row) else None
            if column < self.width and (cell is not None or wrong):
                self._put(at, column, cell, self.styles.of(cell, wrong))
        said = refusal.message
        where = title_of(self.table, refusal)
        if refusal.column is not None:
            self.page.write_comment(at, refusal.column, said, {"x_scale": 2, "author": "社工站"})
        self.page.write_string(at, self.width, f"【{where}】{said}" if where else said, self.styles.reason)
        self.page.write_number(at, self.width + 1, line.number + 1)

    def _put(self, row: int, column: int, cell: Cell, style: Format) -> None:
        if cell is None:
            self.page.write_blank(row, column, None, style)
        elif isinstance(cell, bool):
            self.page.write_boolean(row, column, cell, style)
        elif isinstance(cell, str):
            self.page.write_string(row, column, cell[: limits.CELL], style)
        elif isinstance(cell, datetime | date | time | timedelta):
            self.page.write_datetime(row, column, cell, style)
        else:
            self.page.write_number(row, column, cell, style)
