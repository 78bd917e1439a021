"""The page of GB/T 9704-2012: A4, margins, and 22 rows of 28 characters in exactly 156 × 225 mm."""

MM = 72 / 25.4

PAGE_WIDTH = 210 * MM
PAGE_HEIGHT = 297 * MM
TOP = 37 * MM  # 天头
LEFT = 28 * MM  # 订口; papers are bound on the left, printed on one side
WIDTH = 156 * MM  # 版心
HEIGHT = 225 * MM
COLUMNS = 28
ROWS = 22

#: 3号 is 16 pt, of which only 27 fit; 156 mm / 28 is the size at which exactly 28 do.
SIZE = WIDTH / COLUMNS
LEADING = HEIGHT / ROWS

TITLE_SIZE = 22.0  # 2号
FOLIO_SIZE = 14.0  # 4号
TABLE_SIZE = 12.0  # 小四
NOTE_SIZE = 10.5  # 五号

RIGHT = LEFT + WIDTH
BODY_TOP = PAGE_HEIGHT - TOP
BODY_BOTTOM = BODY_TOP - HEIGHT

#: Rows a sheet that is no official paper may use beyond the type area.
SPARE_ABOVE = 2
SPARE_BELOW = 1

#: A page number's dash stands this far below the type area.
FOLIO_DROP = 7 * MM

#: Where a baseline lies in a full-width character's box, from its bottom, in ems.
BASELINE = 0.12


def baseline(top: float, height: float, size: float) -> float:
    """The baseline of a line of ``size`` centred in a row that begins at ``top``."""
    return top - (height + size) / 2 + BASELINE * size


def row_top(row: float) -> float:
    """The upper edge of a row of the type area, counted from 0."""
    return BODY_TOP - row * LEADING
