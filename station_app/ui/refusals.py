"""What the window itself refuses or reports, each with its sentence."""

from enum import StrEnum
from typing import Final

from station_app.messages import N_, Refusal, _


class WindowRefusal(StrEnum):
    """Refusals and faults that arise in the window."""

    FAULT = "fault"
    PASSWORDS_DIFFER = "passwords_differ"
    NAME_MISSING = "name_missing"
    TOWNSHIP_MISSING = "township_missing"
    FILE_UNREADABLE = "window_file_unreadable"
    CODE_MISSING = "code_missing"
    CODE_SIGNS = "code_signs"
    CODE_LENGTH = "code_length"
    CODE_WRONG = "code_wrong"


SENTENCES: Final[dict[StrEnum, str]] = {
    WindowRefusal.FAULT: N_(
        "Something went wrong in the program (number {id}). What was saved before is safe. "
        "Please tell the number to whoever looks after the program."
    ),
    WindowRefusal.PASSWORDS_DIFFER: N_("The two passwords differ. Please type the same one twice."),
    WindowRefusal.NAME_MISSING: N_("Please fill in “{field}”."),
    WindowRefusal.TOWNSHIP_MISSING: N_("Please choose the township from the list."),
    WindowRefusal.FILE_UNREADABLE: N_("The file cannot be read. Check whether it is still there."),
    WindowRefusal.CODE_MISSING: N_("Please type the code that is printed on the recovery sheet."),
    WindowRefusal.CODE_SIGNS: N_(
        "“{signs}” never stands in a recovery code: it has neither the digits 0 and 1 nor the letters O and I. "
        "Compare with the sheet."
    ),
    WindowRefusal.CODE_LENGTH: N_("A recovery code has {of} characters, six groups of five; here are {n}. Compare group by group."),
    WindowRefusal.CODE_WRONG: N_(
        "This code does not open the station. Compare group by group with the sheet. "
        "A sheet that a newer one has replaced no longer works."
    ),
}  # fmt: skip


def said(refusal: Refusal) -> str:
    """The sentence of any refusal, the window's own included."""
    if refusal.code in SENTENCES:
        return _(SENTENCES[refusal.code], **refusal.values)
    return refusal.message
