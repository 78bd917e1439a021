"""Pages being drawn: text pieces, lines and areas in points, each noted under the structure element it belongs to."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from station_app.paper import grid
from station_app.paper.breaking import Line, break_lines
from station_app.paper.fonts import MISSING, Face, font

#: Streams need no ASCII armour; it only costs time and is undone by pikepdf afterwards.
rl_config.useA85 = 0


@dataclass(slots=True)
class Element:
    """A node of the reading order: a PDF structure type, its children, and what a screen reader says of a figure."""

    tag: str
    children: list["Element | Mark"] = field(default_factory=list)
    spoken: str = ""
    scope: str = ""  # of a table's heading: Column, Row or Both
    columns: int = 1  # how many a cell spans

    def add(self, tag: str, spoken: str = "", scope: str = "", columns: int = 1) -> "Element":
        """A new element under this one."""
        child = Element(tag, spoken=spoken, scope=scope, columns=columns)
        self.children.append(child)
        return child


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece of drawn content: page and its number there."""

    page: int
    number: int


class Sheet:
    """The pages of one paper under way."""

    def __init__(self) -> None:
        font(Face.BODY)
        self._out = io.BytesIO()
        # The initial font is named because reportlab otherwise lists an unembedded Helvetica in every file.
        self._canvas = Canvas(
            self._out,
            pagesize=(grid.PAGE_WIDTH, grid.PAGE_HEIGHT),
            invariant=1,
            pageCompression=1,
            pdfVersion=(1, 7),
            initialFontName=Face.BODY.value,
            initialFontSize=grid.SIZE,
        )
        self.root = Element("Document")
        self.page = 0
        self._marks = 0

    @contextmanager
    def marked(self, element: Element | None) -> Iterator[None]:
        """Content drawn inside belongs to the element; None: decoration, which readers pass over."""
        if element is None:
            self._canvas.addLiteral("/Artifact BMC")
        else:
            element.children.append(Mark(self.page, self._marks))
            self._canvas.addLiteral(f"/{element.tag} <</MCID {self._marks}>> BDC")
            self._marks += 1
        yield
        self._canvas.addLiteral("EMC")

    def next_page(self) -> None:
        """Finish the page and begin another."""
        self._canvas.showPage()
        self.page += 1
        self._marks = 0

    def finish(self) -> bytes:
        """The file as reportlab writes it, without structure or metadata yet."""
        self._canvas.showPage()
        self._canvas.save()
        return self._out.getvalue()

    def line(self, line: Line, x: float, y: float, size: float, *, grey: float = 0.0, heavy: bool = False) -> None:
        """Draw a line of text; ``heavy`` thickens the strokes a little (a 楷体 heading amid 楷体 text)."""
        for segment in line.segments:
            missing = segment.face is None
            if missing:  # the character itself is kept for copying, searching and reading aloud
                actual = ("\ufeff" + segment.text).encode("utf-16-be").hex().upper()
                self._canvas.addLiteral(f"/Span <</ActualText <{actual}>>> BDC")
            face = Face.BODY if segment.face is None else segment.face
            if heavy:
                self._canvas.setLineWidth(0.022 * size)
                self._canvas.setDash([])
            text = self._canvas.beginText()
            text.setFont(font(face).fontName, size)
            text.setFillGray(grey)
            text.setTextOrigin(x + segment.x * size, y)
            if segment.spacing:
                text.setCharSpace(segment.spacing * size)
            if heavy:
                text.setTextRenderMode(2)
                text.setStrokeColorRGB(0, 0, 0)
            text.textOut(MISSING * len(segment.text) if missing else segment.text)
            if segment.spacing:
                text.setCharSpace(0)
            if heavy:
                text.setTextRenderMode(0)
            self._canvas.drawText(text)
            if missing:
                self._canvas.addLiteral("EMC")

    def text(
        self, text: str, face: Face, size: float, x: float, y: float, *, align: str = "left", grey: float = 0.0
    ) -> float:
        """Draw a text on one line, from ``x``, ending at ``x`` or centred on ``x``; its width is returned."""
        line = break_lines(text, face, 10_000, justify=False)[0]
        wide = line.width * size
        left = x - (wide if align == "right" else wide / 2 if align == "centre" else 0.0)
        self.line(line, left, y, size, grey=grey)
        return wide

    def upright(self, text: str, face: Face, size: float, x: float, y: float) -> None:
        """Draw a short text from bottom to top, its baseline at ``x``, beginning at ``y``."""
        self._canvas.saveState()
        self._canvas.translate(x, y)
        self._canvas.rotate(90)
        self.text(text, face, size, 0.0, 0.0)
        self._canvas.restoreState()

    def rule(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        weight: float = 0.5,
        dash: tuple[float, ...] = (),
        grey: float = 0.0,
    ) -> None:
        """A straight line."""
        self._canvas.setLineWidth(weight)
        self._canvas.setStrokeGray(grey)
        self._canvas.setDash(list(dash))
        self._canvas.line(x1, y1, x2, y2)

    def area(
        self,
        left: float,
        bottom: float,
        width: float,
        height: float,
        *,
        fill: float | None = None,
        weight: float = 0.0,
        dash: tuple[float, ...] = (),
        grey: float = 0.0,
    ) -> None:
        """A rectangle, filled with a grey, framed, or both."""
        if fill is not None:
            self._canvas.setFillGray(fill)
        self._canvas.setStrokeGray(grey)
        self._canvas.setLineWidth(weight)
        self._canvas.setDash(list(dash))
        self._canvas.rect(left, bottom, width, height, stroke=int(weight > 0), fill=int(fill is not None))

    def hatched(self, left: float, bottom: float, width: float, height: float, step: float = 4.0) -> None:
        """A framed rectangle with slanting lines, told apart from a filled one on any printer."""
        self.area(left, bottom, width, height, fill=1.0, weight=0.6)
        self._canvas.saveState()
        path = self._canvas.beginPath()
        path.rect(left, bottom, width, height)
        self._canvas.clipPath(path, stroke=0, fill=0)
        self._canvas.setLineWidth(0.5)
        x = left - height
        while x < left + width:
            self._canvas.line(x, bottom, x + height, bottom + height)
            x += step
        self._canvas.restoreState()

    def circle(self, x: float, y: float, radius: float, fill: float) -> None:
        """A marker of a line chart."""
        self._canvas.setFillGray(fill)
        self._canvas.setStrokeGray(0)
        self._canvas.setLineWidth(0.8)
        self._canvas.setDash([])
        self._canvas.circle(x, y, radius, stroke=1, fill=1)

    def squares(self, cells: list[tuple[float, float]], side: float) -> None:
        """Many black squares as one path (a QR code), so that no hairline shows between them."""
        self._canvas.setFillGray(0)
        path = self._canvas.beginPath()
        for x, y in cells:
            path.rect(x, y, side, side)
        self._canvas.drawPath(path, stroke=0, fill=1)
