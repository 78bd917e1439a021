"""Commands that take records out of the program: export, export-all, recipients."""

import argparse
import getpass
from pathlib import Path

from station_app.cli.commands import Command, Context, Result, UsageError, ok, read_secret
from station_app.messages import N_, _


def _leaving_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reason", required=True, metavar="TEXT", help=_("why these records leave the program; it is kept")
    )
    parser.add_argument("--plain", action="store_true", help=_("readable for everyone who gets the file"))
    parser.add_argument(
        "--recipient", metavar="NAME", help=_("encrypt for a kept name, “centre”, or an age recipient (age1…)")
    )
    parser.add_argument(
        "--second", metavar="NAME", help=_("the second person, where many readable records leave at once")
    )
    parser.add_argument(
        "--second-password-file", metavar="FILE", help=_("a file whose first line is the second person's password")
    )


def _export_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", metavar="KIND", help=_("the kind of record; “kinds” lists them"))
    parser.add_argument("out", metavar="OUT", help=_("the file to write: .xlsx, .csv or .json"))
    _leaving_words(parser)
    parser.add_argument("--masked", action="store_true", help=_("hide numbers and health"))


def _all_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="OUT", help=_("the .zip to write"))
    _leaving_words(parser)


def _export(context: Context) -> Result:
    from station_app.compose import Leaving, export_everything, export_records
    from station_app.kinds.base import KINDS
    from station_app.messages import Refusal
    from station_app.store.refusals import StoreRefusal

    words = context.words
    if words.plain == bool(words.recipient):
        raise UsageError(_("Name a recipient (--recipient NAME or age1…), or say --plain to write a readable file."))
    kind = getattr(words, "kind", None)
    if kind is not None and kind not in KINDS:
        ok(Refusal(StoreRefusal.UNKNOWN_KIND, {"kind": kind}))
    second = None
    if words.second:
        given = words.second_password_file
        asked = read_secret(Path(given)) if given else getpass.getpass(_("Password of {name}: ", name=words.second))
        second = words.second, asked
    leaving = Leaving(words.reason, words.recipient, getattr(words, "masked", False), second)
    with context.station() as station:
        if kind is None:
            written = ok(export_everything(station, Path(words.out), leaving))
        else:
            written = ok(export_records(station, kind, Path(words.out), leaving))
    return Result(written, (_("{n} records written to {file}.", n=written["written"], file=written["file"]),))


def _add_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help=_("the name under which you know the recipient"))
    parser.add_argument("age", metavar="AGE", help=_("the age recipient (age1…)"))


def _recipients(known: dict[str, str]) -> Result:
    document = {"recipients": [{"name": name, "recipient": age} for name, age in known.items()]}
    return Result(document, tuple(f"{name}  {age}" for name, age in known.items()) or (_("No recipient is kept yet."),))


def _recipient_add(context: Context) -> Result:
    from station_app.compose import keep_recipient

    with context.station() as station:
        return _recipients(ok(keep_recipient(station, context.words.name, context.words.age)))


def _recipient_list(context: Context) -> Result:
    from station_app.compose import recipients

    with context.station() as station:
        return _recipients(recipients(station))


_D = "station-app --data 罕台镇"
COMMANDS = (
    Command(
        ("export",), N_("Write the records of a kind to a file."),
        f"{_D} export elder out.xlsx --reason 旗民政局核对 --plain", _export, _export_words,
    ),
    Command(
        ("export-all",), N_("Write the whole station in open formats, to be rebuilt with sqlite3 alone."),
        f"{_D} export-all 全部.zip --reason 交接存档 --recipient centre", _export, _all_words,
    ),
    Command(
        ("recipient", "add"), N_("Remember for whom files can be encrypted."),
        f"{_D} recipient add 旗民政局 age1…", _recipient_add, _add_words,
    ),
    Command(
        ("recipient", "list"), N_("List for whom files can be encrypted."),
        f"{_D} recipient list", _recipient_list,
    ),
)  # fmt: skip
