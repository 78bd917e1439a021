"""An owner's application to have a plot tilled by the public-benefit farm."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import blob, choice, date, long_text, refers_to
from station_app.kinds.columns import consent as asked_consent
from station_app.kinds.lines import Line, Source, live
from station_app.messages import N_
from station_app.spec.fields import Choice
from station_app.spec.problems import Problem


class ApplicationReason(Choice):
    """Why the owner cannot till the plot (domain_fields.csv, plot_app.reason)."""

    OLD = "old", N_("Too old to till"), "年老无力", "年老"
    ALONE = "alone", N_("Lives alone"), "独居"
    DISABLED = "disabled", N_("Disabled by age"), "失能"
    ILL = "ill", N_("Ill or handicapped"), "病残", "生病", "残疾"


class Decision(Choice):
    """What the station decided."""

    AGREED = "agreed", N_("Agreed"), "同意", "通过"
    DECLINED = "declined", N_("Declined"), "不同意", "未通过"


class PlotApplication(Record, kind="plot_application", section="farm", merge="by_field", title=N_("Plot application")):
    """An application 申请 (DOMAIN §1.9): applicant, reason, date, the owner's own consent, the station's decision."""

    listed = ("plot", "owner", "applied_on", "consent", "decision")
    sorted_by = "applied_on"

    plot: Mapped[str | None] = refers_to("farm_plot", N_("Farm plot"), needed=True, headers=("地块",))
    owner: Mapped[str | None] = refers_to(
        "resident", N_("Applicant"), required=True, headers=("申请人", "农户姓名", "农户")
    )
    applied_on: Mapped[str | None] = date(
        N_("Applied on"), needed=True, past=True, headers=("申请日期", "申请时间", "申请")
    )
    reason: Mapped[str | None] = choice(
        ApplicationReason, N_("Reason of the application"), required=True, private=True, headers=("申请原因", "原因")
    )
    consent: Mapped[str | None] = asked_consent(
        N_("Owner's own consent (signed)"),
        required=True,
        headers=("本人同意(签字)", "本人同意", "本人签字", "同意", "是否同意", "签字"),
    )
    signature: Mapped[str | None] = blob(N_("Signature or thumb print"), private=True)
    visited_on: Mapped[str | None] = date(N_("Visited on"), past=True, headers=("核实日期", "走访日期"))
    decision: Mapped[str | None] = choice(Decision, N_("Decision"), headers=("审批结果", "决定"))
    decided_on: Mapped[str | None] = date(N_("Decided on"), past=True, headers=("审批日期", "决定日期"))
    note: Mapped[str | None] = long_text(N_("Note"), headers=("备注", "说明"))

    def problems(self) -> Iterable[Problem]:
        """Nothing is tilled without the owner's own consent; dates follow each other."""
        if self.consent == "refused":
            yield Problem(
                "CONSENT_REFUSED", N_("The owner did not agree: the plot cannot join the farm."), ("consent",)
            )
        if self.applied_on and self.decided_on and self.decided_on < self.applied_on[: len(self.decided_on)]:
            yield Problem("DATE_ORDER", N_("Decided before it was applied for."), ("decided_on", "applied_on"))
        if self.decision == Decision.AGREED and self.consent is None:
            yield Problem(
                "CONSENT_MISSING", N_("Agreed without the owner's consent on record."), ("consent",), blocks=False
            )

    @classmethod
    def report_lines(cls) -> Iterable[Line]:
        """G04 new applications."""
        yield Line(
            key="G04",
            title=N_("New applications"),
            unit=N_("applications"),
            kind="plot_application",
            sources=(APPLICATIONS,),
            listed=lambda facts, scope: [(row.id, 1) for row in facts.rows(APPLICATIONS, scope)],
        )

    def caption(self, named: Named) -> str:
        """Plot and day."""
        return " ".join(p for p in (named("farm_plot", self.plot), self.applied_on) if p) or self.titled()


APPLICATIONS = Source(
    "applications",
    lambda station: select(PlotApplication.id, PlotApplication.applied_on).where(live(PlotApplication, station)),
    PlotApplication.applied_on,
)
