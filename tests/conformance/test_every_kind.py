"""One suite over every kind: kept, shown, changed, found, exported, taken in again, carried, folded on both databases."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

import station_app.kinds  # noqa: F401  # declares every kind
from station_app.exchange.exporting import export
from station_app.exchange.importing import plan_file, write
from station_app.kinds.base import KINDS
from station_app.messages import Refusal, catalogue
from station_app.store import entries as e
from station_app.store import journal, schema
from station_app.store.change import Done, Edit
from station_app.store.engine import Database, open_sqlite
from station_app.store.fold import Fold
from station_app.store.opened import Store
from station_app.sync.bundle import without_private
from tests.conformance.examples import AUTHOR, filled, made
from tests.conformance.throwaway import beehive

STATION = "15060210201"
EVERY = sorted(KINDS)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    opened = Store.create(open_sqlite(tmp_path / "station.db", secrets.token_bytes(32)), tmp_path, STATION)
    yield opened
    opened.close()


@pytest.mark.parametrize("kind", EVERY)
def test_it_is_kept_shown_changed_and_brought_back(store: Store, kind: str) -> None:
    """Form, history, undo, rebuild; a field its own rules refuse says so in Chinese."""
    record, refused = filled(store, kind)
    for name, sentence in refused.items():
        assert any("一" <= c <= "鿿" for c in sentence), (name, sentence)
    with store.reading() as reader:
        found = reader.get(kind, record)
        assert found is not None and found.title
        assert [f.id for f in reader.all(kind)].count(record) == 1
    steps = store.history(kind, record)
    assert steps and steps[0].action == "create"
    assert isinstance(store.remove(kind, record, AUTHOR), Done)
    with store.reading() as reader:
        assert record not in [f.id for f in reader.all(kind)]
    undone = store.undo(store.history(kind, record)[-1].entry, AUTHOR)
    assert isinstance(undone, Done)
    with store.reading() as reader:
        again = reader.get(kind, record)
    assert again == found
    assert store.differences() == []


@pytest.mark.parametrize("form", ["xlsx", "csv", "json"])
@pytest.mark.parametrize("kind", EVERY)
def test_importing_its_own_export_changes_nothing(store: Store, tmp_path: Path, kind: str, form: str) -> None:
    """And every field comes through."""
    filled(store, kind)
    made_entries = store.entry_count()
    file = tmp_path / f"{kind}.{form}"
    written = export(store, kind, file)
    assert not isinstance(written, Refusal) and written.written >= 1
    plan = plan_file(store, kind, file)
    assert not isinstance(plan, Refusal), plan.message
    counts = plan.counts()
    assert (counts["added"], counts["changed"], counts["refused"]) == (0, 0, 0), (counts, plan.summary())
    assert counts["same"] == written.written
    assert not isinstance(write(store, plan, AUTHOR), Refusal)
    assert store.entry_count() == made_entries


def test_every_title_and_code_is_chinese() -> None:
    """zh_CN is complete for what a declaration shows."""
    said = catalogue("zh_CN").gettext
    for kind in EVERY:
        declared = KINDS[kind]
        texts = [declared.kind_title, *(f.title for f in declared.fields.values())]
        texts += [title for f in declared.fields.values() for title in f.code_titles.values()]
        for one in texts:
            assert any("一" <= c <= "鿿" for c in said(one)), (kind, one)


def _carried(source: Store, target: Database, private: bool) -> None:
    """The whole chain into another database, as a bundle carries it."""
    fold = Fold()
    with source.database.reading() as reading, target.writing() as writing:
        own = journal.device_named(reading, source.device)
        assert own is not None
        chain = [(e.parse(line), digest) for _seq, digest, line in journal.chain(reading, own.no)]
        if not private:
            chain = [(without_private(entry), digest) for entry, digest in chain]
        there = journal.register(writing, STATION, source.device)
        journal.append(writing, there, [(e.parse(entry.line), digest) for entry, digest in chain])
        fold.advance(writing, journal.device_named(writing, source.device) or there)


@pytest.mark.postgresql
def test_both_databases_hold_it_and_the_centre_only_what_is_open(
    store: Store, postgres: Database, tmp_path: Path
) -> None:
    """Rows of every kind: the same on PostgreSQL; private columns empty where private items are withheld."""
    for kind in EVERY:
        filled(store, kind)
    schema.bring_up(postgres, searchable=False)
    plain = open_sqlite(tmp_path / "centre.db", None)
    schema.bring_up(plain, searchable=False)
    _carried(store, postgres, private=True)
    _carried(store, plain, private=False)
    with store.database.reading() as here, postgres.reading() as there, plain.reading() as centre:
        for kind in EVERY:
            table = KINDS[kind].__table__
            rows = {row.id: row for row in here.execute(select(table))}
            assert rows == {row.id: row for row in there.execute(select(table))}, kind
            for row in centre.execute(select(table)):
                for name, field in KINDS[kind].fields.items():
                    expected = None if field.private else rows[row.id]._mapping[name]
                    assert row._mapping[name] == expected, (kind, name)
    plain.close()


def test_a_throw_away_kind_gets_everything(store: Store, tmp_path: Path) -> None:
    """Declared once, in tests: table, list, search, history, import by header, export, bundle; not a line of code more."""
    with beehive() as declared:
        reopened = Store.open(store.database, store.folder)
        assert isinstance(reopened, Store)
        owner = made(reopened, "resident")
        done = reopened.change(
            [Edit("beehive", {"name": "白音巴图", "place": "罕台村", "owner": owner, "meadow": 4000})], AUTHOR, "create"
        )
        assert isinstance(done, Done)
        with reopened.reading() as reader:
            assert [f.title for f in reader.find("bybt")] == ["白音巴图 罕台村"]
            assert reader.referring("resident", owner) == [("beehive", "owner", 1)]
        assert reopened.history("beehive", done.records[0])[0].fields["place"] == (None, "罕台村")
        book = openpyxl.Workbook()
        page = book.active
        assert page is not None
        page.append(["序号", "养蜂人", "摆放处", "日期", "草场面积", "价格", "颜色", "有蜂"])
        page.append([1, "王 玉梅", "色连村", "2024.3.5", "5亩2分", "1.5万元", "红色", "√"])
        page.append([2, "", "色连村", "2024.3.6", "", "", "", ""])
        book.save(tmp_path / "bees.xlsx")
        plan = plan_file(reopened, "beehive", tmp_path / "bees.xlsx")
        assert not isinstance(plan, Refusal), plan.message
        assert plan.counts() == {"read": 2, "added": 1, "changed": 0, "same": 0, "refused": 1}
        assert isinstance(write(reopened, plan, AUTHOR), Done)
        with reopened.reading() as reader:
            fields = reader.find("wym")[0].fields
        assert fields == {
            "name": "王玉梅", "place": "色连村", "set_up": "2024-03-05", "meadow": 10_400, "price": 1_500_000, "colour": "red", "alive": True
        }  # fmt: skip
        for form in ("xlsx", "csv", "json"):
            assert not isinstance(export(reopened, "beehive", tmp_path / f"b.{form}"), Refusal)
            again = plan_file(reopened, "beehive", tmp_path / f"b.{form}")
            assert not isinstance(again, Refusal) and again.counts()["same"] == 2, form
        centre = open_sqlite(tmp_path / "centre.db", None)
        schema.bring_up(centre, searchable=False)
        _carried(reopened, centre, private=False)
        with centre.reading() as connection:
            rows = connection.execute(select(declared.__table__)).all()
        assert sorted(r.place for r in rows) == ["罕台村", "色连村"] and {r.name for r in rows} == {None}
        centre.close()
        assert reopened.differences() == []
