"""Fictional records beside the sample ledgers: workers, six months of visits, services; the same for the same seed."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from station_app.messages import Refusal
from station_app.spec.meanings import Wire
from station_app.store.change import Done, Edit
from station_app.values.ids import new_id

if TYPE_CHECKING:
    from station_app.compose import OpenStation

WORKERS: Final = (("乔某", "senior"), ("苏某", "mid"), ("白某", "junior"), ("王某", None))
_SERVICES: Final = ("meal", "haircut", "vitals", "clean", "company", "errand", "safety", "medical")
_CLASSES: Final = ("high", "key", "general", "general")


def add_visits(station: "OpenStation", month: str, months: int, seed: int) -> Done | Refusal:
    """Workers, and for every elder with an open file some months of visits and services up to ``month``."""
    dice = random.Random(seed)
    with station.store.reading() as reader:
        elders = reader.all("elder")
        closed = {r.id for r in reader.all("resident") if r.fields.get("deceased") or r.fields.get("deceased_on")}
    people = sorted(str(e.fields["resident"]) for e in elders if e.fields.get("resident") not in closed)
    workers = [new_id() for _ in WORKERS]
    groups: list[Sequence[Edit]] = [list(_workers(workers))]
    first = date.fromisoformat(f"{month}-01")
    for elder in elders:
        groups.append([Edit("elder", {"visit_class": dice.choice(_CLASSES)}, elder.id)])
    for back in range(months - 1, -1, -1):
        start = _months_before(first, back)
        groups += [[edit] for edit in _month(dice, people, workers, start, share=0.5 + 0.4 * (months - back) / months)]
    return station.store.batch(groups, station.author, "demonstration")


def _workers(ids: Sequence[str]) -> Iterator[Edit]:
    for record, (name, level) in zip(ids, WORKERS, strict=True):
        fields: dict[str, Wire] = {"name": name, "post": "社会工作者", "started_on": "2022-03-01"}
        if level:
            fields |= {"cert_level": level, "cert_since": "2022-10-01"}
        yield Edit("worker", fields, record)


def _months_before(first: date, months: int) -> date:
    whole = first.year * 12 + first.month - 1 - months
    return date(whole // 12, whole % 12 + 1, 1)


def _month(
    dice: random.Random, people: Sequence[str], workers: Sequence[str], start: date, share: float
) -> Iterator[Edit]:
    days = (_months_before(start, -1) - start).days
    for person in dice.sample(people, int(len(people) * share)):
        day = start + timedelta(days=dice.randrange(days))
        bad = dice.random() < 0.04
        home = dice.random() < 0.8
        checks: dict[str, Wire] = {
            name: dice.choice(("ok", "ok", "ok", "fair"))
            for name in ("health", "mood", "safety", "hygiene", "environment")
        }
        if bad:
            checks["safety"] = "bad"
        fields: dict[str, Wire] = {
            "resident": person, "visit_at": f"{day.isoformat()}T{dice.randint(8, 17):02}:{dice.choice((0, 15, 30, 45)):02}",
            "mode": "home" if home else "phone", "visitors": [dice.choice(workers)], "duration": dice.randint(15, 60),
            "seen_in_person": home, **checks,
        }  # fmt: skip
        if bad and dice.random() < 0.8:
            fields["handled_on"] = min(day + timedelta(days=2), start + timedelta(days=days - 1)).isoformat()
        yield Edit("visit", fields)
    for person in dice.sample(people, int(len(people) * share / 3)):
        day = start + timedelta(days=dice.randrange(days))
        kind = dice.choice(_SERVICES)
        yield Edit(
            "service",
            {
                "kind": kind, "beneficiary": person, "service_date": day.isoformat(), "quantity": 1, "unit": "times",
                "provider": dice.choice(workers), "cost": 0, "satisfaction": dice.randint(4, 5),
            },
        )  # fmt: skip
