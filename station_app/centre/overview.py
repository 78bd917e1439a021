"""The centre's overview: each station's state for a month, and the sums by banner and city."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from station_app.centre.authority import Authority
from station_app.centre.reports import Reports
from station_app.clock import LOCAL
from station_app.store import journal
from station_app.store.records import Reader
from station_app.values.divisions import counties, township


@dataclass(frozen=True, slots=True)
class StationRow:
    """One station. ``state``: nothing, entries, signed, missing, differs, agrees, countersigned, returned."""

    station: str
    name: str
    level: str
    state: str
    last: str | None
    month: str | None


@dataclass(frozen=True, slots=True)
class LevelRow:
    """The stations of one banner or of the city, by state."""

    level: str
    code: str
    name: str
    states: dict[str, int]


@dataclass(frozen=True, slots=True)
class Overview:
    """All stations, and the levels above them."""

    stations: list[StationRow]
    levels: list[LevelRow]


def overview(connection: Connection, authority: Authority, reports: Reports, month: str | None) -> Overview:
    """Every station that was invited or has handed in, for a month (or its newest report)."""
    known = {one.station for one in authority.invitations()} | {h.station for h in authority.holders()}
    known |= {device.station for device in journal.devices(connection)}
    rows = [_row(connection, reports, station, month) for station in sorted(known)]
    levels = [
        _level(level, code, [row for row in rows if row.station.startswith(code)])
        for level, digits in (("banner", 6), ("city", 4))
        for code in sorted({row.station[:digits] for row in rows})
    ]
    return Overview(rows, levels)


def _row(connection: Connection, reports: Reports, station: str, month: str | None) -> StationRow:
    devices = [one for one in journal.devices(connection, station) if one.seq]
    last = max((one.time for one in devices), default=0)
    said = datetime.fromtimestamp(last / 1000, LOCAL).isoformat(timespec="seconds") if last else None
    state, shown = ("entries" if devices else "nothing"), month
    signed = reports.signed(connection, station, month)
    if not signed and reports.inbox.missing(connection, station):
        state = "missing"
    if signed:
        name, report = max(
            signed.items(), key=lambda pair: (str(pair[1].fields["month"]), int(str(pair[1].fields.get("number") or 0)))
        )
        shown = str(report.fields["month"])
        state = str(report.fields["state"])
        if state in ("signed", "handed_in"):
            verdict = reports.verdict(connection, station, name, report)
            state = "missing" if verdict.missing else "agrees" if verdict.agrees else "differs"
    return StationRow(station, _name(connection, station), "township", state, said, shown)


def _name(connection: Connection, station: str) -> str:
    for found in Reader(connection, station).all("station", {"code": station}, limit=1):
        return str(found.fields.get("name") or "")
    town = township(station[:9])
    return town.full_name if town else station


def _level(level: str, code: str, rows: list[StationRow]) -> LevelRow:
    name = counties().get(code, code) if level == "banner" else code
    return LevelRow(level, code, name, dict(Counter(row.state for row in rows)))
