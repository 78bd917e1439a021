"""Imports a file: read, judged, planned (that is the dry run), then written in one batch that can be undone whole."""

import gc
import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import false, or_

from station_app.clock import now_ms
from station_app.clock import today as the_day
from station_app.exchange import doctor, limits
from station_app.exchange.corrections import NOTHING, Corrections
from station_app.exchange.damage import Damaged
from station_app.exchange.drafting import Draft, Drafter, Effect
from station_app.exchange.headers import squeeze
from station_app.exchange.index import Index
from station_app.exchange.judging import Judged, judge
from station_app.exchange.ledgers import ledger_of
from station_app.exchange.ledgers.records import DRAWS, SHIFT_FIELDS, Draw, KnownPeople
from station_app.exchange.ledgers.table import Finding, Line, Outcome, Table
from station_app.exchange.plain import RECORD, PlainLedger
from station_app.exchange.reasons import notice
from station_app.exchange.refusals import SheetRefusal
from station_app.exchange.sheets import Cell, Sheet, Workbook, read_workbook
from station_app.exchange.sheetxml import column_letters
from station_app.kinds.base import KINDS
from station_app.messages import Refusal
from station_app.store.change import Author, Done
from station_app.store.opened import Store
from station_app.store.records import Reader
from station_app.values.reading import forget_everything

#: Rows from which on a ledger is long: what its readers remember is then larger than the ledger.
_LONG: Final = 10_000
#: Accept every proposal of the doctor.
ALL: Final = "all"
#: Told how many rows are done of how many; returns False to stop.
Progress = Callable[[int, int], bool]


@dataclass(slots=True)
class Plan:
    """What an import would do; nothing is written yet."""

    kind: str
    judged: Judged
    drafts: list[tuple[Table, Line, Draft]] = field(default_factory=list)
    notices: dict[str, int] = field(default_factory=dict)
    findings: list[Damaged] = field(default_factory=list)
    accepted: list[Damaged] = field(default_factory=list)  # proposals a person accepted; the cells hold them
    corrections: Corrections = field(default_factory=Corrections)

    @property
    def workbook(self) -> Workbook:
        """The file as it was read."""
        return self.judged.workbook

    def counts(self) -> dict[str, int]:
        """Rows read, added, changed, the same, refused: read is the sum of the others."""
        counted = {"read": 0, "added": 0, "changed": 0, "same": 0, "refused": 0}
        for _table, line, draft in self.drafts:
            counted["read"] += 1
            counted["refused" if line.refusal is not None else draft.effect.value] += 1
        return counted

    def refused(self) -> list[tuple[Table, Line]]:
        """The refused rows."""
        return [(table, line) for table, line, _draft in self.drafts if line.refusal is not None]

    def summary(self) -> dict[str, Any]:
        """The JSON the command line prints (CONTRACT, ``import``)."""
        several = len(self.judged.tables) > 1
        refused: list[dict[str, Any]] = []
        warnings: list[dict[str, Any]] = []
        for table, line, _draft in self.drafts:
            place: dict[str, Any] = {"row": line.number + 1}
            if several:
                place["sheet"] = table.sheet.name
            if line.refusal is not None:
                refused.append(
                    place
                    | {
                        "column": title_of(table, line.refusal),
                        "cell": cell_of(line, line.refusal),
                        "value": shown(line.refusal.value),
                        "reason": line.refusal.code,
                        "message": line.refusal.message,
                    }
                )
                continue
            for found in line.warnings:
                warnings.append(
                    place | {"column": title_of(table, found), "code": found.code, "message": found.message}
                )
        return {
            **self.counts(),
            "refused": refused,
            "warnings": warnings,
            "skipped": sum(len(table.layout.skipped) for table in self.judged.tables),
            "notices": self.remarks(),
            "findings": self.damaged(),
            "mapping": self.mapped(),
            "fields": {m.field: m.names[0] for m in self.judged.words.meant if m.names},
            "sha256": self.workbook.sha256,
        }

    def damaged(self) -> list[Mapping[str, Any]]:
        """What the doctor found, the accepted proposals first."""
        return [
            *(one.summary(accepted=True) for one in self.accepted),
            *(one.summary(accepted=False) for one in self.findings),
        ]

    def mapped(self) -> list[dict[str, Any]]:
        """What each column was taken as, and by what: its title, its cells, a person, or what a person said before."""
        shown: list[dict[str, Any]] = []
        for table in self.judged.tables:
            field_of = {c: name for name, columns in table.mapping.columns.items() for c in columns}
            by_content = {c for c, _meant in table.mapping.by_content}
            for column, (title, parent) in sorted(table.layout.columns.titles.items()):
                said = table.mapping.fixed.get(column)
                how = said[1] if said is not None else "content" if column in by_content else "title"
                name = said[0] if said is not None else field_of.get(column)
                shown.append(
                    {
                        "sheet": table.sheet.name,
                        "column": column_letters(column),
                        "title": f"{squeeze(parent)}·{squeeze(title)}" if parent else squeeze(title),
                        "field": None if name == NOTHING else name,
                        "by": how if name is not None else "unknown",
                    }
                )
        return shown

    def remarks(self) -> list[dict[str, Any]]:
        """What concerns the whole file: sheets passed over, columns nobody knows, villages without a code."""
        said = [notice("sheet_passed_over", name) for name in self.judged.passed_over]
        for table in self.judged.tables:
            for column, title in table.mapping.ignored:
                said.append(notice("column_unknown", squeeze(title)) | {"cell": column_letters(column)})
            for column, meant in table.mapping.by_content:
                said.append(notice("column_by_content", meant) | {"cell": column_letters(column)})
            said.extend(notice(*text.split(":", 1)) for text in table.notices)
        for text, times in self.notices.items():
            code, _colon, what = text.partition(":")
            said.append(notice(f"{code}_unknown", what) | {"rows": times})
        return said


def title_of(table: Table, found: Finding) -> str:
    """The title of the column a finding is about."""
    if found.column is None:
        return ""
    title, parent = table.layout.columns.titles.get(found.column, ("", ""))
    said = squeeze(title)
    return f"{squeeze(parent)}·{said}" if parent and squeeze(parent) != said else said


def cell_of(line: Line, found: Finding) -> str:
    """The cell as people name it: F16; only the row where no column is meant."""
    return f"{column_letters(found.column)}{line.number + 1}" if found.column is not None else str(line.number + 1)


def shown(value: Cell) -> str | int | float | bool | None:
    """A cell's value for JSON."""
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def plan_file(
    store: Store,
    kind: str,
    path: Path,
    *,
    sheet: str | None = None,
    today: date | None = None,
    blank_is_no: bool = False,
    columns: Mapping[str, str] | None = None,
    accept: Collection[str] = (),
) -> Plan | Refusal:
    """Read and judge a file, and plan what it does to this store: the dry run.

    ``blank_is_no``: a person has said that blank ticks of this file mean no; otherwise they are unknown.
    ``columns``: what a person says of columns (letter or title → field, or ``-``). ``accept``: the places (``C13`` or
    ``sheet!C13``) whose proposals by the doctor a person accepts, or ``all``.
    """
    if kind not in KINDS:
        return Refusal(SheetRefusal.UNKNOWN_KIND, {"kind": kind})
    day = today or the_day()
    plan = _plan_read(store, kind, path, sheet, day, blank_is_no, columns, ())
    if isinstance(plan, Refusal) or not accept:
        return plan
    chosen = [one for one in plan.findings if one.mends and _accepts(one, accept)]
    # The file is read anew: judging has filled cells of merged ranges, and proposals belong into the cells as they stood.
    return _plan_read(store, kind, path, sheet, day, blank_is_no, columns, chosen) if chosen else plan


def _accepts(one: Damaged, accept: Collection[str]) -> bool:
    return ALL in accept or one.place in accept or f"{one.sheet}!{one.place}" in accept


def _plan_read(
    store: Store, kind: str, path: Path, sheet: str | None, today: date, blank_is_no: bool,
    columns: Mapping[str, str] | None, chosen: Collection[Damaged],
) -> Plan | Refusal:  # fmt: skip
    workbook = read_records(path, kind) if path.suffix.lower() == ".json" else read_workbook(path)
    if isinstance(workbook, Refusal):
        return workbook
    doctor.accepted(workbook, chosen)
    corrections = Corrections.of(store, kind, columns)
    with _uncollected():
        plan = _planned(store, kind, workbook, sheet, today, blank_is_no, corrections)
    if isinstance(plan, Plan):
        plan.accepted = list(chosen)
    return plan


def read_records(path: Path, kind: str) -> Workbook | Refusal:
    """Our own JSON export as a workbook of one sheet whose cells are wire values."""
    try:
        with path.open("rb") as file:
            data = file.read(limits.FILE + 1)
    except OSError:
        return Refusal(SheetRefusal.MISSING, {"file": path.name})
    if len(data) > limits.FILE:
        return Refusal(SheetRefusal.TOO_LARGE, {"megabytes": limits.FILE // 1024 // 1024})
    try:
        document = msgspec.json.decode(data, type=_Document)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Refusal(SheetRefusal.UNREADABLE)
    if document.kind != kind:
        return Refusal(SheetRefusal.NO_HEADER, {"kind": kind, "needed": kind})
    said = (name for record in document.records for name in record.fields)
    names = list(dict.fromkeys([*KINDS[kind].fields, *said]))
    rows: list[list[Any]] = [[RECORD, *names]]
    rows += [[record.id, *(record.fields.get(name) for name in names)] for record in document.records]
    return Workbook(path.name, hashlib.sha256(data).hexdigest(), [Sheet(kind, rows, wire=True)])


class _Wire(msgspec.Struct):
    id: str | None = None
    fields: dict[str, int | str | bool | list[str] | None] = {}


class _Document(msgspec.Struct):
    kind: str
    records: list[_Wire]


@contextmanager
def _uncollected() -> Iterator[None]:
    """A plan makes millions of small objects and drops none: looking for cycles among them costs a fifth of the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


@contextmanager
def _set_aside() -> Iterator[None]:
    """Writing drops a mapped object with its cycles for every record: those are collected, the plan is not looked at again.

    Measured with 50,000 elders: 200 MB of such cycles where nothing was collected.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _planned(
    store: Store, kind: str, workbook: Workbook, sheet: str | None, today: date, blank_is_no: bool,
    corrections: Corrections,
) -> Plan | Refusal:  # fmt: skip
    ledger = ledger_of(kind)
    with store.reading() as reader:
        if ledger is None or PlainLedger.is_own_export(workbook, kind):
            plain = PlainLedger(kind, reader)
            judged = judge(workbook, plain.ledger(), today=today, sheet=sheet, corrections=corrections)
            if isinstance(judged, Refusal):
                return judged
            known = KnownPeople(plain.index, (kind,))
            draw: Draw = plain.draw
        else:
            draw, kinds = DRAWS[kind]
            index = Index(reader, kinds)
            known = KnownPeople(index, tuple(k for k in kinds if k in ("resident", "volunteer")))
            judged = judge(
                workbook,
                ledger,
                today=today,
                known=known,
                sheet=sheet,
                blank_is_no=blank_is_no,
                corrections=corrections,
            )
            if isinstance(judged, Refusal):
                return judged
            if kind == "volunteer_hours":
                _load_shifts(reader, index, judged)
    findings = doctor.examine(judged, today, known)
    if sum(len(table.lines) for table in judged.tables) > _LONG:
        forget_everything()  # every number and name of the file was read once; the drafts need the room
    plan = _drafted(kind, judged, known.index, draw, store.station)
    plan.findings, plan.corrections = findings, corrections
    return plan


def _load_shifts(reader: Reader, index: Index, judged: Judged) -> None:
    """Only the shifts of the days the file speaks of: a station has hundreds of thousands."""
    days = [line.values["service_date"].iso for _t, line in judged.lines() if line.refusal is None]
    shift = KINDS[judged.ledger.kind].__table__.c
    named = shift.service_date.between(min(days), max(days)) if days else false()
    index.load(reader, judged.ledger.kind, SHIFT_FIELDS, or_(named, shift.reverses.is_not(None)))


def _drafted(
    kind: str,
    judged: Judged,
    index: Index,
    draw: Callable[[Table, Line, Drafter, str, dict[str, int]], None],
    station: str,
) -> Plan:
    plan = Plan(kind, judged)
    drafter = Drafter(index)
    for table, line in judged.lines():
        draft = drafter.begin()
        if line.refusal is None:
            draw(table, line, drafter, station, plan.notices)
            line.values = {}  # all of it is in the draft now
        plan.drafts.append((table, line, draft))
    return plan


def write(store: Store, plan: Plan, author: Author, progress: Progress | None = None) -> Done | Refusal:
    """Write a plan in one batch; with nothing to write, that is done too. The file's hash is kept with the entries."""
    plan.corrections.keep(store, plan.kind, [(t.layout.columns, t.mapping.fixed) for t in plan.judged.tables])
    groups = [draft.edits for _table, line, draft in plan.drafts if line.refusal is None and draft.edits]
    if not groups:
        return Done((), ())
    stopped = False

    def told(done: int) -> bool:
        nonlocal stopped
        stopped = progress is not None and not progress(done, len(groups))
        return not stopped

    with _set_aside():
        done = store.batch(groups, author, f"import {plan.kind}", progress=told)
    if isinstance(done, Refusal):
        return Refusal(SheetRefusal.CANCELLED) if stopped else done
    kept = {
        "kind": plan.kind, "file": plan.workbook.name, "sha256": plan.workbook.sha256, "time": now_ms(), **plan.counts(),
        "findings": len(plan.findings), "accepted": len(plan.accepted),
    }  # fmt: skip
    store.keep(f"import/{done.entries[0]}", msgspec.json.encode(kept))
    return done


def outcome(line: Line, draft: Draft) -> Outcome | Effect:
    """What became of a row, for lists."""
    return Outcome.REJECT if line.refusal is not None else draft.effect
