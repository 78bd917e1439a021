"""The sample ledgers give the numbers settled with the customer (DOMAIN §2, "Settled for counting")."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

from station_app.report.month import numbers
from tests.report.tables import STATION, fill, opened

LEDGERS = Path(__file__).parent.parent / "golden" / "ledgers"


def taken(ledger: str) -> list[dict[str, str]]:
    """The rows a ledger's import takes, with their values."""
    with (LEDGERS / f"{ledger}.expected.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row["outcome"] in ("OK", "OK_WARN")]


def test_the_volunteers_of_march_2024() -> None:
    rows = taken("volunteer_hours_500")
    known: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        if row["id_no"]:
            known.setdefault((row["name"], row["phone"]), set()).add(row["id_no"])

    def person(row: dict[str, str]) -> str:
        """Who has no id is the only known person of that name and phone."""
        same = known.get((row["name"], row["phone"]), set())
        return row["id_no"] or (next(iter(same)) if len(same) == 1 else row["name"] + row["phone"])

    shifts: list[dict[str, Any]] = [
        {
            "id": f"h{number:03}",
            "volunteer": person(row),
            "activity": row["activity"],
            "service_date": row["service_date"],
            "place": row["place"],
            "start": row["start"] or None,
            "end": row["end"] or None,
            "hours": round(float(row["hours"]) * 60),
            "recorded_on": row["recorded_on"] or None,
        }
        for number, row in enumerate(rows)
    ]
    with opened() as connection:
        fill(connection, "volunteer_hours", shifts)
        found = numbers(connection, STATION, "2024-03")
    assert [found[key].month for key in ("F01", "F02", "F03", "F04", "F05")] == ["53", "460", "60", "927.00", "6"]


def test_the_elders_on_31_march_2024() -> None:
    rows = taken("elders_300")
    yes = {"Y": True, "N": False, "": None}
    with opened() as connection:
        fill(connection, "resident", [
            {"id": row["row"], "birth_date": row["birth_date"], "deceased": yes[row["deceased"]]} for row in rows
        ])  # fmt: skip
        fill(connection, "elder", [
            {
                "id": f"e{row['row']}", "resident": row["row"], "file_date": row["file_date"] or None,
                "alone": yes[row["is_alone"]], "empty_nest": yes[row["is_empty_nest"]],
                "suspected_disabled": yes[row["is_disabled"]],
            }
            for row in rows
        ])  # fmt: skip
        found = numbers(connection, STATION, "2024-03")
    living = [row for row in rows if row["deceased"] != "Y"]
    assert found["B01"].month == found["B03"].month == str(len(living)) == "281"
    assert found["B02"].month == str(len([r for r in rows if r["file_date"].startswith("2024-03")]))
    assert found["B04"].month == str(len([r for r in living if r["is_alone"] == "Y"]))
    assert found["B05"].month == str(len([r for r in living if r["is_empty_nest"] == "Y"]))
    assert found["B06"].month == str(len([r for r in living if r["birth_date"] <= "1944-03-31"]))
    assert found["B07"].month == "0", "a tick is suspected, not assessed"


def test_the_plots_of_2024() -> None:
    rows = taken("farm_plots_60")
    with opened() as connection:
        fill(connection, "farm_plot", [
            {"id": row["row"], "owner": row["owner_id"], "area": round(float(row["area_mu"]) * 2000),
             "opening_help_times": int(row["help_times"] or 0), "opening_sales": round(float(row["sales_yuan"] or 0) * 100)}
            for row in rows
        ])  # fmt: skip
        fill(connection, "plot_application", [
            {"id": f"a{row['row']}", "plot": row["row"], "applied_on": row["applied_on"], "consent": "given"} for row in rows
        ])  # fmt: skip
        fill(connection, "harvest", [
            {"id": f"h{row['row']}", "plot": row["row"], "harvested_on": row["harvested_on"],
             "weight": round(float(row["harvest_kg"]) * 1000), "donated": round(float(row["donated_kg"] or 0) * 1000)}
            for row in rows if row["harvested_on"]
        ])  # fmt: skip
        september = numbers(connection, STATION, "2024-09")
        march = numbers(connection, STATION, "2024-03")
    assert september["G01"].month == str(len(rows)) == "48"
    assert march["G01"].month == str(len([r for r in rows if r["applied_on"] < "2024-04"]))
    assert march["G04"].month == str(len([r for r in rows if r["applied_on"].startswith("2024-03")]))
    assert Decimal(september["G02"].month or 0) == sum(Decimal(r["area_mu"]) for r in rows)
    in_september = [r for r in rows if r["harvested_on"].startswith("2024-09")]
    assert Decimal(september["G06"].month or 0) == sum(Decimal(r["harvest_kg"]) for r in in_september)
    assert Decimal(september["G09"].month or 0) == sum(Decimal(r["donated_kg"] or 0) for r in in_september)
    assert (september["G05"].month, september["G07"].month) == ("0", "0.00"), "totals without a date never count"
