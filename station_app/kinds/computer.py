"""A computer of the station by the name people call it; the record's id is the device's."""

from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import refers_to, text
from station_app.messages import N_


class Computer(Record, kind="computer", section="station", merge="by_field", title=N_("Computer")):
    """One of the station's computers: what people call it, so that histories and conflicts say where something was entered."""

    made_by_program = True
    listed = ("name", "room")

    name: Mapped[str | None] = text(N_("What it is called"), needed=True, private=True)
    room: Mapped[str | None] = refers_to("room", N_("Community work room"))

    def caption(self, named: Named) -> str:
        """What it is called."""
        return self.name or self.titled()
