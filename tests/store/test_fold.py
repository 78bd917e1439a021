"""The twelve rules of "Fold, precisely": one test for each, and a machine of three devices."""

import random
import secrets
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from station_app.kinds.base import KINDS
from station_app.messages import Refusal
from station_app.store import entries as e
from station_app.store import heads, journal, schema
from station_app.store.change import Done, Edit
from station_app.store.engine import Database, open_sqlite
from station_app.store.fold import Fold
from station_app.store.heads import REMOVED, Write
from station_app.store.opened import Store
from station_app.store.refusals import StoreRefusal
from station_app.store.tables import misfit
from tests.store.conftest import AUTHOR, STATION
from tests.store.exchange import chain_of, rows_of, take_in
from tests.store.throwaway import ALL, known

KIND_NAMES = [k.kind_name for k in ALL]


def write(device: str, seq: int, time: int, values: dict[str, object], **seen: int) -> Write:
    return Write(device, seq, time, "u", values, seen)


def made(result: Done | Refusal) -> Done:
    assert isinstance(result, Done), result
    return result


# ---------------------------------------------------------------- the rules, on the pure functions


def test_rule_1_seen_is_not_transitive() -> None:
    """c saw b's entry, b saw a's: c does not know a's, so a's and c's values stand beside each other unless b wrote too."""
    a, b = write("a", 1, 1, {"a": 1}), write("b", 1, 2, {"b": 9}, a=1)
    c = write("c", 1, 3, {"a": 3}, b=1)
    assert {h.device for h in heads.heads([a, c])} == {"a", "c"}
    assert set(heads.resolve([a, b, c], "by_field").conflicts) == {"a"}


def test_rule_3_equal_heads_are_no_conflict_and_the_newest_is_shown() -> None:
    """(time, device) orders concurrent heads; all are kept."""
    same = heads.resolve([write("a", 1, 1, {"a": 1}), write("b", 1, 2, {"a": 1})], "by_field")
    assert same.values == {"a": 1} and not same.conflicts
    other = heads.resolve([write("a", 1, 5, {"a": 1}), write("b", 1, 5, {"a": 2})], "by_field")
    assert other.values == {"a": 2} and [c.value for c in other.conflicts["a"]] == [2, 1]


def test_rule_3_ask_shows_nothing_until_resolved() -> None:
    """A write that has seen all heads decides."""
    both = [write("a", 1, 1, {"a": 1}), write("b", 1, 2, {"a": 2})]
    assert heads.resolve(both, "ask").values == {"a": None}
    decided = heads.resolve([*both, write("a", 2, 3, {"a": 1}, b=1)], "ask")
    assert decided.values == {"a": 1} and not decided.conflicts


def test_rule_4_append_only_shows_the_least() -> None:
    """Others are listed."""
    out = heads.resolve([write("b", 1, 2, {"a": 2}), write("a", 1, 1, {"a": 1})], "append_only")
    assert out.values == {"a": 1} and [c.value for c in out.conflicts["*"]] == [{"a": 1}, {"a": 2}]


def test_rule_4_newest_takes_whole_records() -> None:
    """Never a mixture of two."""
    out = heads.resolve([write("a", 1, 1, {"a": 1, "b": 1}), write("b", 1, 2, {"a": 2, "b": 2})], "newest")
    assert out.values == {"a": 2, "b": 2} and "*" in out.conflicts


def test_rule_5_a_lying_device_does_not_split_the_others() -> None:
    """Each claims to have seen the other: all writes are heads."""
    lie = [write("a", 1, 1, {"a": 1}, b=1), write("b", 1, 2, {"a": 2}, a=1), write("c", 1, 0, {"a": 3})]
    assert len(heads.heads(lie)) == 3


def test_rule_6_a_removal_beside_an_edit_is_a_conflict_on_removed() -> None:
    """And a removal that saw the edit is not."""
    edit = write("a", 2, 5, {"a": 2})
    first = write("a", 1, 1, {"a": 1})
    unseen = heads.resolve([first, edit, write("b", 1, 6, {REMOVED: True}, a=1)], "by_field")
    assert set(unseen.conflicts) == {REMOVED} and unseen.values[REMOVED] is True
    seen = heads.resolve([first, edit, write("b", 1, 6, {REMOVED: True}, a=2)], "by_field")
    assert not seen.conflicts and seen.values[REMOVED] is True


# ---------------------------------------------------------------- on a store


def test_rule_2_a_form_opened_before_a_later_write_is_stale(store: Store) -> None:
    """Only for the same fields."""
    record = made(store.change([Edit("t_loose", {"a": 1, "b": 1})], AUTHOR, "create")).records[0]
    opened_at = store.position()
    made(store.change([Edit("t_loose", {"a": 2}, record)], AUTHOR, "edit"))
    refused = store.change([Edit("t_loose", {"a": 3}, record)], AUTHOR, "edit", opened_at=opened_at)
    assert isinstance(refused, Refusal) and refused.code is StoreRefusal.STALE
    made(store.change([Edit("t_loose", {"b": 3}, record)], AUTHOR, "edit", opened_at=opened_at))


def test_rule_8_a_value_that_does_not_fit_is_null_and_reported(store: Store) -> None:
    """Never raised; a later fitting value takes the report away."""
    bad: list[object] = ["text", 2**60, True, [1], {"x": 1}, 1.5]
    with store.database.writing() as connection:
        for n, value in enumerate(bad):
            body = b'{"a":' + __import__("json").dumps(value).encode() + b"}"
            store.door.append(connection, [e.make_item("t_loose", f"r{n}", False, body)], AUTHOR, "edit", _op(n), None)
        nul = e.make_item("t_loose", "r9", True, b'{"name":"a\\u0000b"}')
        store.door.append(connection, [nul], AUTHOR, "edit", _op(99), None)
    with store.database.reading() as connection:
        assert {row.record for row in connection.execute(select(misfit))} == {f"r{n}" for n in range(len(bad))} | {"r9"}
    with store.reading() as reader:
        assert all(reader.get("t_loose", f"r{n}").fields == {} for n in range(len(bad)))  # type: ignore[union-attr]  # they are there
    made(store.change([Edit("t_loose", {"a": 5}, "r0")], AUTHOR, "edit"))
    with store.database.reading() as connection:
        assert "r0" not in {row.record for row in connection.execute(select(misfit))}
    assert store.differences() == []


def _op(n: int) -> str:
    return f"00000000-0000-4000-8000-{n:012d}"


def test_rule_10_a_repeated_operation_is_the_same_entry(store: Store) -> None:
    """A retry after a lost acknowledgement does not double."""
    first = made(store.change([Edit("t_loose", {"a": 1})], AUTHOR, "create", op=_op(1)))
    again = made(store.change([Edit("t_loose", {"a": 1})], AUTHOR, "create", op=_op(1)))
    assert again.entries == first.entries and again.records == first.records
    assert store.entry_count() == 1


def test_a_kind_of_a_newer_version_is_kept_and_folded_after_the_update(store: Store) -> None:
    """Unknown kinds and fields stay in the journal; a rebuild folds them."""
    once = KINDS["t_once"]
    KINDS.forget("t_once")
    with store.database.writing() as connection:
        item = e.make_item("t_once", "r1", False, b'{"a":4,"newer":1}')
        store.door.append(connection, [item], AUTHOR, "create", _op(1), None)
    KINDS.add(once)
    store.fold_again()
    with store.reading() as reader:
        found = reader.get("t_once", "r1")
    assert found is not None and found.fields == {"a": 4}


def test_an_incomplete_batch_waits(store: Store, tmp_path: Path) -> None:
    """Elsewhere a batch is folded when it is complete, and nothing before."""
    groups = [[Edit("t_loose", {"name": "名" * 50, "a": n})] for n in range(2_000)]
    done = made(store.batch(groups, AUTHOR, "import"))
    assert len(done.entries) > 2
    chain = chain_of(store.database, store.device)
    other = open_sqlite(tmp_path / "other.db", None)
    schema.bring_up(other, searchable=False)
    fold = Fold()
    take_in(other, fold, STATION, store.device, chain[:-1])
    with other.reading() as connection:
        assert rows_of(connection, KIND_NAMES) == {}
        assert journal.position(connection, STATION) == {}
    take_in(other, fold, STATION, store.device, chain)
    with other.reading() as connection, store.database.reading() as own:
        assert rows_of(connection, KIND_NAMES) == rows_of(own, KIND_NAMES)
    other.close()


# ---------------------------------------------------------------- the machine

_template: dict[str, Path] = {}


def _fresh_store(folder: Path, name: str) -> Store:
    """A store from a template file, with a device of its own: creating tables is the slow part."""
    if "path" not in _template:
        place = Path(tempfile.mkdtemp()) / "template.db"
        database = open_sqlite(place, None)
        schema.bring_up(database, searchable=True)
        database.close()
        _template["path"] = place
    path = folder / f"{name}.db"
    shutil.copy(_template["path"], path)
    database = open_sqlite(path, None)
    with database.writing() as connection:
        journal.register(connection, STATION, name, own=True)
    return Store(database, folder, STATION, name)


class ThreeDevices(RuleBasedStateMachine):
    """Edits, removals, partial and repeated exchange among three devices: all of them converge, in every order."""

    @initialize()
    def start(self) -> None:
        self.context = known()
        self.context.__enter__()
        self.folder = Path(tempfile.mkdtemp())
        self.devices = [_fresh_store(self.folder, f"{n}{n}{n}-device") for n in "abc"]
        self.records = {kind: [_op(10 * i + j) for j in range(2)] for i, kind in enumerate(KIND_NAMES)}

    @rule(
        who=st.integers(0, 2),
        kind=st.sampled_from(KIND_NAMES),
        which=st.integers(0, 1),
        field=st.sampled_from(["a", "b", "name", REMOVED]),
        value=st.integers(0, 3),
    )
    def edit(self, who: int, kind: str, which: int, field: str, value: int) -> None:
        """Any device writes any field; refusals (undecided, append-only, removed) are part of the game."""
        if field not in KINDS[kind].fields and field != REMOVED:
            field = "a"
        content: object = bool(value % 2) if field == REMOVED else str(value) if field == "name" else value
        self.devices[who].change([Edit(kind, {field: content}, self.records[kind][which])], AUTHOR, "edit")  # type: ignore[dict-item]  # values of wire

    @rule(giving=st.integers(0, 2), taking=st.integers(0, 2), whose=st.integers(0, 2), part=st.floats(0, 1))
    def exchange(self, giving: int, taking: int, whose: int, part: float) -> None:
        """A part of somebody's chain arrives, as far as the giver holds it; what is known already arrives again."""
        giver, taker, device = self.devices[giving], self.devices[taking], self.devices[whose].device
        if device == taker.device:
            return
        with giver.database.reading() as connection:
            if journal.device_named(connection, device) is None:
                return
        chain = chain_of(giver.database, device)
        take_in(taker.database, taker.fold, STATION, device, chain[: round(part * len(chain))])

    @rule(who=st.integers(0, 2), value=st.integers(0, 3))
    def decide(self, who: int, value: int) -> None:
        """A person decides the first conflict for one of its heads."""
        found = self.devices[who].conflicts()
        if found:
            head = found[0].heads[value % len(found[0].heads)]
            self.devices[who].resolve(found[0].id, f"{head['device']}:{head['seq']}", AUTHOR)

    @invariant()
    def tables_are_the_fold(self) -> None:
        """Invariant 2 at every step, on one device in turn."""
        if hasattr(self, "devices") and random.random() < 0.2:
            assert random.choice(self.devices).differences() == []

    def teardown(self) -> None:
        """Everything everywhere: the same rows, however it is folded."""
        if not hasattr(self, "devices"):
            return
        try:
            self._converge()
        finally:  # else the next history would declare the kinds twice, and hide what went wrong in this one
            shutil.rmtree(self.folder)
            self.context.__exit__(None, None, None)

    def _converge(self) -> None:
        chains = {d.device: chain_of(d.database, d.device) for d in self.devices}
        for taker in self.devices:
            for device in random.sample(sorted(chains), 3):
                if device != taker.device:
                    take_in(taker.database, taker.fold, STATION, device, chains[device])
        with self.devices[0].database.reading() as connection:
            expected = rows_of(connection, KIND_NAMES)
        for other in self.devices[1:]:
            with other.database.reading() as connection:
                assert rows_of(connection, KIND_NAMES) == expected
        self._in_another_order(chains, expected)
        for one in self.devices:
            assert set(one.check().values()) <= {"ok"}
            one.close()

    def _in_another_order(self, chains: dict[str, list[tuple[e.Entry, bytes]]], expected: dict[str, object]) -> None:
        fresh = _fresh_store(self.folder, "fresh-device")
        left = {d: list(c) for d, c in chains.items() if c}
        done: dict[str, list[tuple[e.Entry, bytes]]] = {d: [] for d in left}
        while left:
            device = random.choice(sorted(left))
            for _n in range(random.randint(1, 3)):
                if left.get(device):
                    done[device].append(left[device].pop(0))
            take_in(fresh.database, fresh.fold, STATION, device, done[device])
            if not left[device]:
                del left[device]
        with fresh.database.reading() as connection:
            assert rows_of(connection, KIND_NAMES) == expected
        assert fresh.differences() == []
        fresh.close()


TestThreeDevices = ThreeDevices.TestCase
TestThreeDevices.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)


@pytest.mark.postgresql
def test_postgresql_folds_to_the_same_rows(store: Store, postgres: Database, tmp_path: Path) -> None:
    """Invariant 3 on the centre's database: every kind of value, conflicts included, in another order of arrival."""
    other = _fresh_store(tmp_path, "other-device")
    records = {kind: _op(n) for n, kind in enumerate(KIND_NAMES)}
    dice = random.Random(7)
    for step in range(120):
        device = (store, other)[step % 2]
        kind = dice.choice(KIND_NAMES)
        values: dict[str, object] = {"a": dice.randint(0, 2**40)}
        if kind == "t_loose":
            values |= {
                "flag": dice.choice([True, False, None]),
                "name": f"𬶏{step}",
                "tags": [records["t_loose"]] * (step % 3),
            }
        device.change([Edit(kind, values, records[kind])], AUTHOR, "edit")  # type: ignore[arg-type]  # values of wire
        if dice.random() < 0.15:
            take_in(other.database, other.fold, STATION, store.device, chain_of(store.database, store.device))
    schema.bring_up(postgres, searchable=False)
    fold = Fold()
    for device in (other, store):
        take_in(postgres, fold, STATION, device.device, chain_of(device.database, device.device))
    take_in(store.database, store.fold, STATION, other.device, chain_of(other.database, other.device))
    with postgres.reading() as there, store.database.reading() as here:
        assert rows_of(there, KIND_NAMES) == rows_of(here, KIND_NAMES)
        assert rows_of(here, KIND_NAMES)
    with postgres.reading() as connection:
        from station_app.store import rebuild

        assert rebuild.differences(connection, STATION, tmp_path) == []
    other.close()


def test_an_encrypted_file_cannot_be_read_without_its_key(store: Store, tmp_path: Path) -> None:
    """Invariant 9, for the database: no planted text in any file of the folder, and no table without the key."""
    for n in range(200):
        made(store.change([Edit("t_loose", {"name": f"王植株{n}"})], AUTHOR, "create"))
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert "王植株".encode() not in file.read_bytes(), file
    locked = open_sqlite(tmp_path / "station.db", secrets.token_bytes(32))
    with pytest.raises(Exception, match="not a database"), locked.reading() as connection:
        connection.execute(select(misfit)).all()
    locked.close()
