"""The store's own tables: journal, positions, what was seen, conflicts; beside the kinds' tables."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, String, Table, Text

from station_app.kinds.base import Base

_meta = Base.metadata

#: ``at`` = device number << 40 | seq: one integer names an entry inside a database.
AT_SHIFT: Final = 40

device = Table(
    "journal_device",
    _meta,
    Column("no", Integer, primary_key=True),  # small number of the device inside this database
    Column("station", String, nullable=False),
    Column("device", String, nullable=False),
    Column("seq", BigInteger, nullable=False),  # newest entry held
    Column("folded", BigInteger, nullable=False),  # newest entry folded: incomplete batches wait behind it
    Column("hash", LargeBinary, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("own", SmallInteger, nullable=False),
    Index("uq_journal_device_device", "device", unique=True),
)

entry = Table(
    "journal_entry",
    _meta,
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("op", LargeBinary, nullable=False),
    Column("batch", String),
    Column("hash", LargeBinary, nullable=False),
    Column("line", LargeBinary, nullable=False),  # zstd of the exact bytes
    Index("ix_journal_entry_op", "op"),
)
Index(
    "ix_journal_entry_batch",
    entry.c.batch,
    sqlite_where=entry.c.batch.is_not(None),
    postgresql_where=entry.c.batch.is_not(None),
)

#: Records erased for ever (DESIGN, "Fold" rule 7), each with the entry that its stubs name: known as soon as an erasing
#: entry is held, folded or not. Of several erasing entries the least by (time, device, seq), so that all agree.
erased = Table(
    "journal_erased",
    _meta,
    Column("station", String, primary_key=True),
    Column("record", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("device", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
)

#: Stubs that name an erasing entry which is not held yet (device and seq are that entry's): their chain is folded up to
#: the entry before them.
held = Table(
    "journal_held",
    _meta,
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("record", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("device", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

#: Which entries wrote to a record: the history's index, made by the fold.
touch = Table(
    "fold_touch",
    _meta,
    Column("record", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

#: What each device had seen of each other one, and since which of its own entries.
sight = Table(
    "fold_sight",
    _meta,
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("other", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("other_seq", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

conflict = Table(
    "fold_conflict",
    _meta,
    Column("station", String, primary_key=True),
    Column("record", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("field", String, primary_key=True),
    Column("heads", Text, nullable=False),
)

#: Values that did not fit their column (stored as NULL): reported, never raised.
misfit = Table(
    "fold_misfit",
    _meta,
    Column("station", String, primary_key=True),
    Column("record", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("field", String, primary_key=True),
)

#: Small facts of this database: its station, schema, keys, receipts, pinned certificates.
fact = Table(
    "local_fact",
    _meta,
    Column("name", String, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
