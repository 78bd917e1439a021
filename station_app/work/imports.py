"""Imports there were, and taking one back whole: for thirty days, even after other work, which is left alone and named."""

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from station_app.clock import now_ms
from station_app.kinds.base import KINDS
from station_app.messages import Refusal
from station_app.store.batches import Key, TakingBack, taking_back
from station_app.store.change import Author, Done
from station_app.store.opened import Store
from station_app.store.refusals import StoreRefusal
from station_app.work.refusals import ImportsRefusal

#: How long an import is taken back as a whole.
DAYS: Final = 30
_DAY: Final = 24 * 60 * 60 * 1000
_ACTION: Final = "import "


@dataclass(frozen=True, slots=True)
class Import:
    """One import. ``kept``: what this computer noted of the file (name, hash, counts); empty for another computer's."""

    entry: str  # `undo` and `imports --take-back` take it
    kind: str
    time: int
    author: str
    device: str
    kept: dict[str, Any]
    taken_back: bool

    @property
    def until(self) -> int:
        """Until when it can be taken back as a whole (ms)."""
        return self.time + DAYS * _DAY


def imports(store: Store) -> list[Import]:
    """Every import, newest first."""
    found: list[Import] = []
    with store.reading() as reader:
        for one in store.long_actions(_ACTION):
            kept = store.fact(f"import/{one.entry}")
            noted = msgspec.json.decode(kept, type=dict[str, Any]) if kept is not None else {}
            kind = one.action.removeprefix(_ACTION)
            told = [key for key in one.records if key[0] == kind] or list(one.records)
            gone = all((r := reader.get(*key)) is None or r.removed for key in told[:50] if key[0] in KINDS)
            found.append(Import(one.entry, kind, one.time, one.author, one.device, noted, gone))
    return found


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of an import that was taken back."""

    done: Done | None  # None: only looked at
    records: int
    changed: tuple[Key, ...]  # kept, for somebody has changed them since
    needed: tuple[Key, ...]  # kept, for other records refer to them


def take_back(store: Store, entry: str, author: Author, *, look: bool = False) -> TakenBack | Refusal:
    """Take an import back whole; what was changed or is used since is kept and named. ``look``: write nothing."""
    named = next((one for one in store.long_actions(_ACTION) if one.entry == entry), None)
    if named is None:
        return Refusal(ImportsRefusal.UNKNOWN, {"entry": entry})
    if now_ms() - named.time > DAYS * _DAY:
        return Refusal(ImportsRefusal.TOO_LONG_AGO, {"days": DAYS})
    with store.reading() as reader:
        planned = taking_back(reader, entry)
    if isinstance(planned, Refusal):
        return Refusal(ImportsRefusal.ALL_CHANGED) if planned.code is StoreRefusal.NOTHING_TO_DO else planned
    if not planned.groups:
        return Refusal(ImportsRefusal.ALL_CHANGED)
    done = None if look else _written(store, planned, author)
    if isinstance(done, Refusal):
        return Refusal(ImportsRefusal.ALL_CHANGED) if done.code is StoreRefusal.NOTHING_TO_DO else done
    many = len({(e.kind, e.record) for group in planned.groups for e in group})
    return TakenBack(done, many, tuple(sorted(planned.changed)), tuple(sorted(planned.needed)))


def _written(store: Store, planned: TakingBack, author: Author) -> Done | Refusal:
    return store.batch([[edit] for group in planned.groups for edit in group], author, "undo import")
