"""One function for each instance of dirt in an elders' ledger (DOMAIN §5), with what must become of the row."""

import datetime
from collections.abc import Callable
from typing import Any

from tests.acceptance.elders import Elders
from tests.acceptance.ledgers import (
    AREAS,
    SAID_DAY,
    SURNAMES,
    Person,
    Row,
    broken,
    check_digit,
    dirt,
    hide,
    serial,
    wide,
)

Dirt = Callable[[Elders, Row], Row]


def _stem(row: Row, birth: str, area: str = "") -> str:
    """The row's number with another birth, its last character right."""
    stem = (area or row.person.id_no[:6]) + birth + row.person.id_no[14:17]
    return stem + check_digit(stem)


def ids() -> dict[str, Dirt]:
    """Cases 17–32 and 36: forms of the identity number; those that need an X are named so."""
    n: dict[str, Dirt] = {}

    def form(tag: str, change: Callable[[str], Any], *warn: str) -> None:
        n[tag] = dirt(lambda row: {"id": change(row.person.id_no)}, *warn)

    form("lower x", lambda i: i.lower())
    form("spaces 6 8 4", lambda i: f"{i[:6]} {i[6:14]} {i[14:]}")
    form("spaces 3 3 4 4 4", lambda i: f"{i[:3]} {i[3:6]} {i[6:10]} {i[10:14]} {i[14:]}")
    form("spaces around", lambda i: f"  {i} ")
    form("no-break space", lambda i: f"{i[:6]}\u00a0{i[6:]}")
    form("wide space", lambda i: f"{i[:14]}\u3000{i[14:]}")
    form("tab", lambda i: f"\t{i}")
    form("line break", lambda i: f"{i[:9]}\n{i[9:]}")
    form("zero width", lambda i: f"\u200b{i}\ufeff")
    form("full width", wide)
    form("half full width", lambda i: i[:8] + wide(i[8:]))
    form("full width x", wide)
    form("apostrophe", lambda i: "'" + i)
    form("apostrophe lower x", lambda i: "'" + i.lower())
    form("cyrillic x", lambda i: i[:-1] + "Х", "ID_LOOKALIKE_X")
    form("cyrillic lower x", lambda i: i[:-1] + "х", "ID_LOOKALIKE_X")
    form("cyrillic spaces x", lambda i: f"{i[:6]} {i[6:-1]}Х", "ID_LOOKALIKE_X")
    fifteen: dict[str, Callable[[str], Any]] = {
        "text": str, "number": int, "spaces": lambda i: f"{i[:6]} {i[6:12]} {i[12:]}", "full width": wide,
    }  # fmt: skip
    for tag, change in fifteen.items():
        n[f"15 {tag}"] = dirt(lambda row, change=change: {"id": change(row.person.fifteen)}, "ID_15_UPGRADED")  # type: ignore[misc]

    def bad(tag: str, code: str, change: Callable[[Row], Any]) -> None:
        n[tag] = dirt(lambda row: {"id": change(row)}, reject=code)

    def number(row: Row) -> float:
        return float(row.person.id_no[:17] + "0")

    bad("number cell", "ID_PRECISION_LOST", number)
    bad("number cell 17", "ID_PRECISION_LOST", lambda r: float(r.person.id_no[:17]))
    bad("E+17", "ID_PRECISION_LOST", lambda r: f"{number(r):.5E}")
    bad("E+17 long", "ID_PRECISION_LOST", lambda r: f"{number(r):.14E}")
    bad("e+17", "ID_PRECISION_LOST", lambda r: f"{number(r):.2e}")
    bad("17", "ID_LENGTH", lambda r: r.person.id_no[:16] + r.person.id_no[17])
    bad("19", "ID_LENGTH", lambda r: r.person.id_no[:12] + "0" + r.person.id_no[12:])
    bad("16", "ID_LENGTH", lambda r: r.person.id_no[:16])
    bad("checksum 1", "ID_CHECKSUM", lambda r: broken(r.person.id_no, 1))
    bad("checksum 5", "ID_CHECKSUM", lambda r: broken(r.person.id_no, 5))
    bad(
        "checksum digit",
        "ID_CHECKSUM",
        lambda r: r.person.id_no[:5] + str((int(r.person.id_no[5]) + 3) % 10) + r.person.id_no[6:],
    )
    bad("month 13", "ID_DATE", lambda r: _stem(r, "19501305"))
    bad("30 February", "ID_DATE", lambda r: _stem(r, "19450230"))
    bad("29 February", "ID_DATE", lambda r: _stem(r, "19510229"))
    bad("31 June", "ID_DATE", lambda r: _stem(r, "19480631"))
    bad("day 0", "ID_DATE", lambda r: _stem(r, "19480600"))
    bad("15 no such date", "ID_DATE", lambda r: r.person.id_no[:6] + "481345" + r.person.id_no[14:17])
    bad("future", "ID_FUTURE_BIRTH", lambda r: _stem(r, "20410305"))
    bad("future 2", "ID_FUTURE_BIRTH", lambda r: _stem(r, "20300101"))
    bad("too old", "ID_AGE_RANGE", lambda r: _stem(r, "18820305"))
    bad("no province", "ID_REGION", lambda r: _stem(r, "19500305", "992722"))
    bad("masked", "ID_FORMAT", lambda r: r.person.id_no[:6] + "********" + r.person.id_no[14:])
    bad("masked end", "ID_FORMAT", lambda r: r.person.id_no[:14] + "****")
    bad("masked one", "ID_FORMAT", lambda r: r.person.id_no[:17] + "*")
    bad("words", "ID_FORMAT", lambda r: "身份证:" + r.person.id_no)
    n["none and no birth"] = dirt({"id": None, "birth": None}, reject="ID_EMPTY")
    n["无 and no birth"] = dirt({"id": "无", "birth": None}, reject="ID_EMPTY")
    n["blanks and no birth"] = dirt({"id": " ", "birth": " "}, reject="ID_EMPTY")
    for c, empty in enumerate((None, "无", "  ", "暂无")):
        n[f"pending {empty}"] = dirt(
            lambda row, empty=empty, c=c: {"id": empty, "birth": SAID_DAY[c](row.person.birth)},  # type: ignore[misc]
            "ID_PENDING",
            leaves={"resident.id_no": None},
        )
    for area in ("152799", "150699", "152788"):
        n[f"county {area}"] = lambda e, row, area=area: e.clean(e.people.one(1930, 1955, area=area)).warn(
            "ID_REGION_UNKNOWN"
        )  # type: ignore[misc]
    for c in range(3):
        n[f"sex conflict {c}"] = dirt(lambda row: {"sex": "女" if row.person.sex == "1" else "男"}, "SEX_CONFLICT")
    return n


def births() -> dict[str, Dirt]:
    """Cases 36, 46, 49, 50, 56: what stands in the column of births, ages at the ledger's day, marks against the age."""
    n: dict[str, Dirt] = {}

    def said(tag: str, form: Callable[[datetime.date], Any], *warn: str) -> None:
        n[f"birth {tag}"] = dirt(lambda row: {"birth": form(row.person.birth)}, *warn)

    for c, form in enumerate(SAID_DAY):
        said(f"form {c}", form)
    said("month", lambda d: f"{d.year}年{d.month}月")
    said("month dots", lambda d: f"{d.year}.{d.month}")
    said("month dash", lambda d: f"{d.year}-{d.month:02d}")
    said("eight digits as a number", lambda d: int(d.strftime("%Y%m%d")))
    said("blank", lambda d: None)
    said("conflict day", lambda d: (d + datetime.timedelta(days=9)).isoformat(), "BIRTH_CONFLICT")
    said("conflict year", lambda d: f"{d.year - 2}.{d.month}.{min(d.day, 28)}", "BIRTH_CONFLICT")
    said("conflict month only", lambda d: f"{d.year}年{d.month % 12 + 1}月", "BIRTH_CONFLICT")
    said("conflict cell", lambda d: d + datetime.timedelta(days=40), "BIRTH_CONFLICT")
    for text in (
        "农历三月初五",
        "腊月二十三",
        "农历八月十五",
        "正月初六",
        "不详",
        "不清楚",
        "记不清",
        "不知道",
        "属龙",
    ):
        said(text, lambda d, text=text: text, "BIRTH_TEXT_IGNORED")  # type: ignore[misc]

    def at(years: int, days: int = 0, reject: str = "") -> Dirt:
        def change(e: Elders, row: Row) -> Row:
            day = e.as_of.replace(year=e.as_of.year - years) + datetime.timedelta(days=days)
            number = e.people.number(day, "2", e.rng.choice(AREAS))
            made = e.clean(Person(e.rng.choice(SURNAMES) + "寿辰", "2", day, number, e.people.phone(), False))
            return made.reject(reject) if reject else made

        return change

    n["59"], n["52"], n["33"] = at(59, -40, "AGE_BELOW_60"), at(52, 0, "AGE_BELOW_60"), at(33, 100, "AGE_BELOW_60")
    n["60 on the day"], n["60 the day after"] = at(60), at(60, 1, "AGE_BELOW_60")
    n["80 on the day"], n["80 the day after"] = at(80), at(80, 1)

    def mark(first: int, last: int, cell: Any) -> Dirt:
        def change(e: Elders, row: Row) -> Row:
            return (
                e.clean(e.people.one(e.as_of.year - last, e.as_of.year - first))
                .put(high=cell)
                .warn("FLAG_AGE_CONFLICT")
            )

        return change

    n["mark 否 at 85"], n["mark × at 85"], n["mark 0 at 85"] = mark(84, 92, "否"), mark(84, 92, "×"), mark(84, 92, 0)
    n["mark √ at 70"], n["mark 1 at 70"], n["mark 有 at 70"] = mark(64, 76, "√"), mark(64, 76, 1), mark(64, 76, "有")
    return n


def people() -> dict[str, Dirt]:
    """Cases 8 and 52–55: names, telephones, ethnic groups, marks, hidden rows."""
    return _names() | _phones() | _groups()


def _names() -> dict[str, Dirt]:
    n: dict[str, Dirt] = {}

    def name(tag: str, form: Callable[[str], str], *warn: str, **leaves: Any) -> None:
        n[f"name {tag}"] = dirt(
            lambda row: {"name": form(row.person.name)}, *warn, leaves={f"resident.{k}": v for k, v in leaves.items()}
        )

    name("space", lambda s: f"{s[0]} {s[1:]}")
    name("two spaces", lambda s: f"{s[0]}  {s[1:]}")
    name("wide space", lambda s: f"{s[0]}\u3000{s[1:]}")
    name("line break", lambda s: f"{s[0]}\n{s[1:]}")
    name("line break of Windows", lambda s: f"{s[0]}\r\n{s[1:]}")
    name("zero width", lambda s: f"{s[0]}\u200b{s[1:]}")
    name("ends", lambda s: f" {s}\u3000")
    name("no-break", lambda s: f"{s[0]}\u00a0{s[1:]}")
    for said in ("(已故)", "（已故）", "（已去世）", "【已故】", "（已病故）"):
        name(said, lambda s, said=said: s + said, "DECEASED_NOTE", deceased=True)  # type: ignore[misc]
    for said, alias in (
        ("(小名三娃)", "三娃"),
        ("（小名毛蛋）", "毛蛋"),
        ("（又名二后生）", "二后生"),
        ("（乳名 狗蛋）", "狗蛋"),
    ):
        name(said, lambda s, said=said: s + said, "NAME_ALIAS_NOTE", alias=alias)  # type: ignore[misc]
    for empty in (None, " \u3000", "无"):
        n[f"name missing {empty}"] = dirt({"name": empty}, reject="NAME_MISSING")
    for dot in "•・‧．·":
        n[f"name {dot}"] = dirt({"name": f"阿云嘎{dot}白音"}, leaves={"resident.name": "阿云嘎·白音"})
    for rare in ("乔𠅤", "赵㛃", "刘䶮", "王𬶏"):
        n[f"name {rare}"] = dirt({"name": rare}, leaves={"resident.name": rare})
    return n


def _phones() -> dict[str, Dirt]:
    n: dict[str, Dirt] = {}

    def own(tag: str, form: Callable[[str], Any], *warn: str) -> None:
        n[f"phone {tag}"] = dirt(lambda row: {"phone": form(row.person.phone)}, *warn)

    own("spaces", lambda p: f"{p[:3]} {p[3:7]} {p[7:]}")
    own("dashes", lambda p: f"{p[:3]}-{p[3:7]}-{p[7:]}")
    own("number", int)
    own("float", float)
    own("float text", lambda p: p + ".0")
    own("+86", lambda p: "+86 " + p)
    own("86", lambda p: "86" + p)
    own("full width", wide)
    own("tab", lambda p: p + "\t")
    own("owner", lambda p: p + "(儿子)", "PHONE_OWNER_NOTE")
    own("owner wide", lambda p: p + "（女儿）", "PHONE_OWNER_NOTE")
    own("owner before", lambda p: "老伴" + p, "PHONE_OWNER_NOTE")

    def other(tag: str, form: Callable[[str], Any], kept: str | None, *warn: str) -> None:
        n[f"phone {tag}"] = dirt(lambda row: {"phone": form(row.person.phone)}, *warn, leaves={"resident.phone": kept})

    other("none", lambda p: "无", None)
    other("blank", lambda p: None, None)
    other("ten digits", lambda p: p[:10], None, "PHONE_LENGTH")
    other("twelve digits", lambda p: p + "1", None, "PHONE_LENGTH")
    other("prefix", lambda p: "12" + p[2:], None, "PHONE_PREFIX")
    other("E+10", lambda p: "1.99E+10", None, "PHONE_PRECISION_LOST")
    other("local", lambda p: "8567890", "0477-8567890", "AREA_CODE_ADDED")
    other("local number", lambda p: 3967001, "0477-3967001", "AREA_CODE_ADDED")
    other("local spaced", lambda p: "512 3456", "0477-5123456", "AREA_CODE_ADDED")
    other("landline", lambda p: "0477-8123001", "0477-8123001")
    other("landline brackets", lambda p: "（0477）8123002", "0477-8123002")
    other("landline joined", lambda p: "04778123003", "0477-8123003")
    for sign in ("/", "、", "；", " ", "\n", ",", "\r\n"):
        n[f"phones {sign!r}"] = dirt(
            lambda row, sign=sign: {"phone": f"{row.person.phone}{sign}15500001234"},  # type: ignore[misc]
            leaves={"resident.phone_2": "15500001234"},
        )
    return n


def _groups() -> dict[str, Dirt]:
    n: dict[str, Dirt] = {}
    for word, code in (
        ("回族", "03"),
        ("满族", "11"),
        ("蒙", "02"),
        ("蒙古", "02"),
        ("汉", "01"),
        (" 蒙古族 ", "02"),
        ("蒙 古 族", "02"),
    ):
        n[f"ethnic {word}"] = dirt({"ethnic": word}, leaves={"resident.ethnic_code": code})
    n["ethnic blank"] = dirt({"ethnic": None}, leaves={"resident.ethnic_code": None})
    for word in ("其它", "其它族", "鞑靼"):
        n[f"ethnic {word}"] = dirt({"ethnic": word}, "ETHNIC_UNKNOWN", leaves={"resident.ethnic_code": None})
    marks: tuple[tuple[Any, Any], ...] = (
        ("√", "×"), ("✓", "✗"), ("是", "否"), ("有", "无"), (1, 0), ("1", "0"), ("对", "否"), ("☑", "□"), ("■", "□"), ("y", "n"),
        ("√ ", " ×"), (1.0, 0.0), ("１", "０"),
    )  # fmt: skip
    kept = {"elder.alone": True, "elder.empty_nest": False, "elder.suspected_disabled": None, "elder.dibao": True}
    for yes, no in marks:
        n[f"marks {yes!r} {no!r}"] = dirt({"alone": yes, "empty_nest": no, "disabled": None, "dibao": yes}, leaves=kept)
    n["hidden"] = n["hidden 2"] = hide
    n["remark about a relative"] = dirt({"remark": "老伴已故，独自生活"})
    n["remark"] = dirt({"remark": "每周三送餐"})
    return n


def filings() -> dict[str, Dirt]:
    """Cases 37–51 in an optional date: what cannot be read is left empty, with a warning."""
    n: dict[str, Dirt] = {}

    def filed(
        tag: str,
        form: Callable[[datetime.date], Any],
        *warn: str,
        keeps: Callable[[datetime.date], str | None] | None = None,
    ) -> None:
        def change(e: Elders, row: Row) -> Row:
            day = e.day_before()
            return (
                row.put(filed=form(day))
                .warn(*warn)
                .leaves({"elder.file_date": keeps(day) if keeps else day.isoformat()})
            )

        n[f"filed {tag}"] = change

    def lost(tag: str, cell: Any, *warn: str) -> None:
        n[f"filed {tag}"] = dirt({"filed": cell}, *warn, leaves={"elder.file_date": None})

    for c, form in enumerate(SAID_DAY):
        filed(f"form {c}", form)
    filed("ideographic stops", lambda d: f"{d.year}。{d.month}。{d.day}")
    filed("words", lambda d: "二〇二四年三月五日", keeps=lambda d: "2024-03-05")
    filed("serial", serial, "EXCEL_SERIAL")
    filed("serial float", lambda d: float(serial(d)), "EXCEL_SERIAL")
    filed("serial text", lambda d: str(serial(d)), "EXCEL_SERIAL_TEXT")
    filed("two digits", lambda d: f"{d.year % 100}.{d.month}.{d.day}", "TWO_DIGIT_YEAR")
    filed("two digits dash", lambda d: f"{d.year % 100}-{d.month:02d}-{d.day:02d}", "TWO_DIGIT_YEAR")
    filed("two digits slash", lambda d: f"{d.year % 100}/{d.month}/{d.day}", "TWO_DIGIT_YEAR")
    for tag, said in (
        ("dots", "{0.year}.{0.month}"),
        ("words", "{0.year}年{0.month}月"),
        ("dash", "{0.year}-{0.month:02d}"),
    ):
        filed(f"month {tag}", lambda d, said=said: said.format(d), "DAY_MISSING", keeps=lambda d: d.isoformat()[:7])  # type: ignore[misc]
    for future in ("2042.3.5", "2052年6月30日", "2099-11-2"):
        lost(future, future, "DATE_FUTURE")
    for no_day in ("2024.4.31", "2024年2月30日", "2024-13-05"):
        lost(no_day, no_day, "DATE_INVALID")
    for span in ("2024.3.5-3.7", "2024年3月5日至7日"):
        lost(span, span, "DATE_RANGE")
    for vague in ("3月底", "年底", "不详"):
        lost(vague, vague, "DATE_UNPARSEABLE")
    lost("blank", None)
    return n


def all_dirt() -> dict[str, Dirt]:
    """Every instance."""
    return ids() | births() | people() | filings()
