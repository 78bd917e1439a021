"""What a plot yielded and where it went."""

from collections.abc import Callable, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import choice, count, date, long_text, refers_to
from station_app.kinds.columns import weight as weighed
from station_app.kinds.farm_plot import Crop
from station_app.kinds.lines import Facts, Line, Listed, Scope, Source, live
from station_app.messages import N_
from station_app.spec.problems import Problem


class Harvest(Record, kind="harvest", section="farm", merge="by_field", title=N_("Harvest")):
    """A harvest 收获 of one crop from one plot (DOMAIN §1.9), in kg (ledgers write 斤: half a kg).

    Balance: harvest = own + donated + sold + lost + in stock; it may leave a remainder, never fall below zero.
    """

    listed = ("plot", "crop", "harvested_on", "weight", "balance")
    sorted_by = "harvested_on"

    plot: Mapped[str | None] = refers_to("farm_plot", N_("Farm plot"), needed=True, headers=("地块",))
    crop: Mapped[str | None] = choice(Crop, N_("Crop"), headers=("作物", "品种"))
    sown_on: Mapped[str | None] = date(N_("Sown on"), past=True, headers=("播种", "播种日期", "播种时间"))
    harvested_on: Mapped[str | None] = date(
        N_("Harvested on"), needed=True, past=True, headers=("收获", "收获日期", "收获时间")
    )
    weight: Mapped[int | None] = weighed(
        N_("Yield"),
        needed=True,
        above=0,
        headers=("产量", "产量(斤)", "产量(公斤)", "产量(kg)", "收获量", "总产量", "kg"),
    )
    own: Mapped[int | None] = weighed(
        N_("Kept by the owner"), at_least=0, headers=("自留", "自留(斤)", "自留(公斤)", "自用")
    )
    donated: Mapped[int | None] = weighed(N_("Donated"), at_least=0, headers=("捐赠", "捐赠(斤)", "捐赠(公斤)", "捐出"))
    sold: Mapped[int | None] = weighed(
        N_("Sold"), at_least=0, headers=("销售", "销售(斤)", "销售(公斤)", "销量", "卖出")
    )
    loss: Mapped[int | None] = weighed(N_("Lost"), at_least=0, headers=("损耗", "损耗(斤)", "损失"))
    stock: Mapped[int | None] = weighed(N_("In stock"), at_least=0, headers=("库存", "库存(斤)", "结存"))
    balance: Mapped[int | None] = weighed(N_("Not accounted for"), computed=True)
    moisture: Mapped[int | None] = count(N_("Moisture (%)"), at_least=0, at_most=100, headers=("水分", "含水率"))
    grade: Mapped[int | None] = count(N_("Grade"), at_least=1, at_most=9, headers=("等级", "品级"))
    note: Mapped[str | None] = long_text(N_("Note"), headers=("备注", "说明"))

    def derive(self) -> None:
        """What of the harvest is not accounted for."""
        parts = (self.own, self.donated, self.sold, self.loss, self.stock)
        self.balance = None if self.weight is None else self.weight - sum(p or 0 for p in parts)

    def problems(self) -> Iterable[Problem]:
        """Parts never exceed the whole; sowing comes before harvesting."""
        self.derive()
        if self.balance is not None and self.balance < 0:
            yield Problem(
                "QTY_EXCEEDS_HARVEST",
                N_("Kept, donated, sold, lost and stocked together are more than was harvested."),
                ("weight", "own", "donated", "sold", "loss", "stock"),
            )
        elif self.balance and any(p is not None for p in (self.own, self.donated, self.sold, self.loss, self.stock)):
            yield Problem(
                "BALANCE_REMAINDER", N_("Part of the harvest is not accounted for."), ("weight",), blocks=False
            )
        if self.sown_on and self.harvested_on and self.harvested_on < self.sown_on[: len(self.harvested_on)]:
            yield Problem("DATE_ORDER", N_("Harvested before it was sown."), ("harvested_on", "sown_on"))

    @classmethod
    def report_lines(cls) -> Iterable[Line]:
        """G06 harvested, G09 donated, both by the day of the harvest."""

        def weighed_by(column: str) -> Callable[[Facts, Scope], Listed]:
            return lambda facts, scope: [
                (row.id, amount) for row in facts.rows(HARVESTS, scope) if (amount := getattr(row, column))
            ]

        for key, title, column in (("G06", N_("Harvested"), "weight"), ("G09", N_("Given as donations"), "donated")):
            yield Line(
                key=key,
                title=title,
                unit=N_("kg"),
                kind="harvest",
                sources=(HARVESTS,),
                listed=weighed_by(column),
                scale=1000,
                decimals=2,
            )

    def caption(self, named: Named) -> str:
        """Plot and day."""
        return " ".join(p for p in (named("farm_plot", self.plot), self.harvested_on) if p) or self.titled()


HARVESTS = Source(
    "harvests",
    lambda station: select(Harvest.id, Harvest.harvested_on, Harvest.weight, Harvest.donated, Harvest.balance).where(
        live(Harvest, station)
    ),
    Harvest.harvested_on,
)
