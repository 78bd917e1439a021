"""The vault: who may open the store. Users and sheets each hold a slot that gives the data key; heads manage them.

The file is described in :mod:`station_app.store.vault_file`, what a slot is in :mod:`station_app.store.slots`. Every change
reads the file anew under a lock, checks that nobody without the key touched it, and writes it whole. Whoever knew a password
and kept a copy of the files of that time can open that copy for ever; a new data key (:meth:`Vault.begin_rekey`) sees to it
that neither that password nor an old file opens anything newer.
"""

import secrets
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

from cryptography.exceptions import InvalidTag

from station_app.clock import now_ms
from station_app.messages import Refusal
from station_app.store import codes, holding, lockout, slots, vault_file
from station_app.store.files import write_whole
from station_app.store.lockout import Attempts
from station_app.store.passwords import weak
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action, Role, may
from station_app.store.slots import ESCROW, RECOVERY, Cost, Damaged, Slot
from station_app.store.unlocked import Unlocked, User
from station_app.store.vault_file import Escrow, State, closed

FILE: Final = "vault.json"
MEMORY_KIB: Final = 64 * 1024  # RFC 9106's second choice; stored parameters are accepted within floor and ceiling only
TIME_COST: Final = 3
LANES: Final = 4

T = TypeVar("T")
#: Puts a fresh recovery code on paper before the old one becomes void; where it refuses, nothing has changed.
Keep = Callable[[Unlocked, str], Refusal | None]

__all__ = ["FILE", "Unlocked", "User", "Vault"]


class Vault:
    """The vault of one station's folder."""

    def __init__(self, folder: Path, state: State) -> None:
        self.folder = folder
        self._state = state

    # ------------------------------------------------------------------ making and loading

    @classmethod
    def create(cls, folder: Path, admin: str, password: str) -> "tuple[Vault, Unlocked, str] | Refusal":
        """A new vault with its first user (head) and a recovery code, which is shown once and never stored."""
        if (folder / FILE).exists():
            return Refusal(StoreRefusal.VAULT_EXISTS, {"folder": str(folder)})
        refused = weak(password, admin)
        if refused is not None:
            return refused
        folder.mkdir(parents=True, exist_ok=True)
        lobby, key = secrets.token_bytes(32), secrets.token_bytes(32)
        code = codes.new()
        head = slots.person(_cost(), lobby, str(uuid.uuid4()), 1, admin.strip(), Role.HEAD, password, {1: key})
        state = State(lobby, [head], slots.sheet(_cost(), RECOVERY, 1, codes.derived(code, _cost()), {1: key}))
        vault = cls(folder, state)
        vault._write(key)
        return vault, Unlocked(key, vault._user(head)), codes.printed(code)

    @classmethod
    def load(cls, folder: Path) -> "Vault | Refusal":
        """The vault of a folder."""
        try:
            return cls(folder, _read(folder))
        except (OSError, Damaged) as error:
            missing = isinstance(error, FileNotFoundError)
            return Refusal(StoreRefusal.NO_VAULT, {"folder": str(folder)}) if missing else _damaged(error)

    # ------------------------------------------------------------------ looking

    @property
    def generation(self) -> int:
        """Counts every change of the file: a smaller one than the database has seen is an older file put back."""
        return self._state.generation

    @property
    def escrow(self) -> Escrow | None:
        """What lies ready for a recovery by two, if anything."""
        return self._state.escrow

    def users(self) -> list[User]:
        """Every user, active or not."""
        return [self._user(slot) for slot in self._state.users]

    def catch_up(self, by: Unlocked, generation: int) -> Refusal | None:
        """A head goes on with an older file that was put back: from now on it is the newest."""

        def work(state: State) -> bool:
            state.generation = max(state.generation, generation)
            return True

        done = self._change(by, work, managing=True)
        return done if isinstance(done, Refusal) else None

    def find(self, name: str) -> User | None:
        """The user of this name."""
        return next((u for u in self.users() if u.name == name), None)

    # ------------------------------------------------------------------ opening

    def unlock(self, name: str, password: str) -> Unlocked | Refusal:
        """The data key for an active user's right password; wrong ones are counted, and after a few one waits."""
        self._again()
        slot = next((s for s in self._state.users if s.active and self._user(s).name == name), None)
        if slot is not None and slot.old and (self._state.coming is not None or not slot.wrapped):
            return Refusal(StoreRefusal.PASSWORD_NEEDED, {"name": name})
        opened = self._tried(slot.user if slot else lockout.UNKNOWN, lambda: self._unlocked(slot, name, password))
        if isinstance(opened, Refusal) or slot is None or not slot.old:
            return opened
        self._change(opened, lambda state: _replaced(state, self._anew(slot, password, opened.keys)))
        return opened

    def _unlocked(self, slot: Slot | None, name: str, password: str) -> Unlocked | Refusal:
        if slot is None:
            return Refusal(StoreRefusal.UNKNOWN_USER, {"name": name})
        return self._with(
            slot, slots.derive(password, slots.unb64(slot.salt), slot.kdf, as_typed=slot.old), self._user(slot)
        )

    def _with(self, slot: Slot, kek: bytes, user: User) -> Unlocked | Refusal:
        """Every key a slot gives, when the file is as it was written. Raises InvalidTag for a wrong secret, Damaged."""
        state = self._state
        keys = slots.opened(slot, kek)
        if state.number not in keys or not state.whole(keys[state.number]):
            raise Damaged("seal")
        key = keys[state.number]
        coming = None if state.coming is None or state.coming not in keys else (state.coming, keys[state.coming])
        retired = [
            slots.unseal(key, state.retired[n], _retired(n, state.number)) for n in sorted(state.retired, reverse=True)
        ]
        return Unlocked(key, user, state.number, coming, tuple(retired))

    def _tried(self, whose: str, attempt: Callable[[], Unlocked | Refusal]) -> Unlocked | Refusal:
        """One attempt: refused while one must wait, counted before it is made, not counted after all when it succeeds."""
        moment = now_ms()

        def ready(attempts: Attempts) -> int:
            seconds = attempts.wait(whose, lockout.uptime())
            if not seconds:
                attempts.count(whose, lockout.uptime(), moment)
            return seconds

        seconds = self._counted(ready)
        if seconds:
            return Refusal(StoreRefusal.LOCKED_OUT, {"seconds": seconds})
        try:
            opened = attempt()
        except InvalidTag:
            return Refusal(StoreRefusal.WRONG_PASSWORD)
        except (Damaged, ValueError) as error:
            return _damaged(error)
        if not isinstance(opened, Refusal):
            self._counted(lambda attempts: attempts.succeeded(whose, moment))
        return opened

    def _counted(self, work: Callable[[Attempts], T]) -> T:
        """Look at or change the counts, in the file as it stands now. Where it cannot be written they hold for this process."""
        done: list[T] = []
        with suppress(OSError, Damaged), holding.writing(self.folder):
            self._state = _read(self.folder)
            before = self._state.attempts.content()
            self._state.attempts = _UNWRITTEN.get(self.folder, self._state.attempts)
            done.append(work(self._state.attempts))
            if self._state.attempts.content() != before:
                _UNWRITTEN[self.folder] = self._state.attempts  # until they are written
                self._store(self._state)
            _UNWRITTEN.pop(self.folder, None)
        return done[0] if done else work(_UNWRITTEN.setdefault(self.folder, self._state.attempts))

    def failed(self) -> list[tuple[int, str]]:
        """Failed attempts nobody has taken over yet: (wall clock in ms, user's id or whose sheet)."""
        self._again()
        return list(self._state.attempts.rows)

    def taken_over(self, rows: list[tuple[int, str]]) -> None:
        """These failed attempts are kept elsewhere now."""

        def forget(attempts: Attempts) -> None:
            attempts.rows = [row for row in attempts.rows if row not in rows]

        self._counted(forget)

    # ------------------------------------------------------------------ users

    def add(self, by: Unlocked, name: str, role: str, password: str) -> User | Refusal:
        """A new user; only a head adds users."""
        name = name.strip()
        refused = weak(password, name)
        if refused is not None:
            return refused

        def work(state: State) -> User | Refusal:
            if not name or role not in set(Role) or self.find(name) is not None:
                return Refusal(StoreRefusal.USER_EXISTS, {"name": name})
            slot = slots.person(_cost(), state.lobby, str(uuid.uuid4()), 1, name, role, password, by.keys)
            state.users.append(slot)
            return self._user(slot)

        return self._change(by, work, managing=True)

    def disable(self, by: Unlocked, name: str) -> User | Refusal:
        """Take a user's way in away; the last active head stays. The caller changes the data key afterwards."""

        def work(state: State) -> User | Refusal:
            slot = self._slot(name)
            if slot is None:
                return Refusal(StoreRefusal.UNKNOWN_USER, {"name": name})
            if self._last_head(slot):
                return Refusal(StoreRefusal.LAST_HEAD)
            if slot.user == by.user.id:  # another head does that, who can then change the key
                return Refusal(StoreRefusal.NOT_ALLOWED)
            _replaced(state, closed(slot))
            return self._user(closed(slot))

        return self._change(by, work, managing=True)

    def set_role(self, by: Unlocked, name: str, role: str) -> User | Refusal:
        """Another role: the data key is sealed anew with it, so that no role but this one opens with this slot."""

        def work(state: State) -> User | Refusal:
            slot = self._slot(name)
            if slot is None or not slot.active or role not in set(Role):
                return Refusal(StoreRefusal.UNKNOWN_USER, {"name": name})
            if slot.role == role:
                return self._user(slot)
            if self._last_head(slot):
                return Refusal(StoreRefusal.LAST_HEAD)
            if slot.old:
                return Refusal(StoreRefusal.PASSWORD_NEEDED, {"name": name})
            return self._user(_replaced(state, slots.equipped(replace(slot, role=role, keys={}), by.keys)))

        return self._change(by, work, managing=True)

    def set_password(self, by: Unlocked, name: str, password: str) -> User | Refusal:
        """A new password for oneself, or (head) for another, with a key pair of its own: the old password opens no later key."""

        def work(state: State) -> User | Refusal:
            slot = self._slot(name)
            if slot is None or not slot.active:
                return Refusal(StoreRefusal.UNKNOWN_USER, {"name": name})
            if by.user.id != slot.user and not may(by.user.role, Action.MANAGE_USERS):
                return Refusal(StoreRefusal.NOT_ALLOWED)
            return self._user(_replaced(state, self._anew(slot, password, by.keys)))

        refused = weak(password, name)
        return refused if refused is not None else self._change(by, work)

    # ------------------------------------------------------------------ sheets

    def recover(self, code: str, name: str, password: str, keep: Keep) -> Unlocked | Refusal:
        """Open with the recovery sheet, set an active user's password, and replace the code: it works once."""
        self._again()
        return self._recovered(
            self._state.recovery,
            lambda slot: slots.derive(codes.plain(code), slots.unb64(slot.salt), slot.kdf),
            name,
            password,
            keep,
        )

    def renew_sheet(self, by: Unlocked, keep: Keep) -> User | Refusal:
        """A new recovery sheet (head only): the old one was seen or lost. Put on paper first, then the old one is void."""
        code = codes.new()

        def work(state: State) -> User | Refusal:
            refused = keep(by, codes.printed(code))
            if refused is not None:
                return refused
            derived = codes.derived(code, _cost())
            state.recovery = slots.sheet(_cost(), RECOVERY, state.recovery.version + 1, derived, by.keys)
            return by.user

        return self._change(by, work, managing=True)

    def recover_escrow(self, share: bytes, code: str, name: str, password: str, keep: Keep) -> Unlocked | Refusal:
        """The same with two shares, the centre's and the second sheet's; both are used up, the recovery sheet is replaced too."""
        self._again()
        if (laid := self._state.escrow) is None:
            return Refusal(StoreRefusal.NO_ESCROW)
        return self._recovered(
            laid.slot, lambda slot: codes.joined(share, code, slots.unb64(slot.salt), slot.kdf), name, password, keep
        )

    def _recovered(
        self, slot: Slot, kek: Callable[[Slot], bytes], name: str, password: str, keep: Keep
    ) -> Unlocked | Refusal:
        user = self.find(name)
        refused = weak(password, name)
        if refused is not None or user is None or not user.active:
            return refused or Refusal(StoreRefusal.UNKNOWN_USER, {"name": name})
        opened = self._tried(slot.user, lambda: self._with(slot, kek(slot), user))
        if isinstance(opened, Refusal):
            return opened
        code = codes.new()
        refused = keep(opened, codes.printed(code))
        if refused is not None:
            return refused

        def work(state: State) -> Unlocked | Refusal:
            mine = self._slot(name)
            if mine is None:
                return Refusal(StoreRefusal.UNKNOWN_USER, {"name": name})
            state.recovery = slots.sheet(
                _cost(), RECOVERY, state.recovery.version + 1, codes.derived(code, _cost()), opened.keys
            )
            if slot.user == ESCROW:
                state.escrow = None
            _replaced(state, self._anew(mine, password, opened.keys))
            return opened

        return self._change(opened, work)

    def lay_down(
        self, by: Unlocked, station: str, device: str, seal: Callable[[int, bytes, str], str | Refusal]
    ) -> int | Refusal:
        """Make recovery by two possible: a fresh centre's share and the code of the second sheet, which is kept nowhere.

        ``seal`` gets version, share and printed code, puts the code on paper, and gives the share sealed to the centre, as
        base64. What was laid down before is void. Returns the version.
        """

        def work(state: State) -> int | Refusal:
            version, share, code, salt = (
                state.escrows + 1,
                secrets.token_bytes(32),
                codes.new(),
                secrets.token_bytes(16),
            )
            sealed = seal(version, share, codes.printed(code))
            if isinstance(sealed, Refusal):
                return sealed
            kek = codes.joined(share, code, salt, _cost())
            slot = slots.equipped(slots.made(ESCROW, ESCROW, version, "", _cost(), salt, kek), by.keys)
            state.escrow, state.escrows = Escrow(station, device, sealed, slot), version
            return version

        return self._change(by, work, managing=True)

    # ------------------------------------------------------------------ a new data key

    def begin_rekey(self, by: Unlocked, keep: Keep) -> Unlocked | Refusal:
        """A new data key, sealed to every active user and sheet beside the one in use; begun before, the same again.

        Slots of format 1 cannot take part: such a user gets a new password from the head, such a sheet is replaced.
        """
        if by.coming is not None:
            return by
        if not may(by.user.role, Action.MANAGE_USERS):
            return Refusal(StoreRefusal.NOT_ALLOWED)  # before any sheet is written
        coming = Unlocked(by.key, by.user, by.number, (by.number + 1, secrets.token_bytes(32)), by.retired)
        code = codes.new()
        if self._state.recovery.old:
            refused = keep(by, codes.printed(code))
            if refused is not None:
                return refused

        def work(state: State) -> Unlocked | Refusal:
            if state.coming is not None:
                return Refusal(StoreRefusal.OPEN_ELSEWHERE)
            state.coming = by.number + 1
            if state.recovery.old:
                state.recovery = slots.sheet(
                    _cost(), RECOVERY, state.recovery.version + 1, codes.derived(code, _cost()), {by.number: by.key}
                )
            state.recovery = slots.equipped(state.recovery, coming.keys)
            state.users = [slots.equipped(s, coming.keys) if s.active and not s.old else s for s in state.users]
            if state.escrow is not None:
                state.escrow = replace(state.escrow, slot=slots.equipped(state.escrow.slot, coming.keys))
            return coming

        return self._change(by, work, managing=True)

    def finish_rekey(self, by: Unlocked) -> Unlocked | Refusal:
        """The database and every blob are under the new key: the old one is retired, and opens no slot any more."""
        if by.coming is None:
            return by
        number, key = by.coming
        older = {by.number: by.key, **dict(zip(sorted(self._state.retired, reverse=True), by.retired, strict=True))}

        def only(slot: Slot) -> Slot:
            if slot.old:
                return replace(slot, wrapped="")
            return replace(slot, keys={n: sealed for n, sealed in slot.keys.items() if n == str(number)})

        def work(state: State) -> Unlocked:
            state.users, state.recovery = [only(s) for s in state.users], only(state.recovery)
            if state.escrow is not None:
                state.escrow = replace(state.escrow, slot=only(state.escrow.slot))
            state.retired = {n: slots.seal(key, old, _retired(n, number)) for n, old in older.items()}
            state.number, state.coming = number, None
            return Unlocked(key, by.user, number, None, tuple(older[n] for n in sorted(older, reverse=True)))

        return self._change(by, work, sealing=key)

    # ------------------------------------------------------------------ pieces

    def _change(
        self,
        by: Unlocked,
        work: Callable[[State], T | Refusal],
        *,
        managing: bool = False,
        sealing: bytes | None = None,
    ) -> T | Refusal:
        """Change the file as it stands now, all or nothing; a file that somebody without the key changed is left alone.

        ``managing``: only a head may, and one who still is.
        """
        if managing and not may(by.user.role, Action.MANAGE_USERS):
            return Refusal(StoreRefusal.NOT_ALLOWED)
        try:
            with holding.writing(self.folder):
                self._state = _read(self.folder)
                key = by.keys.get(self._state.number)
                if key is None or not self._state.whole(key):
                    raise Damaged("seal")
                still = any(s.user == by.user.id and s.active and s.role == by.user.role for s in self._state.users)
                done = work(self._state) if still or not managing else Refusal(StoreRefusal.NOT_ALLOWED)
                if isinstance(done, Refusal):
                    self._state = _read(self.folder)
                else:
                    self._state.generation += 1
                    self._write(sealing or key)
                return done
        except Damaged as error:
            return _damaged(error)
        except OSError as error:
            self._again()
            return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})

    def _write(self, key: bytes) -> None:
        self._state.old = False
        self._state.seal = self._state.made_seal(key)
        write_whole(self.folder / FILE, self._state.file())

    def _store(self, state: State) -> None:
        """Write the counts alone: a file of format 1 stays one, for nobody has the key that format 2 is sealed with."""
        path = self.folder / FILE
        data = vault_file.with_attempts(path.read_bytes(), state.attempts) if state.old else state.file()
        write_whole(path, data)

    def _again(self) -> None:
        """Another process may have changed the file since; one that cannot be read leaves what is known."""
        try:
            self._state = _read(self.folder)
        except (OSError, Damaged):
            return

    def _user(self, slot: Slot) -> User:
        name = slots.unseal(self._state.lobby, slot.label, f"label:{slot.user}").decode()
        return User(slot.user, name, slot.role, slot.active)

    def _slot(self, name: str) -> Slot | None:
        return next((s for s in self._state.users if self._user(s).name == name), None)

    def _last_head(self, slot: Slot) -> bool:
        return [s.user for s in self._state.users if s.role == Role.HEAD and s.active] == [slot.user]

    def _anew(self, slot: Slot, password: str, keys: dict[int, bytes]) -> Slot:
        name = self._user(slot).name
        return slots.person(_cost(), self._state.lobby, slot.user, slot.version + 1, name, slot.role, password, keys)


#: Counts that could not be written (a full or write-protected disk), for as long as this process lives.
_UNWRITTEN: dict[Path, Attempts] = {}


def _read(folder: Path) -> State:
    return vault_file.parse((folder / FILE).read_bytes())


def _damaged(error: Exception) -> Refusal:
    if isinstance(error, Damaged) and str(error) == vault_file.NEWER:
        return Refusal(StoreRefusal.NEWER_STORE)
    return Refusal(StoreRefusal.VAULT_DAMAGED, {"part": FILE})


def _cost() -> Cost:
    return (MEMORY_KIB, TIME_COST, LANES)


def _replaced(state: State, slot: Slot) -> Slot:
    state.users = [slot if s.user == slot.user else s for s in state.users]
    return slot


def _retired(number: int, under: int) -> str:
    return f"retired:{number}:{under}"
