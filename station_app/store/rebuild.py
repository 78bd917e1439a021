"""Folding the journal again, apart from the tables: the proof that the tables are the journal's fold, and recounts at a position."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, delete, select

from station_app.kinds.base import KINDS, Base
from station_app.store import journal
from station_app.store.engine import scratch
from station_app.store.entries import Effect, effect_in
from station_app.store.fold import CHUNK_ITEMS, Fold
from station_app.store.journal import Device
from station_app.store.prepared import Prepared
from station_app.store.tables import conflict, misfit, sight, touch

_CACHE: Final = -128_000  # KiB
#: Told how many entries were folded just now; raises where somebody asked to stop.
Folded = Callable[[int], None]


@contextmanager
def recount(
    source: Connection, station: str, folder: Path, position: Mapping[str, int] | None = None, folded: Folded | None = None
) -> Iterator[Connection]:  # fmt: skip
    """The station's tables folded anew from the journal, up to ``position`` (default: as far as folded)."""
    with scratch(folder) as database, database.writing() as target:
        Base.metadata.create_all(target)
        refold(source, target, station, position, folded)
        yield target


def refold(
    source: Connection, target: Connection, station: str, position: Mapping[str, int] | None, folded: Folded | None = None
) -> None:  # fmt: skip
    """Fold a station's chains from one database into another, empty one, in causal order."""
    fold = Fold()
    family = journal.devices(source, station)
    limits = {d.device: min(d.folded, position.get(d.device, 0)) if position is not None else d.folded for d in family}
    # same device numbers in both databases, so that touches and sights compare
    for one in family:
        journal.register(target, station, one.device)
    known = journal.devices(target, station)
    renumbered = {d.device: d for d in known}
    chains = {d.device: _Chain(source, d, limits[d.device]) for d in family if limits[d.device]}
    done = dict.fromkeys(limits, 0)

    def take_in(device_id: str, run: list[tuple[Effect, journal.Row]]) -> None:
        one = renumbered[device_id]
        journal.copy_rows(target, one, [row for _effect, row in run], run[-1][0].head)
        fold.fold_effects(target, one, [effect for effect, _row in run], known)
        if folded is not None:
            folded(len(run))

    _walk(chains, done, limits, take_in)


def _walk(
    chains: dict[str, "_Chain"], done: dict[str, int], limits: Mapping[str, int],
    take_in: Callable[[str, list[tuple[Effect, journal.Row]]], None],
) -> None:  # fmt: skip
    """All chains in causal order: an entry after everything it had seen."""
    while chains:
        moved = False
        for device_id, chain in list(chains.items()):
            run = chain.take(done, limits)
            if run:
                moved = True
                take_in(device_id, run)
                done[device_id] = run[-1][0].head.seq
            if chain.at_end:
                del chains[device_id]
        if not moved and chains:  # devices that claim to have seen each other's future: any order will do (rule 5)
            next(iter(chains.values())).ignore_seen = True


class _Chain:
    """A chain read in runs that may be folded now: everything its next entry had seen is folded."""

    def __init__(self, source: Connection, one: Device, last: int) -> None:
        self._rows = journal.rows_of(source, one.no, last)
        self._next: tuple[Effect, journal.Row] | None = None
        self.at_end = False
        self.ignore_seen = False
        self._step()

    def _step(self) -> None:
        row = next(self._rows, None)
        self._next = None if row is None else (effect_in(journal.line_of(row[4], row[1])), row)
        self.at_end = row is None

    def take(self, done: Mapping[str, int], limits: Mapping[str, int]) -> list[tuple[Effect, journal.Row]]:
        """Up to a chunk of entries that are ready."""
        run: list[tuple[Effect, journal.Row]] = []
        items = 0
        while self._next is not None and items < CHUNK_ITEMS:
            seen = self._next[0].head.seen
            if seen and not self.ignore_seen and any(done.get(d, 0) < min(s, limits.get(d, 0)) for d, s in seen.items()):
                break
            run.append(self._next)
            items += self._next[0].items
            self.ignore_seen = False
            self._step()
        return run


def differences(
    live: Connection, station: str, folder: Path, most: int = 100, folded: Folded | None = None
) -> list[dict[str, Any]]:  # fmt: skip
    """Where the tables are not the journal's fold: kind, record, fields. Empty when they are the same."""
    found: list[dict[str, Any]] = []
    with recount(live, station, folder, folded=folded) as again:
        for declared in KINDS.classes():
            table = declared.__table__
            assert isinstance(table, Table)
            found += _compare(live, again, table, station, declared.kind_name, most - len(found))
        found += _compare(live, again, conflict, station, "conflict", most - len(found))
    return found


def _compare(
    live: Connection, again: Connection, table: Table, station: str, kind: str, most: int
) -> list[dict[str, Any]]:
    """Walk both tables in key order, as the driver gives the rows: whole rows compare in one step."""
    found: list[dict[str, Any]] = []
    names = [c.name for c in table.columns]
    keys = [names.index(c.name) for c in table.primary_key.columns]
    left, right = raw_rows(live, table, station), raw_rows(again, table, station)
    one, two = next(left, None), next(right, None)
    while (one is not None or two is not None) and len(found) < most:
        if one is not None and one == two:
            one, two = next(left, None), next(right, None)
            continue
        key_one = None if one is None else tuple(one[n] for n in keys)
        key_two = None if two is None else tuple(two[n] for n in keys)
        if key_one is not None and key_one == key_two:
            assert one is not None and two is not None
            wrong = [name for name, here, there in zip(names, one, two, strict=True) if here != there]
            if wrong:
                found.append({"kind": kind, "record": key_one[1], "fields": wrong})
            one, two = next(left, None), next(right, None)
        elif key_two is None or (key_one is not None and key_one < key_two):
            assert key_one is not None
            found.append({"kind": kind, "record": key_one[1], "fields": ["+"]})
            one = next(left, None)
        else:
            found.append({"kind": kind, "record": key_two[1], "fields": ["-"]})
            two = next(right, None)
    return found


def raw_rows(connection: Connection, table: Table, station: str) -> Iterator[tuple[Any, ...]]:
    """A station's rows in key order, in the order of the table's columns, as the driver gives them."""
    keys = list(table.primary_key.columns)
    # by bytes everywhere: PostgreSQL alone would order by the language of the cluster
    order = [c.collate("C") for c in keys] if connection.dialect.name == "postgresql" else keys
    statement = Prepared(select(table).where(table.c.station == bindparam("the_station")).order_by(*order))
    cursor = statement.run(connection, {"the_station": station})
    try:
        while rows := cursor.fetchmany(1_000):
            yield from (tuple(row) for row in rows)
    finally:
        cursor.close()


def fold_in_place(connection: Connection, station: str, fold: Fold) -> None:
    """Empty the folded tables of a station and fold its chains again, inside the caller's transaction."""
    with _much_cache(connection):
        _fold_in_place(connection, station, fold)


@contextmanager
def _much_cache(connection: Connection) -> Iterator[None]:
    """All of a large station's tables are written anew: a page that leaves the cache is encrypted, and decrypted again."""
    if connection.dialect.name == "postgresql":
        yield
        return
    usual = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size = {_CACHE}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = {usual}")


def _fold_in_place(connection: Connection, station: str, fold: Fold) -> None:
    family = journal.devices(connection, station)
    for table in (touch, sight):
        column = table.c.at if table is touch else table.c.no
        for one in family:
            low = journal.at_of(one.no, 0) if table is touch else one.no
            high = journal.at_of(one.no + 1, 0) if table is touch else one.no + 1
            connection.execute(delete(table).where(column >= low, column < high))
    kinds = [k.__table__ for k in KINDS.classes()]
    for owned in (conflict, misfit, *(t for t in kinds if isinstance(t, Table))):
        connection.execute(delete(owned).where(owned.c.station == station))
    if fold.watcher is not None:
        fold.watcher.emptied(connection)
    chains = {d.device: _Chain(connection, d, d.folded) for d in family if d.folded}
    limits = {d.device: d.folded for d in family}
    done = dict.fromkeys(limits, 0)
    by_name = {d.device: d for d in family}
    bare = Fold()  # the search index is filled once, at the end: a record is edited more often than it is

    def take_in(device_id: str, run: list[tuple[Effect, journal.Row]]) -> None:
        bare.fold_effects(connection, by_name[device_id], [effect for effect, _row in run], family)

    _walk(chains, done, limits, take_in)
    if fold.watcher is not None:
        fold.watcher.refilled(connection, station)
