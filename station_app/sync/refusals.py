"""What handing in may refuse besides a bundle's own closed set: troubles of the stick, and of enrolment's first step."""

from enum import StrEnum

from station_app.messages import N_


class SyncRefusal(StrEnum):
    """Closed set of what carriers and enrolment say no to."""

    NO_STICK = "no_stick"
    STICK_FULL = "stick_full"
    STICK_FAILED = "stick_failed"
    STICK_UNREADABLE = "stick_unreadable"
    CANCELLED = "cancelled"
    NO_CODE = "no_code"


SENTENCES: dict[StrEnum, str] = {
    SyncRefusal.NO_STICK: N_("There is no folder {folder}. Plug in the USB stick and choose it again."),
    SyncRefusal.STICK_FULL: N_(
        "The stick has not enough room: {needed} KB are needed, {free} KB are free. Make room or take another stick."
        " Nothing was lost."
    ),
    SyncRefusal.STICK_FAILED: N_(
        "Writing to the stick failed ({name}); it may have been pulled out or be worn out. What was written before is whole,"
        " nothing was lost. Plug it in again, or take another stick, and repeat."
    ),
    SyncRefusal.STICK_UNREADABLE: N_(
        "{name} on the stick cannot be read. Plug the stick in again or copy the files anew."
    ),
    SyncRefusal.CANCELLED: N_("Stopped at your wish. What stands on the stick is whole; go on whenever you like."),
    SyncRefusal.NO_CODE: N_("Please type the one-time code and the fingerprint from the printed invitation."),
}
