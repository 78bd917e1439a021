"""Money in 分: read from ¥ amounts, 万元 and capitals; shown with commas, in capitals and bill dates (支付结算办法 附一)."""

import re
from datetime import date
from fractions import Fraction

from station_app.values.numerals import NUMERALS, exact, half_up, number, whole_in_words
from station_app.values.reading import Raw, Read, refused, remembered
from station_app.values.text import NONE_WORDS, squeeze

#: Less than 万亿元, which is more than any station's books hold and the last amount whose capitals are not disputed.
MOST = 10**14 - 1
_CAPITALS = "零壹贰叁肆伍陆柒捌玖"
_FAST = re.compile(r"([0-9]{1,12})(?:\.([0-9]{2}))?")
_SIGN = re.compile(r"^(?:人民币|rmb|cny|[¥￥])+[:：]?|(?:元整|元正|整|正)$", re.IGNORECASE)
_PART = rf"[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+|半|[{NUMERALS}点]+"
_AMOUNT = re.compile(
    rf"(?P<value>{_PART})(?P<scale>[十百千万亿]{{0,2}})(?:[元圆块圓](?:钱)?|rmb|cny|人民币)?"
    rf"(?:零?(?P<jiao>[0-9一二两三四五六七八九壹贰叁肆伍陆柒捌玖])[角毛])?"
    rf"(?:零?(?P<fen>[0-9一二两三四五六七八九壹贰叁肆伍陆柒捌玖])分)?(?:钱)?",
    re.IGNORECASE,
)
_SMALL = re.compile(
    r"(?:(?P<jiao>[0-9一二两三四五六七八九壹贰叁肆伍陆柒捌玖])[角毛])?(?:零?(?P<fen>[0-9一二两三四五六七八九壹贰叁肆伍陆柒捌玖])分)?(?:钱)?"
)
_SCALES = {
    "": 1,
    "十": 10,
    "百": 100,
    "千": 1000,
    "万": 10**4,
    "十万": 10**5,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
}
_WORD = re.compile(f"[{NUMERALS}]")


@remembered(32768)
def read_money(raw: Raw, *, column_yuan: int = 1, negative: bool = False) -> Read[int]:
    """Reads an amount into 分; bare numbers are ``column_yuan`` 元 each (10,000 under a header in 万元).

    Warnings: ``MONEY_UNIT_CONVERTED`` (万元, 千元 …), ``MONEY_CN_NUMERAL`` (in words or capitals), ``MONEY_ROUNDED``
    (parts of a 分). Refusals: ``MONEY_RANGE`` (negative unless allowed, or too much), ``MONEY_UNPARSEABLE``. Empty: None.
    """
    if isinstance(raw, str):
        if match := _FAST.fullmatch(raw):
            return Read(int(match[1] + (match[2] or "00")) * column_yuan)
        return _read_text(raw, column_yuan, negative)
    if raw is None:
        return Read(None)
    if isinstance(raw, float) and column_yuan == 1 and 0 <= raw < 1e12 and (cents := round(raw * 100)) / 100 == raw:
        return Read(cents)
    value = exact(raw) if isinstance(raw, int | float) else None
    return refused("MONEY_UNPARSEABLE") if value is None else _cents(value * column_yuan, (), negative)


def _cents(yuan: Fraction, warnings: tuple[str, ...], negative: bool) -> Read[int]:
    exact_cents = yuan * 100
    cents = half_up(exact_cents)
    # A formula's 1386.0000000001 is noise of binary fractions, 12.345 is not.
    if abs(exact_cents - cents) > Fraction(1, 10**4):
        warnings += ("MONEY_ROUNDED",)
    if (cents < 0 and not negative) or abs(cents) > MOST:
        return refused("MONEY_RANGE")
    return Read(cents, warnings)


def _read_text(raw: str, column_yuan: int, negative: bool) -> Read[int]:
    text = squeeze(raw).lower().rstrip("。")
    if text in NONE_WORDS or not text:
        return Read(None)
    sign = 1
    if re.fullmatch(r"\(.*\)", text):
        text, sign = text[1:-1], -1
    if match := re.match(r"^((?:人民币|rmb|cny|[¥￥])*)[-−负]", text):
        text, sign = match[1] + text[match.end() :], -sign
    text = _SIGN.sub("", _SIGN.sub("", text))
    if re.fullmatch(r"[0-9][0-9,]*(?:\.[0-9]*)?元", text):
        text, column_yuan = text[:-1], 1
    bare = number(text) if not _WORD.search(text) else None
    if bare is not None:
        return _cents(sign * bare * column_yuan, (), negative)
    yuan, warnings = _in_words(text)
    return refused("MONEY_UNPARSEABLE") if yuan is None else _cents(sign * yuan, warnings, negative)


def _in_words(text: str) -> tuple[Fraction | None, tuple[str, ...]]:
    warnings: tuple[str, ...] = ()
    small = _SMALL.fullmatch(text)
    if small and text:
        tenths = (number(small["jiao"] or "零") or 0) * 10 + (number(small["fen"] or "零") or 0)
        return Fraction(tenths, 100), ("MONEY_CN_NUMERAL",) if _WORD.search(text) else ()
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return None, ()
    words, scale = match["value"], match["scale"]
    if _WORD.search(words) and words != "半":
        # The whole of it in words, units included: 壹仟贰佰, 五万.
        whole = number(words + scale)
        warnings = ("MONEY_CN_NUMERAL",)
    else:
        value, factor = number(words), _SCALES.get(scale)
        whole = None if value is None or factor is None else value * factor
        warnings = ("MONEY_UNIT_CONVERTED",) if scale else ()
    if whole is None or (match["jiao"] or match["fen"]) and whole.denominator != 1:
        return None, ()
    for part, unit in (("jiao", 10), ("fen", 100)):
        if said := match[part]:
            whole += (number(said) or Fraction(0)) / unit
            if _WORD.search(said) and "MONEY_CN_NUMERAL" not in warnings:
                warnings += ("MONEY_CN_NUMERAL",)
    return whole, warnings


@remembered(32768)
def read_price(raw: Raw, *, grams: int) -> Read[int]:
    """A price per weight into 分 per kilogram; bare numbers are 元 for ``grams`` (500 under 元/斤).

    "1.1元/斤", "2.2元/公斤" say their own unit and warn ``PRICE_UNIT_CONVERTED`` when it differs from the column's.
    """
    from station_app.values.weights import grams_in, weight_unit

    warnings: tuple[str, ...] = ()
    if isinstance(raw, str):
        text = squeeze(raw)
        if match := re.fullmatch(r"(.+?)(?:元|块)?[/每](.+)", text):
            unit = weight_unit(match[2])
            if unit is None:
                return refused("PRICE_UNIT")
            if grams_in(unit) != grams:
                warnings = ("PRICE_UNIT_CONVERTED",)
            raw, grams = match[1], grams_in(unit)
        elif match := re.fullmatch(r"[每一](.+?)([0-9.]+)[元块]", text):
            unit = weight_unit(match[1])
            if unit is None:
                return refused("PRICE_UNIT")
            raw, grams = match[2], grams_in(unit)
        value = number(squeeze(str(raw)).rstrip("元块").lstrip("¥￥"))
        if value is None:
            return Read(None) if squeeze(str(raw)).lower() in NONE_WORDS or not text else refused("MONEY_UNPARSEABLE")
    elif raw is None:
        return Read(None)
    else:
        value = exact(raw) if isinstance(raw, int | float) else None
        if value is None:
            return refused("MONEY_UNPARSEABLE")
    return _cents(value * 1000 / grams, warnings, False)


def amount_of(grams: int, cents_per_kilogram: int) -> int:
    """What a weight costs, rounded to the 分, a half up."""
    return half_up(Fraction(grams * cents_per_kilogram, 1000))


def show_money(cents: int) -> str:
    """1,234.56."""
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    return f"{sign}{cents // 100:,}.{cents % 100:02d}"


def _section(value: int) -> str:
    """Up to four digits, 1005 → 壹仟零伍; inner zeros are said once."""
    said, zero = "", False
    for unit, name in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit = value // unit % 10
        if digit:
            said += ("零" if zero and said else "") + _CAPITALS[digit] + name
            zero = False
        else:
            zero = True
    return said


@remembered(4096)
def capitals(cents: int) -> str:
    """人民币壹仟贰佰叁拾肆元伍角陆分; 整 after 元 only; 零 is said before 角 when the 元 end in zero."""
    if not 0 <= cents <= MOST:
        raise ValueError(f"no capitals for {cents} 分")
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    said, skipped = "", False
    for scale, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        section = yuan // scale % 10**4
        if section:
            said += ("零" if said and (skipped or section < 1000) else "") + _section(section) + name
        skipped = not section
    if yuan or not cents:
        said = (said or "零") + "元"
    if jiao:
        said += ("零" if yuan and yuan % 10 == 0 else "") + _CAPITALS[jiao] + "角"
    if fen:
        said += ("零" if yuan and not jiao else "") + _CAPITALS[fen] + "分"
    return f"人民币{said}" + ("" if jiao or fen else "整")


def read_capitals(text: str) -> Read[int]:
    """An amount in capitals, with or without 零 and 整, as 分; refuses with ``MONEY_UNPARSEABLE``."""
    plain = re.sub(r"^人民币[:：]?|[整正]$", "", squeeze(text))
    match = re.fullmatch(r"(?:(.+?)[元圆圓])?(?:零?([壹贰叁肆伍陆柒捌玖])角)?(?:零?([壹贰叁肆伍陆柒捌玖])分)?", plain)
    if match is None or not plain:
        return refused("MONEY_UNPARSEABLE")
    yuan = whole_in_words(match[1]) if match[1] else 0
    if yuan is None:
        return refused("MONEY_UNPARSEABLE")
    cents = yuan * 100 + 10 * (_CAPITALS.find(match[2]) if match[2] else 0)
    return Read(cents + (_CAPITALS.find(match[3]) if match[3] else 0))


def bill_date(day: date) -> str:
    """贰零贰陆年零壹月壹拾伍日: 零 before months 壹, 贰, 壹拾 and days 壹–玖, 壹拾, 贰拾, 叁拾."""
    year = "".join(_CAPITALS[int(digit)] for digit in f"{day.year:04d}")
    month, number_of_day = _two(day.month), _two(day.day)
    if day.month in (1, 2, 10):
        month = "零" + month
    if day.day < 10 or day.day % 10 == 0:
        number_of_day = "零" + number_of_day
    return f"{year}年{month}月{number_of_day}日"


def _two(value: int) -> str:
    tens, ones = divmod(value, 10)
    return (_CAPITALS[tens] + "拾" if tens else "") + (_CAPITALS[ones] if ones else "")
