"""An open centre: the one object through which the command line (and later the service) works on a centre's folder."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

import station_app.kinds  # noqa: F401  # declares every kind
from station_app.centre import authority as authorities
from station_app.centre.authority import Authority, Invited, Issued
from station_app.centre.erasures import Erasures
from station_app.centre.inbox import VOUCHERS, CentreInbox, Fork
from station_app.centre.lock import locked
from station_app.centre.outgoing import Outgoing, tidy_receipts
from station_app.centre.overview import Overview, overview
from station_app.centre.passing import Passing
from station_app.centre.refusals import CentreRefusal
from station_app.centre.reports import Reports
from station_app.messages import Refusal
from station_app.spec.meanings import Wire
from station_app.store import journal, rebuild, schema
from station_app.store.blobs import Blobs
from station_app.store.change import Done, Edit
from station_app.store.engine import Database, is_disk_error, open_postgres, open_sqlite
from station_app.store.refusals import StoreRefusal
from station_app.store.tables import entry as entry_table
from station_app.sync import opening
from station_app.sync.bundle import voucher_line
from station_app.sync.carriers import usb as stick
from station_app.sync.carriers.usb import Stick
from station_app.sync.receipts import Refused, Verdict
from station_app.sync.refusals import SyncRefusal
from station_app.trust import cms, sealing
from station_app.trust.certificates import Withdrawal
from station_app.trust.chain import certificate_of
from station_app.trust.refusals import BundleRefusal

DATABASE: Final = "centre.db"

Progress = Callable[[int, int], bool]


@dataclass(slots=True)
class Taken:
    """What a stick brought."""

    taken: int = 0
    entries: int = 0
    blobs: int = 0
    receipts: int = 0
    refused: list[Refused] = field(default_factory=list)
    reports: dict[str, dict[str, Verdict]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)  # entries that what came is waiting for


@dataclass(frozen=True, slots=True)
class Checked:
    """What the centre's check found."""

    entries: int
    chains: dict[str, str]
    rebuild: dict[str, list[dict[str, Any]]]  # by station, only where tables are not the fold
    forks: list[Fork] = field(default_factory=list)  # second histories of stations, set aside: theirs to explain

    @property
    def ok(self) -> bool:
        """Nothing wrong anywhere."""
        return not self.rebuild and all(said == "ok" for said in self.chains.values())


def init_centre(folder: Path, name: str, password: str, database_url: str | None = None) -> "Centre | Refusal":
    """A new centre in a folder, with its tables."""
    made = authorities.init(folder, name, password, _now())
    return made if isinstance(made, Refusal) else _opened(folder, database_url, made)


def open_centre(folder: Path, database_url: str | None, password: str) -> "Centre | Refusal":
    """The centre of a folder; its entries in SQLite beside it, or in the PostgreSQL of a URL."""
    loaded = authorities.load(folder, password)
    return loaded if isinstance(loaded, Refusal) else _opened(folder, database_url, loaded)


def _opened(folder: Path, database_url: str | None, authority: Authority) -> "Centre | Refusal":
    database = open_postgres(database_url) if database_url else open_sqlite(folder / DATABASE, None)
    try:
        fresh = schema.bring_up(database, searchable=False)
    except OperationalError as error:
        return Refusal(CentreRefusal.NO_DATABASE, {"why": type(error.orig).__name__})
    centre = Centre(folder, database, authority)
    if fresh:
        centre.fold_again()
    centre.erasures.resume()
    return centre


def _trouble(error: Exception) -> Refusal | None:
    """A full or failing disk and a database that went away are expected; what was committed before stays."""
    if is_disk_error(error) or isinstance(error, OSError):
        return Refusal(StoreRefusal.DISK, {"why": type(getattr(error, "orig", None) or error).__name__})
    if isinstance(error, OperationalError):
        return Refusal(CentreRefusal.NO_DATABASE, {"why": type(error.orig).__name__})
    return None


def _now() -> datetime:
    return opening.now().astimezone(UTC)


class Centre:
    """An unlocked centre."""

    def __init__(self, folder: Path, database: Database, authority: Authority) -> None:
        self.folder, self.database, self.authority = folder, database, authority
        self.blobs = Blobs(folder, authority.key)
        self.inbox = CentreInbox(folder, database, self.blobs, authority)
        self.outgoing = Outgoing(folder, self.blobs, authority)
        self.reports = Reports(folder, self.blobs, authority, self.inbox)
        self.erasures = Erasures(folder, database, self.blobs, authority, self.inbox)

    def close(self) -> None:
        """Close every connection."""
        self.database.close()

    @property
    def fingerprint(self) -> str:
        """The root's fingerprint, as printed on invitations."""
        return self.authority.roots.fingerprint

    @property
    def root(self) -> Path:
        """The root's certificate as a file."""
        return self.folder / authorities.ROOT_PEM

    # ------------------------------------------------------------------ enrolment

    def invite(self, station: str) -> Invited | Refusal:
        """A printed one-time invitation for a computer of a station."""
        with locked(self.folder, "authority"):
            return self.authority.invite(station, _now())

    def issue(self, usb: Path) -> Issued | Refusal:
        """Certificates for the requests on a stick."""
        with locked(self.folder, "authority"):
            return self.authority.issue(usb, _now())

    def revoke(self, device: str, why: Withdrawal = Withdrawal.LOST) -> str | Refusal:
        """Withdraw a computer's certificate."""
        with locked(self.folder, "authority"):
            done = self.authority.revoke(device, _now(), why)
        self.reports.judge = type(self.reports.judge)(self.folder, self.blobs, self.authority.roots)
        return done

    # ------------------------------------------------------------------ taking in

    def take(self, usb: Path, progress: Progress | None = None) -> Taken | Refusal:
        """Take in every bundle and blob on a stick, recount reports, write receipts and what waits for the stations."""
        carrier = Stick.at(usb)
        if isinstance(carrier, Refusal):
            return carrier
        try:
            return self._take(carrier, progress)
        except Exception as error:
            refusal = _trouble(error)
            if refusal is None:
                raise
            return refusal

    def _take(self, carrier: Stick, progress: Progress | None) -> Taken | Refusal:
        result = Taken()
        both = (carrier.folders(folder, stick.STATION) for folder in (stick.TO_CENTRE, stick.TO_STATIONS))
        stations = sorted({station for found in both for station in found})
        for done, station in enumerate(stations):
            if progress is not None and not progress(done, len(stations)):
                return Refusal(SyncRefusal.CANCELLED)
            with locked(self.folder, station):
                failed = self._take_station(carrier, station, result)
            if failed is not None:
                return failed
        if stations:
            failed = carrier.write(f"{stick.CERTIFICATES}/{stick.REVOKED}", self.authority.roots.revocation_lists)
            if failed is not None:
                return failed
        self.inbox.forget_old(_now())
        if progress is not None:
            progress(len(stations), len(stations))
        return result

    def _take_station(self, carrier: Stick, station: str, result: Taken) -> Refusal | None:
        there = f"{stick.TO_CENTRE}/{station}"
        at = _now()
        held, refused = dict[str, int](), list[tuple[str, Refused]]()
        names = sorted(carrier.files(there, stick.BUNDLE), key=lambda m: (m[1], int(m[2]), int(m[3])))
        for found in names:
            data = carrier.read(f"{there}/{found.string}", stick.BUNDLE_LIMIT)
            if data is None:
                continue
            took = data if isinstance(data, Refusal) else self.inbox.take(data, station, found.string, at)
            if isinstance(took, Refusal):
                code = took.code if isinstance(took.code, BundleRefusal) else BundleRefusal.BAD_FORMAT
                refused.append((found[1], Refused(found.string, code.value)))
                continue
            held[found[1]] = held.get(found[1], 0) + 1
            result.entries += took.new
        late = self.inbox.again(station, at)
        self.erasures.countersign(station)
        self.erasures.finish(station)
        passing = Passing(self.folder, self.authority, station, self.authority.active(station, at))
        passing.collect(carrier, at)
        with self.database.reading() as connection:
            failed = passing.hand_out(connection, carrier, at)
        if failed is not None:
            return failed
        result.taken += sum(held.values()) + late
        still = [
            (d, r) for d, r in refused if r.refused != BundleRefusal.GAP.value or self.inbox.waits(station, r.file)
        ]
        result.refused += [r for _d, r in still]
        devices = {device for device, _r in still} | set(held)
        return self._answer(carrier, station, devices, held, still, result, at)

    def _answer(
        self, carrier: Stick, station: str, devices: set[str], held: dict[str, int],
        refused: list[tuple[str, Refused]], result: Taken, at: datetime,
    ) -> Refusal | None:  # fmt: skip
        """Everything is committed: blobs, the recount of reports, receipts, and what waits for the station."""
        with self.database.reading() as connection:
            wanted = set(self.inbox.lacking_blobs(connection, station))
        lying = {found[1] for found in carrier.files(f"{stick.TO_CENTRE}/{station}", stick.BLOB)}
        for digest in sorted(wanted & lying):
            name = f"{digest}.blob"
            data = carrier.read(f"{stick.TO_CENTRE}/{station}/{name}", stick.BLOB_LIMIT)
            if data is None:
                continue
            wrong = data if isinstance(data, Refusal) else self.inbox.blob(digest, data, stick.BLOB_LIMIT)
            if wrong is None:
                result.blobs += 1
            else:
                code = wrong.code if isinstance(wrong.code, BundleRefusal) else BundleRefusal.BAD_FORMAT
                result.refused.append(Refused(name, code.value))
        there = f"{stick.TO_STATIONS}/{station}"
        with self.database.reading() as connection:
            missing = self.inbox.missing(connection, station)
            blobs = self.inbox.lacking_blobs(connection, station)
            result.missing += missing
            verdicts = self.reports.verdicts(connection, station)
            if verdicts:
                result.reports[station] = verdicts
            for holder in self.authority.active(station, at):
                if not devices:
                    break
                theirs = [r for device, r in refused if device == holder.short]
                made = self.outgoing.receipt(
                    connection, holder, held.get(holder.short, 0), theirs, verdicts, missing, blobs, at
                )
                failed = carrier.write(f"{there}/{made[0]}", made[1])
                if failed is not None:
                    return failed
                tidy_receipts(carrier, there, made[0])
                result.receipts += 1
            return self.outgoing.down(
                connection, station, at, lambda name, data: carrier.write(f"{there}/{name}", data)
            )

    # ------------------------------------------------------------------ looking

    def overview(self, month: str | None = None) -> Overview:
        """Every station: how far it is, and what the recount said."""
        with self.database.reading() as connection:
            return overview(connection, self.authority, self.reports, month)

    def report(self, station: str, month: str) -> Verdict | Refusal:
        """A station's newest report of a month, recounted now."""
        with self.database.reading() as connection:
            found = self.reports.signed(connection, station, month)
            if not found:
                missing = self.inbox.missing(connection, station)
                if missing:  # it may be among what waits: say so instead of denying it
                    return Verdict("", False, missing=missing)
                return Refusal(CentreRefusal.NO_REPORT, {"station": station, "month": month})
            name, report = max(found.items(), key=lambda pair: int(str(pair[1].fields.get("number") or 0)))
            return self.reports.verdict(connection, station, name, report, anew=True)

    def countersign(self, station: str, month: str) -> Path | Refusal:
        """Countersign a report we agree with."""
        with locked(self.folder, station):
            return self.reports.countersign(station, month, _now())

    def return_report(self, station: str, month: str, remark: str) -> str | Refusal:
        """Return a report with a remark; the new state."""
        with locked(self.folder, station):
            return self.reports.give_back(station, month, remark)

    def set_policy(
        self, station: str, name: str, effective_from: str, rules: dict[str, Any], source: str
    ) -> Done | Refusal:
        """Write a policy into a station's journal under our signature; it goes down with the next stick."""
        table = json.dumps(rules, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        fields: dict[str, Wire] = {"name": name, "effective_from": effective_from, "table": table, "source": source}
        with locked(self.folder, station):
            return self.reports.write(station, Edit("policy", fields), "policy")

    # ------------------------------------------------------------------ proof

    def check(self) -> Checked:
        """Every chain's links and vouchers, and every station's tables against the fold of its entries."""
        chains: dict[str, str] = {}
        wrong: dict[str, list[dict[str, Any]]] = {}
        with self.database.reading() as connection:
            entries = connection.execute(select(func.count()).select_from(entry_table)).scalar_one()
            devices = journal.devices(connection)
            for one in devices:
                if one.seq:
                    problem = journal.chain_problem(connection, one) or self._voucher_problem(connection, one)
                    chains[one.device] = problem or "ok"
            for station in sorted({one.station for one in devices}):
                found = rebuild.differences(connection, station, self.folder)
                if found:
                    wrong[station] = found
        return Checked(entries, chains, wrong, self.inbox.forks())

    def _voucher_problem(self, connection: Any, one: journal.Device) -> str | None:
        """A chain rewritten with all its hashes still does not fit what its device vouched for."""
        for path in sorted((self.folder / VOUCHERS / one.station).glob(f"{one.device}-*.cms")):
            data = path.read_bytes()
            envelope = cms.read(data)
            signed_at = None if isinstance(envelope, Refusal) else envelope.signed_at
            voucher = sealing.verify_voucher(data, self.authority.roots, signed_at or _now())
            if isinstance(voucher, Refusal) and voucher.code is not BundleRefusal.REVOKED:
                # its computer's clock stood outside the certificate's days when it signed: the signature is what counts
                voucher = sealing.verify_voucher(data, self.authority.roots, self._certified(one.device))
            last = int(path.stem.rsplit("-", 1)[1])
            if isinstance(voucher, Refusal):
                if voucher.code is BundleRefusal.REVOKED:
                    continue  # a lost key vouches for nothing any more; the links were checked
                return f"voucher at {last}: {voucher.code.value}"
            digest = journal.hash_at(connection, one.no, last)
            if digest is None or voucher.content != voucher_line(one.station, one.device, last, digest):
                return f"not what was vouched for at {last}"
        return None

    def _certified(self, device: str) -> datetime:
        """A moment at which a computer's certificate held: its first day; now, where there is none."""
        der = self.authority.certificate(device)
        return _now() if der is None else certificate_of(der).not_valid_before_utc

    def fold_again(self) -> None:
        """Fold every station anew, after an update that knows new kinds."""
        with self.database.reading() as connection:
            stations = sorted({one.station for one in journal.devices(connection)})
        for station in stations:
            with self.inbox.writing(station) as connection:
                rebuild.fold_in_place(connection, station, self.inbox.fold)
