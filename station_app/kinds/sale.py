"""A sale of farm produce, and what was paid on to the owner."""

from collections.abc import Callable, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import blob, choice, date, long_text, money, person_name, refers_to
from station_app.kinds.columns import weight as weighed
from station_app.kinds.farm_plot import Crop
from station_app.kinds.lines import Facts, Line, Listed, Scope, Source, standing
from station_app.messages import N_
from station_app.spec.fields import Choice
from station_app.spec.problems import Problem


class SaleChannel(Choice):
    """By which way it was sold (domain_fields.csv, sale.channel)."""

    PLATFORM = "platform", N_("Online platform"), "平台", "网上"
    GROUP = "group", N_("Group purchase"), "团购"
    MARKET = "market", N_("Market"), "集市", "市场"
    ENTERPRISE = "enterprise", N_("Enterprise"), "企业"
    VOLUNTEER = "volunteer", N_("Bought by volunteers"), "志愿者", "志愿者认购"


class Sale(Record, kind="sale", section="farm", merge="append_only", title=N_("Sale")):
    """A sale 销售 (DOMAIN §1.9). The proceeds are the owner's; a payment to the owner is an entry with its day.

    Money is never edited: a record that ``reverses`` another takes it out of every count, itself included.
    A payment made later is a sale record of its own that ``pays`` the sale, with weight and amount empty.
    """

    listed = ("plot", "crop", "sold_on", "weight", "amount", "paid", "paid_on")
    sorted_by = "sold_on"

    plot: Mapped[str | None] = refers_to("farm_plot", N_("Farm plot"), needed=True, headers=("地块",))
    harvest: Mapped[str | None] = refers_to("harvest", N_("From the harvest"))
    crop: Mapped[str | None] = choice(Crop, N_("Crop"), headers=("作物", "品种"))
    sold_on: Mapped[str | None] = date(N_("Sold on"), past=True, headers=("销售日期", "日期", "销售时间"))
    weight: Mapped[int | None] = weighed(
        N_("Weight sold"), above=0, headers=("销量", "销售量", "销量(斤)", "数量", "kg")
    )
    price: Mapped[int | None] = money(N_("Price per kg"), above=0, headers=("单价", "单价(元/公斤)"))
    amount: Mapped[int | None] = money(N_("Amount"), at_least=0, headers=("金额", "销售额", "销售额(元)"))
    channel: Mapped[str | None] = choice(SaleChannel, N_("Sold through"), required=True, headers=("渠道", "销售渠道"))
    buyer: Mapped[str | None] = person_name(N_("Buyer"), headers=("买方", "购买方", "收购人"))
    platform_fee: Mapped[int | None] = money(N_("Platform fee"), at_least=0, headers=("平台费", "手续费"))
    net: Mapped[int | None] = money(N_("Amount less fee"), computed=True)
    paid: Mapped[int | None] = money(N_("Paid to the owner"), at_least=0, headers=("付给农户", "付款金额", "已付农户"))
    paid_on: Mapped[str | None] = date(N_("Paid on"), past=True, headers=("付款日", "付款日期"))
    pays: Mapped[str | None] = refers_to("sale", N_("Payment for the sale"))
    signature: Mapped[str | None] = blob(N_("Owner's signature for the money"), private=True)
    reverses: Mapped[str | None] = refers_to(
        "sale", N_("Reverses the record"), help=N_("Neither this record nor the reversed one is counted.")
    )
    note: Mapped[str | None] = long_text(N_("Note"), headers=("备注", "说明"))

    def derive(self) -> None:
        """What is left of the amount after the platform's fee."""
        self.net = None if self.amount is None else self.amount - (self.platform_fee or 0)

    def problems(self) -> Iterable[Problem]:
        """Amount = kg × price; a payment has its day and stays within what came in."""
        self.derive()
        if self.pays is None and self.reverses is None:
            for field, value in (("sold_on", self.sold_on), ("weight", self.weight), ("amount", self.amount)):
                if value is None:
                    yield Problem("SALE_INCOMPLETE", N_("A sale needs its day, weight and amount."), (field,))
        if self.weight is not None and self.price is not None and self.amount is not None:
            exact = self.weight * self.price  # 分 per kg × g: thousandths of 分
            if (exact + 500) // 1000 != self.amount:
                yield Problem(
                    "AMOUNT_MISMATCH",
                    N_("The amount is not weight times price."),
                    ("amount", "price", "weight"),
                    blocks=False,
                )
        if self.net is not None and self.net < 0:
            yield Problem("FEE_EXCEEDS_AMOUNT", N_("The fee is larger than the amount."), ("platform_fee",))
        if self.paid is not None and not self.paid_on:
            yield Problem("PAID_WITHOUT_DAY", N_("A payment needs its day."), ("paid_on",))
        if self.paid is not None and self.net is not None and self.paid > self.net:
            yield Problem("PAID_EXCEEDS", N_("More was paid to the owner than came in."), ("paid",), blocks=False)
        if self.sold_on and self.paid_on and self.paid_on < self.sold_on[: len(self.paid_on)]:
            yield Problem("DATE_ORDER", N_("Paid before it was sold."), ("paid_on", "sold_on"), blocks=False)
        if self.reverses is not None and self.reverses == self.id:
            yield Problem("REVERSES_SELF", N_("A record cannot reverse itself."), ("reverses",))

    @classmethod
    def report_lines(cls) -> Iterable[Line]:
        """G07 sold, by the day of the sale; G08 paid to owners, by the day of the payment."""

        def money_of(source: Source) -> Callable[[Facts, Scope], Listed]:
            return lambda facts, scope: [(row[0], row[2]) for row in facts.rows(source, scope) if row[2]]

        for key, title, source in (("G07", N_("Sales"), SOLD), ("G08", N_("Paid to owners"), PAID)):
            yield Line(
                key=key,
                title=title,
                unit=N_("yuan"),
                kind="sale",
                sources=(source,),
                listed=money_of(source),
                scale=100,
                decimals=2,
            )

    def caption(self, named: Named) -> str:
        """Plot and day."""
        return " ".join(p for p in (named("farm_plot", self.plot), self.sold_on or self.paid_on) if p) or self.titled()


SOLD = Source(
    "sold",
    lambda station: select(Sale.id, Sale.sold_on, Sale.amount).where(standing(Sale, station, Sale.reverses)),
    Sale.sold_on,
)
PAID = Source(
    "paid",
    lambda station: select(Sale.id, Sale.paid_on, Sale.paid).where(standing(Sale, station, Sale.reverses)),
    Sale.paid_on,
)
