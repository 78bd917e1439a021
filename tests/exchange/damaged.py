"""Damaged workbooks with known truth: clean ledgers, each spoilt in one way at known places, saved as spreadsheets do."""

import csv
import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter  # type: ignore[import-untyped]  # says nothing about its types

from station_app.exchange.damage import Damage
from tests.acceptance.ledgers import People, Person, check_digit

ELDER = ["序号", "村(社区)", "姓名", "性别", "身份证号码", "出生日期", "现住址", "联系电话", "独居", "建档日期", "备注"]
PLOT = [
    "序号",
    "村社",
    "农户姓名",
    "身份证号",
    "地块",
    "面积(亩)",
    "作物",
    "申请日期",
    "本人同意(签字)",
    "产量(斤)",
    "自留(斤)",
    "销售(斤)",
]
HOURS = [
    "序号",
    "志愿者姓名",
    "证件号码",
    "手机号",
    "活动名称",
    "服务日期",
    "起",
    "止",
    "时长(小时)",
    "地点",
    "服务内容",
    "备注",
]
TITLES = {"elder": ELDER, "farm_plot": PLOT, "volunteer_hours": HOURS}
VILLAGES = ("罕台村", "色连村", "永胜村")

#: (row from 0 on the sheet, column or None, damage)
Planted = tuple[int | None, int | None, Damage]


@dataclass
class Sick:
    """One damaged workbook: its rows, what was done to which cells, and what each row truly says."""

    kind: str
    name: str
    people: list[Person]
    rows: list[list[Any]]
    planted: list[Planted] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    form: str = "xlsx"

    def column(self, title: str) -> int:
        return next(n for n, said in enumerate(TITLES[self.kind]) if said.startswith(title))

    def spoil(self, row: int, title: str, value: Any, damage: Damage) -> None:
        """Put something else into a cell (row counted among the people) and remember it."""
        column = self.column(title)
        self.rows[row + 1][column] = value
        self.planted.append((row + 1, column, damage))

    def save(self, path: Path) -> Path:
        """Write it by one of three writers."""
        file = path / f"{self.name}.{'csv' if self.form.startswith('csv') else 'xlsx'}"
        if self.form.startswith("csv"):
            out = io.StringIO()
            csv.writer(out).writerows([["" if c is None else _said(c) for c in row] for row in self.rows])
            file.write_bytes(out.getvalue().encode(self.form.partition(" ")[2]))
        elif self.form == "openpyxl":
            self._openpyxl(file)
        else:
            self._xlsxwriter(file)
        return file

    def _openpyxl(self, file: Path) -> None:
        book = openpyxl.Workbook()
        page = book.active
        assert page is not None
        for row in self.rows:
            page.append(row)
        for top, left, bottom, right in self.merges:
            page.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
        for number in self.hidden_rows:
            page.row_dimensions[number + 1].hidden = True
        for column in self.hidden_columns:
            page.column_dimensions[openpyxl.utils.get_column_letter(column + 1)].hidden = True
        book.save(file)

    def _xlsxwriter(self, file: Path) -> None:
        book = xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False})
        page, day = book.add_worksheet("台账"), book.add_format({"num_format": "m月d日"})
        for top, left, bottom, right in self.merges:
            page.merge_range(top, left, bottom, right, "")
        for r, row in enumerate(self.rows):
            for c, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(r, c, value)
                elif isinstance(value, date):
                    page.write_datetime(r, c, value, day)
                elif value is not None:
                    page.write_number(r, c, value)
        for number in self.hidden_rows:
            page.set_row(number, None, None, {"hidden": True})
        for column in self.hidden_columns:
            page.set_column(column, column, None, None, {"hidden": True})
        book.close()


def _said(value: Any) -> str:
    """A cell as Excel's own .csv says it."""
    if isinstance(value, float) and value >= 1e11:
        return f"{value:.5E}"
    if isinstance(value, datetime | date):
        return f"{value.month}月{value.day}日"
    return str(value)


def healthy(kind: str, name: str, seed: int, rows: int = 14) -> Sick:
    """A clean ledger."""
    people = People(seed)
    dice = random.Random(seed)
    persons = [people.one(1930, 1955) for _ in range(rows)]
    made = {"elder": _elder, "farm_plot": _plot, "volunteer_hours": _hours}[kind]
    return Sick(kind, name, persons, [list(TITLES[kind]), *(made(n, p, dice) for n, p in enumerate(persons))])


def _elder(n: int, p: Person, dice: random.Random) -> list[Any]:
    filed = f"202{dice.randint(2, 4)}-0{dice.randint(1, 9)}-1{dice.randint(0, 9)}"
    sex = "男" if p.sex == "1" else "女"
    place, address = VILLAGES[n % 3], f"{VILLAGES[n % 3]}{n % 5 + 1}社{n + 10}号"
    tick = "√" if n % 2 else "×"
    return [n + 1, place, p.name, sex, p.id_no, p.birth.isoformat(), address, p.phone, tick, filed, None]


def _plot(n: int, p: Person, dice: random.Random) -> list[Any]:
    weight = dice.randint(3, 9) * 200
    area, day = dice.randint(10, 60) / 10, f"2024-03-1{n % 10}"
    half = weight // 2
    return [n + 1, VILLAGES[n % 3], p.name, p.id_no, f"梁上地{n}", area, "玉米", day, "是", weight, half, half]


def _hours(n: int, p: Person, dice: random.Random) -> list[Any]:
    hours = dice.randint(1, 4)
    day, end = f"2024-03-{n + 1:02d}", f"{8 + hours}:00"
    return [n + 1, p.name, p.id_no, p.phone, "环境整治", day, "8:00", end, hours, VILLAGES[n % 3], "清理垃圾", None]


#: What is done to a clean ledger.
Spoil = Callable[[Sick], None]

# ---------------------------------------------------------------------- what spreadsheets do


def cut(number: str) -> str:
    """Eighteen digits as Excel keeps them: fifteen and three zeros."""
    return number[:15] + "000"


def _ids(sick: Sick, change: Callable[[str], Any], damage: Damage, title: str) -> None:
    for row in (1, 4, 9):
        spoilt = change(sick.people[row].id_no)
        done = damage
        if isinstance(spoilt, str) and spoilt.endswith("000") and check_digit(spoilt[:17]) == "0":
            done = Damage.ID_MAYBE_CUT  # one in eleven: what is left happens to be a possible number
        elif isinstance(spoilt, float) and sick.form.startswith("csv"):
            done = Damage.ID_POWER  # Excel's .csv writes what it shows
        sick.spoil(row, title, spoilt, done)


def _shift(sick: Sick, row: int, title: str, far: int) -> None:
    column = sick.column(title)
    cells = sick.rows[row + 1]
    if far > 0:
        sick.rows[row + 1] = [*cells[:column], *([None] * far), *cells[column:]]
    else:
        sick.rows[row + 1] = [*cells[:column], *cells[column - far :]]
    sick.planted.append((row + 1, None, Damage.SHIFTED))


def _put(title: str, values: dict[int, Any], damage: Damage) -> Spoil:
    """These values into these people's cells."""

    def spoil(sick: Sick) -> None:
        for row, value in values.items():
            sick.spoil(row, title, value, damage)

    return spoil


def _ids_of(title: str, change: Callable[[str], Any], damage: Damage) -> Spoil:
    return lambda sick: _ids(sick, change, damage, title)


def _two_ids(title: str) -> Spoil:
    def spoil(sick: Sick) -> None:
        sick.spoil(2, title, f"{sick.people[2].id_no}、{sick.people[3].id_no}", Damage.SEVERAL_IDS)
        sick.spoil(6, title, f"{sick.people[6].id_no}\n{sick.people[7].id_no}", Damage.SEVERAL_IDS)

    return spoil


def _pointed(title: str) -> Spoil:
    def spoil(sick: Sick) -> None:
        sick.spoil(1, title, f"{sick.people[1].phone}.0", Damage.PHONE_DECIMAL)
        sick.spoil(7, title, f"{sick.people[7].phone}.00", Damage.PHONE_DECIMAL)

    return spoil


def _shifts(title: str, far: int, rows: tuple[int, ...] = (3, 8)) -> Spoil:
    def spoil(sick: Sick) -> None:
        for row in rows:
            _shift(sick, row, title, far)

    return spoil


def _inserts(damage: Damage, *lines: tuple[int, list[Any]]) -> Spoil:
    def spoil(sick: Sick) -> None:
        for at, cells in lines:
            _insert(sick, at, cells, damage)

    return spoil


def damages() -> dict[str, tuple[str, Spoil]]:
    """Every way of spoiling: name → (kind of ledger, what it does)."""
    d: dict[str, tuple[str, Spoil]] = {}
    ids = {"elder": "身份证号码", "farm_plot": "身份证号", "volunteer_hours": "证件号码"}
    phones = {"elder": "联系电话", "volunteer_hours": "手机号"}
    names = {"elder": "姓名", "farm_plot": "农户姓名", "volunteer_hours": "志愿者姓名"}
    days = {"elder": "建档日期", "farm_plot": "申请日期", "volunteer_hours": "服务日期"}
    for kind, title in ids.items():
        d[f"{kind} id as a number"] = kind, _ids_of(title, lambda i: float(cut(i)), Damage.ID_CUT)
        d[f"{kind} id cut as text"] = kind, _ids_of(title, cut, Damage.ID_CUT)
        d[f"{kind} id as a power"] = kind, _ids_of(title, lambda i: f"{float(cut(i)):.5E}", Damage.ID_POWER)
        d[f"{kind} id as a short power"] = (
            kind,
            _ids_of(title, lambda i: f"{float(cut(i)):.2E}".lower(), Damage.ID_POWER),
        )
        d[f"{kind} id without its last"] = kind, _ids_of(title, lambda i: i[:17], Damage.ID_CHECK_MISSING)
        d[f"{kind} two ids"] = kind, _two_ids(title)
    two = {2: "王秀英、李桂花", 5: "张建国/刘玉梅", 8: "赵志强和孙桂兰", 11: "王海 张玉梅"}
    for kind, title in names.items():
        d[f"{kind} two people"] = kind, _put(title, two, Damage.SEVERAL_PEOPLE)
        for far in (1, 2, -1):
            d[f"{kind} shifted {far}"] = kind, _shifts(title, far)
    for kind, title in phones.items():
        d[f"{kind} phone as a power"] = kind, _put(title, {1: "1.39477E+10", 7: "1.5E+10"}, Damage.PHONE_POWER)
        d[f"{kind} phone with a point"] = kind, _pointed(title)
        d[f"{kind} phone without its zero"] = (
            kind,
            _put(title, {1: 4778123456, 7: "4778123457"}, Damage.PHONE_ZERO_LOST),
        )
    for kind, title in days.items():
        d[f"{kind} day number"] = kind, _put(title, {1: 45352, 5: 45353}, Damage.DATE_SERIAL)
        d[f"{kind} day number as text"] = kind, _put(title, {1: "45352", 5: "45353.0"}, Damage.DATE_SERIAL)
        d[f"{kind} day turned"] = kind, _put(title, {1: "3/5/2024", 5: "03-05-24", 7: "3/25/2024"}, Damage.DATE_TURNED)
        d[f"{kind} day in English"] = kind, _put(title, {1: "5-Mar-24", 5: "Mar-24"}, Damage.DATE_TURNED)
        d[f"{kind} hashes"] = kind, _put(title, {1: "########", 5: "###"}, Damage.CELL_HASHES)
        d[f"{kind} failed formula"] = kind, _put(title, {1: "#REF!", 5: "#N/A"}, Damage.CELL_ERROR)
    march = date(2026, 3, 5)
    areas = {1: "1334㎡", 4: "8分", 7: "2000平方米", 9: "0.3公顷"}
    d["elder address a date"] = "elder", _put("现住址", {1: march, 5: "3月5日"}, Damage.DATE_MADE)
    d["plot name a date"] = "farm_plot", _put("地块", {1: march, 5: "5-Mar"}, Damage.DATE_MADE)
    d["plot units"] = "farm_plot", _put("面积", areas, Damage.UNIT_MIXED)
    d["plot square metres without a word"] = (
        "farm_plot",
        _put("面积", {1: 3335, 4: 2001, 7: "1334"}, Damage.UNIT_FORGOTTEN),
    )
    d["harvest units"] = "farm_plot", _put("产量", {1: "500公斤", 4: "1吨"}, Damage.UNIT_MIXED)
    d["hours units"] = "volunteer_hours", _put("时长", {1: "120分钟", 4: "90分"}, Damage.UNIT_MIXED)
    d["harvest a date"] = "farm_plot", _put("产量", {1: march}, Damage.DATE_MADE)
    d["zeros lost"] = "farm_plot", _zeros
    d["elder shifted behind the number"] = "elder", _shifts("身份证号码", 1, (4,))
    d["elder birth differs"] = "elder", _put("出生日期", {1: "1951-02-03", 4: "1949年1月7日"}, Damage.BIRTH_DIFFERS)
    d["elder sex differs"] = "elder", _other_sex
    d["elder merged villages"] = "elder", _merged_villages
    d["elder merged titles"] = "elder", _merged_titles
    d["elder empty villages"] = "elder", _empty_villages
    d["elder ditto"] = "elder", _put("村", {1: "同上", 2: "〃", 6: "同上"}, Damage.DITTO)
    d["elder totals"] = "elder", _inserts(Damage.TOTAL_INSIDE, (5, ["小计", None, "5人"]), (10, ["合计", None, "10人"]))
    d["elder titles again"] = "elder", _inserts(Damage.HEADER_INSIDE, (6, list(ELDER)))
    d["hours total"] = "volunteer_hours", _inserts(Damage.TOTAL_INSIDE, (6, ["合计", *[None] * 7, 12]))
    d["elder hidden rows"] = "elder", _hidden_rows
    d["elder hidden column"] = "elder", _hidden_column
    return d


def _zeros(sick: Sick) -> None:
    for n, row in enumerate(sick.rows[1:]):
        row[sick.column("地块")] = f"{n + 1:04d}"
    for n in (2, 6):
        sick.spoil(n, "地块", n + 1, Damage.ZERO_LOST)


def _other_sex(sick: Sick) -> None:
    for n in (1, 4):
        sick.spoil(n, "性别", "女" if sick.people[n].sex == "1" else "男", Damage.SEX_DIFFERS)


def _merged_villages(sick: Sick) -> None:
    for first, last in ((1, 5), (6, 14)):
        sick.merges.append((first, 1, last, 1))
        for row in range(first + 1, last + 1):
            sick.rows[row][1] = None
            sick.planted.append((row, 1, Damage.MERGED_DOWN))


def _empty_villages(sick: Sick) -> None:
    sick.form = "csv utf-8-sig"  # where merged cells are lost, the first row of each run has the value
    for row in range(1, 15):
        if row not in (1, 8):
            sick.rows[row][1] = None
            sick.planted.append((row, 1, Damage.FILLED_DOWN))


def _merged_titles(sick: Sick) -> None:
    upper: list[Any] = [*ELDER[:8], "人员类别(是打√)", None, *ELDER[9:]]
    lower: list[Any] = [None] * 8 + ["独居", "空巢"] + [None] * 2
    sick.rows = [upper, lower, *([*row[:9], "√", *row[9:]] for row in sick.rows[1:])]
    sick.merges = [(0, 8, 0, 9), *((0, c, 1, c) for c in (*range(8), 10, 11))]
    sick.planted.append((0, 8, Damage.MERGED_HEADER))


def _insert(sick: Sick, at: int, cells: list[Any], damage: Damage) -> None:
    sick.rows.insert(at, cells)
    sick.planted.append((at, None, damage))


def _hidden_rows(sick: Sick) -> None:
    sick.hidden_rows = [3, 7]
    sick.planted += [(3, None, Damage.HIDDEN_ROW), (7, None, Damage.HIDDEN_ROW)]


def _hidden_column(sick: Sick) -> None:
    sick.hidden_columns = [7]
    sick.planted.append((None, 7, Damage.HIDDEN_COLUMN))


#: What .csv cannot hold: merged cells, hidden rows, the type of a cell.
_ONLY_XLSX = ("merged", "hidden", "a date", "empty villages")


def corpus() -> Iterator[Sick]:
    """Every damage in every form it can take."""
    for n, (name, (kind, spoil)) in enumerate(damages().items()):
        forms = ["xlsx", "openpyxl"]
        if not any(word in name for word in _ONLY_XLSX):
            forms.append("csv gb18030" if n % 2 else "csv utf-16")
        for form in forms:
            sick = healthy(kind, f"{n:02d} {name} {form}".replace("/", " "), n)
            sick.form = form
            spoil(sick)
            yield sick
