"""Ledgers of volunteers' hours: shifts of one month in every accepted form, their titles, the shape of the sheet."""

import datetime
import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.acceptance.ledgers import SAID_DAY, Column, People, Person, Row, Sheet, Text

ACTIVITIES = (
    ("环境整治", "乌兰村", "清理垃圾", "环保", "environment"),
    ("独居老人探访", "入户", "陪聊、打扫", "助老", "elders"),
    ("健康义诊", "北海村", "量血压", "医疗", "medical"),
    ("儿童四点半课堂", "社工站", "作业辅导", "助学", "learning"),
    ("公益农场帮耕", "柳子圪旦村农田", "犁地、施肥", "助农", "farm"),
    ("义剪进村", "新圪旦村", "理发", "便民", "convenience"),
)
COLUMNS = (
    "no",
    "name",
    "id",
    "phone",
    "activity",
    "date",
    "start",
    "end",
    "hours",
    "place",
    "content",
    "category",
    "leader",
    "recorded",
    "remark",
)
SYNONYMS: dict[str, tuple[str, ...]] = {
    "no": ("序号", "编号"),
    "name": ("志愿者姓名", "姓名", "姓 名", "志愿者"),
    "id": ("身份证号", "身份证号码", "证件号码", "公民身份号码", "身份证件号码"),
    "phone": ("电话", "联系电话", "手机号", "联系方式"),
    "activity": ("活动名称", "服务项目", "项目名称", "活 动 名 称"),
    "date": ("服务日期", "活动日期", "日期", "服务\n日期"),
    "start": ("起", "开始时间", "开始"),
    "end": ("止", "结束时间", "结束"),
    "hours": ("时长", "时长(小时)", "服务时数", "时长（小时）", "服务时长(小时)", "时长\n(小时)"),
    "place": ("地点", "服务地点", "活动地点"),
    "content": ("服务内容", "活动内容"),
    "category": ("服务类别", "类别"),
    "leader": ("负责人", "活动负责人"),
    "recorded": ("登记时间", "登记日期", "记录日期"),
    "remark": ("备注", "说明"),
}
PAIRS = (("起", "止"), ("开始时间", "结束时间"), ("开始", "结束"))
CLOCKS: tuple[Callable[[datetime.time], Any], ...] = (
    lambda t: f"{t.hour}:{t.minute:02d}",
    lambda t: f"{t.hour:02d}:{t.minute:02d}",
    lambda t: f"{t.hour}：{t.minute:02d}",
    lambda t: t,
    lambda t: f"{t.hour}点" + (f"{t.minute}分" if t.minute else ""),
    lambda t: f"{t.hour}时{t.minute:02d}分",
    lambda t: ("上午" if t.hour < 12 else "下午") + f"{t.hour if t.hour <= 12 else t.hour - 12}:{t.minute:02d}",
    lambda t: (t.hour * 60 + t.minute) / 1440,
    lambda t: f"{t.hour}:{t.minute:02d}:00",
    lambda t: f"{t.hour}点半" if t.minute == 30 else f"{t.hour}点" if not t.minute else f"{t.hour}:{t.minute:02d}",
    lambda t: (
        ("上午" if t.hour < 12 else "下午")
        + f"{t.hour if t.hour <= 12 else t.hour - 12}点"
        + ("半" if t.minute == 30 else f"{t.minute}分" if t.minute else "")
    ),
)

#: The State Council's notice for 2025: days off that would be working days or not, and weekends that are worked.
DAYS_OFF = (
    ("2025-01-01", 1),
    ("2025-01-28", 8),
    ("2025-04-04", 3),
    ("2025-05-01", 5),
    ("2025-05-31", 3),
    ("2025-10-01", 8),
)
WORKED = ("2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11")


def works(day: datetime.date) -> bool:
    """Whether a day of 2025 is a working day, by the notice and not by the program's table."""
    assert day.year == 2025
    if day.isoformat() in WORKED:
        return True
    for first, length in DAYS_OFF:
        start = datetime.date.fromisoformat(first)
        if start <= day < start + datetime.timedelta(days=length):
            return False
    return day.weekday() < 5


def working_days_later(day: datetime.date, count: int) -> datetime.date:
    """The ``count``-th working day after a day."""
    while count:
        day += datetime.timedelta(days=1)
        count -= works(day)
    return day


def clock(total: int) -> datetime.time:
    """A time of day."""
    return datetime.time(total // 60, total % 60)


class Hours:
    """Rows of one month; every clean row is a person and a day of its own, so that nothing overlaps by chance."""

    def __init__(
        self,
        seed: int,
        first: datetime.date,
        last: datetime.date,
        *,
        pool: int = 14,
        exact: datetime.date | None = None,
    ) -> None:
        self.rng = random.Random(seed)
        self.people = People(seed + 1000)
        self.first, self.last = first, last
        self.pool = [self.people.one(1955, 2000) for _ in range(pool)]
        days = [first + datetime.timedelta(days=n) for n in range((last - first).days + 1)]
        pairs = [(person, day) for person in self.pool for day in ([exact] if exact else days)]
        self.rng.shuffle(pairs)
        self.pairs: Iterator[tuple[Person, datetime.date]] = iter(pairs)

    def clean(self, person: Person | None = None, day: datetime.date | None = None, long: int | None = None) -> Row:
        """A shift that must be taken without a word."""
        rng = self.rng
        if person is not None and day is None:
            # A day of this person that nobody has drawn yet.
            pairs = list(self.pairs)
            day = next(d for p, d in pairs if p is person)
            pairs.remove((person, day))
            self.pairs = iter(pairs)
        elif person is None or day is None:
            person, day = next(self.pairs)
        long = long or rng.choice((60, 90, 120, 150, 180))
        start = rng.choice((8 * 60, 9 * 60, 9 * 60 + 30, 13 * 60 + 30, 14 * 60, 15 * 60))
        return self.shift(person, day, start, long)

    def shift(self, person: Person, day: datetime.date, start: int, long: int) -> Row:
        """A row for one shift."""
        rng = self.rng
        activity = rng.choice(ACTIVITIES)
        recorded = (
            working_days_later(day, rng.randint(1, 10))
            if day.year == 2025
            else day + datetime.timedelta(days=rng.randint(1, 9))
        )
        begin, end = clock(start), clock(start + long)
        said = CLOCKS[rng.choice((0, 0, 1, 2, 3))]
        cells: dict[str, Any] = {
            "name": person.name, "id": person.id_no, "phone": person.phone, "activity": activity[0],
            "date": rng.choice(SAID_DAY)(day), "start": said(begin), "end": said(end), "hours": long / 60, "place": activity[1],
            "content": activity[2], "category": activity[3], "leader": "站长乔某", "recorded": rng.choice(SAID_DAY)(recorded),
        }  # fmt: skip
        values: dict[str, Any] = {
            "volunteer.name": person.name, "volunteer.id_no": person.id_no, "volunteer.phone": person.phone,
            "activity.name": activity[0], "hours.service_date": day.isoformat(), "hours.start": begin.strftime("%H:%M"),
            "hours.end": end.strftime("%H:%M"), "hours.hours": long, "hours.place": activity[1], "hours.content": activity[2],
            "hours.recorded_on": recorded.isoformat(), "hours.approved": True,
        }  # fmt: skip
        return Row(cells, person, values, day=day, begin=start, long=long)


def twice(h: Hours) -> list[list[Row]]:
    """Cases 33 and 59: pairs that must stay in their order: duplicates, overlaps, and neighbours that only touch."""
    found: list[list[Row]] = []

    def pair(tag: str, start: int, long: int, second: tuple[int, int], code: str, **cells: Any) -> None:
        one = h.clean()
        first, other = h.shift(one.person, one.day, start, long), h.shift(one.person, one.day, *second)
        for row in (first, other):
            row.tag = tag
        for key in ("activity", "place", "content", "category"):
            other.cells[key] = first.cells[key]
        other.values["activity.name"] = first.values["activity.name"]
        other.leaves({name: first.values[name] for name in ("hours.place", "hours.content")})
        other.cells.update(cells)
        if code:
            other.reject(code)
        found.append([first, other])

    for start in (480, 540, 840):
        pair("duplicate", start, 120, (start, 120), "DUP_IN_FILE")
    pair("overlap half", 540, 120, (600, 120), "TIME_OVERLAP")
    pair("overlap inside", 480, 240, (540, 60), "TIME_OVERLAP")
    pair("overlap around", 540, 60, (480, 240), "TIME_OVERLAP")
    pair("overlap by a minute", 540, 120, (659, 60), "TIME_OVERLAP")
    pair("touching", 540, 60, (600, 60), "")
    pair("morning and afternoon", 540, 60, (840, 120), "")
    return found


def columns(
    rng: random.Random, *, without: tuple[str, ...] = (), shuffled: bool = True, extra: list[Column] | None = None
) -> list[Column]:
    """The columns in a random order with random synonyms."""
    first, last = rng.choice(PAIRS)
    titles = {key: rng.choice(SYNONYMS[key]) for key in COLUMNS} | {"start": first, "end": last}
    found = [Column(key, titles[key]) for key in COLUMNS if key not in without] + (extra or [])
    if shuffled:
        rest = found[1:]
        rng.shuffle(rest)
        found = found[:1] + rest
    return found


def sheet(
    h: Hours, dirt: dict[str, Callable[["Hours", Row], Row]], *, titles: list[str], name: str = "Sheet1", clean: int = 30, pairs: bool = True,
    cols: list[Column] | None = None, total: bool = True, **shape: Any,
) -> Sheet:  # fmt: skip
    """A ledger of every dirt given once; the activity is written once for its rows, a total stands below."""
    rng = h.rng
    groups: list[list[Row]] = []
    for tag, change in dirt.items():
        made = change(h, h.clean())
        made.tag = tag
        groups.append([made])
    groups += [[h.clean()] for _ in range(clean)]
    groups += [[h.clean(person)] for person in h.pool for _ in range(2)]  # so that each number has a usual name
    groups += twice(h) if pairs else []
    rng.shuffle(groups)
    rows = [row for group in groups for row in group]
    rows.sort(key=lambda row: str(row.cells["activity"]))
    for number, row in enumerate(rows, start=1):
        row.cells["no"] = number
    cols = cols or columns(rng)
    laid: list[Row | Text] = list(rows)
    if total:
        place = {column.key: c for c, column in enumerate(cols)}
        laid.append(Text({0: "合计", place["hours"]: ("=SUM(A1:A2)", 100.0)}, "TOTAL"))
    return Sheet(name, cols, laid, titles, footers=["审核：        填表："], **shape)
