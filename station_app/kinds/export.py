"""An export: records that left the program, who took them out, why, how many, and the hash of the file."""

from collections.abc import Iterable

from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import count, long_text, moment, text, yes_no
from station_app.messages import N_
from station_app.spec.problems import Problem


class Export(Record, kind="export", section="law", merge="append_only", title=N_("Export")):
    """Records that left the program as a file (PIPL 51, 54; SECURITY A31). Written before the file is.

    Who did it is the entry's author. Reason and recipient are private, the rest is open: the centre sees how much left a
    station, readable or sealed, never what or for whom.
    """

    made_by_program = True
    erasable = False
    listed = ("at", "what", "records", "readable", "masked", "second", "reason")

    at: Mapped[str | None] = moment(N_("Taken out at"), needed=True, past=True)
    what: Mapped[str | None] = text(N_("Kind of record"), needed=True, help=N_("“everything” is the whole station."))
    records: Mapped[int | None] = count(N_("Number of records"), needed=True, at_least=0)
    form: Mapped[str | None] = text(N_("Form of the file"))
    sha256: Mapped[str | None] = text(N_("Hash of the file (SHA-256)"), needed=True)
    readable: Mapped[bool | None] = yes_no(N_("Readable for whoever holds the file"))
    masked: Mapped[bool | None] = yes_no(N_("Numbers and health masked"))
    second: Mapped[str | None] = text(N_("Second person (user's id)"))
    recipient: Mapped[str | None] = text(N_("Recipient"), private=True)
    reason: Mapped[str | None] = long_text(N_("Reason"), private=True, needed=True)

    def problems(self) -> Iterable[Problem]:
        """A sealed file names for whom."""
        if self.readable is False and not self.recipient:
            yield Problem("RECIPIENT_MISSING", N_("A sealed export names its recipient."), ("recipient",))

    def caption(self, named: Named) -> str:
        """What left, and when."""
        return " ".join(p for p in (self.what, (self.at or "")[:10]) if p) or self.titled()
