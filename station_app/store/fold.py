"""The fold: entries → table rows, the only writer of kinds' tables. It never refuses, and order never matters."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection, Table, and_, bindparam, delete, func, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite

from station_app.kinds.base import KINDS, Record
from station_app.kinds.columns import texts_json
from station_app.spec.fields import Field
from station_app.store import heads, journal
from station_app.store.entries import Effect, Entry, by_record, effect_of, parse
from station_app.store.journal import Device
from station_app.store.prepared import Prepared
from station_app.store.tables import AT_SHIFT, conflict, misfit, sight, touch
from station_app.store.tables import entry as entry_table

Key = tuple[str, str]  # kind, record
CHUNK = 500  # entries read together
CHUNK_ITEMS = 5_000  # items folded together: enough for few statements, little memory


class RowWatcher(Protocol):
    """Told which rows of which kinds changed, inside the fold's transaction (the search index)."""

    def rows_changed(
        self,
        connection: Connection,
        station: str,
        kind: type[Record],
        changed: Mapping[str, Mapping[str, object]],
        fresh: set[str],
    ) -> None:
        """``changed``: record id → the fields written; ``fresh``: ids that had no row before."""

    def rows_gone(self, connection: Connection, kind: type[Record], records: Sequence[str]) -> None:
        """These rows were erased."""

    def emptied(self, connection: Connection) -> None:
        """All rows are gone; they are about to be folded again, and :meth:`refilled` is told when they are."""

    def refilled(self, connection: Connection, station: str) -> None:
        """The rows are there again; nothing was told of them one by one."""


@dataclass(slots=True)
class _Work:
    """What one chunk of entries amounts to, before it is written."""

    touches: list[dict[str, Any]] = field(default_factory=list)
    sights: list[dict[str, Any]] = field(default_factory=list)
    rows: dict[Key, dict[str, object]] = field(default_factory=dict)
    slow: set[Key] = field(default_factory=set)
    fresh: set[Key] = field(default_factory=set)


class Fold:
    """Folds chains of one database. ``watcher`` keeps the search index; the centre has none."""

    def __init__(self, watcher: RowWatcher | None = None) -> None:
        self.watcher = watcher
        self._upserts: dict[tuple[str, str, frozenset[str]], Prepared] = {}

    def advance(self, connection: Connection, one: Device) -> int:
        """Fold what a chain holds beyond its folded position. Returns the new position.

        Stops before an incomplete batch, and before a stub whose erasure is not known yet.
        """
        waiting: list[Entry] = []
        folded = one.folded
        held = journal.held_from(connection, one.no)
        for seq, _digest, line in journal.chain(connection, one.no, one.folded + 1, None if held is None else held - 1):
            entry = parse(line)
            waiting.append(entry)
            batch = entry.head.batch
            if batch is not None and not (batch[1] == batch[2] and self._complete(connection, one, batch)):
                continue
            folded = seq
            if len(waiting) >= CHUNK:
                self.fold(connection, one, waiting)
                waiting.clear()
        ready = [w for w in waiting if w.head.seq <= folded]
        if ready:
            self.fold(connection, one, ready)
        if folded != one.folded:
            journal.mark_folded(connection, one.no, folded)
        return folded

    @staticmethod
    def _complete(connection: Connection, one: Device, batch: tuple[str, int, int]) -> bool:
        low, high = journal.at_of(one.no, 0), journal.at_of(one.no + 1, 0)
        held = connection.execute(
            select(func.count()).where(entry_table.c.batch == batch[0], entry_table.c.at.between(low, high))
        ).scalar_one()
        return held >= batch[2]

    def fold(
        self, connection: Connection, one: Device, entries: Sequence[Entry], family: Sequence[Device] | None = None
    ) -> None:
        """Fold consecutive entries of one chain; the journal already holds them. ``family``: the station's devices, if at hand."""
        self.fold_effects(connection, one, map(effect_of, entries), family)

    def fold_effects(
        self, connection: Connection, one: Device, effects: Iterable[Effect], family: Sequence[Device] | None = None
    ) -> None:
        """The same, of effects that were read without the rest of their entries."""
        chunk: list[Effect] = []
        items = 0
        for effect in effects:
            chunk.append(effect)
            items += effect.items
            if items >= CHUNK_ITEMS:
                self._fold_chunk(connection, one, chunk, family)
                chunk, items = [], 0
        if chunk:
            self._fold_chunk(connection, one, chunk, family)

    def _fold_chunk(
        self, connection: Connection, one: Device, entries: Sequence[Effect], family: Sequence[Device] | None
    ) -> None:
        family = family or journal.devices(connection, one.station)
        numbers = {d.device: d.no for d in family}
        keys = {key for entry in entries for key in entry.writes}
        asking = keys
        if len(family) == 1 and self.watcher is None:  # nobody asks who wrote last, but of kinds that are written once
            asking = {key for key in keys if key[0] in KINDS and KINDS[key[0]].merge == "append_only"}
        last = self._last_touches(connection, one, family, asking)
        others = [d.no for d in family if d.no != one.no]
        seen = seen_by(connection, one.no, others, entries[0].head.seq)
        seen_me = {no: said[one.no] for no in others if one.no in (said := seen_by(connection, no, [one.no]))}
        contested = self._contested(connection, one.station, keys) if len(family) > 1 else set()
        work = _Work()
        for entry in entries:
            at = journal.at_of(one.no, entry.head.seq)
            for other, seq in entry.head.seen.items():
                if other not in numbers:
                    stranger = journal.register(connection, one.station, other)
                    numbers[other] = stranger.no
                no = numbers[other]
                if no != one.no and seq > seen.get(no, 0):
                    seen[no] = seq
                    work.sights.append({"no": one.no, "other": no, "seq": entry.head.seq, "other_seq": seq})
            for key, values in entry.writes.items():
                work.touches.append({"record": key[1], "kind": key[0], "at": at})
                if key in entry.gone:
                    continue  # erased for ever: its history knows of the entry, no row does
                self._place(work, key, values, entry, one.no, last[key], seen, seen_me, key in contested)
                last[key][one.no] = entry.head.seq
        self._write(connection, one.station, work)

    def _place(
        self, work: _Work, key: Key, values: dict[str, object], entry: Effect, no: int,
        last: dict[int, int], seen: Mapping[int, int], seen_me: Mapping[int, int], contested: bool,
    ) -> None:  # fmt: skip
        """Fast path: this entry has seen every other write of the record, so it simply wins (DESIGN, rule 9)."""
        declared = KINDS.get(key[0])
        if declared is None:
            return
        if not last:
            work.fresh.add(key)
        others = {n: s for n, s in last.items() if n != no}
        straight = (
            key not in work.slow
            and not contested
            and not entry.head.action.startswith(heads.WITHDRAWING)
            and not (declared.merge == "append_only" and last)
            and all(seen.get(n, 0) >= s and seen_me.get(n, 0) < entry.head.seq for n, s in others.items())
        )
        if not straight:
            work.slow.add(key)
            work.rows.pop(key, None)
        elif declared.merge == "newest":
            work.rows[key] = dict.fromkeys(declared.fields, None) | values
        else:
            work.rows.setdefault(key, {}).update(values)

    @staticmethod
    def _last_touches(
        connection: Connection, one: Device, family: Sequence[Device], keys: set[Key]
    ) -> dict[Key, dict[int, int]]:
        """Per record: the last entry of each of the station's devices that wrote to it."""
        last: dict[Key, dict[int, int]] = defaultdict(dict)
        ours = {d.no for d in family}
        records = sorted({record for _kind, record in keys})
        if len(records) <= 20:
            for kind, record in keys:
                for no in ours:
                    row = _LAST_AT.one(
                        connection, {"r": record, "k": kind, "lo": no << AT_SHIFT, "hi": (no + 1) << AT_SHIFT}
                    )
                    if row is not None and row[0] is not None:
                        last[kind, record][no] = journal.seq_of(row[0])
            return last
        for start in range(0, len(records), 900):
            part = records[start : start + 900]
            for record, kind, at in connection.execute(_TOUCHES_OF.where(touch.c.record.in_(part))):
                no = at >> AT_SHIFT
                if no in ours:
                    known = last[kind, record]
                    known[no] = max(known.get(no, 0), journal.seq_of(at))
        return last

    @staticmethod
    def _contested(connection: Connection, station: str, keys: set[Key]) -> set[Key]:
        found: set[Key] = set()
        if len(keys) <= 20:
            for kind, record in keys:
                if _CONTESTED.one(connection, {"of": station, "r": record, "k": kind}) is not None:
                    found.add((kind, record))
            return found
        records = sorted({record for _kind, record in keys})
        for start in range(0, len(records), 900):
            part = records[start : start + 900]
            rows = connection.execute(
                select(conflict.c.kind, conflict.c.record).where(
                    conflict.c.station == station, conflict.c.record.in_(part)
                )
            )
            found.update((kind, record) for kind, record in rows)
        return found

    def forget(self, connection: Connection, station: str, keys: Iterable[Key]) -> None:
        """Erased records: their rows, conflicts, misfits and search rows go."""
        by_kind: dict[str, list[str]] = defaultdict(list)
        for kind, record in keys:
            by_kind[kind].append(record)
        for kind, records in by_kind.items():
            declared = KINDS.get(kind)
            if declared is not None and self.watcher is not None:
                self.watcher.rows_gone(connection, declared, records)
            for start in range(0, len(records), 900):
                part = records[start : start + 900]
                for table in (conflict, misfit):
                    mine = (table.c.station == station, table.c.kind == kind, table.c.record.in_(part))
                    connection.execute(delete(table).where(*mine))
                if declared is not None:
                    rows = declared.__table__
                    assert isinstance(rows, Table)
                    connection.execute(delete(rows).where(rows.c.station == station, rows.c.id.in_(part)))

    # ------------------------------------------------------------------ writing

    def _write(self, connection: Connection, station: str, work: _Work) -> None:
        _ADD_TOUCH.many(connection, work.touches)
        if work.sights:
            connection.execute(insert(sight), work.sights)
        for kind, record in sorted(work.slow):
            outcome = self.resolve(connection, station, kind, record)
            declared = KINDS[kind]
            work.rows[kind, record] = dict.fromkeys((*declared.fields, heads.REMOVED), None) | outcome.values
            self._keep_conflicts(connection, station, kind, record, outcome)
        by_kind: dict[str, dict[str, dict[str, object]]] = defaultdict(dict)
        for (kind, record), values in work.rows.items():
            by_kind[kind][record] = values
        for kind, rows in by_kind.items():
            self._upsert(connection, station, KINDS[kind], rows)
            if self.watcher is not None:
                fresh = {record for record in rows if (kind, record) in work.fresh}
                self.watcher.rows_changed(connection, station, KINDS[kind], rows, fresh)

    def _upsert(
        self, connection: Connection, station: str, declared: type[Record], rows: Mapping[str, dict[str, object]]
    ) -> None:
        groups: dict[frozenset[str], list[dict[str, object]]] = defaultdict(list)
        unfit: list[dict[str, object]] = []
        fields = declared.fields
        for record, values in rows.items():
            row: dict[str, object] = {"station": station, "id": record}
            for name, value in values.items():
                known = fields.get(name)
                if known is None and name != heads.REMOVED:
                    continue  # a newer version's field: kept in the journal
                if value is None:
                    row[name] = None
                    continue
                row[name], fits = stored(known, value)
                if not fits:
                    unfit.append({"station": station, "record": record, "kind": declared.kind_name, "field": name})
            groups[frozenset(row)].append(row)
        for names, group in groups.items():
            self._upsert_of(connection, declared, names).many(connection, group)
        self._keep_misfits(connection, station, declared.kind_name, rows, unfit)

    def _upsert_of(self, connection: Connection, declared: type[Record], names: frozenset[str]) -> Prepared:
        key = (connection.dialect.name, declared.kind_name, names)
        statement = self._upserts.get(key)
        if statement is None:
            table = declared.__table__
            assert isinstance(table, Table)
            make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            upsert = make(table).values({name: bindparam(name) for name in sorted(names)})
            written = {name: upsert.excluded[name] for name in sorted(names) if name not in ("station", "id")}
            where = [table.c.station, table.c.id]
            statement = Prepared(
                upsert.on_conflict_do_update(index_elements=where, set_=written)
                if written
                else upsert.on_conflict_do_nothing()
            )
            self._upserts[key] = statement
        return statement

    @staticmethod
    def _keep_misfits(
        connection: Connection,
        station: str,
        kind: str,
        written: Mapping[str, Mapping[str, object]],
        unfit: list[dict[str, object]],
    ) -> None:
        if _ANY_MISFIT.all(connection, {"station": station}) != [(None,)]:
            for record, names in written.items():
                connection.execute(
                    delete(misfit).where(
                        misfit.c.station == station,
                        misfit.c.kind == kind,
                        misfit.c.record == record,
                        misfit.c.field.in_(list(names)),
                    )
                )
        if unfit:
            connection.execute(insert(misfit), unfit)

    # ------------------------------------------------------------------ the slow path

    def resolve(self, connection: Connection, station: str, kind: str, record: str) -> heads.Outcome:
        """A record folded from its whole history."""
        declared = KINDS[kind]
        return heads.resolve(writes_of(connection, station, kind, record), declared.merge, asked(declared))

    @staticmethod
    def _keep_conflicts(connection: Connection, station: str, kind: str, record: str, outcome: heads.Outcome) -> None:
        connection.execute(
            delete(conflict).where(
                and_(conflict.c.station == station, conflict.c.kind == kind, conflict.c.record == record)
            )
        )
        if outcome.conflicts:
            connection.execute(
                insert(conflict),
                [
                    {"station": station, "kind": kind, "record": record, "field": name, "heads": _heads_json(found)}
                    for name, found in sorted(outcome.conflicts.items())
                ],
            )


_LAST_AT = Prepared(
    select(func.max(touch.c.at)).where(
        touch.c.record == bindparam("r"),
        touch.c.kind == bindparam("k"),
        touch.c.at >= bindparam("lo"),
        touch.c.at < bindparam("hi"),
    )
)
_ADD_TOUCH = Prepared(insert(touch).values({c.name: bindparam(c.name) for c in touch.columns}))
_CONTESTED = Prepared(
    select(conflict.c.kind).where(
        conflict.c.station == bindparam("of"), conflict.c.record == bindparam("r"), conflict.c.kind == bindparam("k")
    )
)
# A chain's sights of another only grow (rule 1), so the last one is the greatest: one step in the key, however many there are.
_LAST_SIGHT = Prepared(
    text(
        "SELECT other_seq FROM fold_sight WHERE no = :who AND other = :whom AND seq < :before ORDER BY seq DESC LIMIT 1"
    )
)
_ANY_MISFIT = Prepared(select(func.min(misfit.c.record)).where(misfit.c.station == bindparam("station")))
_TOUCHES_OF = select(touch.c.record, touch.c.kind, touch.c.at)


def seen_by(connection: Connection, no: int, others: Iterable[int], before: int = 1 << AT_SHIFT) -> dict[int, int]:
    """How far a device had seen each of these others before its entry ``before``; those it had not seen are left out."""
    found: dict[int, int] = {}
    for other in others:
        row = _LAST_SIGHT.one(connection, {"who": no, "whom": other, "before": before})
        if row is not None:
            found[other] = row[0]
    return found


def writes_of(
    connection: Connection, station: str, kind: str, record: str, kept: journal.Kept | None = None
) -> list[heads.Write]:
    """Every folded write of a record, with what its author had seen."""
    family = {d.no: d for d in journal.devices(connection, station)}
    ats = [
        at
        for (at,) in connection.execute(select(touch.c.at).where(touch.c.record == record, touch.c.kind == kind))
        if at >> AT_SHIFT in family
    ]
    loaded = journal.load(connection, ats, kept)
    names = {no: d.device for no, d in family.items()}
    writes: list[heads.Write] = []
    for at in sorted(ats):
        entry = loaded[at]
        no, seq = at >> AT_SHIFT, journal.seq_of(at)
        values = by_record(i for i in entry.items if i.record == record and i.kind == kind).get((kind, record), {})
        seen = {names[o]: s for o, s in seen_by(connection, no, [o for o in names if o != no], seq + 1).items()}
        h = entry.head
        writes.append(heads.Write(h.device, seq, h.time, h.author, values, seen, h.action))
    return writes


def asked(declared: type[Record]) -> frozenset[str]:
    """The fields of a kind that people decide about: what the program derives, or does not know, asks nobody."""
    return frozenset((*(n for n, f in declared.fields.items() if not f.computed), heads.REMOVED))


def stored(declared: Field | None, value: object) -> tuple[object, bool]:
    """The value as its column takes it, and whether it fits (rule 8)."""
    if value is None:
        return None, True
    if declared is None:  # removed
        return (int(value), True) if isinstance(value, bool) else (None, False)
    if not declared.meaning.fits(value):
        return None, False
    if isinstance(value, bool):
        return int(value), True
    if isinstance(value, list):
        return texts_json(value), True
    return value, True


def _heads_json(found: Sequence[heads.Choice]) -> str:
    return json.dumps(
        [
            {"value": c.value, "device": c.write.device, "seq": c.write.seq, "time": c.write.time, "author": c.write.author}
            for c in found
        ],
        ensure_ascii=False, separators=(",", ":"), sort_keys=True,
    )  # fmt: skip
