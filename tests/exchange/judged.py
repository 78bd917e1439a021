"""Judged rows as the expected .csv writes them, for comparison."""

from datetime import date
from pathlib import Path
from typing import Any

from station_app.exchange.judging import Judged, judge
from station_app.exchange.ledgers import ledgers
from station_app.exchange.ledgers.table import Line
from station_app.exchange.sheets import read_workbook
from station_app.messages import Refusal
from tests.exchange.grids import Grid

TODAY = date(2026, 11, 24)


def read(kind: str, path: Path, today: date = TODAY) -> Judged:
    """A file judged."""
    workbook = read_workbook(path)
    assert not isinstance(workbook, Refusal), workbook
    judged = judge(workbook, ledgers()[kind], today=today)
    assert not isinstance(judged, Refusal), judged
    return judged


def rows(judged: Judged) -> dict[tuple[str, int], tuple[str, str, str, Line | None]]:
    """Outcome, reason, warnings and line by (sheet, row from 1)."""
    found: dict[tuple[str, int], tuple[str, str, str, Line | None]] = {}
    for table, number, skip in judged.skipped():
        found[table.sheet.name, number + 1] = ("SKIP", skip.value, "", None)
    for table, line in judged.lines():
        warned = ";".join(sorted({f.code for f in line.warnings})) if line.refusal is None else ""
        reason = line.refusal.code if line.refusal is not None else ""
        found[table.sheet.name, line.number + 1] = (line.outcome.value, reason, warned, line)
    return found


def differences(kind: str, judged: Judged, *grids: Grid) -> list[str]:
    """Where a judged file differs from what is expected of its grids: outcomes, codes and values."""
    found = rows(judged)
    wrong: list[str] = []
    for grid in grids:
        for number, e in enumerate(grid.expected, start=1):
            got = found.get((grid.name, number))
            said = (e["outcome"], e["reasons"], e["warnings"])
            if got is None:
                if said != ("SKIP", "BLANK", ""):
                    wrong.append(f"{grid.name} {number}: missing, expected {said}")
                continue
            if got[:3] != said:
                wrong.append(f"{grid.name} {number}: {got[:3]} instead of {said}: {grid.rows[number - 1]}")
            elif got[3] is not None and e["outcome"] != "REJECT":
                for name, value in canonical(kind, got[3]).items():
                    if name in e and e[name] != value:
                        wrong.append(f"{grid.name} {number} {name}: {value!r} instead of {e[name]!r}")
    return wrong


def canonical(kind: str, line: Line) -> dict[str, str]:
    """A line's values in the words of the expected .csv."""
    return {"elder": _elder, "volunteer_hours": _hours, "farm_plot": _plot}[kind](line.values)


def _flag(value: Any) -> str:
    return "" if value is None else "Y" if value else "N"


def _date(value: Any) -> str:
    return value.iso if value is not None else ""


def _elder(v: dict[str, Any]) -> dict[str, str]:
    contact = v.get("ec_phone")
    return {
        "village": v.get("village") or "", "name": v["name"].text, "sex": v["sex"].letter, "ethnic_code": v.get("ethnic") or "",
        "id_no": v["id_no"].text if v.get("id_no") else "", "birth_date": _date(v.get("birth_date")),
        "address": v.get("address") or "", "phones": ";".join(v.get("phones") or []), "is_alone": _flag(v.get("alone")),
        "is_empty_nest": _flag(v.get("empty_nest")), "is_disabled": _flag(v.get("disabled")),
        "is_80_plus": _flag(v.get("high_age")), "is_dibao": _flag(v.get("dibao")), "ec_name": v.get("ec_name") or "",
        "ec_relation": v.get("ec_relation") or "", "ec_phone": contact.numbers[0] if contact else "",
        "file_date": _date(v.get("filed_on")), "deceased": "Y" if v.get("deceased") else "",
    }  # fmt: skip


def _hours(v: dict[str, Any]) -> dict[str, str]:
    return {
        "name": v["name"].text, "id_no": v["id_no"].text if v.get("id_no") else "", "phone": ";".join(v.get("phones") or []),
        "activity": v.get("activity") or "", "service_date": _date(v.get("service_date")),
        "start": v["start"].strftime("%H:%M") if v.get("start") else "", "end": v["end"].strftime("%H:%M") if v.get("end") else "",
        "hours": f"{v['hours'] / 60:.2f}", "place": v.get("place") or "", "content": v.get("content") or "",
        "category": v.get("category_said") or "", "recorded_on": _date(v.get("recorded_on")),
    }  # fmt: skip


def _kilograms(value: int | None) -> str:
    return "" if value is None else f"{value / 1000:.2f}"


def _yuan(value: int | None) -> str:
    return "" if value is None else f"{value / 100:.2f}"


def _plot(v: dict[str, Any]) -> dict[str, str]:
    return {
        "village": v.get("village") or "", "owner": v["name"].text, "owner_id": v["id_no"].text, "plot": v.get("plot") or "",
        "area_mu": v["area"].mu_text, "area_m2": v["area"].square_metres_text, "crop": "+".join(v.get("crops") or []),
        "applied_on": _date(v.get("applied_on")), "consent": _flag(v.get("consent")), "help_times": str(v.get("help_times")),
        "sown_on": _date(v.get("sown_on")), "harvested_on": _date(v.get("harvested_on")), "harvest_kg": _kilograms(v.get("harvest")),
        "own_kg": _kilograms(v.get("own")), "donated_kg": _kilograms(v.get("donated")), "sold_kg": _kilograms(v.get("sold")),
        "unit_price_yuan_per_kg": _yuan(v.get("price")), "sales_yuan": _yuan(v.get("amount")),
    }  # fmt: skip
