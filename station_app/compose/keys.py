"""Users and keys of an open station: adding, disabling, roles, passwords, a new data key; each act in the journal."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from station_app.clock import LOCAL, now_ms, today
from station_app.kinds.key_event import KeyAct
from station_app.messages import Refusal
from station_app.store import lockout, rekey, slots
from station_app.store.alone import alone
from station_app.store.blobs import Blobs
from station_app.store.change import Author, Edit
from station_app.store.engine import Database, is_disk_error, open_sqlite
from station_app.store.files import write_whole
from station_app.store.holding import Holding
from station_app.store.opened import Store
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action
from station_app.store.vault import Unlocked, User, Vault
from station_app.work.backing_up import TURN

if TYPE_CHECKING:
    from station_app.compose.station import OpenStation

T = TypeVar("T")

DATABASE: Final = "station.db"
RECOVERY: Final = "recovery-sheet.pdf"
#: Facts: the newest generation of the vault this database has seen; failed attempts of the past.
GENERATION_FACT: Final = "vault_generation"
ATTEMPTS_FACT: Final = "failed_attempts"
#: Failed attempts kept for the head to look at.
KEPT_ATTEMPTS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Disabled:
    """A user whose way in is gone. ``waits``: why the new key could not be taken into use yet; the next opening goes on."""

    user: User
    waits: Refusal | None


@dataclass(frozen=True, slots=True)
class Failed:
    """A failed attempt to open: when (wall clock), by whose name or sheet, whether a head has seen it."""

    at: datetime
    whose: str  # a user's name; "" for a name nobody has; "recovery", "escrow" for the sheets
    seen: bool


# ---------------------------------------------------------------------- users


def add_user(station: "OpenStation", name: str, role: str, password: str) -> User | Refusal:
    """A new user (head only)."""
    return _noted(station, KeyAct.ADDED, station.vault.add(station.unlocked, name, role, password))


def set_role(station: "OpenStation", name: str, role: str) -> User | Refusal:
    """Another role for a user (head only); it holds from their next signing in."""
    return _noted(station, KeyAct.ROLE, station.vault.set_role(station.unlocked, name, role))


def set_password(station: "OpenStation", name: str, password: str) -> User | Refusal:
    """A new password for oneself, or (head) for another."""
    return _noted(station, KeyAct.PASSWORD, station.vault.set_password(station.unlocked, name, password))


def disable_user(station: "OpenStation", name: str) -> Disabled | Refusal:
    """Take a user's way in away and change the data key, so that no copy of theirs opens anything new (head only)."""
    if not station.may(Action.MANAGE_USERS):
        return Refusal(StoreRefusal.NOT_ALLOWED)

    def work() -> Disabled | Refusal:
        user = station.vault.disable(station.unlocked, name)
        if isinstance(user, Refusal):
            return user
        waits = _change(station)
        _noted(station, KeyAct.DISABLED, user)
        return Disabled(user, waits)

    return _alone(station, work)


def change_key(station: "OpenStation") -> Refusal | None:
    """A new data key for database and blobs, sealed to all who may open (head only): when a password or a copy got away."""
    if not station.may(Action.MANAGE_USERS):
        return Refusal(StoreRefusal.NOT_ALLOWED)

    def work() -> User | Refusal:
        refused = _change(station)
        return station.user if refused is None else refused

    done = _noted(station, KeyAct.KEY, _alone(station, work))
    return done if isinstance(done, Refusal) else None


def renew_sheet(station: "OpenStation") -> Path | Refusal:
    """A new recovery sheet in place of one that was seen, copied or lost (head only)."""

    def keep(_unlocked: Unlocked, code: str) -> Refusal | None:
        return write_sheet(station.folder, station.store, code)

    done = _noted(station, KeyAct.SHEET, station.vault.renew_sheet(station.unlocked, keep))
    return done if isinstance(done, Refusal) else station.folder / RECOVERY


def _noted(station: "OpenStation", act: KeyAct, done: User | Refusal) -> User | Refusal:
    """The act's line in the journal. It is the program's own: whoever may change a password need not write kinds of ``station``."""
    if not isinstance(done, Refusal):
        note(station.store, station.user.id, act, done)
        remember_generation(station.store, station.vault)
    return done


def note(store: Store, author: str, act: KeyAct, whom: User) -> None:
    """Write an act on users and keys into the journal."""
    at = datetime.fromtimestamp(now_ms() / 1000, LOCAL).strftime("%Y-%m-%dT%H:%M")
    fields = {"at": at, "what": act.value, "whom": whom.id, "role": str(whom.role)}
    action = "recover" if act in (KeyAct.RECOVERED, KeyAct.BY_TWO) else "keys"
    store.change([Edit("key_event", fields)], Author(author), action)


# ---------------------------------------------------------------------- the data key


def _alone(station: "OpenStation", work: Callable[[], T | Refusal]) -> T | Refusal:
    with _turn(station.folder, station.hold) as busy:
        return busy if busy is not None else work()


@contextmanager
def _turn(folder: Path, hold: Holding | None) -> Iterator[Refusal | None]:
    """Nobody else has the station open, and no backup is being made: one half under each key would open for nobody."""
    with ExitStack() as held:
        try:
            resting = held.enter_context(alone(folder / TURN))
        except OSError as error:
            yield Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
            return
        if not resting:
            yield Refusal(StoreRefusal.BUSY_BACKING_UP)
        elif hold is None or not hold.alone():
            yield Refusal(StoreRefusal.OPEN_ELSEWHERE)
        else:
            held.callback(hold.shared)
            yield None


def _change(station: "OpenStation") -> Refusal | None:
    doubt = station.store.guard.standing.refusal
    if doubt is not None:
        return doubt
    begun = station.vault.begin_rekey(
        station.unlocked, lambda _u, code: write_sheet(station.folder, station.store, code)
    )
    if isinstance(begun, Refusal):
        return begun
    found: list[Unlocked | Refusal] = []

    def exchange() -> Database:
        found.append(_finished(station.folder, station.vault, begun))
        station.unlocked = whichever(station.folder, begun) if isinstance(found[0], Refusal) else found[0]
        return open_sqlite(station.folder / DATABASE, station.unlocked.key)

    station.store.database.exchange(exchange)
    station.blobs.go_on(station.unlocked.key, coming(station.unlocked))
    return found[0] if isinstance(found[0], Refusal) else None


def _finished(folder: Path, vault: Vault, begun: Unlocked) -> Unlocked | Refusal:
    """Database, then blobs, then the vault: until the last step every slot holds both keys."""
    assert begun.coming is not None
    _number, key = begun.coming
    refused = rekey.exchanged(folder / DATABASE, begun.key, key)
    if refused is not None:
        return refused
    try:
        Blobs(folder, key, (begun.key,)).renew()
    except OSError as error:
        return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
    return vault.finish_rekey(begun)


def settled(folder: Path, vault: Vault, unlocked: Unlocked, hold: Holding | None) -> Unlocked:
    """Go on with a change of keys that was broken off; where that is not possible now, with the key that opens."""
    if unlocked.coming is None:
        return unlocked
    with _turn(folder, hold) as busy:
        done = busy if busy is not None else _finished(folder, vault, unlocked)
    return whichever(folder, unlocked) if isinstance(done, Refusal) else done


def whichever(folder: Path, unlocked: Unlocked) -> Unlocked:
    """In the middle of a change: the key that opens the database first, the other as the coming one."""
    if unlocked.coming is None or not rekey.opens(folder / DATABASE, unlocked.coming[1]):
        return unlocked
    number, key = unlocked.coming
    return replace(unlocked, key=key, number=number, coming=(unlocked.number, unlocked.key))


def coming(unlocked: Unlocked) -> tuple[bytes, ...]:
    """The keys blobs may be under besides the one in use."""
    return () if unlocked.coming is None else (unlocked.coming[1],)


# ---------------------------------------------------------------------- what is remembered


def remember_generation(store: Store, vault: Vault) -> None:
    """The database knows how new the vault is; on a full disk it learns it later."""
    known = known_generation(store)
    if vault.generation > known:
        try:
            store.keep(GENERATION_FACT, str(vault.generation).encode())
        except Exception as error:
            if not is_disk_error(error):
                raise


def known_generation(store: Store) -> int:
    """The newest generation of the vault this database has seen."""
    return int(store.fact(GENERATION_FACT) or b"0")


def take_attempts(store: Store, vault: Vault) -> None:
    """Failed attempts go from the vault's file into the encrypted database, to be shown to the head."""
    rows = vault.failed()
    if not rows:
        return
    kept: list[list[Any]] = json.loads(store.fact(ATTEMPTS_FACT) or b"[]")
    there = {(at, whose) for at, whose, _seen in kept}
    kept += [[at, whose, False] for at, whose in rows if (at, whose) not in there]
    try:
        store.keep(ATTEMPTS_FACT, json.dumps(kept[-KEPT_ATTEMPTS:]).encode())
    except Exception as error:
        if not is_disk_error(error):
            raise
        return
    vault.taken_over(rows)


def failed_attempts(station: "OpenStation", *, seen: bool = False) -> list[Failed] | Refusal:
    """Failed attempts to open this station, newest first (head only); ``seen`` marks them as looked at."""
    if not station.may(Action.MANAGE_USERS):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    rows: list[list[Any]] = json.loads(station.store.fact(ATTEMPTS_FACT) or b"[]")
    names = {user.id: user.name for user in station.vault.users()} | {lockout.UNKNOWN: ""}
    names |= {sheet: sheet for sheet in (slots.RECOVERY, slots.ESCROW)}
    if seen and not all(row[2] for row in rows):
        station.store.keep(ATTEMPTS_FACT, json.dumps([[at, whose, True] for at, whose, _seen in rows]).encode())
    return [
        Failed(datetime.fromtimestamp(at / 1000, LOCAL), names.get(whose, ""), bool(was))
        for at, whose, was in reversed(rows)
    ]


# ---------------------------------------------------------------------- sheets


def write_sheet(folder: Path, store: Store, code: str) -> Refusal | None:
    """The recovery sheet with a fresh code, as a file in the station's folder, to be printed and deleted."""
    from station_app.paper.recovery import recovery_sheet

    try:
        sheet = recovery_sheet(station_name=station_title(store), station=store.station, code=code, made_on=today())
        write_whole(folder / RECOVERY, sheet)
    except OSError as error:
        return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
    return None


def station_title(store: Store) -> str:
    """The station's name, its number where it has none."""
    with store.reading() as reader:
        stations = reader.all("station", {"code": store.station}, 1)
    return str(stations[0].fields.get("name")) if stations else store.station
