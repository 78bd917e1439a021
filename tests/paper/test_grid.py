"""The page of GB/T 9704: 22 rows of exactly 28 characters in 156 × 225 mm, margins, page numbers."""

from datetime import date

import pytest

from station_app.paper import grid
from station_app.paper.document import Document, Paragraph
from station_app.paper.flow import lay_out
from tests.paper.reading import glyphs, rows

MM = 72 / 25.4


def pages(characters: int) -> bytes:
    return lay_out(Document("试", "站", (Paragraph("国" * characters, indent=0),), date(2024, 4, 3))).pdf


def test_one_page_holds_28_by_22_and_not_one_more() -> None:
    whole = lay_out(Document("试", "站", (Paragraph("国" * 616, indent=0),), date(2024, 4, 3)))
    more = lay_out(Document("试", "站", (Paragraph("国" * 617, indent=0),), date(2024, 4, 3)))
    assert (whole.pages, more.pages) == (1, 2)
    body = [glyph for glyph in glyphs(whole.pdf, 0) if glyph.character == "国"]
    assert [len(row) for row in rows(body)] == [28] * 22


def test_every_character_stands_on_the_grid() -> None:
    body = [glyph for glyph in glyphs(pages(616), 0) if glyph.character == "国"]
    for number, glyph in enumerate(body):
        column, row = number % 28, number // 28
        assert glyph.origin == pytest.approx(28 * MM + column * 156 * MM / 28, abs=0.02)
        middle = 297 * MM - 37 * MM - (row + 0.5) * 225 * MM / 22
        assert glyph.base + (0.5 - grid.BASELINE) * grid.SIZE == pytest.approx(middle, abs=0.02)
        assert glyph.size == pytest.approx(156 * MM / 28, abs=0.01)


def test_text_keeps_to_the_type_area() -> None:
    body = [glyph for glyph in glyphs(pages(616), 0) if glyph.character == "国"]
    assert min(glyph.origin for glyph in body) == pytest.approx(28 * MM, abs=0.02)
    assert max(glyph.right for glyph in body) <= 28 * MM + 156 * MM + 0.05
    assert max(glyph.base + 0.88 * glyph.size for glyph in body) <= 297 * MM - 37 * MM
    assert min(glyph.base - 0.12 * glyph.size for glyph in body) >= 35 * MM


def test_page_numbers_stand_right_on_odd_and_left_on_even_pages() -> None:
    data = pages(616 * 3)
    for page in range(3):
        number = [glyph for glyph in glyphs(data, page) if glyph.character != "国"]
        assert "".join(glyph.character for glyph in number) == f"—{page + 1}—"
        assert {round(glyph.size, 2) for glyph in number} == {14.0}
        if page % 2 == 0:
            assert number[-1].right == pytest.approx(28 * MM + 156 * MM - 14, abs=0.6)
        else:
            assert number[0].left == pytest.approx(28 * MM + 14, abs=0.6)
        dash = number[0].base + 0.33 * 14
        assert 35 * MM - dash == pytest.approx(7 * MM, abs=0.2)
