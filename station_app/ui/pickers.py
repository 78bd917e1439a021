"""Editors that pick by typing: a record of another kind, several of them, a village."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QStringListModel, QTimer, Slot
from PySide6.QtWidgets import (
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from station_app.messages import _
from station_app.spec.fields import Field
from station_app.spec.meanings import Wire
from station_app.store.records import Reader
from station_app.ui.desk import Desk
from station_app.ui.editors import Editor, LineEditor
from station_app.ui.shown import Taken, division_text, take
from station_app.values.divisions import townships, villages
from station_app.values.text import fold_search

#: How long typing must rest before the search starts; it takes milliseconds, so this only saves work.
REST_MS: Final = 120
OFFERED: Final = 12


class Suggestions(QCompleter):
    """A list under a line: filled by its owner, walked with the arrows, taken with Enter."""

    def __init__(self, line: QLineEdit) -> None:
        super().__init__(line)
        self._texts = QStringListModel(self)
        self.setModel(self._texts)
        self.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.setMaxVisibleItems(OFFERED)
        self._view = QListView()
        self._view.setObjectName("choices")
        self._view.setUniformItemSizes(True)
        self.setPopup(self._view)
        self.setWidget(line)  # not line.setCompleter: that would write the suggestion into the line after its owner has read it

    def offer(self, texts: Sequence[str]) -> None:
        """Show these; nothing hides the list."""
        self._texts.setStringList(list(texts))
        if not texts:
            self._view.hide()
            return
        self.complete()
        self._view.setCurrentIndex(self.completionModel().index(0, 0))


class PickEditor(Editor):
    """One record of another kind, found by typing name, pinyin, initials or number."""

    def __init__(self, field: Field, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._desk = desk
        self._id: str | None = None
        self._caption = ""
        self._offered: list[tuple[str, str]] = []
        self._asked = 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(_("Type a name, pinyin initials or a number"))
        self.line.setClearButtonEnabled(True)
        layout.addWidget(self.line)
        self._list = Suggestions(self.line)
        self._list.activated.connect(self._picked)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._search)
        self.line.textEdited.connect(self._typed)
        self.line.textChanged.connect(self._cleared)
        self.line.editingFinished.connect(self.settled)

    def set_value(self, value: Wire, caption: str = "") -> None:
        self._id = value if isinstance(value, str) else None
        self._caption = caption or (_("(not known here)") if self._id else "")
        self.line.setText(self._caption)
        self.line.setCursorPosition(0)

    def taken(self) -> Taken:
        if self._id is not None:
            return Taken(self._id)
        if self.line.text().strip():
            return Taken(None, wrong=_("Please choose one from the list: type a part of the name, then Enter."))
        return Taken(None)

    def target(self) -> QWidget:
        return self.line

    @Slot(str)
    def _cleared(self, text: str) -> None:
        if not text and self._id is not None:
            self._id, self._caption = None, ""
            self.edited.emit()

    @Slot()
    def _typed(self) -> None:
        self._id = None
        self.edited.emit()
        self._rest.start()

    @Slot()
    def _search(self) -> None:
        typed, kind = self.line.text(), str(self.field.target)
        self._asked += 1
        asked = self._asked

        def found(reader: Reader) -> tuple[int, list[tuple[str, str]]]:
            return asked, [(hit.id, _told_apart(reader, hit.kind, hit.id, hit.title)) for hit in reader.find(typed, OFFERED, [kind])]

        self._desk.query(self, found, self._found)

    def _found(self, answer: tuple[int, list[tuple[str, str]]]) -> None:
        asked, offered = answer
        if asked != self._asked or not self.line.hasFocus():
            return
        self._offered = offered
        self._list.offer([text for _id, text in offered])

    @Slot(str)
    def _picked(self, text: str) -> None:
        for record, offered in self._offered:
            if offered == text:
                self.set_value(record, offered)
                self.edited.emit()
                self.settled.emit()
                return


def _told_apart(reader: Reader, kind: str, record: str, title: str) -> str:
    """A caption with what tells two people of one name apart: village, month of birth, the tail of a number."""
    found = reader.get(kind, record)
    if found is None:
        return title
    parts = []
    village = found.fields.get("village") or found.fields.get("area")
    if isinstance(village, str):
        parts.append(division_text(village, short=True))
    born = found.fields.get("birth_month")
    if isinstance(born, str):
        parts.append(born)
    phone = found.fields.get("phone")
    if isinstance(phone, str):
        parts.append(_("tel. …{tail}", tail=phone[-4:]))
    return f"{title}　{' · '.join(parts)}" if parts else title


class ManyEditor(Editor):
    """Several records of another kind: a line to find them, and those chosen as chips that can be taken off again."""

    def __init__(self, field: Field, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._ids: list[str] = []
        self._captions: dict[str, str] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self._pick = PickEditor(field, desk, self)
        layout.addWidget(self._pick)
        self._row = QWidget(self)
        self._chips = QHBoxLayout(self._row)
        self._chips.setContentsMargins(0, 0, 0, 0)
        self._chips.setSpacing(4)
        layout.addWidget(self._row)
        self._row.hide()
        self._pick.edited.connect(self._maybe_add)

    def set_value(self, value: Wire, caption: str = "") -> None:
        self._ids = list(value) if isinstance(value, list) else []
        self._captions = dict(zip(self._ids, caption.split("\n"), strict=False)) if caption else {}
        self._draw()

    def taken(self) -> Taken:
        half = self._pick.taken()
        return Taken(self._ids or None, wrong=half.wrong)

    def target(self) -> QWidget:
        return self._pick.line

    @Slot()
    def _maybe_add(self) -> None:
        chosen = self._pick.taken().value
        if isinstance(chosen, str):
            if chosen not in self._ids:
                self._ids.append(chosen)
                self._captions[chosen] = self._pick.line.text().partition("　")[0]
            self._pick.set_value(None)
            self._draw()
            self.settled.emit()
        self.edited.emit()

    def _draw(self) -> None:
        while self._chips.count():
            item = self._chips.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        for record in self._ids:
            name = self._captions.get(record) or _("(not known here)")
            chip = QPushButton(f"{name}  ×", self._row)
            chip.setObjectName("chip")
            chip.setAccessibleName(_("Take {name} off", name=name))
            chip.setProperty("record", record)
            chip.clicked.connect(self._off)
            self._chips.addWidget(chip)
        self._chips.addStretch(1)
        self._row.setVisible(bool(self._ids))

    @Slot()
    def _off(self) -> None:
        sender = self.sender()
        record = sender.property("record") if sender is not None else None
        self._ids = [one for one in self._ids if one != record]
        self._draw()
        self.edited.emit()
        self._pick.line.setFocus()


class VillageEditor(LineEditor):
    """A village by typing a part of its name; the station's own township first. Other text stays as it is written."""

    def __init__(self, field: Field, township: str | None, parent: QWidget | None = None) -> None:
        super().__init__(field, township, parent)
        self.line.setPlaceholderText(_("Type a part of the village's name"))
        self._code: str | None = None
        self._codes: dict[str, str] = {}
        self._list = Suggestions(self.line)
        self._list.activated.connect(self._picked)
        self.line.textEdited.connect(self._offer)

    def set_value(self, value: Wire, caption: str = "") -> None:
        self._code = value if isinstance(value, str) else None
        super().set_value(value, caption)

    def taken(self) -> Taken:
        if self._code is not None:
            return Taken(self._code)
        typed = self.line.text().strip()
        named = next((code for text, code in self._codes.items() if text == typed), None)
        return Taken(named) if named else take(self.field, typed, self._township)

    @Slot(str)
    def _offer(self, typed: str) -> None:
        self._code = None
        self._codes = dict(_villages_like(typed, self._township))
        self._list.offer(list(self._codes))

    @Slot(str)
    def _picked(self, text: str) -> None:
        if text in self._codes:
            self._code = self._codes[text]
            self.line.setText(text)
            self.edited.emit()
            self.settled.emit()


def _villages_like(typed: str, township: str | None) -> list[tuple[str, str]]:
    wanted = fold_search(typed)
    if not wanted:
        return []
    own: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for code, (name, town) in villages().items():
        if wanted in fold_search(name):
            (own if township and town == township[:9] else others).append((division_text(code, short=False), code))
    for code, one in townships().items():
        if wanted in fold_search(one.name):
            others.append((one.full_name, code))
    return (own + others)[:OFFERED]
