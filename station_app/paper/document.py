"""What a paper consists of: plain values that say what stands there, never where or how it is drawn."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Align(StrEnum):
    """How a text stands in its column."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Title:
    """The title of the paper (2号), with lines below it (number, date) in body size."""

    text: str
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: level 1 一、 (黑体), 2 （一） (楷体), 3 1., 4 （1）. It never stands last on a page."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; a line break in it begins a new paragraph. Indents of the first and of further lines, in characters."""

    text: str
    indent: float = 2.0
    hang: float = 0.0
    align: Align = Align.LEFT
    keep_with_next: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Small text under a table or chart."""

    text: str


@dataclass(frozen=True, slots=True)
class Band:
    """A row across the whole table that names the group of rows below it; it stays with the first of them."""

    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; ``strong`` for sums."""

    cells: tuple[str, ...]
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table over the full width. Rows are never cut; the header is repeated on every page."""

    header: tuple[str, ...]
    rows: tuple[Row | Band, ...]
    widths: tuple[float, ...]  # shares of the width
    align: tuple[Align, ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One row of figures of a chart; None where there is no figure."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars from zero, side by side for each label."""

    title: str
    unit: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class LineChart:
    """Lines over labels in order (months), from zero."""

    title: str
    unit: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class SignaturePlace:
    """A visible rectangle where an electronic signature goes; its place on the page is found by ``key``."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """The end of an official paper: issuer, place of the wet seal, date (four characters from the right), lines to sign."""

    issuer: str
    seal: str
    dated: str
    lines: tuple[str, ...] = ()
    places: tuple[SignaturePlace, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A code in large groups, numbered so that it can be read out, with its QR code beside it where there is one."""

    groups: tuple[str, ...]
    title: str = ""
    qr: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A heading and short paragraphs in table size; framed when they must not be overlooked."""

    heading: str
    lines: tuple[str, ...]
    framed: bool = True


@dataclass(frozen=True, slots=True)
class Blank:
    """Empty rows."""

    rows: int = 1


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page."""


Block = (
    Title
    | Heading
    | Paragraph
    | Note
    | Table
    | BarChart
    | LineChart
    | SignatureBlock
    | CodeBlock
    | Box
    | Blank
    | PageBreak
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside the PDF."""

    name: str
    data: bytes
    mime: str = "application/json"
    description: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole paper. The same document gives the same bytes: nothing of the day or the computer enters."""

    title: str
    author: str
    blocks: tuple[Block, ...]
    made_on: date
    subject: str = ""
    attachments: tuple[Attachment, ...] = ()
    official: bool = True  # False: a sheet of one page, without page number, that may use more of the paper


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle on a page: the page counted from 0, corners in points from the lower left."""

    page: int
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Rendered:
    """The bytes of a paper, its number of pages, and where the named places are."""

    pdf: bytes
    pages: int
    places: dict[str, Place]
