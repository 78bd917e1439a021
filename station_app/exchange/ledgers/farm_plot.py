"""The register of the public-benefit farm (公益农场地块及产销台账): one row is one plot with its year's harvest and sale."""

import re
from collections.abc import Callable
from datetime import date
from functools import partial

from station_app.exchange.headers import squeeze
from station_app.exchange.ledgers import persons, words
from station_app.exchange.ledgers.table import Known, Ledger, Line, Table
from station_app.exchange.mapping import Meant, spell
from station_app.exchange.sheets import Cell
from station_app.values.areas import read_area
from station_app.values.counts import read_count
from station_app.values.crops import read_crops
from station_app.values.dates import Precision, SaidDate, read_date
from station_app.values.money import amount_of, read_money, read_price
from station_app.values.names import read_name
from station_app.values.reading import Read
from station_app.values.text import is_empty
from station_app.values.weights import grams_in, read_weight, weight_unit
from station_app.values.yes_no import read_yes_no

PARTS = ("own", "donated", "sold", "loss", "stock")

MEANT = (
    words.VILLAGE,
    Meant(
        "name",
        spell(
            "农户姓名 农户 户主 户主姓名 姓名 老人姓名 承包人 土地所有人 申请人 农户名称 所有人 种植户 户名 "
            "地块所有人 承包户 农户(户主) 种植户姓名 申请人姓名 土地承包人 承包人姓名 老人 农户名"
        ),
        pattern="姓名$|^农户|^户主|承包人$",
        looks="name",
        adopt=True,
        never=words.OTHERS + "|志愿|买|收购|数|电话|服务对象",
    ),
    words.ID_NUMBER,
    words.PHONES,
    Meant(
        "plot",
        spell(
            "地块 地块名称 地名 地块位置 田块 地块编号 地块名 土地名称 土地位置 地块(名称) 地块小名 田块名称 "
            "地块地名 坐落 地块坐落"
        ),
        pattern="地块|田块|地名",
        never="面积|数|亩|类|性质|权属|照片",
    ),
    Meant(
        "area",
        spell("面积 亩数 地块面积 种植面积 土地面积 耕地面积 帮耕面积 托管面积 地亩数 播种面积 面积亩数 耕种面积"),
        pattern="面积|亩数",
        looks="number",
    ),
    Meant(
        "crops",
        spell("作物 种植作物 作物名称 种植品种 品种 农作物 种植种类 作物种类 种植内容 种植作物名称 种植 作物品种"),
        pattern="作物|种植品种|种植种类",
        never="面积|日期|时间",
    ),
    Meant(
        "applied_on",
        spell("申请日期 申请时间 报名日期 提出申请日期 申请 登记日期 报名时间 申请年月日"),
        pattern="申请(?:日期|时间)|报名",
        looks="date",
        never="原因|人",
    ),
    Meant(
        "consent",
        spell(
            "本人同意 是否同意 同意 农户同意 本人意愿 本人签字 农户签字 签字 本人同意(签字) 是否自愿 同意书 自愿 "
            "是否签字 农户是否同意 本人是否同意 本人同意签字 户主签字 签字同意 农户意见 本人意见"
        ),
        pattern="同意|自愿|(?:本人|农户|户主)签[字名]",
        never="监护|日期|时间",
    ),
    Meant(
        "help_times",
        spell(
            "帮耕次数 帮扶次数 助耕次数 服务次数 帮耕 志愿帮耕次数 帮耕(次) 志愿服务次数 帮种次数 帮助次数 "
            "助农次数 志愿者帮耕次数"
        ),
        pattern="次数",
        looks="number",
    ),
    Meant(
        "sown_on",
        spell("播种 播种日期 播种时间 种植日期 下种 种植时间 下种日期 春播日期 下种时间 播种期 耕种日期"),
        pattern="(?:播种|下种|种植|耕种)(?:日期|时间|期)$",
        looks="date",
    ),
    Meant(
        "harvested_on",
        spell("收获 收获日期 收割日期 收获时间 采收日期 收割 收割时间 采收时间 秋收日期 采收 收获期 收成日期"),
        pattern="(?:收获|收割|采收|秋收)(?:日期|时间|期)$",
        looks="date",
    ),
    Meant(
        "harvest",
        spell("产量 总产量 收获量 收成 收获数量 总产 产量合计 收获产量 收获 产出 实际产量 收获重量"),
        pattern="产量|收获(?:量|数量|重量)",
        looks="number",
        never="亩产|单产|预",
    ),
    Meant(
        "own",
        spell("自留 自用 自留量 自食 农户自留 留用 自留数量 自己留 自用量 农户留用 留存"),
        pattern="自留|自用|自食|留用",
        looks="number",
    ),
    Meant(
        "donated",
        spell("捐赠 捐赠量 捐出 爱心捐赠 赠送 捐赠数量 捐献 公益捐赠 捐助"),
        pattern="捐|赠",
        looks="number",
        never="人|单位|金额|日期",
    ),
    Meant(
        "sold",
        spell("销售 销售量 销量 出售 售出 代销 销售数量 卖出 出售量 售出量 出售数量 帮销 助销量"),
        pattern="(?:销售|出售|售出|卖出|代销)(?:数?量)?$|^销量",
        looks="number",
    ),
    Meant(
        "loss",
        spell("损耗 损失 损耗量 损失量 霉变 损坏"),
        pattern="损耗|损失",
        looks="number",
    ),
    Meant(
        "stock",
        spell("库存 剩余 结余 结存 剩余量 库存量 余量"),
        pattern="库存|剩余|结存",
        looks="number",
    ),
    Meant(
        "price",
        spell("单价 销售单价 售价 价格 销售价格 出售单价 出售价 销售价 收购价 平均单价"),
        pattern="单价|售价|价格",
        looks="number",
    ),
    Meant(
        "amount",
        spell(
            "销售额 销售金额 金额 收入 销售收入 合计金额 销售款 货款 总金额 销售总额 销售总金额 总收入 售款 卖款 "
            "出售金额 出售收入"
        ),
        pattern="(?:销售|出售)(?:总?金?额|收入|款)|金额|货款",
        looks="number",
        never="单价|补",
    ),
    Meant(
        "reason",
        spell("申请原因 原因 帮扶原因 困难原因"),
        pattern="原因",
    ),
    Meant(
        "land_right",
        spell("权属 土地权属 土地性质 地块性质"),
    ),
    Meant(
        "water",
        spell("水浇地/旱地 土地类型 水旱 水旱地 地类 地块类型"),
    ),
    words.REMARK,
)

_PRICE_UNIT = {"元/斤": 500, "元/公斤": 1000, "元/吨": 1_000_000, "元/两": 50}
_WEIGHT_UNIT = {"斤": "jin", "公斤": "kg", "吨": "t", "克": "g"}
_AREA_UNIT = {"亩": "mu", "平方米": "m2", "公顷": "ha"}
_NOT_AGREED = re.compile(r"不同意|未同意|不愿|拒绝|反对|不参加|没同意|未签|没签|不签")
_AGREED = re.compile(r"同意|自愿|已签|签字|签名|手印|指印|按印|摁印|愿意|参加|口头")


def judge(tables: list[Table], known: Known, today: date) -> None:
    """Every row judged; of two rows about one plot the first that stands wins."""
    for table in tables:
        _read_people(table, today)
    persons.check_majority(tables, known)
    plots: set[tuple[str, str, str]] = set()
    for table in tables:
        _read_plot(table, today)
        _read_amounts(table)
        for line in table.standing():
            _check(table, line)
        for line in table.standing():
            identity = (line["id_no"].text, squeeze(line["village"]), squeeze(line["plot"]))
            if identity in plots:
                table.refuse(line, "DUP_PLOT", "plot")
            plots.add(identity)


def _read_people(table: Table, today: date) -> None:
    table.read("remark", words.read_remark)
    table.read("village", words.read_place)
    persons.read_person(table, today, id_needed=True)
    persons.read_phone_columns(table)
    for line in table.standing():
        number = line["id_no"]
        line.values["sex"] = number.sex
        line.values["birth_date"] = SaidDate(number.birth)
        if line.number in table.sheet.hidden_rows:
            table.warn(line, "HIDDEN_ROW")


def _read_plot(table: Table, today: date) -> None:
    on = table.when.on(today)
    span = table.when.period
    year = None if table.when.year is None else (date(table.when.year, 1, 1), date(table.when.year, 12, 31))
    reading = None if span is None else (span.first, span.last)
    table.read("plot", words.read_words)
    unit = _AREA_UNIT.get(table.mapping.units.get("area", "亩"), "mu")
    table.read("area", partial(read_area, column_unit=unit), refuses=True, every=True)
    table.read("crops", read_crops)
    day: Callable[[Cell], Read[SaidDate]] = partial(
        read_date, today=max(on, today) if span is None else on, period=year or reading, date1904=table.sheet.date1904
    )
    table.read("applied_on", day, refuses=True)
    table.read("sown_on", day)
    table.read("harvested_on", day, refuses=True)
    table.read("help_times", read_count)
    for name in ("reason", "land_right", "water"):
        table.read(name, words.read_words)
    if table.has("consent"):
        for line in table.standing():
            agreed = read_consent(table.cell(line, "consent"), line["name"].text)
            if agreed is None:
                table.refuse(line, "CONSENT_MISSING", "consent")
            elif not agreed:
                table.refuse(line, "CONSENT_REFUSED", "consent")
            else:
                line.values["consent"] = True
    else:
        for line in table.standing():
            table.warn(line, "CONSENT_UNKNOWN")


def read_consent(cell: Cell, owner: str) -> bool | None:
    """The owner's own consent: a tick, a word, or the owner's signature; None where nothing was signed."""
    if is_empty(cell):
        said = squeeze(cell)
        return False if said in ("×", "✗", "✘", "否", "无") else None
    flag = read_yes_no(cell)
    if flag.reason is None:
        return flag.value
    said = squeeze(cell)
    if _NOT_AGREED.search(said):
        return False
    signed = read_name(said)
    if _AGREED.search(said) or (signed.value is not None and persons.same_name(signed.value.text, owner)):
        return True
    return None


def _usual_weight_unit(table: Table) -> str | None:
    """The unit of the weights: of any weight column's title, else of the price, else what the titles above say."""
    for name in ("harvest", *PARTS):
        if (unit := _WEIGHT_UNIT.get(table.mapping.units.get(name, ""))) is not None:
            return unit
    price = table.mapping.units.get("price", "")
    if "/" in price:
        return weight_unit(price.partition("/")[2])
    for title in table.layout.titles:
        if found := re.search(r"(?:重量|产量|数量)?单位[:：]\s*(?:亩[、,，/])?(公斤|千克|kg|市斤|斤|吨)", title):
            return weight_unit(found.group(1))
    return None


def _read_amounts(table: Table) -> None:
    usual = _usual_weight_unit(table)
    for name in ("harvest", *PARTS):
        unit = _WEIGHT_UNIT.get(table.mapping.units.get(name, "")) or usual
        table.read(name, partial(read_weight, column_unit=unit), refuses=True)
    price_unit = table.mapping.units.get("price", "")
    grams = _PRICE_UNIT.get(price_unit) or (grams_in(usual) if usual else 1000)
    table.read("price", partial(read_price, grams=grams), refuses=True)
    amount_unit = table.mapping.units.get("amount", "")
    table.read("amount", partial(_read_amount, unit=amount_unit), refuses=True)


def _read_amount(cell: Cell, unit: str) -> Read[int]:
    """A bare number under 销售额(万元) is ten thousands, as one under 产量(斤) is 斤: the title says so, no cell is converted."""
    scale = {"万元": 10_000, "千元": 1000, "百元": 100}.get(unit)
    if scale is None:
        return read_money(cell)
    bare = cell if not isinstance(cell, str) else squeeze(cell).replace(",", "")
    if isinstance(bare, str) and not re.fullmatch(r"\d+(?:\.\d+)?", bare):
        return read_money(cell)
    return read_money(cell, column_yuan=scale)


def _check(table: Table, line: Line) -> None:
    """Dates follow each other; parts never exceed the harvest; the amount is weight times price."""
    applied, sown, harvested = line["applied_on"], line["sown_on"], line["harvested_on"]
    for earlier, later, name in (
        (applied, sown, "sown_on"),
        (sown, harvested, "harvested_on"),
        (applied, harvested, "harvested_on"),
    ):
        if earlier is not None and later is not None and later.last < earlier.value:
            table.refuse(line, "DATE_ORDER", name)
            return
    if applied is None and table.has("applied_on"):
        table.warn(line, "APPLIED_MISSING", "applied_on")
    harvest = line["harvest"]
    parts = [line[name] for name in PARTS]
    given = sum(part or 0 for part in parts)
    if harvest is None and harvested is None and not given:
        table.warn(line, "NOT_HARVESTED", "harvest")
        return
    if harvest is None:
        if given:
            table.refuse(line, "HARVEST_MISSING", "harvest")
        else:
            table.warn(line, "NOT_HARVESTED", "harvest")
        return
    if harvested is None or harvested.precision is Precision.YEAR:
        table.warn(line, "HARVEST_DATE_MISSING", "harvested_on")
    if given > harvest:
        table.refuse(line, "QTY_EXCEEDS_HARVEST", "sold")
    elif given < harvest and any(part is not None for part in parts):
        table.warn(line, "BALANCE_REMAINDER", "harvest")
    _check_amount(table, line)


def _check_amount(table: Table, line: Line) -> None:
    sold, price, amount = line["sold"], line["price"], line["amount"]
    if sold is None or price is None:
        return
    reckoned = amount_of(sold, price)
    if amount is None:
        if reckoned and table.has("amount"):  # without such a column nobody has left anything out
            line.values["amount"] = reckoned
            table.warn(line, "AMOUNT_COMPUTED", "amount")
    elif abs(amount - reckoned) > 1:
        table.warn(line, "AMOUNT_MISMATCH", "amount")


LEDGER = Ledger(
    kind="farm_plot",
    meant=MEANT,
    identity=("name", "id_no"),
    needed=(("name",), ("area",)),
    fill=("village", "name", "id_no", "crops"),
    place="village",
    judge=judge,
    grouping=("village",),
)
