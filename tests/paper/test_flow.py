"""Blocks on pages: tables whole and headed, headings never last, seals never alone, the same bytes every time."""

import os
import subprocess
import sys
from datetime import date
from itertools import pairwise

import pytest

from station_app.paper import grid
from station_app.paper.document import (
    Align,
    Band,
    Blank,
    Block,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    Row,
    SignatureBlock,
    SignaturePlace,
    Table,
    Title,
)
from station_app.paper.flow import lay_out, render
from station_app.settings import RESOURCES
from tests.paper.reading import glyphs, rows, texts

HEADER = ("代号", "指标", "数")


def paper(*blocks: Block) -> Document:
    return Document("试", "站", blocks, date(2024, 4, 3))


def table(count: int, cell: str = "指标名称") -> Table:
    body: list[Row | Band] = [Band("甲组")]
    for number in range(count):
        body.append(Row((f"Z{number:03}", cell * (1 + number % 4 * 3), f"{number * 37:,}.{number % 100:02}")))
        if number % 9 == 8:
            body.append(Band(f"组{number}"))
    body.append(Row(("ZEND", "完", "0")))
    return Table(HEADER, tuple(body), (15, 60, 25), (Align.CENTRE, Align.LEFT, Align.RIGHT))


@pytest.mark.parametrize("before", [0, 5, 17, 18, 19, 20, 21])
def test_rows_are_never_cut_and_the_header_is_on_every_page(before: int) -> None:
    blocks = (Paragraph("前文" * 14 * before, indent=0), table(90)) if before else (table(90),)
    data = render(paper(*blocks))
    where: dict[str, int] = {}
    for number, text in enumerate(texts(data)):
        assert before and number == 0 or text.count("代号") == 1, f"page {number + 1} has no header"
        for index in range(90):
            if f"Z{index:03}" in text:
                assert f"Z{index:03}" not in where
                where[f"Z{index:03}"] = number
                # the figure and every line of the title stand on the same page as the code
                assert f"{index * 37:,}.{index % 100:02}" in text
    assert len(where) == 90
    assert sum(text.count("称") for text in texts(data)) == sum(1 + number % 4 * 3 for number in range(90))


def test_tables_stay_inside_the_type_area() -> None:
    data = render(paper(Paragraph("前文" * 14 * 7, indent=0), table(90)))
    for number in range(len(texts(data))):
        body = [glyph for glyph in glyphs(data, number) if glyph.size < 14 or glyph.size > 14.5]
        assert min(glyph.base for glyph in body) >= grid.BODY_BOTTOM
        assert max(glyph.right for glyph in body) <= grid.RIGHT + 0.1
        assert min(glyph.left for glyph in body) >= grid.LEFT - 0.1


def test_figures_are_ranged_right() -> None:
    data = render(paper(table(20)))
    ends = set()
    for glyph, after in pairwise(glyphs(data, 0)):
        if glyph.character.isdigit() and glyph.left > grid.RIGHT - 0.25 * grid.WIDTH and after.base != glyph.base:
            ends.add(round(glyph.right, 1))
    assert len(ends) == 1
    assert ends.pop() == pytest.approx(grid.RIGHT - 3.6, abs=0.2)


def test_a_group_heading_is_never_the_last_row_of_a_page() -> None:
    for before in range(20):
        data = render(paper(Paragraph("前文" * 14 * before, indent=0), table(60)))
        for number in range(len(texts(data))):
            last = rows([glyph for glyph in glyphs(data, number) if glyph.size != 14.0])[-1]
            assert not last.startswith(("组", "甲组")), f"{before} rows before, page {number + 1}"


def test_a_row_higher_than_a_page_goes_on_and_loses_nothing() -> None:
    huge = "字" * 2500
    data = render(paper(Table(HEADER, (Row(("H01", huge, "1")),), (15, 60, 25), (Align.LEFT,) * 3)))
    assert sum(text.count("字") for text in texts(data)) == 2500
    assert len(texts(data)) > 1


def test_a_figure_wider_than_its_column_is_set_smaller_not_parted() -> None:
    figure = "1,234,567,890,123.45"
    data = render(
        paper(Table(HEADER, (Row(("甲", "乙", figure)),), (41, 41, 18), (Align.LEFT, Align.LEFT, Align.RIGHT)))
    )
    assert figure in texts(data)[0]
    assert max(glyph.right for glyph in glyphs(data, 0) if glyph.size != 14.0) <= grid.RIGHT


@pytest.mark.parametrize("before", range(18, 23))
def test_a_heading_is_never_last_on_its_page(before: int) -> None:
    for after in (Paragraph("正文"), table(3)):
        data = render(
            paper(Paragraph("前" * 28 * before, indent=0), Heading(1, "一、标题"), Heading(2, "（一）次标题"), after)
        )
        pages = texts(data)
        page = next(number for number, text in enumerate(pages) if "一、标题" in text)
        assert "次标题" in pages[page]
        assert ("正文" if isinstance(after, Paragraph) else "Z000") in pages[page]


@pytest.mark.parametrize("before", range(8, 23))
def test_a_seal_is_never_on_a_page_without_text(before: int) -> None:
    ending = SignatureBlock(
        "罕台镇社工站", "（印章）", "2024年4月3日", ("站长签字：",), (SignaturePlace("head", "站长"),)
    )
    data = lay_out(paper(Paragraph("前" * 28 * before, indent=0), Paragraph("附件：数据", keep_with_next=True), ending))
    page = next(number for number, text in enumerate(texts(data.pdf)) if "（印章）" in text)
    assert "附件：数据" in texts(data.pdf)[page]
    assert data.places["head"].page == page


def test_the_date_ends_four_characters_from_the_right() -> None:
    ending = SignatureBlock("罕台镇社工站", "（印章）", "2024年4月3日")
    found = glyphs(lay_out(paper(Paragraph("文"), ending)).pdf, 0)
    day = [glyph for glyph in found if glyph.character == "日"][-1]
    assert day.right == pytest.approx(grid.RIGHT - 4 * grid.SIZE, abs=0.3)


def test_titles_of_two_lines_are_balanced() -> None:
    found = rows(glyphs(render(paper(Title("鄂尔多斯市东胜区罕台镇社会工作服务站二〇二四年三月工作月报"))), 0))
    assert len(found) >= 2
    assert abs(len(found[0]) - len(found[1])) <= 1


def test_text_has_no_markup() -> None:
    hostile = "<b>&amp;</b> %s {0} \\n (unclosed"
    assert hostile in texts(render(paper(Paragraph(hostile), PageBreak(), Blank(3), Paragraph("完"))))[0]


def test_the_same_document_is_the_same_bytes_in_any_process() -> None:
    script = (
        "import hashlib, sys; sys.path.insert(0, sys.argv[1]);"
        "from tests.paper.sample_report import sample_picture; from station_app.report.drawing import draw;"
        "print(hashlib.sha256(draw(sample_picture()).pdf).hexdigest())"
    )
    seen = set()
    for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"}
        done = subprocess.run(
            [sys.executable, "-c", script, str(RESOURCES.parent)],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
        seen.add(done.stdout)
    assert len(seen) == 1
