"""Ledgers of other builds: groups on top, units below, examples, headings, ditto marks, spread signatures."""

from datetime import date
from typing import Any

import pytest

from station_app.exchange.headers import title_of, without_unit
from station_app.exchange.judging import Judged, judge
from station_app.exchange.layout import is_instructions
from station_app.exchange.ledgers import ledgers
from station_app.exchange.period import Period, when
from station_app.exchange.refusals import SheetRefusal
from station_app.exchange.sheets import Sheet, Workbook
from station_app.messages import Refusal
from station_app.values.id_numbers import check_character
from tests.exchange.judged import TODAY, rows


def number(n: int, born: str = "19450305") -> str:
    """A fictional identity number."""
    first = f"152722{born}{n * 2 + 1:03d}"
    return first + check_character(first)


def judged(kind: str, *sheets: Sheet, file: str = "台账.xlsx") -> Judged:
    """Sheets judged."""
    found = judge(Workbook(file, "0" * 64, list(sheets)), ledgers()[kind], today=TODAY)
    assert not isinstance(found, Refusal), found
    return found


def sheet(*content: list[Any], name: str = "Sheet1", **more: Any) -> Sheet:
    """A sheet of rows."""
    return Sheet(
        name, [[None if c == "" else c for c in row] for row in content], merges=more.pop("merges", []), **more
    )


def outcomes(found: Judged) -> list[str]:
    """Each row's outcome with its code or warnings, in order."""
    return [" ".join(filter(None, r[:3])) for _place, r in sorted(rows(found).items(), key=lambda item: item[0][1])]


def values(found: Judged, row: int) -> dict[str, Any]:
    """What was read of a row (from 1)."""
    return next(line.values for _t, line in found.lines() if line.number == row - 1)


@pytest.mark.parametrize("merges", [[(1, 1, 1, 4), (1, 5, 1, 6), (1, 7, 1, 8)], None])
def test_groups_above_the_titles(merges: Any) -> None:
    found = judged("elder", sheet(
        ["2025年第一季度老年人台账"],
        ["序号", "基本信息", "", "", "", "人员类别", "", "紧急联系人", "", "备注"],
        ["", "村", "姓名", "身份证号", "电话", "独居", "低保", "姓名", "电话", ""],
        [1, "罕台村", "王海", number(1), "13800001111", "√", "", "王明", "13900001111", ""],
        [2, "罕台村", "李海", number(2), "13800001112", "", "是", "王小明", "13900001112", "老伴已去世"],
        merges=merges,
    ))  # fmt: skip
    assert outcomes(found) == ["SKIP TITLE", "SKIP HEADER", "SKIP HEADER", "OK", "OK"]
    first, second = values(found, 4), values(found, 5)
    assert first["name"].text == "王海" and first["ec_name"] == "王明" and first["ec_phone"].numbers == ("13900001111",)
    assert first["alone"] is True and "dibao" not in first and second["dibao"] is True
    assert "deceased" not in second
    assert found.tables[0].when.as_of == date(2025, 3, 31)


def test_one_level_of_titles_and_classes_in_one_column() -> None:
    found = judged("elder", sheet(
        ["姓名", "性别", "身份证号", "人员类别", "紧急联系人", "与老人关系", "紧急联系人电话", "建档时间"],
        ["王海", "男", number(1), "独居、低保", "王明（儿子）13900001111", "", "", "2024.3"],
        ["李海", "男", number(2), "非独居，空巢老人", "张三", "女儿", "13900001112", "2024年3月5日"],
    ))  # fmt: skip
    assert outcomes(found) == ["SKIP HEADER", "OK_WARN DAY_MISSING", "OK"]
    first, second = values(found, 2), values(found, 3)
    assert first["alone"] is True and first["dibao"] is True and "empty_nest" not in first
    assert (first["ec_name"], first["ec_relation"], first["ec_phone"].numbers[0]) == ("王明", "儿子", "13900001111")
    assert second["empty_nest"] is True and "alone" not in second


def test_units_below_the_titles_and_an_example() -> None:
    found = judged("farm_plot", sheet(
        ["2025年公益农场"],
        ["村社", "农户姓名", "身份证号", "地块", "面积", "作物", "申请日期", "本人同意", "播种", "收获", "产量", "自留", "捐赠", "销售", "单价", "销售额"],
        ["", "", "", "", "亩", "", "", "", "", "", "斤", "斤", "斤", "斤", "元/斤", "元"],
        ["示例", "张三", number(9), "梁上", "5", "玉米", "2025.3.1", "是", "2025.4.1", "2025.9.1", "100", "10", "10", "80", "1", "80"],
        ["罕台村一社", "王海", number(1), "梁上地", 5, "玉米", "2025.3.1", "是", "2025.4.1", "2025.9.1", 1000, 100, 100, 800, 1.2, 960],
    ))  # fmt: skip
    assert outcomes(found) == ["SKIP TITLE", "SKIP HEADER", "SKIP HEADER", "SKIP EXAMPLE", "OK"]
    assert values(found, 5)["harvest"] == 500_000 and values(found, 5)["price"] == 240


def test_a_row_that_numbers_the_columns() -> None:
    found = judged("volunteer_hours", sheet(
        ["2025年5月"],
        ["姓名", "身份证号", "日期", "起", "止", "时长", "活动名称"],
        ["1", "2", "3", "4", "5", "6", "7"],
        ["王海", number(1), "5月3日", "9:00", "11:00", "2", "义诊"],
    ))  # fmt: skip
    assert outcomes(found) == ["SKIP TITLE", "SKIP HEADER", "SKIP HEADER", "OK_WARN YEAR_FROM_TITLE"]
    assert values(found, 4)["service_date"].iso == "2025-05-03"


def test_headings_name_the_village() -> None:
    found = judged("elder", sheet(
        ["截至2025年6月30日老年人名册"],
        ["序号", "姓名", "身份证号", "电话"],
        ["一、罕台村"],
        [1, "王海", number(1), "13800001111"],
        ["二、色连村（共1人）"],
        [2, "李海", number(2), "13800001112"],
        merges=[(2, 0, 2, 3), (4, 0, 4, 3)],
    ))  # fmt: skip
    assert outcomes(found) == ["SKIP TITLE", "SKIP HEADER", "SKIP SECTION", "OK", "SKIP SECTION", "OK"]
    assert values(found, 4)["village"] == "罕台村" and values(found, 6)["village"] == "色连村"


def test_spread_signatures_and_totals_in_other_columns() -> None:
    found = judged("volunteer_hours", sheet(
        ["单位：罕台站", "", "", "2025年5月"],
        ["序号", "姓名", "身份证号", "服务日期", "开始时间", "结束时间", "服务时长", "活动"],
        [1, "王海", number(1), "2025-05-03", "9:00", "11:00", 2, "义诊"],
        [2],
        ["", "合 计", "", "", "", "", 2, ""],
        ["制表人：张三", "", "", "审核人：李四", "", "2025年6月1日"],
        ["注：时长以实际为准"],
        ["审核", "", "", "制表", ""],
        ["", "", "", "2025年6月1日"],
    ))  # fmt: skip
    assert outcomes(found) == [
        "SKIP TITLE", "SKIP HEADER", "OK", "SKIP BLANK", "SKIP TOTAL", "SKIP FOOTER", "SKIP FOOTER", "SKIP FOOTER", "SKIP FOOTER",
    ]  # fmt: skip
    assert found.tables[0].when.period == Period(date(2025, 5, 1), date(2025, 5, 31))


def test_totals_by_formula_by_village_and_repeated_sub_header() -> None:
    found = judged("elder", sheet(
        ["老年人台账"],
        ["序号", "村", "姓名", "身份证号", "类别", ""],
        ["", "", "", "", "独居", "低保"],
        [1, "罕台村", "王海", number(1), "√", ""],
        ["罕台村小计", "", "1人", "", "1", "0"],
        ["序号", "村", "姓名", "身份证号", "类别", ""],
        ["", "", "", "", "独居", "低保"],
        [2, "色连村", "李海", number(2), "", ""],
        ["", "", "", "", 1, 0],
        ["总计：2人"],
        merges=[(1, 4, 1, 5)], formulas=frozenset({(8, 4), (8, 5)}),
    ))  # fmt: skip
    assert outcomes(found) == [
        "SKIP TITLE", "SKIP HEADER", "SKIP HEADER", "OK", "SKIP SUBTOTAL", "SKIP REPEATED_HEADER", "SKIP REPEATED_HEADER", "OK",
        "SKIP TOTAL", "SKIP TOTAL",
    ]  # fmt: skip


def test_ditto_marks_times_in_one_column_and_minutes() -> None:
    found = judged("volunteer_hours", sheet(
        ["2025年5月"],
        ["姓名", "身份证号", "活动名称", "服务时间", "起止时间", "时长(分钟)", "地点"],
        ["王海", number(1), "义诊", "5月3日", "9:00-11:00", 120, "罕台村"],
        ["李海", number(2), "同上", "同上", "下午2:00-4:00", "120分钟", "〃"],
        ["赵海", number(3), "同上", "同上", "9:00-10:00", "", "〃"],
    ))  # fmt: skip
    assert outcomes(found)[2:] == ["OK_WARN YEAR_FROM_TITLE"] * 2 + ["OK_WARN HOURS_FROM_TIMES;YEAR_FROM_TITLE"]
    second = values(found, 4)
    assert (second["activity"], second["place"], second["start"].hour, second["hours"]) == ("义诊", "罕台村", 14, 120)


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        (["2小时", "1.5"], "hours"),
        (["9:00-11:00", "14:00—16:00"], "times"),
        (["2025.5.3", "2025-05-04"], "service_date"),
    ],
)
def test_what_stands_in_the_column_says_what_服务时间_means(cells: list[str], field: str) -> None:
    others = {"hours": "服务时数", "times": "起止时间", "service_date": "活动日期"}
    samples = {"hours": "2", "times": "9:00-11:00", "service_date": "2025-05-03"}
    rest = [f for f in others if f != field]
    found = judged("volunteer_hours", sheet(
        ["2025年5月"], ["姓名", "身份证号", "服务时间", *(others[f] for f in rest)],
        *([f"王{'海明'[n]}", number(n), cell, *(samples[f] for f in rest)] for n, cell in enumerate(cells)),
    ))  # fmt: skip
    assert found.tables[0].mapping.column(field) == 2


def test_a_column_of_numbers_under_no_title_is_the_number() -> None:
    found = judged("elder", sheet(
        ["姓名", "性别", "证件", "联系"],
        *([f"王{'海明玉'[n]}", "男", number(n), f"1380000111{n}"] for n in range(3)),
    ))  # fmt: skip
    mapped = found.tables[0].mapping
    assert mapped.column("id_no") == 2 and mapped.column("phones") == 3 and len(mapped.by_content) == 2
    assert outcomes(found)[1:] == ["OK"] * 3


def test_groups_of_the_harvest() -> None:
    found = judged("farm_plot", sheet(
        ["2025年农场"],
        ["村社", "农户", "身份证号", "地块", "亩数", "作物", "申请时间", "是否同意", "播种", "收获", "产量(公斤)", "自留", "捐赠", "销售", "", ""],
        ["", "", "", "", "", "", "", "", "", "", "", "", "", "数量(公斤)", "单价(元/公斤)", "金额(元)"],
        ["罕台村一社", "王海", number(1), "梁上地", 5, "玉米", "2025.3.1", "是", "2025.4.1", "2025.9.1", 1000, 100, 100, 800, 1.2, 960],
        merges=[(1, 13, 1, 15)],
    ))  # fmt: skip
    line = values(found, 4)
    assert outcomes(found)[3] == "OK"
    assert (line["harvest"], line["own"], line["sold"], line["price"], line["amount"]) == (
        1_000_000,
        100_000,
        800_000,
        120,
        96_000,
    )


def test_merged_cells_of_a_person_with_several_shifts() -> None:
    found = judged("volunteer_hours", sheet(
        ["2025年5月"],
        ["序号", "姓名", "身份证号", "服务日期", "起", "止", "时长", "活动"],
        [1, "王海", number(1), "2025-05-03", "9:00", "11:00", 2, "义诊"],
        ["", "", "", "2025-05-04", "9:00", "11:00", 2, "理发"],
        merges=[(2, 0, 3, 0), (2, 1, 3, 1), (2, 2, 3, 2)],
    ))  # fmt: skip
    assert outcomes(found)[2:] == ["OK", "OK"]
    assert values(found, 4)["name"].text == "王海"


def test_a_small_table_of_counts_above_the_ledger() -> None:
    found = judged("elder", sheet(
        ["老年人统计"],
        ["独居", "空巢", "低保"],
        [3, 4, 5],
        [],
        ["序号", "村", "姓名", "性别", "身份证号", "电话"],
        [1, "罕台村", "王海", "男", number(1), "13800001111"],
    ))  # fmt: skip
    assert outcomes(found)[-1] == "OK" and values(found, 6)["name"].text == "王海"


def test_every_sheet_but_instructions() -> None:
    header = ["姓名", "身份证号", "电话"]
    found = judged("elder",
        sheet(header, ["王海", number(1), ""], name="罕台村"), sheet(header, ["李海", number(2), ""], name="色连村"),
        sheet(["1.身份证号用文本格式；2.姓名写全"], name="填表说明"), sheet(header, ["张三", number(3), ""], name="填写示例"), sheet(name="Sheet4"),
    )  # fmt: skip
    assert [t.sheet.name for t in found.tables] == ["罕台村", "色连村"]
    assert found.passed_over == ["填表说明", "填写示例", "Sheet4"]


def test_the_same_person_on_two_sheets_counts_once() -> None:
    header = ["姓名", "身份证号", "电话"]
    found = judged(
        "elder", sheet(header, ["王海", number(1), ""], name="一"), sheet(header, ["王海", number(1), ""], name="二")
    )
    assert [line.refusal.code if line.refusal else "" for _t, line in found.lines()] == ["", "DUP_IN_FILE"]


def test_no_header_that_fits() -> None:
    found = judge(Workbook("x.xlsx", "", [sheet(["a", "b"], [1, 2])]), ledgers()["elder"], today=TODAY)
    assert isinstance(found, Refusal) and found.code is SheetRefusal.NO_HEADER


@pytest.mark.parametrize(
    ("titles", "name", "as_of", "period"),
    [
        (["填报时间:2024年3月31日"], "台账", date(2024, 3, 31), None),
        (["2024年3月志愿服务"], "Sheet1", date(2024, 3, 31), (date(2024, 3, 1), date(2024, 3, 31))),
        (["农场(2024年)"], "x", date(2024, 12, 31), (date(2024, 1, 1), date(2024, 12, 31))),
        (["2024年度"], "2月", date(2024, 2, 29), (date(2024, 2, 1), date(2024, 2, 29))),
        (["二〇二五年十一月"], "x", date(2025, 11, 30), (date(2025, 11, 1), date(2025, 11, 30))),
        (["２０２５年５月"], "x", date(2025, 5, 31), (date(2025, 5, 1), date(2025, 5, 31))),
        (["2025年1-3月"], "x", date(2025, 3, 31), (date(2025, 1, 1), date(2025, 3, 31))),
        (["2025年第二季度"], "x", date(2025, 6, 30), (date(2025, 4, 1), date(2025, 6, 30))),
        (["2025年上半年"], "x", date(2025, 6, 30), (date(2025, 1, 1), date(2025, 6, 30))),
        (["名册（截至2025.6.30）"], "x", date(2025, 6, 30), None),
        (["成立于2019年5月1日", "截止2025年6月30日"], "x", date(2025, 6, 30), None),
        (["2025.05"], "x", date(2025, 5, 31), (date(2025, 5, 1), date(2025, 5, 31))),
        (["高龄(80岁以上)老人"], "Sheet1", None, None),
    ],
)  # fmt: skip
def test_when_a_ledger_speaks(
    titles: list[str], name: str, as_of: date | None, period: tuple[date, date] | None
) -> None:
    found = when(titles, name)
    assert found.as_of == as_of
    assert (found.period and (found.period.first, found.period.last)) == period


def test_titles_taken_apart() -> None:
    assert title_of(" 姓\n名 ").base == "姓名" and title_of("*１．身份证号码：").base == "身份证号码"
    assert (
        title_of("面积（亩）").unit == "亩"
        and title_of("单价(元/市斤)").unit == "元/斤"
        and title_of("产量（单位：公斤）").unit == "公斤"
    )
    assert (
        without_unit(title_of("金额/元").base) == ("金额", "元") and title_of("数量", "销售(斤)").joined == "销售数量"
    )
    assert title_of("数量", "销售(斤)").unit == "斤"
    assert is_instructions("填表说明") and is_instructions("说明") and not is_instructions("3月")


def test_a_telephone_behind_another_name_is_that_person_s() -> None:
    found = judged("elder", sheet(
        ["姓名", "身份证号", "电话", "紧急联系人", "关系", "电话"], ["王海", number(1), "13800001111", "王明", "儿子", "13900001111"],
    ))  # fmt: skip
    assert values(found, 2)["phones"] == ["13800001111"] and values(found, 2)["ec_phone"].numbers == ("13900001111",)
    found = judged("volunteer_hours", sheet(
        ["2025年5月"], ["志愿者", "身份证号", "手机号", "日期", "时长", "服务对象", "负责人", "联系电话"],
        ["王海", number(1), "13800001111", "2025.5.6", 2, "李梅", "乔某", "13900001111"],
    ))  # fmt: skip
    assert values(found, 3)["phones"] == ["13800001111"] and values(found, 3)["name"].text == "王海"


def test_a_group_named_once_in_cells_nobody_merged() -> None:
    found = judged("elder", sheet(
        ["村", "姓名", "身份证号"], *([village, f"王{'海明玉梅'[n]}", number(n)] for n, village in enumerate(["罕台村", "", "色连村", ""])),
    ))  # fmt: skip
    assert [values(found, row)["village"] for row in range(2, 6)] == ["罕台村", "罕台村", "色连村", "色连村"]
    assert found.tables[0].notices == ["filled_down:村"]


def test_blank_ticks_are_unknown_unless_somebody_says_no() -> None:
    content = sheet(["姓名", "身份证号", "独居", "低保"], ["王海", number(1), "√", ""])
    assert "dibao" not in values(judged("elder", content), 2)
    said = judge(Workbook("x", "", [content]), ledgers()["elder"], today=TODAY, blank_is_no=True)
    assert not isinstance(said, Refusal)
    assert values(said, 2)["dibao"] is False and values(said, 2)["alone"] is True


def test_a_month_on_the_tab_and_no_year_anywhere() -> None:
    found = judged("volunteer_hours", sheet(
        ["志愿服务时长登记"], ["姓名", "身份证号", "日期", "起", "止", "时长"],
        ["王海", number(1), "2025.5.6", "8:00", "9:00", 1], ["李海", number(2), "5月7日", "8:00", "9:00", 1],
        ["赵海", number(3), "2025.6.7", "8:00", "9:00", 1], name="5月",
    ), file="x.xlsx")  # fmt: skip
    assert outcomes(found)[2:] == ["OK", "OK_WARN YEAR_FROM_TITLE", "REJECT DATE_OUT_OF_PERIOD"]
