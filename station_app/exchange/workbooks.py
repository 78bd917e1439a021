"""Reads .xlsx, .ods and .xls inside the child process: values by calamine, the rest by our own scan of the tags."""

import io
from typing import TYPE_CHECKING

import python_calamine as calamine

from station_app.exchange import archive, limits, oldbook, opendocument, sheetxml
from station_app.exchange.reader_child import Messages, too_many
from station_app.exchange.refusals import SheetRefusal
from station_app.exchange.sheetxml import Shape
from station_app.messages import Refusal

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_UNREADABLE = Refusal(SheetRefusal.UNREADABLE)


def read_packed(data: bytes, messages: Messages) -> Refusal | None:
    """An archive: .xlsx (scanned for its shape first) or .ods."""
    found = archive.unpack(data)
    if isinstance(found, Refusal):
        return found
    if any(name.lower().endswith("workbook.bin") for name in found.texts) or "[Content_Types].xml" not in found.texts:
        if "content.xml" not in found.texts:
            return Refusal(SheetRefusal.NOT_A_TABLE)
        return _read_ods(data, found.texts["content.xml"], messages)
    members = sheetxml.sheet_members(found.texts)
    shapes: dict[str, Shape] = {}
    for name, member in members.items():
        xml = found.texts.get(member)
        if xml is None:
            continue
        shapes[name] = sheetxml.read_shape(xml)
        if shapes[name].far:
            return too_many(name)
    date1904 = sheetxml.counts_from_1904(found.texts)
    found.texts.clear()
    return _read(data, shapes, messages, date1904)


def _read_ods(data: bytes, content: bytes, messages: Messages) -> Refusal | None:
    if opendocument.repeats_too_much(content):
        return too_many("")
    return _read(data, opendocument.shapes(content), messages)


def read_old(data: bytes, messages: Messages) -> Refusal | None:
    """A compound file: .xls, or an .xlsx that a password has wrapped."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Refusal(SheetRefusal.PASSWORD)
    if oldbook.is_endless(data):
        return _UNREADABLE
    shapes, date1904 = oldbook.read(data)
    return _read(data, shapes, messages, date1904)


def _open(data: bytes) -> "CalamineWorkbook | Refusal":
    try:
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError:
        return Refusal(SheetRefusal.PASSWORD)
    except (calamine.CalamineError, ValueError, OSError) as fault:
        return Refusal(SheetRefusal.PASSWORD) if "assword" in str(fault) or "ncrypt" in str(fault) else _UNREADABLE


def _read(data: bytes, shapes: dict[str, Shape], messages: Messages, date1904: bool = False) -> Refusal | None:
    book = _open(data)
    if isinstance(book, Refusal):
        return book
    sheets = [s for s in book.sheets_metadata if s.typ == calamine.SheetTypeEnum.WorkSheet]
    if len(sheets) > limits.SHEETS:
        return Refusal(SheetRefusal.UNSAFE, {"what": "sheets"})
    for described in sheets:
        shape = shapes.get(described.name)
        try:
            sheet = book.get_sheet_by_name(described.name)
            merges = shape.merges if shape is not None and shape.merges else _merges(sheet)
            messages.send(
                {
                    "sheet": described.name,
                    "visible": described.visible == calamine.SheetVisibleEnum.Visible,
                    "hidden": shape.hidden_rows if shape else [],
                    "hidden_columns": shape.hidden_columns if shape else [],
                    "formulas": shape.formulas if shape else [],
                    "merges": merges,
                    "date1904": date1904,
                }
            )
            refused = messages.rows(_shown_errors(_rows(sheet), shape), described.name)
        except (calamine.CalamineError, ValueError, OverflowError):
            return _UNREADABLE
        if refused is not None:
            return refused
    return None


def _rows(sheet: "calamine.CalamineSheet") -> "list[list[object]]":
    """All rows from A1 on: the reader starts at the first filled cell, so that what lies before it is put back."""
    start = sheet.start
    if start is None:
        return []
    top, left = start
    lead: list[object] = [None] * left
    rows: list[list[object]] = [[] for _ in range(top)]
    for row in sheet.to_python(skip_empty_area=True):
        cells: list[object] = [*lead, *row]
        rows.append(cells)
    return rows


def _shown_errors(rows: "list[list[object]]", shape: Shape | None) -> "list[list[object]]":
    """The values with what failed formulas show in their cells: the value reader leaves those empty, as if nothing stood there."""
    for (row, column), shown in shape.errors.items() if shape is not None else ():
        if row < len(rows) and column < limits.COLUMNS:
            cells = rows[row]
            cells.extend([None] * (column + 1 - len(cells)))
            if cells[column] in (None, ""):
                cells[column] = shown
    return rows


def _merges(sheet: "calamine.CalamineSheet") -> list[tuple[int, int, int, int]]:
    ranges = sheet.merged_cell_ranges or []
    return [(top, left, bottom, right) for (top, left), (bottom, right) in ranges[: limits.MERGES]]
