"""Creating, opening, recovering and locking a station: the parts wired together."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import station_app.kinds  # noqa: F401  # declares every kind
from station_app.clock import today
from station_app.compose.opening import create_store, open_store
from station_app.messages import Refusal
from station_app.store import placing
from station_app.store.blobs import Blobs
from station_app.store.change import Author, Edit
from station_app.store.engine import open_sqlite
from station_app.store.files import write_whole
from station_app.store.opened import Store
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action, may
from station_app.store.vault import Unlocked, User, Vault
from station_app.values.divisions import township
from station_app.work.backing_up import Made, before_update, note

DATABASE: Final = "station.db"
RECOVERY: Final = "recovery-sheet.pdf"
ROOTS: Final = "roots.pem"


@dataclass(frozen=True, slots=True)
class OpenStation:
    """An unlocked station: what every face of the program (window, command line) works on."""

    folder: Path
    vault: Vault
    unlocked: Unlocked
    store: Store
    blobs: Blobs

    @property
    def user(self) -> User:
        """Who unlocked it."""
        return self.unlocked.user

    @property
    def author(self) -> Author:
        """The user as entries name them."""
        return Author(self.user.id, self.user.role)

    def may(self, action: Action) -> bool:
        """Whether the user's role allows an action."""
        return may(self.user.role, action)

    def user_name(self, author: str) -> str:
        """The name behind an entry's author: a user here, or of another computer by the directory; else the id itself."""
        from station_app.work.directory import named

        return next((u.name for u in self.vault.users() if u.id == author), None) or named(self.store, author) or author

    def close(self) -> None:
        """Lock again."""
        _publish_roots(self)
        self.store.close()


@dataclass(frozen=True, slots=True)
class Created:
    """A new station, and where its recovery sheet was written."""

    station: OpenStation
    recovery_sheet: Path
    recovery_code: str


def create_station(folder: Path, name: str, division: str, number: str, admin: str, password: str) -> Created | Refusal:
    """A new station in an empty folder: vault, store, its own record, the policies in force, the recovery sheet."""
    from station_app.kinds.policy_defaults import policy_defaults
    from station_app.paper.recovery import recovery_sheet

    if township(division) is None and not (division.isdigit() and len(division) == 9):
        return Refusal(StoreRefusal.DOES_NOT_FIT, {"field": "division", "why": division})
    made = Vault.create(folder, admin, password)
    if isinstance(made, Refusal):
        return made
    vault, unlocked, code = made
    station = f"{division}{number}"
    store = create_store(folder / DATABASE, unlocked.key, station)
    opened = OpenStation(folder, vault, unlocked, store, Blobs(folder, unlocked.key))
    edits = [Edit("station", {"name": name, "code": station, "division": division})]
    edits += [Edit("policy", fields) for fields in policy_defaults()]
    done = store.change(edits, opened.author, "init")
    if isinstance(done, Refusal):
        opened.close()
        return done
    sheet = folder / RECOVERY
    write_whole(sheet, recovery_sheet(station_name=name, station=station, code=code, made_on=today()))
    return Created(opened, sheet, code)


def open_station(folder: Path, user: str | None, password: Callable[[str], str]) -> OpenStation | Refusal:
    """Unlock the station in a folder. ``password`` is asked with the user's name; ``user`` None means the only one."""
    placing.finish(folder)
    vault = Vault.load(folder)
    if isinstance(vault, Refusal):
        return vault
    active = [u for u in vault.users() if u.active]
    name = user or active[0].name
    unlocked = vault.unlock(name, password(name))
    if isinstance(unlocked, Refusal):
        return unlocked
    before = _before_update(folder, unlocked)
    if isinstance(before, Refusal):
        return before
    store = open_store(folder / DATABASE, unlocked.key)
    if isinstance(store, Refusal):
        return store
    if before is not None:
        note(store, before)
    return OpenStation(folder, vault, unlocked, store, Blobs(folder, unlocked.key))


def _before_update(folder: Path, unlocked: Unlocked) -> Made | Refusal | None:
    """A backup before an older station is brought to this program's tables; the update is tried on its copy first."""
    database = open_sqlite(folder / DATABASE, unlocked.key)
    try:
        return before_update(folder, unlocked, database)
    finally:
        database.close()


def recover_station(folder: Path, code: str, name: str, password: str) -> Path | Refusal:
    """Give a user a new password by the recovery sheet's code; the sheet that replaces it, for a code works once."""
    from station_app.paper.recovery import recovery_sheet

    vault = Vault.load(folder)
    if isinstance(vault, Refusal):
        return vault
    sheet = folder / RECOVERY

    def keep(unlocked: Unlocked, fresh: str) -> Refusal | None:
        store = open_store(folder / DATABASE, unlocked.key)
        if isinstance(store, Refusal):
            return store
        try:
            with store.reading() as reader:
                stations = reader.all("station", {"code": store.station}, 1)
            title = str(stations[0].fields.get("name")) if stations else store.station
            write_whole(sheet, recovery_sheet(station_name=title, station=store.station, code=fresh, made_on=today()))
        except OSError as error:
            return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
        finally:
            store.close()
        return None

    opened = vault.recover(code, name, password, keep)
    return opened if isinstance(opened, Refusal) else sheet


def _publish_roots(station: OpenStation) -> None:
    """A copy of what is pinned beside the database, so that ``verify`` needs no password; the station itself never reads it."""
    from station_app.sync.receipts import ROOTS_FACT

    pem = station.store.fact(ROOTS_FACT)
    file = station.folder / ROOTS
    if pem is not None and (not file.is_file() or file.read_bytes() != pem):
        write_whole(file, pem)
