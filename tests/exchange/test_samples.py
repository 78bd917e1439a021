"""All 860 rows of the sample ledgers have the outcome, the codes and the values expected of them."""

from collections import Counter

import pytest

from tests.exchange.grids import LEDGERS, SAMPLES, sample
from tests.exchange.judged import differences, read, rows

COUNTS = {
    "elder": {"OK": 260, "OK_WARN": 22, "REJECT": 18},
    "volunteer_hours": {"OK": 424, "OK_WARN": 36, "REJECT": 40},
    "farm_plot": {"OK": 22, "OK_WARN": 26, "REJECT": 12},
}


@pytest.mark.parametrize("kind", LEDGERS)
def test_every_row_of_the_samples(kind: str) -> None:
    judged = read(kind, SAMPLES / f"{LEDGERS[kind]}.xlsx")
    assert differences(kind, judged, sample(kind)) == []
    counted = Counter(r[0] for r in rows(judged).values())
    assert {k: v for k, v in counted.items() if k != "SKIP"} == COUNTS[kind]


def test_accepted_hours_of_the_sample() -> None:
    judged = read("volunteer_hours", SAMPLES / "volunteer_hours_500.xlsx")
    taken = [line for _table, line in judged.lines() if line.refusal is None]
    assert len(taken) == 460
    assert sum(line["hours"] for line in taken) == 927 * 60
    assert len({line["person"] for line in taken}) == 60
