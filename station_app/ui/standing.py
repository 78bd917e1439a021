"""The line at the top of the window that says when the files are not the newest, were altered, or the clock may be wrong."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Slot

from station_app.compose import OpenStation, continue_as_new_device, prove, repair, sentences
from station_app.messages import N_, Refusal, _
from station_app.store.freshness import State
from station_app.store.roles import Action
from station_app.ui.desk import Desk
from station_app.ui.jobs import Progress
from station_app.ui.parts import Message, Question
from station_app.ui.refusals import said

REPAIR, NEW_DEVICE = "repair", "new_device"
#: What the head can do about it: the button, the question, its text, the answer.
ACTS: Final = {
    REPAIR: (
        N_("Repair…"), N_("Make the rows what the journal says?"),
        N_("The journal holds every change that was ever acknowledged; the rows are made from it anew. Tell whoever looks after "
           "the computer: somebody or something replaced a part of the file."), N_("Repair"),
    ),
    NEW_DEVICE: (
        N_("Continue as a new device…"), N_("Go on with this older state?"),
        N_("Only when the newer files are really lost: what was written after this state is then missing here, until the centre "
           "sends it back. This computer becomes a new device and must be enrolled with the centre anew. The old history stays "
           "as evidence."), N_("Continue as a new device"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to say, and what can be done about it."""

    text: str
    act: str
    grave: bool


def _seen(station: OpenStation) -> Seen:
    standing = station.store.guard.standing
    act = ""
    if station.may(Action.RESTORE):
        act = REPAIR if standing.state is State.TABLES else NEW_DEVICE if standing.in_doubt else ""
    return Seen("\n".join(sentences(station)), act, standing.refusal is not None)


def _proven(station: OpenStation) -> Seen:
    """Proven in the background where it is due: weekly, after a crash, on a computer that remembers nothing."""
    if station.store.guard.due(station.store):
        prove(station)
    return _seen(station)


class StandingLine(Message):
    """Hidden while there is nothing to say."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("errors")
        self._desk, self._act = desk, ""
        self.action.clicked.connect(self._asked)
        desk.changed.connect(self._look)
        desk.ask(self, _seen, self._shown)
        desk.ask(self, _proven, self._shown)

    @Slot()
    def _look(self) -> None:
        self._desk.ask(self, _seen, self._shown)

    def _shown(self, seen: Seen) -> None:
        self._act = seen.act
        self.action.setVisible(bool(seen.act))
        if seen.act:
            self.action.setText(_(ACTS[seen.act][0]))
        self.say(seen.text, "errors" if seen.grave else "caution")

    @Slot()
    def _asked(self) -> None:
        if not self._act:
            return
        _button, title, text, answer = ACTS[self._act]
        question = Question(self, _(title), _(text), (("do", _(answer)), ("stay", _("Not now"))))
        question.exec()
        if question.answer == "do":
            self.do(self._act)

    def do(self, act: str) -> None:
        """What the head decided."""

        def work(station: OpenStation, _progress: Progress) -> Seen | Refusal:
            done = repair(station) if act == REPAIR else continue_as_new_device(station)
            return done if isinstance(done, Refusal) else _seen(station)

        self.action.setEnabled(False)
        self._desk.act(self, work, self._done, self._refused)

    def _done(self, seen: Seen) -> None:
        self.action.setEnabled(True)
        self._shown(seen)

    def _refused(self, refusal: Refusal) -> None:
        self.action.setEnabled(True)
        self.say(said(refusal), "errors")
