"""The look: enough contrast, the program's own fonts, texts in Chinese, nothing cut off in buttons."""

import pytest
from PySide6.QtGui import QColor, QFontInfo, QFontMetrics
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QTableView

from station_app.ui import theme
from station_app.ui.app import Window
from station_app.ui.places import FormPlace, ListPlace, Place, ScreenPlace
from tests.ui.windows import main_of, settle

C = theme.LIGHT


def _light(colour: str) -> float:
    def part(value: float) -> float:
        return float(value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4)

    c = QColor(colour)
    return 0.2126 * part(c.redF()) + 0.7152 * part(c.greenF()) + 0.0722 * part(c.blueF())


def contrast(one: str, other: str) -> float:
    """WCAG's ratio."""
    low, high = sorted((_light(one), _light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        (C.text, C.card, 7), (C.text, C.page, 7), (C.text_2, C.card, 7), (C.text_2, C.page, 6.5), (C.text_3, C.card, 4.5),
        (C.on_accent, C.accent, 4.5), (C.accent, C.accent_soft, 4.5), (C.bad, C.bad_soft, 4.5), (C.warn, C.warn_soft, 4.5),
        (C.good, C.good_soft, 4.5), (C.info, C.info_soft, 4.5), (C.off_text, C.off, 3), (C.control_line, C.card, 3), (C.focus, C.card, 4.5),
    ],
)  # fmt: skip
def test_contrast(text: str, ground: str, least: float) -> None:
    assert contrast(text, ground) >= least


def test_the_bundled_font_is_used(qapp: QApplication) -> None:
    assert QFontInfo(qapp.font()).family() == "Noto Sans SC"
    assert QFontMetrics(qapp.font()).inFont("鄂")


@pytest.mark.parametrize(
    "place",
    [
        ListPlace("resident"), FormPlace("visit"), FormPlace("assessment"), ScreenPlace("month_report"), ScreenPlace("hand_in"),
        ScreenPlace("import"), ScreenPlace("users"),
    ],
    ids=str,
)  # fmt: skip
def test_everything_has_a_name_and_no_button_is_cut_off(window: Window, place: Place) -> None:
    window.resize(1180, 720)
    main = main_of(window)
    main.go(place)
    settle(window)
    for button in main.findChildren(QPushButton):
        if button.isVisible() and button.text():
            needed = button.fontMetrics().horizontalAdvance(button.text().replace("&", ""))
            assert button.width() >= needed, button.text()
    for kind in (QLineEdit, QPlainTextEdit, QComboBox, QTableView):
        for widget in main.findChildren(kind):
            named = widget.accessibleName() or any(label.buddy() is widget for label in main.findChildren(QLabel))
            inside = widget.parent() is not None and isinstance(widget.parent(), QComboBox)
            if widget.isVisible() and not inside:
                assert named, (type(widget).__name__, widget.objectName())
