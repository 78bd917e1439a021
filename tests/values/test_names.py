"""Names and their readings: dirt, remarks, two people, rare characters, Mongols, every golden surname."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_app.values.names import PersonName, is_mongolian_script, read_mongolian_name, read_name, surname_of
from station_app.values.pinyin import MOST, pinyin_keys, readings, sort_key, sounds_like
from tests.values.golden import golden

SURNAMES = golden()["surname_pinyin"]


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("张玉梅", "张玉梅"),
        ("梁  海", "梁海"),
        ("罗\u3000玉", "罗玉"),
        ("刘秀英\n", "刘秀英"),
        ("刘\n秀英", "刘秀英"),
        ("刘\r\n秀英", "刘秀英"),
        ("刘\r秀英", "刘秀英"),
        ("\u200b贺秀英\ufeff", "贺秀英"),
        ("敖 登格日勒", "敖登格日勒"),
        ("乌云 其其格", "乌云其其格"),
        ("欧阳 明华", "欧阳明华"),
        ("孟根 高娃", "孟根高娃"),
        ("张 和平", "张和平"),
        ("李和", "李和"),
        ("阿拉腾敖其尔", "阿拉腾敖其尔"),
        ("𠅤㛃", "𠅤㛃"),
        ("𬶏", "𬶏"),
        ("John Smith", "John Smith"),
        ("单", "单"),
        *((f"宝音{dot}德力格尔", "宝音·德力格尔") for dot in "•・‧．·"),
    ],
)
def test_names(raw: str, name: str) -> None:
    found = read_name(raw)
    assert (found.value, found.warnings, found.reason) == (PersonName(name), (), None)


@pytest.mark.parametrize(
    ("raw", "expected", "warning"),
    [
        ("仇存女(已故)", PersonName("仇存女", deceased=True), "DECEASED_NOTE"),
        ("仇存女（去世）", PersonName("仇存女", deceased=True), "DECEASED_NOTE"),
        ("仇存女已故", PersonName("仇存女", deceased=True), "DECEASED_NOTE"),
        ("仇存女【2023年病故】", PersonName("仇存女", deceased=True), "DECEASED_NOTE"),
        ("何志强（小名二蛋）", PersonName("何志强", alias="二蛋"), "NAME_ALIAS_NOTE"),
        ("何志强(又名：何强)", PersonName("何志强", alias="何强"), "NAME_ALIAS_NOTE"),
        ("何志强 小名二蛋", PersonName("何志强", alias="二蛋"), "NAME_ALIAS_NOTE"),
        ("乌云（曾用名：其其格）", PersonName("乌云", former="其其格"), "NAME_ALIAS_NOTE"),
        ("张三(五保户)", PersonName("张三", note="五保户"), "NAME_NOTE"),
        ("张\ue000", PersonName("张\ue000"), "NAME_PRIVATE_USE"),
    ],
)
def test_remarks_are_split_off(raw: str, expected: PersonName, warning: str) -> None:
    found = read_name(raw)
    assert (found.value, found.warnings, found.reason) == (expected, (warning,), None)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "NAME_MISSING"),
        (None, "NAME_MISSING"),
        ("无", "NAME_MISSING"),
        ("不详", "NAME_MISSING"),
        ("（已故）", "NAME_MISSING"),
        ("张三、李四", "NAME_SEVERAL"),
        ("张三/李四", "NAME_SEVERAL"),
        ("王海 张玉梅", "NAME_SEVERAL"),
        ("王海\n张玉梅", "NAME_SEVERAL"),
        ("张三和李四", "NAME_SEVERAL"),
        ("张三 和 李四", "NAME_SEVERAL"),
        ("张3", "NAME_FORMAT"),
        ("1.张三", "NAME_FORMAT"),
        (5.0, "NAME_FORMAT"),
        ("张三?", "NAME_FORMAT"),
        ("張" * 51, "NAME_TOO_LONG"),
    ],
)
def test_refusals(raw: Any, reason: str) -> None:
    assert read_name(raw).reason == reason


@given(st.text("𠅤𬶏㛃张玉梅阿拉腾", min_size=1, max_size=50))
def test_length_is_counted_in_characters(name: str) -> None:
    found = read_name(name)
    assert found.value is not None
    assert found.value.text == name
    assert read_name(name + "张" * 50).reason == "NAME_TOO_LONG"


def test_mongolian_script() -> None:
    name = "ᠪᠠᠶᠠᠨ\u202fᠤ"
    assert is_mongolian_script(name)
    assert read_mongolian_name(f" {name} ").value == name
    assert read_mongolian_name("巴雅尔").reason == "NAME_NOT_MONGOLIAN"
    assert read_mongolian_name("").reason is None
    assert read_name(name).value == PersonName(name)
    assert not is_mongolian_script("\u202f")


@pytest.mark.parametrize(("surname", "reading"), SURNAMES["map"].items())
def test_golden_surnames(surname: str, reading: str) -> None:
    keys = pinyin_keys(surname + "玉梅")
    assert reading + "yumei" in keys
    assert sort_key(surname + "玉梅").replace(" ", "") == reading + "yumei"
    for other in SURNAMES["also_index"].get(surname, []):
        assert other + "yumei" in keys
    usual = SURNAMES["pypinyin_0_55_default_differs"].get(surname)
    if usual:
        assert usual + "yumei" in keys
    assert keys == tuple(dict.fromkeys(keys))


def test_full_readings_come_before_initials() -> None:
    assert pinyin_keys("单玉梅") == ("shanyumei", "danyumei", "chanyumei", "sym", "dym", "cym")
    assert "lvxiuying" in pinyin_keys("吕秀英")
    assert "luxiuying" in pinyin_keys("吕秀英")
    assert {"yuchijing", "weichijing", "ycj"} <= set(pinyin_keys("尉迟敬"))
    assert {"baoyindeligeer", "bydlge"} <= set(pinyin_keys("宝音德力格尔"))
    assert pinyin_keys("区玉")[0] == pinyin_keys("區玉")[0] == "ouyu"
    assert pinyin_keys("John") == ("john",)
    assert pinyin_keys("") == ()
    assert pinyin_keys("ᠪᠠᠶᠠᠨ") == ()


def test_long_names_do_not_explode_and_lose_no_reading() -> None:
    name = "单乐重行长好都藏曾"
    keys = pinyin_keys(name)
    assert MOST < len(keys) < 150
    for place, character in enumerate(name):
        for reading in readings(character)[:4]:
            assert any(reading in key for key in keys), (place, character, reading)


def test_names_heard_alike() -> None:
    assert sounds_like("敖其尔") == sounds_like("奥其尔") == sounds_like("敖奇尔")
    assert sounds_like("张青") == sounds_like("臧勤")
    assert sounds_like("李玉梅") != sounds_like("王玉梅")


def test_surnames() -> None:
    assert [surname_of(n) for n in ("张玉梅", "欧阳明华", "阿拉腾敖其尔", "宝音·德力", "单")] == [
        "张",
        "欧阳",
        "",
        "",
        "",
    ]
