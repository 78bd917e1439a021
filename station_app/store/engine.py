"""Databases behind the store: SQLCipher at a station, SQLite or PostgreSQL at the centre, an encrypted scratch for recounts."""

import secrets
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlcipher3
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool

# facts/store.md: the driver's own transactions lose savepoints; ours are explicit, DDL included.
# secure_delete: what is deleted or replaced is overwritten in its page, so that an erasure leaves nothing in free space.
# SQLCipher switches it on itself, plain SQLite (a centre, to try) does not; without it 96 pages of 400 still held texts of
# 200 erased rows, many of them copies that earlier edits had left behind.
_PRAGMAS = (
    "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-16000",
    "secure_delete=ON",
)  # fmt: skip
_SCRATCH = ("journal_mode=OFF", "synchronous=OFF", "temp_store=MEMORY", "cache_size=-64000", "locking_mode=EXCLUSIVE")
_A_DAY: Final = 86_400  # no recount takes longer

#: What the driver says of a file it cannot use, as it is or wrapped by SQLAlchemy.
DRIVER_ERRORS: Final[tuple[type[Exception], ...]] = (DatabaseError, sqlcipher3.dbapi2.DatabaseError)


class _Gate:
    """Lets many through, or one alone once nobody is inside; whoever is inside may go in again."""

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._inside = 0
        self._closed = False
        self._mine = threading.local()

    @contextmanager
    def through(self) -> Iterator[None]:
        depth: int = getattr(self._mine, "depth", 0)
        if depth == 0:
            with self._turn:
                self._turn.wait_for(lambda: not self._closed)
                self._inside += 1
        self._mine.depth = depth + 1
        try:
            yield
        finally:
            self._mine.depth = depth
            if depth == 0:
                with self._turn:
                    self._inside -= 1
                    self._turn.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._turn:
            self._turn.wait_for(lambda: not self._closed)
            self._closed = True
            self._turn.wait_for(lambda: self._inside == 0)
        try:
            yield
        finally:
            with self._turn:
                self._closed = False
                self._turn.notify_all()


class Database:
    """A database with one way to write and one way to read.

    ``writing`` begins an immediate transaction and commits it, or rolls back when the block raises.
    ``reading`` hands out a connection on which the database itself refuses to write (invariant 1).
    """

    def __init__(self, writer: Engine, reader: Engine, encrypted: bool = False) -> None:
        self.writer, self.reader, self.encrypted = writer, reader, encrypted
        self._gate = _Gate()

    @property
    def is_postgres(self) -> bool:
        """True for PostgreSQL."""
        return self.writer.dialect.name == "postgresql"

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One write transaction, all or nothing. After an error of the disk the connections are thrown away."""
        try:
            with self._gate.through(), self.writer.begin() as connection:
                yield connection
        except Exception as error:
            if is_disk_error(error):
                self.writer.dispose()
                self.reader.dispose()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view that cannot be written to."""
        with self._gate.through(), self.reader.connect() as connection:
            yield connection

    def exchange(self, work: "Callable[[], Database]") -> None:
        """Let everyone inside finish, close every connection, and go on with the database that ``work`` gives (a new key).

        Not to be called from within ``reading`` or ``writing``. Whoever comes meanwhile waits.
        """
        with self._gate.alone():
            self.close()
            other = work()
            self.writer, self.reader = other.writer, other.reader

    def damaged(self) -> list[str]:
        """What the file's own seals say is wrong with it: pages changed outside the program. 2 s for 330 MB.

        The log is written back first (waiting for nobody): a page torn by a power cut stands whole in the log.
        """
        if not self.encrypted:
            return []
        raw = self.writer.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            found: list[str] = []
            for _once_more in range(2):  # another process may be writing a page back this very moment
                found = [str(row[0]) for row in cursor.execute("PRAGMA cipher_integrity_check").fetchall()]
                if not found:
                    break
            return found
        finally:
            raw.close()

    def settled(self, anew: bool = False, tables: Sequence[str] = ()) -> bool:
        """Leave nothing of what was deleted: the log written back and cut to nothing. False when a reader is in the way.

        ``anew``: the whole file is written anew first, for a plain file made before ``secure_delete`` was said (300 MB: 3 to
        6 s, and as much memory). On PostgreSQL the dead rows of ``tables`` go.
        """
        if self.is_postgres:
            with self.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for name in tables:
                    connection.exec_driver_sql(f'VACUUM "{name}"')
            return True
        raw = self.writer.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute("PRAGMA busy_timeout = 3000").fetchall()
            if anew:
                cursor.execute("VACUUM")
            row = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            cursor.execute("PRAGMA busy_timeout = 30000").fetchall()
            return row is not None and not row[0]
        finally:
            raw.close()

    @contextmanager
    def without_foreign_keys(self) -> Iterator[None]:
        """SQLite's writer does not follow foreign keys within: said on its connection before a transaction begins."""
        self._foreign_keys("OFF")
        try:
            yield
        finally:
            self._foreign_keys("ON")

    def _foreign_keys(self, state: str) -> None:
        # the writer has one connection, which the pool gives again
        raw = self.writer.raw_connection()
        try:
            raw.cursor().execute(f"PRAGMA foreign_keys={state}")
        finally:
            raw.close()

    def close(self) -> None:
        """Give every connection back to the system."""
        self.writer.dispose()
        self.reader.dispose()


def is_disk_error(error: BaseException) -> bool:
    """Whether the database reported that the disk is full, unreadable or unwritable."""
    origin = getattr(error, "orig", error)
    text = str(origin)
    return isinstance(origin, (sqlite3.OperationalError, sqlcipher3.dbapi2.OperationalError, OSError)) and any(
        sign in text
        for sign in ("disk I/O error", "database or disk is full", "unable to open", "readonly", "No space")
    )


def _sqlite_engine(path: str, key: bytes | None, pragmas: tuple[str, ...], begin: str, size: int) -> Engine:
    def connect() -> Any:
        connection = sqlcipher3.dbapi2.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        try:
            if key is not None:
                connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
                connection.execute("PRAGMA cipher_log_level = NONE")
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection

    engine = create_engine(
        "sqlite://", module=sqlcipher3.dbapi2, creator=connect, poolclass=QueuePool, pool_size=size, max_overflow=8,
        hide_parameters=True,
    )  # fmt: skip

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        driver.execute(begin)

    return engine


def open_sqlite(path: Path, key: bytes | None) -> Database:
    """The SQLCipher file at ``path`` (32-byte raw key), or plain SQLite when ``key`` is None (the centre, to try)."""
    writer = _sqlite_engine(str(path), key, _PRAGMAS, "BEGIN IMMEDIATE", 1)
    reader = _sqlite_engine(str(path), key, (*_PRAGMAS[1:], "query_only=ON"), "BEGIN", 2)
    return Database(writer, reader, encrypted=key is not None)


def open_postgres(url: str) -> Database:
    """A PostgreSQL database by its SQLAlchemy URL (``postgresql+psycopg://…``)."""
    writer = create_engine(url, hide_parameters=True, pool_pre_ping=True)
    reader = writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Database(writer, reader)


@contextmanager
def scratch(folder: Path) -> Iterator[Database]:
    """An empty database for a recount, encrypted with a key that is forgotten, gone afterwards.

    On disk rather than in memory, so that a large station's recount fits a small computer.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("recount-*"):  # of a process that was killed: nobody can read it any more
        if time.time() - left.stat().st_mtime > _A_DAY:
            shutil.rmtree(left, ignore_errors=True)
    place = Path(tempfile.mkdtemp(prefix="recount-", dir=folder))
    engine = _sqlite_engine(str(place / "scratch.db"), secrets.token_bytes(32), _SCRATCH, "BEGIN", 1)
    try:
        yield Database(engine, engine)
    finally:
        engine.dispose()
        shutil.rmtree(place, ignore_errors=True)
