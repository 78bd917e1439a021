"""Locking when nobody is at work: ten minutes without key or mouse, fewer if the station wants; a keypress after that opens nothing."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from station_app.store.lockout import uptime

#: Minutes without work after which the station locks; nobody can make it longer.
MOST_MINUTES: Final = 10
#: A local fact: minutes the head chose for this computer.
MINUTES_FACT: Final = "idle_minutes"
CHOICES: Final = (1, 2, 5, MOST_MINUTES)
_WORK: Final = frozenset(
    {
        QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.Wheel, QEvent.Type.TouchBegin,
        QEvent.Type.InputMethod,
    }
)  # fmt: skip


class Idle(QObject):
    """Watches the application's events. ``busy`` says that something is being written: that is waited for.

    Time is the computer's since its start, so that neither a turned clock nor a sleeping computer keeps a station open.
    """

    #: Nobody has worked for so long.
    expired = Signal()

    def __init__(self, busy: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._busy = busy
        self.minutes = MOST_MINUTES
        self._last = uptime()
        self._timer = QTimer(self)
        self._timer.setInterval(1_000)
        self._timer.timeout.connect(self.look)

    def begin(self, minutes: int = MOST_MINUTES) -> None:
        """A station is open from now on."""
        self.minutes = max(1, min(minutes, MOST_MINUTES))
        self._last = uptime()
        self._timer.start()
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]  # there is one: we are in its thread

    def end(self) -> None:
        """Nothing is open any more."""
        self._timer.stop()
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]  # as above

    def look(self) -> bool:
        """Lock if it is time; True when it was."""
        if not self._timer.isActive() or uptime() - self._last < self.minutes * 60 or self._busy():
            return False
        self.expired.emit()
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Work begins the minutes anew; work that comes too late is not passed on to what was open."""
        if event.type() in _WORK:
            if self.look():
                return True
            self._last = uptime()
        return False
