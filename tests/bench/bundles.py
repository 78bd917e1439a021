"""Bundles of an import's field changes against zstd -19 of the same entry lines in one stream."""

from pathlib import Path

import zstandard

from station_app.centre.opened import init_centre
from station_app.exchange.importing import plan_file, write
from station_app.messages import Refusal
from station_app.store import entries as e
from station_app.store import journal
from station_app.sync.bundle import without_private
from station_app.sync.opening import now
from station_app.sync.outbox import Outbox
from station_app.work import enrolment
from tests.bench.figure import Figure, Sizes
from tests.bench.ledger import write_ledger
from tests.sync.parts import PASSWORD, good, new_station


def measure(folder: Path, sizes: Sizes) -> list[Figure]:
    """A station's import, sealed for its centre; what is withheld from the centre is so on both sides."""
    station = new_station(folder / "station")
    centre = good(init_centre(folder / "centre", "虚构市社工服务指导中心", PASSWORD))
    usb = folder / "usb"
    usb.mkdir()
    invited = good(centre.invite(station.store.station))
    good(enrolment.request(station, usb, invited.code, invited.fingerprint))
    good(centre.issue(usb))
    good(enrolment.request(station, usb, invited.code, invited.fingerprint))
    ledger = folder / "changes.xlsx"
    write_ledger(ledger, sizes.field_changes // 15)
    plan = plan_file(station.store, "volunteer_hours", ledger)
    assert not isinstance(plan, Refusal), plan
    assert not isinstance(write(station.store, plan, station.author), Refusal)
    sealed = [ready.data for ready in Outbox(station.store, station.blobs, good(enrolment.identity(station))).bundles(now())]
    with station.store.database.reading() as connection:
        own = journal.device_named(connection, station.store.device)
        assert own is not None
        entries = [without_private(e.parse(line)) for _seq, _hash, line in journal.chain(connection, own.no)]
    changes = sum(len(item.fields) for entry in entries for item in entry.items)
    lines = b"".join(entry.line + b"\n" for entry in entries)
    packed = zstandard.ZstdCompressor(level=19).compress(lines)
    station.close()
    centre.close()
    note = f"{changes:,} open field changes, {len(lines):,} bytes of lines, {len(sealed)} bundles"
    size = sum(map(len, sealed))
    return [Figure("bundles of an import", "zstd -19 of the lines in one stream", size / 1_000, len(packed) / 1_000, "kB", 1.5, note)]
