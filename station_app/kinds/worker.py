"""A social worker of the station: post, certificate, time in post."""

from collections.abc import Callable, Iterable

from sqlalchemy import func, or_
from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import choice, date, id_number, long_text, person_name, refers_to, text
from station_app.kinds.columns import phone as phone_number
from station_app.kinds.lines import ONE, Line, Listing, Scope, listing
from station_app.kinds.people_codes import CertLevel, Education, Sex
from station_app.messages import N_
from station_app.spec.problems import Problem


class Worker(Record, kind="worker", section="work", merge="by_field", title=N_("Social worker")):
    """A social worker 社工 (DOMAIN §1.10: certificate, one level, the highest valid; registration valid three years)."""

    listed = ("name", "post", "cert_level", "cert_valid_to", "started_on")
    sorted_by = "name"

    name: Mapped[str | None] = person_name(N_("Person's name"), needed=True, headers=("姓名", "社工姓名", "姓 名"))
    id_no: Mapped[str | None] = id_number(
        N_("Identity number"), required=True, unique=True, headers=("身份证号", "身份证号码", "证件号码")
    )
    sex: Mapped[str | None] = choice(Sex, N_("Sex"), headers=("性别",))
    birth_date: Mapped[str | None] = date(
        N_("Date of birth"), private=True, past=True, headers=("出生日期", "出生年月")
    )
    phone: Mapped[str | None] = phone_number(
        N_("Telephone"), required=True, headers=("电话", "联系电话", "手机号", "联系方式")
    )
    education: Mapped[str | None] = choice(Education, N_("Schooling"), private=True, headers=("文化程度", "学历"))
    post: Mapped[str | None] = text(N_("Post"), headers=("岗位", "职务"))
    room: Mapped[str | None] = refers_to("room", N_("Community work room"), headers=("社工室", "所在社工室"))
    started_on: Mapped[str | None] = date(
        N_("In post since"), required=True, past=True, headers=("入职日期", "到岗日期", "上岗时间")
    )
    left_on: Mapped[str | None] = date(N_("Left the post on"), past=True, headers=("离职日期", "离岗日期"))
    cert_level: Mapped[str | None] = choice(
        CertLevel, N_("Level of certificate"), headers=("证书等级", "职称", "持证等级")
    )
    cert_no: Mapped[str | None] = text(N_("Number of certificate"), private=True, headers=("证书编号", "证书号"))
    cert_since: Mapped[str | None] = date(N_("Certified since"), past=True, headers=("发证日期", "取证日期"))
    cert_valid_to: Mapped[str | None] = date(
        N_("Registration valid until"), headers=("登记有效期", "证书有效期", "有效期至")
    )
    bank_account: Mapped[str | None] = text(N_("Bank account"), private=True, headers=("银行账号", "银行卡号"))
    note: Mapped[str | None] = long_text(N_("Note"), headers=("备注", "说明"))

    def problems(self) -> Iterable[Problem]:
        """Leaving comes after starting; a certificate has its number."""
        if self.started_on and self.left_on and self.left_on < self.started_on[: len(self.left_on)]:
            yield Problem("DATE_ORDER", N_("Left before starting."), ("left_on", "started_on"))
        if self.cert_level and not self.cert_no:
            yield Problem("CERT_NO_MISSING", N_("A certificate needs its number."), ("cert_no",), blocks=False)

    @classmethod
    def report_lines(cls) -> Iterable[Line]:
        """A01 in post on the last day, A02 with a valid certificate, by level."""

        def in_post(scope: Scope) -> Listing:
            return listing(cls.id, ONE, scope.of(cls), scope.begun(cls.started_on), scope.not_ended(cls.left_on))

        def certified(*levels: CertLevel) -> Callable[[Scope], Listing]:
            return lambda scope: in_post(scope).where(
                cls.cert_level.in_([level.value for level in levels]),
                scope.begun(cls.cert_since),
                # A certificate that says only the month is valid to its end.
                or_(cls.cert_valid_to.is_(None), cls.cert_valid_to >= scope.last),
                or_(
                    func.length(cls.cert_valid_to) != 10,
                    cls.cert_valid_to.is_(None),
                    cls.cert_valid_to >= scope.last_day,
                ),
            )

        people = N_("people")
        yield Line(
            key="A01", title=N_("Social workers in post"), unit=people, kind="worker", select=in_post, state=True
        )
        yield Line(
            key="A02",
            title=N_("Social workers with a certificate"),
            unit=people,
            kind="worker",
            select=certified(*CertLevel),
            state=True,
            under="A01",
        )
        for level, title in (
            (CertLevel.JUNIOR, N_("Certificate: assistant level")),
            (CertLevel.MID, N_("Certificate: intermediate level")),
            (CertLevel.SENIOR, N_("Certificate: senior level")),
        ):
            yield Line(
                key=f"A02.{level.value}",
                title=title,
                unit=people,
                kind="worker",
                select=certified(level),
                state=True,
                under="A02",
            )

    def caption(self, named: Named) -> str:
        """The name."""
        return self.name or self.titled()
