"""Bringing a database to this version's tables; a kind that became known meanwhile is folded from the journal."""

from typing import Final

from sqlalchemy import Connection, Table, inspect, select

from station_app.kinds.base import KINDS, Base
from station_app.store.engine import Database
from station_app.store.search import SearchIndex

#: Tables only a station has.
STATION_ONLY: Final = frozenset({"search_key"})


def bring_up(database: Database, searchable: bool) -> list[str]:
    """Create what is missing. Returns the kinds whose tables are new in an old database: they wait to be folded."""
    with database.writing() as connection:
        return create_missing(connection, searchable)


def create_missing(connection: Connection, searchable: bool) -> list[str]:
    """See :func:`bring_up`; inside the caller's transaction."""
    there = set(inspect(connection).get_table_names())
    missing = [
        t for t in Base.metadata.sorted_tables if t.name not in there and (searchable or t.name not in STATION_ONLY)
    ]
    Base.metadata.create_all(connection, tables=missing, checkfirst=False)
    if searchable:
        SearchIndex.create(connection)
    if not there:
        return []
    return [t.name for t in missing if t.name in KINDS]


def has_rows(connection: Connection, table: Table) -> bool:
    """Whether a table holds anything."""
    return connection.execute(select(table).limit(1)).first() is not None
