"""Search over residents against LIKE '%…%' over the same fields, in the same encrypted file."""

import random
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, or_, select

from station_app.kinds.base import KINDS
from station_app.store import search
from station_app.store.engine import open_sqlite
from station_app.store.opened import Store
from tests.bench.edits import STATION, residents
from tests.bench.figure import Figure, Sizes, percentile, seconds
from tests.bench.ledger import id_number_of, name_of

MOST = 50


def like(connection: Connection, typed: str) -> int:
    """What a list without an index does."""
    table = KINDS["resident"].__table__
    fields = [table.c[name] for name in search.searched(KINDS["resident"])]
    found = connection.execute(select(table.c.id).where(or_(*(f.like(f"%{typed}%") for f in fields))).limit(MOST))
    return len(found.all())


def measure(folder: Path, sizes: Sizes) -> list[Figure]:
    """The same queries on both sides; p99 of each sort."""
    store = Store.create(open_sqlite(folder / "searches.db", bytes(32)), folder, STATION)
    residents(store, sizes.residents)
    dice = random.Random(3)
    someone: Callable[[], int] = lambda: dice.randrange(sizes.residents)  # noqa: E731  # said once, used below
    sorts: dict[str, tuple[Callable[[], str], float]] = {
        "two-character name": (lambda: name_of(someone())[1:], 1 / 20),
        "no hit, two characters": (lambda: dice.choice("龘靐齉爩") + dice.choice("龘靐齉爩"), 1 / 20),
        "one character": (lambda: name_of(someone())[0], 1.0),
        "whole name": (lambda: name_of(someone()), 1.0),
        "last four of a telephone": (lambda: f"199{someone():08d}"[-4:], 1.0),
        "id number": (lambda: id_number_of(someone()), 1.0),
    }
    figures: list[Figure] = []
    with store.database.reading() as connection:
        for what, (typed, reach) in sorts.items():
            words = [typed() for _n in range(sizes.queries)]
            few = words[: max(20, sizes.queries // 5)]  # LIKE takes its time
            for word in words[:3]:
                search.find(connection, word, MOST)
                like(connection, word)
            ours = [seconds(lambda word=word: search.find(connection, word, MOST)) * 1_000 for word in words]  # type: ignore[misc]  # the loop's value
            theirs = [seconds(lambda word=word: like(connection, word)) * 1_000 for word in few]  # type: ignore[misc]  # the loop's value
            figures.append(
                Figure(f"search over {sizes.residents:,}: {what}, p99", "LIKE over the same fields", percentile(ours, 0.99),
                       percentile(theirs, 0.99), "ms", reach, f"p50 {percentile(ours, 0.5):.2f} / {percentile(theirs, 0.5):.1f} ms")
            )  # fmt: skip
    store.close()
    return figures
