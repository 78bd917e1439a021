"""Cross-checks between the lines of a month: a rule that does not hold blocks signing and is named."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from station_app.messages import N_, _
from station_app.report.indicators import lines
from station_app.report.month import COLUMNS, MonthNumbers


@dataclass(frozen=True, slots=True)
class Check:
    """One rule: its name, whether it holds, and a sentence for people."""

    name: str
    ok: bool
    sentence: str


#: (smaller, larger): the smaller is a part of the larger (DOMAIN §2, cross checks).
PARTS_OF: Final = (
    ("A02", "A01"),
    ("B03", "B01"),
    ("B04", "B03"),
    ("B05", "B03"),
    ("B06", "B03"),
    ("B07", "B03"),
    ("C01", "C02"),
    ("C03", "C02"),
    ("C05", "C04"),
    ("C07", "C02"),
    ("C08", "C07"),
    ("E02", "E01"),
    ("F01", "F02"),
    ("F03", "F02"),
    ("F05", "F02"),
    ("G03", "G01"),
    ("G09", "G06"),
)


def cross_checks(numbers: MonthNumbers) -> list[Check]:
    """Every rule, in the order of the report."""
    found = [_part_of(numbers, small, large) for small, large in PARTS_OF]
    found += [_sum_of(numbers, whole) for whole in ("A02", "E01")]
    found.append(
        Check(
            "G06", not numbers.unbalanced,
            _("Harvests whose parts are more than the whole: {n}.", n=len(numbers.unbalanced)) if numbers.unbalanced
            else _("Every harvest covers what was kept, donated, sold, lost and stocked."),
        )
    )  # fmt: skip
    return found


def _exact(numbers: MonthNumbers, key: str) -> Mapping[str, int]:
    return numbers[key].exact


def _named(key: str) -> str:
    return f"{key} {_(lines()[key].title)}"


def _part_of(numbers: MonthNumbers, small: str, large: str) -> Check:
    few, many = _exact(numbers, small), _exact(numbers, large)
    return _check(f"{small}≤{large}", lambda column: few[column] <= many[column],
                  N_("“{part}” is not more than “{whole}”."), N_("“{part}” is more than “{whole}”; please check the records of both."),
                  part=_named(small), whole=_named(large))  # fmt: skip


def _sum_of(numbers: MonthNumbers, whole: str) -> Check:
    """A02 is the sum of its levels, E01 that of E03."""
    parts = [_exact(numbers, key) for key in lines() if key.startswith({"A02": "A02.", "E01": "E03."}[whole])]
    every = _exact(numbers, whole)
    return _check(f"{whole}=Σ", lambda column: sum(part[column] for part in parts) == every[column],
                  N_("The parts of “{whole}” add up."), N_("The parts of “{whole}” do not add up; please check the records without a kind."),
                  whole=_named(whole))  # fmt: skip


def _check(name: str, holds: Callable[[str], bool], right: str, wrong: str, **values: object) -> Check:
    ok = all(holds(column) for column in COLUMNS)
    return Check(name, ok, _(right if ok else wrong, **values))


def blocking(numbers: MonthNumbers) -> list[Check]:
    """The rules that do not hold; a report is not signed while there are any."""
    return [check for check in cross_checks(numbers) if not check.ok]
