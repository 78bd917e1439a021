"""The same rows give the same numbers and explanations on the centre's PostgreSQL."""

import os
import uuid
from random import Random

import pytest
from sqlalchemy import create_engine, text

from station_app.kinds import KINDS, Record
from station_app.report.explain import month_and_contributions
from tests.report.tables import STATION, fill
from tests.report.test_numbers import MONTH, filled
from tests.report.worlds import world


@pytest.mark.postgresql
@pytest.mark.parametrize("seed", range(6))
def test_postgresql_counts_what_sqlite_counts(seed: int) -> None:
    url = os.environ.get("STATION_APP_TEST_DATABASE")
    assert url, "packaging/test.py starts PostgreSQL and names it in STATION_APP_TEST_DATABASE"
    schema = f"report_{uuid.uuid4().hex[:12]}"
    engine = create_engine(url)
    try:
        with engine.connect() as connection:  # never committed: the schema goes with the connection
            connection.execute(text(f"CREATE SCHEMA {schema}"))
            connection.execute(text(f"SET LOCAL search_path TO {schema}"))
            Record.metadata.create_all(connection, tables=[kind.__table__ for kind in KINDS.classes()])  # type: ignore[misc]  # Table
            made = world(Random(seed))
            for kind, rows in made.items():
                known = [{k: v for k, v in r.items() if k not in ("late", "expected_level")} for r in rows]
                fill(connection, kind, known)
            fill(connection, "policy", [
                {"id": "p1", "name": "ages", "effective_from": "2024-01-01", "table": '{"elder": 61}'}
            ])  # fmt: skip
            theirs = month_and_contributions(connection, STATION, MONTH)
        with filled(made) as connection:
            fill(connection, "policy", [
                {"id": "p1", "name": "ages", "effective_from": "2024-01-01", "table": '{"elder": 61}'}
            ])  # fmt: skip
            ours = month_and_contributions(connection, STATION, MONTH)
    finally:
        engine.dispose()
    assert theirs == ours
