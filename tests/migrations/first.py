"""Writes the first migration anew from the models, until the first release: ``python -m tests.migrations.first``.

After a release 0001 is never written again; each change of a table then has a revision of its own.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, String, Table, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

import station_app.kinds  # noqa: F401  # every table of the kinds
from station_app.kinds.base import Base
from station_app.store import migrations, schema  # noqa: F401  # the store's own tables
from station_app.store.search import CREATE_INDEX

TARGET: Final = Path(migrations.__file__).parent / "versions" / "v0001_first.py"
WIDTH: Final = 120
_TYPES: Final[tuple[tuple[type[TypeEngine[object]], str], ...]] = (
    (BigInteger, "BigInteger"), (SmallInteger, "SmallInteger"), (Integer, "Integer"), (LargeBinary, "LargeBinary"),
    (Text, "Text"), (String, "String"),
)  # type: ignore[assignment]  # concrete types of several values  # fmt: skip

_BEGINNING = '''"""Every table of the first release.

Written by ``python -m tests.migrations.first``; frozen with the release.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def big(name: str) -> sa.Column[int]:
    """An integer of 64 bits."""
    return sa.Column(name, sa.BigInteger())


def small(name: str) -> sa.Column[int]:
    """Yes, no or unknown."""
    return sa.Column(name, sa.SmallInteger())


def words(name: str) -> sa.Column[str]:
    """Text of any length."""
    return sa.Column(name, sa.Text())


def key(name: str) -> sa.Column[str]:
    """A part of a key."""
    return sa.Column(name, sa.String(), nullable=False)


def upgrade() -> None:
    """Create them; what only a station has, only there."""
'''


def _type(column: Column[object]) -> str:
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    return next(name for cls, name in _TYPES if isinstance(kind, cls))


def _column(column: Column[object]) -> str:
    kind = _type(column)
    if column.nullable and not column.primary_key:
        short = {"BigInteger": "big", "SmallInteger": "small", "Text": "words"}.get(kind)
        if short:
            return f'{short}("{column.name}")'
    if kind == "String" and not column.nullable:
        return f'key("{column.name}")'
    more = ", nullable=False" if not column.nullable else ""
    if column.autoincrement is False:
        more += ", autoincrement=False"
    return f'sa.Column("{column.name}", sa.{kind}(){more})'


def _lines(parts: list[str], indent: str) -> list[str]:
    lines: list[str] = []
    line = indent
    for part in parts:
        if len(line) + len(part) + 2 > WIDTH and line.strip():
            lines.append(line.rstrip())
            line = indent
        line += part + ", "
    return [*lines, line.rstrip()]


def _index(table: Table, index: Index, indent: str) -> str:
    columns = ", ".join(f'"{c.name}"' for c in index.columns)
    where = index.dialect_options["sqlite"]["where"]
    more = ", unique=True" if index.unique else ""
    if where is not None:
        text = f'sa.text("{where.compile(compile_kwargs={"literal_binds": True})}")'.replace("journal_entry.", "")
        more += f",\n{indent}    sqlite_where={text}, postgresql_where={text}"
    line = f'{indent}op.create_index("{index.name}", "{table.name}", [{columns}]{more})'
    return line if more.count("\n") == 0 else line[:-1] + f",\n{indent})  # fmt: skip"


def _table(table: Table, indent: str) -> list[str]:
    parts = [_column(c) for c in table.columns]
    parts.append(f'sa.PrimaryKeyConstraint({", ".join(repr(c.name) for c in table.primary_key).replace(chr(39), chr(34))}, name="pk_{table.name}")')
    if table.dialect_options["sqlite"]["with_rowid"] is False:
        parts.append("sqlite_with_rowid=False")
    made = [f'{indent}op.create_table(', f'{indent}    "{table.name}",', *_lines(parts, indent + "    "), f"{indent})  # fmt: skip"]
    return made + [_index(table, i, indent) for i in sorted(table.indexes, key=lambda i: str(i.name))]


def source() -> str:
    """The whole module."""
    # Tests declare throw-away kinds in the same metadata; a table of ours is declared in the program.
    foreign = {m.local_table.name for m in Base.registry.mappers if not m.class_.__module__.startswith("station_app.")}  # type: ignore[attr-defined]  # a table
    ours = [t for t in Base.metadata.sorted_tables if t.name not in foreign]
    lines = [line for t in ours if t.name not in migrations.STATION_ONLY for line in _table(t, "    ")]
    lines += ['    if op.get_context().opts["searchable"]:']
    lines += [line for t in ours if t.name in migrations.STATION_ONLY for line in _table(t, "        ")]
    full_text = CREATE_INDEX.replace("IF NOT EXISTS ", "").split("name, spelling")
    rest = "name, spelling" + full_text[1].replace('"', '\\"')
    lines += ["        op.execute(", f'            "{full_text[0]}"', f'            "{rest}"', "        )"]
    return _BEGINNING + "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(source(), encoding="utf-8")
    print(TARGET)
