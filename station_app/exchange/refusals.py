"""Why a whole file is refused: a closed set, each with the sentence that says what to do."""

from enum import StrEnum
from typing import Final

from station_app.messages import N_


class SheetRefusal(StrEnum):
    """A file that cannot be taken, or a file that cannot be written."""

    MISSING = "file_missing"
    TOO_LARGE = "file_too_large"
    TOO_MANY_ROWS = "too_many_rows"
    UNSAFE = "file_unsafe"
    PASSWORD = "file_password"
    UNREADABLE = "file_unreadable"
    NOT_A_TABLE = "file_not_a_table"
    NO_SHEET = "no_such_sheet"
    NO_HEADER = "no_header"
    NO_FIELD = "no_such_field"
    NO_COLUMN = "no_such_column"
    UNKNOWN_KIND = "unknown_kind"
    CANCELLED = "cancelled"
    TEXT_TOO_LONG = "text_too_long"
    UNKNOWN_FORM = "unknown_form"
    NOT_WRITTEN = "not_written"


SENTENCES: Final[dict[StrEnum, str]] = {
    SheetRefusal.MISSING: N_("The file {file} is not there or cannot be opened. Check its name and whether the stick is still in."),
    SheetRefusal.TOO_LARGE: N_("The file is larger than {megabytes} MB (packed or unpacked). Split it into several ledgers and import them one by one."),
    SheetRefusal.TOO_MANY_ROWS: N_(
        "The sheet {sheet} has something beyond row {rows} or column {columns}. "
        "Delete what stands far outside the table, or split the ledger."
    ),
    SheetRefusal.UNSAFE: N_("The file holds things a ledger never has ({what}). It was not opened. Ask for a freshly saved copy."),
    SheetRefusal.PASSWORD: N_("The file is protected by a password. Open it in Excel or WPS, remove the password, save, and import again."),
    SheetRefusal.UNREADABLE: N_("The file is damaged or no workbook. Open it in Excel or WPS, save it as .xlsx, and import again."),
    SheetRefusal.NOT_A_TABLE: N_("Files of this sort cannot be imported. Save the ledger as .xlsx or .csv and import again."),
    SheetRefusal.NO_SHEET: N_("There is no sheet {sheet}. The sheets are: {sheets}."),
    SheetRefusal.NO_HEADER: N_("No header row was found that fits {kind}. The header needs at least: {needed}."),
    SheetRefusal.NO_FIELD: N_("There is no field {field} for the column {column}. The fields are: {fields}."),
    SheetRefusal.NO_COLUMN: N_("There is no column {column}. The columns are: {columns}."),
    SheetRefusal.UNKNOWN_KIND: N_("There is no kind {kind}."),
    SheetRefusal.CANCELLED: N_("The import was stopped; nothing was written."),
    SheetRefusal.TEXT_TOO_LONG: N_("One text in {field} has {length} characters; a cell holds {limit}. Export as .csv or .json, where nothing is cut."),
    SheetRefusal.UNKNOWN_FORM: N_("Exports end in .xlsx, .csv or .json; {file} does not."),
    SheetRefusal.NOT_WRITTEN: N_("The file {file} could not be written. Check the folder and the space on it."),
}  # fmt: skip
