"""Asks why somebody wants to see what is masked, which part of it, and a second person where a child's data are concerned."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from station_app.kinds.base import KINDS
from station_app.messages import N_, Refusal, _
from station_app.spec.fields import Field
from station_app.spec.masking import group_of
from station_app.spec.purposes import TITLES
from station_app.ui.desk import Desk
from station_app.ui.parts import Message, button, label
from station_app.ui.refusals import said
from station_app.ui.theme import S2, S3, S4, S6
from station_app.work.refusals import LawRefusal
from station_app.work.revealing import REASONS, Revealed, Wish

if TYPE_CHECKING:
    from station_app.compose import OpenStation
    from station_app.ui.jobs import Progress

_GROUPS: Final[Mapping[str, str]] = {"id_number": N_("Identity number"), "phone": N_("Telephone"), **TITLES}


class SecondPerson(QWidget):
    """Name and password of the second person, entered on the spot; hidden until somebody asks for it."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(S3)
        grid.setHorizontalSpacing(S4)
        grid.setColumnStretch(1, 1)
        self.who, self.password = QComboBox(), QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        for row, (text, widget) in enumerate(((_("Second person"), self.who), (_("Their password"), self.password))):
            words = label(text)
            words.setBuddy(widget)
            widget.setAccessibleName(text)
            grid.addWidget(words, row, 0)
            grid.addWidget(widget, row, 1)
        self.hide()

    def offer(self, names: Sequence[str]) -> None:
        """Who may be asked."""
        self.who.clear()
        self.who.addItems(list(names))

    def ask(self) -> None:
        """Show the two lines, the keyboard in the password."""
        self.show()
        self.password.clear()
        self.password.setFocus()

    def given(self) -> tuple[str, str] | None:
        """Name and password, once they were asked for."""
        return None if self.isHidden() else (self.who.currentText(), self.password.text())


class RevealDialog(QDialog):
    """Why, and what of it."""

    def __init__(self, parent: QWidget, desk: Desk, kind: str, record: str, fields: Sequence[Field]) -> None:
        super().__init__(parent)
        self._desk, self._kind, self._record = desk, kind, record
        self.revealed: Revealed | None = None
        title = _("Show what is masked")
        self.setWindowTitle(title)
        self.setMinimumWidth(460)
        column = QVBoxLayout(self)
        column.setContentsMargins(S6, S6, S6, S4)
        column.setSpacing(S3)
        column.addWidget(label(title, "heading"))
        self.error = Message("errors")
        column.addWidget(self.error)
        self.groups: dict[str, tuple[QCheckBox, list[str]]] = {}
        for field in fields:
            group = group_of(field)
            if group not in self.groups:
                self.groups[group] = QCheckBox(_(_GROUPS.get(group, group))), []
            self.groups[group][1].append(field.name)
        for box, _names in self.groups.values():
            box.setChecked(True)
            if len(self.groups) > 1:
                column.addWidget(box)
        words = label(_("Why do you need to see it?"))
        column.addWidget(words)
        self.reason = QComboBox()
        self.reason.setEditable(True)
        self.reason.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.reason.addItems([_(reason) for reason in REASONS])
        self.reason.setCurrentIndex(-1)
        line = self.reason.lineEdit()
        if line is not None:
            line.setPlaceholderText(_("choose a reason or write one"))
            line.returnPressed.connect(self.go)
        self.reason.setAccessibleName(_("Why do you need to see it?"))
        words.setBuddy(self.reason)
        column.addWidget(self.reason)
        self.second = SecondPerson()
        column.addWidget(self.second)
        column.addWidget(
            label(
                _("Who looked, when and why is kept and can be looked up; the person may ask for it."),
                "note",
                wrap=True,
            )
        )
        foot = QHBoxLayout()
        foot.setSpacing(S2)
        foot.addStretch(1)
        foot.addWidget(button(_("Cancel"), self.reject))
        self.ok = button(_("Show"), self.go, "primary")
        self.ok.setAutoDefault(False)
        foot.addWidget(self.ok)
        column.addLayout(foot)
        desk.ask(self, _others, self.second.offer)
        self.reason.setFocus()

    def only(self, group: str) -> None:
        """Ask for one group alone."""
        for name, (box, _names) in self.groups.items():
            box.setChecked(name == group)

    @Slot()
    def go(self) -> None:
        """Write down who wants to see it and why; the dialog closes with the values."""
        from station_app.compose import reveal

        names = frozenset(n for box, fields in self.groups.values() if box.isChecked() for n in fields)
        reason, second = self.reason.currentText(), self.second.given()
        if not reason.strip() or not names:
            self.error.say(said(Refusal(LawRefusal.REASON_NEEDED)))
            self.reason.setFocus()
            return
        self.error.say("")
        self.ok.setEnabled(False)
        wish = Wish(self._kind, (self._record,), reason, names)

        def work(station: "OpenStation", _progress: "Progress") -> Revealed | Refusal:
            return reveal(station, wish, second)

        self._desk.act(self, work, self._shown, self._refused)

    def _shown(self, revealed: Revealed) -> None:
        self.revealed = revealed
        self.accept()

    def _refused(self, refusal: Refusal) -> None:
        self.ok.setEnabled(True)
        self.error.say(said(refusal))
        if refusal.code is LawRefusal.SECOND_FOR_MINOR or not self.second.isHidden():
            self.second.ask()


def _others(station: "OpenStation") -> list[str]:
    from station_app.compose import second_users

    return second_users(station)


def withheld_titles(kind: str, revealed: Revealed, record: str) -> str:
    """Titles of fields that stay masked because a consent was withdrawn; "" where none do."""
    fields = KINDS[kind].fields
    return "、".join(_(fields[n].title) for n in sorted(revealed.withheld.get(record, ())))
