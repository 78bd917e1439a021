"""A volunteer, with what Order 67 asks to be registered."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import (
    choice,
    choices,
    data,
    date,
    division,
    id_number,
    long_text,
    person_name,
    refers_to,
    text,
)
from station_app.kinds.columns import (
    consent as asked_consent,
)
from station_app.kinds.columns import (
    phone as phone_number,
)
from station_app.kinds.days import is_younger
from station_app.kinds.lines import Facts, Line, Listed, Scope, Source, begun, first_of_each, live, not_ended
from station_app.kinds.people_codes import Sex
from station_app.messages import N_
from station_app.spec.fields import Choice
from station_app.spec.problems import Problem


class ServiceType(Choice):
    """Fields of volunteer service (domain_fields.csv, volunteer.service_types)."""

    ELDERS = "elders", N_("Help for elders"), "助老", "为老", "为老服务"
    LEARNING = "learning", N_("Help with learning"), "助学"
    FARM = "farm", N_("Help on the farm"), "助农"
    MEDICAL = "medical", N_("Medical help"), "助医", "医疗", "义诊"
    CONVENIENCE = "convenience", N_("Everyday services"), "便民", "便民服务"
    ENVIRONMENT = "environment", N_("Environment"), "环保", "环境"
    EMERGENCY = "emergency", N_("Emergency help"), "应急", "应急救援"
    CULTURE = "culture", N_("Culture"), "文化", "文体"
    OTHER = "other", N_("Other volunteer service"), "其他", "其它"


class Volunteer(Record, kind="volunteer", section="volunteers", merge="by_field", title=N_("Volunteer")):
    """A volunteer 志愿者: name, sex, birth date, id number, area, contact, skills, service types (Order 67, Article 5).

    Entered with the volunteer's consent (Article 6). Someone who is also a resident refers to that record, so that
    a person is counted once.
    """

    listed = ("name", "sex", "area", "service_types", "registered_on")
    sorted_by = "name"

    name: Mapped[str | None] = person_name(
        N_("Person's name"), needed=True, headers=("志愿者姓名", "姓名", "姓 名", "志愿者")
    )
    id_no: Mapped[str | None] = id_number(
        N_("Identity number"),
        required=True,
        unique=True,
        headers=("证件号码", "身份证号", "身份证号码", "身份证件号码", "公民身份号码", "证件号"),
    )
    sex: Mapped[str | None] = choice(Sex, N_("Sex"), required=True, headers=("性别",))
    birth_date: Mapped[str | None] = date(
        N_("Date of birth"), required=True, private=True, past=True, headers=("出生日期", "出生年月", "出生年月日")
    )
    phone: Mapped[str | None] = phone_number(
        N_("Telephone"), required=True, headers=("手机号", "电话", "联系电话", "联系方式", "手机", "手机号码")
    )
    area: Mapped[str | None] = division(
        N_("Area of living"), required=True, headers=("居住区域", "所在社区", "村(社区)")
    )
    skills: Mapped[str | None] = text(N_("Skills"), required=True, private=True, headers=("专业技能", "技能", "特长"))
    service_types: Mapped[list[str] | None] = choices(
        ServiceType, N_("Kinds of service"), required=True, headers=("服务类别", "服务意向", "志愿类别")
    )
    resident: Mapped[str | None] = refers_to("resident", N_("The same person as resident"))
    consent: Mapped[str | None] = asked_consent(N_("Consent to being registered"), headers=("本人同意", "知情同意"))
    guardian_consent: Mapped[str | None] = asked_consent(
        N_("Guardian's consent (under 18)"), headers=("监护人同意", "监护人同意书", "监护人签字")
    )
    registered_on: Mapped[str | None] = date(N_("Registered on"), past=True, headers=("注册日期", "注册时间"))
    left_on: Mapped[str | None] = date(N_("Left on"), past=True, headers=("注销日期", "退出日期"))
    note: Mapped[str | None] = long_text(N_("Note"), headers=("备注", "说明"))
    merged_into: Mapped[str | None] = data(
        N_("Merged into"), help=N_("Set by the program when two records of one person were merged.")
    )

    def problems(self) -> Iterable[Problem]:
        """Leaving lies after registering; a refused consent keeps the person out of the register."""
        if self.registered_on and self.left_on and self.left_on < self.registered_on[: len(self.left_on)]:
            yield Problem("DATE_ORDER", N_("The volunteer left before registering."), ("left_on", "registered_on"))
        if self.guardian_consent != "given" and self.left_on is None and is_younger(self.birth_date, self.id_no, 18):
            yield Problem(
                "MINOR_NO_GUARDIAN", N_("A volunteer under 18 needs a guardian's consent."), ("guardian_consent",)
            )
        if self.consent in ("refused", "withdrawn"):
            yield Problem(
                "CONSENT_REFUSED",
                N_("Without the volunteer's consent nothing may be registered (Order 67, Article 6)."),
                ("consent",),
                blocks=self.consent == "refused",
            )

    @classmethod
    def report_lines(cls) -> Iterable[Line]:
        """A03 volunteers registered on the last day; someone registered twice as the same resident is one person."""

        def registered(facts: Facts, scope: Scope) -> Listed:
            return first_of_each(
                (row.resident or row.id, row.id)
                for row in facts.rows(VOLUNTEERS, scope)
                if begun(row.registered_on, scope) and not_ended(row.left_on, scope)
            )

        yield Line(
            key="A03",
            title=N_("Registered volunteers"),
            unit=N_("people"),
            kind="volunteer",
            sources=(VOLUNTEERS,),
            listed=registered,
            state=True,
        )

    def caption(self, named: Named) -> str:
        """The name."""
        return self.name or self.titled()


VOLUNTEERS = Source(
    "volunteers",
    lambda station: select(Volunteer.id, Volunteer.resident, Volunteer.registered_on, Volunteer.left_on).where(
        live(Volunteer, station)
    ),
)
