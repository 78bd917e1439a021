"""Duplicates of people: found in any spelling, offered with reasons, merged and taken back, told apart for good."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

import station_app.kinds  # noqa: F401  # declares every kind
from station_app.messages import Refusal
from station_app.spec.meanings import Wire
from station_app.store.change import Author, Done, Edit
from station_app.store.engine import open_sqlite
from station_app.store.likeness import Person
from station_app.store.opened import Store
from station_app.work.duplicates import ENOUGH, Pair, compared, duplicates, likely, likely_new, scan
from station_app.work.merging import look, merge, tell_apart
from station_app.work.refusals import MergeRefusal

AUTHOR = Author("00000000-0000-4000-8000-00000000000a")
STATION = "15060210201"
AOQIER = {"name": "敖其尔", "birth_date": "1950-03-04", "village": "150602101201", "sex": "1"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    opened = Store.create(open_sqlite(tmp_path / "station.db", secrets.token_bytes(32)), tmp_path, STATION)
    yield opened
    opened.close()


def new(store: Store, kind: str, **fields: Wire) -> str:
    """A record entered; its id."""
    done = store.change([Edit(kind, fields)], AUTHOR, "create")
    assert isinstance(done, Done), done
    return done.records[0]


def pairs(store: Store, kind: str = "resident") -> list[Pair]:
    with store.reading() as reader:
        return duplicates(reader, kind)


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "奥其尔"},
        {"name": "敖奇尔"},
        {"name": "敖 其尔", "village": None},
        {"name": "敖其爾"},
        {"name": "敖其尔", "birth_date": "1950-03"},
        {"name": "敖其尔", "birth_date": None},
        {"name": "敖其尔", "birth_date": "1951-03-04"},
        {"name": "哈斯", "name_former": "奥其尔"},
    ],
)
def test_the_same_person_in_another_spelling_is_offered(store: Store, changed: dict[str, Wire]) -> None:
    """Seen failing: with names compared by their characters alone."""
    one = new(store, "resident", **AOQIER)
    other = new(store, "resident", **(AOQIER | changed))
    (pair,) = pairs(store)
    assert {pair.one, pair.other} == {one, other} and pair.score >= ENOUGH and pair.reasons


@pytest.mark.parametrize(
    ("one", "other"),
    [("张秀英", "臧秀英"), ("李兰花", "李南花"), ("刘金平", "刘金萍"), ("陈静", "陈劲"), ("曾志强", "曾自强")],
)
def test_heard_alike(store: Store, one: str, other: str) -> None:
    first = new(store, "resident", **(AOQIER | {"name": one}))
    new(store, "resident", **(AOQIER | {"name": other}))
    assert len(pairs(store)) == 1
    with store.reading() as reader:
        assert any(p.other == first for p in likely(reader, "resident", "", AOQIER | {"name": other}))


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "哈斯额尔敦"},
        {"birth_date": "1962-11-30"},
        {"birth_date": "1950-03-05", "village": "150602101202", "name": "奥其尔"},
        {"village": "150602101202", "birth_date": None},
        {"sex": "2", "village": "150602101202", "name": "奥其尔"},
    ],
)
def test_others_are_left_in_peace(store: Store, changed: dict[str, Wire]) -> None:
    new(store, "resident", **AOQIER)
    new(store, "resident", **(AOQIER | changed))
    assert pairs(store) == []


def test_the_same_number_is_certain_and_a_slip_in_it_is_seen() -> None:
    one = Person("a", ("张三",), "152722194503059972")
    assert compared("resident", one, Person("b", ("李四",), "152722194503059972")).sure
    zhang = Person("a", ("张三",), "152722194503059972", "1945-03-05", "v")
    slip = compared("resident", zhang, Person("b", ("张三",), "152722194503059980", "1945-03-05", "v"))
    apart = compared("resident", zhang, Person("b", ("张三",), "150602194503051231", "1945-03-05", "v"))
    assert slip.score > apart.score and "2" in slip.reasons[0]


def test_while_typing_and_before_an_import(store: Store) -> None:
    known = new(store, "resident", **AOQIER, phone="13947700001")
    with store.reading() as reader:
        (pair,) = likely(reader, "resident", "", AOQIER | {"name": "奥其尔"})
        assert pair.other == known
        assert likely(reader, "resident", known, AOQIER) == []  # nobody is their own duplicate
        assert likely(reader, "resident", "", {"name": "敖其尔"}) == []  # a name alone is nobody's
        assert likely(reader, "elder", "", {}) == []
        found = likely_new(
            reader, "resident", {"n1": AOQIER | {"name": "敖奇尔"}, "n2": AOQIER, "n3": {"name": "别人"}}
        )
    assert {frozenset((p.one, p.other)) for p in found} == {frozenset(("n1", "n2")), frozenset(("n1", known)), frozenset(("n2", known))}  # fmt: skip


def test_told_apart_is_not_asked_again_and_travels(store: Store) -> None:
    """Seen failing: with the pair kept as a local fact it was no entry."""
    one = new(store, "resident", **AOQIER)
    other = new(store, "resident", **(AOQIER | {"name": "奥其尔"}))
    assert len(pairs(store)) == 1
    done = tell_apart(store, "resident", other, one, AUTHOR)
    assert isinstance(done, Done) and done.entries
    again = tell_apart(store, "resident", one, other, AUTHOR)
    assert isinstance(again, Done) and again.entries == () and again.records == done.records
    assert pairs(store) == []
    with store.reading() as reader:
        assert likely(reader, "resident", other, AOQIER | {"name": "奥其尔"}) == []
        assert reader.get("distinct_pair", done.records[0]) is not None
    assert not isinstance(store.undo(done.entries[0], AUTHOR), Refusal)
    assert len(pairs(store)) == 1


def test_merged_with_everything_that_refers_and_taken_back_by_one_undo(store: Store) -> None:
    """Seen failing: without re-pointing the dependent files; without uniting a record that refers twice."""
    keep = new(store, "resident", **AOQIER, groups=["elder"])
    other = new(store, "resident", **(AOQIER | {"name": "奥其尔"}), phone="13947700001", groups=["elder", "alone"])
    number = "152722195003049976"
    store.change([Edit("resident", {"id_no": number}, other)], AUTHOR, "edit")
    ward = new(store, "resident", name="小敖", birth_date="2015-01-01", guardian=other)
    file = new(store, "elder", resident=keep, file_date="2024-01-01")
    second = new(store, "elder", resident=other, file_date="2024-02-02", alone=True)
    visit = new(store, "visit", elder=second, visit_date="2024-03-01") if "elder" in _fields("visit") else ""
    plot = new(store, "farm_plot", owner=other, name="门前地", area=4000)
    volunteer = new(store, "volunteer", name="奥其尔", resident=other)
    with store.reading() as reader:
        before = {
            k: [(f.id, dict(f.fields)) for f in reader.all(k)] for k in ("resident", "elder", "farm_plot", "volunteer")
        }
        looked = look(reader, "resident", keep, other)
    assert not isinstance(looked, Refusal)
    assert looked.moved == {"resident": 1, "elder": 1, "farm_plot": 1, "volunteer": 1}
    assert [s.name for s in looked.sides if s.differs] == ["name", "groups"]
    done = merge(store, "resident", keep, other, AUTHOR, {"name": "other"})
    assert isinstance(done, Done), done
    with store.reading() as reader:
        kept, gone = reader.get("resident", keep), reader.get("resident", other)
        assert kept is not None and gone is not None and gone.removed
        assert gone.fields["merged_into"] == keep
        assert (
            kept.fields["name"] == "奥其尔" and kept.fields["id_no"] == number and kept.fields["phone"] == "13947700001"
        )
        assert set(kept.fields["groups"] or []) == {"elder", "alone"}  # type: ignore[arg-type]
        assert _one(store, "resident", ward)["guardian"] == keep
        assert _one(store, "farm_plot", plot)["owner"] == keep
        assert _one(store, "volunteer", volunteer)["resident"] == keep
        (elder,) = reader.all("elder")
        assert elder.id == file and elder.fields["alone"] is True and elder.fields["file_date"] == "2024-01-01"
        if visit:
            assert _one(store, "visit", visit)["elder"] == file
    assert pairs(store) == []
    assert not isinstance(store.undo(done.entries[0], AUTHOR), Refusal)
    with store.reading() as reader:
        after = {k: [(f.id, dict(f.fields)) for f in reader.all(k)] for k in before}
    assert after == before
    assert store.differences() == []


def _fields(kind: str) -> set[str]:
    from station_app.kinds.base import KINDS

    return set(KINDS[kind].fields)


def _one(store: Store, kind: str, record: str) -> dict[str, Wire]:
    with store.reading() as reader:
        found = reader.get(kind, record)
    assert found is not None
    return dict(found.fields)


def test_hours_once_written_keep_their_volunteer(store: Store) -> None:
    """What is never changed keeps naming the merged record, which says whose it is now."""
    keep, other = (
        new(store, "volunteer", name="张三", phone="13947700001"),
        new(store, "volunteer", name="张三", phone="13947700001"),
    )
    done = store.change(
        [Edit("volunteer_hours", {"volunteer": other, "service_date": "2024-03-01", "hours": 60})], AUTHOR, "create"
    )
    assert isinstance(done, Done), done
    with store.reading() as reader:
        looked = look(reader, "volunteer", keep, other)
    assert not isinstance(looked, Refusal) and looked.staying == {"volunteer_hours": 1} and looked.moved == {}
    assert isinstance(merge(store, "volunteer", keep, other, AUTHOR), Done)
    assert _one(store, "volunteer_hours", done.records[0])["volunteer"] == other
    assert _one(store, "volunteer", other)["merged_into"] == keep
    assert store.differences() == []


def test_what_cannot_be_merged(store: Store) -> None:
    one = new(store, "resident", **AOQIER)
    for kind, a, b, code in (
        ("elder", one, one, MergeRefusal.NOT_PEOPLE),
        ("resident", one, one, MergeRefusal.THE_SAME),
    ):
        refused = merge(store, kind, a, b, AUTHOR)
        assert isinstance(refused, Refusal) and refused.code is code and refused.message
        told = tell_apart(store, kind, a, b, AUTHOR)
        assert isinstance(told, Refusal) and told.code is code
    assert isinstance(merge(store, "resident", one, "00000000-0000-4000-8000-000000000000", AUTHOR), Refusal)


def test_a_role_that_may_not_write_people_merges_nothing(store: Store) -> None:
    """The batch asks the same table of roles as a single change. Seen failing: batches asked nobody."""
    from station_app.store.roles import ALLOWED, Action

    role = next((r for r, actions in ALLOWED.items() if Action.WRITE_CARE not in actions), None)
    assert role is not None
    keep, other = new(store, "resident", **AOQIER), new(store, "resident", **AOQIER)
    new(store, "elder", resident=other)
    refused = merge(store, "resident", keep, other, Author(AUTHOR.id, role))
    assert isinstance(refused, Refusal)
    with store.reading() as reader:
        assert reader.count("resident") == 2


def test_keys_find_what_comparing_everybody_finds() -> None:
    """Blocking against all pairs on a register full of near namesakes: nothing worth an offer is lost."""
    import random

    dice = random.Random(7)
    names = ["敖其尔", "奥其尔", "张秀英", "臧秀英", "王海", "汪海", "李兰", "李南"]
    people = [
        Person(
            str(n), (dice.choice(names),), "", dice.choice(["", "1950-03-04", "1950-03", "1951-03-04", "1960-01-02"]),
            dice.choice(["a", "b", "c"]), dice.choice([(), ("13947700001",), ("13947700002",)]), dice.choice("12"),
        )
        for n in range(120)
    ]  # fmt: skip
    found = {frozenset((p.one, p.other)) for p in scan(people, "resident", set())}
    wanted = {
        frozenset((a.id, b.id))
        for at, a in enumerate(people)
        for b in people[at + 1 :]
        if compared("resident", a, b).score >= ENOUGH
    }
    assert wanted and len(found & wanted) / len(wanted) >= 0.99 and found <= wanted
