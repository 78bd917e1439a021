"""The fields of a form: an editor for each by its meaning, with label, mark, remark and finding, in cards of two columns."""

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from station_app.kinds.base import Record
from station_app.messages import _
from station_app.spec.fields import Field
from station_app.spec.meanings import Wire
from station_app.ui.attachments import FileEditor
from station_app.ui.desk import Desk
from station_app.ui.editors import ChoiceEditor, ChoicesEditor, Editor, LineEditor, LongEditor, SegmentEditor
from station_app.ui.icons import icon
from station_app.ui.parts import button, card, label
from station_app.ui.pickers import ManyEditor, PickEditor, VillageEditor
from station_app.ui.shown import Taken
from station_app.ui.theme import S1, S3, S4

#: Meanings that take the whole width of a card.
WIDE: Final = frozenset({"long_text", "choices", "references", "blob"})
#: Counts with at most so many values are buttons instead of a line.
BUTTONS: Final = 6
#: Titles longer than this may take a second line.
LONG_TITLE: Final = 18


def editor_for(field: Field, desk: Desk, township: str) -> Editor:
    """The editor of a field, by its meaning."""
    meaning = field.meaning.name
    if meaning == "long_text":
        return LongEditor(field)
    if meaning in ("choice", "consent"):
        return ChoiceEditor(field)
    if meaning == "choices":
        return ChoicesEditor(field)
    if meaning == "yes_no":
        return SegmentEditor(field, [(_("yes"), True), (_("no"), False), (_("unknown"), None)])
    if meaning == "count" and (few := _few(field)):
        return SegmentEditor(field, few)
    if meaning == "reference":
        return PickEditor(field, desk)
    if meaning == "references":
        return ManyEditor(field, desk)
    if meaning == "division":
        return VillageEditor(field, township)
    if meaning == "blob":
        return FileEditor(field, desk)
    return LineEditor(field, township)


def _few(field: Field) -> list[tuple[str, Wire]]:
    """The values of a count that has only a few: each gets a button."""
    if field.at_least is None or field.at_most is None or field.at_most - field.at_least >= BUTTONS:
        return []
    return [(str(number), number) for number in range(field.at_least, field.at_most + 1)]


class Veil(QWidget):
    """What stands in place of a masked value: its masked text, and the ways to see it or to write another."""

    def __init__(self, text: str, title: str, shown: Callable[[], None] | None, replaced: Callable[[], None]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S1)
        self.text = label(text, "secondary")
        row.addWidget(self.text, 1)
        self.show_button = button(_("Show…"), shown, "link")
        self.replace = button(_("Replace"), replaced, "link")
        for made, words in (
            (self.show_button, _("Show {field}", field=title)),
            (self.replace, _("Replace {field}", field=title)),
        ):
            made.setAccessibleName(words)
            row.addWidget(made)
        self.show_button.setVisible(shown is not None)  # only now: without a parent it would be a window


class FieldBox(QWidget):
    """One field: label with its marks, editor, and below it what was understood or what is wrong.

    A masked value of a record that is already there is not in the editor at all: a veil stands in its place.
    """

    #: Somebody wants to see what the veil hides.
    asked = Signal(str)

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self.editor, self.field = editor, editor.field
        self.veil: Veil | None = None
        self._loaded: Wire = None
        self._raw: object = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S1)
        column.addLayout(self._label())
        self._column = column
        column.addWidget(editor)
        self._below = label("", "note", wrap=True)
        self._below.hide()
        column.addWidget(self._below)
        column.addStretch(1)
        if self.field.help:
            self.say(_(self.field.help))

    def _label(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(S1)
        title = _(self.field.title)
        if self.field.needed:
            title = _("{field} (needed)", field=title)
        elif self.field.required:
            title = _("{field} (should be filled in)", field=title)
        text = QLabel(title)
        text.setWordWrap(len(title) > LONG_TITLE)
        text.setBuddy(self.editor.target())
        self.editor.target().setAccessibleName(title)
        row.addWidget(text, 1 if text.wordWrap() else 0)
        if self.field.private:
            lock = QLabel()
            lock.setPixmap(icon("lock").pixmap(14, 14))
            lock.setToolTip(_("Stays at the station: it is not handed in."))
            lock.setAccessibleName(_("Stays at the station: it is not handed in."))
            row.addWidget(lock)
        if not text.wordWrap():
            row.addStretch(1)
        return row

    def say(self, text: str, *, wrong: bool = False) -> None:
        """What stands below the editor."""
        self._below.setText(("⚠ " if wrong and text else "") + text)
        look = "fault" if wrong else "note"
        if self._below.objectName() != look:
            self._below.setObjectName(look)
            self._below.style().unpolish(self._below)
            self._below.style().polish(self._below)
        self._below.setVisible(bool(text))
        self.editor.mark(wrong)

    @property
    def said(self) -> str:
        """What stands below the editor now."""
        return self._below.text()

    def load(self, value: Wire, caption: str) -> None:
        """Show a record's value; what is stored is no mistake of whoever opens the form."""
        self.editor.set_value(value, caption)
        self._loaded, self._raw = value, self.editor.raw()
        taken = self.editor.taken()
        self.say(taken.wrong or taken.remark or (_(self.field.help) if self.field.help else ""))

    # ------------------------------------------------------------------ masked values

    def cover(self, text: str, *, revealable: bool) -> None:
        """Hide the editor behind the masked text."""
        self.uncover()
        title = _(self.field.title)
        self.veil = Veil(text, title, (lambda: self.asked.emit(self.field.name)) if revealable else None, self.replace)
        self.editor.set_value(None, "")
        self.editor.hide()
        self._column.insertWidget(1, self.veil)
        self.say(_(self.field.help) if self.field.help else "")

    def uncover(self) -> None:
        """The editor again, empty until a value is loaded."""
        if self.veil is not None:
            self.veil.hide()
            self.veil.deleteLater()
            self.veil = None
        self.editor.show()

    def replace(self) -> None:
        """Write another value without seeing the old one; left empty, the old one stays."""
        self.uncover()
        self.load(None, "")
        self.editor.target().setFocus(Qt.FocusReason.OtherFocusReason)

    def untouched(self) -> bool:
        """Whether the editor still holds what was loaded."""
        return self.editor.raw() == self._raw

    def check(self) -> Taken:
        """Read the editor and show what came of it; a value nobody touched stays as it is stored."""
        taken = self.editor.taken()
        if self._loaded is not None and self.editor.raw() == self._raw:
            self.say(taken.wrong or taken.remark or (_(self.field.help) if self.field.help else ""))
            return Taken(self._loaded)
        if taken.wrong:
            self.say(taken.wrong, wrong=True)
        else:
            self.say(taken.remark or (_(self.field.help) if self.field.help else ""))
        return taken


class Fields(QObject):
    """All fields of a kind that people fill in: first what should be filled in, then the rest, in declared order."""

    edited = Signal()
    #: Somebody wants to see what is masked in a field.
    asked = Signal(str)

    def __init__(self, declared: type[Record], desk: Desk, township: str, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._township = desk, township
        typed = [f for f in declared.fields.values() if not f.computed and f.meaning.name != "data"]
        self.boxes: dict[str, FieldBox] = {}
        first = [f for f in typed if f.needed or f.required]
        rest = [f for f in typed if not (f.needed or f.required)]
        self.cards: list[QFrame] = []
        if first and rest:
            self.cards.append(self._card(_("To be filled in"), first))
            self.cards.append(self._card(_("Where it applies"), rest))
        else:
            self.cards.append(self._card("", typed))

    def _card(self, title: str, fields: list[Field]) -> QFrame:
        frame, layout = card()
        if title:
            layout.addWidget(label(title, "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(S4)
        grid.setVerticalSpacing(S3)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        row = column = 0
        for field in fields:
            box = FieldBox(editor_for(field, self._desk, self._township))
            box.editor.edited.connect(self.edited)
            box.editor.settled.connect(self._settled)
            box.asked.connect(self.asked)
            self.boxes[field.name] = box
            if field.meaning.name in WIDE:
                row += column
                grid.addWidget(box, row, 0, 1, 2)
                row, column = row + 1, 0
            else:
                grid.addWidget(box, row, column, Qt.AlignmentFlag.AlignTop)
                row, column = (row + 1, 0) if column else (row, 1)
        layout.addLayout(grid)
        return frame

    @Slot()
    def _settled(self) -> None:
        editor = self.sender()
        if isinstance(editor, Editor):
            self.boxes[editor.field.name].check()

    def fill(
        self, values: dict[str, Wire], captions: dict[str, str], covered: Mapping[str, str], revealable: bool
    ) -> None:
        """Show a record's values; ``covered``: masked texts of values that are not shown."""
        for name, box in self.boxes.items():
            box.load(values.get(name), captions.get(name, ""))
            if name in covered:
                box.cover(covered[name], revealable=revealable)

    def read(self) -> tuple[dict[str, Wire], dict[str, str]]:
        """Every value, and the sentences of what is wrong by field; both are shown at the fields as well."""
        values: dict[str, Wire] = {}
        wrong: dict[str, str] = {}
        for name, box in self.boxes.items():
            if box.veil is not None:
                continue
            taken = box.check()
            if taken.wrong:
                wrong[name] = taken.wrong
            elif box.field.needed and taken.value in (None, "", []):
                wrong[name] = _("Please fill this in: the record cannot be kept without it.")
                box.say(wrong[name], wrong=True)
            values[name] = taken.value
        return values, wrong

    def focus(self, name: str) -> None:
        """The keyboard to a field."""
        if name in self.boxes:
            box = self.boxes[name]
            target = box.editor.target() if box.veil is None else box.veil.replace
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_first(self) -> None:
        """The keyboard to the first field."""
        self.focus(next(iter(self.boxes)))
