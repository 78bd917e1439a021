"""Screens made by hand, because a generated one would not do: unlock, first start, month report, hand in, import, users."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from station_app.messages import N_
from station_app.store.roles import Action
from station_app.ui.desk import Desk
from station_app.ui.places import Around, Page

if TYPE_CHECKING:  # heavy: imported when a station is opened
    from station_app.compose import OpenStation


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen in the navigation."""

    name: str
    title: str
    icon: str
    make: Callable[[Desk, Around], Page]
    bottom: bool = False
    #: How much waits there; with it the screen stands in the navigation only while something does.
    waiting: "Callable[[OpenStation], int] | None" = None
    #: What it is for; whose role does not allow that does not see it.
    needs: Action | None = None
    #: A section whose first tab it is, instead of an item of its own.
    section: str = ""


def _law(desk: Desk, around: Around) -> Page:
    from station_app.ui.screens.law import LawScreen

    return LawScreen(desk, around)


def _users(desk: Desk, around: Around) -> Page:
    from station_app.ui.screens.users import UsersScreen

    return UsersScreen(desk, around)


def _import(desk: Desk, around: Around) -> Page:
    from station_app.ui.screens.import_ledger import ImportScreen

    return ImportScreen(desk, around)


def _month(desk: Desk, around: Around) -> Page:
    from station_app.ui.screens.month_report import MonthReportScreen

    return MonthReportScreen(desk, around)


def _conflicts(desk: Desk, around: Around) -> Page:
    from station_app.ui.screens.conflicts import ConflictsScreen

    return ConflictsScreen(desk, around)


def _hand_in(desk: Desk, around: Around) -> Page:
    from station_app.ui.screens.hand_in import HandInScreen

    return HandInScreen(desk, around)


def _backups(desk: Desk, around: Around) -> Page:
    from station_app.ui.screens.backups import BackupsScreen

    return BackupsScreen(desk, around)


def _duplicates(desk: Desk, around: Around) -> Page:
    from station_app.ui.screens.duplicates import DuplicatesScreen

    return DuplicatesScreen(desk, around)


SCREENS: Final[tuple[Screen, ...]] = (
    Screen("month_report", N_("Month report"), "report", _month),
    Screen("hand_in", N_("Hand in"), "handin", _hand_in, needs=Action.HAND_IN),
    Screen("import", N_("Import"), "import", _import, needs=Action.IMPORT),
    Screen(
        "conflicts",
        N_("To decide"),
        "ask",
        _conflicts,
        waiting=lambda station: len(station.store.conflicts()),
        needs=Action.RESOLVE,
    ),
    # Reached from the import and from lists of people: looking through the register is nothing to count beside every change.
    Screen(
        "duplicates", N_("One person twice?"), "ask", _duplicates, waiting=lambda _station: 0, needs=Action.MERGE_PEOPLE
    ),
    Screen("law", N_("Overview"), "law", _law, section="law"),
    Screen("backups", N_("Backups"), "backup", _backups, bottom=True),
    Screen("users", N_("Users"), "users", _users, bottom=True),
)
