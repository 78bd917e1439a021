"""Finds out which rows of a sheet are titles, headers, totals, footers, and which are data; fills merged cells down."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from station_app.exchange.headers import squeeze, unit_in
from station_app.exchange.sheets import Cell, Sheet


class Skip(StrEnum):
    """Why a row is no data; never counted."""

    TITLE = "TITLE"
    HEADER = "HEADER"
    REPEATED_HEADER = "REPEATED_HEADER"
    SUBTOTAL = "SUBTOTAL"
    TOTAL = "TOTAL"
    FOOTER = "FOOTER"
    BLANK = "BLANK"
    EXAMPLE = "EXAMPLE"
    SECTION = "SECTION"


#: How many of a row's cells are titles of columns this kind knows; given by the mapping.
Recognise = Callable[[str], bool]

_INSTRUCTIONS = re.compile(
    r"填表说明|填报说明|填写说明|使用说明|填表要求|填报要求|填写要求|说明$|^说明|须知|字典|代码表|下拉|模板说明|样表|示例|注意事项"
)
_SUBTOTAL = re.compile(r"(?:小计|分计|页计|本页合计|本页总计)")
_TOTAL = re.compile(r"(?:合计|总计|共计|累计|总数)")
_LABEL = re.compile(
    r"^(.{0,12}?)(小计|分计|页计|合计|总计|共计|累计|总数)(?:人数|户数|块数|时长|面积)?[:：]?(?:共)?[\d.,]*(?:人|户|名|块|亩|小时|元|斤|公斤|人次|次)?[)）]?"
    r"(?:[(](?:人|户|名|块|亩|小时|元|斤|公斤|人次|次)(?:数)?[)][:：]?)?$"
)
_WHOLE = re.compile(r"^(?:本表|本月|全镇|全乡|全站|全苏木|全部|以上|总|年度|本年|本次|全年|)$")
_FOOTER = re.compile(
    r"^(?:站长|站负责人|负责人|审核|审批|审定|复核|制表|填表|填报|编制|经办|经手|统计|录入|记录|登记|校对|核对|分管|主管|主任|书记|领导|单位|盖章|公章|"
    r"签字|签章|签名|报送|上报|日期|时间|联系人|联系电话|社工|监督)[^:：]{0,12}[:：]"
)  # fmt: skip
#: Labels of signatures nobody has put a colon behind.
_LABELS = re.compile(
    r"^(?:站长|负责人|审核|审批|复核|制表|填表|填报|经办|统计|录入|主管|领导|单位|盖章|公章|签字|签章|签名|日期|年月日)"
    r"(?:人|员|者|单位|负责人)?(?:签字|签名|签章|盖章|日期)?[:：]?$"
)
_NOTE = re.compile(
    r"^(?:[※*★▲]|(?:注|备注|说明|附注|填表说明|填报说明|要求|提示)\d?[:：.、]|注\d?$|以下空白|此页无正文|第\d+页|共\d+页|[（(]以下空白)"
)
_DATE_ONLY = re.compile(r"^(?:19|20)\d\d年\d{1,2}月(?:\d{1,2}日)?$")
#: A cell above a header that says something (单位：罕台镇, 2024年5月) and is no title of a group.
_SPEAKS = re.compile(r"[:：].|^(?:19|20)\d\d年\d{1,2}月|^(?:19|20)\d\d[.-]\d")
_EXAMPLE = re.compile(r"^(?:例|示例|样例|例如|填写示例|范例|举例)[:：]?$")
_NUMBER = re.compile(r"^-?[\d,.]+%?$")
_DATA_LIKE = re.compile(r"\d{4}|^[√×✓✔✗○●]$|^\d+(?:\.\d+)?$|^[男女]$|^[是否有无]$")
_COUNTED = re.compile(r"^(?:\d{1,3}|[甲乙丙丁戊己庚辛]|栏次|[(]\d+[)]|[①-⑳])$")
_PLACE = re.compile(
    r"^(?:[一二三四五六七八九十]+[、.]|[（(][一二三四五六七八九十\d]+[)）]|\d+[、.])?(.{1,12}?(?:村|社区|嘎查|居委会|街道|苏木|镇|社|组|小区))(?:[(（].*)?$"
)


@dataclass(slots=True)
class Columns:
    """A header block: its rows and each column's title with the one spanning it."""

    first: int
    last: int
    titles: dict[int, tuple[str, str]]  # column → (title, parent)
    units: dict[int, str] = field(default_factory=dict)  # from a row of units below the titles


@dataclass(frozen=True, slots=True)
class Filled:
    """Cells of one column that got the value of a cell above: from row ``first`` to ``last``, and in which way."""

    how: str  # merged, above, ditto
    column: int
    first: int
    last: int
    before: Cell
    value: Cell


@dataclass(slots=True)
class Layout:
    """What each row of a sheet is."""

    columns: Columns
    titles: list[str] = field(default_factory=list)
    footers: list[str] = field(default_factory=list)
    skipped: dict[int, Skip] = field(default_factory=dict)
    data: list[int] = field(default_factory=list)
    sections: dict[int, str] = field(default_factory=dict)  # data row → the place named by the heading above it
    filled: list[Filled] = field(default_factory=list)

    def fill(self, sheet: Sheet, how: str, column: int, row: int, value: Cell) -> None:
        """Put a value from above into a cell, and remember it: no cell is changed in silence."""
        before = sheet.at(row, column)
        _put(sheet.rows[row], column, value)
        last = self.filled[-1] if self.filled else None
        if last is not None and (last.how, last.column, last.last, last.value) == (how, column, row - 1, value):
            self.filled[-1] = Filled(how, column, last.first, row, last.before, value)
        else:
            self.filled.append(Filled(how, column, row, row, before, value))


def is_instructions(name: str) -> bool:
    """Whether a sheet's name says that it explains and holds no ledger."""
    return _INSTRUCTIONS.search(squeeze(name)) is not None


def _filled(row: list[Cell]) -> list[tuple[int, str]]:
    return [(column, said) for column, cell in enumerate(row) if cell is not None and (said := squeeze(cell))]


def find_columns(sheet: Sheet, recognise: Recognise, *, start: int = 0, look: int = 60) -> Columns | None:
    """The first header block at or below ``start``: the row with most known titles, joined with its neighbours."""
    best, best_known = -1, 0
    seen = 0
    for number in range(start, len(sheet.rows)):
        filled = _filled(sheet.rows[number])
        if not filled:
            continue
        seen += 1
        if seen > look:
            break
        known = sum(1 for _, said in filled if len(said) <= 40 and recognise(said))
        data_like = sum(1 for _, said in filled if _DATA_LIKE.search(said))
        if data_like * 3 > len(filled):
            known = 0
        if known > best_known:
            best, best_known = number, known
        elif best_known >= 3 and number > best + 4:
            break
    if best < 0 or best_known < 2:
        return None
    first = last = best
    if best > start and _joins(sheet, best - 1, best):
        first = best - 1
    elif best + 1 < len(sheet.rows) and _joins(sheet, best, best + 1):
        last = best + 1
    titles = _titles(sheet, first, last)
    columns = Columns(first, last, titles)
    while columns.last + 1 < len(sheet.rows) and _is_below_header(sheet.rows[columns.last + 1], columns):
        columns.last += 1
    return columns


def _joins(sheet: Sheet, upper: int, lower: int) -> bool:
    """Whether two rows are the two levels of one header: groups above, their parts below."""
    above, below = dict(_filled(sheet.rows[upper])), dict(_filled(sheet.rows[lower]))
    if len(above) < 2 or len(below) < 2:
        return False
    if any(len(said) > 30 or _SPEAKS.search(said) for said in above.values()) or any(
        len(said) > 30 or _DATA_LIKE.search(said) for said in below.values()
    ):
        return False
    spans = _spans(sheet, upper)
    # Where the other titles are as tall as both rows, one that is not is a group of a single part.
    tall = {left for top, left, bottom, _ in sheet.merges or [] if top == upper and bottom == lower}
    parts = 0
    for column in below:
        if column not in above:
            if not any(start < column for start in above):
                return False
            if spans and not any(left <= column <= right for left, right in spans):
                return False
            parts += 1
        elif spans and not any(left == column for left, _ in spans):
            if not tall or column in tall:
                return False  # a cell under a title that spans nothing is data
        elif not spans and not (column + 1 in below and column + 1 not in above):
            return False
    # Without any part a "lower" row merely has cells where the upper one has them: data.
    return parts >= 1


def _spans(sheet: Sheet, row: int) -> list[tuple[int, int]]:
    return [(left, right) for top, left, bottom, right in sheet.merges or [] if top == row == bottom and right > left]


def _titles(sheet: Sheet, first: int, last: int) -> dict[int, tuple[str, str]]:
    above = {column: str(sheet.rows[first][column]) for column, _ in _filled(sheet.rows[first])}
    if first == last:
        return {column: (said, "") for column, said in above.items()}
    below = {column: str(sheet.rows[last][column]) for column, _ in _filled(sheet.rows[last])}
    spans = _spans(sheet, first)
    titles: dict[int, tuple[str, str]] = {}
    for column in sorted(above.keys() | below.keys()):
        if column not in below:
            titles[column] = (above[column], "")
            continue
        left = next((a for a, b in spans if a <= column <= b), None)
        if left is None:
            left = max((c for c in above if c <= column), default=None)
        titles[column] = (below[column], above.get(left, "") if left is not None else "")
    return titles


def _is_below_header(row: list[Cell], columns: Columns) -> bool:
    """A row of units, or one that numbers the columns, directly below the titles."""
    filled = _filled(row)
    if len(filled) < 2:
        return False
    units = {column: unit_in(said) for column, said in filled}
    if all(units.values()):
        columns.units.update(units)
        return True
    counted = [said for _, said in filled]
    numbers = [int(said) for said in counted if said.isdigit()]
    in_order = len(numbers) >= 3 and all(b - a == 1 for a, b in pairwise(numbers))
    return len(filled) >= 3 and all(_COUNTED.match(said) for said in counted) and (in_order or not numbers)


class Judge:
    """Says of each row below a header what it is."""

    def __init__(
        self, sheet: Sheet, columns: Columns, identity: set[int], serial: int | None, place: int | None
    ) -> None:
        self.sheet, self.columns = sheet, columns
        self.identity, self.serial, self.place = identity, serial, place
        self.titles = {column: squeeze(title) for column, (title, _) in columns.titles.items()}
        self.above = {
            (column, said)
            for number in range(columns.first, columns.last + 1)
            for column, said in _filled(sheet.rows[number])
        }
        self.page_titles = {said for number in range(columns.first) for _, said in _filled(sheet.rows[number])}
        self.wide = {
            top
            for top, left, bottom, right in sheet.merges or []
            if top == bottom and right - left >= max(3, len(self.titles) // 2)
        }
        self.formulas: dict[int, int] = {}
        for row, _ in sheet.formulas:
            self.formulas[row] = self.formulas.get(row, 0) + 1

    def row(self, number: int) -> Skip | str | None:
        """A reason to skip it; the place a heading names; None for data."""
        cells = self.sheet.rows[number]
        if cells and isinstance(cells[0], str) and len(cells[0]) <= 6 and _EXAMPLE.match(squeeze(cells[0])):
            return Skip.EXAMPLE
        # Most rows of a ledger hold something in every identity column: data at one glance.
        whole = all(column < len(cells) and cells[column] is not None for column in self.identity)
        if self.identity and whole and not self._repeats_quickly(cells):
            return None
        filled = _filled(cells)
        if not filled:
            return Skip.BLANK if number not in self.formulas else Skip.TOTAL
        if self._repeats(filled):
            return Skip.REPEATED_HEADER
        total = self._total(filled, number)
        if total is not None:
            return total
        if any(_EXAMPLE.match(said) for _, said in filled[:2]):
            return Skip.EXAMPLE
        rest = [(column, said) for column, said in filled if column not in (self.serial, self.place)]
        if not rest and all(column != self.serial or _NUMBER.match(said) for column, said in filled):
            numbered = [said for column, said in filled if column == self.serial]
            if numbered or self.place is None:
                return Skip.BLANK
        return self._spoken(filled, number)

    def _repeats_quickly(self, cells: list[Cell]) -> bool:
        column = next(iter(self.identity))
        cell = cells[column]
        return isinstance(cell, str) and (
            squeeze(cell) == self.titles.get(column) or _LABEL.match(squeeze(cell)) is not None
        )

    def _repeats(self, filled: list[tuple[int, str]]) -> bool:
        same = sum(1 for cell in filled if cell in self.above)
        return same >= 2 and same * 5 >= len(filled) * 3

    def _total(self, filled: list[tuple[int, str]], number: int) -> Skip | None:
        identified = [column for column, said in filled if column in self.identity and not _LABEL.match(said)]
        for _, said in filled[:3]:
            found = _LABEL.match(said)
            if found is None or len(identified) == len(self.identity) > 1:
                continue
            if _SUBTOTAL.search(said):
                return Skip.SUBTOTAL
            if _TOTAL.search(found.group(2)):
                return Skip.TOTAL if _WHOLE.match(found.group(1)) else Skip.SUBTOTAL
        summed = self.formulas.get(number, 0)
        if summed and not identified and summed >= sum(1 for c, s in filled if _NUMBER.match(s) and c != self.serial):
            return Skip.TOTAL
        return None

    def _spoken(self, filled: list[tuple[int, str]], number: int) -> Skip | str | None:
        """Footers, notes, headings: few cells that speak instead of filling columns."""
        first = filled[0][1]
        identified = sum(1 for column, _ in filled if column in self.identity)
        few = len(filled) <= max(3, len(self.titles) // 2)
        labels = len(filled) >= 2 and all(_LABELS.match(said) for _, said in filled)
        speaks = (
            labels or any(_FOOTER.match(said) for _, said in filled) or _NOTE.match(first) or _DATE_ONLY.match(first)
        )
        if few and speaks and identified < max(2, len(self.identity)):
            return Skip.FOOTER
        if len(filled) == 1:
            column, said = filled[0]
            if said in self.page_titles:
                return Skip.TITLE
            if number in self.wide or column not in self.identity:
                place = _PLACE.match(said)
                if place and (number in self.wide or column in (self.serial, 0)):
                    return place.group(1)
                if number in self.wide or len(said) > 12 or column in (self.serial, 0):
                    return Skip.FOOTER if not _NUMBER.match(said) else None
        if few and all(said in self.page_titles for _, said in filled):
            return Skip.TITLE
        return None


def judge_rows(sheet: Sheet, columns: Columns, identity: set[int], serial: int | None, place: int | None) -> Layout:
    """Every row of the sheet judged."""
    layout = Layout(columns)
    for number in range(min(columns.first, len(sheet.rows))):
        filled = _filled(sheet.rows[number])
        layout.skipped[number] = Skip.TITLE if filled else Skip.BLANK
        layout.titles.extend(str(sheet.rows[number][column]) for column, _ in filled)
    for number in range(columns.first, columns.last + 1):
        layout.skipped[number] = Skip.HEADER
    judge = Judge(sheet, columns, identity, serial, place)
    section = ""
    for number in range(columns.last + 1, len(sheet.rows)):
        what = judge.row(number)
        if what is None:
            layout.data.append(number)
            if section:
                layout.sections[number] = section
        elif isinstance(what, Skip):
            layout.skipped[number] = what
            if what is Skip.FOOTER:
                layout.footers.extend(said for _, said in _filled(sheet.rows[number]))
        else:
            section = what
            layout.skipped[number] = Skip.SECTION
    return layout


def every_row(sheet: Sheet, columns: Columns) -> Layout:
    """Our own exports have no totals and no signatures: every row below the titles is a record, whatever it says."""
    layout = Layout(columns)
    for number, row in enumerate(sheet.rows):
        if number <= columns.last:
            layout.skipped[number] = Skip.HEADER if number >= columns.first else Skip.TITLE
        elif any(cell is not None for cell in row):
            layout.data.append(number)
        else:
            layout.skipped[number] = Skip.BLANK
    return layout


def fill_merged(sheet: Sheet, layout: Layout) -> None:
    """Copies the value of a vertically merged cell into the data rows it covers."""
    if not sheet.merges:
        return
    data = set(layout.data)
    for top, left, bottom, _right in sheet.merges:
        if bottom <= top or top <= layout.columns.last:
            continue
        value = sheet.at(top, left)
        if value is None:
            continue
        for number in range(top + 1, min(bottom, len(sheet.rows) - 1) + 1):
            if number in data and sheet.at(number, left) != value:
                layout.fill(sheet, "merged", left, number, value)


def fill_sparse(sheet: Sheet, layout: Layout, columns: list[int]) -> list[int]:
    """A group's column with a value on the first row of each run only: in .csv, or where nobody merged the cells.

    Only columns that are empty on most rows and filled on the first are taken so; which ones is reported.
    """
    filled: list[int] = []
    if len(layout.data) < 2:
        return filled
    for column in columns:
        values = [sheet.at(number, column) for number in layout.data]
        present = sum(1 for value in values if squeeze(value))
        if not squeeze(values[0]) or present * 2 > len(values):
            continue
        last: Cell = None
        for number, value in zip(layout.data, values, strict=True):
            if squeeze(value):
                last = value
            else:
                layout.fill(sheet, "above", column, number, last)
        filled.append(column)
    return filled


_DITTO = frozenset({"同上", "〃", "″", "''", '"', "”", "“", "同前", "上同", "同 上"})


def fill_ditto(sheet: Sheet, layout: Layout, columns: list[int]) -> None:
    """同上 means the cell above."""
    rows = [sheet.rows[number] for number in layout.data]
    for column in columns:
        if not any(len(row) > column and row[column] in _DITTO for row in rows):
            continue
        last: Cell = None
        for number, row in zip(layout.data, rows, strict=True):
            value = row[column] if column < len(row) else None
            if value in _DITTO:
                if last is not None:
                    layout.fill(sheet, "ditto", column, number, last)
            elif value is not None:
                last = value


def _put(row: list[Cell], column: int, value: Cell) -> None:
    if len(row) <= column:
        row.extend([None] * (column + 1 - len(row)))
    row[column] = value
