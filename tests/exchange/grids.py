"""Ledgers as grids, so that tests can turn, rename, dirty and save them: what an acceptance ledger may look like."""

import csv
import datetime
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # says nothing about its types

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "resources" / "samples"
GOLDEN = ROOT / "tests" / "golden" / "ledgers"
LEDGERS = {"elder": "elders_300", "volunteer_hours": "volunteer_hours_500", "farm_plot": "farm_plots_60"}


@dataclass
class Grid:
    """One sheet: cells, merged ranges, hidden rows, and for each row the expected outcome."""

    name: str
    rows: list[list[Any]]
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)  # top, left, bottom, right from 0
    hidden: set[int] = field(default_factory=set)
    expected: list[dict[str, str]] = field(default_factory=list)

    @property
    def header(self) -> list[int]:
        """The rows that are headers."""
        return [n for n, e in enumerate(self.expected) if e["reasons"] == "HEADER"]

    def copy(self) -> "Grid":
        """A grid of its own."""
        return Grid(
            self.name,
            [list(r) for r in self.rows],
            list(self.merges),
            set(self.hidden),
            [dict(e) for e in self.expected],
        )

    def move_rows(self, place: Callable[[int], int]) -> None:
        """Renumber rows; ``place`` gives each old row its new number."""
        height = max(place(n) for n in range(len(self.rows))) + 1
        rows: list[list[Any]] = [[] for _ in range(height)]
        expected = [{"row": "", "outcome": "SKIP", "reasons": "BLANK", "warnings": ""} for _ in range(height)]
        for n, row in enumerate(self.rows):
            rows[place(n)] = row
            expected[place(n)] = self.expected[n]
        self.rows, self.expected = rows, expected
        self.merges = [(place(t), left, place(b), right) for t, left, b, right in self.merges]
        self.hidden = {place(n) for n in self.hidden}

    def permute(self, order: list[int]) -> None:
        """Columns in another order: ``order[new] = old``. Groups under one title stay together."""
        new_of = {old: new for new, old in enumerate(order)}
        width = len(order)
        self.rows = [[(row + [None] * width)[old] for old in order] for row in self.rows]
        merges = []
        for top, left, bottom, right in self.merges:
            if right - left + 1 >= width - 1:
                merges.append((top, 0, bottom, width - 1))
                value = next((c for c in self.rows[top] if c is not None), None)
                self.rows[top] = [value] + [None] * (width - 1)
            else:
                start = min(new_of[c] for c in range(left, right + 1))
                merges.append((top, start, bottom, start + right - left))
        self.merges = merges

    def blocks(self) -> list[list[int]]:
        """Columns that must stay together, for they share a title."""
        width = max(len(r) for r in self.rows)
        spans = [(left, right) for top, left, bottom, right in self.merges if top in self.header and right > left]
        blocks: list[list[int]] = []
        column = 0
        while column < width:
            span = next(((a, b) for a, b in spans if a == column), (column, column))
            blocks.append(list(range(span[0], span[1] + 1)))
            column = span[1] + 1
        return blocks

    def shuffle(self, seed: int) -> None:
        """Columns in a random order, groups together."""
        blocks = self.blocks()
        random.Random(seed).shuffle(blocks)
        self.permute([c for block in blocks for c in block])

    def rename(self, words: dict[str, str]) -> None:
        """Titles by other words, in repeated headers too."""
        for n, e in enumerate(self.expected):
            if e["reasons"] in ("HEADER", "REPEATED_HEADER"):
                self.rows[n] = [words.get(c, c) if isinstance(c, str) else c for c in self.rows[n]]

    def replace(self, change: Callable[[Any], Any]) -> None:
        """Every cell changed by a function."""
        self.rows = [[change(c) for c in row] for row in self.rows]


def sample(kind: str) -> Grid:
    """A sample ledger with its expected outcomes."""
    import openpyxl

    name = LEDGERS[kind]
    page = openpyxl.load_workbook(SAMPLES / f"{name}.xlsx").worksheets[0]
    rows = [list(row) for row in page.iter_rows(values_only=True)]
    merges = [(m.min_row - 1, m.min_col - 1, m.max_row - 1, m.max_col - 1) for m in page.merged_cells.ranges]
    hidden = {n - 1 for n, d in page.row_dimensions.items() if d.hidden}
    return Grid(page.title, rows, merges, hidden, expected(kind))


def expected(kind: str) -> list[dict[str, str]]:
    """The expected outcome of each row."""
    with (GOLDEN / f"{LEDGERS[kind]}.expected.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def save(path: Path, *grids: Grid, options: dict[str, Any] | None = None) -> Path:
    """Write grids as an .xlsx with their merged ranges, hidden rows, time cells and formulas."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, **(options or {})})
    clock, day = book.add_format({"num_format": "h:mm:ss"}), book.add_format({"num_format": "yyyy-mm-dd"})
    for grid in grids:
        page = book.add_worksheet(grid.name)
        for top, left, bottom, right in grid.merges:
            page.merge_range(top, left, bottom, right, "")
        for r, row in enumerate(grid.rows):
            for c, value in enumerate(row):
                if value is None:
                    continue
                if isinstance(value, str) and value.startswith("=SUM"):
                    page.write_formula(r, c, value)
                elif isinstance(value, str):
                    page.write_string(r, c, value)
                elif isinstance(value, datetime.time):
                    page.write_datetime(r, c, value, clock)
                elif isinstance(value, datetime.datetime | datetime.date):
                    page.write_datetime(r, c, value, day)
                else:
                    page.write_number(r, c, value)
        for r in grid.hidden:
            page.set_row(r, None, None, {"hidden": True})
    book.close()
    return path


def save_csv(path: Path, grid: Grid, encoding: str = "utf-8-sig", delimiter: str = ",") -> Path:
    """Write a grid as Excel would save it as .csv."""
    with path.open("w", encoding=encoding, newline="", errors="replace") as file:
        writer = csv.writer(file, delimiter=delimiter)
        width = max(len(r) for r in grid.rows)
        for row in grid.rows:
            writer.writerow([_as_csv(c) for c in row] + [""] * (width - len(row)))
    return path


def _as_csv(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and abs(value) >= 1e11:
        return f"{value:.5E}".replace("E+", "E+")
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M:%S").lstrip("0")
    if isinstance(value, datetime.datetime):
        return f"{value.year}/{value.month}/{value.day}"
    if isinstance(value, str) and value.startswith("=SUM"):
        return "927"
    return str(value)
