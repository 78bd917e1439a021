"""Starts the window: set-up before the application exists, fonts, look, unlock or first start, then the station."""

import os
import sys
import time
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QClipboard, QCloseEvent, QFont, QFontDatabase, QGuiApplication, QPaintEvent
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QStackedWidget, QWidget

from station_app.messages import Refusal, _
from station_app.settings import RESOURCES
from station_app.ui import theme
from station_app.ui.idle import MINUTES_FACT, MOST_MINUTES, Idle
from station_app.ui.jobs import Jobs
from station_app.ui.refusals import said
from station_app.ui.screens.unlock import UnlockScreen

if TYPE_CHECKING:  # heavy parts come after the first paint
    from station_app.compose import Created, OpenStation
    from station_app.ui.desk import Desk
    from station_app.ui.main_window import MainWindow
    from station_app.ui.places import Place
    from station_app.ui.screens.first_start import FirstStartScreen, Wanted
    from station_app.ui.screens.recover import RecoverScreen, Recovery
    from station_app.ui.screens.recover_by_two import RecoverByTwoScreen, Wished


def prepare(environment: MutableMapping[str, str] = os.environ) -> None:
    """What must stand before the application is made.

    The wheels ship no fcitx plugin; fcitx 5 speaks ibus' protocol, so that Chinese can be typed there too.
    """
    if environment.get("QT_IM_MODULE", "").startswith("fcitx"):
        plugins = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)) / "platforminputcontexts"
        if not any("fcitx" in plugin.name for plugin in plugins.glob("*")):
            environment["QT_IM_MODULE"] = "ibus"
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)


def dress(app: QApplication) -> None:
    """Fonts, colours and stylesheet."""
    for name in ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf", "NotoSansMongolian-Regular.ttf"):
        path = RESOURCES / "fonts" / name
        if path.exists():
            QFontDatabase.addApplicationFont(str(path))
    font = QFont()
    font.setFamilies(list(theme.FAMILIES))
    font.setPixelSize(theme.BODY)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    app.setFont(font)
    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    theme.dress(app)


def application(arguments: Sequence[str] = ()) -> QApplication:
    """The one application, made and dressed on first call."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        if not existing.property("dressed"):
            dress(existing)
            existing.setProperty("dressed", True)
        return existing
    prepare()
    app = QApplication([sys.argv[0] if sys.argv else "station-app", *arguments])
    app.setApplicationName("station-app")
    app.setApplicationDisplayName("")
    dress(app)
    app.setProperty("dressed", True)
    return app


class Window(QMainWindow):
    """The one top-level window: unlock, first start or the open station."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self._painted = False
        self.jobs = Jobs(self)
        self.desk: Desk | None = None
        self.main: MainWindow | None = None
        self._start: FirstStartScreen | None = None
        self.recovering: RecoverScreen | None = None
        self.by_two: RecoverByTwoScreen | None = None
        self._station: OpenStation | None = None
        self.setWindowTitle(_("Social-work station"))
        self.resize(1180, 720)
        self.setMinimumSize(640, 360)
        self._stack = QStackedWidget()
        self.setCentralWidget(self._stack)
        self.idle = Idle(self.jobs.changing, self)
        self.idle.expired.connect(self._nobody_there)
        self._last_user = ""
        self._copied = Copied(self)
        self.unlock = UnlockScreen()
        self.unlock.wanted.connect(self._unlock)
        self.unlock.recovery.connect(self._ask_recovery)
        self.unlock.restoring.connect(self._restore)
        self._stack.addWidget(self.unlock)

    # ------------------------------------------------------------------ beginning

    def begin(self) -> None:
        """After the first paint: which station is here, and the heavy parts warm."""
        from station_app.store.placing import finish

        folder = self.folder
        finish(folder)  # a restore that was killed at its very end
        if not (folder / "vault.json").exists():
            self._first_start()
            return
        self.jobs.query(self, lambda: _names(folder), self._offer, self.unlock.refuse)
        self.jobs.query(self, _warm, lambda _nothing: None)

    def _offer(self, names: list[str]) -> None:
        self.unlock.offer(names)
        if self._last_user in names:
            self.unlock.choose(self._last_user)

    def _first_start(self) -> None:
        from station_app.ui.screens.first_start import FirstStartScreen

        screen = self._start = FirstStartScreen(self.folder)
        screen.wanted.connect(self._create)
        screen.finished.connect(self._into)
        screen.restoring.connect(self._restore)
        self._show(screen)
        self.jobs.query(self, _townships, screen.offer)
        self.jobs.query(self, _warm, lambda _nothing: None)

    def _create(self, wanted: "Wanted") -> None:
        folder = self.folder
        screen = self._start
        assert screen is not None

        def create(_progress: object) -> "Created | Refusal":
            from station_app.compose import create_station

            return create_station(folder, wanted.name, wanted.division, wanted.number, wanted.admin, wanted.password)

        def made(created: "Created") -> None:
            self._station = created.station
            screen.made(created.recovery_sheet)

        self.jobs.change(self, create, made, lambda refusal: screen.refuse(said(refusal)))

    def _restore(self) -> None:
        """From a backup, then to the unlock screen."""
        from station_app.ui.screens.restore import RestoreDialog

        if RestoreDialog(self, self.jobs, self.folder).exec():
            self._stack.setCurrentWidget(self.unlock)
            self.unlock.fresh()
            self.begin()

    # ------------------------------------------------------------------ the recovery sheet

    def _ask_recovery(self) -> None:
        from station_app.ui.screens.recover import RecoverScreen

        users = self.unlock.users
        screen = self.recovering = RecoverScreen([users.itemText(i) for i in range(users.count())], users.currentText())
        screen.wanted.connect(self._recover)
        screen.left.connect(self._recovery_left)
        screen.by_two.connect(self._by_two)
        self.unlock.fresh()
        self._show(screen)
        screen.begin()

    def _recover(self, wanted: "Recovery") -> None:
        folder, screen = self.folder, self.recovering
        assert screen is not None

        def recover(_progress: object) -> Path | Refusal:
            from station_app.compose import recover_station

            return recover_station(folder, wanted.code, wanted.user, wanted.password)

        self.jobs.change(screen, recover, screen.made, screen.refuse)

    def _by_two(self) -> None:
        """The recovery sheet is lost as well."""
        from station_app.ui.screens.recover_by_two import RecoverByTwoScreen

        users = self.unlock.users
        screen = self.by_two = RecoverByTwoScreen([users.itemText(i) for i in range(users.count())])
        screen.stick.connect(self._stick_chosen)
        screen.wanted.connect(self._recover_by_two)
        screen.left.connect(self._recovery_left)
        self._show(screen)
        screen.begin()

    def _stick_chosen(self, usb: Path) -> None:
        folder, screen = self.folder, self.by_two
        assert screen is not None

        def look(_progress: object) -> str | Refusal:
            from station_app.compose import ask_centre, centre_answered

            return "" if centre_answered(folder, usb) is True else ask_centre(folder, usb)

        self.jobs.change(
            screen, look, lambda code: screen.requested(code) if code else screen.answered(), screen.refuse
        )

    def _recover_by_two(self, wanted: "Wished") -> None:
        folder, screen = self.folder, self.by_two
        assert screen is not None

        def recover(_progress: object) -> Path | Refusal:
            from station_app.compose import recover_by_two

            done = recover_by_two(folder, wanted.usb, wanted.code, wanted.user, wanted.password)
            return done if isinstance(done, Refusal) else done.recovery_sheet

        self.jobs.change(screen, recover, screen.made, screen.refuse)

    def _recovery_left(self) -> None:
        if self.by_two is not None:
            self._stack.removeWidget(self.by_two)
            self.by_two.deleteLater()
            self.by_two = None
        screen, self.recovering = self.recovering, None
        self._stack.setCurrentWidget(self.unlock)
        if screen is not None:
            self.unlock.choose(screen.users.currentText())
            self._stack.removeWidget(screen)
            screen.deleteLater()

    # ------------------------------------------------------------------ opening and locking

    def _unlock(self, user: str, password: str) -> None:
        folder = self.folder

        def unlock(_progress: object) -> "OpenStation | Refusal":
            from station_app.compose import open_station

            return open_station(folder, user, lambda _name: password)

        self.jobs.change(self, unlock, self._opened, self.unlock.refuse)

    def _opened(self, station: "OpenStation") -> None:
        self._station = station
        self._into()

    def _into(self) -> None:
        """The open station."""
        from station_app.ui.desk import Desk

        station = self._station
        assert station is not None
        self._last_user = station.user.name
        self.desk = Desk(station, self.jobs, self)
        self.desk.ask(self, _beginning, self._enter)

    def _enter(self, beginning: "Beginning") -> None:
        from station_app.ui.main_window import MainWindow

        assert self.desk is not None
        self.main = MainWindow(self.desk, self.desk.code[:9], beginning.name)
        self.main.locked.connect(self.lock)
        if beginning.name:
            self.setWindowTitle(f"{_('Social-work station')} - {beginning.name}")
        self._show(self.main)
        self.unlock.fresh()
        self.idle.begin(beginning.minutes)
        if beginning.left is not None:
            self.main.go_on(*beginning.left)
        else:
            self._warn(beginning, self.main)

    def _warn(self, beginning: "Beginning", main: "MainWindow") -> None:
        """What the head should know before anything else."""
        from station_app.ui.places import ScreenPlace

        if beginning.older:
            main.tell(
                _("The list of users was an older copy that somebody put back. Look whether the users are right.")
            )
        elif beginning.failed:
            text = _("{n} times somebody tried to open the station with a wrong password.", n=beginning.failed)
            main.tell(text, _("Look"), lambda: main.go(ScreenPlace("users")))

    @Slot()
    def _nobody_there(self) -> None:
        minutes = self.idle.minutes
        self.lock()
        self.unlock.notice(_("Locked after {n} minutes without work. What was not saved is kept.", n=minutes))

    @Slot()
    def lock(self) -> None:
        """Close the station and show the unlock screen again; an unfinished form is kept for who typed it."""
        main, desk, station = self.main, self.desk, self._station
        self.idle.end()
        self.main = self.desk = self._station = None
        self.setWindowTitle(_("Social-work station"))
        self._stack.setCurrentWidget(self.unlock)
        close_dialogs(self)
        self._copied.forget()
        if main is not None:
            if station is not None:
                _keep_draft(station, main)
            self._stack.removeWidget(main)
            main.hide()
            main.deleteLater()
        if desk is not None:
            desk.close()
            desk.deleteLater()
        self.begin()

    def _show(self, screen: QWidget) -> None:
        self._stack.addWidget(screen)
        self._stack.setCurrentWidget(screen)

    # ------------------------------------------------------------------ events

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            bench = os.environ.get("BENCH_PAINT_FILE")
            if bench:
                Path(bench).write_text(str(time.time_ns()), "ascii")
            QTimer.singleShot(0, self, self.begin)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.main is not None:
            self.main.may_close(event)
            if not event.isAccepted():
                return
        if self.desk is not None:
            self.desk.close()
        else:
            self.jobs.finish()
            if self._station is not None:
                self._station.close()
        self.idle.end()
        self.main = self.desk = self._station = None
        event.accept()


def _names(folder: Path) -> list[str] | Refusal:
    from station_app.store.vault import Vault

    vault = Vault.load(folder)
    return vault if isinstance(vault, Refusal) else [user.name for user in vault.users() if user.active]


def _townships() -> list[tuple[str, str, str]]:
    from station_app.values.divisions import townships

    return [(t.code, t.name, t.county_name) for t in townships().values()]


def _warm() -> None:
    """Import what the open station needs while the password is typed."""
    import station_app.compose
    import station_app.ui.main_window  # noqa: F401


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the window needs of a station that was just opened."""

    name: str
    minutes: int  # without work until it locks
    left: "tuple[Place, Mapping[str, Any]] | None"  # what this user had not saved when it was locked
    failed: int  # attempts with a wrong password the head has not seen
    older: bool  # the list of users was an older copy


def _beginning(station: "OpenStation") -> Beginning:
    from station_app.compose import failed_attempts
    from station_app.ui import drafts

    with station.store.reading() as reader:
        found = reader.all("station", limit=1)
    name = found[0].fields.get("name") if found else None
    failed = failed_attempts(station)
    unseen = 0 if isinstance(failed, Refusal) else sum(not row.seen for row in failed)
    minutes = int(station.store.fact(MINUTES_FACT) or MOST_MINUTES)
    return Beginning(name if isinstance(name, str) else "", minutes, drafts.taken(station), unseen, station.older_users)


def _keep_draft(station: "OpenStation", main: "MainWindow") -> None:
    """Written before the store is closed; a disk that refuses must not keep the station open."""
    from station_app.store.engine import is_disk_error
    from station_app.ui import drafts

    try:
        drafts.keep(station, main.place, main.draft())
    except Exception as error:
        if not is_disk_error(error):
            raise


def close_dialogs(window: QWidget) -> None:
    """Nothing stays open over a locked window: dialogs, lists, menus."""
    popup = QApplication.activePopupWidget()
    if popup is not None:
        popup.close()
    for other in QApplication.topLevelWidgets():
        if other is not window and isinstance(other, QDialog):
            other.reject()
        elif other is not window and other.isVisible():
            other.hide()


class Copied(QObject):
    """What was copied from the station does not outlive the locking; what another program copied stays."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._ours = False
        QGuiApplication.clipboard().dataChanged.connect(self._changed)

    @Slot()
    def _changed(self) -> None:
        # not every platform knows whose the clipboard is; whoever has the keyboard has copied
        self._ours = QGuiApplication.clipboard().ownsClipboard() or QApplication.focusWidget() is not None

    def forget(self) -> None:
        """Empty the clipboard if what lies there is ours."""
        clipboard = QGuiApplication.clipboard()
        if self._ours:
            clipboard.clear()
        if clipboard.ownsSelection():
            clipboard.clear(QClipboard.Mode.Selection)


def run(data_folder: Path, arguments: Sequence[str] = (), ready: Callable[[Window], None] | None = None) -> int:
    """Show the window until it is closed. ``ready`` is called with it once it is shown (tests, pictures)."""
    app = application(arguments)
    window = Window(data_folder)
    window.show()
    if ready is not None:
        ready(window)
    return app.exec()
