"""Backups by themselves: when one is due, where they go, how long they are kept, and the restore drill."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Protocol

from station_app import __version__
from station_app.clock import LOCAL, now_ms, today
from station_app.messages import Refusal
from station_app.store import backup, journal, proof
from station_app.store.alone import alone
from station_app.store.backup import SUFFIX, Source, Told, untold
from station_app.store.blobs import FOLDER as BLOBS
from station_app.store.blobs import Blobs
from station_app.store.opened import Store
from station_app.store.refusals import StoreRefusal
from station_app.store.vault import Unlocked

#: What is known of the backups made: a fact of this computer, never part of the journal.
FACT: Final = "backups"
#: Where they go until somebody chooses a place.
HERE: Final = "backups"
WORK: Final = ".backing-up"
TURN: Final = "backing-up.turn"

DAYS, MONTHS, YEARS = 30, 12, 3
#: All of the newest days' are kept, not only each day's last: "before the import" may be wanted the day after.
ALL_OF_DAYS: Final = 2
#: However little room there is, so many of the newest good ones stay.
LEAST_KEPT: Final = 3
#: How old a full fold of the whole journal may be before a backup makes another.
FULLY_EVERY_DAYS: Final = 7
DRILL_EVERY_DAYS: Final = 31
_MARGIN: Final = 16 * 1024 * 1024
_MB: Final = 1024 * 1024
_STAMP: Final = "%Y%m%d-%H%M%S"


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
class Made:
    """A backup just made."""

    file: Path
    entries: int
    size: int
    verified: int
    full: bool
    pruned: tuple[str, ...] = ()
    elsewhere: Path | None = None  # the place that was wished for and is not there


@dataclass(frozen=True, slots=True)
class Status:
    """How it stands with the backups: for the first page and the backups' own."""

    place: Path
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


def _known(store: Store) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(store.fact(FACT) or b"{}")
    return found


def _keep(store: Store, **changed: Any) -> None:
    store.keep(FACT, json.dumps({**_known(store), **changed}, ensure_ascii=False).encode())


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
            probe = place / f".{TURN}"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
    _keep(opened.store, place=None if place is None else str(place))
    return place_of(opened.folder, _known(opened.store))


def _one(path: Path, station: str, about: Mapping[str, Any] | None, there: bool) -> One | None:
    """A backup by its name and what is known of it; None for a file that is none of ours."""
    known = about or {}
    if "made" in known:
        moment = datetime.fromtimestamp(known["made"] / 1000, LOCAL)
    else:
        try:
            moment = datetime.strptime(path.name.removeprefix(f"{station}-")[:15], _STAMP).replace(tzinfo=LOCAL)
        except ValueError:
            return None
    return One(path, moment, there, known.get("entries"), known.get("size"), known.get("verified"), known.get("good"))


def _newest_first(backups: Sequence[One | None]) -> list[One]:
    return sorted((b for b in backups if b is not None), key=lambda b: (b.made, b.name), reverse=True)


def _at(place: Path, station: str, made: Mapping[str, Any]) -> list[One]:
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
    known = _known(opened.store)
    place = place_of(opened.folder, known)
    made = known.get("made", {})
    here = _at(place, opened.store.station, made)
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
        place, there, there and _same_disk(opened.folder, place), tuple(backups), last, age,
        max(proofs, default=None), drill, bool(backups) and due,
    )  # fmt: skip


def _same_disk(folder: Path, place: Path) -> bool:
    try:
        return os.stat(folder).st_dev == os.stat(place if place.exists() else folder).st_dev
    except OSError:
        return False


# ---------------------------------------------------------------------- making one


def due_today(opened: Opened) -> bool:
    """Whether today's backup is still to be made: at the first unlock of a day."""
    last = status(opened).last
    return last is None or last.made.date() < today()


def back_up(opened: Opened, reason: str = "now", told: Told = untold) -> Made | Refusal:
    """A backup at the place, proven; older ones are given up as :func:`kept` says.

    Where the place is not there (a stick that is not in), it goes beside the database, and the result says so.
    """
    known = _known(opened.store)
    wished = place_of(opened.folder, known)
    here = opened.folder / HERE
    made = _made(opened, _source(opened), wished if wished.is_dir() else here, known, reason, told)
    return (
        replace(made, elsewhere=wished) if isinstance(made, Made) and wished not in (made.file.parent, here) else made
    )


def back_up_to(opened: Opened, file: Path, told: Told = untold) -> Made | Refusal:
    """A backup to a file of one's choice, proven like any other; nothing is given up for it."""
    source = _source(opened)
    with _turn(opened.folder) as ours:
        if isinstance(ours, Refusal):
            return ours
        short = _short_of_room(source, file.parent, ours)
        if short is not None:
            return short
        return _proven(opened, source, file, ours, "now", told)


def _source(opened: Opened) -> Source:
    return Source(opened.folder, opened.unlocked.key, opened.store.station, opened.store.device)


@contextmanager
def _turn(folder: Path) -> Iterator[Path | Refusal]:
    """An empty work folder, while nobody else makes a backup or a drill of this station; what a killed one left is cleared."""
    work = folder / WORK
    with alone(folder / TURN) as ours:
        if not ours:
            yield Refusal(StoreRefusal.BUSY_BACKING_UP)
            return
        shutil.rmtree(work, ignore_errors=True)
        try:
            work.mkdir()
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _made(
    opened: Opened, source: Source, place: Path, known: Mapping[str, Any], reason: str, told: Told
) -> Made | Refusal:  # fmt: skip
    with _turn(source.folder) as ours:
        if isinstance(ours, Refusal):
            return ours
        try:
            place.mkdir(exist_ok=True)
            for left in place.glob(f".{source.station}-*{SUFFIX}.part"):  # of a run that was killed: the turn is ours
                left.unlink()
        except OSError as error:
            return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
        there = _at(place, source.station, known.get("made", {}))
        pruned: list[str] = []
        short = _short_of_room(source, place, ours)
        for name in given_up(there):
            if short is None:
                break
            pruned += _removed(place, name)
            short = _short_of_room(source, place, ours)
        if short is not None:
            return short
        made = _proven(opened, source, _free_name(place, source.station, reason), ours, reason, told)
        if isinstance(made, Refusal):
            return made
        there = _at(place, source.station, _known(opened.store).get("made", {}))
        stay = kept(there)
        for one in there:
            if one.name not in stay:
                pruned += _removed(place, one.name)
        return replace(made, pruned=tuple(pruned))


def _free_name(place: Path, station: str, reason: str) -> Path:
    stamp = datetime.fromtimestamp(now_ms() / 1000, LOCAL).strftime(_STAMP)
    names = [f"{station}-{stamp}-{reason}{SUFFIX}", *(f"{station}-{stamp}-{reason}-{n}{SUFFIX}" for n in range(2, 100))]
    return place / next(name for name in names if not (place / name).exists())


def _removed(place: Path, name: str) -> list[str]:
    try:
        (place / name).unlink()
    except OSError:
        return []
    return [name]


def _short_of_room(source: Source, place: Path, work: Path) -> Refusal | None:
    """Whether there is room for the backup at its place, and here for the copy and its recount."""
    database = sum(_size(source.folder / f"{backup.DATABASE}{end}") for end in ("", "-wal"))
    pictures = sum(_size(path) for path in (source.folder / BLOBS).glob("*/*"))
    wanted = [(place, database + pictures + _MARGIN), (work, 2 * database + _MARGIN)]
    if _same_disk(work, place):
        wanted = [(place, 3 * database + pictures + _MARGIN)]
    for where, needed in wanted:
        try:
            free = shutil.disk_usage(where).free
        except OSError as error:
            return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
        if free < needed:
            values = {"place": str(where), "needed": needed // _MB + 1, "free": free // _MB}
            return Refusal(StoreRefusal.NO_ROOM, values)
    return None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _proven(opened: Opened, source: Source, file: Path, work: Path, reason: str, told: Told) -> Made | Refusal:
    known = _known(opened.store)
    fully = now_ms() - known.get("rebuilt", 0) >= FULLY_EVERY_DAYS * 86_400_000
    done = backup.write(
        source, file, work, made=now_ms(), reason=reason, program=__version__, fully=fully, told=told
    )  # fmt: skip
    if isinstance(done, Refusal):
        return done
    verified = now_ms()
    about = {
        "made": done.manifest.made,
        "entries": done.facts.entries,
        "size": done.size,
        "verified": verified,
        "good": True,
    }
    made = {**_still_there(known.get("made", {})), str(file.absolute()): about}
    _keep(
        opened.store,
        made=made,
        rebuilt=verified if fully else known.get("rebuilt", 0),
        began=known.get("began", verified),
    )
    if done.proof is not None:
        opened.store.keep(proof.FACT, done.proof)  # what was proven of the copy holds of the same position here
    return Made(file, done.facts.entries, done.size, verified, fully)


def _still_there(made: Mapping[str, Any]) -> dict[str, Any]:
    """What is remembered, without files that were deleted; those on a stick that is not in stay."""
    return {name: about for name, about in made.items() if Path(name).is_file() or not Path(name).parent.is_dir()}


# ---------------------------------------------------------------------- the drill


@dataclass(frozen=True, slots=True)
class Drilled:
    """A restore that was rehearsed: what the backup holds, and how it stands to the live station."""

    file: Path
    made: int
    entries: int
    since: int  # entries the live station has beyond it
    ahead: int  # entries it has that the live station lacks
    forked: tuple[str, ...]  # devices whose chain here is not the backup's
    blobs: int
    bad_blobs: int

    @property
    def good(self) -> bool:
        """Whether one could go back to this backup without losing anything but what came after it."""
        return not (self.ahead or self.forked or self.bad_blobs)


def drill(opened: Opened, file: Path | None = None, told: Told = untold) -> Drilled | Refusal:
    """Restore a backup (default: the newest) into a scratch folder, encrypted like the station, and look at all of it.

    Every byte is read, the database opened and counted, chains verified, the whole journal folded anew and compared,
    every blob opened; then it is compared with the live station's position. The scratch is removed.
    """
    known = _known(opened.store)
    if file is None:
        there = _at(place_of(opened.folder, known), opened.store.station, known.get("made", {}))
        if not there:
            return Refusal(StoreRefusal.NO_BACKUP_YET)
        file = there[0].path
    with _turn(opened.folder) as ours:
        if isinstance(ours, Refusal):
            return ours
        done = _drilled(opened, file, ours / "drill", told)
    if not isinstance(done, Refusal) or done.code in (StoreRefusal.BACKUP_DAMAGED, StoreRefusal.BACKUP_DIFFERS):
        good = isinstance(done, Drilled) and done.good
        made: dict[str, Any] = dict(known.get("made", {}))
        name = str(file.absolute())
        if name in made:
            made[name] = {**made[name], "good": good} | ({"verified": now_ms()} if good else {})
        _keep(opened.store, made=made, **({"drill": now_ms()} if isinstance(done, Drilled) else {}))
    return done


def _drilled(opened: Opened, file: Path, into: Path, told: Told) -> Drilled | Refusal:
    try:
        into.mkdir()
    except OSError as error:
        return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
    key = opened.unlocked.key
    found = backup.read(file, into, told)
    if isinstance(found, Refusal):
        return found
    seen = backup.examined(found, file, key, into, fully=True, told=told)
    if isinstance(seen, Refusal):
        return seen
    held = Blobs(into, key)
    digests = [m.name.rpartition("/")[2] for m in found.manifest.members if m.name.startswith(f"{BLOBS}/")]
    bad = 0
    for number, digest in enumerate(digests, start=1):
        bad += held.get(digest) is None
        if not told(number, len(digests), "blobs"):
            return Refusal(StoreRefusal.STOPPED)
    since, ahead, forked = _beside(opened.store, seen.facts)
    return Drilled(file, found.manifest.made, seen.facts.entries, since, ahead, forked, len(digests), bad)


def _beside(store: Store, facts: backup.Facts) -> tuple[int, int, tuple[str, ...]]:
    """How far the live chains go beyond the backup's, how far they stay behind, and which are other chains."""
    since = ahead = 0
    forked: list[str] = []
    with store.database.reading() as connection:
        live = {d.device: d for d in journal.devices(connection, store.station)}
        since = sum(d.seq for name, d in live.items() if name not in facts.heads)
        for name, (seq, digest) in facts.heads.items():
            one = live.get(name)
            if one is None or one.seq < seq:
                ahead += seq - (0 if one is None else one.seq)
                continue
            since += one.seq - seq
            here = journal.hash_at(connection, one.no, seq)
            if here is None or here.hex() != digest:
                forked.append(name)
    return since, ahead, tuple(forked)


def day_of(moment: int) -> date:
    """The civil date of a moment in ms since 1970."""
    return datetime.fromtimestamp(moment / 1000, LOCAL).date()


def forget(store: Store) -> None:
    """A restored copy begins anew: place and memory of backups are those of the computer it was made on."""
    store.keep(FACT, b"{}")
