"""Monthly stipends of certified front-line social workers: the rates are data and change by policy."""

import csv
from dataclasses import dataclass

from station_app.settings import RESOURCES
from station_app.values.reading import remembered


@dataclass(frozen=True, slots=True)
class StipendRate:
    """A certificate level and what it is paid a month, in 分."""

    level: str
    title: str
    cents: int


@remembered(1)
def stipend_rates() -> dict[str, StipendRate]:
    """The rates shipped with the program by level: junior, mid, senior, none; a signed policy may replace them."""
    with (RESOURCES / "tables" / "stipend.csv").open(encoding="utf-8", newline="") as table:
        return {
            row["level"]: StipendRate(row["level"], row["title"], int(row["cents"])) for row in csv.DictReader(table)
        }


def highest_level(levels: tuple[str, ...]) -> str:
    """Of several valid certificates only the highest counts."""
    rates = stipend_rates()
    return max((level for level in levels if level in rates), key=lambda level: rates[level].cents, default="none")
