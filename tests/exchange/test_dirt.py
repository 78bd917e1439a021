"""The classes of dirt ledgers have (DOMAIN §5, 17–64): each alone in a row, with the outcome and code it must give."""

from typing import Any

import pytest

from tests.exchange.test_layouts import judged, number, outcomes, sheet, values

BORN_2012 = number(400, "20120305")

ELDER: dict[str, Any] = {
    "序号": 1, "村": "罕台村", "姓名": "王海", "性别": "男", "民族": "汉族", "身份证号": number(1), "出生日期": "1945.3.5", "住址": "罕台村四社5号",
    "电话": "13800001111", "独居": "是", "空巢": "是", "失能": "否", "高龄": "否", "低保": "否", "紧急联系人": "王明", "关系": "儿子",
    "紧急联系人电话": "13900001111", "建档日期": "2024.3.5", "备注": "",
}  # fmt: skip
HOURS: dict[str, Any] = {
    "序号": 1, "志愿者姓名": "王海", "证件号码": number(1, "19700305"), "手机号": "13800001111", "活动名称": "义诊", "服务日期": "2025-05-06",
    "起": "8:00", "止": "10:00", "时长(小时)": 2, "地点": "罕台村",
    "服务内容": "量血压", "服务类别": "医疗", "负责人": "乔某", "登记时间": "2025.5.8",
    "备注": "",
}  # fmt: skip
PLOT: dict[str, Any] = {
    "序号": 1, "村社": "罕台村四社", "农户姓名": "王海", "身份证号": number(1), "地块": "梁上地", "面积(亩)": 5, "作物": "玉米", "申请日期": "2025.3.6",
    "本人同意(签字)": "是", "帮耕次数": 3, "播种": "2025.4.6", "收获": "2025.9.6", "产量(斤)": 1000, "自留(斤)": 100, "捐赠(斤)": 100,
    "销售(斤)": 800, "单价(元/斤)": 1.2, "销售额(元)": 960,
}  # fmt: skip
BASES = {
    "elder": ("截至2024年3月31日老年人台账", ELDER), "volunteer_hours": ("2025年5月志愿服务时长登记台账", HOURS),
    "farm_plot": ("2025年公益农场地块及产销台账", PLOT),
}  # fmt: skip


def row(kind: str, **changed: Any) -> tuple[str, dict[str, Any]]:
    """The outcome of one row that differs from a clean one, and what was read of it."""
    title, base = BASES[kind]
    cells = base | changed
    found = judged(kind, sheet([title], list(cells), list(cells.values())))
    return outcomes(found)[2], values(found, 3)


@pytest.mark.parametrize("kind", BASES)
def test_a_clean_row(kind: str) -> None:
    assert row(kind)[0] == "OK"


ELDERS: list[tuple[str, list[Any], str]] = [
    ("姓名", ["宝音•德力格尔", "王\u3000海", "王 海\n", "\u200b王海\ufeff", "梁㛃生"], "OK"),
    ("姓名", ["王海（已故）", "王海(已去世)"], "OK_WARN DECEASED_NOTE"),
    ("姓名", ["王海(小名狗蛋)"], "OK_WARN NAME_ALIAS_NOTE"),
    ("姓名", ["", "无"], "REJECT NAME_MISSING"),
    ("备注", ["老伴已去世", "儿子车祸去世", "其父已故，本人健康", "无"], "OK"),
    ("备注", ["2023年去世", "本人已故", "与儿子同住，2024年1月去世"], "OK_WARN DECEASED_NOTE"),
    ("性别", ["男性", "", "未知"], "OK"),
    ("性别", ["女"], "OK_WARN SEX_CONFLICT"),
    ("民族", ["蒙", "蒙古", "满族", "", "回"], "OK"),
    ("民族", ["其它", "火星族"], "OK_WARN ETHNIC_UNKNOWN"),
    ("身份证号", ["1527 2219450305 0034", "'" + number(1), "１５２７２２１９４５０３０５００３４"], "OK"),
    ("身份证号", ["152722450305003", 152722450305003], "OK_WARN ID_15_UPGRADED"),
    ("身份证号", ["1.52722E+17", 1.5272219450305e17], "REJECT ID_PRECISION_LOST"),
    ("身份证号", ["15272219450305****", "身份证:152722194503050034"], "REJECT ID_FORMAT"),
    ("身份证号", ["15272219450305003", "1527221945030500344"], "REJECT ID_LENGTH"),
    ("身份证号", ["152722194503050035"], "REJECT ID_CHECKSUM"),
    ("身份证号", ["152722194502300034"], "REJECT ID_DATE"),
    ("身份证号", [""], "OK_WARN ID_PENDING"),
    ("出生日期", ["1945年3月", "1945.3", "1945．3．5", "1945", "", "1945-03-05"], "OK"),
    ("出生日期", ["1945.4", "1946年3月5日"], "OK_WARN BIRTH_CONFLICT"),
    ("出生日期", ["45.3.5"], "OK_WARN TWO_DIGIT_YEAR"),
    ("出生日期", ["农历正月廿二", "不详", "1945.13.5"], "OK_WARN BIRTH_TEXT_IGNORED"),
    ("出生日期", [16501], "OK_WARN EXCEL_SERIAL"),
    ("电话", ["138 0000 1111", "138-0000-1111", 13800001111.0, "0477-8123456", "(0477)8123456", "无", "+86 13800001111", "13800001111/13900001111"], "OK"),
    ("电话", ["1380000111"], "OK_WARN PHONE_LENGTH"),
    ("电话", ["8123456"], "OK_WARN AREA_CODE_ADDED"),
    ("电话", ["13800001111（儿子）"], "OK_WARN PHONE_OWNER_NOTE"),
    ("独居", ["√", "×", "是", "否", "有", "无", 1, 0, "1", "0", ""], "OK"),
    ("高龄", ["", "×"], "OK"),
    ("高龄", ["√"], "OK_WARN FLAG_AGE_CONFLICT"),
    ("建档日期", ["2024年3月5日", "2024年 3 月 5 号", "20240305", "2023．11．21", ""], "OK"),
    ("建档日期", [45356], "OK_WARN EXCEL_SERIAL"),
    ("建档日期", ["45356"], "OK_WARN EXCEL_SERIAL_TEXT"),
    ("建档日期", ["2023.3"], "OK_WARN DAY_MISSING"),
    ("建档日期", ["22.7.3"], "OK_WARN TWO_DIGIT_YEAR"),
    ("建档日期", ["3月5日"], "OK_WARN YEAR_FROM_TITLE"),
    ("建档日期", ["2042.3.5", "2024.4.1"], "OK_WARN DATE_FUTURE"),
    ("建档日期", ["不详", "3月底"], "OK_WARN DATE_UNPARSEABLE"),
    ("建档日期", ["2024.3.5-3.7"], "OK_WARN DATE_RANGE"),
]  # fmt: skip

SHIFTS: list[tuple[str, list[Any], str]] = [
    ("时长(小时)", ["2小时", "2h", "两小时", "２", 2.0, "120分钟", "2:00", "2个小时"], "OK"),
    ("时长(小时)", ["一个半小时", "90分钟", "1小时30分", "１．５", 1.5], "OK_WARN HOURS_LESS_THAN_ELAPSED"),
    ("时长(小时)", ["半天", "若干", "一天", "2-3"], "REJECT HOURS_AMBIGUOUS"),
    ("时长(小时)", [0, -2, 25, "0", 12.5, 0.2], "REJECT HOURS_RANGE"),
    ("时长(小时)", [3, "2.5"], "REJECT HOURS_EXCEED_ELAPSED"),
    ("时长(小时)", [""], "OK_WARN HOURS_FROM_TIMES"),
    ("起", ["8：00", "8点", "上午8:00", 8 / 24, "08:00:00", "早上8点", "8时"], "OK"),
    ("起", [""], "OK_WARN TIMES_MISSING"),
    ("起", ["14:00"], "REJECT TIME_ORDER"),
    ("服务日期", ["2025.5.6", "2025年5月6日", "20250506", "二〇二五年五月六日", "2025/5/6"], "OK"),
    ("服务日期", [45783], "OK_WARN EXCEL_SERIAL"),
    ("服务日期", ["5月6日", "5.6", "6号"], "OK_WARN YEAR_FROM_TITLE"),
    ("服务日期", ["2025.5.6-5.8"], "REJECT DATE_RANGE"),
    ("服务日期", ["5月底", "不详", "2025.5", "农历四月初九"], "REJECT DATE_UNPARSEABLE"),
    ("服务日期", ["2025.6.6", "2024.5.6", "2042.5.6"], "REJECT DATE_OUT_OF_PERIOD"),
    ("服务日期", [""], "REJECT DATE_MISSING"),
    ("备注", ["发放劳务补贴100元", "工资200元", "有偿服务", "每天80元"], "REJECT NOT_VOLUNTEER_PAID"),
    ("备注", ["无偿", "未发放补贴", "交通补贴20元", "误餐费15元", "发放纪念品", "自愿放弃补贴"], "OK"),
    ("备注", ["社区矫正对象"], "REJECT NOT_VOLUNTEER_COMPULSORY"),
    ("证件号码", [""], "OK_WARN ID_PENDING"),
    ("证件号码", [BORN_2012], "REJECT MINOR_NO_GUARDIAN"),
    ("登记时间", ["2025.6.9"], "OK_WARN LATE_RECORD"),
    ("登记时间", ["2025.5.20", ""], "OK"),
    ("志愿者姓名", ["", "　"], "REJECT NAME_MISSING"),
]  # fmt: skip

PLOTS: list[tuple[str, list[Any], str]] = [
    ("面积(亩)", ["5亩", "5亩2分", "五亩", "三亩半", "半亩", "8分地", "４．５", "5亩2分5厘"], "OK"),
    ("面积(亩)", ["5亩多", "约3亩"], "OK_WARN AREA_APPROX"),
    ("面积(亩)", ["2000㎡", "3333.33平方米", "0.2公顷", "1ha"], "OK_WARN AREA_UNIT_CONVERTED"),
    ("面积(亩)", ["5-6亩", "2垧", "3畦", "若干", ""], "REJECT AREA_UNPARSEABLE"),
    ("面积(亩)", [0, -2, 5200, 0.05], "REJECT AREA_RANGE"),
    ("作物", ["苞米", "玉茭", "马铃薯", "葵花", ""], "OK"),
    ("作物", ["山药"], "OK_WARN CROP_ALIAS_LOCAL"),
    ("作物", ["玉米、土豆", "玉米 土豆", "玉米/谷子"], "OK_WARN CROP_MULTI_SPLIT"),
    ("产量(斤)", ["1000斤", "１０００", "1千斤"], "OK"),
    ("产量(斤)", ["500公斤", "0.5吨"], "OK_WARN WEIGHT_UNIT_CONVERTED"),
    ("产量(斤)", ["10袋"], "REJECT WEIGHT_UNIT"),
    ("产量(斤)", [""], "REJECT HARVEST_MISSING"),
    ("产量(斤)", [900], "REJECT QTY_EXCEEDS_HARVEST"),
    ("产量(斤)", [1030], "OK_WARN BALANCE_REMAINDER"),
    ("销售额(元)", ["¥960.00", "960元", "960.00", "￥960"], "OK"),
    ("销售额(元)", ["0.096万元"], "OK_WARN MONEY_UNIT_CONVERTED"),
    ("销售额(元)", ["玖佰陆拾元整"], "OK_WARN MONEY_CN_NUMERAL"),
    ("销售额(元)", [1000], "OK_WARN AMOUNT_MISMATCH"),
    ("销售额(元)", [""], "OK_WARN AMOUNT_COMPUTED"),
    ("销售额(元)", ["若干"], "REJECT MONEY_UNPARSEABLE"),
    ("本人同意(签字)", ["√", "同意", "王海", "已签字", "按手印", 1], "OK"),
    ("本人同意(签字)", ["", "/"], "REJECT CONSENT_MISSING"),
    ("本人同意(签字)", ["否", "不同意", "×", 0, "无"], "REJECT CONSENT_REFUSED"),
    ("申请日期", [45722], "OK_WARN EXCEL_SERIAL"),
    ("申请日期", ["不详"], "REJECT DATE_UNPARSEABLE"),
    ("申请日期", [""], "OK_WARN APPLIED_MISSING"),
    ("播种", ["2025.10.6", "2025.3.1"], "REJECT DATE_ORDER"),
    ("播种", ["清明"], "OK_WARN DATE_UNPARSEABLE"),
    ("收获", ["2025.3.6"], "REJECT DATE_ORDER"),
    ("收获", ["9月底"], "REJECT DATE_UNPARSEABLE"),
    ("收获", [""], "OK_WARN HARVEST_DATE_MISSING"),
    ("身份证号", [""], "REJECT ID_EMPTY"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "column", "cell", "outcome"),
    [
        (kind, column, cell, outcome)
        for kind, table in (("elder", ELDERS), ("volunteer_hours", SHIFTS), ("farm_plot", PLOTS))
        for column, cells, outcome in table
        for cell in cells
    ],
)
def test_one_cell(kind: str, column: str, cell: Any, outcome: str) -> None:
    assert row(kind, **{column: cell})[0] == outcome


def test_what_is_read_of_dirty_cells() -> None:
    assert row("elder", 姓名="王海(小名狗蛋)")[1]["name"].alias == "狗蛋"
    assert row("elder", 身份证号="")[1]["birth_date"].iso == "1945-03-05"
    assert row("elder", 身份证号="", 出生日期="1945.3")[0] == "OK_WARN ID_PENDING"
    assert row("elder", 身份证号="", 出生日期="")[0] == "REJECT ID_EMPTY"
    assert row("elder", 身份证号="", 出生日期="不详")[0] == "REJECT ID_EMPTY"
    assert row("elder", 电话="138 0000 1111、0477-8123456")[1]["phones"] == ["13800001111", "0477-8123456"]
    assert row("elder", 独居="")[1].get("alone") is None and row("elder", 独居="×")[1]["alone"] is False
    assert row("volunteer_hours", 证件号码="", 手机号="无")[0] == "REJECT ID_EMPTY"
    assert row("volunteer_hours", 证件号码=BORN_2012, 备注="监护人已签字同意")[0] == "OK"
    assert row("volunteer_hours", 证件号码=BORN_2012, 备注="监护人不同意")[0] == "REJECT MINOR_NO_GUARDIAN"
    assert row("volunteer_hours", 起="下午2点", 止="下午4点")[1]["start"].hour == 14
    assert row("volunteer_hours", **{"起": "22:00", "止": "1:00", "时长(小时)": 3})[0] == "OK"
    assert row("volunteer_hours", **{"起": "", "止": "", "时长(小时)": ""})[0] == "REJECT HOURS_MISSING"
    assert row("volunteer_hours", 登记时间="2025.5.1")[1].get("recorded_on") is None
    assert row("farm_plot", **{"产量(斤)": "2.5吨", "销售额(元)": "¥960"})[1]["harvest"] == 2_500_000
    empty = dict.fromkeys(("收获", "产量(斤)", "自留(斤)", "捐赠(斤)", "销售(斤)", "单价(元/斤)", "销售额(元)"), "")
    assert row("farm_plot", **empty)[0] == "OK_WARN NOT_HARVESTED"


def test_the_same_number_under_two_names_and_the_majority() -> None:
    found = judged("elder", sheet(
        ["老年人台账"], ["姓名", "身份证号", "出生日期"],
        ["王海", number(1), ""], ["张三", number(1), ""], ["王海", number(1), ""], ["李四", "", "1945.3.5"], ["李四", number(2), "1945.3.5"],
    ))  # fmt: skip
    assert outcomes(found)[2:] == [
        "OK",
        "REJECT DUP_ID_DIFFERENT_NAME",
        "REJECT DUP_IN_FILE",
        "OK_WARN ID_PENDING",
        "REJECT DUP_IN_FILE",
    ]
    who = number(1, "19700305")
    found = judged("volunteer_hours", sheet(
        ["2025年5月"], ["姓名", "身份证号", "日期", "起", "止", "时长"],
        ["错名", who, "2025.5.6", "8:00", "9:00", 1], ["王海", who, "2025.5.7", "8:00", "9:00", 1], ["王海", who, "2025.5.8", "8:00", "9:00", 1],
        ["王海", who, "2025.5.8", "8:30", "9:30", 1], ["王海", who, "2025.5.8", "9:00", "10:00", 1], ["王海", who, "2025.5.7", "8:00", "9:00", 1],
    ))  # fmt: skip
    assert outcomes(found)[2:] == [
        "REJECT ID_NAME_MISMATCH",
        "OK",
        "OK",
        "REJECT TIME_OVERLAP",
        "OK",
        "REJECT DUP_IN_FILE",
    ]


def test_someone_without_a_number_is_the_only_known_one_of_name_and_telephone() -> None:
    who = number(1, "19700305")
    found = judged("volunteer_hours", sheet(
        ["2025年5月"], ["姓名", "身份证号", "电话", "日期", "起", "止", "时长"],
        ["王海", "", "13800001111", "2025.5.6", "8:00", "9:00", 1], ["王海", who, "13800001111", "2025.5.6", "8:30", "9:30", 1],
        ["王海", "", "13900002222", "2025.5.6", "8:30", "9:30", 1],
    ))  # fmt: skip
    assert outcomes(found)[2:] == ["OK_WARN ID_PENDING", "REJECT TIME_OVERLAP", "OK_WARN ID_PENDING"]
    assert values(found, 3)["joined"] == who and values(found, 5).get("joined") is None
