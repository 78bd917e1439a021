"""The records each ledger's row makes: residents and files, volunteers and shifts, plots and harvests."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from station_app.exchange.drafting import Drafter, given, notes, wire_date, wire_time
from station_app.exchange.headers import squeeze
from station_app.exchange.index import Index
from station_app.exchange.ledgers import extras
from station_app.exchange.ledgers.persons import same_name
from station_app.exchange.ledgers.table import Line, Table
from station_app.kinds.base import KINDS
from station_app.kinds.farm_plot import LandRight, Water
from station_app.kinds.people_codes import Group
from station_app.kinds.plot_application import ApplicationReason
from station_app.kinds.volunteer import ServiceType
from station_app.spec.fields import Choice
from station_app.spec.meanings import Wire
from station_app.values.areas import Area
from station_app.values.divisions import read_village, split_address
from station_app.values.names import PersonName
from station_app.values.sexes import Sex

#: A row becomes edits: the table, the line, the drafter, the station's code, notices for the whole file.
Draw = Callable[[Table, Line, Drafter, str, dict[str, int]], None]

_GROUPS = {
    "alone": Group.ALONE, "empty_nest": Group.EMPTY_NEST, "left_behind": Group.LEFT_BEHIND, "dibao": Group.DIBAO,
    "tekun": Group.TEKUN, "low_margin": Group.LOW_MARGIN, "lost_only_child": Group.LOST_ONLY_CHILD,
    "handicapped": Group.DISABLED,
}  # fmt: skip


@lru_cache(maxsize=4096)
def code_of(codes: type[Choice], said: str | None) -> str | None:
    """The code of a word: by code, title or the words that mean the same; the longest that is in it, else None."""
    if not said:
        return None
    plain = re.sub(r"\s", "", said)
    words = [(word, c.value) for c in codes for word in (c.value, *c.also)]
    for word, code in words:
        if plain == word:
            return code
    inside = [(len(word), code) for word, code in words if len(word) >= 2 and word in plain]
    return max(inside)[1] if inside else None


def village_of(said: str | None, station: str, notices: dict[str, int]) -> str | None:
    """The village's code in this township, else the words as they stand (counted, to be shown once for the file)."""
    if not said:
        return None
    found = read_village(said, station[:9])
    if found.value is None:
        return said
    if found.value.code is None:
        notices[f"village:{said}"] = notices.get(f"village:{said}", 0) + 1
        return found.value.name or said
    return found.value.code


def find_person(index: Index, kind: str, line: Line, village: str | None = None) -> str | None:
    """The person in the store: by number; without one, by name with telephone, or name with birth.

    A number also finds the record of the same name and telephone that has no number yet.
    """
    name: PersonName = line["name"]
    number = line["joined"] or (line["id_no"].text if line["id_no"] is not None else None)
    if number is not None:
        found = index.find(kind, id_no=number)
        if found:
            return found[0]
    candidates: list[str] = []
    for phone in line["phones"] or ():
        candidates += index.find(kind, name=name.text, phone=phone)
    birth = wire_date(line["birth_date"])
    if birth:
        candidates += [
            record
            for record in index.find(kind, name=name.text, birth_date=birth)
            if not village or index.get(kind, record).get("village") in (None, village)
        ]
    # A record that has a number of its own is somebody else when this row has another number.
    free = {c for c in candidates if number is None or index.get(kind, c).get("id_no") is None}
    return free.pop() if len(free) == 1 else None


def _person_fields(line: Line) -> dict[str, Wire]:
    name: PersonName = line["name"]
    sex: Sex | None = line["sex"]
    return {
        "name": name.text,
        "id_no": line["id_no"].text if line["id_no"] is not None else None,
        "sex": sex.value if sex is not None else None,
        "birth_date": wire_date(line["birth_date"]),
        "phone": (line["phones"] or [None])[0],
    }


def draw_elder(table: Table, line: Line, drafter: Drafter, station: str, notices: dict[str, int]) -> None:
    """The resident, and the elder's file."""
    index = drafter.index
    name: PersonName = line["name"]
    village = village_of(line["village"], station, notices)
    record = find_person(index, "resident", line, village)
    phones = line["phones"] or []
    said = line["birth_said"]
    groups: list[str] = [Group.ELDER.value, *(g.value for flag, g in _GROUPS.items() if line[flag])]
    if record is not None:
        denied = {g.value for flag, g in _GROUPS.items() if line[flag] is False}
        had = [g for g in index.get("resident", record).get("groups") or [] if g not in denied]
        groups = had + [g for g in groups if g not in had]
    files = index.find("elder", resident=record) if record is not None else []
    fields = _person_fields(line) | {
        "birth_said": said.said if said is not None else None,
        "birth_calendar": "lunar" if said is not None else None,
        "ethnic_code": line["ethnic"],
        "phone_2": phones[1] if len(phones) > 1 else None,
        "village": village,
        "address": line["address"],
        "hukou_addr": line["hukou_addr"],
        "alias": name.alias or None,
        "name_former": name.former or None,
        "groups": groups,
        "deceased": True if line["deceased"] else None,
        **extras.said(table, line, "resident"),
    }
    resident = drafter.main("resident", record, fields)
    contact = line["ec_phone"]
    drafter.main(
        "elder",
        files[0] if files else None,
        {
            "resident": resident,
            "file_date": wire_date(line["filed_on"]),
            "alone": line["alone"],
            "empty_nest": line["empty_nest"],
            "left_behind": line["left_behind"],
            "suspected_disabled": line["disabled"],
            "over_80": line["high_age"],
            "dibao": line["dibao"],
            "contact_name": line["ec_name"],
            "contact_relation": line["ec_relation"],
            "contact_phone": contact.numbers[0] if contact is not None else None,
            "note": notes(line["remark"], name.note or None),
            **extras.said(table, line, "elder"),
        },
    )


def draw_hours(table: Table, line: Line, drafter: Drafter, station: str, notices: dict[str, int]) -> None:
    """The volunteer and the activity, found or made, and the shift."""
    index = drafter.index
    name, number = line["name"].text, line["id_no"].text if line["id_no"] is not None else line["joined"]
    # A ledger names the same few people and activities again and again: what was said once is not said again.
    who = (name, number, tuple(line["phones"] or ()), line["guardian_agreed"], line["birth_date"])
    known = drafter.said.get(who) if not table.further.get("volunteer") else None
    person = known or find_person(index, "volunteer", line)
    day = wire_date(line["service_date"])
    place, leader = line["place"], line["leader"]
    org_unit = line["org_unit"] or _unit_of(table)
    what = (line["activity"], day, place, org_unit, leader)
    activity = drafter.said.get(what)
    found = [activity] if activity else _activity(index, line["activity"], day, place)
    category = code_of(ServiceType, line["category_said"])
    values: dict[str, Wire] = {
        "volunteer": person,
        "activity": found[0] if found else None,
        "service_date": day,
        "start": wire_time(line["start"]),
        "end": wire_time(line["end"]),
        "hours": line["hours"],
        "place": place,
        "content": line["content"],
        "category": category,
        "org_unit": org_unit,
        "leader": leader,
        "recorded_on": wire_date(line["recorded_on"]),
        "unpaid": True,
        "approved": True,
        "note": notes(line["remark"], line["category_said"] if category is None else None),
    }
    if table.further:
        values |= extras.said(table, line, "volunteer_hours")
    there = _there_already(index, values) if person is not None else None
    if there is False:
        table.refuse(line, "TIME_OVERLAP", "start")
        return
    if known is None:
        # A shift that is there already changes nothing, not even by linking its volunteer to a resident met since.
        resident = index.find("resident", id_no=number) if number and there is None else []
        values["volunteer"] = drafter.said[who] = _draw_volunteer(table, line, drafter, person, number, resident)
    if line["activity"] and activity is None:
        about: dict[str, Wire] = {"name": line["activity"], "held_on": day, "place": place, "category": "volunteer"}
        about |= {"org_unit": org_unit, "leader": leader}
        values["activity"] = drafter.said[what] = drafter.other("activity", found[0] if found else None, about)
    if there is None:
        drafter.main("volunteer_hours", None, values, known=False)


def _activity(index: Index, name: str | None, day: str | None, place: str | None) -> list[str]:
    return index.find("activity", name=name, held_on=day, place=place) if name else []


def _draw_volunteer(
    table: Table, line: Line, drafter: Drafter, person: str | None, number: str | None, resident: list[str]
) -> str:
    about: dict[str, Wire] = {
        "id_no": number,  # also of a row that has none, where name and telephone have led to it
        "resident": resident[0] if resident else None,
        "guardian_consent": "given" if line["guardian_agreed"] else None,
        **extras.said(table, line, "volunteer"),
    }
    return drafter.other("volunteer", person, _person_fields(line) | about)


def _there_already(index: Index, values: dict[str, Wire]) -> bool | None:
    """Shifts are never edited: True where an equal one is in the store, False where one overlaps, None where none does."""
    answer: bool | None = None
    for record in index.find("volunteer_hours", volunteer=values["volunteer"], service_date=values["service_date"]):
        known = index.get("volunteer_hours", record)
        if known.get("reverses") or index.find("volunteer_hours", reverses=record):
            continue
        same_time = all(known.get(name) == values[name] for name in ("start", "end", "hours"))
        if same_time and (values["start"] is not None or known.get("activity") == values["activity"]):
            return True
        timed = values["start"] and known.get("start") and known.get("end")
        if timed and str(values["start"]) < str(known["end"]) and str(known["start"]) < str(values["end"]):
            answer = False
    return answer


def _unit_of(table: Table) -> str | None:
    return _unit_in(tuple(table.layout.titles))


@lru_cache(maxsize=64)
def _unit_in(titles: tuple[str, ...]) -> str | None:
    for title in titles:
        found = re.search(r"(?:组织单位|填报单位|单位)(?:[(（]盖章[)）])?[:：]\s*([^\s:：]{2,30})", title)
        if found:
            return found.group(1)
    return None


def draw_plot(table: Table, line: Line, drafter: Drafter, station: str, notices: dict[str, int]) -> None:
    """The owner, the plot, its application, its harvest; totals without a date stay with the plot."""
    index = drafter.index
    # 灶火壕村问家湾社 names a village and a group of it: the village is kept as such, the whole as the place written.
    part, rest = split_address(line["village"] or "", station[:9])
    village = village_of(part or line["village"], station, notices)
    about_owner = _person_fields(line) | {"village": village, "deceased": True if line["deceased"] else None}
    owner = drafter.other("resident", find_person(index, "resident", line), about_owner)
    area: Area = line["area"]
    applied = wire_date(line["applied_on"])
    agreed = line["consent"] is True
    harvested = wire_date(line["harvested_on"])
    crops = list(line["crops"] or ())
    found = [
        one
        for one in index.find("farm_plot", owner=owner, name=line["plot"])
        if index.get("farm_plot", one).get("village") == village
        and squeeze(index.get("farm_plot", one).get("address")) == (squeeze(line["village"]) if part and rest else "")
    ]
    undated = line["harvest"] if harvested is None else None
    plot = drafter.main(
        "farm_plot",
        found[0] if found else None,
        {
            "owner": owner,
            "name": line["plot"],
            "area": area.units,
            "village": village,
            "address": line["village"] if part and rest else None,
            "crops": crops,
            "land_right": code_of(LandRight, line["land_right"]),
            "water": code_of(Water, line["water"]),
            "joined_on": applied if agreed else None,
            "opening_help_times": line["help_times"],
            "opening_sold": line["sold"],
            "opening_price": line["price"],
            "opening_sales": line["amount"],
            "note": notes(
                line["remark"],
                f"播种 {wire_date(line['sown_on'])}"
                if line["sown_on"] and (harvested is None or line["harvest"] is None)
                else None,
                f"产量 {undated / 1000:g} 公斤，无收获日期" if undated else None,
            ),
            **extras.said(table, line, "farm_plot"),
        },
    )
    if applied is not None:
        _draw_application(table, line, drafter, plot, owner, applied, agreed)
    if harvested is not None and line["harvest"]:
        _draw_harvest(table, line, drafter, plot, harvested, crops)


def _same_year(index: Index, kind: str, plot: str, name: str, day: str) -> str | None:
    """The one record of this plot in the year of ``day``: a corrected day changes it instead of adding another."""
    found = [r for r in index.find(kind, plot=plot) if str(index.get(kind, r).get(name, ""))[:4] == day[:4]]
    exact = [r for r in found if index.get(kind, r).get(name) == day]
    return exact[0] if exact else found[0] if len(found) == 1 else None


def _draw_application(
    table: Table, line: Line, drafter: Drafter, plot: str, owner: str, applied: str, agreed: bool
) -> None:
    values: dict[str, Any] = {
        "plot": plot,
        "owner": owner,
        "applied_on": applied,
        "reason": code_of(ApplicationReason, line["reason"]),
        **extras.said(table, line, "plot_application"),
    }
    if agreed:
        values |= {"consent": "given", "decision": "agreed"}
    drafter.part("plot_application", _same_year(drafter.index, "plot_application", plot, "applied_on", applied), values)


def _draw_harvest(table: Table, line: Line, drafter: Drafter, plot: str, harvested: str, crops: list[str]) -> None:
    values: dict[str, Wire] = given(
        {
            "plot": plot,
            "crop": crops[0] if len(crops) == 1 else None,
            "sown_on": wire_date(line["sown_on"]),
            "harvested_on": harvested,
            "weight": line["harvest"],
            **{name: line[name] for name in ("own", "donated", "sold", "loss", "stock")},
            **extras.said(table, line, "harvest"),
        }
    )
    drafter.part("harvest", _same_year(drafter.index, "harvest", plot, "harvested_on", harvested), values)


#: What is compared of shifts in the store; a reversal may be dated on another day, so that reversals are all looked at.
SHIFT_FIELDS = ("volunteer", "activity", "service_date", "start", "end", "hours", "reverses")
#: For each ledger what draws its rows, and the kinds that are looked through for records already there.
DRAWS: dict[str, tuple[Draw, tuple[str, ...]]] = {
    "elder": (draw_elder, ("resident", "elder")),
    "volunteer_hours": (draw_hours, ("resident", "volunteer", "activity")),
    "farm_plot": (draw_plot, ("resident", "farm_plot", "plot_application", "harvest")),
}


class KnownPeople:
    """What judging asks of the store: names by number, numbers by name and telephone."""

    def __init__(self, index: Index, kinds: tuple[str, ...]) -> None:
        self.index, self.kinds = index, kinds
        self._names: dict[str, str | None] = {}

    def name_of(self, id_number: str) -> str | None:
        """The name of the person with this identity number."""
        if id_number not in self._names:
            self._names[id_number] = self._name_of(id_number)
        return self._names[id_number]

    def _name_of(self, id_number: str) -> str | None:
        for kind in self.kinds:
            for record in self.index.find(kind, id_no=id_number):
                name = self.index.get(kind, record).get("name")
                if name:
                    return str(name)
        return None

    def numbers_like(self, name: str, first: str) -> list[str]:
        """Identity numbers of people of this name that begin so: what a spreadsheet cut off may be among them."""
        found: set[str] = set()
        for kind in self.kinds:
            for record in self.index.find(kind, name=name) if "name" in KINDS[kind].fields else ():
                number = str(self.index.get(kind, record).get("id_no") or "")
                if first and number.startswith(first):
                    found.add(number)
        return sorted(found)

    def people_named(self, name: str, phone: str) -> list[str]:
        """Identity numbers of known people of this name and telephone."""
        found: list[str] = []
        for kind in self.kinds:
            for record in self.index.find(kind, name=name, phone=phone):
                number = self.index.get(kind, record).get("id_no")
                if number and same_name(str(self.index.get(kind, record).get("name")), name):
                    found.append(str(number))
        return sorted(set(found))
