"""What the centre refuses besides bundles: its folder, its stations, its reports."""

from enum import StrEnum

from station_app.messages import N_


class CentreRefusal(StrEnum):
    """Closed set of the centre's refusals."""

    NO_CENTRE = "no_centre"
    CENTRE_EXISTS = "centre_exists"
    CENTRE_DAMAGED = "centre_damaged"
    NO_STATION_CODE = "no_station_code"
    UNKNOWN_DEVICE = "unknown_device"
    NO_REPORT = "no_report"
    NOT_AGREED = "not_agreed"
    NO_DATABASE = "no_database"
    NO_SUCH_REQUEST = "no_such_request"
    ALREADY_RELEASED = "already_released"


SENTENCES: dict[StrEnum, str] = {
    CentreRefusal.NO_SUCH_REQUEST: N_("No request on this stick has this code. Telephone the station again and let them read the code aloud."),
    CentreRefusal.ALREADY_RELEASED: N_("This request was answered on {day} already. If the answer was lost, the station asks anew."),
    CentreRefusal.NO_CENTRE: N_("There is no centre in the folder {folder}. Create one with “centre init”, or choose another folder."),
    CentreRefusal.CENTRE_EXISTS: N_("The folder {folder} already holds a centre. Nothing was changed."),
    CentreRefusal.CENTRE_DAMAGED: N_("The centre's files are damaged ({part}). Nothing was changed; restore the newest backup."),
    CentreRefusal.NO_STATION_CODE: N_(
        "“{station}” is no station's code: that is the nine digits of the township and two digits more, 11 in all."
    ),
    CentreRefusal.UNKNOWN_DEVICE: N_("No computer with the id {device} is enrolled here. “centre overview” lists the stations."),
    CentreRefusal.NO_REPORT: N_("Station {station} has handed in no signed report for {month} yet."),
    CentreRefusal.NOT_AGREED: N_(
        "The report of {station} for {month} cannot be countersigned: the centre's own numbers differ, or entries are missing."
        " Look at “centre report”, then return it with a remark."
    ),
    CentreRefusal.NO_DATABASE: N_("The centre's database cannot be reached ({why}). Nothing was changed; please start it and repeat."),
}  # fmt: skip
