"""Migrations of the store's tables, run by the program itself when it opens a database: no settings file, no command.

Alembic is imported only where there is something to migrate: it costs a start more than everything else here together.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, func, insert, inspect, select

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory
    from sqlalchemy.sql.schema import SchemaItem

#: The first revision: databases made before there were migrations are at it.
FIRST: Final = "0001"
#: The newest one; a test compares it with the scripts.
HEAD: Final = "0002"
#: Tables only a station has: search lies in the encrypted file.
STATION_ONLY: Final = frozenset({"search_key"})
#: SQLite's full-text table and the tables it keeps for itself: no model describes them, autogenerate must not see them.
FULL_TEXT: Final = "search_text"

# Alembic's own table, as it makes it itself.
version = Table(
    "alembic_version", MetaData(), Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)  # fmt: skip


class RowsLost(Exception):
    """A migration left a table with fewer or more rows than before: it is taken back."""

    def __init__(self, table: str, before: int, after: int) -> None:
        super().__init__(f"{table}: {before} rows before the migration, {after} after")
        self.table, self.before, self.after = table, before, after


def scripts() -> "ScriptDirectory":
    """The revisions beside this module."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(Path(__file__).parent))


def stored(connection: Connection) -> str | None:
    """The revision a database is at; None when it says none."""
    if not inspect(connection).has_table(version.name):
        return None
    return connection.execute(select(version.c.version_num)).scalar()


def stamp(connection: Connection, revision: str) -> None:
    """Say that a database without a revision is at this one."""
    version.create(connection, checkfirst=True)
    connection.execute(insert(version), {"version_num": revision})


def upgrade(connection: Connection, searchable: bool) -> None:
    """Run what is missing up to the newest revision, in the caller's transaction, and compare rows before and after.

    The caller has foreign keys off: with them on, SQLite's batch mode cascades (facts/store.md).
    """
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    before = row_counts(connection)
    revisions = scripts()
    options = {**options_of(searchable), "fn": lambda at, _context: revisions._upgrade_revs(HEAD, at)}
    context = MigrationContext.configure(connection, opts=options)
    with Operations.context(context):
        context.run_migrations()
    after = row_counts(connection)
    for table, rows in before.items():
        if table in after and after[table] != rows:
            raise RowsLost(table, rows, after[table])


def row_counts(connection: Connection) -> dict[str, int]:
    """How many rows each table holds, but for the full-text index and Alembic's own."""
    names = (n for n in inspect(connection).get_table_names() if n != version.name and not n.startswith(FULL_TEXT))
    return {
        name: connection.execute(select(func.count()).select_from(Table(name, MetaData()))).scalar_one() for name in names
    }


def options_of(searchable: bool) -> dict[str, Any]:
    """What Alembic is told, in the program and in its own commands alike."""

    def include_name(name: str | None, kind: str, _parents: Any) -> bool:
        return not (kind == "table" and (name or "").startswith(FULL_TEXT))

    def include_object(thing: "SchemaItem", name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
        table = name if kind == "table" else getattr(getattr(thing, "table", None), "name", None)
        return searchable or table not in STATION_ONLY

    return {
        "searchable": searchable,
        "include_name": include_name,
        "include_object": include_object,
        "compare_type": True,
        "compare_server_default": True,
        "render_as_batch": True,
        "transactional_ddl": True,
    }
