"""Fictional stations with real stores, a signed month, and a folder that stands for the stick, for tests of handing in."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

from station_app import compose
from station_app.compose import OpenStation
from station_app.messages import Refusal
from station_app.paper.document import Attachment, Document, Paragraph, Title
from station_app.paper.flow import render
from station_app.report.explain import contributions
from station_app.report.month import numbers
from station_app.spec.meanings import Wire
from station_app.store.change import Edit
from station_app.sync import opening
from station_app.trust import signing
from station_app.work import enrolment

T = TypeVar("T")
PASSWORD = "虚构的口令 2026"
MONTH = "2024-05"
DIVISION = "150602107"
Figures = dict[str, list[str | None]]


def good(value: T | Refusal) -> T:
    """The value, where a test expects no refusal."""
    assert not isinstance(value, Refusal), value
    return value


def code_of(value: object) -> str:
    """The code of a refusal, where a test expects one."""
    assert isinstance(value, Refusal), value
    return value.code.value


def new_station(folder: Path, number: str = "01") -> OpenStation:
    """A fictional station."""
    return good(compose.create_station(folder, "罕台镇社工站", DIVISION, number, "王主任", PASSWORD)).station


def add_hours(station: OpenStation, shifts: int = 3, minutes: int = 90, month: str = MONTH) -> list[str]:
    """One volunteer and some shifts in a month; the ids of the shifts."""
    person = good(station.store.change([Edit("volunteer", {"name": "赵虚构"})], station.author, "add")).records[0]
    held = {"name": "卫生清扫", "held_on": f"{month}-10", "category": "volunteer"}
    activity = good(station.store.change([Edit("activity", held)], station.author, "add")).records[0]
    found: list[str] = []
    for day in range(1, shifts + 1):
        shift: dict[str, Wire] = {
            "volunteer": person,
            "activity": activity,
            "service_date": f"{month}-{day:02}",
            "hours": minutes,
            "place": "活动室",
            "content": "打扫楼道",
            "recorded_on": f"{month}-{day:02}",
            "unpaid": True,
        }
        found += good(station.store.change([Edit("volunteer_hours", shift)], station.author, "add")).records
    return found


def signed_month(
    station: OpenStation,
    month: str = MONTH,
    spoil: Callable[[Figures], None] | None = None,
    spoil_pdf_only: bool = False,
) -> str:
    """A signed report of a month as ``month_report`` keeps it; ``spoil`` is a program that changes a number first."""
    enrolled = good(enrolment.identity(station))
    position = station.store.position()
    with station.store.reading() as reader:
        figures: Figures = json.loads(numbers(reader.connection, station.store.station, month).as_json())
        kept = contributions(reader.connection, station.store.station, month)
    honest = json.dumps(figures, sort_keys=True)
    if spoil is not None:
        spoil(figures)
    said = json.dumps(figures, sort_keys=True)
    drawn = render(
        Document(
            title=f"社工站月报 {month}",
            author="罕台镇社工站",
            made_on=date(2024, 6, 1),
            blocks=(Title("社工站月报"), Paragraph(f"{month}：F04 {figures['F04'][0]}")),
            attachments=(Attachment("figures.json", said.encode()),),
        )
    )
    at = opening.now()
    pdf = good(signing.sign_report(good(signing.prepare(drawn)), enrolled.signer, enrolled.roots, "月报", at))
    fields: dict[str, Wire] = {
        "month": month,
        "number": 0,
        "state": "signed",
        "position": json.dumps(position),
        "figures": honest if spoil_pdf_only else said,
        "pdf": station.blobs.put(pdf),
        "records": station.blobs.put(kept),
    }
    return good(station.store.change([Edit("month_report", fields)], station.author, "sign")).records[0]
