"""Reads a finished PDF back, with other libraries than those that drew it."""

import ctypes
import io
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image


@dataclass(frozen=True)
class Glyph:
    """A character with its box in points, from the lower left."""

    character: str
    left: float
    bottom: float
    right: float
    top: float
    origin: float
    base: float
    size: float


def texts(data: bytes) -> list[str]:
    """The text of each page, lines parted by a line break."""
    return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in pypdfium2.PdfDocument(data)]


def glyphs(data: bytes, number: int) -> list[Glyph]:
    """The visible characters of a page in the order they are drawn."""
    page = pypdfium2.PdfDocument(data)[number].get_textpage()
    found = []
    for index in range(page.count_chars()):
        character = chr(pdfium.FPDFText_GetUnicode(page, index))
        if character.isspace() or pdfium.FPDFText_IsGenerated(page, index):
            continue
        left, bottom, right, top = page.get_charbox(index, loose=True)
        x, y = ctypes.c_double(), ctypes.c_double()
        pdfium.FPDFText_GetCharOrigin(page, index, x, y)
        found.append(
            Glyph(character, left, bottom, right, top, x.value, y.value, pdfium.FPDFText_GetFontSize(page, index))
        )
    return found


def rows(found: list[Glyph]) -> list[str]:
    """Characters on one baseline make one row, from the top; characters of other sizes make their own."""
    lines: dict[int, list[Glyph]] = {}
    for glyph in found:
        lines.setdefault(round(glyph.base * 2), []).append(glyph)
    return ["".join(glyph.character for glyph in lines[key]) for key in sorted(lines, reverse=True)]


def picture(data: bytes, number: int, scale: float = 2.0) -> Image.Image:
    """A page as a picture."""
    image: Image.Image = pypdfium2.PdfDocument(data)[number].render(scale=scale).to_pil()
    return image


def fonts(data: bytes) -> Iterator[tuple[str, bool, bool]]:
    """Every font named anywhere in the file: its name, whether it is embedded, whether it maps to Unicode."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/Font":
                descriptor = thing.get("/FontDescriptor")
                embedded = descriptor is not None and any(
                    key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")
                )
                yield str(thing.BaseFont), embedded, "/ToUnicode" in thing


def rectangles(data: bytes, number: int) -> list[tuple[float, float, float, float]]:
    """Left, bottom, width and height of each rectangle drawn on a page, outside clipping."""
    found = []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        waiting: list[tuple[float, float, float, float]] = []
        for step in pikepdf.parse_content_stream(pdf.pages[number]):
            match operator := str(step.operator):
                case "re":
                    left, bottom, width, height = (float(value) for value in list(step.operands))
                    waiting.append((left, bottom, width, height))
                case "W" | "W*" | "n":
                    if operator != "n":
                        waiting = []
                case "f" | "f*" | "F" | "S" | "s" | "B" | "B*" | "b" | "b*":
                    found += waiting
                    waiting = []
                case _:
                    pass
    return found
