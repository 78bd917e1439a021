"""One function for each instance of dirt in a farm's ledger (DOMAIN §5), with what must become of the row."""

import datetime
from collections.abc import Callable
from typing import Any

from tests.acceptance.ledgers import SAID_DAY, Row, broken, check_digit, dirt, hide, serial, wide
from tests.acceptance.plots import CROPS, WEIGHTS, Plots

Dirt = Callable[[Plots, Row], Row]


def areas() -> dict[str, Dirt]:
    """Case 60."""
    n: dict[str, Dirt] = {}
    read: tuple[tuple[str | float, int], ...] = (
        (4.5, 9000), ("5亩", 10000), ("5亩2分", 10400), ("6亩5分", 13000), ("五亩", 10000), ("三亩半", 7000), ("7.5 亩", 15000), ("十亩", 20000),
        ("两亩", 4000), ("二亩三分", 4600), ("半亩", 1000), ("8分地", 1600), ("５．２", 10400), ("１０亩", 20000), ("5亩2分5厘", 10500), (" 3 亩 ", 6000),
        ("十二亩半", 25000), (0.1, 200), (500, 1000000), ("3.25", 6500), ("一亩二分", 2400), ("5.2亩地", 10400), ("五点二亩", 10400), ("3亩6", 7200),
    )  # fmt: skip
    for said, units in read:
        n[f"area {said!r}"] = dirt({"area": said}, leaves={"plot.area": units})
    for about, units in (
        ("5亩多", 10000),
        ("约3亩", 6000),
        ("4亩左右", 8000),
        ("大约6亩", 12000),
        ("三亩多地", 6000),
        ("近4亩", 8000),
        ("6亩上下", 12000),
    ):
        n[f"area {about}"] = dirt({"area": about}, "AREA_APPROX", leaves={"plot.area": units})
    for other, units in (
        ("2000㎡", 6000), ("0.2公顷", 6000), ("0.4公顷", 12000), ("3000平方米", 9000), ("4000平米", 12000), ("1ha", 30000), ("2668m²", 8004),
        ("1.5公顷", 45000), ("1500 m2", 4500), ("２公顷", 60000), ("5000平方", 15000),
    ):  # fmt: skip
        n[f"area {other}"] = dirt({"area": other}, "AREA_UNIT_CONVERTED", leaves={"plot.area": units})
    for bad in (
        "5-6亩",
        "2垧",
        "三五亩",
        "若干",
        "不详",
        "3畦",
        None,
        "4~5亩",
        "两三亩",
        "一块",
        "1垧半",
        "未测",
        "十几亩",
        "5至6亩",
    ):
        n[f"area {bad}"] = dirt({"area": bad}, reject="AREA_UNPARSEABLE")
    outside: tuple[str | float, ...] = (0, 5200, -2, "0", 501, 0.05, "-3亩", "800亩", "0亩", "40公顷")
    for far in outside:
        n[f"area {far!r}"] = dirt({"area": far}, reject="AREA_RANGE")
    return n


def crops() -> dict[str, Dirt]:
    """Case 64."""
    n: dict[str, Dirt] = {}
    for word, code in CROPS.items():
        n[f"crop {word}"] = dirt({"crop": word}, leaves={"plot.crops": [code]})
    for said in ("山药", " 山药 ", "山 药"):
        n[f"crop {said}"] = dirt({"crop": said}, "CROP_ALIAS_LOCAL", leaves={"plot.crops": ["POTATO"]})
    for said, codes in (
        ("玉米、土豆", ["MAIZE", "POTATO"]), ("谷子，荞麦", ["MILLET", "BUCKWHEAT"]), ("葵花/玉米", ["SUNFLOWER", "MAIZE"]), ("土豆,莜麦", ["POTATO", "OATS"]),
        ("玉米和谷子", ["MAIZE", "MILLET"]), ("糜子 荞麦", ["BROOMCORN", "BUCKWHEAT"]), ("玉米；苜蓿", ["MAIZE", "ALFALFA"]),
        ("玉米+土豆", ["MAIZE", "POTATO"]),
        ("玉米\r\n土豆", ["MAIZE", "POTATO"]),
    ):  # fmt: skip
        n[f"crops {said}"] = dirt({"crop": said}, "CROP_MULTI_SPLIT", leaves={"plot.crops": codes})
    n["crops 山药、玉米"] = dirt(
        {"crop": "山药、玉米"}, "CROP_ALIAS_LOCAL", "CROP_MULTI_SPLIT", leaves={"plot.crops": ["POTATO", "MAIZE"]}
    )
    return n


def weights() -> dict[str, Dirt]:
    """Cases 61 and 63: a cell's own unit, balances, nothing harvested yet."""
    n: dict[str, Dirt] = {}

    def own_unit(form: Callable[[int], str], unit: str) -> Dirt:
        def change(p: Plots, row: Row) -> Row:
            row.put(harvest=form(row.kg["harvest"]))
            return (
                row.warn("WEIGHT_UNIT_CONVERTED") if unit != {"千克": "公斤", "kg": "公斤"}.get(p.unit, p.unit) else row
            )

        return change

    n["harvest 公斤"] = own_unit(lambda kg: f"{kg}公斤", "公斤")
    n["harvest 千克"] = own_unit(lambda kg: f"{kg}千克", "公斤")
    n["harvest kg"] = own_unit(lambda kg: f"{kg}kg", "公斤")
    n["harvest KG"] = own_unit(lambda kg: f"{kg} KG", "公斤")
    n["harvest 吨"] = own_unit(lambda kg: f"{kg / 1000:g}吨", "吨")
    n["harvest t"] = own_unit(lambda kg: f"{kg / 1000:g}t", "吨")
    n["harvest 斤"] = own_unit(lambda kg: f"{kg * 2}斤", "斤")
    n["harvest 市斤"] = own_unit(lambda kg: f"{kg * 2:,}市斤", "斤")
    n["harvest full width"] = lambda p, row: row.put(harvest=wide(str(p.weight(row.kg["harvest"]))))
    n["harvest text"] = lambda p, row: row.put(harvest=f" {p.weight(row.kg['harvest'])} ")
    n["harvest comma"] = lambda p, row: row.put(harvest=f"{p.weight(row.kg['harvest']):,}")
    for bad in ("10袋", "5车", "20 袋", "三麻袋", "15筐"):
        n[f"harvest {bad}"] = dirt({"harvest": bad}, reject="WEIGHT_UNIT")
    n["donated 5袋"] = dirt({"donated": "5袋"}, reject="WEIGHT_UNIT")

    def more(by: int) -> Dirt:
        def change(p: Plots, row: Row) -> Row:
            value = row.kg["harvest"] + by
            return row.put(harvest=p.weight(value)).warn("BALANCE_REMAINDER").leaves({"harvest.weight": value * 1000})

        return change

    for by in (15, 40, 300):
        n[f"remainder {by}"] = more(by)
    for by in (5, 50, 200):
        n[f"exceeds {by}"] = lambda p, row, by=by: row.put(harvest=p.weight(row.kg["harvest"] - by)).reject(
            "QTY_EXCEEDS_HARVEST"
        )  # type: ignore[misc]
    n["exceeds sold"] = lambda p, row: row.put(sold=p.weight(row.kg["harvest"] + 100), amount=None, price=None).reject(
        "QTY_EXCEEDS_HARVEST"
    )
    cells = ("harvested", *WEIGHTS, "price", "amount")
    lost: dict[str, Any] = {
        f"harvest.{key}": None for key in ("sown_on", "harvested_on", "weight", "own", "donated", "sold")
    }
    lost |= {"plot.opening_sold": None, "plot.opening_price": None, "plot.opening_sales": None}
    for empty in (None, "", " "):
        n[f"not harvested {empty!r}"] = dirt(dict.fromkeys(cells, empty), "NOT_HARVESTED", leaves=lost)
    return n


SALES: tuple[tuple[str, int, str], ...] = (
    ("¥1200", 120000, ""), ("¥1,200.00", 120000, ""), ("￥1,200.00", 120000, ""), ("1200元", 120000, ""), ("１５００", 150000, ""), ("1,200元整", 120000, ""),
    ("人民币1200元", 120000, ""), ("0.12万元", 120000, "MONEY_UNIT_CONVERTED"), ("1.5万", 1500000, "MONEY_UNIT_CONVERTED"),
    ("0.25 万元", 250000, "MONEY_UNIT_CONVERTED"), ("1.2千元", 120000, "MONEY_UNIT_CONVERTED"), ("壹仟贰佰元整", 120000, "MONEY_CN_NUMERAL"),
    ("贰仟伍佰贰拾元整", 252000, "MONEY_CN_NUMERAL"), ("壹仟伍佰元零伍角", 150050, "MONEY_CN_NUMERAL"), ("人民币叁仟零捌拾元整", 308000, "MONEY_CN_NUMERAL"),
    ("壹仟捌佰元零伍分", 180005, "MONEY_CN_NUMERAL"), ("壹万零伍佰元整", 1050000, "MONEY_CN_NUMERAL"), ("壹仟贰佰圆整", 120000, "MONEY_CN_NUMERAL"),
    ("一千二百元", 120000, "MONEY_CN_NUMERAL"),
)  # fmt: skip


def money() -> dict[str, Dirt]:
    """Case 62: 500 kg sold for so much, the price made to fit as far as whole 分 allow."""
    n: dict[str, Dirt] = {}

    def sale(said: str, cents: int, *warn: str) -> Dirt:
        def change(p: Plots, row: Row) -> Row:
            price = cents // 500
            row.put(
                harvest=p.weight(600),
                own=p.weight(50),
                donated=p.weight(50),
                sold=p.weight(500),
                price=p.price(price),
                amount=said,
            )
            row.leaves(
                {"harvest.weight": 600_000, "harvest.own": 50_000, "harvest.donated": 50_000, "harvest.sold": 500_000}
            )
            row.leaves({"plot.opening_sold": 500_000, "plot.opening_price": price, "plot.opening_sales": cents})
            return row.warn(*warn) if cents % 500 == 0 else row.warn(*warn, "AMOUNT_MISMATCH")

        return change

    for said, cents, warning in SALES:
        n[f"money {said}"] = sale(said, cents, *filter(None, [warning]))

    def off(by: int) -> Dirt:
        def change(p: Plots, row: Row) -> Row:
            cents = row.kg["sold"] * row.cents + by
            return row.put(amount=cents / 100).warn("AMOUNT_MISMATCH").leaves({"plot.opening_sales": cents})

        return change

    for by in (5000, -2000, 300):
        n[f"amount off by {by}"] = off(by)
    return n


def rules() -> dict[str, Dirt]:
    """Cases 8, 17–31 and 37–51 in this ledger, the order of the days, consent."""
    n: dict[str, Dirt] = {}

    def day(tag: str, key: str, which: int, form: Callable[[datetime.date], Any], *warn: str) -> None:
        n[f"{key} {tag}"] = dirt(lambda row: {key: form(row.days[which])}, *warn)

    for which, key in enumerate(("applied", "sown", "harvested")):
        for c in range(which, len(SAID_DAY), 3):
            day(f"form {c}", key, which, SAID_DAY[c])
        day("serial", key, which, serial, "EXCEL_SERIAL")
        day("serial text", key, which, lambda d: str(serial(d)), "EXCEL_SERIAL_TEXT")
        day("two digits", key, which, lambda d: f"{d.year % 100}.{d.month}.{d.day}", "TWO_DIGIT_YEAR")
        day("no year", key, which, lambda d: f"{d.month}月{d.day}日", "YEAR_FROM_TITLE")

    def order(tag: str, key: str, early: Callable[[tuple[datetime.date, ...]], datetime.date]) -> None:
        n[f"order {tag}"] = lambda p, row: row.put(**{key: SAID_DAY[p.rng.randrange(7)](early(row.days))}).reject(
            "DATE_ORDER"
        )

    order("harvest before sowing", "harvested", lambda d: d[1] - datetime.timedelta(days=20))
    order("sowing before application", "sown", lambda d: d[0] - datetime.timedelta(days=15))
    order("harvest a year early", "harvested", lambda d: d[2].replace(year=d[2].year - 1))
    for empty in (None, " ", ""):
        n[f"consent {empty!r}"] = dirt({"consent": empty}, reject="CONSENT_MISSING")
    for no in ("不同意", "否", "×", 0, "未同意", "拒绝", "0", "本人不同意", "✗"):
        n[f"consent {no!r}"] = dirt({"consent": no}, reject="CONSENT_REFUSED")
    for yes in ("是", "√", "同意", "有", 1, "已签字", "✓", "1", "Y", "☑", "本人同意"):
        n[f"consent {yes!r}"] = dirt({"consent": yes})

    def number(tag: str, code: str, change: Callable[[str], Any]) -> None:
        n[f"id {tag}"] = dirt(lambda row: {"id": change(row.person.id_no)}, reject=code)

    number("checksum", "ID_CHECKSUM", lambda i: broken(i, 2))
    number("number cell", "ID_PRECISION_LOST", lambda i: float(i[:17] + "0"))
    number("E+17", "ID_PRECISION_LOST", lambda i: f"{float(i[:17] + '0'):.5E}")
    number("17", "ID_LENGTH", lambda i: i[:17])
    number("masked", "ID_FORMAT", lambda i: i[:6] + "********" + i[14:])
    number("empty", "ID_EMPTY", lambda i: None)
    number("无", "ID_EMPTY", lambda i: "无")
    number("date", "ID_DATE", lambda i: i[:6] + "19501341" + i[14:17] + check_digit(i[:6] + "19501341" + i[14:17]))
    n["id spaces"] = dirt(
        lambda row: {"id": f"{row.person.id_no[:6]} {row.person.id_no[6:14]} {row.person.id_no[14:]}"}
    )
    n["id 15"] = dirt(lambda row: {"id": row.person.fifteen}, "ID_15_UPGRADED")
    n["name missing"] = dirt({"name": None}, reject="NAME_MISSING")
    n["name spaced"] = dirt(lambda row: {"name": f"{row.person.name[0]}　{row.person.name[1:]}"})
    n["hidden"] = hide
    return n


def all_dirt() -> dict[str, Dirt]:
    """Every instance."""
    return areas() | crops() | weights() | money() | rules()
