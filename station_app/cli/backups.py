"""Commands about backups: backup (also its drill, its place, how it stands) and restore."""

import argparse
import getpass
from datetime import datetime
from pathlib import Path
from typing import Any

from station_app.cli.commands import Command, Context, Result, UsageError, ok, read_secret
from station_app.clock import LOCAL
from station_app.messages import N_, _


def _backup_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        nargs="*",
        metavar="FILE",
        help=_(
            "the file to write; none: the place for backups; “drill [FILE]” rehearses a restore, “place DIR” says where backups go, “status” how it stands"
        ),
    )


def _backup(context: Context) -> Result:
    what: list[str] = context.words.what
    word, rest = (what[0], what[1:]) if what else ("", [])
    if word == "drill" and len(rest) <= 1:
        return _drill(context, Path(rest[0]) if rest else None)
    if word == "place" and len(rest) <= 1:
        return _place(context, Path(rest[0]) if rest else None)
    if word == "status" and not rest:
        return _status(context)
    if rest:
        raise UsageError(_("Write one file, for example “backup /media/U/罕台镇.station-backup”."))
    return _write(context, Path(word) if word else None)


def _write(context: Context, file: Path | None) -> Result:
    from station_app.compose import back_up

    with context.station() as station:
        made = ok(back_up(station, file, told=_telling(context)))
    lines = [
        _("The backup {file} was written, opened again and compared: {n} entries.", file=made.file, n=made.entries)
    ]
    if made.elsewhere is not None:
        lines.append(_("The place for backups, {place}, was not there; this one lies on the computer's own disk.", place=made.elsewhere))  # fmt: skip
    if made.pruned:
        lines.append(_("{n} older backups made room.", n=len(made.pruned)))
    document = {
        "file": str(made.file),
        "entries": made.entries,
        "bytes": made.size,
        "rebuilt": made.full,
        "removed": list(made.pruned),
        "missing_place": None if made.elsewhere is None else str(made.elsewhere),
    }
    return Result(document, tuple(lines))


def _telling(context: Context) -> Any:
    titles = {
        "copy": N_("copying the database"),
        "write": N_("writing the file"),
        "read": N_("reading it again"),
        "chains": N_("verifying the chains"),
        "rebuild": N_("folding the journal again"),
        "blobs": N_("opening photos and papers"),
    }
    said: set[str] = set()

    def told(_done: int, _of: int, what: str) -> bool:
        if what not in said:
            said.add(what)
            context.say(_(titles[what]))
        return True

    return told


def _drill(context: Context, file: Path | None) -> Result:
    from station_app.compose import drill

    with context.station() as station:
        done = ok(drill(station, file, told=_telling(context)))
    lines = [
        _("Restored into a scratch folder and removed again: {file}.", file=done.file),
        _("It holds {n} entries; every chain verifies and every row is what the journal says.", n=done.entries),
        _("The station has written {n} entries since.", n=done.since),
    ]
    if done.blobs:
        lines.append(_("{n} photos and papers, {bad} of them damaged.", n=done.blobs, bad=done.bad_blobs))
    if done.ahead:
        lines.append(_("The backup holds {n} entries that this station no longer has: call the guidance centre first.", n=done.ahead))  # fmt: skip
    if done.forked:
        lines.append(_("The backup and this station differ in what they wrote under the same number: call the guidance centre."))  # fmt: skip
    lines.append(_("You could go back to this backup.") if done.good else _("Do not rely on this backup alone."))
    document = {
        "file": str(done.file), "entries": done.entries, "chains": "ok", "rebuild": "same", "since": done.since,
        "ahead": done.ahead, "forked": list(done.forked), "blobs": done.blobs, "bad_blobs": done.bad_blobs,
        "good": done.good,
    }  # fmt: skip
    return Result(document, tuple(lines), 0 if done.good else 1)


def _place(context: Context, place: Path | None) -> Result:
    from station_app.compose import backup_place

    with context.station() as station:
        chosen = ok(backup_place(station, place))
    return Result({"place": str(chosen)}, (_("Backups go to {place} from now on.", place=chosen),))


def _day(moment: int | None) -> str | None:
    return None if moment is None else datetime.fromtimestamp(moment / 1000, LOCAL).date().isoformat()


def _status(context: Context) -> Result:
    from station_app.compose import backup_status

    with context.station() as station:
        found = backup_status(station)
    backups = [
        {"file": str(b.path), "made": b.made.isoformat(timespec="seconds"), "entries": b.entries, "bytes": b.size,
         "there": b.there, "good": b.good, "verified": _day(b.verified)}
        for b in found.backups
    ]  # fmt: skip
    document = {
        "place": str(found.place), "there": found.there, "same_disk": found.same_disk, "backups": backups,
        "age_days": found.age_days, "verified": _day(found.verified), "drill": _day(found.drill), "drill_due": found.drill_due,
    }  # fmt: skip
    lines = [_("Place: {place}", place=found.place)]
    if not found.there:
        lines.append(_("It is not there at the moment: put the stick or disk in."))
    elif found.same_disk:
        lines.append(_("It lies on the same disk as the station: a broken disk would take both. Choose a stick or a second disk."))  # fmt: skip
    if found.last is None:
        lines.append(_("There is no backup yet."))
    else:
        lines.append(_("Newest: {file}, {days} days old.", file=found.last.path, days=found.age_days))
    return Result(document, tuple(lines))


def _restore_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help=_("the backup"))
    parser.add_argument(
        "--replace", action="store_true", help=_("where the folder holds a station: keep that one under another name")
    )
    parser.add_argument(
        "--code-file",
        metavar="FILE",
        help=_("a file whose first line is the recovery sheet's code; the password given becomes the user's new one"),
    )


def _restore(context: Context) -> Result:
    from station_app.compose import Way, restore

    words = context.words
    code = read_secret(Path(words.code_file)) if words.code_file else None
    way = Way(words.user, _new_password(context) if code is not None else context.password, code)
    done = ok(restore(Path(words.file), context.data, way, replace=words.replace, told=_telling(context)))
    document = {
        "file": words.file, "entries": done.entries, "station": done.station, "device": done.device, "folder": str(done.folder),
        "kept_as": None if done.kept_as is None else str(done.kept_as),
        "recovery_sheet": None if done.recovery_sheet is None else str(done.recovery_sheet),
    }  # fmt: skip
    lines = [
        _("The station was restored to {folder}: {n} entries.", folder=done.folder, n=done.entries),
        _("This copy is a computer of its own now ({device}): enrol it with the guidance centre before you hand in.", device=done.device[:13]),
    ]  # fmt: skip
    if done.kept_as is not None:
        lines.append(_("What was there before is kept in {folder}.", folder=done.kept_as))
    if done.recovery_sheet is not None:
        lines.append(_("The old sheet is void: print {file}, lock it away, then delete the file.", file=done.recovery_sheet))  # fmt: skip
    return Result(document, tuple(lines))


def _new_password(context: Context) -> Any:
    def asked(name: str) -> str:
        if context.words.password_file:
            return context.password(name)
        first = getpass.getpass(_("New password of {name}: ", name=name))
        if first != getpass.getpass(_("The same once more: ")):
            raise UsageError(_("The two passwords are not the same."))
        return first

    return asked


COMMANDS = (
    Command(
        ("backup",), N_("Write a backup and prove it; also: “backup drill [FILE]”, “backup place DIR”, “backup status”."),
        "station-app --data 罕台镇 backup /media/U/罕台镇.station-backup", _backup, _backup_words,
    ),
    Command(
        ("restore",), N_("Restore a backup into an empty folder, or with --replace in place of a station that is kept aside."),
        "station-app --data 罕台镇 restore /media/U/罕台镇.station-backup", _restore, _restore_words,
    ),
)  # fmt: skip
