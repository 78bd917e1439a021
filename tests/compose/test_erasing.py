"""Erasing a person: everything about them, removed and merged records too, nothing of anybody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from station_app import compose
from station_app.compose import OpenStation
from station_app.messages import Refusal
from station_app.store.change import Edit
from station_app.store.roles import Role
from station_app.work import merging
from tests.sync.parts import PASSWORD, good, new_station


@pytest.fixture
def station(tmp_path: Path) -> Iterator[OpenStation]:
    """A fictional station."""
    opened = new_station(tmp_path / "station")
    yield opened
    opened.close()


def add(station: OpenStation, kind: str, **fields: object) -> str:
    """A new record."""
    return good(station.store.change([Edit(kind, fields)], station.author, "add")).records[0]  # type: ignore[arg-type]  # wire values


def visit(station: OpenStation, person: str) -> str:
    """A visit to somebody."""
    return add(station, "visit", resident=person, visit_at="2026-11-02T09:00", mode="home", note="看望")


def test_a_person_goes_with_everything_about_them(station: OpenStation) -> None:
    """Removed visits and a record merged into theirs included; guardian, household, neighbours, activities stay.

    Seen failing: removed records left out; those merged left out; a guardian taken for the same person.
    """
    guardian = add(station, "resident", name="赵监护")
    house = add(station, "household", head=guardian)
    person = add(station, "resident", name="王桂兰", household=house, guardian=guardian)
    double = add(station, "resident", name="王桂兰")
    theirs = [visit(station, person), visit(station, double), add(station, "elder", resident=person)]
    gone = visit(station, person)
    good(station.store.remove("visit", gone, station.author))
    good(merging.merge(station.store, "resident", person, double, station.author))
    kept = [("resident", guardian), ("household", house), ("visit", visit(station, guardian))]
    kept.append(("activity", add(station, "activity", name="义诊", held_on="2026-11-01", roll=[person, guardian])))
    found, _mentions = compose.what_goes(station, "resident", person)
    assert {f.id for f in found} == {person, double, gone, *theirs}
    done = good(compose.erase_person(station, "resident", person, "本人书面要求"))
    assert done.records == 6
    with station.store.reading() as reader:
        assert all(reader.get(kind, record) is not None for kind, record in kept)
        assert all(reader.get(f.kind, f.id) is None for f in found)
        assert reader.caption("resident", person) == "" and reader.find("王桂兰") == []
    assert station.store.differences() == []
    assert [one.target for one in compose.erasures(station)] and len(compose.erasures(station)) == 6


def test_who_still_says_the_name_is_told_beforehand(station: OpenStation) -> None:
    """Free text about others cannot be found by reference: a person has to look."""
    person, other = add(station, "resident", name="王桂兰"), add(station, "resident", name="赵留下")
    add(station, "activity", name="王桂兰家的义诊", held_on="2026-11-01")
    visit(station, other)
    _found, mentions = compose.what_goes(station, "resident", person)
    assert mentions == ["王桂兰家的义诊"] or len(mentions) == 1


def test_only_the_head_may(station: OpenStation) -> None:
    person = add(station, "resident", name="王桂兰")
    good(compose.add_user(station, "李社工", Role.WORKER.value, PASSWORD))
    folder = station.folder
    station.close()
    worker = good(compose.open_station(folder, "李社工", lambda _name: PASSWORD))
    refused = compose.erase_person(worker, "resident", person, "好")
    assert isinstance(refused, Refusal) and refused.code.value == "not_allowed"
    worker.close()


def test_what_is_no_person_goes_alone(station: OpenStation) -> None:
    person = add(station, "resident", name="王桂兰")
    one, two = visit(station, person), visit(station, person)
    assert good(compose.erase_person(station, "visit", one, "写错了人")).records == 1
    with station.store.reading() as reader:
        assert reader.get("visit", two) is not None and reader.get("resident", person) is not None
