"""The same rules hold for any such ledger: columns reordered, titles renamed, rows shifted, other forms, other months."""

import datetime
import re
from pathlib import Path
from typing import Any

import pytest

from station_app.values.working_days import is_late
from tests.exchange.grids import LEDGERS, Grid, sample, save, save_csv
from tests.exchange.judged import differences, read

#: Other titles for every column, three spellings each (DOMAIN §5, 16, and what ledgers of the sort use).
SYNONYMS: dict[str, list[dict[str, str]]] = {
    "elder": [
        {
            "序号": "编号", "村(社区)": "嘎查村", "姓 名": "老人姓名", "身份证号码": "公民身份号码", "出生年月日": "出生日期", "现住址": "家庭住址",
            "联系电话": "手机号", "建档日期": "建档时间", "备注": "说明", "独居": "独居老人", "高龄(80岁以上)": "高龄", "人员类别(是打√)": "对象类别",
        },
        {
            "村(社区)": "所在村", "姓 名": "服务对象", "身份证号码": "身份证号", "出生年月日": "出生年月", "现住址": "现居住地", "联系电话": "联系方式",
            "建档日期": "登记日期", "民族": "民 族", "性别": "性 别", "关系": "与老人关系", "电话": "联系电话", "低保": "是否低保", "空巢": "是否空巢",
        },
        {
            "村(社区)": "社区", "姓 名": "姓名", "身份证号码": "证件号码", "出生年月日": "出生\n年月", "现住址": "住址", "联系电话": "电话",
            "紧急联系人": "紧急联系人信息", "失能": "失能(是否)", "高龄(80岁以上)": "80岁以上", "建档日期": "建 档 时 间",
        },
    ],
    "volunteer_hours": [
        {
            "志愿者姓名": "姓名", "证件号码": "身份证号码", "手机号": "联系电话", "活动名称": "服务项目", "服务日期": "活动日期", "起": "开始时间",
            "止": "结束时间", "时长(小时)": "服务时数", "地点": "服务地点", "登记时间": "录入日期", "负责人": "活动负责人", "备注": "说明",
        },
        {
            "志愿者姓名": "姓 名", "证件号码": "身份证号", "手机号": "联系方式", "活动名称": "项目名称", "服务日期": "日期", "起": "开始", "止": "结束",
            "时长(小时)": "时长", "地点": "活动地点", "服务内容": "内容", "登记时间": "登记日期", "服务类别": "类别",
        },
        {
            "志愿者姓名": "志愿者", "证件号码": "公民身份号码", "手机号": "电话", "活动名称": "活动", "服务日期": "服务时间", "起": "起始时间",
            "止": "终止时间", "时长(小时)": "服务时长（小时）", "登记时间": "记录时间",
        },
    ],
    "farm_plot": [
        {
            "村社": "所在村社", "农户姓名": "户主", "身份证号": "公民身份号码",
            "地块": "地块名称", "面积(亩)": "亩数", "作物": "种植作物", "申请日期": "申请时间",
            "本人同意(签字)": "是否同意", "帮耕次数": "帮扶次数", "播种": "播种日期", "收获": "收获日期", "产量(斤)": "总产量(斤)", "自留(斤)": "自用(斤)",
            "销售(斤)": "销量(斤)", "销售额(元)": "销售金额(元)",
        },
        {
            "村社": "村(社区)", "农户姓名": "姓名", "身份证号": "身份证号码",
            "面积(亩)": "面积（亩）", "作物": "品种", "本人同意(签字)": "本人签字", "播种": "播种时间",
            "收获": "收获时间", "产量(斤)": "产量（斤）", "捐赠(斤)": "捐出(斤)", "单价(元/斤)": "销售单价（元/斤）", "销售额(元)": "销售收入(元)",
        },
        {"村社": "村组", "农户姓名": "农户", "身份证号": "证件号码", "面积(亩)": "种植面积(亩)", "销售(斤)": "销售量(斤)", "销售额(元)": "金额(元)"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("kind", LEDGERS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_columns_in_any_order(kind: str, seed: int, tmp_path: Path) -> None:
    grid = sample(kind)
    grid.shuffle(seed)
    assert differences(kind, read(kind, save(tmp_path / "a.xlsx", grid)), grid) == []


@pytest.mark.parametrize("kind", LEDGERS)
@pytest.mark.parametrize("which", [0, 1, 2])
def test_other_titles(kind: str, which: int, tmp_path: Path) -> None:
    grid = sample(kind)
    grid.rename(SYNONYMS[kind][which])
    grid.shuffle(which + 10)
    assert differences(kind, read(kind, save(tmp_path / "a.xlsx", grid)), grid) == []


@pytest.mark.parametrize("kind", LEDGERS)
def test_rows_shifted_and_blank_rows_between(kind: str, tmp_path: Path) -> None:
    grid = sample(kind)
    first_data = grid.header[-1] + 1
    merged = {n for t, _l, b, _r in grid.merges for n in range(t + 1, b + 1)}
    gaps = sorted(n for n in range(first_data + 3, len(grid.rows), 17) if n not in merged)
    grid.move_rows(lambda n: n + 2 + sum(1 for g in gaps if g <= n))
    judged = read(kind, save(tmp_path / "a.xlsx", grid))
    assert differences(kind, judged, grid) == []


@pytest.mark.parametrize("kind", LEDGERS)
def test_columns_shifted_to_the_right(kind: str, tmp_path: Path) -> None:
    grid = sample(kind)
    grid.rows = [[None, None, *row] for row in grid.rows]
    grid.merges = [(t, left + 2, b, right + 2) for t, left, b, right in grid.merges]
    assert differences(kind, read(kind, save(tmp_path / "a.xlsx", grid)), grid) == []


@pytest.mark.parametrize("kind", LEDGERS)
def test_without_serial_numbers(kind: str, tmp_path: Path) -> None:
    grid = sample(kind)
    labels = {n: row[0] for n, row in enumerate(grid.rows) if isinstance(row[0], str)}
    grid.rows = [row[1:] for row in grid.rows]
    grid.merges = [(t, max(left - 1, 0), b, right - 1) for t, left, b, right in grid.merges if right >= 1]
    for n, label in labels.items():
        if n not in grid.header and grid.expected[n]["reasons"] != "REPEATED_HEADER":
            grid.rows[n][0] = label
    assert differences(kind, read(kind, save(tmp_path / "a.xlsx", grid)), grid) == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-8"])
@pytest.mark.parametrize("kind", LEDGERS)
def test_saved_as_csv(kind: str, encoding: str, tmp_path: Path) -> None:
    grid = sample(kind)
    path = save_csv(tmp_path / "台账.csv", grid, encoding, "\t" if encoding == "utf-8" else ",")
    grid.name = "台账"
    for number, e in enumerate(grid.expected):
        # In a text file a serial number is text, and nothing is hidden.
        e["warnings"] = (
            e["warnings"].replace("EXCEL_SERIAL_TEXT", "EXCEL_SERIAL").replace("EXCEL_SERIAL", "EXCEL_SERIAL_TEXT")
        )
        if e["warnings"] == "HIDDEN_ROW":
            e["warnings"], e["outcome"] = "", "OK"
        del number
    assert differences(kind, read(kind, path), grid) == []


def _other_time(years: int, months: int) -> Any:
    """Every date of the hours' ledger moved by whole months, in whatever form it stands."""

    def moved(year: int, month: int) -> tuple[int, int]:
        index = year * 12 + month - 1 + months + years * 12
        return index // 12, index % 12 + 1

    def change(cell: Any) -> Any:
        if isinstance(cell, int) and 45_000 < cell < 46_000:
            day = datetime.date(1899, 12, 30) + datetime.timedelta(days=cell)
            return (datetime.date(*moved(day.year, day.month), day.day) - datetime.date(1899, 12, 30)).days
        if not isinstance(cell, str):
            return cell
        cell = re.sub(r"(20\d\d)([-./年])(\d{1,2})(?=[-./月])", lambda m: _fill(m, *moved(int(m[1]), int(m[3]))), cell)
        cell = re.sub(r"(?<=\d)-(3)\.(\d)", lambda m: f"-{moved(2024, 3)[1]}.{m[2]}", cell)
        return re.sub(r"^3月(?=\d|底|志)", f"{moved(2024, 3)[1]}月", cell)

    def _fill(m: re.Match[str], year: int, month: int) -> str:
        width = 2 if len(m[3]) == 2 else 1
        return f"{year}{m[2]}{month:0{width}d}"

    return change


def _moved_expectations(grid: Grid, change: Any) -> None:
    for e in grid.expected:
        for name in ("service_date", "recorded_on"):
            if e.get(name):
                e[name] = change(e[name])
        if e["outcome"] in ("OK", "OK_WARN") and e.get("recorded_on"):
            late = is_late(
                datetime.date.fromisoformat(e["service_date"]), datetime.date.fromisoformat(e["recorded_on"])
            )
            codes = {c for c in e["warnings"].split(";") if c and c != "LATE_RECORD"} | (
                {"LATE_RECORD"} if late else set()
            )
            e["warnings"] = ";".join(sorted(codes))
            e["outcome"] = "OK_WARN" if codes else "OK"


@pytest.mark.parametrize(("years", "months"), [(0, 2), (1, 2), (1, 4), (0, -2), (2, 0)])
def test_hours_of_another_month(years: int, months: int, tmp_path: Path) -> None:
    grid = sample("volunteer_hours")
    change = _other_time(years, months)
    grid.replace(change)
    grid.name = change(grid.name)
    _moved_expectations(grid, change)
    judged = read("volunteer_hours", save(tmp_path / "a.xlsx", grid))
    assert judged.tables[0].when.period is not None and judged.tables[0].when.period.is_month
    assert differences("volunteer_hours", judged, grid) == []


def test_several_months_as_several_sheets(tmp_path: Path) -> None:
    march, may = sample("volunteer_hours"), sample("volunteer_hours")
    change = _other_time(0, 2)
    may.replace(change)
    may.name = "5月志愿服务"
    _moved_expectations(may, change)
    march.rows[0][0] = "志愿服务时长登记台账"
    may.rows[0][0] = "2024年志愿服务时长登记台账"
    judged = read("volunteer_hours", save(tmp_path / "a.xlsx", march, may))
    assert differences("volunteer_hours", judged, march, may) == []


def test_the_1904_system(tmp_path: Path) -> None:
    grid = sample("volunteer_hours")
    shifted = grid.copy()
    shifted.replace(lambda c: c - 1462 if isinstance(c, int) and 45_000 < c < 46_000 else c)
    judged = read("volunteer_hours", save(tmp_path / "a.xlsx", shifted, options={"date_1904": True}))
    assert differences("volunteer_hours", judged, grid) == []


def test_farm_of_another_year(tmp_path: Path) -> None:
    grid = sample("farm_plot")

    def change(cell: Any) -> Any:
        if isinstance(cell, str):
            return cell.replace("2024", "2025")
        return cell + 365 if isinstance(cell, int) and 45_000 < cell < 46_000 else cell

    grid.replace(change)
    for e in grid.expected:
        for name in ("applied_on", "sown_on", "harvested_on"):
            e[name] = e.get(name, "").replace("2024", "2025")
    assert differences("farm_plot", read("farm_plot", save(tmp_path / "a.xlsx", grid)), grid) == []


def test_farm_weighed_in_kilograms(tmp_path: Path) -> None:
    """The title's unit rules: bare numbers mean it, another unit in a cell is converted and said."""
    grid = sample("farm_plot")
    grid.rename(
        {
            "产量(斤)": "产量(公斤)",
            "自留(斤)": "自留(公斤)",
            "捐赠(斤)": "捐赠(公斤)",
            "销售(斤)": "销售(公斤)",
            "单价(元/斤)": "单价(元/公斤)",
        }
    )
    columns = [n for n, title in enumerate(grid.rows[1]) if isinstance(title, str) and "(公斤)" in title]
    price = grid.rows[1].index("单价(元/公斤)")
    for n in range(2, 62):
        for c in columns:
            value = grid.rows[n][c]
            if isinstance(value, int | float):
                grid.rows[n][c] = value / 2
            elif value in ("１８００", "３０００"):
                grid.rows[n][c] = {"１８００": "９００", "３０００": "１５００"}[value]
            elif isinstance(value, str) and "公斤" in value:
                grid.expected[n]["warnings"], grid.expected[n]["outcome"] = "", "OK"
        if isinstance(grid.rows[n][price], int | float):
            grid.rows[n][price] = round(grid.rows[n][price] * 2, 2)
    assert differences("farm_plot", read("farm_plot", save(tmp_path / "a.xlsx", grid)), grid) == []


def test_elders_judged_at_the_date_of_their_own_ledger(tmp_path: Path) -> None:
    """A year later someone is 60 who was not, and someone 80 who was 79."""
    grid = sample("elder")
    grid.rows[1][0] = str(grid.rows[1][0]).replace("2024年3月31日", "2034年3月31日")
    judged = read("elder", save(tmp_path / "a.xlsx", grid))
    codes = [line.refusal.code for _t, line in judged.lines() if line.refusal is not None]
    assert codes.count("AGE_BELOW_60") == 2  # 1973 is old enough by then; 1977 is not, nor is the number that says 2031
    assert codes.count("ID_FUTURE_BIRTH") == 0
