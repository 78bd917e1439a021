"""Random histories of one record on three to five devices: whatever the order of arrival, they fold to the same.

``python -m tests.machines.histories --n 100000 [--seed S] [--database M]`` prints one JSON line. Each history is folded by
``heads.resolve`` in random orders, by a slow reference written from DESIGN's sentences, and as a centre sees it (private
fields withheld); one in ``--database`` (default 200) also by the real fold in three databases, chains arriving in random
parts, doubled, on the fast path and the slow one.
"""

import argparse
import json
import random
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from station_app.kinds.base import KINDS
from station_app.store import entries as e
from station_app.store import heads, journal, schema
from station_app.store.engine import Database, open_sqlite
from station_app.store.fold import Fold, asked
from station_app.store.heads import DECIDING, REMOVED, WHOLE, WITHDRAWING, Choice, Outcome, Write
from tests.store.throwaway import known

RULES: Final = {"t_loose": "by_field", "t_whole": "newest", "t_asked": "ask", "t_once": "append_only"}
DAY: Final = 86_400_000
Resolve = Callable[[Sequence[Write], str], Outcome]


class History:
    """What some devices wrote to one record, each knowing a part of the others' chains."""

    def __init__(self, seed: int) -> None:
        self.dice = dice = random.Random(seed)
        self.kind = dice.choice(list(RULES))
        self.merge = RULES[self.kind]
        self.devices = [f"{letter * 8}-0000-4000-8000-{seed:012d}" for letter in "abcde"[: dice.randint(3, 5)]]
        self.chains: dict[str, list[Write]] = {device: [] for device in self.devices}
        self.faults: Counter[str] = Counter()
        clocks = {d: 1_700_000_000_000 + dice.choice((0, 0, 0, -400 * DAY, 400 * DAY)) for d in self.devices}
        self.faults["wrong clock"] += sum(1 for at in clocks.values() if at != 1_700_000_000_000)
        knows: dict[str, dict[str, int]] = {d: {} for d in self.devices}
        ticks = dict.fromkeys(self.devices, 0)
        for _step in range(dice.randint(4, 18)):
            one = dice.choice(self.devices)
            if dice.random() < 0.4:
                other = dice.choice([d for d in self.devices if d != one])
                upto = dice.randint(0, len(self.chains[other]))
                knows[one][other] = max(knows[one].get(other, 0), upto)
                continue
            if dice.random() < 0.03:  # a broken or lying device: it claims what has not been written yet
                other = dice.choice([d for d in self.devices if d != one])
                knows[one][other] = len(self.chains[other]) + dice.randint(1, 3)
                self.faults["lie"] += 1
            ticks[one] += dice.choice((0, 1, 1_000))
            self._write(one, clocks[one] + ticks[one], dict(knows[one]))

    def _write(self, one: str, at: int, seen: dict[str, int]) -> None:
        chain = self.chains[one]
        values, action = self._values(), "edit"
        decisions = [
            w for w in self.writes if w.action == DECIDING and w.device != one and seen.get(w.device, 0) >= w.seq
        ]
        decisions += [w for w in chain if w.action == DECIDING]
        if decisions and self.dice.random() < 0.4:
            action = f"{WITHDRAWING} {self.dice.choice(decisions).name}"
            self.faults["withdrawal"] += 1
        elif self.dice.random() < 0.15:
            action = DECIDING
            self.faults["decision"] += 1
        chain.append(Write(one, len(chain) + 1, at, "u", values, seen, action))

    def _values(self) -> dict[str, object]:
        dice = self.dice
        if self.merge != "newest" and dice.random() < 0.2:
            self.faults["removal"] += 1
            return {REMOVED: dice.random() < 0.7}
        if self.merge == "newest":
            return {"a": dice.randint(0, 2), "b": dice.randint(0, 2), REMOVED: dice.random() < 0.2}
        if self.merge == "append_only":
            return {"a": dice.randint(0, 2)}
        names = [n for n in (("a", "b", "name") if self.kind == "t_loose" else ("a", "b")) if dice.random() < 0.6] or [
            "a"
        ]
        return {n: str(dice.randint(0, 2)) if n == "name" else dice.randint(0, 2) for n in names}

    @property
    def writes(self) -> list[Write]:
        """All writes, chain by chain."""
        return [w for chain in self.chains.values() for w in chain]


# ---------------------------------------------------------------------- the reference


def reference(writes: Sequence[Write], merge: str) -> Outcome:
    """The outcome, written down slowly from DESIGN's sentences, sharing no code with ``heads`` but its data."""
    back = {w.action.split(" ")[1] for w in writes if w.action.startswith("withdraw ")}
    counting = [
        w for w in writes
        if not w.action.startswith("withdraw ") and not (w.action == "resolve" and f"{w.device}:{w.seq}" in back)
    ]  # fmt: skip
    out = Outcome()
    if not counting:
        return out
    names = sorted({n for w in counting for n in w.values})
    if merge == "newest":
        best = sorted(_last(counting), key=lambda w: (w.time, w.device, w.seq))
        out.values = dict(best[-1].values)
        if any(dict(w.values) != dict(best[-1].values) for w in best):
            kept: list[Write] = []
            for w in reversed(best):
                if all(dict(w.values) != dict(k.values) for k in kept):
                    kept.append(w)
            out.conflicts[WHOLE] = [Choice(dict(w.values), w) for w in kept]
        return out
    if merge == "append_only":
        _created_once(counting, out)
    else:
        for name in names:
            if name != REMOVED:
                _one_field(name, _last([w for w in counting if name in w.values]), merge, out)
    claims = [(w.values[REMOVED], w) for w in _last([w for w in counting if REMOVED in w.values])]
    if merge != "append_only":
        removals = [w for value, w in claims if value is True]
        claims += [
            (False, w) for w in counting
            if set(w.values) != {REMOVED} and any(_apart(w, r) for r in removals)
        ]  # fmt: skip
    _settle(REMOVED, claims, False, out)
    return out


def _knew(a: Write, b: Write) -> bool:
    return b.seq < a.seq if a.device == b.device else a.seen.get(b.device, 0) >= b.seq


def _apart(a: Write, b: Write) -> bool:
    return (a.device, a.seq) != (b.device, b.seq) and not _knew(a, b) and not _knew(b, a)


def _last(writes: Sequence[Write]) -> list[Write]:
    entangled = [a for a in writes if any(a.device != b.device and _knew(a, b) and _knew(b, a) for b in writes)]
    free = [a for a in writes if a not in entangled]
    left = list(writes)
    if entangled:
        left = [w for w in writes if not any(_knew(o, w) for o in free if o is not w)] or left
        if any(a.device != b.device and _knew(a, b) and _knew(b, a) for a in left for b in left):
            return left
    return [w for w in left if not any(_knew(o, w) for o in left if o is not w)] or left


def _one_field(name: str, last: Sequence[Write], merge: str, out: Outcome) -> None:
    _settle(name, [(w.values[name], w) for w in last], merge == "ask", out)


def _settle(name: str, claims: Sequence[tuple[object, Write]], ask: bool, out: Outcome) -> None:
    kept: list[Choice] = []
    for value, w in sorted(claims, key=lambda pair: (pair[1].time, pair[1].device, pair[1].seq), reverse=True):
        if all((type(value), value) != (type(k.value), k.value) for k in kept):
            kept.append(Choice(value, w))
    if not kept:
        return
    out.values[name] = None if ask and len(kept) > 1 else kept[0].value
    if len(kept) > 1:
        out.conflicts[name] = kept


def _created_once(counting: Sequence[Write], out: Outcome) -> None:
    made = sorted((w for w in counting if set(w.values) - {REMOVED}), key=lambda w: (w.time, w.device, w.seq))
    if not made:
        return
    unknowing = [w for w in made if not any(_knew(w, o) for o in made if o is not w)]
    first = (unknowing or made)[0]
    out.values = {n: v for n, v in first.values.items() if n != REMOVED}
    agreeing = [w for w in made if w is not first and dict(w.values) == dict(first.values)]
    others = [
        w for w in made
        if dict(w.values) != dict(first.values) and not any(_knew(a, w) and not _knew(w, a) for a in agreeing)
    ]  # fmt: skip
    if others:
        out.conflicts[WHOLE] = [Choice(dict(w.values), w) for w in (first, *others)]


# ---------------------------------------------------------------------- what must hold


def plain(outcome: Outcome) -> tuple[Any, ...]:
    """An outcome as something to compare."""
    conflicts = {n: [(repr(c.value), c.write.name) for c in found] for n, found in outcome.conflicts.items()}
    return (dict(outcome.values), conflicts)


def wrong_of(history: History, resolve: Resolve = heads.resolve) -> str | None:
    """What does not hold of a history on the pure functions; None when all does."""
    writes = history.writes
    if not writes:
        return None
    expected = plain(resolve(writes, history.merge))
    for _order in range(3):
        history.dice.shuffle(writes)
        if plain(resolve(writes, history.merge)) != expected:
            return "order"
    if plain(reference(writes, history.merge)) != expected:
        return "reference"
    return _lost(history, writes, resolve(writes, history.merge)) or _withheld(history, writes, resolve)


def _lost(history: History, writes: Sequence[Write], outcome: Outcome) -> str | None:
    """Invariant 6: every head is shown or asked about; somebody who has seen all of them decides."""
    if history.merge in ("by_field", "ask"):
        counting = heads.standing(writes)
        for name in {n for w in counting for n in w.values} - {REMOVED}:
            for head in _last([w for w in counting if name in w.values]):
                kept = [c.value for c in outcome.conflicts.get(name, ())] or [outcome.values.get(name)]
                if head.values[name] not in kept:
                    return f"lost {name}"
    if history.merge == "append_only" or not outcome.conflicts:
        return None
    device = history.devices[0]
    seen = {d: len(chain) for d, chain in history.chains.items() if d != device}
    at = len(history.chains[device]) + 1
    values: dict[str, object] = {n: found[0].value for n, found in outcome.conflicts.items() if n != WHOLE}
    if WHOLE in outcome.conflicts:
        values = dict(outcome.values)
    decided = heads.resolve([*writes, Write(device, at, 1, "u", values, seen, DECIDING)], history.merge)
    return "undecidable" if decided.conflicts and not history.faults["lie"] else None


def _withheld(history: History, writes: Sequence[Write], resolve: Resolve) -> str | None:
    """The centre, which gets only stubs of private fields, shows the same of everything open."""
    if history.kind != "t_loose":
        return None
    blind = [
        Write(w.device, w.seq, w.time, w.author, {n: v for n, v in w.values.items() if n != "name"}, w.seen, w.action)
        for w in writes
    ]
    here, there = plain(resolve(writes, history.merge)), plain(resolve(blind, history.merge))
    open_here = tuple({n: v for n, v in part.items() if n != "name"} for part in here)
    return None if open_here == there else "withheld"


# ---------------------------------------------------------------------- the real fold


STATION: Final = "15060210201"


def entries_of(history: History) -> dict[str, list[tuple[e.Entry, bytes]]]:
    """The history as chains of entries; one record of the history's kind."""
    record = str(uuid.UUID(int=history.dice.getrandbits(128), version=4))
    found: dict[str, list[tuple[e.Entry, bytes]]] = {}
    private = {n for n, f in KINDS[history.kind].fields.items() if f.private}
    for device, chain in history.chains.items():
        prev, said, time_before = e.NO_ENTRY, dict[str, int](), 0
        found[device] = []
        for w in chain:
            newly = {d: s for d, s in w.seen.items() if s > said.get(d, 0)}
            said |= newly
            time_before = max(time_before, w.time)
            opened = {n: v for n, v in w.values.items() if n not in private}
            hidden = {n: v for n, v in w.values.items() if n in private}
            items = [
                e.make_item(history.kind, record, secret, e.encode_body(body))  # type: ignore[arg-type]  # wire values
                for secret, body in ((False, opened), (True, hidden)) if body
            ]  # fmt: skip
            op = str(uuid.UUID(int=history.dice.getrandbits(128), version=4))
            head = e.Head(device, w.seq, time_before, newly, "u", w.action, None, 1, op)
            entry = e.make(head, history.dice.randbytes(16), items)
            prev = e.entry_hash(prev, entry)
            found[device].append((entry, prev))
    return found


def arrive(
    database: Database, fold: Fold, station: str, chains: dict[str, list[tuple[e.Entry, bytes]]], dice: random.Random
) -> None:
    """The chains in random parts, in any order, some twice."""
    left = {d: 0 for d, chain in chains.items() if chain}
    with database.writing() as connection:
        while left:
            device = dice.choice(sorted(left))
            upto = min(len(chains[device]), left[device] + dice.randint(0, 4))
            one = journal.register(connection, station, device)
            fresh = chains[device][one.seq : upto]
            if fresh:
                journal.append(connection, one, fresh)
                again = journal.device_named(connection, device)
                assert again is not None
                fold.advance(connection, again)
            left[device] = upto
            if upto == len(chains[device]):
                del left[device]


def folded(database: Database, station: str) -> tuple[Any, ...]:
    """What a station's tables show."""
    from sqlalchemy import select

    from station_app.store.tables import conflict

    with database.reading() as connection:
        rows = [
            (kind, *row)
            for kind in RULES
            for row in connection.execute(
                select(KINDS[kind].__table__).where(KINDS[kind].__table__.c.station == station)
            )
        ]
        asks = connection.execute(
            select(conflict).where(conflict.c.station == station).order_by(conflict.c.field)
        ).all()
    return (rows, [tuple(row) for row in asks])


class InDatabases:
    """Three databases in memory-backed files; every history is a station of its own in each of them."""

    def __init__(self, folder: Path, fold: Callable[[], Fold] = Fold) -> None:
        self.databases = [open_sqlite(folder / f"{n}.db", None) for n in range(3)]
        self.folds = [fold() for _each in self.databases]
        for database in self.databases:
            schema.bring_up(database, searchable=False)

    def wrong_of(self, history: History, number: int) -> str | None:
        """Whether the three disagree, or with the pure functions."""
        chains, station = entries_of(history), f"{number:011d}"
        if not any(chains.values()):
            return None
        shown = []
        for database, fold in zip(self.databases, self.folds, strict=True):
            arrive(database, fold, station, chains, history.dice)
            shown.append(folded(database, station))
        if any(each != shown[0] for each in shown):
            return "arrival"
        outcome = heads.resolve(history.writes, history.merge, asked(KINDS[history.kind]))
        rows, asks = shown[0]
        expected = {n: int(v) if isinstance(v, bool) else v for n, v in outcome.values.items()}
        names = [c.name for c in KINDS[history.kind].__table__.columns]
        row = dict(zip(names, rows[0][1:], strict=True))
        if any(row.get(n) != v for n, v in expected.items()) or {a[3] for a in asks} != set(outcome.conflicts):
            return "fold"
        return None

    def close(self) -> None:
        """Close them."""
        for database in self.databases:
            database.close()


def run(
    n: int, seed: int, every: int, resolve: Resolve = heads.resolve, fold: Callable[[], Fold] = Fold
) -> dict[str, Any]:
    """``n`` histories; what they held and what went wrong."""
    faults: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    wrong: list[str] = []
    began = time.monotonic()
    in_databases = 0
    memory = Path("/dev/shm")
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(dir=memory if memory.is_dir() else None))
        stack.enter_context(known())
        databases = InDatabases(Path(folder), fold)
        stack.callback(databases.close)
        for number in range(n):
            history = History(seed + number)
            faults += history.faults
            rules[history.merge] += 1
            found = wrong_of(history, resolve)
            if found is None and every and number % every == 0:
                in_databases += 1
                found = databases.wrong_of(history, number)
            if found is not None:
                wrong.append(f"{found} seed={seed + number}")
    took = time.monotonic() - began
    return {
        "histories": n, "in_databases": in_databases, "seconds": round(took, 1), "per_second": round(n / max(took, 0.001)),
        "rules": dict(rules), "faults": dict(faults), "wrong": wrong[:20], "wrong_count": len(wrong),
    }  # fmt: skip


def main(words: Sequence[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--database", type=int, default=200, help="one history in so many is folded in databases too; 0: none"
    )
    told = parser.parse_args(words)
    result = run(told.n, told.seed, told.database)
    print(json.dumps(result, ensure_ascii=False))
    return 1 if result["wrong_count"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
