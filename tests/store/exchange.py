"""Carrying entries between stores without bundles, and comparing what they fold to."""

from typing import Any

from sqlalchemy import Connection, select

from station_app.kinds.base import KINDS
from station_app.store import entries as e
from station_app.store import journal
from station_app.store.engine import Database
from station_app.store.fold import Fold
from station_app.store.tables import conflict

Chain = list[tuple[e.Entry, bytes]]


def chain_of(database: Database, device: str) -> Chain:
    """A device's whole chain as this database holds it."""
    with database.reading() as connection:
        one = journal.device_named(connection, device)
        assert one is not None
        return [(e.parse(line), digest) for _seq, digest, line in journal.chain(connection, one.no)]


def take_in(database: Database, fold: Fold, station: str, device: str, chain: Chain) -> None:
    """Append what is new of a chain, and fold it: what arrival does after its checks."""
    with database.writing() as connection:
        one = journal.register(connection, station, device)
        fresh = [(entry, digest) for entry, digest in chain if entry.head.seq > one.seq]
        if fresh:
            assert fresh[0][0].head.seq == one.seq + 1
            journal.append(connection, one, fresh)
        again = journal.device_named(connection, device)
        assert again is not None
        fold.advance(connection, again)


def rows_of(connection: Connection, kinds: list[str]) -> dict[str, Any]:
    """Every row of these kinds, and every conflict: what must be the same everywhere."""
    found: dict[str, Any] = {}
    for kind in kinds:
        table = KINDS[kind].__table__
        for row in connection.execute(select(table)):
            found[f"{kind}:{row.id}"] = tuple(row)
    for row in connection.execute(select(conflict)):
        found[f"conflict:{row.kind}:{row.record}:{row.field}"] = row.heads
    return found
