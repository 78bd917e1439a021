"""Lunar calendar, solar terms, working days: golden values, round trips, independent checks."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_app.values.lunar import (
    LunarDate,
    birthday_in,
    cyclic_years,
    days_in_month,
    leap_month,
    month_day_text,
    next_birthday,
    read_month_day,
    solar_terms,
    term_on,
    to_lunar,
    to_solar,
    year_name,
)
from station_app.values.reading import forget_everything
from station_app.values.working_days import (
    Deadline,
    add_working_days,
    calendar_known,
    is_late,
    is_working_day,
    last_working_day,
    working_days_between,
)
from tests.values.golden import golden

LUNAR = golden()["lunar"]


@pytest.mark.parametrize("case", LUNAR["cases"], ids=lambda case: case["text"])
def test_golden_lunar(case: dict[str, Any]) -> None:
    lunar = LunarDate(case["lunar_year"], case["lunar_month"], case["lunar_day"], case["leap"])
    solar = date.fromisoformat(case["solar"])
    assert to_solar(lunar.year, lunar.month, lunar.day, lunar.leap).value == solar
    assert to_lunar(solar) == lunar
    if case["text"][0] in "一二":
        assert case["text"].startswith(lunar.text)


@pytest.mark.parametrize("case", LUNAR["invalid"], ids=lambda case: case["reason"])
def test_golden_invalid(case: dict[str, Any]) -> None:
    assert to_solar(case["y"], abs(case["m"]), case["d"], case["m"] < 0).reason == case["reason"].split(" ")[0]


def test_golden_birthdays() -> None:
    assert birthday_in(12, 30, False, 2025) == date(2026, 2, 16)
    assert birthday_in(4, 8, True, 2026) == date(2026, 5, 24)
    assert birthday_in(4, 8, True, 2020) == date(2020, 5, 30)
    assert days_in_month(2025, 12) == LUNAR["month_2025_12_days"]
    assert next_birthday(12, 30, False, date(2026, 2, 17)) == birthday_in(12, 30, False, 2026)
    assert next_birthday(1, 1, False, date(2026, 2, 17)) == date(2026, 2, 17)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_lunar_round_trip(day: date) -> None:
    lunar = to_lunar(day)
    assert to_solar(lunar.year, lunar.month, lunar.day, lunar.leap).value == day
    following = to_lunar(day + timedelta(days=1))
    assert following.day in (lunar.day + 1, 1)
    assert read_month_day(month_day_text(lunar.month, lunar.day, lunar.leap)) == (lunar.month, lunar.day, lunar.leap)
    kept = birthday_in(lunar.month, lunar.day, lunar.leap, lunar.year)
    assert kept == day


@pytest.mark.parametrize(
    ("day", "lunar"),
    [
        ("1933-07-22", LunarDate(1933, 5, 30, True)),
        ("1933-08-20", LunarDate(1933, 6, 29)),
        ("1933-08-21", LunarDate(1933, 7, 1)),
        ("1954-11-25", LunarDate(1954, 11, 1)),
        ("1954-12-25", LunarDate(1954, 12, 1)),
        ("1978-09-02", LunarDate(1978, 7, 30)),
        ("1978-10-02", LunarDate(1978, 9, 1)),
    ],
)
def test_days_another_library_gets_wrong(day: str, lunar: LunarDate) -> None:
    assert to_lunar(date.fromisoformat(day)) == lunar


def test_cycles() -> None:
    assert year_name(1938) == "戊寅"
    assert cyclic_years("戊寅", 1900, 2026) == (1938, 1998)
    assert cyclic_years("戊卯", 1900, 2026) == ()
    assert year_name(2026) == "丙午"
    assert leap_month(2025) == 6
    assert leap_month(2026) == 0


@pytest.mark.parametrize("year", golden()["solar_terms"])
def test_golden_solar_terms(year: str) -> None:
    expected = golden()["solar_terms"][year]
    found = solar_terms(int(year))
    assert {term: day.isoformat() for term, day in found.items()} == expected
    assert list(found.values()) == sorted(found.values())
    assert term_on(date.fromisoformat(expected["清明"])) == "清明"
    assert term_on(date(int(year), 1, 1)) is None


@pytest.mark.parametrize("case", golden()["working_days"]["cases"], ids=lambda case: case["start"])
def test_golden_working_days(case: dict[str, Any]) -> None:
    start, deadline = date.fromisoformat(case["start"]), date.fromisoformat(case["deadline"])
    assert add_working_days(start, case["workdays"]) == Deadline(deadline, True)
    assert working_days_between(start, deadline) == case["workdays"]
    assert not is_late(start, deadline, case["workdays"])
    assert is_late(start, deadline + timedelta(days=1), case["workdays"])


def test_after_the_published_years_it_is_a_guess_and_said_so() -> None:
    assert add_working_days(date(2026, 12, 25), 10) == Deadline(date(2027, 1, 8), False)
    assert not calendar_known(2027)
    assert calendar_known(2026)
    assert is_working_day(date(2027, 3, 5))
    assert not is_working_day(date(2027, 3, 6))
    assert last_working_day(2024, 3) == Deadline(date(2024, 3, 29), True)
    assert last_working_day(2027, 12).certain is False
    assert add_working_days(date(2024, 3, 1), 0).day == date(2024, 3, 1)
    with pytest.raises(ValueError, match="negative"):
        add_working_days(date(2024, 3, 1), -1)


def test_make_up_days() -> None:
    assert is_working_day(date(2024, 2, 4))  # a Sunday worked before the spring festival
    assert not is_working_day(date(2024, 2, 12))


@given(st.dates(date(2004, 1, 1), date(2026, 11, 1)), st.integers(1, 30))
def test_deadlines_are_working_days(start: date, count: int) -> None:
    deadline = add_working_days(start, count)
    assert is_working_day(deadline.day)
    assert working_days_between(start, deadline.day) == count
    assert working_days_between(start, deadline.day - timedelta(days=1)) == count - 1


def test_a_later_year_is_added_by_its_table_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "working_days.csv").write_text("day,working\n2027-03-05,0\n2027-03-06,1\n", encoding="utf-8")
    monkeypatch.setattr("station_app.values.working_days.RESOURCES", tmp_path)
    forget_everything()
    try:
        assert not is_working_day(date(2027, 3, 5))
        assert is_working_day(date(2027, 3, 6))
        assert add_working_days(date(2027, 3, 4), 1) == Deadline(date(2027, 3, 6), True)
    finally:
        forget_everything()


@given(st.dates(date(2004, 1, 1), date(2026, 12, 31)))
def test_working_days_are_those_of_the_published_calendar(day: date) -> None:
    assert is_working_day(day) == chinese_calendar.is_workday(day)
