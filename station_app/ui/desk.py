"""The desk: what every screen works on. Screens see an open station only through its ``query`` and ``change``."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from station_app.messages import Refusal
from station_app.store.roles import Action, writing
from station_app.ui.jobs import Jobs, Progress

if TYPE_CHECKING:  # heavy: imported when a station is opened, after the first window is painted
    from station_app.compose import OpenStation
    from station_app.kinds.base import Record
    from station_app.store.change import Done, Edit
    from station_app.store.records import Reader

T = TypeVar("T")


class Desk(QObject):
    """An open station as screens see it, with the one signal that refreshes them."""

    #: Kinds whose records changed.
    changed = Signal(frozenset)

    def __init__(self, station: "OpenStation", jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._station, self.jobs = station, jobs
        self._closed = False
        station.store.listeners.append(self._heard)

    # ------------------------------------------------------------------ who and where

    @property
    def user_name(self) -> str:
        """Who is at work."""
        return self._station.user.name

    @property
    def role(self) -> str:
        """The role of who is at work."""
        return self._station.user.role

    def may(self, action: Action) -> bool:
        """Whether the role of who is at work allows an action."""
        return self._station.may(action)

    def may_write(self, declared: "type[Record]") -> bool:
        """Whether the role of who is at work may write records of a kind."""
        return self._station.may(writing(declared.section))

    @property
    def code(self) -> str:
        """The station's 11-digit code."""
        return self._station.store.station

    @property
    def device(self) -> str:
        """This computer's id."""
        return self._station.store.device

    # ------------------------------------------------------------------ the two kinds of work

    def query(
        self, owner: QObject, work: "Callable[[Reader], T | Refusal]", then: Callable[[T], None],
        refused: Callable[[Refusal], None] | None = None,
    ) -> None:  # fmt: skip
        """Read records; ``then`` gets the result on the window's thread."""

        def read() -> T | Refusal:
            with self._station.store.reading() as reader:
                return work(reader)

        self.jobs.query(owner, read, then, refused)

    def ask(
        self, owner: QObject, work: "Callable[[OpenStation], T | Refusal]", then: Callable[[T], None],
        refused: Callable[[Refusal], None] | None = None,
    ) -> None:  # fmt: skip
        """Read something that is not only records (a history, a month's numbers, the list of users)."""
        self.jobs.query(owner, lambda: work(self._station), then, refused)

    def change(
        self, owner: QObject, edits: "Sequence[Edit]", action: str, then: "Callable[[Done], None]",
        refused: Callable[[Refusal], None], opened_at: Mapping[str, int] | None = None,
    ) -> None:  # fmt: skip
        """One action of a person on records."""
        station = self._station
        self.jobs.change(
            owner, lambda _p: station.store.change(edits, station.author, action, opened_at=opened_at), then, refused
        )

    def act(
        self, owner: QObject, work: "Callable[[OpenStation, Progress], T | Refusal]", then: Callable[[T], None],
        refused: Callable[[Refusal], None], moved: Callable[[int, int, str], None] | None = None,
    ) -> Progress:  # fmt: skip
        """Long work that writes (import, sign, hand in), with progress; the result cancels it."""
        station = self._station
        return self.jobs.change(owner, lambda progress: work(station, progress), then, refused, moved)

    def behind(
        self, owner: QObject, work: "Callable[[OpenStation, Progress], T | Refusal]", then: Callable[[T], None],
        refused: Callable[[Refusal], None], moved: Callable[[int, int, str], None] | None = None,
    ) -> Progress:  # fmt: skip
        """Long work beside everything else, which nobody waits for (a backup); the result cancels it."""
        station = self._station
        return self.jobs.behind(owner, lambda progress: work(station, progress), then, refused, moved)

    def undo(
        self, owner: QObject, entry: str, then: "Callable[[Done], None]", refused: Callable[[Refusal], None]
    ) -> None:
        """Take an entry (or its batch) back."""
        station = self._station
        self.jobs.change(owner, lambda _p: station.store.undo(entry, station.author), then, refused)

    # ------------------------------------------------------------------ closing

    def close(self) -> None:
        """Lock: no result arrives any more, what was remembered of readings is forgotten."""
        if self._closed:
            return
        self._closed = True
        self._station.store.listeners.remove(self._heard)
        self.jobs.finish()
        self._station.close()
        from station_app.values.reading import forget_everything

        forget_everything()

    def _heard(self, kinds: frozenset[str]) -> None:
        # called on the writer's thread: the signal carries it to the window's
        self.changed.emit(kinds)
