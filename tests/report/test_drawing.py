"""The drawn month report: its parts in order, its figures, its places, nothing of a client, nothing red."""

import io
import json
from dataclasses import replace

import pikepdf
import pytest

from station_app.paper import grid
from station_app.paper.breaking import BLANK_AFTER
from station_app.paper.finish import attached
from station_app.report.drawing import document, draw, names_found
from station_app.report.drawing_model import Line, ReportPicture, Section
from tests.paper.chinese import chinese
from tests.paper.reading import fonts, glyphs, picture, rows, texts
from tests.paper.sample_report import INDICATORS, sample_correction, sample_picture

__all__ = ["chinese"]


@pytest.fixture
def sample() -> ReportPicture:
    return sample_picture()


def test_parts_follow_in_order(sample: ReportPicture) -> None:
    text = "\n".join(texts(draw(sample).pdf))
    wanted = [
        "罕台镇社工站2024年3月工作月报",
        "编号：15060210101-2024-03",
        "一、基本情况",
        "二、数据表",
        "图1　主要工作量",
        "图2　志愿服务时长",
        "（一）往月补报",
        "（二）数据核对",
        "三、重点工作与案例",
        "四、问题与建议",
        "五、下月计划",
        "附件：",
        "（印章）",
        "2024年4月3日",
        "站长签字：",
        "站长电子签名",
    ]
    places = [text.find(part) for part in wanted]
    assert -1 not in places, wanted[places.index(-1)]
    assert places == sorted(places)


def test_every_indicator_stands_with_its_figures_in_one_row(sample: ReportPicture) -> None:
    drawn = draw(sample)
    lines = {line for page in range(drawn.pages) for line in rows(glyphs(drawn.pdf, page))}
    for letter, (title, indicators) in INDICATORS.items():
        assert letter + title in lines
        for key, name, unit, *figures in indicators:
            wanted = "".join([key, name, unit, *(figure if figure is not None else "—" for figure in figures)])
            assert wanted in lines


def test_a_dash_is_not_a_zero(sample: ReportPicture) -> None:
    section = Section("Z", "试", (Line("Z01", "零", "人", "0", "0", None),))
    text = "\n".join(texts(draw(replace(sample, sections=(section,))).pdf)).replace(" ", "")
    assert "Z01零人00—" in text


def test_rare_characters_are_extracted_right(sample: ReportPicture) -> None:
    assert "𬶏㛃䶮喆堃等用字照原样打印" in "".join(texts(draw(sample).pdf)).replace("\n", "")


def test_signature_places_are_empty_rectangles_beside_each_other(sample: ReportPicture) -> None:
    drawn = draw(sample)
    head, centre = drawn.head_field, drawn.centre_field
    assert head.page == centre.page == drawn.pages - 1
    for field in (head, centre):
        left, bottom, right, top = field.rect
        assert right - left > 180
        assert top - bottom > 70
        inside = [g for g in glyphs(drawn.pdf, field.page) if left <= g.origin <= right and bottom <= g.base <= top]
        assert inside == []
    assert head.rect[2] < centre.rect[0]
    image = picture(drawn.pdf, head.page).convert("L")
    edge = [
        image.getpixel((round((grid.LEFT) * 2), image.height - round(y * 2))) for y in range(head.rect[1], head.rect[3])
    ]
    assert any(isinstance(value, int | float) and value < 200 for value in edge), "the rectangle is visible"


def test_the_figures_are_inside_as_json(sample: ReportPicture) -> None:
    files = attached(draw(sample).pdf)
    assert list(files) == ["2024-03.json"]
    assert files["2024-03.json"] == sample.data_json
    assert json.loads(files["2024-03.json"])["figures"]["F04"] == "927.00"


def test_a_correction_says_so_and_what_differs() -> None:
    drawn = draw(sample_correction())
    text = "\n".join(texts(drawn.pdf))
    assert "罕台镇社工站2024年3月工作月报（第1次更正）" in text.replace("\n", "")
    assert "编号：15060210101-2024-03-1" in text
    assert "本次更正内容" in text
    assert "C03其中入户人次347349" in text.replace(" ", "")
    assert list(attached(drawn.pdf)) == ["2024-03-1.json"]


def test_nothing_is_in_colour_and_no_seal_is_drawn(sample: ReportPicture) -> None:
    drawn = draw(sample)
    for page in range(drawn.pages):
        extremes = picture(drawn.pdf, page, 1.0).convert("HSV").getchannel("S").getextrema()
        assert extremes == (0, 0)
    with pikepdf.open(io.BytesIO(drawn.pdf)) as pdf:
        assert all("/XObject" not in page.obj.get("/Resources", {}) for page in pdf.pages)


def test_all_fonts_are_embedded(sample: ReportPicture) -> None:
    found = list(fonts(draw(sample).pdf))
    assert found
    assert [name for name, embedded, mapped in found if not (embedded and mapped)] == []


def test_the_same_picture_is_the_same_bytes_and_another_is_not(sample: ReportPicture) -> None:
    first = draw(sample)
    assert draw(sample_picture()) == first
    assert draw(replace(sample, data_json=b"{}")).pdf != first.pdf


def test_names_of_clients_are_found_before_anything_is_drawn(sample: ReportPicture) -> None:
    leaking = replace(sample, key_work=(*sample.key_work, "走访敖其尔老人，送煤到户。"), problems=("王 小明家漏雨。",))
    assert names_found(leaking, ["敖其尔", "宝音德力格尔", "王小明", "煤"]) == ["敖其尔", "王小明"]
    assert names_found(sample, ["敖其尔", "王小明"]) == []


def test_an_empty_report_is_still_whole() -> None:
    empty = replace(
        sample_picture(),
        sections=(),
        summary=(),
        key_work=(),
        problems=(),
        plans=(),
        charts=(),
        checks=(),
        late_lines=(),
        data_json=b"{}",
    )
    drawn = draw(empty)
    text = "\n".join(texts(drawn.pdf))
    assert text.count("未填写。") == 2
    assert text.count("本月无。") == 2
    assert "（印章）" in text
    assert document(empty).title.endswith("工作月报")


def test_nothing_leaves_the_type_area_whatever_is_written() -> None:
    rude = replace(
        sample_picture(),
        station_name="准格尔经济开发区" * 4 + "社会工作服务站",
        sections=(
            Section(
                "A",
                "很长的组名" * 12,
                tuple(
                    Line(f"A{n:03}z", "很长的指标名称" * (n % 7 + 1), "户次/人次", "123,456,789.00", "9" * 30, None)
                    for n in range(60)
                ),
            ),
        ),
        summary=(
            "https://example.org/" + "a" * 300,
            "“" * 40 + "字" + "”" * 40,
            "　　　字\n\n第二段\t有制表符",
            "𬶏" * 100,
        ),
        problems=("A" * 500,),
        annexes=("一份名字很长的附件" * 8, "第二份"),
    )
    drawn = draw(rude)
    for page in range(drawn.pages):
        for glyph in glyphs(drawn.pdf, page):
            if glyph.size == grid.FOLIO_SIZE:
                continue
            assert glyph.left >= grid.LEFT - 0.5, (page, glyph)
            blank = glyph.size / 2 if glyph.character in BLANK_AFTER else 0.0  # drawn in: its empty half may stand over
            assert glyph.right - blank <= grid.RIGHT + 0.5, (page, glyph)
            assert grid.BODY_BOTTOM - 0.5 <= glyph.base <= grid.BODY_TOP, (page, glyph)
    image = picture(drawn.pdf, drawn.head_field.page)
    assert image.width > 0
