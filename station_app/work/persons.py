"""Whose data a record holds: the people it is about, everything that refers to them, and who is kept in storage only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, or_, select

from station_app.clock import today
from station_app.kinds.base import KINDS, Record
from station_app.kinds.consent import PERSON_FIELDS
from station_app.kinds.data_request import DataRequest
from station_app.kinds.days import is_younger
from station_app.kinds.law_codes import RequestState
from station_app.spec.meanings import Storage
from station_app.store.prepared import Prepared
from station_app.store.records import Found, Reader

#: Kinds whose records are people.
PERSON_KINDS: Final = ("resident", "volunteer", "worker")
#: Kinds that say how people's data are treated: they go on when everything else stops.
LAW: Final = "law"

Key = tuple[str, str]  # kind, id


def person_columns(declared: type[Record]) -> list[tuple[str, str]]:
    """(field, kind of person) by which a record of this kind names whom it is about: the first such field, or itself.

    A volunteer or worker who is also a resident is the same person; a resident's guardian is another.
    """
    own = declared.kind_name
    if own in ("resident", "household"):  # a household is several people's; its head is named among them
        return []
    fields = [
        (f.name, str(f.target))
        for f in declared.fields.values()
        if f.target in PERSON_KINDS and f.meaning.name == "reference"
    ]
    if own in PERSON_KINDS or declared.section == LAW:
        return [pair for pair in fields if pair[0] in (*PERSON_FIELDS, "person")]
    return fields[:1]


def people_of(declared: type[Record], record: str, values: Mapping[str, object]) -> list[Key]:
    """The people a record is about."""
    found: list[Key] = [(declared.kind_name, record)] if declared.kind_name in PERSON_KINDS else []
    for name, kind in person_columns(declared):
        value = values.get(name)
        if value:
            found.append((kind, str(value)))
    return found


def younger_than(reader: Reader, people: Sequence[Key], years: int) -> bool:
    """Whether one of these people is known to be younger; of unknown age nobody is said to be a child."""
    for kind, record in people:
        found = reader.get(kind, record)
        if found is not None and is_younger(_text(found, "birth_date"), _text(found, "id_no"), years):
            return True
    return False


def children(reader: Reader, years: int) -> frozenset[Key]:
    """Everybody known to be younger: for whole lists, where asking person by person takes too long."""
    now = today()
    month = f"{now.year - years:04}-{now.month:02}"
    found: set[Key] = set()
    for kind in ("resident", "volunteer"):
        table = KINDS[kind].__table__
        by_number = func.substr(table.c.id_no, 7, 6) >= month.replace("-", "")
        statement = reader.select(kind).where(
            or_(table.c.birth_date >= month, table.c.birth_date.is_(None) & by_number)
        )
        rows = reader.connection.execute(statement.with_only_columns(table.c.id, table.c.birth_date, table.c.id_no))
        found.update((kind, row.id) for row in rows if is_younger(row.birth_date, row.id_no, years))
    return frozenset(found)


def about_children(reader: Reader, kind: str, years: int) -> bool:
    """Whether a kind's live records are about any child."""
    young = children(reader, years)
    declared = KINDS[kind]
    if not young:
        return False
    if any(of == kind for of, _record in young):
        return True
    table = declared.__table__
    for name, of in person_columns(declared):
        statement = reader.select(kind).with_only_columns(table.c[name]).where(table.c[name].isnot(None)).distinct()
        if any((of, record) in young for record in reader.connection.execute(statement).scalars()):
            return True
    return False


def _text(found: Found, name: str) -> str | None:
    value = found.fields.get(name)
    return str(value) if value else None


# ---------------------------------------------------------------------- kept in storage only

_RESTRICTED: Final = Prepared(
    select(DataRequest.resident, DataRequest.volunteer, DataRequest.worker).where(
        DataRequest.station == bindparam("of"),
        DataRequest.state == bindparam("state"),
        or_(DataRequest.removed.is_(None), DataRequest.removed == bindparam("live")),
    )
)


def restricted(connection: Connection, station: str) -> frozenset[Key]:
    """People whose data are stored and nothing else: deletion was asked for and a law keeps them longer (PIPL 47)."""
    rows = _RESTRICTED.all(connection, {"of": station, "state": RequestState.RESTRICTED.value, "live": 0})
    return frozenset(
        (kind, str(record)) for row in rows for kind, record in zip(PERSON_FIELDS, row, strict=True) if record
    )


def hidden(reader: Reader, kind: str) -> frozenset[str]:
    """Ids of a kind's records that daily lists leave out. The law's own lists leave nothing out."""
    people = restricted(reader.connection, reader.station)
    declared = KINDS[kind]
    if not people or declared.section == LAW:
        return frozenset()
    found = {record for of, record in people if of == kind}
    table = declared.__table__
    for name, of in person_columns(declared):
        wanted = [record for k, record in people if k == of]
        if wanted:
            statement = select(table.c.id).where(table.c.station == reader.station, table.c[name].in_(wanted))
            found.update(reader.connection.execute(statement).scalars())
    return frozenset(found)


# ---------------------------------------------------------------------- everything about somebody


@dataclass(frozen=True, slots=True)
class About:
    """What a station holds about one person: their own records, and where others' records name them."""

    person: Found
    records: tuple[Found, ...]
    mentions: tuple[tuple[str, str, str], ...]  # kind, id, field


def about(reader: Reader, kind: str, record: str) -> About | None:
    """Every record that refers to a person, and those that refer to these; not other people and what is about them."""
    person = reader.get(kind, record)
    if person is None:
        return None
    found: dict[Key, Found] = {}
    mentions: list[tuple[str, str, str]] = []
    waiting: list[Key] = [(kind, record)]
    seen = {(kind, record)}
    while waiting:
        target = waiting.pop()
        for declared, name, other in _referring(reader, target):
            key = (declared.kind_name, other.id)
            if key in seen:
                continue
            same = dict(person_columns(declared)).get(name) is not None or declared.section == LAW
            if (declared.kind_name in PERSON_KINDS or target[0] in PERSON_KINDS) and not same:
                mentions.append((*key, name))
                continue
            seen.add(key)
            found[key] = other
            waiting.append(key)
    order = sorted(found.values(), key=lambda f: (list(KINDS).index(f.kind), f.id))
    return About(person, tuple(order), tuple(sorted(set(mentions))))


def _referring(reader: Reader, target: Key) -> Iterator[tuple[type[Record], str, Found]]:
    """Live records that refer to one, with the field that does."""
    for declared in KINDS.classes():
        table = declared.__table__
        for field in declared.fields.values():
            if field.target != target[0]:
                continue
            if field.meaning.storage is Storage.LIST:
                fits: Any = table.c[field.name].like(f'%"{target[1]}"%')
            else:
                fits = table.c[field.name] == target[1]
            ids = reader.connection.execute(reader.select(declared.kind_name).with_only_columns(table.c.id).where(fits))
            for found in reader.by_ids(declared.kind_name, list(ids.scalars())):
                yield declared, field.name, found
