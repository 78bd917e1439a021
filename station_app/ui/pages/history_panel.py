"""A record's history beside its form: who, when, on which computer, what before and what after; each step can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from station_app.clock import LOCAL
from station_app.compose import OpenStation
from station_app.kinds.base import KINDS
from station_app.messages import N_, Refusal, _
from station_app.spec.meanings import Wire
from station_app.store import clocks
from station_app.store.change import Done
from station_app.ui.desk import Desk
from station_app.ui.parts import Message, button, label, rule, scrolling
from station_app.ui.refusals import said
from station_app.ui.shown import NOTHING, show
from station_app.ui.theme import S1, S2, S4

#: What entries say was done, in words.
ACTIONS: Final[Mapping[str, str]] = {
    "add": N_("added"), "new": N_("added"), "edit": N_("changed"), "set": N_("changed"), "remove": N_("removed"),
    "undo": N_("took a change back"), "import": N_("taken from a ledger"), "init": N_("made at the first start"),
    "resolve": N_("decided a conflict"), "withdraw": N_("took the decision back"), "directory": N_("written by the program"),
    "sign": N_("signed"), "receipt": N_("receipt taken in"), "access": N_("looked at masked data"),
    "approve": N_("a second person agreed"), "answer": N_("answered a request"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One step of a history in texts."""

    entry: str
    when: str
    who: str
    where: str
    what: str
    lines: tuple[tuple[str, str, str], ...]


def told(station: OpenStation, kind: str, record: str) -> list[Told]:
    """A record's history in texts, newest first."""
    fields = KINDS[kind].fields
    steps = station.store.history(kind, record)
    doubtful = clocks.marks(station.store)
    result: list[Told] = []
    with station.store.reading() as reader:
        for step in reversed(steps):
            lines: list[tuple[str, str, str]] = []
            for name, (before, after) in step.fields.items():
                field = fields.get(name)
                if name == "removed":
                    if before != after and (before or after):
                        lines.append((_("Removed"), _("yes") if before else _("no"), _("yes") if after else _("no")))
                elif field is not None and before != after:
                    old, new = (show(field, _wire(v), reader.caption) for v in (before, after))
                    lines.append((_(field.title), old or NOTHING, new or NOTHING))
            when = datetime.fromtimestamp(step.time / 1000, LOCAL).strftime("%Y-%m-%d %H:%M")
            if clocks.concerns(doubtful, step.entry):
                when += " " + _("(the computer's time may be wrong)")
            own = step.device == station.store.device
            result.append(
                Told(
                    step.entry, when, station.user_name(step.author),
                    _("this computer") if own else _("computer {id}", id=step.device[:8]),
                    _(ACTIONS.get(step.action.partition(" ")[0], N_("changed"))), tuple(lines),
                )
            )  # fmt: skip
    return result


def _wire(value: object) -> Wire:
    return value if isinstance(value, int | str | bool | list) or value is None else str(value)


class HistoryPanel(QFrame):
    """The drawer on the right of a form."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("drawer")
        self._desk = desk
        self._kind = self._record = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(S4, S4, S2, S2)
        top = QHBoxLayout()
        top.addWidget(label(_("History"), "heading"), 1)
        close = button(_("Close"), self.hide, "link")
        self.setFocusProxy(close)
        top.addWidget(close)
        column.addLayout(top)
        self._error = Message("errors")
        column.addWidget(self._error)
        self._body = QWidget()
        self._steps = QVBoxLayout(self._body)
        self._steps.setContentsMargins(0, 0, S2, 0)
        self._steps.setSpacing(S2)
        area = scrolling(self._body)
        self._body.setObjectName("drawer-body")
        column.addWidget(area, 1)
        self.texts: list[Told] = []

    def load(self, kind: str, record: str) -> None:
        """Read a record's history."""
        self._kind, self._record = kind, record
        self._desk.ask(self, lambda station: told(station, kind, record), self._arrived)

    def _arrived(self, steps: list[Told]) -> None:
        self.texts = steps
        while self._steps.count():
            item = self._steps.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        for step in steps:
            self._steps.addWidget(self._step(step))
        self._steps.addStretch(1)

    def _step(self, step: Told) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S1)
        column.addWidget(rule())
        column.addWidget(label(f"{step.who} {step.what}", "strong", wrap=True))
        row = QHBoxLayout()
        row.addWidget(label(f"{step.when} · {step.where}", "small", wrap=True), 1)
        if step.lines:
            back = button(_("Take back"), lambda entry=step.entry: self._undo(entry), "link")  # type: ignore[misc]
            row.addWidget(back)
        column.addLayout(row)
        for title, before, after in step.lines:
            column.addWidget(label(title, "small"))
            text = after if before == NOTHING else _("{before} → {after}", before=before, after=after)
            column.addWidget(label(text, wrap=True))
        return box

    def _undo(self, entry: str) -> None:
        self._desk.undo(self, entry, self._undone, self._refused)

    def _undone(self, _done: Done) -> None:
        self._error.say("")
        self.load(self._kind, self._record)

    def _refused(self, refusal: Refusal) -> None:
        self._error.say(said(refusal))
