"""Times of day as ledgers write them: 9：00, 9点半, 上午9:00, 下午2点30分, 0.375, time cells."""

import re
from datetime import date, datetime, time, timedelta

from station_app.values.numerals import exact, half_up, whole_in_words
from station_app.values.reading import Raw, Read, refused, remembered
from station_app.values.text import EMPTY_WORDS, squeeze

_FAST = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_MORNING = ("上午", "早上", "早晨", "清早", "清晨", "早", "am", "a.m.")
_AFTERNOON = ("下午", "傍晚", "午后", "pm", "p.m.")
_PARTS = re.compile(
    r"(?P<half>上午|早上|早晨|清早|清晨|早|下午|午后|傍晚|晚上|夜里|晚|中午|凌晨|半夜|am|pm|a\.m\.|p\.m\.)?"
    r"(?P<hour>[0-9]{1,2}|[零〇一二两三四五六七八九十廿]{1,3})"
    r"(?:(?:点钟?|时|[:.;])(?P<minute>[0-9]{1,2}|[零〇一二三四五六七八九十]{1,3})?(?P<word>半|整|[一三]刻|分)?"
    r"(?::(?P<second>[0-9]{1,2})(?:\.[0-9]+)?|[0-9]{1,2}秒)?)?"
    r"(?P<after>am|pm|a\.m\.|p\.m\.)?"
)
_FOUR = re.compile(r"([01][0-9]|2[0-3])([0-5][0-9])")
_DATE_BEFORE = re.compile(r"^[12][0-9]{3}[-./年][0-9]{1,2}[-./月][0-9]{1,2}[日号]?[T ]?\s*")


@remembered(16384)
def read_time(raw: Raw) -> Read[time]:
    """Reads a time of day to the minute.

    Refusals: ``TIME_RANGE`` (25:00), ``TIME_UNPARSEABLE``. Warning: ``TIME_AMBIGUOUS`` for 上午12点, taken as noon.
    """
    if isinstance(raw, str):
        if match := _FAST.fullmatch(raw):
            return Read(time(int(match[1]), int(match[2])))
        return _read_text(raw)
    if raw is None:
        return Read(None)
    if isinstance(raw, datetime):
        return Read(time(raw.hour, raw.minute))
    if isinstance(raw, time):
        return Read(time(raw.hour, raw.minute))
    if isinstance(raw, timedelta):
        return _of_minutes(round(raw.total_seconds() / 60))
    if isinstance(raw, bool | date):
        return refused("TIME_UNPARSEABLE")
    return _read_number(raw)


def _of_minutes(minutes: int) -> Read[time]:
    return Read(time(minutes // 60, minutes % 60)) if 0 <= minutes < 24 * 60 else refused("TIME_RANGE")


def _read_number(raw: int | float) -> Read[time]:
    """A part of a day (0.375), a date with it (45356.375), or a whole hour (9)."""
    value = exact(raw)
    if value is None or value < 0:
        return refused("TIME_UNPARSEABLE")
    if value < 1 and value.denominator > 1 or value > 2200 and value.denominator > 1:
        return _of_minutes(half_up(value % 1 * 24 * 60))
    if value.denominator == 1 and value < 24:
        return Read(time(int(value), 0))
    if value == 0:
        return Read(time(0, 0))
    # 9.5 may be half past nine or 9.50 mistyped; nobody can tell.
    return refused("TIME_UNPARSEABLE")


def _read_text(raw: str) -> Read[time]:
    text = squeeze(_DATE_BEFORE.sub("", raw.strip())).lower()
    if text in EMPTY_WORDS:
        return Read(None)
    if match := _FAST.fullmatch(text) or _FOUR.fullmatch(text):
        return Read(time(int(match[1]), int(match[2])))
    if re.fullmatch(r"0\.[0-9]+", text):
        return _read_number(float(text))
    parts = _PARTS.fullmatch(text)
    # "9.30" is a time, "9.5" may be half past nine: not guessed.
    if parts is None or re.search(r"[0-9]\.[0-9](?![0-9])", text):
        return refused("TIME_UNPARSEABLE")
    hour, minute = _small(parts["hour"]), _small(parts["minute"]) if parts["minute"] else 0
    word = parts["word"]
    if hour is None or minute is None:
        return refused("TIME_UNPARSEABLE")
    if word in ("半", "一刻", "三刻"):
        if parts["minute"]:
            return refused("TIME_UNPARSEABLE")
        minute = {"半": 30, "一刻": 15, "三刻": 45}[word]
    if minute > 59 or hour > 23:
        return refused("TIME_RANGE")
    return _half_of_day(hour, minute, parts["half"] or parts["after"] or "")


def _half_of_day(hour: int, minute: int, half: str) -> Read[time]:
    """Adds what 上午, 下午, 晚上 … say; a clock of 24 hours (下午14:00) stays as it is."""
    if half in ("am", "a.m."):
        return Read(time(hour % 12 if hour == 12 else hour, minute)) if hour <= 12 else refused("TIME_UNPARSEABLE")
    if half in _MORNING and hour == 12:
        return Read(time(12, minute), ("TIME_AMBIGUOUS",))
    if half in ("凌晨", "半夜") and hour == 12:
        return Read(time(0, minute))
    if half in _MORNING and hour > 12:
        return refused("TIME_UNPARSEABLE")
    if half in _AFTERNOON and 1 <= hour < 12:
        return Read(time(hour + 12, minute))
    if half in ("晚上", "夜里", "晚") and 5 <= hour < 12:
        return Read(time(hour + 12, minute))
    if half in ("晚上", "夜里", "晚") and hour in (12, *range(1, 5)):
        return refused("TIME_UNPARSEABLE")
    if half == "中午" and hour in (1, 2):
        return Read(time(hour + 12, minute))
    return Read(time(hour, minute))


def _small(words: str) -> int | None:
    return int(words) if words.isascii() else whole_in_words(words.replace("零", "", 1) if len(words) == 2 else words)


def show_time(value: time) -> str:
    """09:00."""
    return f"{value.hour:02d}:{value.minute:02d}"
