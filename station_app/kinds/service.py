"""A service to a resident: a meal, a bath, an escort, company."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import (
    blob,
    choice,
    count,
    date,
    duration,
    long_text,
    money,
    refers_to,
    text,
    time_of_day,
)
from station_app.kinds.lines import Facts, Line, Listed, Scope, Source, live
from station_app.messages import N_
from station_app.spec.fields import Choice
from station_app.spec.problems import Problem


class ServiceKind(Choice):
    """The 14 kinds of service (DOMAIN §1.5)."""

    MEAL = "meal", N_("Meals"), "助餐", "送餐"
    BATH = "bath", N_("Bathing"), "助浴"
    CLEAN = "clean", N_("Cleaning"), "助洁", "打扫"
    URGENT = "urgent", N_("Urgent help"), "助急"
    MEDICAL = "medical", N_("Medical escort"), "助医", "陪诊"
    WALK = "walk", N_("Walking aid"), "助行"
    ERRAND = "errand", N_("Errands"), "代办", "代购", "代办代购"
    HAIRCUT = "haircut", N_("Haircuts"), "理发"
    COMPANY = "company", N_("Company"), "陪伴", "陪聊"
    COMFORT = "comfort", N_("Comfort"), "慰藉", "心理慰藉"
    VITALS = "vitals", N_("Health checks"), "监测", "健康监测", "量血压"
    SAFETY = "safety", N_("Safety rounds"), "巡查", "安全巡查"
    CULTURE = "culture", N_("Culture and leisure"), "文娱"
    FARM = "farm", N_("Help with farming"), "助农"


class ServiceUnit(Choice):
    """What a quantity counts."""

    TIMES = "times", N_("times"), "次"
    HOURS = "hours", N_("hours"), "小时", "时"
    PORTIONS = "portions", N_("portions"), "份"
    PIECES = "pieces", N_("pieces"), "件"


class Service(Record, kind="service", section="care", merge="by_field", title=N_("Service")):
    """One service to one person 服务 (DOMAIN §1.5, 银龄365); counted as one person-time whatever its quantity."""

    listed = ("beneficiary", "service_date", "kind", "quantity", "unit")
    sorted_by = "service_date"

    kind: Mapped[str | None] = choice(
        ServiceKind, N_("Service"), needed=True, headers=("服务类别", "服务项目", "服务类型")
    )
    beneficiary: Mapped[str | None] = refers_to(
        "resident", N_("Beneficiary"), needed=True, headers=("服务对象", "姓名", "老人姓名", "受益人")
    )
    service_date: Mapped[str | None] = date(
        N_("Service date"), needed=True, past=True, headers=("服务日期", "日期", "服务时间")
    )
    start: Mapped[str | None] = time_of_day(N_("Start time"), headers=("开始时间", "起"))
    end: Mapped[str | None] = time_of_day(N_("End time"), headers=("结束时间", "止"))
    duration: Mapped[int | None] = duration(
        N_("Duration (minutes)"), at_least=1, at_most=1440, headers=("时长", "服务时长")
    )
    quantity: Mapped[int | None] = count(N_("Quantity"), required=True, above=0, at_most=10_000, headers=("数量",))
    unit: Mapped[str | None] = choice(ServiceUnit, N_("Unit"), required=True, headers=("单位", "计量单位"))
    provider: Mapped[str | None] = refers_to(
        "worker", N_("Provided by"), headers=("服务人员", "服务人", "提供人", "社工")
    )
    provider_name: Mapped[str | None] = text(
        N_("Provider outside the station"), private=True, headers=("服务机构", "服务商")
    )
    volunteer: Mapped[str | None] = refers_to("volunteer", N_("Volunteer"), headers=("志愿者",))
    cost: Mapped[int | None] = money(N_("Cost"), required=True, at_least=0, headers=("费用", "金额", "费用(元)"))
    satisfaction: Mapped[int | None] = count(N_("Satisfaction (1 to 5)"), at_least=1, at_most=5, headers=("满意度",))
    signature: Mapped[str | None] = blob(N_("Signature or thumb print"), private=True)
    witness: Mapped[str | None] = text(N_("Witness"), private=True, headers=("见证人",))
    note: Mapped[str | None] = long_text(N_("Note"), headers=("备注", "说明"))

    def problems(self) -> Iterable[Problem]:
        """A service ends after it starts."""
        if self.start and self.end and self.end < self.start:
            yield Problem("TIME_ORDER", N_("The service ends before it starts."), ("end", "start"), blocks=False)

    @classmethod
    def report_lines(cls) -> Iterable[Line]:
        """E01 services, E02 distinct people served, E03 by kind."""

        def services(facts: Facts, scope: Scope) -> Listed:
            return [(row[0], 1) for row in facts.rows(SERVICES, scope)]

        def people(facts: Facts, scope: Scope) -> Listed:
            return [(who, 1) for who in {row.beneficiary for row in facts.rows(SERVICES, scope)} if who is not None]

        def of_kind(kind: str) -> Callable[[Facts, Scope], Listed]:
            return lambda facts, scope: [(row.id, 1) for row in facts.rows(SERVICES, scope) if row.kind == kind]

        def line(key: str, title: str, listed: Callable[[Facts, Scope], Listed], under: str = "") -> Line:
            return Line(
                key=key,
                title=title,
                unit=N_("person-times"),
                kind="service",
                sources=(SERVICES,),
                listed=listed,
                under=under,
            )

        yield line("E01", N_("Services"), services)
        yield replace(line("E02", N_("Persons served"), people), unit=N_("people"), kind="resident")
        for kind in ServiceKind:
            yield line(f"E03.{kind.value}", kind.label, of_kind(kind.value), "E01")

    def caption(self, named: Named) -> str:
        """Person and day."""
        return " ".join(p for p in (named("resident", self.beneficiary), self.service_date) if p) or self.titled()


SERVICES = Source(
    "services",
    lambda station: select(Service.id, Service.service_date, Service.beneficiary, Service.kind).where(
        live(Service, station)
    ),
    Service.service_date,
)
