"""Commands about ledgers: import, the list of imports, taking one back."""

import argparse
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from station_app.cli.commands import Command, Context, Result, UsageError, ok
from station_app.clock import LOCAL
from station_app.messages import N_, _


def _import_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", metavar="KIND", help=_("the kind of record; “kinds” lists them"))
    parser.add_argument("file", metavar="FILE", help=_("the ledger: .xlsx, .xls, .ods, .csv, or our own .json"))
    parser.add_argument("--sheet", metavar="S", help=_("only this sheet"))
    parser.add_argument("--dry-run", action="store_true", help=_("read and check only, write nothing"))
    parser.add_argument(
        "--refused", metavar="OUT.xlsx", help=_("write the refused rows, each with its reason, to this workbook")
    )
    parser.add_argument(
        "--map", action="append", default=[], metavar="COLUMN=FIELD",
        help=_("what a column means (its letter or title); “-” leaves it out; remembered for ledgers with the same titles"),
    )  # fmt: skip
    parser.add_argument(
        "--accept", action="append", default=[], metavar="CELL",
        help=_("put in what is proposed for this spoilt cell (C13); “all” accepts every proposal"),
    )  # fmt: skip


def _columns(words: list[str]) -> dict[str, str]:
    columns: dict[str, str] = {}
    for word in words:
        column, equals, field = word.rpartition("=")
        if not equals or not column or not field:
            raise UsageError(_("“{word}” is no COLUMN=FIELD.", word=word))
        columns[column] = field
    return columns


def _import(context: Context) -> Result:
    from station_app.compose import import_ledger
    from station_app.kinds import KINDS
    from station_app.messages import Refusal
    from station_app.store.refusals import StoreRefusal

    words = context.words
    if words.kind not in KINDS:
        ok(Refusal(StoreRefusal.UNKNOWN_KIND, {"kind": words.kind}))
    columns = _columns(words.map)
    with context.station() as station:
        taken = ok(
            import_ledger(
                station, words.kind, Path(words.file), sheet=words.sheet, dry_run=words.dry_run,
                refused_to=Path(words.refused) if words.refused else None, progress=context.say,
                columns=columns, accept=words.accept,
            )
        )  # fmt: skip
    return Result(taken, tuple(import_lines(taken)))


def import_lines(taken: Mapping[str, Any]) -> list[str]:
    """An import's outcome for people."""
    lines = [
        _(
            "{read} rows read: {added} added, {changed} changed, {same} already there, {refused} refused.",
            read=taken["read"], added=taken["added"], changed=taken["changed"], same=taken["same"], refused=len(taken["refused"]),
        )
    ]  # fmt: skip
    lines += [_("Row {row}: {message}", row=r["row"], message=r["message"]) for r in taken["refused"]]
    lines += [str(n["message"]) for n in taken.get("notices", ()) if n.get("message")]
    lines += [finding_line(found) for found in taken.get("findings", ())]
    if not taken.get("duplicates_checked", True):
        lines.append(_("So many people are new that duplicates are looked for afterwards: “duplicates” shows them."))
    for twin in taken.get("duplicates", ()):
        why = "、".join(twin["reasons"])
        if twin["other_row"] is not None:
            lines.append(
                _("Rows {row} and {other} may be one person: {why}.", row=twin["row"], other=twin["other_row"], why=why)
            )
        else:
            lines.append(
                _("Row {row} may be known already as {title}: {why}.", row=twin["row"], title=twin["title"], why=why)
            )
    return lines


def finding_line(found: Mapping[str, Any]) -> str:
    """One spoilt cell: where, what stood there, what is proposed, what to do."""
    before = "" if found["before"] is None else str(found["before"])
    after = _("cannot be restored") if found["after"] is None else found["after"]
    return f"{found['sheet']}!{found['cell']}  {found['column']}  {before} → {after}  {found['message']}"


def _imports_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--take-back", metavar="ENTRY", help=_("take this import back whole (within 30 days)"))
    parser.add_argument("--dry-run", action="store_true", help=_("only say what would be taken back and what kept"))


def _imports(context: Context) -> Result:
    from station_app.compose import imports, take_import_back

    words = context.words
    with context.station() as station:
        if words.take_back:
            back = ok(take_import_back(station, words.take_back, look=words.dry_run))
            with station.store.reading() as reader:
                kept = [
                    {"kind": kind, "id": record, "title": reader.caption(kind, record), "why": why}
                    for why, keys in (("changed", back.changed), ("needed", back.needed))
                    for kind, record in keys
                ]
            entries = [] if back.done is None else [{"entry": name} for name in back.done.entries]
            lines = [_("Taken back: {n} records.", n=back.records)]
            changed, needed = _("changed since"), _("used by other records")
            lines += [
                _("Kept: {title} ({why})", title=k["title"], why=changed if k["why"] == "changed" else needed)
                for k in kept
            ]
            return Result({"entries": entries, "records": back.records, "kept": kept}, tuple(lines))
        found = imports(station)
        document = [
            {
                "entry": one.entry, "undo": one.entry, "kind": one.kind, "time": one.time, "author": station.user_name(one.author),
                "device": one.device, "until": one.until, "taken_back": one.taken_back,
                **{k: one.kept.get(k) for k in ("file", "sha256", "read", "added", "changed", "same", "refused", "findings")},
            }
            for one in found
        ]  # fmt: skip
    lines = [_line(one) for one in document] or [_("Nothing was imported yet.")]
    return Result({"imports": document}, tuple(lines))


def _line(one: Mapping[str, Any]) -> str:
    at = datetime.fromtimestamp(one["time"] / 1000, LOCAL).strftime("%Y-%m-%d %H:%M")
    state = _("taken back") if one["taken_back"] else ""
    counts = (
        "" if one["added"] is None else _("{added} new, {changed} changed", added=one["added"], changed=one["changed"])
    )
    parts = (at, one["author"], one["kind"], one["file"] or "", (one["sha256"] or "")[:16], counts, one["entry"], state)
    return "  ".join(part for part in parts if part)


_D = "station-app --data 罕台镇"
COMMANDS = (
    Command(
        ("import",), N_("Take a ledger in."),
        f"{_D} import elder 老年人台账.xlsx --refused 退回.xlsx", _import, _import_words,
    ),
    Command(("imports",), N_("List the imports, or take one back whole."), f"{_D} imports", _imports, _imports_words),
)  # fmt: skip
