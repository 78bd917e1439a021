"""Numbers in words and digits: 两千三百, 壹仟贰佰, 一百五, 1,200, 1.2万, read exactly or not at all."""

import re
from fractions import Fraction

from station_app.values.reading import remembered

_DIGITS = {
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    **dict(zip("〇壹贰叁肆伍陆柒捌玖", range(10), strict=True)),
    "○": 0, "◯": 0, "两": 2, "俩": 2, "仨": 3, "弌": 1, "弍": 2, "弎": 3, "貳": 2, "參": 3, "陸": 6, "幺": 1,
    "贰": 2, "兩": 2, "叄": 3, "弐": 2, "壱": 1,
}  # fmt: skip
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
#: Characters of numbers in words, as a regular expression's class.
NUMERALS = "".join(_DIGITS) + "".join(_UNITS) + "".join(_MYRIADS) + "廿卅"
_PLAIN = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?|[+-]?\.\d+")
_SCALED = re.compile(r"([+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?)([十百千万亿]{1,2})")
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8, "十万": 10**5, "百万": 10**6, "千万": 10**7}


def digits_in_words(text: str) -> str | None:
    """二〇二四 → "2024": one digit a character, for years; None when another character is there."""
    digits = [str(_DIGITS[c]) if c in _DIGITS else c if c.isascii() and c.isdigit() else None for c in text]
    return None if not digits or None in digits else "".join(d for d in digits if d is not None)


@remembered(8192)
def whole_in_words(text: str) -> int | None:
    """A whole number in words, 一百二十三, 廿五, 两千三 (2300), 壹拾万零伍; None when it is none, or unclear (五六)."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    if not text or any(c not in _DIGITS and c not in _UNITS and c not in _MYRIADS for c in text):
        return None
    total = 0
    for scale in (10**8, 10**4):
        # The greatest unit splits the number: what stands before it is multiplied, what follows is added.
        signs = [c for c, value in _MYRIADS.items() if value == scale]
        at = max((text.rfind(c) for c in signs), default=-1)
        if at < 0:
            continue
        before = whole_in_words(text[:at])
        if before is None or before == 0 or (scale == 10**4 and before >= 10**4):
            return None
        rest = text[at + 1 :]
        if not rest:
            return total + before * scale
        if len(rest) == 1 and rest in _DIGITS and _DIGITS[rest]:
            return total + before * scale + _DIGITS[rest] * scale // 10  # 一万二 = 12,000
        total += before * scale
        text = rest
    small = _below_myriad(text)
    return None if small is None else total + small


def _below_myriad(text: str) -> int | None:
    total, digit, last, zero = 0, None, 10**4, False
    for c in text:
        if c in _DIGITS:
            if digit is not None and digit != 0:
                return None  # 五六: two digits beside each other are a guess ("five or six"), not a number
            zero = zero or _DIGITS[c] == 0
            digit = _DIGITS[c]
        else:
            unit = _UNITS[c]
            if unit >= last or digit == 0 and total == 0 or (digit is None and unit != 10):
                return None
            if digit is None and total:
                digit = 1
            total += (1 if digit is None else digit) * unit
            digit, last, zero = None, unit, False
    if digit is None:
        return total
    if digit and not zero and 100 <= last < 10**4:
        return total + digit * last // 10  # 一百五 = 150
    return total + digit


@remembered(65536)
def number(text: str) -> Fraction | None:
    """An exact number from plain text already :func:`~station_app.values.text.squeeze`\\ d, digits or words.

    "1,200", "4.5", ".5", "三点五", "1.2万", "3千", "半", "一百零五"; None when it is not one number.
    """
    if _PLAIN.fullmatch(text):
        return Fraction(text.replace(",", ""))
    if match := _SCALED.fullmatch(text):
        scale = _SCALES.get(match[2])
        return None if scale is None else Fraction(match[1].replace(",", "")) * scale
    if text == "半":
        return Fraction(1, 2)
    if "点" in text:
        whole, _, part = text.partition("点")
        before, after = whole_in_words(whole), digits_in_words(part)
        if before is None or after is None:
            return None
        return before + Fraction(int(after), 10 ** len(after))
    words = whole_in_words(text)
    return None if words is None else Fraction(words)


def exact(value: int | float) -> Fraction | None:
    """A cell's number as people see it: the shortest decimal of a float, not its binary fraction."""
    if isinstance(value, bool) or value != value or value in (float("inf"), float("-inf")):
        return None
    return Fraction(int(value)) if value == int(value) else Fraction(repr(value))


def half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes away from zero, as on paper."""
    return int(value + Fraction(1, 2)) if value >= 0 else -int(-value + Fraction(1, 2))


def decimal_text(value: Fraction, places: int) -> str:
    """A fixed number of decimals, rounded half up: 5 → "5.00"."""
    scaled = half_up(value * 10**places)
    sign, digits = ("-" if scaled < 0 else ""), str(abs(scaled)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def short_text(value: Fraction, places: int = 2) -> str:
    """As few decimals as say the same, at most ``places``: 5.2, 5, 0.25."""
    text = decimal_text(value, places)
    return text.rstrip("0").rstrip(".") if "." in text else text
