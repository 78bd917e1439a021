"""One edit acknowledged (cipher, journal, fold, search) against the same row by plain sqlcipher3, committed, synchronous=FULL."""

import random
from pathlib import Path
from typing import Any

import sqlcipher3
from sqlalchemy import select

from station_app.kinds.base import KINDS
from station_app.store.change import Author, Done, Edit
from station_app.store.engine import open_sqlite
from station_app.store.opened import Store
from tests.bench.figure import Figure, Sizes, percentile, seconds
from tests.bench.ledger import id_number_of, name_of

STATION = "15060210201"
AUTHOR = Author("00000000-0000-4000-8000-00000000000a")


def residents(store: Store, number: int) -> list[str]:
    """So many residents, taken in as a batch."""
    groups = (
        [Edit("resident", {"name": name_of(n), "id_no": id_number_of(n), "phone": f"199{n:08d}", "village": f"1506021022{n % 20:02d}",
                           "birth_date": f"19{40 + n % 50}-0{1 + n % 9}-15", "hukou_addr": f"罕台村{n % 40}社{n % 300}号"})]
        for n in range(number)
    )  # fmt: skip
    done = store.batch(groups, AUTHOR, "import")
    assert isinstance(done, Done), done
    return list(done.records)


def plain_copy(store: Store, path: Path, key: bytes) -> Any:
    """The residents' table alone in another encrypted file, by the driver itself."""
    table = KINDS["resident"].__table__
    connection = sqlcipher3.dbapi2.connect(str(path), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    names = [c.name for c in table.columns]
    connection.execute(f"CREATE TABLE resident ({', '.join(names)}, PRIMARY KEY (station, id))")
    with store.database.reading() as reading:
        raw: Any = reading.connection.dbapi_connection
        rows = raw.execute(str(select(table))).fetchall()
    connection.execute("BEGIN")
    connection.executemany(f"INSERT INTO resident VALUES ({', '.join('?' * len(names))})", rows)
    connection.execute("COMMIT")
    return connection


def measure(folder: Path, sizes: Sizes) -> list[Figure]:
    """Turn and turn about, so that both meet the same disk."""
    dice = random.Random(1)
    store = Store.create(open_sqlite(folder / "edits.db", dice.randbytes(32)), folder, STATION)
    records = residents(store, sizes.records)
    plain = plain_copy(store, folder / "plain.db", dice.randbytes(32))
    ours: list[float] = []
    theirs: list[float] = []
    for n in range(sizes.edits + 20):
        record, name, address = dice.choice(records), name_of(n * 31), f"罕台村{n % 40}社{n}号"

        def change(record: str = record, name: str = name, address: str = address) -> None:
            done = store.change([Edit("resident", {"name": name, "hukou_addr": address}, record)], AUTHOR, "edit")
            assert isinstance(done, Done), done

        def update(record: str = record, name: str = name, address: str = address) -> None:
            plain.execute("BEGIN IMMEDIATE")
            plain.execute(
                "UPDATE resident SET name = ?, hukou_addr = ? WHERE station = ? AND id = ?", (name, address, STATION, record)
            )
            plain.execute("COMMIT")

        times = (seconds(change), seconds(update))
        if n >= 20:  # the first ones make their statements
            ours.append(times[0] * 1_000)
            theirs.append(times[1] * 1_000)
    assert store.differences() == []
    store.close()
    plain.close()
    note = f"p99 {percentile(ours, 0.99):.1f} / {percentile(theirs, 0.99):.1f} ms"
    return [Figure("one edit acknowledged, p50", "plain sqlcipher3, synchronous=FULL", percentile(ours, 0.5), percentile(theirs, 0.5),
                   "ms", 2.0, note)]  # fmt: skip
