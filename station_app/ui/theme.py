"""One set of tokens (grid, type, colours) and the palette and stylesheet generated from them."""

from dataclasses import dataclass
from string import Template
from typing import Final

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from station_app.settings import RESOURCES

#: The grid: every distance is one of these.
S1, S2, S3, S4, S6, S8 = 4, 8, 12, 16, 24, 32
#: Type sizes in pixels: small print, body, heading of a card, title of a page, big numbers.
SMALL, BODY, HEADING, TITLE, NUMBER = 12, 14, 16, 22, 28
CONTROL, ROW, NAVIGATION = 36, 40, 200
RADIUS, CARD_RADIUS = 6, 8

FAMILIES: Final = ("Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", "WenQuanYi Micro Hei", "Noto Sans Mongolian")


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of one theme; measured contrasts stand in facts/qt.md."""

    page: str = "#F4F6F8"
    card: str = "#FFFFFF"
    line: str = "#D8DEE4"
    control_line: str = "#8593A1"
    text: str = "#17212B"
    text_2: str = "#4A5866"
    text_3: str = "#5F6D7C"
    accent: str = "#0B6B5D"
    accent_hover: str = "#095A4E"
    accent_press: str = "#074A40"
    accent_soft: str = "#E1F0ED"
    on_accent: str = "#FFFFFF"
    focus: str = "#1464C8"
    bad: str = "#A61B1B"
    bad_soft: str = "#FBE9E7"
    warn: str = "#7A4A00"
    warn_soft: str = "#FCF0DC"
    good: str = "#1E6B34"
    good_soft: str = "#E3F3E6"
    info: str = "#1B55A5"
    info_soft: str = "#E5EEFA"
    off: str = "#EDF0F3"
    off_text: str = "#6B7885"


LIGHT: Final = Colours()


def palette(c: Colours) -> QPalette:
    """The palette of a theme, for what the stylesheet does not reach."""
    p = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, c.page), (role.WindowText, c.text), (role.Base, c.card), (role.AlternateBase, c.page),
        (role.Text, c.text), (role.Button, c.card), (role.ButtonText, c.text), (role.Highlight, c.accent),
        (role.HighlightedText, c.on_accent), (role.PlaceholderText, c.text_3), (role.ToolTipBase, c.text),
        (role.ToolTipText, c.card), (role.Link, c.info),
    ):  # fmt: skip
        p.setColor(which, QColor(colour))
    for which in (role.Text, role.ButtonText, role.WindowText):
        p.setColor(QPalette.ColorGroup.Disabled, which, QColor(c.off_text))
    return p


_SHEET: Final = Template("""
* { font-size: ${body}px; color: ${text}; }
QToolTip { color: ${card}; background: ${text}; border: 0; padding: 4px 8px; font-size: ${small}px; }
QWidget#page, QScrollArea, QScrollArea > QWidget > QWidget#body { background: ${page}; border: 0; }
QMainWindow, QDialog { background: ${page}; }

QFrame#navigation { background: ${card}; border: 0; border-right: 1px solid ${line}; }
QFrame#navigation QScrollArea, QWidget#navigation-body { background: ${card}; border: 0; }
QFrame#topbar { background: ${page}; border: 0; }
QFrame#statusbar { background: ${card}; border: 0; border-top: 1px solid ${line}; }
QFrame#card { background: ${card}; border: 1px solid ${line}; border-radius: ${card_radius}px; }
QFrame#drawer { background: ${card}; border: 0; border-left: 1px solid ${line}; }
QWidget#drawer-body { background: ${card}; }
QFrame#errors { background: ${bad_soft}; border: 1px solid ${bad}; border-radius: ${radius}px; }
QFrame#errors QLabel { color: ${bad}; }
QFrame#notice { background: ${info_soft}; border: 1px solid ${info}; border-radius: ${radius}px; }
QFrame#notice QLabel { color: ${info}; }
QFrame#caution { background: ${warn_soft}; border: 1px solid ${warn}; border-radius: ${radius}px; }
QFrame#caution QLabel { color: ${warn}; }
QFrame#success { background: ${good_soft}; border: 1px solid ${good}; border-radius: ${radius}px; }
QFrame#success QLabel { color: ${good}; }
QFrame#toast { background: ${text}; border-radius: ${radius}px; }
QFrame#toast QLabel { color: ${card}; }
QFrame#toast QPushButton { background: transparent; border: 1px solid ${control_line}; color: ${card}; min-height: 26px; padding: 0 10px; }
QFrame#toast QPushButton:hover { background: #2C3945; }
QFrame#rule { background: ${line}; max-height: 1px; min-height: 1px; border: 0; }

QLabel#title { font-size: ${title}px; font-weight: 700; }
QLabel#heading { font-size: ${heading}px; font-weight: 700; }
QLabel#number { font-size: ${number}px; font-weight: 700; }
QLabel#subtitle, QLabel#secondary { color: ${text_2}; }
QLabel#small { font-size: ${small}px; color: ${text_2}; }
QLabel#note { font-size: ${small}px; color: ${text_3}; }
QLabel#fault { font-size: ${small}px; color: ${bad}; }
QLabel#station { font-size: ${heading}px; font-weight: 700; }
QLabel#strong { font-weight: 700; }
QLabel#paper { background: #FFFFFF; border: 1px solid ${line}; }
QLabel[chip="good"] { color: ${good}; background: ${good_soft}; border-radius: 11px; padding: 2px 10px; font-size: ${small}px; }
QLabel[chip="warn"] { color: ${warn}; background: ${warn_soft}; border-radius: 11px; padding: 2px 10px; font-size: ${small}px; }
QLabel[chip="bad"] { color: ${bad}; background: ${bad_soft}; border-radius: 11px; padding: 2px 10px; font-size: ${small}px; }
QLabel[chip="info"] { color: ${info}; background: ${info_soft}; border-radius: 11px; padding: 2px 10px; font-size: ${small}px; }
QLabel[chip="plain"] { color: ${text_2}; background: ${off}; border-radius: 11px; padding: 2px 10px; font-size: ${small}px; }

QPushButton { background: ${card}; border: 1px solid ${control_line}; border-radius: ${radius}px; padding: 0 ${s4}px;
    min-height: 34px; }
QPushButton:hover { background: ${page}; border-color: ${text_2}; }
QPushButton:pressed { background: ${off}; }
QPushButton:focus { border: 2px solid ${focus}; padding: 0 15px; min-height: 32px; }
QPushButton:disabled { background: ${off}; color: ${off_text}; border-color: ${line}; }
QPushButton#primary { background: ${accent}; border: 1px solid ${accent}; color: ${on_accent}; font-weight: 700; }
QPushButton#primary:hover { background: ${accent_hover}; }
QPushButton#primary:pressed { background: ${accent_press}; }
QPushButton#primary:focus { border: 2px solid ${focus}; }
QPushButton#primary:disabled { background: ${off}; color: ${off_text}; border-color: ${line}; }
QPushButton#danger { color: ${bad}; border-color: ${bad}; }
QPushButton#danger:focus { border: 2px solid ${focus}; }
QPushButton#link { background: transparent; border: 1px solid transparent; color: ${accent}; padding: 0 6px; min-height: 26px; }
QPushButton#link:hover { text-decoration: underline; }
QPushButton#link:focus { border: 2px solid ${focus}; padding: 0 5px; min-height: 24px; }
QPushButton#link:disabled { color: ${off_text}; background: transparent; }
QPushButton#answer { padding: 0; text-align: left; }
QPushButton#answer:focus { padding: 0; }
QPushButton#answer QLabel { background: transparent; }
QPushButton#navigation { background: transparent; border: 0; border-left: 3px solid transparent; border-radius: 0; text-align: left;
    padding: 0 ${s3}px; min-height: 40px; color: ${text_2}; }
QPushButton#navigation[short="true"] { min-height: 32px; }
QPushButton#navigation[short="true"]:focus { min-height: 28px; }
QPushButton#navigation:hover { background: ${page}; }
QPushButton#navigation:checked { background: ${accent_soft}; color: ${accent}; font-weight: 700; border-left: 3px solid ${accent};
    border-top-right-radius: ${radius}px; border-bottom-right-radius: ${radius}px; }
QPushButton#navigation:focus { border: 2px solid ${focus}; border-radius: ${radius}px; padding: 0 ${s3}px 0 13px; min-height: 36px; }
QPushButton#tab { background: transparent; border: 0; border-bottom: 3px solid transparent; border-radius: 0; padding: 0 4px; min-height: 32px;
    color: ${text_2}; }
QPushButton#tab:hover { color: ${text}; }
QPushButton#tab:checked { color: ${accent}; font-weight: 700; border-bottom: 3px solid ${accent}; }
QPushButton#tab:focus { border: 2px solid ${focus}; border-radius: ${radius}px; padding: 0 2px; min-height: 30px; }
QPushButton#segment { border-radius: 0; margin: 0; padding: 0 ${s2}px; min-width: 24px; border: 1px solid ${control_line}; }
QPushButton#segment:checked { background: ${accent_soft}; color: ${accent}; font-weight: 700; border: 2px solid ${accent}; min-height: 32px; padding: 0 7px; }
QPushButton#segment:focus { border: 2px solid ${focus}; min-height: 32px; padding: 0 7px; }
QPushButton#chip { background: ${off}; border: 1px solid ${line}; border-radius: 13px; min-height: 24px; padding: 0 10px; }
QPushButton#chip:hover { border-color: ${text_2}; }
QPushButton#chip:focus { border: 2px solid ${focus}; padding: 0 9px; min-height: 22px; }

QLineEdit, QComboBox, QPlainTextEdit, QListWidget { background: ${card}; border: 1px solid ${control_line}; border-radius: ${radius}px;
    selection-background-color: ${accent}; selection-color: ${on_accent}; }
QLineEdit, QComboBox { min-height: 34px; padding: 0 10px; }
QPlainTextEdit { padding: 6px; }
QLineEdit:hover, QComboBox:hover, QPlainTextEdit:hover { border-color: ${text_2}; }
QLineEdit:focus, QComboBox:focus { border: 2px solid ${focus}; padding: 0 9px; min-height: 32px; }
QPlainTextEdit:focus { border: 2px solid ${focus}; padding: 5px; }
QListWidget:focus { border: 2px solid ${focus}; }
QLineEdit[wrong="true"], QComboBox[wrong="true"], QPlainTextEdit[wrong="true"] { border: 2px solid ${bad}; }
QLineEdit[wrong="true"], QComboBox[wrong="true"] { padding: 0 9px; min-height: 32px; }
QLineEdit:disabled, QComboBox:disabled, QPlainTextEdit:disabled { background: ${off}; color: ${off_text}; border-color: ${line}; }
QLineEdit:read-only { background: ${off}; border-color: ${line}; }
QComboBox::drop-down { border: 0; width: 28px; }
QComboBox::down-arrow { image: url("${icons}/chevron-down.svg"); width: 16px; height: 16px; }
QComboBox QAbstractItemView { background: ${card}; border: 1px solid ${control_line}; outline: 0; padding: 4px;
    selection-background-color: ${accent_soft}; selection-color: ${accent}; }
QAbstractItemView#choices { background: ${card}; border: 1px solid ${control_line}; border-radius: ${radius}px; padding: 4px; outline: 0; }
QAbstractItemView#choices::item { min-height: 32px; padding: 2px 8px; border-radius: 4px; }
QAbstractItemView#choices::item:selected { background: ${accent_soft}; color: ${accent}; }
QCheckBox { spacing: 8px; min-height: 28px; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid ${control_line}; border-radius: 3px; background: ${card}; }
QCheckBox::indicator:hover { border-color: ${text_2}; }
QCheckBox::indicator:checked { background: ${accent}; border-color: ${accent}; image: url("${icons}/check-light.svg"); }
QCheckBox::indicator:focus { border: 2px solid ${focus}; width: 14px; height: 14px; }

QTableView { background: ${card}; border: 1px solid ${line}; border-radius: ${card_radius}px; gridline-color: transparent;
    selection-background-color: ${accent_soft}; selection-color: ${text}; outline: 0; }
QTableView:focus { border: 2px solid ${focus}; }
QTableView::item { border-bottom: 1px solid #E9EDF1; padding: 0 ${s3}px; }
QTableView::item:selected { background: ${accent_soft}; color: ${text}; border-bottom: 1px solid ${accent}; }
QHeaderView { background: ${card}; border: 0; border-top-left-radius: ${card_radius}px; border-top-right-radius: ${card_radius}px; }
QHeaderView::section { background: ${card}; color: ${text_2}; border: 0; border-bottom: 1px solid ${line}; padding: 0 15px; min-height: 34px;
    font-size: ${small}px; font-weight: 700; }
QHeaderView::section:hover { color: ${text}; }
QHeaderView::up-arrow { image: url("${icons}/sort-up.svg"); width: 12px; height: 12px;
    subcontrol-position: center right; subcontrol-origin: padding; right: 6px; }
QHeaderView::down-arrow { image: url("${icons}/sort-down.svg"); width: 12px; height: 12px;
    subcontrol-position: center right; subcontrol-origin: padding; right: 6px; }
QTableCornerButton::section { background: ${card}; border: 0; }
QProgressBar { background: ${off}; border: 0; border-radius: 4px; max-height: 8px; min-height: 8px; }
QProgressBar::chunk { background: ${accent}; border-radius: 4px; }
QScrollBar:vertical { background: transparent; width: 16px; margin: 2px 2px 2px 6px; }
QScrollBar::handle:vertical { background: ${control_line}; border-radius: 4px; min-height: 32px; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 2px; }
QScrollBar::handle:horizontal { background: ${control_line}; border-radius: 4px; min-width: 32px; }
QScrollBar::handle:hover { background: ${text_2}; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QMenu { background: ${card}; border: 1px solid ${control_line}; padding: 4px; }
QMenu::item { padding: 6px 24px; border-radius: 4px; }
QMenu::item:selected { background: ${accent_soft}; color: ${accent}; }
""")


def stylesheet(c: Colours) -> str:
    """The one stylesheet of the program, made from the tokens."""
    values = {name: getattr(c, name) for name in Colours.__slots__}
    return _SHEET.substitute(
        values, body=BODY, small=SMALL, heading=HEADING, title=TITLE, number=NUMBER, radius=RADIUS,
        card_radius=CARD_RADIUS, s2=S2, s3=S3, s4=S4, icons=(RESOURCES / "icons").as_posix(),
    )  # fmt: skip


def dress(app: QApplication, colours: Colours = LIGHT) -> None:
    """Fusion, palette and stylesheet for the whole program."""
    app.setStyle("Fusion")
    app.setPalette(palette(colours))
    app.setStyleSheet(stylesheet(colours))
