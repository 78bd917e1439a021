"""A user of the station as its other computers know them: the name behind the id in entries."""

from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import choice, person_name
from station_app.messages import N_
from station_app.spec.fields import Choice


class AccountRole(Choice):
    """What a user was when the station's directory took them up; what they may do stands in each computer's vault."""

    HEAD = "head", N_("Station head")
    WORKER = "worker", N_("Social worker")
    COORDINATOR = "coordinator", N_("Volunteer coordinator")
    CLERK = "clerk", N_("Clerk")


class Account(Record, kind="account", section="station", merge="by_field", title=N_("User")):
    """A user of one of the station's computers. The record's id is the user's id; written by the program alone.

    The name is private: the centre learns that an entry has an author, never who it is.
    """

    made_by_program = True
    listed = ("name", "role")
    sorted_by = "name"

    name: Mapped[str | None] = person_name(N_("Name"), needed=True)
    role: Mapped[str | None] = choice(AccountRole, N_("Role"))

    def caption(self, named: Named) -> str:
        """The name."""
        return self.name or self.titled()
