"""A month report: what was signed, at which position of the journal, and what has become of it."""

from collections.abc import Iterable

from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import blob, choice, count, data, date, long_text
from station_app.messages import N_
from station_app.spec.fields import Choice
from station_app.spec.problems import Problem


class ReportState(Choice):
    """How far a month report is."""

    DRAFT = "draft", N_("Draft"), "草稿"
    SIGNED = "signed", N_("Signed"), "已签"
    HANDED_IN = "handed_in", N_("Handed in"), "已报送"
    COUNTERSIGNED = "countersigned", N_("Countersigned"), "已会签", "已审核"
    RETURNED = "returned", N_("Returned"), "已退回"
    SUPERSEDED = "superseded", N_("Superseded"), "已更正"


class MonthReport(Record, kind="month_report", section="station", merge="by_field", title=N_("Month report")):
    """A month report 社工站月报 (DOMAIN §2). Number 0 is the report itself, 1, 2 … its corrections, each saying what differs.

    ``position`` is the journal position the numbers were computed at; ``records`` the blob of contributing records and amounts.
    A signed report never changes: what comes to light later is a supplement (补报) of the next, or a numbered correction.
    """

    made_by_program = True
    erasable = False
    listed = ("month", "number", "state", "signed_on")
    sorted_by = "month"

    month: Mapped[str | None] = date(N_("Month"), needed=True)
    number: Mapped[int | None] = count(N_("Number of the correction"), needed=True, at_least=0, at_most=99)
    state: Mapped[str | None] = choice(ReportState, N_("State"), required=True)
    signed_on: Mapped[str | None] = date(N_("Signed on"), past=True)
    position: Mapped[str | None] = data(N_("Position in the journal"))
    figures: Mapped[str | None] = data(N_("Figures"))
    differences: Mapped[str | None] = data(N_("What differs from the report before"))
    supplement: Mapped[str | None] = data(N_("Supplement to earlier months"))
    pdf: Mapped[str | None] = blob(N_("Signed PDF"))
    records: Mapped[str | None] = blob(N_("Contributing records"))
    key_work: Mapped[str | None] = long_text(N_("Key work and cases"), help=N_("Without anything that names a client."))
    problems_text: Mapped[str | None] = long_text(N_("Problems and suggestions"))
    plans: Mapped[str | None] = long_text(N_("Plans for next month"))
    remark: Mapped[str | None] = long_text(N_("Remark of the centre"))

    def problems(self) -> Iterable[Problem]:
        """The month is a month; a correction says what differs."""
        if self.month is not None and len(self.month) != 7:
            yield Problem("MONTH_UNREADABLE", N_("The month is written as year and month."), ("month",))
        if self.number and self.state != ReportState.DRAFT and not self.differences:
            yield Problem("DIFFERENCES_MISSING", N_("A correction must say what differs."), ("differences",))

    def caption(self, named: Named) -> str:
        """The month, and which correction."""
        return f"{self.month} ({self.number})" if self.number else self.month or self.titled()
