"""Elders' ledgers: clean rows in every accepted form, their titles, and the shape of the sheet."""

import datetime
import random
from collections.abc import Callable
from typing import Any

from tests.acceptance.ledgers import SAID_DAY, Column, People, Person, Row, Sheet, Text

FLAGS = ("alone", "empty_nest", "disabled", "high", "dibao")
WIRE = {
    "alone": "elder.alone",
    "empty_nest": "elder.empty_nest",
    "disabled": "elder.suspected_disabled",
    "dibao": "elder.dibao",
}
STYLES: tuple[dict[bool, Any], ...] = (
    {True: "√", False: "×"},
    {True: "是", False: "否"},
    {True: "有", False: "无"},
    {True: 1, False: 0},
    {True: "1", False: "0"},
    {True: "✓", False: "✗"},
    {True: "Y", False: "N"},
    {True: "✔", False: "×"},
    {True: "√", False: None},  # only ticks: a blank is unknown
)
ETHNIC = {"汉族": "01", "汉": "01", "蒙古族": "02", "蒙古": "02", "蒙": "02", "回族": "03", "满族": "11", "满": "11"}
RELATIONS = ("儿子", "女儿", "老伴", "侄子", "邻居", "外甥女")

COLUMNS = {
    "no": "序号", "village": "村(社区)", "name": "姓名", "sex": "性别", "ethnic": "民族", "id": "身份证号码", "birth": "出生年月日",
    "address": "现住址", "phone": "联系电话", "alone": "独居", "empty_nest": "空巢", "disabled": "失能", "high": "高龄",
    "dibao": "低保", "ec_name": "姓名", "ec_relation": "关系", "ec_phone": "电话", "filed": "建档日期", "remark": "备注",
}  # fmt: skip


def age(birth: datetime.date, on: datetime.date) -> int:
    """Completed years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


class Elders:
    """Rows of an elders' ledger that speaks of one day."""

    def __init__(self, seed: int, as_of: datetime.date, villages: dict[str, str]) -> None:
        self.rng = random.Random(seed)
        self.people = People(seed)
        self.as_of = as_of
        self.villages = villages  # name as written → what the store keeps

    def day_before(self, within: int = 700) -> datetime.date:
        """A day on which a file was opened."""
        return self.as_of - datetime.timedelta(days=self.rng.randint(20, within))

    def clean(self, person: Person | None = None, **about: Any) -> Row:
        """A row that must be taken without a word."""
        rng = self.rng
        if person is None:
            # High age by the number, so that no flag contradicts it by chance.
            person = self.people.one(1928, self.as_of.year - 61, **about)
        filed = self.day_before()
        old = age(person.birth, self.as_of) >= 80
        style = rng.choice(STYLES)
        said = {flag: rng.random() < 0.4 for flag in FLAGS}
        said["high"] = old
        ethnic = "02" if person.mongol else "01"
        written = rng.choice([word for word, code in ETHNIC.items() if code == ethnic])
        contact, contact_phone = self.people.one(1960, 1990), self.people.phone()
        village = rng.choice(list(self.villages))
        cells: dict[str, Any] = {
            "village": village, "name": person.name, "sex": "男" if person.sex == "1" else "女", "ethnic": written, "id": person.id_no,
            "birth": rng.choice(SAID_DAY)(person.birth), "address": f"{village}{rng.choice('一二三四五六')}社{rng.randint(1, 90)}号",
            "phone": person.phone, "ec_name": contact.name, "ec_relation": rng.choice(RELATIONS), "ec_phone": contact_phone,
            "filed": rng.choice(SAID_DAY)(filed), **{flag: style[said[flag]] for flag in FLAGS},
        }  # fmt: skip
        values: dict[str, Any] = {
            "resident.name": person.name, "resident.sex": person.sex, "resident.ethnic_code": ethnic, "resident.id_no": person.id_no,
            "resident.birth_date": person.birth.isoformat(), "resident.birth_month": person.birth.isoformat()[:7],
            "resident.address": cells["address"], "resident.phone": person.phone, "resident.village": self.villages[village],
            "elder.over_80": old, "elder.contact_name": contact.name, "elder.contact_relation": cells["ec_relation"],
            "elder.contact_phone": contact_phone, "elder.file_date": filed.isoformat(), "resident.deceased": None,
        }  # fmt: skip
        for flag, name in WIRE.items():
            values[name] = True if said[flag] else None if style[False] is None else False
        return Row(cells, person, values)


#: Synonyms of DOMAIN §5, 16 and nothing else, but where a title of the sort is needed to tell columns apart.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "no": ("序号", "编号", "序 号"),
    "village": ("村(社区)", "村（社区）", "嘎查村", "所属村"),
    "name": ("姓名", "姓 名", "服务对象", "老人姓名", "姓  名", "姓\n名"),
    "sex": ("性别", "性 别"),
    "ethnic": ("民族", "民 族"),
    "id": ("身份证号", "身份证号码", "证件号码", "公民身份号码", "身份证\n号码", "公民身份号码（18位）"),
    "birth": ("出生日期", "出生年月", "出生年月日", "出生\n日期"),
    "address": ("住址", "现住址", "家庭住址", "现居住地", "现 住 址"),
    "phone": ("电话", "联系电话", "手机号", "联系方式", "联系\n电话"),
    "filed": ("建档日期", "建档时间", "建 档 日 期"),
    "remark": ("备注", "说明", "备 注"),
}
GROUPS = {
    "flags": ("人员类别(是打√)", "人员类别", "老人类别（打√）", "对象类别", "类别（是打√）"),
    "contact": ("紧急联系人", "紧急联系人信息", "紧急 联系人"),
}


def columns(
    rng: random.Random, *, two_levels: bool = True, without: tuple[str, ...] = (), shuffled: bool = True
) -> list[Column]:
    """The columns in a random order with random synonyms; groups stay together, their parts in any order."""
    flags, contact = rng.choice(GROUPS["flags"]), rng.choice(GROUPS["contact"])
    single = {"alone": "是否独居", "empty_nest": "是否空巢", "disabled": "失能", "high": "高龄(80岁以上)", "dibao": "低保",
              "ec_name": "紧急联系人", "ec_relation": "与老人关系", "ec_phone": "紧急联系人电话"}  # fmt: skip
    blocks: list[list[Column]] = []
    parts = {"flags": list(FLAGS), "contact": ["ec_name", "ec_relation", "ec_phone"]}
    for group in parts.values():
        rng.shuffle(group)
    for key in COLUMNS:
        if key in without or key in parts["flags"] or key in parts["contact"]:
            continue
        title = rng.choice(SYNONYMS[key]) if key in SYNONYMS else COLUMNS[key]
        blocks.append([Column(key, title)])
    high = rng.choice(("高龄(80岁以上)", "高龄", "80岁以上", "高龄（80周岁以上）"))
    for name, keys in parts.items():
        if two_levels:
            title = flags if name == "flags" else contact
            blocks.append([Column(k, high if k == "high" else COLUMNS[k], title) for k in keys if k not in without])
        else:
            blocks.extend([Column(k, single[k])] for k in keys if k not in without)
    if shuffled:
        first, rest = blocks[:1], blocks[1:]
        rng.shuffle(rest)
        blocks = first + rest
    return [column for block in blocks for column in block]


def sheet(
    elders: Elders,
    dirt: dict[str, Callable[["Elders", Row], Row]],
    *,
    clean: int = 6,
    name: str = "老年人台账",
    titles: list[str],
    **shape: Any,
) -> Sheet:
    """A ledger of every dirt given once, between clean rows, village by village with subtotals."""
    rng = elders.rng
    rows: list[Row] = []
    for tag, change in dirt.items():
        made = change(elders, elders.clean(ends_in_x=True) if tag.endswith(" x") else elders.clean())
        made.tag = tag
        rows.append(made)
    rows += [elders.clean() for _ in range(clean)]
    rng.shuffle(rows)
    two = shape.pop("two_levels", True)
    without = shape.pop("without", ())
    cols = columns(rng, two_levels=two, without=without)
    laid = by_village(
        elders, rows, cols, **{k: shape.pop(k) for k in ("totals", "repeat_header", "gaps") if k in shape}
    )
    return Sheet(name, cols, laid, titles, **shape)


def by_village(
    elders: Elders,
    rows: list[Row],
    cols: list[Column],
    *,
    totals: bool = True,
    repeat_header: bool = True,
    gaps: bool = True,
) -> list[Row | Text]:
    """Rows grouped by village, with serial numbers (and gaps), subtotals, a header repeated, a total."""
    rng = elders.rng
    laid: list[Row | Text] = []
    place = {column.key: c for c, column in enumerate(cols)}
    rows.sort(key=lambda row: list(elders.villages).index(row.cells["village"]))
    number = 0
    for village in elders.villages:
        own = [row for row in rows if row.cells["village"] == village]
        if not own:
            continue
        if repeat_header and laid and rng.random() < 0.8:
            laid.append(Text({c: column.title for c, column in enumerate(cols) if not column.group}, "REPEATED_HEADER"))
        for row in own:
            number += 1
            if gaps and rng.random() < 0.05:
                number += 1
            row.cells["no"] = None if gaps and rng.random() < 0.03 else number
            laid.append(row)
        if totals:
            laid.append(Text({0: "小计", place["name"]: f"{len(own)}人"}, "SUBTOTAL"))
    if totals:
        laid += [Text({}, "BLANK"), Text({0: "合计", place["name"]: f"{len(rows)}人"}, "TOTAL")]
    return laid
