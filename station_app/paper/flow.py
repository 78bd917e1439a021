"""Lays a document on pages, row by row of the grid, and renders it: ``render(document)`` gives the bytes of a PDF."""

import math
from collections.abc import Sequence
from typing import assert_never

from station_app.paper import charts, endings, grid, tables
from station_app.paper.breaking import Line, break_lines
from station_app.paper.document import (
    Align,
    BarChart,
    Blank,
    Block,
    Box,
    CodeBlock,
    Document,
    Heading,
    LineChart,
    Note,
    PageBreak,
    Paragraph,
    Place,
    Rendered,
    SignatureBlock,
    Table,
    Title,
)
from station_app.paper.finish import finished
from station_app.paper.fonts import DRAWING, Face
from station_app.paper.sheet import Element, Sheet

#: Ems a paragraph is indented by.
INDENT = 2.0
_EPSILON = 1e-6


def render(document: Document) -> bytes:
    """The PDF of a document: the same bytes for the same document."""
    return lay_out(document).pdf


def lay_out(document: Document) -> Rendered:
    """The PDF of a document, with the places of its signatures."""
    with DRAWING:
        flow = Flow(document.official)
        blocks = document.blocks
        for number, block in enumerate(blocks):
            flow.put(block, blocks[number + 1 :])
        drawn = flow.finish()
    pdf = finished(
        drawn,
        flow.sheet.root,
        title=document.title,
        author=document.author,
        subject=document.subject,
        made_on=document.made_on,
        attachments=document.attachments,
    )
    return Rendered(pdf, flow.sheet.page + 1, flow.places)


def paragraph_lines(block: Paragraph) -> list[list[Line]]:
    """The lines of each paragraph of a text (a line break begins a new one)."""
    indent = block.indent if block.align is Align.LEFT else 0.0
    parts = [part for part in block.text.split("\n") if part.strip()] or [""]
    return [break_lines(part, Face.BODY, grid.COLUMNS, indent=indent, hang=block.hang) for part in parts]


class Flow:
    """The pages of one document while its blocks are put on them."""

    def __init__(self, official: bool = True) -> None:
        self.sheet = Sheet()
        self.places: dict[str, Place] = {}
        self._official = official
        self._first = 0.0 if official else -float(grid.SPARE_ABOVE)
        self._end = float(grid.ROWS if official else grid.ROWS + grid.SPARE_BELOW)
        self.row = self._first  # the next free row of this page

    def finish(self) -> bytes:
        """End the last page."""
        self._folio()
        return self.sheet.finish()

    def put(self, block: Block, following: Sequence[Block] = ()) -> None:
        """Draw one block; ``following`` decides whether it may stand last on a page."""
        match block:
            case Title():
                self._title(block)
            case Heading():
                self._heading(block, following)
            case Paragraph():
                self._paragraph(block, following)
            case Note():
                self._note(block)
            case Table():
                self._table(block)
            case BarChart() | LineChart():
                self._room(charts.ROWS)
                charts.draw(self.sheet, block, grid.row_top(self.row), self.sheet.root)
                self.row += charts.ROWS
            case SignatureBlock():
                self._room(endings.signature_rows(block))
                self.places |= endings.draw_signatures(self.sheet, block, self.row)
                self.row += endings.signature_rows(block)
            case CodeBlock():
                self._room(endings.code_rows(block))
                endings.draw_code(self.sheet, block, self.row)
                self.row += endings.code_rows(block)
            case Box():
                self._room(endings.box_rows(block))
                endings.draw_box(self.sheet, block, self.row)
                self.row += endings.box_rows(block)
            case Blank():
                self.row = min(self.row + block.rows, self._end)
            case PageBreak():
                if not self._is_fresh():
                    self._next_page()
            case _:
                assert_never(block)

    def _next_page(self) -> None:
        self._folio()
        self.sheet.next_page()
        self.row = self._first

    def _is_fresh(self) -> bool:
        """Whether nothing stands on this page yet."""
        return self.row <= self._first

    def _room(self, rows: float) -> None:
        """Go to the next page when fewer rows are free (and this one is not empty)."""
        if not self._is_fresh() and self.row + rows > self._end + _EPSILON:
            self._next_page()

    def _folio(self) -> None:
        """The page number below the type area: right on odd pages, left on even ones, one character in."""
        if not self._official:
            return
        text = f"— {self.sheet.page + 1} —"
        # The standard measures to the dash, which lies about a third of an em above the baseline.
        y = grid.BODY_BOTTOM - grid.FOLIO_DROP - 0.33 * grid.FOLIO_SIZE
        with self.sheet.marked(None):
            if self.sheet.page % 2 == 0:
                self.sheet.text(text, Face.FOLIO, grid.FOLIO_SIZE, grid.RIGHT - grid.FOLIO_SIZE, y, align="right")
            else:
                self.sheet.text(text, Face.FOLIO, grid.FOLIO_SIZE, grid.LEFT + grid.FOLIO_SIZE, y)

    def _lines(
        self,
        lines: Sequence[Line],
        element: Element,
        size: float = grid.SIZE,
        align: Align = Align.LEFT,
        heavy: bool = False,
    ) -> None:
        """Lines of text, one a row, going on over pages."""
        for line in lines:
            self._room(1)
            y = grid.baseline(grid.row_top(self.row), grid.LEADING, size)
            x = grid.LEFT
            if align is not Align.LEFT:
                x += (grid.WIDTH - line.width * size) * (0.5 if align is Align.CENTRE else 1.0)
            with self.sheet.marked(element):
                self.sheet.line(line, x, y, size, heavy=heavy)
            self.row += 1

    def _title(self, title: Title) -> None:
        self._room(4)
        if self._official:
            self.row += 1
        self._lines(
            balanced(title.text, Face.TITLE, grid.WIDTH / grid.TITLE_SIZE),
            self.sheet.root.add("Title"),
            grid.TITLE_SIZE,
            Align.CENTRE,
        )
        for text in title.below:
            lines = break_lines(text, Face.BODY, grid.COLUMNS, justify=False)
            self._lines(lines, self.sheet.root.add("P"), align=Align.CENTRE)
        self.row += 1.0 if self._official else 0.4

    def _heading(self, heading: Heading, following: Sequence[Block]) -> None:
        face = Face.BOLD if heading.level == 1 else Face.BODY
        lines = break_lines(heading.text, face, grid.COLUMNS, indent=INDENT, justify=False)
        self._room(len(lines) + least_rows(following))
        self._lines(lines, self.sheet.root.add(f"H{heading.level}"), heavy=heading.level == 2)

    def _paragraph(self, paragraph: Paragraph, following: Sequence[Block]) -> None:
        parts = paragraph_lines(paragraph)
        if paragraph.keep_with_next:
            self._room(sum(len(lines) for lines in parts) + least_rows(following))
        for lines in parts:
            self._lines(lines, self.sheet.root.add("P"), align=paragraph.align)

    def _note(self, note: Note) -> None:
        size = grid.NOTE_SIZE
        lines = break_lines(note.text, Face.BODY, grid.WIDTH / size)
        rows = math.ceil(len(lines) * size * 1.5 / grid.LEADING - _EPSILON)
        self._room(rows)
        element = self.sheet.root.add("P")
        for number, line in enumerate(lines):
            y = grid.baseline(grid.row_top(self.row) - number * size * 1.5, size * 1.5, size)
            with self.sheet.marked(element):
                self.sheet.line(line, grid.LEFT, y, size)
        self.row += rows

    def _table(self, table: Table) -> None:
        header, rows = tables.lay(table)
        if table.caption:
            self._room(least_rows([table]))
            lines = break_lines(table.caption, Face.BOLD, grid.COLUMNS, justify=False)
            self._lines(lines, self.sheet.root.add("Caption"), align=Align.CENTRE)
        element = self.sheet.root.add("Table")
        waiting: Sequence[tables.Laid] = rows
        first = True
        while waiting or first:
            if not self._is_fresh() and waiting and not self._pieces(header, waiting)[0]:
                self._next_page()
            piece, waiting = self._pieces(header, waiting)
            top = grid.row_top(self.row) - self._gap()
            y = top
            for row in [header, *piece]:
                repeated = row is header and not first
                tables.draw_row(self.sheet, table, row, y, None if repeated else element)
                y -= row.height
            tables.frame(self.sheet, table, [header, *piece], top)
            self.row = math.ceil((grid.BODY_TOP - y) / grid.LEADING - _EPSILON)
            first = False
            if waiting:
                self._next_page()

    def _gap(self) -> float:
        """The air above a table that follows something on its page."""
        return 0.0 if self._is_fresh() else tables.GAP

    def _pieces(
        self, header: tables.Laid, rows: Sequence[tables.Laid]
    ) -> tuple[Sequence[tables.Laid], Sequence[tables.Laid]]:
        """The rows that still go on this page, and the rest; a band never ends a page."""
        free = (self._end - self.row) * grid.LEADING - self._gap() - header.height + _EPSILON
        count = 0
        while count < len(rows) and rows[count].height <= free:
            free -= rows[count].height
            count += 1
        if count < len(rows):
            while count and rows[count - 1].kind == "band":
                count -= 1
        return rows[:count], rows[count:]


def least_rows(following: Sequence[Block]) -> float:
    """How many rows of what follows must stand on the same page as the block before it."""
    if not following:
        return 0
    block = following[0]
    match block:
        case Heading():
            return len(break_lines(block.text, Face.BODY, grid.COLUMNS, indent=INDENT)) + least_rows(following[1:])
        case Paragraph() if block.keep_with_next:
            return sum(len(lines) for lines in paragraph_lines(block)) + least_rows(following[1:])
        case Table():
            header, rows = tables.lay(block)
            lead = next((number for number, row in enumerate(rows) if row.kind != "band"), 0) + 1
            height = header.height + sum(row.height for row in rows[:lead])
            return math.ceil((height + tables.GAP) / grid.LEADING) + (1 if block.caption else 0)
        case BarChart() | LineChart():
            return charts.ROWS
        case SignatureBlock():
            return endings.signature_rows(block)
        case CodeBlock():
            return endings.code_rows(block)
        case Box():
            return endings.box_rows(block)
        case Blank():
            return block.rows + least_rows(following[1:])
        case PageBreak():
            return 0
        case _:
            return 1


def balanced(text: str, face: Face, room: float) -> list[Line]:
    """Lines of a title, of about equal length where it needs more than one."""
    lines = break_lines(text, face, room, justify=False)
    if len(lines) < 2:
        return lines
    narrow = sum(line.width for line in lines) / len(lines)
    while narrow < room:
        tried = break_lines(text, face, narrow, justify=False)
        if len(tried) <= len(lines):
            return tried
        narrow += 0.5
    return lines
