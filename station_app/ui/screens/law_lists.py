"""Lists of the law's page: requests with their days, missing consents, who looked at what is masked, what the centre sees."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from station_app.clock import LOCAL, today
from station_app.compose import OpenStation, audit
from station_app.kinds.base import KINDS
from station_app.kinds.law_codes import Ground, Wanted
from station_app.messages import Refusal, _
from station_app.spec.meanings import Wire
from station_app.spec.purposes import TITLES
from station_app.store.records import Reader
from station_app.store.roles import Action
from station_app.ui.desk import Desk
from station_app.ui.parts import button, card, chip, label, rule, scrolling
from station_app.ui.places import Around, FormPlace
from station_app.ui.screens.law_dialogs import AnswerDialog, AuditDialog, CopyDialog
from station_app.ui.theme import ROW, S2, S3, S4
from station_app.work.consents import Answer, Missing, missing, texts
from station_app.work.disclosing import SMALL_PLACES, CentreSees, centre_sees
from station_app.work.requests import Due, due_list
from station_app.work.revealing import Seen

#: Rows shown at once; what lies beyond is counted.
MOST: Final = 200


class Panel(QWidget):
    """One list of the page."""

    title = ""
    #: Kinds whose changes make it read again.
    kinds: frozenset[str] = frozenset()

    def __init__(self, desk: Desk, around: Around, say: Callable[[str], None]) -> None:
        super().__init__()
        self._desk, self._around, self._say = desk, around, say
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(S3)

    def load(self) -> None:
        """Read the list."""

    def refused(self, refusal: Refusal) -> None:
        """Say why something was not done."""
        self._say(refusal.message)


class Rows(QWidget):
    """Rows in a card: a text in bold, one in grey, a word in colour, buttons."""

    def __init__(self) -> None:
        super().__init__()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 0, 0)
        self._frame, self._rows = card()
        self._rows.setSpacing(S2)
        inner.addWidget(self._frame)
        inner.addStretch(1)
        outer.addWidget(scrolling(body))

    def clear(self, empty: str = "") -> None:
        """Nothing, or a sentence that says so."""
        while self._rows.count():
            item = self._rows.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if empty:
            self._rows.addWidget(label(empty, "subtitle", wrap=True))

    def add(
        self, strong: str, grey: str, word: tuple[str, str] | None, acts: Sequence[tuple[str, Callable[[], None]]]
    ) -> None:
        """One more row."""
        if self._rows.count():
            self._rows.addWidget(rule())
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(S2)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(strong, "strong", wrap=True))
        words.addWidget(label(grey, "small", wrap=True))
        line.addLayout(words, 1)
        if word is not None:
            line.addWidget(chip(*word))
        for text, act in acts:
            made = button(text, act, "link")
            made.setAccessibleName(f"{text} {strong}")
            line.addWidget(made)
        self._rows.addWidget(row)


def table_of(titles: Sequence[str], widths: Sequence[int], name: str) -> QTableWidget:
    """A table to read, walked by arrows."""
    table = QTableWidget(0, len(titles))
    table.setHorizontalHeaderLabels(list(titles))
    table.setAccessibleName(name)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setFrameShape(QFrame.Shape.NoFrame)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(ROW)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setStretchLastSection(True)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    for number, width in enumerate(widths):
        table.setColumnWidth(number, width)
    return table


def fill(table: QTableWidget, rows: Sequence[Sequence[str]]) -> None:
    """The table's rows."""
    table.setRowCount(len(rows))
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            table.setItem(number, column, item)


# ---------------------------------------------------------------------- requests


class RequestsPanel(Panel):
    """Open requests, the one due first on top."""

    kinds = frozenset({"data_request"})

    def __init__(self, desk: Desk, around: Around, say: Callable[[str], None]) -> None:
        super().__init__(desk, around, say)
        self.title = _("Requests")
        top = QHBoxLayout()
        self.summary = label("", "secondary", wrap=True)
        top.addWidget(self.summary, 1)
        if desk.may(Action.WRITE_LAW):
            top.addWidget(button(_("New request"), self.new, "primary"))
        self.column.addLayout(top)
        self.rows = Rows()
        self.column.addWidget(self.rows, 1)

    def load(self) -> None:
        self._desk.query(self, lambda reader: due_list(reader, today()), self._show)

    def _show(self, found: list[Due]) -> None:
        late = sum(1 for due in found if due.late)
        self.summary.setText(
            _("{n} open, {late} overdue. Each is answered within 15 working days.", n=len(found), late=late)
        )
        self.rows.clear("" if found else _("No request is open."))
        titles = {w.value: _(w.label) for w in Wanted}
        for due in found[:MOST]:
            until = due.due_on.isoformat() if due.due_on else "—"
            grey = _("{wanted} · received {day} · due {until}", wanted=titles.get(due.wanted, due.wanted), day=due.received_on, until=until)  # fmt: skip
            word = (_("overdue"), "bad") if due.late else (_("open"), "info")
            acts: list[tuple[str, Callable[[], None]]] = [(_("Open"), partial(self._open, due))]
            if self._desk.may(Action.ANSWER_REQUEST):
                acts.append((_("Copy…"), partial(self.copy, due)))
                acts.append((_("Answer…"), partial(self.answer, due)))
            self.rows.add(due.title or _("(not known here)"), grey, word, acts)

    def new(self) -> None:
        """An empty request of today."""
        self._around.go(
            FormPlace("data_request", None, {"received_on": today().isoformat(), "state": "received", "by": "self"})
        )

    def _open(self, due: Due) -> None:
        self._around.go(FormPlace("data_request", due.record))

    def copy(self, due: Due) -> None:
        """Everything about the person, to hand over."""
        if due.person is not None:
            CopyDialog(self, self._desk, *due.person, due.title).exec()

    def answer(self, due: Due) -> None:
        """What came of it; deleting goes through the law's check first."""
        dialog = AnswerDialog(self, self._desk, due)
        if dialog.exec():
            self._around.tell(dialog.said)
            self.load()


# ---------------------------------------------------------------------- consents


class ConsentsPanel(Panel):
    """Records that hold sensitive data without the person's answer."""

    kinds = frozenset({"consent", "elder", "assessment", "worker"})

    def __init__(self, desk: Desk, around: Around, say: Callable[[str], None]) -> None:
        super().__init__(desk, around, say)
        self.title = _("Consents missing")
        self.summary = label("", "secondary", wrap=True)
        self.column.addWidget(self.summary)
        self.rows = Rows()
        self.column.addWidget(self.rows, 1)

    def load(self) -> None:
        def read(reader: Reader) -> list[tuple[Missing, str]]:
            return [(one, reader.caption(*one.person)) for one in missing(reader, today().isoformat())]

        self._desk.query(self, read, self._show)

    def _show(self, found: list[tuple[Missing, str]]) -> None:
        self.summary.setText(
            _(
                "{n} records of earlier ledgers hold sensitive data without an answer. Ask at the next visit, or empty the fields.",
                n=len(found),
            )
        )
        self.rows.clear("" if found else _("Every record has its consent."))
        words = {
            Answer.NONE: (_("not asked"), "warn"), Answer.REFUSED: (_("refused"), "bad"), Answer.WITHDRAWN: (_("withdrawn"), "bad"),
        }  # fmt: skip
        for one, name in found[:MOST]:
            grey = _("{kind} · {purpose}", kind=KINDS[one.kind].titled(), purpose=_(TITLES[one.purpose]))
            told = one.ground == Ground.STATUTORY
            word = (_("not told"), "warn") if told else words.get(one.answer, (one.answer.value, "plain"))
            place = FormPlace(one.kind, one.record)
            acts: list[tuple[str, Callable[[], None]]] = [(_("Open"), partial(self._around.go, place))]
            if self._desk.may(Action.WRITE_LAW):
                acts.append((_("Record the answer"), partial(self.record, one)))
            self.rows.add(name or _("(not known here)"), grey, word, acts)

    def record(self, one: Missing) -> None:
        """A new consent, begun with what is known."""
        told = one.ground == Ground.STATUTORY
        text = texts()["notice" if told else one.purpose]
        begin: dict[str, Wire] = {
            one.person[0]: one.person[1], "purpose": one.purpose, "given_on": today().isoformat(), "text_version": text.version,
            "ground": Ground.STATUTORY.value if told else Ground.CONSENT.value, "by": "self",
        }  # fmt: skip
        if told:
            begin["answer"] = "given"
        self._around.go(FormPlace("consent", None, begin))


# ---------------------------------------------------------------------- accesses


def _seen(station: OpenStation, one: Seen) -> tuple[str, ...]:
    kind = str(one.fields.get("what"))
    declared = KINDS.get(kind)
    fields = declared.fields if declared is not None else {}
    names = str(one.fields.get("shown") or "").split()
    second, number = one.fields.get("second"), int(str(one.fields.get("records") or 1))
    beside = station.user_name(str(second)) if second else ""
    if one.fields.get("waits"):
        beside = _("centre has countersigned") if one.countersigned else _("waits for the centre")
    title = declared.titled() if declared is not None else kind
    return (
        datetime.fromtimestamp(one.time / 1000, LOCAL).strftime("%Y-%m-%d %H:%M") if one.time else "",
        station.user_name(one.author), title if number == 1 else f"{title} ×{number}",
        "、".join(_(fields[n].title) if n in fields else n for n in names[:6]), beside, str(one.fields.get("reason") or ""),
    )  # fmt: skip


class AccessPanel(Panel):
    """Who looked at what is masked, newest first."""

    kinds = frozenset({"access", "approval"})

    def __init__(self, desk: Desk, around: Around, say: Callable[[str], None]) -> None:
        super().__init__(desk, around, say)
        self.title = _("Who looked")
        top = QHBoxLayout()
        self.minors = QCheckBox(_("Minors only"))
        self.minors.toggled.connect(lambda _on: self.load())
        top.addWidget(self.minors)
        self.summary = label("", "secondary", wrap=True)
        top.addWidget(self.summary, 1)
        top.addWidget(button(_("Yearly audit…"), self.export))
        self.column.addLayout(top)
        titles = (_("When"), _("Who"), _("Kind of record"), _("Fields"), _("Second person"), _("Why"))
        self.table = table_of(titles, (140, 90, 130, 210, 130), self.title)
        self.column.addWidget(self.table, 1)

    def load(self) -> None:
        minors = self.minors.isChecked()

        def read(station: OpenStation) -> tuple[list[tuple[str, ...]], int]:
            seen = audit(station, minors=minors)
            rows = [_seen(station, one) for one in seen[:MOST]]
            return rows, len(seen)

        self._desk.ask(self, read, self._show)

    def _show(self, found: tuple[list[tuple[str, ...]], int]) -> None:
        rows, number = found
        self.summary.setText(_("{n} times, the newest first", n=number))
        fill(self.table, rows)

    def export(self) -> None:
        """The yearly audit of minors' data as a file."""
        dialog = AuditDialog(self, self._desk)
        if dialog.exec():
            self._around.tell(dialog.said)


# ---------------------------------------------------------------------- the centre


class CentrePanel(Panel):
    """What the centre sees, read off the declarations."""

    kinds = frozenset({"policy"})

    def __init__(self, desk: Desk, around: Around, say: Callable[[str], None]) -> None:
        super().__init__(desk, around, say)
        self.title = _("What the centre sees")
        self.note = label(_(SMALL_PLACES), "secondary", wrap=True)
        self.column.addWidget(self.note)
        self.rows = Rows()
        self.column.addWidget(self.rows, 1)
        self.column.setSpacing(S4)

    def load(self) -> None:
        self._desk.ask(self, lambda station: centre_sees(station.store), self._show)

    def _show(self, seen: CentreSees) -> None:
        self.rows.clear()
        for one in seen.kinds:
            stays = _("stays here: {fields}", fields="、".join(one.stays) or "—")
            if one.disclosed:
                stays = _("by the signed policy the centre sees also: {fields}", fields="、".join(one.stays))
            text = _("the centre sees: {fields}", fields="、".join(one.open) or "—") + "\n" + stays
            self.rows.add(one.title, text, (_("opened by policy"), "warn") if one.disclosed else None, ())
