"""Is this the newest state of the station? Entries against what is remembered outside the file, and pages against their seal.

SQLCipher takes an older copy of a page, or of the whole file, for good (facts/store.md). Three things say otherwise: the
file's SHA-256 at its last closing (:func:`page_seal`), entries known from elsewhere (:class:`Witness`: an anchor, a
receipt), and the journal itself, whose fold the tables must be.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, func, select

from station_app.messages import Refusal
from station_app.store import journal
from station_app.store.journal import Device
from station_app.store.refusals import StoreRefusal
from station_app.store.tables import entry as entry_table

_BLOCK: Final = 1 << 20


class State(StrEnum):
    """What is known of a store."""

    PROVEN = "proven"  # byte for byte as it was closed, or folded again and compared
    UNPROVEN = "unproven"  # entries fit what is remembered; the tables have not been compared since a crash
    COPY = "copy"  # another copy, or another computer, goes on as this device
    ROLLED_BACK = "rolled_back"  # entries known from elsewhere are not here
    REWRITTEN = "rewritten"  # another entry stands where a known one stood, or the chain is broken
    TABLES = "tables"  # rows are not what the journal says


@dataclass(frozen=True, slots=True)
class Witness:
    """An entry of this device known from elsewhere. ``at``: when it was noted, wall clock in ms; 0 unknown."""

    seq: int
    hash: bytes
    at: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How a store stands. ``here``: newest own entry; ``known``: the one remembered that is not here or differs."""

    state: State
    here: int = 0
    known: int = 0
    at: int = 0
    differences: Sequence[dict[str, Any]] = field(default_factory=tuple)

    @property
    def refusal(self) -> Refusal | None:
        """Why nothing may be written; None when it may."""
        if self.state is State.ROLLED_BACK:
            return Refusal(
                StoreRefusal.ROLLED_BACK, {"here": self.here, "known": self.known, "n": self.known - self.here}
            )
        if self.state is State.REWRITTEN:
            return Refusal(StoreRefusal.REWRITTEN, {"at": self.known})
        if self.state is State.TABLES:
            return Refusal(StoreRefusal.TABLES_CHANGED, {"n": len(self.differences)})
        return None

    @property
    def in_doubt(self) -> bool:
        """Whether the entries themselves contradict what is known (repairing the tables would not help)."""
        return self.state in (State.ROLLED_BACK, State.REWRITTEN)


def page_seal(file: Path) -> bytes | None:
    """SHA-256 of a closed database's file; None while a log lies beside it (in use, or not closed properly).

    About 65 ms for 50 MB; the file's own seals, page by page, take five times as long and say nothing of older pages.
    """
    log = file.with_name(file.name + "-wal")
    try:
        if log.exists() and log.stat().st_size:
            return None
        digest = hashlib.sha256()
        with open(file, "rb", buffering=0) as opened:
            while block := opened.read(_BLOCK):
                digest.update(block)
        return digest.digest()
    except OSError:
        return None


def judged(connection: Connection, own: Device, family: Sequence[Device], witnesses: Iterable[Witness]) -> Standing:
    """The entries here against those known from elsewhere; two look-ups for each witness and device."""
    for one in family:
        broken = _ends_wrong(connection, one)
        if broken:
            return Standing(State.REWRITTEN, own.seq, broken)
    for witness in sorted(witnesses, key=lambda w: (-w.seq, w.at)):
        if witness.seq > own.seq:
            return Standing(State.ROLLED_BACK, own.seq, witness.seq, witness.at)
        if journal.hash_at(connection, own.no, witness.seq) != witness.hash:
            return Standing(State.REWRITTEN, own.seq, witness.seq, witness.at)
    return Standing(State.UNPROVEN, own.seq)


def _ends_wrong(connection: Connection, one: Device) -> int:
    """Where a chain does not end as its device's row says (a page of either put back), or 0."""
    low, high = journal.at_of(one.no, 0), journal.at_of(one.no + 1, 0)
    last = connection.execute(
        select(func.max(entry_table.c.at)).where(entry_table.c.at > low, entry_table.c.at < high)
    ).scalar()
    seq = 0 if last is None else journal.seq_of(last)
    if seq != one.seq or journal.hash_at(connection, one.no, one.seq) != one.hash:
        return max(1, min(seq, one.seq))
    return 0


def proven(standing: Standing, chains: dict[str, str], differences: Sequence[dict[str, Any]]) -> Standing:
    """The standing after every chain was walked and every row compared."""
    if standing.in_doubt:
        return standing
    broken = [said for said in chains.values() if said != "ok"]
    if broken:
        return replace(standing, state=State.REWRITTEN, known=_number_in(broken[0]))
    if differences:
        return replace(standing, state=State.TABLES, differences=tuple(differences))
    return standing if standing.state is State.COPY else replace(standing, state=State.PROVEN, differences=())


def _number_in(said: str) -> int:
    """The entry a chain's problem names: "gap at 7", "changed at 7", "ends at 6 instead of 7"."""
    return next((int(word) for word in said.split() if word.isdigit()), 0)
