"""No line of the month report touches a private field: the centre recomputes every number without learning a name."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Alias, Column, Connection, FromClause, Table, select
from sqlalchemy.sql import visitors

from station_app.kinds import KINDS
from station_app.kinds.lines import Scope, Source
from station_app.kinds.resident import Resident
from station_app.report.facts import Reading
from station_app.report.indicators import lines
from station_app.report.policies import rules_in_force
from tests.report.tables import STATION, opened

SOURCES = {source.name: source for line in lines().values() for source in line.sources}


def columns_of(source: Source) -> set[tuple[str, str]]:
    """Every column a query selects, joins or filters by."""
    query = source.select(STATION, "2024-01", "2024-04")
    return {(table_of(c), str(c.name)) for c in visitors.iterate(query) if isinstance(c, Column)}


def table_of(column: "Column[Any]") -> str:
    """The table a column is of, also where the query gives the table another name."""
    table: FromClause[Any] = column.table
    while isinstance(table, Alias):
        table = table.element
    assert isinstance(table, Table)
    return table.name


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_source_reads_open_fields_only(name: str) -> None:
    found = columns_of(SOURCES[name])
    assert len(found) > 3
    for table, column in found:
        kind = KINDS[table]
        field = kind.fields.get(column)
        assert field is None or not field.private, f"{name} reads {table}.{column}"


def test_the_walk_would_find_a_private_column() -> None:
    wrong = Source("wrong", lambda station: select(Resident.id).where(Resident.name == station))
    assert ("resident", "name") in columns_of(wrong)


def test_every_line_names_the_sources_it_reads() -> None:
    with opened() as connection:
        scope = Scope(STATION, "2024-01", "2024-03", rules_in_force(connection, STATION, "2024-03-31"))
        for line in lines().values():
            if line.listed is None:
                continue
            watching = Watching(connection)
            line.listed(watching, scope)
            assert watching.noted <= {source.name for source in line.sources}, line.key


class Watching(Reading):
    """A reading that notes what was read."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.noted: set[str] = set()

    def rows(self, source: Source, scope: Scope) -> Sequence[Any]:
        """The rows, noted."""
        self.noted.add(source.name)
        return super().rows(source, scope)


def test_keys_are_those_of_the_report_and_texts_are_there() -> None:
    found = lines()
    expected = [
        *("A01", "A02", "A02.junior", "A02.mid", "A02.senior", "A03"),
        *(f"B0{n}" for n in range(1, 8)),
        *(f"C0{n}" for n in range(1, 9)),
        *("D08", "D09", "E01", "E02"),
    ]
    assert list(found)[: len(expected)] == expected
    assert next(key for key in found if key.startswith("E03.")) == "E03.meal"
    assert len([key for key in found if key.startswith("E03.")]) == 14
    assert list(found)[-14:] == [*(f"F0{n}" for n in range(1, 6)), *(f"G0{n}" for n in range(1, 10))]
    for line in found.values():
        assert line.title
        assert line.unit
        assert (line.listed is None) == (line.rate is not None)
        assert line.rate is not None or line.kind in KINDS
