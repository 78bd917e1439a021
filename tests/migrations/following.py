"""Writes the next migration from what the models have and the newest revision lacks.

``python -m tests.migrations.following 0003 "What it is for"``. It only adds tables, columns and indexes; what changes or
moves data is written by hand. A revision that was released is never written again (``test_released_revisions_are_frozen``).
"""

import sys
import tempfile
from pathlib import Path
from typing import Final

from sqlalchemy import Table, inspect

import station_app.kinds  # noqa: F401  # every table of the kinds
from station_app.store import migrations, schema  # noqa: F401  # the store's own tables
from station_app.store.engine import open_sqlite
from tests.migrations import writing

VERSIONS: Final = Path(migrations.__file__).parent / "versions"

_BEGINNING = '''"""{what}."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


'''
_SHORT: Final = writing.short_makers()
_DEF = '''def upgrade() -> None:
    """Only added to: rows that are there stay as they are."""
'''


def source(revision: str, before: str, what: str) -> str:
    """The module that brings ``before`` to the models."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_sqlite(Path(folder) / "before.db", None)
        with database.writing() as connection:
            migrations.upgrade(connection, searchable=True)
        with database.reading() as connection:
            see = inspect(connection)
            columns = {name: {c["name"] for c in see.get_columns(name)} for name in see.get_table_names()}
            indexes = {name: {i["name"] for i in see.get_indexes(name)} for name in columns}
        database.close()
    always, searchable = list[str](), list[str]()
    for table in writing.ours():
        lines, indent = (searchable, "        ") if table.name in migrations.STATION_ONLY else (always, "    ")
        if table.name not in columns:
            lines += writing.table_lines(table, indent)
        else:
            lines += _added(table, columns[table.name], indexes[table.name], indent)
    if searchable:
        always += ['    if op.get_context().opts["searchable"]:', *searchable]
    body = "\n".join(always)
    makers = "".join(maker for name, maker in _SHORT.items() if f"{name}(" in body)
    return _BEGINNING.format(what=what, revision=revision, before=before) + makers + _DEF + body + "\n"


def _added(table: Table, columns: set[str], indexes: set[str | None], indent: str) -> list[str]:
    lines = [
        f'{indent}op.add_column("{table.name}", {writing.column_source(c)})'
        for c in table.columns
        if c.name not in columns
    ]
    missing = sorted((i for i in table.indexes if i.name not in indexes), key=lambda i: str(i.name))
    return lines + [writing.index_source(table, i, indent) for i in missing]


if __name__ == "__main__":
    number, said = sys.argv[1:]
    target = VERSIONS / f"v{number}_{said.lower().split()[0]}.py"
    target.write_text(source(number, migrations.HEAD, said), encoding="utf-8")
    print(target)
