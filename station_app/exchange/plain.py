"""Imports any kind straight from its declaration, our own exports included: no line of code for a new kind."""

import re
from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Final, cast

from station_app.exchange import bymeaning
from station_app.exchange.drafting import Drafter, Effect
from station_app.exchange.headers import squeeze
from station_app.exchange.index import Index
from station_app.exchange.ledgers.persons import same_name
from station_app.exchange.ledgers.table import Known, Ledger, Line, Outcome, Table
from station_app.exchange.ledgers.words import ID_NUMBER
from station_app.exchange.mapping import Meant
from station_app.exchange.sheets import Cell, Workbook
from station_app.kinds.base import KINDS, Record
from station_app.messages import _
from station_app.spec.fields import Field
from station_app.spec.meanings import Wire
from station_app.store.change import Edit, applied, misfit_of
from station_app.store.records import Reader
from station_app.values.divisions import read_village, show_village
from station_app.values.id_numbers import read_id_number
from station_app.values.ids import is_uuid, new_id
from station_app.values.reading import Read
from station_app.values.text import is_empty, tidy

#: The title of the column that holds a record's id in our own exports.
RECORD: Final = "记录编号"
#: Signs that a spreadsheet takes for the beginning of a formula; a text that begins so is guarded in .csv.
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_RECORD_FIELD = "record id"
_PERSON_FIELD = "person number"


def unguarded(cell: Cell) -> Cell:
    """A text without the apostrophe that our .csv puts before what could be a formula."""
    if isinstance(cell, str) and cell.startswith("'") and cell.lstrip("'").startswith(FORMULA_SIGNS):
        return cell[1:]
    return cell


def guarded(text: str) -> str:
    """The text as .csv may hold it: never the beginning of a formula, and one apostrophe more where it has some."""
    return "'" + text if text.lstrip("'").startswith(FORMULA_SIGNS) else text


def village_shown(code: str, station: str) -> str:
    """A village's name where reading the name gives the same code again, else the code."""
    shown = show_village(code)
    found = read_village(shown, station[:9]).value
    return shown if found is not None and (found.code or found.name) == code else code


class PlainLedger:
    """The ledger of a kind without rules of its own: each field's meaning reads its cell."""

    def __init__(self, kind: str, reader: Reader) -> None:
        self.kind, self.station = kind, reader.station
        self.declared: type[Record] = KINDS[kind]
        self.fields = {n: f for n, f in self.declared.fields.items() if not f.computed}
        self.targets = {
            f.target for f in self.fields.values() if f.target and f.meaning.name in ("reference", "references")
        }
        single = {f.target for f in self.fields.values() if f.meaning.name == "reference" and f.needed}
        people = [t for t in ("resident", "volunteer") if t in single]
        self.person = people[0] if len(people) == 1 and "id_no" not in self.fields else None
        self.index = Index(reader, {kind, *self.targets})
        self.reader = reader
        self._captions: dict[str, dict[str, list[str]]] = {}
        self._shown: dict[tuple[str, str], str] = {}
        self._seen: set[tuple[str, str]] = set()

    @staticmethod
    def is_own_export(workbook: Workbook, kind: str) -> bool:
        """Whether the file has the column of record ids that only our exports have."""
        return any(
            isinstance(cell, str) and cell.strip() == RECORD
            for sheet in workbook.sheets
            for row in sheet.rows[:5]
            for cell in row
        )

    def ledger(self) -> Ledger:
        """Columns by every title the declaration knows."""
        meant = [Meant(_RECORD_FIELD, (RECORD,))]
        for name, field in self.fields.items():
            unit = bymeaning.UNITS.get(field.meaning.name)
            titles = (_(field.title), field.title, *field.headers, name)
            spelled = tuple(
                dict.fromkeys(t for title in titles for t in ((title, f"{title}({unit})") if unit else (title,)))
            )
            meant.append(Meant(name, spelled, looks=_LOOKS.get(field.meaning.name, "")))
        if self.person is not None:
            meant.append(Meant(_PERSON_FIELD, ID_NUMBER.names, ID_NUMBER.pattern, looks="id", never=ID_NUMBER.never))
        needed = tuple((n, _RECORD_FIELD) for n, f in self.fields.items() if f.needed)
        first = needed or ((next(iter(self.fields)), _RECORD_FIELD),)
        identity = tuple(n for n, f in self.fields.items() if f.needed or f.unique)[:3]
        return Ledger(self.kind, tuple(meant), identity, first, (), "", self._judge, own=_RECORD_FIELD, has_rules=False)

    # ------------------------------------------------------------------ judging

    def _judge(self, tables: list[Table], known: Known, today: date) -> None:
        for table in tables:
            readers = {
                name: bymeaning.reader_of(
                    self.fields[name], today, table.mapping.units.get(name, ""), self.station, table.sheet.date1904
                )
                for name in table.mapping.columns
                if name in self.fields
            }
            for line in table.lines:
                self._read_line(table, line, readers, today)
                if line.refusal is None and line.number in table.sheet.hidden_rows:
                    table.warn(line, "HIDDEN_ROW")

    def _read_line(self, table: Table, line: Line, readers: dict[str, bymeaning.Reader], today: date) -> None:
        record = self._record(table, line)
        if line.refusal is not None:
            return
        before = self.index.get(self.kind, record) if record else {}
        line.values["record"] = record
        values: dict[str, Wire] = {}
        for name, reader in readers.items():
            cell = table.cell(line, name)
            if cell is None or cell == "":
                continue
            field = self.fields[name]
            current = before.get(name)
            if table.sheet.wire:
                values[name] = cast(Wire, cell)
                if misfit_of(field, values[name]) is not None:
                    table.refuse(line, "OUT_OF_BOUNDS", name)
                    return
                continue
            if table.sheet.merges is None:
                cell = unguarded(cell)
            if current is not None and isinstance(cell, str) and cell == self.shown(field, current):
                continue  # as we wrote it: nothing was changed here
            if field.meaning.name in ("reference", "references"):
                values[name] = self._reference(table, line, field, cell, today)
            else:
                found: Read[Wire] = reader(cell)
                for code in found.warnings:
                    table.warn(line, code, name)
                if found.reason is not None:
                    if field.needed or field.meaning.name not in _LEFT_EMPTY:
                        table.refuse(line, found.reason, name)
                    else:
                        table.warn(line, found.reason, name)
                values[name] = found.value
            if values[name] is not None and misfit_of(field, values[name]) is not None:
                table.refuse(line, "OUT_OF_BOUNDS", name)
            if line.outcome is Outcome.REJECT:
                return
        line.values["fields"] = {n: v for n, v in values.items() if v is not None}
        self._check_whole(table, line, before)

    def _record(self, table: Table, line: Line) -> str | None:
        """The record a row is about: by its id, else by a field no two records share."""
        cell = table.cell(line, _RECORD_FIELD)
        said = squeeze(cell).lower()
        if not said:
            return None
        if is_uuid(said) and said in self.index.rows[self.kind]:
            return said
        table.refuse(line, "RECORD_UNKNOWN", _RECORD_FIELD)
        return None

    def _check_whole(self, table: Table, line: Line, before: dict[str, Wire]) -> None:
        """What the declaration asks of a record as a whole; asked only of what is new or changes."""
        given: dict[str, Wire] = line.values["fields"]
        record: str | None = line.values["record"] or self._match(given)
        if self._is_someone_else(table, line, given, record):
            return
        line.values["record"] = record
        if record is not None:
            before = self.index.get(self.kind, record)
        changed = {n: v for n, v in given.items() if before.get(n) != v}
        if record is not None and not changed:
            return
        if record is not None and self.declared.merge == "append_only":
            table.refuse(line, "APPEND_ONLY", next(iter(changed)))
            return
        for name, field in self.fields.items():
            made = name in line.values.get("make", {})
            if field.needed and not made and given.get(name, before.get(name)) in (None, ""):
                table.refuse(line, "NEEDED_MISSING", name)
                return
        whole = applied(self.declared, Edit(self.kind, given, record or new_id()), before or None)
        for problem in whole.after.problems():
            column = next((n for n in problem.fields if n in table.mapping.columns), "")
            said = _(problem.sentence, **problem.values)
            if problem.blocks:
                table.refuse(line, problem.code, column, said)
                return
            table.warn(line, problem.code, column, said)

    def _is_someone_else(self, table: Table, line: Line, given: dict[str, Wire], record: str | None) -> bool:
        """A value no two records share stands twice in the file, or in the store under another name: refused."""
        for name, field in self.fields.items():
            value = given.get(name)
            if not field.unique or value is None:
                continue
            if (name, str(value)) in self._seen:
                table.refuse(line, "DUP_IN_FILE", name)
                return True
            self._seen.add((name, str(value)))
            if record is None or line.values["record"] is not None or field.meaning.name != "id_number":
                continue
            for called, other in self.fields.items():
                known, said = self.index.get(self.kind, record).get(called), given.get(called)
                named = other.meaning.name == "person_name" and other.needed and known and said
                if named and not same_name(str(known), str(said)):
                    table.refuse(line, "ID_NAME_MISMATCH", called)
                    return True
        return False

    def _match(self, given: dict[str, Wire]) -> str | None:
        """A record already there: by a unique field, else by all needed fields and everything else that is said."""
        for name, field in self.fields.items():
            if field.unique and given.get(name) is not None:
                found = self.index.find(self.kind, **{name: given[name]})
                if found:
                    return found[0]
        needed = {n: given[n] for n, f in self.fields.items() if f.needed and given.get(n) is not None}
        if not needed:  # a kind that needs nothing: only the very same record is the same
            same = self.index.find(self.kind, **given) if given else []
            return same[0] if same else None
        same = self.index.find(self.kind, **needed)
        equal = [r for r in same if all(self.index.get(self.kind, r).get(n) == v for n, v in given.items())]
        if equal:
            return equal[0]
        dated = any(self.fields[n].meaning.name in ("date", "moment") for n in needed)
        return same[0] if len(same) == 1 and dated and self.declared.merge != "append_only" else None

    # ------------------------------------------------------------------ references

    def _reference(self, table: Table, line: Line, field: Field, cell: Cell, today: date) -> Wire:
        target = str(field.target)
        if field.meaning.name == "references":
            return self._several(table, line, field, str(cell))
        said = tidy(str(cell))
        if is_uuid(said) and said in self.index.rows[target]:
            return said
        number = self._number(table, line, today) if target == self.person else None
        if number is not None:
            found = self.index.find(target, id_no=number)
            if found:
                return found[0]
            line.values.setdefault("make", {})[field.name] = (target, {"name": said, "id_no": number})
            return None
        known = self._by_caption(target).get(squeeze(said), [])
        if len(known) == 1:
            return known[0]
        table.refuse(line, "REFERENCE_AMBIGUOUS" if known else "REFERENCE_UNKNOWN", field.name)
        return None

    def _several(self, table: Table, line: Line, field: Field, cell: str) -> Wire:
        """Several records by their captions; one that is not known alone is left out with a warning."""
        known = self._by_caption(str(field.target))
        found: list[str] = []
        for said in filter(None, map(squeeze, re.split(r"[、,，;；/\n]+", cell))):
            meant = known.get(said, [])
            if len(meant) == 1:
                found.append(meant[0])
            else:
                table.warn(line, "REFERENCE_AMBIGUOUS" if meant else "REFERENCE_UNKNOWN", field.name)
        return list(dict.fromkeys(found)) or None

    def _number(self, table: Table, line: Line, today: date) -> str | None:
        cell = table.cell(line, _PERSON_FIELD)
        if is_empty(cell):
            return None
        found = read_id_number(cell, today)
        if found.value is None:
            table.refuse(line, found.reason or "ID_FORMAT", _PERSON_FIELD)
            return None
        return found.value.text

    def _by_caption(self, target: str) -> dict[str, list[str]]:
        captions = self._captions.get(target)
        if captions is None:
            captions = self._captions[target] = {}
            for record in self.index.rows[target]:
                captions.setdefault(squeeze(self.reader.caption(target, record)), []).append(record)
        return captions

    def shown(self, field: Field, value: Wire) -> str:
        """The value as our exports show it."""
        if field.meaning.name == "reference":
            key = (str(field.target), str(value))
            if key not in self._shown:
                self._shown[key] = self.reader.caption(*key) or str(value)
            return self._shown[key]
        if field.meaning.name == "references" and isinstance(value, list):
            return "、".join(self.reader.caption(str(field.target), one) or one for one in value)
        return bymeaning.show(field, value, partial(village_shown, station=self.station))

    # ------------------------------------------------------------------ drawing

    def draw(self, table: Table, line: Line, drafter: Drafter, station: str, notices: dict[str, int]) -> None:
        """The record of a row, and the person it refers to when only the number was known."""
        fields: dict[str, Wire] = dict(line.values["fields"])
        for name, (target, person) in line.values.get("make", {}).items():
            found = self.index.find(target, id_no=person["id_no"])
            fields[name] = drafter.other(target, found[0] if found else None, person)
        record: str | None = line.values["record"] or self._match(fields)
        drafter.main(self.kind, record, fields)
        if record is None:
            drafter.draft.effect = Effect.ADDED


_LOOKS = {"id_number": "id", "phone": "phone", "date": "date", "time": "time", "hours": "hours", "yes_no": "flag"}


#: What cannot be read of these is left empty with a warning, unless the record needs it.
_LEFT_EMPTY = frozenset({"date", "moment", "time", "phone", "yes_no", "division"})


def titles_of(fields: Iterable[Field]) -> list[str]:
    """Column titles of an export, each once; with the unit its numbers are in."""
    titles: list[str] = []
    for field in fields:
        unit = bymeaning.UNITS.get(field.meaning.name)
        title = _(field.title) + (f"({unit})" if unit else "")
        titles.append(title if title not in titles else f"{title} {field.name}")
    return titles
