"""Tables on the grid: rows that are never cut, a header on every page, figures ranged right."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from station_app.paper import grid
from station_app.paper.breaking import Line, break_lines, clean, units
from station_app.paper.document import Align, Band, Table
from station_app.paper.fonts import Face
from station_app.paper.sheet import Element, Sheet

SIZE = grid.TABLE_SIZE
#: Four table rows of one line stand on three rows of the grid.
ROW = grid.LEADING * 0.75
PITCH = SIZE * 1.32  # between the lines of one cell
PADDING = 3.6
SMALLEST = 6.5
GAP = 5.0
BAND_GREY = 0.90
HEADER_GREY = 0.80


@dataclass(frozen=True, slots=True)
class Cell:
    """The lines of a cell and their size: smaller than usual when a figure would not fit its column."""

    lines: tuple[Line, ...]
    size: float = SIZE


@dataclass(frozen=True, slots=True)
class Laid:
    """A row with its cells broken into lines and its height in points."""

    cells: tuple[Cell, ...]
    height: float
    face: Face
    kind: str  # header, band, row


@lru_cache(maxsize=16)
def lay(table: Table) -> tuple[Laid, tuple[Laid, ...]]:
    """Header and rows, broken to the widths of the columns. A row higher than a page becomes several rows."""
    widths = column_widths(table)
    header = _row(table.header, widths, Face.BOLD, "header")
    rows: list[Laid] = []
    for row in table.rows:
        if isinstance(row, Band):
            rows.append(_row((row.text,), [grid.WIDTH], Face.BOLD, "band"))
        else:
            laid = _row(row.cells, widths, Face.BOLD if row.strong else Face.SANS, "row")
            rows += _parts(laid, grid.HEIGHT - header.height - ROW)
    return header, tuple(rows)


def column_widths(table: Table) -> list[float]:
    """The widths of the columns in points, from their shares."""
    whole = sum(table.widths)
    return [grid.WIDTH * share / whole for share in table.widths]


def _row(cells: tuple[str, ...], widths: list[float], face: Face, kind: str) -> Laid:
    if len(cells) != len(widths):
        raise ValueError(f"a table row has {len(cells)} cells for {len(widths)} columns")
    broken = tuple(_broken(text, face, width - 2 * PADDING) for text, width in zip(cells, widths, strict=True))
    lines = max(len(cell.lines) for cell in broken)
    return Laid(broken, ROW + (lines - 1) * PITCH, face, kind)


def _broken(text: str, face: Face, room: float) -> Cell:
    """A cell's text in lines; a figure wider than its column is set smaller, because half a figure is a wrong one."""
    widest = max((unit.width for unit in units(clean(text), face)), default=0.0) * SIZE
    size = max(SIZE * min(1.0, room / widest), SMALLEST) if widest else SIZE
    return Cell(tuple(break_lines(text, face, room / size, justify=False)), size)


def _parts(row: Laid, most: float) -> list[Laid]:
    """The row, or as many rows as it needs when it is higher than a page."""
    if row.height <= most:
        return [row]
    lines = int((most - ROW) / PITCH) + 1
    longest = max(len(cell.lines) for cell in row.cells)
    return [
        Laid(
            tuple(Cell(cell.lines[start : start + lines], cell.size) for cell in row.cells),
            ROW + (min(lines, longest - start) - 1) * PITCH,
            row.face,
            row.kind,
        )
        for start in range(0, longest, lines)
    ]


def draw_row(sheet: Sheet, table: Table, row: Laid, top: float, parent: Element | None) -> None:
    """Draw one row below ``top``; without a parent (a repeated header) it is decoration."""
    widths = column_widths(table) if row.kind != "band" else [grid.WIDTH]
    element = parent.add("TR") if parent is not None else None
    fill = {"header": HEADER_GREY, "band": BAND_GREY}.get(row.kind)
    if fill is not None:
        with sheet.marked(None):
            sheet.area(grid.LEFT, top - row.height, grid.WIDTH, row.height, fill=fill)
    left = grid.LEFT
    for column, (content, width) in enumerate(zip(row.cells, widths, strict=True)):
        align = Align.CENTRE if row.kind == "header" else Align.LEFT if row.kind == "band" else table.align[column]
        cell = None
        if element is not None:
            scope = {"header": "Column", "band": "Both"}.get(row.kind, "")
            span = len(table.widths) if row.kind == "band" else 1
            cell = element.add("TD" if row.kind == "row" else "TH", scope=scope, columns=span)
        with sheet.marked(cell):
            _cell(sheet, content, left, width, top, row.height, align)
        left += width


def _cell(sheet: Sheet, cell: Cell, left: float, width: float, top: float, height: float, align: Align) -> None:
    block = cell.size + (len(cell.lines) - 1) * PITCH
    y = top - (height - block) / 2 - cell.size * (1 - grid.BASELINE)
    for line in cell.lines:
        wide = line.width * cell.size
        x = left + PADDING
        if align is Align.RIGHT:
            x = left + width - PADDING - wide
        elif align is Align.CENTRE:
            x = left + (width - wide) / 2
        sheet.line(line, x, y, cell.size)
        y -= PITCH


def frame(sheet: Sheet, table: Table, rows: Sequence[Laid], top: float) -> None:
    """The lines of a piece of table that stands on one page."""
    bottom = top - sum(row.height for row in rows)
    with sheet.marked(None):
        y = top
        for number, row in enumerate(rows):
            y -= row.height
            if number < len(rows) - 1:
                sheet.rule(grid.LEFT, y, grid.RIGHT, y, 0.4)
        x = grid.LEFT
        for width in column_widths(table)[:-1]:
            x += width
            y = top
            for row in rows:  # no column lines through a band
                if row.kind != "band":
                    sheet.rule(x, y, x, y - row.height, 0.4)
                y -= row.height
        sheet.area(grid.LEFT, bottom, grid.WIDTH, top - bottom, weight=0.9)
