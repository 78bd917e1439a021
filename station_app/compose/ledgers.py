"""Ledgers in and out of an open station."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from station_app.compose.backups import backup_before_import
from station_app.compose.station import OpenStation
from station_app.messages import Refusal
from station_app.store.change import Done
from station_app.store.likeness import PEOPLE
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action
from station_app.work import imports as taken_in
from station_app.work.duplicates import likely_new
from station_app.work.imports import Import, TakenBack

#: So many new people of one file are compared with the register before they are written.
MANY: Final = 5_000

if TYPE_CHECKING:
    from station_app.exchange.importing import Plan


def import_ledger(
    station: OpenStation, kind: str, file: Path, *, sheet: str | None = None, dry_run: bool = False,
    refused_to: Path | None = None, progress: Callable[[str], None] | None = None,
    columns: Mapping[str, str] | None = None, accept: Collection[str] = (),
) -> dict[str, Any] | Refusal:  # fmt: skip
    """Take a ledger in (or only look, ``dry_run``); CONTRACT's result of ``import``.

    ``columns``: what a person says of columns; ``accept``: places whose proposals are accepted (see
    :func:`station_app.exchange.importing.plan_file`).
    """
    from station_app.exchange.importing import plan_file
    from station_app.exchange.refused import write_refused

    if not station.may(Action.IMPORT):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    plan = plan_file(station.store, kind, file, sheet=sheet, columns=columns, accept=accept)
    if isinstance(plan, Refusal):
        return plan
    summary = plan.summary() | {"duplicates": possible_duplicates(station, plan), "duplicates_checked": not _many(plan)}
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

    done = take_in(station, plan, told)
    if isinstance(done, Refusal):
        return done
    return summary | {"entries": len(done.entries), "undo": done.entries[0] if done.entries else None}


def take_in(station: OpenStation, plan: "Plan", told: Callable[[int, int], bool] | None = None) -> Done | Refusal:
    """Write a plan, after a backup of what was there before."""
    from station_app.exchange.importing import write

    if not station.may(Action.IMPORT):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    counts = plan.counts()
    if counts["added"] or counts["changed"]:
        refused = backup_before_import(station)
        if refused is not None:
            return refused
    return write(station.store, plan, station.author, told)


def possible_duplicates(station: OpenStation, plan: "Plan") -> list[dict[str, Any]]:
    """New people of a plan who may be known already, or stand in the file twice: row, whom, reasons.

    Of a whole register (more than ``MANY`` new people) nothing is asked beforehand: the register is looked through
    afterwards, which needs the memory only once.
    """
    if _many(plan):
        return []
    rows: dict[str, int] = {}
    new: dict[str, dict[str, dict[str, object]]] = {}
    for _table, line, draft in plan.drafts:
        for edit in draft.born:
            if edit.kind in PEOPLE and edit.record is not None:
                rows[edit.record] = line.number + 1
                new.setdefault(edit.kind, {})[edit.record] = dict(edit.fields)
    found: list[dict[str, Any]] = []
    with station.store.reading() as reader:
        for kind, people in new.items():
            for pair in likely_new(reader, kind, people):
                mine, other = (pair.one, pair.other) if pair.one in rows else (pair.other, pair.one)
                found.append(
                    {
                        "kind": kind, "row": rows[mine], "other_row": rows.get(other), "other": None if other in rows else other,
                        "title": reader.caption(kind, other) or str(people.get(other, {}).get("name", "")),
                        "score": pair.score, "reasons": list(pair.reasons),
                    }
                )  # fmt: skip
    return found


def _many(plan: "Plan") -> bool:
    return sum(edit.kind in PEOPLE for _t, _l, draft in plan.drafts for edit in draft.born) > MANY


def imports(station: OpenStation) -> list[Import]:
    """Every import there was, newest first."""
    return taken_in.imports(station.store)


def take_import_back(station: OpenStation, entry: str, *, look: bool = False) -> TakenBack | Refusal:
    """Take an import back whole, but for what was changed or used since; ``look``: say what that would be."""
    if not station.may(Action.IMPORT):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    return taken_in.take_back(station.store, entry, station.author, look=look)
