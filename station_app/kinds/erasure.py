"""An erasure: which record was erased for ever, on what legal ground, and whether the centre has countersigned it."""

from collections.abc import Iterable

from sqlalchemy.orm import Mapped

from station_app.kinds.base import KINDS, Named, Record
from station_app.kinds.columns import choice, date, long_text, text
from station_app.messages import N_, _
from station_app.spec.fields import Choice
from station_app.spec.problems import Problem


class ErasureGround(Choice):
    """Why a record may be erased (PIPL 47; archive rules for the last but one)."""

    REQUEST = "request", N_("The person asked for it"), "本人要求删除"
    CONSENT_WITHDRAWN = "consent_withdrawn", N_("Consent was withdrawn"), "撤回同意"
    PURPOSE_DONE = "purpose_done", N_("The purpose is reached, or cannot be reached any more"), "目的已实现"
    RETENTION_OVER = "retention_over", N_("The time of keeping is over"), "保存期限已满"
    UNLAWFUL = "unlawful", N_("It was recorded against the law"), "违法处理"
    OTHER_LAW = "other_law", N_("Another law demands it"), "法律法规规定的其他情形"


class Erasure(Record, kind="erasure", section="law", merge="by_field", title=N_("Erasure")):
    """An erasure 依法删除 (DESIGN, "Fold" rule 7). Written together with what it does; nothing of the erased record stands here.

    The item that names kind and record is open, so that everyone can see which bodies may be missing; the reason is private.
    ``countersigned_on`` counts only where the centre's own chain wrote it.
    """

    made_by_program = True
    erasable = False
    listed = ("erased_on", "target_kind", "ground", "countersigned_on", "reason")
    sorted_by = "erased_on"

    erased_on: Mapped[str | None] = date(N_("Erased on"), needed=True, past=True)
    target_kind: Mapped[str | None] = text(N_("Kind of record"), needed=True)
    target: Mapped[str | None] = text(N_("Record (id)"), needed=True)
    ground: Mapped[str | None] = choice(ErasureGround, N_("Legal ground"), needed=True)
    countersigned_on: Mapped[str | None] = date(N_("Countersigned by the centre on"), past=True)
    reason: Mapped[str | None] = long_text(N_("Reason"), private=True)

    def problems(self) -> Iterable[Problem]:
        """What is erased first is countersigned later."""
        if self.erased_on and self.countersigned_on and self.countersigned_on < self.erased_on:
            yield Problem("DATE_ORDER", N_("It cannot be countersigned before it was erased."), ("countersigned_on",))

    def caption(self, named: Named) -> str:
        """Kind and day, never what it was."""
        kind = KINDS.get(self.target_kind or "")
        title = _(kind.kind_title) if kind is not None else self.target_kind or ""
        return " ".join(p for p in (title, self.erased_on) if p) or self.titled()
