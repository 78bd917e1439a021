"""The lunar calendar: conversion, birthdays in years that lack their day, solar terms; by lunar_python, which agrees with the moon."""

import re
from dataclasses import dataclass
from datetime import date

from station_app.values.numerals import digits_in_words
from station_app.values.reading import Read, refused, remembered

# lunar_python is imported where it is needed: it takes longer to load than the rest of the values together, and a
# program that starts must not wait for a lunar birthday.

_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_MONTHS = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊")
_TENS = ("初", "十", "廿", "三")
_ONES = "一二三四五六七八九十"
FIRST_YEAR, LAST_YEAR = 1850, 2150
TERMS = "小寒 大寒 立春 雨水 惊蛰 春分 清明 谷雨 立夏 小满 芒种 夏至 小暑 大暑 立秋 处暑 白露 秋分 寒露 霜降 立冬 小雪 大雪 冬至".split()


@dataclass(frozen=True, slots=True)
class LunarDate:
    """A day of the lunar calendar; ``leap`` marks the second month of its number."""

    year: int
    month: int
    day: int
    leap: bool = False

    @property
    def text(self) -> str:
        """二〇二〇年闰四月初八."""
        year = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(self.year))
        return f"{year}年{month_day_text(self.month, self.day, self.leap)}"


def month_day_text(month: int, day: int, leap: bool = False) -> str:
    """闰四月初八, 腊月三十."""
    if day in (10, 20, 30):
        said = {10: "初十", 20: "二十", 30: "三十"}[day]
    else:
        said = _TENS[day // 10] + _ONES[day % 10 - 1]
    return f"{'闰' if leap else ''}{_MONTHS[month - 1]}月{said}"


@remembered(1024)
def leap_month(year: int) -> int:
    """The number of the month that comes twice in a lunar year, 0 when none does."""
    from lunar_python import LunarYear

    return int(LunarYear.fromYear(year).getLeapMonth())


@remembered(4096)
def days_in_month(year: int, month: int, leap: bool = False) -> int:
    """29 or 30; 0 when the year has no such month."""
    if not FIRST_YEAR <= year <= LAST_YEAR or not 1 <= month <= 12 or (leap and leap_month(year) != month):
        return 0
    from lunar_python import LunarMonth

    return int(LunarMonth.fromYm(year, -month if leap else month).getDayCount())


@remembered(16384)
def to_solar(year: int, month: int, day: int, leap: bool = False) -> Read[date]:
    """The solar day of a lunar one.

    Refusals: ``LUNAR_YEAR_RANGE``, ``LUNAR_MONTH_RANGE``, ``LUNAR_NO_SUCH_LEAP_MONTH``, ``LUNAR_DAY_RANGE``.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return refused("LUNAR_YEAR_RANGE")
    if not 1 <= month <= 12:
        return refused("LUNAR_MONTH_RANGE")
    days = days_in_month(year, month, leap)
    if not days:
        return refused("LUNAR_NO_SUCH_LEAP_MONTH")
    if not 1 <= day <= days:
        return refused("LUNAR_DAY_RANGE")
    from lunar_python import Lunar

    solar = Lunar.fromYmd(year, -month if leap else month, day).getSolar()
    return Read(date(solar.getYear(), solar.getMonth(), solar.getDay()))


@remembered(16384)
def to_lunar(day: date) -> LunarDate:
    """The lunar day of a solar one."""
    from lunar_python import Solar

    lunar = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    month = int(lunar.getMonth())
    return LunarDate(int(lunar.getYear()), abs(month), int(lunar.getDay()), month < 0)


@remembered(16384)
def birthday_in(month: int, day: int, leap: bool, year: int) -> date | None:
    """The solar day on which a lunar birthday is kept in lunar year ``year``.

    三十 becomes 廿九 in a short month; a leap month's birthday is kept in the ordinary month of its number when the year
    has no such leap month.
    """
    kept_leap = leap and leap_month(year) == month
    days = days_in_month(year, month, kept_leap)
    return to_solar(year, month, min(day, days), kept_leap).value if days else None


def next_birthday(month: int, day: int, leap: bool, after: date) -> date | None:
    """The first keeping of a lunar birthday on or after a day."""
    start = to_lunar(after).year
    for year in (start, start + 1, start + 2):
        kept = birthday_in(month, day, leap, year)
        if kept is not None and kept >= after:
            return kept
    return None


def cyclic_years(text: str, first: int, last: int) -> tuple[int, ...]:
    """The years of a cycle's name (戊寅) between two years, both included."""
    if len(text) != 2 or text[0] not in _STEMS or text[1] not in _BRANCHES:
        return ()
    stem, branch = _STEMS.index(text[0]), _BRANCHES.index(text[1])
    return tuple(year for year in range(first, last + 1) if ((year - 4) % 10, (year - 4) % 12) == (stem, branch))


def year_name(year: int) -> str:
    """1938 → 戊寅."""
    return _STEMS[(year - 4) % 10] + _BRANCHES[(year - 4) % 12]


_MONTH_WORDS = {
    **{word: i + 1 for i, word in enumerate(_MONTHS)},
    "一": 1,
    "元": 1,
    "十一": 11,
    "十二": 12,
    "寒": 11,
    "臘": 12,
}
_DAY_WORDS = {
    **{"初" + one: i + 1 for i, one in enumerate(_ONES)},
    **{one: i + 1 for i, one in enumerate(_ONES)},
    **{"十" + one: i + 11 for i, one in enumerate(_ONES[:9])},
    **{tens + one: i + 21 for tens in ("廿", "二十", "念") for i, one in enumerate(_ONES[:9])},
    "二十": 20,
    "廿": 20,
    "廿十": 20,
    "三十": 30,
    "卅": 30,
    "除夕": 30,
}
_MONTH_DAY = re.compile(r"(闰)?(十[一二]|[正元一二三四五六七八九十冬腊臘寒]|1[0-2]|0?[1-9])月(?:份)?(.+?)[日号]?$")


def read_month_day(text: str) -> tuple[int, int, bool] | None:
    """(month, day, leap) of "闰四月初八", "腊月三十", "3月初5", "3月5日"; None when it is no lunar day."""
    match = _MONTH_DAY.fullmatch(text)
    if match is None:
        return None
    month = _MONTH_WORDS.get(match[2]) or (int(match[2]) if match[2].isdigit() else 0)
    said = match[3]
    digits = said.removeprefix("初")
    day = _DAY_WORDS.get(said) or (int(digits) if digits.isascii() and digits.isdigit() else 0)
    return (month, day, match[1] is not None) if month and 1 <= day <= 30 else None


def read_year(text: str, today: date) -> Read[int]:
    """A lunar year as 1945, 一九四五, 戊寅 or 1938(戊寅); a cycle's name alone is one of several: ``LUNAR_YEAR_AMBIGUOUS``."""
    words = re.sub(r"[(（\[].*?[)）\]]", "", text)
    digits = digits_in_words(words)
    if digits is not None and len(digits) == 4:
        return Read(int(digits))
    if len(words) == 2:
        years = cyclic_years(words, today.year - 130, today.year)
        if len(years) == 1:
            return Read(years[0])
        if years:
            return refused("LUNAR_YEAR_AMBIGUOUS")
    return refused("DATE_UNPARSEABLE")


@remembered(64)
def solar_terms(year: int) -> dict[str, date]:
    """The 24 solar terms that fall in a solar year, from 小寒 to 冬至."""
    from lunar_python import Lunar

    table = Lunar.fromYmd(year, 6, 1).getJieQiTable()
    found: dict[str, date] = {}
    # The table runs over the edges of the year; its Latin keys are the neighbours' terms.
    latin = {
        "DA_XUE": "大雪",
        "DONG_ZHI": "冬至",
        "XIAO_HAN": "小寒",
        "DA_HAN": "大寒",
        "LI_CHUN": "立春",
        "YU_SHUI": "雨水",
    }
    latin["JING_ZHE"] = "惊蛰"
    for key, solar in table.items():
        day = date(solar.getYear(), solar.getMonth(), solar.getDay())
        if day.year == year:
            found[latin.get(key, key)] = day
    return {term: found[term] for term in TERMS}


def term_on(day: date) -> str | None:
    """The solar term that begins on a day."""
    return next((term for term, begins in solar_terms(day.year).items() if begins == day), None)
