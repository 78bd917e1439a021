"""A station's tables in memory, filled by hand as the fold would fill them."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, create_engine, insert
from sqlalchemy.pool import StaticPool

from station_app.kinds import KINDS, Record

STATION = "15062110201"


def opened() -> Connection:
    """An empty database with every kind's table."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Record.metadata.create_all(engine, tables=[kind.__table__ for kind in KINDS.classes()])  # type: ignore[misc]  # Table
    return engine.connect()


def row_of(kind: str, record: str, fields: Mapping[str, Any], station: str = STATION) -> dict[str, Any]:
    """The row a record becomes: its fields and those the kind computes."""
    made = KINDS[kind](station=station, id=record, **fields)
    made.derive()
    return {column.key: getattr(made, column.key) for column in made.__table__.columns}


def fill(connection: Connection, kind: str, rows: Iterable[Mapping[str, Any]], station: str = STATION) -> None:
    """Write rows: each a mapping with ``id`` and fields (``removed`` too)."""
    made = [row_of(kind, row["id"], {k: v for k, v in row.items() if k != "id"}, station) for row in rows]
    if made:
        connection.execute(insert(KINDS[kind]), made)
