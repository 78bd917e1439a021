"""Wires the parts together: the only place where layers meet; the window, the centre and the command line start here."""

from station_app.compose.checking import pinned_pems, verify_file
from station_app.compose.exports import Leaving, export_everything, export_records, keep_recipient, recipients
from station_app.compose.ledgers import import_ledger
from station_app.compose.station import ROOTS, Created, OpenStation, create_station, open_station, recover_station

__all__ = [
    "ROOTS",
    "Created",
    "Leaving",
    "OpenStation",
    "create_station",
    "export_everything",
    "export_records",
    "import_ledger",
    "keep_recipient",
    "open_station",
    "pinned_pems",
    "recipients",
    "recover_station",
    "verify_file",
]
