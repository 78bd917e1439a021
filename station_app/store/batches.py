"""Long actions (imports): which there were, and what taking one back would write, with what was built on since left alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from station_app.kinds.base import KINDS
from station_app.messages import Refusal
from station_app.store import history, journal
from station_app.store.change import Edit
from station_app.store.entries import by_record
from station_app.store.heads import REMOVED
from station_app.store.records import Reader
from station_app.store.tables import AT_SHIFT
from station_app.store.tables import entry as entry_table

Key = tuple[str, str]  # kind, record


@dataclass(frozen=True, slots=True)
class LongAction:
    """A batch by its first entry. ``records``: those of the first entry, by which one sees whether it was taken back."""

    entry: str
    action: str
    time: int
    author: str
    device: str
    entries: int
    records: tuple[Key, ...]


def long_actions(connection: Connection, station: str, action: str) -> list[LongAction]:
    """The batches whose action begins so, newest first; other devices' included."""
    family = {d.no: d.device for d in journal.devices(connection, station)}
    rows = connection.execute(
        select(func.min(entry_table.c.at), func.count())
        .where(entry_table.c.batch.is_not(None))
        .group_by(entry_table.c.batch)
    )
    counted = {int(at): int(many) for at, many in rows if (int(at) >> AT_SHIFT) in family}
    found: list[LongAction] = []
    for at, one in journal.load(connection, counted).items():
        head = one.head
        if head.action.startswith(action) and head.batch is not None and head.batch[1] == 1:
            keys = tuple(by_record(one.items))
            found.append(
                LongAction(
                    f"{head.device}:{head.seq}", head.action, head.time, head.author, head.device, counted[at], keys
                )
            )
    return sorted(found, key=lambda a: (-a.time, a.entry))


@dataclass(slots=True)
class TakingBack:
    """The edits that take a batch back, and the records left as they are: changed since, or needed by later records."""

    groups: list[list[Edit]]
    changed: set[Key]
    needed: set[Key]


def taking_back(reader: Reader, entry: str) -> TakingBack | Refusal:
    """What taking a batch back would write; a record that somebody has worked on since is kept whole."""
    changed: set[Key] = set()
    groups = history.undoing(reader.connection, reader.station, entry, kept=changed)
    if isinstance(groups, Refusal):
        return groups
    going = {(e.kind, str(e.record)) for group in groups for e in group if e.fields.get(REMOVED) is True}
    needed = _needed(reader, going)
    kept = [[e for e in group if (e.kind, str(e.record)) not in needed] for group in groups]
    return TakingBack([group for group in kept if group], changed, needed)


def _needed(reader: Reader, going: set[Key]) -> set[Key]:
    """Of the records that would go those that a record that stays refers to, and what these refer to in turn."""
    refers: dict[Key, list[Key]] = {}
    for source, target in _references(reader, going):
        refers.setdefault(source, []).append(target)
    staying = [source for source in refers if source not in going]
    needed: set[Key] = set()
    while staying:
        for target in refers.get(staying.pop(), ()):
            if target not in needed:
                needed.add(target)
                staying.append(target)
    return needed


def _references(reader: Reader, going: set[Key]) -> Iterator[tuple[Key, Key]]:
    """Who refers to records that would go: each kind's table is read once, whatever their number."""
    kinds = {kind for kind, _record in going}
    for declared in KINDS.classes():
        fields: Mapping[str, str] = {n: str(f.target) for n, f in declared.fields.items() if f.target in kinds}
        if not fields:
            continue
        table = declared.__table__
        statement = reader.select(declared.kind_name).with_only_columns(table.c.id, *(table.c[n] for n in fields))
        for record, *values in reader.connection.execute(statement):
            for target, value in zip(fields.values(), values, strict=True):
                for one in value if isinstance(value, list) else (value,):
                    if one is not None and (target, one) in going:
                        yield (declared.kind_name, record), (target, one)
