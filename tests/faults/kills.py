"""Kills a writing process at random moments and looks whether anything it had acknowledged is gone.

``python -m tests.faults.kills --kills 2000 --seed 7`` prints one JSON document. Children are forked from this process,
which has imported everything, so that a kill costs a fiftieth of a second. SIGKILL keeps the page cache: this is no power
cut. ``--control early`` acknowledges before the commit, ``--control torn`` commits the journal before the rows: both must
be found out.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
import traceback
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

import station_app.kinds  # noqa: F401  # every kind
from station_app.messages import Refusal
from station_app.store import journal
from station_app.store.change import Author, Edit
from station_app.store.engine import open_sqlite
from station_app.store.opened import Store
from station_app.store.tables import entry as entry_table

STATION: Final = "15060210201"
AUTHOR: Final = Author("00000000-0000-4000-8000-00000000000a")
#: Stands in everything that is written: no file may hold it as it is.
MARK: Final = "植株丽"
BATCH_ROWS: Final = 60


@dataclass(slots=True)
class Report:
    """What happened; ``wrong`` is what must stay empty."""

    kills: int = 0
    killed_while_opening: int = 0
    acknowledged: int = 0
    batches: int = 0
    kept_unacknowledged: int = 0
    compared: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


def op_of(seed: int, n: int) -> str:
    """The id of the n-th operation, the same in the child and here."""
    return str(uuid.uuid5(uuid.UUID(int=seed), str(n)))


def record_of(seed: int, n: int) -> str:
    """The record the n-th operation writes: every third edits an earlier one."""
    return str(uuid.uuid5(uuid.UUID(int=seed), f"record {n - n % 3}"))


def is_batch(n: int) -> bool:
    """Every eleventh operation is a batch."""
    return n % 11 == 10


def opened(folder: Path, key: bytes) -> Store:
    """The store, opened as the program does."""
    store = Store.open(open_sqlite(folder / "station.db", key), folder)
    assert isinstance(store, Store), store
    return store


def write_on(store: Store, seed: int, n: int) -> None:
    """The n-th operation: a new record, an edit of one, or a batch."""
    if is_batch(n):
        groups = [
            [Edit("activity", {"name": f"{MARK}活动{n}-{i}", "held_on": "2025-03-05"})] for i in range(BATCH_ROWS)
        ]
        done = store.batch(groups, AUTHOR, "import", op=op_of(seed, n))
    else:
        edit = Edit("resident", {"name": f"王{MARK}{n % 97}", "note": f"第{n}次"}, record_of(seed, n))
        done = store.change([edit], AUTHOR, "edit", op=op_of(seed, n))
    assert not isinstance(done, Refusal), done


def _torn(store: Store) -> None:
    """The planted bug "torn": rows are folded in a transaction after the journal's."""
    waiting: list[Any] = []
    real = store.fold.fold
    store.fold.fold = lambda _connection, *rest: waiting.append(rest)  # type: ignore[method-assign]  # planted
    change = store.change

    def then_fold(*given: Any, **named: Any) -> Any:
        done = change(*given, **named)
        with store.database.writing() as connection:
            for rest in waiting:
                real(connection, *rest)
        waiting.clear()
        return done

    store.change = then_fold  # type: ignore[method-assign]  # planted


def child(folder: Path, key: bytes, seed: int, first: int, acknowledge: int, control: str) -> None:
    """Write until killed; each acknowledged operation's number goes down the pipe."""
    store = opened(folder, key)
    if control == "torn":
        _torn(store)
    os.write(acknowledge, b"open\n")
    for n in range(first, first + 1_000_000):
        if control == "torn" and is_batch(n):
            continue
        if control == "early":
            os.write(acknowledge, b"%d\n" % n)
        write_on(store, seed, n)
        if control != "early":
            os.write(acknowledge, b"%d\n" % n)


def one_kill(
    folder: Path, key: bytes, seed: int, first: int, dice: random.Random, control: str
) -> tuple[list[int], bool]:
    """Fork, wait a random moment, kill. Returns what was acknowledged, and whether the store had been opened."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            child(folder, key, seed, first, writing, control)
        except BaseException:  # noqa: BLE001  # told, then the process ends
            traceback.print_exc()
        finally:
            os._exit(1)
    os.close(writing)
    heard = b""
    if dice.random() < 0.9:
        heard = os.read(reading, 5)  # most kills hit a store at work, some its opening
    # short waits meet the first change, whose statements are being made; long ones meet it in full swing
    time.sleep(dice.uniform(0, dice.choice((0.02, 0.08, 0.2))))
    os.kill(pid, signal.SIGKILL)
    _pid, status = os.waitpid(pid, 0)
    while part := os.read(reading, 65_536):
        heard += part
    os.close(reading)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, f"the child ended by itself: {status}"
    whole = heard.decode().split("\n")[:-1]
    return [int(word) for word in whole if word != "open"], "open" in whole


def look(store: Store, seed: int, acknowledged: Sequence[int], report: Report) -> None:
    """Is everything acknowledged there, entries and rows?"""
    with store.reading() as reader:
        for n in acknowledged:
            if journal.by_op(reader.connection, op_of(seed, n)) is None:
                report.wrong.append(f"operation {n} was acknowledged and is gone")
        edits = [n for n in acknowledged if not is_batch(n)]
        newest = {record_of(seed, n): n for n in edits}
        # the one operation that was under way may be there without having been acknowledged
        under_way = acknowledged[-1] + 1 if acknowledged else -1
        if acknowledged and journal.by_op(reader.connection, op_of(seed, under_way)) is not None:
            report.kept_unacknowledged += 1
            if not is_batch(under_way):
                newest[record_of(seed, under_way)] = under_way
        for record, n in newest.items():
            found = reader.get("resident", record)
            if found is None or found.fields.get("note") != f"第{n}次":
                report.wrong.append(f"the row of operation {n} does not show it")


def whole(store: Store, report: Report) -> None:
    """The chain verifies, the tables are its fold, no operation stands twice, batches are complete."""
    report.compared += 1
    report.wrong += [f"chain {device}: {problem}" for device, problem in store.check().items() if problem != "ok"]
    report.wrong += [f"table: {one}" for one in store.differences()[:3]]
    with store.reading() as reader:
        ops = select(entry_table.c.op).group_by(entry_table.c.op).having(func.count() > 1)
        report.wrong += [f"operation twice: {bytes(op).hex()}" for (op,) in reader.connection.execute(ops)]
        if reader.count("activity") % BATCH_ROWS:
            report.wrong.append("a batch is there in part")


def _warm() -> None:
    """Mappers, readings of characters and statements are made once here, not in each child."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store.create(open_sqlite(Path(folder) / "warm.db", bytes(32)), Path(folder), STATION)
        for n in (0, 1, 10):
            write_on(store, 0, n)
        store.close()


def run(kills: int, seed: int, control: str = "", folder: Path | None = None, most_seconds: float = 1e9) -> Report:
    """That many kills of one store. Stops early once something is wrong, or the time is over."""
    place = folder or Path(tempfile.mkdtemp(prefix="kills-"))
    dice = random.Random(seed)
    key = dice.randbytes(32)
    report = Report()
    started = time.monotonic()
    Store.create(open_sqlite(place / "station.db", key), place, STATION).close()
    _warm()
    first, pending = 0, list[int]()
    for kill in range(1, kills + 1):
        last = kill == kills or time.monotonic() - started > most_seconds
        acknowledged, was_open = one_kill(place, key, seed, first, dice, control)
        report.kills += 1
        report.killed_while_opening += not was_open
        report.acknowledged += len(acknowledged)
        report.batches += sum(map(is_batch, acknowledged))
        pending += acknowledged
        if acknowledged:
            first = acknowledged[-1] + 1  # repeated by the next child: it may be there without having been acknowledged
        if dice.random() < 0.6 or last or control:  # else the next child, not we, recovers the file
            store = opened(place, key)
            look(store, seed, pending, report)
            pending = pending[-1:]
            if kill % 50 == 0 or last or control == "torn":
                whole(store, report)
            store.close()
        if report.wrong or last:
            break
    report.seconds = round(time.monotonic() - started, 1)
    return report


def main(words: Sequence[str]) -> int:
    """0 when nothing acknowledged is lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--control", choices=("", "early", "torn"), default="")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--seconds", type=float, default=1e9)
    given = parser.parse_args(words)
    report = run(given.kills, given.seed, given.control, given.folder, given.seconds)
    print(json.dumps({name: getattr(report, name) for name in Report.__slots__}, ensure_ascii=False))
    return 1 if report.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
