"""The centre's own count of a signed report: its entries up to the report's position folded apart, and every line compared."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from station_app.messages import _
from station_app.paper.finish import attached
from station_app.report import month as months
from station_app.report.explain import explain, kept_rows
from station_app.report.indicators import lines
from station_app.store import journal, rebuild
from station_app.store.blobs import Blobs
from station_app.store.records import Found
from station_app.sync.receipts import Verdict
from station_app.trust.chain import TrustRoots
from station_app.trust.signing import verify_report

#: Records listed for one differing line in a receipt; ``centre report`` lists as many, and says how many there are.
LISTED: Final = 200

Figures = Mapping[str, list[str | None]]


@dataclass(frozen=True, slots=True)
class Judge:
    """Recounts reports of one centre."""

    folder: Path
    blobs: Blobs
    roots: TrustRoots

    def judge(self, connection: Connection, station: str, report: Found, pdf_digest: str) -> Verdict:
        """Agrees, differs in lines, or cannot be said yet because entries or the PDF are missing."""
        position = _position(report)
        if position is None:
            return Verdict(pdf_digest, False, problems=["no_position"])
        missing = missing_entries(connection, station, position)
        pdf = self.blobs.get(pdf_digest)
        if pdf is None:
            missing.append("pdf")
        if any(m != "pdf" for m in missing):
            return Verdict(pdf_digest, False, missing=missing)
        problems = [] if pdf is None else self._pdf_problems(pdf, station)
        month = str(report.fields.get("month"))
        theirs = [("record", _figures(report.fields.get("figures")))]
        if pdf is not None:
            inside = _attached(pdf)
            theirs.append(("pdf", _figures(json.dumps(inside.get("figures", inside)))))
            said = {"station": station, "month": month, "position": position}
            problems += [f"pdf_other_{name}" for name, value in said.items() if inside.get(name, value) != value]
        kept = self.kept(report)
        with rebuild.recount(connection, station, self.folder, position) as scratch:
            ours = _figures(months.numbers(scratch, station, month).as_json())
            assert ours is not None  # made by ourselves
            differs: list[dict[str, Any]] = []
            for where, figures in theirs:
                if figures is None:
                    problems.append(f"no_figures_{where}")
                    continue
                differs += [
                    one | {"where": where} | _records(scratch, station, month, one["key"], one["column"], kept)
                    for one in compare(figures, ours)
                    if not any(
                        d["key"] == one["key"] and d["column"] == one["column"] and d["theirs"] == one["theirs"]
                        for d in differs
                    )
                ]
        return Verdict(pdf_digest, not (differs or problems or missing), differs, missing, problems)

    def _pdf_problems(self, pdf: bytes, station: str) -> list[str]:
        verdict = verify_report(pdf, self.roots)
        problems = [refusal.code.value for refusal in verdict.problems]
        if verdict.signer is not None and verdict.signer.station != station:
            problems.append("report_wrong_signer")
        return problems

    def kept(self, report: Found) -> Mapping[str, Mapping[str, int]]:
        """What the station kept at signing: line → record → amount; nothing when the blob has not come."""
        blob = self.blobs.get(str(report.fields.get("records") or ""))
        try:
            return {} if blob is None else kept_rows(blob)
        except (ValueError, KeyError, TypeError, IndexError):
            return {}


def missing_entries(connection: Connection, station: str, position: Mapping[str, int]) -> list[str]:
    """Which entries up to a position are not here: ``<device>:<first>-<last>``."""
    held = {d.device: d.folded for d in journal.devices(connection, station)}
    return [
        f"{device}:{held.get(device, 0) + 1}-{seq}"
        for device, seq in sorted(position.items())
        if held.get(device, 0) < seq
    ]


def compare(theirs: Figures, ours: Figures) -> list[dict[str, Any]]:
    """Lines and columns whose printed values are not the same."""
    found: list[dict[str, Any]] = []
    for key in sorted(theirs.keys() | ours.keys()):
        left, right = theirs.get(key), ours.get(key)
        for number, column in enumerate(months.COLUMNS):
            one = left[number] if left is not None and number < len(left) else None
            two = right[number] if right is not None else None
            if one != two or (left is None) != (right is None):
                line = lines().get(key)
                title = "" if line is None else _(line.title)
                found.append({"key": key, "title": title, "column": column, "theirs": one, "ours": two})
    return found


def _records(
    scratch: Connection, station: str, month: str, key: str, column: str, kept: Mapping[str, Mapping[str, int]]
) -> dict[str, Any]:
    """The records behind our number; where the station kept its own list, those that are not in both come first."""
    line = lines().get(key)
    if line is None:
        return {"records": [], "count": 0}
    explained = explain(scratch, station, month, key, column)
    ours = {(c.kind, c.id): c.amount for c in (*explained.records, *explained.numerator, *explained.denominator)}
    rows = [{"kind": kind, "id": record, "amount": amount} for (kind, record), amount in ours.items()]
    if column == "month" and line.rate is None and key in kept:
        theirs = kept[key]
        apart = [row for row in rows if theirs.get(str(row["id"])) != row["amount"]]
        apart += [
            {"kind": line.kind, "id": record, "amount": 0, "theirs": amount}
            for record, amount in theirs.items()
            if (line.kind, record) not in ours
        ]
        rows = apart or rows
    return {"records": rows[:LISTED], "count": len(rows)}


def _position(report: Found) -> dict[str, int] | None:
    try:
        position = json.loads(str(report.fields.get("position") or ""))
        if not isinstance(position, dict) or not position:
            return None
        return {str(device): int(seq) for device, seq in position.items()}
    except (ValueError, TypeError, RecursionError):
        return None


def _figures(text: object) -> Figures | None:
    """Figures as ``month_report`` keeps them: key → [month, year, last year]."""
    try:
        values = json.loads(str(text or ""))
        found = {
            str(key): [None if v is None else str(v) for v in columns]
            for key, columns in values.items()
            if isinstance(columns, list)
        }
        return found or None
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def _attached(pdf: bytes) -> dict[str, Any]:
    """What is attached inside the signed PDF: ``{station, month, number, figures, position}``; empty when there is nothing."""
    try:
        files = attached(pdf)
    except Exception:  # noqa: BLE001  # pikepdf raises what it likes on a broken PDF
        return {}
    for name, data in sorted(files.items()):
        if name.endswith(".json"):
            try:
                values = json.loads(data)
            except (ValueError, RecursionError):
                continue
            if isinstance(values, dict):
                return values
    return {}
