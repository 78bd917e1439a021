"""A proof carried on from the last one finds whatever folding everything anew would find."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from station_app.store import proof, rebuild
from station_app.store.change import Done, Edit
from station_app.store.opened import Store
from tests.store.conftest import AUTHOR


def made(result: object) -> Done:
    """The acknowledgement."""
    assert isinstance(result, Done), result
    return result


def looked(store: Store) -> list[dict[str, object]]:
    """What signing asks."""
    with store.database.reading() as connection:
        return store.differences_of(connection)


def carried(store: Store) -> bool:
    """Whether the short way can tell that all is well."""
    known = proof.unpacked(store.fact(proof.FACT))
    with store.database.reading() as connection:
        return known is not None and proof.carried_on(connection, store.station, known) is not None


@pytest.fixture
def proven(store: Store) -> tuple[Store, list[str]]:
    """Records of every merge rule, proven; then some of them edited, others added."""
    ids = [made(store.change([Edit("t_loose", {"name": f"王{n}", "a": n, "flag": n % 2 == 0})], AUTHOR, "create")).records[0] for n in range(12)]
    ids += [made(store.change([Edit("t_whole", {"a": n, "b": n})], AUTHOR, "create")).records[0] for n in range(4)]
    ids += [made(store.change([Edit("t_once", {"a": n})], AUTHOR, "create")).records[0] for n in range(4)]
    assert store.differences() == []
    made(store.change([Edit("t_loose", {"b": 7}, ids[0])], AUTHOR, "edit"))
    made(store.change([Edit("t_whole", {"b": 9}, ids[12])], AUTHOR, "edit"))
    made(store.remove("t_loose", ids[1], AUTHOR))
    made(store.batch([[Edit("t_loose", {"name": f"李{n}", "tags": [ids[0]]})] for n in range(30)], AUTHOR, "import"))
    return store, ids


def test_what_was_proven_is_not_folded_again(proven: tuple[Store, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """And each proof begins where the last one ended."""
    store, ids = proven

    def no(*_given: Any, **_named: Any) -> Any:
        raise AssertionError("folded everything")

    monkeypatch.setattr(rebuild, "differences", no)
    assert looked(store) == []
    made(store.change([Edit("t_loose", {"a": 99}, ids[3])], AUTHOR, "edit"))
    assert looked(store) == []
    assert looked(store) == []


_TAMPERINGS: dict[str, Callable[[list[str]], str]] = {
    "a row written before": lambda ids: f"UPDATE t_loose SET a = a + 1 WHERE id = '{ids[5]}'",
    "a row written since": lambda ids: f"UPDATE t_loose SET b = 8 WHERE id = '{ids[0]}'",
    "a row of the batch": lambda ids: "UPDATE t_loose SET name = '张' WHERE name = '李3'",
    "a removal taken back": lambda ids: f"UPDATE t_loose SET removed = NULL WHERE id = '{ids[1]}'",
    "a row too many": lambda ids: "INSERT INTO t_once (station, id, a) VALUES ('15060210201', 'x', 1)",
    "a row gone": lambda ids: f"DELETE FROM t_once WHERE id = '{ids[17]}'",
    "a row written since gone": lambda ids: f"DELETE FROM t_loose WHERE id = '{ids[0]}'",
    "two values exchanged": lambda ids: f"UPDATE t_whole SET a = 3 - a WHERE id IN ('{ids[13]}', '{ids[14]}')",
    "a conflict made up": lambda ids: f"INSERT INTO fold_conflict VALUES ('15060210201', '{ids[2]}', 't_loose', 'a', '[]')",
    "an older row": lambda ids: f"UPDATE t_loose SET b = NULL WHERE id = '{ids[0]}'",
}  # fmt: skip


@pytest.mark.parametrize("what", _TAMPERINGS)
def test_every_tampering_is_found(proven: tuple[Store, list[str]], what: str) -> None:
    """Before the position and after it."""
    store, ids = proven
    with store.database.writing() as connection:
        assert connection.execute(text(_TAMPERINGS[what](ids))).rowcount > 0
    assert not carried(store)
    assert looked(store) != []


def test_an_older_proof_put_back_with_an_older_row_is_found(store: Store) -> None:
    """Two pages replayed together: the record only counts as written since."""
    record = made(store.change([Edit("t_loose", {"a": 1})], AUTHOR, "create")).records[0]
    assert store.differences() == []
    older = store.fact(proof.FACT)
    assert older is not None
    made(store.change([Edit("t_loose", {"a": 2}, record)], AUTHOR, "edit"))
    assert looked(store) == []
    store.keep(proof.FACT, older)
    with store.database.writing() as connection:
        connection.execute(text("UPDATE t_loose SET a = 1"))
    assert not carried(store) and looked(store) != []


def test_a_lost_trace_of_a_write_is_not_believed(proven: tuple[Store, list[str]]) -> None:
    """Without its touch the fold would not know an older write: the sum of then does."""
    store, ids = proven
    with store.database.writing() as connection:
        connection.execute(text(f"DELETE FROM fold_touch WHERE record = '{ids[0]}'"))
        connection.execute(text(f"UPDATE t_loose SET name = NULL, a = NULL, flag = NULL WHERE id = '{ids[0]}'"))
    assert not carried(store) and looked(store) != []


@pytest.mark.parametrize("what", ["hash = zeroblob(32)", "line = zeroblob(50)"])
@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_changed_line_or_another_chain_ends_the_short_way(proven: tuple[Store, list[str]], what: str, place: int) -> None:
    """The position is a hash, not only a number; links after it are checked."""
    store, _ids = proven
    with store.database.writing() as connection:
        connection.execute(text(f"UPDATE journal_entry SET {what} WHERE at = (SELECT max(at) - {place} FROM journal_entry)"))
    assert place == 4 and what.startswith("line") or not carried(store)  # a line of before is no longer read


def test_random_stores_give_the_same_answer_as_folding_everything(store: Store) -> None:
    """Forty rounds: edits, proofs, now and then a tampering, which both ways find."""
    dice = random.Random(5)
    records: dict[str, list[str]] = {"t_loose": [], "t_whole": [], "t_asked": [], "t_once": []}
    found = 0
    for round_ in range(40):
        for _n in range(dice.randint(0, 6)):
            kind = dice.choice(list(records))
            record = dice.choice(records[kind]) if records[kind] and kind != "t_once" and dice.random() < 0.6 else None
            done = store.change([Edit(kind, {"a": dice.randint(0, 5)}, record)], AUTHOR, "edit")
            if isinstance(done, Done) and record is None:
                records[kind] += done.records
        assert looked(store) == []
        if round_ % 4 == 3 and records["t_loose"]:
            victim = dice.choice(records["t_loose"])
            with store.database.writing() as connection:
                connection.execute(text(f"UPDATE t_loose SET b = 77 WHERE id = '{victim}'"))
            assert looked(store) != [] and store.differences() != []
            found += 1
            store.fold_again()
            assert looked(store) == []
    assert found >= 8
