"""Duplicates of people: who may be the same person, with reasons in plain words; offered, never decided.

Found by keys, not by comparing everybody with everybody: the same number, or the sound of the name (or a telephone)
together with birth, village or telephone (Christen 2012, blocking). A score of 100 is certainty, :data:`ENOUGH` an offer.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from station_app.messages import N_, _
from station_app.store.likeness import PEOPLE, Person, everybody, near, person_of, told_apart
from station_app.store.records import Reader
from station_app.values.pinyin import sounds_like
from station_app.values.text import fold_search

#: From here on a pair is offered, and from here on it is almost certain.
ENOUGH: Final = 65
SURE: Final = 90
#: A block larger than this (everybody without a birth date, a telephone of a whole village) says nothing about a person.
_BLOCK: Final = 60
#: So many new people are looked up one by one.
_FEW: Final = 300

_ID_SAME = N_("the same identity number")
_ID_CLOSE = N_("the identity numbers differ in {n} places only")
_ID_DIFFERS = N_("but the identity numbers differ")
_NAME_SAME = N_("the same name")
_NAME_OTHER = N_("one's former or other name is the other's name")
_NAME_SOUNDS = N_("names that sound alike ({one}, {other})")
_BIRTH_SAME = N_("born on the same day ({birth})")
_BIRTH_MONTH = N_("born in the same month ({birth})")
_BIRTH_YEAR = N_("the same day of birth in another year")
_BIRTH_UNKNOWN = N_("the birth of one is not known")
_VILLAGE = N_("the same village")
_PHONE = N_("the same telephone")
_SEX = N_("but one is a man and one a woman")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one person. ``reasons`` in the user's language, what speaks for it first."""

    kind: str
    one: str
    other: str
    score: int
    reasons: tuple[str, ...]

    @property
    def sure(self) -> bool:
        """Whether it is almost certain."""
        return self.score >= SURE


def folded(name: str) -> str:
    """A name without width, traditional forms, dots and spaces."""
    return fold_search(name).replace("·", "").replace(" ", "")


def compared(kind: str, a: Person, b: Person) -> Pair:
    """The pair with its score and reasons, whatever the score."""
    score, reasons, against = 0, [], []
    if a.id_no and a.id_no == b.id_no:
        return Pair(kind, a.id, b.id, 100, (_(_ID_SAME),))
    if a.id_no and b.id_no:
        places = sum(x != y for x, y in zip(a.id_no, b.id_no, strict=False)) + abs(len(a.id_no) - len(b.id_no))
        if places <= 2:
            score += 15
            reasons.append(_(_ID_CLOSE, n=places))
        else:
            score -= 20
            against.append(_(_ID_DIFFERS))
    for more, reason in (_names(a, b), _births(a.birth, b.birth)):
        score += more
        if reason:
            reasons.append(reason)
    if a.village and a.village == b.village:
        score += 15
        reasons.append(_(_VILLAGE))
    if set(a.phones) & set(b.phones):
        score += 20
        reasons.append(_(_PHONE))
    if a.sex and b.sex and a.sex != b.sex and a.sex in "12" and b.sex in "12":
        score -= 30
        against.append(_(_SEX))
    return Pair(kind, a.id, b.id, min(score, 99), (*reasons, *against))


def _names(a: Person, b: Person) -> tuple[int, str]:
    if not a.names or not b.names:
        return 0, ""
    if folded(a.names[0]) == folded(b.names[0]):
        return 40, _(_NAME_SAME)
    if {folded(n) for n in a.names} & {folded(n) for n in b.names}:
        return 35, _(_NAME_OTHER)
    if {sounds_like(n) for n in a.names} & {sounds_like(n) for n in b.names}:
        return 30, _(_NAME_SOUNDS, one=a.names[0], other=b.names[0])
    return 0, ""


def _births(one: str, other: str) -> tuple[int, str]:
    if not one or not other:
        return (10, _(_BIRTH_UNKNOWN)) if one or other else (0, "")
    if one == other and len(one) == 10:
        return 35, _(_BIRTH_SAME, birth=one)
    if one[:7] == other[:7]:
        return (
            (20, _(_BIRTH_MONTH, birth=one[:7]))
            if min(len(one), len(other)) == 7
            else (5, _(_BIRTH_MONTH, birth=one[:7]))
        )
    if one[5:] == other[5:] and len(one) == 10:
        return 10, _(_BIRTH_YEAR)
    return -20, ""


def keys(one: Person, sound: Callable[[str], str] = sounds_like) -> Iterator[tuple[str, ...]]:
    """The blocks a person belongs to: only people of a common block are compared."""
    if one.id_no:
        yield "id", one.id_no
    day = one.birth if len(one.birth) == 10 else ""
    for heard in {sound(name) for name in one.names}:
        if day:
            yield "day", heard, day
            yield "anniversary", heard, day[5:], one.village
        if one.birth:
            yield "month", heard, one.birth[:7], one.village
        yield "place", heard, one.village
        for phone in one.phones:
            yield "phone", heard, phone
    if day:
        for phone in one.phones:
            yield "line", phone, day


def scan(people: Iterable[Person], kind: str, apart: set[frozenset[str]]) -> list[Pair]:
    """Every pair worth asking about, the surest first."""
    everybody = list(people)
    heard: dict[str, str] = {}

    def sound(name: str) -> str:
        known = heard.get(name)
        if known is None:
            known = heard[name] = sounds_like(name)
        return known

    # A block is known by its key's hash, and is a list only from its second person on: most have one. Two keys of one hash
    # merely make a comparison that finds nothing.
    first: dict[int, int] = {}
    blocks: dict[int, list[int]] = {}
    places: set[int] = set()
    for at, one in enumerate(everybody):
        for key in keys(one, sound):
            mark = hash(key)
            if (begun := first.setdefault(mark, at)) != at:
                blocks.setdefault(mark, [begun]).append(at)
                if key[0] == "place":
                    places.add(mark)
    del first
    found: dict[tuple[int, int], Pair] = {}
    for mark, block in blocks.items():
        for a, b in _pairs(block, everybody, mark in places):
            if (a, b) in found or frozenset((everybody[a].id, everybody[b].id)) in apart:
                continue
            pair = compared(kind, everybody[a], everybody[b])
            if pair.score >= ENOUGH:
                found[a, b] = pair
    return sorted(found.values(), key=lambda p: (-p.score, p.one, p.other))


def _pairs(block: list[int], everybody: list[Person], place: bool) -> Iterator[tuple[int, int]]:
    """The pairs of a block; of those who merely live in one village only pairs of which one has no birth date."""
    unborn = [at for at in block if not everybody[at].birth] if place else block
    if len(unborn) > _BLOCK:
        return
    for at in unborn:
        for other in block:
            if at < other or (place and other < at and everybody[other].birth):
                yield min(at, other), max(at, other)


def duplicates(reader: Reader, kind: str) -> list[Pair]:
    """The whole register of a kind of people looked through."""
    return scan(everybody(reader, kind), kind, told_apart(reader, kind))


def likely_new(reader: Reader, kind: str, new: Mapping[str, Mapping[str, object]]) -> list[Pair]:
    """Of people about to be entered (by the id they will have) those that look like each other or like somebody known."""
    people = [person_of(kind, record, _texts(values)) for record, values in new.items()]
    if len(people) > _FEW:  # looking at everybody once is quicker than asking for each
        found = scan([*people, *(p for p in everybody(reader, kind) if p.id not in new)], kind, set())
        return [pair for pair in found if pair.one in new or pair.other in new]
    known = [pair for record, values in new.items() for pair in likely(reader, kind, record, values)]
    return sorted([*scan(people, kind, set()), *known], key=lambda p: (-p.score, p.one, p.other))


def _texts(values: Mapping[str, object]) -> dict[str, str | None]:
    return {name: value for name, value in values.items() if isinstance(value, str)}


def likely(reader: Reader, kind: str, record: str, values: Mapping[str, object]) -> list[Pair]:
    """Who may be the person a form is just being filled in for; ``record`` is '' for a new one. At most five."""
    if kind not in PEOPLE:
        return []
    one = person_of(kind, record, _texts(values))
    if not one.names and not one.id_no:
        return []
    apart = told_apart(reader, kind) if record else set()
    found = [compared(kind, one, other) for other in near(reader, kind, one)]
    offered = [p for p in found if p.score >= ENOUGH and frozenset((p.one, p.other)) not in apart]
    return sorted(offered, key=lambda p: -p.score)[:5]
