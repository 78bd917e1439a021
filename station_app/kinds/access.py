"""An access: somebody read what is masked; which records, which fields, why, and who else agreed."""

from collections.abc import Iterable

from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import choice, count, data, long_text, moment, refers_to, text, yes_no
from station_app.kinds.law_codes import Reading
from station_app.messages import N_
from station_app.spec.problems import Problem


class Access(Record, kind="access", section="law", merge="append_only", title=N_("Access to masked data")):
    """Masked data that were read (PIPL 51, 54; 未成年人网络保护条例 36, 37). Written before the value is shown.

    Who did it is the entry's author. The reason is private, the rest open: the centre sees how much is read at a station and
    countersigns what was read of minors where the station has no second person.
    """

    made_by_program = True
    listed = ("at", "way", "what", "person", "shown", "minor", "reason")
    sorted_by = "at"

    at: Mapped[str | None] = moment(N_("Read at"), needed=True, past=True)
    way: Mapped[str | None] = choice(Reading, N_("How"), needed=True)
    what: Mapped[str | None] = text(N_("Kind of record"), needed=True)
    person: Mapped[str | None] = refers_to("resident", N_("Resident"))
    records: Mapped[int | None] = count(N_("Number of records"), needed=True, at_least=1)
    which: Mapped[str | None] = data(N_("Records (ids)"))
    shown: Mapped[str | None] = text(N_("Fields"), needed=True)
    minor: Mapped[bool | None] = yes_no(N_("Of a minor"))
    second: Mapped[str | None] = text(N_("Second person (user's id)"))
    approval: Mapped[str | None] = refers_to("approval", N_("Approval used"))
    waits: Mapped[bool | None] = yes_no(N_("Waits for the centre's countersignature"))
    reason: Mapped[str | None] = long_text(N_("Reason"), private=True, needed=True)

    def problems(self) -> Iterable[Problem]:
        """A minor's data are read with a second person, or wait for the centre's word."""
        if self.minor and not (self.second or self.waits):
            yield Problem("SECOND_MISSING", N_("Reading a minor's data needs a second person."), ("second", "waits"))

    def caption(self, named: Named) -> str:
        """Whose data, and when."""
        return " ".join(p for p in (named("resident", self.person), (self.at or "")[:10]) if p) or self.titled()
