"""Recovery by two people: escrow (prepare), recover --escrow (a locked station), centre escrow (the centre's half)."""

import argparse
import getpass
from pathlib import Path

from station_app.cli.commands import Command, Context, Result, UsageError, ok, read_secret
from station_app.messages import N_, Refusal, Refused, _


def _escrow(context: Context) -> Result:
    from station_app.compose import prepare_escrow

    with context.station() as station:
        sheet = ok(prepare_escrow(station))
    line = _("Print the second sheet {file}, let a second person lock it away, then delete the file.", file=sheet)
    return Result({"second_sheet": str(sheet)}, (line,))


def _recover_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help=_("the user who gets a new password"))
    parser.add_argument("--escrow", action="store_true", required=True, help=_("with the centre and the second sheet"))
    parser.add_argument("--usb", required=True, metavar="DIR", help=_("the stick's folder"))
    parser.add_argument(
        "--code-file", metavar="FILE", help=_("a file whose first line is the second sheet's code; default: asked")
    )
    parser.add_argument(
        "--new-password-file", metavar="FILE", help=_("a file whose first line is the new password; default: asked")
    )


def _recover(context: Context) -> Result:
    from station_app.compose import ask_centre, centre_answered, recover_by_two

    words, usb = context.words, Path(context.words.usb)
    answered = centre_answered(context.data, usb)
    if answered is not True:
        code = ok(ask_centre(context.data, usb))
        lines = (
            _("The request is on the stick. The centre will call: read this code aloud: {code}", code=code),
            _("When the centre's answer is on the stick, give the same command again."),
        )
        return Result({"state": "requested", "code": code}, lines)
    secret = read_secret(Path(words.code_file)) if words.code_file else getpass.getpass(_("Code of the second sheet: "))
    done = ok(recover_by_two(context.data, usb, secret, words.name, _new_password(context)))
    second = None if done.second_sheet is None else str(done.second_sheet)
    document = {"state": "recovered", "recovery_sheet": str(done.recovery_sheet), "second_sheet": second}
    return Result(
        document,
        (
            _("The new password holds. Print {file}, lock it away, then delete the file.", file=done.recovery_sheet),
            _("Print the second sheet {file}, let a second person lock it away, then delete the file.", file=second)
            if second
            else _("The second sheet is used up. The head prepares a new one with “escrow”."),
        ),
    )


def _new_password(context: Context) -> str:
    words = context.words
    file = words.new_password_file or words.password_file
    if file:
        return read_secret(Path(file))
    first = getpass.getpass(_("New password of {name}: ", name=words.name))
    if first != getpass.getpass(_("The same once more: ")):
        raise UsageError(_("The two passwords are not the same."))
    return first


def _centre_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database", metavar="URL", help=_("the centre's PostgreSQL; without it SQLite, to try"))
    parser.add_argument("--usb", required=True, metavar="DIR", help=_("the stick's folder"))
    parser.add_argument(
        "--code", metavar="CODE", help=_("the code the station read aloud when you called its known number")
    )
    parser.add_argument("--by", metavar="NAME", help=_("who called"))
    parser.add_argument("--how", metavar="TEXT", help=_("whom you called, at which number"))


def _centre_escrow(context: Context) -> Result:
    from station_app.centre import escrow
    from station_app.centre.opened import open_centre
    from station_app.sync.opening import now

    words, usb = context.words, Path(context.words.usb)
    centre = open_centre(context.data, words.database, context.password(_("the centre")))
    if isinstance(centre, Refusal):
        raise Refused(centre)
    try:
        if words.code is None:
            found = ok(escrow.requests(centre.authority, usb))
            rows = [
                {"station": r.station, "device": r.device, "made": r.made.isoformat(), "answered": r.answered}
                for r in found
            ]
            lines = [f"{r['station']}  {r['device']}  {r['made']}  {r['answered']}" for r in rows]
            lines.append(
                _("Call the station at the number you know and let them read the code aloud; then repeat with --code.")
            )
            return Result({"requests": rows}, tuple(lines))
        if not (words.by and words.how):
            raise UsageError(_("Say who called (--by) and whom at which number (--how): it is noted."))
        done = ok(escrow.release(centre.authority, usb, words.code, words.by, words.how, now()))
    finally:
        centre.close()
    document = {"released": done.device, "station": done.station, "by": done.by, "how": done.how, "at": done.at}
    return Result(document, (_("The answer for {station} is on the stick; it is noted.", station=done.station),))


COMMANDS = (
    Command(
        ("escrow",), N_("Prepare recovery by two people: the centre and whoever keeps the second sheet (head only)."),
        "station-app --data 罕台镇 escrow", _escrow,
    ),
    Command(
        ("recover",), N_("Open a station whose passwords and recovery sheet are lost, with the centre and the second sheet."),
        "station-app --data 罕台镇 recover 乔站长 --escrow --usb /media/usb", _recover, _recover_words,
    ),
    Command(
        ("centre", "escrow"), N_("Answer a locked station's request after calling it (without --code: list the requests)."),
        "station-app --data 中心 centre escrow --usb /media/usb --code K3QF-7A2M-9XPD-51HT --by 王主任 --how 座机0477-1234567乔站长",
        _centre_escrow, _centre_words,
    ),
)  # fmt: skip
