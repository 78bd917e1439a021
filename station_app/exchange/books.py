"""New workbooks whose texts stay texts: no formula, link or number is made of them, and no temporary file holds them."""

from typing import BinaryIO

# xlsxwriter says nothing about its types; this module is the one place that imports it.
import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.workbook import Workbook as Book  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

__all__ = ["Book", "Format", "Worksheet", "new_book"]


def new_book(out: BinaryIO) -> Book:
    """A workbook written to ``out`` when it is closed."""
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    return xlsxwriter.Workbook(out, {"in_memory": True, **plain})
