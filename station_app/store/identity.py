"""A copied store becomes a device of its own: two chains never share a device."""

import uuid
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from station_app.store import journal
from station_app.store.tables import device as device_table
from station_app.store.tables import fact

DEVICE_FACT: Final = "device"
KEYS: Final = "device_keys"
CERTIFICATE: Final = "certificate"
#: Facts that belong to the device, not to the station: its keys and certificate, what it asked for, what it has sent, where it is.
OF_THE_DEVICE: Final = (KEYS, CERTIFICATE, "enrolment", "outbox", "window/on_stick", "machine")


def former_fact(device: str, name: str) -> str:
    """Where a fact of an earlier device of this computer lies."""
    return f"former/{device}/{name}"


def take_new(connection: Connection, station: str) -> str:
    """Give the store of an open write transaction a new device id, and return it.

    The chain written so far stays as another device's. Its keys and certificate are put aside, for the rest of that chain
    alone; this computer hands in its own entries only after a new enrolment. What is pinned of the centre stays.
    """
    fresh = str(uuid.uuid4())
    old = connection.execute(select(fact.c.value).where(fact.c.name == DEVICE_FACT)).scalar()
    certified = connection.execute(select(fact.c.name).where(fact.c.name == CERTIFICATE)).first()
    if (
        old is not None and certified is not None
    ):  # what the old device still owes the centre, only its own keys can vouch for
        for name in (KEYS, CERTIFICATE):
            kept = former_fact(bytes(old).decode(), name)
            connection.execute(delete(fact).where(fact.c.name == kept))
            connection.execute(update(fact).where(fact.c.name == name).values(name=kept))
    connection.execute(update(device_table).where(device_table.c.station == station).values(own=0))
    journal.register(connection, station, fresh, own=True)
    connection.execute(delete(fact).where(fact.c.name.in_((DEVICE_FACT, *OF_THE_DEVICE))))
    connection.execute(insert(fact), {"name": DEVICE_FACT, "value": fresh.encode()})
    return fresh
