"""Identity numbers: every golden value, the order of checks, round trips of the check character."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_app.values.id_numbers import IdNumber, check_character, mask_id_number, read_id_number
from station_app.values.sexes import Sex
from tests.values.golden import golden

TODAY = date(2026, 11, 24)
#: The vectors name two warnings otherwise than the ledgers' expected codes, which win.
LEDGER_CODE = {"NORM_CYRILLIC_HA": "ID_LOOKALIKE_X"}


@pytest.mark.parametrize("case", golden()["id_numbers"], ids=lambda case: repr(case["input"]))
def test_golden(case: dict[str, Any]) -> None:
    found = read_id_number(case["input"], TODAY)
    code = case["reason"].split(" ")[0]
    code = LEDGER_CODE.get(code, code)
    if case["status"] == "reject":
        assert (found.value, found.reason) == (None, code)
        return
    assert found.reason is None
    assert found.value is not None
    assert found.value.text == case["canonical"]
    assert found.value.birth.isoformat() == case["birth"]
    assert found.value.sex.letter == case["sex"]
    assert found.value.area == case["area"]
    assert found.warnings == ((code,) if case["status"] == "ok_warn" else ())
    if case.get("minor_under_14"):
        assert found.value.age_on(TODAY) < 14


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("152726********9985", "ID_FORMAT"),
        (150627194811049000.0, "ID_PRECISION_LOST"),
        (152722194503059979, "ID_PRECISION_LOST"),
        (1527224503059971, "ID_PRECISION_LOST"),
        (1527224503059971.0, "ID_PRECISION_LOST"),
        ("1.52722E17", "ID_PRECISION_LOST"),
        ("1.52722e+17", "ID_PRECISION_LOST"),
        ("１．５２７２２Ｅ＋１７", "ID_PRECISION_LOST"),
        ("152722194503059979.0", "ID_PRECISION_LOST"),
        (True, "ID_FORMAT"),
        (date(2024, 1, 1), "ID_FORMAT"),
        (1234.0, "ID_LENGTH"),
        (float("nan"), "ID_FORMAT"),
        (-152722450305997.0, "ID_FORMAT"),
        (152722450305997.5, "ID_FORMAT"),
        (None, "ID_EMPTY"),
        ("—", "ID_EMPTY"),
        ("不详", "ID_EMPTY"),
        ("　", "ID_EMPTY"),
        ("X52722194503059979", "ID_FORMAT"),
        ("1527221945030X9979", "ID_FORMAT"),
        ("152722١٩٤٥03059979", "ID_FORMAT"),
    ],
)
def test_refusals(raw: Any, reason: str) -> None:
    assert read_id_number(raw, TODAY).reason == reason


@pytest.mark.parametrize(
    "raw",
    ["15272319400101999Х", "15272319400101999х", "15272319400101999Χ", "15272319400101999χ", "15272319400101999×"],
)
def test_letters_that_look_like_x(raw: str) -> None:
    found = read_id_number(raw, TODAY)
    assert found.value == IdNumber("15272319400101999X")
    assert found.warnings == ("ID_LOOKALIKE_X",)


@pytest.mark.parametrize(
    "raw",
    [
        "152722194503059979\u200b",
        "\ufeff152722 19450305 9979\n",
        "‘152722194503059979",
        "152722194503059979’",
        "`152722194503059979",
        "　１５２７２２１９４５０３０５９９７９　",
    ],
)
def test_silent_mending(raw: str) -> None:
    assert read_id_number(raw, TODAY) == read_id_number("152722194503059979", TODAY)


def test_day_of_judgement_decides_the_future() -> None:
    number = "150603201706019981"
    assert read_id_number(number, date(2017, 6, 1)).value is not None
    assert read_id_number(number, date(2017, 5, 31)).reason == "ID_FUTURE_BIRTH"


def test_masked_and_age() -> None:
    number = IdNumber("152722194503059979")
    assert number.masked == "152722********9979"
    assert mask_id_number("1234") == "****"
    assert number.age_on(date(2025, 3, 4)) == 79
    assert number.age_on(date(2025, 3, 5)) == 80
    leap = IdNumber("152722194802299972")
    assert (leap.age_on(date(2025, 2, 28)), leap.age_on(date(2025, 3, 1))) == (76, 77)


@given(
    st.sampled_from(
        ["152701", "152722", "152723", "152724", "152725", "152726", "152727", "152728", "150602", "150627"]
    ),
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
    st.data(),
)
def test_checksum_round_trip(area: str, birth: date, order: int, data: st.DataObject) -> None:
    body = f"{area}{birth:%Y%m%d}{order:03d}"
    number = body + check_character(body)
    found = read_id_number(number, TODAY)
    assert found.value is not None
    assert found.value.birth == birth
    assert found.value.sex is (Sex.MALE if order % 2 else Sex.FEMALE)
    assert not found.warnings
    # Any single changed digit is noticed: by the checksum, or by an earlier check.
    at = data.draw(st.integers(0, 16))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != number[at]]))
    assert read_id_number(number[:at] + other + number[at + 1 :], TODAY).reason is not None
    # The old fifteen digits lead to the same number for those born in the century they were made for.
    if birth.year < 2000:
        old = read_id_number(area + f"{birth:%y%m%d}{order:03d}", TODAY)
        assert old.value == found.value
        assert old.warnings == ("ID_15_UPGRADED",)


def test_swapped_neighbours_are_noticed() -> None:
    number = "152722194503059979"
    for at in range(16):
        if number[at] != number[at + 1]:
            swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
            assert read_id_number(swapped, TODAY + timedelta(0)).reason is not None
