"""Wires the parts together: the only place where layers meet; the window, the centre and the command line start here."""

from station_app.compose.checking import pinned_pems, verify_file
from station_app.compose.ledgers import export_records, import_ledger
from station_app.compose.station import ROOTS, Created, OpenStation, create_station, open_station, recover_station

__all__ = [
    "ROOTS",
    "Created",
    "OpenStation",
    "create_station",
    "export_records",
    "import_ledger",
    "open_station",
    "pinned_pems",
    "recover_station",
    "verify_file",
]
