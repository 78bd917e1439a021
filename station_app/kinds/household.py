"""A household: the people of one dwelling, the unit a visit on foot is counted by."""

from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import choice, count, division, long_text, mu, refers_to, text
from station_app.messages import N_
from station_app.spec.fields import Choice


class Dwelling(Choice):
    """What the house is built of (DOMAIN §1.2)."""

    BRICK = "brick", N_("Brick house"), "砖房", "砖瓦房", "平房"
    EARTH = "earth", N_("Earth house"), "土房", "土坯房"
    FLAT = "flat", N_("Flat in a building"), "楼房", "楼"


class Heating(Choice):
    """How a dwelling is heated; coal is a risk of its own in winter (DOMAIN §1.3)."""

    COAL = "coal", N_("Coal stove"), "煤", "煤炉", "烧煤", "炭"
    KANG = "kang", N_("Heated brick bed"), "炕", "火炕", "土炕"
    ELECTRIC = "electric", N_("Electric heating"), "电", "电暖", "电采暖"
    GAS = "gas", N_("Gas heating"), "气", "燃气", "天然气"
    CENTRAL = "central", N_("Central heating"), "集中供热", "暖气"
    OTHER = "other", N_("Other heating"), "其他", "其它"


class Household(Record, kind="household", section="people", merge="by_field", title=N_("Household")):
    """A household 户: head, size, land, dwelling, distance (DOMAIN §1.2; relations by GB/T 4761).

    Members are residents that name this household; the count may be larger, for not everyone has a record.
    """

    listed = ("number", "village", "head", "members_count")

    number: Mapped[str | None] = text(N_("Household number"), private=True, headers=("户号", "户编号", "户籍编号"))
    head: Mapped[str | None] = refers_to(
        "resident", N_("Head of household"), required=True, headers=("户主", "户主姓名")
    )
    village: Mapped[str | None] = division(
        N_("Village or community"),
        required=True,
        headers=("村", "嘎查村", "村(社区)", "社区", "嘎查", "村社", "所在村"),
    )
    address: Mapped[str | None] = text(N_("Address"), private=True, headers=("住址", "家庭住址", "地址", "现住址"))
    members_count: Mapped[int | None] = count(
        N_("People in the household"),
        required=True,
        at_least=1,
        at_most=40,
        headers=("人口", "家庭人口", "人口数", "家庭人数"),
    )
    land: Mapped[int | None] = mu(N_("Land"), at_least=0, headers=("耕地", "土地", "承包地(亩)", "土地面积"))
    dwelling: Mapped[str | None] = choice(Dwelling, N_("Dwelling"), headers=("住房", "住房类型", "房屋结构"))
    heating: Mapped[str | None] = choice(Heating, N_("Heating"), headers=("取暖", "取暖方式"))
    distance: Mapped[int | None] = count(
        N_("Distance to the station (km)"), at_least=0, at_most=500, headers=("距离", "距站点公里", "距社工站(公里)")
    )
    note: Mapped[str | None] = long_text(N_("Note"), headers=("备注", "说明"))

    def caption(self, named: Named) -> str:
        """The head's name, else the number."""
        return named("resident", self.head) or self.number or self.titled()
