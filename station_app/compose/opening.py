"""A station's database opened under guard: anchors outside the folder, the seal of the file, the copy that becomes a device of its own."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from station_app.clock import LOCAL
from station_app.messages import Refusal, _
from station_app.store import clocks
from station_app.store.engine import open_sqlite
from station_app.store.freshness import Standing, State
from station_app.store.guard import Guard, Keeper, became
from station_app.store.opened import Store
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action
from station_app.trust.anchors import Anchors, machine, system_ring

if TYPE_CHECKING:
    from station_app.compose.station import OpenStation


def guard_of(file: Path) -> Guard:
    """The guard of a database that is not open yet: its seal is read before anything can touch the file."""
    return Guard(file, _keeper, machine())


def _keeper(key: bytes) -> Keeper:
    return Anchors(key, ring=system_ring())


def open_store(file: Path, key: bytes) -> Store | Refusal:
    """The store in a station's folder, judged: :attr:`Store.guard` says how it stands."""
    database = open_sqlite(file, key)
    store = Store.open(database, file.parent, guard_of(file))
    if isinstance(store, Refusal):
        database.close()
    return store


def create_store(file: Path, key: bytes, station: str) -> Store:
    """A new store, guarded from its first entry on."""
    return Store.create(open_sqlite(file, key), file.parent, station, guard_of(file))


# ---------------------------------------------------------------------- how it stands, in words


def sentences(station: "OpenStation") -> list[str]:
    """What the user should know of the files now, the most urgent first; empty when there is nothing to say."""
    store = station.store
    standing = store.guard.standing
    found: list[str] = []
    if standing.refusal is not None:
        found.append(standing.refusal.message)
    elif standing.state is State.COPY:
        found.append(
            _(
                "This is a copy of a station that goes on elsewhere. It can be read; with its first entry this copy "
                "becomes a device of its own and must be enrolled with the centre anew."
            )
        )
    found += [
        _("The computer's clock may be wrong: please look at it. {why}", why=mark.sentence)
        for mark in clocks.doubts(store)
    ]
    before = became(store)
    if before and standing.state is not State.COPY and store.fact("certificate") is None:
        found.append(
            _("This computer goes on as a new device since {day}. Enrol it with the centre before handing in.",
              day=_day(before[-1]["at"]))
        )  # fmt: skip
    if not store.guard.outside:
        found.append(
            _(
                "Nothing could be remembered outside the station's folder, so an older copy of it would not be noticed at start."
            )
        )
    return found


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, LOCAL).strftime("%Y-%m-%d %H:%M")


def clock_sentences(station: "OpenStation") -> list[str]:
    """What is, and was, wrong with this computer's clock, and which entries it concerns."""
    return [
        _("Entries {first}–{last} of this computer: the time may be wrong. {why}",
          first=mark.first, last=mark.last or _("now"), why=mark.sentence)
        for mark in clocks.marks(station.store)
        if mark.device == station.store.device
    ]  # fmt: skip


# ---------------------------------------------------------------------- acts


def prove(station: "OpenStation") -> Standing:
    """Walk every chain and compare every row, now. In the background where :meth:`Guard.due` asks for it."""
    return station.store.guard.prove(station.store)


def repair(station: "OpenStation") -> Standing | Refusal:
    """Make rows again what the journal says (the head's alone)."""
    if not station.may(Action.RESTORE):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    return station.store.guard.repair(station.store)


def continue_as_new_device(station: "OpenStation") -> str | Refusal:
    """Go on with an older or doubtful store under a new device id (the head's alone); the id.

    What was known of the old device stays noted; the centre keeps both histories.
    """
    if not station.may(Action.RESTORE):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    guard = station.store.guard
    if not guard.standing.in_doubt and guard.standing.state is not State.COPY:
        return Refusal(StoreRefusal.NOTHING_WRONG)
    fresh = guard.become_new(station.store, "head")
    guard.prove(station.store)
    return fresh
