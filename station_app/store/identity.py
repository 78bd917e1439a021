"""A copied store becomes a device of its own: two chains never share a device."""

import uuid
from typing import Final

from sqlalchemy import Connection, delete, insert, update

from station_app.store import journal
from station_app.store.tables import device as device_table
from station_app.store.tables import fact

DEVICE_FACT: Final = "device"
#: Facts that belong to the device, not to the station: its keys and certificate, what it asked for, what it has sent, where it is.
OF_THE_DEVICE: Final = ("device_keys", "certificate", "enrolment", "outbox", "window/on_stick", "machine")


def take_new(connection: Connection, station: str) -> str:
    """Give the store of an open write transaction a new device id, and return it.

    The chain written so far stays as another device's; keys, certificate and what was to be sent under the old name are
    dropped, so that this computer hands in only after a new enrolment. What is pinned of the centre stays.
    """
    fresh = str(uuid.uuid4())
    connection.execute(update(device_table).where(device_table.c.station == station).values(own=0))
    journal.register(connection, station, fresh, own=True)
    connection.execute(delete(fact).where(fact.c.name.in_((DEVICE_FACT, *OF_THE_DEVICE))))
    connection.execute(insert(fact), {"name": DEVICE_FACT, "value": fresh.encode()})
    return fresh
