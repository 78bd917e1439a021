"""People's data by the law: shown with a reason, copied out, deleted on request, destroyed by a list; what the centre sees."""

import csv
import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from station_app.clock import LOCAL, now_ms, today
from station_app.compose.erasing import erase_person
from station_app.compose.exports import recipients
from station_app.compose.station import OpenStation
from station_app.kinds.base import KINDS
from station_app.messages import Refusal, _
from station_app.settings import RESOURCES
from station_app.store.change import Done, Edit
from station_app.store.files import write_whole
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action, may
from station_app.work.refusals import LawRefusal

if TYPE_CHECKING:
    from station_app.paper.person import Breach
    from station_app.spec.meanings import Wire
    from station_app.work.revealing import Beside, Revealed, Seen, Wish

#: Name and password of a second person.
Second = tuple[str, str]
PERSON: Final = "person"


# ---------------------------------------------------------------------- the second person


def second_users(station: OpenStation) -> list[str]:
    """Names of those who may be asked to agree: other active users whose role allows it."""
    return [
        u.name for u in station.vault.users() if u.active and u.id != station.user.id and may(u.role, Action.SECOND)
    ]


def second_of(station: OpenStation, second: Second | None) -> "Beside | Refusal":
    """Whether there is a second person here, and the one whose password is right."""
    from station_app.work.revealing import Beside

    able = bool(second_users(station))
    if second is None:
        return Beside(able)
    other = station.vault.unlock(*second)
    if isinstance(other, Refusal):
        return other
    if other.user.id == station.user.id or not may(other.user.role, Action.SECOND):
        return Refusal(LawRefusal.NO_SECOND)
    return Beside(able, other.user.id)


def centre_of(station: OpenStation) -> str | None:
    """The centre's chain in this station's journal, once enrolled."""
    from station_app.sync import opening, receipts

    pinned = receipts.pinned(station.store)
    return None if pinned is None else opening.centre_chain(pinned, station.store.station)


# ---------------------------------------------------------------------- reading what is masked


def reveal(station: OpenStation, wish: "Wish", second: Second | None = None) -> "Revealed | Refusal":
    """Masked values, once the journal says who reads them and why (:mod:`station_app.work.revealing`)."""
    from station_app.work.revealing import reveal as revealed

    beside = second_of(station, second)
    return beside if isinstance(beside, Refusal) else revealed(station.store, station.author, wish, beside)


def approve_minor(station: OpenStation, person: str, second: Second, reason: str) -> str | Refusal:
    """A second person's word given beforehand; the approval's id."""
    from station_app.work.revealing import approve_minor as approved

    beside = second_of(station, second)
    if isinstance(beside, Refusal):
        return beside
    return approved(station.store, station.author, person, str(beside.second), reason)


def audit(station: OpenStation, *, minors: bool = False, year: str = "") -> "list[Seen]":
    """Who read what is masked; of minors alone for the yearly audit (未成年人网络保护条例 37)."""
    from station_app.work.revealing import accesses

    with station.store.reading() as reader:
        return accesses(reader, minors=minors, year=year, centre=centre_of(station))


def audit_file(station: OpenStation, year: str, file: Path, *, minors: bool = True) -> int | Refusal:
    """The audit as a .csv: ids, times, reasons, second persons, no name of anybody served; in the journal before the file."""
    from station_app.exchange.plain import guarded

    if not station.may(Action.ANSWER_REQUEST):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(AUDIT)
    seen = audit(station, minors=minors, year=year)
    for row in (seen_row(station, one) for one in seen):
        writer.writerow([guarded(str("" if row[name] is None else row[name])) for name in AUDIT])
    data = b"\xef\xbb\xbf" + out.getvalue().encode()
    done = station.store.change(
        [_leaves(data, ".csv", "access", len(seen), _("Audit {year}", year=year or "—"), None)],
        station.author,
        "export",
    )
    if isinstance(done, Refusal):
        return done
    try:
        write_whole(file, data)
    except OSError as error:
        return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
    return len(seen)


def _leaves(data: bytes, form: str, what: str, records: int, reason: str, recipient: str | None) -> Edit:
    """The record of a file that leaves."""
    fields: dict[str, Wire] = {
        "at": _now().replace(" ", "T"), "what": what, "records": records, "form": form,
        "sha256": hashlib.sha256(data).hexdigest(), "readable": recipient is None, "masked": False, "reason": reason,
    }  # fmt: skip
    return Edit("export", fields | ({} if recipient is None else {"recipient": recipient}))


#: Columns of the audit's file.
AUDIT: Final = ("at", "who", "way", "what", "person", "records", "fields", "reason", "second", "waits")


def seen_row(station: OpenStation, one: "Seen") -> dict[str, Any]:
    """An access as JSON and as a row."""
    second = one.fields.get("second")
    at = datetime.fromtimestamp(one.time / 1000, LOCAL).strftime("%Y-%m-%d %H:%M") if one.time else ""
    return {
        "id": one.id, "at": at, "who": station.user_name(one.author), "way": one.fields.get("way"),
        "what": one.fields.get("what"), "person": one.fields.get("person"), "records": one.fields.get("records"),
        "fields": one.fields.get("shown"), "reason": one.fields.get("reason"), "minor": bool(one.fields.get("minor")),
        "second": station.user_name(str(second)) if second else None,
        "waits": bool(one.fields.get("waits")) and not one.countersigned,
    }  # fmt: skip


# ---------------------------------------------------------------------- a copy for the person


@dataclass(frozen=True, slots=True)
class Taking:
    """How a person's copy leaves: for a named recipient, with a passphrase, or readable; and why."""

    reason: str
    recipient: str | None = None
    passphrase: str | None = None
    plain: bool = False
    second: Second | None = None


def copy_person(station: OpenStation, kind: str, record: str, stem: Path, taking: Taking) -> dict[str, Any] | Refusal:
    """Everything about a person as ``stem.pdf`` and ``stem.json`` (``.age`` unless plain), in the journal before the files."""
    from station_app.kinds.law_codes import Reading
    from station_app.work.person_copy import copy_of
    from station_app.work.persons import younger_than
    from station_app.work.revealing import access_edit, approval_for, permitted

    if not station.may(Action.ANSWER_REQUEST):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    if not taking.reason.strip():
        return Refusal(LawRefusal.REASON_NEEDED)
    sealing = _sealing(station, taking)
    if isinstance(sealing, Refusal):
        return sealing
    beside = second_of(station, taking.second)
    if isinstance(beside, Refusal):
        return beside
    with station.store.reading() as reader:
        years = _rules(station)["minors"]["younger_than"]
        young = [(kind, record)] if kind in KINDS and younger_than(reader, [(kind, record)], years) else []
        approval = approval_for(reader, young)
    waits = permitted(station.author, young, approval, beside)
    if isinstance(waits, Refusal):
        return waits
    mark = _("Copied out by {name} of station {station} on {when}", name=station.user.name, station=station.store.station, when=_now())  # fmt: skip
    copy = copy_of(station.store, (kind, record), station.user_name, (mark,))
    if isinstance(copy, Refusal):
        return copy
    contents = {".pdf": sealing(copy.paper), ".json": sealing(copy.document)}
    said: dict[str, Wire] = {
        "way": Reading.COPY.value, "what": kind, "person": record if kind == "resident" else None, "records": copy.records,
        "shown": " ".join(copy.masked) or "-", "reason": taking.reason.strip(), "which": None if kind == "resident" else f'["{record}"]',
    }  # fmt: skip
    edits = [access_edit(said, young, approval, beside, waits)]
    to = None if taking.plain else taking.recipient or _("the person, by passphrase")
    edits += [_leaves(d, form, PERSON, copy.records, taking.reason.strip(), to) for form, d in contents.items()]
    done = station.store.change(edits, station.author, "export")
    if isinstance(done, Refusal):
        return done
    files = []
    try:
        for form, data in contents.items():
            target = stem.with_name(stem.name + form + ("" if taking.plain else ".age"))
            write_whole(target, data)
            files.append(str(target))
    except OSError as error:
        return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
    return {"files": files, "records": copy.records, "access": done.records[0], "waits": waits}


def _sealing(station: OpenStation, taking: Taking) -> Callable[[bytes], bytes] | Refusal:
    from station_app.trust.passphrase import encrypt_with
    from station_app.trust.sealing import encrypt, is_recipient

    if taking.plain:
        return lambda data: data
    if taking.recipient is not None:
        age = recipients(station).get(taking.recipient, taking.recipient)
        if not is_recipient(age):
            return Refusal(StoreRefusal.NO_RECIPIENT, {"name": taking.recipient})
        return lambda data: encrypt(data, [age])
    passphrase = taking.passphrase
    if not passphrase:
        return Refusal(StoreRefusal.NO_RECIPIENT, {"name": "—"})
    return lambda data: encrypt_with(data, passphrase)


def _now() -> str:
    return datetime.fromtimestamp(now_ms() / 1000, LOCAL).strftime("%Y-%m-%d %H:%M")


def _rules(station: OpenStation) -> Mapping[str, Any]:
    from station_app.report.policies import rules_in_force

    with station.store.reading() as reader:
        return rules_in_force(reader.connection, station.store.station, today().isoformat())


# ---------------------------------------------------------------------- deleting


def delete_person(station: OpenStation, request: str) -> dict[str, Any] | Refusal:
    """What a request to delete leads to: everything about the person erased, unless a law keeps something."""
    from station_app.kinds.erasure import ErasureGround
    from station_app.work.persons import about
    from station_app.work.requests import delete_of, kept_by_law

    if not station.may(Action.ERASE):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    with station.store.reading() as reader:
        person = delete_of(reader, request)
        if isinstance(person, Refusal):
            return person
        kept = kept_by_law(reader, person, today())
        everything = about(reader, *person)
    if kept:
        open_end = _("still running")
        what = "、".join(f"{KINDS[k.kind].titled()}（{k.until or open_end}，{k.source}）" for k in kept)
        return Refusal(LawRefusal.KEPT_BY_LAW, {"n": sum(k.number for k in kept), "what": what})
    day = today().isoformat()
    done = None
    if everything is not None:  # erased before, and the request not yet closed: a process was killed in between
        done = erase_person(station, *person, _("The person's request of {day}", day=day), ErasureGround.REQUEST)
    if isinstance(done, Refusal):
        return done
    edits = [Edit("data_request", {"state": "done", "answered_on": day}, request)]
    edits += [
        Edit("consent", {"withdrawn_on": day}, one.id)
        for one in (() if everything is None else everything.records)
        if one.kind == "consent" and not one.fields.get("withdrawn_on")
    ]
    closed = station.store.change(edits, station.author, "answer")
    if isinstance(closed, Refusal):
        return closed
    return {"erased": done.items if done else 0, "records": done.records if done else 0}


# ---------------------------------------------------------------------- destruction lists


def agree_to_list(station: OpenStation, record: str, second: Second) -> Done | Refusal:
    """The second signature under a destruction list, with that person's own password."""
    from station_app.work.retention import agree

    beside = second_of(station, second)
    return beside if isinstance(beside, Refusal) else agree(station.store, station.author, record, str(beside.second))


def destroy_list(station: OpenStation, record: str) -> dict[str, Any] | Refusal:
    """Erase what a list with two signatures names. Without a second user the centre's countersignature is the second."""
    from station_app.kinds.destruction import without_keep
    from station_app.kinds.erasure import ErasureGround
    from station_app.kinds.law_codes import ListState
    from station_app.work.erasing import erase
    from station_app.work.retention import opened_list
    from station_app.work.revealing import countersigned

    if not station.may(Action.ERASE):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    with station.store.reading() as reader:
        found = opened_list(reader, record)
        if isinstance(found, Refusal):
            return found
        by_centre = record in countersigned(reader, centre_of(station))
    if found.state != ListState.AGREED and not (found.state == ListState.SIGNED and by_centre):
        return Refusal(LawRefusal.SECOND_SIGNATURE)
    targets = without_keep({"lines": found.lines})
    reason = _("Destruction list of {day}", day=found.made_on)
    gone = erase(station, targets, reason, ErasureGround.RETENTION_OVER) if targets else None
    if isinstance(gone, Refusal):
        return gone
    fields: dict[str, Wire] = {"state": ListState.DONE.value, "destroyed_on": today().isoformat()}
    done = station.store.change([Edit("destruction", fields, record)], station.author, "destroy")
    return done if isinstance(done, Refusal) else {"erased": gone.items if gone else 0, "records": len(targets)}


def list_paper(station: OpenStation, record: str) -> bytes | Refusal:
    """A destruction list as a PDF to sign and to file."""
    from station_app.paper.person import destruction_paper
    from station_app.work.retention import opened_list

    with station.store.reading() as reader:
        found = opened_list(reader, record)
    if isinstance(found, Refusal):
        return found
    sources = {kind: str(rule["source"]) for kind, rule in _rules(station)["retention"]["kinds"].items()}
    going = [row for row in found.rows() if not row[3]]
    rows = [
        (
            str(n),
            KINDS[k].titled() if k in KINDS else k,
            r[-12:],
            until,
            sources.get(k, ""),
        )  # a UUIDv7 differs at its end
        for n, (k, r, until, _keep) in enumerate(going, start=1)
    ]
    signers = (
        station.user_name(found.head) if found.head else "", station.user_name(found.second) if found.second else ""
    )  # fmt: skip
    destroyed = _("Destroyed on {day}.", day=found.destroyed_on) if found.destroyed_on else _("Not destroyed yet.")
    return destruction_paper(
        station_name=_station_name(station), number=record[:8], rows=rows, kept=found.kept or 0, made_on=today(),
        signers=signers, destroyed=destroyed,
    )  # fmt: skip


def _station_name(station: OpenStation) -> str:
    with station.store.reading() as reader:
        found = reader.all("station", {"code": station.store.station}, 1)
    return str(found[0].fields.get("name")) if found else station.store.station


# ---------------------------------------------------------------------- a breach


def breach_page(station: OpenStation, breach: "Breach") -> bytes:
    """One page about a breach, to print (PIPL 57)."""
    from station_app.paper.person import breach_paper

    return breach_paper(
        station_name=_station_name(station), station=station.store.station, breach=breach, made_on=today()
    )


#: The template of the impact assessment among the texts to print (PIPL 55, 56).
IMPACT: Final = "impact"


def impact_text() -> str:
    """The template of a personal information protection impact assessment."""
    return (RESOURCES / "help" / "pia.md").read_text("utf-8")


def consent_page(station: OpenStation, purpose: str) -> bytes:
    """A consent's text (or the notice, or the template of the impact assessment) as a paper to read out and to sign;
    ``purpose`` as in :func:`work.consents.texts`."""
    from station_app.paper.person import consent_paper, template_paper
    from station_app.work.consents import texts

    if purpose == IMPACT:
        return template_paper(station_name=_station_name(station), text=impact_text(), made_on=today())
    text = texts()[purpose]
    return consent_paper(
        station_name=_station_name(station), title=text.title, version=text.version, text=text.text, made_on=today(),
        asked=purpose != "notice",
    )  # fmt: skip
