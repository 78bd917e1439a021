"""Which writes of a record count: heads, merge rules, conflicts (DESIGN, "Fold, precisely"). Pure functions.

The result depends on the set of writes only, never on the order in which they became known.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

REMOVED = "removed"
WHOLE = "*"  # the "field" of a conflict about a record as a whole
#: Actions of entries that decide a conflict, and that take such a decision back (``withdraw <device>:<seq>``).
DECIDING, WITHDRAWING = "resolve", "withdraw"


@dataclass(frozen=True, slots=True)
class Write:
    """What one entry wrote to one record. ``seen``: position of every other device its writer had folded."""

    device: str
    seq: int
    time: int
    author: str
    values: Mapping[str, object]
    seen: Mapping[str, int]
    action: str = ""

    @property
    def name(self) -> str:
        """How the entry is named: ``device:seq``."""
        return f"{self.device}:{self.seq}"

    @property
    def withdraws(self) -> str | None:
        """The decision this write takes back."""
        word, _space, name = self.action.partition(" ")
        return name if word == WITHDRAWING else None

    @property
    def rank(self) -> tuple[int, str, int]:
        """Orders concurrent heads: wall clock, then device."""
        return (self.time, self.device, self.seq)

    def saw(self, other: "Write") -> bool:
        """Whether this write's author had the other one before them; one's own chain is implied."""
        if other.device == self.device:
            return other.seq < self.seq
        return self.seen.get(other.device, 0) >= other.seq

    def saw_name(self, name: str) -> bool:
        """The same for an entry named ``device:seq``."""
        device, _colon, seq = name.rpartition(":")
        return (self.seq if device == self.device else self.seen.get(device, 0) + 1) > int(seq)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values of a conflict."""

    value: object
    write: Write


@dataclass(slots=True)
class Outcome:
    """A record as its writes make it: what is shown, and what a person should look at."""

    values: dict[str, object] = field(default_factory=dict)
    conflicts: dict[str, list[Choice]] = field(default_factory=dict)


def heads(writes: Sequence[Write]) -> list[Write]:
    """Writes no other one has seen (rule 5: a lying or broken device must not split the others).

    Two writes that each claim to have seen the other prove nothing by it: what either of them claims to have seen stays a
    head beside them. Somebody who has seen them, and of whom neither knew, still decides.
    """
    if len(writes) < 2:
        return list(writes)
    if len({w.device for w in writes}) == 1:
        return [max(writes, key=lambda w: w.seq)]
    liars = _claiming_each_other(writes)
    if not liars:
        return [w for w in writes if not any(o is not w and o.saw(w) for o in writes)] or list(writes)
    sound = [w for w in writes if id(w) not in liars]
    left = [w for w in writes if not any(o is not w and o.saw(w) for o in sound)] or list(writes)
    if _claiming_each_other(left):
        return left
    return [w for w in left if not any(o is not w and o.saw(w) for o in left)] or left


def _claiming_each_other(writes: Sequence[Write]) -> set[int]:
    """The writes (by ``id``) of pairs that each claim to have seen the other."""
    found: set[int] = set()
    for a in writes:
        for b in writes:
            if a.device < b.device and a.saw(b) and b.saw(a):
                found |= {id(a), id(b)}
    return found


def standing(writes: Sequence[Write]) -> list[Write]:
    """The writes that count: a decision that was taken back, and the taking back, are as if they had never been."""
    back = {w.withdraws for w in writes} - {None}
    if not back:
        return list(writes)
    return [w for w in writes if w.withdraws is None and not (w.action == DECIDING and w.name in back)]


def seen_before(writes: Sequence[Write], write: Write) -> dict[str, object]:
    """The values of the fields a write wrote as its author saw them: the newest write of each that it had seen."""
    before: dict[str, object] = {}
    for other in sorted(writes, key=lambda w: w.rank):
        if other is not write and write.saw(other):
            before.update({name: value for name, value in other.values.items() if name in write.values})
    return before


def _distinct(found: Iterable[Choice]) -> list[Choice]:
    """One choice per value: the newest write of it; ordered newest first."""
    chosen: list[Choice] = []
    for choice in sorted(found, key=lambda c: c.write.rank, reverse=True):
        if not any(_same(choice.value, c.value) for c in chosen):
            chosen.append(choice)
    return chosen


def _same(a: object, b: object) -> bool:
    return type(a) is type(b) and a == b


def resolve(writes: Sequence[Write], merge: str, asked: Container[str] | None = None) -> Outcome:
    """Fold a record's writes by its kind's merge rule.

    ``asked``: the fields (and ``removed``) a person decides about; None: all. Of the others, which the program derives or
    does not know, the newest head is shown and nobody is asked.
    """
    counting = standing(writes)
    if not counting:
        return Outcome()
    if merge == "append_only":
        return _append_only(counting, asked)
    if merge == "newest":
        return _newest(counting, asked)
    return _by_field(counting, merge == "ask", asked)


def _field_choices(writes: Sequence[Write], name: str) -> list[Choice]:
    return [Choice(w.values[name], w) for w in heads([w for w in writes if name in w.values])]


def _by_field(writes: Sequence[Write], ask: bool, asked: Container[str] | None) -> Outcome:
    out = Outcome()
    names = sorted({name for w in writes for name in w.values})
    for name in names:
        if name == REMOVED:
            continue
        found = _distinct(_field_choices(writes, name))
        open_question = len(found) > 1 and (asked is None or name in asked)
        if open_question:
            out.conflicts[name] = found
        out.values[name] = None if ask and open_question else found[0].value
    _removal(writes, out)
    return out


def _removal(writes: Sequence[Write], out: Outcome) -> None:
    """A removal is a field like others, and also in conflict with any write it and its author did not know of each other.

    Any write, not only the head of some field (rule 6): where fields are withheld, as at the centre, it is known that
    somebody wrote to the record but not what, and both sides must show the same.
    """
    found = _field_choices(writes, REMOVED)
    removing = [c.write for c in found if c.value is True]
    for write in writes if removing else ():
        if set(write.values) != {REMOVED} and any(
            write is not r and not r.saw(write) and not write.saw(r) for r in removing
        ):
            found.append(Choice(False, write))
    chosen = _distinct(found)
    if not chosen:
        return
    if len(chosen) > 1:
        out.conflicts[REMOVED] = chosen
    out.values[REMOVED] = chosen[0].value


def _about(write: Write, asked: Container[str] | None) -> dict[str, object]:
    """What a write says of the fields a person decides about."""
    return {name: value for name, value in write.values.items() if asked is None or name in asked}


def _newest(writes: Sequence[Write], asked: Container[str] | None) -> Outcome:
    out = Outcome()
    found = sorted(heads(writes), key=lambda w: w.rank, reverse=True)
    out.values = dict(found[0].values)
    distinct: list[Write] = []
    for write in found:
        if not any(_about(write, asked) == _about(d, asked) for d in distinct):
            distinct.append(write)
    if len(distinct) > 1:
        out.conflicts[WHOLE] = [Choice(dict(w.values), w) for w in distinct]
    return out


def _append_only(writes: Sequence[Write], asked: Container[str] | None) -> Outcome:
    """Created once: the least of the creations that knew of no other. The others are listed until somebody who has seen
    them confirms the first, by writing the same once more."""
    out = Outcome()
    creations = sorted((w for w in writes if set(w.values) - {REMOVED}), key=lambda w: w.rank)
    if creations:
        first = next((c for c in creations if not any(o is not c and c.saw(o) for o in creations)), creations[0])
        out.values = {k: v for k, v in first.values.items() if k != REMOVED}
        same = _about(first, asked)
        confirming = [w for w in creations if w is not first and _about(w, asked) == same]
        later = [
            w for w in creations if _about(w, asked) != same and not any(c.saw(w) and not w.saw(c) for c in confirming)
        ]
        if later:
            out.conflicts[WHOLE] = [Choice(dict(w.values), w) for w in (first, *later)]
    removals = [w for w in writes if REMOVED in w.values]
    if removals:
        found = _distinct(_field_choices(writes, REMOVED))
        if len(found) > 1:
            out.conflicts[REMOVED] = found
        out.values[REMOVED] = found[0].value
    return out
