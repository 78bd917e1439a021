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
_QR_SIDE = 46 * grid.MM  # with its quiet zone; a module of the longest code is then 0.7 mm
_BOX_PADDING = 16.0
_BOX_PITCH = grid.TABLE_SIZE * 1.6


def _signed(block: SignatureBlock) -> list[tuple[str, float]]:
    """Issuer (on as many lines as it needs), place of the seal and date, each with its grey."""
    issuer = break_lines(block.issuer, Face.BODY, grid.COLUMNS - 2.0, justify=False)
    seal = [(block.seal, 0.45)] if block.seal else []
    return [*((line.text, 0.0) for line in issuer), *seal, (block.dated, 0.0)]


def signature_rows(block: SignatureBlock) -> int:
    """Rows the block takes: air and room for the wet seal around issuer and date, lines to sign on, rectangles."""
    air = 2 if block.seal else 1
    return air + len(_signed(block)) + len(block.lines) + (PLACE_ROWS if block.places else 0)


def draw_signatures(sheet: Sheet, block: SignatureBlock, row: float) -> dict[str, Place]:
    """Draw the block; return the rectangles by key. No seal is drawn: that is the township's to press on paper."""
    size = grid.SIZE
    signed = _signed(block)
    centre = grid.RIGHT - FROM_RIGHT * size - text_width(block.dated, Face.BODY, size) / 2
    half = max(text_width(text, Face.BODY, size) for text, _grey in signed) / 2
    centre = min(
        centre, grid.RIGHT - half
    )  # an issuer longer than the date: its end decides, the date is centred under it
    element = sheet.root.add("P")
    at = row + 1
    for text, grey in signed:
        with sheet.marked(element):
            y = grid.baseline(grid.row_top(at), grid.LEADING, size)
            sheet.text(text, Face.BODY, size, centre, y, align="centre", grey=grey)
        at += 1
    if block.seal:
        at += 1
    for text in block.lines:
        y = grid.baseline(grid.row_top(at), grid.LEADING, size)
        with sheet.marked(sheet.root.add("P")):
            reached = grid.LEFT + 2 * size + sheet.text(text, Face.BODY, size, grid.LEFT + 2 * size, y)
        with sheet.marked(None):
            sheet.rule(reached, y - 3, min(reached + 10 * size, grid.RIGHT), y - 3, 0.6)
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


def groups_of(code: str, size: int = 4) -> tuple[str, ...]:
    """A code in the groups it is written in (parted by hyphens or blanks), else in groups of ``size`` characters."""
    parts = tuple(code.replace("-", " ").replace(":", " ").split())
    if len(parts) > 1 and max(len(part) for part in parts) > 2:
        return parts
    whole = "".join(parts)
    return tuple(whole[start : start + size] for start in range(0, len(whole), size))


def _code_size(block: CodeBlock) -> float:
    """Long codes (a fingerprint of 16 groups) are set a little smaller."""
    return 20.0 if len(block.groups) <= 12 else 17.0


def _code_pitch(block: CodeBlock) -> float:
    return _code_size(block) * 1.4


def _code_room(block: CodeBlock) -> float:
    return grid.WIDTH - 20 - (_QR_SIDE if block.qr else 0.0)


def _per_row(block: CodeBlock) -> int:
    """Groups beside each other: as few as the least number of lines needs."""
    widest = max(text_width(group, Face.SANS, _code_size(block)) for group in block.groups)
    most = max(1, min(4, int(_code_room(block) / (widest + 30))))
    lines = -(-len(block.groups) // most)
    return -(-len(block.groups) // lines)


def _group_rows(block: CodeBlock) -> int:
    return -(-len(block.groups) // _per_row(block))


def _code_height(block: CodeBlock) -> float:
    title = 20.0 if block.title else 0.0
    return max(title + _group_rows(block) * _code_pitch(block) + 12, _QR_SIDE + 14 if block.qr else 0.0)


def code_rows(block: CodeBlock) -> float:
    """Rows (not whole ones) of a code: the QR code's, or more when there are many groups."""
    return (_code_height(block) + 10) / grid.LEADING


def draw_code(sheet: Sheet, block: CodeBlock, row: float) -> None:
    """Draw the groups on the left, each with its number, and the QR code on the right, in one frame."""
    top = grid.row_top(row) - 5
    height = _code_height(block)
    size = _code_size(block)
    with sheet.marked(None):
        sheet.area(grid.LEFT, top - height, grid.WIDTH, height, weight=1.2)
    first = top - 6
    if block.title:
        with sheet.marked(sheet.root.add("H2")):
            sheet.text(block.title, Face.BOLD, 12.0, grid.LEFT + 12, top - 18)
        first -= 20
    per_row = _per_row(block)
    step = _code_room(block) / per_row
    pitch = (first - (top - height) - 6) / _group_rows(block)
    element = sheet.root.add("P")
    for number, group in enumerate(block.groups):
        x = grid.LEFT + 12 + step * (number % per_row)
        y = first - pitch * (number // per_row + 0.5) - 0.36 * size
        with sheet.marked(None):
            sheet.text(f"{number + 1}", Face.SANS, 9.0, x + 10, y + 1, align="right", grey=0.4)
        with sheet.marked(element):
            sheet.text(group, Face.SANS, size, x + 15, y)
    if block.qr:
        with sheet.marked(sheet.root.add("Figure", spoken=_("QR code: {caption}", caption=block.caption))):
            left = grid.RIGHT - _QR_SIDE - 2
            qr(sheet, block.qr, left, top - (height - _QR_SIDE - 12) / 2, _QR_SIDE)
            sheet.text(
                block.caption,
                Face.SANS,
                9.0,
                left + _QR_SIDE / 2,
                top - (height + _QR_SIDE + 12) / 2 + 9,
                align="centre",
            )


def _box_room(block: Box) -> float:
    return (grid.WIDTH - (2 * _BOX_PADDING if block.framed else 0.0)) / grid.TABLE_SIZE


def _box_height(block: Box) -> float:
    lines = sum(len(break_lines(text, Face.SANS, _box_room(block), justify=False)) for text in block.lines)
    return 26 + lines * _BOX_PITCH + (10 if block.framed else 0)


def box_rows(block: Box) -> float:
    """Rows (not whole ones) of a heading with short paragraphs."""
    return (_box_height(block) + 8) / grid.LEADING


def draw_box(sheet: Sheet, block: Box, row: float) -> None:
    """A heading and short paragraphs, in a heavy frame or without one."""
    size = grid.TABLE_SIZE
    top = grid.row_top(row) - 4
    left = grid.LEFT
    if block.framed:
        left += _BOX_PADDING
        with sheet.marked(None):
            height = _box_height(block)
            sheet.area(grid.LEFT, top - height, grid.WIDTH, height, fill=0.95, weight=1.2)
    y = top - 19
    with sheet.marked(sheet.root.add("H2")):
        sheet.text(block.heading, Face.BOLD, 14.0, left, y)
    y -= 22
    for text in block.lines:
        element = sheet.root.add("P")
        for line in break_lines(text, Face.SANS, _box_room(block), justify=False):
            with sheet.marked(element):
                sheet.line(line, left, y, size)
            y -= _BOX_PITCH
