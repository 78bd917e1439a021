"""The law's own page: requests due, consents missing, who looked at what, destruction lists, what the centre sees."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout

from station_app.messages import _
from station_app.store.roles import Action
from station_app.ui.desk import Desk
from station_app.ui.parts import Heading, Message, button
from station_app.ui.places import Around, Page
from station_app.ui.screens.law_destruction import DestructionPanel
from station_app.ui.screens.law_dialogs import BreachDialog, TextsDialog
from station_app.ui.screens.law_lists import AccessPanel, CentrePanel, ConsentsPanel, Panel, RequestsPanel
from station_app.ui.theme import S4, S6


class LawScreen(Page):
    """Five lists; each is read when it is shown."""

    def __init__(self, desk: Desk, around: Around) -> None:
        super().__init__()
        self.setObjectName("page")
        self._desk = desk
        column = QVBoxLayout(self)
        column.setContentsMargins(S6, S4, S6, S4)
        column.setSpacing(S4)
        heading = Heading(_("Law and people's data"), _("What people ask for, what they agreed to, and who looked"))
        heading.add(button(_("Texts to read out…"), self.texts), button(_("Report a breach…"), self.breach))
        column.addWidget(heading)
        self.error = Message("errors")
        column.addWidget(self.error)
        row = QHBoxLayout()
        row.setSpacing(S4)
        self.stack = QStackedWidget()
        say = self.error.say
        self.panels: list[Panel] = [RequestsPanel(desk, around, say), ConsentsPanel(desk, around, say)]
        if desk.may(Action.ANSWER_REQUEST):
            self.panels.append(AccessPanel(desk, around, say))
        if desk.may(Action.DESTROY):
            self.panels.append(DestructionPanel(desk, around, say))
        self.panels.append(CentrePanel(desk, around, say))
        self.tabs: list[QPushButton] = []
        for number, panel in enumerate(self.panels):
            tab = button(panel.title, lambda number=number: self.show_tab(number), "tab")  # type: ignore[misc]
            tab.setCheckable(True)
            self.tabs.append(tab)
            row.addWidget(tab)
            self.stack.addWidget(panel)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.stack, 1)

    def begin(self) -> None:
        self.show_tab(0)
        self.tabs[0].setFocus()

    def refresh(self, kinds: frozenset[str]) -> None:
        panel = self.panels[self.stack.currentIndex()]
        if kinds & panel.kinds:
            panel.load()

    def show_tab(self, number: int) -> None:
        """Show one of the lists."""
        for other, tab in enumerate(self.tabs):
            tab.setChecked(other == number)
        self.error.say("")
        self.stack.setCurrentIndex(number)
        self.panels[number].load()

    @Slot()
    def texts(self) -> None:
        """The texts of the consents, to read out or to print."""
        TextsDialog(self, self._desk).exec()

    @Slot()
    def breach(self) -> None:
        """One page for the authority when data were lost."""
        BreachDialog(self, self._desk).exec()
