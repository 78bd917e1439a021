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
    CLOCK = "clock_doubtful"


class LawRefusal(StrEnum):
    """Closed set of refusals about people's data: reading them, requests, retention."""

    REASON_NEEDED = "reason_needed"
    SECOND_FOR_MINOR = "second_for_minor"
    NO_SECOND = "no_second"
    NO_DELETION_ASKED = "no_deletion_asked"
    IDENTITY_UNCHECKED = "identity_unchecked"
    KEPT_BY_LAW = "kept_by_law"
    NOTHING_DUE = "nothing_due"
    LIST_SIGNED = "list_signed"
    SECOND_SIGNATURE = "second_signature"


class EscrowRefusal(StrEnum):
    """Closed set of refusals about recovery by two people through the centre."""

    NOT_ASKED = "escrow_not_asked"
    FOREIGN_REPLY = "escrow_foreign_reply"


class FileRefusal(StrEnum):
    """Closed set of refusals about a file to be checked."""

    UNREADABLE = "file_unreadable"
    NEEDS_KEY = "needs_key"


class PhotoRefusal(StrEnum):
    """Closed set of refusals about a photo or paper somebody attaches."""

    TOO_LARGE = "photo_too_large"
    TOO_MANY_PIXELS = "photo_too_many_pixels"
    HEIC = "photo_heic"
    UNREADABLE = "photo_unreadable"
    NOT_HERE = "photo_not_here"


class MergeRefusal(StrEnum):
    """Closed set of refusals about two records of one person."""

    NOT_PEOPLE = "not_people"
    THE_SAME = "the_same_record"


class ImportsRefusal(StrEnum):
    """Closed set of refusals about taking an import back."""

    UNKNOWN = "no_such_import"
    TOO_LONG_AGO = "import_too_long_ago"
    ALL_CHANGED = "import_all_changed"


SENTENCES: Final[dict[StrEnum, str]] = {
    EscrowRefusal.NOT_ASKED: N_("No recovery was asked for on this computer. Put the stick in and ask first; the centre answers on the same stick."),
    EscrowRefusal.FOREIGN_REPLY: N_("The centre's answer on this stick does not belong to what this computer asked. Ask anew, and let the centre answer again."),
    MergeRefusal.NOT_PEOPLE: N_("Only records of people can be merged: {kinds}."),
    MergeRefusal.THE_SAME: N_("Both are the same record. Choose two different ones."),
    ImportsRefusal.UNKNOWN: N_("There is no import {entry}. “imports” lists them."),
    ImportsRefusal.TOO_LONG_AGO: N_("This import is more than {days} days old and is not taken back as a whole any more. Remove single records instead."),
    ImportsRefusal.ALL_CHANGED: N_("Nothing of this import can be taken back: it was taken back already, or every record of it was changed or used since."),
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
    LawRefusal.REASON_NEEDED: N_("Say why you need to see this: choose a reason or write one. It is kept with your name."),
    LawRefusal.SECOND_FOR_MINOR: N_(
        "These are sensitive data of a child under 14: a second person must agree. Ask a colleague to enter name and password here."
    ),
    LawRefusal.NO_SECOND: N_("The second person must be another user who may agree to this (a social worker or the head)."),
    LawRefusal.NO_DELETION_ASKED: N_("This is no open request to delete. Record the request first."),
    LawRefusal.IDENTITY_UNCHECKED: N_("First check who is asking, and write down how."),
    LawRefusal.KEPT_BY_LAW: N_("A law keeps {n} records of this person longer: {what}. Answer with “kept in storage only” instead."),
    LawRefusal.NOTHING_DUE: N_("Nothing is kept longer than it has to be: there is no list to draw up."),
    LawRefusal.LIST_SIGNED: N_("This list is signed already and is changed no more. Draw up a new one."),
    LawRefusal.SECOND_SIGNATURE: N_("The list needs two signatures by two different people: first the head's, then another's."),
    MonthRefusal.CLOCK: N_(
        "Not signed yet, for the computer's clock may be wrong: it says {today}. {why} Look at the date; if it is right, sign again "
        "and say so (--clock-ok)."
    ),
    FileRefusal.UNREADABLE: N_("The file {file} is not there or cannot be read."),
    FileRefusal.NEEDS_KEY: N_("The file is encrypted. Only its recipient can check it: give the key with --key, or unlock the station it is for."),
    PhotoRefusal.TOO_LARGE: N_("The file is larger than {megabytes} MB. Take the photo again with fewer pixels, or scan in black and white."),
    PhotoRefusal.TOO_MANY_PIXELS: N_("The photo has more than {pixels} million pixels. Take it again with an ordinary resolution."),
    PhotoRefusal.HEIC: N_("This photo is in a format of some telephones (HEIC) that cannot be opened here. In the telephone's camera settings choose “most compatible” (JPEG), or send the photo to yourself as JPEG."),
    PhotoRefusal.UNREADABLE: N_("This file is no photo that can be opened (JPEG, PNG, WEBP) and no PDF, or it is damaged. Choose another file."),
    PhotoRefusal.NOT_HERE: N_("The photo is not on this computer yet, or is damaged. It comes with the next exchange; a backup may hold it."),
}  # fmt: skip
