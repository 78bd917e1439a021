"""Icons: the program's own line drawings in resources/icons, drawn sharp at the usual scales."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from station_app.settings import RESOURCES

#: Pixels for which drawings are made ready: 20 at 100 %, 150 %, 200 %.
_SIZES = (20, 30, 40)


def _draw(name: str, size: int) -> QPixmap:
    picture = QPixmap(size, size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray((RESOURCES / "icons" / f"{name}.svg").read_bytes())).render(painter)
    painter.end()
    return picture


@lru_cache(maxsize=64)
def icon(name: str) -> QIcon:
    """The icon of this name; where there is a ``-on`` drawing, checked buttons show it."""
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(_draw(name, size), QIcon.Mode.Normal, QIcon.State.Off)
        if has_icon(f"{name}-on"):
            made.addPixmap(_draw(f"{name}-on", size), QIcon.Mode.Normal, QIcon.State.On)
    return made


def has_icon(name: str) -> bool:
    """Whether there is a drawing of this name."""
    return (RESOURCES / "icons" / f"{name}.svg").exists()
