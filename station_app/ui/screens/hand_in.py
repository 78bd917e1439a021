"""Handing in by the stick: what is signed, what lies on the stick, what the centre has acknowledged; and enrolment."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QStorageInfo, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from station_app.clock import today
from station_app.compose import OpenStation
from station_app.messages import Refusal, _
from station_app.store.opened import Store
from station_app.sync import receipts
from station_app.sync.outbox import Outbox
from station_app.sync.receipts import Received
from station_app.sync.refusals import SyncRefusal
from station_app.ui.desk import Desk
from station_app.ui.jobs import Progress
from station_app.ui.parts import Heading, Message, Working, button, card, chip, label, rule, scrolling
from station_app.ui.places import Around, Page
from station_app.ui.refusals import said
from station_app.ui.screens.centre_word import word_on
from station_app.ui.theme import S2, S3, S4, S6
from station_app.work import enrolment, hand_in, month_end
from station_app.work.hand_in import Sent

#: Where this computer remembers what it wrote on sticks: digest of a report's PDF → day.
WRITTEN: Final = "window/on_stick"
#: Reports shown, the newest first.
SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Report:
    """How far a signed report is."""

    title: str
    signed_on: str
    on_stick: str  # the day, "" = not yet
    handed_in: bool
    says: str
    why: tuple[str, ...]  # what the centre found, unless all agrees


@dataclass(frozen=True, slots=True)
class State:
    """What the screen shows."""

    enrolled: bool
    why: str
    waiting: int
    reports: tuple[Report, ...]
    asked: bool


def state_of(station: OpenStation) -> State:
    """Read it. "Handed in" is only what a receipt that verifies says."""
    store = station.store
    enrolled = enrolment.identity(station)
    asked = store.fact(enrolment.ASKED_FACT) is not None
    if isinstance(enrolled, Refusal):
        return State(False, said(enrolled), 0, _reports(store), asked)
    held = Outbox(store, station.blobs, enrolled).acknowledged()
    waiting = store.position().get(store.device, 0) - held
    return State(True, "", max(0, waiting), _reports(store), asked)


def _reports(store: Store) -> tuple[Report, ...]:
    written: dict[str, str] = json.loads(store.fact(WRITTEN) or b"{}")
    with store.reading() as reader:
        signed = month_end.signed_reports(reader)
    newest = {str(r.fields.get("month")): r for r in signed}
    found: list[Report] = []
    for month in sorted(newest, reverse=True)[:SHOWN]:
        report = newest[month]
        number = report.fields.get("number")
        name = receipts.report_name(month, number if isinstance(number, int) else None)
        word = word_on(store, month, name)
        says = ""
        if word is not None:
            says = _("numbers agree") if word.agrees else _("numbers differ") if word.differs else _("not fully checked")
        on_stick = written.get(str(report.fields.get("pdf")), "")
        handed = receipts.handed_in(store, month)
        signed_on = str(report.fields.get("signed_on") or "")
        found.append(Report(name, signed_on, on_stick, handed, says, word.why if word is not None else ()))
    return tuple(found)


def send(station: OpenStation, usb: Path, progress: Progress) -> Sent | Refusal:
    """Write to the stick, and remember which reports now lie there."""
    sent = hand_in.send_usb(station, usb, lambda done, of: progress.at(done, of))
    if isinstance(sent, Refusal):
        return sent
    written: dict[str, str] = json.loads(station.store.fact(WRITTEN) or b"{}")
    with station.store.reading() as reader:
        for report in month_end.signed_reports(reader):
            number = report.fields.get("number")
            name = receipts.report_name(str(report.fields.get("month")), number if isinstance(number, int) else None)
            if f"{name}.pdf" in sent.reports:
                written[str(report.fields.get("pdf"))] = today().isoformat()
    station.store.keep(WRITTEN, json.dumps(written).encode())
    return sent


def sticks() -> list[tuple[str, str]]:
    """Sticks that are plugged in: (folder, how people call it)."""
    found: list[tuple[str, str]] = []
    for volume in QStorageInfo.mountedVolumes():
        root = volume.rootPath()
        removable = root.startswith(("/media/", "/run/media/", "/mnt/usb")) or (len(root) == 3 and root[1] == ":" and root[0] > "C")
        if removable and volume.isReady() and not volume.isReadOnly():
            free = volume.bytesAvailable() / 1024**3
            found.append((root, _("{name} ({free} GB free)", name=volume.displayName(), free=f"{free:.1f}")))
    return found


class EnrolDialog(QDialog):
    """Asks for the one-time code and the fingerprint from the printed invitation."""

    def __init__(self, parent: QWidget, *, again: bool) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Enrol this computer"))
        self.setMinimumWidth(560)
        column = QVBoxLayout(self)
        column.setContentsMargins(S6, S6, S6, S4)
        column.setSpacing(S3)
        column.addWidget(label(_("Enrol this computer"), "heading"))
        text = _(
            "Type both from the invitation the guidance centre printed for you. Compare every character: "
            "the fingerprint proves that the centre is the right one."
        )
        if again:
            text += " " + _("You asked already: leave both empty to take in the certificate that has come on the stick.")
        column.addWidget(label(text, wrap=True))
        self.code, self.fingerprint = QLineEdit(), QLineEdit()
        self.fingerprint.setPlaceholderText("XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX")
        grid = QGridLayout()
        grid.setVerticalSpacing(S3)
        for number, (title, line) in enumerate(((_("One-time code"), self.code), (_("Fingerprint"), self.fingerprint))):
            buddy = label(title)
            buddy.setBuddy(line)
            line.setAccessibleName(title)
            grid.addWidget(buddy, number, 0)
            grid.addWidget(line, number, 1)
        column.addLayout(grid)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(button(_("Cancel"), self.reject))
        ok = button(_("Go on"), self.accept, "primary")
        ok.setDefault(True)
        foot.addWidget(ok)
        column.addLayout(foot)


class HandInScreen(Page):
    """The stick, and how far everything is."""

    def __init__(self, desk: Desk, around: Around) -> None:
        super().__init__()
        self.setObjectName("page")
        self._desk, self._around = desk, around
        self._progress: Progress | None = None
        self.state: State | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(S6, S4, S6, S4)
        column.setSpacing(S4)
        self._heading = Heading(_("Hand in"), _("By USB stick to the guidance centre, and its receipt back"))
        column.addWidget(self._heading)
        self.message = Message("errors")
        column.addWidget(self.message)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(S4)
        inner.addWidget(self._enrolment())
        inner.addWidget(self._stick())
        frame, self._rows = card()
        self._rows.setSpacing(S2)
        inner.addWidget(frame)
        inner.addStretch(1)
        column.addWidget(scrolling(body), 1)

    def _enrolment(self) -> QFrame:
        self._enrol_card, column = card()
        column.addWidget(label(_("This computer is not enrolled yet"), "heading"))
        self._why = label("", "secondary", wrap=True)
        column.addWidget(self._why)
        row = QHBoxLayout()
        row.addStretch(1)
        self.enrol_button = button(_("Enrol…"), self._enrol, "primary")
        row.addWidget(self.enrol_button)
        column.addLayout(row)
        self._enrol_card.hide()
        return self._enrol_card

    def _stick(self) -> QFrame:
        frame, column = card()
        column.addWidget(label(_("USB stick"), "heading"))
        row = QHBoxLayout()
        row.setSpacing(S2)
        self.folder = QComboBox()
        self.folder.setAccessibleName(_("Folder of the stick"))
        self.folder.setMinimumContentsLength(12)
        self.folder.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        row.addWidget(self.folder, 1)
        row.addWidget(button(_("Another folder…"), self._choose))
        row.addWidget(button(_("Look again"), self.look_for_sticks))
        column.addLayout(row)
        self._waiting = label("", "secondary", wrap=True)
        column.addWidget(self._waiting)
        self.working = Working(self._stop)
        column.addWidget(self.working)
        foot = QHBoxLayout()
        foot.setSpacing(S2)
        foot.addStretch(1)
        self.receive_button = button(_("Take in what the centre sent"), self._receive)
        self.send_button = button(_("Write to the stick"), self._send, "primary")
        foot.addWidget(self.receive_button)
        foot.addWidget(self.send_button)
        column.addLayout(foot)
        return frame

    # ------------------------------------------------------------------ showing

    def begin(self) -> None:
        self.look_for_sticks()
        self.load()

    def refresh(self, kinds: frozenset[str]) -> None:
        self.load()

    def load(self) -> None:
        """Read the state."""
        self._desk.ask(self, state_of, self._arrived)

    @Slot()
    def look_for_sticks(self) -> None:
        """Sticks that are plugged in now; a folder chosen by hand stays in the list."""
        chosen = self.folder.currentData()
        by_hand = [(self.folder.itemData(i), self.folder.itemText(i)) for i in range(self.folder.count()) if self.folder.itemData(i)]
        found = sticks()
        rows = found + [row for row in by_hand if row[0] not in [f for f, _name in found] and Path(row[0]).is_dir()]
        self.folder.clear()
        for folder, name in rows:
            self.folder.addItem(name, folder)
        if not rows:
            self.folder.addItem(_("No stick found: plug one in, then “Look again”"), None)
        index = self.folder.findData(chosen)
        self.folder.setCurrentIndex(max(index, 0))
        self._enable()

    def use(self, folder: Path) -> None:
        """Use this folder as the stick."""
        if self.folder.count() and self.folder.itemData(0) is None:
            self.folder.clear()
        if self.folder.findData(str(folder)) < 0:
            self.folder.addItem(str(folder), str(folder))
        self.folder.setCurrentIndex(self.folder.findData(str(folder)))
        self._enable()

    @Slot()
    def _choose(self) -> None:
        name = QFileDialog.getExistingDirectory(self, _("Another folder…"))
        if name:
            self.use(Path(name))

    @property
    def stick(self) -> Path | None:
        """The chosen folder."""
        data = self.folder.currentData()
        return Path(data) if isinstance(data, str) else None

    def _arrived(self, state: State) -> None:
        self.state = state
        self._enrol_card.setVisible(not state.enrolled)
        why = state.why
        if state.asked and not state.enrolled:
            why = _("The request lies on the stick. Take it to the guidance centre; when the certificate has come back on the stick, press the button.")
        self._why.setText(why)
        self.enrol_button.setText(_("Take in the certificate…") if state.asked else _("Enrol…"))
        if state.enrolled:
            self._waiting.setText(
                _("{n} entries are not acknowledged by the centre yet.", n=f"{state.waiting:,}") if state.waiting
                else _("The centre has everything of this computer.")
            )  # fmt: skip
        else:
            self._waiting.setText(_("Handing in begins once this computer is enrolled."))
        self._show_reports(state.reports)
        self._enable()

    def _show_reports(self, reports: tuple[Report, ...]) -> None:
        while self._rows.count():
            item = self._rows.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._rows.addWidget(label(_("Month reports"), "heading"))
        if not reports:
            self._rows.addWidget(label(_("No report is signed yet. Sign one under “Month report”."), "secondary", wrap=True))
        for number, report in enumerate(reports):
            if number:
                self._rows.addWidget(rule())
            row = QWidget()
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(S2)
            line.addWidget(label(report.title, "strong"))
            line.addWidget(label(report.says, "secondary"), 1)
            line.addWidget(chip(_("signed {date}", date=report.signed_on), "good"))
            line.addWidget(chip(_("on the stick {date}", date=report.on_stick), "info") if report.on_stick else chip(_("not on a stick yet"), "plain"))
            line.addWidget(chip(_("handed in"), "good") if report.handed_in else chip(_("no receipt yet"), "warn"))
            self._rows.addWidget(row)
            if report.why:
                found = Message()
                found.say("\n".join(report.why), "caution")
                self._rows.addWidget(found)

    def _enable(self) -> None:
        ready = self.stick is not None and self._progress is None
        enrolled = self.state is not None and self.state.enrolled
        self.send_button.setEnabled(ready and enrolled)
        self.receive_button.setEnabled(ready and enrolled)
        self.enrol_button.setEnabled(ready)

    # ------------------------------------------------------------------ acting

    @Slot()
    def _send(self) -> None:
        stick = self.stick
        if stick is not None:
            self._start(_("Writing to the stick…"))
            self._progress = self._desk.act(self, lambda s, p: send(s, stick, p), self._sent, self._refused, self.working.at)
            self._enable()

    def _sent(self, sent: Sent) -> None:
        self._finish()
        if not sent.bundles and not sent.reports and not sent.blobs:
            self.message.say(_("There is nothing new to write: the stick has everything already."), "notice")
            return
        self.message.say(
            _(
                "Written and read back: {bundles} bundles, {reports} reports ({size} KB). The stick can be pulled out. "
                "It is handed in once the centre's receipt is here.",
              bundles=len(sent.bundles), reports=len(sent.reports), size=f"{sent.bytes // 1024 + 1:,}"),
            "success",
        )  # fmt: skip

    @Slot()
    def _receive(self) -> None:
        stick = self.stick
        if stick is not None:
            self._start(_("Reading the stick…"))
            self._progress = self._desk.act(
                self, lambda s, p: hand_in.receive_usb(s, stick, lambda done, of: p.at(done, of)),
                self._received, self._refused, self.working.at,
            )  # fmt: skip
            self._enable()

    def _received(self, got: Received) -> None:
        self._finish()
        texts = []
        if got.receipt:
            texts.append(_("The centre's receipt has come and verifies."))
        if got.entries:
            texts.append(_("{n} entries of the centre and of other computers were taken in.", n=got.entries))
        if got.conflicts:
            texts.append(_("{n} fields were written differently in two places.", n=got.conflicts))
        if got.refused:
            texts.append(_("{n} files were refused: {files}", n=len(got.refused), files="、".join(r.file for r in got.refused)))
        look = "caution" if got.refused or got.conflicts else "success" if texts else "notice"
        self.message.say(" ".join(texts) or _("There is nothing new for this computer on the stick."), look)

    @Slot()
    def _enrol(self) -> None:
        asked = self.state is not None and self.state.asked
        dialog = EnrolDialog(self, again=asked)
        if dialog.exec():
            self.enrol(dialog.code.text(), dialog.fingerprint.text())

    def enrol(self, code: str, fingerprint: str) -> None:
        """Write the request, or take the certificate in."""
        stick = self.stick
        if stick is None:
            self._refused(Refusal(SyncRefusal.NO_STICK, {"folder": ""}))
            return
        self._start(_("One moment…"))
        self._progress = self._desk.act(
            self, lambda s, _p: enrolment.request(s, stick, code, fingerprint), self._asked, self._refused, self.working.at
        )
        self._enable()

    def _asked(self, answer: dict[str, str]) -> None:
        self._finish()
        if answer["state"] == "enrolled":
            self.message.say(_("This computer is enrolled. Reports can be signed and handed in now."), "success")
        else:
            self.message.say(_("The request is on the stick. Take it to the guidance centre and bring it back with the certificate."), "success")

    # ------------------------------------------------------------------ pieces

    def _start(self, what: str) -> None:
        self.message.say("")
        self.working.begin(what)

    def _finish(self) -> None:
        self._progress = None
        self.working.end()
        self.load()

    def _refused(self, refusal: Refusal) -> None:
        self._finish()
        self.message.say(said(refusal), "notice" if refusal.code is SyncRefusal.CANCELLED else "errors")

    @Slot()
    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.cancel()
            self.working.stop.setEnabled(False)
