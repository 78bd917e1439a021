"""Turns judged rows into edits: what is new, what changes, what is there already."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from station_app.exchange.index import Index
from station_app.spec.meanings import Wire
from station_app.store.change import Edit
from station_app.values.dates import Precision, SaidDate
from station_app.values.ids import new_id


class Effect(StrEnum):
    """What a taken row does to the store."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"


@dataclass(slots=True)
class Draft:
    """The edits of one row and their effect; the fields of an edit may still grow while later rows are planned."""

    edits: list[Edit] = field(default_factory=list)
    effect: Effect = Effect.SAME
    born: list[Edit] = field(default_factory=list)  # of the edits, those that make a new record


class Drafter:
    """Makes the edits of a file's rows, one draft a row, against an index of what is there."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.draft = Draft()
        #: Records already settled in this file, by everything the file said of them.
        self.said: dict[tuple[object, ...], str] = {}
        self._planned: dict[tuple[str, str], dict[str, Wire]] = {}

    def begin(self) -> Draft:
        """The next row's draft."""
        self.draft = Draft()
        return self.draft

    def main(self, kind: str, record: str | None, values: Mapping[str, Wire], *, known: bool = True) -> str:
        """The record the row is about: what the row says replaces what was there; blanks replace nothing.

        With ``known`` False nobody refers to the record, so that the store may choose its id.
        """
        values = given(values)
        if record is None:
            self.draft.effect = Effect.ADDED
            return self._new(kind, values, known)
        changed = {n: v for n, v in values.items() if self.index.get(kind, record).get(n) != v}
        self._change(kind, record, changed)
        return record

    def other(self, kind: str, record: str | None, values: Mapping[str, Wire]) -> str:
        """A record the row refers to: found ones only get what they lack, for the row is not about them."""
        values = given(values)
        if record is None:
            return self._new(kind, values, True)
        before = self.index.get(kind, record)
        self._change(kind, record, {n: v for n, v in values.items() if before.get(n) in (None, "", [])})
        return record

    def part(self, kind: str, record: str | None, values: Mapping[str, Wire]) -> str:
        """A record that belongs to the main one (a plot's harvest): the row's word counts."""
        effect = self.draft.effect
        made = self.main(kind, record, values)
        if record is None and effect is not Effect.ADDED:
            self.draft.effect = Effect.CHANGED
        return made

    def _new(self, kind: str, values: dict[str, Wire], known: bool) -> str:
        record = new_id() if known else ""
        edit = Edit(kind, values, record or None)
        self.draft.edits.append(edit)
        self.draft.born.append(edit)
        if known:
            self._planned[kind, record] = values
            self.index.put(kind, record, values)
        return record

    def _change(self, kind: str, record: str, changed: dict[str, Wire]) -> None:
        if not changed:
            return
        self.index.put(kind, record, changed)
        planned = self._planned.get((kind, record))
        if planned is None:
            planned = self._planned[kind, record] = dict(changed)
            self.draft.edits.append(Edit(kind, planned, record))
            if self.draft.effect is Effect.SAME:
                self.draft.effect = Effect.CHANGED
        else:
            planned.update(changed)


def given(values: Mapping[str, Wire]) -> dict[str, Wire]:
    """Only what was said."""
    return {name: value for name, value in values.items() if value is not None and value != "" and value != []}


def wire_date(said: SaidDate | None) -> str | None:
    """A date as it travels: to the day or the month; a year alone is no date of a record."""
    return None if said is None or said.precision is Precision.YEAR else said.iso


def wire_time(value: Any) -> str | None:
    """HH:MM."""
    return None if value is None else f"{value.hour:02d}:{value.minute:02d}"


def notes(*parts: str | None) -> str | None:
    """Remarks in one text, each on its own line."""
    return "\n".join(part for part in parts if part) or None
