"""Users of the station: list, add, disable (head), and one's own password."""

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from station_app.compose import OpenStation
from station_app.messages import Refusal, _
from station_app.store.roles import Role
from station_app.store.vault import User
from station_app.ui.desk import Desk
from station_app.ui.jobs import Progress
from station_app.ui.parts import Heading, Message, button, card, chip, label, rule, scrolling
from station_app.ui.places import Around, Page
from station_app.ui.refusals import WindowRefusal, said
from station_app.ui.theme import S2, S3, S4, S6


def password_line(name: str) -> QLineEdit:
    """A line for a password."""
    line = QLineEdit()
    line.setEchoMode(QLineEdit.EchoMode.Password)
    line.setAccessibleName(name)
    return line


class UserDialog(QDialog):
    """Asks for a new user (name, role, password twice) or only for a new password."""

    def __init__(self, parent: QWidget, *, title: str, with_user: bool) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(420)
        column = QVBoxLayout(self)
        column.setContentsMargins(S6, S6, S6, S4)
        column.setSpacing(S3)
        column.addWidget(label(title, "heading"))
        self.error = Message("errors")
        column.addWidget(self.error)
        grid = QGridLayout()
        grid.setVerticalSpacing(S3)
        self.name = QLineEdit()
        self.role = QComboBox()
        for role in Role:
            self.role.addItem(_(role.label), role.value)
        self.role.setCurrentIndex(1)
        self.password, self.again = password_line(_("Password")), password_line(_("Password once more"))
        rows: list[tuple[str, QWidget]] = []
        if with_user:
            rows += [(_("Name"), self.name), (_("Role"), self.role)]
        rows += [(_("Password"), self.password), (_("Password once more"), self.again)]
        for number, (text, widget) in enumerate(rows):
            buddy = label(text)
            buddy.setBuddy(widget)
            grid.addWidget(buddy, number, 0)
            grid.addWidget(widget, number, 1)
        column.addLayout(grid)
        column.addWidget(label(_("At least eight characters. Longer is better than complicated."), "note", wrap=True))
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(button(_("Cancel"), self.reject))
        self.ok = button(_("Keep"), self._check, "primary")
        self.ok.setDefault(True)
        foot.addWidget(self.ok)
        column.addLayout(foot)
        self._with_user = with_user

    @Slot()
    def _check(self) -> None:
        if self._with_user and not self.name.text().strip():
            self.error.say(said(Refusal(WindowRefusal.NAME_MISSING, {"field": _("Name")})))
            self.name.setFocus()
        elif self.password.text() != self.again.text():
            self.error.say(said(Refusal(WindowRefusal.PASSWORDS_DIFFER)))
            self.password.setFocus()
        else:
            self.accept()


class UsersScreen(Page):
    """Who may open the station."""

    def __init__(self, desk: Desk, around: Around) -> None:
        super().__init__()
        self.setObjectName("page")
        self._desk, self._around = desk, around
        column = QVBoxLayout(self)
        column.setContentsMargins(S6, S4, S6, S4)
        column.setSpacing(S4)
        heading = Heading(_("Users"), _("Who may open this station on this computer"))
        heading.add(button(_("Change my password"), self.own_password))
        if desk.is_head:
            heading.add(button(_("Add a user"), self.add, "primary"))
        column.addWidget(heading)
        self.error = Message("errors")
        column.addWidget(self.error)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 0, 0)
        frame, self._rows = card()
        frame.setMaximumWidth(720)
        self._rows.setSpacing(S2)
        inner.addWidget(frame)
        inner.addStretch(1)
        column.addWidget(scrolling(body), 1)

    def begin(self) -> None:
        self._desk.ask(self, lambda station: station.vault.users(), self._show)

    def _show(self, users: list[User]) -> None:
        while self._rows.count():
            item = self._rows.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        titles = {r.value: _(r.label) for r in Role}
        for number, user in enumerate(users):
            if number:
                self._rows.addWidget(rule())
            row = QWidget()
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            line.addWidget(label(user.name, "strong"))
            line.addWidget(label(titles.get(user.role, user.role), "secondary"), 1)
            line.addWidget(chip(_("active"), "good") if user.active else chip(_("disabled"), "plain"))
            if self._desk.is_head and user.active and user.name != self._desk.user_name:
                line.addWidget(button(_("Disable"), lambda name=user.name: self._disable(name), "link"))  # type: ignore[misc]
            self._rows.addWidget(row)

    # ------------------------------------------------------------------ acting

    @Slot()
    def add(self) -> None:
        """A new user."""
        dialog = UserDialog(self, title=_("Add a user"), with_user=True)
        if dialog.exec():
            name, role, password = dialog.name.text(), str(dialog.role.currentData()), dialog.password.text()
            self._act(lambda s, _p: s.vault.add(s.unlocked, name, role, password), _("The user was added."))

    @Slot()
    def own_password(self) -> None:
        """A new password for whoever is at work."""
        dialog = UserDialog(self, title=_("Change my password"), with_user=False)
        if dialog.exec():
            name, password = self._desk.user_name, dialog.password.text()
            self._act(lambda s, _p: s.vault.set_password(s.unlocked, name, password), _("The new password holds from now on."))

    def _disable(self, name: str) -> None:
        self._act(lambda s, _p: s.vault.disable(s.unlocked, name), _("{name} can no longer open the station.", name=name))

    def _act(self, work: Callable[[OpenStation, Progress], User | Refusal], text: str) -> None:
        def done(_user: User) -> None:
            self.error.say("")
            self._around.tell(text)
            self.begin()

        self._desk.act(self, work, done, lambda refusal: self.error.say(said(refusal)))
