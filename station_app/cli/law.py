"""Commands about people's data: reveal, approve, audit, privacy, requests, consents, a person's copy, a breach."""

import argparse
import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from station_app.cli.commands import Command, Context, Result, UsageError, ok, read_secret
from station_app.clock import today
from station_app.messages import N_, _

if TYPE_CHECKING:
    pass


def second_words(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    parser.add_argument("--second", metavar="NAME", required=required, help=_("the second person, where one is asked"))
    parser.add_argument(
        "--second-password-file", metavar="FILE", help=_("a file whose first line is the second person's password")
    )


def _reason_word(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", required=True, metavar="TEXT", help=_("why; it is kept with your name"))


def second_given(context: Context) -> tuple[str, str] | None:
    words = context.words
    if not words.second:
        return None
    given = words.second_password_file
    password = read_secret(Path(given)) if given else getpass.getpass(_("Password of {name}: ", name=words.second))
    return words.second, password


# ---------------------------------------------------------------------- reading what is masked


def _reveal_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", metavar="KIND", help=_("the kind of record; “kinds” lists them"))
    parser.add_argument("id", metavar="ID", help=_("the record's id"))
    parser.add_argument("--field", action="append", default=[], metavar="FIELD", help=_("only this field"))
    _reason_word(parser)
    second_words(parser)


def _reveal(context: Context) -> Result:
    from station_app.compose import reveal
    from station_app.kinds import KINDS
    from station_app.messages import Refusal
    from station_app.spec.typed import show_typed
    from station_app.store.refusals import StoreRefusal
    from station_app.work.revealing import Wish

    words = context.words
    if words.kind not in KINDS:
        ok(Refusal(StoreRefusal.UNKNOWN_KIND, {"kind": words.kind}))
    with context.station() as station:
        wish = Wish(words.kind, (words.id,), words.reason, frozenset(words.field))
        shown = ok(reveal(station, wish, second_given(context)))
    fields = KINDS[words.kind].fields
    values = dict(shown.values.get(words.id, {}))
    lines = [f"{_(fields[n].title)}: {show_typed(fields[n], v)}" for n, v in values.items()] or [
        _("Nothing is masked here.")
    ]
    if shown.waits:
        lines.append(_("Noted for the centre's countersignature: there is no second person at this station."))
    document = {"id": words.id, "fields": values, "access": shown.access, "waits": shown.waits}
    return Result(document, tuple(lines))


def _approve_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("person", metavar="PERSON", help=_("the child's record (its id)"))
    _reason_word(parser)
    second_words(parser, required=True)


def _approve(context: Context) -> Result:
    from station_app.compose import approve_minor

    second = second_given(context)
    assert second is not None  # argparse asks for it
    with context.station() as station:
        approval = ok(approve_minor(station, context.words.person, second, context.words.reason))
    return Result({"approval": approval}, (_("Agreed: once, within the hours of the policy."),))


def _audit_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--year", default="", metavar="YYYY", help=_("only this year"))
    parser.add_argument("--out", metavar="OUT.csv", help=_("write the list to this file"))


def _audit_minors(context: Context) -> Result:
    return _audit(context, minors=True)


def _audit_access(context: Context) -> Result:
    return _audit(context, minors=False)


def _audit(context: Context, *, minors: bool) -> Result:
    from station_app.compose import audit, audit_file, seen_row
    from station_app.messages import Refusal
    from station_app.store.refusals import StoreRefusal
    from station_app.store.roles import Action

    with context.station() as station:
        if not station.may(Action.ANSWER_REQUEST):
            ok(Refusal(StoreRefusal.NOT_ALLOWED))
        seen = audit(station, minors=minors, year=context.words.year)
        rows = [seen_row(station, one) for one in seen]
        if context.words.out:
            ok(audit_file(station, context.words.year, Path(context.words.out), minors=minors))
    waiting = sum(1 for row in rows if row["waits"])
    lines = [_line(row) for row in rows]
    return Result(
        {"accesses": rows, "waiting": waiting},
        (*lines, _("{n} accesses, {waiting} wait for the centre.", n=len(rows), waiting=waiting)),
    )


def _line(row: dict[str, Any]) -> str:
    parts = [row["at"], row["who"], row["what"], row["fields"], row["reason"]]
    if row["second"]:
        parts.append(_("second: {name}", name=row["second"]))
    if row["waits"]:
        parts.append(_("waits for the centre"))
    return "  ".join(str(part) for part in parts)


# ---------------------------------------------------------------------- what the centre sees


def _privacy(context: Context) -> Result:
    from station_app.work.disclosing import SMALL_PLACES, centre_sees

    with context.station() as station:
        seen = centre_sees(station.store)
    lines: list[str] = []
    for one in seen.kinds:
        lines.append(one.title)
        lines.append("  " + _("the centre sees: {fields}", fields="、".join(one.open) or "—"))
        stays = "、".join(one.stays) or "—"
        if one.disclosed:
            lines.append("  " + _("by the signed policy the centre sees also: {fields}", fields=stays))
        else:
            lines.append("  " + _("stays here: {fields}", fields=stays))
    lines += [_(SMALL_PLACES)]
    if seen.purpose:
        lines.append(_("Policy in force: {purpose} ({ground})", purpose=seen.purpose, ground=seen.ground))
    document = {
        "kinds": [
            {"kind": k.kind, "title": k.title, "open": list(k.open), "private": list(k.stays), "disclosed": k.disclosed}
            for k in seen.kinds
        ],
        "purpose": seen.purpose, "ground": seen.ground, "note": _(SMALL_PLACES),
    }  # fmt: skip
    return Result(document, tuple(lines))


# ---------------------------------------------------------------------- consents and requests


def _consent_missing(context: Context) -> Result:
    from station_app.spec.purposes import TITLES
    from station_app.work.consents import missing

    with context.station() as station, station.store.reading() as reader:
        found = missing(reader, today().isoformat())
        rows = [
            {"kind": m.kind, "id": m.record, "person": m.person[1], "name": reader.caption(*m.person),
             "purpose": m.purpose, "answer": m.answer.value, "ground": m.ground}
            for m in found
        ]  # fmt: skip
    lines = [f"{r['name']}  {_(TITLES[str(r['purpose'])])}  {r['answer']}  {r['kind']} {r['id']}" for r in rows]
    return Result({"missing": rows}, (*lines, _("{n} records wait for a consent or for being told.", n=len(rows))))


def _consent_texts(context: Context) -> Result:
    from station_app.work.consents import texts

    said = texts()
    lines = [line for one in said.values() for line in (f"{one.title}（{one.version}）", f"  {one.text}")]
    document = {
        "texts": [{"purpose": t.purpose, "version": t.version, "title": t.title, "text": t.text} for t in said.values()]
    }
    return Result(document, tuple(lines))


def _request_list(context: Context) -> Result:
    from station_app.work.requests import due_list

    with context.station() as station, station.store.reading() as reader:
        found = due_list(reader, today())
    rows = [
        {"id": d.record, "name": d.title, "wanted": d.wanted, "received_on": d.received_on,
         "due_on": d.due_on.isoformat() if d.due_on else None, "certain": d.certain, "late": d.late}
        for d in found
    ]  # fmt: skip
    lines = [f"{r['due_on'] or '—'}{' ⚠' if r['late'] else ''}  {r['name']}  {r['wanted']}  {r['id']}" for r in rows]
    return Result({"requests": rows}, tuple(lines) or (_("No request is open."),))


def _request_answer_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help=_("the request's id"))
    parser.add_argument(
        "--state", required=True, choices=("done", "refused", "restricted", "dropped"), help=_("what came of it")
    )
    parser.add_argument("--reason", default="", metavar="TEXT", help=_("the answer, or why it is refused"))
    parser.add_argument("--identity", metavar="CODE", help=_("how the one who asks was known, if not yet said"))


def _request_answer(context: Context) -> Result:
    from station_app.work.requests import answer

    words = context.words
    with context.station() as station:
        done = ok(
            answer(
                station.store,
                station.author,
                words.id,
                words.state,
                words.reason,
                today(),
                words.identity,
            )
        )
    return Result({"id": words.id, "state": words.state, "entry": done.entries[0]}, (_("Answered."),))


def id_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help=_("the record's id"))


def _request_delete(context: Context) -> Result:
    from station_app.compose import delete_person

    with context.station() as station:
        done = ok(delete_person(station, context.words.id))
    return Result(done, (_("{n} records of this person were erased for ever.", n=done["records"]),))


# ---------------------------------------------------------------------- a person's copy


def _copy_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "kind", metavar="KIND", choices=("resident", "volunteer", "worker"), help=_("resident, volunteer or worker")
    )
    parser.add_argument("id", metavar="ID", help=_("the record's id"))
    parser.add_argument("out", metavar="OUT", help=_("the files to write, without ending: OUT.pdf and OUT.json"))
    _reason_word(parser)
    parser.add_argument("--plain", action="store_true", help=_("readable for everyone who gets the file"))
    parser.add_argument(
        "--recipient", metavar="NAME", help=_("encrypt for a kept name, “centre”, or an age recipient (age1…)")
    )
    parser.add_argument("--passphrase-file", metavar="FILE", help=_("a file whose first line is the passphrase to use"))
    second_words(parser)


def _copy(context: Context) -> Result:
    from station_app.compose import Taking, copy_person
    from station_app.trust.passphrase import new_passphrase

    words = context.words
    if words.plain and (words.recipient or words.passphrase_file):
        raise UsageError(_("Readable and encrypted at once is not possible: leave --plain out."))
    passphrase = None
    if not words.plain and not words.recipient:
        passphrase = read_secret(Path(words.passphrase_file)) if words.passphrase_file else new_passphrase()
    taking = Taking(words.reason, words.recipient, passphrase, words.plain, second_given(context))
    with context.station() as station:
        done = ok(copy_person(station, words.kind, words.id, Path(words.out), taking))
    lines = [_("Written: {file}", file=file) for file in done["files"]]
    if passphrase and not words.passphrase_file:
        done = done | {"passphrase": passphrase}
        lines.append(
            _("Passphrase: {passphrase} — tell it to the person, do not write it on the file.", passphrase=passphrase)
        )
    return Result(done, tuple(lines))


# ---------------------------------------------------------------------- a breach

_BREACH = ("happened", "kinds", "people", "cause", "harm", "taken", "advice", "contact")


def pdf_words(parser: argparse.ArgumentParser) -> None:
    id_words(parser)
    parser.add_argument("out", metavar="OUT.pdf", help=_("the PDF to write"))


def _breach_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="OUT.pdf", help=_("the PDF to write"))
    for name in _BREACH:
        parser.add_argument(f"--{name}", default="", metavar="TEXT")


def _breach(context: Context) -> Result:
    from station_app.compose import breach_page
    from station_app.paper.person import Breach
    from station_app.store.files import write_whole

    breach = Breach(**{name: getattr(context.words, name) for name in _BREACH})
    with context.station() as station:
        data = breach_page(station, breach)
    write_whole(Path(context.words.out), data)
    return Result({"pdf": context.words.out}, (_("Written: {file}", file=context.words.out),))


_D = "station-app --data 罕台镇"
COMMANDS = (
    Command(
        ("reveal",), N_("Show what is masked in a record; who, when and why is kept."),
        f"{_D} reveal resident ID --reason 电话回访", _reveal, _reveal_words,
    ),
    Command(
        ("approve", "minor"), N_("Agree, as the second person, to the reading of a child's data: once."),
        f"{_D} approve minor ID --second 斯琴 --reason 入户走访", _approve, _approve_words,
    ),
    Command(
        ("audit", "minors"), N_("Who read minors' sensitive data: the yearly audit."),
        f"{_D} audit minors --year 2026 --out 审计.csv", _audit_minors, _audit_words,
    ),
    Command(
        ("audit", "access"), N_("Who read what is masked."),
        f"{_D} audit access --year 2026", _audit_access, _audit_words,
    ),
    Command(("privacy",), N_("What the centre sees of each kind of record, and what stays here."), f"{_D} privacy", _privacy),
    Command(("consent", "missing"), N_("Records whose consent is missing."), f"{_D} consent missing", _consent_missing),
    Command(("consent", "texts"), N_("The texts for consents and the notice, with their versions."), f"{_D} consent texts", _consent_texts),
    Command(("request", "list"), N_("Open requests about own data, with the day they are due."), f"{_D} request list", _request_list),
    Command(
        ("request", "answer"), N_("Answer a request about own data."),
        f"{_D} request answer ID --state done --reason 已当面告知", _request_answer, _request_answer_words,
    ),
    Command(
        ("request", "delete"), N_("Delete a person at their request, unless a law keeps the data."),
        f"{_D} request delete ID", _request_delete, id_words,
    ),
    Command(
        ("person", "copy"), N_("Everything about a person as a paper and as JSON, for the person."),
        f"{_D} person copy resident ID 本人资料 --reason 本人申请复制", _copy, _copy_words,
    ),
    Command(
        ("breach",), N_("One page about a data breach, for the authority and the people concerned."),
        f"{_D} breach 泄露报告.pdf --cause U盘遗失", _breach, _breach_words,
    ),
)  # fmt: skip
