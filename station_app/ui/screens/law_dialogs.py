"""Small questions of the law's page: an answer, a second person, a copy for the person, an audit, texts, a breach."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from station_app.clock import today
from station_app.compose import (
    IMPACT,
    OpenStation,
    Taking,
    audit_file,
    breach_page,
    consent_page,
    copy_person,
    delete_person,
    impact_text,
    second_users,
)
from station_app.kinds.law_codes import Identity, RequestState
from station_app.messages import Refusal, _
from station_app.paper.person import Breach
from station_app.store.files import write_whole
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action
from station_app.ui.desk import Desk
from station_app.ui.parts import Message, button, label, scrolling
from station_app.ui.refusals import said
from station_app.ui.screens.reveal import SecondPerson
from station_app.ui.theme import S2, S3, S4, S6
from station_app.work.consents import texts
from station_app.work.refusals import LawRefusal
from station_app.work.requests import Due, answer

if TYPE_CHECKING:
    pass


class Ask(QDialog):
    """A title, a place for errors, what is asked, and two buttons at the foot."""

    def __init__(self, parent: QWidget, desk: Desk | None, title: str, ok: str) -> None:
        super().__init__(parent)
        self._desk = desk
        #: What was done, in words, once it is.
        self.said = ""
        self.setWindowTitle(title)
        self.setMinimumWidth(480)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(S6, S6, S6, S4)
        outer.setSpacing(S3)
        outer.addWidget(label(title, "heading"))
        self.error = Message("errors")
        outer.addWidget(self.error)
        self.column = QVBoxLayout()
        self.column.setSpacing(S3)
        outer.addLayout(self.column)
        foot = QHBoxLayout()
        foot.setSpacing(S2)
        foot.addStretch(1)
        self.cancel = button(_("Cancel"), self.reject)
        foot.addWidget(self.cancel)
        self.ok = button(ok, self.go, "primary")
        self.ok.setDefault(True)
        foot.addWidget(self.ok)
        outer.addLayout(foot)

    def line(self, text: str, widget: QWidget) -> None:
        """A line to fill in, with its label above."""
        words = label(text)
        words.setBuddy(widget)
        widget.setAccessibleName(text)
        self.column.addWidget(words)
        self.column.addWidget(widget)

    def go(self) -> None:
        """Do it."""
        self.accept()

    def act(self, work: Callable[[OpenStation], Any], text: str) -> None:
        """Do it off the window's thread; the dialog closes when it is done."""
        assert self._desk is not None
        self.error.say("")
        self.ok.setEnabled(False)

        def done(result: Any) -> None:
            self.said = text
            self.done_with(result)

        self._desk.act(self, lambda station, _progress: work(station), done, self.refused)

    def done_with(self, result: Any) -> None:
        """What follows when it is done."""
        self.accept()

    def refused(self, refusal: Refusal) -> None:
        """Say why not."""
        self.ok.setEnabled(True)
        self.error.say(said(refusal))


class WordDialog(Ask):
    """One line of text."""

    def __init__(self, parent: QWidget, title: str, question: str) -> None:
        super().__init__(parent, None, title, _("Keep"))
        self.text = QLineEdit()
        self.line(question, self.text)
        self.text.setFocus()

    def go(self) -> None:
        if self.text.text().strip():
            self.accept()
        else:
            self.error.say(said(Refusal(LawRefusal.REASON_NEEDED)))


class SecondDialog(Ask):
    """The second person's name and password, on the spot."""

    def __init__(
        self, parent: QWidget, desk: Desk, title: str, work: Callable[[OpenStation, tuple[str, str]], Any]
    ) -> None:
        super().__init__(parent, desk, title, _("Agree"))
        self._work = work
        self.second = SecondPerson()
        self.column.addWidget(self.second)
        self.column.addWidget(
            label(
                _("Where a station has no second person, the centre countersigns at the next hand-in."),
                "note",
                wrap=True,
            )
        )
        desk.ask(self, second_users, self.second.offer)
        self.second.ask()

    def go(self) -> None:
        given = self.second.given()
        if given is not None:
            self.act(lambda station: self._work(station, given), "")


class AnswerDialog(Ask):
    """What came of a request."""

    def __init__(self, parent: QWidget, desk: Desk, due: Due) -> None:
        super().__init__(parent, desk, _("Answer the request of {name}", name=due.title), _("Answer"))
        self._due = due
        self.identity, self.state = QComboBox(), QComboBox()
        self.identity.addItem(_("as written in the request"), None)
        for one in Identity:
            self.identity.addItem(_(one.label), one.value)
        if due.wanted == "delete" and desk.may(Action.ERASE):
            self.state.addItem(_("Delete now, if no law keeps the data"), "delete")
        for state in RequestState:
            if state != RequestState.RECEIVED:
                self.state.addItem(_(state.label), state.value)
        self.reason = QPlainTextEdit()
        self.reason.setTabChangesFocus(True)
        self.reason.setFixedHeight(92)
        self.line(_("How the one who asks was known"), self.identity)
        self.line(_("What came of it"), self.state)
        self.line(_("Answer, or reason of the refusal"), self.reason)
        self.state.setFocus()

    def go(self) -> None:
        state, reason = str(self.state.currentData()), self.reason.toPlainText()
        identity, record = self.identity.currentData(), self._due.record
        if state == "delete":
            self.act(lambda s: delete_person(s, record), _("Everything about this person was erased."))
        else:
            self.act(lambda s: answer(s.store, s.author, record, state, reason, today(), identity), _("Answered."))


class CopyDialog(Ask):
    """How a person's copy leaves."""

    def __init__(self, parent: QWidget, desk: Desk, kind: str, record: str, name: str) -> None:
        super().__init__(parent, desk, _("Copy of the data of {name}", name=name), _("Choose where and write…"))
        self._kind, self._record, self._name = kind, record, name
        self.reason, self.how = QLineEdit(_("The person asked for it")), QComboBox()
        self.how.addItem(_("Locked with a passphrase that you tell the person"), "passphrase")
        self.how.addItem(_("Readable, to be printed and handed over"), "plain")
        self.line(_("Why it leaves"), self.reason)
        self.line(_("How it leaves"), self.how)
        self.second = SecondPerson()
        self.column.addWidget(self.second)
        self.passphrase = label("", "number")
        self.passphrase.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.passphrase.hide()
        self.column.addWidget(self.passphrase)
        self.column.addWidget(
            label(
                _("A paper (PDF) and a file for programs (JSON), with everyone who looked at the masked data."),
                "note",
                wrap=True,
            )
        )
        desk.ask(self, second_users, self.second.offer)
        self.how.setFocus()

    def go(self) -> None:
        name = f"{self._name}-{today().isoformat()}"
        chosen, _filter = QFileDialog.getSaveFileName(self, _("Where to write the file"), str(Path.home() / name))
        if chosen:
            self.write_to(Path(chosen))

    def write_to(self, stem: Path) -> None:
        """Write both files."""
        from station_app.trust.passphrase import new_passphrase

        word = None if self.how.currentData() == "plain" else new_passphrase()
        taking = Taking(self.reason.text(), passphrase=word, plain=word is None, second=self.second.given())
        if word is not None:
            self.passphrase.setText(word)
        kind, record = self._kind, self._record
        self.act(lambda s: copy_person(s, kind, record, stem, taking), _("The copy is written."))

    def done_with(self, result: Any) -> None:
        if not self.passphrase.text():
            self.accept()
            return
        self.error.say(_("Written. Tell the person this passphrase; it is shown only now:"), "success")
        self.passphrase.show()
        self.ok.hide()
        self.cancel.setText(_("Close"))
        self.cancel.setFocus()

    def refused(self, refusal: Refusal) -> None:
        super().refused(refusal)
        self.passphrase.setText("")
        if refusal.code is LawRefusal.SECOND_FOR_MINOR:
            self.second.ask()


class AuditDialog(Ask):
    """The yearly audit of minors' data, as a file."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, desk, _("Yearly audit of minors' data"), _("Choose where and write…"))
        self.year = QComboBox()
        for year in range(today().year, today().year - 4, -1):
            self.year.addItem(str(year), str(year))
        self.line(_("Year"), self.year)
        self.column.addWidget(label(_("Ids, times, reasons, second persons; no name of a child."), "note", wrap=True))

    def go(self) -> None:
        name = f"{_('Yearly audit of minors')}-{self.year.currentData()}.csv"
        chosen, _filter = QFileDialog.getSaveFileName(self, _("Where to write the file"), str(Path.home() / name))
        if chosen:
            self.write_to(Path(chosen))

    def write_to(self, file: Path) -> None:
        """Write the list."""
        year = str(self.year.currentData())
        self.act(lambda s: audit_file(s, year, file), _("Written: {file}", file=file.name))


class TextsDialog(Ask):
    """The texts of consents and of the notice, to read out, with their versions; each can be printed."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, desk, _("Texts to read out"), _("Save as PDF…"))
        self.cancel.setText(_("Close"))
        self.which = QComboBox()
        for purpose, text in texts().items():
            self.which.addItem(f"{text.title}（{text.version}）", purpose)
        self.which.addItem(_("Impact assessment (template)"), IMPACT)
        self.which.currentIndexChanged.connect(lambda _n: self._show())
        self.line(_("Text"), self.which)
        self.text = label("", wrap=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        area = scrolling(self.text)
        area.setMinimumHeight(200)
        self.column.addWidget(area)
        self.setMinimumWidth(560)
        self.which.setFocus()
        self._show()

    @Slot()
    def _show(self) -> None:
        purpose = str(self.which.currentData())
        self.text.setText(impact_text() if purpose == IMPACT else texts()[purpose].text)

    def go(self) -> None:
        name = f"{self.which.currentText().partition('（')[0]}.pdf"
        chosen, _filter = QFileDialog.getSaveFileName(self, _("Where to write the file"), str(Path.home() / name))
        if chosen:
            self.write_to(Path(chosen))

    def write_to(self, file: Path) -> None:
        """Write the chosen text as a paper to sign."""
        purpose = str(self.which.currentData())
        self.act(lambda s: _written(file, consent_page(s, purpose)), _("Written: {file}", file=file.name))


class BreachDialog(Ask):
    """What a report of a breach has to say; everything may be left empty and filled in by hand."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, desk, _("Report of a personal data breach"), _("Save as PDF…"))
        self.setMinimumWidth(620)
        body = QWidget()
        grid = QGridLayout(body)
        grid.setVerticalSpacing(S2)
        grid.setHorizontalSpacing(S4)
        grid.setColumnStretch(1, 1)
        self.lines: dict[str, QLineEdit] = {}
        for row, (name, text) in enumerate(_breach_titles()):
            words, made = label(text, wrap=True), QLineEdit()
            words.setBuddy(made)
            made.setAccessibleName(text)
            grid.addWidget(words, row, 0)
            grid.addWidget(made, row, 1)
            self.lines[name] = made
        self.lines["happened"].setFocus()
        area = scrolling(body)
        area.setMinimumHeight(320)
        self.column.addWidget(area)
        self.column.addWidget(
            label(
                _("First: change the passwords, call the centre, keep the computer as it is. Then write."),
                "note",
                wrap=True,
            )
        )

    def go(self) -> None:
        name = f"{_('Report of a personal data breach')}-{today().isoformat()}.pdf"
        chosen, _filter = QFileDialog.getSaveFileName(self, _("Where to write the file"), str(Path.home() / name))
        if chosen:
            self.write_to(Path(chosen))

    def write_to(self, file: Path) -> None:
        """Write the page."""
        breach = Breach(**{name: made.text().strip() for name, made in self.lines.items()})
        self.act(lambda s: _written(file, breach_page(s, breach)), _("Written: {file}", file=file.name))


def _breach_titles() -> Sequence[tuple[str, str]]:
    return (
        ("happened", _("When and how it was noticed")), ("kinds", _("Which kinds of data")), ("people", _("How many people")),
        ("cause", _("Cause")), ("harm", _("Harm it may do")), ("taken", _("Measures taken")),
        ("advice", _("What people can do themselves")), ("contact", _("Who to ask")),
    )  # fmt: skip


def _written(file: Path, data: bytes) -> bool | Refusal:
    try:
        write_whole(file, data)
    except OSError as error:
        return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
    return True
