"""DESIGN's invariants on the store by name; each was seen failing once, by the break its docstring names.

Those that live elsewhere (kills, files at rest, reports, standard tools) are named at the end, so that none gets lost.
"""

import ast
import random
import secrets
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from station_app.kinds.base import KINDS
from station_app.messages import Refusal
from station_app.store import entries as e
from station_app.store import journal, schema
from station_app.store.change import Done, Edit
from station_app.store.engine import Database, open_sqlite
from station_app.store.fold import Fold
from station_app.store.opened import Store
from station_app.sync.bundle import Bundle, content_of, parse
from station_app.sync.taking import Took, take_in
from station_app.trust.refusals import BundleRefusal
from tests.store import exchange
from tests.store.conftest import AUTHOR, STATION
from tests.store.throwaway import ALL

NAMES = [kind.__tablename__ for kind in ALL]
TESTS = Path(__file__).parent.parent


def made(result: object) -> Done:
    """The acknowledgement."""
    assert isinstance(result, Done), result
    return result


def worked(store: Store, dice: random.Random, steps: int = 40) -> list[str]:
    """Every kind of action: new records, edits, removals, a batch, an undo."""
    ids: dict[str, list[str]] = {name: [] for name in NAMES}
    for step in range(steps):
        name = dice.choice(NAMES)
        record = dice.choice(ids[name]) if ids[name] and dice.random() < 0.5 else None
        done = store.change([Edit(name, {"a": dice.randint(0, 9)}, record)], AUTHOR, "edit")
        if isinstance(done, Done) and record is None:
            ids[name] += done.records
        if step % 13 == 12 and ids["t_loose"]:
            store.remove("t_loose", dice.choice(ids["t_loose"]), AUTHOR)
    batch = made(store.batch([[Edit("t_loose", {"name": f"王{n}", "flag": True})] for n in range(50)], AUTHOR, "import"))
    made(store.change([Edit("t_whole", {"a": 1})], AUTHOR, "edit"))
    made(store.undo(batch.entries[0], AUTHOR))
    return ids["t_loose"]


# ---------------------------------------------------------------- 1


@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO t_loose (station, id) VALUES ('s', 'x')", "UPDATE t_loose SET a = 9", "DELETE FROM journal_entry", "DROP TABLE t_loose",
     "CREATE TABLE more (x)", "DELETE FROM search_text WHERE rowid = 1"],
)  # fmt: skip
def test_invariant_1_readers_cannot_write(store: Store, statement: str) -> None:
    """The database refuses, whoever asks. The scan for statements is tests/test_architecture.py.

    Seen failing: ``query_only`` left out of the reader's pragmas.
    """
    made(store.change([Edit("t_loose", {"name": "王", "a": 1})], AUTHOR, "create"))
    with store.reading() as reader, pytest.raises(Exception, match="readonly"):
        reader.connection.execute(text(statement))
    assert store.differences() == []


@pytest.mark.postgresql
def test_invariant_1_readers_cannot_write_on_postgresql(kinds: None, postgres: Database) -> None:
    """The same at the centre. Seen failing: ``postgresql_readonly`` left out."""
    schema.bring_up(postgres, searchable=False)
    with postgres.reading() as connection, pytest.raises(Exception, match="read-only"):
        connection.execute(text("UPDATE visit SET note = 'x'"))


# ---------------------------------------------------------------- 2


def test_invariant_2_emptying_and_folding_again_gives_the_same_rows(store: Store) -> None:
    """Rows, conflicts, and what search finds.

    Seen failing: removals not folded when they are made (``Door.append``).
    """
    worked(store, random.Random(1))
    made(store.batch([[Edit("t_loose", {"name": name})] for name in ("赵一", "王二", "李三")], AUTHOR, "import"))
    with store.database.reading() as connection:
        before = exchange.rows_of(connection, NAMES)
    found = found_by_search(store)
    assert store.differences() == []
    store.fold_again()
    with store.database.reading() as connection:
        assert exchange.rows_of(connection, NAMES) == before and before
    assert found_by_search(store) == found and any(found.values())


def found_by_search(store: Store) -> dict[str, list[str]]:
    """What search finds, whatever the order."""
    with store.reading() as reader:
        return {typed: sorted(f.title for f in reader.find(typed)) for typed in ("王", "李", "zhao", "wang")}


@pytest.mark.parametrize(
    "statement",
    ["UPDATE t_loose SET a = coalesce(a, 0) + 1", "DELETE FROM t_whole",
     "INSERT INTO t_once (station, id, a) VALUES ('15060210201', 'x', 1)"],
)  # fmt: skip
def test_invariant_2_a_row_changed_behind_the_journal_is_found(store: Store, statement: str) -> None:
    """By ``check --rebuild``. Seen failing: ``_compare`` comparing keys alone."""
    worked(store, random.Random(2))
    with store.database.writing() as connection:
        connection.execute(text(statement))
    assert store.differences() != []


# ---------------------------------------------------------------- 3


def test_invariant_3_any_order_with_duplicates_gives_the_same_rows(kinds: None, tmp_path: Path) -> None:
    """Three devices that know of each other in part; twenty orders of arrival. PostgreSQL: test_fold.py.

    Seen failing: heads without their order (``Write.rank``), and the fast path taken always (``_place``).
    """
    dice = random.Random(3)
    stores = [_store(tmp_path, f"{n}-device") for n in "abc"]
    shared = [f"00000000-0000-4000-8000-{n:012d}" for n in range(6)]
    for _step in range(60):
        one, other = dice.sample(stores, 2)
        one.change([Edit(dice.choice(NAMES), {dice.choice("ab"): dice.randint(0, 3)}, dice.choice(shared))], AUTHOR, "edit")
        if dice.random() < 0.25:
            exchange.take_in(other.database, other.fold, STATION, one.device, exchange.chain_of(one.database, one.device))
    chains = {s.device: exchange.chain_of(s.database, s.device) for s in stores}
    outcomes = []
    for order in range(20):
        database = open_sqlite(tmp_path / f"order{order}.db", secrets.token_bytes(32))
        schema.bring_up(database, searchable=False)
        fold = Fold()
        left = dict.fromkeys(chains, 0)
        while any(left[d] < len(chains[d]) for d in chains):
            device = dice.choice([d for d in chains if left[d] < len(chains[d])])
            left[device] += dice.randint(1, 8)
            for _twice in range(dice.randint(1, 2)):
                exchange.take_in(database, fold, STATION, device, chains[device][: left[device]])
        with database.reading() as connection:
            outcomes.append(exchange.rows_of(connection, NAMES))
        database.close()
    assert any(key.startswith("conflict") for key in outcomes[0])  # there was something to disagree about
    assert all(outcome == outcomes[0] for outcome in outcomes)
    for store in stores:
        store.close()


def _store(folder: Path, name: str) -> Store:
    database = open_sqlite(folder / f"{name}.db", secrets.token_bytes(32))
    schema.bring_up(database, searchable=True)
    with database.writing() as connection:
        journal.register(connection, STATION, name, own=True)
    return Store(database, folder, STATION, name)


# ---------------------------------------------------------------- 4


@pytest.mark.parametrize("step", ["_write", "_upsert", "_keep_misfits"])
def test_invariant_4_entry_and_rows_commit_together_or_not_at_all(store: Store, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """A failure in the middle of the fold takes the entry back. Kills: tests/faults/test_kills.py.

    Seen failing: no BEGIN where a transaction begins, so that each statement commits by itself (``engine._begin``).
    """
    made(store.change([Edit("t_loose", {"a": 1})], AUTHOR, "create"))
    with store.database.reading() as connection:
        before = exchange.rows_of(connection, NAMES)

    def failing(*_given: Any, **_named: Any) -> None:
        raise RuntimeError("half way")

    with monkeypatch.context() as patch:
        patch.setattr(Fold, step, failing)
        with pytest.raises(RuntimeError):
            store.change([Edit("t_loose", {"a": 2})], AUTHOR, "create")
        with pytest.raises(RuntimeError):
            store.batch([[Edit("t_loose", {"a": n})] for n in range(2_000)], AUTHOR, "import")
    assert store.entry_count() == 1 and set(store.check().values()) == {"ok"}
    with store.database.reading() as connection:
        assert exchange.rows_of(connection, NAMES) == before
    made(store.change([Edit("t_loose", {"a": 3})], AUTHOR, "create"))
    assert store.differences() == []


# ---------------------------------------------------------------- 5


def test_invariant_5_the_bytes_made_are_the_bytes_kept_and_sent(store: Store, tmp_path: Path) -> None:
    """In the journal, in a bundle, in another database: the same line, and its hash is over those bytes.

    Seen failing: ``take_in`` storing the line composed anew with sorted keys.
    """
    worked(store, random.Random(5), 15)
    odd = e.make_item("t_newer", "00000000-0000-4000-8000-0000000000aa", False, b'{"z":1,"a":"\\u738b","z2":1e0}')  # no encoder of ours writes it so
    with store.database.writing() as connection:
        store.door.append(connection, [odd], AUTHOR, "edit", "00000000-0000-4000-8000-000000000009", None)
    chain = exchange.chain_of(store.database, store.device)
    assert odd.raw in chain[-1][0].line
    bundle = bundle_of(chain)
    assert [entry.line for entry in bundle.entries] == [entry.line for entry, _hash in chain]
    other = centre(tmp_path)
    assert taken(other, bundle) == Took(len(chain), len(chain))
    assert [(entry.line, digest) for entry, digest in exchange.chain_of(other, store.device)] == [(x.line, h) for x, h in chain]
    other.close()


# ---------------------------------------------------------------- 7


def bundle_of(chain: exchange.Chain, first: int = 1, last: int | None = None) -> Bundle:
    """A part of a chain as a bundle whose signature has been checked."""
    part = chain[first - 1 : last]
    prev = chain[first - 2][1] if first > 1 else e.NO_ENTRY
    found = parse(content_of(part, prev, STATION, "centre", 1, lambda _line: b"voucher"), withheld_ok=False)
    assert isinstance(found, Bundle), found
    return found


def centre(folder: Path) -> Database:
    """Another database that takes bundles in."""
    database = open_sqlite(folder / f"centre-{secrets.token_hex(4)}.db", None)
    schema.bring_up(database, searchable=False)
    return database


def taken(database: Database, bundle: Bundle) -> Took | Refusal:
    """Take it in, one transaction; a refusal writes nothing."""
    with database.writing() as connection:
        return take_in(connection, Fold(), bundle)


@pytest.fixture
def chain(store: Store) -> exchange.Chain:
    """Ten entries of one device."""
    for n in range(10):
        made(store.change([Edit("t_loose", {"a": n, "name": f"王{n}"})], AUTHOR, "create"))
    return exchange.chain_of(store.database, store.device)


def test_invariant_7_a_gap_is_refused_by_name_and_what_came_before_stays(chain: exchange.Chain, tmp_path: Path) -> None:
    """Seen failing: the comparison of ``first`` with what is held left out of ``take_in``."""
    database = centre(tmp_path)
    assert taken(database, bundle_of(chain, 1, 4)) == Took(4, 4)
    refused = taken(database, bundle_of(chain, 6))
    assert isinstance(refused, Refusal) and refused.code is BundleRefusal.GAP
    device = chain[0][0].head.device
    assert exchange.chain_of(database, device) == chain[:4]
    assert taken(database, bundle_of(chain, 3)) == Took(6, 10)  # overlapping is no fault
    database.close()


def test_invariant_7_a_fork_is_refused_by_name_and_what_came_before_stays(store: Store, chain: exchange.Chain, tmp_path: Path) -> None:
    """Two copies of one computer. Seen failing: hashes of entries held already not compared."""
    database = centre(tmp_path)
    taken(database, bundle_of(chain, 1, 8))
    head = chain[5][0].head
    forged = e.make(head, bytes(16), [e.make_item("t_loose", "00000000-0000-4000-8000-0000000000aa", False, b'{"a":77}')])
    branch: exchange.Chain = [*chain[:5], (forged, e.entry_hash(chain[4][1], forged))]
    for entry, _digest in chain[6:]:
        branch.append((entry, e.entry_hash(branch[-1][1], entry)))
    for bundle in (bundle_of(branch), bundle_of(branch, 6), bundle_of(branch, 9)):
        refused = taken(database, bundle)
        assert isinstance(refused, Refusal) and refused.code is BundleRefusal.FORK
    assert exchange.chain_of(database, store.device) == chain[:8]
    assert taken(database, bundle_of(chain, 9)) == Took(2, 10)
    database.close()


def test_invariant_7_a_changed_byte_in_a_bundle_is_refused(chain: exchange.Chain) -> None:
    """Every byte of three lines. Seen failing: the last hash not compared with the header's."""
    content = content_of(chain[:3], e.NO_ENTRY, STATION, "centre", 1, lambda _line: b"voucher")
    body = content.index(b"\n") + 1
    for place in range(body, len(content) - 1):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        assert isinstance(parse(changed, withheld_ok=False), Refusal), content[place - 10 : place + 10]


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("DELETE FROM journal_entry WHERE at & 255 = 4", "gap at 4"), ("DELETE FROM journal_entry WHERE at & 255 = 10", "ends at 9"),
        ("UPDATE journal_entry SET hash = zeroblob(32) WHERE at & 255 = 7", "changed at 7"),
        ("UPDATE journal_entry SET line = (SELECT line FROM journal_entry WHERE at & 255 = 2) WHERE at & 255 = 3", "changed at 3"),
        ("UPDATE journal_entry SET line = zeroblob(40) WHERE at & 255 = 5", "changed at 5"),
    ],
)  # fmt: skip
def test_invariant_7_a_broken_chain_is_found_where_it_lies(store: Store, chain: exchange.Chain, statement: str, problem: str) -> None:
    """By ``check``. Seen failing: ``chain_problem`` without its comparison of hashes."""
    assert len(chain) == 10
    with store.database.writing() as connection:
        connection.execute(text(statement))
    assert problem in store.check()[store.device]


# ---------------------------------------------------------------- elsewhere

ELSEWHERE: dict[str, tuple[str, ...]] = {
    "4 acknowledged = durable": (
        "faults/test_kills.py::test_invariant_4_nothing_acknowledged_is_lost_by_kills",
        "faults/test_disk_full.py::test_a_full_database_is_refused_clearly_and_recovers",
    ),
    "6 nothing lost in a conflict": ("store/test_fold.py::test_rule_3_equal_heads_are_no_conflict_and_the_newest_is_shown",),
    "9 no plaintext at rest": ("faults/test_no_plaintext.py::test_invariant_9_no_planted_value_stands_in_any_file",),
    "10 explainable": ("report/test_numbers.py::test_what_is_explained_adds_up_to_the_number",),
    "11 standard tools": (
        "trust/test_signing.py::test_pdfsig_agrees",
        "trust/test_sealing.py::test_age_openssl_and_zstd_open_it_without_our_code",
    ),
}


@pytest.mark.parametrize("invariant", ELSEWHERE)
def test_the_other_invariants_are_tested_where_they_live(invariant: str) -> None:
    """A renamed or deleted test is noticed here."""
    for named in ELSEWHERE[invariant]:
        file, _colons, test = named.partition("::")
        tree = ast.parse((TESTS / file).read_text("utf-8"))
        functions = [n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
        assert test in functions, named


def test_every_real_kind_takes_part() -> None:
    """The invariants above are about the store's code, whatever is declared: there are real kinds beside these."""
    assert len([k for k in KINDS if not k.startswith("t_")]) >= 19
