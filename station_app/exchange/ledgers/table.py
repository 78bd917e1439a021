"""One table of a ledger while it is judged: its lines, what was read from their cells, and what was found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from station_app.exchange.layout import Layout
from station_app.exchange.mapping import Mapping, Meant
from station_app.exchange.period import When
from station_app.exchange.reasons import sentence
from station_app.exchange.sheets import Cell, Sheet
from station_app.values.reading import Read

T = TypeVar("T")


class Outcome(StrEnum):
    """What became of a row."""

    OK = "OK"
    OK_WARN = "OK_WARN"
    REJECT = "REJECT"
    SKIP = "SKIP"


@dataclass(frozen=True, slots=True)
class Finding:
    """A code, the column it is about (None: the whole row) and what stood there."""

    code: str
    column: int | None = None
    value: Cell = None
    said: str = ""  # the sentence of a kind's own rule, which no table of ours knows

    @property
    def message(self) -> str:
        """What is wrong and what to do, in the user's language."""
        return self.said or sentence(self.code)


@dataclass(slots=True)
class Line:
    """One data row: its number on the sheet (from 0), what was read, what was found."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    warnings: list[Finding] = field(default_factory=list)
    refusal: Finding | None = None

    @property
    def outcome(self) -> Outcome:
        """OK, OK_WARN or REJECT."""
        if self.refusal is not None:
            return Outcome.REJECT
        return Outcome.OK_WARN if self.warnings else Outcome.OK

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)


@dataclass(slots=True)
class Table:
    """One table: its sheet, the rows' places, the columns' meanings, the ledger's time, its data rows."""

    sheet: Sheet
    layout: Layout
    mapping: Mapping
    when: When
    lines: list[Line]
    notices: list[str] = field(default_factory=list)
    further: dict[str, dict[str, str]] = field(default_factory=dict)  # kind → field → column beyond the ledger's rules

    def has(self, name: str) -> bool:
        """Whether a column means this field."""
        return name in self.mapping.columns

    def cell(self, line: Line, name: str) -> Cell:
        """The raw cell of a field."""
        column = self.mapping.column(name)
        return None if column is None else self.sheet.at(line.number, column)

    def came_back(self, line: Line, code: str) -> bool:
        """Whether this row stands in a workbook of refused rows, refused for this reason before."""
        column = self.mapping.reason
        said = None if column is None else self.sheet.at(line.number, column)
        return isinstance(said, str) and sentence(code) in said

    def standing(self) -> Iterator[Line]:
        """The lines not refused so far."""
        return (line for line in self.lines if line.refusal is None)

    def _found(self, line: Line, code: str, name: str, said: str) -> Finding:
        if not name:
            return Finding(code, None, None, said)
        return Finding(code, self.mapping.column(name), self.cell(line, name), said)

    def refuse(self, line: Line, code: str, name: str = "", said: str = "") -> None:
        """Refuse a line, once; the first reason stays."""
        if line.refusal is None:
            line.refusal = self._found(line, code, name, said)

    def warn(self, line: Line, code: str, name: str = "", said: str = "") -> None:
        """Add a warning, once per code and column."""
        found = self._found(line, code, name, said)
        if found not in line.warnings:
            line.warnings.append(found)

    def read(
        self,
        name: str,
        reader: Callable[[Cell], Read[T]],
        *,
        refuses: bool = False,
        unread: str = "",
        every: bool = False,
    ) -> None:
        """Read a field's column into the lines' values.

        What cannot be read refuses the line (``refuses``) or warns, by its own code or by ``unread``. With
        ``every`` empty cells are given to the reader too.
        """
        column = self.mapping.column(name)
        if column is None:
            return
        rows = self.sheet.rows
        memory: dict[object, Read[T]] = {}
        for line in self.lines:
            if line.refusal is not None:
                continue
            row = rows[line.number]
            cell = row[column] if column < len(row) else None
            if cell is None and not every:
                continue
            key = cell if cell.__class__ is str else (cell.__class__, cell)
            found = memory.get(key)
            if found is None:
                found = memory[key] = reader(cell)
            if found.value is not None:
                line.values[name] = found.value
            if found.warnings:
                line.warnings.extend(Finding(code, column, cell) for code in found.warnings)
            if found.reason is not None:
                if refuses:
                    line.refusal = Finding(found.reason, column, cell)
                else:
                    line.warnings.append(Finding(unread or found.reason, column, cell))


class Known(Protocol):
    """What the store knows already, as far as judging needs it."""

    def name_of(self, id_number: str) -> str | None:
        """The name of the person with this identity number."""

    def people_named(self, name: str, phone: str) -> list[str]:
        """Identity numbers of known people of this name and phone."""


class Nobody:
    """A store that knows nobody yet."""

    def name_of(self, id_number: str) -> str | None:
        """Nobody has it."""
        return None

    def people_named(self, name: str, phone: str) -> list[str]:
        """Nobody is called so."""
        return []


@dataclass(frozen=True, slots=True)
class Ledger:
    """A sort of ledger: the kind it is imported as, its columns, its identity, and its judge."""

    kind: str
    meant: tuple[Meant, ...]
    identity: tuple[str, ...]  # fields that a data row has and a total has not
    needed: tuple[tuple[str, ...], ...]  # of each group one column must be found
    fill: tuple[str, ...]  # fields whose cell may stand once for a run of rows
    place: str  # the field a heading between rows gives (村)
    judge: Callable[[list[Table], Known, date], None]
    grouping: tuple[str, ...] = ()  # of `fill`, those a run of rows shares even where no cells are merged
    flags: tuple[str, ...] = ()  # ticked columns, where a blank may be said to mean no
    settle: Callable[[Mapping], None] | None = None  # mends what titles alone cannot tell
    own: str = ""  # the field whose column only our own exports have
    has_rules: bool = True  # False for the ledger made from a kind's declaration alone
