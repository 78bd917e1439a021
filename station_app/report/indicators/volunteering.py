"""F03: distinct volunteers, someone registered twice as the same resident being one person."""

from collections.abc import Iterable

from sqlalchemy import and_, func, select

from station_app.kinds.lines import ONE, Line, Listing, Scope
from station_app.kinds.volunteer import Volunteer
from station_app.kinds.volunteer_hours import VolunteerHours
from station_app.messages import N_


def _people(scope: Scope) -> Listing:
    person = func.coalesce(Volunteer.resident, VolunteerHours.volunteer)
    return (
        select(func.min(VolunteerHours.volunteer).label("id"), ONE.label("amount"))
        .select_from(VolunteerHours)
        .join(Volunteer, and_(Volunteer.id == VolunteerHours.volunteer, scope.of(Volunteer)), isouter=True)
        .where(VolunteerHours.counted(scope), VolunteerHours.volunteer.is_not(None))
        .group_by(person)
    )


def report_lines() -> Iterable[Line]:
    """The line of part F that needs the volunteers' records too."""
    yield Line(key="F03", title=N_("Volunteers taking part"), unit=N_("people"), kind="volunteer", select=_people)
