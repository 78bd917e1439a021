"""Duplicates of people in an open station: found, merged, told apart, by those who may."""

from collections.abc import Mapping
from dataclasses import dataclass

from station_app.compose.station import OpenStation
from station_app.messages import Refusal
from station_app.store.change import Done
from station_app.store.likeness import PEOPLE
from station_app.store.records import Found
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action
from station_app.work import duplicates as finding
from station_app.work import merging
from station_app.work.duplicates import Pair
from station_app.work.merging import Merging
from station_app.work.refusals import MergeRefusal


@dataclass(frozen=True, slots=True)
class Offered:
    """A pair with both records."""

    pair: Pair
    one: Found
    other: Found


def find_duplicates(station: OpenStation, kind: str = "", limit: int | None = None) -> list[Offered] | Refusal:
    """The whole register looked through, the surest pairs first; of one kind of people or of all."""
    kinds = (kind,) if kind else PEOPLE
    if not set(kinds) <= set(PEOPLE):
        return Refusal(MergeRefusal.NOT_PEOPLE, {"kinds": "、".join(PEOPLE)})
    with station.store.reading() as reader:
        found = [pair for one in kinds for pair in finding.duplicates(reader, one)]
        found.sort(key=lambda pair: -pair.score)
        offered: list[Offered] = []
        for pair in found[:limit]:
            one, other = reader.get(pair.kind, pair.one), reader.get(pair.kind, pair.other)
            if one is not None and other is not None:
                offered.append(Offered(pair, one, other))
    return offered


def likely_person(station: OpenStation, kind: str, record: str, values: Mapping[str, object]) -> list[Offered]:
    """Who may be the person a form is being filled in for: asked while somebody types."""
    with station.store.reading() as reader:
        offered: list[Offered] = []
        for pair in finding.likely(reader, kind, record, values):
            other = reader.get(kind, pair.other)
            if other is not None:
                offered.append(Offered(pair, other, other))
        return offered


def look_at_merge(station: OpenStation, kind: str, keep: str, other: str) -> Merging | Refusal:
    """Both records side by side, and what would be re-pointed; nothing is written."""
    with station.store.reading() as reader:
        return merging.look(reader, kind, keep, other)


def merge_people(
    station: OpenStation, kind: str, keep: str, other: str, choices: Mapping[str, str] | None = None
) -> Done | Refusal:
    """Merge two records of one person; see :func:`station_app.work.merging.merge`."""
    if not station.may(Action.MERGE_PEOPLE):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    return merging.merge(station.store, kind, keep, other, station.author, choices)


def tell_apart(station: OpenStation, kind: str, one: str, other: str) -> Done | Refusal:
    """Remember, on all of the station's computers, that two records are two people."""
    return merging.tell_apart(station.store, kind, one, other, station.author)
