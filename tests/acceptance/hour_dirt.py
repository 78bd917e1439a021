"""One function for each instance of dirt in a ledger of hours (DOMAIN §5, Order 67), with what must become of the row."""

import datetime
from collections.abc import Callable
from typing import Any

from tests.acceptance.hours import CLOCKS, Hours, clock, working_days_later
from tests.acceptance.ledgers import SAID_DAY, Person, Row, broken, dirt, hide, serial, wide

Dirt = Callable[[Hours, Row], Row]


def _lasting(row: Row, start: int, long: int, first: Any, last: Any, said: Any = None) -> Row:
    """Another shift in the row: its times as said, its hours as said or as a number."""
    row.put(start=first, end=last, hours=long / 60 if said is None else said)
    row.begin, row.long = start, long
    begin, end = clock(start), clock(start + long)
    return row.leaves({"hours.start": f"{begin:%H:%M}", "hours.end": f"{end:%H:%M}", "hours.hours": long})


def amounts() -> dict[str, Dirt]:
    """Case 57: the hours."""
    n: dict[str, Dirt] = {}
    for said, long in (
        ("2小时", 120), ("2h", 120), ("2H", 120), ("两小时", 120), ("两个小时", 120), ("一个半小时", 90), ("两个半小时", 150), ("90分钟", 90),
        ("９０分", 90), ("120分", 120), ("1小时30分", 90), ("1小时30分钟", 90), ("2小时15分", 135), ("２．５", 150), ("1.5", 90), ("1.5小时", 90),
        ("2.5h", 150), ("1h30", 90), ("1h30min", 90), ("3个小时", 180), ("三小时", 180), ("三个小时", 180), ("半小时", 30), ("半个小时", 30),
        ("1小时半", 90), (" 2 小时 ", 120), ("2.0", 120), (2.5, 150), (1, 60), ("1个半小时", 90), ("150分钟", 150), ("四小时", 240),
        ("45分钟", 45), (0.25, 15), (12, 720), ("2小时整", 120), ("０．５小时", 30), ("3小时零5分", 185), ("1.25", 75), (datetime.time(2, 30), 150),
        ("1.5H", 90), ("两小时三十分", 150), ("2个钟头", 120), ("一小时四十五分", 105), ("1小时三十分钟", 90), ("02:00", 120), ("2hours", 120),
        ("三刻钟", 45), ("2小时30", 150), ("1 小时 30 分", 90),
    ):  # fmt: skip
        n[f"hours {said!r}"] = lambda h, row, said=said, long=long: _lasting(  # type: ignore[misc]
            row, 480, long, "8:00", CLOCKS[0](clock(480 + long)), said
        )
    for vague in (
        "半天",
        "若干",
        "一上午",
        "半日",
        "大半天",
        "几小时",
        "2-3小时",
        "一下午",
        "全天",
        "好几个小时",
        "一天",
        "不详",
        "两三小时",
        "大约半天",
    ):
        n[f"hours {vague}"] = dirt({"hours": vague}, reject="HOURS_AMBIGUOUS")
    for bad in (0, -2, 25, "0", "-1", "25小时", 13, 12.5, "-2小时", "0小时", "24", "10分钟", 0.1, "十三小时", "零小时"):
        n[f"hours {bad!r}"] = dirt({"hours": bad}, reject="HOURS_RANGE")
    for c, empty in enumerate((None, "", "  ", "/")):
        n[f"hours missing {c}"] = dirt({"hours": empty, "start": empty, "end": empty}, reject="HOURS_MISSING")
    for add in (0.5, 1, 3):
        n[f"hours exceed {add}"] = _more(add)
    n["hours exceed in words"] = dirt({"hours": "五小时"}, reject="HOURS_EXCEED_ELAPSED")
    for less in (15, 30, 45):
        n[f"hours less {less}"] = _less(less)
    return n


def _more(hours: float) -> Dirt:
    return dirt(lambda row: {"hours": row.long / 60 + hours}, reject="HOURS_EXCEED_ELAPSED")


def _less(minutes: int) -> Dirt:
    def change(_h: Hours, row: Row) -> Row:
        rest = row.long - minutes
        return row.put(hours=rest / 60).warn("HOURS_LESS_THAN_ELAPSED").leaves({"hours.hours": rest})

    return change


def times() -> dict[str, Dirt]:
    """Case 58: times of day."""
    n: dict[str, Dirt] = {}
    for c, said in enumerate(CLOCKS):
        for start in (9 * 60, 9 * 60 + 30, 14 * 60 + 30):
            n[f"clock {c} {start}"] = lambda h, row, said=said, start=start: _lasting(  # type: ignore[misc]
                row, start, 120, said(clock(start)), said(clock(start + 120))
            )
    for first, last, start, long in (
        ("上午9点半", "11点半", 570, 120), ("下午两点", "下午四点", 840, 120), ("９：００", "１１：００", 540, 120), ("9:00", "上午11点", 540, 120),
        ("早上8点", "10点", 480, 120), ("下午3:30", "下午5点", 930, 90), ("上午8点30分", "上午10点", 510, 90), ("八点", "十点", 480, 120),
        ("14:00:00", "15:30:00", 840, 90), ("13 : 00", "15 : 00", 780, 120), ("中午12点", "下午2点", 720, 120), ("下午2点半", "下午4点半", 870, 120),
        ("9点一刻", "10点15", 555, 60), ("2:00 PM", "4:00 PM", 840, 120), ("上午 9:00", "上午 11:00", 540, 120), ("晚上7点", "晚上8点半", 1140, 90),
        ("0900", "1100", 540, 120), ("2025-05-09 09:00", "2025-05-09 11:00", 540, 120),
    ):  # fmt: skip
        n[f"times {first}"] = lambda h, row, a=first, b=last, s=start, long=long: _lasting(row, s, long, a, b)  # type: ignore[misc]
    gone = {"hours.start": None, "hours.end": None}
    for c, (first_cell, last_cell) in enumerate(((None, None), ("", "  "), ("/", "/"))):
        n[f"times missing {c}"] = dirt({"start": first_cell, "end": last_cell}, "TIMES_MISSING", leaves=gone)
    n["times missing at the end"] = dirt({"end": None}, "TIMES_MISSING", leaves=gone)
    return n


def days() -> dict[str, Dirt]:
    """Cases 37–51 in the date of the act itself, and how late it was recorded."""
    n: dict[str, Dirt] = {}

    def day(tag: str, form: Callable[[datetime.date], Any], *warn: str) -> None:
        n[f"day {tag}"] = dirt(lambda row: {"date": form(row.day)}, *warn)

    for c, form in enumerate(SAID_DAY):
        day(f"form {c}", form)
    day("号", lambda d: f"{d.year}年{d.month:02d}月{d.day:02d}号")
    day("eight digits as a number", lambda d: int(d.strftime("%Y%m%d")))
    day("with a time", lambda d: f"{d.isoformat()} 08:00")
    day("with a weekday", lambda d: f"{d.year}年{d.month}月{d.day}日 星期五")
    day("no year", lambda d: f"{d.month}月{d.day}日", "YEAR_FROM_TITLE")
    day("no year 号", lambda d: f"{d.month}月{d.day}号", "YEAR_FROM_TITLE")
    day("no year dots", lambda d: f"{d.month}.{d.day:02d}", "YEAR_FROM_TITLE")
    day("no year slash", lambda d: f"{d.month}/{d.day}", "YEAR_FROM_TITLE")
    day("no year dash", lambda d: f"{d.month}-{d.day}", "YEAR_FROM_TITLE")
    day("no year full width", lambda d: wide(f"{d.month}") + "月" + wide(f"{d.day}") + "日", "YEAR_FROM_TITLE")
    for c in range(3):
        day(f"serial {c}", serial, "EXCEL_SERIAL")
    day("serial float", lambda d: float(serial(d)), "EXCEL_SERIAL")
    day("serial text", lambda d: str(serial(d)), "EXCEL_SERIAL_TEXT")
    day("serial text spaced", lambda d: f" {serial(d)}", "EXCEL_SERIAL_TEXT")
    day("two digits", lambda d: f"{d.year % 100}.{d.month}.{d.day}", "TWO_DIGIT_YEAR")
    day("two digits slash", lambda d: f"{d.year % 100}/{d.month}/{d.day}", "TWO_DIGIT_YEAR")
    day("two digits 年", lambda d: f"{d.year % 100}年{d.month}月{d.day}日", "TWO_DIGIT_YEAR")

    def out(tag: str, form: Callable[[Hours, Row], Any]) -> None:
        n[f"out {tag}"] = lambda h, row: row.put(date=form(h, row)).reject("DATE_OUT_OF_PERIOD")

    out("before", lambda h, row: (h.first - datetime.timedelta(days=1)).isoformat())
    out("after", lambda h, row: SAID_DAY[1](h.last + datetime.timedelta(days=1)))
    out("far", lambda h, row: SAID_DAY[3](h.last + datetime.timedelta(days=61)))
    out("year", lambda h, row: row.day.replace(year=row.day.year - 1, day=min(row.day.day, 28)))
    out("2042", lambda h, row: f"2042.{row.day.month}.{min(row.day.day, 28)}")
    out("serial", lambda h, row: serial(h.last) + 40)

    def bad(form: str, code: str) -> None:
        n[f"day {form}"] = dirt(
            lambda row: {"date": form.format(y=row.day.year, m=row.day.month, mm=f"{row.day.month:02d}")}, reject=code
        )

    for vague in ("{m}月底", "{m}月初", "{m}月中旬", "{m}月下旬", "不详", "周末", "月底", "待定"):
        bad(vague, "DATE_UNPARSEABLE")
    for span in (
        "{y}.{m}.5-{m}.7",
        "{m}月5日-7日",
        "{y}年{m}月5日至{m}月8日",
        "{y}-{mm}-05~{y}-{mm}-09",
        "{m}月5日、6日",
        "{y}.{m}.5～7",
        "{m}.5-{m}.7",
    ):
        bad(span, "DATE_RANGE")
    for no_day in ("{y}.2.30", "{y}.{m}.32", "{y}-13-05", "{y}0230"):
        bad(no_day, "DATE_INVALID")
    n |= _recorded()
    return n


def _recorded() -> dict[str, Dirt]:
    n: dict[str, Dirt] = {}

    def late(count: int) -> Dirt:
        def change(h: Hours, row: Row) -> Row:
            recorded = working_days_later(row.day, count)
            row.put(recorded=h.rng.choice(SAID_DAY)(recorded)).leaves({"hours.recorded_on": recorded.isoformat()})
            return row.warn("LATE_RECORD") if count > 10 else row

        return change

    for count in (1, 9, 10, 11, 12, 15, 25):
        n[f"late {count}"] = late(count)
    n["recorded the same day"] = lambda h, row: row.put(recorded=SAID_DAY[1](row.day)).leaves(
        {"hours.recorded_on": row.day.isoformat()}
    )
    n["recorded blank"] = dirt({"recorded": None}, leaves={"hours.recorded_on": None})
    n["recorded 不详"] = dirt({"recorded": "不详"}, "DATE_UNPARSEABLE", leaves={"hours.recorded_on": None})
    n["recorded 30 February"] = dirt({"recorded": "2025.2.30"}, "DATE_INVALID", leaves={"hours.recorded_on": None})
    return n


PAID = ("发放劳务补贴100元", "发放误工补贴50元", "领取劳务费80元", "支付工资120元", "有偿服务", "劳务报酬200元", "补贴60元/天", "付劳务费", "每人发放补助50元",
        "日工资150元", "发放误工费80元")  # fmt: skip
FREE = (
    "雨天改期",
    "自带工具",
    "无偿",
    "新队员",
    "未领取任何补贴",
    "不要报酬",
    "捐款100元",
    "发放宣传单100份",
    "获纪念品一份",
)


def rules() -> dict[str, Dirt]:
    """Cases 8, 17–31, 34, 59 and Order 67: pay, minors, names, numbers."""
    n: dict[str, Dirt] = {}
    for remark in PAID:
        n[f"paid {remark}"] = dirt({"remark": remark}, reject="NOT_VOLUNTEER_PAID")
    for remark in FREE:
        n[f"free {remark}"] = dirt({"remark": remark})

    def minor(years: int, remark: str | None, reject: bool, days: int = 0) -> Dirt:
        def change(h: Hours, row: Row) -> Row:
            birth = row.day.replace(year=row.day.year - years) + datetime.timedelta(days=days)  # no 29 February here
            person = Person("王小童", "1", birth, h.people.number(birth, "1"), h.people.phone(), False)
            made = h.clean(person, row.day).put(remark=remark)
            return made.reject("MINOR_NO_GUARDIAN") if reject else made

        return change

    n["minor 12"], n["minor 15"], n["minor 17"] = (
        minor(12, None, True),
        minor(15, None, True),
        minor(17, None, True, -20),
    )
    n["of age"] = minor(18, None, False, -3)
    for years, remark in ((15, "监护人同意"), (13, "家长已签字同意"), (16, "监护人已书面同意")):
        n[f"minor {remark}"] = minor(years, remark, False)
    n["minor not agreed"] = minor(15, "监护人不同意", True)
    for empty in (None, "", "　"):
        n[f"name missing {empty!r}"] = dirt({"name": empty}, reject="NAME_MISSING")
    for other in ("错名某", "李别人", "张冒名"):
        n[f"name of another {other}"] = dirt({"name": other}, reject="ID_NAME_MISMATCH")
    n["name spaced"] = dirt(lambda row: {"name": f"{row.person.name[0]} {row.person.name[1:]}"})
    for empty in (None, "无", " "):
        n[f"id pending {empty!r}"] = dirt({"id": empty}, "ID_PENDING")
    n["id number cell"] = dirt(lambda row: {"id": float(row.person.id_no[:17] + "0")}, reject="ID_PRECISION_LOST")
    n["id E+17"] = dirt(lambda row: {"id": f"{float(row.person.id_no[:17] + '0'):.5E}"}, reject="ID_PRECISION_LOST")
    n["id 17"] = dirt(lambda row: {"id": row.person.id_no[:17]}, reject="ID_LENGTH")
    n["id masked"] = dirt(
        lambda row: {"id": row.person.id_no[:6] + "********" + row.person.id_no[14:]}, reject="ID_FORMAT"
    )
    n["id 15"] = dirt(lambda row: {"id": row.person.fifteen}, "ID_15_UPGRADED")
    n["id spaces"] = dirt(lambda row: {"id": f"{row.person.id_no[:6]} {row.person.id_no[6:]}"})
    n["id lower"] = dirt(lambda row: {"id": row.person.id_no.lower()})
    for by in (1, 4, 7):
        n[f"id checksum {by}"] = dirt(lambda row, by=by: {"id": broken(row.person.id_no, by)}, reject="ID_CHECKSUM")  # type: ignore[misc]
    n["hidden"] = hide
    return n


def all_dirt() -> dict[str, Dirt]:
    """Every instance."""
    return amounts() | times() | days() | rules()
