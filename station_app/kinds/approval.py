"""An approval: a second person agreed to one act of somebody else, once."""

from collections.abc import Iterable

from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import choice, long_text, moment, text
from station_app.kinds.law_codes import Approves
from station_app.messages import N_
from station_app.spec.problems import Problem


class Approval(Record, kind="approval", section="law", merge="append_only", title=N_("Approval")):
    """A second person's agreement (未成年人网络保护条例 36; 档案管理违法违纪 rules on destruction: two signatures).

    ``about`` is the record it concerns: the child for reading a minor's data, the list for a destruction. Given with the
    second person's own password, for 24 hours and one use; or written by the centre, which signs it by its own chain.
    """

    made_by_program = True
    listed = ("at", "approves", "about", "second", "until")
    sorted_by = "at"

    at: Mapped[str | None] = moment(N_("Given at"), needed=True, past=True)
    approves: Mapped[str | None] = choice(Approves, N_("For what"), needed=True)
    about: Mapped[str | None] = text(N_("Record (id)"), needed=True)
    second: Mapped[str | None] = text(N_("Second person (user's id)"))
    until: Mapped[str | None] = moment(N_("Good until"))
    reason: Mapped[str | None] = long_text(N_("Reason"), private=True)

    def problems(self) -> Iterable[Problem]:
        """What was agreed to ends after it began."""
        if self.at and self.until and self.until < self.at:
            yield Problem("DATE_ORDER", N_("An approval cannot end before it was given."), ("until", "at"))

    def caption(self, named: Named) -> str:
        """When."""
        return (self.at or "").replace("T", " ") or self.titled()
