"""Commands about the month report and its hand-in: report, enrol, send, receive, verify."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from station_app.cli.commands import Command, Context, Result, UsageError, ok
from station_app.messages import N_, _

if TYPE_CHECKING:
    from station_app.compose import OpenStation
    from station_app.report.explain import Contribution
    from station_app.work.month_end import Month


def _report_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        nargs="+",
        metavar="YYYY-MM",
        help=_("the month; or “explain YYYY-MM KEY” for the records behind a figure"),
    )
    parser.add_argument("--sign", action="store_true", help=_("sign the report (head only)"))
    parser.add_argument("--clock-ok", action="store_true", help=_("the date of this computer was looked at and is right"))
    parser.add_argument("--out", metavar="FILE.pdf", help=_("write the report to this file"))
    parser.add_argument("--key-work", metavar="FILE", help=_("a text file: key work and cases, no client named"))
    parser.add_argument("--problems", metavar="FILE", help=_("a text file: problems and suggestions"))
    parser.add_argument("--plans", metavar="FILE", help=_("a text file: plans for next month"))


def _report(context: Context) -> Result:
    what: list[str] = context.words.what
    if what[0] == "explain":
        if len(what) != 3:
            raise UsageError(_("Write “report explain YYYY-MM KEY”, for example “report explain 2024-03 F04”."))
        return _explain(context, what[1], what[2])
    if len(what) != 1:
        raise UsageError(_("Write one month, for example “report 2024-03”."))
    return _month(context, what[0])


def _month(context: Context, month: str) -> Result:
    from station_app.store.files import write_whole
    from station_app.work import month_end

    with context.station() as station:
        written = _written(context)
        if context.words.sign:
            signed = ok(month_end.sign(station, month, written, clock_ok=context.words.clock_ok))
            pdf, position, looked = signed.pdf, signed.position, ok(month_end.look(station, month))
        else:
            looked = ok(month_end.look(station, month))
            pdf = month_end.signed_pdf(station, month)
            position = _position(station, looked)
            if pdf is None and context.words.out:
                pdf = ok(month_end.preview(station, month, written)).pdf
        target = None
        if context.words.out or (context.words.sign and pdf is not None):
            target = Path(context.words.out) if context.words.out else context.data / f"{month}.pdf"
            write_whole(target, pdf)
        indicators = _indicators(looked)
        document: dict[str, Any] = {
            "month": month,
            "indicators": indicators,
            "pdf": None if target is None else str(target),
            "signed": looked.signed is not None,
            "position": dict(position),
            "number": 0 if looked.signed is None else looked.signed.fields.get("number", 0),
            "checks": [{"name": c.name, "ok": c.ok, "message": c.sentence} for c in looked.checks],
            "late": [
                {
                    "month": one.month,
                    "key": one.key,
                    "reported": one.reported,
                    "now": one.now,
                    "difference": one.difference,
                }
                for one in looked.late.lines
            ],
            "differs": [
                {"key": d.key, "column": d.column, "signed": d.before, "now": d.after} for d in looked.differing
            ],
        }
    lines = [f"{i['key']}  {i['title']}  {_dash(i['value'])} {i['unit']}" for i in indicators]
    lines += [_("Does not hold: {rule}", rule=c.sentence) for c in looked.failed]
    if target is not None:
        lines.append(_("Signed report: {file}", file=target) if looked.signed else _("Draft: {file}", file=target))
    return Result(document, tuple(lines))


def _dash(value: str | None) -> str:
    return "—" if value is None else value


def _indicators(looked: "Month") -> list[dict[str, Any]]:
    """A signed month's values are those that were signed; later facts about it stand under ``differs``."""
    kept = json.loads(str(looked.signed.fields.get("figures") or "{}")) if looked.signed else {}
    found: list[dict[str, Any]] = []
    for figure in looked.numbers:
        month, year, last_year = kept.get(figure.key, (figure.month, figure.year, figure.last_year))
        found.append(
            {
                "key": figure.key,
                "title": figure.title,
                "value": month,
                "unit": figure.unit,
                "year": year,
                "last_year": last_year,
            }
        )
    return found


def _position(station: "OpenStation", looked: "Month") -> dict[str, int]:
    if looked.signed is not None:
        return dict(json.loads(str(looked.signed.fields.get("position") or "{}")))
    return station.store.position()


def _written(context: Context) -> Any:
    from station_app.report.picture import Written

    def text(name: str | None) -> str:
        if name is None:
            return ""
        try:
            return Path(name).read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            raise UsageError(_("The text file {file} cannot be read.", file=name)) from None

    words = context.words
    return Written(text(words.key_work), text(words.problems), text(words.plans))


def _explain(context: Context, month: str, key: str) -> Result:
    from station_app.store.erased import affected
    from station_app.work import month_end

    with context.station() as station:
        found = ok(month_end.explained(station, month, key))
        with station.store.reading() as reader:

            def shown(contributions: "tuple[Contribution, ...]") -> list[dict[str, Any]]:
                return [
                    {"kind": c.kind, "id": c.id, "title": reader.caption(c.kind, c.id), "amount": c.printed}
                    for c in contributions
                ]  # fmt: skip

            document: dict[str, Any] = {"key": key, "value": found.value, "records": shown(found.records)}
            if found.numerator or found.denominator:
                document |= {"numerator": shown(found.numerator), "denominator": shown(found.denominator)}
            every = (*found.records, *found.numerator, *found.denominator)
            gone = {(c.kind, c.id) for c in every} & affected(reader.connection, reader.station)
            document["erased"] = len(gone)
    people = [f"{r['title'] or r['id']}  {r['amount']}" for r in document["records"]]
    told = [_("{n} of these records were erased by law since; the figure stays as it was signed.", n=len(gone))]
    return Result(document, (f"{key} = {_dash(found.value)}", *people, *(told if gone else ())))


def _enrol_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--usb", required=True, metavar="DIR", help=_("the stick's folder"))
    parser.add_argument("--code", default="", metavar="C", help=_("the one-time code of the printed invitation"))
    parser.add_argument(
        "--fingerprint", default="", metavar="F", help=_("the root's fingerprint of the printed invitation")
    )


def _enrol(context: Context) -> Result:
    from station_app.work import enrolment

    words = context.words
    with context.station() as station:
        state = ok(enrolment.request(station, Path(words.usb), words.code, words.fingerprint))
    said = {
        "requested": _("The request is on the stick. Give it to the centre; repeat this command when it comes back."),
        "enrolled": _("This computer is enrolled with the centre."),
    }
    return Result(state, (said[state["state"]],))


def _usb_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--usb", required=True, metavar="DIR", help=_("the stick's folder"))


def _receipt(station: "OpenStation") -> dict[str, int]:
    from station_app.sync import receipts

    kept = receipts.newest(station.store)
    return {} if kept is None else {kept.receipt.device: kept.receipt.upto}


def _send(context: Context) -> Result:
    from station_app.work import hand_in

    with context.station() as station:
        sent = ok(hand_in.send_usb(station, Path(context.words.usb)))
        document = {
            "sent": {"entries": sent.entries, "bytes": sent.bytes, "bundles": sent.bundles, "blobs": sent.blobs, "reports": sent.reports},
            "received": {"entries": 0}, "receipt": _receipt(station), "conflicts": len(station.store.conflicts()),
        }  # fmt: skip
    return Result(
        document,
        (_("{n} entries written to the stick in {bundles} bundles.", n=sent.entries, bundles=len(sent.bundles)),),
    )


def _receive(context: Context) -> Result:
    from station_app.sync import receipts
    from station_app.sync.verdicts import sentences
    from station_app.work import hand_in

    with context.station() as station:
        got = ok(hand_in.receive_usb(station, Path(context.words.usb)))
        kept = receipts.newest(station.store)
        reports = {} if kept is None else kept.receipt.reports
        document: dict[str, Any] = {
            "sent": {"entries": 0, "bytes": 0, "bundles": []}, "received": {"entries": got.entries}, "receipt": dict(got.receipt),
            "conflicts": got.conflicts, "refused": [{"file": r.file, "refused": r.refused} for r in got.refused],
            "reports": {n: {"agrees": v.agrees, "differs": v.differs, "missing": v.missing} for n, v in reports.items()},
            "handed_in": sorted({n[:7] for n in reports if receipts.handed_in(station.store, n[:7])}),
        }  # fmt: skip
    lines = [_("{n} entries received.", n=got.entries)]
    lines += [
        f"{name}: {said}" for name, verdict in reports.items() if not verdict.agrees for said in sentences(verdict)
    ]
    lines += [_("{month} is handed in: the centre's receipt verifies.", month=m) for m in document["handed_in"]]
    return Result(document, tuple(lines))


def _verify_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help=_("a report, bundle, receipt or backup"))
    parser.add_argument("--root", metavar="PEM", action="append", help=_("the root (and issuing) certificate to trust"))
    parser.add_argument("--key", metavar="FILE", help=_("an age identity file, to open what is encrypted"))


def _verify(context: Context) -> Result:
    from station_app.compose import verify_file

    words = context.words
    roots, key = [Path(p) for p in words.root or ()], Path(words.key) if words.key else None
    if words.password_file:  # a station that can be unlocked lends its own key
        with context.station() as station:
            verdict = ok(verify_file(Path(words.file), roots, key, context.data, station))
    else:
        verdict = ok(verify_file(Path(words.file), roots, key, context.data, None))
    said = _("Valid. Signed by {signer}.", signer=verdict["signer"]) if verdict["signer"] else _("Valid: not a byte was changed.")
    lines = [said if verdict["valid"] else _("NOT valid.")]
    lines += [p["message"] for p in verdict["problems"]]
    return Result(verdict, tuple(lines), 0 if verdict["valid"] else 1)


_D = "station-app --data 罕台镇"
COMMANDS = (
    Command(
        ("report",), N_("Show, draw or sign a month's report."),
        f"{_D} report 2024-03 --sign --out 2024-03.pdf", _report, _report_words,
    ),
    Command(
        ("enrol",), N_("Enrol this computer with the centre."),
        f"{_D} enrol --usb /media/usb --code 4F7K-… --fingerprint A1B2-…", _enrol, _enrol_words,
    ),
    Command(
        ("send",), N_("Write what the centre does not have yet to a stick."),
        f"{_D} send --usb /media/usb", _send, _usb_words,
    ),
    Command(
        ("receive",), N_("Take in what the centre put on a stick: receipts, certificates, remarks."),
        f"{_D} receive --usb /media/usb", _receive, _usb_words,
    ),
    Command(
        ("verify",), N_("Check a signed report, a bundle, a receipt or a backup."),
        "station-app verify 2024-03.pdf --root root.pem", _verify, _verify_words,
    ),
)  # fmt: skip
