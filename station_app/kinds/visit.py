"""A visit to a resident: how they were found, and what was done when something was wrong."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import (
    blob,
    choice,
    consent,
    date,
    duration,
    long_text,
    moment,
    refers_to,
    refers_to_many,
    text,
    yes_no,
)
from station_app.kinds.days import day_of
from station_app.kinds.elder import VisitClass
from station_app.kinds.lines import Facts, Line, Listed, Scope, Source, flag, live
from station_app.messages import N_
from station_app.spec.fields import Choice
from station_app.spec.problems import Problem

#: Days within which someone found in trouble is visited again (DOMAIN §1.4).
FOLLOW_UP_DAYS = 3


class VisitMode(Choice):
    """How the visit was made (DOMAIN §1.4)."""

    HOME = "home", N_("At home"), "入户", "上门", "入户走访"
    PHONE = "phone", N_("By telephone"), "电话", "电话探访"
    VIDEO = "video", N_("By video"), "视频", "微信视频"
    NEIGHBOUR = "neighbour", N_("By a neighbour"), "邻里代看", "邻居代看"


class Finding(Choice):
    """The finding of one of the five checks (Fangshan's visiting form, DOMAIN §1.4)."""

    OK = "ok", N_("In order"), "正常", "良好", "好"
    FAIR = "fair", N_("Fair"), "一般"
    BAD = "bad", N_("Not in order"), "异常", "差"
    UNCHECKED = "unchecked", N_("Not checked"), "未查", "未检查"


class Visit(Record, kind="visit", section="care", merge="by_field", title=N_("Visit")):
    """A visit 探访 (DOMAIN §1.4; Guidance of ten ministries on visiting, 2022-10; Inner Mongolia's visiting classes).

    A visit at home that met nobody (seen in person: no) is no completed visit: it is to be repeated the same day.
    Findings are open: month numbers count them; words about them stay at the station.
    """

    listed = ("resident", "visit_at", "mode", "seen_in_person", "abnormal", "handled_on")
    sorted_by = "visit_at"

    resident: Mapped[str | None] = refers_to(
        "resident", N_("Visited person"), needed=True, headers=("探访对象", "走访对象", "服务对象", "姓名", "老人姓名")
    )
    visit_at: Mapped[str | None] = moment(
        N_("Visited at"), needed=True, past=True, headers=("探访时间", "走访时间", "探访日期", "走访日期", "日期")
    )
    mode: Mapped[str | None] = choice(
        VisitMode, N_("Way of visiting"), required=True, headers=("方式", "探访方式", "走访方式")
    )
    visit_class: Mapped[str | None] = choice(
        VisitClass, N_("Visiting class"), required=True, headers=("对象等级", "探访等级", "风险等级")
    )
    visitors: Mapped[list[str] | None] = refers_to_many(
        "worker", N_("Visited by"), required=True, headers=("探访人", "走访人", "探访人员", "社工")
    )
    volunteers: Mapped[list[str] | None] = refers_to_many(
        "volunteer", N_("Volunteers who came along"), headers=("志愿者", "陪同志愿者")
    )
    duration: Mapped[int | None] = duration(
        N_("Duration (minutes)"), required=True, at_least=1, at_most=480, headers=("时长", "时长(分钟)", "探访时长")
    )
    seen_in_person: Mapped[bool | None] = yes_no(
        N_("Seen in person"), required=True, headers=("见到本人", "是否见到本人", "是否见到")
    )
    health: Mapped[str | None] = choice(Finding, N_("Health"), required=True, headers=("健康状况", "健康"))
    mood: Mapped[str | None] = choice(Finding, N_("State of mind"), required=True, headers=("精神状态", "精神"))
    safety: Mapped[str | None] = choice(
        Finding, N_("Safety (gas, coal, heating, electricity)"), required=True, headers=("安全情况", "安全", "居家安全")
    )
    hygiene: Mapped[str | None] = choice(Finding, N_("Hygiene"), required=True, headers=("卫生状况", "卫生"))
    environment: Mapped[str | None] = choice(
        Finding, N_("Living environment"), required=True, headers=("居住环境", "环境")
    )
    abnormal: Mapped[bool | None] = yes_no(N_("Something was not in order"), computed=True)
    follow_up_due: Mapped[str | None] = date(N_("To be visited again by"), computed=True)
    handled_on: Mapped[str | None] = date(N_("Handled on"), past=True, headers=("处置日期", "处理日期", "办结日期"))
    handling: Mapped[str | None] = long_text(N_("What was done"), headers=("处置情况", "处理情况", "处置结果"))
    items: Mapped[str | None] = text(N_("Things delivered"), private=True, headers=("慰问品", "送达物品", "物资"))
    needs: Mapped[str | None] = long_text(N_("Needs raised"), headers=("需求", "反映需求", "诉求"))
    photo: Mapped[str | None] = blob(N_("Photo"), private=True)
    photo_consent: Mapped[str | None] = consent(N_("Consent to the photo"), headers=("拍照同意",))
    note: Mapped[str | None] = long_text(N_("Note"), headers=("备注", "说明", "走访记录", "探访记录"))

    @property
    def checks(self) -> tuple[str | None, ...]:
        """The five checks."""
        return (self.health, self.mood, self.safety, self.hygiene, self.environment)

    def derive(self) -> None:
        """Whether anything was wrong, and until when to come again."""
        done = [c for c in self.checks if c is not None]
        self.abnormal = Finding.BAD in done if done else None
        day = day_of(self.visit_at)
        self.follow_up_due = str(day + timedelta(days=FOLLOW_UP_DAYS)) if self.abnormal and day else None

    def problems(self) -> Iterable[Problem]:
        """Handling comes after finding; a photo needs consent; nobody met is a task for today."""
        if self.visit_at and self.handled_on and self.handled_on < self.visit_at[: len(self.handled_on)]:
            yield Problem("DATE_ORDER", N_("Handled before the visit."), ("handled_on", "visit_at"))
        if self.photo and self.photo_consent != "given":
            yield Problem("CONSENT_MISSING", N_("A photo needs the person's consent."), ("photo", "photo_consent"))
        if self.visitors and len(self.visitors) > 5:
            yield Problem("TOO_MANY_VISITORS", N_("A visit has one to five visitors."), ("visitors",))
        if self.mode == VisitMode.HOME and self.seen_in_person is False:
            yield Problem(
                "NOT_SEEN",
                N_("Nobody was met: visit again today, then ask the village cadre."),
                ("seen_in_person",),
                blocks=False,
            )

    @classmethod
    def report_lines(cls) -> Iterable[Line]:
        """C02 visits, C03 those at home, C07 with something wrong, C08 of those handled by the last day."""

        def visits(facts: Facts, scope: Scope) -> Listed:
            return [(row[0], 1) for row in facts.rows(VISITS, scope)]

        def at_home(facts: Facts, scope: Scope) -> Listed:
            modes = scope.rule("visiting", "modes_at_home")
            return [(row[0], 1) for row in facts.rows(VISITS, scope) if row[3] in modes]

        def abnormal(facts: Facts, scope: Scope) -> Listed:
            return [(row[0], 1) for row in facts.rows(VISITS, scope) if row[4]]

        def handled(facts: Facts, scope: Scope) -> Listed:
            return [
                (row.id, 1)
                for row in facts.rows(VISITS, scope)
                if row.abnormal and row.handled_on is not None and row.handled_on <= scope.last_day
            ]

        for key, title, listed, under in (
            ("C02", N_("Visits made"), visits, ""),
            ("C03", N_("Visits at home"), at_home, "C02"),
            ("C07", N_("Visits that found something wrong"), abnormal, ""),
            ("C08", N_("Of these, handled"), handled, "C07"),
        ):
            yield Line(
                key=key,
                title=title,
                unit=N_("person-times"),
                kind="visit",
                sources=(VISITS,),
                listed=listed,
                under=under,
            )

    def caption(self, named: Named) -> str:
        """Person and day."""
        return " ".join(p for p in (named("resident", self.resident), (self.visit_at or "")[:10]) if p) or self.titled()


#: Visits that took place: at home, someone was met.
VISITS = Source(
    "visits",
    lambda station: select(
        Visit.id, Visit.visit_at, Visit.resident, Visit.mode, flag(Visit.abnormal).label("abnormal"), Visit.handled_on
    ).where(
        live(Visit, station),
        or_(
            Visit.mode.is_(None),
            Visit.mode != VisitMode.HOME.value,
            flag(Visit.seen_in_person).is_(None),
            flag(Visit.seen_in_person) != 0,
        ),
    ),
    Visit.visit_at,
)
