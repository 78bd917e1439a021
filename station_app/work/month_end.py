"""The month's end: numbers, checks, drawing, signing, and the record of what was signed; corrections and supplements."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from station_app.clock import today
from station_app.kinds.base import KINDS
from station_app.messages import Refusal, _
from station_app.report.checks import Check, cross_checks
from station_app.report.drawing import draw, names_found
from station_app.report.drawing_model import Drawn, ReportPicture
from station_app.report.explain import Explained, contributions_of, explain, explain_from
from station_app.report.facts import Reading
from station_app.report.month import MonthNumbers, numbers_of, scope_of, scopes
from station_app.report.picture import Titles, Written, picture
from station_app.report.supplement import Difference, Supplement, differences, not_erased, supplement
from station_app.spec.meanings import Wire
from station_app.store import clocks
from station_app.store.change import Author, Edit
from station_app.store.erased import affected
from station_app.store.records import Found, Reader
from station_app.store.roles import Action, may
from station_app.store.vault import User
from station_app.sync import receipts
from station_app.sync.opening import now
from station_app.trust import signing
from station_app.trust.signing import Box
from station_app.values.divisions import township
from station_app.work import enrolment
from station_app.work.refusals import MonthRefusal

SIGNED: Final = "signed"
DRAFT: Final = "draft"


class Opened(enrolment.Opened, Protocol):
    """An unlocked station with its user (``compose.OpenStation``)."""

    @property
    def user(self) -> User:
        """Who unlocked it."""

    @property
    def author(self) -> Author:
        """The user as entries name them."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month as it stands: numbers, checks, what was signed of it, what came late for earlier months."""

    month: str
    numbers: MonthNumbers
    checks: tuple[Check, ...]
    signed: Found | None
    late: Supplement
    differing: tuple[Difference, ...]  # against the signed report, where there is one

    @property
    def failed(self) -> tuple[Check, ...]:
        """Checks that do not hold: they block signing."""
        return tuple(c for c in self.checks if not c.ok)


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed report: its record, its PDF, the position it was computed at."""

    record: str
    number: int
    pdf: bytes
    position: Mapping[str, int]
    month: Month


def look(opened: Opened, month: str) -> Month | Refusal:
    """The month's numbers now."""
    if not is_month(month):
        return Refusal(MonthRefusal.NOT_A_MONTH, {"month": month})
    with opened.store.reading() as reader:
        return _look(opened, reader, month)


def is_month(text: str) -> bool:
    """``YYYY-MM``."""
    return len(text) == 7 and text[4] == "-" and text[:4].isdigit() and text[5:].isdigit() and 1 <= int(text[5:]) <= 12


def _look(opened: Opened, reader: Reader, month: str, facts: Reading | None = None) -> Month:
    """``facts``: a reading of the tables that signing uses for everything, so that each row is read once."""
    facts = facts or Reading(reader.connection)
    found = numbers_of(facts, scopes(reader.connection, reader.station, month))
    signed = newest_signed(reader, month)
    gone = affected(reader.connection, reader.station)
    differing = differences(str(signed.fields.get("figures") or "{}"), found.as_json()) if signed else []
    if differing and signed is not None:
        differing = not_erased(differing, opened.blobs.get(str(signed.fields.get("records"))), gone)
    late = _late(opened, reader, month, gone)
    return Month(month, found, tuple(cross_checks(found)), signed, late, tuple(differing))


def signed_reports(reader: Reader, month: str | None = None) -> list[Found]:
    """Signed reports, by month and number, oldest first."""
    where = {} if month is None else {"month": month}
    found = [r for r in reader.all("month_report", where) if r.fields.get("state") not in (None, DRAFT)]
    return sorted(found, key=lambda r: (str(r.fields.get("month")), _number(r)))


def _number(report: Found) -> int:
    number = report.fields.get("number")
    return number if isinstance(number, int) else 0


def newest_signed(reader: Reader, month: str) -> Found | None:
    """The report of a month that holds: its last correction."""
    found = signed_reports(reader, month)
    return found[-1] if found else None


def _late(opened: Opened, reader: Reader, month: str, gone: Collection[tuple[str, str]]) -> Supplement:
    """Late rows of earlier signed months that no report has told yet."""
    blobs: dict[str, bytes] = {}
    reported: list[str] = []
    for report in signed_reports(reader):
        name = str(report.fields.get("month"))
        digest = report.fields.get("records")
        kept = opened.blobs.get(str(digest)) if digest else None
        if name < month and kept is not None:
            blobs[name] = kept
        if name != month and report.fields.get("supplement"):
            reported.append(str(report.fields["supplement"]))
    return supplement(reader.connection, reader.station, month, blobs, reported, gone)


def titles_of(reader: Reader) -> Titles:
    """How the station is named on paper."""
    stations = reader.all("station", {"code": reader.station}, 1)
    name = str(stations[0].fields.get("name")) if stations else reader.station
    town = township(reader.station[:9])
    return Titles(name, reader.station, town.name if town else "")


def preview(opened: Opened, month: str, written: Written | None = None) -> Drawn | Refusal:
    """The report as it would be signed, unsigned."""
    if not is_month(month):
        return Refusal(MonthRefusal.NOT_A_MONTH, {"month": month})
    with opened.store.reading() as reader:
        facts = Reading(reader.connection)
        looked = _look(opened, reader, month, facts)
        number = 0 if looked.signed is None else _number(looked.signed) + 1
        return draw(_picture(reader, facts, looked, number, written, {}))


def _picture(
    reader: Reader, facts: Reading, looked: Month, number: int, written: Written | None, position: Mapping[str, int]
) -> ReportPicture:
    return picture(
        facts, titles_of(reader), looked.numbers, today(), written=written, correction=number,
        differing=looked.differing if number else (), late=looked.late, position=position,
    )  # fmt: skip


def _clients_named(reader: Reader, drawing: ReportPicture) -> int:
    """How many clients' names stand in what people wrote: a report names nobody (DOMAIN §2, "de-identified")."""
    table = KINDS["resident"].__table__
    rows = reader.connection.execute(reader.select("resident").with_only_columns(table.c.name))
    return len(names_found(drawing, {name for (name,) in rows if name}))


def may_sign(opened: Opened, looked: Month) -> Refusal | None:
    """Why this month cannot be signed by this user now."""
    if not may(opened.user.role, Action.SIGN_MONTH):
        return Refusal(MonthRefusal.HEAD_ONLY)
    if looked.month > today().isoformat()[:7]:
        return Refusal(MonthRefusal.NOT_BEGUN, {"month": looked.month})
    if looked.failed:
        return Refusal(
            MonthRefusal.CHECKS,
            {"rules": "；".join(c.sentence for c in looked.failed), "checks": [c.name for c in looked.failed]},
        )
    if looked.signed is not None and not looked.differing:
        return Refusal(MonthRefusal.ALREADY_SIGNED, {"month": looked.month})
    return None


def sign(
    opened: Opened, month: str, written: Written | None = None, *, clock_ok: bool = False
) -> Signed | Refusal:  # fmt: skip
    """Sign a month. A signed one is never changed: signing it again makes a numbered correction that says what differs.

    ``clock_ok``: a person looked at the computer's clock, which is asked where it may be wrong.
    """
    if not is_month(month):
        return Refusal(MonthRefusal.NOT_A_MONTH, {"month": month})
    if not may(opened.user.role, Action.SIGN_MONTH):
        return Refusal(MonthRefusal.HEAD_ONLY)
    doubtful = _may_be_signed_here(opened, clock_ok)
    if doubtful is not None:
        return doubtful
    enrolled = enrolment.identity(opened)
    if isinstance(enrolled, Refusal):
        return enrolled
    with opened.store.reading() as reader:
        position = opened.store.position_of(reader.connection)
        facts = Reading(reader.connection)
        looked = _look(opened, reader, month, facts)
        refused = may_sign(opened, looked)
        if refused is not None:
            return refused
        if opened.store.differences_of(reader.connection):
            return Refusal(MonthRefusal.TABLES_CHANGED)
        number = 0 if looked.signed is None else _number(looked.signed) + 1
        kept = contributions_of(facts, scope_of(reader.connection, reader.station, month, month))
        drawing = _picture(reader, facts, looked, number, written, position)
        named = _clients_named(reader, drawing)
        if named:
            return Refusal(MonthRefusal.NAMES_CLIENTS, {"n": named})
    drawn = draw(drawing)
    boxes = [Box(place.page, *(round(edge) for edge in place.rect)) for place in (drawn.head_field, drawn.centre_field)]
    prepared = signing.prepare(drawn.pdf, *boxes)
    if isinstance(prepared, Refusal):
        return prepared
    reason = _("Month report {month}", month=month)
    pdf = signing.sign_report(prepared, enrolled.signer, enrolled.roots, reason, now())
    if isinstance(pdf, Refusal):
        return pdf
    verdict = signing.verify_report(pdf, enrolled.roots)
    if not verdict.valid:
        return verdict.problems[0]
    return _keep(opened, looked, number, written or Written(), position, pdf, kept)


def _may_be_signed_here(opened: Opened, clock_ok: bool) -> Refusal | None:
    """Neither on an older or altered store, nor by a clock that may be wrong (unless somebody looked at it)."""
    store = opened.store
    refused = store.guard.before(store)
    if refused is not None:
        return refused
    kept = receipts.newest(store)
    forked = None if kept is None else receipts.fits_chain(store, kept.receipt)
    if forked is not None:
        return forked
    doubts = [mark.sentence for mark in clocks.doubts(store)]
    with store.reading() as reader:
        days = [str(report.fields.get("signed_on") or "") for report in signed_reports(reader)]
    if max(days, default="") > today().isoformat():
        doubts.append(_("A report was signed on {day}, which is later than today.", day=max(days)))
    if not doubts:
        return None
    if clock_ok:
        clocks.confirm(store, store.position().get(store.device, 0))
        return None
    return Refusal(MonthRefusal.CLOCK, {"today": today().isoformat(), "why": " ".join(doubts)})


def _keep(
    opened: Opened, looked: Month, number: int, written: Written, position: Mapping[str, int], pdf: bytes, kept: bytes
) -> Signed | Refusal:
    """The record of a signed report, and its blobs first, so that the record never names what is not there."""
    pdf_digest, records_digest = opened.blobs.put(pdf), opened.blobs.put(kept)
    differing = [[d.key, d.column, d.before, d.after] for d in looked.differing]
    fields: dict[str, Wire] = {
        "month": looked.month,
        "number": number,
        "state": SIGNED,
        "signed_on": today().isoformat(),
        "position": json.dumps(dict(position), sort_keys=True, separators=(",", ":")),
        "figures": looked.numbers.as_json(),
        "differences": json.dumps(differing, ensure_ascii=False, separators=(",", ":")) if number else None,
        "supplement": looked.late.as_json() if looked.late.lines else None,
        "pdf": pdf_digest,
        "records": records_digest,
        "key_work": written.key_work or None,
        "problems_text": written.problems or None,
        "plans": written.plans or None,
    }
    done = opened.store.change([Edit("month_report", fields)], opened.author, "sign")
    if isinstance(done, Refusal):
        return done
    return Signed(done.records[0], number, pdf, position, looked)


def explained(opened: Opened, month: str, key: str) -> Explained | Refusal:
    """The records behind a line: of a signed month as they were signed, else as they are now."""
    if not is_month(month):
        return Refusal(MonthRefusal.NOT_A_MONTH, {"month": month})
    with opened.store.reading() as reader:
        signed = newest_signed(reader, month)
        kept = opened.blobs.get(str(signed.fields.get("records"))) if signed else None
        try:
            return (
                explain_from(kept, key) if kept is not None else explain(reader.connection, reader.station, month, key)
            )
        except KeyError:
            return Refusal(MonthRefusal.UNKNOWN_LINE, {"key": key})


def signed_pdf(opened: Opened, month: str) -> bytes | None:
    """The PDF of the report of a month that holds, or None when none was signed."""
    with opened.store.reading() as reader:
        report = newest_signed(reader, month)
    return opened.blobs.get(str(report.fields.get("pdf"))) if report else None
