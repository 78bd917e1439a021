"""Breaking of lines: the rules of opening and closing marks, the grid, nothing lost."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station_app.paper.breaking import CLOSING, OPENING, Line, break_lines, clean
from station_app.paper.fonts import Face

PIECES = st.sampled_from(
    [
        *"甲乙丙丁戊，。、；：？！（）《》“”‘’【】·…—%℃￥",
        "——",
        "……",
        "12,345.67",
        "2024年",
        "F04",
        "USB stick",
        "”。",
        "（“",
        "》、《",
        " ",
        "𬶏",
        "㎡",
    ]
)


def texts(lines: list[Line]) -> list[str]:
    return [line.text for line in lines]


@settings(max_examples=400, deadline=None)
@given(
    st.lists(PIECES, min_size=1, max_size=160).map("".join),
    st.sampled_from([28.0, 14.0, 10.5]),
    st.sampled_from([0.0, 2.0]),
)
def test_rules_hold_for_any_text(text: str, room: float, indent: float) -> None:
    lines = break_lines(text, Face.BODY, room, indent=indent)
    assert "".join(texts(lines)).replace(" ", "") == clean(text).replace(" ", "")
    for number, line in enumerate(lines):
        assert line.width <= room - (indent if number == 0 else 0) + 1e-6
    for before, after in pairwise(lines):
        if _could_not_be_kept(before.text, after.text, room - indent):
            continue
        assert not (after.text[0] in CLOSING and not after.text.startswith(("——", "……"))), (before.text, after.text)
        assert before.text[-1] not in OPENING, (before.text, after.text)


def _could_not_be_kept(before: str, after: str, room: float) -> bool:
    """A chain of marks longer than a line has to be parted somewhere."""
    chain = 0
    for character in reversed(before):
        chain += 1
        if character not in CLOSING | OPENING and not character.isascii():
            break
    for character in after:
        chain += 1
        if character not in CLOSING | OPENING and not character.isascii():
            break
    return chain > room - 4


def test_full_lines_of_han_are_exactly_the_grid() -> None:
    lines = break_lines("国" * 57, Face.BODY, 28)
    assert [len(line.text) for line in lines] == [28, 28, 1]
    assert [(segment.x, segment.spacing) for segment in lines[0].segments] == [(0.0, 0.0)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("国" * 28 + "。", ["国" * 27, "国。"]),  # no mark in the line gives way: the last character goes with the stop
        ("国，" + "国" * 26 + "。", ["国，" + "国" * 26 + "。"]),  # two marks give half a cell each
        ("国" * 27 + "“好”", ["国" * 27, "“好”"]),  # an opening mark never ends a line
        ("国" * 26 + "——国", ["国" * 26 + "——", "国"]),
        ("国" * 27 + "——国", ["国" * 27, "——国"]),  # a double dash is not parted, and may begin a line
        ("国" * 26 + "12,345.67人", ["国" * 26, "12,345.67人"]),
        ("国" * 27 + "￥5元", ["国" * 27, "￥5元"]),
    ],
)
def test_cases_of_the_rule(text: str, wanted: list[str]) -> None:
    assert texts(break_lines(text, Face.BODY, 28)) == wanted


def test_a_short_line_is_spread_to_the_full_width() -> None:
    first = break_lines("国" * 28 + "。", Face.BODY, 28)[0]
    assert first.width == pytest.approx(28)
    assert first.segments[0].spacing == pytest.approx(1 / 26)


def test_invisible_marks_do_not_reach_the_paper() -> None:
    assert clean("王\u200b小\ufeff明\x00\ue0100\t好\U000e0100").replace(" ", "") == "王小明\ue0100好"
    assert clean("a\u00a0b\u3000c") == "a b\u3000c"
