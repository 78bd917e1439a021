"""What happened to users and keys: who was added, disabled, given another role or password, and how the station was recovered."""

from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import choice, moment, text
from station_app.messages import N_, _
from station_app.spec.fields import Choice


class KeyAct(Choice):
    """What was done."""

    ADDED = "added", N_("User added")
    ROLE = "role", N_("Another role")
    PASSWORD = "password", N_("New password")
    DISABLED = "disabled", N_("User disabled")
    KEY = "key", N_("Station's key changed")
    SHEET = "sheet", N_("New recovery sheet")
    RECOVERED = "recovered", N_("Recovered with the recovery sheet")
    BY_TWO = "by_two", N_("Recovered by two, with the centre")
    LAID_DOWN = "laid_down", N_("Recovery by two prepared")


class KeyEvent(Record, kind="key_event", section="station", merge="append_only", title=N_("Users and keys")):
    """An act on users and keys. Who did it is the entry's author; ``whom`` is a user's id, never a name: names are in ``account``.

    The program writes it once the act itself is done: the vault's file and the journal are two files, and a crash in between
    leaves the act without its line, never a line without the act.
    """

    made_by_program = True
    erasable = False
    listed = ("at", "what", "whom", "role")
    sorted_by = "at"

    at: Mapped[str | None] = moment(N_("When"), needed=True, past=True)
    what: Mapped[str | None] = choice(KeyAct, N_("What was done"), needed=True)
    whom: Mapped[str | None] = text(N_("User (id)"))
    role: Mapped[str | None] = text(N_("Role"))

    def caption(self, named: Named) -> str:
        """What, and when."""
        titles = {act.value: act.label for act in KeyAct}
        return " ".join(p for p in (_(titles.get(self.what or "", "")), (self.at or "")[:10]) if p) or self.titled()
