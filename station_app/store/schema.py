"""Bringing a database to this version's tables; a kind that became known meanwhile is folded from the journal."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Table, inspect, text

from station_app.kinds.base import KINDS, Base
from station_app.messages import Refusal, Refused
from station_app.store import migrations, tables  # noqa: F401  # the store's own tables are part of the metadata
from station_app.store.engine import Database
from station_app.store.migrations import STATION_ONLY
from station_app.store.refusals import StoreRefusal
from station_app.store.search import SearchIndex

#: Any number: two centre processes that start together migrate one after the other.
_LOCK = 0x5A710


def bring_up(database: Database, searchable: bool) -> list[str]:
    """Create or migrate what is missing. Returns the kinds that an old database must fold anew: new ones, or with new columns.

    Raises :class:`Refused` (``newer_store``) for a database that a newer program has migrated.
    """
    with database.reading() as connection:
        if migrations.stored(connection) == migrations.HEAD and not _missing(connection, searchable):
            return []
    with _migrating(database) as connection:
        before = _columns(connection)
        if not before:  # nothing there: the models themselves; a test holds them equal to the migrations
            _create(connection, searchable)
            migrations.stamp(connection, migrations.HEAD)
            return []
        at = migrations.stored(connection)
        if at is None:
            migrations.stamp(connection, migrations.FIRST)
            at = migrations.FIRST
        if at != migrations.HEAD:
            if at not in {one.revision for one in migrations.scripts().walk_revisions()}:
                raise Refused(Refusal(StoreRefusal.NEWER_STORE))
            migrations.upgrade(connection, searchable)
        create_missing(connection, searchable)
        after = _columns(connection)
    return [kind for kind in KINDS if after.get(kind, set()) - before.get(kind, set())]


def create_missing(connection: Connection, searchable: bool) -> list[str]:
    """Tables of kinds that no migration knows (a newer kind, a throw-away one in a test); inside the caller's transaction.

    Returns the kinds among them.
    """
    missing = _missing(connection, searchable)
    Base.metadata.create_all(connection, tables=missing, checkfirst=False)
    return [t.name for t in missing if t.name in KINDS]


def _create(connection: Connection, searchable: bool) -> None:
    create_missing(connection, searchable)
    if searchable:
        SearchIndex.create(connection)


def _missing(connection: Connection, searchable: bool) -> list[Table]:
    there = set(inspect(connection).get_table_names())
    return [
        t for t in Base.metadata.sorted_tables if t.name not in there and (searchable or t.name not in STATION_ONLY)
    ]


def _columns(connection: Connection) -> dict[str, set[str]]:
    """The columns of each table that is there."""
    return {
        name: {column["name"] for column in columns}
        for (_schema, name), columns in inspect(connection).get_multi_columns().items()
        if name is not None
    }


@contextmanager
def _migrating(database: Database) -> Iterator[Connection]:
    """A write transaction with foreign keys off (before it begins: inside it SQLite ignores the word), and alone."""
    if database.is_postgres:
        with database.writing() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            yield connection
        return
    with database.without_foreign_keys(), database.writing() as connection:
        yield connection
