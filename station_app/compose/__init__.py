"""Wires the parts together: the only place where layers meet; the window, the centre and the command line start here."""

from station_app.compose.backups import (
    Restored,
    Way,
    back_up,
    backup_place,
    backup_status,
    drill,
    restore,
)
from station_app.compose.checking import pinned_pems, verify_file
from station_app.compose.exports import Leaving, export_everything, export_records, keep_recipient, recipients
from station_app.compose.keys import (
    Disabled,
    Failed,
    add_user,
    change_key,
    disable_user,
    failed_attempts,
    set_password,
    set_role,
)
from station_app.compose.ledgers import import_ledger
from station_app.compose.opening import (
    clock_sentences,
    continue_as_new_device,
    prove,
    repair,
    sentences,
)
from station_app.compose.station import ROOTS, Created, OpenStation, create_station, open_station, recover_station

__all__ = [
    "ROOTS",
    "Created",
    "Disabled",
    "Failed",
    "Leaving",
    "OpenStation",
    "Restored",
    "Way",
    "add_user",
    "back_up",
    "backup_place",
    "backup_status",
    "change_key",
    "clock_sentences",
    "continue_as_new_device",
    "create_station",
    "disable_user",
    "drill",
    "export_everything",
    "export_records",
    "failed_attempts",
    "import_ledger",
    "keep_recipient",
    "open_station",
    "pinned_pems",
    "prove",
    "recipients",
    "recover_station",
    "repair",
    "restore",
    "sentences",
    "set_password",
    "set_role",
    "verify_file",
]
