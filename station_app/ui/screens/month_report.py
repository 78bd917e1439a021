"""The month report: numbers, the written part, preview, signing; and what became of the signed one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from station_app.clock import today
from station_app.compose import OpenStation
from station_app.messages import N_, Refusal, _
from station_app.report.month import month_before
from station_app.report.picture import Written
from station_app.spec.meanings import Wire
from station_app.store.change import Done, Edit
from station_app.store.files import write_whole
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action
from station_app.sync import receipts
from station_app.ui.desk import Desk
from station_app.ui.jobs import Progress
from station_app.ui.parts import Beside, Heading, Message, Question, Working, button, card, chip, label, scrolling
from station_app.ui.places import Around, Page, ScreenPlace
from station_app.ui.refusals import said
from station_app.ui.screens.centre_word import word_on
from station_app.ui.screens.month_figures import BehindPanel, FiguresTable
from station_app.ui.screens.pdf_view import PageImage, PdfView, pages_of
from station_app.ui.theme import S2, S3, S4, S6
from station_app.work import month_end
from station_app.work.month_end import Month, Signed
from station_app.work.refusals import MonthRefusal

#: Months offered, this one first.
OFFERED: Final = 24
#: Findings of the centre said here, so that the numbers still have room; the hand-in screen says them all.
FOUND: Final = 3
#: The written parts: field of the record, title.
PARTS: Final = (
    ("key_work", N_("Key work and cases")),
    ("problems_text", N_("Problems and suggestions")),
    ("plans", N_("Plans for next month")),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the screen shows of a month."""

    month: Month
    handed_in: bool
    says: str  # that the centre's numbers agree
    why: tuple[str, ...]  # what the centre found, unless all agrees
    draft: str | None  # the record that keeps the written part
    written: dict[str, str]


def shown(station: OpenStation, month: str) -> Shown | Refusal:
    """Read a month."""
    looked = month_end.look(station, month)
    if isinstance(looked, Refusal):
        return looked
    store = station.store
    with store.reading() as reader:
        drafts = [r for r in reader.all("month_report", {"month": month}) if r.fields.get("state") in (None, "draft")]
    draft = drafts[0] if drafts else None
    source = draft or looked.signed
    written = {name: str((source.fields if source else {}).get(name) or "") for name, _title in PARTS}
    handed = looked.signed is not None and receipts.handed_in(store, month)
    says = ""
    why: tuple[str, ...] = ()
    if looked.signed is not None:
        number = looked.signed.fields.get("number")
        word = word_on(store, month, receipts.report_name(month, number if isinstance(number, int) else None))
        if word is not None:
            says, why = _("The centre's own numbers agree.") if word.agrees else "", word.why
    return Shown(looked, handed, says, why, draft.id if draft else None, written)


class MonthReportScreen(Page):
    """One month."""

    def __init__(self, desk: Desk, around: Around) -> None:
        super().__init__()
        self.setObjectName("page")
        self._desk, self._around = desk, around
        self._shown: Shown | None = None
        self._progress: Progress | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(S6, S4, S6, S4)
        column.setSpacing(S3)
        self.behind = BehindPanel(desk, around)
        outer.addWidget(Beside(left, self.behind))
        self._heading = Heading(_("Month report"))
        self._heading.subtitle.hide()
        self.behind.opened.connect(self.table_narrow)
        self._draft: Mapping[str, Any] | None = None
        self.month = QComboBox()
        self.month.setAccessibleName(_("Month"))
        self.month.setMaxVisibleItems(12)
        this = today().isoformat()[:7]
        for back in range(OFFERED):
            month = month_before(this, back)
            self.month.addItem(_("{month} of {year}", year=int(month[:4]), month=int(month[5:])), month)
        self.month.setCurrentIndex(1 if today().day <= 15 else 0)
        self.month.activated.connect(self._other_month)
        self.keep = button(_("Save the PDF…"), self._keep)
        self.sign_button = button(_("Sign…"), self._sign, "primary")
        self._heading.add(self.month, self.keep)
        if desk.may(Action.SIGN_MONTH):
            self._heading.add(self.sign_button)
        column.addWidget(self._heading)
        self._state = QHBoxLayout()
        self._state.setSpacing(S2)
        column.addLayout(self._state)
        self.message = Message("errors")
        column.addWidget(self.message)
        self.found = Message("caution")
        self.found.action.clicked.connect(lambda _checked=False: around.go(ScreenPlace("hand_in")))
        column.addWidget(self.found)
        self.working = Working(self._stop)
        column.addWidget(self.working)
        column.addLayout(self._tabs())
        column.addWidget(self._stack, 1)
        self.keep.hide()
        self.sign_button.setEnabled(False)

    def _tabs(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(S4)
        self._stack = QStackedWidget()
        self.table = FiguresTable()
        self.table.asked.connect(self._explain)
        self._stack.addWidget(self._numbers())
        self._stack.addWidget(self._texts())
        self.pdf = PdfView()
        self._stack.addWidget(self.pdf)
        self.tabs: list[QPushButton] = []
        for number, title in enumerate((_("Numbers"), _("Written part"), _("Preview"))):
            tab = button(title, lambda number=number: self.show_tab(number), "tab")  # type: ignore[misc]
            tab.setCheckable(True)
            tab.setChecked(number == 0)
            self.tabs.append(tab)
            row.addWidget(tab)
        row.addStretch(1)
        return row

    def _numbers(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S2)
        self.checks = Message("caution")
        column.addWidget(self.checks)
        column.addWidget(self.table, 1)
        column.addWidget(label(_("Enter on a number lists the records behind it."), "note"))
        return body

    def _texts(self) -> QWidget:
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 0, 0)
        frame, column = card()
        column.addWidget(label(_(
            "These paragraphs stand in the report. Write no names of clients: the report goes beyond the station."
        ), "secondary", wrap=True))
        self.parts: dict[str, QPlainTextEdit] = {}
        for name, title in PARTS:
            text = QLabel(_(title))
            box = QPlainTextEdit()
            box.setTabChangesFocus(True)
            box.setMinimumHeight(84)
            box.setAccessibleName(_(title))
            text.setBuddy(box)
            column.addWidget(text)
            column.addWidget(box, 1)
            self.parts[name] = box
        foot = QHBoxLayout()
        self._kept = label("", "small")
        foot.addWidget(self._kept, 1)
        self.keep_text = button(_("Save"), self._keep_written)
        foot.addWidget(self.keep_text)
        column.addLayout(foot)
        inner.addWidget(frame, 1)
        return scrolling(body)

    # ------------------------------------------------------------------ showing

    def begin(self) -> None:
        self.load()
        self.table.setFocus()

    def refresh(self, kinds: frozenset[str]) -> None:
        if not self.unsaved() and self._progress is None:
            self.load()

    @property
    def chosen(self) -> str:
        """The month on screen, ``YYYY-MM``."""
        return str(self.month.currentData())

    def choose(self, month: str) -> None:
        """Show another month."""
        index = self.month.findData(month)
        if index < 0:
            self.month.addItem(_("{month} of {year}", year=int(month[:4]), month=int(month[5:])), month)
            index = self.month.count() - 1
        self.month.setCurrentIndex(index)
        self._other_month()

    @Slot()
    def _other_month(self) -> None:
        self.behind.hide()
        self.pdf.clear()
        self.message.say("")
        self.show_tab(0)
        self.load()

    def load(self) -> None:
        """Read the month."""
        month = self.chosen
        self._desk.ask(self, lambda station: shown(station, month), self._arrived, self._refused)

    def _arrived(self, found: Shown) -> None:
        if found.month.month != self.chosen:
            return
        self._shown = found
        month = found.month
        self.table.show_figures(list(month.numbers), frozenset(d.key for d in month.differing))
        self.checks.say("\n".join(c.sentence for c in month.failed))
        typed: Mapping[str, Any] = {} if self._draft is None else self._draft["parts"]
        self._draft = None
        for name, box in self.parts.items():
            box.setPlainText(str(typed.get(name, found.written[name])))
        self._show_state(found)
        self.keep.setVisible(month.signed is not None)
        may = month.signed is None or bool(month.differing)
        self.sign_button.setEnabled(may and not month.failed)
        self.sign_button.setText(_("Sign…") if month.signed is None else _("Sign a correction…"))
        self.sign_button.setVisible(may and self._desk.may(Action.SIGN_MONTH))

    def _show_state(self, found: Shown) -> None:
        while self._state.count():
            item = self._state.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        month = found.month
        if month.signed is None:
            self._state.addWidget(chip(_("not signed"), "plain"))
            text = _("The numbers follow the records until the report is signed.")
        else:
            self._state.addWidget(chip(_("report signed"), "good"))
            self._state.addWidget(chip(_("handed in"), "good") if found.handed_in else chip(_("not handed in yet"), "warn"))
            text = _("Signed on {date}.", date=str(month.signed.fields.get("signed_on") or ""))
            if month.differing:
                text += " " + _("{n} numbers have changed since; signing again makes a numbered correction.", n=len(month.differing))
        few = found.why if len(found.why) <= FOUND + 1 else found.why[:FOUND]
        self.found.say("\n".join(few))
        self.found.action.setText(_("{n} more under “Hand in”", n=len(found.why) - len(few)))
        self.found.action.setVisible(len(few) < len(found.why))
        if found.says:
            text += " " + found.says
        if month.late.lines:
            text += " " + _("{n} lines of earlier months came late and stand in the supplement.", n=len(month.late.lines))
        self._state.addWidget(label(text, "secondary", wrap=True), 1)

    @Slot(bool)
    def table_narrow(self, narrow: bool) -> None:
        """While the drawer is open the table keeps what matters: title and numbers."""
        self.table.setColumnHidden(0, narrow)
        self.table.setColumnHidden(5, narrow)
        self.table.setColumnHidden(4, narrow and self.width() < 840)

    def show_tab(self, number: int) -> None:
        """Numbers, written part or preview."""
        for place, tab in enumerate(self.tabs):
            tab.setChecked(place == number)
        self._stack.setCurrentIndex(number)
        if number != 0:
            self.behind.hide()
        if number == 2:
            self._preview()

    @Slot(str, str)
    def _explain(self, key: str, column: str) -> None:
        self.behind.ask(self.chosen, key, column)

    # ------------------------------------------------------------------ the written part

    def written(self) -> Written:
        """The paragraphs as they stand in the boxes."""
        texts = {name: box.toPlainText().strip() for name, box in self.parts.items()}
        return Written(texts["key_work"], texts["problems_text"], texts["plans"])

    def unsaved(self) -> bool:
        if self._shown is None:
            return False
        return any(box.toPlainText().strip() != self._shown.written[n].strip() for n, box in self.parts.items())

    def draft(self) -> Mapping[str, Any] | None:
        if not self.unsaved():
            return None
        return {"month": self.chosen, "parts": {name: box.toPlainText() for name, box in self.parts.items()}}

    def restore(self, draft: Mapping[str, Any]) -> None:
        self._draft = draft  # the reading under way puts it back; of another month, the one that follows
        if self.chosen != draft["month"]:
            self.choose(str(draft["month"]))

    def save_then(self, then: Callable[[], None]) -> None:
        self._keep_written(then)

    def _keep_written(self, then: Callable[[], None] | None = None) -> None:
        if self._shown is None:
            return
        fields: dict[str, Wire] = {name: box.toPlainText().strip() for name, box in self.parts.items()}
        record = self._shown.draft
        if record is None:
            fields = {n: v for n, v in fields.items() if v}
            fields.update(month=self.chosen, number=0, state="draft")

        def kept(_done: Done) -> None:
            self._kept.setText(_("Saved."))
            if then is not None:
                then()
            self.load()

        self._desk.change(self, [Edit("month_report", fields, record)], "edit", kept, self._refused)

    # ------------------------------------------------------------------ preview, signing, keeping

    def _preview(self) -> None:
        month, written, width = self.chosen, self.written(), self.pdf.pixels()
        self.working.begin(_("Drawing the pages…"), stop=False)
        signed = self._shown is not None and self._shown.month.signed is not None and not self._shown.month.differing

        def drawn(station: OpenStation) -> list[PageImage] | Refusal:
            if signed:
                pdf = month_end.signed_pdf(station, month)
                if pdf is not None:
                    return pages_of(pdf, width)
            made = month_end.preview(station, month, written)
            return made if isinstance(made, Refusal) else pages_of(made.pdf, width)

        self._desk.ask(self, drawn, self._drawn, self._refused)

    def _drawn(self, images: list[PageImage]) -> None:
        self.working.end()
        self.pdf.show_pages(images)

    @Slot()
    def _sign(self) -> None:
        question = Question(
            self, _("Sign the report of {month}?", month=self.month.currentText()),
            _("A signed report is never changed. What comes to light later stands in the supplement of the next month, "
              "or in a numbered correction."),
            (("sign", _("Sign")), ("stay", _("Not yet"))),
        )  # fmt: skip
        question.exec()
        if question.answer == "sign":
            self.sign()

    def sign(self, clock_ok: bool = False) -> None:
        """Sign the month on screen; ``clock_ok``: the user looked at the date and says it is right."""
        month, written = self.chosen, self.written()
        draft = self._shown.draft if self._shown is not None else None
        self.sign_button.setEnabled(False)
        self.message.say("")
        self.working.begin(_("Checking, drawing and signing…"), stop=False)

        def signed(station: OpenStation, _progress: Progress) -> Signed | Refusal:
            made = month_end.sign(station, month, written, clock_ok=clock_ok)
            if draft is not None and not isinstance(made, Refusal):
                station.store.remove("month_report", draft, station.author)
            return made

        self._progress = self._desk.act(self, signed, self._signed, self._refused)

    def _signed(self, _made: Signed) -> None:
        self._progress = None
        self.working.end()
        self.message.say(_("Signed. Now hand it in."), "success")
        self._action(_("To handing in"))
        self.load()
        if self._stack.currentIndex() == 2:
            self._preview()

    def _action(self, text: str) -> None:
        action = self.message.action
        action.setText(text)
        if not action.property("wired"):
            action.clicked.connect(lambda _checked=False: self._around.go(ScreenPlace("hand_in")))
            action.setProperty("wired", True)
        action.show()

    def _refused(self, refusal: Refusal) -> None:
        self._progress = None
        self.working.end()
        if refusal.code == StoreRefusal.NOTHING_TO_DO:
            return
        self.sign_button.setEnabled(True)
        self.message.action.hide()
        self.message.say(said(refusal), "errors")
        if refusal.code is MonthRefusal.CLOCK:
            self._ask_clock(refusal)
        if refusal.code.value == "not_enrolled":
            self._action(_("To enrolment"))

    def _ask_clock(self, refusal: Refusal) -> None:
        question = Question(
            self, _("Is today {day}?", day=str(refusal.values["today"])), str(refusal.values["why"]),
            (("yes", _("Yes, the date is right: sign")), ("no", _("No, do not sign"))),
        )  # fmt: skip
        question.exec()
        if question.answer == "yes":
            self.sign(clock_ok=True)

    @Slot()
    def _keep(self) -> None:
        month = self.chosen
        name, _filter = QFileDialog.getSaveFileName(self, _("Save the PDF…"), f"{month}.pdf", "PDF (*.pdf)")
        if name:
            self.save_pdf(Path(name))

    def save_pdf(self, path: Path) -> None:
        """The signed report as a file."""
        month = self.chosen

        def kept(station: OpenStation) -> bool | Refusal:
            pdf = month_end.signed_pdf(station, month)
            if pdf is None:
                return False
            try:
                write_whole(path, pdf)
            except OSError as error:
                return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
            return True

        self._desk.ask(
            self, kept, lambda ok: self.message.say(_("Saved in {file}.", file=path), "success") if ok else None, self._refused
        )

    @Slot()
    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.cancel()
