"""Ledgers in and out of an open station."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from station_app.compose.backups import backup_before_import
from station_app.compose.station import OpenStation
from station_app.messages import Refusal


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

    if summary["added"] or summary["changed"]:
        refused = backup_before_import(station)
        if refused is not None:
            return refused
    done = write(station.store, plan, station.author, told)
    if isinstance(done, Refusal):
        return done
    return summary | {"entries": len(done.entries), "undo": done.entries[0] if done.entries else None}
