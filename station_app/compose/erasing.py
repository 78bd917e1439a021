"""Erasing on a lawful request, as the window and the command line do it; resumed when a station opens."""

from pathlib import Path
from typing import TYPE_CHECKING

from station_app.messages import Refusal
from station_app.store.files import write_whole

if TYPE_CHECKING:
    from station_app.compose.station import OpenStation
    from station_app.store.erasure import Erased
    from station_app.store.records import Found
    from station_app.work.erasing import Entry


def erase_record(
    station: "OpenStation", kind: str, record: str, reason: str, ground: str = "request"
) -> "Erased | Refusal":
    """Erase one record for ever (the head's alone)."""
    from station_app.work import erasing

    return erasing.erase(station, [(kind, record)], reason, ground)


def erase_person(
    station: "OpenStation", kind: str, record: str, reason: str, ground: str = "request"
) -> "Erased | Refusal":
    """Erase a person's record together with every record about them (the head's alone)."""
    from station_app.work import erasing

    with station.store.reading() as reader:
        targets = erasing.belonging(reader, kind, record)
    return erasing.erase(station, targets, reason, ground)


def what_goes(station: "OpenStation", kind: str, record: str) -> tuple[list["Found"], list[str]]:
    """Before erasing a person: the records that would go, and captions of those that stay and still say the name."""
    from station_app.work import erasing

    with station.store.reading() as reader:
        found = [reader.get(*key) for key in erasing.belonging(reader, kind, record)]
        return [one for one in found if one is not None], erasing.mentions(reader, kind, record)


def erasures(station: "OpenStation") -> list["Entry"]:
    """The register of erasures, newest first."""
    from station_app.work import erasing

    return erasing.register(station)


def resume_erasing(station: "OpenStation") -> None:
    """Go on clearing away what a killed process left, and erase again what an older copy of the station brought back.

    Nothing is done to a store that may not be written now.
    """
    from station_app.store.freshness import State
    from station_app.work import erasing

    standing = station.store.guard.standing
    if standing.in_doubt:
        return
    if standing.state is not State.COPY:  # a copy's first entry would make a device of it
        erasing.reapply(station, station.folder / erasing.LIST)
    erasing.finish(station)


def carry_list(live: Path, restored: Path) -> None:
    """Give the list of erasures to a backup that is about to take a live folder's place: it is carried out when that opens.

    Raises OSError when the disk refuses.
    """
    from station_app.work.erasing import LIST

    file = live / LIST
    if file.is_file():
        write_whole(restored / LIST, file.read_bytes())
