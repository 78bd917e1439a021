"""The centre as second person: what waits for its countersignature at stations that have nobody else, and giving it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from station_app.clock import now_ms
from station_app.kinds.base import KINDS
from station_app.kinds.law_codes import Approves, ListState
from station_app.kinds.station import Station
from station_app.messages import Refusal
from station_app.store.change import Done, Edit
from station_app.store.records import Reader
from station_app.store.refusals import StoreRefusal
from station_app.sync import opening
from station_app.work.moments import moment_of
from station_app.work.revealing import countersigned

if TYPE_CHECKING:
    from station_app.centre.opened import Centre


@dataclass(frozen=True, slots=True)
class Waiting:
    """A minor's data that were read, or a destruction list that one person signed. ``about`` names no person."""

    station: str
    kind: str
    record: str
    at: str
    about: str


def waiting(centre: "Centre", station: str | None = None) -> list[Waiting]:
    """What waits, oldest first; of one station, or of all."""
    found: list[Waiting] = []
    with centre.database.reading() as connection:
        table = Station.__table__
        stations = [station] if station else list(connection.execute(select(table.c.station).distinct()).scalars())
        for one in stations:
            reader = Reader(connection, one)
            signed = countersigned(reader, opening.centre_chain(centre.authority.roots, one))
            for access in reader.all("access", {"waits": True}):
                if access.id not in signed:
                    about = f"{access.fields.get('what')}: {access.fields.get('shown')}"
                    found.append(Waiting(one, "access", access.id, str(access.fields.get("at")), about))
            for listed in reader.all("destruction", {"state": ListState.SIGNED.value}):
                if listed.id not in signed:
                    about = f"{listed.fields.get('total')} − {listed.fields.get('kept')}"
                    found.append(Waiting(one, "destruction", listed.id, str(listed.fields.get("made_on")), about))
    return sorted(found, key=lambda w: (w.at, w.record))


def approve(centre: "Centre", station: str, record: str) -> str | Refusal:
    """Countersign one of them: an entry of the centre's own chain, on the way to the station with the next stick."""
    one = next((w for w in waiting(centre, station) if w.record == record), None)
    if one is None:
        return Refusal(StoreRefusal.UNKNOWN_RECORD, {"kind": KINDS["approval"].titled(), "record": record})
    approves = Approves.MINOR if one.kind == "access" else Approves.DESTRUCTION
    fields = {"at": moment_of(now_ms()), "approves": approves.value, "about": record}
    done = centre.reports.write(station, Edit("approval", fields), "approve")
    return done.records[0] if isinstance(done, Done) else done
