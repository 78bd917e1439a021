"""A field taken into the public-benefit farm for an elder who cannot till it."""

from collections.abc import Iterable

from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import (
    blob,
    choice,
    choices,
    count,
    date,
    division,
    long_text,
    money,
    mu,
    refers_to,
    text,
    weight,
)
from station_app.messages import N_
from station_app.spec.fields import Choice
from station_app.spec.problems import Problem


class LandRight(Choice):
    """By what right the owner has the land (domain_fields.csv, plot.land_right)."""

    CONTRACT = "contract", N_("Contracted land"), "承包地", "承包"
    PRIVATE = "private", N_("Private plot"), "自留地"
    TRANSFER = "transfer", N_("Transferred land"), "流转", "流转地"


class Water(Choice):
    """Watered or not (DOMAIN §1.9)."""

    IRRIGATED = "irrigated", N_("Irrigated land"), "水浇地", "水地"
    DRY = "dry", N_("Dry land"), "旱地"


class Crop(Choice):
    """Crops of the farm (DOMAIN §1.9); 山药 is the local word for potato and taken with a warning."""

    MAIZE = "MAIZE", N_("Maize"), "玉米", "苞米", "玉茭", "玉茭子"
    POTATO = "POTATO", N_("Potatoes"), "土豆", "马铃薯", "洋芋"
    MILLET = "MILLET", N_("Foxtail millet"), "谷子", "小米"
    BROOMCORN = "BROOMCORN", N_("Broomcorn millet"), "糜子", "黍子", "糜黍"
    BUCKWHEAT = "BUCKWHEAT", N_("Buckwheat"), "荞麦"
    SUNFLOWER = "SUNFLOWER", N_("Sunflowers"), "葵花", "向日葵", "油葵"
    OATS = "OATS", N_("Naked oats"), "莜麦", "燕麦"
    ALFALFA = "ALFALFA", N_("Alfalfa"), "苜蓿", "紫花苜蓿"
    VEG = "VEG", N_("Vegetables"), "蔬菜", "菜"
    OTHER = "OTHER", N_("Another crop"), "其他", "其它"


class FarmPlot(Record, kind="farm_plot", section="farm", merge="by_field", title=N_("Farm plot")):
    """A plot 公益农场地块 (DOMAIN §1.9). Land and proceeds stay with the owner unless a signed agreement says otherwise.

    A plot joins on the date of its application when agreed. Totals without a date (times of help, sales) are opening
    figures: kept, shown, and never counted in a month. The area is 0.1 to 500 亩; 1 亩 is exactly 2000/3 m².
    """

    listed = ("owner", "village", "name", "area", "crops", "joined_on")

    owner: Mapped[str | None] = refers_to(
        "resident", N_("Owner"), needed=True, headers=("农户姓名", "农户", "户主", "姓名", "土地所有人")
    )
    name: Mapped[str | None] = text(
        N_("Name of the plot"), required=True, private=True, headers=("地块", "地块名称", "地名")
    )
    area: Mapped[int | None] = mu(
        N_("Area"),
        needed=True,
        at_least=200,
        at_most=1_000_000,
        headers=("面积", "面积(亩)", "亩数", "地块面积", "面积（亩）"),
    )
    village: Mapped[str | None] = division(
        N_("Village or community"), required=True, headers=("村社", "村(社区)", "村", "嘎查村", "所在村", "村组")
    )
    address: Mapped[str | None] = text(N_("Place as written"), private=True, headers=("位置", "地块位置"))
    crops: Mapped[list[str] | None] = choices(Crop, N_("Crops"), headers=("作物", "种植作物", "品种", "种植品种"))
    land_right: Mapped[str | None] = choice(
        LandRight, N_("Right to the land"), required=True, headers=("权属", "土地权属", "土地性质")
    )
    water: Mapped[str | None] = choice(Water, N_("Water"), headers=("水浇地/旱地", "土地类型", "水旱"))
    cert_no: Mapped[str | None] = text(
        N_("Number of the land certificate"), private=True, headers=("权证号", "承包证号")
    )
    agreement_file: Mapped[str | None] = blob(N_("Signed agreement"), required=True, private=True)
    sketch: Mapped[str | None] = blob(N_("Sketch of the boundary"), private=True)
    joined_on: Mapped[str | None] = date(N_("Joined on"), past=True, headers=("加入日期", "入社日期", "加入时间"))
    left_on: Mapped[str | None] = date(N_("Left on"), past=True, headers=("退出日期", "退出时间"))
    opening_help_times: Mapped[int | None] = count(
        N_("Times helped before, without a date"),
        at_least=0,
        at_most=10_000,
        headers=("帮耕次数", "帮扶次数", "助耕次数"),
    )
    opening_sold: Mapped[int | None] = weight(N_("Sold before, without a date"), at_least=0)
    opening_price: Mapped[int | None] = money(N_("Price per kg of sales before"), at_least=0)
    opening_sales: Mapped[int | None] = money(
        N_("Sales before, without a date"), at_least=0, headers=("销售额", "销售额(元)", "销售收入", "销售金额")
    )
    note: Mapped[str | None] = long_text(N_("Note"), headers=("备注", "说明"))

    def problems(self) -> Iterable[Problem]:
        """Leaving lies after joining."""
        if self.joined_on and self.left_on and self.left_on < self.joined_on[: len(self.left_on)]:
            yield Problem("DATE_ORDER", N_("The plot left the farm before it joined."), ("left_on", "joined_on"))

    def caption(self, named: Named) -> str:
        """Owner and name of the plot."""
        return " ".join(p for p in (named("resident", self.owner), self.name) if p) or self.titled()
