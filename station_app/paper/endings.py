"""What papers end in or turn on: signature block, code with QR, framed warning."""

import segno

from station_app.messages import _
from station_app.paper import grid
from station_app.paper.breaking import break_lines
from station_app.paper.document import Box, CodeBlock, Place, SignatureBlock
from station_app.paper.fonts import Face, text_width
from station_app.paper.sheet import Sheet

#: Rows of a rectangle for an electronic signature, its label included.
PLACE_ROWS = 4
#: Characters between the date and the right edge (右空四字).
FROM_RIGHT = 4.0
_GAP = 14.0
_QR_ROWS = 5


def signature_rows(block: SignatureBlock) -> int:
    """Rows the block takes: room for the wet seal around issuer and date, lines to sign on, rectangles."""
    return 5 + len(block.lines) + (PLACE_ROWS if block.places else 0)


def draw_signatures(sheet: Sheet, block: SignatureBlock, row: float) -> dict[str, Place]:
    """Draw the block; return the rectangles by key. No seal is drawn: that is the township's to press on paper."""
    size = grid.SIZE
    wide = text_width(block.dated, Face.BODY, size)
    centre = grid.RIGHT - FROM_RIGHT * size - wide / 2
    half = text_width(block.issuer, Face.BODY, size) / 2
    if centre + half > grid.RIGHT:  # an issuer longer than the date: its end decides, the date is centred under it
        centre = grid.RIGHT - half
    element = sheet.root.add("P")
    for offset, text, grey in ((1, block.issuer, 0.0), (2, block.seal, 0.45), (3, block.dated, 0.0)):
        with sheet.marked(element):
            y = grid.baseline(grid.row_top(row + offset), grid.LEADING, size)
            sheet.text(text, Face.BODY, size, centre, y, align="centre", grey=grey)
    at = row + 5
    for text in block.lines:
        with sheet.marked(sheet.root.add("P")):
            y = grid.baseline(grid.row_top(at), grid.LEADING, size)
            reached = sheet.text(text, Face.BODY, size, grid.LEFT + 2 * size, y)
            end = grid.LEFT + 2 * size + reached + 10 * size
            sheet.rule(grid.LEFT + 2 * size + reached, y - 3, min(end, grid.RIGHT), y - 3, 0.6)
        at += 1
    return _rectangles(sheet, block, at)


def _rectangles(sheet: Sheet, block: SignatureBlock, row: float) -> dict[str, Place]:
    places: dict[str, Place] = {}
    if not block.places:
        return places
    width = (grid.WIDTH - _GAP * (len(block.places) - 1)) / len(block.places)
    top = grid.row_top(row + 1)
    height = (PLACE_ROWS - 1) * grid.LEADING - 4
    for number, place in enumerate(block.places):
        left = grid.LEFT + number * (width + _GAP)
        with sheet.marked(sheet.root.add("P")):
            sheet.text(place.label, Face.SANS, grid.NOTE_SIZE, left, top + 6)
        with sheet.marked(None):
            sheet.area(left, top - height, width, height, weight=0.6, dash=(3, 2), grey=0.35)
        places[place.key] = Place(sheet.page, left + 1, top - height + 1, left + width - 1, top - 1)
    return places


def qr(sheet: Sheet, text: str, left: float, top: float, side: float) -> None:
    """A QR code (error correction M) with its quiet zone inside the square."""
    matrix = list(segno.make(text, error="m", micro=False).matrix_iter(border=4))
    module = side / len(matrix)
    cells = [
        (left + column * module, top - (line + 1) * module)
        for line, cells in enumerate(matrix)
        for column, dark in enumerate(cells)
        if dark
    ]
    sheet.squares(cells, module)


def _group_rows(block: CodeBlock) -> int:
    return -(-len(block.groups) // _per_row(block))


def _per_row(block: CodeBlock) -> int:
    """Groups beside each other: as many as the room beside the QR code holds."""
    widest = max(text_width(group, Face.SANS, 20.0) for group in block.groups)
    room = grid.WIDTH - _QR_ROWS * grid.LEADING - 26
    return max(1, min(4, int(room / (widest + 26))))


def code_rows(block: CodeBlock) -> int:
    """Rows of a code: the QR code's, or more when there are many groups."""
    return max(_QR_ROWS, _group_rows(block)) + 1


def draw_code(sheet: Sheet, block: CodeBlock, row: float) -> None:
    """Draw the groups on the left, each with its number, and the QR code on the right, in one frame."""
    rows = code_rows(block) - 1
    top = grid.row_top(row) - 6
    height = rows * grid.LEADING + 6
    side = _QR_ROWS * grid.LEADING
    with sheet.marked(None):
        sheet.area(grid.LEFT, top - height, grid.WIDTH, height, weight=1.2)
    per_row = _per_row(block)
    room = grid.WIDTH - side - 26
    pitch = height / (_group_rows(block) + 0.0)
    element = sheet.root.add("P")
    for number, group in enumerate(block.groups):
        x = grid.LEFT + 14 + room / per_row * (number % per_row)
        y = top - pitch * (number // per_row + 0.5) - 7
        with sheet.marked(element):
            sheet.text(f"{number + 1}", Face.SANS, 9.0, x, y + 1, grey=0.35)
            sheet.text(group, Face.SANS, 20.0, x + 14, y)
    with sheet.marked(
        sheet.root.add("Figure", spoken=_("QR code with the same content: {caption}", caption=block.caption))
    ):
        qr(sheet, block.qr, grid.RIGHT - side - 4, top - (height - side) / 2 + 4, side)
        sheet.text(
            block.caption, Face.SANS, 9.0, grid.RIGHT - side / 2 - 4, top - (height + side) / 2 + 6, align="centre"
        )


def _box_lines(block: Box) -> list[list[str]]:
    room = (grid.WIDTH - 32) / grid.TABLE_SIZE
    return [[line.text for line in break_lines(text, Face.SANS, room, justify=False)] for text in block.lines]


def box_rows(block: Box) -> int:
    """Rows of a framed text."""
    lines = sum(len(part) for part in _box_lines(block))
    height = 16 + 20 + lines * grid.TABLE_SIZE * 1.55 + 8
    return int(-(-height // grid.LEADING))


def draw_box(sheet: Sheet, block: Box, row: float) -> None:
    """A heading and lines in a heavy frame."""
    size = grid.TABLE_SIZE
    rows = box_rows(block)
    top = grid.row_top(row) - 5
    height = rows * grid.LEADING - 10
    with sheet.marked(None):
        sheet.area(grid.LEFT, top - height, grid.WIDTH, height, fill=0.95, weight=1.2)
    y = top - 22
    with sheet.marked(sheet.root.add("P")):
        sheet.text(block.heading, Face.BOLD, 14.0, grid.LEFT + 16, y)
    y -= 20
    room = (grid.WIDTH - 32) / size
    for text in block.lines:
        element = sheet.root.add("P")
        for line in break_lines(text, Face.SANS, room, justify=False):
            with sheet.marked(element):
                sheet.line(line, grid.LEFT + 16, y, size)
            y -= size * 1.55
