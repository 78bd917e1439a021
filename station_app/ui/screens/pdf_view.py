"""Shows the pages of a PDF; they are drawn off the window's thread."""

from dataclasses import dataclass
from threading import Lock
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from station_app.messages import _
from station_app.ui.parts import scrolling
from station_app.ui.theme import S4

#: pdfium may be used by one thread at a time.
_ONE_AT_A_TIME: Final = Lock()
#: A page is this wide on screen, in logical pixels.
WIDTH: Final = 700


@dataclass(frozen=True, slots=True)
class PageImage:
    """One drawn page: 32 bits a pixel, blue first."""

    width: int
    height: int
    stride: int
    pixels: bytes


def pages_of(pdf: bytes, width: int) -> list[PageImage]:
    """Every page of a PDF, so many pixels wide."""
    import pypdfium2

    images: list[PageImage] = []
    with _ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(pdf)
        try:
            for page in document:
                bitmap = page.render(scale=width / page.get_width(), prefer_bgrx=True, may_draw_forms=False)
                images.append(PageImage(bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer)))
                bitmap.close()
                page.close()
        finally:
            document.close()
    return images


class PdfView(QWidget):
    """The pages under each other."""

    def __init__(self) -> None:
        super().__init__()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._body = QWidget()
        self._pages = QVBoxLayout(self._body)
        self._pages.setContentsMargins(0, 0, 0, 0)
        self._pages.setSpacing(S4)
        self._area: QScrollArea = scrolling(self._body)
        self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._area.setAccessibleName(_("Pages of the report"))
        outer.addWidget(self._area)
        self.count = 0

    def pixels(self) -> int:
        """How wide pages should be drawn for this screen."""
        room = max(320, min(WIDTH, self.width() - 32))
        return round(room * self.devicePixelRatioF())

    def show_pages(self, images: list[PageImage]) -> None:
        """Show these pages."""
        self.clear()
        ratio = self.devicePixelRatioF()
        for number, image in enumerate(images, start=1):
            picture = QImage(image.pixels, image.width, image.height, image.stride, QImage.Format.Format_RGB32).copy()
            picture.setDevicePixelRatio(ratio)
            page = QLabel()
            page.setPixmap(QPixmap.fromImage(picture))
            page.setAccessibleName(_("Page {n}", n=number))
            page.setObjectName("paper")
            page.setFrameShape(QLabel.Shape.Box)
            self._pages.addWidget(page, 0, Qt.AlignmentFlag.AlignHCenter)
        self._pages.addStretch(1)
        self.count = len(images)

    def clear(self) -> None:
        """No page."""
        while self._pages.count():
            item = self._pages.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        self.count = 0
