"""A few histories in every test run, and controls: the machine finds what was broken on purpose. Long: ``python -m tests.machines``."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection

from station_app.store import heads as heads_module
from station_app.store import journal
from station_app.store.change import Door
from station_app.store.engine import DRIVER_ERRORS
from station_app.store.fold import Fold
from station_app.store.heads import Outcome
from station_app.store.journal import Device
from station_app.sync import siblings
from station_app.sync.siblings import Note
from tests.machines import histories
from tests.machines.__main__ import run
from tests.machines.world import FIRST, World, Wrong


def test_histories_of_a_station() -> None:
    """Two random histories of up to five computers and a centre: nothing wrong, and something happened."""
    result = run(examples=2, steps=18, start=20261124)
    assert result["wrong"] == [], result
    assert result["histories"] == 2
    assert len(result["faults"]) >= 5, result  # type: ignore[arg-type]  # a dict


def test_histories_of_a_record_converge_in_every_order() -> None:
    """DESIGN "Fold, precisely", against a reference and in three databases; 100,000 by ``tests.machines.histories``."""
    result = histories.run(600, seed=7, every=30)
    assert result["wrong"] == [] and result["in_databases"] == 20
    assert set(result["rules"]) == set(histories.RULES.values())
    assert all(result["faults"][each] for each in ("wrong clock", "lie", "removal", "decision", "withdrawal"))


# ---------------------------------------------------------------- controls


class _Arrival(Fold):
    """Planted: whatever arrives last wins."""

    def _place(self, work: Any, key: Any, values: Any, *rest: Any) -> None:
        work.rows.setdefault(key, {}).update(values)


def test_control_a_merge_that_depends_on_arrival_is_found() -> None:
    """The fast path taken always: three databases that got the same entries in another order disagree."""
    result = histories.run(120, seed=0, every=4, fold=_Arrival)
    assert any(found.startswith(("arrival", "fold")) for found in result["wrong"])


def test_control_a_merge_that_depends_on_the_order_of_a_list_is_found() -> None:
    """The first of several heads shown instead of the newest by (time, device)."""

    def first_come(writes: Any, merge: str) -> Outcome:
        outcome = heads_module.resolve(writes, merge)
        for name in outcome.conflicts:
            if name in outcome.values and merge == "by_field":
                outcome.values[name] = next(w.values[name] for w in writes if name in w.values)
        return outcome

    assert histories.run(400, seed=0, every=0, resolve=first_come)["wrong_count"]


def test_control_a_decision_that_is_lost_is_found() -> None:
    """Heads dropped silently: of several only the newest is kept."""

    def forgetful(writes: Any, merge: str) -> Outcome:
        outcome = heads_module.resolve(writes, merge)
        outcome.conflicts = {n: c for n, c in outcome.conflicts.items() if n != "a"}
        return outcome

    assert histories.run(200, seed=0, every=0, resolve=forgetful)["wrong_count"]


def test_control_a_centre_that_sees_something_else_for_withheld_fields_is_found() -> None:
    """Planted: removals look only at heads of fields that are known (what ``heads._removal`` once did)."""

    def by_known_fields(writes: Any, merge: str) -> Outcome:
        known = [w for w in writes if w.values]
        return heads_module.resolve(known, merge)

    found = histories.run(1_500, seed=0, every=0, resolve=by_known_fields)
    assert any("withheld" in each for each in found["wrong"])


@pytest.fixture
def world() -> Iterator[World]:
    found = World(1, Counter())
    yield found
    found.close()


def story(world: World) -> None:
    """Two computers disagree, meet, decide; a third joins late; everything is checked."""
    one, two, three = world.computers
    stick = world.sticks[0]
    with world.at(None):
        world.say(one, "t_loose", 0, {"a": 1, "b": 1})
        world.say(two, "t_loose", 0, {"a": 2, "b": 2})
    world.send(one, stick)
    world.receive(two, stick)
    world.send(two, stick)
    world.edit(three, "t_asked", 0, ["a"])
    world.receive(three, stick)
    world.send(three, stick)
    world.edit(three, "t_loose", 0, ["b", "name"])
    world.receive(one, stick)
    world.decide(one, 0, typed=False)
    world.settle()
    world.check_all()


def test_the_story_of_the_controls_is_right(world: World) -> None:
    """Without anything planted nothing is wrong: else the controls below would prove nothing."""
    story(world)
    assert FIRST["t_loose"][0] in world.records["t_loose"]


def test_control_seen_claimed_transitively_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a computer claims to know what those it met knew."""
    honest = Door._newly_seen

    def hearsay(connection: Connection, own: Device, family: Any) -> dict[str, int]:
        said = honest(connection, own, family)
        for other in family:
            if other.device != own.device:
                said[other.device] = max(said.get(other.device, 0), other.folded + 1)
        return said

    monkeypatch.setattr(Door, "_newly_seen", staticmethod(hearsay))
    with pytest.raises(Wrong, match="claims to have seen"):
        story(world)


def test_control_acknowledging_what_was_not_taken_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: position notes that say one entry more of each chain than is held."""
    honest: Callable[[Note], bytes] = Note.line

    def boasting(note: Note) -> bytes:
        import msgspec

        return honest(msgspec.structs.replace(note, holds={d: seq + 1 for d, seq in note.holds.items()}))

    monkeypatch.setattr(siblings.Note, "line", boasting)
    with pytest.raises(Wrong, match="did not reach everybody"):
        story(world)


def test_control_taking_a_bundle_twice_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: what is held already is appended once more, under the next number."""
    honest = journal.append

    def twice(connection: Connection, to: Device, new: Any, folded: bool = False) -> None:
        honest(connection, to, new, folded)
        if not folded:  # it came from outside
            connection.exec_driver_sql(
                "INSERT INTO journal_entry SELECT at + 1, op, batch, hash, line FROM journal_entry WHERE at = ?",
                (journal.at_of(to.no, new[-1][0].head.seq),),
            )
            connection.exec_driver_sql("UPDATE journal_device SET seq = seq + 1 WHERE no = ?", (to.no,))

    monkeypatch.setattr(journal, "append", twice)
    with pytest.raises((Wrong, *DRIVER_ERRORS)):
        story(world)


def test_control_a_lost_head_is_found_by_the_reference(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: the slow path keeps no conflicts."""
    monkeypatch.setattr(Fold, "_keep_conflicts", staticmethod(lambda *_given: None))
    with pytest.raises(Wrong, match="conflicts of a t_loose"):
        story(world)
