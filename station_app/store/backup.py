"""A backup: the whole station as one file, written beside, opened again and proven before it counts.

::

    magic │ members, one after the other │ manifest (JSON) │ sealed facts │ u32 lengths of both │ SHA-256 of all before

Members are the encrypted database (a consistent copy, made while others go on writing), ``vault.json`` and the encrypted
blobs; a password of the day of the backup, or its recovery sheet, opens it. The manifest names them with size and digest,
the station's code and the moment: nothing anyone typed. The facts (entries, chain heads, rows of each kind) are sealed
under a key derived from the data key and bound to every byte before them: whoever has no key can only say that not a
byte was lost, whoever opens it also knows that this station wrote it.
"""

import hashlib
import os
import re
import secrets
import shutil
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import msgspec
import sqlcipher3
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, Table, func, inspect, select

from station_app.kinds.base import KINDS
from station_app.messages import Refusal
from station_app.store import blobs, journal, proof, vault
from station_app.store.engine import DRIVER_ERRORS, is_disk_error, open_sqlite
from station_app.store.files import sync_folder
from station_app.store.opened import Store
from station_app.store.refusals import StoreRefusal
from station_app.store.tables import fact

MAGIC: Final = b"station-app backup 1\n"
DATABASE: Final = "station.db"
SUFFIX: Final = ".station-backup"
_END: Final = struct.Struct(">II")
_TAIL: Final = _END.size + 32
_MANIFEST_LIMIT: Final = 64 * 1024 * 1024
_BLOCK: Final = 1024 * 1024
_PAGES: Final = 1_000  # copied at a time: 4 MB between two looks at "cancel"
_MEMBER = re.compile(rf"{re.escape(DATABASE)}|{re.escape(vault.FILE)}|{blobs.FOLDER}/([0-9a-f]{{2}})/\1[0-9a-f]{{62}}")

#: Told how far the work is: (done, of, what), in bytes or entries; False stops it and leaves nothing behind.
Told = Callable[[int, int, str], bool]


def untold(_done: int, _of: int, _what: str) -> bool:
    """Nobody listens, nobody stops it."""
    return True


class Member(msgspec.Struct, frozen=True):
    """One file inside."""

    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup says of itself to everyone."""

    station: str
    device: str
    made: int  # milliseconds since 1970
    reason: str
    program: str
    members: list[Member]
    format: int = 1


class Facts(msgspec.Struct, frozen=True):
    """What was in the database at the very moment of the copy."""

    entries: int
    heads: dict[str, tuple[int, str]]  # device → newest entry, its hash
    rows: dict[str, int]  # kind → rows


@dataclass(frozen=True, slots=True)
class Source:
    """A live station, as far as a backup needs it."""

    folder: Path
    key: bytes
    station: str
    device: str


@dataclass(frozen=True, slots=True)
class Written:
    """A backup that has been opened again, counted and compared."""

    manifest: Manifest
    facts: Facts
    size: int
    proof: bytes | None  # what was proven of the tables, for the live store to go on from


class _Stopped(Exception):
    """Somebody asked to stop."""


# ---------------------------------------------------------------------- counting


def facts_of(connection: Connection, station: str) -> Facts:
    """Count an open view: entries, where each device's chain stands, rows of each kind it has a table for."""
    family = journal.devices(connection, station)
    there = set(inspect(connection).get_table_names())
    rows: dict[str, int] = {}
    for declared in KINDS.classes():
        table = declared.__table__
        assert isinstance(table, Table)
        if table.name in there:
            counted = select(func.count()).select_from(table).where(table.c.station == station)
            rows[declared.kind_name] = connection.execute(counted).scalar_one()
    return Facts(sum(d.seq for d in family), {d.device: (d.seq, d.hash.hex()) for d in family}, rows)


def _copy_database(source: Source, target: Path, told: Told) -> Facts:
    """Copy one consistent moment of the database, page by page, and count that same moment. Writers go on meanwhile."""
    database = open_sqlite(source.folder / DATABASE, source.key)
    copy = sqlcipher3.dbapi2.connect(str(target), isolation_level=None)
    try:
        copy.execute(f"PRAGMA key = \"x'{source.key.hex()}'\"")
        copy.execute("PRAGMA cipher_log_level = NONE")
        for pragma in ("synchronous=OFF", "journal_mode=OFF", "temp_store=MEMORY"):
            copy.execute(f"PRAGMA {pragma}")

        def moved(_status: int, remaining: int, total: int) -> None:
            if not told(total - remaining, total, "copy"):
                raise _Stopped

        with database.reading() as view:
            facts = facts_of(view, source.station)  # begins the view; the copy below is of the same one
            driver: Any = view.connection.dbapi_connection
            driver.backup(copy, pages=_PAGES, progress=moved)
        return facts
    finally:
        copy.close()
        database.close()


# ---------------------------------------------------------------------- writing


def write(
    source: Source, target: Path, work: Path, *, made: int, reason: str, program: str, fully: bool = False, told: Told = untold
) -> Written | Refusal:  # fmt: skip
    """Write a backup to ``target``, which appears only once it has been proven.

    First the copy is opened, counted, its chains verified and its tables compared with the journal's fold; what was proven
    is noted in the copy itself. Then the file is written, read back from the disk, opened and compared again: now every
    row must be what was proven, which needs no second fold, then or when it is restored.

    ``work``: an empty folder on this computer for the encrypted copies needed meanwhile; the caller clears it. ``fully``
    folds the whole journal again instead of what is new since the last proof. Refused: ``disk``, ``vault_damaged``,
    ``backup_bad`` (it did not prove good and is gone), ``stopped``.
    """
    part = target.with_name(f".{target.name}.part")
    copy = work / "copy"
    try:
        copy.mkdir()
        # the vault before the database: where the data key is changed meanwhile, the database does not open
        (copy / vault.FILE).write_bytes((source.folder / vault.FILE).read_bytes())
        facts = _copy_database(source, copy / DATABASE, told)
        refused = _looked_at(copy, target.name, source, facts, fully, True, told)
        if refused is not None:
            return _not_good(refused)
        with part.open("wb") as out:
            manifest = _pack(out, source, copy, facts, made, reason, program, told)
            out.flush()
            os.fsync(out.fileno())
            _forget_cached(out.fileno())
        shutil.rmtree(copy)  # room for what is read back
        seen = proven(part, source.key, work / "proof", told=told, chains=False)
        if isinstance(seen, Refusal):
            return _not_good(seen)
        if seen.facts != facts or seen.manifest != manifest:
            return Refusal(StoreRefusal.BACKUP_BAD, {"why": "counts"})
        os.replace(part, target)
        sync_folder(target.parent)
        return seen
    except _Stopped:
        return Refusal(StoreRefusal.STOPPED)
    except OSError as error:
        return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
    except DRIVER_ERRORS as error:
        if is_disk_error(error):
            return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
        return Refusal(StoreRefusal.VAULT_DAMAGED, {"part": DATABASE})
    finally:
        _gone(part)


def _not_good(refused: Refusal) -> Refusal:
    if refused.code in (StoreRefusal.DISK, StoreRefusal.STOPPED):
        return refused
    return Refusal(StoreRefusal.BACKUP_BAD, {"why": refused.message})


def _gone(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:  # the stick was pulled out: the next run clears it
        return


def _forget_cached(handle: int) -> None:
    """What is read again shall come from the disk, not from memory."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)


class _Hashing:
    """Writes and hashes in one go."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out, self.whole = out, hashlib.sha256()

    def write(self, data: bytes) -> None:
        self._out.write(data)
        self.whole.update(data)


def _pack(
    out: IO[bytes], source: Source, work: Path, facts: Facts, made: int, reason: str, program: str, told: Told
) -> Manifest:
    into = _Hashing(out)
    into.write(MAGIC)
    files = [(DATABASE, work / DATABASE), (vault.FILE, work / vault.FILE), *_blob_files(source.folder)]
    of = sum(path.stat().st_size for _name, path in files if path.exists())
    done = 0
    members: list[Member] = []
    for name, path in files:
        digest, size = hashlib.sha256(), 0
        try:
            with path.open("rb") as file:
                while block := file.read(_BLOCK):
                    into.write(block)
                    digest.update(block)
                    size += len(block)
                    if not told(done + size, of, "write"):
                        raise _Stopped
        except FileNotFoundError:
            if name in (DATABASE, vault.FILE):
                raise
            continue  # a blob erased this very moment
        done += size
        members.append(Member(name, size, digest.hexdigest()))
    manifest = Manifest(source.station, source.device, made, reason, program, members)
    said = msgspec.json.encode(manifest)
    into.write(said)
    nonce = secrets.token_bytes(12)
    sealed = nonce + _cipher(source.key).encrypt(nonce, msgspec.json.encode(facts), into.whole.digest())
    into.write(sealed)
    into.write(_END.pack(len(said), len(sealed)))
    out.write(into.whole.digest())
    return manifest


def _blob_files(folder: Path) -> Iterator[tuple[str, Path]]:
    place = folder / blobs.FOLDER
    for path in sorted(place.glob("[0-9a-f][0-9a-f]/*")):
        name = path.relative_to(folder).as_posix()
        if _MEMBER.fullmatch(name):
            yield name, path


def _cipher(key: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, None, b"station_app backup").derive(key))


# ---------------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class Read:
    """A backup whose every byte is as it was written."""

    manifest: Manifest
    sealed: bytes
    bound: bytes  # SHA-256 of everything before the sealed facts
    size: int

    def facts(self, key: bytes) -> Facts | None:
        """The facts, for the station's data key; None for another key or a file put together by somebody else."""
        try:
            said = _cipher(key).decrypt(self.sealed[:12], self.sealed[12:], self.bound)
            return msgspec.json.decode(said, type=Facts)
        except (InvalidTag, ValueError):
            return None


def read(file: Path, into: Path | None = None, told: Told = untold, *, blobs_too: bool = True) -> Read | Refusal:
    """Check every byte of a backup; with ``into`` (an empty folder) also unpack it there, synced.

    Without ``blobs_too`` blobs are only checked. Refused: ``not_a_backup``, ``backup_damaged``, ``disk``, ``stopped``.
    Names inside are compared with a pattern, so that nothing is ever written outside ``into``; nothing is larger than the file itself says.
    """
    try:
        with file.open("rb") as given:
            return _read(given, file, into, told, blobs_too)
    except FileNotFoundError:
        return Refusal(StoreRefusal.NOT_A_BACKUP, {"file": file.name})
    except _Stopped:
        return Refusal(StoreRefusal.STOPPED)
    except OSError as error:
        return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})


def _read(given: IO[bytes], file: Path, into: Path | None, told: Told, blobs_too: bool) -> Read | Refusal:
    damaged = Refusal(StoreRefusal.BACKUP_DAMAGED, {"file": file.name})
    size = given.seek(0, os.SEEK_END)
    given.seek(0)
    if given.read(len(MAGIC)) != MAGIC:
        return Refusal(StoreRefusal.NOT_A_BACKUP, {"file": file.name})
    if size < len(MAGIC) + _TAIL:
        return damaged
    given.seek(size - _TAIL)
    ends = given.read(_TAIL)
    said_size, sealed_size = _END.unpack(ends[: _END.size])
    begin = size - _TAIL - said_size - sealed_size
    if said_size > _MANIFEST_LIMIT or sealed_size > _MANIFEST_LIMIT or begin < len(MAGIC):
        return damaged
    given.seek(begin)
    said, sealed = given.read(said_size), given.read(sealed_size)
    try:
        manifest = msgspec.json.decode(said, type=Manifest)
    except (ValueError, RecursionError):
        return damaged
    names = [m.name for m in manifest.members]
    if (
        len(set(names)) != len(names)
        or not {DATABASE, vault.FILE} <= set(names)
        or any(m.size < 0 or not _MEMBER.fullmatch(m.name) for m in manifest.members)
        or len(MAGIC) + sum(m.size for m in manifest.members) != begin
    ):
        return damaged
    given.seek(len(MAGIC))
    whole = hashlib.sha256(MAGIC)
    done = 0
    for member in manifest.members:
        wanted = blobs_too or member.name in (DATABASE, vault.FILE)
        with _opened(into if wanted else None, member.name) as out:
            if not _member(given, member, whole, out):
                return damaged
        done += member.size
        if not told(done, begin, "read"):
            raise _Stopped
    whole.update(said)
    bound = whole.digest()
    whole.update(sealed)
    whole.update(ends[: _END.size])
    if whole.digest() != ends[_END.size :]:
        return damaged
    return Read(manifest, sealed, bound, size)


def _member(given: IO[bytes], member: Member, whole: Any, out: IO[bytes] | None) -> bool:
    digest, left = hashlib.sha256(), member.size
    while left:
        block = given.read(min(left, _BLOCK))
        if not block:
            return False
        left -= len(block)
        digest.update(block)
        whole.update(block)
        if out is not None:
            out.write(block)
    return digest.hexdigest() == member.sha256


@contextmanager
def _opened(into: Path | None, name: str) -> Iterator[IO[bytes] | None]:
    if into is None:
        yield None
        return
    path = into / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())


def proven(
    file: Path, key: bytes, into: Path, *, fully: bool = False, told: Told = untold, chains: bool = True
) -> Written | Refusal:  # fmt: skip
    """Unpack a backup's database into a new folder and examine it there; see :func:`examined`."""
    try:
        into.mkdir(parents=True)
    except OSError as error:
        return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
    found = read(file, into, told, blobs_too=False)
    if isinstance(found, Refusal):
        return found
    return examined(found, file, key, into, fully=fully, told=told, chains=chains)


def examined(
    found: Read, file: Path, key: bytes, into: Path, *, fully: bool = False, told: Told = untold, chains: bool = True
) -> Written | Refusal:  # fmt: skip
    """Open what was unpacked, count it, verify its chains and compare its tables with the journal's fold.

    ``fully`` folds the whole journal; else every row must be what was proven when the backup was made. Everything unpacked
    is encrypted, as it is in the backup. A backup of an older program is brought to this one's tables in that folder.
    Refused besides: ``backup_other_key``, ``backup_damaged``, ``backup_differs``.
    """
    facts = found.facts(key)
    if facts is None:
        return Refusal(StoreRefusal.BACKUP_OTHER_KEY, {"file": file.name})
    source = Source(into, key, found.manifest.station, found.manifest.device)
    refused = _looked_at(into, file.name, source, facts, fully, chains, told)
    return Written(found.manifest, facts, found.size, _proof_in(into, key)) if refused is None else refused


def _looked_at(
    folder: Path, name: str, source: Source, facts: Facts, fully: bool, chains: bool, told: Told
) -> Refusal | None:  # fmt: skip
    try:
        store = Store.open(open_sqlite(folder / DATABASE, source.key), folder)
        if isinstance(store, Refusal):
            return store
        try:
            return _compared(name, source, facts, store, fully, chains, told)
        finally:
            store.close()
    except _Stopped:
        return Refusal(StoreRefusal.STOPPED)
    except OSError as error:
        return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
    except DRIVER_ERRORS as error:
        if is_disk_error(error):
            return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
        return Refusal(StoreRefusal.BACKUP_DAMAGED, {"file": name})


def _compared(
    name: str, source: Source, facts: Facts, store: Store, fully: bool, chains: bool, told: Told
) -> Refusal | None:  # fmt: skip
    damaged = Refusal(StoreRefusal.BACKUP_DAMAGED, {"file": name})
    if (store.station, store.device) != (source.station, source.device):
        return damaged
    with store.reading() as reader:
        counted = facts_of(reader.connection, store.station)
    if (counted.entries, counted.heads) != (facts.entries, facts.heads) or not _within(facts.rows, counted.rows):
        return damaged
    if chains:
        if not told(0, facts.entries, "chains"):
            raise _Stopped
        if any(state != "ok" for state in store.check().values()):
            return damaged
    done = 0

    def folded(entries: int) -> None:
        nonlocal done
        done += entries
        if not told(done, facts.entries, "rebuild"):
            raise _Stopped

    folded(0)
    with store.database.reading() as connection:
        differs = store.differences(folded) if fully else store.differences_of(connection, folded)
    return Refusal(StoreRefusal.BACKUP_DIFFERS, {"file": name, "n": len(differs)}) if differs else None


def _proof_in(folder: Path, key: bytes) -> bytes | None:
    database = open_sqlite(folder / DATABASE, key)
    try:
        with database.reading() as connection:
            found = connection.execute(select(fact.c.value).where(fact.c.name == proof.FACT)).scalar()
        return None if found is None else bytes(found)
    finally:
        database.close()


def _within(then: Mapping[str, int], now: Mapping[str, int]) -> bool:
    """A kind that became known meanwhile has rows now; all the others have as many as then."""
    return all(now.get(kind) == rows for kind, rows in then.items())
