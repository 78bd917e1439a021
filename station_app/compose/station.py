"""Creating, opening, recovering and locking a station: the parts wired together."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import station_app.kinds  # noqa: F401  # declares every kind
from station_app.compose import keys
from station_app.compose.erasing import resume_erasing
from station_app.compose.keys import DATABASE, RECOVERY
from station_app.compose.opening import create_store, open_store
from station_app.kinds.key_event import KeyAct
from station_app.messages import Refusal
from station_app.store import placing
from station_app.store.blobs import Blobs
from station_app.store.change import Author, Edit
from station_app.store.engine import open_sqlite
from station_app.store.files import write_whole
from station_app.store.holding import Holding
from station_app.store.opened import Store
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action, Role, may
from station_app.store.vault import Unlocked, User, Vault
from station_app.values.divisions import township
from station_app.work.backing_up import Made, before_update, note

ROOTS: Final = "roots.pem"


@dataclass(eq=False, slots=True)
class OpenStation:
    """An unlocked station: what every face of the program (window, command line) works on.

    ``unlocked`` and the store's connections are exchanged when the data key is changed (:mod:`station_app.compose.keys`);
    ``hold``: the claim on the files, None where nothing can be written. ``older_users``: the list of users was an older copy.
    """

    folder: Path
    vault: Vault
    unlocked: Unlocked
    store: Store
    blobs: Blobs
    hold: Holding | None = None
    older_users: bool = False
    closed: bool = False

    def __post_init__(self) -> None:
        from station_app.work.rules import lay_rules

        lay_rules(self.store)

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
        """Lock again; a second time does nothing."""
        if self.closed:
            return
        self.closed = True
        _publish_roots(self)
        self.store.close()
        if self.hold is not None:
            self.hold.release()


@dataclass(frozen=True, slots=True)
class Created:
    """A new station, and where its recovery sheet was written."""

    station: OpenStation
    recovery_sheet: Path
    recovery_code: str


def create_station(folder: Path, name: str, division: str, number: str, admin: str, password: str) -> Created | Refusal:
    """A new station in an empty folder: vault, store, its own record, the policies in force, the recovery sheet."""
    from station_app.kinds.policy_defaults import policy_defaults

    if township(division) is None and not (division.isdigit() and len(division) == 9):
        return Refusal(StoreRefusal.DOES_NOT_FIT, {"field": "division", "why": division})
    made = Vault.create(folder, admin, password)
    if isinstance(made, Refusal):
        return made
    vault, unlocked, code = made
    station = f"{division}{number}"
    store = create_store(folder / DATABASE, unlocked.key, station)
    opened = OpenStation(folder, vault, unlocked, store, Blobs(folder, unlocked.key), _held(folder))
    edits = [Edit("station", {"name": name, "code": station, "division": division})]
    edits += [Edit("policy", fields) for fields in policy_defaults()]
    done = store.change(edits, opened.author, "init")
    refused = done if isinstance(done, Refusal) else keys.write_sheet(folder, store, code)
    if refused is not None:
        opened.close()
        return refused
    return Created(opened, folder / RECOVERY, code)


def open_station(folder: Path, user: str | None, password: Callable[[str], str]) -> OpenStation | Refusal:
    """Unlock the station in a folder. ``password`` is asked with the user's name; ``user`` None means the only one."""
    placing.finish(folder)
    vault = Vault.load(folder)
    if isinstance(vault, Refusal):
        return vault
    name = user or next((u.name for u in vault.users() if u.active), "")
    secret = password(name)
    hold = _held(folder)
    opened = _opened(folder, vault, name, secret, hold)
    if isinstance(opened, Refusal) and hold is not None:
        hold.release()
    return opened


def _opened(folder: Path, vault: Vault, name: str, secret: str, hold: Holding | None) -> OpenStation | Refusal:
    unlocked = vault.unlock(name, secret)
    if isinstance(unlocked, Refusal):
        return unlocked
    unlocked = keys.settled(folder, vault, unlocked, hold)
    before = _before_update(folder, unlocked)
    if isinstance(before, Refusal):
        return before
    store = open_store(folder / DATABASE, unlocked.key)
    if isinstance(store, Refusal):
        return store
    older = vault.generation < keys.known_generation(store)
    if older:
        head = unlocked.user.role == Role.HEAD
        refused = vault.catch_up(unlocked, keys.known_generation(store)) if head else Refusal(StoreRefusal.VAULT_OLDER)
        if refused is not None:
            store.close()
            return refused
    if before is not None:
        note(store, before)
    keys.remember_generation(store, vault)
    keys.take_attempts(store, vault)
    blobs = Blobs(folder, unlocked.key, keys.coming(unlocked))
    opened = OpenStation(folder, vault, unlocked, store, blobs, hold, older)
    if hold is not None:
        resume_erasing(opened)
    return opened


def _before_update(folder: Path, unlocked: Unlocked) -> Made | Refusal | None:
    """A backup before an older station is brought to this program's tables; the update is tried on its copy first."""
    database = open_sqlite(folder / DATABASE, unlocked.key)
    try:
        return before_update(folder, unlocked, database)
    finally:
        database.close()


def _held(folder: Path) -> Holding | None:
    with suppress(OSError):
        return Holding(folder)
    return None


def recover_station(folder: Path, code: str, name: str, password: str) -> Path | Refusal:
    """Give a user a new password by the recovery sheet's code; the sheet that replaces it, for a code works once."""
    vault = Vault.load(folder)
    if isinstance(vault, Refusal):
        return vault
    opened = vault.recover(code, name, password, sheet_keeper(folder))
    if isinstance(opened, Refusal):
        return opened
    journal_recovery(folder, vault, opened, KeyAct.RECOVERED)
    return folder / RECOVERY


def sheet_keeper(folder: Path) -> Callable[[Unlocked, str], Refusal | None]:
    """Puts a fresh recovery code on paper, with whatever key a locked station's recovery gave."""

    def keep(unlocked: Unlocked, fresh: str) -> Refusal | None:
        store = open_store(folder / DATABASE, keys.whichever(folder, unlocked).key)
        if isinstance(store, Refusal):
            return store
        try:
            return keys.write_sheet(folder, store, fresh)
        finally:
            store.close()

    return keep


def journal_recovery(folder: Path, vault: Vault, opened: Unlocked, how: KeyAct) -> None:
    """Say in the journal that the station was recovered; a store that opens only for reading keeps its silence."""
    store = open_store(folder / DATABASE, keys.whichever(folder, opened).key)
    if not isinstance(store, Refusal):
        try:
            keys.note(store, opened.user.id, how, opened.user)
            keys.remember_generation(store, vault)
        finally:
            store.close()


def _publish_roots(station: OpenStation) -> None:
    """A copy of what is pinned beside the database, so that ``verify`` needs no password; the station itself never reads it."""
    from station_app.sync.receipts import ROOTS_FACT

    pem = station.store.fact(ROOTS_FACT)
    file = station.folder / ROOTS
    if pem is not None and (not file.is_file() or file.read_bytes() != pem):
        write_whole(file, pem)
