"""What a long life costs: an edit at a million entries against one at ten thousand, folding everything again, bytes an event.

A full run fills a store with a million entries of one record each, as a station would in many years, and takes minutes.
"""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import func, select

from station_app.kinds.base import KINDS
from station_app.spec.meanings import Wire
from station_app.store.change import Author, Done, Edit, applied, items_of
from station_app.store.engine import open_sqlite
from station_app.store.entries import Item
from station_app.store.opened import Store
from station_app.store.tables import entry as entry_table
from station_app.store.tables import touch
from station_app.values.ids import new_id
from tests.bench.figure import Figure, Sizes, percentile, seconds
from tests.bench.ledger import id_number_of, name_of

STATION = "15060210201"
AUTHOR = Author("00000000-0000-4000-8000-00000000000a")
#: FEATURES and the issue: entries folded a second, search included; bytes an event.
ITEMS_A_SECOND = 20_000
BYTES_AN_EVENT = 200
_PART = 50_000


def resident(n: int) -> Edit:
    """The n-th person, as a ledger says it."""
    fields = {
        "name": name_of(n), "id_no": id_number_of(n), "phone": f"199{n:08d}", "village": f"1506021022{n % 20:02d}",
        "birth_date": f"19{40 + n % 50}-0{1 + n % 9}-15", "hukou_addr": f"罕台村{n % 40}社{n % 300}号",
    }  # fmt: skip
    return Edit("resident", fields, new_id())


def visit(n: int, who: str) -> Edit:
    """A visit, as a worker enters it."""
    fields: dict[str, Wire] = {
        "resident": who, "visit_at": f"2024-{1 + n % 12:02d}-{1 + n % 28:02d}T{8 + n % 9:02d}:00", "mode": "home",
        "duration": 30 + n % 60, "seen_in_person": True, "note": f"第{n}次走访，一切正常",
    }  # fmt: skip
    return Edit("visit", fields, new_id())


def _items(edits: Iterator[Edit], number: int) -> list[list[Item]]:
    made: list[list[Item]] = []
    for _n in range(number):
        edit = next(edits)
        made.append(items_of(applied(KINDS[edit.kind], edit, None)))
    return made


def filled(folder: Path, entries: int) -> tuple[Store, list[str]]:
    """A store of that many entries, each of one new record; every fiftieth is a person, the others visits."""
    store = Store.create(open_sqlite(folder / f"{entries}.db", random.Random(entries).randbytes(32)), folder, STATION)
    people = [resident(n) for n in range(max(entries // 50, 10))]
    names = [edit.record for edit in people if edit.record]

    def edits() -> Iterator[Edit]:
        yield from people
        for n in range(entries):
            yield visit(n, names[n % len(names)])

    source, left = edits(), entries
    while left:
        part = min(left, _PART)
        with store.database.writing() as connection:
            store.door.append_batch(connection, _items(source, part), AUTHOR, "import", new_id())
        left -= part
    return store, names


def _edit(store: Store, record: str, n: int) -> Callable[[], None]:
    def change() -> None:
        edit = Edit("resident", {"name": name_of(n * 31), "hukou_addr": f"罕台村{n}号"}, record)
        done = store.change([edit], AUTHOR, "edit")
        assert isinstance(done, Done), done

    return change


def bytes_an_event(folder: Path, number: int) -> float:
    """The journal of a station that took its ledgers in and then entered each visit by hand; half of each."""
    store = Store.create(open_sqlite(folder / "events.db", bytes(32)), folder, STATION)
    people = [resident(n) for n in range(number)]
    assert isinstance(store.batch([[edit] for edit in people], AUTHOR, "import"), Done)
    for n in range(number):
        assert isinstance(store.change([visit(n, str(people[n].record))], AUTHOR, "new"), Done)
    c = entry_table.c
    columns = (c.op, c.hash, c.line, func.coalesce(c.batch, ""))
    with store.database.reading() as connection:
        size = connection.execute(select(*(func.sum(func.length(column)) for column in columns))).one()
        count = connection.execute(select(func.count()).select_from(entry_table)).scalar_one()
    store.close()
    return float(sum(size) + 8 * count) / (2 * number)


def measure(folder: Path, sizes: Sizes) -> list[Figure]:
    """Turn and turn about between the small store and the large one."""
    small, few = filled(folder, max(sizes.entries // 100, 20))
    large, many = filled(folder, sizes.entries)
    dice = random.Random(1)
    ours: list[float] = []
    theirs: list[float] = []
    for n in range(sizes.edits + 20):
        times = (seconds(_edit(large, dice.choice(many), n)), seconds(_edit(small, dice.choice(few), n)))
        if n >= 20:  # the first ones make their statements
            ours.append(times[0] * 1_000)
            theirs.append(times[1] * 1_000)
    took = seconds(large.fold_again)
    with large.database.reading() as connection:
        items = connection.execute(select(func.count()).select_from(touch)).scalar_one()
    assert small.differences() == []
    small.close()
    large.close()
    note = f"p99 {percentile(ours, 0.99):.1f} / {percentile(theirs, 0.99):.1f} ms"
    return [
        Figure(f"one edit at {sizes.entries:,} entries, p50", f"at {max(sizes.entries // 100, 20):,}",
               percentile(ours, 0.5), percentile(theirs, 0.5), "ms", 1.2, note),
        Figure(f"folding {items:,} records' writes again, search included", f"{ITEMS_A_SECOND:,} a second",
               took, items / ITEMS_A_SECOND, "s", 1.0, f"{items / took:,.0f} a second"),
        Figure("journal, bytes an event", "200", bytes_an_event(folder, max(sizes.edits, 50)), BYTES_AN_EVENT, "B", 1.0),
    ]  # fmt: skip
