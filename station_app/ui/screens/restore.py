"""A station from a backup: on a new computer, or in place of a damaged one, which is kept under another name."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from station_app.messages import Refusal, _
from station_app.ui.jobs import Jobs, Progress
from station_app.ui.parts import Message, Working, button, label
from station_app.ui.refusals import said
from station_app.ui.theme import S2, S3, S4, S6

if TYPE_CHECKING:  # heavy
    from station_app.compose import Restored


class RestoreDialog(QDialog):
    """Asks which file, whose password; restores beside, proves, and only then puts the station in its place."""

    def __init__(self, parent: QWidget, jobs: Jobs, folder: Path) -> None:
        super().__init__(parent)
        self._jobs, self._folder = jobs, folder
        self._progress: Progress | None = None
        title = _("Restore from a backup")
        self.setWindowTitle(title)
        self.setMinimumWidth(520)
        column = QVBoxLayout(self)
        column.setContentsMargins(S6, S6, S6, S4)
        column.setSpacing(S3)
        column.addWidget(label(title, "heading"))
        opens = _("The station head restores: with the head's password of the day of the backup.")
        column.addWidget(label(opens, "secondary", wrap=True))
        self.message = Message("errors")
        column.addWidget(self.message)
        self._asked = QWidget()
        grid = QGridLayout(self._asked)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(S3)
        grid.setVerticalSpacing(S3)
        self.file, self.name, self.password = QLineEdit(), QLineEdit(), QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.choose_button = button(_("Choose a file…"), self._choose)
        rows = ((_("Backup"), self.file), (_("Name of the head"), self.name), (_("Password"), self.password))
        for number, (text, line) in enumerate(rows):
            buddy = label(text)
            buddy.setBuddy(line)
            line.setAccessibleName(text)
            grid.addWidget(buddy, number, 0)
            grid.addWidget(line, number, 1, 1, 1 if number == 0 else 2)
        grid.addWidget(self.choose_button, 0, 2)
        column.addWidget(self._asked)
        self._aside = label("", "note", wrap=True)
        column.addWidget(self._aside)
        if folder.exists() and any(folder.iterdir()):
            self._aside.setText(_("What lies in {folder} now is kept under another name.", folder=folder))
        else:
            self._aside.hide()
        self.working = Working(self._stop)
        column.addWidget(self.working)
        foot = QHBoxLayout()
        foot.setSpacing(S2)
        foot.addStretch(1)
        self.cancel = button(_("Cancel"), self.reject)
        self.cancel.setAutoDefault(False)
        foot.addWidget(self.cancel)
        self.go = button(_("Restore"), self.restore, "primary")
        self.go.setDefault(True)
        foot.addWidget(self.go)
        column.addSpacing(S4)
        column.addLayout(foot)

    @Slot()
    def _choose(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(
            self, _("Choose a file…"), self.file.text(), _("Backups") + " (*.station-backup)"
        )
        if name:
            self.file.setText(name)
            self.name.setFocus()

    @Slot()
    def restore(self) -> None:
        """Restore, with what was typed."""
        if self._progress is not None:
            return
        for line in (self.file, self.name, self.password):
            if not line.text().strip():
                self.message.say(_("Please fill in “{field}”.", field=line.accessibleName()), "errors")
                line.setFocus()
                return
        file, name, password = Path(self.file.text().strip()), self.name.text().strip(), self.password.text()
        folder = self._folder

        def work(progress: Progress) -> "Restored | Refusal":
            from station_app.compose import Way, restore
            from station_app.ui.screens.backups import telling

            return restore(file, folder, Way(name, lambda _name: password), replace=True, told=telling(progress))

        self.message.say("")
        for widget in (self._asked, self.go, self.cancel):
            widget.setEnabled(False)
        self.working.begin(_("One moment…"))
        self.working.stop.setFocus()
        self._progress = self._jobs.behind(self, work, self._done, self._refused, self.working.at)

    def _over(self) -> None:
        self._progress = None
        self.working.end()
        for widget in (self._asked, self.go, self.cancel):
            widget.setEnabled(True)

    def _done(self, restored: "Restored") -> None:
        self._over()
        for widget in (self._asked, self._aside, self.cancel):
            widget.hide()
        text = _("The station is restored: {n} entries, all compared.", n=restored.entries)
        text += " " + _("This computer counts as a new one now: enrol it with the guidance centre before you hand in.")
        if restored.kept_as is not None:
            text += " " + _("What was there before is kept in {folder}.", folder=restored.kept_as)
        self.message.say(text, "success")
        self.go.setText(_("Unlock"))
        self.go.clicked.disconnect()
        self.go.clicked.connect(self.accept)
        self.go.setFocus()

    def _refused(self, refusal: Refusal) -> None:
        self._over()
        self.message.say(said(refusal), "errors")
        self.password.selectAll()
        self.password.setFocus()

    @Slot()
    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.cancel()
            self.working.stop.setEnabled(False)

    def reject(self) -> None:
        """Esc: only while nothing is under way."""
        if self._progress is None:
            super().reject()
