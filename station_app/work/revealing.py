"""Reading what is masked: who may, why, with whom beside a child's data; in the journal before a value is shown."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from station_app.clock import now_ms, today
from station_app.kinds.access import Access
from station_app.kinds.base import KINDS, Record
from station_app.kinds.law_codes import Approves, Ground, Reading
from station_app.messages import N_, Refusal
from station_app.report.policies import rules_in_force
from station_app.spec.fields import Field
from station_app.spec.masking import is_masked
from station_app.spec.meanings import Wire
from station_app.store import history
from station_app.store.change import Author, Edit
from station_app.store.opened import Store
from station_app.store.records import Found, Reader
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action, may
from station_app.work.consents import Answer, answers, ground_of, standing
from station_app.work.moments import moment_of
from station_app.work.persons import Key, children, people_of, younger_than
from station_app.work.refusals import LawRefusal

#: Ids an access names one by one; a longer list is named by its kind and number.
NAMED: Final = 200
#: Up to so many records the people are looked up one by one.
FEW: Final = 20
#: How long a revealed value stays on the screen, in seconds, unless it is left earlier.
SECONDS: Final = 60
#: Reasons that come up every day, to choose from; any other is typed.
REASONS: Final = (
    N_("To call or to visit the person"), N_("To check who the person is"), N_("To fill in an official form"),
    N_("For care or a medical emergency"), N_("The person asked for it"), N_("To correct a wrong entry"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to see of records of one kind, and why. ``fields`` empty means every masked field; ``past``: fields
    of which earlier values are seen too (a history)."""

    kind: str
    records: tuple[str, ...]
    reason: str
    fields: frozenset[str] = frozenset()
    way: Reading = Reading.REVEAL
    past: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Beside:
    """Who could be, or is, the second person: users that may be asked, and the one whose password was right."""

    able: bool
    second: str | None = None


@dataclass(frozen=True, slots=True)
class Approved:
    """An approval given beforehand, and by whom."""

    record: str
    second: str


@dataclass(frozen=True, slots=True)
class Revealed:
    """Values by record and field; ``withheld``: fields of people who withdrew their consent; ``waits``: for the centre."""

    values: Mapping[str, Mapping[str, Wire]]
    withheld: Mapping[str, frozenset[str]] = field(default_factory=dict)
    access: str = ""
    waits: bool = False


def masked_fields(declared: type[Record]) -> list[Field]:
    """The fields of a kind that are masked."""
    return [f for f in declared.fields.values() if is_masked(f)]


def reveal(store: Store, author: Author, wish: Wish, beside: Beside) -> Revealed | Refusal:
    """The values, after the journal says who reads them and why. Records without anything masked cost no entry."""
    if not may(author.role, Action.REVEAL):  # before anything is read
        return Refusal(StoreRefusal.NOT_ALLOWED)
    if not wish.reason.strip():
        return Refusal(LawRefusal.REASON_NEEDED)
    declared = KINDS[wish.kind]
    names = [f.name for f in masked_fields(declared) if not wish.fields or f.name in wish.fields]
    with store.reading() as reader:
        found = reader.by_ids(wish.kind, wish.records)
        withheld = _withdrawn(reader, declared, found, names)
        values: dict[str, dict[str, Wire]] = {}
        for one in found:
            here = {n: one.fields.get(n) for n in names if n in one.fields or n in wish.past}
            values[one.id] = {n: value for n, value in here.items() if n not in withheld.get(one.id, ())}
        values = {record: fields for record, fields in values.items() if fields}
        if not values:
            return Revealed({}, withheld)
        children = minors(reader, declared, [one for one in found if one.id in values])
        if children and wish.way is Reading.PROGRAM and beside.able and beside.second is None:
            values = {record: fields for record, fields in values.items() if record not in children}
            children = {}  # a program has nobody beside it: their values stay masked
            if not values:
                return Revealed({}, withheld)
        young = list(dict.fromkeys(person for people in children.values() for person in people))
        approval = approval_for(reader, young)
        person = _resident(declared, found) if len(found) == 1 else None
    waits = permitted(author, young, approval, beside)
    if isinstance(waits, Refusal):
        return waits
    said: dict[str, Wire] = {
        "way": wish.way.value, "what": wish.kind, "person": person, "records": len(values),
        "which": json.dumps(list(values)) if len(values) <= NAMED else None,
        "shown": " ".join(sorted({n for fields in values.values() for n in fields})), "reason": wish.reason.strip(),
    }  # fmt: skip
    done = store.change([access_edit(said, young, approval, beside, waits)], author, "access")
    return done if isinstance(done, Refusal) else Revealed(values, withheld, done.records[0], waits)


def permitted(author: Author, young: Sequence[Key], approval: Approved | None, beside: Beside) -> bool | Refusal:
    """Whether masked data may be read now; True when a minor's wait for the centre, for there is nobody else to ask."""
    if not may(author.role, Action.REVEAL) or (young and not may(author.role, Action.OPEN_MINOR)):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    if not young or beside.second is not None or approval is not None:
        return False
    return Refusal(LawRefusal.SECOND_FOR_MINOR) if beside.able else True


def access_edit(
    said: Mapping[str, Wire], young: Sequence[Key], approval: Approved | None, beside: Beside, waits: bool
) -> Edit:
    """The record of an access, made now."""
    fields: dict[str, Wire] = {"at": moment_of(now_ms()), **said}
    if young:
        fields |= {"minor": True, "waits": True if waits else None, "second": beside.second}
        if beside.second is None and approval is not None:
            fields |= {"second": approval.second, "approval": approval.record}
    return Edit("access", {n: v for n, v in fields.items() if v is not None})


def _resident(declared: type[Record], found: Sequence[Found]) -> str | None:
    people = people_of(declared, found[0].id, found[0].fields)
    return next((record for kind, record in people if kind == "resident"), None)


def _withdrawn(
    reader: Reader, declared: type[Record], found: Sequence[Found], names: Sequence[str]
) -> dict[str, frozenset[str]]:
    """Fields kept by a consent that was withdrawn: stored until they are erased, used no more (PIPL 15, 47)."""
    purposes = {n: declared.fields[n].purpose for n in names if declared.fields[n].purpose}
    if not purposes:
        return {}
    rules = rules_in_force(reader.connection, reader.station, today().isoformat())
    asked = {p for p in purposes.values() if ground_of(rules, declared.kind_name, p) == Ground.CONSENT}
    if not asked:
        return {}
    known = answers(reader.connection, reader.station)
    result: dict[str, frozenset[str]] = {}
    for one in found:
        people = people_of(declared, one.id, one.fields)
        gone = {p for p in asked if standing(known, people, p) is Answer.WITHDRAWN}
        if gone:
            result[one.id] = frozenset(n for n, p in purposes.items() if p in gone and n in one.fields)
    return result


# ---------------------------------------------------------------------- minors


def minors(reader: Reader, declared: type[Record], found: Sequence[Found]) -> dict[str, list[Key]]:
    """The people under the age of the policy, by the record that is about them."""
    years = rules_in_force(reader.connection, reader.station, today().isoformat())["minors"]["younger_than"]
    young: dict[str, list[Key]] = {}
    everybody = children(reader, years) if len(found) > FEW else None
    known: dict[Key, bool] = {}
    for one in found:
        for person in people_of(declared, one.id, one.fields):
            if person not in known:
                known[person] = younger_than(reader, [person], years) if everybody is None else person in everybody
            if known[person]:
                young.setdefault(one.id, []).append(person)
    return young


def approval_for(reader: Reader, young: Sequence[Key]) -> Approved | None:
    """An approval that still holds, was not used, and concerns the one child that is asked for."""
    if len(young) != 1:
        return None
    now = moment_of(now_ms())
    used = set(reader.connection.execute(select(Access.approval).where(Access.station == reader.station)).scalars())
    for found in reader.all("approval", {"approves": Approves.MINOR.value, "about": young[0][1]}):
        if str(found.fields.get("until") or "") >= now and found.id not in used:
            return Approved(found.id, str(found.fields.get("second") or ""))
    return None


def approve_minor(store: Store, author: Author, person: str, second: str, reason: str) -> Refusal | str:
    """A second person's word given beforehand: for one child, once, within the hours of the policy. Returns the approval."""
    if not may(author.role, Action.OPEN_MINOR):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    if not reason.strip():
        return Refusal(LawRefusal.REASON_NEEDED)
    with store.reading() as reader:
        hours = rules_in_force(reader.connection, reader.station, today().isoformat())["minors"]["approval_hours"]
        known = any(reader.get(kind, person) for kind in ("resident", "volunteer"))
    if not known:
        return Refusal(StoreRefusal.UNKNOWN_RECORD, {"kind": KINDS["resident"].titled(), "record": person})
    now = now_ms()
    fields: dict[str, Wire] = {
        "at": moment_of(now), "approves": Approves.MINOR.value, "about": person, "second": second, "reason": reason.strip(),
        "until": moment_of(now + round(timedelta(hours=hours).total_seconds() * 1000)),
    }  # fmt: skip
    done = store.change([Edit("approval", fields)], author, "approve")
    return done if isinstance(done, Refusal) else done.records[0]


# ---------------------------------------------------------------------- the audit


@dataclass(frozen=True, slots=True)
class Seen:
    """One access as the audit lists it."""

    id: str
    time: int
    author: str
    fields: Mapping[str, Wire]
    countersigned: bool


def accesses(
    reader: Reader, *, minors: bool = False, year: str = "", person: Key | None = None, centre: str | None = None
) -> list[Seen]:
    """Who read what and why, newest first; ``person``: of one person, lists that were read whole included."""
    found: list[Seen] = []
    signed = countersigned(reader, centre)
    for one in reader.all("access", {"minor": True} if minors else None):
        at = str(one.fields.get("at") or "")
        if year and not at.startswith(year):
            continue
        if person is not None and not _touches(reader, one, person):
            continue
        steps = history.steps(reader.connection, reader.station, "access", one.id)
        author = steps[0].author if steps else ""
        found.append(Seen(one.id, steps[0].time if steps else 0, author, one.fields, one.id in signed))
    return found


def _touches(reader: Reader, access: Found, person: Key) -> bool:
    if access.fields.get("person") == person[1]:
        return True
    declared = KINDS.get(str(access.fields.get("what")))
    which = access.fields.get("which")
    if declared is None:
        return False
    if which is None:  # a list too long to name each: it held this person if the kind can be about them
        return declared.kind_name == person[0] or any(
            f.target == person[0] for f in declared.fields.values() if f.meaning.name == "reference"
        )
    ids: list[str] = json.loads(str(which))
    if declared.kind_name == person[0] and person[1] in ids:
        return True
    return any(person in people_of(declared, one.id, one.fields) for one in reader.by_ids(declared.kind_name, ids))


def countersigned(reader: Reader, centre: str | None) -> frozenset[str]:
    """Records to which the centre agreed: approvals that its own chain wrote, and nobody else touched."""
    if centre is None:
        return frozenset()
    return frozenset(
        str(found.fields["about"])
        for found in reader.all("approval")
        if all(step.device == centre for step in history.steps(reader.connection, reader.station, "approval", found.id))
    )


def waiting(seen: Iterable[Seen]) -> list[Seen]:
    """Of these, what still waits for the centre's countersignature."""
    return [one for one in seen if one.fields.get("waits") and not one.countersigned]
