"""The state machine: hypothesis lives a station's history on several computers, with everything that goes wrong on the way."""

from collections import Counter
from datetime import timedelta
from typing import Final

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.machines.world import KIND_NAMES, Computer, World

HARMS: Final = ("lose", "cut", "flip", "swap", "double", "keep", "bring back")
PAIRS: Final = st.sampled_from([(0, 1), (1, 0), (0, 2), (2, 1), (1, 3), (3, 0), (4, 1)])
#: What a long run must have seen, or it has proven nothing.
MUST_HAPPEN: Final = (
    "backup", "batch", "centre compared", "centre refused fork", "clone", "computer lost", "decision", "decision withdrawn",
    "erasure", "older version", "removal", "restored backup", "undo", "update", "wrong clock",
    *(f"stick: {how}" for how in HARMS),
)  # fmt: skip
#: What ran in this process, over all histories.
FAULTS: Counter[str] = Counter()
RAN: Counter[str] = Counter()


class Station(RuleBasedStateMachine):
    """Up to five computers of one station and a centre, two sticks between them."""

    world: World

    @initialize(seed=st.integers(0, 2**32))
    def start(self, seed: int) -> None:
        """Three enrolled computers that know of each other, and what each of them knows."""
        self.faults: Counter[str] = Counter()
        self.world = World(seed, self.faults)
        RAN["histories"] += 1

    def _one(self, who: int) -> Computer:
        RAN["steps"] += 1
        return self.world.computers[who % len(self.world.computers)]

    # ------------------------------------------------------------------ people

    @rule(
        who=st.integers(0, 4), kind=st.sampled_from(KIND_NAMES), which=st.integers(0, 2),
        names=st.lists(st.sampled_from(["a", "b", "name", "flag", "note"]), min_size=1, max_size=3),
    )  # fmt: skip
    def edit(self, who: int, kind: str, which: int, names: list[str]) -> None:
        self.world.edit(self._one(who), kind, which, names)

    @rule(
        pair=PAIRS, kind=st.sampled_from(KIND_NAMES), which=st.integers(0, 1),
        name=st.sampled_from(["a", "b", "removed"]), meet=st.booleans(), answer=st.sampled_from(["", "decide", "take back"]),
    )  # fmt: skip
    def disagree(self, pair: tuple[int, int], kind: str, which: int, name: str, meet: bool, answer: str) -> None:
        """Two people write the same field, or one removes what the other edits, before they meet; one of them may decide."""
        one, other = self._one(pair[0]), self._one(pair[1])
        if name == "removed":
            self.world.remove(one, kind, which, True)
        else:
            self.world.edit(one, kind, which, [name])
        self.world.edit(other, kind, which, ["a" if name == "removed" else name])
        if meet:
            self.world.send(one, self.world.sticks[0])
            self.world.receive(other, self.world.sticks[0])
        if answer:
            before = len(other.acknowledged)
            self.world.decide(other, which, typed=name == "a")
            if answer == "take back" and len(other.acknowledged) > before:
                self.world.undo(other, len(other.acknowledged) - 1)

    @rule(who=st.integers(0, 4), kind=st.sampled_from(KIND_NAMES), which=st.integers(0, 2), gone=st.booleans())
    def remove(self, who: int, kind: str, which: int, gone: bool) -> None:
        self.world.remove(self._one(who), kind, which, gone)

    @rule(who=st.integers(0, 4), rows=st.integers(2, 9))
    def batch(self, who: int, rows: int) -> None:
        self.world.batch(self._one(who), rows)

    @rule(who=st.integers(0, 4), which=st.integers(0, 50))
    def undo(self, who: int, which: int) -> None:
        self.world.undo(self._one(who), which)

    @rule(who=st.integers(0, 4), which=st.integers(0, 5), typed=st.booleans(), again=st.booleans())
    def decide(self, who: int, which: int, typed: bool, again: bool) -> None:
        """Decide, and perhaps think better of it."""
        one = self._one(who)
        before = len(one.acknowledged)
        self.world.decide(one, which, typed)
        if again and len(one.acknowledged) > before:
            self.world.undo(one, len(one.acknowledged) - 1)

    @rule(who=st.integers(0, 4), kind=st.sampled_from(KIND_NAMES), which=st.integers(0, 3))
    def erase(self, who: int, kind: str, which: int) -> None:
        self.world.erase(self._one(who), kind, which)

    # ------------------------------------------------------------------ the stick

    @rule(who=st.integers(0, 4), stick=st.integers(0, 1))
    def send(self, who: int, stick: int) -> None:
        self.world.send(self._one(who), self.world.sticks[stick])

    @rule(who=st.integers(0, 4), stick=st.integers(0, 1))
    def receive(self, who: int, stick: int) -> None:
        self.world.receive(self._one(who), self.world.sticks[stick])

    @rule(pair=PAIRS, stick=st.integers(0, 1))
    def carry(self, pair: tuple[int, int], stick: int) -> None:
        """One sends, the other takes in and sends."""
        self.world.send(self._one(pair[0]), self.world.sticks[stick])
        self.world.receive(self._one(pair[1]), self.world.sticks[stick])
        self.world.send(self._one(pair[1]), self.world.sticks[stick])

    @rule(stick=st.integers(0, 1))
    def take(self, stick: int) -> None:
        RAN["steps"] += 1
        self.world.take(self.world.sticks[stick])

    @rule(stick=st.integers(0, 1), how=st.sampled_from(HARMS), which=st.integers(0, 2**30))
    def harm(self, stick: int, how: str, which: int) -> None:
        RAN["steps"] += 1
        self.world.harm(self.world.sticks[stick], how, which)

    # ------------------------------------------------------------------ computers

    @rule(who=st.integers(0, 4), days=st.sampled_from([-400, -1, 0, 0, 1, 400]))
    def turn_clock(self, who: int, days: int) -> None:
        self._one(who).off = timedelta(days=days)
        if days:
            self.faults["wrong clock"] += 1

    @rule(who=st.integers(0, 4))
    def back_up(self, who: int) -> None:
        self.world.back_up(self._one(who))

    @rule(which=st.integers(0, 3), lost=st.booleans(), who=st.integers(0, 4))
    def restore(self, which: int, lost: bool, who: int) -> None:
        one = self._one(who)
        self.world.restore(which, one if lost and len(self.world.computers) > 2 else None)

    @rule(who=st.integers(0, 4))
    def clone(self, who: int) -> None:
        self.world.clone(self._one(who))

    @rule(who=st.integers(0, 4), old=st.booleans())
    def version(self, who: int, old: bool) -> None:
        """An older version of the program on a computer; later the newer one."""
        one = self._one(who)
        if old:
            self.world.outdate(one)
        else:
            self.world.update(one)

    @rule(who=st.integers(0, 4))
    def check(self, who: int) -> None:
        """Invariant 2 in the middle of it."""
        self.world.check_tables(self._one(who))

    # ------------------------------------------------------------------ the end

    def teardown(self) -> None:
        """Everything arrives everywhere: what must hold then."""
        if not hasattr(self, "world"):
            return
        try:
            self.world.settle()
            self.world.check_all()
            for fault in sorted(self.faults):
                event(fault)
            FAULTS.update(self.faults)
        finally:
            self.world.close()
