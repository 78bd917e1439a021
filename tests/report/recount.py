"""An independent recount of a month from plain records, written from DOMAIN §2 without looking at the program's queries."""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from typing import Any

World = Mapping[str, list[dict[str, Any]]]


def months_between(first: str, last: str) -> list[str]:
    """Every month from one to another."""
    whole = range(int(first[:4]) * 12 + int(first[5:]) - 1, int(last[:4]) * 12 + int(last[5:]))
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in whole]


class Recount:
    """Numbers of a period, in wire units."""

    def __init__(self, world: World, first: str, last: str) -> None:
        self.world = {kind: [r for r in rows if not r.get("removed")] for kind, rows in world.items()}
        self.period = months_between(first, last)
        self.last = last
        self.day = f"{last}-{monthrange(int(last[:4]), int(last[5:]))[1]}"

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Live records of a kind."""
        return self.world.get(kind, [])

    def inside(self, day: str | None, period: Iterable[str] | None = None) -> bool:
        """The date lies in the period."""
        return day is not None and day[:7] in (self.period if period is None else period)

    def current(self, begin: str | None, end: str | None, day: str | None = None) -> bool:
        """On the last day, begun and not ended."""
        day = day or self.day
        return (begin is None or begin[:10] <= day) and (end is None or end > day)

    def served(self, day: str | None = None) -> dict[str, dict[str, Any]]:
        """B01 on a day."""
        day = day or self.day
        found = {}
        for person in self.of("resident"):
            if person.get("deceased_on") and person["deceased_on"] <= day:
                continue
            if person.get("deceased") and not person.get("deceased_on"):
                continue
            if person.get("closed_on") and person["closed_on"] <= day:
                continue
            files = self.files(person["id"], day)
            if files or (person.get("filed_on") and person["filed_on"] <= day):
                found[person["id"]] = person
        return found

    def files(self, who: str, day: str | None = None) -> list[dict[str, Any]]:
        """Open elder's files of someone."""
        day = day or self.day
        return [
            f
            for f in self.of("elder")
            if f["resident"] == who and self.current(f.get("file_date"), f.get("closed_on"), day)
        ]

    def age(self, person: dict[str, Any]) -> int | None:
        """Age on the last day; the last day of a month follows every birthday in it."""
        if not person.get("birth_date"):
            return None
        year, month = int(person["birth_date"][:4]), int(person["birth_date"][5:7])
        return int(self.last[:4]) - year - (int(self.last[5:]) < month)

    def elderly(self) -> list[dict[str, Any]]:
        """B03."""
        return [
            p
            for p in self.served().values()
            if (age := self.age(p)) is not None and age >= 60 or age is None and self.files(p["id"])
        ]

    def level(self, who: str) -> int | None:
        """Newest assessed level."""
        made = [
            (a["assessed_on"], a["id"], a["expected_level"])
            for a in self.of("assessment")
            if a["resident"] == who and a["assessed_on"] <= self.day and not a.get("screening")
        ]
        return int(max(made)[2]) if made else None

    def visits(self, period: Iterable[str] | None = None) -> list[dict[str, Any]]:
        """C02."""
        return [
            v
            for v in self.of("visit")
            if self.inside(v["visit_at"], period) and not (v.get("mode") == "home" and v.get("seen_in_person") is False)
        ]

    def due(self, month: str) -> set[str]:
        """C04 of one month."""
        day = f"{month}-{monthrange(int(month[:4]), int(month[5:]))[1]}"
        number, found = int(month[5:]), set()
        for who in self.served(day):
            for file in self.files(who, day):
                if file.get("visit_class") in ("high", "key"):
                    found.add(who)
                if file.get("visit_class") == "general" and number in (3, 6, 9, 12):
                    earlier = [f"{month[:5]}{number - 2:02}", f"{month[:5]}{number - 1:02}"]
                    if not any(v["resident"] == who for v in self.visits(earlier)):
                        found.add(who)
        return found

    def hours(self) -> list[dict[str, Any]]:
        """Shifts that count, twins included."""
        gone = {h["reverses"] for h in self.of("volunteer_hours") if h.get("reverses")}
        return [
            h
            for h in self.of("volunteer_hours")
            if self.inside(h["service_date"])
            and not h.get("reverses")
            and h["id"] not in gone
            and h.get("approved") is not False
        ]

    def shifts(self) -> list[dict[str, Any]]:
        """Each person-shift once."""
        found: dict[Any, dict[str, Any]] = {}
        for h in sorted(self.hours(), key=lambda h: str(h["id"])):
            if h.get("start") and h.get("end"):
                twin = (h["volunteer"], h["service_date"], h["start"], h["end"], h.get("activity"), h.get("place"))
                found.setdefault(twin, h)
            else:
                found[h["id"]] = h
        return list(found.values())

    def person(self, volunteer: str) -> str:
        """A volunteer as a person."""
        known = {v["id"]: v.get("resident") or v["id"] for v in self.of("volunteer")}
        return str(known.get(volunteer, volunteer))

    def plots(self) -> list[dict[str, Any]]:
        """G01."""
        found = []
        for plot in self.of("farm_plot"):
            joined = plot.get("joined_on")
            if joined is None:
                agreed = [
                    a["applied_on"]
                    for a in self.of("plot_application")
                    if a["plot"] == plot["id"]
                    and a.get("consent") in (None, "given")
                    and a.get("decision") in (None, "agreed")
                    and (a.get("consent") or a.get("decision"))
                ]
                joined = min(agreed, default=None)
            if joined is not None and joined <= self.day and self.current(None, plot.get("left_on")):
                found.append(plot)
        return found

    def sales(self) -> list[dict[str, Any]]:
        """Sales that stand."""
        gone = {s["reverses"] for s in self.of("sale") if s.get("reverses")}
        return [s for s in self.of("sale") if not s.get("reverses") and s["id"] not in gone]

    def numbers(self) -> dict[str, int]:
        """Every line but the rate."""
        n: dict[str, int] = {}
        workers = [w for w in self.of("worker") if self.current(w.get("started_on"), w.get("left_on"))]
        valid = [
            w
            for w in workers
            if w.get("cert_level")
            and (w.get("cert_since") is None or w["cert_since"] <= self.day)
            and (w.get("cert_valid_to") is None or w["cert_valid_to"] >= self.day[: len(w["cert_valid_to"])])
        ]
        n["A01"], n["A02"] = len(workers), len(valid)
        for level in ("junior", "mid", "senior"):
            n[f"A02.{level}"] = len([w for w in valid if w["cert_level"] == level])
        n["A03"] = len(
            {
                self.person(v["id"])
                for v in self.of("volunteer")
                if self.current(v.get("registered_on"), v.get("left_on"))
            }
        )
        n["B01"] = len(self.served())
        new: dict[str, list[str]] = {}
        for file in self.of("elder"):
            new.setdefault(file["resident"], []).extend([file["file_date"]] if file.get("file_date") else [])
        for person in self.of("resident"):
            new.setdefault(person["id"], []).extend([person["filed_on"]] if person.get("filed_on") else [])
        people = {r["id"] for r in self.of("resident")}
        n["B02"] = len([1 for who, days in new.items() if who in people and days and self.inside(min(days))])
        old = self.elderly()
        n["B03"] = len(old)
        n["B04"] = len([p for p in old if self.flagged(p, "alone", "alone")])
        n["B05"] = len([p for p in old if self.flagged(p, "empty_nest", "")])
        n["B06"] = len([p for p in old if (self.age(p) or 0) >= 80])
        n["B07"] = len([p for p in old if (self.level(p["id"]) or 0) >= 1])
        visits = self.visits()
        homes = {r["id"]: r.get("household") or r["id"] for r in self.of("resident")}
        n["C01"] = len({(homes.get(v["resident"], v["resident"]), v["visit_at"][:10]) for v in visits})
        n["C02"], n["C03"] = len(visits), len([v for v in visits if v.get("mode") == "home"])
        due = {month: self.due(month) for month in self.period}
        n["C04"] = len(set().union(*due.values()))
        n["C05"] = len({v["resident"] for m in self.period for v in self.visits([m]) if v["resident"] in due[m]})
        checks = ("health", "mood", "safety", "hygiene", "environment")
        bad = [v for v in visits if any(v.get(c) == "bad" for c in checks)]
        n["C07"] = len(bad)
        n["C08"] = len([v for v in bad if v.get("handled_on") and v["handled_on"] <= self.day])
        held = [a for a in self.of("activity") if self.inside(a.get("held_on")) and a.get("category") != "volunteer"]
        n["D08"], n["D09"] = len(held), sum(a.get("participants") or 0 for a in held)
        services = [s for s in self.of("service") if self.inside(s["service_date"])]
        n["E01"], n["E02"] = len(services), len({s["beneficiary"] for s in services})
        for (
            kind
        ) in "meal bath clean urgent medical walk errand haircut company comfort vitals safety culture farm".split():
            n[f"E03.{kind}"] = len([s for s in services if s["kind"] == kind])
        hours = self.hours()
        n["F01"] = len({(h.get("activity"), h["service_date"], h.get("place")) for h in hours})
        n["F02"] = len(self.shifts())
        n["F03"] = len({self.person(h["volunteer"]) for h in hours})
        n["F04"] = sum(h["hours"] for h in self.shifts())
        n["F05"] = len([h for h in self.shifts() if h.get("late")])
        plots = self.plots()
        n["G01"], n["G02"] = len(plots), sum(p["area"] for p in plots)
        n["G03"] = len({p["owner"] for p in plots})
        n["G04"] = len([a for a in self.of("plot_application") if self.inside(a["applied_on"])])
        n["G05"] = sum(
            h.get("helpers") or len(set(h.get("volunteers") or ())) or 1
            for h in self.of("farm_help")
            if self.inside(h["helped_on"])
        )
        harvests = [h for h in self.of("harvest") if self.inside(h["harvested_on"])]
        n["G06"] = sum(h["weight"] for h in harvests)
        n["G07"] = sum(s.get("amount") or 0 for s in self.sales() if self.inside(s.get("sold_on")))
        n["G08"] = sum(s.get("paid") or 0 for s in self.sales() if self.inside(s.get("paid_on")))
        n["G09"] = sum(h.get("donated") or 0 for h in harvests)
        return n

    def flagged(self, person: dict[str, Any], flag: str, living: str) -> bool:
        """A circumstance by the open files, else by living or groups."""
        said = [f[flag] for f in self.files(person["id"]) if f.get(flag) is not None]
        if said:
            return any(said)
        return flag in (person.get("groups") or []) or any(
            bool(living) and f.get("living") == living for f in self.files(person["id"])
        )
