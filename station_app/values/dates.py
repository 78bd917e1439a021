"""Dates as people say them: solar or lunar, to the day, month or year, from text, serial numbers and cells."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction

from station_app.values import lunar
from station_app.values.lunar import LunarDate
from station_app.values.numerals import digits_in_words, exact, whole_in_words
from station_app.values.reading import Raw, Read, refused, remembered
from station_app.values.text import NONE_WORDS, narrow, squeeze

#: First and last day, both included.
Period = tuple[date, date]

FIRST_YEAR, LAST_YEAR = 1850, 2150
#: Serial numbers that are taken for a day: 1906 to 2119; smaller ones are years, ages and other mistakes.
_FIRST_SERIAL, _LAST_SERIAL = 2200, 80000
_1904 = 1462


class Precision(StrEnum):
    """How exactly a date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class SaidDate:
    """A date with what is known of it: ``value`` is its first possible day, ``said`` the text as written."""

    value: date
    precision: Precision = Precision.DAY
    said: str = ""
    lunar: LunarDate | None = None

    @property
    def calendar(self) -> str:
        """ "lunar" when it was said in the lunar calendar, else "solar"."""
        return "lunar" if self.lunar else "solar"

    @property
    def iso(self) -> str:
        """2024-03-05, 2024-03 or 2024."""
        return self.value.isoformat()[: {"day": 10, "month": 7, "year": 4}[self.precision.value]]

    @property
    def last(self) -> date:
        """The last possible day."""
        if self.precision is Precision.DAY:
            return self.value
        if self.precision is Precision.YEAR:
            return date(self.value.year, 12, 31)
        return month_end(self.value)

    def __str__(self) -> str:
        return self.iso


def month_end(day: date) -> date:
    """The last day of a day's month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def month_period(year: int, month: int) -> Period:
    """The days of a calendar month."""
    first = date(year, month, 1)
    return first, month_end(first)


def from_iso(text: str) -> SaidDate | None:
    """A stored "2024-03-05", "2024-03" or "2024"."""
    try:
        if len(text) == 10:
            return SaidDate(date.fromisoformat(text))
        if len(text) == 7:
            return SaidDate(date.fromisoformat(text + "-01"), Precision.MONTH)
        return SaidDate(date(int(text), 1, 1), Precision.YEAR) if len(text) == 4 else None
    except ValueError:
        return None


def from_serial(serial: Fraction | int | float, date1904: bool = False) -> date | None:
    """A spreadsheet's day number; 60 of the 1900 system (29 February 1900) never was."""
    whole = int(serial) + (_1904 if date1904 else 0)
    if whole == 60 or whole < 1:
        return None
    try:
        return date(1899, 12, 31 if whole < 60 else 30) + timedelta(days=whole)
    except OverflowError:
        return None


_FAST = re.compile(r"([12][0-9]{3})([-./年])([0-9]{1,2})[-./月]([0-9]{1,2})[日号]?")
_TIME_OF_DAY = re.compile(
    r"(?:[T\s]\s*|(?<=[日号]))(?:[上下]午|早上|晚上|中午|凌晨)?\s*[0-9]{1,2}[:时点][0-9]{0,2}(?:[:分][0-9]{0,2}秒?(?:\.[0-9]+)?)?(?:Z|[+-][0-9:]+)?$"
)
_WEEKDAY = re.compile(r"[(\[]?(?:星期|周|礼拜)[一二三四五六日天][)\]]?")
_HALF_DAY = re.compile(r"(?:上午|下午|晚上|早上|早晨|中午|全天)$")
_BORN = re.compile(r"(?:出?生|登记|建档|填)$")
_SOLAR = re.compile(r"[(\[]?(?:公历|阳历|新历|国历|西历)[)\]]?[:]?")
_LUNAR = re.compile(r"农历|阴历|旧历|古历|老历|夏历|[(\[]农[)\]]|[(\[]阴[)\]]")
_LUNAR_SIGNS = re.compile(r"初|廿|正月|冬月|腊月|臘月|闰|除夕")
_SEPARATED = re.compile(r"([0-9]{4})[-./年]([0-9]{1,2})[-./月]([0-9]{1,2})[日号.]?")
_EIGHT = re.compile(r"([12][0-9]{3})([0-9]{2})([0-9]{2})")
_SIX = re.compile(r"([12][0-9]{3})([0-9]{2})")
_TWO_DIGIT = re.compile(r"'?([0-9]{2})[-./年]([0-9]{1,2})[-./月]([0-9]{1,2})[日号.]?")
_MONTH = re.compile(r"'?([0-9]{4}|[0-9]{2}(?=年))[-./年]([0-9]{1,2})(?:月份?)?")
_MONTH_DAY = re.compile(r"([0-9]{1,2})[-./月]([0-9]{1,2})[日号.]?")
_YEAR = re.compile(r"([0-9]{4})年?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-./])([0-9]{1,2})\2([0-9]{4})")
_SERIAL = re.compile(r"([0-9]{5})(?:\.([0-9]+))?")
_NUMBERS = re.compile("[0-9]+")
_WORDS = re.compile(
    r"(?:([〇零○一二三四五六七八九两0-9]{2,4})年)?([正一二三四五六七八九十0-9]{1,3})月(?:([一二三四五六七八九十廿卅0-9]{1,3})([日号])?)?"
)


@remembered(131072)
def read_date(
    raw: Raw,
    *,
    today: date,
    period: Period | None = None,
    within: Period | None = None,
    future: bool = False,
    month_enough: bool = False,
    date1904: bool = False,
) -> Read[SaidDate]:
    """Reads a date.

    ``period``: where a date without a year must lie ("3月5日"); ``within``: the dates a ledger may hold, others are
    refused (``DATE_OUT_OF_PERIOD``); ``future``: whether days after ``today`` are allowed, else ``DATE_FUTURE``;
    ``month_enough``: a month without a day is complete (出生年月).

    Warnings: ``EXCEL_SERIAL``, ``EXCEL_SERIAL_TEXT``, ``TWO_DIGIT_YEAR``, ``YEAR_FROM_TITLE``, ``DAY_MISSING``,
    ``MONTH_MISSING``, ``LUNAR_CONVERTED``, ``LUNAR_ASSUMED``. Refusals: ``DATE_INVALID``, ``DATE_RANGE``,
    ``DATE_UNPARSEABLE``, ``DATE_YEAR_MISSING``, ``LUNAR_NO_YEAR``, ``LUNAR_YEAR_AMBIGUOUS`` and those of lunar days.
    """
    if isinstance(raw, str):
        if match := _FAST.fullmatch(raw):
            found = _day(match[1], match[3], match[4], raw)
        else:
            found = _read_text(raw, today, period, date1904)
    elif isinstance(raw, datetime):
        found = Read(SaidDate(raw.date(), said=raw.date().isoformat()))
    elif isinstance(raw, date):
        found = Read(SaidDate(raw, said=raw.isoformat()))
    elif raw is None:
        return Read(None)
    elif isinstance(raw, bool | time | timedelta):
        return refused("DATE_UNPARSEABLE")
    else:
        found = _read_number(raw, today, period, date1904)
    return _bounded(found, today, within, future, month_enough)


def _bounded(
    found: Read[SaidDate], today: date, within: Period | None, future: bool, month_enough: bool
) -> Read[SaidDate]:
    said = found.value
    if said is None:
        return found
    if within is not None and (said.last < within[0] or said.value > within[1]):
        return refused("DATE_OUT_OF_PERIOD")
    if not future and said.value > today:
        return refused("DATE_FUTURE")
    if not FIRST_YEAR <= said.value.year <= LAST_YEAR:
        return refused("DATE_INVALID")
    if month_enough and "DAY_MISSING" in found.warnings:
        return Read(said, tuple(code for code in found.warnings if code != "DAY_MISSING"))
    return found


def _day(year: str | int, month: str | int, day: str | int, said: str, *warnings: str) -> Read[SaidDate]:
    try:
        return Read(SaidDate(date(int(year), int(month), int(day)), said=said), warnings)
    except ValueError:
        return refused("DATE_INVALID")


def _month(year: str | int, month: str | int, said: str, *warnings: str) -> Read[SaidDate]:
    try:
        first = date(int(year), int(month), 1)
    except ValueError:
        return refused("DATE_INVALID")
    return Read(SaidDate(first, Precision.MONTH, said), (*warnings, "DAY_MISSING"))


def _month_day(month: str | int, day: str | int, said: str, period: Period | None) -> Read[SaidDate]:
    month, day = int(month), int(day)
    if not 1 <= month <= 12 or not 1 <= day <= 31 or (month in (4, 6, 9, 11) and day > 30) or (month == 2 and day > 29):
        return refused("DATE_INVALID")
    if period is None:
        return refused("DATE_YEAR_MISSING")
    possible: list[date] = []
    for year in range(period[0].year, period[1].year + 1):
        try:
            possible.append(date(year, month, day))
        except ValueError:
            continue
    inside = [one for one in possible if period[0] <= one <= period[1]]
    chosen = inside or possible
    if not chosen:
        return refused("DATE_INVALID")
    # In one year it is that year's day, though outside the period; of several years none is guessed.
    if len(chosen) > 1:
        return refused("DATE_YEAR_MISSING")
    return Read(SaidDate(chosen[0], said=said), ("YEAR_FROM_TITLE",))


def _two_digit(year: str, month: str | int, today: date) -> int:
    """24 → 2024, 45 → 1945: the latest century that is not in the future."""
    recent = 2000 + int(year)
    return recent if (recent, int(month)) <= (today.year, today.month) else recent - 100


def _read_number(raw: int | float, today: date, period: Period | None, date1904: bool) -> Read[SaidDate]:
    value = exact(raw)
    if value is None or value <= 0:
        return refused("DATE_UNPARSEABLE")
    if value.denominator == 1:
        text = str(value.numerator)
        if _EIGHT.fullmatch(text) or (_SIX.fullmatch(text) and len(text) == 6):
            return _read_text(text, today, period, date1904)
        if len(text) == 4 and 1900 <= value <= 2100:
            return _year(text, text)
    elif value < 13 or 1900 <= value < 2100:
        # A typed 3.5 or 2024.3 became a number; 3.1 may have been 3.10, so it is not guessed.
        text = repr(float(raw))
        if re.fullmatch(r"[0-9]+\.(?:[4-9]|[1-3][1-9]|0[1-9]|[23])", text) and not text.endswith((".2", ".3")):
            return _read_text(text, today, period, date1904)
        if 1900 <= value < 2100 and text.endswith((".2", ".3")):
            return _read_text(text, today, period, date1904)
        return refused("DATE_UNPARSEABLE")
    if not _FIRST_SERIAL <= value + (_1904 if date1904 else 0) <= _LAST_SERIAL:
        return refused("DATE_UNPARSEABLE")
    day = from_serial(value, date1904)
    return refused("DATE_INVALID") if day is None else Read(SaidDate(day, said=day.isoformat()), ("EXCEL_SERIAL",))


def _year(text: str, said: str) -> Read[SaidDate]:
    if not FIRST_YEAR <= int(text) <= LAST_YEAR:
        return refused("DATE_UNPARSEABLE")
    return Read(SaidDate(date(int(text), 1, 1), Precision.YEAR, said), ("MONTH_MISSING",))


def _read_text(raw: str, today: date, period: Period | None, date1904: bool) -> Read[SaidDate]:
    said = narrow(raw)
    if said.lower() in NONE_WORDS or not said:
        return Read(None)
    if len(_FAST.findall(said)) > 1:
        return refused("DATE_RANGE")
    text = squeeze(_TIME_OF_DAY.sub("", said)).rstrip("。.")
    text = text.lstrip("'‘’`").replace("。", ".").replace("—", "-").replace("–", "-").replace("−", "-")
    text = re.sub(r"^([0-9]{4})[、,]([0-9]{1,2})[、,]([0-9]{1,2})$", r"\1.\2.\3", text)
    text = _SOLAR.sub("", _HALF_DAY.sub("", _BORN.sub("", _WEEKDAY.sub("", text))))
    if _LUNAR.search(text) or _LUNAR_SIGNS.search(text):
        return _read_lunar(text, said, today)
    if _is_range(text):
        return refused("DATE_RANGE")
    if not text.isascii() and (words := _WORDS.fullmatch(text)):
        return _read_words(words, said, today, period)
    if match := _SEPARATED.fullmatch(text) or _EIGHT.fullmatch(text):
        return _day(match[1], match[2], match[3], said)
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(match, said)
    if match := _TWO_DIGIT.fullmatch(text):
        return _day(_two_digit(match[1], match[2], today), match[2], match[3], said, "TWO_DIGIT_YEAR")
    if match := _MONTH.fullmatch(text):
        if len(match[1]) == 2:
            return _month(_two_digit(match[1], match[2], today), match[2], said, "TWO_DIGIT_YEAR")
        return _month(match[1], match[2], said)
    if match := _SIX.fullmatch(text):
        return _six(match, said)
    if match := _MONTH_DAY.fullmatch(text):
        return _month_day(match[1], match[2], said, period)
    if match := _YEAR.fullmatch(text):
        return _year(match[1], said)
    if match := _SERIAL.fullmatch(text):
        day = from_serial(int(match[1]), date1904) if _FIRST_SERIAL <= int(match[1]) <= _LAST_SERIAL else None
        return refused("DATE_UNPARSEABLE") if day is None else Read(SaidDate(day, said=said), ("EXCEL_SERIAL_TEXT",))
    return refused("DATE_UNPARSEABLE")


def _is_range(text: str) -> bool:
    """Whether a text names more than one day."""
    if len(_NUMBERS.findall(text)) < 2:
        return False
    if re.search(r"[0-9日号月][至到~,、;和及][0-9]", text) or re.search(r"[日号]-[0-9]", text):
        return True
    numbers = len(_NUMBERS.findall(text))
    if _FAST.match(text) and numbers > 3:
        return True
    return "-" in text and (numbers > 3 or bool(re.search("[./年月日]", text)))


def _six(match: re.Match[str], said: str) -> Read[SaidDate]:
    """202403 is a month; 201203 might be 2012-03 or 20-12-03 and is refused."""
    text = match[0]
    try:
        date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        return _month(match[1], match[2], said)
    return refused("DATE_UNPARSEABLE")


def _year_last(match: re.Match[str], said: str) -> Read[SaidDate]:
    """3/15/2024 or 15/3/2024: taken only when one of the two cannot be a month, or both are the same."""
    first, second, year = int(match[1]), int(match[3]), match[4]
    if first > 12 or first == second:
        return _day(year, second, first, said)
    if second > 12:
        return _day(year, first, second, said)
    return refused("DATE_UNPARSEABLE")


def _read_words(match: re.Match[str], said: str, today: date, period: Period | None) -> Read[SaidDate]:
    """二〇二四年三月五日, 三月五日; a day in words without 日 is how lunar days are said."""
    year, month_words, day_words, day_sign = match[1], match[2], match[3], match[4]
    if day_words and not day_sign and not day_words.isascii():
        return _read_lunar(match[0], said, today, assumed=True)
    month, day = _small(month_words), _small(day_words) if day_words else None
    if month is None or (day_words and day is None):
        return refused("DATE_UNPARSEABLE")
    if year is None:
        return refused("DATE_UNPARSEABLE") if day is None else _month_day(month, day, said, period)
    digits = digits_in_words(year) or ""
    warnings: tuple[str, ...] = ()
    if len(digits) == 2:
        digits, warnings = str(_two_digit(digits, month, today)), ("TWO_DIGIT_YEAR",)
    if len(digits) != 4:
        return refused("DATE_UNPARSEABLE")
    return _month(digits, month, said, *warnings) if day is None else _day(digits, month, day, said, *warnings)


def _small(words: str) -> int | None:
    return int(words) if words.isascii() and words.isdigit() else whole_in_words(words)


def _read_lunar(text: str, said: str, today: date, assumed: bool = False) -> Read[SaidDate]:
    text = re.sub(r"[(\[][^)\]]*[)\]]", "", _LUNAR.sub("", text)).strip(":,")
    before, sign, after = text.partition("年")
    if not sign:
        before, after = "", text
        if match := re.fullmatch(r"([0-9]{4})[-./]([0-9]{1,2})[-./]([0-9]{1,2})[日号]?", text):
            before, after = match[1], f"{int(match[2])}月{int(match[3])}日"
    month_day = lunar.read_month_day(after)
    if month_day is None:
        return refused("DATE_UNPARSEABLE")
    if not before:
        return refused("LUNAR_NO_YEAR")
    year = lunar.read_year(before, today)
    if year.value is None:
        return refused(year.reason or "DATE_UNPARSEABLE")
    month, day, leap = month_day
    solar = lunar.to_solar(year.value, month, day, leap)
    if solar.value is None:
        return refused(solar.reason or "DATE_INVALID")
    warnings = ("LUNAR_CONVERTED", "LUNAR_ASSUMED") if assumed else ("LUNAR_CONVERTED",)
    return Read(SaidDate(solar.value, Precision.DAY, said, LunarDate(year.value, month, day, leap)), warnings)


def show_date(value: SaidDate | date) -> str:
    """2024年3月5日, 2024年3月, 2024年; a lunar date as it was said, with its solar day."""
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if value.lunar is not None:
        return f"农历{value.lunar.text}（{show_date(value.value)}）"
    if value.precision is Precision.DAY:
        return show_date(value.value)
    year = f"{value.value.year}年"
    return f"{year}{value.value.month}月" if value.precision is Precision.MONTH else year
