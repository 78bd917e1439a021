"""Two records of one person become one: one survives, what refers to the other is re-pointed, and one undo takes it all back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from station_app.kinds.base import KINDS
from station_app.messages import Refusal
from station_app.spec.meanings import Wire
from station_app.store.change import Author, Done, Edit
from station_app.store.heads import REMOVED
from station_app.store.likeness import PEOPLE, referring
from station_app.store.opened import Store
from station_app.store.records import Found, Reader
from station_app.store.refusals import StoreRefusal
from station_app.work.refusals import MergeRefusal

#: Kinds of which a person has one: when two people become one, so do these. Kind → the field that names the person.
_ONE_EACH: Final = {"elder": "resident"}
MERGED: Final = "merged_into"
KEEP, OTHER, BOTH = "keep", "other", "both"


@dataclass(frozen=True, slots=True)
class Side:
    """One field of two records: what both say, and which is proposed."""

    name: str
    keep: Wire
    other: Wire
    take: str  # keep, other, or both (lists)

    @property
    def differs(self) -> bool:
        """Whether a person should look at it."""
        return self.keep not in (None, "", []) and self.other not in (None, "", []) and self.keep != self.other


@dataclass(slots=True)
class Merging:
    """What merging would do: fields side by side, records that will refer to the survivor, and those that cannot."""

    kind: str
    keep: Found
    other: Found
    sides: list[Side] = field(default_factory=list)
    moved: dict[str, int] = field(default_factory=dict)  # kind → records re-pointed
    staying: dict[str, int] = field(default_factory=dict)  # kind → records that are never changed once written


def sides(kind: str, keep: Found, other: Found) -> list[Side]:
    """Every field either record says something of; what only the other knows is taken, lists are united."""
    found: list[Side] = []
    for name, declared in KINDS[kind].fields.items():
        if declared.computed or name == MERGED:
            continue
        mine, theirs = keep.fields.get(name), other.fields.get(name)
        if mine in (None, "", []) and theirs in (None, "", []):
            continue
        take = OTHER if mine in (None, "", []) else BOTH if isinstance(mine, list) and theirs else KEEP
        found.append(Side(name, mine, theirs, take))
    return found


def look(reader: Reader, kind: str, keep: str, other: str) -> Merging | Refusal:
    """What merging would do; nothing is written."""
    if kind not in PEOPLE:
        return Refusal(MergeRefusal.NOT_PEOPLE, {"kinds": "、".join(KINDS[k].titled() for k in PEOPLE)})
    if keep == other:
        return Refusal(MergeRefusal.THE_SAME)
    both = [reader.get(kind, record) for record in (keep, other)]
    for record, found in zip((keep, other), both, strict=True):
        if found is None or found.removed:
            return Refusal(StoreRefusal.UNKNOWN_RECORD, {"kind": KINDS[kind].titled(), "record": record})
    first, second = both
    assert first is not None and second is not None
    merging = Merging(kind, first, second, sides(kind, first, second))
    for referred, _record, _name, _value in referring(reader, kind, [other]):
        counted = merging.staying if KINDS[referred].merge == "append_only" else merging.moved
        counted[referred] = counted.get(referred, 0) + 1
    return merging


def merge(
    store: Store, kind: str, keep: str, other: str, author: Author, choices: Mapping[str, str] | None = None,
    op: str | None = None,
) -> Done | Refusal:  # fmt: skip
    """Merge ``other`` into ``keep``; ``choices``: field → ``keep``, ``other`` or ``both`` where the proposal is not wanted.

    The other record stays in the journal, removed and marked with ``merged_into``; records that are never changed once
    written (confirmed hours) keep naming it. One batch, so that one undo takes all of it back.
    """
    with store.reading() as reader:
        merging = look(reader, kind, keep, other)
        if isinstance(merging, Refusal):
            return merging
        edits = _edits(reader, merging, choices or {})
    return store.batch([[edit] for edit in edits], author, "merge", op=op)


def _edits(reader: Reader, merging: Merging, choices: Mapping[str, str]) -> list[Edit]:
    kind, keep, other = merging.kind, merging.keep, merging.other
    edits = [Edit(kind, {REMOVED: True, MERGED: keep.id}, other.id)]
    united = _united(merging.sides, choices)
    if united:
        edits.append(Edit(kind, united, keep.id))
    edits += _repointed(reader, kind, other.id, keep.id, skip=frozenset(_ONE_EACH))
    for dependent, name in _ONE_EACH.items():
        if KINDS[dependent].fields[name].target == kind:
            edits += _dependents(reader, dependent, name, keep.id, other.id)
    together: dict[tuple[str, str | None], dict[str, Wire]] = {}  # a record that refers twice is written once
    for edit in edits:
        together.setdefault((edit.kind, edit.record), {}).update(edit.fields)
    return [Edit(written, fields, record) for (written, record), fields in together.items()]


def _united(found: list[Side], choices: Mapping[str, str]) -> dict[str, Wire]:
    values: dict[str, Wire] = {}
    for side in found:
        take = choices.get(side.name, side.take)
        if take == OTHER and side.other != side.keep:
            values[side.name] = side.other
        elif take == BOTH and isinstance(side.keep, list) and isinstance(side.other, list):
            both = list(dict.fromkeys([*side.keep, *side.other]))
            if both != side.keep:
                values[side.name] = both
    return values


def _repointed(reader: Reader, kind: str, old: str, new: str, skip: frozenset[str] = frozenset()) -> list[Edit]:
    """Every reference to the old record as one to the new; of lists only the one member, and each only once."""
    edits: list[Edit] = []
    for referred, record, name, value in referring(reader, kind, [old]):
        if referred == "distinct_pair":
            continue
        if referred in skip or KINDS[referred].merge == "append_only" or record == old:
            continue
        if record == new:  # nobody is their own guardian
            edits.append(Edit(referred, {name: None}, record))
            continue
        if isinstance(value, list):
            edits.append(Edit(referred, {name: list(dict.fromkeys(new if v == old else v for v in value))}, record))
        else:
            edits.append(Edit(referred, {name: new}, record))
    return edits


def _dependents(reader: Reader, kind: str, name: str, keep: str, other: str) -> list[Edit]:
    """The other's file goes to the survivor; where both have one, the two files become one as well."""
    theirs, mine = reader.all(kind, {name: other}), reader.all(kind, {name: keep})
    edits: list[Edit] = []
    for found in theirs:
        if not mine:
            mine = [found]
            edits.append(Edit(kind, {name: keep}, found.id))
            continue
        united = _united([s for s in sides(kind, mine[0], found) if s.name != name], {})
        if united:
            edits.append(Edit(kind, united, mine[0].id))
        edits.append(Edit(kind, {REMOVED: True}, found.id))
        edits += _repointed(reader, kind, found.id, mine[0].id)
    return edits


def tell_apart(store: Store, kind: str, one: str, other: str, author: Author) -> Done | Refusal:
    """Remember that two records are two people."""
    if kind not in PEOPLE:
        return Refusal(MergeRefusal.NOT_PEOPLE, {"kinds": "、".join(KINDS[k].titled() for k in PEOPLE)})
    if one == other:
        return Refusal(MergeRefusal.THE_SAME)
    first, second = sorted((one, other))
    fields: dict[str, Wire] = {"people": kind, f"{kind}_one": first, f"{kind}_other": second}
    with store.reading() as reader:
        known = reader.all("distinct_pair", fields, 1)
    if known:
        return Done((), (known[0].id,))
    return store.change([Edit("distinct_pair", fields)], author, "told apart")
