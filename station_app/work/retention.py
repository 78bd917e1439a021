"""How long records are kept, what is due to go, and the list that two people sign before it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func

from station_app.clock import now_ms
from station_app.kinds.base import KINDS, Record
from station_app.kinds.destruction import Destruction, lines_text
from station_app.kinds.law_codes import Approves, ListState
from station_app.messages import Refusal
from station_app.report.policies import rules_in_force
from station_app.store.change import Author, Done, Edit
from station_app.store.opened import Store
from station_app.store.records import Reader
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action, may
from station_app.work.moments import moment_of
from station_app.work.persons import PERSON_KINDS, about
from station_app.work.refusals import LawRefusal


def years_after(day: str, years: int) -> str:
    """The day so many years later; a month counts to its end, 29 February becomes 1 March."""
    year, rest = int(day[:4]) + years, day[4:10]
    if len(rest) < 6:  # a month only
        return f"{year + (rest == '-12'):04}-{int(rest[1:3]) % 12 + 1:02}-01"
    if rest == "-02-29" and not (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)):
        rest = "-03-01"
    return f"{year:04}{rest}"


def kept_until(rule: Mapping[str, Any], fields: Mapping[str, object]) -> str | None:
    """The first day on which a record may go; None while it still runs (a case not closed, a person who lives here)."""
    for name in rule["from"]:
        day = fields.get(name)
        if day:
            return years_after(str(day), int(rule["years"]))
    return None


@dataclass(frozen=True, slots=True)
class Line:
    """A record whose time is over."""

    kind: str
    record: str
    until: str
    source: str


def due(reader: Reader, day: date) -> list[Line]:
    """Every record kept long enough, people only when everything about them is; kinds in reference order."""
    rules = rules_in_force(reader.connection, reader.station, day.isoformat())["retention"]["kinds"]
    found: list[Line] = []
    for declared in KINDS.classes():
        rule = rules.get(declared.kind_name)
        dates = [declared.__table__.c[n] for n in (rule or {}).get("from", ()) if n in declared.fields]
        if rule is not None and dates:
            found += _due_of(reader, declared, rule, dates, day)
    going = {(line.kind, line.record) for line in found}
    return [line for line in found if line.kind not in PERSON_KINDS or _alone(reader, line, going)]


def _due_of(
    reader: Reader, declared: type[Record], rule: Mapping[str, Any], dates: list[ColumnElement[Any]], day: date
) -> list[Line]:
    table = declared.__table__
    since: ColumnElement[Any] = func.coalesce(*dates) if len(dates) > 1 else dates[0]
    latest = f"{day.year - int(rule['years']):04}-{day.month:02}-{day.day:02}T99"
    statement = reader.select(declared.kind_name).with_only_columns(table.c.id, since.label("since"))
    lines: list[Line] = []
    for record, begun in reader.connection.execute(statement.where(since <= latest).order_by(table.c.id)):
        until = years_after(str(begun), int(rule["years"]))
        if until <= day.isoformat():
            lines.append(Line(declared.kind_name, record, until, str(rule["source"])))
    return lines


def _alone(reader: Reader, line: Line, going: set[tuple[str, str]]) -> bool:
    """Whether nothing about a person stays behind."""
    everything = about(reader, line.kind, line.record)
    return everything is not None and all(
        (one.kind, one.id) in going or KINDS[one.kind].section == "law" for one in everything.records
    )


# ---------------------------------------------------------------------- the list


def draw_up(store: Store, author: Author, day: date) -> Done | Refusal:
    """A new list of what is due; it holds ids, kinds and days, never a name."""
    if not may(author.role, Action.DESTROY):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    with store.reading() as reader:
        rows = [(line.kind, line.record, line.until, "") for line in due(reader, day)]
    if not rows:
        return Refusal(LawRefusal.NOTHING_DUE)
    fields = {
        "made_on": day.isoformat(),
        "up_to": day.isoformat(),
        "lines": lines_text(rows),
        "state": ListState.DRAFT.value,
    }
    return store.change([Edit("destruction", fields)], author, "draw_up")


def opened_list(reader: Reader, record: str) -> Destruction | Refusal:
    """A list by its id."""
    found = reader.instance("destruction", record)
    if not isinstance(found, Destruction):
        return Refusal(StoreRefusal.UNKNOWN_RECORD, {"kind": Destruction.titled(), "record": record})
    return found


def review(store: Store, author: Author, record: str, kind: str, line: str, keep: str) -> Done | Refusal:
    """One line looked at: ``keep`` says why it stays for now, "" lets it go. Only while nobody has signed."""
    if not may(author.role, Action.DESTROY):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    with store.reading() as reader:
        found = opened_list(reader, record)
    if isinstance(found, Refusal):
        return found
    if found.state != ListState.DRAFT:
        return Refusal(LawRefusal.LIST_SIGNED)
    rows = [(k, r, u, keep.strip() if (k, r) == (kind, line) else w) for k, r, u, w in found.rows()]
    return store.change([Edit("destruction", {"lines": lines_text(rows)}, record)], author, "review")


def sign(store: Store, author: Author, record: str) -> Done | Refusal:
    """The head's signature under a list."""
    if not may(author.role, Action.DESTROY):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    with store.reading() as reader:
        found = opened_list(reader, record)
    if isinstance(found, Refusal):
        return found
    if found.state != ListState.DRAFT:
        return Refusal(LawRefusal.LIST_SIGNED)
    fields = {"state": ListState.SIGNED.value, "head": author.id, "signed_at": moment_of(now_ms())}
    return store.change([Edit("destruction", fields, record)], author, "sign")


def agree(store: Store, author: Author, record: str, second: str) -> Done | Refusal:
    """The second signature, by another user than the one who signed first."""
    with store.reading() as reader:
        found = opened_list(reader, record)
    if isinstance(found, Refusal):
        return found
    if found.state != ListState.SIGNED or found.head == second:
        return Refusal(LawRefusal.SECOND_SIGNATURE)
    approval = {
        "at": moment_of(now_ms()), "approves": Approves.DESTRUCTION.value, "about": record, "second": second,
    }  # fmt: skip
    edits = [
        Edit("approval", approval),
        Edit("destruction", {"state": ListState.AGREED.value, "second": second}, record),
    ]
    return store.change(edits, author, "agree")
