"""Reads tables that are plain text (.csv, .tsv, .txt) inside the child process: encoding and delimiter by content."""

import csv
import io
from collections import Counter

from station_app.exchange import limits
from station_app.exchange.reader_child import Messages, too_many
from station_app.exchange.refusals import SheetRefusal
from station_app.messages import Refusal

_DELIMITERS = (",", "\t", ";", "|", "，")


def decoded(data: bytes) -> str | None:
    """The text: a byte order mark decides, else UTF-8 if it is, else GB 18030 (which contains GBK)."""
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    elif data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _strict(data, "utf-16")
    if b"\x00" in data[:4096]:
        return None
    text = _strict(data, "utf-8")
    return text if text is not None else _strict(data, "gb18030")


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def delimiter(text: str) -> str:
    """The character that divides the first rows most evenly, quoted text left aside."""
    sample = text[:20_000]
    best, best_score = ",", -1.0
    for candidate in _DELIMITERS:
        widths = []
        try:
            for row in csv.reader(io.StringIO(sample), delimiter=candidate):
                if any(cell.strip() for cell in row):
                    widths.append(len(row))
                if len(widths) >= 40:
                    break
        except csv.Error:
            continue
        if not widths or max(widths) < 2:
            continue
        common, times = Counter(w for w in widths if w > 1).most_common(1)[0]
        score = times / len(widths) * min(common, 12)
        if score > best_score:
            best, best_score = candidate, score
    return best


def read_text(data: bytes, name: str, messages: Messages) -> Refusal | None:
    """One sheet named as the file, or why it is no table."""
    head = data[:512].lstrip().lower()
    if head.startswith((b"<html", b"<!doctype", b"<?xml", b"<table", b"%pdf", b"{\\rtf")):
        return Refusal(SheetRefusal.NOT_A_TABLE)
    text = decoded(data)
    if text is None:
        return Refusal(SheetRefusal.UNREADABLE if data else SheetRefusal.NOT_A_TABLE)
    if not text.strip():
        return Refusal(SheetRefusal.NOT_A_TABLE)
    csv.field_size_limit(limits.FILE)
    first, _, rest = text.partition("\n")
    divider = ""
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:  # Excel's own hint
        divider, text = first.strip()[4], rest
    rows: list[list[object]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=divider or delimiter(text)):
            if len(rows) > limits.ROWS + 1000:
                return too_many(name)
            rows.append([_cell(value) for value in row])
    except csv.Error:
        return Refusal(SheetRefusal.UNREADABLE)
    messages.send({"sheet": name, "visible": True, "hidden": [], "formulas": [], "merges": None})
    return messages.rows(rows, name)


def _cell(value: str) -> str:
    """``="1527…"`` is how people keep Excel from eating digits; the text inside is meant."""
    if value.startswith('="') and value.endswith('"') and len(value) > 3:
        return value[2:-1].replace('""', '"')
    return value
