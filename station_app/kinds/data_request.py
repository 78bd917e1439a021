"""A resident's request about their own data: what, by whom, how they were known, what came of it."""

from collections.abc import Iterable

from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import choice, date, long_text, person_name, refers_to
from station_app.kinds.consent import PERSON_FIELDS
from station_app.kinds.law_codes import Identity, RequestState, Speaks, Wanted
from station_app.messages import N_
from station_app.spec.problems import Problem


class DataRequest(Record, kind="data_request", section="law", merge="by_field", title=N_("Request about own data")):
    """A request 个人信息权利申请 to see, copy, correct, delete or have explained (PIPL 44-50).

    Answered within the working days of the policy ``data_request`` (15). Where a law keeps the data longer, deletion becomes
    ``restricted``: stored and nothing else (PIPL 47) — the person leaves the daily lists and nobody edits the records.
    """

    listed = ("resident", "volunteer", "worker", "wanted", "received_on", "state", "answered_on")
    sorted_by = "received_on"

    resident: Mapped[str | None] = refers_to("resident", N_("Resident"), headers=("居民", "姓名"))
    volunteer: Mapped[str | None] = refers_to("volunteer", N_("Volunteer"))
    worker: Mapped[str | None] = refers_to("worker", N_("Social worker"))
    wanted: Mapped[str | None] = choice(Wanted, N_("Asks for"), needed=True, headers=("申请事项",))
    received_on: Mapped[str | None] = date(N_("Received on"), needed=True, past=True, headers=("受理日期",))
    by: Mapped[str | None] = choice(Speaks, N_("Asked by"), needed=True, headers=("申请人",))
    by_name: Mapped[str | None] = person_name(N_("Name of who asked, if not the person"))
    identity: Mapped[str | None] = choice(Identity, N_("How they were known"), required=True)
    words: Mapped[str | None] = long_text(N_("The request in their words"))
    state: Mapped[str | None] = choice(RequestState, N_("State"), needed=True, headers=("状态",))
    answered_on: Mapped[str | None] = date(N_("Answered on"), past=True)
    reason: Mapped[str | None] = long_text(N_("Answer, or reason of the refusal"))
    note: Mapped[str | None] = long_text(N_("Note"), headers=("备注", "说明"))

    def problems(self) -> Iterable[Problem]:
        """One person; an answer has its day; a refusal its reason; nothing is handed out to someone unknown."""
        named = [name for name in PERSON_FIELDS if getattr(self, name)]
        if not named:
            yield Problem("PERSON_MISSING", N_("Say whose data are meant."), ("resident",))
        if len(named) > 1:
            yield Problem("ONE_PERSON", N_("A request is about one person: name only one."), tuple(named))
        if self.by not in (None, Speaks.SELF) and not self.by_name:
            yield Problem("NAME_MISSING", N_("Write down who asked for the person."), ("by_name",))
        closed = self.state not in (None, RequestState.RECEIVED)
        if closed and not self.answered_on:
            yield Problem("ANSWER_WHEN", N_("Say on which day it was answered."), ("answered_on",))
        if self.state in (RequestState.REFUSED, RequestState.RESTRICTED) and not self.reason:
            yield Problem(
                "REASON_MISSING", N_("A refusal needs its reason, in words the person understands."), ("reason",)
            )
        if self.state in (RequestState.DONE, RequestState.RESTRICTED) and not self.identity:
            yield Problem("IDENTITY_UNCHECKED", N_("First check who is asking."), ("identity",))
        if self.received_on and self.answered_on and self.answered_on < self.received_on[: len(self.answered_on)]:
            yield Problem(
                "DATE_ORDER", N_("It cannot be answered before it was received."), ("answered_on", "received_on")
            )

    def caption(self, named: Named) -> str:
        """Whose, and the day."""
        whose = next((named(n, getattr(self, n)) for n in PERSON_FIELDS if getattr(self, n)), "")
        return " ".join(p for p in (whose, self.received_on) if p) or self.titled()
