"""Commands of the centre: init, invite, issue, take, revoke, overview, report, countersign, return, check."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from station_app.cli.commands import Command, Context, Result, UsageError, ok
from station_app.messages import N_, Refusal, Refused, _

if TYPE_CHECKING:
    from station_app.centre.opened import Centre


@contextmanager
def _centre(context: Context) -> Iterator["Centre"]:
    from station_app.centre.opened import open_centre

    opened = open_centre(context.data, context.words.database, context.password(_("the centre")))
    if isinstance(opened, Refusal):
        raise Refused(opened)
    try:
        yield opened
    finally:
        opened.close()


def _database_word(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database", metavar="URL", help=_("the centre's PostgreSQL; without it SQLite, to try"))


def _init_words(parser: argparse.ArgumentParser) -> None:
    _database_word(parser)
    parser.add_argument("--name", required=True, metavar="NAME", help=_("the centre's name"))


def _init(context: Context) -> Result:
    from station_app.centre.opened import init_centre

    words = context.words
    centre = ok(init_centre(context.data, words.name, context.password(_("the centre")), words.database))
    try:
        document = {
            "root": str(centre.root),
            "fingerprint": centre.fingerprint,
            "roots": str(context.data / "roots.pem"),
        }
    finally:
        centre.close()
    return Result(
        document,
        (_("The centre was created. Fingerprint of its root: {fingerprint}", fingerprint=document["fingerprint"]),),
    )


def _station_words(parser: argparse.ArgumentParser) -> None:
    _database_word(parser)
    parser.add_argument("station", metavar="STATION", help=_("the station's code, 11 digits"))


def _invite(context: Context) -> Result:
    station: str = context.words.station
    if not (station.isdigit() and len(station) == 11):
        raise UsageError(_("A station's code has 11 digits: the township's 9 and the station's 2."))
    with _centre(context) as centre:
        invited = ok(centre.invite(station))
    document = {"invitation": str(invited.pdf), "code": invited.code, "fingerprint": invited.fingerprint}
    return Result(document, (_("Print {file} and hand it to the station.", file=invited.pdf),))


def _usb_words(parser: argparse.ArgumentParser) -> None:
    _database_word(parser)
    parser.add_argument("--usb", required=True, metavar="DIR", help=_("the stick's folder"))


def _issue(context: Context) -> Result:
    with _centre(context) as centre:
        issued = ok(centre.issue(Path(context.words.usb)))
    refused = [{"file": r.file, "refused": r.refused} for r in issued.refused]
    document = {"issued": len(issued.devices), "devices": issued.devices, "refused": refused}
    return Result(document, (_("{n} certificates issued.", n=len(issued.devices)),))


def _take(context: Context) -> Result:
    from station_app.sync.verdicts import sentences

    with _centre(context) as centre:
        taken = ok(centre.take(Path(context.words.usb)))
    reports = {
        station: {name: {"agrees": v.agrees, "differs": v.differs, "missing": v.missing, "problems": v.problems} for name, v in of.items()}
        for station, of in taken.reports.items()
    }  # fmt: skip
    document = {
        "taken": taken.taken, "entries": taken.entries, "blobs": taken.blobs, "receipts": taken.receipts,
        "refused": [{"file": r.file, "refused": r.refused} for r in taken.refused], "reports": reports,
    }  # fmt: skip
    lines = [
        _(
            "{n} bundles taken, {entries} new entries, {receipts} receipts.",
            n=taken.taken,
            entries=taken.entries,
            receipts=taken.receipts,
        )
    ]
    lines += [f"{r.file}: {r.refused}" for r in taken.refused]
    for station, verdicts in taken.reports.items():
        lines += [f"{station} {name}: {said}" for name, verdict in verdicts.items() for said in sentences(verdict)]
    return Result(document, tuple(lines))


def _revoke_words(parser: argparse.ArgumentParser) -> None:
    _database_word(parser)
    parser.add_argument("device", metavar="DEVICE", help=_("the computer's id or its first 12 digits"))


def _revoke(context: Context) -> Result:
    with _centre(context) as centre:
        device = ok(centre.revoke(context.words.device))
    return Result({"revoked": device}, (_("The certificate of {device} is withdrawn.", device=device),))


def _overview_words(parser: argparse.ArgumentParser) -> None:
    _database_word(parser)
    parser.add_argument("--month", metavar="YYYY-MM", help=_("the month looked at"))


def _overview(context: Context) -> Result:
    with _centre(context) as centre:
        found = centre.overview(context.words.month)
    stations = [
        {"station": s.station, "name": s.name, "level": s.level, "state": s.state, "last": s.last}
        for s in found.stations
    ]
    lines = tuple(f"{s['station']}  {s['name']}  {s['state']}  {s['last'] or '—'}" for s in stations)
    return Result({"stations": stations}, lines or (_("No station has handed anything in yet."),))


def _month_words(parser: argparse.ArgumentParser) -> None:
    _station_words(parser)
    parser.add_argument("month", metavar="MONTH", help=_("the month, for example 2024-03"))


def _report(context: Context) -> Result:
    from station_app.sync.verdicts import sentences

    with _centre(context) as centre:
        verdict = ok(centre.report(context.words.station, context.words.month))
    document = {
        "agrees": verdict.agrees,
        "differs": verdict.differs,
        "missing": verdict.missing,
        "problems": verdict.problems,
    }
    return Result(document, tuple(sentences(verdict)))


def _countersign(context: Context) -> Result:
    with _centre(context) as centre:
        pdf = ok(centre.countersign(context.words.station, context.words.month))
    return Result({"pdf": str(pdf)}, (_("Countersigned: {file}", file=pdf),))


def _return_words(parser: argparse.ArgumentParser) -> None:
    _month_words(parser)
    parser.add_argument("--remark", required=True, metavar="TEXT", help=_("what the station should look at"))


def _return(context: Context) -> Result:
    words = context.words
    with _centre(context) as centre:
        state = ok(centre.return_report(words.station, words.month, words.remark))
    return Result({"state": state}, (_("The report goes back with your remark."),))


def _check(context: Context) -> Result:
    with _centre(context) as centre:
        found = centre.check()
    document = {"entries": found.entries, "chains": found.chains, "rebuild": found.rebuild or "same"}
    document["forks"] = [{"station": f.station, "device": f.device, "first": f.first} for f in found.forks]
    lines = [_("{n} entries.", n=found.entries)]
    lines += [f"{device}: {state}" for device, state in found.chains.items() if state != "ok"]
    lines += [f"{station}: {one}" for station, of in found.rebuild.items() for one in of]
    lines += [fork.sentence for fork in found.forks]
    lines.append(_("Everything is in order.") if found.ok else _("NOT in order: see above."))
    return Result(document, tuple(lines), 0 if found.ok else 1)


def _waiting(context: Context) -> Result:
    from station_app.centre.approvals import waiting

    with _centre(context) as centre:
        found = waiting(centre)
    rows = [{"station": w.station, "kind": w.kind, "id": w.record, "at": w.at, "about": w.about} for w in found]
    lines = [f"{w.at}  {w.station}  {w.kind}  {w.about}  {w.record}" for w in found]
    return Result({"waiting": rows}, tuple(lines) or (_("Nothing waits for the centre's countersignature."),))


def _approve_words(parser: argparse.ArgumentParser) -> None:
    _database_word(parser)
    parser.add_argument("station", metavar="STATION", help=_("the station's 11-digit code"))
    parser.add_argument("id", metavar="ID", help=_("what waits, as “centre waiting” shows it"))


def _approve(context: Context) -> Result:
    from station_app.centre.approvals import approve

    with _centre(context) as centre:
        made = ok(approve(centre, context.words.station, context.words.id))
    return Result({"approval": made}, (_("Countersigned. It goes to the station with the next stick."),))


_C = "station-app --data 中心"
COMMANDS = (
    Command(
        ("centre", "init"), N_("Create a centre: its offline root, its issuing certificate, its tables."),
        f"{_C} centre init --name 鄂尔多斯市社会工作指导中心", _init, _init_words,
    ),
    Command(
        ("centre", "invite"), N_("Print a one-time invitation for a station's computer."),
        f"{_C} centre invite 15060210101", _invite, _station_words,
    ),
    Command(
        ("centre", "issue"), N_("Issue certificates for the requests on a stick."),
        f"{_C} centre issue --usb /media/usb", _issue, _usb_words,
    ),
    Command(
        ("centre", "take"), N_("Take in what stations put on a stick, recount their reports, write receipts."),
        f"{_C} centre take --usb /media/usb", _take, _usb_words,
    ),
    Command(
        ("centre", "revoke"), N_("Withdraw a computer's certificate."),
        f"{_C} centre revoke 3f2a9c1e0b7d", _revoke, _revoke_words,
    ),
    Command(
        ("centre", "overview"), N_("Show how far every station is."),
        f"{_C} centre overview --month 2024-03", _overview, _overview_words,
    ),
    Command(
        ("centre", "report"), N_("Recount a station's report and compare."),
        f"{_C} centre report 15060210101 2024-03", _report, _month_words,
    ),
    Command(
        ("centre", "countersign"), N_("Countersign a report the centre agrees with."),
        f"{_C} centre countersign 15060210101 2024-03", _countersign, _month_words,
    ),
    Command(
        ("centre", "return"), N_("Return a report with a remark."),
        f"{_C} centre return 15060210101 2024-03 --remark 请核对F04", _return, _return_words,
    ),
    Command(
        ("centre", "waiting"), N_("What waits for the centre as second person: minors' data read, destruction lists."),
        f"{_C} centre waiting", _waiting, _database_word,
    ),
    Command(
        ("centre", "approve"), N_("Countersign, as second person, what a station of one did."),
        f"{_C} centre approve 15060210101 ID", _approve, _approve_words,
    ),
    Command(
        ("centre", "check"), N_("Check every chain and every row of the centre."),
        f"{_C} centre check", _check, _overview_words,
    ),
)  # fmt: skip
