"""Late records about a signed month are supplements of the next; a correction says what differs."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station_app.report.explain import contributions, kept_rows, month_and_contributions
from station_app.report.month import numbers
from station_app.report.supplement import differences, differing_records, supplement
from tests.report.tables import STATION, fill, opened
from tests.report.test_numbers import filled
from tests.report.worlds import world


def shift(record: str, **fields: Any) -> dict[str, Any]:
    """A shift of February."""
    return {
        "id": record, "volunteer": "v1", "activity": "a", "place": "p", "service_date": "2024-02-05", "hours": 90
    } | fields  # fmt: skip


def test_a_late_row_is_reported_once_and_the_signed_month_stays() -> None:
    with opened() as connection:
        fill(connection, "volunteer_hours", [shift("h1")])
        signed = contributions(connection, STATION, "2024-02")
        assert supplement(connection, STATION, "2024-03", {"2024-02": signed}).lines == ()
        fill(connection, "volunteer_hours", [shift("h2", volunteer="v2", hours=20)])
        late = supplement(connection, STATION, "2024-03", {"2024-02": signed})
        by_key = {line.key: line for line in late.lines}
        assert set(by_key) == {"F02", "F03", "F04"}
        hours = by_key["F04"]
        assert (hours.month, hours.reported, hours.now, hours.difference) == ("2024-02", "1.50", "1.83", "+0.33")
        assert [(c.kind, c.id, c.before, c.now) for c in hours.changes] == [("volunteer_hours", "h2", 0, 20)]
        # Once reported with March, April has nothing to add until more comes.
        assert supplement(connection, STATION, "2024-04", {"2024-02": signed}, [late.as_json()]).lines == ()
        fill(connection, "volunteer_hours", [shift("h3", reverses="h1")])
        again = supplement(connection, STATION, "2024-04", {"2024-02": signed}, [late.as_json()])
        assert {line.key: line.difference for line in again.lines} == {"F02": "-1", "F03": "-1", "F04": "-1.50"}
        third = [late.as_json(), again.as_json()]
        assert supplement(connection, STATION, "2024-05", {"2024-02": signed}, third).lines == ()


def test_a_month_not_before_is_left_alone() -> None:
    with opened() as connection:
        signed = contributions(connection, STATION, "2024-02")
        fill(connection, "volunteer_hours", [shift("h1")])
        assert supplement(connection, STATION, "2024-02", {"2024-02": signed}).lines == ()
        assert supplement(connection, STATION, "2024-01", {"2024-02": signed}).lines == ()


def test_another_record_standing_for_the_same_occasion_is_no_news() -> None:
    with opened() as connection:
        fill(connection, "volunteer_hours", [shift("h2")])
        signed = contributions(connection, STATION, "2024-02")
        # h1 sorts before h2 and now stands for the occasion; F01 stays 1.
        fill(connection, "volunteer_hours", [shift("h1", volunteer="v1", start="08:00", end="10:00")])
        keys = [line.key for line in supplement(connection, STATION, "2024-03", {"2024-02": signed}).lines]
        assert "F01" not in keys
        assert "F02" in keys


def test_differences_between_two_sets_of_figures() -> None:
    with opened() as connection:
        before, theirs = month_and_contributions(connection, STATION, "2024-02")
        fill(connection, "volunteer_hours", [shift("h1")])
        after, ours = month_and_contributions(connection, STATION, "2024-02")
    assert differences(before.as_json(), before.as_json()) == []
    found = {(d.key, d.column): (d.before, d.after) for d in differences(before.as_json(), after.as_json())}
    assert found[("F04", "month")] == ("0.00", "1.50")
    assert found[("F04", "year")] == ("0.00", "1.50")
    assert ("F04", "last_year") not in found
    assert [(c.id, c.before, c.now) for c in differing_records(theirs, ours, "F04")] == [("h1", 0, 90)]
    assert differing_records(theirs, ours, "B01") == ()


def test_figures_of_a_program_that_knows_another_line_are_told_too() -> None:
    found = differences('{"Z09": ["1", "1", null]}', "{}")
    assert [(d.key, d.column, d.before, d.after) for d in found] == [
        ("Z09", "month", "1", None), ("Z09", "year", "1", None)
    ]  # fmt: skip


def test_one_reading_gives_what_two_would() -> None:
    with opened() as connection:
        fill(connection, "volunteer_hours", [shift("h1"), shift("h2", service_date="2024-01-03")])
        both = month_and_contributions(connection, STATION, "2024-02")
        assert both == (numbers(connection, STATION, "2024-02"), contributions(connection, STATION, "2024-02"))


def test_the_blob_is_canonical_and_small() -> None:
    with opened() as connection:
        fill(connection, "volunteer_hours", [shift(f"h{n:03}", volunteer=f"v{n}") for n in range(100)])
        blob = contributions(connection, STATION, "2024-02")
    whole = json.loads(blob)
    assert json.dumps(whole, sort_keys=True, separators=(",", ":")).encode() == blob
    assert blob.count(b"h042") == 1, "an id stands once, however many lines count it"
    with pytest.raises(ValueError, match="no list"):
        from station_app.report.explain import explain_from

        explain_from(b'{"format":"other"}', "F04")


@given(st.integers(0, 2**32), st.integers(0, 2**32))
@settings(max_examples=12, deadline=None)
def test_what_was_signed_and_its_supplements_are_the_month_as_it_is_now(before: int, after: int) -> None:
    """Whatever changes in the tables: signed + all supplements = today's numbers, for every earlier month."""
    months = ("2023-12", "2024-01", "2024-02")
    with filled(world(Random(before))) as connection:
        signed = {month: contributions(connection, STATION, month) for month in months}
    with filled(world(Random(after))) as connection:
        late = supplement(connection, STATION, "2024-03", signed)
        told = {(line.month, line.key): line for line in late.lines}
        for month in months:
            now = kept_rows(contributions(connection, STATION, month))
            for key, rows in kept_rows(signed[month]).items():
                line = told.get((month, key))
                change = sum(c.now - c.before for c in line.changes) if line else 0
                assert sum(rows.values()) + change == sum(now[key].values()), (month, key)
        again = supplement(connection, STATION, "2024-04", signed, [late.as_json()])
        assert again.lines == ()
