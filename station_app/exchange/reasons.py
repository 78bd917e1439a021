"""Why a row is refused and what is warned of beside a cell: codes of the ledgers' rules, with their sentences."""

from enum import StrEnum
from typing import Final

from station_app.messages import N_, _
from station_app.values.refusals import SENTENCES as READING


class RowReason(StrEnum):
    """Codes of rules across cells and rows; those of single cells are the readers' (`station_app.values.refusals`)."""

    AGE_BELOW_60 = "AGE_BELOW_60"
    DUP_IN_FILE = "DUP_IN_FILE"
    DUP_ID_DIFFERENT_NAME = "DUP_ID_DIFFERENT_NAME"
    DUP_PLOT = "DUP_PLOT"
    ID_NAME_MISMATCH = "ID_NAME_MISMATCH"
    ID_PENDING = "ID_PENDING"
    SEX_CONFLICT = "SEX_CONFLICT"
    BIRTH_CONFLICT = "BIRTH_CONFLICT"
    BIRTH_TEXT_IGNORED = "BIRTH_TEXT_IGNORED"
    FLAG_AGE_CONFLICT = "FLAG_AGE_CONFLICT"
    HIDDEN_ROW = "HIDDEN_ROW"
    DATE_MISSING = "DATE_MISSING"
    DATE_ORDER = "DATE_ORDER"
    RECORDED_BEFORE = "RECORDED_BEFORE"
    LATE_RECORD = "LATE_RECORD"
    HOURS_MISSING = "HOURS_MISSING"
    HOURS_FROM_TIMES = "HOURS_FROM_TIMES"
    HOURS_EXCEED_ELAPSED = "HOURS_EXCEED_ELAPSED"
    HOURS_LESS_THAN_ELAPSED = "HOURS_LESS_THAN_ELAPSED"
    TIMES_MISSING = "TIMES_MISSING"
    TIME_ORDER = "TIME_ORDER"
    TIME_OVERLAP = "TIME_OVERLAP"
    NOT_VOLUNTEER_PAID = "NOT_VOLUNTEER_PAID"
    NOT_VOLUNTEER_COMPULSORY = "NOT_VOLUNTEER_COMPULSORY"
    MINOR_NO_GUARDIAN = "MINOR_NO_GUARDIAN"
    CONSENT_MISSING = "CONSENT_MISSING"
    CONSENT_REFUSED = "CONSENT_REFUSED"
    CONSENT_UNKNOWN = "CONSENT_UNKNOWN"
    APPLIED_MISSING = "APPLIED_MISSING"
    NOT_HARVESTED = "NOT_HARVESTED"
    HARVEST_MISSING = "HARVEST_MISSING"
    HARVEST_DATE_MISSING = "HARVEST_DATE_MISSING"
    QTY_EXCEEDS_HARVEST = "QTY_EXCEEDS_HARVEST"
    BALANCE_REMAINDER = "BALANCE_REMAINDER"
    AMOUNT_MISMATCH = "AMOUNT_MISMATCH"
    AMOUNT_COMPUTED = "AMOUNT_COMPUTED"
    NEEDED_MISSING = "NEEDED_MISSING"
    CODE_UNKNOWN = "CODE_UNKNOWN"
    REFERENCE_UNKNOWN = "REFERENCE_UNKNOWN"
    REFERENCE_AMBIGUOUS = "REFERENCE_AMBIGUOUS"
    RECORD_UNKNOWN = "RECORD_UNKNOWN"
    OUT_OF_BOUNDS = "OUT_OF_BOUNDS"
    KIND_RULE = "KIND_RULE"
    APPEND_ONLY = "APPEND_ONLY"


ROWS: Final[dict[str, str]] = {
    RowReason.AGE_BELOW_60: N_("On the date of the ledger this person is not yet 60. Check the identity number, or leave the row out."),
    RowReason.DUP_IN_FILE: N_("This row stands in the file already; the first one was taken. Delete one of the two."),
    RowReason.DUP_ID_DIFFERENT_NAME: N_("The same identity number stands under another name. Find out whose number it is and correct the other row."),
    RowReason.DUP_PLOT: N_("This plot of the same owner stands in the file already; the first row was taken. Delete one, or give the plots different names."),
    RowReason.ID_NAME_MISMATCH: N_("Elsewhere this identity number belongs to another name. Correct the name or the number."),
    RowReason.ID_PENDING: N_("The identity number is missing; the person was taken by name, birth or telephone. Please add the number later."),
    RowReason.SEX_CONFLICT: N_("The sex differs from the identity number; the number's was taken. Please check."),
    RowReason.BIRTH_CONFLICT: N_("The birth date differs from the identity number; the number's was taken. Please check."),
    RowReason.BIRTH_TEXT_IGNORED: N_("The birth date could not be read; the identity number's was taken."),
    RowReason.FLAG_AGE_CONFLICT: N_("The mark for “80 or older” does not go with the age; the age was taken."),
    RowReason.HIDDEN_ROW: N_("This row is hidden in the file and was imported all the same. Please check that it belongs there."),
    RowReason.DATE_MISSING: N_("The date is missing. Enter year, month and day."),
    RowReason.DATE_ORDER: N_("The dates are in the wrong order (application, sowing, harvest). Check the year and month."),
    RowReason.RECORDED_BEFORE: N_("It would have been recorded before the service took place; the day of recording was left empty."),
    RowReason.LATE_RECORD: N_("Recorded more than 10 working days after the service (Order 67, Article 11)."),
    RowReason.HOURS_MISSING: N_("The hours are missing, and so are the times. Enter how long the service really took."),
    RowReason.HOURS_FROM_TIMES: N_("The hours were empty; they were reckoned from start and end. Please check for breaks."),
    RowReason.HOURS_EXCEED_ELAPSED: N_("The hours are longer than from start to end. Correct the hours or the times."),
    RowReason.HOURS_LESS_THAN_ELAPSED: N_("The hours are shorter than from start to end; they were taken as they stand."),
    RowReason.TIMES_MISSING: N_("Start or end is missing; the hours were taken as they stand."),
    RowReason.TIME_ORDER: N_("The end is not after the start. Write the times with 24 hours, for example 14:00."),
    RowReason.TIME_OVERLAP: N_("This person has another shift at the same time. Correct the date or the times of one of them."),
    RowReason.NOT_VOLUNTEER_PAID: N_("Paid work is not volunteer service (Order 67, Article 19). Leave this row out."),
    RowReason.NOT_VOLUNTEER_COMPULSORY: N_("Work that had to be done is not volunteer service (Order 67, Article 19). Leave this row out."),
    RowReason.MINOR_NO_GUARDIAN: N_("The volunteer is under 18 and no guardian's consent is noted. Write “监护人同意” in the remarks once it is signed."),
    RowReason.CONSENT_MISSING: N_("The owner's own consent is empty. Let the owner sign, then mark it."),
    RowReason.CONSENT_REFUSED: N_("The owner did not agree: the plot cannot join the farm."),
    RowReason.CONSENT_UNKNOWN: N_("The ledger has no column for the owner's consent; the plot is not counted as joined until the consent is entered."),
    RowReason.APPLIED_MISSING: N_(
        "The date of application is missing; the plot is not counted as joined until it is entered."
    ),
    RowReason.NOT_HARVESTED: N_("Nothing harvested yet; the plot was taken without a harvest."),
    RowReason.HARVEST_MISSING: N_("The yield is missing though something was kept, donated or sold. Enter the yield."),
    RowReason.HARVEST_DATE_MISSING: N_("The harvest has no date; the yield is kept with the plot and not counted in any month."),
    RowReason.QTY_EXCEEDS_HARVEST: N_("Kept, donated and sold together are more than was harvested. Check the numbers and their units."),
    RowReason.BALANCE_REMAINDER: N_("Part of the harvest is not accounted for; please check whether it is in stock."),
    RowReason.AMOUNT_MISMATCH: N_("The amount is not weight times price; it was taken as it stands. Please check."),
    RowReason.AMOUNT_COMPUTED: N_("The amount was empty; it was reckoned from weight and price."),
    RowReason.NEEDED_MISSING: N_("A cell that is needed is empty. Fill it in."),
    RowReason.CODE_UNKNOWN: N_("This word is not in the list of choices. Choose one of the list."),
    RowReason.REFERENCE_UNKNOWN: N_("Nothing of this name is in the records. Enter it there first, or add the identity number."),
    RowReason.REFERENCE_AMBIGUOUS: N_("Several records have this name. Add the identity number, so that it is clear who is meant."),
    RowReason.RECORD_UNKNOWN: N_("No record has this number (记录编号). Leave the cell empty to enter a new record."),
    RowReason.OUT_OF_BOUNDS: N_("This value is outside what is possible here. Check the number and its unit."),
    RowReason.KIND_RULE: N_("The values of this row contradict each other. Check them."),
    RowReason.APPEND_ONLY: N_("This record is never changed once written. Enter a correcting record instead."),
}  # fmt: skip


def sentence(code: str) -> str:
    """The sentence of a reason or warning, in the user's language; the code itself for one nobody knows."""
    said = ROWS.get(code) or next((text for member, text in READING.items() if member.value == code), None)
    return _(said) if said else code


NOTICES: Final[dict[str, str]] = {
    "sheet_passed_over": N_("The sheet “{what}” holds no such ledger and was passed over."),
    "column_unknown": N_("Nobody knows what the column “{what}” means; it was not taken."),
    "column_by_content": N_("A column without a title that says so was taken as “{what}”, for its cells look like it."),
    "cells_unread": N_("Cells that could not be read were left empty ({what}). Please fill them in by hand."),
    "filled_down": N_("In the column “{what}” empty cells were taken as the value above."),
    "village_unknown": N_("“{what}” is no village or community of this township's list; it was kept as text."),
}


def notice(code: str, what: str) -> dict[str, object]:
    """Something that concerns the whole file, with its sentence."""
    said = NOTICES.get(code)
    return {"notice": code, "what": what, "message": _(said, what=what) if said else what}
