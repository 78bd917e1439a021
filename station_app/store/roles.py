"""Who may do what: one table of roles and actions, from which the checks, the help and the tests are made."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from station_app.messages import N_
from station_app.spec.fields import Choice


class Role(Choice):
    """What a user is in the station."""

    HEAD = "head", N_("Station head")
    WORKER = "worker", N_("Social worker")
    COORDINATOR = "coordinator", N_("Volunteer coordinator")
    CLERK = "clerk", N_("Clerk")


class Action(StrEnum):
    """What a role allows. Reading lists and records (masked) needs no action of its own: every user may."""

    WRITE_PEOPLE = "write_people"
    WRITE_CARE = "write_care"
    WRITE_FARM = "write_farm"
    WRITE_VOLUNTEERS = "write_volunteers"
    WRITE_LISTS = "write_lists"
    WRITE_MONEY = "write_money"
    WRITE_WORK = "write_work"
    WRITE_STANDING = "write_standing"
    WRITE_LAW = "write_law"
    WRITE_STATION = "write_station"
    REVEAL = "reveal"  # a masked id number, telephone or health detail, with a reason
    OPEN_MINOR = "open_minor"  # ask to read a minor's sensitive record: a second person agrees
    SECOND = "second"  # be that second person
    IMPORT = "import"
    EXPORT = "export"
    EXPORT_ALL = "export_all"  # the whole station in open formats
    MERGE_PEOPLE = "merge_people"
    RESOLVE = "resolve"
    SIGN_MONTH = "sign_month"
    HAND_IN = "hand_in"
    ANSWER_REQUEST = "answer_request"  # a resident's request to see, copy, correct or delete
    DESTROY = "destroy"  # draw up a destruction list
    ERASE = "erase"
    BACK_UP = "back_up"
    RESTORE = "restore"
    MANAGE_USERS = "manage_users"


#: What people call it; the help, the window and the command ``roles`` say these words.
ACTION_TITLES: Final[Mapping[Action, str]] = {
    Action.WRITE_PEOPLE: N_("enter residents and households"),
    Action.WRITE_CARE: N_("enter elders, visits, services, assessments"),
    Action.WRITE_FARM: N_("enter plots, help in the fields, harvests, sales"),
    Action.WRITE_VOLUNTEERS: N_("enter volunteers and their hours"),
    Action.WRITE_LISTS: N_("enter needs, resources and projects"),
    Action.WRITE_MONEY: N_("enter funds, income and expenses"),
    Action.WRITE_WORK: N_("enter workers, courses, meetings"),
    Action.WRITE_STANDING: N_("enter points and benefits"),
    Action.WRITE_LAW: N_("enter consents and people's requests"),
    Action.WRITE_STATION: N_("change the station's own record and rules"),
    Action.REVEAL: N_("show a masked number or health detail, giving a reason"),
    Action.OPEN_MINOR: N_("ask to read a minor's sensitive record"),
    Action.SECOND: N_("agree as the second person"),
    Action.IMPORT: N_("take ledgers in"),
    Action.EXPORT: N_("take records out as a file"),
    Action.EXPORT_ALL: N_("take the whole station out as a file"),
    Action.MERGE_PEOPLE: N_("merge two entries of the same person"),
    Action.RESOLVE: N_("decide conflicts"),
    Action.SIGN_MONTH: N_("sign the month report"),
    Action.HAND_IN: N_("hand in to the centre and receive"),
    Action.ANSWER_REQUEST: N_("answer a person's request about own data"),
    Action.DESTROY: N_("draw up a destruction list"),
    Action.ERASE: N_("erase for ever"),
    Action.BACK_UP: N_("make backups and rehearse a restore"),
    Action.RESTORE: N_("restore a backup"),
    Action.MANAGE_USERS: N_("manage users and keys"),
}

_ALL = frozenset(Action)
_WORKER = _ALL - {
    Action.WRITE_STATION, Action.SIGN_MONTH, Action.DESTROY, Action.ERASE, Action.RESTORE, Action.MANAGE_USERS,
    Action.EXPORT_ALL,
}  # fmt: skip
_COORDINATOR = frozenset(
    {
        Action.WRITE_PEOPLE, Action.WRITE_VOLUNTEERS, Action.WRITE_FARM, Action.WRITE_LISTS, Action.WRITE_STANDING, Action.IMPORT,
        Action.RESOLVE, Action.BACK_UP,
    }
)  # fmt: skip
_CLERK = frozenset(
    {
        Action.WRITE_PEOPLE, Action.WRITE_CARE, Action.WRITE_FARM, Action.WRITE_VOLUNTEERS, Action.WRITE_LISTS, Action.WRITE_WORK,
        Action.WRITE_STANDING, Action.IMPORT, Action.HAND_IN, Action.BACK_UP,
    }
)  # fmt: skip

ALLOWED: Final[Mapping[str, frozenset[Action]]] = {
    Role.HEAD: _ALL,
    Role.WORKER: _WORKER,
    Role.COORDINATOR: _COORDINATOR,
    Role.CLERK: _CLERK,
}


def may(role: str | None, action: Action) -> bool:
    """Whether a role allows an action. None is the program itself (a new station's first records, the centre)."""
    return role is None or action in ALLOWED.get(role, frozenset())


def writing(section: str) -> Action:
    """The action that writing a kind of this section is."""
    return Action(f"write_{section}")
