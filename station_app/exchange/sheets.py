"""Reads the sheets of a file by way of the limited child process; the file's bytes never touch a temporary file."""

import hashlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any

import msgspec

import station_app
from station_app.exchange import limits
from station_app.exchange.reader_child import DATE, MOMENT, SPAN, TIME
from station_app.exchange.refusals import SheetRefusal
from station_app.messages import Refusal

#: What a cell holds.
Cell = str | int | float | bool | date | datetime | time | timedelta | None


@dataclass(slots=True)
class Sheet:
    """One sheet as it stands: rows and columns counted from 0, rows cut behind their last cell."""

    name: str
    rows: list[list[Cell]] = field(default_factory=list)
    visible: bool = True
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    formulas: frozenset[tuple[int, int]] = frozenset()
    merges: list[tuple[int, int, int, int]] | None = None  # top, left, bottom, right; None where the form has none
    date1904: bool = False
    wire: bool = False  # cells are wire values (our own JSON), not what people wrote

    def at(self, row: int, column: int) -> Cell:
        """The cell, nothing where the row ends before it."""
        cells = self.rows[row] if row < len(self.rows) else []
        return cells[column] if column < len(cells) else None


@dataclass(slots=True)
class Workbook:
    """A file's sheets, and the hash of its bytes that the import keeps."""

    name: str
    sha256: str
    sheets: list[Sheet]


def _extension(code: int, data: memoryview) -> object:
    said = bytes(data).decode()
    if code == DATE:
        return date.fromisoformat(said)
    if code == MOMENT:
        return datetime.fromisoformat(said)
    if code == TIME:
        return time.fromisoformat(said)
    if code == SPAN:
        return timedelta(seconds=float(said))
    raise ValueError(code)


def read_workbook(path: Path, *, argv: list[str] | None = None) -> Workbook | Refusal:
    """The sheets of a file, or why it is refused. ``argv`` starts another child than ours: for tests of dying ones."""
    try:
        with path.open("rb") as file:
            data = file.read(limits.FILE + 1)
    except OSError:
        return Refusal(SheetRefusal.MISSING, {"file": path.name})
    if len(data) > limits.FILE:
        return Refusal(SheetRefusal.TOO_LARGE, {"megabytes": limits.FILE // 1024 // 1024})
    sheets = _asked(data, path.stem, argv or child_argv())
    if isinstance(sheets, Refusal):
        return sheets
    return Workbook(path.name, hashlib.sha256(data).hexdigest(), sheets)


def child_argv() -> list[str]:
    """How the child is started: by this interpreter, or by the packaged program with its own switch."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--reader-child"]
    return [sys.executable, "-s", "-m", "station_app.exchange.reader_child"]


def _asked(data: bytes, name: str, argv: list[str]) -> list[Sheet] | Refusal:
    child = subprocess.Popen(
        [*argv, name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(station_app.__file__).resolve().parent.parent,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    assert child.stdin is not None and child.stdout is not None
    clock = threading.Timer(limits.CLOCK_SECONDS, child.kill)
    clock.start()
    try:
        try:
            child.stdin.write(data)
            child.stdin.close()
        except (BrokenPipeError, OSError):
            pass  # it ended early; what it said, if anything, stands on its standard output
        return _collected(child.stdout)
    finally:
        clock.cancel()
        child.kill()
        child.stdout.close()
        child.wait()


def _messages(stream: IO[bytes]) -> Iterator[dict[str, Any]]:
    decoder = msgspec.msgpack.Decoder(dict[str, Any], ext_hook=_extension)
    total = 0
    while True:
        head = stream.read(4)
        if len(head) < 4:
            return
        size = int.from_bytes(head, "big")
        total += size
        if total > limits.ANSWER:
            return
        body = stream.read(size)
        if len(body) < size:
            return
        yield decoder.decode(body)


def _shared(row: list[Cell], known: dict[str, str]) -> list[Cell]:
    """The row with texts that stood before kept once: a ledger's dates, villages and categories repeat on every row."""
    return [known.setdefault(cell, cell) if cell.__class__ is str else cell for cell in row]


def _collected(stream: IO[bytes]) -> list[Sheet] | Refusal:
    """The sheets, complete; a child that died or said nonsense is a file that cannot be read."""
    sheets: list[Sheet] = []
    known: dict[str, str] = {}
    try:
        for message in _messages(stream):
            if "refused" in message:
                return Refusal(SheetRefusal(message["refused"]), message["values"])
            if "end" in message:
                return sheets
            if "sheet" in message:
                merges = message["merges"]
                sheets.append(
                    Sheet(
                        message["sheet"],
                        visible=message["visible"],
                        hidden_rows=frozenset(message["hidden"]),
                        hidden_columns=frozenset(message.get("hidden_columns", ())),
                        formulas=frozenset((row, column) for row, column in message["formulas"]),
                        date1904=bool(message.get("date1904")),
                        merges=None if merges is None else [tuple(merge) for merge in merges],
                    )
                )
            else:
                sheets[-1].rows.extend(_shared(row, known) for row in message["rows"])
    except (msgspec.MsgspecError, KeyError, ValueError, IndexError, TypeError):
        return Refusal(SheetRefusal.UNREADABLE)
    return Refusal(SheetRefusal.UNREADABLE)
