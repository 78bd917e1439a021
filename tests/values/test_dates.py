"""Dates: every golden value, the dirt of ledgers, periods, and round trips."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_app.values.dates import (
    Precision,
    SaidDate,
    from_iso,
    from_serial,
    month_period,
    read_date,
    show_date,
)
from station_app.values.lunar import LunarDate, to_lunar
from station_app.values.reading import Raw
from tests.values.golden import golden

TODAY = date(2026, 11, 24)
MARCH = month_period(2024, 3)


@pytest.mark.parametrize("case", golden()["date_parsing"], ids=lambda case: repr(case["input"]))
def test_golden(case: dict[str, Any]) -> None:
    found = read_date(case["input"], today=TODAY, period=MARCH)
    code = case["warn"].removeprefix("reject ").split(":")[0]
    if case["iso"] is None:
        assert (found.value, found.reason) == (None, code)
        return
    assert found.reason is None
    assert found.value is not None
    assert found.value.iso == case["iso"].replace("<year of ledger>", "2024")
    assert found.warnings == ((code,) if code else ())
    assert found.value.precision is (Precision.MONTH if code == "DAY_MISSING" else Precision.DAY)


@pytest.mark.parametrize(
    ("raw", "iso", "warnings"),
    [
        ("2024-3-5 09:00", "2024-03-05", ()),
        ("2024-03-05T09:00:00", "2024-03-05", ()),
        ("2024年3月5日上午9点", "2024-03-05", ()),
        ("2024年3月5日(星期二)", "2024-03-05", ()),
        ("2024年03月05日 09时30分", "2024-03-05", ()),
        ("1945年3月5日生", "1945-03-05", ()),
        ("公历1945.3.5", "1945-03-05", ()),
        ("２０２４－０３－０５", "2024-03-05", ()),
        ("2024、3、5", "2024-03-05", ()),
        ("2024.3.5.", "2024-03-05", ()),
        ("'2024.3.5", "2024-03-05", ()),
        ("45.3.5", "1945-03-05", ("TWO_DIGIT_YEAR",)),
        ("24年3月5日", "2024-03-05", ("TWO_DIGIT_YEAR",)),
        ("二零二四年三月", "2024-03", ("DAY_MISSING",)),
        ("2024年3月", "2024-03", ("DAY_MISSING",)),
        ("202403", "2024-03", ("DAY_MISSING",)),
        (2024.3, "2024-03", ("DAY_MISSING",)),
        (2024.12, "2024-12", ("DAY_MISSING",)),
        ("2024年", "2024", ("MONTH_MISSING",)),
        (2024.0, "2024", ("MONTH_MISSING",)),
        (20240305.0, "2024-03-05", ()),
        (45217.0, "2023-10-18", ("EXCEL_SERIAL",)),
        (45217.75, "2023-10-18", ("EXCEL_SERIAL",)),
        ("45217.0", "2023-10-18", ("EXCEL_SERIAL_TEXT",)),
        (3.5, "2024-03-05", ("YEAR_FROM_TITLE",)),
        (3.12, "2024-03-12", ("YEAR_FROM_TITLE",)),
        ("三月五日", "2024-03-05", ("YEAR_FROM_TITLE",)),
        ("3-5", "2024-03-05", ("YEAR_FROM_TITLE",)),
        ("15/3/2024", "2024-03-15", ()),
        ("3/15/2024", "2024-03-15", ()),
        (date(2024, 3, 5), "2024-03-05", ()),
        (datetime(2024, 3, 5, 9, 30), "2024-03-05", ()),  # noqa: DTZ001 - a cell has no zone
    ],
)
def test_dirt(raw: Any, iso: str, warnings: tuple[str, ...]) -> None:
    found = read_date(raw, today=TODAY, period=MARCH)
    assert found.reason is None
    assert found.value is not None
    assert (found.value.iso, found.warnings) == (iso, warnings)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("2024年3月5-7日", "DATE_RANGE"),
        ("2024.3.5-2024.3.7", "DATE_RANGE"),
        ("2024.3.25-27", "DATE_RANGE"),
        ("2024-03-05至2024-03-07", "DATE_RANGE"),
        ("2024-03-05—2024-03-07", "DATE_RANGE"),
        ("3月5日～7日", "DATE_RANGE"),
        ("2024.3.5、3.7", "DATE_RANGE"),
        ("2024年3-5月", "DATE_RANGE"),
        ("2024.3.5/6", "DATE_RANGE"),
        ("2024.3.5 2024.3.7", "DATE_RANGE"),
        ("2024-03-05\n2024-03-07", "DATE_RANGE"),
        ("3月5、6日", "DATE_RANGE"),
        ("2204.3.5", "DATE_FUTURE"),
        ("3024年3月5日", "DATE_FUTURE"),
        ("3月底", "DATE_UNPARSEABLE"),
        ("月底", "DATE_UNPARSEABLE"),
        ("2024年3月上旬", "DATE_UNPARSEABLE"),
        ("2024年3月5日左右", "DATE_UNPARSEABLE"),
        ("3/5/2024", "DATE_UNPARSEABLE"),
        ("201203", "DATE_UNPARSEABLE"),
        (2024.1, "DATE_UNPARSEABLE"),
        (3.1, "DATE_UNPARSEABLE"),
        (12.0, "DATE_UNPARSEABLE"),
        (-5, "DATE_UNPARSEABLE"),
        (True, "DATE_UNPARSEABLE"),
        (time(9), "DATE_UNPARSEABLE"),
        (timedelta(1), "DATE_UNPARSEABLE"),
        ("20240230", "DATE_INVALID"),
        ("2023年2月29日", "DATE_INVALID"),
        ("0224.3.5", "DATE_INVALID"),
        ("4月31日", "DATE_INVALID"),
        ("2月29日甲", "DATE_UNPARSEABLE"),
        ("2042.3.5", "DATE_FUTURE"),
        ("腊月三十", "LUNAR_NO_YEAR"),
        ("三月初五", "LUNAR_NO_YEAR"),
        ("戊寅年七月初一", "LUNAR_YEAR_AMBIGUOUS"),
        ("2025年腊月三十", "LUNAR_DAY_RANGE"),
        ("2024年闰二月初一", "LUNAR_NO_SUCH_LEAP_MONTH"),
    ],
)
def test_refusals(raw: Any, reason: str) -> None:
    found = read_date(raw, today=TODAY, period=MARCH)
    assert (found.value, found.reason) == (None, reason)


@pytest.mark.parametrize("raw", [None, "", "　", "/", "无", "—"])
def test_nothing(raw: Any) -> None:
    found = read_date(raw, today=TODAY)
    assert (found.value, found.warnings, found.reason) == (None, (), None)


@pytest.mark.parametrize(
    ("raw", "iso", "lunar"),
    [
        ("农历1945年三月初五", "1945-04-16", LunarDate(1945, 3, 5)),
        ("一九四五年三月初五", "1945-04-16", LunarDate(1945, 3, 5)),
        ("1945年农历3月5日", "1945-04-16", LunarDate(1945, 3, 5)),
        ("1945.3.5（农历）", "1945-04-16", LunarDate(1945, 3, 5)),
        ("阴历1945-3-5", "1945-04-16", LunarDate(1945, 3, 5)),
        ("1938年(戊寅)七月初一", "1938-07-27", LunarDate(1938, 7, 1)),
        ("二〇二〇年闰四月初八", "2020-05-30", LunarDate(2020, 4, 8, True)),
        ("一九五〇年腊月廿九(除夕)", "1951-02-05", LunarDate(1950, 12, 29)),
        ("一九五四年冬月初一", "1954-11-25", LunarDate(1954, 11, 1)),
    ],
)
def test_lunar(raw: str, iso: str, lunar: LunarDate) -> None:
    found = read_date(raw, today=TODAY)
    assert found.value is not None, found.reason
    assert (found.value.iso, found.value.lunar, found.value.calendar) == (iso, lunar, "lunar")
    assert found.warnings == ("LUNAR_CONVERTED",)


def test_day_in_words_without_a_sign_is_lunar_and_said_so() -> None:
    found = read_date("一九七八年七月三十", today=TODAY)
    assert found.value is not None
    assert found.value.iso == "1978-09-02"
    assert found.warnings == ("LUNAR_CONVERTED", "LUNAR_ASSUMED")


def test_year_comes_from_the_period_only_when_unique() -> None:
    assert read_date("3月5日", today=TODAY).reason == "DATE_YEAR_MISSING"
    winter = (date(2023, 12, 1), date(2024, 1, 31))
    found = read_date("1月5日", today=TODAY, period=winter)
    assert found.value is not None
    assert found.value.value == date(2024, 1, 5)
    long = (date(2022, 1, 1), date(2024, 12, 31))
    assert read_date("3月5日", today=TODAY, period=long).reason == "DATE_YEAR_MISSING"
    leap = read_date("2月29日", today=TODAY, period=(date(2023, 1, 1), date(2024, 12, 31)))
    assert leap.value is not None
    assert leap.value.value == date(2024, 2, 29)
    assert read_date("2月29日", today=TODAY, period=(date(2023, 1, 1), date(2023, 12, 31))).reason == "DATE_INVALID"


def test_bounds() -> None:
    assert read_date("2024.6.30", today=TODAY, within=MARCH).reason == "DATE_OUT_OF_PERIOD"
    assert read_date("6月30日", today=TODAY, period=MARCH, within=MARCH).reason == "DATE_OUT_OF_PERIOD"
    assert read_date("2042.3.5", today=TODAY, within=MARCH).reason == "DATE_OUT_OF_PERIOD"
    assert read_date("0224.3.5", today=TODAY, within=MARCH).reason == "DATE_OUT_OF_PERIOD"
    assert read_date("2204.3.5", today=TODAY, future=True).reason == "DATE_INVALID"
    assert read_date("2024.3", today=TODAY, within=MARCH).reason is None
    assert read_date("2042.3.5", today=TODAY, future=True).reason is None
    assert read_date("1945.3", today=TODAY, month_enough=True).warnings == ()
    assert read_date("2026-11-24", today=TODAY).reason is None
    assert read_date("2026-11-25", today=TODAY).reason == "DATE_FUTURE"


def test_serials() -> None:
    note = golden()["excel_serial_note"]
    assert "1462" in note
    assert from_serial(1) == date(1900, 1, 1)
    assert from_serial(59) == date(1900, 2, 28)
    assert from_serial(60) is None
    assert from_serial(61) == date(1900, 3, 1)
    assert from_serial(43894, date1904=True) == from_serial(45356) == date(2024, 3, 5)
    found = read_date(43894, today=TODAY, date1904=True)
    assert found.value is not None
    assert found.value.value == date(2024, 3, 5)


@given(st.dates(date(1900, 3, 1), date(2100, 12, 31)))
def test_every_spelling_of_a_day(day: date) -> None:
    spellings: list[Raw] = [
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        f"{day.year}/{day.month:02d}/{day.day:02d}",
        day.isoformat(),
        show_date(day),
        day,
    ]
    for spelling in spellings:
        found = read_date(spelling, today=date(2101, 1, 1))
        assert found.value is not None
        assert found.value.value == day
        assert found.warnings == ()
    assert from_iso(day.isoformat()) == SaidDate(day)
    assert from_serial((day - date(1899, 12, 30)).days) == day


@given(st.dates(date(1905, 1, 1), date(2100, 12, 31)))
def test_lunar_text_round_trip(day: date) -> None:
    said = to_lunar(day)
    found = read_date(f"农历{said.text}", today=date(2101, 1, 1))
    assert found.value is not None
    assert found.value.value == day
    assert found.value.lunar == said


@given(st.one_of(st.text(max_size=20), st.integers(), st.floats(), st.booleans(), st.none()))
def test_anything_is_read_or_refused(raw: Any) -> None:
    found = read_date(raw, today=TODAY, period=MARCH)
    assert found.value is None or found.reason is None


def test_precision_and_display() -> None:
    month = from_iso("2024-02")
    year = from_iso("1945")
    assert month is not None
    assert year is not None
    assert (month.last, year.last) == (date(2024, 2, 29), date(1945, 12, 31))
    assert (show_date(month), show_date(year)) == ("2024年2月", "1945年")
    assert from_iso("2024-13-01") is None
    assert from_iso("abc") is None
    lunar = read_date("农历1945年三月初五", today=TODAY).value
    assert lunar is not None
    assert show_date(lunar) == "农历一九四五年三月初五（1945年4月16日）"
    assert lunar.said == "农历1945年三月初五"
