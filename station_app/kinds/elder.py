"""An elder's file: how an elder lives, who to call, how closely they are visited."""

from collections.abc import Iterable

from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import (
    choice,
    choices,
    count,
    date,
    long_text,
    person_name,
    refers_to,
    text,
    yes_no,
)
from station_app.kinds.columns import (
    phone as phone_number,
)
from station_app.messages import N_
from station_app.spec.fields import Choice
from station_app.spec.problems import Problem
from station_app.spec.purposes import Purpose


class Living(Choice):
    """With whom an elder lives (DOMAIN §1.3)."""

    ALONE = "alone", N_("Alone"), "独居", "一人", "单独居住"
    SPOUSE = "spouse", N_("With spouse"), "与配偶", "与老伴", "夫妻"
    CHILDREN = "children", N_("With children"), "与子女", "与儿子", "与女儿"
    PARENTS = "parents", N_("With parents"), "与父母"
    SIBLINGS = "siblings", N_("With brothers or sisters"), "兄弟姐妹", "与兄弟姐妹"
    KIN = "kin", N_("With other relatives"), "其他亲属", "与其他亲属"
    OTHERS = "others", N_("With people not related"), "非亲属"
    INSTITUTION = "institution", N_("In an institution"), "养老机构", "敬老院", "养老院"


class Income(Choice):
    """What an elder lives on (DOMAIN §1.3)."""

    PENSION = "pension", N_("Pension"), "退休金", "养老金", "退休/养老金"
    CHILDREN = "children", N_("From children"), "子女补贴"
    FRIENDS = "friends", N_("From relatives and friends"), "亲友资助"
    STATE = "state", N_("State allowance"), "国家补贴", "普惠型补贴"
    SAVINGS = "savings", N_("Savings"), "个人储蓄"
    OTHER = "other", N_("Other income"), "其他补贴"


class MedicalPay(Choice):
    """Who pays for treatment; sources as in the form of GB/T 42195-2022, table A."""

    WORKERS = "workers", N_("Workers' medical insurance"), "职工医保", "城镇职工"
    RESIDENTS = "residents", N_("Residents' medical insurance"), "居民医保", "城乡居民", "新农合"
    PUBLIC = "public", N_("Public medical service"), "公费"
    COMMERCIAL = "commercial", N_("Commercial insurance"), "商业保险"
    RELIEF = "relief", N_("Medical relief"), "医疗救助", "贫困救助"
    SELF = "self", N_("Own expense"), "自费", "全自费"


class VisitClass(Choice):
    """How closely someone is visited: every 7 days, every month, every quarter (Inner Mongolia's rule, DOMAIN §1.4)."""

    HIGH = "high", N_("High risk"), "高风险", "高"
    KEY = "key", N_("Key class"), "重点"
    GENERAL = "general", N_("General class"), "一般", "普通"


class Elder(Record, kind="elder", section="care", merge="by_field", title=N_("Elder's file")):
    """An elder's file 老年人档案 for a resident of 60 or more (DOMAIN §1.3).

    Alone: lives alone. Empty nest: has children who do not live there. Left behind: children away six months or longer.
    A tick in the column 失能 of a ledger is ``suspected_disabled``; only an assessment (GB/T 42195-2022) makes someone disabled.
    """

    listed = ("resident", "alone", "empty_nest", "dibao", "visit_class", "file_date")

    resident: Mapped[str | None] = refers_to(
        "resident", N_("Elder"), needed=True, unique=True, headers=("老人", "老年人")
    )
    file_date: Mapped[str | None] = date(
        N_("Filed on"), required=True, past=True, headers=("建档日期", "建档时间", "登记日期", "建档")
    )
    living: Mapped[str | None] = choice(
        Living, N_("Lives"), required=True, headers=("居住情况", "居住状况", "居住方式")
    )
    alone: Mapped[bool | None] = yes_no(N_("Lives alone"), headers=("独居", "是否独居", "独居老人"))
    empty_nest: Mapped[bool | None] = yes_no(N_("Empty nest"), headers=("空巢", "是否空巢", "空巢老人"))
    left_behind: Mapped[bool | None] = yes_no(N_("Left-behind elder"), headers=("留守", "是否留守", "留守老人"))
    suspected_disabled: Mapped[bool | None] = yes_no(
        N_("Suspected disabled, not assessed"),
        headers=("失能", "失能半失能", "是否失能", "失能(半失能)", "疑似失能"),
        help=N_("A tick alone is never counted as disabled: it takes an assessment."),
    )
    over_80: Mapped[bool | None] = yes_no(
        N_("Ticked as 80 or older"),
        headers=("高龄", "高龄(80岁以上)", "80岁以上", "80周岁以上", "高龄老人", "是否高龄"),
        help=N_("As the ledger said; the report counts by the month of birth."),
    )
    dibao: Mapped[bool | None] = yes_no(N_("Minimum living allowance"), headers=("低保", "是否低保", "低保户"))
    visit_class: Mapped[str | None] = choice(
        VisitClass,
        N_("Visiting class"),
        required=True,
        headers=("探访等级", "对象等级", "走访等级", "风险等级", "探访类别"),
    )
    next_visit_due: Mapped[str | None] = date(N_("Next visit due"), headers=("下次探访", "下次探访日期"))
    changed_on: Mapped[str | None] = date(
        N_("Major change on"),
        past=True,
        help=N_("A fall, a loss, a return from hospital: a visit is due within 24 hours."),
    )
    contact_name: Mapped[str | None] = person_name(
        N_("Emergency contact"), required=True, headers=("紧急联系人", "紧急联系人姓名", "联系人", "联系人姓名")
    )
    contact_relation: Mapped[str | None] = text(
        N_("Relation of the contact"), private=True, headers=("紧急联系人关系", "关系", "与老人关系", "联系人关系")
    )
    contact_phone: Mapped[str | None] = phone_number(
        N_("Telephone of the contact"),
        required=True,
        headers=("紧急联系人电话", "联系人电话", "紧急电话", "紧急联系电话"),
    )
    contact_2_name: Mapped[str | None] = person_name(N_("Second contact"), headers=("紧急联系人2", "第二联系人"))
    contact_2_relation: Mapped[str | None] = text(N_("Relation of the second contact"), private=True)
    contact_2_phone: Mapped[str | None] = phone_number(N_("Telephone of the second contact"))
    contact_3_name: Mapped[str | None] = person_name(N_("Third contact"))
    contact_3_relation: Mapped[str | None] = text(N_("Relation of the third contact"), private=True)
    contact_3_phone: Mapped[str | None] = phone_number(N_("Telephone of the third contact"))
    key_holder: Mapped[str | None] = person_name(N_("Who keeps a key"), headers=("钥匙保管人", "备用钥匙"))
    coal_risk: Mapped[bool | None] = yes_no(
        N_("Risk from coal or heating"), private=True, headers=("煤烟风险", "取暖风险", "取暖隐患")
    )
    income: Mapped[list[str] | None] = choices(Income, N_("Income"), private=True, headers=("经济来源", "收入来源"))
    medical_pay: Mapped[list[str] | None] = choices(
        MedicalPay, N_("Pays for treatment by"), private=True, headers=("医疗费用支付", "医保类型", "医疗保障")
    )
    diagnosis: Mapped[str | None] = text(
        N_("Diagnoses (ICD codes)"),
        private=True,
        purpose=Purpose.HEALTH,
        headers=("疾病", "疾病诊断", "慢性病", "所患疾病", "健康状况"),
    )
    falls: Mapped[int | None] = count(
        N_("Falls in 30 days"), private=True, purpose=Purpose.HEALTH, at_least=0, at_most=99, headers=("跌倒",)
    )
    strays: Mapped[int | None] = count(
        N_("Times strayed in 30 days"), private=True, purpose=Purpose.HEALTH, at_least=0, at_most=99, headers=("走失",)
    )
    chokes: Mapped[int | None] = count(
        N_("Times choked in 30 days"), private=True, purpose=Purpose.HEALTH, at_least=0, at_most=99, headers=("噎食",)
    )
    self_harms: Mapped[int | None] = count(
        N_("Self-harm in 30 days"), private=True, purpose=Purpose.HEALTH, at_least=0, at_most=99
    )
    other_risks: Mapped[int | None] = count(
        N_("Other risk events in 30 days"), private=True, purpose=Purpose.HEALTH, at_least=0, at_most=99
    )
    closed_on: Mapped[str | None] = date(N_("File closed on"), past=True, headers=("销档日期", "注销日期"))
    note: Mapped[str | None] = long_text(N_("Note"), headers=("备注", "说明"))

    def problems(self) -> Iterable[Problem]:
        """A file cannot be closed before it was opened; a flag and the way of living may disagree."""
        if self.file_date and self.closed_on and self.closed_on < self.file_date[: len(self.closed_on)]:
            yield Problem("DATE_ORDER", N_("The file is closed before it was opened."), ("closed_on", "file_date"))
        if self.living is not None and self.alone is not None and self.alone != (self.living == Living.ALONE):
            yield Problem(
                "FLAG_CONFLICT",
                N_("Lives alone does not go with how the elder lives; please check."),
                ("alone", "living"),
                blocks=False,
            )

    def caption(self, named: Named) -> str:
        """The elder's name."""
        return named("resident", self.resident) or self.titled()
