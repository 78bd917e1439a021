"""Backups: the newest one, where they lie, how old and how well proven; make one, rehearse a restore, choose the place."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from station_app.clock import LOCAL
from station_app.compose import OpenStation, back_up, backup_due, backup_place, backup_status, drill
from station_app.messages import N_, Refusal, _
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action
from station_app.ui.desk import Desk
from station_app.ui.jobs import Progress
from station_app.ui.parts import Heading, Message, Working, button, card, chip, label, rule, scrolling
from station_app.ui.places import Around, Page, ScreenPlace
from station_app.ui.refusals import said
from station_app.ui.theme import S2, S3, S4, S6
from station_app.work.backing_up import Drilled, Made
from station_app.work.backup_shelf import One, Status

T = TypeVar("T")

#: After unlocking, work begins; today's backup begins this much later.
BEGINS_MS: Final = 20_000
#: Beyond so many days without a backup the age is shown as a warning, then as bad.
OLD, VERY_OLD = 2, 7
SHOWN: Final = 40

STEPS: Final = {
    "copy": N_("Copying the database…"),
    "write": N_("Writing the file…"),
    "read": N_("Reading it again from the disk…"),
    "chains": N_("Verifying that nothing is missing…"),
    "rebuild": N_("Comparing every row with the journal…"),
    "blobs": N_("Opening photos and papers…"),
}
REASONS: Final = {
    "daily": N_("daily"),
    "now": N_("by hand"),
    "update": N_("before an update"),
    "import": N_("before an import"),
}


def day_text(moment: datetime) -> str:
    """A moment as people say it."""
    return moment.strftime("%Y-%m-%d %H:%M")


def moment_text(moment: int | None) -> str:
    """A moment in ms since 1970; a dash for never."""
    return _("never yet") if moment is None else day_text(datetime.fromtimestamp(moment / 1000, LOCAL))


def age_text(days: int) -> str:
    """How old."""
    return _("today") if days <= 0 else _("yesterday") if days == 1 else _("{n} days ago", n=days)


def size_text(size: int | None) -> str:
    """Megabytes, at least one."""
    return "" if size is None else _("{n} MB", n=max(1, round(size / 1_048_576)))


def reason_of(one: One) -> str:
    """Why it was made, by its name."""
    found = next((text for word, text in REASONS.items() if f"-{word}" in one.name), "")
    return _(found) if found else ""


def telling(progress: Progress) -> Callable[[int, int, str], bool]:
    """What the work reports, in words."""
    return lambda done, of, what: progress.at(done, of, _(STEPS[what]))


class BackupsScreen(Page):
    """Backups of this station."""

    def __init__(self, desk: Desk, around: Around) -> None:
        super().__init__()
        self.setObjectName("page")
        self._desk, self._around = desk, around
        self._progress: Progress | None = None
        may = desk.may(Action.BACK_UP)
        column = QVBoxLayout(self)
        column.setContentsMargins(S6, S4, S6, S4)
        column.setSpacing(S4)
        heading = Heading(_("Backups"), _("One file holds everything, encrypted; a password of that day opens it"))
        self.rehearse = button(_("Rehearse a restore"), self.start_drill)
        self.now = button(_("Back up now"), self.start_backup, "primary")
        if may:
            heading.add(self.rehearse, self.now)
        column.addWidget(heading)
        self.message = Message("errors")
        column.addWidget(self.message)
        self.working = Working(self._stop)
        column.addWidget(self.working)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(S4)
        inner.addWidget(self._state_card())
        inner.addWidget(self._place_card(may))
        inner.addWidget(self._shelf_card())
        inner.addStretch(1)
        column.addWidget(scrolling(body), 1)

    # ------------------------------------------------------------------ parts

    def _state_card(self) -> QWidget:
        frame, column = card()
        frame.setMaximumWidth(820)
        top = QHBoxLayout()
        self._newest = label("", "heading", wrap=True)
        top.addWidget(self._newest, 1)
        self._chip = chip("", "plain")
        top.addWidget(self._chip)
        column.addLayout(top)
        grid = QGridLayout()
        grid.setHorizontalSpacing(S4)
        grid.setVerticalSpacing(S2)
        grid.setColumnStretch(1, 1)
        self._values: dict[str, QLabel] = {}
        for row, (key, title) in enumerate(
            (("entries", _("Holds")), ("verified", _("Last proven good")), ("drill", _("Restore last rehearsed")))
        ):
            grid.addWidget(label(title, "secondary"), row, 0)
            value = self._values[key] = label("", wrap=True)
            grid.addWidget(value, row, 1)
        column.addLayout(grid)
        self._due = Message("caution")
        column.addWidget(self._due)
        return frame

    def _place_card(self, may: bool) -> QWidget:
        frame, column = card()
        frame.setMaximumWidth(820)
        column.addWidget(label(_("Where backups go"), "heading"))
        self._place = label("", wrap=True)
        column.addWidget(self._place)
        self._place_note = Message("caution")
        column.addWidget(self._place_note)
        row = QHBoxLayout()
        row.setSpacing(S2)
        self.choose_button = button(_("Choose a stick or another disk…"), self.choose)
        self.here_button = button(_("Beside the station again"), lambda: self.take_place(None), "link")
        if may:
            row.addWidget(self.choose_button)
            row.addWidget(self.here_button)
        row.addStretch(1)
        column.addLayout(row)
        return frame

    def _shelf_card(self) -> QWidget:
        frame, column = card()
        frame.setMaximumWidth(820)
        column.addWidget(label(_("Backups there are"), "heading"))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(S2)
        column.addLayout(self._rows)
        kept = _(
            "Kept: the last one of each of 30 days, 12 months and 3 years, as long as there is room; the newest ones always."
        )
        column.addWidget(label(kept, "note", wrap=True))
        return frame

    # ------------------------------------------------------------------ showing

    def begin(self) -> None:
        self._desk.ask(self, backup_status, self._show)

    def _show(self, found: Status) -> None:
        last = found.last
        if last is None or found.age_days is None:
            self._newest.setText(_("There is no backup yet"))
            self._set_chip(_("make one now"), "bad")
            self._values["entries"].setText("—")
        else:
            self._newest.setText(
                _("Newest backup: {when} ({age})", when=day_text(last.made), age=age_text(found.age_days))
            )
            grave = "good" if found.age_days < OLD else "warn" if found.age_days < VERY_OLD else "bad"
            self._set_chip(
                _("up to date") if grave == "good" else _("getting old") if grave == "warn" else _("too old"), grave
            )
            entries = (
                _("{n} entries", n=last.entries) if last.entries is not None else _("not looked at on this computer")
            )
            self._values["entries"].setText("  ·  ".join(p for p in (entries, size_text(last.size)) if p))
        self._values["verified"].setText(moment_text(found.verified))
        self._values["drill"].setText(moment_text(found.drill))
        self._due.say(
            _("A month has gone by: rehearse a restore, so that you know it works.") if found.drill_due else ""
        )
        self._place.setText(str(found.place))
        self.here_button.setVisible(found.chosen)
        if not found.there:
            self._place_note.say(
                _("This place is not there now: put the stick or disk in. Until then backups go beside the station.")
            )
        elif found.same_disk:
            self._place_note.say(_("This is the same disk as the station's: if it breaks, both are gone. Choose a stick or a second disk."))  # fmt: skip
        else:
            self._place_note.say("")
        self._fill(found.backups)
        self.rehearse.setEnabled(any(b.there for b in found.backups) and self._progress is None)

    def _set_chip(self, text: str, look: str) -> None:
        self._chip.setText(text)
        self._chip.setProperty("chip", look)
        self._chip.style().unpolish(self._chip)
        self._chip.style().polish(self._chip)

    def _fill(self, backups: tuple[One, ...]) -> None:
        while self._rows.count():
            item = self._rows.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        for number, one in enumerate(backups[:SHOWN]):
            if number:
                self._rows.addWidget(rule())
            row = QWidget()
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(S3)
            line.addWidget(label(day_text(one.made), "strong"))
            line.addWidget(label("  ·  ".join(p for p in (reason_of(one), size_text(one.size)) if p), "secondary"), 1)
            line.addWidget(self._word(one))
            row.setToolTip(str(one.path))
            self._rows.addWidget(row)
        if not backups:
            self._rows.addWidget(label(_("None yet."), "secondary"))

    @staticmethod
    def _word(one: One) -> QWidget:
        if one.good is False:
            return chip(_("damaged"), "bad")
        if not one.there:
            return chip(_("not plugged in"), "plain")
        return chip(_("proven good"), "good") if one.good else chip(_("not looked at"), "plain")

    # ------------------------------------------------------------------ acting

    @Slot()
    def start_backup(self) -> None:
        """A backup now, beside whatever else is done."""
        self._start(lambda station, progress: back_up(station, told=telling(progress)), self._made)

    def _made(self, made: Made) -> None:
        if made.elsewhere is not None:
            text = _(
                "The backup was made beside the station and proven good: {place} is not there.", place=made.elsewhere
            )
            self._over(text, "caution")
        else:
            self._over(_("The backup was made, read again and compared: it is good."), "success")

    @Slot()
    def start_drill(self) -> None:
        """Restore the newest one into a scratch folder and look at all of it."""
        self._start(lambda station, progress: drill(station, told=telling(progress)), self._drilled)

    def _drilled(self, done: Drilled) -> None:
        parts = [_("Restored on trial and compared: {n} entries, nothing is missing.", n=done.entries)]
        if done.since:
            parts.append(_("{n} entries were written since this backup.", n=done.since))
        if done.bad_blobs:
            parts.append(_("{n} photos or papers in it cannot be opened.", n=done.bad_blobs))
        if done.ahead or done.forked:
            parts.append(
                _("The backup holds what this station no longer has: call the guidance centre before you go on.")
            )
        self._over(" ".join(parts), "success" if done.good else "errors")

    def _start(self, work: Callable[[OpenStation, Progress], T | Refusal], then: Callable[[T], None]) -> None:
        if self._progress is not None:
            return
        self.message.say("")
        self.now.setEnabled(False)
        self.rehearse.setEnabled(False)
        self.working.begin(_("One moment…"))
        self.working.stop.setFocus()
        self._progress = self._desk.behind(self, work, then, self._refused, self.working.at)

    @Slot()
    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.cancel()
            self.working.stop.setEnabled(False)

    def _refused(self, refusal: Refusal) -> None:
        self._over(said(refusal), "notice" if refusal.code is StoreRefusal.STOPPED else "errors")

    def _over(self, text: str, look: str) -> None:
        self._progress = None
        self.working.end()
        self.now.setEnabled(True)
        self.now.setFocus()
        self.message.say(text, look)
        self.begin()

    @Slot()
    def choose(self) -> None:
        """Another place."""
        name = QFileDialog.getExistingDirectory(self, _("Where should backups go?"))
        if name:
            self.take_place(Path(name))

    def take_place(self, place: Path | None) -> None:
        """Backups go there from now on."""

        def done(_place: Path) -> None:
            self.message.say("")
            self.begin()

        self._desk.act(self, lambda s, _p: backup_place(s, place), done, self._refused)


class Daily(QObject):
    """Today's backup, made by itself some seconds after the first unlock of a day, beside whatever is done."""

    def __init__(self, parent: QObject, desk: Desk, around: Around) -> None:
        super().__init__(parent)
        self._desk, self._around = desk, around
        QTimer.singleShot(BEGINS_MS, self, self.begin)

    @Slot()
    def begin(self) -> None:
        """Make it if it is due."""
        self._desk.ask(self, backup_due, self._go)

    def _go(self, due: bool) -> None:
        if due:
            self._desk.behind(
                self, lambda station, progress: back_up(station, reason="daily", told=telling(progress)), self._made, self._refused
            )  # fmt: skip

    def _made(self, made: Made) -> None:
        if made.elsewhere is not None:
            text = _(
                "Today's backup lies beside the station: {place} is not there. Put the stick in.", place=made.elsewhere
            )
            self._around.tell(text, _("Backups"), lambda: self._around.go(ScreenPlace("backups")))

    def _refused(self, refusal: Refusal) -> None:
        if refusal.code not in (StoreRefusal.STOPPED, StoreRefusal.BUSY_BACKING_UP):
            self._around.tell(said(refusal), _("Backups"), lambda: self._around.go(ScreenPlace("backups")))
