"""The same rules under other titles, headers, sheets and forms: shapes no sample has."""

import datetime
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from station_app.clock import today
from station_app.compose import Created, OpenStation, create_station
from tests.acceptance import elder_dirt, elders, hour_dirt, hours, plot_dirt, plots
from tests.acceptance.checking import check
from tests.acceptance.ledgers import Column, Row, Sheet, Text, save, save_csv

DAY = datetime.date
AS_OF = DAY(2025, 6, 30)
MAY = (DAY(2025, 5, 1), DAY(2025, 5, 31))
VILLAGES = {"乌兰村": "150621105201", "北海村": "150621105202", "柳子圪旦村": "150621105203"}
TITLES = ["老年人台账", "截至2025年6月30日"]
HOURS = ["2025年5月志愿服务台账"]
FARM = ["公益农场台账(2025年)"]


@pytest.fixture(scope="module")
def looking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenStation]:
    """A station that only looks: every import here is a dry run."""
    folder = tmp_path_factory.mktemp("looking") / "station"
    made = create_station(folder, "恩格贝镇社工站", "150621105", "01", "站长", "Probe-2025-虚构")
    assert isinstance(made, Created)
    yield made.station
    made.station.close()


def looked(station: OpenStation, kind: str, path: Path, *sheets: Sheet, **options: Any) -> list[str]:
    """What differs."""
    placed = save(path, *sheets, **options)
    return check(station, kind, path, placed, write=False).differences


def some(dirt: dict[str, Any], seed: int, count: int) -> dict[str, Any]:
    """A few instances."""
    names = sorted(dirt)
    random.Random(seed).shuffle(names)
    return {name: dirt[name] for name in names[:count]}


def few_elders(seed: int, count: int = 25) -> dict[str, Any]:
    """A few instances for an elders' ledger."""
    return some(elder_dirt.all_dirt(), seed, count)


def few_hours(seed: int, count: int = 30) -> dict[str, Any]:
    """A few instances for a ledger of hours."""
    return some(hour_dirt.all_dirt(), seed, count)


def few_plots(seed: int, count: int = 30) -> dict[str, Any]:
    """A few instances for a farm's ledger."""
    return some(plot_dirt.all_dirt(), seed, count)


def numbered(rows: list[Row]) -> list[Row | Text]:
    """With serial numbers."""
    for number, row in enumerate(rows, start=1):
        row.cells["no"] = number
    return list(rows)


@pytest.mark.parametrize(
    ("titles", "more"),
    [
        (["老年人台账", "填报单位（盖章）：恩格贝镇社工站   填报人：王某   填报时间：2025年6月30日"], {}),
        (["恩格贝镇老年人服务对象基本信息台账（截至2025年6月30日）"], {}),
        (["老年人台账（数据截至2025/6/30）"], {}),
        (["恩格贝镇社工站2025年第二季度老年人台账"], {}),
        (["恩格贝镇社工站二〇二五年六月老年人台账"], {}),
        (["老年人台账"], {"name": "2025年6月"}),
        (["老年人台账"], {"name": "202506"}),
        (["老年人台账"], {"footers": ["站长签字：", "填报日期：2025年6月30日"]}),
        (["单位：恩格贝镇社工站", "老年人台账", "制表日期：２０２５年６月３０日"], {}),
        (["老年人台账", "统计时间：2025年4月1日至2025年6月30日"], {}),
    ],
)
def test_the_day_an_elders_ledger_speaks_of(
    titles: list[str], more: dict[str, Any], looking: OpenStation, tmp_path: Path
) -> None:
    made = elders.Elders(len(str(titles)), AS_OF, VILLAGES)
    sheet = elders.sheet(made, elder_dirt.births(), titles=titles, clean=2, **more)
    assert looked(looking, "elder", tmp_path / "a.xlsx", sheet) == []


def test_without_any_day_ages_are_judged_at_the_day_of_import(looking: OpenStation, tmp_path: Path) -> None:
    now = today()
    made = elders.Elders(7, now if (now.month, now.day) != (2, 29) else now.replace(day=28), VILLAGES)
    assert (
        looked(looking, "elder", tmp_path / "a.xlsx", elders.sheet(made, elder_dirt.births(), titles=["老年人台账"]))
        == []
    )


@pytest.mark.parametrize(
    ("titles", "more"),
    [
        (["志愿服务台账"], {"name": "2025年5月"}),
        (["2025年度志愿服务台账"], {"name": "5月"}),
        (["志愿服务时长登记台账"], {"name": "202505"}),
        (["志愿服务时长统计表(2025.05)"], {}),
        (["二〇二五年五月志愿服务登记表"], {}),
        (["志愿服务登记表", "统计时间：2025年5月1日至2025年5月31日"], {}),
        (["志愿服务登记表", "2025年5月1日—5月31日"], {}),
        (["志愿服务登记表（2025.5.1-2025.5.31）"], {}),
        (["志愿服务登记表", "时间：2025年5月1日-31日", "填报日期：2025年6月20日"], {}),
        (["恩格贝镇志愿服务登记表", "统计月份：2025年5月    填报日期：2025年6月20日"], {}),
    ],
)
def test_the_month_a_ledger_of_hours_speaks_of(
    titles: list[str], more: dict[str, Any], looking: OpenStation, tmp_path: Path
) -> None:
    made = hours.Hours(len(str(titles)) + 7, *MAY)
    sheet = hours.sheet(
        made, {**hour_dirt.days(), **some(hour_dirt.rules(), 1, 5)}, titles=titles, clean=4, pairs=False, **more
    )
    assert looked(looking, "volunteer_hours", tmp_path / "a.xlsx", sheet) == []


@pytest.mark.parametrize(
    ("first", "last", "title"),
    [
        (DAY(2025, 4, 1), DAY(2025, 6, 30), "2025年第二季度志愿服务时长台账"),
        (DAY(2025, 4, 1), DAY(2025, 6, 30), "2025年4-6月志愿服务台账"),
        (DAY(2025, 4, 10), DAY(2025, 6, 20), "志愿服务台账（2025年4月10日至6月20日）"),
        (DAY(2025, 1, 1), DAY(2025, 6, 30), "2025年上半年志愿服务时长台账"),
    ],
)
def test_longer_periods(
    first: datetime.date, last: datetime.date, title: str, looking: OpenStation, tmp_path: Path
) -> None:
    made = hours.Hours(last.day + first.day, first, last)
    dirt = {name: change for name, change in hour_dirt.days().items() if not name.startswith("late")}
    sheet = hours.sheet(made, dirt, titles=[title], clean=4, pairs=False)
    assert looked(looking, "volunteer_hours", tmp_path / "a.xlsx", sheet) == []


@pytest.mark.parametrize("year_in", ["titles", "first title", "file"])
def test_months_as_sheets(year_in: str, looking: OpenStation, tmp_path: Path) -> None:
    sheets = []
    for n, (first, last) in enumerate([(DAY(2025, 4, 1), DAY(2025, 4, 30)), MAY, (DAY(2025, 6, 1), DAY(2025, 6, 30))]):
        made = hours.Hours(500 + n, first, last)
        titled = year_in == "titles" or (year_in == "first title" and n == 0)
        name = f"{'2025年' if year_in == 'names' else ''}{first.month}月"
        title = f"{'2025年' if titled else ''}志愿服务台账"
        sheets.append(hours.sheet(made, few_hours(n, 20), titles=[title], name=name, clean=3))
    path = tmp_path / ("2025年志愿服务台账.xlsx" if year_in == "file" else "台账.xlsx")
    assert looked(looking, "volunteer_hours", path, *sheets) == []


@pytest.mark.parametrize(
    "shape",
    [
        {"two_levels": False}, {"two_levels": False, "merged": ("village",), "left": 1, "blank_before_header": 1},
        {"without": ("ec_name", "ec_relation", "ec_phone")}, {"without": ("no",), "left": 2},
        {"hidden_columns": ("address", "phone", "ethnic")}, {"totals": False, "repeat_header": False},
    ],
)  # fmt: skip
def test_shapes_of_elders(shape: dict[str, Any], looking: OpenStation, tmp_path: Path) -> None:
    made = elders.Elders(len(str(shape)), AS_OF, VILLAGES)
    assert (
        looked(
            looking, "elder", tmp_path / "a.xlsx", elders.sheet(made, few_elders(len(shape)), titles=TITLES, **shape)
        )
        == []
    )


@pytest.mark.parametrize(
    "shape",
    [
        {"merged": ("activity", "place", "content")},
        {"left": 3},
        {"hidden_columns": ("phone", "leader")},
        {"total": False},
    ],
)
def test_shapes_of_hours(shape: dict[str, Any], looking: OpenStation, tmp_path: Path) -> None:
    made = hours.Hours(len(str(shape)), *MAY)
    assert (
        looked(looking, "volunteer_hours", tmp_path / "a.xlsx", hours.sheet(made, few_hours(9), titles=HOURS, **shape))
        == []
    )


GROUPS: list[dict[str, tuple[str, ...]]] = [
    {"志愿者信息": ("name", "id", "phone"), "服务时间": ("date", "start", "end", "hours")},
    {"起止时间": ("start", "end")},
    {"志愿者": ("name", "id", "phone"), "活动": ("activity",), "活动情况": ("place", "content", "category")},
]


@pytest.mark.parametrize("groups", GROUPS)
def test_spanned_titles_of_hours(groups: dict[str, tuple[str, ...]], looking: OpenStation, tmp_path: Path) -> None:
    made = hours.Hours(len(str(groups)), *MAY)
    cols = hours.columns(made.rng, shuffled=False)
    for group, keys in groups.items():
        for column in cols:
            if column.key in keys:
                column.group = group
    assert (
        looked(
            looking, "volunteer_hours", tmp_path / "a.xlsx", hours.sheet(made, few_hours(4), titles=HOURS, cols=cols)
        )
        == []
    )


SHORT = {
    "area": "面积",
    "harvest": "产量",
    "own": "自留",
    "donated": "捐赠",
    "sold": "销售",
    "price": "单价",
    "amount": "销售额",
}


@pytest.mark.parametrize("where", ["a row of units", "the title above", "the spanning title"])
def test_units_elsewhere_than_in_the_title(where: str, looking: OpenStation, tmp_path: Path) -> None:
    made = plots.Plots(len(where), 2025, VILLAGES)
    cols = plots.columns(made.rng, shuffled=where != "the spanning title")
    for column in cols:
        column.title = SHORT.get(column.key, column.title)
        if where == "the spanning title" and column.key in plots.WEIGHTS:
            column.group = "产销情况（斤）"
    units = {
        key: "亩" if key == "area" else "元" if key == "amount" else "元/斤" if key == "price" else "斤"
        for key in SHORT
    }
    more: dict[str, Any] = {"unit_row": units} if where == "a row of units" else {}
    titles = [*FARM, "单位：亩、斤、元"] if where == "the title above" else FARM
    sheet = plots.sheet(
        made, {**plot_dirt.weights(), **some(plot_dirt.areas(), 1, 10)}, titles=titles, cols=cols, **more
    )
    assert looked(looking, "farm_plot", tmp_path / "a.xlsx", sheet) == []


def test_amounts_in_ten_thousands(looking: OpenStation, tmp_path: Path) -> None:
    """As under 产量(斤): a bare number means the title's unit and is no reason to warn."""
    made = plots.Plots(790, 2025, VILLAGES)
    sheet = plots.sheet(made, {}, titles=FARM, cols=plots.columns(made.rng, money_unit="万元"))
    for row in sheet.rows:
        if isinstance(row, Row):
            row.cells["amount"] = row.values["plot.opening_sales"] / 1_000_000
    assert looked(looking, "farm_plot", tmp_path / "a.xlsx", sheet) == []


@pytest.mark.parametrize("without", [("no", "help"), ("price", "amount"), ("amount",), ("sown",)])
def test_farm_ledgers_with_fewer_columns(without: tuple[str, ...], looking: OpenStation, tmp_path: Path) -> None:
    """What a ledger has no column for is nobody's mistake."""
    made = plots.Plots(len(str(without)), 2025, VILLAGES)
    dirt = some(plot_dirt.areas(), 3, 30)
    sheet = plots.sheet(made, dirt, titles=FARM, cols=plots.columns(made.rng, without=without))
    assert looked(looking, "farm_plot", tmp_path / "a.xlsx", sheet) == []


TOTALS = [
    "合 计",
    "总计",
    "合计：",
    "本页小计",
    "共计38人",
    "合计（人）",
    "小 计",
    "乌兰村小计",
    "全镇合计",
    "总计(人)",
]
FOOTERS = [
    "填报人：张三    审核人：李四    2025年6月30日", "注：本表一式三份", "备注：以上数据截至2025年6月30日", "说明：独居指一人居住",
    "制表：王某  联系电话：0477-8123456", "站长（签字）：          年    月    日", "以上共计12人", "第1页 共3页", "负责人（签章）",
    "※请于每月5日前上报", "恩格贝镇社工站", "2025年6月30日", "（以下空白）", "主管领导：        分管领导：         经办人：",
]  # fmt: skip


def test_totals_footers_and_blanks_are_no_people(looking: OpenStation, tmp_path: Path) -> None:
    """All in one ledger: whatever stands below and between the rows is not counted and refuses nothing."""
    made = elders.Elders(40, AS_OF, VILLAGES)
    rows = numbered([made.clean() for _ in range(len(TOTALS) + 2)])
    cols = elders.columns(made.rng, shuffled=False)
    top = {c: column.title for c, column in enumerate(cols) if not column.group}
    top |= {
        min(c for c, column in enumerate(cols) if column.group == group): group
        for group in {c.group for c in cols} - {""}
    }
    below = {c: column.title for c, column in enumerate(cols) if column.group}
    laid: list[Row | Text] = []
    for n, row in enumerate(rows):
        laid.append(row)
        if n < len(TOTALS):
            laid.append(Text({n % 3: TOTALS[n], 5: 12}, "SUBTOTAL"))
        if n == 4:
            laid += [
                Text({}, "BLANK"),
                Text({0: TITLES[0]}, "TITLE", wide=True),
                Text(top, "REPEATED_HEADER"),
                Text(below, "REPEATED_HEADER"),
            ]
    laid += [
        Text({0: 13}, "BLANK"),
        Text({0: "14"}, "BLANK"),
        Text({0: ("=ROW()", 15.0)}, "BLANK"),
        Text({0: 16, 1: "乌兰村"}, "BLANK"),
    ]
    laid += [Text({0: footer}, "FOOTER", wide=n % 2 == 0) for n, footer in enumerate(FOOTERS)]
    laid.append(Text({0: "填报人：", 2: "张三", 6: "审核人：", 8: "李四"}, "FOOTER"))
    assert looked(looking, "elder", tmp_path / "a.xlsx", Sheet("台账", cols, laid, TITLES)) == []


@pytest.mark.parametrize("name", ["填表说明", "填写须知"])
def test_sheets_that_explain_are_passed_over(name: str, looking: OpenStation, tmp_path: Path) -> None:
    made = elders.Elders(len(name), AS_OF, VILLAGES)

    def extra(book: Any) -> None:
        page = book.add_worksheet(name)
        page.write_string(0, 0, "1.身份证号码请用文本格式;2.独居指一人居住")
        book.add_worksheet("空表")

    assert (
        looked(looking, "elder", tmp_path / "a.xlsx", elders.sheet(made, few_elders(2), titles=TITLES), extra=extra)
        == []
    )


def test_every_other_sheet_is_imported_even_a_hidden_one(looking: OpenStation, tmp_path: Path) -> None:
    sheets = []
    for n, name in enumerate(["乌兰村", "北海村", "其他"]):
        made = elders.Elders(60 + n, AS_OF, VILLAGES)
        sheets.append(elders.sheet(made, few_elders(n), titles=TITLES, name=name))
    assert looked(looking, "elder", tmp_path / "a.xlsx", *sheets, extra=lambda book: book.worksheets()[2].hide()) == []


ELDER_COLUMNS: dict[str, Any] = {
    "年龄": 68, "银行卡号": "6217000000001234567", "残疾证号": "15272219450305997941", "监护人身份证号": "152701196503049987", "户主姓名": "王某某",
    "与户主关系": "配偶", "社工电话": "13900001111", "走访日期": "2025.6.1", "网格员": "李网格", "子女电话": "13911112222", "志愿者姓名": "刘志愿",
    "填表日期": "2025.6.20", "医保卡号": "1500013800001234", "是否党员": "否", "失能等级": "轻度", "低保金额": "500",
    "文化程度": "不识字", "户籍性质": "农牧民", "经济来源": "土地流转费", "跌倒": "几次",
}  # fmt: skip
HOUR_COLUMNS: dict[str, Any] = {
    "服务对象": "张玉梅", "服务对象电话": "13911110000", "年龄": 45, "累计时长": 30.5, "志愿者编号": "15000123456", "受益人数": 20, "监护人电话": "13900009999",
    "紧急联系人": "王某", "填报日期": "2025.6.30", "服务积分": 10, "登记人": "孙登记", "组织单位": "恩格贝镇社工站",
    "评价": "好", "志愿者星级": "三星", "政治面貌": "群众", "专业技能": "理发",
}  # fmt: skip
PLOT_COLUMNS: dict[str, Any] = {
    "电话": "13900001111", "年龄": 70, "亩产(斤)": 400, "预计产量(斤)": 3000, "志愿者姓名": "刘志愿", "收购人电话": "13900002222", "付款日期": "2025.11.1",
    "化肥(袋)": 2, "机械费(元)": 200, "审核日期": "2025.4.1", "帮耕时长(小时)": 12, "流转费(元)": 100,
    "等级": "一等", "含水率": "14%", "土地类型": "坡地", "加入日期": "春天",
}  # fmt: skip


def test_columns_nobody_asked_for_change_nothing(looking: OpenStation, tmp_path: Path) -> None:
    """Four at a time, for each kind: other people's names, numbers and dates are not the row's own."""
    wrong: list[str] = []
    for kind, extra in (("elder", ELDER_COLUMNS), ("volunteer_hours", HOUR_COLUMNS), ("farm_plot", PLOT_COLUMNS)):
        titles = list(extra)
        for n in range(0, len(titles), 4):
            chosen = titles[n : n + 4]
            added = [Column(f"x{c}", title) for c, title in enumerate(chosen)]
            sheet: Sheet
            if kind == "elder":
                made = elders.Elders(n, AS_OF, VILLAGES)
                sheet = elders.sheet(
                    made, {}, titles=TITLES, repeat_header=False, totals=False, clean=8, two_levels=n % 8 == 0
                )
            elif kind == "volunteer_hours":
                shifts = hours.Hours(n, *MAY)
                sheet = hours.sheet(shifts, {}, titles=HOURS, clean=8)
            else:
                fields = plots.Plots(n, 2025, VILLAGES)
                sheet = plots.sheet(fields, {}, titles=FARM, clean=8)
            places = [
                c
                for c in range(1, len(sheet.columns))
                if not sheet.columns[c].group or sheet.columns[c].group != sheet.columns[c - 1].group
            ]
            at = random.Random(n).choice(places)
            sheet.columns[at:at] = added
            sheet.rows = [row for row in sheet.rows if isinstance(row, Row)]
            for row in sheet.rows:
                assert isinstance(row, Row)
                row.cells |= {column.key: extra[column.title] for column in added}
            wrong += [f"{chosen}: {one}" for one in looked(looking, kind, tmp_path / f"{kind}{n}.xlsx", sheet)]
    assert wrong == []


def _as_text(sheet: Sheet) -> Sheet:
    """What a text file makes of a ledger: nothing is hidden, a day's number is text."""
    for row in sheet.rows:
        if isinstance(row, Row):
            row.hidden = False
            row.warnings.discard("HIDDEN_ROW")
            if "EXCEL_SERIAL" in row.warnings:
                row.warnings = (row.warnings - {"EXCEL_SERIAL"}) | {"EXCEL_SERIAL_TEXT"}
    return sheet


@pytest.mark.parametrize(
    ("encoding", "delimiter", "kinds"),
    [
        ("gb18030", ",", ("elder", "volunteer_hours", "farm_plot")),
        ("utf-8-sig", ",", ("elder",)),
        ("utf-8", "\t", ("volunteer_hours",)),
        ("utf-16", "\t", ("farm_plot",)),
        ("gb18030", ";", ("elder",)),
    ],
)
def test_text_files(
    encoding: str, delimiter: str, kinds: tuple[str, ...], looking: OpenStation, tmp_path: Path
) -> None:
    wrong: list[str] = []
    for kind in kinds:
        path = tmp_path / f"台账{kind}.csv"
        if kind == "elder":
            made = elders.Elders(len(encoding), AS_OF, VILLAGES)
            dirt = {
                name: change
                for name, change in few_elders(len(encoding), 40).items()
                if not name.startswith("number cell")
            }
            sheet = elders.sheet(made, dirt, titles=TITLES, once=("village",))
        elif kind == "volunteer_hours":
            sheet = hours.sheet(hours.Hours(len(encoding), *MAY), few_hours(5, 40), titles=HOURS, once=("activity",))
        else:
            sheet = plots.sheet(plots.Plots(len(encoding), 2025, VILLAGES), few_plots(6, 40), titles=FARM)
        placed = save_csv(path, _as_text(sheet), encoding, delimiter)
        wrong += check(looking, kind, path, placed, write=False).differences
    assert wrong == []


def test_the_1904_system(looking: OpenStation, tmp_path: Path) -> None:
    """Case 13: day numbers count from 1904, real dates are shown as they are."""
    made = elders.Elders(1904, AS_OF, VILLAGES)
    sheet = elders.sheet(made, elder_dirt.births(), titles=TITLES)
    assert looked(looking, "elder", tmp_path / "a.xlsx", sheet, date_1904=True) == []
    shifts = hours.sheet(hours.Hours(1904, *MAY), hour_dirt.days(), titles=HOURS)
    for row in shifts.rows:
        for key in ("date", "recorded"):
            value = row.cells.get(key) if isinstance(row, Row) else None
            if isinstance(row, Row) and isinstance(value, int | float) and value < 1_000_000:
                row.cells[key] = value - 1462
            elif (
                isinstance(row, Row) and isinstance(value, str) and value.strip().isdigit() and len(value.strip()) == 5
            ):
                row.cells[key] = str(int(value) - 1462)
    assert looked(looking, "volunteer_hours", tmp_path / "b.xlsx", shifts, date_1904=True) == []


@pytest.mark.parametrize("seed", range(2))
def test_any_order_of_columns_and_any_synonym(seed: int, looking: OpenStation, tmp_path: Path) -> None:
    """A few of the ledgers that a longer run of the generator makes by the hundred."""
    wrong = []
    made = elders.Elders(seed, AS_OF, VILLAGES)
    sheet = elders.sheet(
        made, few_elders(seed), titles=TITLES, merged=("village",) if seed % 2 else (), two_levels=seed % 3 != 0
    )
    for column in sheet.columns:
        column.title = "建档年月日" if column.key == "filed" and seed == 0 else column.title
    wrong += looked(looking, "elder", tmp_path / "e.xlsx", sheet)
    shifts = hours.sheet(
        hours.Hours(seed, *MAY), few_hours(seed), titles=HOURS, merged=("activity",) if seed % 2 else ()
    )
    wrong += looked(looking, "volunteer_hours", tmp_path / "h.xlsx", shifts)
    fields = plots.sheet(
        plots.Plots(seed, 2025, VILLAGES, ("斤", "公斤", "kg")[seed % 3]), few_plots(seed), titles=FARM
    )
    wrong += looked(looking, "farm_plot", tmp_path / "p.xlsx", fields)
    assert wrong == []
