"""Cells of the three sample ledgers (distinct shapes) against the values expected there."""

import json
from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from station_app.values.areas import read_area
from station_app.values.counts import read_count
from station_app.values.crops import read_crops
from station_app.values.dates import read_date
from station_app.values.durations import read_hours, show_hours
from station_app.values.ethnic import read_ethnic
from station_app.values.id_numbers import read_id_number
from station_app.values.money import read_money, read_price, show_money
from station_app.values.names import read_name
from station_app.values.phones import read_phones
from station_app.values.reading import Raw, Read
from station_app.values.times import read_time, show_time
from station_app.values.weights import kilograms, read_weight
from station_app.values.yes_no import read_yes_no

TODAY = date(2026, 11, 24)
MARCH = (date(2024, 3, 1), date(2024, 3, 31))
CELLS = json.loads(
    (Path(__file__).resolve().parent.parent / "golden" / "ledger_cells.json").read_text(encoding="utf-8")
)


def _said(read: Read[Any], show: Callable[[Any], str] = str) -> str:
    return "" if read.value is None else show(read.value)


READERS: dict[str, Callable[[Raw], str]] = {
    "name": lambda raw: _said(read_name(raw)),
    "id_number": lambda raw: _said(read_id_number(raw, TODAY)),
    "phones": lambda raw: _said(read_phones(raw)),
    "date": lambda raw: _said(read_date(raw, today=TODAY)),
    "date_in_2024_03": lambda raw: _said(read_date(raw, today=TODAY, period=MARCH, within=MARCH)),
    "ethnic": lambda raw: _said(read_ethnic(raw)),
    "yes_no": lambda raw: _said(read_yes_no(raw), lambda value: "Y" if value else "N"),
    "time": lambda raw: _said(read_time(raw), show_time),
    "hours": lambda raw: _said(read_hours(raw), show_hours),
    "area": lambda raw: _said(read_area(raw, column_unit="mu"), lambda a: f"{a.mu_text} {a.square_metres_text}"),
    "crops": lambda raw: _said(read_crops(raw), "+".join),
    "weight_in_jin": lambda raw: _said(read_weight(raw, column_unit="jin"), kilograms),
    "price_per_jin": lambda raw: _said(read_price(raw, grams=500), show_money),
    "money": lambda raw: _said(read_money(raw), lambda cents: show_money(cents).replace(",", "")),
    "count": lambda raw: _said(read_count(raw)),
}


def _cell(stored: Any) -> Raw:
    if isinstance(stored, dict):
        if "time" in stored:
            return time.fromisoformat(stored["time"])
        return date.fromisoformat(stored["date"])
    cell: Raw = stored
    return cell


@pytest.mark.parametrize(("reader", "stored", "expected"), CELLS)
def test_cell(reader: str, stored: Any, expected: str) -> None:
    assert READERS[reader](_cell(stored)) == expected


def test_every_reader_is_tried() -> None:
    assert {reader for reader, _, _ in CELLS} == set(READERS)
