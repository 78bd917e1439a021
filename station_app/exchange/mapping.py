"""Decides which column of a ledger means which field: by titles and their groups, then by what stands in the column."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from station_app.exchange.headers import Title, squeeze, title_of, without_unit
from station_app.exchange.sheets import Cell

EXACT, IN_GROUP, PATTERN, CONTENT = 100, 90, 60, 40
#: What a match of titles and content together must reach.
ENOUGH = 45


@dataclass(frozen=True, slots=True)
class Meant:
    """What a column of a ledger can mean."""

    field: str
    names: tuple[str, ...]  # exact titles
    pattern: str = ""  # a regular expression over the title with its group in front
    looks: str = ""  # what its cells look like: see `content`
    group: str = ""  # a regular expression the spanning title must match, for parts such as 姓名 under 紧急联系人
    several: bool = False  # may be spread over several columns
    adopt: bool = False  # may be taken by content alone, when no title names it
    never: str = ""  # a regular expression that rules a title out


def spell(words: str) -> tuple[str, ...]:
    """Titles in one text, parted by spaces; titles themselves have none."""
    return tuple(words.split())


@dataclass(slots=True)
class Mapping:
    """Columns by field, units by field, and what was left over."""

    columns: dict[str, list[int]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    serial: int | None = None
    reason: int | None = None  # our own column of reasons, in a workbook of refused rows that comes back
    ignored: list[tuple[int, str]] = field(default_factory=list)  # columns nobody knows
    by_content: list[tuple[int, str]] = field(default_factory=list)  # columns taken by content alone, what as
    fixed: dict[int, tuple[str, str]] = field(default_factory=dict)  # what a person said: column → (field, who or when)

    def column(self, name: str) -> int | None:
        """The (first) column of a field."""
        found = self.columns.get(name)
        return found[0] if found else None


SERIAL_NAMES = frozenset({"序号", "编号", "序", "no", "no.", "号", "序列", "行号", "序列号", "顺序号", "排序"})
#: Titles of the columns that our own workbook of refused rows adds; read again they are passed over.
REASON, ROW = "未导入原因", "原表行号"
OWN_COLUMNS = frozenset({REASON, ROW})

_ID = re.compile(r"^\d{17}[\dXxХх]$|^\d{15}$|^\d\.\d+[Ee]\+1[4-7]$|^\d{6}\*{4,}\d{3,4}[\dXx]?$|^\d{16,19}$")
_PHONE = re.compile(r"^1[3-9]\d{9}$|^0\d{2,3}-?\d{7,8}$|^(?:1[3-9]\d{9}[/,、;]?){2,}$")
_DATE = re.compile(
    r"^(?:19|20)?\d\d[年./-]\d{1,2}(?:[月./-]\d{0,2}[日号]?)?$|^\d{1,2}月\d{1,2}[日号]?$|^(?:19|20)\d{6}$|^\d{4}年"
)
_TIME = re.compile(r"^(?:上午|下午|早上|晚上|中午)?\d{1,2}(?:[:：点时]\d{0,2}分?半?)$")
_TIMES = re.compile(r"^(?:上午|下午)?\d{1,2}[:：点时]\d{0,2}分?[-—–~～至到](?:上午|下午)?\d{1,2}[:：点时]\d{0,2}分?$")
_NAME = re.compile(r"^[\u3007\u3400-\u9fff·•\U00020000-\U000323af]{2,12}(?:[(（].*[)）])?$")
_SEX = re.compile(r"^(?:男|女|男性|女性)$")
_FLAG = re.compile(r"^(?:√|×|✓|✔|✗|是|否|有|无|0|1|Y|N|y|n|☑|□|■|对|同意|不同意)$")
_HOURS = re.compile(
    r"^\d+(?:\.\d+)?(?:个?小时|h|H|分钟|小时\d+分钟?)?$|^[一二两三四五六七八九十半]+个?半?小时$|^若干$|^半天$|^-\d"
)
_AMOUNT = re.compile(r"^[¥￥]?[\d,]+(?:\.\d+)?(?:元|万元|斤|公斤|吨|亩|kg)?$")


def content(cell: Cell) -> frozenset[str]:
    """The sorts of content a cell could be."""
    if cell is None:
        return frozenset()
    if isinstance(cell, datetime | date):
        return frozenset({"date"})
    if isinstance(cell, time):
        return frozenset({"time"})
    if isinstance(cell, bool):
        return frozenset({"flag"})
    if isinstance(cell, int | float):
        found = {"number"}
        if abs(cell) >= 1e14:
            found.add("id")
        elif 1.3e10 <= cell < 2e10:
            found.add("phone")
        elif 20_000 <= cell < 60_000 and cell == int(cell):
            found.add("date")
        if 0 < cell < 1:
            found.add("time")
        if -24 <= cell <= 24:
            found.add("hours")
        if cell in (0, 1):
            found.add("flag")
        return frozenset(found)
    said = squeeze(cell).lstrip("'")
    if not said:
        return frozenset()
    sorts = (
        ("id", _ID), ("phone", _PHONE), ("date", _DATE), ("time", _TIME), ("times", _TIMES), ("name", _NAME), ("sex", _SEX),
        ("flag", _FLAG), ("hours", _HOURS), ("number", _AMOUNT),
    )  # fmt: skip
    return frozenset(sort for sort, pattern in sorts if pattern.match(said))


def shares(cells: Iterable[Cell]) -> dict[str, float]:
    """How much of a column's filled cells looks like each sort."""
    counted: dict[str, int] = {}
    filled = 0
    for cell in cells:
        if cell is None or cell == "":
            continue
        filled += 1
        for sort in content(cell):
            counted[sort] = counted.get(sort, 0) + 1
    return {sort: times / filled for sort, times in counted.items()} if filled else {}


class Words:
    """All titles a kind of ledger knows."""

    def __init__(self, meant: Sequence[Meant]) -> None:
        self.meant = meant
        self.exact: dict[str, list[Meant]] = {}
        for one in meant:
            for name in one.names:
                self.exact.setdefault(title_of(name).base, []).append(one)
                self.exact.setdefault(title_of(name).whole, [])
                if one not in self.exact[title_of(name).whole]:
                    self.exact[title_of(name).whole].append(one)
        self.patterns = [(re.compile(m.pattern), m) for m in meant if m.pattern]

    def known(self, said: str) -> bool:
        """Whether a cell could be a title of this kind."""
        title = title_of(said)
        return title.base in SERIAL_NAMES or any(score >= PATTERN for _, score, _ in self.candidates(title))

    def candidates(self, title: Title) -> list[tuple[Meant, int, str]]:
        """Fields a title may mean, with the score and the unit it names."""
        found: dict[str, tuple[Meant, int, str]] = {}

        def offer(meant: Meant, score: int, unit: str) -> None:
            if meant.never and re.search(meant.never, title.joined):
                return
            if meant.group and not re.search(meant.group, title.parent):
                return
            if meant.field not in found or found[meant.field][1] < score:
                found[meant.field] = (meant, score, unit)

        parted = without_unit(title.base)
        spellings = [(title.base, title.unit, 0), (title.whole, title.unit, 0)]
        if title.parent:
            spellings.insert(0, (title.joined, title.unit, 5))
        if parted is not None:
            spellings.append((parted[0], title.unit or parted[1], -5))
        for spelling, unit, more in spellings:
            for meant in self.exact.get(spelling, ()):
                offer(meant, (EXACT + 5 if meant.group else EXACT) + more, unit)
        for pattern, meant in self.patterns:
            if pattern.search(title.joined) or pattern.search(title.whole):
                offer(meant, PATTERN, title.unit or (parted[1] if parted else ""))
        return list(found.values())


def map_columns(
    titles: dict[int, tuple[str, str]], units: dict[int, str], words: Words, samples: dict[int, list[Cell]],
    fixed: dict[int, tuple[str, str]] | None = None,
) -> Mapping:  # fmt: skip
    """Each column's field: the best pair of title and content first, every field once unless it may be spread.

    What a person has said of a column (``fixed``) comes before all.
    """
    mapping = Mapping(fixed=fixed or {})
    contents = {column: shares(cells) for column, cells in samples.items()}
    offers: list[tuple[float, int, Meant, str]] = []
    for column, (said, parent) in titles.items():
        title = title_of(said, parent)
        if title.base in OWN_COLUMNS:
            if title.base == REASON:
                mapping.reason = column
            continue
        if title.base in SERIAL_NAMES and mapping.serial is None:
            mapping.serial = column
            continue
        for meant, score, unit in words.candidates(title):
            offers.append(
                (score + _agrees(meant, contents.get(column, {})), column, meant, units.get(column, "") or unit)
            )
    taken: set[int] = set(mapping.fixed)
    if mapping.serial in taken:
        mapping.serial = None
    by_field = {meant.field: meant for meant in words.meant}
    for column, (name, _who) in mapping.fixed.items():
        if name in by_field:
            parted, titled = without_unit(title_of(titles[column][0]).base), title_of(*titles[column])
            unit = units.get(column, "") or titled.unit or (parted[1] if parted else "")
            _take(mapping, column, by_field[name], titles[column][0], unit)
    for reached, column, meant, unit in sorted(offers, key=lambda o: (-o[0], o[1])):
        if column in taken or reached < ENOUGH or (meant.field in mapping.columns and not meant.several):
            continue
        _take(mapping, column, meant, titles[column][0], unit)
        taken.add(column)
    left = [
        c
        for c in samples
        if c not in taken and c != mapping.serial and squeeze(titles.get(c, ("", ""))[0]) not in OWN_COLUMNS
    ]
    for meant in words.meant:
        if meant.adopt and meant.looks and meant.field not in mapping.columns:
            fits = [c for c in left if contents.get(c, {}).get(meant.looks, 0) >= 0.6 and len(samples[c]) >= 2]
            if len(fits) == 1:
                _take(mapping, fits[0], meant, titles.get(fits[0], ("", ""))[0], units.get(fits[0], ""))
                mapping.by_content.append((fits[0], meant.names[0]))
                left.remove(fits[0])
    mapping.ignored = [(c, titles[c][0]) for c in left if c in titles and contents.get(c)]
    mapping.ignored += [(c, titles[c][0]) for c in left if c in titles and not contents.get(c) and samples.get(c)]
    return mapping


def hand_over(mapping: Mapping, several: str, to: str | None, after: str) -> None:
    """A second telephone directly behind another person's name is that person's.

    Of the columns of ``several`` all but the first that stand within three columns behind a column of ``after`` go
    to the field ``to`` (or nowhere).
    """
    columns, behind = mapping.columns.get(several, []), mapping.columns.get(after, [])
    if len(columns) < 2 or not behind:
        return
    theirs = [c for c in columns if any(0 < c - b <= 3 for b in behind) and any(o < min(behind) for o in columns)]
    own = [c for c in columns if c not in theirs]
    if not theirs or not own:
        return
    mapping.columns[several] = own
    if to is not None and to not in mapping.columns:
        mapping.columns[to] = theirs[:1]


def _agrees(meant: Meant, found: dict[str, float]) -> float:
    """What stands in the column speaks for or against a title; an empty column says nothing."""
    if not meant.looks or not found:
        return 0
    sorts = meant.looks.split("|")
    return 40 * (min(1.0, sum(found.get(sort, 0) for sort in sorts)) - 0.5)


def _take(mapping: Mapping, column: int, meant: Meant, title: str, unit: str) -> None:
    mapping.columns.setdefault(meant.field, []).append(column)
    mapping.columns[meant.field].sort()
    if unit and meant.field not in mapping.units:
        mapping.units[meant.field] = unit
    mapping.titles.setdefault(meant.field, " ".join(title.split()))
