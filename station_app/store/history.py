"""What happened to a record, who did it, and how an action is taken back."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from station_app.kinds.base import KINDS
from station_app.messages import Refusal, _
from station_app.store import erased, journal
from station_app.store.change import Edit
from station_app.store.entries import Entry, by_record
from station_app.store.fold import writes_of
from station_app.store.heads import DECIDING, REMOVED, WITHDRAWING, seen_before, standing
from station_app.store.refusals import StoreRefusal
from station_app.store.tables import AT_SHIFT, touch
from station_app.store.tables import entry as entry_table

Key = tuple[str, str]  # kind, record


@dataclass(frozen=True, slots=True)
class Step:
    """One entry's part in a record's history. ``fields``: name → (value before as its author saw it, value written)."""

    entry: str
    time: int
    author: str
    device: str
    action: str
    fields: Mapping[str, tuple[object, object]]


def steps(connection: Connection, station: str, kind: str, record: str) -> list[Step]:
    """A record's history, in the order of time."""
    writes = writes_of(connection, station, kind, record)
    counting = standing(writes)
    result: list[Step] = []
    for write in sorted(writes, key=lambda w: w.rank):
        before = seen_before(counting, write)
        fields = {name: (before.get(name), value) for name, value in write.values.items()}
        result.append(Step(write.name, write.time, write.author, write.device, write.action, fields))
    gone = erased.among(connection, station, [(kind, record)]).get((kind, record))
    return result if gone is None else [*result, *_erasing(connection, gone)]


def _erasing(connection: Connection, gone: erased.Known) -> list[Step]:
    """That it was erased, when, by whom, on what ground; never what it was."""
    device = journal.device_named(connection, gone.device)
    at = 0 if device is None else journal.at_of(device.no, gone.seq)
    entry = journal.load(connection, [at]).get(at)
    if entry is None:
        return []
    ground = next(
        (i.fields.get("ground") for i in entry.items
         if i.kind == erased.KIND and not i.private and i.fields.get("target") == gone.record), None,
    )  # fmt: skip
    h = entry.head
    return [Step(gone.name, h.time, h.author, h.device, h.action, {"ground": (None, ground)})]


def undoing(
    connection: Connection, station: str, name: str, kept: set[Key] | None = None
) -> list[list[Edit]] | Refusal:
    """The edits that take an entry back (its whole batch, if it belongs to one): a group for each entry, newest first.

    Refused where a later entry wrote the same fields: that would silently take back somebody else's work too. With
    ``kept`` such records are left as they are and named there.
    """
    named = _named(connection, station, name)
    if isinstance(named, Refusal):
        return named
    ats = [named]
    first = journal.load(connection, ats)[named]
    if first.head.action == erased.ACTION:
        return Refusal(StoreRefusal.CANNOT_UNDO, {"why": _("what was erased by law never comes back.")})
    if first.head.action.startswith(WITHDRAWING):
        return Refusal(StoreRefusal.CANNOT_UNDO, {"why": _("decide the conflict once more instead.")})
    if first.head.batch is not None:
        low, high = (named >> AT_SHIFT) << AT_SHIFT, ((named >> AT_SHIFT) + 1) << AT_SHIFT
        rows = connection.execute(
            select(entry_table.c.at).where(
                entry_table.c.batch == first.head.batch[0], entry_table.c.at.between(low, high)
            )
        )
        ats = [at for (at,) in rows]
    known = _Known(connection, station)
    ours = set(ats)
    gone = erased.among(connection, station, (key for at in ats for key in known.writes(at)))
    groups: list[list[Edit]] = []
    for at in sorted(ats, reverse=True):
        group: list[Edit] = []
        for (kind, record), written in known.writes(at).items():
            if (kind, record) in gone:
                continue  # the rest of an import can be taken back
            edit = _taken_back(known, kind, record, written, at, ours)
            if isinstance(edit, Refusal):
                if kept is None or kind not in KINDS:
                    return edit
                kept.add((kind, record))
                continue
            if edit is not None:
                group.append(edit)
        if group:
            groups.append(group)
    if not groups and gone:
        return Refusal(StoreRefusal.CANNOT_UNDO, {"why": _("what was erased by law never comes back.")})
    if kept:
        groups = [[edit for edit in group if (edit.kind, str(edit.record)) not in kept] for group in groups]
        groups = [group for group in groups if group]
    return groups or Refusal(StoreRefusal.NOTHING_TO_DO)


def withdrawing(connection: Connection, station: str, name: str) -> tuple[Entry, str] | Refusal | None:
    """The decision an entry made, and the action that takes it back, so that it is asked again; None: it decided nothing.

    Refused like any undoing where something was built on it.
    """
    at = _named(connection, station, name)
    if isinstance(at, Refusal):
        return at
    entry = journal.load(connection, [at])[at]
    if entry.head.action != DECIDING:
        return None
    if not entry.whole:
        return Refusal(StoreRefusal.CANNOT_UNDO, {"why": _("what it wrote was erased.")})
    for key in by_record(entry.items):
        later = [w for w in writes_of(connection, station, *key) if w.saw_name(name)]
        if any(w.withdraws == name for w in later):
            return Refusal(StoreRefusal.NOTHING_TO_DO)
        if any(set(w.values) & set(by_record(entry.items)[key]) for w in standing(later)):
            return Refusal(StoreRefusal.CANNOT_UNDO, {"why": _("something was changed afterwards that builds on it.")})
    return entry, f"{WITHDRAWING} {name}"


class _Known:
    """Entries as far as they were needed, each read and parsed once: a long import's entries hold hundreds of records each."""

    def __init__(self, connection: Connection, station: str) -> None:
        self.connection = connection
        self.family = {d.no for d in journal.devices(connection, station)}
        self._read: dict[int, tuple[tuple[int, str, int], Mapping[Key, Mapping[str, object]]]] = {}

    def _of(self, at: int) -> tuple[tuple[int, str, int], Mapping[Key, Mapping[str, object]]]:
        if at not in self._read:
            entry = journal.load(self.connection, [at])[at]
            self._read[at] = ((entry.head.time, entry.head.device, entry.head.seq), by_record(entry.items))
        return self._read[at]

    def writes(self, at: int) -> Mapping[Key, Mapping[str, object]]:
        """What an entry wrote, by record."""
        return self._of(at)[1]

    def order(self, kind: str, record: str) -> list[int]:
        """The entries that wrote to a record, in the order of time."""
        rows = self.connection.execute(select(touch.c.at).where(touch.c.record == record, touch.c.kind == kind))
        return sorted((at for (at,) in rows if at >> AT_SHIFT in self.family), key=lambda at: self._of(at)[0])


def _named(connection: Connection, station: str, name: str) -> int | Refusal:
    device_id, _colon, number = name.rpartition(":")
    matching = [d for d in journal.devices(connection, station) if d.device == device_id]
    if not matching or not number.isdigit() or not 1 <= int(number) <= matching[0].seq:
        return Refusal(StoreRefusal.UNKNOWN_ENTRY, {"entry": name})
    return journal.at_of(matching[0].no, int(number))


def _taken_back(
    known: _Known, kind: str, record: str, written: Mapping[str, object], at: int, ours: set[int]
) -> Edit | Refusal | None:
    declared = KINDS.get(kind)
    if declared is None or set(written) - set(declared.fields) - {REMOVED}:
        return Refusal(StoreRefusal.CANNOT_UNDO, {"why": _("it holds records this version does not know.")})
    order = known.order(kind, record)
    place = order.index(at)
    before: dict[str, object] = {}
    for one in order[:place]:
        if one not in ours:
            before.update(known.writes(one)[kind, record])
    for one in order[place + 1 :]:
        later = set(known.writes(one)[kind, record])
        if one not in ours and (later & set(written) or (place == 0 and later - {REMOVED})):
            return Refusal(StoreRefusal.CANNOT_UNDO, {"why": _("something was changed afterwards that builds on it.")})
    if not before:
        return Edit(kind, {REMOVED: True}, record)
    fields = {
        n: before.get(n) for n in written if n == REMOVED or (n in declared.fields and not declared.fields[n].computed)
    }
    if REMOVED in fields:
        fields[REMOVED] = bool(fields[REMOVED])
    return Edit(kind, fields, record)  # type: ignore[arg-type]  # values come from the journal, where they were wire values
