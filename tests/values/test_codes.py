"""Yes and no, sexes, ethnic groups, crops, divisions, assessment, stipends, sentences of refusals."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import station_app.values
from station_app.values.assessment import SECTIONS, assess, items, level_of, problems, section_most, show_level
from station_app.values.crops import CODES, read_crops
from station_app.values.divisions import (
    counties,
    find_township,
    likely_villages,
    read_village,
    show_village,
    split_address,
    township,
    townships,
    village_codes,
    villages,
)
from station_app.values.ethnic import ethnic_groups, read_ethnic, show_ethnic
from station_app.values.refusals import SENTENCES, ReadingRefusal, ReadingWarning
from station_app.values.sexes import Sex, read_sex
from station_app.values.stipends import highest_level, stipend_rates
from station_app.values.yes_no import read_yes_no, show_yes_no
from tests.values.golden import golden

HANTAI = "150602101"


@pytest.mark.parametrize("word", golden()["yes_no"]["true"])
def test_golden_yes(word: str) -> None:
    assert read_yes_no(word).value is True


@pytest.mark.parametrize("word", golden()["yes_no"]["false"])
def test_golden_no(word: str) -> None:
    assert read_yes_no(word).value is False


@pytest.mark.parametrize("blank", ["", " ", None, "/", "—", "不详", "\u200b"])
def test_blank_is_unknown_never_false(blank: Any) -> None:
    found = read_yes_no(blank)
    assert (found.value, found.reason) == (None, None)


def test_other_flags() -> None:
    assert [read_yes_no(raw).value for raw in (1.0, 0.0, 1, 0, True, False, "（√）", "✔️", "ｙ")] == [
        True,
        False,
        True,
        False,
        True,
        False,
        True,
        True,
        True,
    ]
    assert read_yes_no("也许").reason == "FLAG_UNREADABLE"
    assert read_yes_no(2).reason == "FLAG_UNREADABLE"
    assert [show_yes_no(value) for value in (True, False, None)] == ["是", "否", "未知"]


def test_sexes() -> None:
    assert [read_sex(raw).value for raw in ("男", "女 ", "F", 1, "2", "男性", "", None)] == [
        Sex.MALE, Sex.FEMALE, Sex.FEMALE, Sex.MALE, Sex.FEMALE, Sex.MALE, None, None,
    ]  # fmt: skip
    assert read_sex("雌").reason == "SEX_UNREADABLE"
    assert [sex.letter for sex in Sex] == ["", "M", "F", ""]


@pytest.mark.parametrize(("code", "name"), golden()["ethnic_codes"].items())
def test_golden_ethnic_groups(code: str, name: str) -> None:
    assert ethnic_groups()[code] == name
    if code != "97":
        assert read_ethnic(name).value == code
        assert read_ethnic(code).value == code
        assert read_ethnic(show_ethnic(code)).value == code


def test_ethnic_spellings() -> None:
    assert [read_ethnic(raw).value for raw in ("蒙", "蒙族", "達斡爾族", "维族", " 汉 族 ", "回民")] == [
        "02",
        "02",
        "31",
        "05",
        "01",
        "03",
    ]
    for unknown in ("其它", "其他", "某族"):
        found = read_ethnic(unknown)
        assert (found.value, found.warnings, found.reason) == (None, ("ETHNIC_UNKNOWN",), None)
    assert read_ethnic("").warnings == ()


def test_crops() -> None:
    assert read_crops("苞米").value == ("MAIZE",)
    assert read_crops("苞米").warnings == ()
    assert read_crops("山药").value == ("POTATO",)
    assert read_crops("山药").warnings == ("CROP_ALIAS_LOCAL",)
    assert read_crops("玉米、土豆").value == ("MAIZE", "POTATO")
    assert read_crops("玉米、土豆").warnings == ("CROP_MULTI_SPLIT",)
    assert read_crops("红薯").warnings == ("CROP_OTHER",)
    assert read_crops(5.0).reason == "CROP_UNREADABLE"
    assert read_crops("").value is None
    assert [read_crops(code).value for code in CODES] == [(code,) for code in CODES]


def test_divisions() -> None:
    assert len(townships()) == 88
    assert sum(one.regular for one in townships().values()) == 77
    assert len(counties()) == 9
    hantai = township("15060210101")
    assert hantai is not None
    assert hantai.full_name == "东胜区罕台镇"
    assert find_township("东胜区罕台镇") == find_township("罕台镇") == find_township(HANTAI) == hantai
    assert find_township("不存在镇") is None


def test_villages() -> None:
    for spelling in (
        "永胜村",
        "永胜",
        "永胜村委会",
        "罕台镇永胜村",
        "鄂尔多斯市东胜区罕台镇永胜村",
        "永勝村",
        "150602101204",
    ):
        found = read_village(spelling, HANTAI)
        assert found.value is not None
        assert (found.value.code, found.warnings) == ("150602101204", ())
    unknown = read_village("罕台村", HANTAI)
    assert unknown.value is not None
    assert (unknown.value.code, unknown.value.name, unknown.warnings) == (None, "罕台村", ("VILLAGE_UNKNOWN",))
    assert likely_villages("罕台村", HANTAI) == ("150602101208",)
    assert read_village("150602101999").reason == "VILLAGE_CODE"
    assert read_village("").reason is None
    assert len(village_codes("育才社区")) > 1
    assert read_village("育才社区").warnings == ("VILLAGE_UNKNOWN",)
    assert show_village("150602101204") == "罕台镇永胜村委会"
    assert split_address("罕台镇灶火壕村问家湾社", HANTAI) == ("灶火壕村", "问家湾社")
    assert split_address("入户", HANTAI) == ("", "入户")


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("胜利村", "150625100208"),
        ("胜利社区", "150625100006"),
        ("胜利居委会", "150625100006"),
        ("胜利", None),
        ("克珠日村", "150623102226"),
    ],
)
def test_village_and_community_of_one_name(spelling: str, code: str | None) -> None:
    found = read_village(spelling, code[:9] if code else "150625100").value
    assert found is not None
    assert found.code == code


def test_every_village_is_found_by_its_own_name() -> None:
    lost = []
    for code, (name, town) in villages().items():
        found = read_village(name, town).value
        twins = [other for other, value in villages().items() if value == (name, town)]
        if (found is None or found.code != code) and len(twins) == 1:
            lost.append(name)
    assert lost == []


@pytest.mark.parametrize("case", golden()["assessment"], ids=lambda case: f"{case['total']}-{case['final_level']}")
def test_golden_assessments(case: dict[str, Any]) -> None:
    found = assess(
        case["scores"],
        coma=case["coma"],
        dementia_or_mental=case["dementia_or_mental"],
        risk_events_30d=case["risk_events_30d"],
    ).value
    assert found is not None
    assert (found.total, found.preliminary, found.final) == (
        case["total"],
        case["preliminary_level"],
        case["final_level"],
    )
    assert sum(found.sections.values()) == found.total


@pytest.mark.parametrize("case", golden()["assessment_invalid"], ids=lambda case: case["reason"])
def test_golden_invalid_assessments(case: dict[str, Any]) -> None:
    scores: Mapping[str, object] = {**golden()["assessment"][0]["scores"], **case["change"]}
    code = case["reason"].split(" ")[0]
    assert assess(scores).reason == code
    assert problems(scores) == {next(iter(case["change"])): code}


def test_assessment_form() -> None:
    expected = golden()["gbt42195_items"]
    assert [(item.code, item.name, item.most) for item in items().values()] == [
        (i["code"], i["name"], i["max"]) for i in expected
    ]
    most = golden()["gbt42195_section_max"]
    assert {section: section_most(section) for section in SECTIONS} == {k: v for k, v in most.items() if k != "total"}
    assert sum(item.most for item in items().values()) == most["total"] == 90
    for level in golden()["gbt42195_levels"]:
        assert level_of(level["min"]) == level_of(level["max"]) == level["level"]
    full = {code: item.most for code, item in items().items()}
    assert assess({**full, "B9.9": 1}).reason == "ITEM_UNKNOWN"
    assert assess(full, risk_events_30d=-1).reason == "RISK_EVENTS_RANGE"
    assert assess({**full, "B1.1": True}).reason == "SCORE_NOT_INTEGER"
    assert assess({**full, "B1.1": 4.0}).value == assess(full).value
    assert show_level(2) == "2级（中度失能）"


@given(st.data())
def test_assessments_never_fall_by_a_diagnosis(data: st.DataObject) -> None:
    scores = {code: data.draw(st.integers(0, item.most)) for code, item in items().items()}
    plain, worse, coma = (
        assess(scores).value,
        assess(scores, dementia_or_mental=True, risk_events_30d=5).value,
        assess(scores, coma=True).value,
    )
    assert plain is not None
    assert worse is not None
    assert coma is not None
    assert plain.total == sum(scores.values())
    assert worse.final == min(plain.final + 1, 4)
    assert coma.final == 4
    assert plain.preliminary == worse.preliminary == coma.preliminary == plain.final


def test_golden_stipends() -> None:
    rates = stipend_rates()
    assert [(rate.title, rate.cents) for rate in rates.values()] == [
        (r["level"], r["cents"]) for r in golden()["stipend"]
    ]
    assert highest_level(("junior", "senior", "mid")) == "senior"
    assert highest_level(()) == "none"


def test_every_code_of_a_reader_has_a_sentence() -> None:
    known = {str(code) for code in (*ReadingRefusal, *ReadingWarning)}
    assert set(SENTENCES) == {*ReadingRefusal, *ReadingWarning}
    returned: set[str] = set()
    for module in Path(station_app.values.__file__).parent.glob("*.py"):
        if module.name not in ("refusals.py", "lunar.py"):
            returned |= set(re.findall(r'"([A-Z]+(?:_[A-Z0-9]+)+)"', module.read_text(encoding="utf-8")))
        elif module.name == "lunar.py":
            returned |= set(re.findall(r'"(LUNAR_[A-Z_]+)"', module.read_text(encoding="utf-8")))
    assert returned - {"PYPINYIN_NO_PHRASES"} == known  # a library's variable of the environment
