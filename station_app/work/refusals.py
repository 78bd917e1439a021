"""What the month's end may refuse, each with one sentence that says what to do."""

from enum import StrEnum
from typing import Final

from station_app.messages import N_


class MonthRefusal(StrEnum):
    """Closed set of refusals about a month report."""

    NOT_A_MONTH = "not_a_month"
    HEAD_ONLY = "head_only"
    NOT_BEGUN = "month_not_begun"
    CHECKS = "checks_failed"
    ALREADY_SIGNED = "already_signed"
    TABLES_CHANGED = "tables_changed"
    UNKNOWN_LINE = "unknown_line"
    NOT_SIGNED = "not_signed"
    NAMES_CLIENTS = "names_clients"


class FileRefusal(StrEnum):
    """Closed set of refusals about a file to be checked."""

    UNREADABLE = "file_unreadable"
    NEEDS_KEY = "needs_key"


SENTENCES: Final[dict[StrEnum, str]] = {
    MonthRefusal.NOT_A_MONTH: N_("“{month}” is no month. Write year and month, for example 2024-03."),
    MonthRefusal.HEAD_ONLY: N_("Only the head of the station signs the month report. Ask the head to unlock and sign."),
    MonthRefusal.NOT_BEGUN: N_("{month} has not begun yet."),
    MonthRefusal.CHECKS: N_("The month cannot be signed yet, for these figures contradict each other: {rules} Correct the records, then sign."),
    MonthRefusal.ALREADY_SIGNED: N_("{month} is signed already and nothing has changed since."),
    MonthRefusal.TABLES_CHANGED: N_(
        "The tables are not what the journal says: somebody changed the file from outside. Nothing was signed. "
        "Run “check --rebuild” and call the centre."
    ),
    MonthRefusal.UNKNOWN_LINE: N_("The report has no line “{key}”."),
    MonthRefusal.NOT_SIGNED: N_("{month} is not signed yet."),
    MonthRefusal.NAMES_CLIENTS: N_(
        "The texts of the report name {n} of the people served. A report names nobody: write “an elder of the village”, then sign."
    ),
    FileRefusal.UNREADABLE: N_("The file {file} is not there or cannot be read."),
    FileRefusal.NEEDS_KEY: N_("The file is encrypted. Only its recipient can check it: give the key with --key, or unlock the station it is for."),
}  # fmt: skip
