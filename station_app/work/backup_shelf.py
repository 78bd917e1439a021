"""The shelf of backups: where they lie, what is known of them, which are kept and which are given up for room."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from station_app.clock import LOCAL, now_ms, today
from station_app.messages import Refusal
from station_app.store.backup import SUFFIX
from station_app.store.opened import Store
from station_app.store.refusals import StoreRefusal
from station_app.store.vault import Unlocked

#: What is known of the backups made: a fact of this computer, never part of the journal.
FACT: Final = "backups"
#: Where they go until somebody chooses a place.
HERE: Final = "backups"

DAYS, MONTHS, YEARS = 30, 12, 3
#: All of the newest days' are kept, not only each day's last: "before the import" may be wanted the day after.
ALL_OF_DAYS: Final = 2
#: However little room there is, so many of the newest good ones stay.
LEAST_KEPT: Final = 3
DRILL_EVERY_DAYS: Final = 31
STAMP: Final = "%Y%m%d-%H%M%S"


class Opened(Protocol):
    """An unlocked station, as far as backups need it (``compose.OpenStation``)."""

    @property
    def folder(self) -> Path:
        """The station's folder."""

    @property
    def unlocked(self) -> Unlocked:
        """Its data key and user."""

    @property
    def store(self) -> Store:
        """Its store."""


@dataclass(frozen=True, slots=True)
class One:
    """A backup: where it lies, the moment it was made, and what is known of it."""

    path: Path
    made: datetime
    there: bool = True  # False: on a stick or disk that is not in
    entries: int | None = None
    size: int | None = None
    verified: int | None = None  # ms since 1970 of the last time it was opened, counted and compared
    good: bool | None = None  # None: not looked at by this computer

    @property
    def name(self) -> str:
        """Its file's name."""
        return self.path.name


@dataclass(frozen=True, slots=True)
class Status:
    """How it stands with the backups: for the first page and the backups' own."""

    place: Path
    chosen: bool  # somebody chose it; else it lies beside the station
    there: bool
    same_disk: bool
    backups: tuple[One, ...]  # the newest first
    last: One | None
    age_days: int | None
    verified: int | None  # ms: when a backup was last proven good
    drill: int | None  # ms: when a restore was last rehearsed
    drill_due: bool


# ---------------------------------------------------------------------- which are kept


def kept(backups: Sequence[One]) -> set[str]:
    """The names that stay: all of the newest two days, then the last one of each of the newest 30 days, 12 months, 3 years.

    Counted in days, months and years that have a backup: time going by, or a clock that jumped, removes nothing. A
    bad one stands for no day; where no good one would stay, all stay.
    """
    usable = sorted((b for b in backups if b.good is not False), key=lambda b: (b.made, b.name), reverse=True)
    if not usable:
        return {b.name for b in backups}
    stay = {usable[0].name}
    days = sorted({b.made.date() for b in usable}, reverse=True)
    stay |= {b.name for b in usable if b.made.date() in days[:ALL_OF_DAYS]}
    for form, most in (("%Y-%m-%d", DAYS), ("%Y-%m", MONTHS), ("%Y", YEARS)):
        last: dict[str, str] = {}
        for one in usable:
            last.setdefault(one.made.strftime(form), one.name)
        stay |= set(list(last.values())[:most])
    return stay


def given_up(backups: Sequence[One]) -> list[str]:
    """The order in which backups are given up for room: bad ones, then the oldest; the newest few good ones never."""
    newest = sorted(backups, key=lambda b: (b.made, b.name), reverse=True)
    good = [b.name for b in newest if b.good is not False]
    if not good:
        return []
    oldest = [b.name for b in reversed(newest)]
    bad = [b.name for b in newest if b.good is False]
    return bad + [name for name in oldest if name in good[LEAST_KEPT:]]


# ---------------------------------------------------------------------- the place and what is known of it


def known_of(store: Store) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(store.fact(FACT) or b"{}")
    return found


def keep(store: Store, **changed: Any) -> None:
    store.keep(FACT, json.dumps({**known_of(store), **changed}, ensure_ascii=False).encode())


def place_of(folder: Path, known: Mapping[str, Any]) -> Path:
    """Where backups go: the chosen place, else a folder beside the database."""
    chosen = known.get("place")
    return Path(chosen) if chosen else folder / HERE


def choose_place(opened: Opened, place: Path | None) -> Path | Refusal:
    """Send backups to a folder on another disk or a stick from now on; None: back beside the database."""
    if place is not None:
        place = place.absolute()
        if not place.is_dir():
            return Refusal(StoreRefusal.PLACE_MISSING, {"place": str(place)})
        try:
            probe = place / ".trial"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
    keep(opened.store, place=None if place is None else str(place))
    return place_of(opened.folder, known_of(opened.store))


def _one(path: Path, station: str, about: Mapping[str, Any] | None, there: bool) -> One | None:
    """A backup by its name and what is known of it; None for a file that is none of ours."""
    known = about or {}
    if "made" in known:
        moment = datetime.fromtimestamp(known["made"] / 1000, LOCAL)
    else:
        try:
            moment = datetime.strptime(path.name.removeprefix(f"{station}-")[:15], STAMP).replace(tzinfo=LOCAL)
        except ValueError:
            return None
    return One(path, moment, there, known.get("entries"), known.get("size"), known.get("verified"), known.get("good"))


def _newest_first(backups: Sequence[One | None]) -> list[One]:
    return sorted((b for b in backups if b is not None), key=lambda b: (b.made, b.name), reverse=True)


def backups_at(place: Path, station: str, made: Mapping[str, Any]) -> list[One]:
    """The station's backups at a place, the newest first."""
    paths = place.glob(f"{station}-*{SUFFIX}") if place.is_dir() else ()
    return _newest_first([_one(path, station, made.get(str(path)), True) for path in paths])


def _remembered(station: str, made: Mapping[str, Any]) -> list[One]:
    """Those this computer made anywhere, but for the ones somebody deleted."""
    found: list[One | None] = []
    for name, about in made.items():
        path = Path(name)
        there = path.is_file()
        if there or not path.parent.is_dir():
            found.append(_one(path, station, about, there))
    return _newest_first(found)


def status(opened: Opened) -> Status:
    """How it stands: cheap, reads one fact and one folder."""
    known = known_of(opened.store)
    place = place_of(opened.folder, known)
    made = known.get("made", {})
    here = backups_at(place, opened.store.station, made)
    away = [b for b in _remembered(opened.store.station, made) if b.path not in {one.path for one in here}]
    backups = _newest_first([*here, *away])
    usable = [b for b in backups if b.good is not False]
    last = usable[0] if usable else None
    drill = known.get("drill")
    began = known.get("began") or now_ms()
    due = now_ms() - (drill or began) >= DRILL_EVERY_DAYS * 86_400_000
    age = None if last is None else (today() - last.made.date()).days
    there = place.is_dir() or place == opened.folder / HERE
    proofs = [b.verified for b in backups if b.verified]
    return Status(
        place, bool(known.get("place")), there, there and same_disk(opened.folder, place), tuple(backups), last, age,
        max(proofs, default=None), drill, bool(backups) and due,
    )  # fmt: skip


def same_disk(folder: Path, place: Path) -> bool:
    try:
        return os.stat(folder).st_dev == os.stat(place if place.exists() else folder).st_dev
    except OSError:
        return False


def still_there(made: Mapping[str, Any]) -> dict[str, Any]:
    """What is remembered, without files that were deleted; those on a stick that is not in stay."""
    return {name: about for name, about in made.items() if Path(name).is_file() or not Path(name).parent.is_dir()}


def forget(store: Store) -> None:
    """A restored copy begins anew: place and memory of backups are those of the computer it was made on."""
    store.keep(FACT, b"{}")
