"""A station's database opened under guard: anchors outside the folder, the seal of the file, the copy that becomes a device of its own."""

from pathlib import Path
from typing import TYPE_CHECKING

from station_app.messages import Refusal
from station_app.store.engine import open_sqlite
from station_app.store.guard import Guard, Keeper
from station_app.store.opened import Store
from station_app.trust.anchors import Anchors, machine, system_ring

if TYPE_CHECKING:
    pass


def guard_of(file: Path) -> Guard:
    """The guard of a database that is not open yet: its seal is read before anything can touch the file."""
    return Guard(file, _keeper, machine())


def _keeper(key: bytes) -> Keeper:
    return Anchors(key, ring=system_ring())


def open_store(file: Path, key: bytes) -> Store | Refusal:
    """The store in a station's folder, judged: :attr:`Store.guard` says how it stands."""
    return Store.open(open_sqlite(file, key), file.parent, guard_of(file))


def create_store(file: Path, key: bytes, station: str) -> Store:
    """A new store, guarded from its first entry on."""
    return Store.create(open_sqlite(file, key), file.parent, station, guard_of(file))
