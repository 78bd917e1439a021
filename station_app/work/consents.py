"""Consents as rules and lists: who agreed to what, what may not be written without it, where it is missing."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, or_, select

from station_app.clock import today
from station_app.kinds.base import KINDS
from station_app.kinds.columns import ConsentState
from station_app.kinds.consent import PERSON_FIELDS, Consent
from station_app.kinds.law_codes import Ground, Speaks
from station_app.messages import N_, _
from station_app.report.policies import rules_in_force
from station_app.settings import RESOURCES
from station_app.spec.problems import Problem
from station_app.spec.purposes import TITLES, Purpose
from station_app.store.change import Written
from station_app.store.records import Reader
from station_app.work.persons import Key, children, people_of, person_columns, younger_than

#: The ground a contract with the person gives: no consent is asked (PIPL 13, 2).
CONTRACT: Final = "contract"


class Answer(StrEnum):
    """Where a person stands on a purpose."""

    GIVEN = "given"
    TOLD = "told"  # a duty by law: no consent is asked, they know
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it is shown or read aloud: its version stands in the consent."""

    purpose: str
    version: str
    title: str
    text: str


@lru_cache(maxsize=1)
def texts() -> Mapping[str, Text]:
    """The texts shipped with the program, by purpose; ``notice`` is the general one (PIPL 17)."""
    given = json.loads((RESOURCES / "tables" / "consent_texts.json").read_text("utf-8"))
    return {purpose: Text(purpose, said["version"], said["title"], said["text"]) for purpose, said in given.items()}


def ground_of(rules: Mapping[str, Any], kind: str, purpose: str) -> str:
    """On what ground a kind's fields of a purpose are kept: "consent" unless the policy names another."""
    grounds = rules["consent"].get("grounds", {})
    return str(grounds.get(kind, {}).get(purpose, Ground.CONSENT.value))


# ---------------------------------------------------------------------- where somebody stands


def answers(connection: Connection, station: str, people: Iterable[Key] | None = None) -> dict[tuple[Key, str], Answer]:
    """The newest answer of each person to each purpose; ``people`` None means everybody's."""
    table = Consent.__table__
    columns = (table.c.id, *(table.c[n] for n in PERSON_FIELDS), table.c.purpose, table.c.ground, table.c.answer,
               table.c.withdrawn_on)  # fmt: skip
    statement = select(*columns).where(table.c.station == station, or_(table.c.removed.is_(None), table.c.removed == 0))
    if people is not None:
        wanted = list(people)
        fits = [table.c[kind] == record for kind, record in wanted]
        statement = statement.where(or_(*fits)) if fits else statement.where(table.c.id == "")
    found: dict[tuple[Key, str], Answer] = {}
    for row in connection.execute(statement.order_by(table.c.given_on, table.c.id)):
        for kind in PERSON_FIELDS:
            record = getattr(row, kind)
            if record and row.purpose:
                found[(kind, record), row.purpose] = _answer(row)
    return found


def _answer(row: Any) -> Answer:
    if row.withdrawn_on or row.answer == ConsentState.WITHDRAWN:
        return Answer.WITHDRAWN
    if row.answer == ConsentState.REFUSED:
        return Answer.REFUSED
    return Answer.TOLD if row.ground == Ground.STATUTORY else Answer.GIVEN


def standing(known: Mapping[tuple[Key, str], Answer], people: Sequence[Key], purpose: str) -> Answer:
    """Where somebody known under several records stands: the first record that says anything."""
    return next((known[person, purpose] for person in people if (person, purpose) in known), Answer.NONE)


# ---------------------------------------------------------------------- the rule


def consent_rule(connection: Connection, station: str, written: Sequence[Written]) -> Iterable[Problem]:
    """Fields of a purpose are written with a valid consent only; a consent is never rewritten (runs inside ``change``)."""
    rules: Mapping[str, Any] = {}
    for one in written:
        if one.declared is Consent:
            yield from _consent_kept(connection, station, one)
            continue
        purposes: dict[str, list[str]] = {}
        for name, value in one.changed.items():
            field = one.declared.fields.get(name)
            if field is not None and field.purpose and not field.computed and value is not None:
                purposes.setdefault(field.purpose, []).append(name)
        if not purposes:
            continue
        if not rules:
            rules = rules_in_force(connection, station, today().isoformat())
        people = people_of(one.declared, one.record, vars(one.after))
        known = answers(connection, station, people)
        for purpose, names in purposes.items():
            problem = _wanting(
                ground_of(rules, one.declared.kind_name, purpose), standing(known, people, purpose), purpose, names
            )
            if problem is not None:
                yield problem


def _wanting(ground: str, answer: Answer, purpose: str, names: Sequence[str]) -> Problem | None:
    said = {"purpose": _(TITLES[purpose])}
    if ground == CONTRACT or answer is Answer.GIVEN:
        return None
    if ground == Ground.STATUTORY:
        if answer in (Answer.TOLD, Answer.REFUSED, Answer.WITHDRAWN):
            return None  # a duty by law does not end with a no; that they know is enough
        return Problem(
            "NOTICE_MISSING",
            N_("Tell the person why “{purpose}” is written down, and record it under “Consent”."),
            tuple(names),
            False,
            said,
        )
    sentence = {
        Answer.REFUSED: N_("The person refused consent for “{purpose}”. Leave these fields empty; everything else can be saved."),
        Answer.WITHDRAWN: N_("The person withdrew the consent for “{purpose}”. Leave these fields empty; everything else can be saved."),
    }.get(
        answer,
        N_("There is no consent for “{purpose}” yet. Record it under “Consent” first, or leave these fields empty: everything else can be saved."),
    )  # fmt: skip
    return Problem("CONSENT_MISSING", sentence, tuple(names), True, said)


#: What a consent says; afterwards only its withdrawal, its proof and notes are added.
_SAID: Final = (*PERSON_FIELDS, "purpose", "ground", "answer", "text_version", "shown", "given_on", "by", "by_name")


def _consent_kept(connection: Connection, station: str, one: Written) -> Iterable[Problem]:
    after = one.after
    assert isinstance(after, Consent)
    if one.before is not None:
        rewritten = [n for n in _SAID if n in one.changed and one.before.get(n) is not None]
        if rewritten == ["answer"] and after.answer == ConsentState.WITHDRAWN:
            rewritten = []
        if rewritten:
            yield Problem(
                "CONSENT_REWRITTEN",
                N_("A consent is not rewritten. Withdraw it, and record the new answer as a new consent."),
                tuple(rewritten),
            )
        return
    people = people_of(Consent, one.record, vars(after))
    known = answers(connection, station, people)
    there = standing(known, people, str(after.purpose))
    if there is Answer.GIVEN and after.answer == ConsentState.GIVEN:
        yield Problem(
            "CONSENT_THERE",
            N_("This person has already agreed to this. Withdraw that consent first if it no longer holds."),
            ("purpose",),
        )
    reader = Reader(connection, station)
    years = rules_in_force(connection, station, str(after.given_on))["minors"]["younger_than"]
    if after.by == Speaks.SELF and younger_than(reader, people, years):
        yield Problem("GUARDIAN_ANSWERS", N_("For a child under 14 a parent or guardian answers."), ("by", "by_name"))


# ---------------------------------------------------------------------- what is missing


@dataclass(frozen=True, slots=True)
class Missing:
    """A record that holds data of a purpose without a valid answer: put right by asking, or by emptying the fields."""

    kind: str
    record: str
    person: Key
    purpose: str
    answer: Answer
    ground: str


def missing(reader: Reader, day: str) -> list[Missing]:
    """Records with data of a purpose and no valid consent (or no notice): ledgers of earlier years, mostly."""
    rules = rules_in_force(reader.connection, reader.station, day)
    known = answers(reader.connection, reader.station)
    found: list[Missing] = []
    for declared in KINDS.classes():
        by_purpose: dict[str, list[str]] = {}
        for field in declared.fields.values():
            if field.purpose and not field.computed:
                by_purpose.setdefault(field.purpose, []).append(field.name)
        table = declared.__table__
        for purpose, names in by_purpose.items():
            ground = ground_of(rules, declared.kind_name, purpose)
            if ground == CONTRACT:
                continue
            persons = [name for name, _kind in person_columns(declared)]
            statement = reader.select(declared.kind_name).where(or_(*(table.c[n].isnot(None) for n in names)))
            for row in reader.connection.execute(
                statement.with_only_columns(table.c.id, *(table.c[n] for n in persons)).order_by(table.c.id)
            ):
                people = people_of(declared, row.id, dict(zip(persons, row[1:], strict=True)))
                answer = standing(known, people, purpose)
                wanting = _wanting(ground, answer, purpose, names)
                if wanting is not None and people:
                    found.append(Missing(declared.kind_name, row.id, people[0], purpose, answer, ground))
    return found + _children_unasked(reader, rules, known)


def _children_unasked(
    reader: Reader, rules: Mapping[str, Any], known: Mapping[tuple[Key, str], Answer]
) -> list[Missing]:
    """Children whose guardian was not asked: keeping anything about them takes the guardian's consent (PIPL 31)."""
    purpose = Purpose.UNDER_14.value
    found: list[Missing] = []
    for person in sorted(children(reader, rules["minors"]["younger_than"])):
        ground = ground_of(rules, person[0], purpose)
        answer = standing(known, [person], purpose)
        if ground != CONTRACT and answer not in (Answer.GIVEN, Answer.TOLD):
            found.append(Missing(person[0], person[1], person, purpose, answer, ground))
    return found
