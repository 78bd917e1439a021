"""Signed month reports at the centre: which there are, what the recount said of each, countersigning and returning."""

import json
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import Connection

from station_app.centre.authority import Authority
from station_app.centre.erasures import told_apart
from station_app.centre.inbox import CentreInbox
from station_app.centre.recount import Judge
from station_app.centre.refusals import CentreRefusal
from station_app.messages import Refusal, _
from station_app.spec.meanings import Wire
from station_app.store import history, journal
from station_app.store.blobs import Blobs
from station_app.store.change import Author, Done, Door, Edit
from station_app.store.files import write_whole
from station_app.store.records import Found, Reader
from station_app.sync import opening
from station_app.sync.receipts import COUNTERSIGN, Verdict, report_name
from station_app.trust.signing import countersign

FOLDER: Final = "reports"
_DRAFT: Final = "draft"


class Reports:
    """The reports of all stations."""

    def __init__(self, folder: Path, blobs: Blobs, authority: Authority, inbox: CentreInbox) -> None:
        self.folder, self.blobs, self.authority, self.inbox = folder, blobs, authority, inbox
        self.judge = Judge(folder, blobs, authority.roots)

    def signed(self, connection: Connection, station: str, month: str | None = None) -> dict[str, Found]:
        """Signed reports of a station by name (``2024-05``, ``2024-05-1``), oldest first."""
        reader = Reader(connection, station)
        where = {} if month is None else {"month": month}
        found = {
            name_of(report): report
            for report in reader.all("month_report", where)
            if report.fields.get("state") not in (None, _DRAFT) and report.fields.get("month")
        }
        return dict(sorted(found.items()))

    @staticmethod
    def signed_pdf(connection: Connection, station: str, report: Found) -> str:
        """Digest of the PDF as the station signed it, whatever was countersigned since."""
        digest = ""
        for step in history.steps(connection, station, "month_report", report.id):
            if "pdf" in step.fields and step.action != COUNTERSIGN:
                digest = str(step.fields["pdf"][1] or "")
        return digest

    def verdicts(self, connection: Connection, station: str, anew: bool = False) -> dict[str, Verdict]:
        """What we say of each report; counted once, and again while something was missing."""
        found: dict[str, Verdict] = {}
        for name, report in self.signed(connection, station).items():
            found[name] = self.verdict(connection, station, name, report, anew)
        return found

    def verdict(
        self, connection: Connection, station: str, name: str, report: Found, anew: bool = False
    ) -> Verdict:  # fmt: skip
        """What we say of one report."""
        digest = self.signed_pdf(connection, station, report)
        path = self.folder / FOLDER / station / f"{name}.json"
        told = [digest, str(report.fields.get("position")), str(report.fields.get("figures"))]
        before = _counted(path, told)
        if before is not None and not anew and not before.missing:
            return before
        verdict = self.judge.judge(connection, station, report, digest)
        verdict = told_apart(connection, station, verdict, self.judge.kept(report), before)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, msgspec.json.encode({"about": told, "verdict": verdict}))
        return verdict

    # ------------------------------------------------------------------ the centre's own word

    def countersign(self, station: str, month: str, at: datetime) -> Path | Refusal:
        """Fill the centre's field in the newest report of a month, if our numbers agree; the station gets it at its next hand-in."""
        with self.inbox.database.reading() as connection:
            newest = self._newest(connection, station, month)
            if isinstance(newest, Refusal):
                return newest
            name, report = newest
            verdict = self.verdict(connection, station, name, report)
            digest = self.signed_pdf(connection, station, report)
        path = self.folder / FOLDER / station / f"{name}.pdf"
        if report.fields.get("state") == "countersigned" and report.fields.get("pdf") != digest:
            done = self.blobs.get(str(report.fields["pdf"]))
            if done is not None:
                write_whole(path, done)
                return path
        pdf = self.blobs.get(digest)
        if not verdict.agrees or pdf is None:
            return Refusal(CentreRefusal.NOT_AGREED, {"station": station, "month": month})
        signed = countersign(pdf, self.authority.signer, self.authority.roots, _("Countersigned after recounting"), at)
        if isinstance(signed, Refusal):
            return signed
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, signed)
        fields: dict[str, Wire] = {"state": "countersigned", "pdf": self.blobs.put(signed)}
        written = self.write(station, Edit("month_report", fields, report.id), COUNTERSIGN)
        return written if isinstance(written, Refusal) else path

    def give_back(self, station: str, month: str, remark: str) -> str | Refusal:
        """Return a report with a remark."""
        with self.inbox.database.reading() as connection:
            newest = self._newest(connection, station, month)
        if isinstance(newest, Refusal):
            return newest
        fields: dict[str, Wire] = {"state": "returned", "remark": remark}
        written = self.write(station, Edit("month_report", fields, newest[1].id), "return")
        return written if isinstance(written, Refusal) else "returned"

    def _newest(self, connection: Connection, station: str, month: str) -> tuple[str, Found] | Refusal:
        found = self.signed(connection, station, month)
        if not found:
            return Refusal(CentreRefusal.NO_REPORT, {"station": station, "month": month})
        return max(found.items(), key=lambda pair: int(str(pair[1].fields.get("number") or 0)))

    def write(self, station: str, edit: Edit, action: str) -> Done | Refusal:
        """An entry of ours in the station's journal."""
        chain = opening.centre_chain(self.authority.roots, station)
        door = Door(station, chain, self.inbox.fold)
        with self.inbox.writing(station) as connection:
            self.inbox.lock_numbers(connection)
            journal.register(connection, station, chain, own=True)
            return door.change(connection, [edit], Author(self.authority.device), action)


def _counted(path: Path, told: list[str]) -> Verdict | None:
    """What we said of this very report before; None when it was not counted yet."""
    try:
        kept = json.loads(path.read_bytes())
        return msgspec.convert(kept["verdict"], Verdict) if kept["about"] == told else None
    except (OSError, ValueError, KeyError, TypeError, msgspec.ValidationError):
        return None


def name_of(report: Found) -> str:
    """A report's name in receipts and files."""
    number = report.fields.get("number")
    return report_name(str(report.fields["month"]), number if isinstance(number, int) else None)
