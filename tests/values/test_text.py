"""Text folding, empty words, numbers in words, record ids, the memory of readings."""

import re
from datetime import date
from fractions import Fraction
from pathlib import Path

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_app.values import reading
from station_app.values.id_numbers import read_id_number
from station_app.values.ids import is_uuid, new_id
from station_app.values.numerals import (
    decimal_text,
    digits_in_words,
    exact,
    half_up,
    number,
    short_text,
    whole_in_words,
)
from station_app.values.text import (
    as_text,
    fold_search,
    is_empty,
    is_unknown,
    narrow,
    private_use,
    squeeze,
    tidy,
    to_simplified,
)


def test_narrow_squeeze_tidy() -> None:
    assert narrow("　１２．５㎡\u200b ") == "12.5m2"
    assert squeeze(" 1 2\n3 ") == "123"
    assert tidy("罕台　村\u200b 四社  55号\r\n电话：１３８") == "罕台村四社 55号\n电话：138"
    assert tidy("２０㎡①") == "20㎡①"
    assert tidy("梁  海") == "梁海"
    assert tidy("Anna  Bo") == "Anna Bo"
    assert tidy("a\x00b") == "ab"
    assert tidy("你好，世界") == "你好，世界"
    assert tidy("e\u0301") == "\u00e9"


def test_empty_and_unknown() -> None:
    for word in ("", " ", "　", "无", "—", "/", "N/A", "不详", "暂无", "\u200b", "＼"):
        assert is_empty(word), word
    for kept in ("0", "否", "无为", "张无", 0, 0.0, False):
        assert not is_empty(kept), kept
    assert is_empty(None)
    assert is_unknown("不详")
    assert not is_unknown("无")


def test_as_text() -> None:
    assert [as_text(raw) for raw in (5.0, 5.5, "a", None, True, date(2024, 3, 5), 7)] == [
        "5",
        "5.5",
        "a",
        "",
        "True",
        "2024-03-05",
        "7",
    ]


def test_fold_search() -> None:
    assert fold_search("呼嚕格 馬頭琴協會") == fold_search("呼噜格马头琴协会")
    assert fold_search("ＡＢＣ") == "abc"
    assert fold_search("宝音•德力格尔") == fold_search("宝音·德力格尔")
    assert fold_search("罗\u3000玉") == "罗玉"


def test_traditional_table_is_opencc() -> None:
    dictionary = Path(opencc.__file__).parent / "dictionary" / "TSCharacters.txt"
    for line in dictionary.read_text(encoding="utf-8").splitlines():
        traditional, simplified = line.split("\t")
        assert to_simplified(traditional) == simplified.split(" ")[0]
    assert to_simplified("社會工作站") == opencc.OpenCC("t2s").convert("社會工作站")


def test_private_use() -> None:
    assert private_use("张\ue000")
    assert not private_use("张𠅤")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十", 10),
        ("十五", 15),
        ("廿五", 25),
        ("一百零五", 105),
        ("一百五", 150),
        ("一百一十五", 115),
        ("两千三", 2300),
        ("一万二", 12000),
        ("一万零五百", 10500),
        ("壹拾万零伍", 100005),
        ("十二亿三千万", 1_230_000_000),
        ("零", 0),
    ],
)
def test_numbers_in_words(text: str, value: int) -> None:
    assert whole_in_words(text) == value
    assert number(text) == value


@pytest.mark.parametrize(
    "text", ["五六", "百", "十十", "", "一二三", "一百百", "千一", "五亩", "12,00", "1.2.3", "--5", "1e5"]
)
def test_no_single_number(text: str) -> None:
    assert number(text) is None


def test_numbers() -> None:
    assert number("1,200.50") == Fraction("1200.5")
    assert number("1.2万") == 12000
    assert number("半") == Fraction(1, 2)
    assert number("三点一四") == Fraction(314, 100)
    assert digits_in_words("二〇二四") == "2024"
    assert digits_in_words("二年") is None
    assert exact(0.1) == Fraction(1, 10)
    assert exact(float("nan")) is None
    assert exact(float("inf")) is None
    assert exact(True) is None
    assert (half_up(Fraction(1, 2)), half_up(Fraction(-1, 2)), half_up(Fraction(3, 2))) == (1, -1, 2)
    assert (decimal_text(Fraction(1, 3), 2), decimal_text(Fraction(-5, 2), 0), short_text(Fraction(52, 10))) == (
        "0.33",
        "-3",
        "5.2",
    )


@given(st.integers(0, 10**12 - 1))
def test_spoken_numbers_are_taken_back(value: int) -> None:
    assert whole_in_words(_spoken(value)) == value


def _spoken(value: int) -> str:
    """Every position said in full, zeros between once: independent of the reader."""
    if value == 0:
        return "零"
    said = ""
    for scale, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        section = value // scale % 10**4
        if not section:
            continue
        digits = "".join(
            ("一二三四五六七八九"[int(d) - 1] + unit) if d != "0" else "零"
            for d, unit in zip(f"{section:04d}", ("千", "百", "十", ""), strict=True)
        )
        said += re.sub("零+", "零", digits).rstrip("零") + name
    return said.lstrip("零")


def test_ids_grow_and_are_version_7() -> None:
    made = [new_id() for _ in range(20000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert all(is_uuid(one) for one in made)
    assert {one[14] for one in made} == {"7"}
    assert {one[19] for one in made} <= set("89ab")


def test_ids_grow_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    first = new_id()
    monkeypatch.setattr("station_app.values.ids.time.time_ns", lambda: 0)
    second = new_id()
    assert second > first


def test_is_uuid_is_strict() -> None:
    one = new_id()
    assert not is_uuid("0192F0A1-0000-7000-8000-00000000000A")
    assert not is_uuid(one.replace("-", ""))
    assert not is_uuid(one + "\n")


def test_readings_are_forgotten() -> None:
    read_id_number("152722194503059979", date(2026, 11, 24))
    assert read_id_number.cache_info().currsize > 0  # type: ignore[attr-defined]  # the cache under the reader
    reading.forget_everything()
    assert read_id_number.cache_info().currsize == 0  # type: ignore[attr-defined]  # as above


def test_a_number_a_text_and_a_yes_are_remembered_apart() -> None:
    from station_app.values.counts import read_count

    assert [read_count(1).value, read_count(True).reason, read_count("1").value, read_count(1.0).value] == [
        1,
        "COUNT_UNPARSEABLE",
        1,
        1,
    ]
