"""Whole numbers of people, times and things: 7, 7次, 三人, 约20户."""

import re
from datetime import date, datetime, time, timedelta

from station_app.values.numerals import exact, number
from station_app.values.reading import Raw, Read, refused, remembered
from station_app.values.text import NONE_WORDS, squeeze

_UNIT = re.compile(
    r"(?:人次|人|次数|次|户次|户|个|名|位|场次|场|件|份|块|节|期|天|元|口|只|头|岁|周岁|袋|桶|套|张|条|处|家|组|月|年|分)$"
)
_ABOUT_BEFORE = re.compile(r"^(?:大约|大概|约|近|将近|至少)")
_ABOUT_AFTER = re.compile(r"(?:左右|上下|多|余|以上)$")
_ORDINAL = re.compile(r"^共计?")


@remembered(16384)
def read_count(raw: Raw, *, least: int = 0, most: int | None = 10**9) -> Read[int]:
    """Reads a whole number; warning ``COUNT_APPROX``; refusals ``COUNT_RANGE``, ``COUNT_UNPARSEABLE``; empty is None.

    无 and strokes are None, not 0: a count nobody wrote is unknown.
    """
    if raw is None:
        return Read(None)
    if isinstance(raw, bool | date | datetime | time | timedelta):
        return refused("COUNT_UNPARSEABLE")
    warnings: tuple[str, ...] = ()
    if isinstance(raw, int | float):
        value = exact(raw)
    else:
        text = squeeze(raw)
        if text.lower() in NONE_WORDS or not text:
            return Read(None)
        plain = _ABOUT_BEFORE.sub("", _ORDINAL.sub("", text))
        plain = _ABOUT_AFTER.sub("", _UNIT.sub("", _ABOUT_AFTER.sub("", plain)))
        if plain != _UNIT.sub("", _ORDINAL.sub("", text)):
            warnings = ("COUNT_APPROX",)
        sign = -1 if re.match(r"[-−负][0-9]", plain) else 1
        value = number(plain[1:] if sign < 0 else plain)
        value = None if value is None else sign * value
    if value is None or value.denominator != 1:
        return refused("COUNT_UNPARSEABLE")
    count = int(value)
    if count < least or (most is not None and count > most):
        return refused("COUNT_RANGE")
    return Read(count, warnings)
