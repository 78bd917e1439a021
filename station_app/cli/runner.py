"""Reads the words, runs the command, and ends as CONTRACT says: 0 done, 1 refused, 2 wrong usage, 3 a fault of ours."""

import argparse
import contextlib
import json
import secrets
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from station_app import __version__
from station_app.cli.commands import Command, Context, Result, UsageError
from station_app.messages import N_, Refused, _

#: argparse's own words, for its gettext.
_ARGPARSE = {
    "usage: ": N_("Usage: "),
    "options": N_("Options"),
    "positional arguments": N_("Words"),
    "show this help message and exit": N_("show this help and leave"),
    "the following arguments are required: %s": N_("these are missing: %s"),
    "unrecognized arguments: %s": N_("these are not understood: %s"),
    "expected one argument": N_("one value is needed after it"),
    "argument %(argument_name)s: %(message)s": N_("%(argument_name)s: %(message)s"),
    "invalid choice: %(value)r (choose from %(choices)s)": N_("%(value)r is none of: %(choices)s"),
    "%(prog)s: error: %(message)s\n": N_("%(prog)s: %(message)s\n"),
    "invalid %(type)s value: %(value)r": N_("%(value)r is no %(type)s"),
}


def _argparse_word(text: str) -> str:
    return _(_ARGPARSE[text]) if text in _ARGPARSE else text


class _Parser(argparse.ArgumentParser):
    """Ends wrong usage by an exception, so that ``--json`` can answer in JSON too."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.format_usage().strip()}\n{message}")


def _common(parser: argparse.ArgumentParser, top: bool) -> None:
    default: Any = None if top else argparse.SUPPRESS
    parser.add_argument("--data", metavar="DIR", default=default, help=_("the station's (or centre's) folder"))
    parser.add_argument(
        "--json",
        action="store_true",
        default=False if top else argparse.SUPPRESS,
        help=_("answer with one JSON document"),
    )
    parser.add_argument("--user", metavar="NAME", default=default, help=_("who you are; default: the only user"))
    parser.add_argument(
        "--password-file", metavar="FILE", default=default, help=_("a file whose first line is the password")
    )


def all_commands() -> list[Command]:
    """Every command, in the order of the help."""
    from station_app.cli import (
        backups,
        centre,
        checking,
        conflicts,
        demo,
        destruction,
        due,
        duplicates,
        erasing,
        escrow,
        exports,
        imports,
        law,
        records,
        reports,
        selftest,
        station,
        trying,
    )

    return [
        *station.COMMANDS,
        *checking.COMMANDS,
        *records.COMMANDS,
        *imports.COMMANDS,
        *duplicates.COMMANDS,
        *conflicts.COMMANDS,
        *due.COMMANDS,
        *exports.COMMANDS,
        *law.COMMANDS,
        *destruction.COMMANDS,
        *erasing.COMMANDS,
        *escrow.COMMANDS,
        *backups.COMMANDS,
        *reports.COMMANDS,
        *centre.COMMANDS,
        *trying.COMMANDS,
        *demo.COMMANDS,
        *selftest.COMMANDS,
    ]


def build_parser(commands: Sequence[Command]) -> argparse.ArgumentParser:
    """The parser of all commands; groups (``user add``) are parsers of their own."""
    argparse._ = _argparse_word  # type: ignore[attr-defined]  # its words go through a gettext of its own
    parser = _Parser(
        prog="station-app",
        description=_("The work of a social-work station. Without a command the window opens."),
        epilog=_("“station-app COMMAND --help” shows a command's words and an example."),
    )
    _common(parser, top=True)
    parser.add_argument("--version", action="version", version=__version__, help=_("show the version and leave"))
    subs: dict[tuple[str, ...], Any] = {
        (): parser.add_subparsers(title=_("Commands"), metavar="COMMAND", parser_class=_Parser)
    }
    alone = {c.words for c in commands}
    for command in commands:
        group = command.words[:-1]
        if group and group not in subs and group not in alone:
            named = subs[()].add_parser(group[0], help=_group_help(group[0]))
            _common(named, top=False)
            subs[group] = named.add_subparsers(
                title=_("Commands"), metavar="COMMAND", parser_class=_Parser, required=True
            )
        sub = subs.get(group, subs[()]).add_parser(
            command.words[-1] if group in subs else " ".join(command.words),
            help=_(command.help),
            description=_(command.help),
            epilog=_("Example: {example}", example=command.example),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        _common(sub, top=False)
        command.add(sub)
        sub.set_defaults(command=command)
    return parser


def _group_help(group: str) -> str:
    return {
        "user": _("the station's users"),
        "centre": _("the centre's side"),
        "recipient": _("for whom files can be encrypted"),
        "approve": _("agree to what somebody else wants to read"),
        "audit": _("who read what is masked"),
        "consent": _("people's consents"),
        "request": _("requests about own data"),
        "person": _("everything about one person"),
        "destruction": _("destruction lists"),
    }[group]


def run(arguments: list[str]) -> int:
    """The whole program; returns the exit code."""
    wants_json = "--json" in arguments
    folder = Path(".")
    try:
        alone = _without_command(arguments)
        if alone is not None:
            return _window(alone)
        words = build_parser(all_commands()).parse_args(arguments)
        folder = Path(words.data) if words.data else folder
        context = Context(words, lambda line: print(line, file=sys.stderr, flush=True))
        result: Result = words.command.do(context)
    except UsageError as error:
        return _end(wants_json, {"usage": str(error)}, [str(error)], 2)
    except Refused as refused:
        refusal = refused.refusal
        document: dict[str, Any] = {"refused": refusal.code.value, "message": refusal.message}
        document |= {
            k: v for k, v in refusal.values.items() if isinstance(v, (str, int, bool, list)) and k not in document
        }
        return _end(wants_json, document, [refusal.message], 1)
    except KeyboardInterrupt:
        return _end(wants_json, {"refused": "cancelled", "message": _("Stopped.")}, [_("Stopped.")], 1)
    except SystemExit as end:
        return int(end.code or 0)
    except Exception as error:  # noqa: BLE001  # whatever we did wrong ends as a crash id, never as a traceback with values
        crash = report_crash(error, folder)
        sentence = _(
            "Something went wrong that is our fault (crash {crash}). Nothing acknowledged is lost.", crash=crash
        )
        return _end(wants_json, {"fault": crash, "message": sentence}, [sentence], 3)
    return _end(wants_json, dict(result.document), result.lines, result.exit_code)


def _without_command(arguments: list[str]) -> argparse.Namespace | None:
    """The words when no command is among them. Found out first: the window must not wait for what commands load."""
    parser = _Parser(prog="station-app", add_help=False)
    _common(parser, top=True)
    words, rest = parser.parse_known_args(arguments)
    return None if rest else words


def _end(wants_json: bool, document: dict[str, Any], lines: Sequence[str], code: int) -> int:
    if wants_json:
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        out = sys.stdout if code == 0 else sys.stderr
        for line in lines:
            print(line, file=out)
    return code


def report_crash(error: BaseException, folder: Path) -> str:
    """Write where our own code failed, without a single value of the user's; returns the crash's id.

    To standard error, and to ``crashes/`` in the station's folder where there is one.
    """
    crash = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames]
    text = "\n".join([f"station_app {__version__} crash {crash}", type(error).__name__, *lines])
    print(text, file=sys.stderr)
    if (folder / "vault.json").is_file():
        with contextlib.suppress(OSError):
            (folder / "crashes").mkdir(exist_ok=True)
            (folder / "crashes" / f"{crash}.txt").write_text(text, "utf-8")
    return crash


def _window(words: argparse.Namespace) -> int:
    from station_app.settings import default_data_folder
    from station_app.ui.app import run as run_window

    return run_window(Path(words.data) if words.data else default_data_folder())
