"""A workbook judged as a ledger of one kind: tables found, columns mapped, every row with its outcome."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from station_app.exchange import layout, mapping, period
from station_app.exchange.corrections import Corrections
from station_app.exchange.headers import squeeze
from station_app.exchange.layout import Columns, Layout, Skip
from station_app.exchange.ledgers import extras
from station_app.exchange.ledgers.table import Finding, Known, Ledger, Line, Nobody, Outcome, Table
from station_app.exchange.mapping import Mapping, Words
from station_app.exchange.refusals import SheetRefusal
from station_app.exchange.sheets import Cell, Sheet, Workbook
from station_app.exchange.sheetxml import column_letters
from station_app.messages import Refusal

#: How many data rows are looked at to see what a column holds.
SAMPLE = 200


@dataclass(slots=True)
class Judged:
    """What became of a workbook's rows, before anything is written."""

    workbook: Workbook
    ledger: Ledger
    words: Words
    tables: list[Table] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)  # sheets that hold no table of this kind

    def lines(self) -> Iterable[tuple[Table, Line]]:
        """Every data row in the order of the sheets."""
        for table in self.tables:
            for line in table.lines:
                yield table, line

    def skipped(self) -> Iterable[tuple[Table, int, Skip]]:
        """Every row that is no data, with its reason."""
        for table in self.tables:
            for number, skip in sorted(table.layout.skipped.items()):
                yield table, number, skip


def judge(
    workbook: Workbook,
    ledger: Ledger,
    *,
    today: date,
    known: Known | None = None,
    sheet: str | None = None,
    blank_is_no: bool = False,
    corrections: Corrections | None = None,
) -> Judged | Refusal:
    """Judge every sheet but instructions (or the one named); nothing is written.

    A blank flag is unknown; ``blank_is_no`` is the one choice a person may make for a whole file instead.
    ``corrections``: what a person has said of columns comes before what their titles say.
    """
    corrections = corrections or Corrections()
    words = Words(ledger.meant + extras.meant_of(ledger.kind, ledger.meant) if ledger.has_rules else ledger.meant)
    judged = Judged(workbook, ledger, words)
    wrong = corrections.wrong_field(words)
    if wrong is not None:
        return wrong
    chosen = [s for s in workbook.sheets if sheet is None or s.name == sheet]
    if not chosen:
        return Refusal(SheetRefusal.NO_SHEET, {"sheet": sheet, "sheets": "、".join(s.name for s in workbook.sheets)})
    for one in chosen:
        if sheet is None and len(workbook.sheets) > 1 and layout.is_instructions(one.name):
            judged.passed_over.append(one.name)
            continue
        table = make_table(one, ledger, words, workbook.name, corrections)
        if table is None:
            judged.passed_over.append(one.name)
        else:
            judged.tables.append(table)
    _share_year(judged)
    if not judged.tables:
        needed = "、".join(next(m.names[0] for m in ledger.meant if m.field == group[0]) for group in ledger.needed)
        return Refusal(SheetRefusal.NO_HEADER, {"kind": ledger.kind, "needed": needed})
    unheard = _unheard(judged, corrections)
    if unheard is not None:
        return unheard
    ledger.judge(judged.tables, known or Nobody(), today)
    if ledger.has_rules:
        for table in judged.tables:
            extras.read(table, ledger.kind, today)
    if blank_is_no:
        _blanks_are_no(judged)
    return judged


def _unheard(judged: Judged, corrections: Corrections) -> Refusal | None:
    """A column that was explained and stands nowhere."""
    headers = [table.layout.columns.titles for table in judged.tables]
    letters = {column_letters(c): title for titles in headers for c, (title, _parent) in titles.items()}
    for named in corrections.asked:
        if named.upper() not in letters and squeeze(named) not in {squeeze(title) for title in letters.values()}:
            shown = "、".join(f"{letter} {squeeze(title)}" for letter, title in letters.items())
            return Refusal(SheetRefusal.NO_COLUMN, {"column": named, "columns": shown})
    return None


def _blanks_are_no(judged: Judged) -> None:
    for table in judged.tables:
        ticked = [name for name in judged.ledger.flags if table.has(name)]
        for line in table.standing():
            for name in ticked:
                if squeeze(table.cell(line, name)) == "":
                    line.values.setdefault(name, False)


def _share_year(judged: Judged) -> None:
    """A sheet that only says "3月" is of the year that the other sheets' titles or the file's name say."""
    years = [table.when.year for table in judged.tables if table.when.year is not None]
    if not years:
        return
    for table in judged.tables:
        if table.when.year is None:
            laid = table.layout
            table.when = period.when(laid.titles, table.sheet.name, laid.footers, judged.workbook.name, years[0])


def make_table(
    sheet: Sheet, ledger: Ledger, words: Words, file: str, corrections: Corrections | None = None
) -> Table | None:
    """The table of a sheet; None when no header of this kind is found on it."""
    found = _columns(sheet, ledger, words, corrections or Corrections())
    if found is None:
        return None
    columns, mapped = found
    notices: list[str] = []
    if ledger.own and mapped.columns.get(ledger.own):
        laid = layout.every_row(sheet, columns)
    else:
        laid, notices = _laid_out(sheet, ledger, columns, mapped)
    when = period.when(laid.titles, sheet.name, laid.footers, file)
    table = Table(sheet, laid, mapped, when, [Line(number) for number in laid.data], notices)
    if ledger.place and not mapped.columns.get(ledger.place):
        for line in table.lines:
            if line.number in laid.sections:
                line.values[ledger.place] = laid.sections[line.number]
    return table


def _laid_out(sheet: Sheet, ledger: Ledger, columns: Columns, mapped: Mapping) -> tuple[Layout, list[str]]:
    """Each row judged, and cells filled that mean the one above; what was filled without merged cells is noted."""
    if ledger.settle is not None:
        ledger.settle(mapped)
    identity = {c for name in ledger.identity for c in mapped.columns.get(name, [])}
    place = mapped.column(ledger.place) if ledger.place else None
    laid = layout.judge_rows(sheet, columns, identity, mapped.serial, place)
    layout.fill_merged(sheet, laid)
    fill = [c for name in ledger.fill for c in mapped.columns.get(name, [])]
    if sheet.merges is not None:
        merged = {left for top, left, bottom, _right in sheet.merges if bottom > top > columns.last}
        fill = [c for name in ledger.grouping for c in mapped.columns.get(name, []) if c not in merged]
    notices = [f"filled_down:{squeeze(columns.titles[c][0])}" for c in layout.fill_sparse(sheet, laid, fill)]
    layout.fill_ditto(
        sheet, laid, [c for name, cs in mapped.columns.items() if name not in ("id_no", "name") for c in cs]
    )
    return laid, notices


def _columns(sheet: Sheet, ledger: Ledger, words: Words, corrections: Corrections) -> tuple[Columns, Mapping] | None:
    def known(said: str) -> bool:
        return words.known(said) or corrections.names(said)

    start = 0
    for _ in range(4):  # a small table of counts may stand above the ledger itself
        columns = layout.find_columns(sheet, known, start=start)
        if columns is None:
            return None
        samples = _samples(sheet, columns)
        fixed = corrections.fixed(columns, words)
        mapped = mapping.map_columns(columns.titles, columns.units, words, samples, fixed)
        if all(any(name in mapped.columns for name in group) for group in ledger.needed):
            return columns, mapped
        start = columns.last + 1
    return None


def _samples(sheet: Sheet, columns: Columns) -> dict[int, list[Cell]]:
    samples: dict[int, list[Cell]] = {column: [] for column in columns.titles}
    for row in sheet.rows[columns.last + 1 : columns.last + 1 + SAMPLE]:
        for column, cell in enumerate(row):
            if cell is not None and cell != "":
                samples.setdefault(column, []).append(cell)
    return samples


def outcome_of(line: Line) -> Outcome:
    """OK, OK_WARN or REJECT."""
    return line.outcome


__all__ = ["Finding", "Judged", "Outcome", "judge", "make_table", "outcome_of"]
