"""When a ledger speaks: its own date and its period, from titles, sheet names, footers and file names."""

import calendar
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

_DIGITS = str.maketrans("〇零○Ｏ一二三四五六七八九", "0000123456789")
_CN_YEAR = re.compile(r"[〇零○一二三四五六七八九]{4}(?=年)")
_CN_MONTH = re.compile(r"(?<=年)(十[一二]?|[一二三四五六七八九])(?=月)|^(十[一二]?|[一二三四五六七八九])(?=月)")
_DAY = r"(?:[日号])?(?!\d)"
_FULL = re.compile(
    r"(?<!\d)(?:((?:19|20)\d\d)\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})" + _DAY
    + r"|((?:19|20)\d\d)([./-])(\d{1,2})\5(\d{1,2})(?!\d))"
)  # fmt: skip
#: From one day to another: 2025年5月1日至5月31日, 2025.5.1-2025.5.31, 2025年5月1日-31日.
_DAYS = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*[日号]?\s*起?\s*(?:[-—–~～]+|至|到)\s*"
    r"(?:(?:((?:19|20)\d\d)\s*[年./-]\s*)?(\d{1,2})\s*[月./-]\s*)?(\d{1,2})\s*[日号]?(?!\d|\s*[年月./-]\s*\d)"
)
_MADE = re.compile(r"(?:填报|填表|制表|统计|登记|编制|上报|报送|更新|打印|导出|填写|汇总)[^\d]{0,6}$")
_UNTIL = re.compile(r"(?:截至|截止|截止到|截至到|至)[^\d]{0,4}$")
_SPAN = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s*[年./-]\s*(\d{1,2})\s*月?\s*(?:[-—–~～至到])\s*(?:((?:19|20)\d\d)\s*[年./-]\s*)?(\d{1,2})\s*月"
)
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*(?:年度?|[./-])\s*(\d{1,2})\s*月(?:份)?")
_MONTH_PLAIN = re.compile(r"(?<!\d)((?:19|20)\d\d)[./-](0?[1-9]|1[0-2])(?![\d./-])")
_MONTH_SIX = re.compile(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])(?!\d)")
_QUARTER = re.compile(r"((?:19|20)\d\d)\s*年?度?\s*(?:第?\s*([一二三四1-4])\s*季度?|[qQ]([1-4]))")
_HALF = re.compile(r"((?:19|20)\d\d)\s*年?度?\s*(上|下)半年")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*年")
_BARE_MONTH = re.compile(r"(?<![\d年./-])(1[0-2]|0?[1-9])\s*月(?:份)?(?!\s*\d)")
_BARE_SPAN = re.compile(r"(?<![\d年./-])(1[0-2]|0?[1-9])\s*月?\s*[-—–~～至到]\s*(1[0-2]|0?[1-9])\s*月")
_BARE_QUARTER = re.compile(r"第?\s*([一二三四1-4])\s*季度")


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day of what a ledger covers."""

    first: date
    last: date

    @property
    def is_month(self) -> bool:
        """Whether it is one calendar month."""
        return self.first.day == 1 and self.last == month_end(self.first.year, self.first.month)

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class When:
    """What a ledger says of its time; anything may be missing."""

    as_of: date | None = None
    period: Period | None = None
    year: int | None = None

    def on(self, today: date) -> date:
        """The day at which ages are judged (DOMAIN §5): the ledger's own, else the day of import."""
        return self.as_of or today


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def plain(text: str) -> str:
    """Digits in one spelling: full width and Chinese years and months become ASCII."""
    text = unicodedata.normalize("NFKC", text)
    text = _CN_YEAR.sub(lambda m: m.group(0).translate(_DIGITS), text)

    def month(found: "re.Match[str]") -> str:
        said = found.group(0)
        if said.startswith("十"):
            return str(10 + (int(said[1:].translate(_DIGITS)) if said[1:] else 0))
        return said.translate(_DIGITS)

    return _CN_MONTH.sub(month, text)


def _months(year: int, first: int, last: int, last_year: int | None = None) -> Period | None:
    if not (1 <= first <= 12 and 1 <= last <= 12):
        return None
    try:
        found = Period(date(year, first, 1), month_end(last_year or year, last))
    except ValueError:
        return None
    return found if found.first <= found.last else None


def _days(found: "re.Match[str]") -> Period | None:
    """A run of days, the later day's year and month those of the first where they are not said again."""
    year, month, day, last_year, last_month, last_day = (int(part) if part else None for part in found.groups())
    if year is None or month is None or day is None or last_day is None:
        return None
    try:
        span = Period(date(year, month, day), date(last_year or year, last_month or month, last_day))
    except ValueError:
        return None
    return span if span.first <= span.last else None


def _quarter(said: str) -> int:
    return int(said.translate(_DIGITS))


def period_in(text: str, year: int | None = None) -> Period | None:
    """The period a text names; a month without a year needs ``year``. One full date names no period, two do."""
    text = plain(text)
    if (m := _DAYS.search(text)) and (span := _days(m)) is not None:
        return span
    text = _FULL.sub(" ", text)
    if m := _SPAN.search(text):
        return _months(int(m[1]), int(m[2]), int(m[4]), int(m[3]) if m[3] else None)
    if m := _QUARTER.search(text):
        quarter = _quarter(m[2] or m[3])
        return _months(int(m[1]), quarter * 3 - 2, quarter * 3)
    if m := _HALF.search(text):
        return _months(int(m[1]), 1, 6) if m[2] == "上" else _months(int(m[1]), 7, 12)
    if m := _MONTH.search(text) or _MONTH_PLAIN.search(text) or _MONTH_SIX.search(text):
        return _months(int(m[1]), int(m[2]), int(m[2]))
    known = _YEAR.search(text)
    year = int(known[1]) if known else year
    if year is not None:
        rest = _YEAR.sub(" ", text)
        if m := _BARE_SPAN.search(rest):
            return _months(year, int(m[1]), int(m[2]))
        if m := _BARE_MONTH.search(rest):
            return _months(year, int(m[1]), int(m[1]))
        if m := _BARE_QUARTER.search(rest):
            return _months(year, _quarter(m[1]) * 3 - 2, _quarter(m[1]) * 3)
    return _months(year, 1, 12) if known and year is not None else None


def year_in(text: str) -> int | None:
    """The first year a text names."""
    text = plain(text)
    found = _YEAR.search(text) or _MONTH_PLAIN.search(text) or _MONTH_SIX.search(text)
    if found:
        return int(found[1])
    full = _FULL.search(text)
    return int(full[1] or full[4]) if full else None


def _dates(text: str) -> Iterable[tuple[int, date]]:
    """Full dates with a rank: 0 "until", 1 "filled in on", 2 any other; the ends of a run of days are none."""
    text = _DAYS.sub(lambda m: " " if _days(m) is not None else m.group(0), plain(text))
    for found in _FULL.finditer(text):
        try:
            day = date(int(found[1] or found[4]), int(found[2] or found[6]), int(found[3] or found[7]))
        except ValueError:
            continue
        before = text[max(0, found.start() - 14) : found.start()]
        yield (0 if _UNTIL.search(before) else 1 if _MADE.search(before) else 2), day


def when(
    titles: Iterable[str], sheet: str, footers: Iterable[str] = (), file: str = "", year: int | None = None
) -> When:
    """The ledger's time; titles before the sheet's name before footers before the file's name.

    ``year`` is that of the workbook's other sheets, for a sheet that is named "3月" and says no more.
    """
    titles, footers = list(titles), list(footers)
    ranked = sorted(
        (rank, order, day) for order, text in enumerate([*titles, sheet, *footers]) for rank, day in _dates(text)
    )
    sources = [*titles, sheet, file]
    own_year = next((y for y in map(year_in, [*sources, *footers]) if y is not None), None)
    year = own_year if own_year is not None else year
    period: Period | None = None
    for text in sources:
        found = period_in(text, year)
        if found is None:
            continue
        # "2024年" in the title and "3月" on the sheet's tab: the narrower one inside the wider one is meant.
        if period is None or (period.first <= found.first and found.last <= period.last and found != period):
            period = found
        if period.is_month:
            break
    as_of = ranked[0][2] if ranked else period.last if period is not None else None
    return When(as_of, period, year)
