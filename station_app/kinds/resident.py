"""A resident: the person every other record about people refers to."""

from collections.abc import Iterable

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
    yes_no,
)
from station_app.kinds.columns import (
    phone as phone_number,
)
from station_app.kinds.days import born_on, is_younger
from station_app.kinds.ethnic_codes import Ethnic
from station_app.kinds.people_codes import (
    Calendar,
    Education,
    Group,
    HukouType,
    IdType,
    Marital,
    Politics,
    Relation,
    Sex,
)
from station_app.messages import N_
from station_app.spec.problems import Problem


class Resident(Record, kind="resident", section="people", merge="by_field", title=N_("Resident")):
    """A resident 居民 (DOMAIN §1.2; GB 11643-1999 id numbers, GB/T 2261 sex and marriage, GB/T 3304 ethnic groups).

    Only the birth month, sex, village, groups and dates of acts are open: what identifies a person stays at the station.
    The present address is never derived from the id number: most elders' numbers begin with 1527, the prefecture of before 2001.
    """

    listed = ("name", "sex", "birth_month", "village", "groups")
    sorted_by = "name"

    name: Mapped[str | None] = person_name(
        N_("Person's name"), needed=True, headers=("姓名", "姓 名", "服务对象", "老人姓名", "居民姓名", "服务对象姓名")
    )
    id_no: Mapped[str | None] = id_number(
        N_("Identity number"),
        required=True,
        unique=True,
        headers=("身份证号", "身份证号码", "证件号码", "公民身份号码", "身份证", "居民身份证号", "证件号"),
    )
    id_type: Mapped[str | None] = choice(IdType, N_("Kind of document"), headers=("证件类型", "证件种类"))
    sex: Mapped[str | None] = choice(Sex, N_("Sex"), required=True, headers=("性别",))
    birth_date: Mapped[str | None] = date(
        N_("Date of birth"),
        required=True,
        private=True,
        past=True,
        headers=("出生日期", "出生年月", "出生年月日", "生日"),
    )
    birth_said: Mapped[str | None] = text(
        N_("Birthday as said"),
        private=True,
        help=N_("In the words of the person, for instance 农历三月初五."),
        headers=("农历生日", "阴历生日", "生日(农历)"),
    )
    birth_calendar: Mapped[str | None] = choice(
        Calendar, N_("Calendar of the birthday"), private=True, headers=("历法",)
    )
    birth_month: Mapped[str | None] = date(N_("Month of birth"), computed=True)
    ethnic_code: Mapped[str | None] = choice(Ethnic, N_("Ethnic group"), private=True, headers=("民族",))
    phone: Mapped[str | None] = phone_number(
        N_("Telephone"),
        required=True,
        headers=("电话", "联系电话", "手机号", "联系方式", "手机", "手机号码", "电话号码", "本人电话"),
    )
    phone_2: Mapped[str | None] = phone_number(N_("Second telephone"), headers=("电话2", "备用电话", "其他电话"))
    phone_note: Mapped[str | None] = text(N_("Whose telephone"), private=True, headers=("电话说明", "机主"))
    village: Mapped[str | None] = division(
        N_("Village or community"),
        required=True,
        headers=(
            "村(社区)",
            "村社区",
            "村",
            "社区",
            "嘎查村",
            "嘎查",
            "所在村",
            "所属村",
            "村社",
            "村/社区",
            "嘎查(村)",
        ),
    )
    address: Mapped[str | None] = text(
        N_("Address"),
        required=True,
        private=True,
        headers=("住址", "现住址", "家庭住址", "现居住地", "地址", "居住地址", "家庭地址", "详细地址"),
    )
    household: Mapped[str | None] = refers_to("household", N_("Household"), headers=("户号",))
    relation: Mapped[str | None] = choice(
        Relation, N_("Relation to the head of household"), private=True, headers=("与户主关系", "户主关系")
    )
    groups: Mapped[list[str] | None] = choices(
        Group, N_("Groups"), headers=("对象类别", "人员类别", "服务对象类别", "类别", "人群类别")
    )
    name_mongol: Mapped[str | None] = person_name(N_("Name in Mongolian script"), headers=("蒙古文姓名", "蒙文姓名"))
    name_former: Mapped[str | None] = person_name(N_("Former name"), headers=("曾用名",))
    alias: Mapped[str | None] = person_name(N_("Name used at home"), headers=("小名", "乳名", "别名"))
    hukou_type: Mapped[str | None] = choice(
        HukouType, N_("Kind of household registration"), private=True, headers=("户籍性质", "户口性质", "户口类型")
    )
    hukou_addr: Mapped[str | None] = text(
        N_("Address of registration"), private=True, headers=("户籍地址", "户口所在地", "户籍所在地", "户籍地")
    )
    marital: Mapped[str | None] = choice(
        Marital, N_("Marital status"), private=True, headers=("婚姻状况", "婚姻", "婚否")
    )
    education: Mapped[str | None] = choice(
        Education, N_("Schooling"), private=True, headers=("文化程度", "学历", "文化")
    )
    politics: Mapped[str | None] = choice(Politics, N_("Political affiliation"), private=True, headers=("政治面貌",))
    guardian: Mapped[str | None] = refers_to("resident", N_("Guardian"), headers=("监护人",))
    filed_on: Mapped[str | None] = date(
        N_("Filed as a service object on"), past=True, help=N_("For service objects without an elder's file.")
    )
    closed_on: Mapped[str | None] = date(
        N_("No longer a service object since"), past=True, headers=("销档日期", "退出日期")
    )
    deceased: Mapped[bool | None] = yes_no(N_("Deceased"), headers=("是否去世", "已故", "是否已故"))
    deceased_on: Mapped[str | None] = date(N_("Date of death"), past=True, headers=("去世日期", "死亡日期", "去世时间"))
    note: Mapped[str | None] = long_text(N_("Note"), headers=("备注", "说明"))
    merged_into: Mapped[str | None] = data(
        N_("Merged into"), help=N_("Set by the program when two records of one person were merged.")
    )

    def derive(self) -> None:
        """The open birth month from the private birth date, else from the id number."""
        born = born_on(self.birth_date, self.id_no)
        self.birth_month = born[:7] if born else None

    def problems(self) -> Iterable[Problem]:
        """Conflicts between the id number, the sex and the birth date are warnings: numbers were issued by hand."""
        number = self.id_no
        if number and len(number) == 18 and number[:17].isdigit():
            if self.birth_date and self.birth_date != (born_on(None, number) or "")[: len(self.birth_date)]:
                yield Problem(
                    "BIRTH_CONFLICT",
                    N_("The birth date differs from the identity number; please check which is right."),
                    ("birth_date", "id_no"),
                    blocks=False,
                )
            if self.sex in (Sex.MALE, Sex.FEMALE) and self.sex != (Sex.MALE if int(number[16]) % 2 else Sex.FEMALE):
                yield Problem(
                    "SEX_CONFLICT",
                    N_("The sex differs from the identity number; please check which is right."),
                    ("sex", "id_no"),
                    blocks=False,
                )
        if self.birth_date and self.deceased_on and self.deceased_on < self.birth_date[: len(self.deceased_on)]:
            yield Problem("DATE_ORDER", N_("The date of death lies before the birth."), ("deceased_on", "birth_date"))
        if self.guardian is None and is_younger(self.birth_date, self.id_no, 14):
            yield Problem(
                "GUARDIAN_MISSING", N_("A child under 14 needs a guardian on record."), ("guardian",), blocks=False
            )
        if self.guardian is not None and self.guardian == self.id:
            yield Problem("GUARDIAN_SELF", N_("A person cannot be their own guardian."), ("guardian",))

    def caption(self, named: Named) -> str:
        """The name."""
        return self.name or self.titled()
