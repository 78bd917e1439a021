"""Import of a ledger, validated, journalled, encrypted, against pandas.read_excel (openpyxl) and to_sql into plain SQLite."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pandas

from station_app.exchange.importing import plan_file, write
from station_app.messages import Refusal
from station_app.store.engine import open_sqlite
from station_app.store.opened import Store
from tests.bench.edits import AUTHOR, STATION
from tests.bench.figure import Figure, Sizes, seconds
from tests.bench.ledger import write_ledger


def take_in(store: Store, ledger: Path) -> int:
    """Read, judge, plan, write: the whole import; returns the rows added."""
    plan = plan_file(store, "volunteer_hours", ledger)
    assert not isinstance(plan, Refusal), plan
    done = write(store, plan, AUTHOR)
    assert not isinstance(done, Refusal), done
    return plan.counts()["added"]


def by_pandas(ledger: Path, database: Path) -> int:
    """What a script would do: no rule, no journal, no cipher."""
    frame = pandas.read_excel(ledger, header=2, engine="openpyxl")
    with closing(sqlite3.connect(database)) as connection:
        frame.to_sql("volunteer_hours", connection, index=False)
        connection.commit()
    return len(frame)


def measure(folder: Path, sizes: Sizes) -> list[Figure]:
    """One after the other on the same file; every row is taken on both sides."""
    ledger = folder / "ledger.xlsx"
    write_ledger(ledger, sizes.ledger_rows)
    store = Store.create(open_sqlite(folder / "imports.db", bytes(32)), folder, STATION)
    counted: list[int] = []
    ours = seconds(lambda: counted.append(take_in(store, ledger)))
    theirs = seconds(lambda: counted.append(by_pandas(ledger, folder / "pandas.db")))
    assert counted == [sizes.ledger_rows] * 2, counted
    assert set(store.check().values()) == {"ok"}
    with store.reading() as reader:
        assert reader.count("volunteer_hours") == sizes.ledger_rows
    store.close()
    return [Figure(f"import of {sizes.ledger_rows:,} rows", "pandas + openpyxl + to_sql, plain SQLite", ours, theirs, "s", 1.0)]
