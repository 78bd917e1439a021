"""Explaining a number: the records behind it and their amounts, from the tables or from what was kept at signing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from station_app.kinds.lines import Line, Listed, Scope
from station_app.messages import _
from station_app.report.facts import Reading
from station_app.report.indicators import lines
from station_app.report.month import MonthNumbers, month_before, numbers_of, printed, rate, rounded, scope_of, scopes

#: What stands at the head of a blob of contributing records.
FORMAT = "contributions-1"


@dataclass(frozen=True, slots=True)
class Contribution:
    """One record behind a number. ``amount`` is in wire units; ``printed`` amounts add up to the printed value exactly."""

    kind: str
    id: str
    amount: int
    printed: str


@dataclass(frozen=True, slots=True)
class Explained:
    """A number and its records; of a rate, the two lists it divides."""

    key: str
    title: str
    unit: str
    value: str | None
    records: tuple[Contribution, ...] = ()
    numerator: tuple[Contribution, ...] = ()
    denominator: tuple[Contribution, ...] = ()


def _rows(facts: Reading, line: Line, scope: Scope) -> list[tuple[str, int]]:
    return sorted(facts.listed(line, scope))


def month_and_contributions(connection: Connection, station: str, month: str) -> tuple[MonthNumbers, bytes]:
    """What signing needs, from one reading: the numbers and the records behind them."""
    facts, periods = Reading(connection), scopes(connection, station, month)
    return numbers_of(facts, periods), contributions_of(facts, periods["month"])


def explain(connection: Connection, station: str, month: str, key: str, column: str = "month") -> Explained:
    """The records behind a line of the month (or of the year so far, or of the same month last year)."""
    first, last = {
        "month": (month, month),
        "year": (f"{month[:4]}-01", month),
        "last_year": (month_before(month, 12), month_before(month, 12)),
    }[column]
    scope = scope_of(connection, station, first, last)
    facts = Reading(connection)
    return _explained(lines()[key], lambda line: _rows(facts, line, scope))


def explain_from(blob: bytes, key: str) -> Explained:
    """The records behind a line of a signed month, as they were at signing."""
    kept = _Kept(blob)
    return _explained(lines()[key], lambda line: kept.rows(line.key))


def _explained(line: Line, rows: Any) -> Explained:
    if line.rate is None:
        found = rows(line)
        return Explained(
            line.key,
            line.titled(),
            _(line.unit),
            printed(line, sum(amount for _id, amount in found)),
            _shares(line, found),
        )
    part, whole = (lines()[key] for key in line.rate)
    above, below = rows(part), rows(whole)
    value = rate(sum(a for _id, a in above), sum(a for _id, a in below), line.decimals)
    return Explained(
        line.key, line.titled(), _(line.unit), value, numerator=_shares(part, above), denominator=_shares(whole, below)
    )


def _shares(line: Line, rows: Sequence[tuple[str, int]]) -> tuple[Contribution, ...]:
    """Printed amounts by rounding the running sum, so that twenty minutes three times are one hour and not 0.99."""
    shares = []
    so_far, before = 0, rounded(0, line.scale, line.decimals)
    for record, amount in rows:
        so_far += amount
        now = rounded(so_far, line.scale, line.decimals)
        shares.append(Contribution(line.kind, record, amount, str(now - before)))
        before = now
    return tuple(shares)


def contributions(connection: Connection, station: str, month: str) -> bytes:
    """Every line's contributing records of the month, to be kept at signing: canonical JSON.

    Ids of a kind stand once; lines name them by number, with the amount where it is not one.
    """
    return contributions_of(Reading(connection), scope_of(connection, station, month, month))


def contributions_of(facts: Reading, scope: Scope) -> bytes:
    """The same from a reading of the tables that others use too."""
    rows = {key: facts.listed(line, scope) for key, line in lines().items() if line.listed is not None}
    ids: dict[str, set[str]] = {}
    for key, found in rows.items():
        ids.setdefault(lines()[key].kind, set()).update([record for record, _amount in found])
    order = {kind: sorted(every) for kind, every in sorted(ids.items())}
    place = {kind: {record: number for number, record in enumerate(every)} for kind, every in order.items()}
    packed = {key: _packed(place[lines()[key].kind], found) for key, found in rows.items()}
    whole = {"format": FORMAT, "station": scope.station, "month": scope.last, "records": order, "lines": packed}
    return json.dumps(whole, sort_keys=True, separators=(",", ":")).encode()


def _packed(place: Mapping[str, int], found: Listed) -> list[int | list[int]]:
    """Records by number, in the order of their ids; with the amount where it is not one."""
    pairs = sorted([(place[record], amount) for record, amount in found])
    return [number if amount == 1 else [number, amount] for number, amount in pairs]


class _Kept:
    """A blob of contributing records, read."""

    def __init__(self, blob: bytes) -> None:
        whole = json.loads(blob)
        if whole.get("format") != FORMAT:
            raise ValueError("this is no list of contributing records")
        self.month: str = whole["month"]
        self._records: Mapping[str, list[str]] = whole["records"]
        self._lines: Mapping[str, list[Any]] = whole["lines"]

    def rows(self, key: str) -> list[tuple[str, int]]:
        """(id, amount) of a line; none for a line that did not exist when it was signed."""
        ids = self._records.get(lines()[key].kind, [])
        return [
            (ids[item], 1) if isinstance(item, int) else (ids[item[0]], item[1]) for item in self._lines.get(key, [])
        ]


def kept_rows(blob: bytes) -> dict[str, dict[str, int]]:
    """Of a blob: line → record → amount."""
    kept = _Kept(blob)
    return {key: dict(kept.rows(key)) for key, line in lines().items() if line.listed is not None}
