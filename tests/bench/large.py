"""What a large journal costs: an edit at a million entries against one at ten thousand, the rebuild, the journal's bytes.

``python -m tests.bench.large --few 10000 --many 1000000`` prints one JSON document. Entries are made as persons make them,
one item each (a third adds a resident, the others edit one); both stores take their edits turn and turn about, so that they
meet the same machine. The rebuild's pace is told by the clock and by processor time: cores may be shared.
"""

import argparse
import json
import os
import random
import secrets
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from station_app.store import entries as e
from station_app.store import journal
from station_app.store.change import Author, Edit, applied, items_of
from station_app.store.engine import open_sqlite
from station_app.store.opened import Store
from station_app.store.tables import entry as entry_table
from tests.bench.edits import STATION
from tests.bench.figure import percentile
from tests.bench.ledger import id_number_of, name_of

AUTHOR: Final = Author(str(uuid.UUID(int=7, version=4)))
_TOGETHER: Final = 2_000


@dataclass(slots=True)
class Growth:
    """The figures; what is to be reached stands beside them."""

    few: int
    many: int
    edits: int
    edit_few_ms: float  # p50
    edit_many_ms: float
    ratio: float  # ≤ 1.2
    rebuild_items_per_second: float  # ≥ 20,000, by the clock
    rebuild_items_per_cpu_second: float
    journal_bytes_an_event: float  # ≤ 200
    batch_bytes_an_event: float  # the same where the rows came as an import
    file_bytes_an_event: float
    searched: int  # rows in the index after the rebuild
    load: float


def single_entries(number: int, dice: random.Random) -> Iterator[list[e.Item]]:
    """What so many single actions write."""
    from station_app.kinds.resident import Resident

    records: list[str] = []
    for n in range(number):
        if n % 3 and records:
            edit = Edit(
                "resident",
                {"hukou_addr": f"罕台村{n % 40}社{n % 700}号", "name": name_of(n * 31)},
                dice.choice(records),
            )
            before: dict[str, object] | None = {"name": ""}
        else:
            edit, before = Edit("resident", resident(n)), None
        written = applied(Resident, edit, before)
        if before is None:
            records.append(written.record)
        yield items_of(written)


def resident(n: int) -> dict[str, Any]:
    """The n-th person, invented."""
    return {
        "name": name_of(n), "id_no": id_number_of(n), "phone": f"199{n:08d}", "village": f"1506021022{n % 20:02d}",
        "birth_date": f"19{40 + n % 50}-0{1 + n % 9}-15", "hukou_addr": f"罕台村{n % 40}社{n % 300}号",
    }  # fmt: skip


def filled(folder: Path, name: str, number: int) -> Store:
    """A store whose journal has so many entries; its tables are not folded yet."""
    store = Store.create(open_sqlite(folder / f"{name}.db", secrets.token_bytes(32)), folder, STATION)
    dice = random.Random(number)
    waiting: list[tuple[e.Entry, bytes]] = []
    seq, prev, moment = 0, e.NO_ENTRY, 1_700_000_000_000

    def append() -> None:
        with store.database.writing() as connection:
            own = journal.device_named(connection, store.device)
            assert own is not None
            journal.append(connection, own, waiting, folded=True)
        waiting.clear()

    for items in single_entries(number, dice):
        seq, moment = seq + 1, moment + dice.randrange(60_000)
        head = e.Head(store.device, seq, moment, {}, AUTHOR.id, "edit", None, journal.SCHEMA, str(uuid.uuid4()))
        made = e.make(head, secrets.token_bytes(16), items)
        prev = e.entry_hash(prev, made)
        waiting.append((made, prev))
        if len(waiting) == _TOGETHER:
            append()
    if waiting:
        append()
    return store


def payload(store: Store) -> float:
    """Bytes of the journal's columns, an event (item) on average; an entry made here has one."""
    c = entry_table.c
    with store.database.reading() as connection:
        whole = func.sum(func.length(c.line) + func.length(c.op) + func.length(c.hash) + 8)
        row = connection.execute(select(whole, func.count())).one()
    return float(row[0]) / int(row[1])


def batch_payload(folder: Path, rows: int) -> float:
    """Bytes of the journal an imported row."""
    store = Store.create(open_sqlite(folder / "batch.db", secrets.token_bytes(32)), folder, STATION)
    done = store.batch(([Edit("resident", resident(n))] for n in range(rows)), AUTHOR, "import")
    assert not hasattr(done, "code"), done
    with store.database.reading() as connection:
        c = entry_table.c
        size = connection.execute(
            select(func.sum(func.length(c.line) + func.length(c.op) + func.length(c.hash) + 8))
        ).scalar_one()
    store.close()
    return float(size) / (2 * rows)  # an open and a private item of each row


def measure(folder: Path, few: int, many: int, edits: int) -> Growth:
    """Fill two stores, rebuild the large one, edit both in turn."""
    small, large = filled(folder, "small", few), filled(folder, "large", many)
    small.fold_again()
    clock, cpu = time.perf_counter(), time.process_time()
    large.fold_again()
    clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
    with large.database.reading() as connection:
        searched = int(connection.exec_driver_sql("SELECT count(*) FROM search_key").scalar_one())
        items = many + int(
            connection.exec_driver_sql("SELECT count(*) FROM resident").scalar_one()
        )  # two items when added
    dice = random.Random(1)
    chosen: dict[str, list[str]] = {}
    times: dict[str, list[float]] = {"small": [], "large": []}
    for name, store in (("small", small), ("large", large)):
        with store.reading() as reader:
            records = [row.id for row in reader.all("resident", {}, 100_000)]
        chosen[name] = [dice.choice(records) for _n in range(edits + 20)]
    for n in range(edits + 20):
        for name, store in (("small", small), ("large", large)) if n % 2 else (("large", large), ("small", small)):
            edit = Edit("resident", {"name": name_of(n * 37), "hukou_addr": f"罕台村{n % 40}社{n}号"}, chosen[name][n])
            began = time.perf_counter()
            done = store.change([edit], AUTHOR, "edit")
            took = time.perf_counter() - began
            assert not hasattr(done, "code"), done
            if n >= 20:
                times[name].append(took * 1_000)
    size = sum(path.stat().st_size for path in folder.glob("large.db*")) / many
    bytes_an_event = payload(large) * many / items
    small.close()
    large.close()
    halves = {name: percentile(each, 0.5) for name, each in times.items()}
    return Growth(
        few, many, edits, round(halves["small"], 3), round(halves["large"], 3), round(halves["large"] / halves["small"], 3),
        round(items / clock), round(items / cpu), round(bytes_an_event, 1), round(batch_payload(folder, min(many, 5_000)), 1),
        round(size, 1), searched, round(os.getloadavg()[0], 1),
    )  # fmt: skip


def main(words: Sequence[str]) -> int:
    """Measure and print; 0 whatever the figures are: they are reported, not asserted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=10_000)
    parser.add_argument("--many", type=int, default=1_000_000)
    parser.add_argument("--edits", type=int, default=300)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args(words)
    folder = given.folder or Path(tempfile.mkdtemp(prefix="growth-"))
    print(json.dumps(asdict(measure(folder, given.few, given.many, given.edits))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
