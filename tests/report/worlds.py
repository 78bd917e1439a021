"""Small made-up stations: a few records of every kind, with the corners that counting can get wrong."""

from calendar import monthrange
from random import Random
from typing import Any

from station_app.kinds.assessment import ITEMS

World = dict[str, list[dict[str, Any]]]

MONTHS = ["2023-03", "2023-12", "2024-01", "2024-02", "2024-03", "2024-04"]
KINDS_OF_SERVICE = (
    "meal bath clean urgent medical walk errand haircut company comfort vitals safety culture farm".split()
)


def world(random: Random) -> World:
    """One station."""
    return _World(random).made()


class _World:
    def __init__(self, random: Random) -> None:
        self.r = random
        self.count = 0

    def id(self) -> str:
        self.count += 1
        return f"{self.r.getrandbits(32):08x}-0000-7000-8000-{self.count:012x}"

    def day(self) -> str:
        month = self.r.choice(MONTHS)
        last = monthrange(int(month[:4]), int(month[5:]))[1]
        return f"{month}-{self.r.choice(['01', '05', '15', '28', str(last), str(last)])}"

    def maybe(self, value: Any, chance: float = 0.5) -> Any:
        return value if self.r.random() < chance else None

    def many(self, most: int) -> range:
        return range(self.r.randint(0, most))

    def removed(self) -> Any:
        return self.r.choice([None, None, None, 0, 1])

    def flag(self) -> bool | None:
        return self.r.choice([True, False, None])

    def made(self) -> World:
        r, w = self.r, World()
        people = [self.id() for _ in range(6)]
        volunteers = [self.id() for _ in range(4)]
        houses = [self.id() for _ in range(2)]
        plots = [self.id() for _ in range(3)]
        w["resident"] = [
            {
                "id": who,
                "removed": self.removed(),
                "birth_date": self.maybe(
                    f"{r.choice([1943, 1944, 1963, 1964, 1990])}-{r.choice(['01', '03', '04', '12'])}-31", 0.8
                ),
                "household": self.maybe(r.choice(houses)),
                "filed_on": self.maybe(self.day(), 0.3),
                "closed_on": self.maybe(self.day(), 0.1),
                "deceased": r.choice([None, False, None, True]) if r.random() < 0.4 else None,
                "deceased_on": self.maybe(self.day(), 0.15),
                "groups": r.choice([None, ["alone"], ["empty_nest", "dibao"], ["dibao"]]),
            }
            for who in people
        ]
        w["elder"] = [
            {
                "id": self.id(),
                "removed": self.removed(),
                "resident": r.choice(people),
                "file_date": r.choice([None, self.day(), self.day()[:7]]),
                "closed_on": self.maybe(self.day(), 0.15),
                "alone": self.flag(),
                "empty_nest": self.flag(),
                "living": r.choice([None, "alone", "spouse"]),
                "visit_class": r.choice([None, "high", "key", "general", "general"]),
            }
            for _ in self.many(7)
        ]
        w["assessment"] = [self.assessment(r.choice(people[:3])) for _ in self.many(9)]
        w["visit"] = [
            {
                "id": self.id(),
                "removed": self.removed(),
                "resident": r.choice(people),
                "visit_at": f"{self.day()}T{r.choice(['00:00', '09:30', '23:59'])}",
                "mode": r.choice(["home", "phone", "video", "neighbour", None]),
                "seen_in_person": self.flag(),
                "health": r.choice([None, "ok", "bad"]),
                "mood": r.choice([None, "fair", "bad", "unchecked"]),
                "handled_on": self.maybe(self.day(), 0.4),
            }
            for _ in self.many(14)
        ]
        w["activity"] = [
            {
                "id": self.id(),
                "removed": self.removed(),
                "name": "联欢",
                "held_on": self.maybe(self.day(), 0.9),
                "category": r.choice([None, "community", "volunteer"]),
                "participants": self.maybe(r.randint(0, 60), 0.8),
            }
            for _ in self.many(5)
        ]
        w["service"] = [
            {
                "id": self.id(),
                "removed": self.removed(),
                "beneficiary": r.choice(people),
                "service_date": self.day(),
                "kind": r.choice(KINDS_OF_SERVICE),
            }
            for _ in self.many(8)
        ]
        w["volunteer"] = [
            {
                "id": who,
                "removed": self.removed(),
                "resident": self.maybe(r.choice(people[:2]), 0.4),
                "registered_on": self.maybe(self.day()),
                "left_on": self.maybe(self.day(), 0.2),
            }
            for who in volunteers
        ]
        w["volunteer_hours"] = self.hours(volunteers)
        w["worker"] = [
            {
                "id": self.id(),
                "removed": self.removed(),
                "started_on": self.maybe(self.day(), 0.8),
                "left_on": self.maybe(self.day(), 0.2),
                "cert_level": r.choice([None, "junior", "mid", "senior"]),
                "cert_since": self.maybe(self.day(), 0.3),
                "cert_valid_to": r.choice([None, self.day(), self.day()[:7]]),
            }
            for _ in self.many(4)
        ]
        self.farm(w, people, plots, volunteers)
        return w

    def assessment(self, who: str) -> dict[str, Any]:
        fail = self.r.choice([0, 1, 30, 50, 70])
        scores = {}
        for name, most in ITEMS.items():
            lost = min(most, fail)
            scores[name], fail = most - lost, fail - lost
        total = sum(scores.values())
        level = 0 if total == 90 else 1 if total >= 66 else 2 if total >= 46 else 3 if total >= 30 else 4
        return {
            "id": self.id(),
            "removed": self.removed(),
            "resident": who,
            "assessed_on": self.day(),
            "screening": self.flag(),
            "expected_level": level,
            **scores,
        }

    def hours(self, volunteers: list[str]) -> list[dict[str, Any]]:
        r = self.r
        rows: list[dict[str, Any]] = []
        for _ in self.many(14):
            # Weeks without a holiday: 8 March to 29 March 2024, and two days whose lateness is plain.
            day, recorded, late = r.choice(
                [
                    ("2024-03-11", "2024-03-25", False),
                    ("2024-03-11", "2024-03-26", True),
                    ("2024-03-08", None, False),
                    ("2024-01-08", "2024-01-22", False),
                    ("2023-03-06", "2023-03-21", True),
                ]
            )
            start = self.maybe(r.choice(["08:00", "13:00"]), 0.8)
            row = {
                "id": self.id(),
                "removed": self.removed(),
                "volunteer": r.choice(volunteers),
                "activity": self.maybe(r.choice(["a1", "a2"]), 0.8),
                "service_date": day,
                "place": self.maybe(r.choice(["p1", "p2"]), 0.8),
                "start": start,
                "end": self.maybe("18:00", 0.8),
                "hours": r.choice([15, 20, 60, 100]),
                "recorded_on": recorded,
                "approved": r.choice([True, True, None, False]),
                "late": late,
            }
            rows.append(row)
            if r.random() < 0.25:  # the same shift entered on another device
                rows.append(
                    row | {"id": self.id(), "removed": None, "hours": r.choice([20, 60]), "recorded_on": recorded}
                )
            if r.random() < 0.15:
                rows.append(row | {"id": self.id(), "removed": self.removed(), "reverses": row["id"]})
        return rows

    def farm(self, w: World, people: list[str], plots: list[str], volunteers: list[str]) -> None:
        r = self.r
        w["farm_plot"] = [
            {
                "id": plot,
                "removed": self.removed(),
                "owner": r.choice(people),
                "area": r.randint(200, 30_000),
                "joined_on": self.maybe(self.day(), 0.4),
                "left_on": self.maybe(self.day(), 0.2),
                "opening_sales": 100,
                "opening_help_times": 7,
            }
            for plot in plots
        ]
        w["plot_application"] = [
            {
                "id": self.id(),
                "removed": self.removed(),
                "plot": r.choice(plots),
                "applied_on": self.day(),
                "consent": r.choice([None, "given", "refused"]),
                "decision": r.choice([None, "agreed", "declined"]),
            }
            for _ in self.many(5)
        ]
        w["farm_help"] = [
            {
                "id": self.id(),
                "removed": self.removed(),
                "plot": r.choice(plots),
                "helped_on": self.day(),
                "helpers": self.maybe(r.randint(1, 9)),
                "volunteers": r.choice([None, volunteers[:2], [volunteers[0], volunteers[0]]]),
            }
            for _ in self.many(5)
        ]
        w["harvest"] = [
            {
                "id": self.id(),
                "removed": self.removed(),
                "plot": r.choice(plots),
                "harvested_on": self.day(),
                "weight": r.randint(1000, 900_000),
                "donated": self.maybe(r.randint(0, 900)),
            }
            for _ in self.many(5)
        ]
        sales: list[dict[str, Any]] = []
        for _ in self.many(5):
            sale = {
                "id": self.id(),
                "removed": self.removed(),
                "plot": r.choice(plots),
                "sold_on": self.maybe(self.day(), 0.9),
                "amount": self.maybe(r.randint(0, 99_999), 0.9),
                "paid": self.maybe(r.randint(0, 99_999)),
                "paid_on": self.maybe(self.day()),
            }
            sales.append(sale)
            if r.random() < 0.3:
                sales.append(sale | {"id": self.id(), "removed": self.removed(), "reverses": sale["id"]})
        w["sale"] = sales
