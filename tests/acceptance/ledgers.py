"""Ledgers with known truth: people, rows with their expected outcome, shapes of sheets, and the files they stand in."""

import csv
import datetime
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # says nothing about its types

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
AREAS = "152701 152722 152723 152724 152725 152726 152727 152728 150602 150627 150621 150622".split()
SURNAMES = "张王李赵刘陈杨郝乔苏韩白冯邓曹任折奇贺郭梁宋何高马许"
GIVEN = "秀英 玉梅 桂兰 志强 建国 满仓 二宝 海龙 春花 福田 爱莲 凤仙 占山 三仁 改花 喜娃 永胜 有才 润莲 翠莲 德厚 世林 瑞云 彩云 㛃生 存柱".split()
MONGOLIAN = "娜仁花 其其格 哈斯额尔敦 宝音德力格尔 阿拉腾敖其尔 格日勒其木格 乌力吉 斯琴高娃 朝格巴图 苏布德 敖登格日勒 通拉嘎 那顺 萨仁".split()


def check_digit(seventeen: str) -> str:
    """ISO 7064 MOD 11-2, written out here so that nothing of the program is trusted."""
    return "10X98765432"[sum(int(d) * w for d, w in zip(seventeen, WEIGHTS, strict=True)) % 11]


def broken(number: str, by: int) -> str:
    """A number whose last character is wrong."""
    return number[:17] + "0123456789X"[("0123456789X".index(number[17]) + by) % 11]


def wide(text: str) -> str:
    """In full width."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@dataclass(frozen=True)
class Person:
    """A fictional person; order numbers 996–999 are nobody's."""

    name: str
    sex: str  # "1" or "2", as on the wire
    birth: datetime.date
    id_no: str
    phone: str
    mongol: bool

    @property
    def fifteen(self) -> str:
        """The number of the old sort."""
        return self.id_no[:6] + self.id_no[8:17]


class People:
    """Invents people, each with a number and telephone of their own."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.numbers: set[str] = set()
        self.phones: set[str] = set()
        self.names: set[str] = set()

    def birth(self, first: int, last: int) -> datetime.date:
        """A day of birth in these years."""
        start, end = datetime.date(first, 1, 1).toordinal(), datetime.date(last, 12, 28).toordinal()
        return datetime.date.fromordinal(self.rng.randint(start, end))

    def number(self, birth: datetime.date, sex: str, area: str | None = None) -> str:
        """A valid number."""
        order = self.rng.choice(("997", "999") if sex == "1" else ("996", "998"))
        stem = (area or self.rng.choice(AREAS)) + birth.strftime("%Y%m%d") + order
        return stem + check_digit(stem)

    def one(
        self, first: int = 1930, last: int = 1962, *, ends_in_x: bool | None = None, area: str | None = None
    ) -> Person:
        """Somebody new, born in these years."""
        while True:
            birth, sex = self.birth(first, last), self.rng.choice("12")
            number = self.number(birth, sex, area)
            if number in self.numbers or (ends_in_x is not None and number.endswith("X") is not ends_in_x):
                continue
            mongol = self.rng.random() < 0.25
            name = self.rng.choice(MONGOLIAN) if mongol else self.rng.choice(SURNAMES) + self.rng.choice(GIVEN)
            if name in self.names and not mongol:
                continue
            self.names.add(name)
            self.numbers.add(number)
            return Person(name, sex, birth, number, self.phone(), mongol)

    def phone(self) -> str:
        """A mobile number nobody has."""
        while True:
            phone = self.rng.choice(("138", "150", "155", "199")) + "0000" + f"{self.rng.randint(0, 9999):04d}"
            if phone not in self.phones:
                self.phones.add(phone)
                return phone


@dataclass
class Row:
    """One data row: cells by column key, what must become of it, and the wire values it must leave in the store."""

    cells: dict[str, Any]
    person: Person
    values: dict[str, Any] = field(default_factory=dict)
    warnings: set[str] = field(default_factory=set)
    reason: str = ""
    tag: str = "clean"
    hidden: bool = False
    # What the row is about before anything is dirtied: a shift's day, start and length in minutes; a plot's kilograms,
    # price in 分 for one of them, and its days of application, sowing and harvest.
    day: datetime.date = datetime.date.min
    begin: int = 0
    long: int = 0
    kg: dict[str, int] = field(default_factory=dict)
    cents: int = 0
    days: tuple[datetime.date, ...] = ()

    @property
    def outcome(self) -> str:
        """OK, OK_WARN or REJECT, as the expected .csv says it."""
        return "REJECT" if self.reason else "OK_WARN" if self.warnings else "OK"

    def put(self, **cells: Any) -> "Row":
        """Other cells."""
        self.cells.update(cells)
        return self

    def leaves(self, values: dict[str, Any]) -> "Row":
        """Other values in the store."""
        self.values.update(values)
        return self

    def warn(self, *codes: str) -> "Row":
        """Taken with warnings."""
        self.warnings.update(codes)
        return self

    def reject(self, code: str) -> "Row":
        """Refused."""
        self.reason = code
        return self


def dirt(
    put: dict[str, Any] | Callable[[Row], dict[str, Any]],
    *warn: str,
    reject: str = "",
    leaves: dict[str, Any] | None = None,
) -> Callable[[Any, Row], Row]:
    """A change that needs nothing but the row: other cells, the codes they bring, the values they leave."""

    def change(_ledger: Any, row: Row) -> Row:
        row.put(**(put(row) if callable(put) else put)).warn(*warn).leaves(leaves or {})
        return row.reject(reject) if reject else row

    return change


def hide(_ledger: Any, row: Row) -> Row:
    """Case 8: a hidden row is imported, with a warning."""
    row.hidden = True
    return row.warn("HIDDEN_ROW")


@dataclass
class Text:
    """A row that is no data: cells by place, merged over the whole width when it is one."""

    cells: dict[int, Any]
    skip: str
    wide: bool = False
    hidden: bool = False


@dataclass
class Column:
    """A column: what it holds, its title, the title spanning it."""

    key: str
    title: str
    group: str = ""


@dataclass
class Sheet:
    """One sheet of a ledger before it is written."""

    name: str
    columns: list[Column]
    rows: list[Row | Text]
    titles: list[str] = field(default_factory=list)
    merged: tuple[str, ...] = ()  # keys whose equal neighbours are one merged cell
    once: tuple[str, ...] = ()  # keys written once for equal neighbours without merging (.csv)
    footers: list[str] = field(default_factory=list)
    hidden_columns: tuple[str, ...] = ()
    blank_before_header: int = 0
    left: int = 0  # empty columns to the left
    unit_row: dict[str, str] | None = None

    def header_height(self) -> int:
        """One row, or two where something is spanned."""
        return 2 if any(c.group for c in self.columns) else 1


@dataclass
class Placed:
    """A sheet laid out: cells, merged ranges, the sheet row (from 1) of each data row."""

    name: str
    cells: dict[tuple[int, int], Any]
    merges: list[tuple[int, int, int, int]]
    hidden_rows: set[int]
    hidden_columns: set[int]
    rows: dict[int, Row]
    height: int
    width: int


Formula = tuple[str, float]  # a formula and the value the spreadsheet remembered


def place(sheet: Sheet) -> Placed:
    """Lay a sheet out."""
    width = len(sheet.columns)
    at = Placed(sheet.name, {}, [], set(), set(), {}, 0, width + sheet.left)
    left, row = sheet.left, 0
    for title in sheet.titles:
        at.cells[row, left] = title
        at.merges.append((row, left, row, left + width - 1))
        row += 1
    row += sheet.blank_before_header
    row = _header(sheet, at, row)
    if sheet.unit_row is not None:
        for c, column in enumerate(sheet.columns):
            if column.key in sheet.unit_row:
                at.cells[row, left + c] = sheet.unit_row[column.key]
        row += 1
    runs: dict[str, tuple[int, Any]] = {}
    for item in sheet.rows:
        if isinstance(item, Text):
            _end_runs(sheet, at, runs, row)
            for c, value in item.cells.items():
                at.cells[row, left + c] = value
            if item.wide:
                at.merges.append((row, left, row, left + width - 1))
        else:
            at.rows[row + 1] = item
            for c, column in enumerate(sheet.columns):
                value = item.cells.get(column.key)
                if column.key in sheet.merged or column.key in sheet.once:
                    if column.key in runs and runs[column.key][1] == value:
                        continue
                    _end_run(sheet, at, runs, column.key, row)
                    runs[column.key] = (row, value)
                if value is not None:
                    at.cells[row, left + c] = value
        if item.hidden:
            at.hidden_rows.add(row)
        row += 1
    _end_runs(sheet, at, runs, row)
    for footer in sheet.footers:
        at.cells[row, left] = footer
        at.merges.append((row, left, row, left + width - 1))
        row += 1
    at.hidden_columns = {left + c for c, column in enumerate(sheet.columns) if column.key in sheet.hidden_columns}
    at.height = row
    return at


def _header(sheet: Sheet, at: Placed, row: int) -> int:
    height, left = sheet.header_height(), sheet.left
    c = 0
    while c < len(sheet.columns):
        column = sheet.columns[c]
        if not column.group:
            at.cells[row, left + c] = column.title
            if height == 2:
                at.merges.append((row, left + c, row + 1, left + c))
            c += 1
            continue
        end = c
        while end + 1 < len(sheet.columns) and sheet.columns[end + 1].group == column.group:
            end += 1
        at.cells[row, left + c] = column.group
        if end > c:
            at.merges.append((row, left + c, row, left + end))
        for part in range(c, end + 1):
            at.cells[row + 1, left + part] = sheet.columns[part].title
        c = end + 1
    return row + height


def _end_run(sheet: Sheet, at: Placed, runs: dict[str, tuple[int, Any]], key: str, row: int) -> None:
    if key in runs:
        first, _ = runs.pop(key)
        c = sheet.left + next(n for n, column in enumerate(sheet.columns) if column.key == key)
        if row - 1 > first and key in sheet.merged:
            at.merges.append((first, c, row - 1, c))


def _end_runs(sheet: Sheet, at: Placed, runs: dict[str, tuple[int, Any]], row: int) -> None:
    for key in list(runs):
        _end_run(sheet, at, runs, key, row)


def save(
    path: Path, *sheets: Sheet, extra: Callable[[Any], None] | None = None, date_1904: bool = False
) -> list[Placed]:
    """Write an .xlsx as an office program would: real dates and times, formulas, merges, hidden rows and columns."""
    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "date_1904": date_1904}
    )
    formats = {
        datetime.time: book.add_format({"num_format": "h:mm"}),
        datetime.date: book.add_format({"num_format": "yyyy/m/d"}),
        datetime.datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        str: book.add_format({"num_format": "@"}),
    }
    placed = []
    for sheet in sheets:
        at = place(sheet)
        placed.append(at)
        page = book.add_worksheet(at.name)
        for top, left, bottom, right in at.merges:
            page.merge_range(top, left, bottom, right, "")
        for (row, column), value in sorted(at.cells.items()):
            _write(page, row, column, value, formats)
        for row in at.hidden_rows:
            page.set_row(row, None, None, {"hidden": True})
        for column in at.hidden_columns:
            page.set_column(column, column, None, None, {"hidden": True})
    if extra is not None:
        extra(book)
    book.close()
    return placed


def _write(page: Any, row: int, column: int, value: Any, formats: dict[type, Any]) -> None:
    if isinstance(value, tuple):
        page.write_formula(row, column, value[0], None, value[1])
    elif isinstance(value, str):
        page.write_string(row, column, value, formats[str])
    elif isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, datetime.time | datetime.date):
        page.write_datetime(row, column, value, formats[type(value)])
    elif value is not None:
        page.write_number(row, column, value)


def save_csv(path: Path, sheet: Sheet, encoding: str, delimiter: str = ",") -> list[Placed]:
    """Write a sheet as text, as Excel's "save as" does; merged cells stand once."""
    at = place(sheet)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        for row in range(at.height):
            writer.writerow([_as_text(at.cells.get((row, c))) for c in range(at.width)])
    at.name = path.stem
    return [at]


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return f"{value[1]:g}"
    if isinstance(value, datetime.datetime | datetime.date):
        return f"{value.year}/{value.month}/{value.day}"
    if isinstance(value, datetime.time):
        return f"{value.hour}:{value.minute:02d}"
    return str(value)


def serial(day: datetime.date) -> int:
    """A spreadsheet's number of a day."""
    return (day - datetime.date(1899, 12, 30)).days


SAID_DAY: tuple[Callable[[datetime.date], Any], ...] = (
    lambda d: d.isoformat(),
    lambda d: f"{d.year}.{d.month}.{d.day}",
    lambda d: f"{d.year}/{d.month}/{d.day}",
    lambda d: f"{d.year}年{d.month}月{d.day}日",
    lambda d: f"{d.year}年 {d.month} 月 {d.day} 号",
    lambda d: d.strftime("%Y%m%d"),
    lambda d: f"{d.year}．{d.month}．{d.day}",
    lambda d: d,
    lambda d: f" {d.year}-{d.month}-{d.day} ",
    lambda d: f"{d.year}年{d.month:02d}月{d.day:02d}日",
    lambda d: str(d.year).translate(str.maketrans("0123456789", "０１２３４５６７８９")) + f"年{d.month}月{d.day}日",
    lambda d: datetime.datetime(d.year, d.month, d.day),  # noqa: DTZ001  # a cell has no zone
)
