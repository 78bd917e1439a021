"""What the centre sends to a station: receipts, its own entries (countersignatures, remarks, policies), the blobs they name."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, select

from station_app.centre.authority import Authority
from station_app.clock import now_ms
from station_app.messages import Refusal
from station_app.store import entries as e
from station_app.store import journal
from station_app.store.blobs import Blobs
from station_app.store.files import write_whole
from station_app.store.tables import conflict, sight
from station_app.sync import bundle, opening
from station_app.sync.bundle import short
from station_app.sync.carriers import usb as stick
from station_app.sync.carriers.usb import Stick
from station_app.sync.outbox import named_blobs, sealed_part
from station_app.sync.receipts import Receipt, Refused, Verdict
from station_app.trust import sealing
from station_app.trust.chain import Holder
from station_app.trust.enrolment import Enrolled

RECEIPTS: Final = "receipts"
OUTGOING: Final = "outgoing"


class Outgoing:
    """Makes what goes down to stations; made once, the same bytes after that."""

    def __init__(self, folder: Path, blobs: Blobs, authority: Authority) -> None:
        self.folder, self.blobs, self.authority = folder, blobs, authority

    # ------------------------------------------------------------------ receipts

    def receipt(
        self, connection: Connection, to: Holder, taken: int, refused: list[Refused], reports: dict[str, Verdict],
        missing: list[str], missing_blobs: list[str], at: datetime,
    ) -> tuple[str, bytes]:  # fmt: skip
        """(file name, sealed receipt) for a device. Unchanged content gives the same bytes."""
        one = journal.device_named(connection, to.device)
        conflicts = connection.execute(
            select(func.count()).select_from(conflict).where(conflict.c.station == to.station)
        ).scalar_one()
        own = opening.centre_chain(self.authority.roots, to.station)
        receipt = Receipt(
            station=to.station,
            device=to.device,
            upto=0 if one is None else one.seq,
            head=(e.NO_ENTRY if one is None else one.hash).hex(),
            taken=taken,
            refused=refused,
            reports=reports,
            conflicts=conflicts,
            server_time=0,
            schema_min=1,
            missing=missing,
            missing_blobs=missing_blobs,
            holds={d.device: d.seq for d in journal.devices(connection, to.station) if d.seq and d.device != own},
            recipient=to.recipient,
        )
        place = self.folder / RECEIPTS / to.station
        said, path = place / f"{to.device}.json", place / receipt.name
        digest = hashlib.sha256(receipt.line()).hexdigest()
        try:
            if json.loads(said.read_bytes()) == {"content": digest, "name": receipt.name}:
                return receipt.name, path.read_bytes()
        except (OSError, ValueError):
            pass  # never made, or lost: made anew
        line = Receipt(
            **{name: getattr(receipt, name) for name in receipt.__struct_fields__} | {"server_time": now_ms()}
        )
        sealed = sealing.seal(line.line(), self.authority.signer, [to.recipient], at)
        place.mkdir(parents=True, exist_ok=True)
        write_whole(path, sealed)
        write_whole(said, json.dumps({"content": digest, "name": receipt.name}).encode())
        return receipt.name, sealed

    # ------------------------------------------------------------------ our own entries

    def down(
        self, connection: Connection, station: str, at: datetime, write: Callable[[str, bytes], Refusal | None]
    ) -> Refusal | None:
        """Our entries in a station's journal, for each of its computers, as far as it has not seen them by its own word."""
        chain = journal.device_named(connection, opening.centre_chain(self.authority.roots, station))
        if chain is None or chain.seq == 0:
            return None
        devices = self.authority.active(station, at)
        wanted: dict[str, None] = {}
        for to in devices:
            seen = self._seen(connection, to.device, chain.no)
            for name, data, part in self._bundles(connection, chain, to, seen + 1, at):
                wanted |= {digest: None for entry in part for digest in named_blobs(entry)}
                failed = write(name, data)
                if failed is not None:
                    return failed
        for digest in wanted:
            sealed = self._sealed_blob(station, digest, [to.recipient for to in devices])
            failed = None if sealed is None else write(f"{digest}.blob", sealed)
            if failed is not None:
                return failed
        return None

    @staticmethod
    def _seen(connection: Connection, device: str, centre_no: int) -> int:
        one = journal.device_named(connection, device)
        if one is None:
            return 0
        return (
            connection.execute(
                select(func.max(sight.c.other_seq)).where(sight.c.no == one.no, sight.c.other == centre_no)
            ).scalar()
            or 0
        )

    def _bundles(
        self, connection: Connection, chain: journal.Device, to: Holder, first: int, at: datetime
    ) -> list[tuple[str, bytes, list[e.Entry]]]:
        prev = journal.hash_at(connection, chain.no, first - 1)
        assert prev is not None
        lines = [(e.parse(line), digest) for _seq, digest, line in journal.chain(connection, chain.no, first)]
        made: list[tuple[str, bytes, list[e.Entry]]] = []
        for part in bundle.split(lines):
            name = f"{to.short}-from-{short(chain.device)}-{part[0][0].head.seq}-{part[-1][0].head.seq}.bundle"
            path = self.folder / OUTGOING / to.station / name
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                enrolled = Enrolled(self.authority.signer, self.authority.roots)
                write_whole(path, sealed_part(part, prev, to.station, to.recipient, enrolled, at))
            made.append((name, path.read_bytes(), [entry for entry, _digest in part]))
            prev = part[-1][1]
        return made

    def _sealed_blob(self, station: str, digest: str, recipients: list[str]) -> bytes | None:
        whom = hashlib.sha256("".join(sorted(recipients)).encode()).hexdigest()[:12]
        path = self.folder / OUTGOING / station / f"{digest}-{whom}.blob"
        if not path.exists():
            content = self.blobs.get(digest)
            if content is None:
                return None
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, sealing.encrypt(content, recipients))
        return path.read_bytes()


def tidy_receipts(carrier: Stick, folder: str, newest: str) -> None:
    """Receipts that a newer one of the same device replaces."""
    kept = stick.RECEIPT.fullmatch(newest)
    for found in carrier.files(folder, stick.RECEIPT):
        if kept is not None and found[1] == kept[1] and int(found[2]) < int(kept[2]):
            carrier.remove(f"{folder}/{found.string}")
