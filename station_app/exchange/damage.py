"""What a spreadsheet can do to a ledger: the kinds of damage, each with the sentence that says what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from station_app.exchange.sheets import Cell
from station_app.exchange.sheetxml import column_letters
from station_app.messages import N_, _


class Damage(StrEnum):
    """Kinds of damage (FEATURES §2: what people complain of), in the order of how bad they are."""

    ID_CUT = "id_cut"
    ID_MAYBE_CUT = "id_maybe_cut"
    ID_POWER = "id_power"
    ID_CHECK_MISSING = "id_check_missing"
    SEVERAL_PEOPLE = "several_people"
    SEVERAL_IDS = "several_ids"
    SHIFTED = "shifted"
    CELL_HASHES = "cell_hashes"
    CELL_ERROR = "cell_error"
    PHONE_POWER = "phone_power"
    PHONE_ZERO_LOST = "phone_zero_lost"
    PHONE_DECIMAL = "phone_decimal"
    ZERO_LOST = "zero_lost"
    DATE_MADE = "date_made"
    DATE_TURNED = "date_turned"
    DATE_SERIAL = "date_serial"
    UNIT_FORGOTTEN = "unit_forgotten"
    UNIT_MIXED = "unit_mixed"
    BIRTH_DIFFERS = "birth_differs"
    SEX_DIFFERS = "sex_differs"
    MERGED_DOWN = "merged_down"
    FILLED_DOWN = "filled_down"
    DITTO = "ditto"
    MERGED_HEADER = "merged_header"
    TOTAL_INSIDE = "total_inside"
    HEADER_INSIDE = "header_inside"
    HIDDEN_ROW = "hidden_row"
    HIDDEN_COLUMN = "hidden_column"


SENTENCES: Final[dict[Damage, str]] = {
    Damage.ID_CUT: N_("The spreadsheet took this identity number for an amount: its last three characters are lost and cannot be restored. "
        "Look at the identity card or the paper."),
    Damage.ID_MAYBE_CUT: N_("The identity number ends in three zeros, as those do that a spreadsheet has cut; it happens to be a possible one "
        "and is taken. Compare it with the paper."),
    Damage.ID_POWER: N_("The spreadsheet wrote this identity number as a power of ten; most of it is lost and cannot be restored. "
        "Look at the identity card or the paper."),
    Damage.ID_CHECK_MISSING: N_("The identity number has 17 digits: its last character is missing. "
        "The one proposed follows from the others; compare it with the paper."),
    Damage.SEVERAL_PEOPLE: N_("Several people stand in one cell. Give each a row of their own, as proposed."),
    Damage.SEVERAL_IDS: N_("Several identity numbers stand in one cell. Give each person a row of their own, as proposed."),
    Damage.SHIFTED: N_("The cells of this row stand in the wrong columns. Compare the row with the paper and put them back, as proposed."),
    Damage.CELL_HASHES: N_("The column was too narrow when the file was saved, and only # signs were kept. It cannot be restored: look at the paper."),
    Damage.CELL_ERROR: N_("A formula failed here, and what it should have given is not in the file. It cannot be restored: look at the paper."),
    Damage.PHONE_POWER: N_("The spreadsheet wrote this telephone as a power of ten; its last digits are lost and cannot be restored. Look at the paper."),
    Damage.PHONE_ZERO_LOST: N_("The spreadsheet dropped the zero at the beginning of this telephone. The proposed one has it again."),
    Damage.PHONE_DECIMAL: N_("The spreadsheet wrote this telephone as a decimal number; it is read without what stands behind the point."),
    Damage.ZERO_LOST: N_("The other numbers of this column begin with zeros; the spreadsheet seems to have dropped them here."),
    Damage.DATE_MADE: N_("The spreadsheet made a date of this. What was typed is most likely what is proposed; compare it with the paper."),
    Damage.DATE_TURNED: N_("Day, month and year stand in an order that can be read in two ways, or in English. Write year, month, day."),
    Damage.DATE_SERIAL: N_("The spreadsheet lost the form of this date and shows its day number; it is read as the date proposed."),
    Damage.UNIT_FORGOTTEN: N_("So large a plot is unlikely: the number is probably in square metres. Write the unit beside it."),
    Damage.UNIT_MIXED: N_("This cell is in another unit than the rest of the column; it is read as proposed."),
    Damage.BIRTH_DIFFERS: N_("The birth date differs from the identity number; the number's is taken. Please check which is right."),
    Damage.SEX_DIFFERS: N_("The sex differs from the identity number; the number's is taken. Please check which is right."),
    Damage.MERGED_DOWN: N_("Merged cells: every row they cover is read with the value of the first."),
    Damage.FILLED_DOWN: N_("These cells are empty and are read as the value above them."),
    Damage.DITTO: N_("“The same as above” is read as the value above."),
    Damage.MERGED_HEADER: N_("A merged title: the columns below it are read as proposed."),
    Damage.TOTAL_INSIDE: N_("A line of sums stands among the rows; it is nobody's row and is passed over."),
    Damage.HEADER_INSIDE: N_("The titles stand once more among the rows; the line is passed over."),
    Damage.HIDDEN_ROW: N_("This row is hidden in the file and is read all the same. Please check that it belongs there."),
    Damage.HIDDEN_COLUMN: N_("This column is hidden in the file and is read all the same. Please check that it belongs there."),
}  # fmt: skip

#: What changes nothing in a cell: shown, but nothing to compare with the paper.
STRUCTURE: Final = frozenset(
    {Damage.MERGED_HEADER, Damage.TOTAL_INSIDE, Damage.HEADER_INSIDE, Damage.HIDDEN_ROW, Damage.HIDDEN_COLUMN}
)


@dataclass(frozen=True, slots=True)
class Damaged:
    """One finding. Rows and columns are counted from 0; ``column`` None means the whole row, ``row`` None the whole column.

    ``after`` is what is proposed in its place (or how it is read), None where nothing can be restored. ``mends`` are the
    cells to change when a person accepts the proposal; empty where it is only information or needs a person's hand.
    """

    damage: Damage
    sheet: str
    row: int | None
    column: int | None
    title: str = ""  # the column's
    before: Cell = None
    after: str | None = None
    last: int | None = None  # the last row of a run
    mends: tuple[tuple[int, Cell], ...] = ()  # (column, new cell) of this row

    @property
    def place(self) -> str:
        """The cell as people name it: C13, C13:C15, column C, row 13."""
        if self.row is None:
            return column_letters(self.column or 0)
        if self.column is None:
            return str(self.row + 1)
        letters = column_letters(self.column)
        end = f":{letters}{self.last + 1}" if self.last is not None and self.last != self.row else ""
        return f"{letters}{self.row + 1}{end}"

    @property
    def message(self) -> str:
        """What happened and what to do, in the user's language."""
        return _(SENTENCES[self.damage])

    def summary(self, accepted: bool) -> Mapping[str, Any]:
        """For the command line's JSON."""
        before = self.before
        return {
            "sheet": self.sheet,
            "row": None if self.row is None else self.row + 1,
            "column": self.title,
            "cell": self.place,
            "damage": self.damage.value,
            "before": before if before is None or isinstance(before, str | int | float | bool) else str(before),
            "after": self.after,
            "can_be_accepted": bool(self.mends),
            "accepted": accepted,
            "message": self.message,
        }
