"""The only door: edits become an entry, checked, made durable and folded in one transaction.

``change`` is for one action of a person; ``Batch`` for a long one (an import), whose entries are taken and undone together.
"""

import json
import secrets
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import Connection, bindparam, select

from station_app.clock import now_ms
from station_app.kinds.base import KINDS, Record
from station_app.messages import Refusal, _
from station_app.spec.fields import Field
from station_app.spec.meanings import Storage, Wire
from station_app.spec.problems import Problem
from station_app.store import entries as e
from station_app.store import erased, journal
from station_app.store.fold import Fold, seen_by, writes_of
from station_app.store.heads import REMOVED, heads, standing
from station_app.store.journal import Device
from station_app.store.prepared import Prepared
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import may, writing
from station_app.store.tables import AT_SHIFT, conflict, touch
from station_app.values.ids import new_id

#: Items of one entry of a batch; a record may need two (open and private).
BATCH_ITEMS: Final = 900
#: Entries of a batch made, written and folded together.
AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True)
class Edit:
    """What to write to one record: wire values by field. ``record`` None makes a new record.

    ``like``: of a kind written whole (``newest``), the write (``device:seq``) whose fields this version does not know are
    kept; the one shown when it is not said.
    """

    kind: str
    fields: Mapping[str, Wire]
    record: str | None = None
    like: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """One record as a change leaves it; what rules across kinds look at."""

    declared: type[Record]
    record: str
    before: Mapping[str, object] | None  # None: the record is new
    after: Record
    changed: Mapping[str, Wire]
    unknown: tuple[Mapping[str, Wire], Mapping[str, Wire]] = (
        {},
        {},
    )  # open, private: of a newer version, kept as they are


@dataclass(frozen=True, slots=True)
class Done:
    """An acknowledged change: its entries (``device:seq``), and the records it wrote, in the order of the edits."""

    entries: tuple[str, ...]
    records: tuple[str, ...]
    warnings: tuple[tuple[str, Problem], ...] = ()


#: A rule across kinds: run inside the change's transaction, before the entry is made.
Rule = Callable[[Connection, str, Sequence[Written]], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class Author:
    """Who acts: a user's random id, never a name, and the role they act in; None is the program itself."""

    id: str
    role: str | None = None


@dataclass(slots=True)
class Door:
    """Makes entries of one device. One per open store."""

    station: str
    device: str
    fold: Fold
    rules: list[Rule] = field(default_factory=list)
    last: journal.LastMade = field(default_factory=journal.LastMade)

    # ------------------------------------------------------------------ one action

    def change(
        self, connection: Connection, edits: Sequence[Edit], author: Author, action: str, *,
        opened_at: Mapping[str, int] | None = None, op: str | None = None, resolving: bool = False,
    ) -> Done | Refusal:  # fmt: skip
        """Check the edits, write one entry, fold it. The caller's transaction makes it durable.

        ``opened_at`` is the position at which the form was opened: a later entry that wrote the same fields makes
        the change ``stale``. ``op`` names the operation, so that a repeated one is the same entry.
        """
        if op is not None:
            made = journal.by_op(connection, op)
            if made is not None:
                return self._again(connection, made)
        prepared = self._prepare(connection, edits, resolving)
        if isinstance(prepared, Refusal):
            return prepared
        written, warnings = prepared
        if not all(may(author.role, writing(w.declared.section)) for w in written if w.changed):
            return Refusal(StoreRefusal.NOT_ALLOWED)
        if not any(w.changed for w in written):
            return Refusal(StoreRefusal.NOTHING_TO_DO)
        if opened_at is not None:
            stale = self._stale(connection, written, opened_at)
            if stale is not None:
                return stale
        for rule in self.rules:
            for problem in rule(connection, self.station, written):
                if problem.blocks:
                    return _refusal_of(problem)
                warnings.append((written[0].record, problem))
        items = [item for w in written for item in items_of(w)]
        try:
            entry = self.append(connection, items, author, action, op or new_id(), None)
        except e.EntryError as error:
            return Refusal(StoreRefusal.TOO_LARGE, {"size": str(error)})
        return Done((f"{self.device}:{entry.head.seq}",), tuple(w.record for w in written), tuple(warnings))

    def _again(self, connection: Connection, at: int) -> Done:
        entry = journal.load(connection, [at])[at]
        records = tuple(dict.fromkeys(i.record for i in entry.items))
        return Done((f"{entry.head.device}:{entry.head.seq}",), records)

    # ------------------------------------------------------------------ making entries

    def append(
        self, connection: Connection, items: Sequence[e.Item], author: Author, action: str, op: str,
        batch: tuple[str, int, int] | None,
    ) -> e.Entry:  # fmt: skip
        """Make one entry of these items at the end of this device's chain, and fold it."""
        family = journal.devices(connection, self.station)
        own = next(d for d in family if d.device == self.device)
        seen = self._newly_seen(connection, own, family)
        entry, digest = self._make(own.seq, own.hash, own.time, seen, items, author, action, op, batch)
        self.last.entry = (entry.head.seq, digest)
        journal.append(connection, own, [(entry, digest)], folded=True)
        self.fold.fold(connection, own, [entry], family)
        return entry

    def append_batch(
        self, connection: Connection, groups: Sequence[Sequence[e.Item]], author: Author, action: str, op: str
    ) -> list[str]:
        """Make and fold the entries of one batch, one for each group of items; their names."""
        family = journal.devices(connection, self.station)
        own = next(d for d in family if d.device == self.device)
        seq, prev, time = own.seq, own.hash, own.time
        seen = self._newly_seen(connection, own, family)
        batch_id = new_id()
        names: list[str] = []
        made: list[tuple[e.Entry, bytes]] = []
        for n, items in enumerate(groups, start=1):
            # only the batch's first entry carries its op: a repeated import is recognised by it
            entry_op = op if n == 1 else str(uuid.uuid5(uuid.UUID(op), str(n)))
            entry, prev = self._make(seq, prev, time, seen, items, author, action, entry_op, (batch_id, n, len(groups)))
            seq, time, seen = entry.head.seq, entry.head.time, {}
            names.append(f"{self.device}:{seq}")
            made.append((entry, prev))
            # Written a few at a time: a long import's entries would fill the memory, and the transaction is one anyhow.
            if len(made) == AT_ONCE or n == len(groups):
                journal.append(connection, own, made, folded=True)
                self.fold.fold(connection, own, [one for one, _hash in made], family)
                made.clear()
        self.last.entry = (seq, prev)
        return names

    def _make(
        self, seq: int, prev: bytes, time: int, seen: dict[str, int], items: Sequence[e.Item],
        author: Author, action: str, op: str, batch: tuple[str, int, int] | None,
    ) -> tuple[e.Entry, bytes]:  # fmt: skip
        head = e.Head(self.device, seq + 1, max(now_ms(), time), seen, author.id, action, batch, journal.SCHEMA, op)
        entry = e.make(head, secrets.token_bytes(16), items)
        return entry, e.entry_hash(prev, entry)

    @staticmethod
    def _newly_seen(connection: Connection, own: Device, family: Sequence[Device]) -> dict[str, int]:
        """Positions of the station's other devices that changed since this chain's last entry."""
        others = [d for d in family if d.no != own.no and d.folded]
        if not others:
            return {}
        said = seen_by(connection, own.no, [d.no for d in others])
        return {d.device: d.folded for d in others if d.folded > said.get(d.no, 0)}

    # ------------------------------------------------------------------ checks

    def _prepare(
        self, connection: Connection, edits: Sequence[Edit], resolving: bool
    ) -> tuple[list[Written], list[tuple[str, Problem]]] | Refusal:
        written: list[Written] = []
        warnings: list[tuple[str, Problem]] = []
        # What this very change brings back may be referred to again, in whatever order its edits stand.
        born = {(edit.kind, edit.record) for edit in edits if edit.record and edit.fields.get(REMOVED) is False}
        for edit in edits:
            one = self._apply(connection, edit, resolving)
            if isinstance(one, Refusal):
                return one
            if one.before is None:
                born.add((edit.kind, one.record))
            wrong = self._check(connection, one, born, resolving)
            if wrong is not None:
                return wrong
            for problem in one.after.problems():
                if problem.blocks:
                    return _refusal_of(problem)
                warnings.append((one.record, problem))
            written.append(one)
        return written, warnings

    def _apply(self, connection: Connection, edit: Edit, resolving: bool) -> Written | Refusal:
        declared = KINDS.get(edit.kind)
        if declared is None:
            return Refusal(StoreRefusal.UNKNOWN_KIND, {"kind": edit.kind})
        for name, value in edit.fields.items():
            wrong = _check_field(declared, name, value)
            if wrong is not None:
                return wrong
        before = None if edit.record is None else current(connection, self.station, declared, edit.record)
        if edit.record is not None and before is None:
            if erased.among(connection, self.station, [(edit.kind, edit.record)]):
                return Refusal(StoreRefusal.ERASED)
            known = connection.execute(select(touch.c.at).where(touch.c.record == edit.record).limit(1)).first()
            if known is not None:
                return Refusal(StoreRefusal.UNKNOWN_RECORD, {"kind": _(declared.kind_title), "record": edit.record})
        if before is not None and before.get(REMOVED) and REMOVED not in edit.fields:
            return Refusal(StoreRefusal.REMOVED)
        if before is not None and declared.merge == "append_only" and set(edit.fields) - {REMOVED} and not resolving:
            return Refusal(StoreRefusal.APPEND_ONLY, {"kind": _(declared.kind_title)})
        one = applied(declared, edit, before, resolving)
        if before is None or declared.merge != "newest" or not one.changed:
            return one
        return replace(one, unknown=unknown_fields(connection, self.station, declared, one.record, edit.like))

    def _check(
        self, connection: Connection, one: Written, born: set[tuple[str, str]], resolving: bool
    ) -> Refusal | None:
        declared = one.declared
        if one.changed.get(REMOVED) is not True:
            for name, declared_field in declared.fields.items():
                if declared_field.needed and getattr(one.after, name) in (None, ""):
                    return Refusal(StoreRefusal.NEEDED, {"field": _(declared_field.title), "name": name})
        for name, value in one.changed.items():
            target = declared.fields[name].target if name in declared.fields else None
            for record in _references(value) if target else ():
                if (target, record) not in born and not exists(connection, self.station, KINDS[str(target)], record):
                    return Refusal(
                        StoreRefusal.UNKNOWN_RECORD, {"kind": _(KINDS[str(target)].kind_title), "record": record}
                    )
            known = declared.fields.get(name)
            if known and known.unique and value is not None and self._taken(connection, one, name, value):
                return Refusal(StoreRefusal.ALREADY_THERE, {"field": _(known.title)})
        if one.before is not None and not resolving:
            return self._undecided(connection, one)
        return None

    def _taken(self, connection: Connection, one: Written, name: str, value: Wire) -> bool:
        statement = _SAME_VALUE.get((one.declared, name))
        if statement is None:
            table = one.declared.__table__
            statement = _SAME_VALUE[one.declared, name] = Prepared(
                select(table.c.id, table.c.removed).where(
                    table.c.station == bindparam("of"), table.c[name] == bindparam("value")
                )
            )
        rows = statement.all(connection, {"of": self.station, "value": value})
        return any(record != one.record and not removed for record, removed in rows)

    def _undecided(self, connection: Connection, one: Written) -> Refusal | None:
        for name in undecided(connection, self.station, one.declared, one.record):
            if name in one.changed:
                return Refusal(StoreRefusal.UNDECIDED, {"field": _(one.declared.fields[name].title)})
        return None

    def _stale(
        self, connection: Connection, written: Sequence[Written], opened_at: Mapping[str, int]
    ) -> Refusal | None:
        family = {d.no: d.device for d in journal.devices(connection, self.station)}
        for one in written:
            if one.before is None:
                continue
            later = [
                at
                for (at,) in connection.execute(
                    select(touch.c.at).where(touch.c.record == one.record, touch.c.kind == one.declared.kind_name)
                )
                if (at >> AT_SHIFT) in family and journal.seq_of(at) > opened_at.get(family[at >> AT_SHIFT], 0)
            ]
            fields: set[str] = set()
            for entry in journal.load(connection, later).values():
                fields |= set(e.by_record(entry.items).get((one.declared.kind_name, one.record), {}))
            removing = one.changed.get(REMOVED) is True  # nobody removes what somebody has just written to, unseen
            both = sorted(fields if removing else (name for name in one.changed if name in fields))
            if both:
                titles = [_(one.declared.fields[n].title) if n in one.declared.fields else n for n in both]
                return Refusal(StoreRefusal.STALE, {"fields": "、".join(titles), "names": both})
        return None


# ---------------------------------------------------------------------- pieces


def undecided(connection: Connection, station: str, declared: type[Record], record: str) -> list[str]:
    """The fields of a record that only a decision may write (merge rule ``ask``)."""
    if declared.merge != "ask":
        return []
    rows = connection.execute(
        select(conflict.c.field).where(
            conflict.c.station == station, conflict.c.kind == declared.kind_name, conflict.c.record == record
        )
    )
    return [name for (name,) in rows if name in declared.fields]


def unknown_fields(
    connection: Connection, station: str, declared: type[Record], record: str, like: str | None
) -> tuple[Mapping[str, Wire], Mapping[str, Wire]]:
    """What a newer version wrote beside the fields this one knows, (open, private): a whole record is written with it."""
    found = writes_of(connection, station, declared.kind_name, record)
    shown = next((w for w in found if w.name == like), None)
    if shown is None:
        shown = max(heads(standing(found)) or found, key=lambda w: w.rank, default=None)
    if shown is None or not set(shown.values) - set(declared.fields) - {REMOVED}:
        return {}, {}
    one = journal.device_named(connection, shown.device)
    assert one is not None  # its write was just read
    at = journal.at_of(one.no, shown.seq)
    items = [i for i in journal.load(connection, [at])[at].items if (i.kind, i.record) == (declared.kind_name, record)]
    kept: tuple[dict[str, Wire], dict[str, Wire]] = ({}, {})
    for item in items:
        for name, value in item.fields.items():
            if name not in declared.fields and name != REMOVED:
                kept[item.private][name] = value  # type: ignore[assignment]  # as it came, whatever it is
    return kept


#: One prepared statement for each kind's class; a class, not its name, since tests declare throw-away kinds.
_CURRENT: dict[type[Record], Prepared] = {}
_SAME_VALUE: dict[tuple[type[Record], str], Prepared] = {}
_EXISTS: dict[type[Record], Prepared] = {}


def _one_row(declared: type[Record], columns: Sequence[str]) -> Prepared:
    table = declared.__table__
    return Prepared(
        select(*(table.c[name] for name in columns)).where(
            table.c.station == bindparam("station"), table.c.id == bindparam("record")
        )
    )


def current(connection: Connection, station: str, declared: type[Record], record: str) -> dict[str, object] | None:
    """A record's row as values by field (and ``removed``), or None when there is none."""
    names = (*declared.fields, REMOVED)
    statement = _CURRENT.get(declared)
    if statement is None:
        statement = _CURRENT[declared] = _one_row(declared, names)
    row = statement.one(connection, {"station": station, "record": record})
    if row is None:
        return None
    values: dict[str, object] = dict(zip(names, row, strict=True))
    for name, declared_field in declared.fields.items():
        value = values[name]
        if value is not None:
            if declared_field.meaning.storage is Storage.FLAG:
                values[name] = bool(value)
            elif declared_field.meaning.storage is Storage.LIST:
                values[name] = json.loads(str(value))
    return values


def exists(connection: Connection, station: str, declared: type[Record], record: str) -> bool:
    """Whether a record is there and not removed."""
    statement = _EXISTS.get(declared)
    if statement is None:
        statement = _EXISTS[declared] = _one_row(declared, (REMOVED,))
    row = statement.one(connection, {"station": station, "record": record})
    return row is not None and not row[0]


def applied(
    declared: type[Record], edit: Edit, before: Mapping[str, object] | None, resolving: bool = False
) -> Written:
    """The record after an edit, computed fields included, and the fields that really change.

    ``resolving``: what the edit names is written even where the same value is shown, for that decides a conflict.
    """
    record = edit.record or new_id()
    after = declared(id=record)
    # Straight into the instance: no session ever sees it, and SQLAlchemy's own setters cost ten times as much.
    values: dict[str, object] = vars(after)
    values.update(dict.fromkeys(declared.fields) if before is None else {n: before.get(n) for n in declared.fields})
    for name, value in edit.fields.items():
        if name in declared.fields:
            values[name] = tidied(value)
    after.derive()
    changed: dict[str, Wire] = {}
    for name in declared.fields:
        now: Wire = values[name]  # type: ignore[assignment]  # a wire value, or derive() made one
        if now != (before.get(name) if before is not None else None) or (resolving and name in edit.fields):
            changed[name] = now
    if REMOVED in edit.fields:
        removing = bool(edit.fields[REMOVED])
        if resolving or removing != bool(before.get(REMOVED) if before is not None else None):
            changed[REMOVED] = removing
    return Written(declared, record, before, after, changed)


def tidied(value: Wire) -> Wire:
    """An empty text or list is "nothing said"."""
    return None if value == "" or value == [] else value


def items_of(one: Written) -> list[e.Item]:
    """The items of one record: open fields, and private ones apart, so that they can be withheld or erased."""
    declared = one.declared
    values: Mapping[str, Wire] = one.changed
    if declared.merge == "newest" and one.changed:
        values = {name: getattr(one.after, name) for name in declared.fields} | {
            REMOVED: one.changed.get(REMOVED, bool(one.before and one.before.get(REMOVED)))
        }
    open_fields: dict[str, Wire] = {}
    private: dict[str, Wire] = {}
    for name, value in values.items():
        (private if name != REMOVED and declared.fields[name].private else open_fields)[name] = value
    open_fields |= one.unknown[0]
    private |= one.unknown[1]
    items: list[e.Item] = []
    if open_fields or (one.before is None and not private):
        items.append(e.make_item(declared.kind_name, one.record, False, e.encode_body(open_fields)))
    if private:
        items.append(e.make_item(declared.kind_name, one.record, True, e.encode_body(private)))
    return items


def _references(value: Wire) -> list[str]:
    if isinstance(value, str):
        return [value]
    return value if isinstance(value, list) else []


def _check_field(declared: type[Record], name: str, value: Wire) -> Refusal | None:
    if name == REMOVED:
        return None if isinstance(value, bool) else Refusal(StoreRefusal.DOES_NOT_FIT, {"field": name, "why": ""})
    known = declared.fields.get(name)
    if known is None:
        return Refusal(StoreRefusal.UNKNOWN_FIELD, {"kind": declared.kind_name, "field": name})
    value = tidied(value)
    if known.computed:
        return Refusal(StoreRefusal.COMPUTED, {"field": _(known.title)})
    if value is None:
        return None
    why = misfit_of(known, value)
    return (
        None if why is None else Refusal(StoreRefusal.DOES_NOT_FIT, {"field": _(known.title), "name": name, "why": why})
    )


def misfit_of(known: Field, value: Wire) -> str | None:
    """Why a wire value cannot be this field's, in the user's language; None when it can."""
    if not known.meaning.fits(value):
        return _("it is not of the kind this field holds.")
    if known.codes is not None:
        codes = known.code_titles
        for code in value if isinstance(value, list) else [value]:
            if code not in codes:
                return _("it is not in the list: {titles}.", titles="、".join(_(t) for t in codes.values()))
    if isinstance(value, int) and not isinstance(value, bool):
        if known.above is not None and value <= known.above:
            return _("it must be more.")
        if known.at_least is not None and value < known.at_least:
            return _("it must be at least as much as allowed.")
        if known.at_most is not None and value > known.at_most:
            return _("it is more than can be.")
    return None


def _refusal_of(problem: Problem) -> Refusal:
    return Refusal(
        StoreRefusal.PROBLEM,
        {"sentence": _(problem.sentence, **problem.values), "problem": problem.code, "names": list(problem.fields)},
    )
