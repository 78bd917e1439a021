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
