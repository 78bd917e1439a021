"""Bar and line charts from zero, drawn so that they read the same on a black-and-white printer."""

import math
from dataclasses import dataclass
from itertools import pairwise

from station_app.messages import _
from station_app.paper import grid
from station_app.paper.document import BarChart, LineChart, Series
from station_app.paper.fonts import Face, text_width
from station_app.paper.sheet import Element, Sheet

#: Rows of the grid a chart takes, its title included.
ROWS = 9
SIZE = 10.5
SMALL = 9.0
_MARGIN_LEFT = 46.0
_MARGIN_BOTTOM = 36.0
_HEAD = 46.0  # title and legend
_BAR_GREY = 0.30
_UPRIGHT = 8.0


@dataclass(frozen=True, slots=True)
class Scale:
    """The value axis: from zero to ``top`` in steps."""

    top: float
    step: float

    def ticks(self) -> list[float]:
        """The values written beside the axis."""
        return [number * self.step for number in range(round(self.top / self.step) + 1)]


def scale(series: tuple[Series, ...]) -> Scale:
    """A round axis that begins at zero and leaves room for the figures above the highest bar."""
    most = max((value for row in series for value in row.values if value is not None), default=0.0)
    if most <= 0:
        return Scale(1.0, 0.5)
    rough = most * 1.08 / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough)
    return Scale(step * math.ceil(most * 1.08 / step), step)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar as drawn, in points."""

    series: int
    label: int
    left: float
    bottom: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Frame:
    """The plotting area."""

    left: float
    bottom: float
    width: float
    height: float


def frame(top: float) -> Frame:
    """The plotting area of a chart whose upper edge is at ``top``."""
    height = ROWS * grid.LEADING - _HEAD - _MARGIN_BOTTOM
    return Frame(grid.LEFT + _MARGIN_LEFT, top - _HEAD - height, grid.WIDTH - _MARGIN_LEFT - 6, height)


def bars(chart: BarChart, area: Frame) -> list[Bar]:
    """Where each bar stands: its height is to the axis as its value is to the axis' top."""
    axis = scale(chart.series)
    slot = area.width / max(len(chart.labels), 1)
    thick = min(slot * 0.72 / max(len(chart.series), 1), 30.0)
    made = []
    for label in range(len(chart.labels)):
        left = area.left + slot * label + (slot - thick * len(chart.series)) / 2
        for number, series in enumerate(chart.series):
            value = series.values[label]
            if value is not None:
                made.append(
                    Bar(
                        number,
                        label,
                        left + number * thick,
                        area.bottom,
                        thick,
                        area.height * max(value, 0.0) / axis.top,
                    )
                )
    return made


def spoken(chart: BarChart | LineChart) -> str:
    """What a screen reader says of the chart: every figure."""
    rows = [
        _(
            "{name}: {values}",
            name=series.name,
            values="，".join(
                f"{label} {figure(value, chart.decimals)}"
                for label, value in zip(chart.labels, series.values, strict=True)
            ),
        )
        for series in chart.series
    ]
    return f"{chart.title}（{chart.unit}）。" + "；".join(rows)


def figure(value: float | None, decimals: int) -> str:
    """A figure as written in a chart."""
    return "—" if value is None else f"{value:,.{decimals}f}"


def draw(sheet: Sheet, chart: BarChart | LineChart, top: float, parent: Element) -> None:
    """Draw a chart below ``top`` over the width of the page."""
    for series in chart.series:
        if len(series.values) != len(chart.labels):
            raise ValueError(f"{series.name}: {len(series.values)} figures for {len(chart.labels)} labels")
    area = frame(top)
    axis = scale(chart.series)
    with sheet.marked(parent.add("Figure", spoken=spoken(chart))):
        sheet.text(chart.title, Face.BOLD, 12.0, grid.LEFT + grid.WIDTH / 2, top - 16, align="centre")
        _legend(sheet, chart, top - 33)
        _axes(sheet, chart, area, axis)
        if isinstance(chart, BarChart):
            _bars(sheet, chart, area)
        else:
            _lines(sheet, chart, area)


def _legend(sheet: Sheet, chart: BarChart | LineChart, y: float) -> None:
    wide = sum(30 + text_width(series.name, Face.SANS, SIZE) + 16 for series in chart.series) - 16
    x = grid.RIGHT - 6 - wide
    sheet.text(_("Unit: {unit}", unit=chart.unit), Face.SANS, SMALL, grid.LEFT + 6, y)
    for number, series in enumerate(chart.series):
        if isinstance(chart, BarChart):
            _bar(sheet, number, x + 8, y - 1, 16, 9)
        else:
            sheet.rule(x, y + 3.5, x + 26, y + 3.5, 1.2, () if number % 2 == 0 else (4, 2.5))
            _marker(sheet, number, x + 13, y + 3.5)
        x += 30
        x += sheet.text(series.name, Face.SANS, SIZE, x, y) + 16


def _axes(sheet: Sheet, chart: BarChart | LineChart, area: Frame, axis: Scale) -> None:
    decimals = next((places for places in (0, 1) if round(axis.step, places) == axis.step), 2)
    for tick in axis.ticks():
        y = area.bottom + area.height * tick / axis.top
        if tick:
            sheet.rule(area.left, y, area.left + area.width, y, 0.35, (1.5, 2), grey=0.45)
        sheet.text(f"{tick:,.{decimals}f}", Face.SANS, SMALL, area.left - 5, y - 3.2, align="right")
    sheet.rule(area.left, area.bottom, area.left + area.width, area.bottom, 0.9)
    slot = area.width / max(len(chart.labels), 1)
    for number, label in enumerate(chart.labels):
        centre = area.left + slot * (number + 0.5)
        for row, piece in enumerate(_label_rows(label, slot)):
            sheet.text(piece, Face.SANS, SMALL, centre, area.bottom - 12 - row * 10.5, align="centre")


def _label_rows(label: str, slot: float) -> list[str]:
    """A label on one row, or on two when it is wider than its place; longer ones are cut with an ellipsis."""
    if text_width(label, Face.SANS, SMALL) <= slot - 2:
        return [label]
    fits = max(int((slot - 2) / SMALL), 1)
    rest = label[fits:]
    return [label[:fits], rest if len(rest) <= fits else rest[: fits - 1] + "…"]


def _bar(sheet: Sheet, number: int, left: float, bottom: float, width: float, height: float) -> None:
    """The first row of figures is dark, the second hatched, further ones grey: told apart without colour."""
    if number == 1:
        sheet.hatched(left, bottom, width, height)
    else:
        sheet.area(
            left, bottom, width, height, fill=_BAR_GREY if number == 0 else min(0.55 + 0.15 * number, 0.95), weight=0.6
        )


def _bars(sheet: Sheet, chart: BarChart, area: Frame) -> None:
    drawn = bars(chart, area)
    figures = [figure(chart.series[bar.series].values[bar.label], chart.decimals) for bar in drawn]
    # Where one figure is wider than its bar, all stand upright: legible, and never one into the other.
    lying = all(text_width(text, Face.SANS, SMALL) <= bar.width for bar, text in zip(drawn, figures, strict=True))
    for bar, text in zip(drawn, figures, strict=True):
        _bar(sheet, bar.series, bar.left, bar.bottom, bar.width, bar.height)
        middle, top = bar.left + bar.width / 2, bar.bottom + bar.height
        if lying:
            _figure(sheet, text, middle, top + 2.5)
        else:
            wide = text_width(text, Face.SANS, _UPRIGHT)
            sheet.area(middle - 0.45 * _UPRIGHT, top + 1.5, 0.85 * _UPRIGHT, wide + 2, fill=1.0)
            sheet.upright(text, Face.SANS, _UPRIGHT, middle + 0.36 * _UPRIGHT, top + 2.5)


def _figure(sheet: Sheet, text: str, x: float, y: float) -> None:
    """A figure centred on x, on white, so that no line of the grid runs through it."""
    wide = text_width(text, Face.SANS, SMALL)
    sheet.area(x - wide / 2 - 0.5, y - 0.8, wide + 1, SMALL * 0.86, fill=1.0)
    sheet.text(text, Face.SANS, SMALL, x, y, align="centre")


def _marker(sheet: Sheet, number: int, x: float, y: float) -> None:
    if number % 2 == 0:
        sheet.circle(x, y, 2.6, 0.0)
    else:
        sheet.area(x - 2.5, y - 2.5, 5, 5, fill=1.0, weight=0.9)


def points(chart: LineChart, area: Frame, series: int) -> list[tuple[float, float] | None]:
    """Where the figures of one row stand; None where there is none."""
    axis = scale(chart.series)
    slot = area.width / max(len(chart.labels), 1)
    return [
        None
        if value is None
        else (area.left + slot * (number + 0.5), area.bottom + area.height * max(value, 0.0) / axis.top)
        for number, value in enumerate(chart.series[series].values)
    ]


def _lines(sheet: Sheet, chart: LineChart, area: Frame) -> None:
    if chart.series:
        found = points(chart, area, 0)
        for index, (place, value) in enumerate(zip(found, chart.series[0].values, strict=True)):
            if place is not None:  # further rows are read off the axis
                right, up = _beside(found, index, area.bottom)
                _figure(sheet, figure(value, chart.decimals), place[0] + right, place[1] + up)
    for number in reversed(range(len(chart.series))):
        found = points(chart, area, number)
        for first, second in pairwise(found):
            if first is not None and second is not None:
                sheet.rule(*first, *second, 1.4 if number == 0 else 0.9, () if number % 2 == 0 else (4, 2.5))
        for place in found:
            if place is not None:
                _marker(sheet, number, *place)


def _beside(found: list[tuple[float, float] | None], index: int, floor: float) -> tuple[float, float]:
    """How far from its point a figure stands, so that the line does not run through it: above; below a dip; aside a slope."""
    here = found[index]
    before = found[index - 1] if index else None
    after = found[index + 1] if index + 1 < len(found) else None
    if here is None:
        return 0.0, 0.0
    falls = before is not None and before[1] > here[1] + 10
    rises = after is not None and after[1] > here[1] + 10
    if falls and rises:
        return (0.0, -13.5) if here[1] > floor + 18 else (0.0, 5.5)
    return (11.0 if falls else -11.0 if rises else 0.0), 5.5
