"""Whatever stands in a cell, every reader gives a value or a code of its closed sets, the same one twice, and never raises."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station_app.values.areas import read_area
from station_app.values.counts import read_count
from station_app.values.crops import read_crops
from station_app.values.dates import read_date
from station_app.values.divisions import read_village, split_address
from station_app.values.durations import read_hours, read_minutes
from station_app.values.ethnic import read_ethnic
from station_app.values.id_numbers import read_id_number
from station_app.values.money import read_capitals, read_money, read_price
from station_app.values.names import read_mongolian_name, read_name
from station_app.values.phones import read_phone, read_phones
from station_app.values.pinyin import pinyin_keys, sort_key, sounds_like
from station_app.values.reading import Raw, Read
from station_app.values.refusals import ReadingRefusal, ReadingWarning
from station_app.values.sexes import read_sex
from station_app.values.text import fold_search, is_empty, tidy
from station_app.values.times import read_time
from station_app.values.weights import read_weight
from station_app.values.yes_no import read_yes_no

TODAY = date(2026, 11, 24)
YEAR = (date(2024, 1, 1), date(2024, 12, 31))
READERS: dict[str, Callable[[Raw], Read[Any]]] = {
    "area": read_area,
    "area_in_column": lambda raw: read_area(raw, column_unit="m2", bounds=None),
    "count": read_count,
    "crops": read_crops,
    "date": lambda raw: read_date(raw, today=TODAY, period=YEAR),
    "date_1904": lambda raw: read_date(raw, today=TODAY, within=YEAR, future=True, month_enough=True, date1904=True),
    "village": lambda raw: read_village(raw, "150602101"),
    "hours": read_hours,
    "minutes": lambda raw: read_minutes(raw, bounds=None),
    "ethnic": read_ethnic,
    "id_number": lambda raw: read_id_number(raw, TODAY),
    "money": read_money,
    "money_in_column": lambda raw: read_money(raw, column_yuan=10000, negative=True),
    "price": lambda raw: read_price(raw, grams=500),
    "name": read_name,
    "mongolian_name": read_mongolian_name,
    "phone": read_phone,
    "phones": read_phones,
    "sex": read_sex,
    "time": read_time,
    "weight": read_weight,
    "weight_in_column": lambda raw: read_weight(raw, column_unit="jin"),
    "yes_no": read_yes_no,
}
#: What such cells are made of, so that chance comes near to real dirt.
PIECES = st.sampled_from(
    "0 1 2 5 9 12 30 2024 1945 19900001234 152722194503059979 . - / ~ : ： ， 、 ( ) （ ） 年 月 日 号 初 闰 正 腊 农历 至 到 约 多 半 零 一 两 "
    "三 十 百 千 万 亿 元 角 分 亩 厘 斤 公斤 吨 袋 小时 h 点 上午 下午 晚上 张 王 和 · 已故 小名 无 不详 √ × ¥ 壹 贰 拾 整 E+17 X Х * ' \u200b ١ ² ㎡ ½ ⑤ "
    "村 嘎查 社区".split(" ")
)
CELLS = st.one_of(
    st.lists(PIECES, max_size=8).map("".join),
    st.lists(PIECES, max_size=5).map(" ".join),
    st.text(max_size=30),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=100, deadline=None)
@given(raw=CELLS)
def test_a_reader_answers(reader: str, raw: Any) -> None:
    found = READERS[reader](raw)
    assert found.reason is None or found.value is None
    assert found.reason is None or found.reason in set(ReadingRefusal)
    assert set(found.warnings) <= {*ReadingWarning, *ReadingRefusal}
    assert len(set(found.warnings)) == len(found.warnings)
    again = READERS[reader](raw)
    assert (again.value, again.reason) == (found.value, found.reason)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.lists(PIECES, max_size=8).map("".join), st.text(max_size=30)))
def test_texts_are_folded_once_for_all(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert fold_search(fold_search(text)) == fold_search(text)
    assert is_empty(text) in (True, False)
    assert all(key.isascii() for key in pinyin_keys(text))
    assert sort_key(text).isascii()
    assert sounds_like(text).isascii()
    assert read_capitals(text).reason in (None, "MONEY_UNPARSEABLE")
    village, rest = split_address(text)
    assert isinstance(village + rest, str)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=20), st.sampled_from(sorted(READERS)))
def test_invisible_characters_and_outer_spaces_change_nothing(text: str, reader: str) -> None:
    if reader == "mongolian_name":
        return
    plain, dirty = READERS[reader](tidy(text)), READERS[reader](f"\u200b {tidy(text)}\ufeff ")
    assert dirty.reason == plain.reason
    # The words as said keep their spaces; what they mean does not change.
    assert str(dirty.value) == str(plain.value)
