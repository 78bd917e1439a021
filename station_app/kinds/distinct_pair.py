"""Two records that look like one person and are two: said once by a person, not asked again."""

from collections.abc import Iterable

from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import choice, refers_to
from station_app.messages import N_
from station_app.spec.fields import Choice
from station_app.spec.problems import Problem


class People(Choice):
    """Kinds of people of whom one may stand in the register twice."""

    RESIDENT = "resident", N_("Resident")
    VOLUNTEER = "volunteer", N_("Volunteer")


class DistinctPair(Record, kind="distinct_pair", section="people", merge="by_field", title=N_("Two different people")):
    """“Not a duplicate”: travels to the station's other computers, so that nobody is asked twice.

    Only references, no name: open. Removing the record asks again. Two residents or two volunteers.
    """

    made_by_program = True

    people: Mapped[str | None] = choice(People, N_("Kind of record"), needed=True)
    resident_one: Mapped[str | None] = refers_to("resident", N_("Resident"))
    resident_other: Mapped[str | None] = refers_to("resident", N_("The other resident"))
    volunteer_one: Mapped[str | None] = refers_to("volunteer", N_("Volunteer"))
    volunteer_other: Mapped[str | None] = refers_to("volunteer", N_("The other volunteer"))

    def problems(self) -> Iterable[Problem]:
        """Nobody differs from themselves."""
        for one, other, name in (
            (self.resident_one, self.resident_other, "resident_other"),
            (self.volunteer_one, self.volunteer_other, "volunteer_other"),
        ):
            if one is not None and one == other:
                yield Problem("PAIR_OF_ONE", N_("Both are the same record."), (name,))

    def caption(self, named: Named) -> str:
        """Both names."""
        kind, one, other = (
            ("resident", self.resident_one, self.resident_other)
            if self.resident_one
            else ("volunteer", self.volunteer_one, self.volunteer_other)
        )
        return "、".join(filter(None, (named(kind, one), named(kind, other)))) or self.titled()
