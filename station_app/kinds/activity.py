"""An activity: something held on a day at a place, of the community or of volunteers."""

from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import (
    choice,
    count,
    date,
    division,
    long_text,
    money,
    person_name,
    refers_to_many,
    text,
    time_of_day,
)
from station_app.kinds.lines import Facts, Line, Listed, Scope, Source, live
from station_app.messages import N_
from station_app.spec.fields import Choice
from station_app.spec.problems import Problem


class ActivityCategory(Choice):
    """What an activity is; only community ones count in D08 and D09."""

    COMMUNITY = "community", N_("Community activity"), "社区活动", "社区"
    VOLUNTEER = "volunteer", N_("Volunteer activity"), "志愿服务", "志愿活动"


class Activity(Record, kind="activity", section="care", merge="by_field", title=N_("Activity")):
    """An activity 活动 (DOMAIN §1.6, MZ/T 071-2016; for volunteers Order 67, Article 7: name, place, organiser, leader).

    The name and the place of an activity are open, for the centre counts occasions by them: no person's name belongs there.
    """

    listed = ("name", "held_on", "place", "participants", "category")
    sorted_by = "held_on"

    name: Mapped[str | None] = text(
        N_("Name of the activity"),
        needed=True,
        headers=("活动名称", "活动", "活动主题名称", "项目名称"),
        help=N_("No person's name: the centre sees it."),
    )
    held_on: Mapped[str | None] = date(
        N_("Held on"), required=True, headers=("活动日期", "日期", "举办日期", "活动时间")
    )
    start: Mapped[str | None] = time_of_day(N_("Start time"), headers=("开始时间", "起"))
    end: Mapped[str | None] = time_of_day(N_("End time"), headers=("结束时间", "止"))
    place: Mapped[str | None] = text(N_("Place"), required=True, headers=("地点", "活动地点"))
    category: Mapped[str | None] = choice(
        ActivityCategory, N_("Kind of activity"), required=True, headers=("活动类别", "活动类型")
    )
    theme: Mapped[str | None] = text(N_("Theme"), private=True, headers=("主题", "活动主题"))
    village: Mapped[str | None] = division(N_("Village or community"), headers=("村(社区)", "社区", "村"))
    participants: Mapped[int | None] = count(
        N_("Participants"),
        required=True,
        at_least=0,
        at_most=100_000,
        headers=("参与人次", "参加人数", "参与人数", "人数", "人次"),
    )
    volunteers: Mapped[int | None] = count(N_("Volunteers"), at_least=0, at_most=10_000, headers=("志愿者人数",))
    roll: Mapped[list[str] | None] = refers_to_many("resident", N_("Roll of residents"))
    org_unit: Mapped[str | None] = text(N_("Organised by"), headers=("活动组织单位", "组织单位", "主办单位"))
    leader: Mapped[str | None] = person_name(N_("Leader"), headers=("负责人", "活动负责人"))
    cost: Mapped[int | None] = money(N_("Cost"), at_least=0, headers=("费用", "花费", "经费"))
    evaluation: Mapped[str | None] = long_text(N_("Evaluation"), headers=("活动评估", "评估"))
    note: Mapped[str | None] = long_text(N_("Note"), headers=("备注", "说明"))

    def problems(self) -> Iterable[Problem]:
        """There cannot be fewer participants than names on the roll."""
        if self.roll and self.participants is not None and self.participants < len(set(self.roll)):
            yield Problem(
                "ROLL_EXCEEDS",
                N_("There are more names on the roll than participants."),
                ("participants", "roll"),
                blocks=False,
            )

    @classmethod
    def report_lines(cls) -> Iterable[Line]:
        """D08 community activities held, D09 their participants; what volunteers do stands under F."""

        def held(facts: Facts, scope: Scope) -> Listed:
            return [(row.id, 1) for row in facts.rows(COMMUNITY_ACTIVITIES, scope)]

        def participants(facts: Facts, scope: Scope) -> Listed:
            return [(row.id, row.participants) for row in facts.rows(COMMUNITY_ACTIVITIES, scope) if row.participants]

        for key, title, unit, listed in (
            ("D08", N_("Community activities"), N_("occasions"), held),
            ("D09", N_("Participants in community activities"), N_("person-times"), participants),
        ):
            yield Line(key=key, title=title, unit=unit, kind="activity", sources=(COMMUNITY_ACTIVITIES,), listed=listed)

    def caption(self, named: Named) -> str:
        """Name and day."""
        return " ".join(part for part in (self.name, self.held_on) if part) or self.titled()


COMMUNITY_ACTIVITIES = Source(
    "community_activities",
    lambda station: select(Activity.id, Activity.held_on, Activity.participants).where(
        live(Activity, station),
        or_(Activity.category.is_(None), Activity.category != ActivityCategory.VOLUNTEER.value),
    ),
    Activity.held_on,
)
