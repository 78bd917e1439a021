"""Three kinds of work, all off the window's thread: queries read, changes write, what is long goes on behind; results come back there."""

import secrets
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import Any, Final, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from station_app.messages import Refusal, Refused
from station_app.ui.refusals import WindowRefusal

T = TypeVar("T")

#: Readers side by side; writers wait for each other anyway, so one thread keeps their order.
READERS: Final = 2


class Progress:
    """What long work reports, and how it learns that a person has had enough."""

    def __init__(self, tell: Callable[[int, int, str], None]) -> None:
        self._tell, self._stop = tell, Event()

    def at(self, done: int, of: int = 0, what: str = "") -> bool:
        """Say how far the work is (``of`` 0: unknown); False means stop now, leaving nothing behind."""
        self._tell(done, of, what)
        return not self._stop.is_set()

    def cancel(self) -> None:
        """Ask the work to stop; called from the window."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self._stop.is_set()


@dataclass(slots=True)
class _Task:
    """One piece of work on its way: what to do, for whom, and what came of it."""

    owner: QObject
    work: Callable[[Progress], Any]
    then: Callable[[Any], None]
    refused: Callable[[Refusal], None] | None
    moved: Callable[[int, int, str], None] | None
    writes: bool = False
    progress: Progress = field(init=False)
    result: Any = None
    crash: str = ""


class _Runner(QRunnable):
    def __init__(self, jobs: "Jobs", task: _Task) -> None:
        super().__init__()
        self._jobs, self._task = jobs, task

    def run(self) -> None:
        task = self._task
        try:
            task.result = task.work(task.progress)
        except Refused as refused:
            task.result = refused.refusal
        except Exception as error:  # noqa: BLE001  # whatever fails is a fault of ours: it is shown, never swallowed
            task.crash = secrets.token_hex(4)
            _log(task.crash, error)
        if shiboken6.isValid(self._jobs):
            self._jobs.done.emit(task)


class Jobs(QObject):
    """Runs work off the window's thread and delivers results on it.

    ``query``, ``change`` and ``behind`` are the only ways; a result whose owner (a widget) is gone is dropped.
    """

    done = Signal(object)
    moved = Signal(object, int, int, str)
    #: A fault of ours, with the id to read out on the telephone.
    fault = Signal(str)
    #: Whether anything is being written.
    writing = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reading, self._writing = QThreadPool(self), QThreadPool(self)
        self._reading.setMaxThreadCount(READERS)
        self._writing.setMaxThreadCount(1)
        self._behind = QThreadPool(self)
        self._behind.setMaxThreadCount(1)
        self._under_way: list[_Task] = []
        self._writes = 0
        self.done.connect(self._deliver)
        self.moved.connect(self._tell)

    def query(
        self, owner: QObject, work: Callable[[], T | Refusal], then: Callable[[T], None],
        refused: Callable[[Refusal], None] | None = None,
    ) -> None:  # fmt: skip
        """Read something; ``then`` is called with it on the window's thread."""
        self._start(self._reading, _Task(owner, lambda _progress: work(), then, refused, None))

    def change(
        self, owner: QObject, work: Callable[[Progress], T | Refusal], then: Callable[[T], None],
        refused: Callable[[Refusal], None], moved: Callable[[int, int, str], None] | None = None,
    ) -> Progress:  # fmt: skip
        """Write something; exactly one of ``then`` and ``refused`` follows. The result can cancel it."""
        task = _Task(owner, work, then, refused, moved, writes=True)
        self._writes += 1
        self._start(self._writing, task)
        if self._writes == 1:
            self.writing.emit(True)
        return task.progress

    def behind(
        self, owner: QObject, work: Callable[[Progress], T | Refusal], then: Callable[[T], None],
        refused: Callable[[Refusal], None], moved: Callable[[int, int, str], None] | None = None,
    ) -> Progress:  # fmt: skip
        """Long work that must not hold up what is written meanwhile (a backup, a drill). The result can cancel it."""
        task = _Task(owner, work, then, refused, moved)
        self._start(self._behind, task)
        return task.progress

    def busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._under_way)

    def changing(self) -> bool:
        """Whether anything is being written."""
        return self._writes > 0

    def finish(self) -> None:
        """Wait for everything under way; results are dropped. For closing."""
        for task in self._under_way:
            task.progress.cancel()
        self._reading.waitForDone(-1)
        self._writing.waitForDone(-1)
        self._behind.waitForDone(-1)

    def _start(self, pool: QThreadPool, task: _Task) -> None:
        task.progress = Progress(lambda done, of, what: self.moved.emit(task, done, of, what))
        self._under_way.append(task)
        pool.start(_Runner(self, task))

    @Slot(object)
    def _deliver(self, task: _Task) -> None:
        self._under_way = [other for other in self._under_way if other is not task]
        if task.writes:
            self._writes -= 1
            if self._writes == 0:
                self.writing.emit(False)
        if task.crash:
            self.fault.emit(task.crash)
        if not shiboken6.isValid(task.owner):
            return
        if task.crash:
            if task.refused is not None:
                task.refused(Refusal(WindowRefusal.FAULT, {"id": task.crash}))
        elif isinstance(task.result, Refusal):
            if task.refused is not None:
                task.refused(task.result)
        else:
            task.then(task.result)

    @Slot(object, int, int, str)
    def _tell(self, task: _Task, done: int, of: int, what: str) -> None:
        if task.moved is not None and shiboken6.isValid(task.owner):
            task.moved(done, of, what)


def _log(crash: str, error: Exception) -> None:
    """Where it happened, to standard error: no message and no values, which may be personal."""
    places = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{p.filename.rpartition('station_app')[2] or p.filename}:{p.lineno}" for p in reversed(places))
    print(f"fault {crash}: {type(error).__name__} at {where}", file=sys.stderr)
