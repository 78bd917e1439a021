"""Erasures at the centre: countersigned at the hand-in that brought them, cleared out of every file, told apart in recounts."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, or_, select

from station_app.centre.authority import Authority
from station_app.centre.inbox import BUNDLES, QUARANTINE, WAITING, CentreInbox
from station_app.centre.outgoing import OUTGOING
from station_app.centre.passing import PASSING
from station_app.clock import today
from station_app.kinds.base import KINDS
from station_app.kinds.erasure import Erasure
from station_app.report.indicators import lines
from station_app.report.month import printed, rate
from station_app.spec.meanings import Wire
from station_app.store import entries as e
from station_app.store import erased, erasure, journal
from station_app.store.blobs import Blobs
from station_app.store.change import Author, Door
from station_app.store.engine import Database, is_disk_error
from station_app.store.tables import touch
from station_app.sync import forgetting, opening
from station_app.sync.receipts import Verdict
from station_app.values.ids import new_id

#: Countersignatures of one entry.
_AT_ONCE: Final = 500
Kept = Mapping[str, Mapping[str, int]]


class Erasures:
    """What the centre does about stations' erasures."""

    def __init__(
        self, folder: Path, database: Database, blobs: Blobs, authority: Authority, inbox: CentreInbox
    ) -> None:  # fmt: skip
        self.folder, self.database, self.blobs = folder, database, blobs
        self.authority, self.inbox = authority, inbox

    # ------------------------------------------------------------------ countersigning

    def countersign(self, station: str) -> int:
        """Write our countersignature under every erasure of a station that has come whole; how many.

        It names the record again, so a computer of the station that never got the erasing entry (it was restored from an
        older backup) erases by ours. An erasure without a reason is not countersigned and stays open in the register.
        """
        chain = opening.centre_chain(self.authority.roots, station)
        done = 0
        with self.inbox.writing(station) as connection:
            waiting = self._waiting(connection, station)
            if not waiting:
                return 0
            self.inbox.lock_numbers(connection)
            journal.register(connection, station, chain, own=True)
            door = Door(station, chain, self.inbox.fold)
            for start in range(0, len(waiting), _AT_ONCE):
                items = [_countersigned(row) for row in waiting[start : start + _AT_ONCE]]
                made = door.append(connection, items, Author(self.authority.device), erased.ACTION, new_id(), None)
                erasure.ordered(connection, self.inbox.fold, station, [made])
                done += len(items)
        return done

    @staticmethod
    def _waiting(connection: Connection, station: str) -> list[tuple[str, str, str, str]]:
        """(id, kind, record, ground) of erasures that hold, have a reason, and are not countersigned."""
        table = Erasure.__table__
        rows = connection.execute(
            select(table.c.id, table.c.target_kind, table.c.target, table.c.ground)
            .where(table.c.station == station, table.c.countersigned_on.is_(None))
            .where(or_(table.c.removed.is_(None), table.c.removed == 0))
            .order_by(table.c.id)
        ).all()
        known = erased.among(connection, station, [(str(kind), str(record)) for _id, kind, record, _g in rows])
        return [
            (str(one), str(kind), str(record), str(ground))
            for one, kind, record, ground in rows
            if (kind, record) in known and _has_reason(connection, str(one))
        ]

    # ------------------------------------------------------------------ clearing away

    def resume(self) -> None:
        """Go on with what a process that was killed left to clear away."""
        with self.database.reading() as connection:
            stations = erasure.waiting_stations(connection)
        for station in stations:
            self.finish(station)

    def finish(self, station: str) -> bool:
        """Clear what was erased out of raw bundles, blobs, free pages and the log; False: not everything could go now."""
        with self.database.reading() as connection:
            waiting = erasure.pending(connection, station)
            if waiting is None:
                return True
            named = erasure.still_named(connection, waiting.blobs)
            anew = not erasure.overwrites(connection)
        try:
            for folder in (BUNDLES, OUTGOING, PASSING):
                forgetting.bundles_of(self.folder / folder / station, waiting.entries)
            for folder in (WAITING, QUARANTINE):
                forgetting.received_with(
                    self.folder / folder / station, waiting.records, self._inside, folder == QUARANTINE
                )
            gone = [digest for digest in waiting.blobs if digest not in named]
            for folder in (OUTGOING, PASSING):
                forgetting.copies_of(self.folder / folder / station, gone)
            for digest in gone:
                self.blobs.remove(digest)
            tables = ["journal_entry", "fold_conflict", *(kind for kind in waiting.kinds if kind in KINDS)]
            if not self.database.settled(anew=anew, tables=tables):
                return False
            with self.database.writing() as connection:
                erasure.mark_overwritten(connection)
                erasure.done(connection, station, waiting)
            return self.database.settled()
        except Exception as error:
            if isinstance(error, OSError) or is_disk_error(error):
                return False
            raise

    def _inside(self, data: bytes) -> bytes | None:
        identity, roots = self.authority.keys.identity, self.authority.roots
        found = opening.open_sealed(data, identity, roots, opening.now(), ended_ok=True)
        return found[0].content if isinstance(found, tuple) else None


def _has_reason(connection: Connection, record: str) -> bool:
    """Whether an erasure has its private reason, which we hold as a stub."""
    ats = connection.execute(select(touch.c.at).where(touch.c.record == record, touch.c.kind == erased.KIND)).scalars()
    entries = journal.load(connection, list(ats)).values()
    return any(i.private and (i.kind, i.record) == (erased.KIND, record) for entry in entries for i in entry.items)


def _countersigned(row: tuple[str, str, str, str]) -> e.Item:
    one, kind, record, ground = row
    body: dict[str, Wire] = {
        "target_kind": kind, "target": record, "ground": ground, "countersigned_on": today().isoformat(),
    }  # fmt: skip
    return e.make_item(erased.KIND, one, False, e.encode_body(body))


# ---------------------------------------------------------------------- recounts


def told_apart(
    connection: Connection, station: str, verdict: Verdict, kept: Kept, before: Verdict | None
) -> Verdict:  # fmt: skip
    """A verdict in which lines that differ because records were erased since the signing are no longer held against the station.

    ``kept``: what the station kept at signing, line → record → amount; ``before``: what we said of the same report earlier.
    A line is *proven* when we agreed before the erasure, or when the signed figure is the sum of the kept list and every
    record of it that we lack was erased. The sums of a year cannot be proven that way: the figure may then only be larger
    than ours. A smaller one is a difference like any other.
    """
    if not verdict.differs or not (gone := erased.affected(connection, station)):
        return verdict
    number = len(erased.all_known(connection, station))
    agreed = before is not None and before.agrees and all(one.get("proven") for one in before.erased)
    differs: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    for one in verdict.differs:
        proven = agreed or _proven(one, kept, gone)
        if proven or _may_be(one):
            left = {name: one.get(name) for name in ("key", "title", "column", "theirs", "ours", "where")}
            told.append(left | {"erased": number, "proven": proven})
        else:
            differs.append(one)
    agrees = not (differs or verdict.missing or verdict.problems)
    return msgspec.structs.replace(verdict, agrees=agrees, differs=differs, erased=told)


def _proven(one: Mapping[str, Any], kept: Kept, gone: Collection[erased.Key]) -> bool:
    """Whether a line of the month is what the station's kept list adds up to, and only erased records are lacking here."""
    line = lines().get(str(one.get("key")))
    if line is None or one.get("column") != "month":
        return False
    if line.rate is None:
        if line.key not in kept or printed(line, sum(kept[line.key].values())) != one.get("theirs"):
            return False
        # a row with "theirs" is in the kept list alone
        return all("theirs" in row and (row.get("kind"), row.get("id")) in gone for row in one.get("records", ()))
    part, whole = (kept.get(key) for key in line.rate)
    if part is None or whole is None:
        return False
    return rate(sum(part.values()), sum(whole.values()), line.decimals) == one.get("theirs")


def _may_be(one: Mapping[str, Any]) -> bool:
    """Whether erased records can be why the sums of a year differ: without them ours is smaller, and a rate anything."""
    line = lines().get(str(one.get("key")))
    if line is None or one.get("column") == "month":
        return False
    if line.rate is not None:
        return True
    try:
        return float(one.get("theirs") or 0) > float(one.get("ours") or 0)
    except (TypeError, ValueError):
        return False
