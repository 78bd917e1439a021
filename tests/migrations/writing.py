"""How tables and columns are written down in a migration. 0001 was written so and is frozen; see :mod:`tests.migrations.following`."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, String, Table, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

import station_app.kinds  # noqa: F401  # every table of the kinds
from station_app.kinds.base import Base
from station_app.store import schema  # noqa: F401  # the store's own tables

WIDTH: Final = 120
_TYPES: Final[tuple[tuple[type[TypeEngine[object]], str], ...]] = (
    (BigInteger, "BigInteger"), (SmallInteger, "SmallInteger"), (Integer, "Integer"), (LargeBinary, "LargeBinary"),
    (Text, "Text"), (String, "String"),
)  # type: ignore[assignment]  # concrete types of several values  # fmt: skip

_SHORT: Final = {
    "big": '''def big(name: str) -> sa.Column[int]:
    """An integer of 64 bits."""
    return sa.Column(name, sa.BigInteger())


''',
    "small": '''def small(name: str) -> sa.Column[int]:
    """Yes, no or unknown."""
    return sa.Column(name, sa.SmallInteger())


''',
    "words": '''def words(name: str) -> sa.Column[str]:
    """Text of any length."""
    return sa.Column(name, sa.Text())


''',
    "key": '''def key(name: str) -> sa.Column[str]:
    """A part of a key."""
    return sa.Column(name, sa.String(), nullable=False)


''',
}


def short_makers() -> dict[str, str]:
    """The functions that make a column in few words, by name."""
    return dict(_SHORT)


def _type(column: Column[object]) -> str:
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    return next(name for cls, name in _TYPES if isinstance(kind, cls))


def column_source(column: Column[object]) -> str:
    """A column as a migration makes it."""
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


def index_source(table: Table, index: Index, indent: str) -> str:
    """An index as a migration makes it."""
    columns = ", ".join(f'"{c.name}"' for c in index.columns)
    where = index.dialect_options["sqlite"]["where"]
    more = ", unique=True" if index.unique else ""
    if where is not None:
        text = f'sa.text("{where.compile(compile_kwargs={"literal_binds": True})}")'.replace("journal_entry.", "")
        more += f",\n{indent}    sqlite_where={text}, postgresql_where={text}"
    line = f'{indent}op.create_index("{index.name}", "{table.name}", [{columns}]{more})'
    return line if more.count("\n") == 0 else line[:-1] + f",\n{indent})  # fmt: skip"


def table_lines(table: Table, indent: str) -> list[str]:
    """A table as a migration makes it, with its indexes."""
    parts = [column_source(c) for c in table.columns]
    parts.append(
        f'sa.PrimaryKeyConstraint({", ".join(repr(c.name) for c in table.primary_key).replace(chr(39), chr(34))}, name="pk_{table.name}")'
    )
    if table.dialect_options["sqlite"]["with_rowid"] is False:
        parts.append("sqlite_with_rowid=False")
    made = [
        f"{indent}op.create_table(",
        f'{indent}    "{table.name}",',
        *_lines(parts, indent + "    "),
        f"{indent})  # fmt: skip",
    ]
    return made + [index_source(table, i, indent) for i in sorted(table.indexes, key=lambda i: str(i.name))]


def ours() -> list[Table]:
    """Every table of the program: tests declare throw-away kinds in the same metadata."""
    foreign = {m.local_table.name for m in Base.registry.mappers if not m.class_.__module__.startswith("station_app.")}  # type: ignore[attr-defined]  # a table
    return [t for t in Base.metadata.sorted_tables if t.name not in foreign]
