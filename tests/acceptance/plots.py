"""Ledgers of the public-benefit farm: plots of one year in every accepted form, their titles, the shape of the sheet."""

import datetime
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from tests.acceptance.ledgers import SAID_DAY, Column, People, Person, Row, Sheet, Text

COLUMNS = ("no", "village", "name", "id", "plot", "area", "crop", "applied", "consent", "help", "sown", "harvested",
           "harvest", "own", "donated", "sold", "price", "amount")  # fmt: skip
#: Titles with {u} for the unit of weight, {p} for that of the price, {m} for the money's.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "no": ("序号", "编号"),
    "village": ("村社", "村(社区)", "所在村社", "嘎查村社"),
    "name": ("农户姓名", "姓名", "户主姓名", "姓 名", "农户"),
    "id": ("身份证号", "身份证号码", "证件号码", "公民身份号码"),
    "plot": ("地块", "地块名称"),
    "area": ("面积(亩)", "面积（亩）", "亩数", "种植面积(亩)"),
    "crop": ("作物", "种植作物", "作物名称"),
    "applied": ("申请日期", "申请时间"),
    "consent": ("本人同意(签字)", "是否同意", "本人同意", "农户同意（签字）"),
    "help": ("帮耕次数", "帮扶次数"),
    "sown": ("播种", "播种日期", "播种时间"),
    "harvested": ("收获", "收获日期", "收获时间"),
    "harvest": ("产量({u})", "总产量（{u}）", "产量\n({u})"),
    "own": ("自留({u})", "自用（{u}）"),
    "donated": ("捐赠({u})", "捐赠（{u}）"),
    "sold": ("销售({u})", "销售量（{u}）", "销量({u})"),
    "price": ("单价(元/{u})", "单价（元/{u}）", "销售单价(元/{u})"),
    "amount": ("销售额({m})", "销售金额（{m}）", "销售收入({m})"),
}
CROPS = {"玉米": "MAIZE", "苞米": "MAIZE", "玉茭": "MAIZE", "土豆": "POTATO", "马铃薯": "POTATO", "谷子": "MILLET", "糜子": "BROOMCORN",
         "荞麦": "BUCKWHEAT", "葵花": "SUNFLOWER", "莜麦": "OATS", "苜蓿": "ALFALFA", "蔬菜": "VEG"}  # fmt: skip
WEIGHTS = ("harvest", "own", "donated", "sold")
GRAMS = {"斤": 500, "公斤": 1000, "kg": 1000, "千克": 1000, "吨": 1_000_000}


class Plots:
    """Rows of one year's plots; weights are in the unit of the columns' titles."""

    def __init__(self, seed: int, year: int, villages: dict[str, str], unit: str = "斤") -> None:
        self.rng = random.Random(seed)
        self.people = People(seed + 2000)
        self.year, self.unit = year, unit
        self.villages = villages  # village's name → what the store keeps

    @property
    def grams(self) -> int:
        """In one unit of the columns."""
        return GRAMS[self.unit]

    def clean(self, person: Person | None = None) -> Row:
        """A plot that must be taken without a word."""
        rng = self.rng
        person = person or self.people.one(1935, 1963)
        village = rng.choice(list(self.villages))
        place = village + rng.choice(("问家湾社", "大圪卜社", "沙梁社"))
        tenths = rng.choice((12, 20, 30, 35, 45, 50, 60, 105))
        word = rng.choice(list(CROPS))
        applied = datetime.date(self.year, 2, 20) + datetime.timedelta(days=rng.randint(0, 45))
        sown = applied + datetime.timedelta(days=rng.randint(10, 40))
        harvested = sown + datetime.timedelta(days=rng.randint(100, 140))
        kilograms = rng.choice((600, 800, 1000, 1500, 2000, 2500))
        parts = {"harvest": kilograms, "own": kilograms // 5, "donated": kilograms // 10}
        parts["sold"] = kilograms - parts["own"] - parts["donated"]
        cents = rng.choice((180, 220, 240, 300))  # per kg
        amount = parts["sold"] * cents
        cells: dict[str, Any] = {
            "village": place, "name": person.name, "id": person.id_no, "plot": rng.choice(("梁上地", "河湾地", "门前地", "水浇地")),
            "area": rng.choice((tenths / 10, f"{tenths / 10:g}亩", f"{tenths / 10:g}")), "crop": word,
            "applied": rng.choice(SAID_DAY)(applied), "consent": rng.choice(("是", "√", "同意", "有", "1", 1)), "help": rng.randint(1, 8),
            "sown": rng.choice(SAID_DAY)(sown), "harvested": rng.choice(SAID_DAY)(harvested),
            **{key: self.weight(value) for key, value in parts.items()},
            "price": self.price(cents), "amount": rng.choice((amount / 100, f"{amount / 100:g}", f"¥{amount / 100:,.2f}")),
        }  # fmt: skip
        values: dict[str, Any] = {
            "owner.name": person.name, "owner.id_no": person.id_no, "plot.name": cells["plot"], "plot.area": tenths * 200,
            "plot.village": self.villages[village], "plot.crops": [CROPS[word]], "plot.joined_on": applied.isoformat(),
            "plot.opening_help_times": cells["help"], "plot.opening_sold": parts["sold"] * 1000, "plot.opening_price": cents,
            "plot.opening_sales": amount, "application.applied_on": applied.isoformat(), "application.consent": "given",
            "harvest.sown_on": sown.isoformat(), "harvest.harvested_on": harvested.isoformat(),
            **{f"harvest.{'weight' if key == 'harvest' else key}": value * 1000 for key, value in parts.items()},
        }  # fmt: skip
        return Row(cells, person, values, kg=parts, cents=cents, days=(applied, sown, harvested))

    def weight(self, kilograms: int | Fraction) -> int | float:
        """As the column's unit has it."""
        value = Fraction(kilograms) * 1000 / self.grams
        return int(value) if value.denominator == 1 else float(value)

    def price(self, cents: int) -> float:
        """Yuan for one unit of the column."""
        return cents * self.grams / 1000 / 100


def twice(p: Plots) -> list[list[Row]]:
    """Case 63: the same plot twice; another plot of the same owner, or the same name in another village, is none."""
    found: list[list[Row]] = []
    for change in ({}, {"crop": "荞麦", "area": 2}, {"applied": f"{p.year}.3.3"}):
        first = p.clean()
        other = p.clean(first.person)
        other.put(village=first.cells["village"], plot=first.cells["plot"], **change).reject("DUP_PLOT")
        first.tag = other.tag = f"plot twice {change}"
        found.append([first, other])
    first = p.clean()
    second = p.clean(first.person).put(village=first.cells["village"], plot="后山地").leaves({"plot.name": "后山地"})
    second.leaves({"plot.village": first.values["plot.village"]})
    found.append([first, second])
    return found


def columns(
    rng: random.Random,
    *,
    unit: str = "斤",
    money_unit: str = "元",
    without: tuple[str, ...] = (),
    shuffled: bool = True,
) -> list[Column]:
    """The columns in a random order with random synonyms."""
    found = [
        Column(key, rng.choice(SYNONYMS[key]).replace("{u}", unit).replace("{m}", money_unit))
        for key in COLUMNS
        if key not in without
    ]
    if shuffled:
        rest = found[1:]
        rng.shuffle(rest)
        found = found[:1] + rest
    return found


def sheet(
    p: Plots,
    dirt: dict[str, Callable[["Plots", Row], Row]],
    *,
    titles: list[str],
    name: str = "公益农场",
    clean: int = 8,
    cols: list[Column] | None = None,
    **shape: Any,
) -> Sheet:
    """A ledger of every dirt given once, a total below."""
    groups: list[list[Row]] = []
    for tag, change in dirt.items():
        made = change(p, p.clean())
        made.tag = tag
        groups.append([made])
    groups += [[p.clean()] for _ in range(clean)]
    groups += twice(p)
    p.rng.shuffle(groups)
    rows = [row for group in groups for row in group]
    for number, row in enumerate(rows, start=1):
        row.cells["no"] = number
    cols = cols or columns(p.rng, unit=p.unit)
    place = {column.key: c for c, column in enumerate(cols)}
    laid: list[Row | Text] = [*rows, Text({0: "合计", place["area"]: ("=SUM(A1:A2)", 300.0)}, "TOTAL")]
    return Sheet(name, cols, laid, titles, **shape)
