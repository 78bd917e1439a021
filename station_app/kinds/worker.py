"""A social worker of the station: post, certificate, time in post."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import choice, date, id_number, long_text, person_name, refers_to, text
from station_app.kinds.columns import phone as phone_number
from station_app.kinds.lines import Facts, Line, Listed, Scope, Source, begun, live, not_ended
from station_app.kinds.people_codes import CertLevel, Education, Sex
from station_app.messages import N_
from station_app.spec.problems import Problem
from station_app.spec.purposes import Purpose


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
    bank_account: Mapped[str | None] = text(
        N_("Bank account"), private=True, purpose=Purpose.BANK, headers=("银行账号", "银行卡号")
    )
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

        def in_post(facts: Facts, scope: Scope) -> list[Any]:
            return [w for w in facts.rows(WORKERS, scope) if begun(w.started_on, scope) and not_ended(w.left_on, scope)]

        def valid(worker: Any, scope: Scope) -> bool:
            """A registration that says only its month is valid to the month's end."""
            until = worker.cert_valid_to
            return begun(worker.cert_since, scope) and (until is None or until >= scope.last_day[: len(until)])

        def certified(*levels: CertLevel) -> Callable[[Facts, Scope], Listed]:
            return lambda facts, scope: [
                (w.id, 1) for w in in_post(facts, scope) if w.cert_level in levels and valid(w, scope)
            ]

        def line(key: str, title: str, listed: Callable[[Facts, Scope], Listed], under: str = "") -> Line:
            return Line(
                key=key,
                title=title,
                unit=N_("people"),
                kind="worker",
                sources=(WORKERS,),
                listed=listed,
                state=True,
                under=under,
            )

        yield line("A01", N_("Social workers in post"), lambda f, s: [(w.id, 1) for w in in_post(f, s)])
        yield line("A02", N_("Social workers with a certificate"), certified(*CertLevel), "A01")
        for level, title in (
            (CertLevel.JUNIOR, N_("Certificate: assistant level")),
            (CertLevel.MID, N_("Certificate: intermediate level")),
            (CertLevel.SENIOR, N_("Certificate: senior level")),
        ):
            yield line(f"A02.{level.value}", title, certified(level), "A02")

    def caption(self, named: Named) -> str:
        """The name."""
        return self.name or self.titled()


WORKERS = Source(
    "workers",
    lambda station: select(
        Worker.id, Worker.started_on, Worker.left_on, Worker.cert_level, Worker.cert_since, Worker.cert_valid_to
    ).where(live(Worker, station)),
)
