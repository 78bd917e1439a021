"""The generated form of a kind: new, changed, looked at; its findings, its history, its way out without loss."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from station_app.compose import OpenStation
from station_app.kinds.base import KINDS
from station_app.messages import Refusal, _
from station_app.spec.masking import group_of, is_masked
from station_app.spec.meanings import Wire
from station_app.store.change import Done, Edit
from station_app.store.roles import Action
from station_app.ui import drafts
from station_app.ui.desk import Desk
from station_app.ui.icons import icon
from station_app.ui.pages.fields import Fields
from station_app.ui.pages.history_panel import HistoryPanel
from station_app.ui.pages.list_page import made_by_program
from station_app.ui.panels.likely_person import LikelyPerson
from station_app.ui.parts import Beside, Heading, Message, button, card, label, scrolling
from station_app.ui.places import Around, FormPlace, Page
from station_app.ui.refusals import said
from station_app.ui.screens.reveal import RevealDialog, withheld_titles
from station_app.ui.shown import NOTHING, show
from station_app.ui.theme import S1, S3, S4, S6
from station_app.work.revealing import SECONDS, Revealed

#: Forms are no wider than eyes can follow.
WIDEST = 920


@dataclass(frozen=True, slots=True)
class Opened:
    """A record as a form shows it, and the journal position at which it was read.

    ``covered``: masked texts of values that are there but not shown; ``values`` and ``texts`` do not hold them.
    """

    position: Mapping[str, int]
    title: str
    values: dict[str, Wire]
    captions: dict[str, str]
    texts: dict[str, str]
    covered: dict[str, str]
    removed: bool


def opened(station: OpenStation, kind: str, record: str | None, begin: Mapping[str, Wire]) -> Opened | None:
    """Read what a form shows; None when there is no such record."""
    declared = KINDS[kind]
    position = station.store.position()
    with station.store.reading() as reader:
        found = reader.get(kind, record) if record is not None else None
        if record is not None and found is None:
            return None
        values: dict[str, Wire] = dict(found.fields if found is not None else begin)
        texts = {name: show(field, values.get(name), reader.caption) for name, field in declared.fields.items()}
        covered = {
            n: texts[n] for n, f in declared.fields.items() if found is not None and is_masked(f) and n in values
        }
        values = {name: value for name, value in values.items() if name not in covered}
        captions: dict[str, str] = {}
        for name, field in declared.fields.items():
            value = values.get(name)
            if field.target and value:
                ids = value if isinstance(value, list) else [str(value)]
                captions[name] = "\n".join(reader.caption(field.target, one) for one in ids)
    title = found.title if found is not None else ""
    return Opened(position, title, values, captions, texts, covered, found.removed if found is not None else False)


class FormPage(Page):
    """One record's form."""

    def __init__(self, desk: Desk, around: Around, place: FormPlace) -> None:
        super().__init__()
        self.setObjectName("page")
        self._desk, self._around, self.place = desk, around, place
        self._declared = KINDS[place.kind]
        self._opened: Opened | None = None
        self._dirty = False
        self._saving = False
        self._after: Callable[[], None] | None = None
        self.fields: Fields | None = None
        self._draft: Mapping[str, Any] | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        left = QWidget()
        self._column = QVBoxLayout(left)
        self._column.setContentsMargins(S6, S4, S6, S4)
        self._column.setSpacing(S4)
        self.history = HistoryPanel(desk)
        self.history.hide()
        outer.addWidget(Beside(left, self.history))
        self._heading = Heading(self._title())
        self._column.addWidget(self._heading)
        self.errors = Message("errors")
        self.errors.action.setText(_("To the first one"))
        self.errors.action.clicked.connect(self._to_first)
        self._column.addWidget(self.errors)
        self.revealed = Message("notice")
        self._column.addWidget(self.revealed)
        self._labels: dict[str, QLabel] = {}
        self._seen: set[str] = set()
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.setInterval(SECONDS * 1000)
        self._limit.timeout.connect(self.cover)
        self._wrong: dict[str, str] = {}
        self._state = label("", "small")
        self.save_button = button(_("Save (Ctrl+S)"), self.save, "primary")
        self._body = QWidget()
        self._cards = QVBoxLayout(self._body)
        self._cards.setContentsMargins(0, 0, 0, 0)
        self._cards.setSpacing(S4)
        self._area: QScrollArea = scrolling(self._body)
        self._column.addWidget(self._area, 1)
        self._foot = QHBoxLayout()
        self._column.addLayout(self._foot)

    # ------------------------------------------------------------------ loading

    def _title(self) -> str:
        declared = self._declared
        return declared.titled() if self.place.record else _("New {kind}", kind=declared.titled())

    def begin(self) -> None:
        kind, record, begin = self.place.kind, self.place.record, self.place.begin
        self._desk.ask(self, lambda station: opened(station, kind, record, begin), self._arrived)

    def _arrived(self, found: Opened | None) -> None:
        if found is None:
            self.errors.say(_("This record is not on this computer."))
            return
        self._opened = found
        if self.place.record is not None:
            self._buttons(found)
        frozen = self.place.record is not None and self._declared.merge == "append_only"
        frozen = frozen or not self._desk.may_write(self._declared)
        if frozen or found.removed or made_by_program(self._declared):
            self._read_only(found)
        else:
            self._editable(found)

    def _buttons(self, found: Opened) -> None:
        self._heading.title.setText(found.title or self._declared.titled())
        self._heading.subtitle.setText(self._declared.titled())
        if found.covered and self._desk.may(Action.REVEAL):
            look = button(_("Show what is masked…"), self.reveal)
            look.setToolTip("Ctrl+M")
            self._heading.add(look)
            QShortcut(QKeySequence("Ctrl+M"), self, self.reveal)
        shown = button(_("History"), self.show_history)
        shown.setIcon(icon("history"))
        shown.setToolTip("Ctrl+H")
        self._heading.add(shown)
        QShortcut(QKeySequence("Ctrl+H"), self, self.show_history)
        if self._declared.erasable and not made_by_program(self._declared) and self._desk.may(Action.ERASE):
            self._heading.add(button(_("Erase by law…"), self.erase))
        if found.removed or made_by_program(self._declared) or not self._desk.may_write(self._declared):
            return
        remove = button(_("Remove"), self.remove, "danger")
        self._heading.add(remove)

    def _editable(self, found: Opened) -> None:
        if not self.place.record:
            self._heading.subtitle.setText(_("What is marked “needed” must be there; the rest can follow later."))
        self.fields = Fields(self._declared, self._desk, self._around.township(), self)
        for frame in self.fields.cards:
            frame.setMaximumWidth(WIDEST)
            self._cards.addWidget(frame)
        computed = [n for n, f in self._declared.fields.items() if f.computed and found.texts.get(n)]
        if computed:
            self._cards.addWidget(self._texts(_("Worked out by the program"), computed, found))
        self._cards.addStretch(1)
        self.fields.fill(found.values, found.captions, found.covered, self._desk.may(Action.REVEAL))
        self.fields.asked.connect(self.reveal)
        self._foot_buttons()
        self.fields.edited.connect(self._edited)
        if LikelyPerson.wanted(self.place.kind, self.place.record):
            self.likely = LikelyPerson(self._desk, self._around, self.place.kind, self.fields)
            self._column.insertWidget(self._column.indexOf(self._area), self.likely)
        self._dirty = bool(self.place.begin) and self.place.record is None
        self.fields.focus_first()
        if self._draft is not None:
            self._put_back(self._draft)

    def _foot_buttons(self) -> None:
        self._foot.addWidget(self._state, 1)
        self._foot.addWidget(button(_("Leave (Esc)"), self._around.back))
        if self.place.record is None:
            more = button(_("Save and enter another"), self.save_and_more)
            more.setToolTip("Ctrl+Shift+S")
            self._foot.addWidget(more)
            QShortcut(QKeySequence("Ctrl+Shift+S"), self, self.save_and_more)
        self._foot.addWidget(self.save_button)
        QShortcut(QKeySequence("Ctrl+S"), self, self.save)

    def _read_only(self, found: Opened) -> None:
        if not self._desk.may_write(self._declared):
            self.errors.say(_("Your role may look at this, not change it."), "notice")
        elif found.removed:
            self.errors.say(_("This record was removed. Its history is kept."), "caution")
            self.errors.action.setText(_("Bring it back"))
            self.errors.action.clicked.disconnect()
            self.errors.action.clicked.connect(self._bring_back)
            self.errors.action.show()
        elif self._declared.merge == "append_only":
            self.errors.say(
                _("Once written, this is never changed. If it is wrong, enter a correcting record."), "notice"
            )
            itself = self._reverses()
            if itself is not None:
                self._heading.add(button(_("Correct it…"), self._correct, "primary"))
        shown = [n for n, f in self._declared.fields.items() if f.meaning.name != "data" and found.texts.get(n)]
        self._cards.addWidget(self._texts("", shown, found))
        self._cards.addStretch(1)
        self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._area.setFocus()

    def _texts(self, title: str, names: list[str], found: Opened) -> QWidget:
        frame, layout = card()
        frame.setMaximumWidth(WIDEST)
        if title:
            layout.addWidget(label(title, "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(S4)
        grid.setVerticalSpacing(S3)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        for number, name in enumerate(names):
            box = QVBoxLayout()
            box.setSpacing(S1)
            box.addWidget(label(_(self._declared.fields[name].title), "small"))
            text = self._labels[name] = label(found.texts[name] or NOTHING, wrap=True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            box.addWidget(text)
            grid.addLayout(box, number // 2, number % 2)
        layout.addLayout(grid)
        return frame

    def _reverses(self) -> str | None:
        """The field by which a record corrects another of its own kind."""
        return next(
            (n for n, f in self._declared.fields.items() if f.target == self.place.kind and not f.computed), None
        )

    # ------------------------------------------------------------------ saving

    @Slot()
    def _edited(self) -> None:
        self._dirty = True
        self._state.setText(_("Not saved yet"))

    def unsaved(self) -> bool:
        return self._dirty

    def draft(self) -> Mapping[str, Any] | None:
        if not self._dirty or self.fields is None or self._opened is None:
            return None
        QGuiApplication.inputMethod().commit()
        return {"typed": drafts.of_fields(self.fields), "position": dict(self._opened.position)}

    def restore(self, draft: Mapping[str, Any]) -> None:
        self._draft = draft

    def _put_back(self, draft: Mapping[str, Any]) -> None:
        """What had been typed, over the record as it is now: saved against the position at which the form was opened then."""
        fields, found, typed, kind = self.fields, self._opened, draft["typed"], self.place.kind
        assert fields is not None and found is not None  # called when both have just been made
        self._opened = replace(found, position=draft["position"])
        self._edited()
        self._desk.query(
            self, lambda reader: drafts.captions(reader, kind, typed), lambda said: drafts.put_back(fields, typed, said)
        )

    @Slot()
    def save(self) -> None:
        """Check, save, and go back to where the form was opened from."""
        self.save_then(self._around.back)

    @Slot()
    def save_and_more(self) -> None:
        """Save, and an empty form again."""
        self.save_then(lambda: self._around.go(FormPlace(self.place.kind)))

    def save_then(self, then: Callable[[], None]) -> None:
        if self.fields is None or self._opened is None or self._saving:
            return
        QGuiApplication.inputMethod().commit()  # what the input method still holds belongs to the field
        values, wrong = self.fields.read()
        if wrong:
            self._show_wrong(wrong)
            return
        before = self._opened.values
        fields = {n: v for n, v in values.items() if v != before.get(n)} if self.place.record else values
        edit = Edit(
            self.place.kind, {n: v for n, v in fields.items() if v is not None or self.place.record}, self.place.record
        )
        if self.place.record and not edit.fields:
            self._dirty = False
            then()
            return
        self._after = then
        self._saving = True
        self.save_button.setEnabled(False)
        self._state.setText(_("Saving…"))
        position = self._opened.position if self.place.record else None
        self._desk.change(self, [edit], "edit" if self.place.record else "new", self._saved, self._refused, position)

    def _saved(self, done: Done) -> None:
        self._saving = self._dirty = False
        self.save_button.setEnabled(True)
        around, desk, entry = self._around, self._desk, done.entries[0]

        def back() -> None:
            desk.undo(desk, entry, lambda _done: around.tell(_("Taken back.")), lambda r: around.tell(said(r)))

        text = _("Saved.")
        if done.warnings:
            text = _(
                "Saved. Please look again: {findings}",
                findings=" ".join(_(p.sentence, **p.values) for _r, p in done.warnings),
            )
        around.tell(text, _("Undo"), back)
        then, self._after = self._after, None
        if then is not None:
            then()

    def _refused(self, refusal: Refusal) -> None:
        self._saving = False
        self.save_button.setEnabled(True)
        self._state.setText(_("Not saved yet"))
        names = refusal.values.get("names") or [refusal.values.get("name")]
        title = refusal.values.get("field")
        known = self.fields.boxes if self.fields is not None else {}
        wrong = {str(n): said(refusal) for n in (names if isinstance(names, list) else []) if n in known}
        if not wrong:
            wrong = {n: said(refusal) for n, box in known.items() if _(box.field.title) == title}
        if wrong and self.fields is not None:
            for name, sentence in wrong.items():
                self.fields.boxes[name].say(sentence, wrong=True)
        self._wrong = wrong
        self.errors.say(said(refusal), "errors")
        self.errors.action.setVisible(bool(wrong))
        if wrong:
            self._to_first()

    def _show_wrong(self, wrong: dict[str, str]) -> None:
        self._wrong = wrong
        titles = "、".join(_(self._declared.fields[n].title) for n in wrong)
        self.errors.say(
            _(
                "Nothing is saved yet. Please put right ({n}): {fields}. What you typed is kept.",
                n=len(wrong),
                fields=titles,
            ),
            "errors",
        )
        self.errors.action.show()
        self._to_first()

    @Slot()
    def _to_first(self) -> None:
        if self.fields is None or not self._wrong:
            return
        first = next(n for n in self.fields.boxes if n in self._wrong)
        self.fields.focus(first)
        self._area.ensureWidgetVisible(self.fields.boxes[first], 0, 24)

    # ------------------------------------------------------------------ masked values

    @Slot()
    def reveal(self, name: str = "") -> None:
        """Ask why, write it down, and show the values for a while; ``name``: only what this field's group holds."""
        if self._opened is None or self.place.record is None:
            return
        fields = [self._declared.fields[n] for n in self._opened.covered if n not in self._seen]
        if not fields:
            return
        dialog = RevealDialog(self, self._desk, self.place.kind, self.place.record, fields)
        if name:
            dialog.only(group_of(self._declared.fields[name]))
        if dialog.exec() and dialog.revealed is not None:
            self.show_revealed(dialog.revealed)

    def show_revealed(self, revealed: Revealed) -> None:
        """Values that may be seen now: until the time is over, or the form is left."""
        opened, record = self._opened, str(self.place.record)
        if opened is None:
            return
        for name, value in revealed.values.get(record, {}).items():
            field = self._declared.fields[name]
            self._seen.add(name)
            if name in self._labels:
                self._labels[name].setText(show(field, value, lambda _kind, _id: "", masked=False))
            box = self.fields.boxes.get(name) if self.fields is not None else None
            if box is not None and box.veil is not None:
                opened.values[name] = value
                box.uncover()
                box.load(value, "")
        text = _("Shown for {seconds} seconds. Who looked and why is in the journal.", seconds=SECONDS)
        if revealed.waits:
            text += _(" There is no second person here: the centre countersigns it at the next hand-in.")
        stays = withheld_titles(self.place.kind, revealed, record)
        if stays:
            text += _(" Not shown, for the consent was withdrawn: {fields}.", fields=stays)
        self.revealed.say(text, "notice")
        self._limit.start()

    @Slot()
    def cover(self) -> None:
        """The time is over: what nobody is changing is masked again."""
        opened = self._opened
        if opened is None:
            return
        for name in sorted(self._seen):
            box = self.fields.boxes.get(name) if self.fields is not None else None
            if box is not None and not box.untouched():
                continue
            if box is not None:
                box.cover(opened.covered[name], revealable=True)
                opened.values.pop(name, None)
            if name in self._labels:
                self._labels[name].setText(opened.covered[name])
            self._seen.discard(name)
        self.revealed.say("")

    # ------------------------------------------------------------------ other acts

    @Slot()
    def show_history(self) -> None:
        """The drawer with what happened to this record."""
        if self.place.record is None:
            return
        self.history.setVisible(self.history.isHidden())
        if self.history.isVisible():
            self.history.load(self.place.kind, self.place.record)

    def refresh(self, kinds: frozenset[str]) -> None:
        if self.place.record and self.place.kind in kinds and self.history.isVisible():
            self.history.load(self.place.kind, self.place.record)

    @Slot()
    def remove(self) -> None:
        """Remove the record; the message that says so takes it back."""
        kind, record = self.place.kind, str(self.place.record)
        self._desk.act(self, lambda s, _p: s.store.remove(kind, record, s.author), self._removed, self._refused)

    @Slot()
    def erase(self) -> None:
        """Ask for ground, reason and the word, then erase for ever."""
        from station_app.ui.screens.erase import EraseDialog

        if self._opened is None or self.place.record is None:
            return
        title = self._opened.title or self._declared.titled()
        dialog = EraseDialog(self, self._desk, self.place.kind, self.place.record, title)
        if dialog.exec():
            self._dirty = False
            self._around.tell(dialog.said)
            self._around.back()

    def _removed(self, done: Done) -> None:
        self._dirty = False
        around, desk, entry = self._around, self._desk, done.entries[0]

        def back() -> None:
            desk.undo(desk, entry, lambda _done: around.tell(_("It is back.")), lambda r: around.tell(said(r)))

        around.tell(_("Removed. Its history stays."), _("Undo"), back)
        around.back()

    @Slot()
    def _bring_back(self) -> None:
        edit = Edit(self.place.kind, {"removed": False}, self.place.record)
        self._desk.change(self, [edit], "edit", lambda _done: self._around.go(self.place), self._refused)

    @Slot()
    def _correct(self) -> None:
        """A new record that takes this one out of every count, begun with its values."""
        name = self._reverses()
        if name is None or self._opened is None or self.place.record is None:
            return
        fields = self._declared.fields
        begin = {n: v for n, v in self._opened.values.items() if n in fields and not fields[n].computed}
        self._around.go(FormPlace(self.place.kind, None, begin | {name: self.place.record}))
