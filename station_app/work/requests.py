"""Requests about own data: until when they are due, what came of them, what a law keeps although deletion was asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from station_app.kinds.base import KINDS
from station_app.kinds.consent import PERSON_FIELDS
from station_app.kinds.days import day_of
from station_app.kinds.law_codes import RequestState
from station_app.messages import N_, Refusal
from station_app.report.policies import rules_in_force
from station_app.spec.problems import Problem
from station_app.store.change import Author, Done, Edit, Written
from station_app.store.opened import Store
from station_app.store.records import Found, Reader
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action, may
from station_app.values.working_days import add_working_days
from station_app.work.persons import LAW, Key, about, people_of, restricted
from station_app.work.refusals import LawRefusal
from station_app.work.retention import kept_until


@dataclass(frozen=True, slots=True)
class Due:
    """A request that waits for its answer. ``certain`` is False where the holidays of a year are not yet published."""

    record: str
    person: Key | None
    title: str
    wanted: str
    received_on: str
    due_on: date | None
    certain: bool
    late: bool


def person_of(found: Found) -> Key | None:
    """Whose data a record of the law is about."""
    return next(((kind, str(found.fields[kind])) for kind in PERSON_FIELDS if found.fields.get(kind)), None)


def due_list(reader: Reader, day: date) -> list[Due]:
    """Open requests, the one due first on top."""
    allowed = rules_in_force(reader.connection, reader.station, day.isoformat())["data_request"]["due_working_days"]
    found: list[Due] = []
    for one in reader.all("data_request", {"state": RequestState.RECEIVED.value}):
        received = day_of(str(one.fields.get("received_on") or ""))
        limit = None if received is None else add_working_days(received, allowed)
        person = person_of(one)
        found.append(
            Due(
                one.id, person, reader.caption(*person) if person else "", str(one.fields.get("wanted")),
                str(one.fields.get("received_on")), None if limit is None else limit.day,
                limit is not None and limit.certain, limit is not None and limit.day < day,
            )
        )  # fmt: skip
    return sorted(found, key=lambda due: (due.due_on or date.max, due.record))


def answer(
    store: Store, author: Author, request: str, state: str, reason: str, day: date, identity: str | None = None
) -> Done | Refusal:
    """Close a request: done, refused with its reason, restricted to storage, or taken back."""
    if not may(author.role, Action.ANSWER_REQUEST):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    fields: dict[str, str | None] = {
        "state": state,
        "answered_on": day.isoformat(),
        "reason": reason.strip() or None,
    }
    if identity:
        fields["identity"] = identity
    return store.change([Edit("data_request", fields, request)], author, "answer")


@dataclass(frozen=True, slots=True)
class Kept:
    """Records of a person that a law keeps: how many of a kind, the latest day, and which law. ``until`` "" is open."""

    kind: str
    number: int
    until: str
    source: str


def kept_by_law(reader: Reader, person: Key, day: date) -> list[Kept]:
    """What stands against deleting a person's data today; empty when everything may go."""
    everything = about(reader, *person)
    if everything is None:
        return []
    rules = rules_in_force(reader.connection, reader.station, day.isoformat())["retention"]["kinds"]
    found: dict[str, list[str]] = {}
    for one in (everything.person, *everything.records):
        if one.kind not in rules or KINDS[one.kind].section == LAW or one.kind == person[0]:
            continue
        until = kept_until(rules[one.kind], one.fields)
        if until is None or until > day.isoformat():
            found.setdefault(one.kind, []).append(until or "")
    return [
        Kept(kind, len(days), "" if "" in days else max(days), str(rules[kind]["source"]))
        for kind, days in found.items()
    ]


def delete_of(reader: Reader, request: str) -> Key | Refusal:
    """The person an open request wants deleted, their identity checked."""
    found = reader.get("data_request", request)
    if found is None:
        return Refusal(StoreRefusal.UNKNOWN_RECORD, {"kind": KINDS["data_request"].titled(), "record": request})
    person = person_of(found)
    if person is None or found.fields.get("wanted") != "delete" or found.fields.get("state") != RequestState.RECEIVED:
        return Refusal(LawRefusal.NO_DELETION_ASKED)
    if not found.fields.get("identity"):
        return Refusal(LawRefusal.IDENTITY_UNCHECKED)
    return person


def restricted_rule(connection: Connection, station: str, written: Sequence[Written]) -> Iterable[Problem]:
    """Nobody edits the records of someone whose data are kept in storage only (runs inside ``change``)."""
    stopped = restricted(connection, station)
    if not stopped:
        return
    for one in written:
        if one.declared.section == LAW:
            continue
        people = people_of(one.declared, one.record, vars(one.after))
        if any(person in stopped for person in people):
            yield Problem(
                "RESTRICTED",
                N_(
                    "At this person's request the data are only stored: nothing is added or changed. See “Request about own data”."
                ),
            )
