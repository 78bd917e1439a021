"""Money: golden amounts, capitals that an independent parser takes back, bill dates, prices."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from station_app.values.money import (
    MOST,
    amount_of,
    bill_date,
    capitals,
    read_capitals,
    read_money,
    read_price,
    show_money,
)
from tests.values.golden import golden

AMOUNTS = golden()["capital_amounts"]


@pytest.mark.parametrize("case", AMOUNTS, ids=lambda case: case["display"])
def test_golden(case: dict[str, Any]) -> None:
    assert capitals(case["cents"]) == case["capital"]
    assert show_money(case["cents"]) == case["display"]
    for said in (case["capital"], *case.get("also_accept_on_read", [])):
        assert read_capitals(said).value == case["cents"]
        assert read_money(said).value == case["cents"]
        assert read_money(said).warnings == ("MONEY_CN_NUMERAL",)
    assert read_money(case["display"]).value == case["cents"]


def parsed(capital: str) -> int:
    """An independent reading of capitals: a stack of units, walked once from the left."""
    digits = {"零": 0, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9}
    units = {"拾": 10, "佰": 100, "仟": 1000}
    cents = section = whole = digit = 0
    for sign in capital.removeprefix("人民币").removesuffix("整"):
        if sign in digits:
            digit = digits[sign]
        elif sign in units:
            section, digit = section + digit * units[sign], 0
        elif sign == "万":
            section, digit = (section + digit) * 10**4, 0
        elif sign == "亿":
            whole, section, digit = whole + (section + digit) * 10**8, 0, 0
        elif sign == "元":
            cents, section, digit = (whole + section + digit) * 100, 0, 0
        elif sign == "角":
            cents, digit = cents + digit * 10, 0
        elif sign == "分":
            cents, digit = cents + digit, 0
        else:
            raise AssertionError(sign)
        if sign == "万":
            whole, section = whole + section, 0
    return cents


@given(st.one_of(st.integers(0, MOST), st.integers(0, 10**7), st.integers(0, 10**9).map(lambda n: n * 10000)))
@example(10000123400)
@example(2000010000500)
@example(10**13)
def test_capitals_can_be_taken_back(cents: int) -> None:
    said = capitals(cents)
    assert parsed(said) == cents
    assert read_capitals(said).value == cents
    assert read_money(said).value == cents
    assert "零零" not in said
    assert not said.endswith("零")
    assert said.endswith("整") is (cents % 100 == 0)


def test_skipped_sections_say_zero_once() -> None:
    assert capitals(10000123400) == "人民币壹亿零壹仟贰佰叁拾肆元整"
    assert capitals(2000010000500) == "人民币贰佰亿零壹拾万零伍元整"


def test_no_capitals_beyond_the_agreed() -> None:
    for cents in (-1, MOST + 1):
        with pytest.raises(ValueError, match="no capitals"):
            capitals(cents)


@pytest.mark.parametrize(
    ("raw", "cents", "warnings"),
    [
        ("¥4,368.00", 436800, ()),
        ("￥ 1 200.00", 120000, ()),
        ("1200元", 120000, ()),
        ("1200.5元", 120050, ()),
        ("1200元整", 120000, ()),
        ("RMB 100", 10000, ()),
        ("100块钱", 10000, ()),
        ("5元3角", 530, ()),
        ("5角", 50, ()),
        ("１２００", 120000, ()),
        ("0.12万元", 120000, ("MONEY_UNIT_CONVERTED",)),
        ("3万", 3000000, ("MONEY_UNIT_CONVERTED",)),
        ("1.5千元", 150000, ("MONEY_UNIT_CONVERTED",)),
        ("壹仟贰佰元整", 120000, ("MONEY_CN_NUMERAL",)),
        ("贰佰圆正", 20000, ("MONEY_CN_NUMERAL",)),
        ("五百元", 50000, ("MONEY_CN_NUMERAL",)),
        ("两万三千元", 2300000, ("MONEY_CN_NUMERAL",)),
        ("五块三毛", 530, ("MONEY_CN_NUMERAL",)),
        (1747.2, 174720, ()),
        (1386.0000000001, 138600, ()),
        (0.1 + 0.2, 30, ()),
        (12.345, 1235, ("MONEY_ROUNDED",)),
        (0, 0, ()),
    ],
)
def test_readings(raw: Any, cents: int, warnings: tuple[str, ...]) -> None:
    found = read_money(raw)
    assert (found.value, found.warnings, found.reason) == (cents, warnings, None)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("-5", "MONEY_RANGE"),
        (-5, "MONEY_RANGE"),
        ("(100.00)", "MONEY_RANGE"),
        ("¥-5", "MONEY_RANGE"),
        (10**15, "MONEY_RANGE"),
        ("约100", "MONEY_UNPARSEABLE"),
        ("100-200", "MONEY_UNPARSEABLE"),
        ("100元/月", "MONEY_UNPARSEABLE"),
        ("1.2.3", "MONEY_UNPARSEABLE"),
        (True, "MONEY_UNPARSEABLE"),
        (float("inf"), "MONEY_UNPARSEABLE"),
        (date(2024, 1, 1), "MONEY_UNPARSEABLE"),
    ],
)
def test_refusals(raw: Any, reason: str) -> None:
    assert read_money(raw).reason == reason


def test_columns_and_signs() -> None:
    assert read_money("0.12", column_yuan=10000).value == 120000
    assert read_money(0.12, column_yuan=10000).value == 120000
    assert read_money("0.12万元", column_yuan=10000).value == 120000
    assert read_money("5元", column_yuan=10000).value == 500
    assert read_money("-5", negative=True).value == -500
    assert read_money("(1,234.50)", negative=True).value == -123450
    assert read_money("无").reason is None
    assert show_money(-123456) == "-1,234.56"


@given(st.integers(-(10**12), 10**12))
def test_display_round_trip(cents: int) -> None:
    assert read_money(show_money(cents), negative=True).value == cents
    assert read_money(f"¥{show_money(abs(cents))}").value == abs(cents)


def test_prices() -> None:
    assert read_price(1.1, grams=500).value == 220
    assert read_price("1.1元/斤", grams=500) == read_price(1.1, grams=500)
    assert read_price("2.2元/公斤", grams=500).warnings == ("PRICE_UNIT_CONVERTED",)
    assert read_price("2.2元/公斤", grams=500).value == 220
    assert read_price("2200元/吨", grams=1000).value == 220
    assert read_price("每斤1.1元", grams=500).value == 220
    assert read_price("1元/袋", grams=500).reason == "PRICE_UNIT"
    assert read_price("", grams=500).reason is None
    assert amount_of(630_000, 220) == 138600
    assert amount_of(1500, 333) == 500  # 499.5 goes up


def test_bill_dates() -> None:
    assert bill_date(date(2026, 1, 15)) == "贰零贰陆年零壹月壹拾伍日"
    assert bill_date(date(2026, 10, 20)) == "贰零贰陆年零壹拾月零贰拾日"
    assert bill_date(date(2026, 12, 30)) == "贰零贰陆年壹拾贰月零叁拾日"
    assert bill_date(date(2026, 11, 11)) == "贰零贰陆年壹拾壹月壹拾壹日"
    assert bill_date(date(2026, 2, 1)) == "贰零贰陆年零贰月零壹日"
    assert bill_date(date(2026, 3, 31)) == "贰零贰陆年叁月叁拾壹日"


@given(st.fractions(0, 10**6, max_denominator=10**4))
def test_floats_are_what_people_see(amount: Fraction) -> None:
    shown = round(float(amount), 2)
    assert read_money(shown).value == read_money(f"{shown:.2f}").value
