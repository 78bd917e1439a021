"""The faces papers are set in: loaded on first use, chosen per character, always embedded, extracted right."""

import threading
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics, ttfonts

from station_app.settings import RESOURCES

FOLDER = RESOURCES / "fonts"


class Face(StrEnum):
    """What a text is set in, named by its part on a page; the value is the name registered with reportlab."""

    BODY = "Body"  # 仿宋 and 楷体 are not free: LXGW WenKai stands for both
    SANS = "Sans"
    BOLD = "Bold"  # 黑体
    TITLE = "Title"  # 小标宋 is not free: Noto Serif Black stands for it
    FOLIO = "Folio"  # 半角宋体: page numbers; and quotation marks a full cell wide
    MONGOLIAN = "Mongolian"


FILES = {
    Face.BODY: "LXGWWenKai-Regular.ttf",
    Face.SANS: "NotoSansSC-Regular.ttf",
    Face.BOLD: "NotoSansSC-Bold.ttf",
    Face.TITLE: "NotoSerifSC-Black.ttf",
    Face.FOLIO: "NotoSerifSC-Folio.ttf",
    Face.MONGOLIAN: "NotoSansMongolian-Regular.ttf",
}

#: Who is asked next when a face lacks a character. WenKai has most of the rare characters of names, Sans a few others.
FALLBACK = {
    Face.BODY: (Face.SANS, Face.MONGOLIAN),
    Face.SANS: (Face.BODY, Face.MONGOLIAN),
    Face.BOLD: (Face.SANS, Face.BODY, Face.MONGOLIAN),
    Face.TITLE: (Face.BOLD, Face.BODY, Face.MONGOLIAN),
    Face.FOLIO: (Face.SANS, Face.BODY),
    Face.MONGOLIAN: (Face.SANS,),
}

#: Drawn where no face has the character (the geta mark printers have used for that); the text itself stays extractable.
MISSING = "〓"

#: reportlab's fonts are one per process and remember the document being drawn: one paper at a time.
DRAWING = threading.Lock()


def to_unicode(name: str, subset: list[int]) -> str:
    """The map from glyph codes to characters, in UTF-16BE as the format asks.

    reportlab 5.1.0 writes ``%04X`` of the code point, so that U+2CD8F is copied and searched as U+2CD8 and "F";
    it also writes more than 100 lines in one block, which the format forbids.
    """
    pairs = [(code, chr(point).encode("utf-16-be").hex().upper()) for code, point in enumerate(subset) if point]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        f"/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def",
        f"/CMapName /{name} def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<00> <FF>",
        "endcodespacerange",
    ]
    for start in range(0, len(pairs), 100):
        block = pairs[start : start + 100]
        lines.append(f"{len(block)} beginbfchar")
        lines += [f"<{code:02X}> <{text}>" for code, text in block]
        lines.append("endbfchar")
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines)


ttfonts.makeToUnicodeCMap = to_unicode


@cache
def font(face: Face) -> ttfonts.TTFont:
    """The face, loaded and registered; ASCII is not kept readable, so that only used glyphs are embedded."""
    loaded = ttfonts.TTFont(face.value, str(FOLDER / FILES[face]), asciiReadable=False, shapable=False)
    pdfmetrics.registerFont(loaded)
    return loaded


def has(face: Face, character: str) -> bool:
    """Whether the face itself has a glyph for the character."""
    return ord(character) in font(face).face.charToGlyph


@lru_cache(maxsize=65536)
def setting(character: str, wanted: Face) -> Face | None:
    """The face that sets this character where ``wanted`` is asked for; None when no face has it."""
    for face in (wanted, *FALLBACK[wanted]):
        if has(face, character):
            return face
    return None


@lru_cache(maxsize=65536)
def width(character: str, face: Face) -> float:
    """The advance of a character in ems; of one no face has, that of the mark drawn for it."""
    found = setting(character, face)
    if found is None:
        return 1.0
    widths: dict[int, float] = font(found).face.charWidths
    return widths.get(ord(character), 1000.0) / 1000


def text_width(text: str, face: Face, size: float) -> float:
    """The natural width of a text in points."""
    return sum(width(character, face) for character in text) * size


def unsettable(text: str) -> list[str]:
    """The characters no face has, once each: to be said to the user before something is printed."""
    return sorted(
        {character for character in text if character.isprintable() and setting(character, Face.BODY) is None}
    )


def font_files() -> list[Path]:
    """Every font file shipped, for the selftest of an installed program."""
    return [FOLDER / file for file in FILES.values()]
