"""Lengths of time in minutes: 2小时, 两个半小时, 90分钟, 1小时30分, 2:30, and a column's bare numbers in its unit."""

import re
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from station_app.values.numerals import decimal_text, exact, half_up, number
from station_app.values.reading import Raw, Read, refused, remembered
from station_app.values.text import NONE_WORDS, squeeze

_N = r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+|[零〇一二两俩三四五六七八九十百点壹贰叁肆伍陆柒捌玖拾]+"
_HOUR = r"(?:小时|个小时|钟头|个钟头|时|个钟|hours?|hrs?|h)"
_MINUTE = r"(?:分钟|分|minutes?|mins?|min|m)"
#: One and a half: 一个半小时, 2小时半, 半小时.
_HOURS = re.compile(
    rf"(?P<hours>{_N})(?:(?P<half>个半)(?:小时|钟头|钟)|{_HOUR}(?P<half2>半)?)"
    rf"(?:零|又|加)?(?:(?P<minutes>{_N}){_MINUTE}?|(?P<quarters>[一两三123])刻钟?)?整?"
)
_HALF_HOUR = re.compile(r"半个?(?:小时|钟头|时)|0\.5h")
_MINUTES = re.compile(rf"(?P<minutes>{_N}){_MINUTE}")
_QUARTERS = re.compile(r"(?P<quarters>[一两三123])刻钟")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-5][0-9])(?::[0-5][0-9])?")
_NEGATIVE = re.compile(r"[-−负](?=[0-9.零〇一二两三四五六七八九十])")
_QUARTER_WORDS = {"一": 1, "两": 2, "三": 3, "1": 1, "2": 2, "3": 3}
#: What may be served in one shift: a quarter of an hour to twelve hours.
SHIFT = (15, 720)


@remembered(32768)
def read_hours(raw: Raw, *, unit: str = "hour", bounds: tuple[int, int] | None = SHIFT) -> Read[int]:
    """Reads a length of time into minutes; bare numbers are in ``unit`` ("hour" or "minute").

    Refusals: ``HOURS_RANGE`` (not within ``bounds``, in minutes), ``HOURS_AMBIGUOUS`` (半天, 若干, 2-3小时). Empty is None.
    """
    if isinstance(raw, float | int) and not isinstance(raw, bool):
        value = exact(raw)
        if value is None:
            return refused("HOURS_AMBIGUOUS")
        return _bounded(value * (60 if unit == "hour" else 1), bounds)
    if raw is None:
        return Read(None)
    if isinstance(raw, timedelta):
        return _bounded(Fraction(round(raw.total_seconds()), 60), bounds)
    if isinstance(raw, datetime | date | bool):
        return refused("HOURS_AMBIGUOUS")
    if isinstance(raw, time):
        return _bounded(Fraction(raw.hour * 60 + raw.minute), bounds)
    text = squeeze(raw).lower().rstrip("。.")
    if text in NONE_WORDS or not text:
        return Read(None)
    negative = _NEGATIVE.match(text)
    if negative:
        text = text[1:]
    minutes = _minutes(text, unit)
    if minutes is None:
        return refused("HOURS_AMBIGUOUS")
    return _bounded(-minutes if negative else minutes, bounds)


def _minutes(text: str, unit: str) -> Fraction | None:
    bare = number(text)
    if bare is not None:
        return bare * (60 if unit == "hour" else 1)
    if match := _CLOCK.fullmatch(text):
        return Fraction(int(match[1]) * 60 + int(match[2]))
    if _HALF_HOUR.fullmatch(text):
        return Fraction(30)
    if match := _QUARTERS.fullmatch(text):
        return Fraction(15 * _QUARTER_WORDS[match["quarters"]])
    if match := _MINUTES.fullmatch(text):
        return number(match["minutes"])
    match = _HOURS.fullmatch(text)
    if match is None:
        return None
    hours = number(match["hours"])
    rest = number(match["minutes"]) if match["minutes"] else Fraction(0)
    if hours is None or rest is None:
        return None
    if match["half"] or match["half2"]:
        hours += Fraction(1, 2)
    if match["quarters"]:
        rest += 15 * _QUARTER_WORDS[match["quarters"]]
    return hours * 60 + rest


def _bounded(minutes: Fraction, bounds: tuple[int, int] | None) -> Read[int]:
    if bounds is not None and not bounds[0] <= minutes <= bounds[1]:
        return refused("HOURS_RANGE")
    return Read(half_up(minutes))


def read_minutes(raw: Raw, *, bounds: tuple[int, int] | None = (1, 1440)) -> Read[int]:
    """:func:`read_hours` for columns whose bare numbers are minutes."""
    return read_hours(raw, unit="minute", bounds=bounds)


def show_duration(minutes: int) -> str:
    """1小时30分, 45分, 2小时."""
    sign, minutes = ("-" if minutes < 0 else ""), abs(minutes)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{sign}{rest}分"
    return f"{sign}{hours}小时{rest}分" if rest else f"{sign}{hours}小时"


def show_hours(minutes: int) -> str:
    """Hours with two decimals as the report counts them: 90 → 1.50."""
    return decimal_text(Fraction(minutes, 60), 2)
