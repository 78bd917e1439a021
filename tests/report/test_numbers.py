"""The numbers of a month agree with an independent recount, and each is the sum of the records it lists."""

from collections import Counter
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from station_app.kinds import KINDS
from station_app.kinds.assessment import ITEMS
from station_app.report.explain import contributions, explain, explain_from
from station_app.report.indicators import lines
from station_app.report.month import COLUMNS, numbers, rate, rounded
from tests.report.recount import Recount
from tests.report.tables import STATION, fill, opened
from tests.report.worlds import World, world

MONTH = "2024-03"
PERIODS = {"month": ("2024-03", "2024-03"), "year": ("2024-01", "2024-03"), "last_year": ("2023-03", "2023-03")}


def filled(made: World, station: str = STATION) -> Connection:
    """The world in tables, without what only the recount knows."""
    connection = opened()
    for kind, rows in made.items():
        fill(
            connection,
            kind,
            [{k: v for k, v in r.items() if k not in ("late", "expected_level")} for r in rows],
            station,
        )
    return connection


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_every_line_and_column_is_what_a_recount_gives(seed: int) -> None:
    made = world(Random(seed))
    with filled(made) as connection:
        found = numbers(connection, STATION, MONTH)
    for column, (first, last) in PERIODS.items():
        expected = Recount(made, first, last).numbers()
        got = {key: found[key].exact[column] for key, line in lines().items() if line.rate is None}
        assert got == expected, column
        assert getattr(found["C06"], column) == rate(expected["C05"], expected["C04"])


@given(st.integers(0, 2**32))
@settings(max_examples=12, deadline=None)
def test_what_is_explained_adds_up_to_the_number(seed: int) -> None:
    with filled(world(Random(seed))) as connection:
        found = numbers(connection, STATION, MONTH)
        blob = contributions(connection, STATION, MONTH)
        for key, line in lines().items():
            for column in COLUMNS:
                told = explain(connection, STATION, MONTH, key, column)
                assert told.value == getattr(found[key], column)
                if line.rate is not None:
                    above, below = (sum(r.amount for r in part) for part in (told.numerator, told.denominator))
                    assert told.value == rate(above, below)
                    continue
                assert sum(r.amount for r in told.records) == found[key].exact[column]
                assert sum((Decimal(r.printed) for r in told.records), Decimal(0)) == Decimal(str(told.value))
                assert all(count == 1 for count in Counter(r.id for r in told.records).values()), key
                assert {r.kind for r in told.records} <= {line.kind}
            assert explain_from(blob, key) == explain(connection, STATION, MONTH, key)


@given(st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_another_station_in_the_same_tables_counts_nothing_here(seed: int) -> None:
    with filled(world(Random(seed)), "15062110202") as connection:
        found = numbers(connection, STATION, MONTH)
        assert {f.month for f in found} <= {"0", "0.00", None}
        assert contributions(connection, STATION, MONTH).count(b'"') < 400


def test_an_empty_station_has_zeros_and_a_dash_for_the_rate() -> None:
    with opened() as connection:
        found = numbers(connection, STATION, MONTH)
    assert found["B01"].month == "0"
    assert found["F04"].month == "0.00"
    assert found["G02"].month == "0.00"
    assert found["C06"].month is None


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 0, None), (0, 7, "0.0"), (7, 7, "100.0"), (1, 3, "33.3"), (2, 3, "66.7"), (1, 16, "6.3"), (1, 2000, "0.1")],
)
def test_a_rate_has_one_decimal_rounded_half_up(part: int, whole: int, said: str | None) -> None:
    assert rate(part, whole) == said


@pytest.mark.parametrize(
    ("amount", "scale", "said"),
    [
        (20, 60, "0.33"),
        (100, 60, "1.67"),
        (55_620, 60, "927.00"),
        (9000, 2000, "4.50"),
        (1, 200, "0.01"),
        (15, 1000, "0.02"),
    ],
)
def test_amounts_are_rounded_half_up_from_exact_sums(amount: int, scale: int, said: str) -> None:
    assert str(rounded(amount, scale, 2)) == said


def hours(**fields: Any) -> dict[str, Any]:
    """A shift that counts."""
    return {"volunteer": "v", "activity": "a", "place": "p", "service_date": "2024-03-05", "hours": 60} | fields


def test_three_times_twenty_minutes_are_one_hour_in_the_explanation_too() -> None:
    with opened() as connection:
        fill(connection, "volunteer_hours", [hours(id=f"h{n}", hours=20) for n in range(3)])
        told = explain(connection, STATION, MONTH, "F04")
    assert told.value == "1.00"
    assert sum(Decimal(r.printed) for r in told.records) == Decimal("1.00")


def test_a_reversing_record_takes_both_out() -> None:
    with opened() as connection:
        fill(connection, "volunteer_hours", [hours(id="h1"), hours(id="h2"), hours(id="h3", reverses="h1")])
        found = numbers(connection, STATION, MONTH)
        assert (found["F02"].month, found["F04"].month) == ("1", "1.00")
        assert [r.id for r in explain(connection, STATION, MONTH, "F04").records] == ["h2"]


def test_late_is_what_the_policy_in_force_says() -> None:
    with opened() as connection:
        # 11 and 12 working days after 1 March 2024.
        fill(connection, "volunteer_hours", [
            hours(id="h1", service_date="2024-03-01", recorded_on="2024-03-18"),
            hours(id="h2", service_date="2024-03-01", recorded_on="2024-03-19"),
        ])  # fmt: skip
        assert numbers(connection, STATION, MONTH)["F05"].month == "2"
        rules = '{"late_after_working_days": 11}'
        fill(connection, "policy", [
            {"id": "p1", "name": "volunteer_hours", "effective_from": "2024-03-20", "table": rules},
            {"id": "p2", "name": "volunteer_hours", "effective_from": "2024-04-01", "table": '{"late_after_working_days": 99}'},
            {"id": "p3", "name": "volunteer_hours", "effective_from": "2024-03-31", "table": "not json"},
        ])  # fmt: skip
        assert numbers(connection, STATION, MONTH)["F05"].month == "1"


def test_general_visits_are_due_in_the_last_month_of_a_quarter_unless_made_before() -> None:
    with opened() as connection:
        fill(connection, "resident", [{"id": "r1"}, {"id": "r2"}])
        fill(connection, "elder", [
            {"id": "e1", "resident": "r1", "visit_class": "general"}, {"id": "e2", "resident": "r2", "visit_class": "general"},
        ])  # fmt: skip
        fill(connection, "visit", [
            {"id": "v1", "resident": "r1", "visit_at": "2024-02-03T10:00", "mode": "phone"},
            {"id": "v2", "resident": "r2", "visit_at": "2024-03-31T23:59", "mode": "home", "seen_in_person": True},
        ])  # fmt: skip
        january, march = (numbers(connection, STATION, month) for month in ("2024-01", "2024-03"))
        assert (january["C04"].month, january["C06"].month) == ("0", None)
        assert (march["C04"].month, march["C05"].month, march["C06"].month) == ("1", "1", "100.0")
        assert [r.id for r in explain(connection, STATION, MONTH, "C06").denominator] == ["r2"]


def assessed(record: str, day: str, *, weak: bool, **fields: Any) -> dict[str, Any]:
    """A complete assessment of r1: able, or mildly disabled."""
    most = {name: KINDS["assessment"].fields[name].at_most or 0 for name in ITEMS}
    return {"id": record, "resident": "r1", "assessed_on": day} | most | ({"memory": 0} if weak else {}) | fields


@pytest.mark.parametrize(
    ("made", "disabled"),
    [
        ([assessed("a1", "2024-03-31", weak=True)], "1"),
        ([assessed("a1", "2024-04-01", weak=True)], "0"),
        ([assessed("a1", "2024-03-31", weak=True, screening=True)], "0"),
        ([assessed("a1", "2024-03-31", weak=True, memory=None)], "0"),
        ([assessed("a1", "2024-03-02", weak=True), assessed("a2", "2024-03-01", weak=False)], "1"),
        ([assessed("a1", "2024-03-01", weak=True), assessed("a2", "2024-03-02", weak=False)], "0"),
    ],
)
def test_disabled_is_who_the_newest_assessment_says(made: list[dict[str, Any]], disabled: str) -> None:
    with opened() as connection:
        fill(connection, "resident", [{"id": "r1", "birth_date": "1964-03-31"}])
        fill(connection, "elder", [{"id": "e1", "resident": "r1", "suspected_disabled": True}])
        fill(connection, "assessment", made)
        assert numbers(connection, STATION, MONTH)["B07"].month == disabled


@pytest.mark.parametrize(
    ("born", "elder", "aged"),
    [
        ("1964-03-31", "1", "0"),
        ("1964-04", "0", "0"),
        ("1944-03", "1", "1"),
        ("1944-04-01", "1", "0"),
        (None, "1", "0"),
    ],
)
def test_ages_go_by_the_month_of_birth(born: str | None, elder: str, aged: str) -> None:
    with opened() as connection:
        fill(connection, "resident", [{"id": "r1", "birth_date": born}])
        fill(connection, "elder", [{"id": "e1", "resident": "r1", "over_80": True}])
        found = numbers(connection, STATION, MONTH)
    assert (found["B01"].month, found["B03"].month, found["B06"].month) == ("1", elder, aged)
