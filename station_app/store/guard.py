"""The guard of an open store: looks whether this is still the newest state before anything is written, remembers it outside after.

Without a keeper (a store made for a recount, a drill, a test of something else) it guards nothing and costs nothing.
"""

import json
import secrets
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from station_app import __version__
from station_app.clock import now_ms
from station_app.messages import Refusal
from station_app.store import freshness, journal
from station_app.store.clocks import ClockWatch
from station_app.store.freshness import Standing, State, Witness
from station_app.store.refusals import StoreRefusal

if TYPE_CHECKING:
    from station_app.store.opened import Store

#: Facts: the key anchors are sealed with, the computer the store belongs to, when and by which version it was last proven,
#: what it was before.
KEY_FACT: Final = "anchor_key"
MACHINE_FACT: Final = "machine"
PROVEN_FACT: Final = "proven_at"
PROVEN_BY: Final = "proven_by"
BECAME_FACT: Final = "became"
#: The newest receipt of a device, read once when it was taken in: ``[upto, head, server time]``.
ACKNOWLEDGED: Final = "acknowledged"

#: The keyring is written when a store is closed, and in between once for so many entries.
RING_EVERY: Final = 100
#: A file up to this size (some five thousand records) that was not closed properly is proven before it opens, within about
#: a second; a larger one meanwhile: in the background of the window, by ``check``, and before a month is signed.
PROVE_AT_ONCE: Final = 3_000_000
#: Whatever its seal says, a store is proven this often.
PROVE_EVERY: Final = 7 * 86_400_000
_SALT: Final = 16  # bytes at the beginning of a SQLCipher file: copies share them


class Known(Protocol):
    """What is remembered of a device outside the file (``trust.anchors.Anchor``)."""

    @property
    def seq(self) -> int:
        """Its newest entry."""

    @property
    def hash(self) -> bytes:
        """That entry's hash."""

    @property
    def seal(self) -> bytes | None:
        """SHA-256 of the file when it was last closed."""

    @property
    def place(self) -> str:
        """The data folder."""

    @property
    def at(self) -> int:
        """Wall clock in ms."""


class Keeper(Protocol):
    """Where that is remembered (``trust.anchors.Anchors``)."""

    def known(self, device: str) -> Sequence[Known]:
        """Everything remembered of a device."""

    def moved(self, device: str) -> bool:
        """Whether somebody else wrote since we looked."""

    def keep(self, device: str, seq: int, digest: bytes, seal: bytes | None, place: str, at: int, ring: bool) -> bool:
        """Remember; False when nothing could be written."""


class Guard:
    """One per open store. ``file``: its database, not yet opened; ``keeper``: made from the key in the store."""

    def __init__(
        self, file: Path | None = None, keeper: Callable[[bytes], Keeper] | None = None, machine: bytes = b""
    ) -> None:
        self.file, self.machine, self._make = file, machine, keeper
        self.place = "" if file is None else str(file.parent.resolve())
        self.keeper: Keeper | None = None
        self.standing = Standing(State.PROVEN)
        self.outside = True  # whether anything could be remembered outside the file
        self._stat = _stat(file)
        # Read before the database is open: closing any other handle of it would drop this process's locks on it (POSIX).
        self._salt = b"" if file is None else _salt(file)
        self._seal = None if file is None or keeper is None else freshness.page_seal(file)
        self._sealed = False
        self._compared = True  # the tables are known to be the journal's fold
        self.clock: ClockWatch | None = None
        self._newest = 0  # newest own entry
        self._kept = 0
        self._lock = threading.RLock()

    # ------------------------------------------------------------------ opening

    def sealed(self, fact: Callable[[str], bytes | None]) -> bool:
        """Whether the file is byte for byte what was closed last: then its own seals need no look."""
        key, device = fact(KEY_FACT), fact("device")
        if self._make is None or key is None or device is None:
            return False
        self.keeper = self._make(key)
        newest = max(self.keeper.known(device.decode()), key=lambda k: (k.seq, k.at), default=None)
        self._sealed = newest is not None and newest.seal is not None and newest.seal == self._seal
        return self._sealed

    def begin(self, store: "Store") -> None:
        """A new store, or one that was opened without a guard so far: its key and computer are noted."""
        if self._make is None:
            return
        key = store.fact(KEY_FACT)
        if key is None:
            key = secrets.token_bytes(32)
            store.keep(KEY_FACT, key)
        if self.keeper is None:
            self.keeper = self._make(key)
        if store.fact(MACHINE_FACT) is None:
            store.keep(MACHINE_FACT, self.machine)

    def look(self, store: "Store", new: bool = False) -> None:
        """Judge an opened store by its entries; a small one whose seal is broken is proven at once, a ``new`` one is empty."""
        if self._make is None:
            return
        self.begin(store)
        self._compared = self._sealed or new
        self.standing = self._judged(store)
        self._newest = self.standing.here
        with store.database.reading() as connection:
            own = journal.device_named(connection, store.device)
        self.clock = ClockWatch(store, 0 if own is None else own.time)
        self.clock.look(store, self.standing.here)
        if not self._compared and self.file is not None and self.file.stat().st_size <= PROVE_AT_ONCE:
            self.prove(store)

    def _judged(self, store: "Store") -> Standing:
        assert self.keeper is not None  # begin() made it
        known = self.keeper.known(store.device)
        witnesses = [Witness(k.seq, k.hash, k.at) for k in known]
        receipt = store.fact(f"{ACKNOWLEDGED}/{store.device}")
        if receipt is not None:
            upto, head, server = json.loads(receipt)
            witnesses.append(Witness(upto, bytes.fromhex(head), server))
        with store.database.reading() as connection:
            family = journal.devices(connection, store.station)
            own = next(d for d in family if d.device == store.device)
            found = freshness.judged(connection, own, family, witnesses)
        if self._elsewhere(store, known):
            return Standing(State.COPY, found.here, found.known, found.at)
        if found.state is State.UNPROVEN and self._compared:
            return Standing(State.PROVEN, found.here)
        return found

    def _elsewhere(self, store: "Store", known: Sequence[Known]) -> bool:
        """Whether another copy goes on as this device: on another computer, or at the place this computer knows it at."""
        computer = store.fact(MACHINE_FACT)
        if computer and self.machine and computer != self.machine:
            return True
        newest = max(known, key=lambda k: (k.seq, k.at), default=None)
        if newest is None or newest.place == self.place or self.file is None:
            return False
        return _salt(Path(newest.place) / self.file.name) == self._salt != b""

    # ------------------------------------------------------------------ proving

    @property
    def compared(self) -> bool:
        """Whether the tables are known to be the journal's fold: sealed as they lie, or folded again and compared."""
        return self._compared

    def due(self, store: "Store") -> bool:
        """Whether the store should be proven in the background now."""
        if self._make is None or self.standing.refusal is not None:
            return False
        said = store.fact(PROVEN_FACT)
        return not self._compared or said is None or not 0 <= now_ms() - int(said) < PROVE_EVERY

    def prove(self, store: "Store") -> Standing:
        """Walk every chain, compare every row with the journal's fold. Seconds for a large station."""
        chains = store.check()
        wrong: list[dict[str, Any]] = []
        if all(said == "ok" for said in chains.values()):  # a broken chain has no fold to compare with
            with store.database.reading() as connection:
                wrong = store.differences_of(connection)
            if wrong and store.fact(PROVEN_BY) not in (None, __version__.encode()):
                # the first look with another version of the program, whose fold may be another: the journal decides
                store.fold_again()
                with store.database.reading() as connection:
                    wrong = store.differences_of(connection)
        with self._lock:
            self.standing = freshness.proven(self.standing, chains, wrong)
            self._compared = not wrong and all(said == "ok" for said in chains.values())
            if self._compared:
                store.keep(PROVEN_FACT, str(now_ms()).encode())
                store.keep(PROVEN_BY, __version__.encode())
            return self.standing

    def repair(self, store: "Store") -> Standing | Refusal:
        """Fold the tables anew from the journal, where that is what is wrong. A separate act, never done by itself."""
        if self.standing.in_doubt:
            return self.standing.refusal or Refusal(StoreRefusal.NOTHING_WRONG)
        if self.standing.state is not State.TABLES:
            return Refusal(StoreRefusal.NOTHING_WRONG)
        store.fold_again()
        with self._lock:
            self.standing = self._judged(store)
        return self.prove(store)

    # ------------------------------------------------------------------ writing

    def before(self, store: "Store") -> Refusal | None:
        """Asked before anything is written: a copy becomes a device of its own, a doubtful store refuses."""
        store.door.last.entry = None  # of an attempt that did not become durable
        if self.keeper is None:
            return None
        with self._lock:
            if self.standing.refusal is None and self.keeper.moved(store.device):
                self.standing = self._judged(store)
            if self.standing.state is State.COPY:
                self.become_new(store, "copy")
            if self.clock is not None and self.standing.refusal is None:
                self.clock.look(store, self._newest)
            return self.standing.refusal

    def become_new(self, store: "Store", why: str) -> str:
        """Go on under a new device id. What the old one was, and what was known of it, stays noted as evidence."""
        with self._lock:
            old, said = store.device, self.standing
            with store.database.reading() as connection:
                one = journal.device_named(connection, old)
            fresh = store.take_new_identity()
            self._newest = 0
            note = {
                "was": old, "is": fresh, "why": why, "at": now_ms(), "state": said.state.value, "known": said.known,
                "seq": 0 if one is None else one.seq, "hash": "" if one is None else one.hash.hex(),
            }  # fmt: skip
            store.keep(BECAME_FACT, json.dumps([*became(store), note]).encode())
            store.keep(MACHINE_FACT, self.machine)
            self.standing = Standing(State.PROVEN if self._compared else State.UNPROVEN)
            if self.keeper is not None:
                self.keeper.known(fresh)  # looked at, so that it does not count as moved
            return fresh

    def after(self, store: "Store", seq: int, digest: bytes) -> None:
        """Told after a commit: the newest own entry is remembered outside. A tenth of a millisecond."""
        if self.keeper is None:
            return
        with self._lock:
            self._kept += 1
            self._newest = seq
            if self.clock is not None:
                self.clock.written()
            self.outside = self.keeper.keep(
                store.device, seq, digest, None, self.place, now_ms(), ring=self._kept % RING_EVERY == 0
            )

    # ------------------------------------------------------------------ closing

    def closed(self, store: "Store", own: "journal.Device | None") -> None:
        """Told when every connection is closed: the file is sealed as it lies, if all of it is proven.

        An unproven file gets no seal: sealing it would make an older page good.
        """
        keeper, self.keeper = self.keeper, None  # what becomes of the file from now on is not ours to vouch for
        if keeper is None or self.file is None or own is None or self.standing.refusal is not None:
            return
        if self.standing.state is State.COPY or (self._sealed and _stat(self.file) == self._stat):
            return
        seal = freshness.page_seal(self.file) if self._compared else None
        self.outside = keeper.keep(store.device, own.seq, own.hash, seal, self.place, now_ms(), ring=True)


def became(store: "Store") -> list[dict[str, Any]]:
    """What this store was before: each time it became a device of its own, oldest first."""
    found: list[dict[str, Any]] = json.loads(store.fact(BECAME_FACT) or b"[]")
    return found


def _salt(file: Path) -> bytes:
    with suppress(OSError), open(file, "rb") as opened:
        return opened.read(_SALT)
    return b""


def _stat(file: Path | None) -> tuple[int, int, int] | None:
    if file is None:
        return None
    with suppress(OSError):
        found = file.stat()
        return found.st_mtime_ns, found.st_ino, found.st_size
    return None
