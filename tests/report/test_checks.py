"""Cross-checks hold for what can be, and name the rule that is broken."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station_app.report.checks import PARTS_OF, blocking, cross_checks
from station_app.report.month import MonthNumbers, numbers
from tests.report.tables import STATION, fill, opened
from tests.report.test_numbers import MONTH, filled
from tests.report.worlds import world


@given(st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_no_records_can_break_a_rule_but_an_overfull_harvest(seed: int) -> None:
    with filled(world(Random(seed))) as connection:
        found = numbers(connection, STATION, MONTH)
    assert {check.name for check in blocking(found)} <= {"G06"}


def raised(found: MonthNumbers, key: str, by: int) -> MonthNumbers:
    """The numbers with one changed, as a faulty program would."""
    figure = found[key]
    exact = figure.exact | {"month": figure.exact["month"] + by}  # type: ignore[operator]
    return replace(found, figures={**found.figures, key: replace(figure, exact=exact)})


@pytest.mark.parametrize(("small", "large"), PARTS_OF)
def test_a_part_above_its_whole_is_named(small: str, large: str) -> None:
    with opened() as connection:
        found = numbers(connection, STATION, MONTH)
    assert blocking(found) == []
    wrong = [check.name for check in blocking(raised(found, small, 1))]
    assert f"{small}≤{large}" in wrong


def test_parts_that_do_not_add_up_are_named() -> None:
    with opened() as connection:
        found = numbers(connection, STATION, MONTH)
    assert [check.name for check in blocking(raised(raised(found, "E01", 2), "E02", 1))] == ["E01=Σ"]


def test_an_overfull_harvest_blocks_and_says_how_many() -> None:
    with opened() as connection:
        fill(connection, "harvest", [
            {"id": "h1", "plot": "p", "harvested_on": "2024-02-05", "weight": 100, "own": 60, "sold": 60},
            {"id": "h2", "plot": "p", "harvested_on": "2024-02-05", "weight": 100, "own": 60, "sold": 40},
        ])  # fmt: skip
        found = numbers(connection, STATION, MONTH)
    assert found.unbalanced == ("h1",)
    wrong = blocking(found)
    assert [check.name for check in wrong] == ["G06"]
    assert "1" in wrong[0].sentence


def test_every_rule_has_a_sentence_with_the_lines_titles() -> None:
    with opened() as connection:
        checks = cross_checks(numbers(connection, STATION, MONTH))
    assert all(check.ok and check.sentence for check in checks)
    assert len({check.name for check in checks}) == len(checks)
