"""The three sample ledgers, imported through the one door into an encrypted store, give the settled numbers."""

import secrets
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from station_app.exchange.importing import plan_file, write
from station_app.messages import Refusal
from station_app.report.checks import blocking
from station_app.report.explain import explain, month_and_contributions
from station_app.report.month import MonthNumbers, numbers
from station_app.settings import RESOURCES
from station_app.store.change import Author
from station_app.store.engine import open_sqlite
from station_app.store.opened import Store

STATION = "15060210001"
AUTHOR = Author("00000000-0000-4000-8000-00000000000a")
SAMPLES = RESOURCES / "samples"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with the three ledgers in it."""
    folder = tmp_path_factory.mktemp("imported")
    opened = Store.create(open_sqlite(folder / "station.db", secrets.token_bytes(32)), folder, STATION)
    ledgers = (("elder", "elders_300"), ("farm_plot", "farm_plots_60"), ("volunteer_hours", "volunteer_hours_500"))
    for kind, ledger in ledgers:
        plan = plan_file(opened, kind, SAMPLES / f"{ledger}.xlsx", today=date(2026, 11, 24))
        assert not isinstance(plan, Refusal), plan
        done = write(opened, plan, AUTHOR)
        assert not isinstance(done, Refusal), done
    yield opened
    opened.close()


def of(store: Store, month: str) -> MonthNumbers:
    """The numbers of a month."""
    with store.reading() as reader:
        return numbers(reader.connection, STATION, month)


def test_march_2024(store: Store) -> None:
    march = of(store, "2024-03")
    assert {key: march[key].month for key in ("F01", "F02", "F03", "F04", "F05")} == {
        "F01": "53", "F02": "460", "F03": "60", "F04": "927.00", "F05": "6",
    }  # fmt: skip
    assert march["F04"].unit
    assert march["B07"].month == "0", "a tick is suspected, not assessed"
    assert march["D08"].month == "0", "what volunteers do stands under F"
    assert (march["G05"].month, march["G07"].month) == ("0", "0.00"), "totals without a date never count"
    assert blocking(march) == []


def test_the_elders_are_counted_once_and_the_deceased_not(store: Store) -> None:
    march = of(store, "2024-03")
    with store.reading() as reader:
        files = reader.count("elder")
    assert files == 282
    assert march["B01"].month == "281"
    assert march["B03"].month == "281"


def test_the_farm_of_september_2024(store: Store) -> None:
    september = of(store, "2024-09")
    assert september["G01"].month == "48"
    assert september["G02"].month == "192.30"
    assert Decimal(september["G06"].month or 0) > Decimal(september["G09"].month or 0) > 0


def test_explained_hours_are_records_people_can_open(store: Store) -> None:
    with store.reading() as reader:
        told = explain(reader.connection, STATION, "2024-03", "F04")
        assert len(told.records) == 460
        assert sum(Decimal(r.printed) for r in told.records) == Decimal("927.00")
        assert reader.caption("volunteer_hours", told.records[0].id)


def test_the_month_is_the_same_after_folding_again(store: Store) -> None:
    with store.reading() as reader:
        before = month_and_contributions(reader.connection, STATION, "2024-03")
    store.fold_again()
    with store.reading() as reader:
        assert month_and_contributions(reader.connection, STATION, "2024-03") == before
