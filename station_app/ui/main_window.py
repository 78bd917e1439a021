"""The window of an open station: navigation by section, search, pages, and the way back without losing what was typed."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from station_app.kinds.base import KINDS
from station_app.messages import N_, _
from station_app.spec.registry import SECTIONS
from station_app.store.roles import Role
from station_app.ui.desk import Desk
from station_app.ui.icons import has_icon, icon
from station_app.ui.pages.form_page import FormPage
from station_app.ui.pages.list_page import ListPage
from station_app.ui.parts import Button, Question, Toast, button, label, scrolling
from station_app.ui.places import FormPlace, ListPlace, Page, Place, ScreenPlace
from station_app.ui.refusals import SENTENCES, WindowRefusal
from station_app.ui.screens import SCREENS, Screen
from station_app.ui.screens.backups import Daily
from station_app.ui.search_field import SearchField
from station_app.ui.standing import StandingLine
from station_app.ui.theme import NAVIGATION, S1, S2, S3, S4, S6

SECTION_TITLES: Final = {
    "people": N_("People"),
    "care": N_("Care"),
    "farm": N_("Farm"),
    "volunteers": N_("Volunteers"),
    "lists": N_("Lists"),
    "money": N_("Money"),
    "work": N_("Workers"),
    "standing": N_("Standing"),
    "law": N_("Law"),
    "station": N_("Station"),
}
#: Places kept for going back.
REMEMBERED: Final = 30
#: Below this width the navigation shows drawings only, below this height the status bar goes.
WIDE_ENOUGH, TALL_ENOUGH, HIGH_ENOUGH = 1000, 480, 640
NARROW: Final = 72


def sections() -> dict[str, list[str]]:
    """Sections that have kinds, with their kinds in the order of declaration."""
    found: dict[str, list[str]] = {}
    for section in SECTIONS:
        kinds = [k for k in KINDS if KINDS[k].section == section]
        if kinds:
            found[section] = sorted(kinds, key=lambda k: _FIRST.index(k) if k in _FIRST else len(_FIRST))
    return found


def places_of(section: str, kinds: list[str]) -> list[tuple[str, Place]]:
    """The tabs of a section: its own screens, then a list of each kind."""
    found: list[tuple[str, Place]] = [(_(s.title), ScreenPlace(s.name)) for s in SCREENS if s.section == section]
    return found + [(KINDS[kind].titled(), ListPlace(kind)) for kind in kinds]


def section_of(place: Place) -> str:
    """The item of the navigation to which a place belongs."""
    if isinstance(place, ScreenPlace):
        return next((s.section for s in SCREENS if s.name == place.name), "") or place.name
    return KINDS[place.kind].section


#: Within a section, what is used most stands first.
_FIRST: Final = (
    "resident", "household", "elder", "visit", "service", "assessment", "activity", "farm_plot", "plot_application",
    "farm_help", "harvest", "sale", "volunteer", "volunteer_hours", "worker",
    "consent", "data_request", "access", "approval", "destruction", "erasure", "export", "station", "room",
)  # fmt: skip


class MainWindow(QWidget):
    """Everything one sees of an open station."""

    #: The user wants it locked.
    locked = Signal()

    def __init__(self, desk: Desk, township: str, station_name: str) -> None:
        super().__init__()
        self._desk, self._township = desk, township
        self._place: Place | None = None
        self._page: Page | None = None
        self._before: list[Place] = []
        self._small = (False, False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        outer.addLayout(middle, 1)
        middle.addWidget(self._navigation(station_name))
        right = QVBoxLayout()
        right.setSpacing(0)
        middle.addLayout(right, 1)
        right.addWidget(self._topbar())
        self.standing = StandingLine(desk)
        self.daily = Daily(self, desk, self)
        line = QHBoxLayout()  # takes no room while there is nothing to say
        line.setContentsMargins(S6, S3, S6, 0)
        line.addWidget(self.standing)
        right.addLayout(line)
        self._tabs = QFrame()
        self._tabs.setObjectName("topbar")
        self._tab_row = QHBoxLayout(self._tabs)
        self._tab_row.setContentsMargins(S6, 0, S6, 0)
        self._tab_row.setSpacing(S4)
        right.addWidget(self._tabs)
        self._stack = QStackedWidget()
        right.addWidget(self._stack, 1)
        outer.addWidget(self._statusbar())
        self._toast = Toast(self)
        desk.changed.connect(self._changed)
        desk.jobs.fault.connect(self._fault)
        desk.jobs.writing.connect(self._writing)
        for keys, act in (("Ctrl+K", self.search.focus), ("Esc", self.escape), ("Ctrl+L", self.lock)):
            QShortcut(QKeySequence(keys), self, act)
        for number, item in enumerate(self._items[:9], start=1):
            QShortcut(QKeySequence(f"Ctrl+{number}"), self, item.click)
        for step, keys in ((1, "Ctrl+PgDown"), (-1, "Ctrl+PgUp")):
            QShortcut(QKeySequence(keys), self, lambda step=step: self._next_tab(step))
        self.go(ListPlace(next(iter(sections().values()))[0]))
        self._count_waiting()

    # ------------------------------------------------------------------ parts

    def _navigation(self, station_name: str) -> QFrame:
        frame = self._side = QFrame()
        frame.setObjectName("navigation")
        frame.setFixedWidth(NAVIGATION)
        outer = QVBoxLayout(frame)
        outer.setContentsMargins(0, 0, 0, 0)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(S3, S4, S3, S3)
        column.setSpacing(S1)
        area = scrolling(body)
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # the wheel and the tab key scroll it
        outer.addWidget(area)
        body.setObjectName("navigation-body")
        self._side_column = column
        roles = {r.value: r.label for r in Role}
        role = _(roles[self._desk.role]) if self._desk.role in roles else self._desk.role
        self._whose = [
            label(station_name or _("Social-work station"), "station", wrap=True),
            label(f"{self._desk.user_name} · {role}", "small", wrap=True),
        ]
        for text in self._whose:
            column.addWidget(text)
        column.addSpacing(S2)
        group = QButtonGroup(self)
        group.setExclusive(True)
        self._items: list[QPushButton] = []
        self._by_section: dict[str, QPushButton] = {}
        for section, kinds in sections().items():
            item = self._item(_(SECTION_TITLES.get(section, section)), section, places_of(section, kinds)[0][1])
            self._by_section[section] = item
            group.addButton(item)
            column.addWidget(item)
        column.addSpacing(S3)
        screens = [screen for screen in SCREENS if screen.needs is None or self._desk.may(screen.needs)]
        for screen in screens:
            if screen.bottom or screen.section:
                continue
            item = self._item(_(screen.title), screen.icon, ScreenPlace(screen.name))
            self._by_section[screen.name] = item
            group.addButton(item)
            column.addWidget(item)
        column.addStretch(1)
        for screen in screens:
            if screen.bottom:
                item = self._item(_(screen.title), screen.icon, ScreenPlace(screen.name))
                self._by_section[screen.name] = item
                group.addButton(item)
                column.addWidget(item)
        lock = self._item(_("Lock"), "lock", None)
        lock.setCheckable(False)
        lock.setToolTip("Ctrl+L")
        column.addWidget(lock)
        self._titles = {item: item.text() for item in [*self._items, lock]}
        for screen in screens:
            if screen.waiting is not None:
                self._by_section[screen.name].hide()
        return frame

    def _count_waiting(self) -> None:
        """How much waits on the screens that count it: a number in the navigation."""
        for screen in SCREENS:
            if screen.waiting is not None and screen.name in self._by_section:
                self._desk.ask(self, screen.waiting, lambda n, screen=screen: self._badge(screen, n))  # type: ignore[misc]

    def _badge(self, screen: Screen, number: int) -> None:
        item = self._by_section[screen.name]
        here = isinstance(self._place, ScreenPlace) and self._place.name == screen.name
        item.setVisible(number > 0 or here)
        self._titles[item] = _("{title} ({n})", title=_(screen.title), n=number) if number else _(screen.title)
        narrow, short = self._small
        self._small = (not narrow, short)  # so that it is set anew
        self._narrow(narrow, short)

    def _narrow(self, narrow: bool, short: bool) -> None:
        """In a small window (or with large text) the navigation keeps its drawings only; their names show as hints."""
        if (narrow, short) == self._small:
            return
        self._small = (narrow, short)
        self._side_column.setSpacing(0 if short else S1)
        self._side.setFixedWidth(NARROW if narrow else NAVIGATION)
        for text in self._whose:
            text.setVisible(not narrow)
        for item, title in self._titles.items():
            item.setText("" if narrow else title)
            item.setAccessibleName(title)
            item.setToolTip(title if narrow else "")
            item.setProperty("short", "true" if short else "false")
            item.style().unpolish(item)
            item.style().polish(item)

    def _item(self, title: str, drawing: str, place: Place | None) -> QPushButton:
        item = Button(title)
        item.setObjectName("navigation")
        item.setCheckable(True)
        if has_icon(drawing):
            item.setIcon(icon(drawing))
        if place is None:
            item.clicked.connect(self.lock)
        else:
            item.clicked.connect(lambda _checked=False: self.go(place))
            self._items.append(item)
        return item

    def _topbar(self) -> QFrame:
        frame = QFrame()
        frame.setObjectName("topbar")
        row = QHBoxLayout(frame)
        row.setContentsMargins(S6, S4, S6, 0)
        self.search = SearchField(self)
        self.search.setMaximumWidth(560)
        self.search.serve(self._desk)
        self.search.chosen.connect(lambda kind, record: self.go(FormPlace(kind, record)))
        row.addWidget(self.search, 1)
        row.addStretch(0)
        return frame

    def _statusbar(self) -> QFrame:
        frame = self._foot = QFrame()
        frame.setObjectName("statusbar")
        row = QHBoxLayout(frame)
        row.setContentsMargins(S4, S1, S4, S1)
        self._state = label(_("Works without a network · everything is saved on this computer"), "small")
        row.addWidget(self._state, 1)
        row.addWidget(label(_("Ctrl+K search · Ctrl+N new · Ctrl+S save · Esc back"), "small"))
        return frame

    # ------------------------------------------------------------------ going about

    def township(self) -> str:
        """The station's 9-digit division code."""
        return self._township

    @property
    def page(self) -> Page | None:
        """The page on screen."""
        return self._page

    @property
    def place(self) -> Place | None:
        """Where we are."""
        return self._place

    def go(self, place: Place) -> None:
        """Open a place, after asking what becomes of what was typed."""
        self._leaving(lambda: self._open(place, remember=True))

    @Slot()
    def back(self) -> None:
        """To the place before; from the first one nowhere."""
        self._leaving(self._back)

    def _back(self) -> None:
        if self._before:
            self._open(self._before.pop(), remember=False)
        elif isinstance(self._place, FormPlace):
            self._open(ListPlace(self._place.kind), remember=False)

    @Slot()
    def escape(self) -> None:
        """Esc: back, unless a list of suggestions or a search is open."""
        self.search.close_list()
        if isinstance(self._place, FormPlace):
            self.back()

    def _open(self, place: Place, *, remember: bool) -> None:
        if remember and self._place is not None and self._place != place:
            new_form = isinstance(self._place, FormPlace) and self._place.record is None
            if not new_form:
                self._before = [*self._before[-REMEMBERED:], self._place]
        page = self._make(place)
        old = self._page
        self._place, self._page = place, page
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        if old is not None:
            self._stack.removeWidget(old)
            old.deleteLater()
        self._mark(place)
        self.search.close_list()
        page.begin()

    def _make(self, place: Place) -> Page:
        if isinstance(place, ListPlace):
            return ListPage(self._desk, self, place.kind)
        if isinstance(place, FormPlace):
            return FormPage(self._desk, self, place)
        return next(s for s in SCREENS if s.name == place.name).make(self._desk, self)

    def _mark(self, place: Place) -> None:
        section = section_of(place)
        item = self._by_section.get(section)
        if item is not None:
            item.setChecked(True)
        while self._tab_row.count():
            old = self._tab_row.takeAt(0)
            widget = old.widget() if old is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        places = [] if isinstance(place, FormPlace) else places_of(section, sections().get(section, []))
        for title, there in places if len(places) > 1 else []:
            tab = button(title, lambda there=there: self.go(there), "tab")  # type: ignore[misc]
            tab.setCheckable(True)
            tab.setChecked(place == there)
            self._tab_row.addWidget(tab)
        self._tab_row.addStretch(1)
        self._tabs.setVisible(len(places) > 1)

    def _next_tab(self, step: int) -> None:
        if self._place is None or isinstance(self._place, FormPlace):
            return
        section = section_of(self._place)
        places = [there for _title, there in places_of(section, sections().get(section, []))]
        if self._place in places:
            self.go(places[(places.index(self._place) + step) % len(places)])

    # ------------------------------------------------------------------ leaving

    def _leaving(self, then: Callable[[], None]) -> None:
        """Go on at once, or ask first: save, throw away, or stay."""
        if self._page is None or not self._page.unsaved():
            then()
            return
        answer = ask_unsaved(self)
        if answer == "save":
            self._page.save_then(then)
        elif answer == "discard":
            then()
        else:
            self._mark_again()

    def _mark_again(self) -> None:
        if self._place is not None:
            self._mark(self._place)

    @Slot()
    def lock(self) -> None:
        """Back to the unlock screen, for this user or another; what is not saved is kept and put back for who typed it."""
        self.locked.emit()

    def draft(self) -> Mapping[str, Any] | None:
        """What was typed on the page and is not saved."""
        return None if self._page is None else self._page.draft()

    def go_on(self, place: Place, draft: Mapping[str, Any]) -> None:
        """Go on with what was not saved when the station was locked."""
        self.go(place)
        if self._page is not None and self._place == place:
            self._page.restore(draft)
            self.tell(_("What you had typed before locking is here again. It is not saved yet."))

    def may_close(self, event: QCloseEvent) -> None:
        """Closing the window: never with unsaved work unasked, never in the middle of writing."""
        if self._page is not None and self._page.unsaved():
            answer = ask_unsaved(self)
            if answer == "save":
                event.ignore()
                self._page.save_then(self._close_window)
                return
            if answer == "stay":
                event.ignore()

    def _close_window(self) -> None:
        self.window().close()

    # ------------------------------------------------------------------ news

    def tell(self, text: str, action: str = "", do: Callable[[], None] | None = None) -> None:
        """A passing message at the bottom."""
        self._toast.say(text, action, do)

    @property
    def toast(self) -> Toast:
        """The passing message."""
        return self._toast

    @Slot(frozenset)
    def _changed(self, kinds: frozenset[str]) -> None:
        if self._page is not None:
            self._page.refresh(kinds)
        self._count_waiting()

    @Slot(str)
    def _fault(self, crash: str) -> None:
        self.tell(_(SENTENCES[WindowRefusal.FAULT], id=crash))

    @Slot(bool)
    def _writing(self, under_way: bool) -> None:
        self._state.setText(
            _("Saving…") if under_way else _("Works without a network · everything is saved on this computer")
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._narrow(event.size().width() < WIDE_ENOUGH, event.size().height() < HIGH_ENOUGH)
        self._foot.setVisible(event.size().height() >= TALL_ENOUGH)
        self._toast.place()
        self.search.close_list()


def unsaved_question(parent: QWidget) -> Question:
    """The question what becomes of what was typed."""
    return Question(
        parent, _("What you typed is not saved yet."), _("Save it before leaving this form?"),
        (("save", _("Save")), ("discard", _("Throw away")), ("stay", _("Go on typing"))),
    )  # fmt: skip


def ask_unsaved(parent: QWidget) -> str:
    """What becomes of what was typed: "save", "discard" or "stay"."""
    question = unsaved_question(parent)
    question.exec()
    return question.answer
