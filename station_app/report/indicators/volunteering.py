"""F03: distinct volunteers, someone registered twice as the same resident being one person."""

from collections.abc import Iterable

from station_app.kinds.lines import Facts, Line, Listed, Scope, first_of_each
from station_app.kinds.volunteer import VOLUNTEERS
from station_app.kinds.volunteer_hours import SHIFTS
from station_app.messages import N_


def _people(facts: Facts, scope: Scope) -> Listed:
    same = facts.once("same_person", lambda: {row.id: row.resident or row.id for row in facts.rows(VOLUNTEERS, scope)})
    everyone = {row[2] for row in facts.rows(SHIFTS, scope) if row[2] is not None}
    return first_of_each((same.get(volunteer, volunteer), volunteer) for volunteer in everyone)


def report_lines() -> Iterable[Line]:
    """The line of part F that needs the volunteers' records too."""
    yield Line(
        key="F03",
        title=N_("Volunteers taking part"),
        unit=N_("people"),
        kind="volunteer",
        sources=(SHIFTS, VOLUNTEERS),
        listed=_people,
    )
