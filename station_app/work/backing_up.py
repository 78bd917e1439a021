"""Backups by themselves: made when due, before an update and before an import, proven each time; and the restore drill."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import inspect, select

from station_app import __version__
from station_app.clock import LOCAL, now_ms, today
from station_app.messages import Refusal
from station_app.store import backup, journal, migrations, proof
from station_app.store.alone import alone
from station_app.store.backup import SUFFIX, Source, Told, untold
from station_app.store.blobs import FOLDER as BLOBS
from station_app.store.blobs import Blobs
from station_app.store.engine import DRIVER_ERRORS, Database, is_disk_error
from station_app.store.files import make_folders, write_whole
from station_app.store.opened import DEVICE_FACT, STATION_FACT, Store
from station_app.store.refusals import StoreRefusal
from station_app.store.tables import fact
from station_app.store.vault import Unlocked
from station_app.work.backup_shelf import (
    FACT,
    HERE,
    STAMP,
    Opened,
    backups_at,
    given_up,
    keep,
    kept,
    known_of,
    place_of,
    same_disk,
    status,
    still_there,
)

WORK: Final = ".backing-up"
TURN: Final = "backing-up.turn"
#: How old a full fold of the whole journal may be before a backup makes another.
FULLY_EVERY_DAYS: Final = 7
_MARGIN: Final = 16 * 1024 * 1024
_MB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Made:
    """A backup just made."""

    file: Path
    made: int
    entries: int
    size: int
    verified: int
    full: bool  # the whole journal was folded anew, not only what was new
    pruned: tuple[str, ...] = ()
    elsewhere: Path | None = None  # the place that was wished for and is not there
    proof: bytes | None = field(default=None, repr=False)


# ---------------------------------------------------------------------- making one


def due_today(opened: Opened) -> bool:
    """Whether today's backup is still to be made: at the first unlock of a day."""
    last = status(opened).last
    return last is None or last.made.date() < today()


def back_up(opened: Opened, reason: str = "now", told: Told = untold) -> Made | Refusal:
    """A backup at the place, proven; older ones are given up as :func:`kept` says.

    Where the place is not there (a stick that is not in), it goes beside the database, and the result says so.
    """
    return _noted(opened.store, _at_the_place(_source(opened), known_of(opened.store), reason, told))


def before_import(opened: Opened, told: Told = untold) -> Made | Refusal | None:
    """A backup before a long action, unless the newest one already holds everything."""
    last = status(opened).last
    if last is not None and last.there and last.good and last.entries == opened.store.entry_count():
        return None
    return back_up(opened, "import", told)


def before_update(folder: Path, unlocked: Unlocked, database: Database) -> Made | Refusal | None:
    """A backup before an older station is brought to this program's tables; None where there is nothing to bring.

    Proving it opens a copy with this program: the update is rehearsed there before the station itself is touched. The
    caller opens the store and then gives the result to :func:`note`.
    """
    try:
        with database.reading() as connection:
            at = migrations.stored(connection)
            if at == migrations.HEAD or not inspect(connection).has_table(fact.name):
                return None
            if at is not None and at not in {one.revision for one in migrations.scripts().walk_revisions()}:
                return None  # a newer program's: refused when it is opened
            facts = {name: bytes(value) for name, value in connection.execute(select(fact.c.name, fact.c.value))}
    except DRIVER_ERRORS:
        return None  # damaged: said when it is opened
    if STATION_FACT not in facts or DEVICE_FACT not in facts:
        return None
    source = Source(folder, unlocked.key, facts[STATION_FACT].decode(), facts[DEVICE_FACT].decode())
    return _at_the_place(source, json.loads(facts.get(FACT, b"{}")), "update", untold)


def note(store: Store, made: Made) -> None:
    """Remember a backup made while the store was not open."""
    _noted(store, made)


def _at_the_place(source: Source, known: Mapping[str, Any], reason: str, told: Told) -> Made | Refusal:
    wished, here = place_of(source.folder, known), source.folder / HERE
    place = wished if wished.is_dir() else here
    made = _made(source, place, known, reason, told)
    return replace(made, elsewhere=wished) if isinstance(made, Made) and wished not in (place, here) else made


def back_up_to(opened: Opened, file: Path, told: Told = untold) -> Made | Refusal:
    """A backup to a file of one's choice, proven like any other; nothing is given up for it."""
    source = _source(opened)
    with _turn(opened.folder) as ours:
        if isinstance(ours, Refusal):
            return ours
        short = _short_of_room(source, file.parent, ours)
        if short is not None:
            return short
        return _noted(opened.store, _proven(source, file, ours, known_of(opened.store), "now", told))


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


def _made(source: Source, place: Path, known: Mapping[str, Any], reason: str, told: Told) -> Made | Refusal:
    with _turn(source.folder) as ours:
        if isinstance(ours, Refusal):
            return ours
        try:
            make_folders(place)
            for left in place.glob(f".{source.station}-*{SUFFIX}.part"):  # of a run that was killed: the turn is ours
                left.unlink()
        except OSError as error:
            return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
        there = backups_at(place, source.station, known.get("made", {}))
        pruned: list[str] = []
        short = _short_of_room(source, place, ours)
        for name in given_up(there):
            if short is None:
                break
            pruned += _removed(place, name)
            short = _short_of_room(source, place, ours)
        if short is not None:
            return short
        made = _proven(source, _free_name(place, source.station, reason), ours, known, reason, told)
        if isinstance(made, Refusal):
            return made
        there = backups_at(place, source.station, known.get("made", {}))
        _list_beside(source, place)
        stay = kept(there)
        for one in there:
            if one.name not in stay:
                pruned += _removed(place, one.name)
        return replace(made, pruned=tuple(pruned))


def list_beside(place: Path, station: str) -> Path:
    """The sealed list of erasures beside the backups: an older one restored elsewhere learns from it what was erased since."""
    return place / f"{station}-erased.sealed"


def _list_beside(source: Source, place: Path) -> None:
    from station_app.work.erasing import LIST

    file = source.folder / LIST
    if file.is_file():
        with suppress(OSError):  # the backup is good without it; the next one brings it
            write_whole(list_beside(place, source.station), file.read_bytes())


def _free_name(place: Path, station: str, reason: str) -> Path:
    stamp = datetime.fromtimestamp(now_ms() / 1000, LOCAL).strftime(STAMP)
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
    if same_disk(work, place):
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


def _proven(
    source: Source, file: Path, work: Path, known: Mapping[str, Any], reason: str, told: Told
) -> Made | Refusal:  # fmt: skip
    fully = now_ms() - known.get("rebuilt", 0) >= FULLY_EVERY_DAYS * 86_400_000
    done = backup.write(
        source, file, work, made=now_ms(), reason=reason, program=__version__, fully=fully, told=told
    )  # fmt: skip
    if isinstance(done, Refusal):
        return done
    return Made(file, done.manifest.made, done.facts.entries, done.size, now_ms(), fully, proof=done.proof)


def _noted(store: Store, made: Made | Refusal) -> Made | Refusal:
    """Remember a good backup; what was proven of the copy holds of the same position here."""
    if isinstance(made, Refusal):
        return made
    try:
        known = known_of(store)
        about = {
            "made": made.made, "entries": made.entries, "size": made.size, "verified": made.verified, "good": True,
        }  # fmt: skip
        keep(
            store,
            made={**still_there(known.get("made", {})), str(made.file.absolute()): about},
            rebuilt=made.verified if made.full else known.get("rebuilt", 0),
            began=known.get("began", made.verified),
        )
        if made.proof is not None:
            store.keep(proof.FACT, made.proof)
    except Exception as error:  # the disk is full now: the file is good all the same, and found by its name
        if not is_disk_error(error):
            raise
    return made


def examine(opened: Opened, file: Path, told: Told = untold) -> backup.Written | Refusal:
    """Open, count and compare a backup of this station, whoever has kept it."""
    with _turn(opened.folder) as ours:
        if isinstance(ours, Refusal):
            return ours
        return backup.proven(file, opened.unlocked.key, ours / "proof", told=told)


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
    known = known_of(opened.store)
    if file is None:
        there = backups_at(place_of(opened.folder, known), opened.store.station, known.get("made", {}))
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
        keep(opened.store, made=made, **({"drill": now_ms()} if isinstance(done, Drilled) else {}))
    return done


def _drilled(opened: Opened, file: Path, into: Path, told: Told) -> Drilled | Refusal:
    try:
        into.mkdir()
    except OSError as error:
        return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
    found = backup.read(file, into, told)
    if isinstance(found, Refusal):
        return found
    # a backup of before the last change of keys is one of ours too
    keys = (opened.unlocked.key, *opened.unlocked.retired)
    key = next((one for one in keys if found.facts(one) is not None), keys[0])
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
