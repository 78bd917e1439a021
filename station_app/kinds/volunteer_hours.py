"""Hours of one volunteer on one shift, as Order 67 wants them recorded."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import (
    choice,
    count,
    date,
    long_text,
    person_name,
    refers_to,
    text,
    time_of_day,
    yes_no,
)
from station_app.kinds.columns import (
    hours as hours_worked,
)
from station_app.kinds.days import day_of
from station_app.kinds.lines import Facts, Line, Listed, Scope, Source, first_of_each, flag, standing
from station_app.kinds.volunteer import ServiceType
from station_app.messages import N_
from station_app.spec.problems import Problem
from station_app.values.working_days import working_days_between

#: Order 67, Article 11: recorded within ten working days of the activity. The report counts by policy; this one warns.
LEGAL_WORKING_DAYS = 10


@lru_cache(maxsize=16384)
def _working_days(done: str | None, recorded: str | None) -> int | None:
    """Working days from one ISO date to another; None where one is not known to the day."""
    first, last = day_of(done), day_of(recorded)
    return None if first is None or last is None else working_days_between(first, last)


class VolunteerHours(
    Record, kind="volunteer_hours", section="volunteers", merge="append_only", title=N_("Volunteer hours")
):
    """One shift of one volunteer 志愿服务时长 (Order 67, Article 7: activity, date, place, content, hours, organiser, leader).

    Hours are time actually spent, without the way. Paid or compulsory work is no volunteer service (Article 19).
    Confirmed hours are never edited: a record that ``reverses`` another takes it out of every count, itself included.
    """

    listed = ("volunteer", "activity", "service_date", "hours", "place", "category")
    sorted_by = "service_date"

    volunteer: Mapped[str | None] = refers_to(
        "volunteer", N_("Volunteer"), needed=True, headers=("志愿者姓名", "志愿者")
    )
    activity: Mapped[str | None] = refers_to(
        "activity", N_("Activity"), required=True, headers=("活动名称", "活动", "activity_name")
    )
    service_date: Mapped[str | None] = date(
        N_("Service date"),
        needed=True,
        past=True,
        headers=("服务日期", "日期", "活动日期", "服务时间(日期)", "志愿服务日期"),
    )
    start: Mapped[str | None] = time_of_day(N_("Start time"), headers=("起", "开始", "开始时间", "起始时间", "起(时)"))
    end: Mapped[str | None] = time_of_day(N_("End time"), headers=("止", "结束", "结束时间", "终止时间", "止(时)"))
    hours: Mapped[int | None] = hours_worked(
        N_("Hours"),
        needed=True,
        at_least=15,
        at_most=720,
        headers=("时长", "时长(小时)", "服务时数", "服务时长", "小时数", "服务时长(小时)", "志愿时长", "工时"),
    )
    place: Mapped[str | None] = text(N_("Place"), required=True, headers=("地点", "服务地点", "活动地点"))
    content: Mapped[str | None] = text(
        N_("Content"), required=True, private=True, headers=("服务内容", "内容", "服务事项")
    )
    category: Mapped[str | None] = choice(
        ServiceType, N_("Kind of service"), headers=("服务类别", "类别", "志愿类别", "服务类型")
    )
    org_unit: Mapped[str | None] = text(
        N_("Organised by"), required=True, headers=("活动组织单位", "组织单位", "单位", "主办单位")
    )
    leader: Mapped[str | None] = person_name(N_("Leader"), required=True, headers=("负责人", "活动负责人"))
    recorded_on: Mapped[str | None] = date(
        N_("Recorded on"),
        required=True,
        past=True,
        headers=("登记时间", "登记日期", "记录日期", "录入日期", "记录时间"),
    )
    recorded_after: Mapped[int | None] = count(N_("Working days until recorded"), computed=True)
    unpaid: Mapped[bool | None] = yes_no(N_("Unpaid"), required=True, headers=("无偿", "是否无偿"))
    quality: Mapped[int | None] = count(
        N_("Quality (1 to 5)"), at_least=1, at_most=5, headers=("服务质量", "服务质量评价", "评价")
    )
    approved: Mapped[bool | None] = yes_no(
        N_("Approved"), help=N_("Hours marked as not approved are not counted."), headers=("已审核", "审核", "是否审核")
    )
    reverses: Mapped[str | None] = refers_to(
        "volunteer_hours", N_("Reverses the record"), help=N_("Neither this record nor the reversed one is counted.")
    )
    note: Mapped[str | None] = long_text(N_("Note"), headers=("备注", "说明"))

    def derive(self) -> None:
        """Working days between the service and its being recorded, by the calendar this program knows."""
        self.recorded_after = _working_days(self.service_date, self.recorded_on)

    @property
    def elapsed(self) -> int | None:
        """Minutes from start to end, over midnight if need be; None where a time is missing."""
        if not self.start or not self.end:
            return None
        first, last = (int(t[:2]) * 60 + int(t[3:5]) for t in (self.start, self.end))
        return (last - first) % 1440

    def problems(self) -> Iterable[Problem]:
        """Order 67: unpaid, no longer than the shift, recorded in time."""
        if self.unpaid is False:
            yield Problem(
                "NOT_VOLUNTEER_PAID",
                N_("Paid or compulsory work is not volunteer service (Order 67, Article 19)."),
                ("unpaid",),
            )
        elapsed = self.elapsed
        if elapsed is not None and self.hours is not None:
            if self.hours > elapsed:
                yield Problem(
                    "HOURS_EXCEED_ELAPSED",
                    N_("The hours are longer than from start to end."),
                    ("hours", "start", "end"),
                )
            elif self.hours < elapsed:
                yield Problem(
                    "HOURS_LESS_THAN_ELAPSED",
                    N_("The hours are shorter than from start to end; pauses and ways do not count."),
                    ("hours",),
                    blocks=False,
                )
        elif self.hours is not None:
            yield Problem("TIMES_MISSING", N_("Start or end is missing."), ("start", "end"), blocks=False)
        if self.service_date and self.recorded_on and self.recorded_on < self.service_date[: len(self.recorded_on)]:
            yield Problem("DATE_ORDER", N_("Recorded before the service took place."), ("recorded_on", "service_date"))
        if self.recorded_after is not None and self.recorded_after > LEGAL_WORKING_DAYS:
            yield Problem(
                "LATE_RECORD",
                N_("Recorded more than 10 working days after the service (Order 67, Article 11)."),
                ("recorded_on",),
                blocks=False,
            )
        if self.reverses is not None and self.reverses == self.id:
            yield Problem("REVERSES_SELF", N_("A record cannot reverse itself."), ("reverses",))

    @classmethod
    def report_lines(cls) -> Iterable[Line]:
        """F01 occasions, F02 person-times, F04 hours, F05 recorded late."""

        def occasions(facts: Facts, scope: Scope) -> Listed:
            return first_of_each(((row[3], row[1], row[4]), row[0]) for row in facts.rows(SHIFTS, scope))

        def late(facts: Facts, scope: Scope) -> Listed:
            allowed = scope.rule("volunteer_hours", "late_after_working_days")
            return [(row[0], 1) for row in shifts(facts, scope) if (row[8] or 0) > allowed]

        def line(key: str, title: str, unit: str, listed: Callable[[Facts, Scope], Listed]) -> Line:
            return Line(key=key, title=title, unit=unit, kind="volunteer_hours", sources=(SHIFTS,), listed=listed)

        times = N_("person-times")
        yield line("F01", N_("Volunteer occasions"), N_("times"), occasions)
        yield line("F02", N_("Taking part as volunteer"), times, lambda f, s: [(row[0], 1) for row in shifts(f, s)])
        yield replace(
            line(
                "F04",
                N_("Hours of volunteers"),
                N_("hours"),
                lambda f, s: [(row[0], row[7]) for row in shifts(f, s) if row[7]],
            ),
            scale=60,
            decimals=2,
        )
        yield replace(line("F05", N_("Recorded late"), times, late), under="F02")

    def caption(self, named: Named) -> str:
        """Volunteer and day."""
        return " ".join(p for p in (named("volunteer", self.volunteer), self.service_date) if p) or self.titled()


#: Shifts that count: not refused by the station, not reversed.
SHIFTS = Source(
    "shifts",
    lambda station: select(
        VolunteerHours.id,
        VolunteerHours.service_date,
        VolunteerHours.volunteer,
        VolunteerHours.activity,
        VolunteerHours.place,
        VolunteerHours.start,
        VolunteerHours.end,
        VolunteerHours.hours,
        VolunteerHours.recorded_after,
    ).where(
        standing(VolunteerHours, station, VolunteerHours.reverses),
        or_(flag(VolunteerHours.approved).is_(None), flag(VolunteerHours.approved) != 0),
    ),
    VolunteerHours.service_date,
)


def shifts(facts: Facts, scope: Scope) -> Sequence[Any]:
    """The shifts of a period, each once: the same one (volunteer, day, times, activity, place) entered on two devices is one.

    Without times nothing says that two rows are the same shift.
    """

    def each_once() -> list[Any]:
        least: dict[Any, Any] = {}
        for row in facts.rows(SHIFTS, scope):
            record, day, volunteer, activity, place, start, end = row[:7]
            key = (volunteer, day, start, end, activity, place) if start and end else record
            known = least.get(key)
            if known is None or record < known[0]:
                least[key] = row
        return list(least.values())

    return facts.once(("shifts", scope.first, scope.last), each_once)
