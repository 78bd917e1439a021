"""The register of elders (老年人台账): one row is one elder, with flags, contact and filing date."""

import re
from datetime import date
from functools import partial

from station_app.exchange.headers import squeeze
from station_app.exchange.ledgers import persons, words
from station_app.exchange.ledgers.table import Known, Ledger, Line, Table
from station_app.exchange.mapping import Meant, hand_over, spell
from station_app.values.dates import SaidDate, read_date
from station_app.values.ethnic import read_ethnic
from station_app.values.names import read_name
from station_app.values.phones import read_phones
from station_app.values.yes_no import read_yes_no

YOUNGEST, HIGH_AGE = 60, 80

#: Flags of the ledger: field, titles, words in a column of classes.
FLAGS = {
    "alone": ("独居", "独居老人", "是否独居", "独居老年人"),
    "empty_nest": ("空巢", "空巢老人", "是否空巢", "空巢老年人"),
    "left_behind": ("留守", "留守老人", "是否留守", "留守老年人"),
    "disabled": (
        "失能",
        "失能老人",
        "是否失能",
        "失能半失能",
        "半失能",
        "失能/半失能",
        "失能、半失能",
        "失能老年人",
        "完全失能",
    ),
    "high_age": (
        "高龄",
        "高龄老人",
        "高龄(80岁以上)",
        "80岁以上",
        "是否高龄",
        "80周岁以上",
        "高龄老年人",
        "80岁及以上",
        "八十岁以上",
    ),
    "dibao": ("低保", "低保户", "是否低保", "享受低保", "低保对象", "最低生活保障", "低保老人", "低保家庭"),
    "tekun": ("特困", "五保", "特困供养", "是否特困", "五保户", "特困人员", "特困老人"),
    "low_margin": ("低保边缘", "低边", "低收入", "低保边缘户", "边缘户", "低收入家庭"),
    "lost_only_child": ("计生特殊", "失独", "计划生育特殊家庭", "失独老人", "计生特殊家庭"),
    "handicapped": ("残疾", "残疾人", "是否残疾", "残疾老人", "持证残疾人"),
}

MEANT = (
    words.VILLAGE,
    Meant(
        "name",
        spell(
            "姓名 老人姓名 老年人姓名 服务对象 服务对象姓名 对象姓名 老人 被探访人 老年人 长者姓名 长者 姓名老人 "
            "居民姓名 本人姓名 人员姓名 老人名字 名字"
        ),
        pattern="姓名$|^服务对象",
        looks="name",
        adopt=True,
        never=words.OTHERS + "|志愿|曾用|类|情况",
    ),
    Meant(
        "sex_said",
        words.SEX.names,
        pattern=words.SEX.pattern,
        looks="sex",
        never=words.OTHERS,
        adopt=True,
    ),
    Meant(
        "ethnic",
        spell("民族 族别 民族成份 民族成分"),
        pattern="^民族",
        never=words.OTHERS,
    ),
    words.ID_NUMBER,
    words.BIRTH,
    words.AGE,
    words.ADDRESS,
    Meant(
        "hukou_addr",
        spell("户籍地址 户籍所在地 户籍地 户口所在地 户籍住址 户口地址"),
        pattern="户籍(?:地|所在|住)",
    ),
    words.PHONES,
    *(
        Meant(
            field,
            names,
            pattern=rf"^(?:是否为?|享受|属于)?{names[0]}(?:老年?人|户|对象)?$",
            looks="flag",
            never="说明|原因|金额|证|等级|时间|日期",
        )
        for field, names in FLAGS.items()
    ),
    Meant(
        "classes",
        spell(
            "人员类别 老人类别 对象类别 人员类型 老年人类别 服务对象类别 对象类型 老人类型 类别 特殊类别 困难类别 "
            "人群类别"
        ),
    ),
    Meant(
        "ec_name",
        spell(
            "紧急联系人 紧急联系人姓名 联系人 联系人姓名 家属姓名 监护人姓名 监护人 家属 子女姓名 联络人 亲属姓名 "
            "紧急联络人"
        ),
        pattern="(?:紧急联[系络]人|联系人|家属|监护人|子女|亲属)(?:的)?(?:姓名)?$",
        never="关系|电话|手机|方式|数|情况",
    ),
    Meant(
        "ec_name",
        spell("姓名 名字 联系人姓名 称呼"),
        group=words.CONTACT,
        looks="name",
    ),
    Meant(
        "ec_relation",
        spell(
            "关系 与老人关系 与本人关系 与服务对象关系 联系人关系 与老年人关系 与紧急联系人关系 与联系人关系 称谓 "
            "与其关系"
        ),
        pattern="关系$",
        never="户主|劳动",
    ),
    Meant(
        "ec_phone",
        spell(
            "紧急联系电话 紧急联系人电话 联系人电话 家属电话 监护人电话 子女电话 联系人手机 紧急电话 "
            "联系人联系电话 紧急联系方式 紧急联系人联系电话 紧急联系人联系方式 紧急联系人手机号 家属联系电话 "
            "联系人联系方式"
        ),
        pattern="(?:紧急|联[系络]人|家属|监护人|子女|亲属).*(?:电话|手机|方式)",
        looks="phone",
    ),
    Meant(
        "ec_phone",
        spell("电话 联系电话 手机 手机号 联系方式 手机号码 电话号码"),
        group=words.CONTACT,
        looks="phone",
    ),
    Meant(
        "filed_on",
        spell(
            "建档日期 建档时间 登记日期 登记时间 立档日期 入册日期 建立档案日期 档案日期 入库时间 建档 录入日期 "
            "录入时间 立档时间 建卡日期 登记入册时间"
        ),
        pattern="(?:建档|立档|登记|入册|录入|建卡)(?:日期|时间|年月)",
        looks="date",
    ),
    words.REMARK,
)


#: Words in a column of classes ("独居、低保"), longest first.
_CLASS_WORDS = sorted(
    ((word, field) for field, names in FLAGS.items() for word in {names[0], *names} if not word.startswith("是否")),
    key=lambda pair: -len(pair[0]),
)


def judge(tables: list[Table], known: Known, today: date) -> None:
    """Every row judged; of rows with the same identity number the first that stands wins."""
    seen: dict[str, str] = {}
    pending: dict[tuple[str, str, str], bool] = {}
    for table in tables:
        _read(table, today)
        _check(table, today)
        for line in table.standing():
            _check_twice(table, line, seen, pending, known)


def _read(table: Table, today: date) -> None:
    on = table.when.on(today)
    for name, reader in (("remark", words.read_remark), ("village", words.read_place), ("address", words.read_words)):
        table.read(name, reader)
    table.read("hukou_addr", words.read_words)
    persons.read_person(table, today, id_needed=False)
    persons.read_birth(table, today)
    for line in table.standing():
        if line["id_no"] is None:
            if line["birth_date"] is None:
                table.refuse(line, "ID_EMPTY", "id_no")
            else:
                table.warn(line, "ID_PENDING", "id_no")
    persons.check_sex(table)
    table.read("ethnic", read_ethnic)
    persons.read_phone_columns(table)
    for field in FLAGS:
        table.read(field, read_yes_no)
    table.read("classes", words.read_words)
    own_year = (date(on.year, 1, 1), date(on.year, 12, 31))
    table.read("filed_on", partial(read_date, today=on, period=own_year, date1904=table.sheet.date1904))
    _read_contact(table)
    for line in table.standing():
        if line["classes"]:
            _read_classes(line)


def _read_contact(table: Table) -> None:
    """The contact's name may carry a telephone and a relation in one cell ("林秀英（老伴）13800009663")."""
    table.read("ec_phone", read_phones)
    table.read("ec_relation", words.read_words)
    column = table.mapping.column("ec_name")
    if column is None:
        return
    for line in table.standing():
        cell = table.sheet.at(line.number, column)
        if cell is None:
            continue
        said = cell if isinstance(cell, str) else str(cell)
        digits = re.search(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}", said)
        if digits:
            said = said.replace(digits.group(0), " ").strip(" ,，、/:：")
            if line["ec_phone"] is None:
                line.values["ec_phone"] = read_phones(digits.group(0)).value
        found = read_name(said)
        if found.value is not None:
            line.values["ec_name"] = found.value.text
            note = found.value.note
            if note and line["ec_relation"] is None:
                line.values["ec_relation"] = note


def _read_classes(line: Line) -> None:
    """Named classes are yes; those not named stay unknown, for a list of classes says nothing of the others."""
    said = squeeze(line["classes"])
    for word, field in _CLASS_WORDS:
        if word in said and not re.search(f"(?:非|不是|无){word}", said):
            line.values.setdefault(field, True)
            said = said.replace(word, " ")


def _check(table: Table, today: date) -> None:
    on = table.when.on(today)
    for line in table.standing():
        age = persons.age_of(line, on)
        if age is None:
            continue
        if age < YOUNGEST:
            table.refuse(line, "AGE_BELOW_60", "id_no" if line["id_no"] is not None else "birth_date")
            continue
        high: bool | None = line["high_age"]
        if high is not None and high != (age >= HIGH_AGE):
            table.warn(line, "FLAG_AGE_CONFLICT", "high_age")
        line.values["high_age"] = age >= HIGH_AGE
    hidden = table.sheet.hidden_rows
    for line in table.standing():
        if line.number in hidden:
            table.warn(line, "HIDDEN_ROW")


def _check_twice(
    table: Table, line: Line, seen: dict[str, str], pending: dict[tuple[str, str, str], bool], known: Known
) -> None:
    name = line["name"].text
    birth: SaidDate = line["birth_date"]
    identity = (name, birth.iso, squeeze(line["village"]))
    number = line["id_no"]
    if number is not None:
        before = seen.get(number.text)
        if before is None:
            before = known.name_of(number.text)
            if before is not None and persons.same_name(before, name) and not table.came_back(line, "DUP_IN_FILE"):
                before = None  # known to the store under this name: the row changes or confirms that record
        if before is not None:
            table.refuse(line, "DUP_IN_FILE" if persons.same_name(before, name) else "DUP_ID_DIFFERENT_NAME", "id_no")
            return
    # The same name, birth and village without a number is the same person, whichever of the two rows comes first.
    if identity in pending and (number is None or not pending[identity]):
        table.refuse(line, "DUP_IN_FILE", "name")
        return
    pending[identity] = number is not None
    if number is not None:
        seen[number.text] = name


LEDGER = Ledger(
    kind="elder",
    meant=MEANT,
    identity=("name", "id_no"),
    needed=(("name",), ("id_no", "birth_date")),
    fill=("village",),
    place="village",
    judge=judge,
    grouping=("village",),
    flags=tuple(name for name in FLAGS if name != "high_age"),
    settle=lambda mapping: hand_over(mapping, "phones", "ec_phone", "ec_name"),
)
