"""What is said of a signed report, and the names of its two fields; loads nothing heavy."""

from dataclasses import dataclass
from datetime import datetime

from station_app.messages import N_, Refusal, _
from station_app.trust.chain import Holder

#: The two fields a report is prepared with.
HEAD_FIELD, CENTRE_FIELD = "station_head", "centre"
_TITLES = {HEAD_FIELD: N_("station head"), CENTRE_FIELD: N_("guidance centre")}


def at_field(*fields: str) -> dict[str, object]:
    """The values of a refusal that concerns these fields: their names as people know them."""
    return {"field": ", ".join(_(_TITLES[name]) if name in _TITLES else name for name in fields)}


@dataclass(frozen=True, slots=True)
class ReportVerdict:
    """What may be believed of a report: who signed, who countersigned, and every reason not to."""

    valid: bool
    signer: Holder | None = None
    signed_at: datetime | None = None
    centre_signer: Holder | None = None
    countersigned_at: datetime | None = None
    problems: tuple[Refusal, ...] = ()
