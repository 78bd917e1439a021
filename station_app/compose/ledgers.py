"""Ledgers in and out of an open station."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from station_app.clock import now_ms
from station_app.compose.station import OpenStation
from station_app.messages import Refusal, _
from station_app.store.refusals import StoreRefusal


def import_ledger(
    station: OpenStation, kind: str, file: Path, *, sheet: str | None = None, dry_run: bool = False,
    refused_to: Path | None = None, progress: Callable[[str], None] | None = None,
) -> dict[str, Any] | Refusal:  # fmt: skip
    """Take a ledger in (or only look, ``dry_run``); CONTRACT's result of ``import``."""
    from station_app.exchange.importing import plan_file, write
    from station_app.exchange.refused import write_refused

    plan = plan_file(station.store, kind, file, sheet=sheet)
    if isinstance(plan, Refusal):
        return plan
    summary = plan.summary()
    if refused_to is not None and plan.refused():
        written = write_refused(plan, refused_to)
        if isinstance(written, Refusal):
            return written
        summary["refused_file"] = str(refused_to)
    if dry_run:
        return summary | {"dry_run": True}

    def told(done: int, of: int) -> bool:
        if progress is not None and done % 5_000 == 0:
            progress(f"{done}/{of}")
        return True

    done = write(station.store, plan, station.author, told)
    if isinstance(done, Refusal):
        return done
    return summary | {"entries": len(done.entries), "undo": done.entries[0] if done.entries else None}


def export_records(
    station: OpenStation, kind: str, file: Path, reason: str, recipient: str | None
) -> dict[str, Any] | Refusal:
    """Write a kind's records to a file, sealed for ``recipient`` (age) or readable; who, why and how many is kept."""
    from station_app.exchange.exporting import export
    from station_app.trust.sealing import encrypt

    if not reason.strip():
        return Refusal(StoreRefusal.NEEDED, {"field": _("Reason"), "name": "reason"})
    target = file
    if recipient is not None and file.suffix != ".age":
        target = file.with_name(file.name + ".age")
    written = export(
        station.store, kind, target, seal=None if recipient is None else lambda data: encrypt(data, [recipient])
    )
    if isinstance(written, Refusal):
        return written
    kept = {"kind": kind, "reason": reason, "written": written.written, "sha256": written.sha256, "plain": recipient is None,
            "user": station.user.id, "time": now_ms()}  # fmt: skip
    station.store.keep(f"export/{written.sha256}", json.dumps(kept, ensure_ascii=False).encode())
    return {"written": written.written, "file": written.file, "sha256": written.sha256}
