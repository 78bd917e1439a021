"""Who may be the same person: what is compared of people, read by key; and who sounds like a name that is just typed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Text, cast, or_, text

from station_app.kinds.base import KINDS
from station_app.store.records import Reader
from station_app.values.pinyin import sounds_alike

#: Kinds of people.
PEOPLE: Final = ("resident", "volunteer")
#: At most so many are looked at while a person types.
MOST: Final = 400
#: What a kind calls the place where somebody lives.
_PLACE: Final = {"resident": "village", "volunteer": "area"}

_SOUNDS = text(
    "SELECT k.record FROM search_text t JOIN search_key k ON k.no = t.rowid "
    "WHERE search_text MATCH :what AND k.kind = :of_kind ORDER BY t.rowid DESC LIMIT :most"
)


@dataclass(frozen=True, slots=True)
class Person:
    """What is compared of a person; '' where nothing is known. ``names``: the name, then former and other ones."""

    id: str
    names: tuple[str, ...]
    id_no: str = ""
    birth: str = ""  # YYYY-MM-DD or YYYY-MM
    village: str = ""
    phones: tuple[str, ...] = ()
    sex: str = ""


def _columns(kind: str) -> list[str]:
    fields = KINDS[kind].fields
    wanted = ("id_no", "birth_date", _PLACE[kind], "phone", "phone_2", "sex", "name_former", "alias")
    return ["name", *(name for name in wanted if name in fields)]


def everybody(reader: Reader, kind: str) -> Iterable[Person]:
    """Every live record of a kind of people."""
    table = KINDS[kind].__table__
    names = _columns(kind)
    statement = reader.select(kind).with_only_columns(table.c.id, *(table.c[name] for name in names))
    for record, *values in reader.connection.execute(statement):
        yield _person(kind, record, dict(zip(names, values, strict=True)))


def _person(kind: str, record: str, row: dict[str, str | None]) -> Person:
    number, birth = row.get("id_no") or "", row.get("birth_date") or ""
    if not birth and len(number) == 18 and number[6:14].isdigit():
        birth = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    names = tuple(dict.fromkeys(n for n in (row.get("name"), row.get("name_former"), row.get("alias")) if n))
    phones = tuple(p for p in (row.get("phone"), row.get("phone_2")) if p)
    return Person(record, names, number, birth, row.get(_PLACE[kind]) or "", phones, row.get("sex") or "")


def person_of(kind: str, record: str, values: dict[str, str | None]) -> Person:
    """A person from what a form holds."""
    return _person(kind, record, {name: values.get(name) for name in _columns(kind)})


def near(reader: Reader, kind: str, one: Person) -> list[Person]:
    """Who shares the number, a telephone, or the sound of the name: found by indexes, not by looking at everybody."""
    found: set[str] = set()
    table = KINDS[kind].__table__
    if one.id_no:
        same = reader.select(kind, {"id_no": one.id_no}).with_only_columns(table.c.id)
        found.update(reader.connection.execute(same).scalars())
    spelled = sorted({spelling for name in one.names for spelling in sounds_alike(name)})
    clauses = [f'{{spelling}} : "{spelling}"' for spelling in spelled]
    clauses += [f'{{number}} : "{phone.lower()}"' for phone in one.phones]
    for start in range(0, len(clauses), 64):
        what = " OR ".join(clauses[start : start + 64])
        rows = reader.connection.execute(_SOUNDS, {"what": what, "of_kind": kind, "most": MOST})
        found.update(record for (record,) in rows)
    found.discard(one.id)
    return list(_these(reader, kind, sorted(found, reverse=True)[:MOST]))


def _these(reader: Reader, kind: str, records: Sequence[str]) -> Iterable[Person]:
    table = KINDS[kind].__table__
    names = _columns(kind)
    statement = reader.select(kind).with_only_columns(table.c.id, *(table.c[name] for name in names))
    for start in range(0, len(records), 200):
        part = list(records[start : start + 200])
        for record, *values in reader.connection.execute(statement.where(table.c.id.in_(part))):
            yield _person(kind, record, dict(zip(names, values, strict=True)))


def told_apart(reader: Reader, kind: str) -> set[frozenset[str]]:
    """Pairs of which a person has said that they are two people."""
    table = KINDS["distinct_pair"].__table__
    one, other = table.c[f"{kind}_one"], table.c[f"{kind}_other"]
    statement = reader.select("distinct_pair").with_only_columns(one, other).where(one.is_not(None))
    return {frozenset(pair) for pair in reader.connection.execute(statement)}


def referring(reader: Reader, kind: str, records: Sequence[str]) -> list[tuple[str, str, str, object]]:
    """(kind, record, field, value) of every live record that refers to one of these, single references and lists."""
    found: list[tuple[str, str, str, object]] = []
    for declared in KINDS.classes():
        table = declared.__table__
        for name, field in declared.fields.items():
            if field.target != kind:
                continue
            column = table.c[name]
            single = field.meaning.name == "reference"
            for start in range(0, len(records), 300):
                part = list(records[start : start + 300])
                as_text = cast(column, Text)  # a list lies as JSON; ids are of one length and stand nowhere else in it
                named = column.in_(part) if single else or_(*(as_text.contains(one) for one in part))
                statement = reader.select(declared.kind_name).with_only_columns(table.c.id, column).where(named)
                found.extend(
                    (declared.kind_name, record, name, value) for record, value in reader.connection.execute(statement)
                )
    return found
