"""What two computers entered differently: one question at a time, the answers as large buttons, everything by keyboard."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from station_app.compose import OpenStation, Question, decide, decide_typed, questions
from station_app.messages import Refusal, _
from station_app.store.change import Done
from station_app.store.refusals import StoreRefusal
from station_app.ui.desk import Desk
from station_app.ui.jobs import Progress
from station_app.ui.parts import Button, Heading, Message, button, card, label, scrolling
from station_app.ui.places import Around, FormPlace, Page
from station_app.ui.refusals import said
from station_app.ui.theme import S1, S2, S3, S4, S6

#: Questions read at once; the next ones follow when these are answered.
AT_ONCE: Final = 50


class ConflictsScreen(Page):
    """Questions to a person. What is left open stays in the list and comes again at the end of the round."""

    def __init__(self, desk: Desk, around: Around) -> None:
        super().__init__()
        self.setObjectName("page")
        self._desk, self._around = desk, around
        self._left: list[str] = []  # asked and left open in this round
        self._count = 0
        self._last = ""
        self.question: Question | None = None
        self.choices: list[Answer] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(S6, S4, S6, S4)
        column.setSpacing(S4)
        self._heading = Heading(_("Entered differently"), "")
        self.back = button(_("Take the last answer back"), self.undo)
        self.back.setToolTip("Ctrl+Z")
        self.back.hide()
        self._heading.add(self.back)
        column.addWidget(self._heading)
        self.error = Message("errors")
        column.addWidget(self.error)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 0, 0)
        self._frame, self._card = card()
        self._frame.setMaximumWidth(760)
        inner.addWidget(self._frame)
        self._note = label(
            _("Nothing was lost: every answer stays in the record's history, and the other computers get it with the next stick."),
            "note", wrap=True,
        )  # fmt: skip
        self._note.setMaximumWidth(760)
        inner.addWidget(self._note)
        inner.addStretch(1)
        column.addWidget(scrolling(body), 1)
        QShortcut(QKeySequence("Ctrl+Z"), self, self.undo, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    # ------------------------------------------------------------------ showing

    def begin(self) -> None:
        self._load()

    def refresh(self, kinds: frozenset[str]) -> None:
        if self.question is None or self.question.kind in kinds:
            self._load()

    def _load(self) -> None:
        def read(station: OpenStation) -> tuple[list[Question], int]:
            found = station.store.conflicts()
            ids = {one.id for one in found}
            left = [one for one in self._left if one in ids]
            return questions(station, AT_ONCE + len(left)), len(found)

        self._desk.ask(self, read, lambda pair: self._show(*pair))

    def _show(self, found: list[Question], count: int) -> None:
        self._count = count
        fresh = [one for one in found if one.id not in self._left]
        if not fresh and found:  # the round is over: what was left open comes again
            self._left = []
            fresh = found
        following = fresh[0] if fresh else None
        if following is not None and following == self.question and self.choices:
            return  # somebody changed something else; the keyboard stays where it is
        self.question = following
        self._heading.subtitle.setText(
            _("{n} questions wait for somebody who knows.", n=count) if count else _("Nothing to decide.")
        )
        self._draw()

    def _draw(self) -> None:
        while self._card.count():
            item = self._card.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.choices = []
        one = self.question
        if one is None:
            self._card.addWidget(label(_("Everything agrees. Nothing has to be decided."), "strong", wrap=True))
            return
        self._card.addWidget(label(one.sentence, "heading", wrap=True))
        for number, choice in enumerate(one.choices, start=1):
            told = _("{who} ({where}), {when}", who=choice.who, where=choice.where, when=choice.when)
            made = Answer(f"{number}   {choice.text}", told, lambda head=choice.head: self.take(head))  # type: ignore[misc]
            self._card.addWidget(made)
            self.choices.append(made)
        if one.typable:
            self._card.addWidget(self._other(one))
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(0, S2, 0, 0)
        row.setSpacing(S3)
        self.later = button(_("0   Ask the person later"), self.leave)
        row.addWidget(self.later)
        row.addWidget(button(_("Open the record"), lambda: self._around.go(FormPlace(one.kind, one.record)), "link"))
        row.addStretch(1)
        self._card.addWidget(foot)
        self.choices[0].setFocus()

    def _other(self, one: Question) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S3)
        words = label(_("Neither; it is:"), "secondary")
        self.typed = QLineEdit()
        self.typed.setAccessibleName(_("The right value of “{field}”", field=one.name))
        self.typed.setMaximumWidth(280)
        words.setBuddy(self.typed)
        self.typed.returnPressed.connect(self.take_typed)
        row.addWidget(words)
        row.addWidget(self.typed, 1)
        row.addWidget(button(_("Take this"), self.take_typed))
        row.addStretch(1)
        return line

    # ------------------------------------------------------------------ answering

    def keyPressEvent(self, event: QKeyEvent) -> None:
        number = event.key() - Qt.Key.Key_0
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or not 0 <= number <= len(self.choices):
            super().keyPressEvent(event)
        elif self.question is not None and self.choices and self.choices[0].isEnabled():
            self.later.click() if number == 0 else self.choices[number - 1].click()

    def take(self, head: str) -> None:
        """One of the values is right."""
        one = self.question
        if one is not None:
            self._act(lambda station, _p: decide(station, one, head))

    @Slot()
    def take_typed(self) -> None:
        """Another value is right."""
        one, text = self.question, self.typed.text()
        if one is not None and text.strip():
            self._act(lambda station, _p: decide_typed(station, one.id, text, one.opened_at))

    @Slot()
    def leave(self) -> None:
        """Leave the question open, and go on to the next one."""
        if self.question is None:
            return
        self._left.append(self.question.id)
        if len(self._left) >= self._count:
            self._left = self._left[-1:] if self._count > 1 else []
            self._around.tell(_("These are all. What was left open stays in the list until somebody knows."))
        self.question = None
        self._load()

    @Slot()
    def undo(self) -> None:
        """Ask the last question again."""
        if not self._last:
            return
        last, self._last = self._last, ""

        def done(_done: Done) -> None:
            self.back.hide()
            self.error.say("")
            self._around.tell(_("The last answer was taken back; it is asked again."))
            self.question = None
            self._left = []
            self._load()

        self._desk.undo(self, last, done, self._refused)

    def _act(self, work: Callable[[OpenStation, Progress], Done | Refusal]) -> None:
        for each in self.choices:
            each.setEnabled(False)

        def done(result: Done) -> None:
            self.error.say("")
            self._last = result.entries[0]
            self.back.show()
            self.question = None
            self._load()

        self._desk.act(self, work, done, self._refused)

    def _refused(self, refusal: Refusal) -> None:
        for each in self.choices:
            each.setEnabled(True)
        newer = refusal.code in (StoreRefusal.STALE, StoreRefusal.UNKNOWN_RECORD)
        self.error.say(_("Something newer has come for this question; look at it again.") if newer else said(refusal))
        if newer:
            self.question = None
            self._load()


class Answer(Button):
    """An answer: what holds then, large, and below whose it is; both wrap."""

    def __init__(self, text: str, told: str, pressed: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("answer")
        self.text_shown = text
        column = QVBoxLayout(self)
        column.setContentsMargins(S4, S3, S4, S3)
        column.setSpacing(S1)
        for line in (label(text, "heading", wrap=True), label(told, "secondary", wrap=True)):
            line.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(line)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(f"{text} {told}")
        self.clicked.connect(lambda _checked=False: pressed())

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        layout = self.layout()
        return layout.minimumSize() if layout is not None else super().minimumSizeHint()
