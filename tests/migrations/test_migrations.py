"""Models and migrations describe the same tables on both databases; migrating keeps every row, or is taken back."""

import hashlib
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select, text

import station_app.kinds  # noqa: F401  # every kind
from station_app.kinds.base import Base, Record
from station_app.messages import Refusal, Refused
from station_app.store import migrations, schema
from station_app.store.change import Author, Done, Edit
from station_app.store.engine import Database, open_sqlite
from station_app.store.opened import Store
from station_app.store.refusals import StoreRefusal
from station_app.store.tables import entry as entry_table
from tests.migrations import following

STATION = "15060210201"
AUTHOR = Author("00000000-0000-4000-8000-00000000000a")
VERSIONS = Path(migrations.__file__).parent / "versions"
#: Revisions as they were released, by their SHA-256.
RELEASED = {"v0001_first.py": "1ff3105d3ffb156d3e49b9a230e57653c4a93979d0e53902dcee812f65f96277"}


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    """An encrypted file with nothing in it."""
    database = open_sqlite(tmp_path / "station.db", secrets.token_bytes(32))
    yield database
    database.close()


def thrown_away() -> set[str]:
    """Tables of kinds that tests declare: no migration knows them."""
    return {str(m.local_table.name) for m in Base.registry.mappers if m.class_.__module__.startswith("tests.")}  # type: ignore[attr-defined]  # a Table


def compared(connection: Connection, searchable: bool) -> list[Any]:
    """What Alembic would still change."""
    options = migrations.options_of(searchable)
    known, ours = options["include_object"], thrown_away()

    def include_object(thing: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
        table = name if kind == "table" else getattr(getattr(thing, "table", None), "name", None)
        return table not in ours and bool(known(thing, name, kind, reflected, other))

    context = MigrationContext.configure(connection, opts=options | {"include_object": include_object})
    return list(compare_metadata(context, Base.metadata))


def described(connection: Connection) -> dict[str, Any]:
    """Everything the database itself says of its tables: columns, types, keys, indexes, and their names."""
    see = inspect(connection)
    return {
        name: {
            "columns": [(c["name"], str(c["type"]), c["nullable"], str(c["default"]).split("'")[0]) for c in see.get_columns(name)],
            "key": (see.get_pk_constraint(name)["name"], see.get_pk_constraint(name)["constrained_columns"]),
            "indexes": sorted(
                (str(i["name"]), i["column_names"], bool(i["unique"]), str(i.get("dialect_options", {}).get(f"{connection.dialect.name}_where")))
                for i in see.get_indexes(name)
            ),
        }
        for name in see.get_table_names()
        if not name.startswith(migrations.FULL_TEXT) and name not in thrown_away()
    }


def through_migrations(database: Database, searchable: bool) -> None:
    """An empty database brought to the newest revision by the migrations alone."""
    with database.writing() as connection:
        migrations.upgrade(connection, searchable)


def full_text(connection: Connection) -> list[str]:
    """The statement that made the full-text table."""
    found = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'search_text'")).scalars()
    return [sql.replace("IF NOT EXISTS ", "") for sql in found]


# ---------------------------------------------------------------- models = head


def test_models_equal_the_newest_revision_at_a_station(empty: Database, tmp_path: Path) -> None:
    """SQLCipher: nothing left to change, and the file says the same as one made from the models, names included."""
    through_migrations(empty, searchable=True)
    made = open_sqlite(tmp_path / "made.db", secrets.token_bytes(32))
    schema.bring_up(made, searchable=True)
    with empty.reading() as migrated, made.reading() as created:
        assert compared(migrated, True) == []
        assert described(migrated) == described(created)
        assert full_text(migrated) == full_text(created) != []
    made.close()


def test_models_equal_the_newest_revision_at_a_centre(tmp_path: Path) -> None:
    """Plain SQLite without search."""
    plain, made = open_sqlite(tmp_path / "a.db", None), open_sqlite(tmp_path / "b.db", None)
    through_migrations(plain, searchable=False)
    schema.bring_up(made, searchable=False)
    with plain.reading() as migrated, made.reading() as created:
        assert compared(migrated, False) == []
        assert described(migrated) == described(created)
        assert "search_key" not in described(migrated) and full_text(migrated) == []
    plain.close()
    made.close()


@pytest.mark.postgresql
def test_models_equal_the_newest_revision_on_postgresql(postgres: Database) -> None:
    """The centre's database: nothing left to change, names included."""
    through_migrations(postgres, searchable=False)
    with postgres.reading() as connection:
        assert compared(connection, False) == []
        migrated = described(connection)
    with postgres.writing() as connection:
        for name in migrated:
            connection.execute(text(f'DROP TABLE "{name}"'))
    schema.bring_up(postgres, searchable=False)
    with postgres.reading() as connection:
        assert described(connection) == migrated
        assert migrations.stored(connection) == migrations.HEAD


def test_the_comparison_sees_a_missing_column_a_type_and_an_index(empty: Database) -> None:
    """Seen failing: each planted difference is named."""
    through_migrations(empty, searchable=True)
    with empty.writing() as connection:
        connection.execute(text("ALTER TABLE visit DROP COLUMN mood"))
        connection.execute(text("DROP INDEX ix_elder_resident"))
        connection.execute(text("ALTER TABLE room ADD COLUMN more TEXT"))
    with empty.reading() as connection:
        found = {str(change[0]) for change in compared(connection, True)}
    assert found >= {"add_column", "add_index", "remove_column"}


def test_the_constant_names_the_newest_script_and_the_first_one_is_current() -> None:
    """Opening a database compares with the constant; the scripts are read only when it differs."""
    revisions = migrations.scripts()
    assert revisions.get_heads() == [migrations.HEAD]
    assert revisions.get_bases() == [migrations.FIRST]


def test_released_revisions_are_frozen() -> None:
    """A database somewhere has run them: what they forgot is a further revision's."""
    for name, digest in RELEASED.items():
        assert hashlib.sha256((VERSIONS / name).read_bytes()).hexdigest() == digest, name


def test_nothing_is_left_for_a_following_revision() -> None:
    """``python -m tests.migrations.following`` would write an empty one."""
    assert "op." not in following.source("9999", migrations.HEAD, "Nothing").split("def upgrade")[1]


# ---------------------------------------------------------------- opening


def test_opening_a_current_database_does_not_import_alembic(tmp_path: Path) -> None:
    """It would double the time until the window stands."""
    code = (
        "import sys; from pathlib import Path; import station_app.kinds\n"
        "from station_app.store.engine import open_sqlite; from station_app.store.opened import Store\n"
        f"folder = Path({str(tmp_path)!r}); key = bytes(32)\n"
        f"Store.create(open_sqlite(folder / 'x.db', key), folder, {STATION!r}).close()\n"
        "assert isinstance(Store.open(open_sqlite(folder / 'x.db', key), folder), Store)\n"
        "assert not [m for m in sys.modules if m.split('.')[0] == 'alembic']\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def filled(database: Database, folder: Path) -> tuple[Store, str]:
    """A store with a few records, one changed twice."""
    store = Store.create(database, folder, STATION)
    done = store.change([Edit("resident", {"name": "王秀英", "village": "150602102201"})], AUTHOR, "create")
    assert isinstance(done, Done), done
    assert isinstance(store.change([Edit("resident", {"note": "王婶"}, done.records[0])], AUTHOR, "edit"), Done)
    groups = [[Edit("activity", {"name": f"活动{n}", "held_on": "2025-03-05"})] for n in range(1_200)]
    assert isinstance(store.batch(groups, AUTHOR, "import"), Done)
    return store, done.records[0]


def test_a_store_works_on_tables_made_by_the_migrations(empty: Database, tmp_path: Path) -> None:
    """Not only on those made from the models."""
    through_migrations(empty, searchable=True)
    store, record = filled(empty, tmp_path)
    with store.reading() as reader:
        assert [f.id for f in reader.find("wxy")] == [record]
    assert store.differences() == [] and set(store.check().values()) == {"ok"}


def test_a_database_of_a_newer_program_is_refused(empty: Database, tmp_path: Path) -> None:
    """Nothing is changed in it."""
    filled(empty, tmp_path)
    with empty.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        before = described(connection)
    refused = Store.open(empty, tmp_path)
    assert isinstance(refused, Refusal) and refused.code is StoreRefusal.NEWER_STORE
    with pytest.raises(Refused):
        schema.bring_up(empty, searchable=True)
    with empty.reading() as connection:
        assert described(connection) == before


# ---------------------------------------------------------------- a further revision, on data

_REVISION = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "9999", "{before}", None, None
def upgrade():
    {what}
"""


def with_second(monkeypatch: pytest.MonkeyPatch, folder: Path, what: str) -> None:
    """A second revision, known for this test."""
    place = folder / "versions"
    place.mkdir()
    for script in VERSIONS.glob("v*.py"):
        (place / script.name).write_text(script.read_text("utf-8"), "utf-8")
    (place / "second.py").write_text(_REVISION.format(what=what, before=migrations.HEAD), "utf-8")
    monkeypatch.setattr(migrations, "scripts", lambda: ScriptDirectory(str(folder)))
    monkeypatch.setattr(migrations, "HEAD", "9999")


def test_a_further_revision_keeps_rows_and_names_the_kinds_to_fold_anew(
    empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new column may be in the journal already, written by a newer device."""
    filled(empty, tmp_path)
    with empty.reading() as connection:
        before = migrations.row_counts(connection)
        lines = connection.execute(select(entry_table.c.line).order_by(entry_table.c.at)).scalars().all()
    with_second(
        monkeypatch, tmp_path,
        "with op.batch_alter_table('activity', recreate='always') as b: b.add_column(sa.Column('newer', sa.Text()))",
    )  # fmt: skip
    assert schema.bring_up(empty, searchable=True) == ["activity"]
    with empty.reading() as connection:
        assert migrations.stored(connection) == "9999"
        assert migrations.row_counts(connection) == before
        assert connection.execute(select(entry_table.c.line).order_by(entry_table.c.at)).scalars().all() == lines
        assert connection.execute(text("SELECT count(*) FROM activity WHERE newer IS NULL")).scalar() == 1_200
    assert schema.bring_up(empty, searchable=True) == []


@pytest.mark.parametrize(
    "what",
    ["op.execute('DELETE FROM activity WHERE rowid % 7 = 0')", "op.execute('DELETE FROM journal_entry WHERE at % 2 = 0')",
     "op.drop_column('visit', 'mood'); raise RuntimeError('half way')"],
)  # fmt: skip
def test_a_revision_that_loses_rows_or_fails_is_taken_back(
    empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """The tables, the rows and the revision are as before."""
    filled(empty, tmp_path)
    newest = migrations.HEAD
    with empty.reading() as connection:
        before, rows = described(connection), migrations.row_counts(connection)
    with_second(monkeypatch, tmp_path, what)
    with pytest.raises((migrations.RowsLost, RuntimeError)):
        schema.bring_up(empty, searchable=True)
    with empty.reading() as connection:
        assert described(connection) == before and migrations.row_counts(connection) == rows
        assert migrations.stored(connection) == newest


def test_foreign_keys_are_off_while_migrating_and_on_afterwards(
    empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batch mode cascades with them on (facts/store.md)."""
    filled(empty, tmp_path)
    told = tmp_path / "told"
    with_second(
        monkeypatch, tmp_path,
        f"__import__('pathlib').Path({str(told)!r}).write_text(str(op.get_bind().exec_driver_sql('PRAGMA foreign_keys').scalar()))",
    )  # fmt: skip
    schema.bring_up(empty, searchable=True)
    assert told.read_text() == "0"
    with empty.writing() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_a_kind_without_a_migration_gets_its_table(empty: Database, tmp_path: Path) -> None:
    """A kind that a newer part of the program, or a test, declares."""
    from tests.store.throwaway import known

    store, _record = filled(empty, tmp_path)
    with empty.writing() as connection:
        for name in thrown_away():
            connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
    with known():
        assert issubclass(Record, Base)
        assert "t_loose" in schema.bring_up(empty, searchable=True)
        assert isinstance(store.change([Edit("t_loose", {"a": 1})], AUTHOR, "create"), Done)
