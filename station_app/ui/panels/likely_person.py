"""Beside a form being filled in for a person: who may stand in the register already, offered and never in the way."""

from typing import Final

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from station_app.compose import Offered, likely_person
from station_app.messages import _
from station_app.spec.meanings import Wire
from station_app.store.likeness import PEOPLE
from station_app.ui.desk import Desk
from station_app.ui.pages.fields import Fields
from station_app.ui.parts import button, label
from station_app.ui.places import Around, FormPlace
from station_app.ui.theme import S1, S2, S3

#: Milliseconds of quiet typing before the register is asked.
QUIET: Final = 350
#: What people are recognised by.
_COMPARED: Final = frozenset(
    {"name", "name_former", "alias", "id_no", "birth_date", "village", "area", "phone", "phone_2", "sex"}
)


class LikelyPerson(QFrame):
    """A card above the form. It never takes the keyboard; each person offered can be opened."""

    def __init__(self, desk: Desk, around: Around, kind: str, fields: Fields) -> None:
        super().__init__()
        self.setObjectName("caution")
        self._desk, self._around, self._kind, self._fields = desk, around, kind, fields
        self.offered: list[Offered] = []
        self._asked: dict[str, Wire] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(S3, S2, S3, S2)
        self._column.setSpacing(S1)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(QUIET)
        self._quiet.timeout.connect(self.look)
        fields.edited.connect(self._quiet.start)
        self.hide()

    @staticmethod
    def wanted(kind: str, record: str | None) -> bool:
        """Only where a new person is entered: somebody known is looked for in the whole register instead."""
        return kind in PEOPLE and record is None

    @Slot()
    def look(self) -> None:
        """Ask the register; the answer comes when it comes."""
        taken = {name: box.editor.taken() for name, box in self._fields.boxes.items() if name in _COMPARED}
        values: dict[str, Wire] = {n: t.value for n, t in taken.items() if isinstance(t.value, str) and not t.wrong}
        if values == self._asked:
            return
        self._asked = dict(values)
        kind = self._kind
        self._desk.ask(self, lambda station: likely_person(station, kind, "", values), self._show)

    def _show(self, offered: list[Offered]) -> None:
        self.offered = offered
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if offered:
            self._column.addWidget(label(_("May be registered already:"), "strong"))
        for one in offered:
            self._column.addWidget(self._line(one))
        self.setVisible(bool(offered))

    def _line(self, one: Offered) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S2)
        row.addWidget(label(f"{one.other.title}（{'、'.join(one.pair.reasons)}）", wrap=True), 1)
        row.addWidget(button(_("Open this one"), lambda: self._around.go(FormPlace(self._kind, one.other.id)), "link"))
        return line
