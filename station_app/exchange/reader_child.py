"""The child process that opens a file from outside: limited in memory and time, it hands back cells and nothing else.

Run as ``python -m station_app.exchange.reader_child NAME``; the file's bytes come on standard input, messages leave
on standard output (length, then MessagePack). When the parent is gone, the next write fails and the child ends.
"""

import sys
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import BinaryIO

import msgspec

from station_app.exchange import limits
from station_app.exchange.refusals import SheetRefusal
from station_app.messages import Refusal

#: Extension codes of the cells MessagePack has no type of its own for.
DATE, MOMENT, TIME, SPAN = 1, 2, 3, 4

_PLAIN = frozenset({str, int, float, bool, type(None)})


def limit_this_process() -> None:
    """Address space and processor time; on Windows the parent's clock alone limits (no such calls there)."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (limits.MEMORY, limits.MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.CPU_SECONDS, limits.CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # the child writes no file at all


def cell(value: object) -> object:
    """One cell as it travels: whole numbers as integers, empty texts as nothing, dates as extensions."""
    kind = value.__class__
    if kind is str:
        return value or None
    if kind is float:
        number: float = value  # type: ignore[assignment]  # its class was just asked, which is faster than isinstance
        return int(number) if number.is_integer() and -1e15 < number < 1e15 else number
    if kind in _PLAIN:
        return value
    if isinstance(value, datetime):
        if value.hour == value.minute == value.second == value.microsecond == 0:
            return msgspec.msgpack.Ext(DATE, value.date().isoformat().encode())
        return msgspec.msgpack.Ext(MOMENT, value.isoformat().encode())
    if isinstance(value, date):
        return msgspec.msgpack.Ext(DATE, value.isoformat().encode())
    if isinstance(value, time):
        return msgspec.msgpack.Ext(TIME, value.isoformat().encode())
    if isinstance(value, timedelta):
        return msgspec.msgpack.Ext(SPAN, str(value.total_seconds()).encode())
    return str(value)


class Messages:
    """Writes length-prefixed messages, and counts what it writes."""

    def __init__(self, out: BinaryIO) -> None:
        self.out, self.sent = out, 0
        self.encoder = msgspec.msgpack.Encoder()

    def send(self, message: object) -> None:
        """One message, flushed."""
        data = self.encoder.encode(message)
        self.sent += len(data)
        self.out.write(len(data).to_bytes(4, "big") + data)
        self.out.flush()

    def refuse(self, refusal: Refusal) -> None:
        """The last message: why nothing came of it."""
        self.send({"refused": refusal.code.value, "values": {k: str(v) for k, v in refusal.values.items()}})

    def rows(self, rows: Iterable[list[object]], sheet: str) -> Refusal | None:
        """Rows in chunks, cut behind their last cell; a row or cell outside the limits ends it with a refusal."""
        chunk: list[list[object]] = []
        last = -1  # of the rows already sent or in the chunk
        number = -1
        for number, row in enumerate(rows):
            cells = [cell(value) for value in row]
            while cells and cells[-1] is None:
                cells.pop()
            if not cells:
                continue
            if number >= limits.ROWS or len(cells) > limits.COLUMNS:
                return too_many(sheet)
            chunk.extend([] for _ in range(number - last - 1))
            chunk.append(cells)
            last = number
            if len(chunk) >= limits.CHUNK:
                self.send({"rows": chunk})
                chunk = []
        if chunk:
            self.send({"rows": chunk})
        return None


def too_many(sheet: str) -> Refusal:
    """Something stands outside the rows and columns that are read."""
    return Refusal(SheetRefusal.TOO_MANY_ROWS, {"sheet": sheet, "rows": limits.ROWS, "columns": limits.COLUMNS})


def read(data: bytes, name: str, messages: Messages) -> Refusal | None:
    """Find out what sort of file it is by its content and send its sheets."""
    from station_app.exchange import plaintables, workbooks

    if data[:4] == b"PK\x03\x04":
        return workbooks.read_packed(data, messages)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return workbooks.read_old(data, messages)
    return plaintables.read_text(data, name, messages)


def main(arguments: list[str]) -> int:
    """Read standard input, answer on standard output; the exit status is 0 whenever an answer was given."""
    limit_this_process()
    messages = Messages(sys.stdout.buffer)
    try:
        data = sys.stdin.buffer.read(limits.FILE + 1)
        if len(data) > limits.FILE:
            messages.refuse(Refusal(SheetRefusal.TOO_LARGE, {"megabytes": limits.FILE // 1024 // 1024}))
            return 0
        refused = read(data, arguments[0] if arguments else "", messages)
        if refused is not None:
            messages.refuse(refused)
        else:
            messages.send({"end": True})
    except BrokenPipeError:
        return 1  # the parent is gone; nobody waits for the rest
    except MemoryError:
        messages.refuse(Refusal(SheetRefusal.TOO_LARGE, {"megabytes": limits.FILE // 1024 // 1024}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
