"""Imports a ledger through the one door and says in which rows it differs from what is expected."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from station_app.compose import OpenStation, import_ledger
from station_app.messages import Refusal
from tests.acceptance.ledgers import Placed, Row


@dataclass
class Checked:
    """What an import answered, beside what was expected."""

    answer: dict[str, Any]
    differences: list[str]


def check(
    station: OpenStation, kind: str, path: Path, placed: list[Placed], *, write: bool = True, again: bool = True
) -> Checked:
    """Import, compare row by row, compare the store, import once more."""
    answer = import_ledger(station, kind, path, dry_run=not write)
    if isinstance(answer, Refusal):
        return Checked({}, [f"{path.name}: refused whole: {answer.code} {answer.message}"])
    wrong = _rows(answer, placed)
    expected = [row for at in placed for row in at.rows.values()]
    taken = sum(1 for row in expected if not row.reason)
    counts = {name: answer[name] for name in ("read", "added", "changed", "same")} | {"refused": len(answer["refused"])}
    want = {"read": len(expected), "added": taken, "changed": 0, "same": 0, "refused": len(expected) - taken}
    if counts != want:
        wrong.append(f"counts {counts} instead of {want}")
    if write:
        wrong += _store(station, kind, placed)
    if write and again:
        second = import_ledger(station, kind, path)
        if isinstance(second, Refusal):
            wrong.append(f"second import refused whole: {second.code}")
        else:
            counts = {name: second[name] for name in ("read", "added", "changed", "same")} | {
                "refused": len(second["refused"])
            }
            if counts != want | {"added": 0, "same": taken}:
                wrong.append(f"second import {counts} instead of {want | {'added': 0, 'same': taken}}")
            wrong += [f"second import: {line}" for line in _rows(second, placed)]
    return Checked(answer, wrong)


def _rows(answer: dict[str, Any], placed: list[Placed]) -> list[str]:
    several = len(placed) > 1

    def where(said: dict[str, Any]) -> tuple[str, int]:
        return (said["sheet"] if several else placed[0].name, said["row"])

    refused = {where(one): one for one in answer["refused"]}
    warned: dict[tuple[str, int], set[str]] = {}
    for one in answer["warnings"]:
        warned.setdefault(where(one), set()).add(one["code"])
    wrong: list[str] = []
    for at in placed:
        for number, row in at.rows.items():
            key = (at.name, number)
            got = refused[key]["reason"] if key in refused else ""
            codes = warned.get(key, set()) if key not in refused else set()
            if got != row.reason or codes != (set() if row.reason else row.warnings):
                want = row.reason or ",".join(sorted(row.warnings)) or "OK"
                wrong.append(
                    f"{key} [{row.tag}] expected {want}, got {got or ','.join(sorted(codes)) or 'OK'}: {said(row)}"
                )
    known = {(at.name, number) for at in placed for number in at.rows}
    for key in {*refused, *warned} - known:
        wrong.append(f"{key} is no data row, got {refused.get(key, {}).get('reason')} {warned.get(key)}")
    return wrong


def said(row: Row) -> str:
    """A row's cells in short."""
    return " | ".join(f"{k}={v!r}" for k, v in row.cells.items() if v is not None)[:420]


def _store(station: OpenStation, kind: str, placed: list[Placed]) -> list[str]:
    rows = [row for at in placed for row in at.rows.values() if not row.reason and row.values]
    with station.store.reading() as reader:
        found = {"elder": _elders, "volunteer_hours": _hours, "farm_plot": _plots}[kind](reader)
    wrong = []
    for row in rows:
        records = found(row)
        if len(records) != 1:
            wrong.append(f"[{row.tag}] {len(records)} records in the store: {said(row)}")
            continue
        for name, value in row.values.items():
            got = records[0].get(name)
            if got != value and not (value is None and name not in records[0]):
                wrong.append(f"[{row.tag}] {name}: {got!r} instead of {value!r}: {said(row)}")
    return wrong


def _named(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {f"{kind}.{name}": value for name, value in fields.items()}


def _elders(reader: Any) -> Any:
    residents = {one.id: one for one in reader.all("resident")}
    joined = [
        _named("elder", e.fields) | _named("resident", residents[e.fields["resident"]].fields)
        for e in reader.all("elder")
    ]

    def find(row: Row) -> list[dict[str, Any]]:
        number, name, birth = (
            row.values["resident.id_no"],
            row.values["resident.name"],
            row.values["resident.birth_date"],
        )
        if number is not None:
            return [j for j in joined if j.get("resident.id_no") == number]
        return [
            j
            for j in joined
            if (j["resident.name"], j.get("resident.birth_date"), j.get("resident.id_no")) == (name, birth, None)
        ]

    return find


def _hours(reader: Any) -> Any:
    volunteers = {one.id: one.fields for one in reader.all("volunteer")}
    activities = {one.id: one.fields for one in reader.all("activity")}
    joined = []
    for hours in reader.all("volunteer_hours"):
        one = _named("hours", hours.fields) | _named("volunteer", volunteers[hours.fields["volunteer"]])
        joined.append(one | _named("activity", activities.get(hours.fields.get("activity"), {})))

    def find(row: Row) -> list[dict[str, Any]]:
        keys = ("volunteer.name", "volunteer.phone", "hours.service_date", "hours.start", "activity.name")
        return [j for j in joined if all(j.get(k) == row.values.get(k) for k in keys)]

    return find


def _plots(reader: Any) -> Any:
    residents = {one.id: one.fields for one in reader.all("resident")}
    parts: dict[str, dict[str, dict[str, Any]]] = {}
    for kind in ("plot_application", "harvest"):
        for one in reader.all(kind):
            parts.setdefault(one.fields["plot"], {})[kind] = one.fields
    joined = []
    for plot in reader.all("farm_plot"):
        one = _named("plot", plot.fields) | _named("owner", residents[plot.fields["owner"]])
        own = parts.get(plot.id, {})
        joined.append(
            one | _named("application", own.get("plot_application", {})) | _named("harvest", own.get("harvest", {}))
        )

    def find(row: Row) -> list[dict[str, Any]]:
        keys = ("owner.id_no", "plot.name")
        return [j for j in joined if all(j.get(k) == row.values.get(k) for k in keys)]

    return find


def all_rows(placed: Iterable[Placed]) -> list[Row]:
    """Every data row."""
    return [row for at in placed for row in at.rows.values()]
