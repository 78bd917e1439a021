"""What the value reader does not tell about an .ods sheet: repeated rows, hidden rows, merged ranges, formulas."""

import re

from station_app.exchange import limits
from station_app.exchange.sheetxml import Shape

_REPEATED = re.compile(rb"number-(rows|columns)-repeated=\"(\d+)\"")
_TABLE = re.compile(rb"<table:table\s[^>]*table:name=\"([^\"]*)\"[^>]*>(.*?)</table:table>", re.DOTALL)
_TAG = re.compile(rb"<table:(table-row|table-cell|covered-table-cell)\b([^>]*)>")
_TABLE_COLUMN = re.compile(rb"<table:table-column\b([^>]*)>")
_ROWS = re.compile(rb"number-rows-repeated=\"(\d+)\"")
_COLUMNS = re.compile(rb"number-columns-repeated=\"(\d+)\"")
_DOWN = re.compile(rb"number-rows-spanned=\"(\d+)\"")
_ACROSS = re.compile(rb"number-columns-spanned=\"(\d+)\"")


def repeats_too_much(content: bytes) -> bool:
    """OpenDocument repeats rows and cells by a number: whether a filled one would go beyond what is read."""
    for repeated in _REPEATED.finditer(content):
        allowed = limits.ROWS if repeated.group(1) == b"rows" else limits.COLUMNS
        if int(repeated.group(2)) > allowed and _filled(content, repeated):
            return True
    return False


def _filled(content: bytes, repeated: "re.Match[bytes]") -> bool:
    """Whether the repeated row, or the repeated cell alone, holds a value."""
    if repeated.group(1) == b"rows":
        end = content.find(b"</table:table-row>", repeated.end())
        return b"office:value" in content[repeated.end() : end if end > 0 else repeated.end() + 4000]
    start, end = content.rfind(b"<", 0, repeated.start()), content.find(b">", repeated.end())
    return b"office:value" in content[start:end]


def _number(pattern: "re.Pattern[bytes]", attributes: bytes) -> int:
    found = pattern.search(attributes)
    return int(found.group(1)) if found else 1


def _hidden_columns(table: bytes) -> list[int]:
    hidden: list[int] = []
    at = 0
    for column in _TABLE_COLUMN.finditer(table):
        many = _number(_COLUMNS, column.group(1))
        if b'visibility="collapse"' in column.group(1):
            hidden.extend(range(at, min(at + many, limits.COLUMNS)))
        at += many
    return hidden


def shapes(content: bytes) -> dict[str, Shape]:
    """The shape of each sheet by its name."""
    found: dict[str, Shape] = {}
    for table in _TABLE.finditer(content):
        shape = found[table.group(1).decode("utf-8", "replace")] = Shape()
        shape.hidden_columns = _hidden_columns(table.group(2))
        row, column, height = -1, 0, 1  # the row read, the next column, how many rows it stands for
        for tag in _TAG.finditer(table.group(2)):
            attributes = tag.group(2)
            if tag.group(1) == b"table-row":
                row, column, height = row + height, 0, _number(_ROWS, attributes)
                if b'visibility="collapse"' in attributes or b'visibility="filter"' in attributes:
                    shape.hidden_rows.extend(range(row, min(row + height, limits.ROWS)))
                continue
            if row < limits.ROWS and column < limits.COLUMNS:
                down, across = _number(_DOWN, attributes), _number(_ACROSS, attributes)
                if (down > 1 or across > 1) and len(shape.merges) < limits.MERGES:
                    shape.merges.append((row, column, row + down - 1, column + across - 1))
                if b"table:formula=" in attributes:
                    shape.formulas.append((row, column))
            column += _number(_COLUMNS, attributes)
    return found
