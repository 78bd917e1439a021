"""Users of the station: list, add, role, password, disable, key (head), and one's own password."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from station_app.compose import (
    Disabled,
    Failed,
    OpenStation,
    add_user,
    change_key,
    disable_user,
    failed_attempts,
    prepare_escrow,
    set_password,
    set_role,
)
from station_app.messages import Refusal, _
from station_app.store.roles import ACTION_TITLES, ALLOWED, Action, Role
from station_app.store.vault import User
from station_app.ui.desk import Desk
from station_app.ui.idle import CHOICES, MINUTES_FACT, MOST_MINUTES
from station_app.ui.jobs import Progress
from station_app.ui.parts import Heading, Message, Question, button, card, chip, label, rule, scrolling
from station_app.ui.places import Around, Page
from station_app.ui.refusals import WindowRefusal, said
from station_app.ui.theme import S2, S3, S4, S6

#: Failed attempts shown; the command line lists them all.
SHOWN: Final = 20


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
        self.role = role_box(Role.WORKER)
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
        column.addWidget(
            label(
                _(
                    "At least eight characters; several words in a row are best. No birthday, no telephone number, no name with digits."
                ),
                "note",
                wrap=True,
            )
        )
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


class RoleDialog(QDialog):
    """Asks for another role, and says what each may do."""

    def __init__(self, parent: QWidget, name: str, role: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Change the role"))
        self.setMinimumWidth(520)
        column = QVBoxLayout(self)
        column.setContentsMargins(S6, S6, S6, S4)
        column.setSpacing(S3)
        column.addWidget(label(_("What may {name} do?", name=name), "heading"))
        self.role = role_box(role)
        self.role.currentIndexChanged.connect(self._explain)
        column.addWidget(self.role)
        self.may = label("", "note", wrap=True)
        self.may.setMinimumHeight(90)
        column.addWidget(self.may)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(button(_("Cancel"), self.reject))
        ok = button(_("Keep"), self.accept, "primary")
        ok.setDefault(True)
        foot.addWidget(ok)
        column.addLayout(foot)
        self._explain()

    @Slot()
    def _explain(self) -> None:
        allowed = ALLOWED[str(self.role.currentData())]
        self.may.setText(_("May: {actions}", actions="、".join(_(ACTION_TITLES[a]) for a in Action if a in allowed)))


def role_box(role: str) -> QComboBox:
    """The roles to choose from."""
    box = QComboBox()
    box.setAccessibleName(_("Role"))
    for one in Role:
        box.addItem(_(one.label), one.value)
    box.setCurrentIndex(max(0, box.findData(role)))
    return box


class UsersScreen(Page):
    """Who may open the station."""

    def __init__(self, desk: Desk, around: Around) -> None:
        super().__init__()
        self.setObjectName("page")
        self._desk, self._around = desk, around
        self._manages = desk.may(Action.MANAGE_USERS)
        column = QVBoxLayout(self)
        column.setContentsMargins(S6, S4, S6, S4)
        column.setSpacing(S4)
        heading = Heading(_("Users"), _("Who may open this station on this computer"))
        heading.add(button(_("Change my password"), self.own_password))
        if self._manages:
            heading.add(button(_("Change the key…"), self.change_key))
            heading.add(button(_("Recovery by two…"), self.prepare_escrow))
            heading.add(button(_("Add a user"), self.add, "primary"))
        column.addWidget(heading)
        self.error = Message("errors")
        column.addWidget(self.error)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(S4)
        frame, self._rows = card()
        frame.setMaximumWidth(720)
        self._rows.setSpacing(S2)
        inner.addWidget(frame)
        self.attempts = label("", wrap=True)
        self.minutes = QComboBox()
        if self._manages:
            inner.addWidget(self._for_the_head())
        inner.addStretch(1)
        column.addWidget(scrolling(body), 1)

    def _for_the_head(self) -> QWidget:
        """How soon the station locks, and who tried to get in."""
        frame, column = card()
        frame.setMaximumWidth(720)
        column.addWidget(label(_("Locking"), "heading"))
        row = QHBoxLayout()
        words = label(_("Lock this computer's station after"))
        words.setBuddy(self.minutes)
        self.minutes.setAccessibleName(_("Lock this computer's station after"))
        for minutes in CHOICES:
            self.minutes.addItem(_("{n} minutes without work", n=minutes), minutes)
        self.minutes.activated.connect(self._keep_minutes)
        row.addWidget(words)
        row.addWidget(self.minutes)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(rule())
        column.addWidget(label(_("Failed attempts to open the station"), "heading"))
        column.addWidget(self.attempts)
        return frame

    def begin(self) -> None:
        self._desk.ask(self, _looked, self._show)

    def _show(self, looked: "Looked") -> None:
        while self._rows.count():
            item = self._rows.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        for number, user in enumerate(looked.users):
            if number:
                self._rows.addWidget(rule())
            self._rows.addWidget(self._row(user))
        self.minutes.setCurrentIndex(max(0, self.minutes.findData(looked.minutes)))
        sheets = {"": _("a name nobody has"), "recovery": _("recovery sheet"), "escrow": _("second sheet")}
        lines = [f"{row.at:%Y-%m-%d %H:%M}  {sheets.get(row.whose, row.whose)}" for row in looked.failed[:SHOWN]]
        self.attempts.setText("\n".join(lines) or _("Nobody has tried to open the station with a wrong password."))

    def _row(self, user: User) -> QWidget:
        titles = {r.value: _(r.label) for r in Role}
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(label(user.name, "strong"))
        line.addWidget(label(titles.get(user.role, user.role), "secondary"), 1)
        line.addWidget(chip(_("active"), "good") if user.active else chip(_("disabled"), "plain"))
        if self._manages and user.active and user.name != self._desk.user_name:
            for text, spoken, act in (
                (_("Role…"), _("Change the role of {name}", name=user.name), lambda: self.change_role(user)),
                (_("Password…"), _("Give {name} a new password", name=user.name), lambda: self.new_password(user.name)),
                (_("Disable"), _("Disable {name}", name=user.name), lambda: self.disable(user.name)),
            ):
                link = button(text, act, "link")
                link.setAccessibleName(spoken)
                line.addWidget(link)
        return row

    # ------------------------------------------------------------------ acting

    @Slot()
    def add(self) -> None:
        """A new user."""
        dialog = UserDialog(self, title=_("Add a user"), with_user=True)
        if dialog.exec():
            name, role, password = dialog.name.text(), str(dialog.role.currentData()), dialog.password.text()
            self._act(lambda s, _p: add_user(s, name, role, password), _("The user was added."))

    @Slot()
    def own_password(self) -> None:
        """A new password for whoever is at work."""
        self.new_password(self._desk.user_name)

    def new_password(self, name: str) -> None:
        """A new password for a user."""
        own = name == self._desk.user_name
        title = _("Change my password") if own else _("Give {name} a new password", name=name)
        dialog = UserDialog(self, title=title, with_user=False)
        if dialog.exec():
            password = dialog.password.text()
            self._act(lambda s, _p: set_password(s, name, password), _("The new password holds from now on."))

    def change_role(self, user: User) -> None:
        """Another role for a user."""
        dialog = RoleDialog(self, user.name, user.role)
        if dialog.exec():
            role = str(dialog.role.currentData())
            text = _("The new role of {name} holds from the next time they open the station.", name=user.name)
            self._act(lambda s, _p: set_role(s, user.name, role), text)

    def disable(self, name: str) -> None:
        """Take a user's way in away, after asking."""
        question = Question(
            self, _("Disable {name}?", name=name),
            _(
                "{name} can then no longer open the station, and the key is changed: a copy of the files they may have shows "
                "nothing newer. Their entries stay. This can take a minute.",
                name=name,
            ),
            (("disable", _("Disable")), ("stay", _("Cancel"))),
        )  # fmt: skip
        question.exec()
        if question.answer == "disable":
            self._busy(_("The key is being changed. Please wait a moment."))
            self._act(lambda s, _p: disable_user(s, name), _("{name} can no longer open the station.", name=name))

    @Slot()
    def change_key(self) -> None:
        """A new data key, after saying what it is for."""
        question = Question(
            self, _("Change the station's key?"),
            _(
                "Do this when a password became known or somebody copied the files. Everybody keeps their password, the recovery "
                "sheet stays good. Copies made until today can still be opened with today's passwords, but show nothing newer. "
                "This can take a minute."
            ),
            (("change", _("Change the key")), ("stay", _("Cancel"))),
        )  # fmt: skip
        question.exec()
        if question.answer == "change":
            self._busy(_("The key is being changed. Please wait a moment."))
            self._act(lambda s, _p: change_key(s), _("The station's key was changed."))

    @Slot()
    def prepare_escrow(self) -> None:
        """A second sheet: with it and the centre's answer the station opens when everything else is lost."""
        question = Question(
            self, _("Prepare recovery by two?"),
            _(
                "A second sheet is written. Another person keeps it, not the one who keeps the recovery sheet. With it and the "
                "centre's answer the station can be opened when every password and the recovery sheet are lost; neither alone "
                "opens anything. An earlier second sheet becomes void."
            ),
            (("prepare", _("Write the second sheet")), ("stay", _("Cancel"))),
        )  # fmt: skip
        question.exec()
        if question.answer == "prepare":
            self._desk.act(
                self, lambda s, _p: prepare_escrow(s),
                lambda file: self.error.say(
                    _("Print the second sheet {file}, let a second person lock it away, then delete the file.", file=file), "notice"
                ),
                lambda refusal: self.error.say(said(refusal), "errors"),
            )  # fmt: skip

    def _busy(self, text: str) -> None:
        self.error.say(text, "notice")

    @Slot()
    def _keep_minutes(self) -> None:
        minutes = int(self.minutes.currentData())
        text = _("From the next opening on, the station locks after {n} minutes without work.", n=minutes)
        self._act(lambda s, _p: s.store.keep(MINUTES_FACT, str(minutes).encode()), text)

    def _act(self, work: Callable[[OpenStation, Progress], object], text: str) -> None:
        def done(result: object) -> None:
            self.error.say("")
            waits = result.waits if isinstance(result, Disabled) else None
            if waits is not None:
                self.error.say(
                    _("The user is disabled. The key could not be changed yet: {why}", why=said(waits)), "caution"
                )
            else:
                self._around.tell(text)
            self.begin()

        self._desk.act(self, work, done, lambda refusal: self.error.say(said(refusal), "errors"))


@dataclass(frozen=True, slots=True)
class Looked:
    """What the screen shows."""

    users: list[User]
    failed: list[Failed]
    minutes: int


def _looked(station: OpenStation) -> Looked:
    failed = failed_attempts(station, seen=True)
    minutes = int(station.store.fact(MINUTES_FACT) or MOST_MINUTES)
    return Looked(station.vault.users(), [] if isinstance(failed, Refusal) else failed, minutes)
