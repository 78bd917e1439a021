"""The step after a recovery sheet was written: where it lies, and that it is to be printed, locked away and deleted."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from station_app.messages import _
from station_app.ui.parts import button, card, label, scrolling
from station_app.ui.theme import S2, S3, S6

#: Width of the card in the middle of the window.
CARD = 560


def middle(frame: QWidget) -> QWidget:
    """A card in the middle of a page that scrolls when the window is small."""
    body = QWidget()
    row = QHBoxLayout(body)
    row.setContentsMargins(S6, S6, S6, S6)
    row.addStretch(1)
    column = QVBoxLayout()
    column.addStretch(1)
    column.addWidget(frame)
    column.addStretch(2)
    row.addLayout(column)
    row.addStretch(1)
    return scrolling(body)


class NewSheet(QWidget):
    """Where the sheet lies, with a button that opens it, one that opens its folder, and one that goes on."""

    #: The sheet has been seen to.
    finished = Signal()

    def __init__(self, title: str, text: str, go_on: str) -> None:
        super().__init__()
        self._sheet: Path | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, column = card()
        frame.setFixedWidth(CARD)
        column.setContentsMargins(S6 + S2, S6, S6 + S2, S6)
        column.setSpacing(S3)
        column.addWidget(label(title, "title"))
        column.addWidget(label(text, wrap=True))
        self.where = label("", "strong", wrap=True)
        self.where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.where)
        foot = QHBoxLayout()
        foot.setSpacing(S2)
        self.show_sheet = button(_("Open the recovery sheet"), self._show_sheet)
        self.show_folder = button(_("Open its folder"), self._show_folder)
        foot.addWidget(self.show_sheet)
        foot.addWidget(self.show_folder)
        foot.addStretch(1)
        self.go_on = button(go_on, self.finished.emit, "primary")
        foot.addWidget(self.go_on)
        column.addLayout(foot)
        outer.addWidget(middle(frame))

    def show_where(self, sheet: Path) -> None:
        """This is the sheet."""
        self._sheet = sheet
        self.where.setText(str(sheet))

    @Slot()
    def _show_sheet(self) -> None:
        if self._sheet is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._sheet)))

    @Slot()
    def _show_folder(self) -> None:
        if self._sheet is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._sheet.parent)))
