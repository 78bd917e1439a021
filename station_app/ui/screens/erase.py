"""Erasing a record or a person for ever: what goes and what stays, the legal ground, the reason, a word to type."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLineEdit, QWidget

from station_app.compose import OpenStation, erase_person, erase_record, what_goes
from station_app.kinds.base import KINDS
from station_app.kinds.erasure import ErasureGround
from station_app.messages import _
from station_app.ui.desk import Desk
from station_app.ui.parts import Message, label
from station_app.ui.screens.law_dialogs import Ask
from station_app.ui.theme import S3, S4
from station_app.work.persons import PERSON_KINDS

if TYPE_CHECKING:
    from station_app.store.erasure import Erased
    from station_app.store.records import Found

#: Captions of records that only mention a name, said in full.
_SAID: Final = 5


class EraseDialog(Ask):
    """Nothing is erased before the word is typed: one slip of the mouse must not do it."""

    def __init__(self, parent: QWidget, desk: Desk, kind: str, record: str, title: str) -> None:
        super().__init__(parent, desk, _("Erase “{title}” by law", title=title), _("Erase for ever"))
        self.ok.setProperty("kind", "danger")
        self.setMinimumWidth(640)  # wide and low: it has to fit a small screen at 150 %
        self._kind, self._record = kind, record
        warning = Message("caution")
        warning.say(
            _(
                "What is erased never comes back: not by Undo, not from a backup, on no computer of the station and not at "
                "the centre. Only that something was erased, when, by whom and why is kept."
            ),
            "caution",
        )
        self.column.addWidget(warning)
        self.person = QCheckBox(_("The person together with everything about them"))
        self.person.setChecked(kind in PERSON_KINDS)
        self.person.setVisible(kind in PERSON_KINDS)
        self.person.toggled.connect(self._count)
        self.column.addWidget(self.person)
        self.goes = label("", wrap=True)
        self.goes.hide()
        self.column.addWidget(self.goes)
        self._lines = QGridLayout()
        self._lines.setColumnStretch(1, 1)
        self._lines.setHorizontalSpacing(S4)
        self._lines.setVerticalSpacing(S3)
        self.column.addLayout(self._lines)
        self.ground = QComboBox()
        for ground in ErasureGround:
            self.ground.addItem(_(ground.label), ground.value)
        self.line(_("Legal ground"), self.ground)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_("For example: written request of 5 March, filed under …"))
        self.line(_("Reason (stays in this station)"), self.reason)
        self.word = QLineEdit()
        self.line(_("To confirm, type: {word}", word=_("erase by law")), self.word)
        for field in (self.reason, self.word):
            field.textChanged.connect(self._ready)
        self._found: Sequence[Found] = ()
        self._ready()
        self.reason.setFocus()
        if kind in PERSON_KINDS:
            desk.ask(self, lambda station: what_goes(station, kind, record), self._arrived, self.refused)

    def line(self, text: str, widget: QWidget) -> None:
        """A line to fill in, with its label before it."""
        words = label(text)
        words.setBuddy(widget)
        widget.setAccessibleName(text)
        row = self._lines.rowCount()
        self._lines.addWidget(words, row, 0)
        self._lines.addWidget(widget, row, 1)

    @Slot()
    def _ready(self) -> None:
        typed = "".join(self.word.text().split()).casefold()
        sure = typed == "".join(_("erase by law").split()).casefold()
        self.ok.setEnabled(bool(self.reason.text().strip()) and sure)

    def _arrived(self, what: "tuple[list[Found], list[str]]") -> None:
        self._found, mentions = what
        if mentions:
            said = "、".join(mentions[:_SAID]) + ("…" if len(mentions) > _SAID else "")
            note = label(
                _("These stay and still say the name; please look at them yourself: {titles}", titles=said), wrap=True
            )
            self.column.insertWidget(self.column.indexOf(self.goes) + 1, note)
        self._count()

    @Slot()
    def _count(self) -> None:
        kinds = Counter(one.kind for one in self._found)
        parts = [_("{kind} {n}", kind=KINDS[kind].titled(), n=n) for kind, n in kinds.items()]
        self.goes.setText(_("What goes: {parts}.", parts="、".join(parts)))
        self.goes.setVisible(bool(parts) and self.person.isChecked())

    @Slot()
    def go(self) -> None:
        """Erase."""
        act = erase_person if self._kind in PERSON_KINDS and self.person.isChecked() else erase_record
        kind, record, reason, ground = self._kind, self._record, self.reason.text(), str(self.ground.currentData())

        def work(station: OpenStation) -> "Erased | object":
            return act(station, kind, record, reason, ground)

        self.act(work, "")

    def done_with(self, result: "Erased") -> None:
        """Say how much went, and that the centre has still to countersign."""
        self.said = _(
            "{n} records were erased for ever. It waits for the centre's countersignature: please hand in soon.",
            n=result.records,
        )
        self.accept()
