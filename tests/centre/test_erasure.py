"""The centre and erasures: countersigned at the hand-in, cleared out of every file, never held against the station."""

import json

import pytest

from station_app.centre import erasures
from station_app.messages import Refusal
from station_app.store import entries as e
from station_app.store import erasure, journal
from station_app.store.change import Edit
from station_app.store.records import Reader
from station_app.store.tables import entry as entry_table
from station_app.sync import opening
from station_app.sync.receipts import Verdict, verdict_of
from station_app.work import erasing, month_end
from tests.centre.conftest import Scene
from tests.centre.test_recount import plus_one
from tests.sync.parts import MONTH, add_hours, good, signed_month

REASON = "本人书面要求"


def person_with_visit(scene: Scene) -> tuple[str, str]:
    """A resident and a visit, whose open fields the centre gets."""
    store, author = scene.station.store, scene.station.author
    person = good(store.change([Edit("resident", {"name": "王桂兰", "sex": "2"})], author, "add")).records[0]
    fields = {"resident": person, "visit_at": "2026-03-05T09:00", "mode": "home", "note": "秘密"}
    return person, good(store.change([Edit("visit", fields)], author, "add")).records[0]


def test_the_centre_erases_and_countersigns_and_the_station_hears_of_it(scene: Scene) -> None:
    """On SQLite and PostgreSQL: rows and bodies gone, chains and vouchers hold, "waits" becomes "countersigned".

    Seen failing: the countersignature written under another device; raw bundles left.
    """
    person, visit = person_with_visit(scene)
    scene.send()
    scene.take()
    scene.receive()
    station = scene.station.store.station
    with scene.centre.database.reading() as connection:
        assert Reader(connection, station).get("visit", visit) is not None
    raw = list((scene.centre.folder / "bundles" / station).glob("*.bundle"))
    assert len(raw) == 1
    done = good(erasing.erase(scene.station, [("resident", person), ("visit", visit)], REASON))
    assert (done.records, done.items) == (2, 4)
    register = erasing.register(scene.station)
    assert [one.countersigned for one in register] == [None, None]
    scene.send()
    taken = scene.take()
    assert not taken.refused
    with scene.centre.database.reading() as connection:
        reader = Reader(connection, station)
        assert reader.get("resident", person) is None and reader.get("visit", visit) is None
        assert [r.fields["countersigned_on"] is not None for r in reader.all("erasure")] == [True, True]
        assert all("reason" not in r.fields for r in reader.all("erasure")), "the reason stays at the station"
        assert erasure.pending(connection, station) is None
    assert not raw[0].exists()
    checked = scene.centre.check()
    assert checked.ok, checked
    scene.receive()
    assert all(one.countersigned for one in erasing.register(scene.station))
    assert scene.station.store.differences() == [] and set(scene.station.store.check().values()) == {"ok"}
    before = scene.centre.check().entries
    scene.send()
    scene.take()
    assert scene.centre.check().entries == before, "countersigned once"


def test_stubs_of_withheld_items_name_the_erasure_too(scene: Scene) -> None:
    """Private items came as stubs; the erasure is written over them, open and private; every hash holds."""
    person, visit = person_with_visit(scene)
    scene.send()
    scene.take()
    done = good(erasing.erase(scene.station, [("visit", visit), ("resident", person)], REASON))
    scene.send()
    scene.take()
    found: set[tuple[bool, str | None]] = set()
    with scene.centre.database.reading() as connection:
        one = journal.device_named(connection, scene.station.store.device)
        assert one is not None and journal.chain_problem(connection, one) is None
        for _seq, _digest, line in journal.chain(connection, one.no):
            found |= {(i.private, i.erased_by) for i in e.parse(line).items if i.record in (person, visit)}
    assert found == {(False, done.entries[0]), (True, done.entries[0])}


def test_an_erasure_that_comes_with_the_first_hand_in_and_one_whose_bundles_wait(scene: Scene) -> None:
    """Erased before anything was handed in; and erased while a later bundle waits for an earlier one.

    Seen failing: the fold stopped at stubs whose erasure stands further on in the same chain.
    """
    person, _visit = person_with_visit(scene)
    scene.send()
    (first,) = scene.to_centre.glob("*.bundle")
    early = first.read_bytes()
    first.unlink()
    scene.station.store.change([Edit("resident", {"address": "某处"}, person)], scene.station.author, "edit")
    scene.send()
    (name,) = {p.name for p in scene.to_centre.glob("*.bundle")} - {first.name}
    first.unlink(missing_ok=True)
    assert scene.take().missing, f"{name} waits"
    good(erasing.erase(scene.station, [("resident", person)], REASON))
    scene.send()
    scene.take()
    station = scene.station.store.station
    assert scene.centre.check().ok and not list((scene.centre.folder / "waiting").rglob("*.bundle"))
    first.write_bytes(early)  # an old stick turns up: what it brings is known, and its bodies are not kept
    scene.take()
    assert scene.centre.check().ok
    for path in (scene.centre.folder / "bundles" / station).glob("*.bundle"):
        keys, roots = scene.centre.authority.keys.identity, scene.centre.authority.roots
        opened = opening.open_sealed(path.read_bytes(), keys, roots, opening.now())
        assert not isinstance(opened, Refusal) and b'{"sex":"2"}' not in opened[0].content


def test_an_erasure_without_a_reason_is_not_countersigned(scene: Scene) -> None:
    """A program that leaves the reason out. Seen failing: the reason not looked for."""
    person, _visit = person_with_visit(scene)
    store = scene.station.store
    body = e.encode_body({"erased_on": "2026-01-02", "target_kind": "resident", "target": person, "ground": "request"})
    with store.database.writing() as connection:
        item = e.make_item("erasure", "00000000-0000-4000-8000-0000000000aa", False, body)
        made = store.door.append(
            connection, [item], scene.station.author, "erase", "00000000-0000-4000-8000-0000000000ab", None
        )
        erasure.ordered(connection, store.fold, store.station, [made])
    scene.send()
    scene.take()
    scene.receive()
    assert [one.countersigned for one in erasing.register(scene.station)] == [None]


def test_a_countersignature_counts_only_from_the_centres_own_chain(scene: Scene) -> None:
    """The station writes the day itself. Seen failing: the field believed whoever wrote it."""
    person, _visit = person_with_visit(scene)
    good(erasing.erase(scene.station, [("resident", person)], REASON))
    (one,) = erasing.register(scene.station)
    edit = Edit("erasure", {"countersigned_on": "2026-12-31"}, one.record)
    good(scene.station.store.change([edit], scene.station.author, "edit"))
    assert [r.countersigned for r in erasing.register(scene.station)] == [None]


# ---------------------------------------------------------------------- reports


def volunteers_hours(scene: Scene) -> str:
    """A signed month of one volunteer; the volunteer."""
    shifts = add_hours(scene.station)
    signed_month(scene.station)
    with scene.station.store.reading() as reader:
        found = reader.get("volunteer_hours", shifts[0])
    assert found is not None
    return str(found.fields["volunteer"])


def test_a_report_we_agreed_with_is_still_agreed_with_after_an_erasure(scene: Scene) -> None:
    """Counted anew without the erased hours: the signed figures stay, lines are told apart, nobody is accused.

    Seen failing: the recount's differences passed on as they are.
    """
    person = volunteers_hours(scene)
    scene.send()
    assert scene.take().reports[scene.station.store.station][MONTH].agrees
    with scene.station.store.reading() as reader:
        targets = erasing.belonging(reader, "volunteer", person)
    assert len(targets) == 4
    good(erasing.erase(scene.station, targets, REASON))
    scene.send()
    assert scene.take().reports[scene.station.store.station][MONTH].agrees
    verdict = good(scene.centre.report(scene.station.store.station, MONTH))
    assert verdict.agrees and not verdict.differs
    assert verdict.erased and all(line["proven"] for line in verdict.erased)
    assert {line["key"] for line in verdict.erased} >= {"F04"}


def test_erased_before_the_first_count_the_kept_list_proves_the_month(scene: Scene) -> None:
    """The station's kept list of contributing records adds up to the signed figure, and only erased ones are lacking."""
    person = volunteers_hours(scene)
    with scene.station.store.reading() as reader:
        targets = erasing.belonging(reader, "volunteer", person)
    good(erasing.erase(scene.station, targets, REASON))
    scene.send()
    verdict = scene.take().reports[scene.station.store.station][MONTH]
    assert verdict.agrees and not verdict.differs
    month = [line for line in verdict.erased if line["column"] == "month"]
    assert month and all(line["proven"] for line in month)
    assert {line["proven"] for line in verdict.erased if line["column"] == "year"} == {False}, (
        "a year's list was not kept"
    )
    scene.receive()
    told = verdict_of(scene.station.store, MONTH)
    assert told is not None and told.erased == verdict.erased, "the receipt says it"
    good(scene.centre.countersign(scene.station.store.station, MONTH))


def test_an_erasure_hides_no_wrong_number(scene: Scene) -> None:
    """One more than it is, and something erased that has nothing to do with it: the line still differs (A14).

    Seen failing: every difference excused as soon as anything was erased.
    """
    add_hours(scene.station)
    signed_month(scene.station, spoil=plus_one)
    person, visit = person_with_visit(scene)
    good(erasing.erase(scene.station, [("resident", person), ("visit", visit)], REASON))
    scene.send()
    verdict = scene.take().reports[scene.station.store.station][MONTH]
    assert not verdict.agrees
    assert [(d["key"], d["column"], d["theirs"], d["ours"]) for d in verdict.differs] == [
        ("F04", "month", "5.50", "4.50")
    ]


def test_a_smaller_year_is_never_excused(scene: Scene) -> None:
    """Without the erased records ours can only be smaller."""
    person, visit = person_with_visit(scene)
    good(erasing.erase(scene.station, [("resident", person), ("visit", visit)], REASON))
    with scene.station.store.reading() as reader:
        line = {"key": "F04", "column": "year", "theirs": "3.00", "ours": "4.50", "records": []}
        verdict = Verdict("", False, [line, line | {"theirs": "6.00"}])
        told = erasures.told_apart(reader.connection, scene.station.store.station, verdict, {}, None)
    assert [d["theirs"] for d in told.differs] == ["3.00"] and [d["theirs"] for d in told.erased] == ["6.00"]
    assert not told.agrees and json.dumps(told.erased)


def test_what_was_left_to_clear_away_is_done_at_the_next_opening(scene: Scene) -> None:
    """Killed between commit and clearing away."""
    person, _visit = person_with_visit(scene)
    scene.send()
    scene.take()
    good(erasing.erase(scene.station, [("resident", person)], REASON))
    scene.send()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(scene.centre.erasures), "finish", lambda _self, _station: False)
        scene.take()
    station = scene.station.store.station
    with scene.centre.database.reading() as connection:
        assert erasure.pending(connection, station) is not None
    scene.centre.erasures.resume()
    with scene.centre.database.reading() as connection:
        assert erasure.pending(connection, station) is None
        assert connection.execute(entry_table.select()).first() is not None


def test_the_station_itself_is_not_told_that_its_signed_month_is_wrong(scene: Scene) -> None:
    """No correction, no supplement: figures of a signed month stay as signed, and explaining says how many were erased.

    Seen failing: erased hours as a supplement of minus 4.5 hours in the next month.
    """
    person = volunteers_hours(scene)
    with scene.station.store.reading() as reader:
        targets = erasing.belonging(reader, "volunteer", person)
    good(erasing.erase(scene.station, targets, REASON))
    looked = good(month_end.look(scene.station, MONTH))
    assert looked.numbers["F04"].month == "0.00" and looked.differing == ()
    assert good(month_end.look(scene.station, "2024-06")).late.lines == ()
    explained = good(month_end.explained(scene.station, MONTH, "F04"))
    assert explained.value == "4.50" and len(explained.records) == 3, "the kept list holds ids alone"
    add_hours(scene.station, shifts=1)
    assert {d.key for d in good(month_end.look(scene.station, MONTH)).differing} >= {"F04"}, "what is late still differs"
