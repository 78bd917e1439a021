"""The register of volunteer hours (志愿服务时长台账): one row is one person on one shift (Order 67)."""

import re
from datetime import date, time
from functools import partial

from station_app.exchange.headers import squeeze
from station_app.exchange.ledgers import persons, words
from station_app.exchange.ledgers.table import Known, Ledger, Line, Table
from station_app.exchange.mapping import Meant, hand_over, spell
from station_app.exchange.period import when
from station_app.exchange.sheets import Cell
from station_app.values.dates import Precision, SaidDate, read_date
from station_app.values.durations import read_hours
from station_app.values.id_numbers import IdNumber, age_on
from station_app.values.reading import Read, refused
from station_app.values.text import as_text, is_empty, tidy
from station_app.values.times import read_time
from station_app.values.working_days import is_late
from station_app.values.yes_no import read_yes_no

#: Order 67, Article 11: recorded within this many working days.
IN_TIME = 10
OF_AGE = 18

MEANT = (
    Meant(
        "name",
        spell(
            "志愿者姓名 姓名 志愿者 志愿者名称 服务人员 队员姓名 志愿者名字 志愿人员 志愿者(姓名) 参与人员 "
            "参加人员 参与人 服务者 志愿者姓名(签字) 参与志愿者 队员 名字"
        ),
        pattern="志愿者?姓名|姓名$",
        looks="name",
        adopt=True,
        never="负责|监护|联系|被服务|服务对象|受助|家长|领队|组织|登记|填|记录|受益|老人",
    ),
    words.ID_NUMBER,
    Meant(
        "phones",
        words.PHONES.names,
        pattern=words.PHONES.pattern,
        looks="phone",
        several=True,
        adopt=True,
        never=words.OTHERS + "|受益|服务对象",
    ),
    Meant(
        "sex_said",
        words.SEX.names,
        pattern=words.SEX.pattern,
        looks="sex",
        never=words.OTHERS,
    ),
    words.BIRTH,
    words.AGE,
    Meant(
        "activity",
        spell(
            "活动名称 活动 服务项目 项目名称 活动项目 志愿活动 活动主题 项目 志愿服务项目 志愿项目 志愿活动名称 "
            "服务活动 志愿服务活动 活动(项目)名称 活动/项目 服务项目名称 志愿服务名称 志愿服务活动名称 服务名称"
        ),
        pattern="(?:活动|项目|服务)名称|活动项目|活动主题",
        never="单位|负责|内容|类|地|时|日",
    ),
    Meant(
        "service_date",
        spell(
            "服务日期 活动日期 日期 服务时间 活动时间 开展日期 参加日期 时间 开展时间 志愿服务日期 参与日期 "
            "服务年月日 活动开展日期 服务日"
        ),
        pattern="(?:服务|活动|开展|参加|参与)(?:日期|时间)",
        looks="date",
        never="登记|记录|录入|开始|结束|起|止|时长|段|填",
    ),
    Meant(
        "start",
        spell(
            "起 开始 开始时间 起始时间 起时 上岗时间 签到 签到时间 到岗时间 从 服务开始时间 起始 起(时) 时间起 "
            "活动开始时间 起点时间 自 服务时间起 开始时刻 始"
        ),
        pattern="(?:开始|起始|签到|上岗)(?:时间)?$",
        looks="time",
    ),
    Meant(
        "end",
        spell(
            "止 结束 结束时间 终止时间 止时 离岗时间 签退 签退时间 至 到 服务结束时间 终止 截止 止(时) 时间止 "
            "活动结束时间 终点时间 服务时间止 结束时刻 终 截止时间"
        ),
        pattern="(?:结束|终止|签退|离岗)(?:时间)?$",
        looks="time",
    ),
    Meant(
        "times",
        spell(
            "起止时间 服务时段 时间段 时段 活动时段 服务时间段 服务起止时间 起止 活动起止时间 服务时间 时间 活动时间"
        ),
        pattern="起止|时段|时间段",
        looks="times",
    ),
    Meant(
        "hours",
        spell(
            "时长 服务时数 服务时长 服务小时 小时数 工时 志愿时长 时数 计时 服务小时数 志愿服务时长 服务工时 "
            "有效时长 小时 服务时间 时间 实际时长 累计时长 服务时间(小时) 活动时长 志愿服务时数 本次时长 "
            "服务总时长 参与时长"
        ),
        pattern="时长|时数|小时数|工时",
        looks="hours",
        never="累计总|历史",
    ),
    Meant(
        "place",
        spell("地点 服务地点 活动地点 活动地址 场所 服务场所 活动场所 服务地址 地址 活动地 开展地点"),
        pattern="地点|场所",
    ),
    Meant(
        "content",
        spell("服务内容 活动内容 内容 服务事项 工作内容 具体内容 服务内容简述 志愿服务内容 事项 主要内容"),
        pattern="内容|事项",
    ),
    Meant(
        "category_said",
        spell("服务类别 类别 服务类型 活动类别 类型 服务领域 活动类型 志愿类别 志愿服务类别 分类"),
        pattern="类别|类型|领域",
        never="证件",
    ),
    Meant(
        "leader",
        spell("负责人 活动负责人 组织者 带队人 领队 项目负责人 带队 召集人 组织人 活动组织者"),
        pattern="负责人|领队|带队|组织者",
        never="电话|手机|方式|签",
    ),
    Meant(
        "org_unit",
        spell(
            "活动组织单位 组织单位 主办单位 单位 服务单位 组织 所属队伍 志愿服务队 服务队 所属团队 队伍 所属组织 "
            "服务组织 组织机构"
        ),
        pattern="组织单位|主办|服务队|团队|队伍",
    ),
    Meant(
        "recorded_on",
        spell(
            "登记时间 登记日期 记录日期 录入日期 录入时间 记录时间 登记 登记录入时间 记录登记日期 录入登记日期 登记年月日"
        ),
        pattern="(?:登记|记录|录入|填报|填写|填表)(?:时间|日期)",
        looks="date",
    ),
    Meant(
        "guardian",
        spell(
            "监护人同意 家长同意 监护人 监护人签字 监护人意见 家长签字 监护人是否同意 家长是否同意 监护人同意书 "
            "未成年人监护人同意 监护人姓名 家长"
        ),
        pattern="(?:监护人|家长).*(?:同意|签字|意见)",
    ),
    Meant(
        "unpaid",
        spell("无偿 是否无偿 无偿服务"),
        looks="flag",
    ),
    Meant(
        "paid",
        spell("是否有偿 有偿 有无报酬 是否有报酬 报酬 是否领取报酬 劳务报酬 补贴 是否有补贴"),
        looks="flag",
    ),
    words.REMARK,
)

#: Words for pay; meals, fares and prizes are no pay.
_PAID = re.compile(
    r"劳务|报酬|酬劳|酬金|工资|薪|有偿|计酬|日工|雇[佣用]|误工|课时费|讲课费|辛苦费|工钱|劳动报酬|补贴\d|补助\d|发放.{0,6}\d+元|付.{0,4}\d+元|支付.{0,6}元|[补给]\d+元|每天\d+元|\d+元/?[天日时]"
)
_NOT_PAID = re.compile(
    r"(?:无|没有|不要|不领|不取|未领|未取|未发|不发|放弃|自愿放弃|不计|拒领|谢绝|零|免)(?:任何|领取|发放|收取|要|计)?(?:劳务|报酬|酬劳|酬金|工资|补贴|补助|误工)|无偿"
)
_ALLOWANCE = re.compile(r"(?:交通|餐|误餐|通讯|车|饮水|保险)(?:费|补贴|补助|补)?[\d元.]*")
_COMPULSORY = re.compile(r"社区矫正|强制|公益劳动|社区服务令|被要求|矫正对象|惩罚|处罚")
_CONSENTED = re.compile(
    r"(?:监护人|家长|父母|父亲|母亲|爸爸|妈妈).{0,6}(?:同意|签字|陪同|知情|确认|允许|在场|带领)|(?:已|有).{0,4}(?:监护人|家长).{0,4}(?:同意|签)|监护人[:：]\S+"
)
_REFUSED = re.compile(r"不同意|未同意|没有?同意|未签|拒绝|未征得|无监护|未经")
_DAY_ALONE = re.compile(r"^(\d{1,2})[日号]$")
_RANGE = re.compile(r"^(.+?)(?:-{1,2}|—+|–|~|～|至|到)(.+)$")


def judge(tables: list[Table], known: Known, today: date) -> None:
    """Every row judged; of equal or overlapping shifts of a person the first that stands wins."""
    for table in tables:
        _read(table, today)
    persons.check_majority(tables, known)
    people = _people(tables)
    shifts: dict[tuple[str, date], list[tuple[time, time]]] = {}
    entries: set[tuple[object, ...]] = set()
    for table in tables:
        _check_dates(table, today)
        _check_hours(table)
        for line in table.standing():
            _check_rules(table, line)
        for line in table.standing():
            _check_twice(table, line, _person(line, people, known), shifts, entries)


def _read(table: Table, today: date) -> None:
    for name in ("remark", "content", "place"):
        table.read(name, words.read_remark if name == "remark" else words.read_words)
    persons.read_person(table, today, id_needed=False)
    persons.read_phone_columns(table)
    for line in table.standing():
        if line["id_no"] is None:
            if line["phones"] or line["birth_date"]:
                table.warn(line, "ID_PENDING", "id_no")
            else:
                table.refuse(line, "ID_EMPTY", "id_no")
    for name in ("activity", "category_said", "leader", "org_unit"):
        table.read(name, words.read_words)
    for name in ("unpaid", "paid"):
        table.read(name, _read_flag)
    table.read("guardian", words.read_remark)
    for line in table.standing():
        if line.number in table.sheet.hidden_rows:
            table.warn(line, "HIDDEN_ROW")


def _read_flag(cell: Cell) -> Read[bool]:
    found = read_yes_no(cell)
    return Read(True) if found.reason is not None else found


def _check_dates(table: Table, today: date) -> None:
    """The day of service refuses the row when it cannot be read; the day of recording only warns."""
    if table.when.period is None and (year := _usual_year(table, today)) is not None:
        # "3月" on the tab and nowhere a year: the dates in the column say which March is meant.
        laid = table.layout
        table.when = when(laid.titles, table.sheet.name, laid.footers, "", year)
    on = (
        max(table.when.on(today), today)
        if table.when.period is None and table.when.as_of is None
        else table.when.on(today)
    )
    span = table.when.period
    reading = None if span is None else (span.first, span.last)
    if reading is None:
        year = table.when.year
        reading = None if year is None else (date(year, 1, 1), date(year, 12, 31))
    within = None if span is None else (span.first, span.last)

    def day(cell: Cell) -> Read[SaidDate]:
        if span is not None and span.is_month and isinstance(cell, str) and (alone := _DAY_ALONE.match(squeeze(cell))):
            cell = f"{span.first.month}月{alone.group(1)}日"  # in a month's ledger "6日" can only be that month's
        found = read_date(cell, today=on, period=reading, within=within, date1904=table.sheet.date1904)
        if found.value is not None and found.value.precision is not Precision.DAY:
            return refused("DATE_UNPARSEABLE")
        if found.value is None and found.reason is None:
            return refused("DATE_MISSING")
        return Read(None, (), "DATE_UNPARSEABLE") if found.reason == "LUNAR_NO_YEAR" else found

    table.read("service_date", day, refuses=True, every=True)
    table.read("recorded_on", partial(read_date, today=today, period=_around(reading), date1904=table.sheet.date1904))
    for line in table.standing():
        done, recorded = line["service_date"], line["recorded_on"]
        if recorded is None or done is None or recorded.precision is not Precision.DAY:
            continue
        if recorded.value < done.value:
            line.values.pop("recorded_on")
            table.warn(line, "RECORDED_BEFORE", "recorded_on")
        elif is_late(done.value, recorded.value, IN_TIME):
            table.warn(line, "LATE_RECORD", "recorded_on")


def _around(span: tuple[date, date] | None) -> tuple[date, date] | None:
    """Recording may fall into the months after the period; in December that is the next year."""
    if span is None:
        return None
    if span[1].month < 11:
        return span[0], date(span[1].year, 12, 31)
    return span[0], date(span[1].year + 1, 3, 31)


def _usual_year(table: Table, on: date) -> int | None:
    """The year for "3月5日" where no title names one: the one most complete dates of the column have."""
    if table.when.year is not None:
        return table.when.year
    years: dict[int, int] = {}
    for line in table.lines:
        found = read_date(table.cell(line, "service_date"), today=on, date1904=table.sheet.date1904)
        if found.value is not None and "YEAR_FROM_TITLE" not in found.warnings:
            years[found.value.value.year] = years.get(found.value.value.year, 0) + 1
    return max(years, key=lambda y: years[y]) if years else None


def _check_hours(table: Table) -> None:
    unit = "minute" if table.mapping.units.get("hours") == "分钟" else "hour"
    table.read("hours", partial(read_hours, unit=unit), refuses=True)
    table.read("start", read_time)
    table.read("end", read_time)
    table.read("times", words.read_words)
    for line in table.standing():
        if line["times"] and (line["start"] is None or line["end"] is None):
            _split_times(table, line)
        start, end = line["start"], line["end"]
        hours: int | None = line["hours"]
        if start is None or end is None:
            line.values.pop("start", None)
            line.values.pop("end", None)
            if hours is None:
                table.refuse(line, "HOURS_MISSING", "hours")
            else:
                table.warn(line, "TIMES_MISSING", "start")
            continue
        elapsed = _elapsed(start, end)
        if elapsed is None:
            table.refuse(line, "TIME_ORDER", "end")
        elif hours is None:
            _take_elapsed(table, line, elapsed)
        elif hours < elapsed:
            table.warn(line, "HOURS_LESS_THAN_ELAPSED", "hours")


def _elapsed(start: time, end: time) -> int | None:
    """Minutes from start to end; only a shift that plainly runs through the night may end before it began."""
    minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
    if minutes > 0:
        return minutes
    return minutes + 1440 if start.hour >= 17 and end.hour < 9 else None


def _take_elapsed(table: Table, line: Line, elapsed: int) -> None:
    found = read_hours(elapsed, unit="minute")
    if found.value is None:
        table.refuse(line, found.reason or "HOURS_MISSING", "hours")
    else:
        line.values["hours"] = found.value
        table.warn(line, "HOURS_FROM_TIMES", "hours")


def _split_times(table: Table, line: Line) -> None:
    parts = _RANGE.match(squeeze(line["times"]))
    first = read_time(parts.group(1)) if parts else None
    last = read_time(parts.group(2)) if parts else None
    if first is None or last is None or first.value is None or last.value is None:
        table.warn(line, "TIME_UNPARSEABLE", "times")
        return
    start, end = first.value, last.value
    # "下午2:00-4:00": the half of the day is said once for both.
    if end <= start and end.hour < 12 and parts is not None and re.match("下午|晚上|傍晚", parts.group(1)):
        end = end.replace(hour=end.hour + 12)
    line.values["start"], line.values["end"] = start, end


def _check_rules(table: Table, line: Line) -> None:
    """Order 67: unpaid, free, fit for age; and never longer than from start to end."""
    said = " ".join(filter(None, (line["remark"], line["content"])))
    if line["unpaid"] is False or line["paid"] is True or _is_paid(said):
        table.refuse(line, "NOT_VOLUNTEER_PAID", "remark" if line["unpaid"] is not False else "unpaid")
        return
    if _COMPULSORY.search(line["remark"] or ""):
        table.refuse(line, "NOT_VOLUNTEER_COMPULSORY", "remark")
        return
    number: IdNumber | None = line["id_no"]
    done: SaidDate = line["service_date"]
    birth = number.birth if number is not None else line["birth_date"].value if line["birth_date"] else None
    if birth is not None and age_on(birth, done.value) < OF_AGE:
        if not _guardian_agreed(line):
            table.refuse(line, "MINOR_NO_GUARDIAN", "id_no" if number is not None else "birth_date")
            return
        line.values["guardian_agreed"] = True
    start, end = line["start"], line["end"]
    if start is not None and end is not None and line["hours"] > (_elapsed(start, end) or 0):
        table.refuse(line, "HOURS_EXCEED_ELAPSED", "hours")


def _is_paid(said: str) -> bool:
    if not said:
        return False
    plain = _ALLOWANCE.sub(" ", _NOT_PAID.sub(" ", squeeze(said)))
    return _PAID.search(plain) is not None


def _guardian_agreed(line: Line) -> bool:
    said = tidy(as_text(line["guardian"]))
    if said and not is_empty(said):
        flag = read_yes_no(said)
        if flag.reason is None:
            return bool(flag.value)
        return _REFUSED.search(said) is None
    remark = line["remark"] or ""
    return _CONSENTED.search(remark) is not None and _REFUSED.search(remark) is None


def _people(tables: list[Table]) -> dict[tuple[str, str], set[str]]:
    """Identity numbers by name and telephone, of all lines that have both."""
    found: dict[tuple[str, str], set[str]] = {}
    for table in tables:
        for line in table.lines:
            if line["id_no"] is not None and line["name"] is not None and line.refusal is None:
                for phone in line["phones"] or ():
                    found.setdefault((line["name"].text, phone), set()).add(line["id_no"].text)
    return found


def _person(line: Line, people: dict[tuple[str, str], set[str]], known: Known) -> str:
    """Who a line is about: its number, that of the only known person of this name and telephone, or both of these."""
    if line["id_no"] is not None:
        return str(line["id_no"].text)
    name = line["name"].text
    for phone in line["phones"] or ():
        numbers = people.get((name, phone)) or set(known.people_named(name, phone))
        if len(numbers) == 1:
            line.values["joined"] = next(iter(numbers))
            return str(line.values["joined"])
    return f"{name} {(line['phones'] or [''])[0]}"


def _check_twice(
    table: Table,
    line: Line,
    person: str,
    shifts: dict[tuple[str, date], list[tuple[time, time]]],
    entries: set[tuple[object, ...]],
) -> None:
    line.values["person"] = person
    day = line["service_date"].value
    start, end = line["start"], line["end"]
    if start is None:
        entry: tuple[object, ...] = (person, day, line["activity"], line["place"], line["hours"])
    else:
        entry = (person, day, start, end)  # nobody serves twice at the same time, whatever the activity is called
    if entry in entries:
        table.refuse(line, "DUP_IN_FILE", "service_date")
        return
    if start is not None:
        for first, last in shifts.get((person, day), ()):
            if start < last and first < end:
                table.refuse(line, "TIME_OVERLAP", "start")
                return
        shifts.setdefault((person, day), []).append((start, end))
    entries.add(entry)


LEDGER = Ledger(
    kind="volunteer_hours",
    meant=MEANT,
    identity=("name", "id_no"),
    needed=(("name",), ("service_date",), ("hours", "start", "times")),
    fill=("activity", "service_date", "place", "content", "leader", "category_said", "org_unit"),
    place="",
    judge=judge,
    grouping=("activity", "service_date"),
    settle=lambda mapping: hand_over(mapping, "phones", None, "leader"),
)
