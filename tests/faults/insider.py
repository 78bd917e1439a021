"""What someone with the key can do to the journal with SQL: take the newest entries out, or rewrite one and all links after it."""

from sqlalchemy import Connection, delete, select, update

from station_app.store import entries as e
from station_app.store import journal, packing
from station_app.store.engine import Database
from station_app.store.journal import Device
from station_app.store.tables import device as device_table
from station_app.store.tables import entry as entry_table


def own_device(connection: Connection) -> Device:
    """This computer's own chain."""
    return next(one for one in journal.devices(connection) if one.own)


def take_out_last(database: Database, number: int) -> int:
    """Delete the last entries of the own chain and set its head right (A13); returns where it ends now."""
    with database.writing() as connection:
        own = own_device(connection)
        ends = own.seq - number
        digest = journal.hash_at(connection, own.no, ends)
        first = journal.at_of(own.no, ends + 1)
        connection.execute(
            delete(entry_table).where(entry_table.c.at >= first, entry_table.c.at < journal.at_of(own.no + 1, 0))
        )
        connection.execute(
            update(device_table).where(device_table.c.no == own.no).values(seq=ends, folded=ends, hash=digest)
        )
    return ends


def rewrite(database: Database, seq: int, old: bytes, new: bytes) -> None:
    """Change bytes of one entry and compute every later link anew, as the program itself would (A14)."""
    with database.writing() as connection:
        own = own_device(connection)
        prev = journal.hash_at(connection, own.no, seq - 1)
        assert prev is not None
        for number in range(seq, own.seq + 1):
            at = journal.at_of(own.no, number)
            stored, op = connection.execute(
                select(entry_table.c.line, entry_table.c.op).where(entry_table.c.at == at)
            ).one()
            line = journal.line_of(stored, op)
            if number == seq:
                assert old in line
                line = line.replace(old, new)
            prev = e.entry_hash(prev, e.parse(line))
            connection.execute(
                update(entry_table).where(entry_table.c.at == at).values(line=packing.pack(line, op), hash=prev)
            )
        connection.execute(update(device_table).where(device_table.c.no == own.no).values(hash=prev))
