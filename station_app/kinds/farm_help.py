"""Help on a plot: one kind of work on one day."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import choice, count, date, duration, long_text, money, refers_to, refers_to_many
from station_app.kinds.lines import Line, Source, live
from station_app.messages import N_
from station_app.spec.fields import Choice
from station_app.spec.problems import Problem


class FarmWork(Choice):
    """Kinds of work (domain_fields.csv, farm_help.kind)."""

    PLOUGH = "plough", N_("Ploughing"), "犁", "犁地", "耕地", "翻地"
    SOW = "sow", N_("Sowing"), "播", "播种"
    WEED = "weed", N_("Weeding"), "除草", "锄草"
    FERTILISE = "fertilise", N_("Fertilising"), "施肥"
    WATER = "water", N_("Watering"), "浇", "浇水", "浇地"
    HARVEST = "harvest", N_("Harvesting"), "收", "收获", "收割"
    HAUL = "haul", N_("Hauling"), "运", "运输", "拉运"


class FarmHelp(Record, kind="farm_help", section="farm", merge="by_field", title=N_("Farm help")):
    """A session of help 帮耕 (DOMAIN §1.9). The helpers' hours are volunteer hours, recorded there once."""

    listed = ("plot", "helped_on", "kind", "helpers")
    sorted_by = "helped_on"

    plot: Mapped[str | None] = refers_to("farm_plot", N_("Farm plot"), needed=True, headers=("地块",))
    helped_on: Mapped[str | None] = date(
        N_("Helped on"), needed=True, past=True, headers=("日期", "帮耕日期", "作业日期")
    )
    kind: Mapped[str | None] = choice(
        FarmWork, N_("Kind of work"), required=True, headers=("作业", "作业类型", "作业内容")
    )
    volunteers: Mapped[list[str] | None] = refers_to_many("volunteer", N_("Volunteers"), headers=("志愿者", "帮耕人"))
    helpers: Mapped[int | None] = count(
        N_("Helpers"),
        at_least=1,
        at_most=1000,
        headers=("人数", "帮耕人数", "人次"),
        help=N_("Left empty: as many as volunteers are named, else one."),
    )
    persons: Mapped[int | None] = count(N_("Person-times counted"), computed=True)
    machine_hours: Mapped[int | None] = duration(
        N_("Machine time (minutes)"), at_least=0, headers=("机械工时", "机械工时(小时)")
    )
    diesel: Mapped[int | None] = count(N_("Diesel (l)"), at_least=0, headers=("柴油", "柴油(升)"))
    cost: Mapped[int | None] = money(N_("Cost"), at_least=0, headers=("费用", "费用(元)"))
    note: Mapped[str | None] = long_text(N_("Note"), headers=("备注", "说明"))

    def derive(self) -> None:
        """Person-times: as said, else the volunteers named, else one."""
        self.persons = self.helpers or len(set(self.volunteers or ())) or 1

    def problems(self) -> Iterable[Problem]:
        """There cannot be fewer helpers than volunteers named."""
        if self.helpers is not None and self.volunteers and self.helpers < len(set(self.volunteers)):
            yield Problem(
                "HELPERS_TOO_FEW", N_("There are fewer helpers than volunteers named."), ("helpers", "volunteers")
            )

    @classmethod
    def report_lines(cls) -> Iterable[Line]:
        """G05 person-times of help; opening figures without a date never count."""
        yield Line(
            key="G05",
            title=N_("Help on plots"),
            unit=N_("person-times"),
            kind="farm_help",
            sources=(HELP,),
            listed=lambda facts, scope: [(row.id, row.persons or 1) for row in facts.rows(HELP, scope)],
        )

    def caption(self, named: Named) -> str:
        """Plot and day."""
        return " ".join(p for p in (named("farm_plot", self.plot), self.helped_on) if p) or self.titled()


HELP = Source(
    "farm_help",
    lambda station: select(FarmHelp.id, FarmHelp.helped_on, FarmHelp.persons).where(live(FarmHelp, station)),
    FarmHelp.helped_on,
)
