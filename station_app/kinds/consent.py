"""A consent: one person's answer about one purpose, with the text they were given and what proves it."""

from collections.abc import Iterable

from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import ConsentState, blob, choice, date, long_text, person_name, refers_to, text
from station_app.kinds.columns import consent as asked
from station_app.kinds.law_codes import Ground, Proof, Shown, Speaks
from station_app.messages import N_
from station_app.spec.problems import Problem
from station_app.spec.purposes import Purpose

#: The fields by which a record of the law names its person: one of them.
PERSON_FIELDS = ("resident", "volunteer", "worker")


class Consent(Record, kind="consent", section="law", merge="by_field", title=N_("Consent")):
    """A consent 单独同意 for one purpose (PIPL 13, 14, 17, 29, 31); where the ground is a duty by law, that the person was told.

    Never rewritten: withdrawing is a date, a new answer is a new record (the rules are in work/consents.py). Purpose, answer and
    dates are open, so that the centre sees that it was asked; names and the picture of the signature stay at the station.
    """

    listed = ("resident", "volunteer", "worker", "purpose", "answer", "given_on", "withdrawn_on")
    sorted_by = "given_on"

    resident: Mapped[str | None] = refers_to("resident", N_("Resident"), headers=("居民", "姓名"))
    volunteer: Mapped[str | None] = refers_to("volunteer", N_("Volunteer"))
    worker: Mapped[str | None] = refers_to("worker", N_("Social worker"))
    purpose: Mapped[str | None] = choice(Purpose, N_("For what"), needed=True, headers=("事项", "同意事项"))
    ground: Mapped[str | None] = choice(Ground, N_("Legal ground"), required=True)
    answer: Mapped[str | None] = asked(N_("Answer"), needed=True, headers=("答复", "是否同意"))
    text_version: Mapped[str | None] = text(
        N_("Version of the text"), needed=True, help=N_("It stands at the foot of the printed text, such as 健康-1.")
    )
    shown: Mapped[str | None] = choice(Shown, N_("How the text was given"), required=True)
    given_on: Mapped[str | None] = date(N_("Answered on"), needed=True, past=True, headers=("日期", "签署日期"))
    by: Mapped[str | None] = choice(Speaks, N_("Answered by"), needed=True, headers=("签署人",))
    by_name: Mapped[str | None] = person_name(N_("Name of who answered, if not the person"))
    proof_kind: Mapped[str | None] = choice(Proof, N_("Kind of proof"), required=True)
    proof: Mapped[str | None] = blob(N_("Photo of the signature or thumbprint"), private=True, required=True)
    withdrawn_on: Mapped[str | None] = date(N_("Withdrawn on"), past=True, headers=("撤回日期",))
    note: Mapped[str | None] = long_text(N_("Note"), headers=("备注", "说明"))

    def problems(self) -> Iterable[Problem]:
        """One person; who answers for another says who they are; a child's data are the guardian's to agree to."""
        named = [name for name in PERSON_FIELDS if getattr(self, name)]
        if not named:
            yield Problem("PERSON_MISSING", N_("Say whose consent this is."), ("resident",))
        if len(named) > 1:
            yield Problem("ONE_PERSON", N_("A consent is one person's: name only one."), tuple(named))
        if self.by not in (None, Speaks.SELF) and not self.by_name:
            yield Problem("NAME_MISSING", N_("Write down who answered for the person."), ("by_name",))
        if self.purpose == Purpose.UNDER_14 and self.by == Speaks.SELF:
            yield Problem(
                "GUARDIAN_ANSWERS", N_("For a child under 14 a parent or guardian answers."), ("by", "by_name")
            )
        if self.answer == ConsentState.WITHDRAWN and not self.withdrawn_on:
            yield Problem("WITHDRAWN_WHEN", N_("Say on which day the consent was withdrawn."), ("withdrawn_on",))
        if self.given_on and self.withdrawn_on and self.withdrawn_on < self.given_on[: len(self.withdrawn_on)]:
            yield Problem("DATE_ORDER", N_("It cannot be withdrawn before it was given."), ("withdrawn_on", "given_on"))
        if not self.proof and self.proof_kind in (Proof.SIGNATURE, Proof.THUMBPRINT):
            yield Problem("PROOF_MISSING", N_("The photo of the signature is still missing."), ("proof",), blocks=False)

    def caption(self, named: Named) -> str:
        """Whose, and the day."""
        whose = next((named(n, getattr(self, n)) for n in PERSON_FIELDS if getattr(self, n)), "")
        return " ".join(p for p in (whose, self.given_on) if p) or self.titled()
