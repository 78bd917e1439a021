"""What happened to a record, who did it, and how an action is taken back."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from station_app.kinds.base import KINDS
from station_app.messages import Refusal, _
from station_app.store import journal
from station_app.store.change import Edit
from station_app.store.entries import Entry, by_record
from station_app.store.heads import REMOVED
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
    """A record's history, in the order of time among what did not know of each other."""
    family = {d.no: d.device for d in journal.devices(connection, station)}
    ats = [
        at
        for (at,) in connection.execute(select(touch.c.at).where(touch.c.record == record, touch.c.kind == kind))
        if at >> AT_SHIFT in family
    ]
    loaded = sorted(
        journal.load(connection, ats).values(), key=lambda entry: (entry.head.time, entry.head.device, entry.head.seq)
    )
    shown: dict[str, object] = {}
    result: list[Step] = []
    for entry in loaded:
        written = by_record(entry.items)[kind, record]
        fields = {name: (shown.get(name), value) for name, value in written.items()}
        shown.update(written)
        result.append(_step(entry, fields))
    return result


def _step(entry: Entry, fields: Mapping[str, tuple[object, object]]) -> Step:
    h = entry.head
    return Step(f"{h.device}:{h.seq}", h.time, h.author, h.device, h.action, fields)


def undoing(connection: Connection, station: str, name: str) -> list[list[Edit]] | Refusal:
    """The edits that take an entry back (its whole batch, if it belongs to one): a group for each entry, newest first.

    Refused where a later entry wrote the same fields: that would silently take back somebody else's work too.
    """
    named = _named(connection, station, name)
    if isinstance(named, Refusal):
        return named
    ats = [named]
    first = journal.load(connection, ats)[named]
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
    groups: list[list[Edit]] = []
    for at in sorted(ats, reverse=True):
        group: list[Edit] = []
        for (kind, record), written in known.writes(at).items():
            edit = _taken_back(known, kind, record, written, at, ours)
            if isinstance(edit, Refusal):
                return edit
            if edit is not None:
                group.append(edit)
        if group:
            groups.append(group)
    return groups or Refusal(StoreRefusal.NOTHING_TO_DO)


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
    if declared is None:
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
