"""Our own viewer: a photo or paper from memory, as large as one likes; it leaves the program only with a reason that is kept."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, QSize, Qt, Slot
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QInputDialog, QLabel, QScrollArea, QVBoxLayout, QWidget

from station_app.compose import Leaving, OpenStation, attached, save_attached
from station_app.messages import Refusal, _
from station_app.store.roles import Action
from station_app.ui.desk import Desk
from station_app.ui.jobs import Progress
from station_app.ui.parts import Message, button, label
from station_app.ui.refusals import said
from station_app.ui.screens.pdf_view import PageImage, PdfView, pages_of
from station_app.ui.theme import S2, S3, S4

#: A step of zooming, and its ends, in parts of the photo's own size.
STEP: Final = 1.25
LEAST, MOST = 0.1, 8.0
#: Where the window of a photo begins.
SIZE: Final = QSize(900, 640)
THUMBNAIL: Final = 96


def picture_of(content: bytes) -> QImage | None:
    """A photo decoded in memory; None for what is no photo."""
    image = QImage.fromData(content)
    return None if image.isNull() else image


def thumbnail(content: bytes, ratio: float) -> QPixmap | None:
    """A small picture of a photo, made in memory and kept nowhere."""
    image = picture_of(content)
    if image is None:
        return None
    side = round(THUMBNAIL * ratio)
    small = image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    small.setDevicePixelRatio(ratio)
    return QPixmap.fromImage(small)


class PhotoArea(QScrollArea):
    """A photo that is zoomed by wheel or keys and moved by hand: + and - , 0 the whole of it, 1 its own size."""

    def __init__(self) -> None:
        super().__init__()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Photo"))
        self._label = QLabel()
        self.setWidget(self._label)
        self._image = QImage()
        self._whole = True
        self.zoom = 1.0
        self._from: QPoint | None = None

    def show_photo(self, image: QImage) -> None:
        """This one, all of it."""
        self._image = image
        self.fit()

    @Slot()
    def fit(self) -> None:
        """As large as the window allows, never larger than it is."""
        self._whole = True
        room = self.maximumViewportSize()
        if self._image.isNull() or not room.isValid():
            return
        ratio = self.devicePixelRatioF()
        parts = (room.width() * ratio / self._image.width(), room.height() * ratio / self._image.height(), 1.0)
        self._set(min(parts))

    @Slot()
    def own_size(self) -> None:
        """One point of the photo for one of the screen."""
        self._whole = False
        self._set(1.0)

    def by(self, factor: float) -> None:
        """Larger or smaller, about the middle of what is seen."""
        self._whole = False
        bars = (self.horizontalScrollBar(), self.verticalScrollBar())
        before = [bar.value() + bar.pageStep() / 2 for bar in bars]
        old = self.zoom
        self._set(min(MOST, max(LEAST, self.zoom * factor)))
        for bar, middle in zip(bars, before, strict=True):
            bar.setValue(round(middle * self.zoom / old - bar.pageStep() / 2))

    def _set(self, zoom: float) -> None:
        self.zoom = zoom
        ratio = self.devicePixelRatioF()
        size = QSize(max(1, round(self._image.width() * zoom)), max(1, round(self._image.height() * zoom)))
        drawn = self._image.scaled(
            size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        drawn.setDevicePixelRatio(ratio)
        self._label.setPixmap(QPixmap.fromImage(drawn))
        self._label.resize(round(size.width() / ratio), round(size.height() / ratio))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._whole:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.by(STEP if event.angleDelta().y() > 0 else 1 / STEP)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._from = event.position().toPoint()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            moved = event.position().toPoint() - self._from
            self._from = event.position().toPoint()
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - moved.x())
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() - moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._from = None
        self.unsetCursor()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text()
        if text in ("+", "="):
            self.by(STEP)
        elif text in ("-", "_"):
            self.by(1 / STEP)
        elif text == "0":
            self.fit()
        elif text == "1":
            self.own_size()
        else:
            super().keyPressEvent(event)  # arrows and pages scroll


class PhotoDialog(QDialog):
    """One photo or paper of a record. Esc closes; whoever may export can write it to a file, with a reason."""

    def __init__(self, parent: QWidget, desk: Desk, digest: str, title: str) -> None:
        super().__init__(parent)
        self._desk, self._digest = desk, digest
        self._pdf = False
        self.setWindowTitle(title)
        room = parent.window().size()
        self.resize(min(SIZE.width(), room.width()), min(SIZE.height(), room.height()))
        column = QVBoxLayout(self)
        column.setContentsMargins(S4, S4, S4, S3)
        column.setSpacing(S3)
        self.message = Message("errors")
        column.addWidget(self.message)
        self.area, self.pages = PhotoArea(), PdfView()
        column.addWidget(self.area, 1)
        column.addWidget(self.pages, 1)
        self.pages.hide()
        foot = QHBoxLayout()
        foot.setSpacing(S2)
        self._zooming = [
            button("－", lambda: self.area.by(1 / STEP)),
            button("＋", lambda: self.area.by(STEP)),
            button(_("Whole picture"), self.area.fit),
            button(_("Own size"), self.area.own_size),
        ]
        for made, name in zip(
            self._zooming, (_("Smaller"), _("Larger"), _("Whole picture"), _("Own size")), strict=True
        ):
            made.setAccessibleName(name)
            made.setAutoDefault(False)
            foot.addWidget(made)
        self._keys = label(_("+ and − zoom · arrows move · Esc closes"), "small")
        foot.addWidget(self._keys)
        foot.addStretch(1)
        self.save_button = button(_("Save as a file…"), self.save)
        self.save_button.setAutoDefault(False)
        self.save_button.setVisible(desk.may(Action.EXPORT))
        self.save_button.setEnabled(False)
        foot.addWidget(self.save_button)
        close = button(_("Close"), self.reject)
        close.setAutoDefault(False)
        foot.addWidget(close)
        column.addLayout(foot)
        desk.ask(self, lambda station: attached(station, digest), self._show, self._refused)

    def _refused(self, refusal: Refusal) -> None:
        self.message.say(said(refusal), "errors")

    def _show(self, content: bytes) -> None:
        image = picture_of(content)
        if image is not None:
            self.area.show_photo(image)
            self.area.setFocus()
        else:
            self._pdf = True
            for widget in (self.area, self._keys, *self._zooming):
                widget.hide()
            self.pages.show()
            width = self.pages.pixels()
            self._desk.ask(self, lambda _station: pages_of(content, width), self._show_pages, self._refused)
        self.save_button.setEnabled(True)

    def _show_pages(self, pages: list[PageImage]) -> None:
        self.pages.show_pages(pages)
        self.pages.setFocus()

    @Slot()
    def save(self) -> None:
        """Out of the program: a reason, a place, an entry in the journal."""
        reason, given = QInputDialog.getText(
            self, _("Save as a file"), _("Why does this leave the program? The reason is kept in the journal.")
        )
        if not given:
            return
        form = ".pdf" if self._pdf else ".jpg"
        name, _filter = QFileDialog.getSaveFileName(self, _("Save as a file"), f"{self._digest[:8]}{form}", f"*{form}")
        if name:
            self.write(Path(name), reason)

    def write(self, file: Path, reason: str) -> None:
        """Write it there, for this reason."""

        def work(station: OpenStation, _progress: Progress) -> dict[str, object] | Refusal:
            return save_attached(station, self._digest, file, Leaving(reason))

        def done(_written: dict[str, object]) -> None:
            self.message.say(_("Written. The journal says that you took it out, and why."), "success")

        self._desk.act(self, work, done, self._refused)
