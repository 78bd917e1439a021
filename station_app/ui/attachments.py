"""The editor of a photo, scan or PDF: chosen, dropped or pasted; made small at once, seen in our own viewer."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, Qt, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QIcon, QImage, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QWidget

from station_app.compose import OpenStation, attach, attach_content, attached
from station_app.messages import Refusal, _
from station_app.spec.fields import Field
from station_app.spec.meanings import Wire
from station_app.ui.desk import Desk
from station_app.ui.editors import Editor
from station_app.ui.jobs import Progress
from station_app.ui.parts import Button, button
from station_app.ui.photo_view import PhotoDialog, thumbnail
from station_app.ui.refusals import said
from station_app.ui.shown import Taken
from station_app.ui.theme import S2

Work = Callable[[OpenStation, Progress], str | Refusal]


def _png(image: QImage) -> bytes:
    """A pasted picture as a file in memory."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # its type hints want bytes, it takes a text
    return bytes(buffer.data().data())


class _Chooser(Button):
    """The button that opens the file dialog, and takes what is pasted while it has the keyboard."""

    def __init__(self, text: str, editor: "FileEditor") -> None:
        super().__init__(text)
        self._editor = editor

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self._editor.paste()
        else:
            super().keyPressEvent(event)


class FileEditor(Editor):
    """A photo or paper: encrypted beside the database at once, named by the record when the form is saved."""

    def __init__(self, field: Field, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._desk = desk
        self._digest: str | None = None
        self.setAcceptDrops(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(S2)
        self.look = Button()
        self.look.setObjectName("link")
        self.look.setAccessibleName(_("Look at it"))
        self.look.clicked.connect(self.open)
        layout.addWidget(self.look)
        self._choose = _Chooser(_("Choose a file…"), self)
        self._choose.clicked.connect(self._ask)
        layout.addWidget(self._choose)
        self._state = QLabel(self)
        self._state.setObjectName("secondary")
        self._state.setWordWrap(True)
        layout.addWidget(self._state, 1)
        self._drop = button(_("Take off"), self._off, "link")
        layout.addWidget(self._drop)
        self.set_value(None)

    def set_value(self, value: Wire, caption: str = "") -> None:
        self._digest = value if isinstance(value, str) else None
        there = self._digest is not None
        self._state.setText(_("attached") if there else _("or drop a photo here, or paste it (Ctrl+V)"))
        self._drop.setVisible(there)
        self.look.setVisible(there)
        self.look.setIcon(QIcon())
        if self._digest is not None:
            digest = self._digest
            self._desk.ask(self, lambda station: attached(station, digest), self._seen, self._not_here)

    def taken(self) -> Taken:
        return Taken(self._digest)

    def target(self) -> QWidget:
        return self._choose

    def mark(self, wrong: bool) -> None:
        """Whether a file is there is said in words."""

    # ------------------------------------------------------------------ looking

    def _seen(self, content: bytes) -> None:
        small = thumbnail(content, self.devicePixelRatioF())
        self.look.setText("" if small is not None else _("Look at it"))
        if small is not None:
            self.look.setIcon(small)
            self.look.setIconSize(small.deviceIndependentSize().toSize())

    def _not_here(self, refusal: Refusal) -> None:
        self.look.hide()
        self._state.setText(said(refusal))

    @Slot()
    def open(self) -> None:
        """In our own viewer."""
        if self._digest is not None:
            PhotoDialog(self, self._desk, self._digest, _(self.field.title)).exec()

    # ------------------------------------------------------------------ taking in

    @Slot()
    def _ask(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(
            self, _("Choose a file…"), "", _("Photos, scans, PDF") + " (*.jpg *.jpeg *.png *.webp *.pdf)"
        )
        if name:
            self.keep(Path(name))

    def keep(self, path: Path) -> None:
        """Take a file in."""
        self._take(lambda station, _progress: attach(station, path))

    @Slot()
    def paste(self) -> None:
        """Take in what is in the clipboard: a picture, or a file that was copied."""
        held = QGuiApplication.clipboard().mimeData()
        files = [url.toLocalFile() for url in held.urls() if url.isLocalFile()]
        if files:
            self.keep(Path(files[0]))
        elif held.hasImage():
            content = _png(QImage(held.imageData()))
            self._take(lambda station, _progress: attach_content(station, content))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.accept()
            self.keep(Path(files[0]))

    def _take(self, work: Work) -> None:
        self._state.setText(_("One moment…"))
        self._desk.act(self, work, self._kept, self._not_kept)

    def _kept(self, digest: str) -> None:
        self.set_value(digest)
        self.edited.emit()

    def _not_kept(self, refusal: Refusal) -> None:
        self._state.setText(said(refusal))

    @Slot()
    def _off(self) -> None:
        self.set_value(None)
        self.edited.emit()
