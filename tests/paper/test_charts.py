"""Charts: heights in proportion, from zero, legible without colour."""

from datetime import date

import pytest

from station_app.paper import charts
from station_app.paper.document import BarChart, Document, LineChart, Series
from station_app.paper.flow import render
from tests.paper.reading import fonts, picture, rectangles, texts

BARS = BarChart(
    "图1　主要工作量",
    "人次",
    ("助餐", "助浴", "助洁", "助急"),
    (Series("本月", (120.0, 30.0, 60.0, 0.0)), Series("上年同月", (90.0, None, 45.0, 15.0))),
)
LINES = LineChart(
    "图2　时长", "小时", tuple(f"{m}月" for m in range(1, 13)), (Series("2024年", (10.0, 5.0, 20.0, *[None] * 9)),), 1
)


def paper(*blocks: BarChart | LineChart) -> bytes:
    return render(Document("试", "站", blocks, date(2024, 4, 3)))


def test_bars_on_paper_are_in_proportion_to_their_figures() -> None:
    drawn = rectangles(paper(BARS), 0)
    thick = charts.bars(BARS, charts.frame(0))[0].width
    bars = [box for box in drawn if abs(box[2] - thick) < 0.01]
    assert len(bars) == 7  # eight places, one without a figure
    floor = {round(box[1], 2) for box in bars}
    assert len(floor) == 1, "every bar begins at zero"
    heights = [height for _left, _bottom, _width, height in sorted(bars)]
    unit = heights[0] / 120
    assert heights == pytest.approx([value * unit for value in (120, 90, 30, 60, 45, 0, 15)], abs=0.01)


@pytest.mark.parametrize("most", [0.0, 0.3, 1.0, 7.0, 99.0, 100.0, 1846.0, 50_000.0, 927.25])
def test_the_axis_is_round_and_begins_at_zero(most: float) -> None:
    axis = charts.scale((Series("a", (most, None)),))
    assert axis.ticks()[0] == 0
    assert axis.top == pytest.approx(axis.ticks()[-1])
    assert axis.top >= most * 1.05
    assert most == 0 or axis.top <= most * 2.2
    assert len(axis.ticks()) <= 7


def test_points_of_a_line_are_in_proportion() -> None:
    area = charts.Frame(0, 0, 120, 100)
    points = charts.points(LINES, area, 0)
    assert points[3:] == [None] * 9
    heights = [point[1] for point in points[:3] if point is not None]
    assert heights == pytest.approx([heights[2] / 2, heights[2] / 4, heights[2]])


def test_charts_have_no_colour_and_only_embedded_fonts() -> None:
    data = paper(BARS, LINES)
    assert picture(data, 0).convert("HSV").getchannel("S").getextrema() == (0, 0)
    assert all(embedded for _name, embedded, _mapped in fonts(data))


def test_every_figure_and_label_is_written() -> None:
    text = texts(paper(BARS, LINES))[0]
    for wanted in ("图1　主要工作量", "单位：人次", "上年同月", "120", "90", "助浴", "20.0", "12月", "2024年"):
        assert wanted in text


def test_a_screen_reader_hears_the_figures() -> None:
    spoken = charts.spoken(BARS)
    assert "助餐 120" in spoken
    assert "助浴 —" in spoken


def test_figures_and_labels_must_agree_in_number() -> None:
    with pytest.raises(ValueError, match="3 figures for 4 labels"):
        paper(BarChart("t", "u", BARS.labels, (Series("x", (1.0, 2.0, 3.0)),)))


def test_long_labels_stay_in_their_places() -> None:
    many = BarChart(
        "多",
        "次",
        tuple(f"很长的类别名称{n}" for n in range(14)),
        (Series("本月", tuple(float(n) for n in range(14))),),
    )
    assert len(texts(paper(many))) == 1
