"""What came to light after signing: supplements (补报) to earlier months, and what a correction changes."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from station_app.kinds.lines import Scope
from station_app.messages import _
from station_app.report.explain import kept_rows
from station_app.report.facts import Reading
from station_app.report.indicators import lines
from station_app.report.month import COLUMNS, printed, rate, scope_of

#: Line → record → amount, in wire units.
Rows = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Change:
    """One record whose share in a line is not what was reported; 0 where it had or has none."""

    kind: str
    id: str
    before: int
    now: int


@dataclass(frozen=True, slots=True)
class LateLine:
    """What late records change in one line of a month signed earlier; values as printed."""

    month: str
    key: str
    title: str
    unit: str
    reported: str
    now: str
    difference: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Supplement:
    """补报: every line of an earlier signed month that would be different today."""

    lines: tuple[LateLine, ...] = ()

    def as_json(self) -> str:
        """As kept in the report that reports it: month → line → [record, before, now], canonical JSON."""
        whole: dict[str, dict[str, list[list[str | int]]]] = {}
        for line in self.lines:
            whole.setdefault(line.month, {})[line.key] = [[c.id, c.before, c.now] for c in line.changes]
        return json.dumps(whole, sort_keys=True, separators=(",", ":"))


def supplement(
    connection: Connection, station: str, month: str, signed: Mapping[str, bytes], reported: Sequence[str] = (),
    gone: Collection[tuple[str, str]] = (),
) -> Supplement:  # fmt: skip
    """Changes in months before ``month`` that were signed and are not reported yet.

    ``signed``: month → the blob of contributing records of its newest signed report. ``reported``: the supplements (JSON)
    of later signed reports, oldest first: what they said already counts as known, so that nothing is reported twice.
    ``gone``: records (kind, id) that figures lack because of an erasure; what was signed of them stays as it was signed.
    """
    months = sorted(earlier for earlier in signed if earlier < month)
    if not months:
        return Supplement()
    facts = Reading(connection)
    facts.read(Scope(station, months[0], months[-1], {}))  # all of them at once
    found: list[LateLine] = []
    for earlier in months:
        known = _with_reported(kept_rows(signed[earlier]), earlier, reported)
        scope = scope_of(connection, station, earlier, earlier)
        now = {key: dict(facts.listed(line, scope)) for key, line in lines().items() if line.listed is not None}
        found += _late_lines(earlier, still_there(known, now, gone), now)
    return Supplement(tuple(found))


def still_there(known: Rows, now: Rows, gone: Collection[tuple[str, str]]) -> Rows:
    """What was known, without records that figures lack because of an erasure."""
    if not gone:
        return known
    kinds = {key: line.kind for key, line in lines().items()}
    return {
        key: {r: amount for r, amount in found.items() if (kinds.get(key, ""), r) not in gone or r in now.get(key, {})}
        for key, found in known.items()
    }


def not_erased(
    found: Sequence["Difference"], kept: bytes | None, gone: Collection[tuple[str, str]]
) -> list["Difference"]:
    """Of what differs from a signed report: what an erasure does not explain.

    ``kept``: its blob of contributing records. A value of the month is explained exactly, by the kept list without the
    erased records; sums of a year only as far as they are smaller now.
    """
    if not gone:
        return list(found)
    rows: Rows = kept_rows(kept) if kept is not None else {}
    left = still_there(rows, {}, gone)
    return [one for one in found if not _explained(one, left)]


def _explained(one: "Difference", left: Rows) -> bool:
    line = lines().get(one.key)
    if line is None:
        return False
    if one.column != COLUMNS[0]:
        if line.rate is not None:
            return True
        return one.before is not None and one.after is not None and Decimal(one.after) < Decimal(one.before)
    if line.rate is not None:
        part, whole = (sum(left.get(key, {}).values()) for key in line.rate)
        return rate(part, whole, line.decimals) == one.after
    return printed(line, sum(left.get(line.key, {}).values())) == one.after


def _with_reported(rows: Rows, month: str, reported: Iterable[str]) -> Rows:
    known = {key: dict(found) for key, found in rows.items()}
    for text in reported:
        for key, changes in json.loads(text or "{}").get(month, {}).items():
            line = known.setdefault(key, {})
            for record, _before, now in changes:
                line[record] = now
    return known


def _late_lines(month: str, known: Rows, now: Rows) -> Iterable[LateLine]:
    for key, line in lines().items():
        if line.listed is None:
            continue
        changes = changed(line.kind, known.get(key, {}), now.get(key, {}))
        if not changes:
            continue
        before = sum(known.get(key, {}).values())
        after = sum(now.get(key, {}).values())
        if before == after:  # another record stands for the same occasion or person: nothing to report
            continue
        yield LateLine(
            month, key, line.titled(), _(line.unit), printed(line, before), printed(line, after),
            _signed(printed(line, after - before)), changes,
        )  # fmt: skip


def changed(kind: str, before: Mapping[str, int], now: Mapping[str, int]) -> tuple[Change, ...]:
    """The records whose amounts differ, in the order of their ids."""
    return tuple(
        Change(kind, record, before.get(record, 0), now.get(record, 0))
        for record in sorted(before.keys() | now.keys())
        if before.get(record, 0) != now.get(record, 0)
    )


def _signed(text: str) -> str:
    return text if text.startswith("-") else f"+{text}"


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that two reports of the same month give differently."""

    key: str
    title: str
    unit: str
    column: str  # month, year, last_year
    before: str | None
    after: str | None


def differences(old_figures: str, new_figures: str) -> list[Difference]:
    """What differs between two sets of figures (``MonthNumbers.as_json``), in the order of the report."""
    old, new = _figures(old_figures), _figures(new_figures)
    known = lines()
    keys = [key for key in known if key in old or key in new] + sorted((old.keys() | new.keys()) - known.keys())
    found = []
    for key in keys:
        title, unit = (known[key].titled(), _(known[key].unit)) if key in known else (key, "")
        for column, before, after in zip(COLUMNS, old.get(key, _NOTHING), new.get(key, _NOTHING), strict=True):
            if before != after:
                found.append(Difference(key, title, unit, column, before, after))
    return found


_NOTHING: tuple[str | None, ...] = (None, None, None)


def _figures(text: str) -> dict[str, Sequence[str | None]]:
    whole: Any = json.loads(text)
    return {str(key): tuple(values) for key, values in whole.items()}


def differing_records(theirs: bytes, ours: bytes, key: str) -> tuple[Change, ...]:
    """Between two blobs of contributing records: those that explain why a line differs (of a rate, both its lists)."""
    line = lines()[key]
    before, now = kept_rows(theirs), kept_rows(ours)
    return tuple(
        change
        for part in line.rate or (key,)
        for change in changed(lines()[part].kind, before.get(part, {}), now.get(part, {}))
    )
