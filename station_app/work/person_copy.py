"""A person's data in a form they can take away: everything about them, and who looked at it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from station_app.clock import LOCAL, now_ms, today
from station_app.exchange.exporting import Shower
from station_app.kinds.base import KINDS
from station_app.messages import Refusal, _
from station_app.paper.person import Part, person_paper
from station_app.report.policies import rules_in_force
from station_app.spec.meanings import Wire
from station_app.store.opened import Store
from station_app.store.records import Found, Reader
from station_app.store.refusals import StoreRefusal
from station_app.work.persons import PERSON_KINDS, About, Key, about
from station_app.work.retention import kept_until
from station_app.work.revealing import Seen, accesses

FORMAT: Final = "station-app person 1"


@dataclass(frozen=True, slots=True)
class Copy:
    """A person's data as JSON for programs and as a paper for people; how many records they hold, which masked fields."""

    document: bytes
    paper: bytes
    records: int
    masked: tuple[str, ...]


def copy_of(store: Store, person: Key, named: Callable[[str], str], marks: tuple[str, ...] = ()) -> Copy | Refusal:
    """Everything about one person. ``named``: a user's name behind an entry's author."""
    if person[0] not in PERSON_KINDS:
        return Refusal(StoreRefusal.UNKNOWN_KIND, {"kind": person[0]})
    with store.reading() as reader:
        everything = about(reader, *person)
        if everything is None:
            return Refusal(StoreRefusal.UNKNOWN_RECORD, {"kind": KINDS[person[0]].titled(), "record": person[1]})
        shower = Shower(reader)
        seen = accesses(reader, person=person)
        stations = reader.all("station", {"code": reader.station}, 1)
        records = [everything.person, *(one for one in everything.records if one.kind != "access")]
        keeping = rules_in_force(reader.connection, reader.station, today().isoformat())["retention"]["kinds"]
        rows = [
            _record(store, shower, one, named)
            | {"kept_until": kept_until(keeping[one.kind], one.fields) if one.kind in keeping else None}
            for one in records
        ]
        mentions = [_mention(reader, kind, record, field) for kind, record, field in everything.mentions]
    looked = [_access(one, named) for one in seen]
    at = datetime.fromtimestamp(now_ms() / 1000, LOCAL).strftime("%Y-%m-%dT%H:%M")
    document: dict[str, Any] = {
        "format": FORMAT, "station": store.station, "made_at": at,
        "person": {"kind": person[0], "id": person[1], "title": everything.person.title},
        "records": rows, "mentions": mentions, "accesses": looked, "marks": list(marks),
    }  # fmt: skip
    title = str(stations[0].fields.get("name")) if stations else store.station
    paper = person_paper(
        station_name=title, person=everything.person.title, parts=_parts(rows, looked), made_on=today(),
        why=_("to visit and help residents, and for duties the township gives to the station."), marks=marks,
    )  # fmt: skip
    data = json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"
    return Copy(data, paper, len(records), _masked(everything))


def _masked(everything: About) -> tuple[str, ...]:
    from station_app.spec.masking import is_masked

    names: set[str] = set()
    for one in (everything.person, *everything.records):
        fields = KINDS[one.kind].fields
        names |= {n for n in one.fields if n in fields and is_masked(fields[n])}
    return tuple(sorted(names))


def _record(store: Store, shower: Shower, one: Found, named: Callable[[str], str]) -> dict[str, Any]:
    fields = KINDS[one.kind].fields
    shown = {
        _(fields[n].title): shower.show(fields[n], v)
        for n, v in one.fields.items()
        if fields[n].meaning.name not in ("data", "blob")
    }
    steps = [
        {"at": _when(step.time), "who": named(step.author), "what": step.action, "fields": sorted(step.fields)}
        for step in store.history(one.kind, one.id)
    ]
    wire: Mapping[str, Wire] = one.fields
    return {
        "kind": one.kind, "kind_title": KINDS[one.kind].titled(), "id": one.id, "title": one.title, "fields": dict(wire),
        "shown": shown, "history": steps,
    }  # fmt: skip


def _mention(reader: Reader, kind: str, record: str, field: str) -> dict[str, str]:
    """Where another's record names the person: which kind and in what part, nothing of the other."""
    return {"kind": kind, "id": record, "field": _(KINDS[kind].fields[field].title)}


def _access(one: Seen, named: Callable[[str], str]) -> dict[str, Any]:
    return {
        "at": _when(one.time), "who": named(one.author), "way": one.fields.get("way"), "kind": one.fields.get("what"),
        "fields": str(one.fields.get("shown") or "").split(), "reason": one.fields.get("reason"),
        "second": named(str(one.fields["second"])) if one.fields.get("second") else None,
    }  # fmt: skip


def _when(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, LOCAL).strftime("%Y-%m-%d %H:%M") if ms else ""


def _parts(rows: list[dict[str, Any]], looked: list[dict[str, Any]]) -> list[Part]:
    parts = [
        Part(
            f"{row['kind_title']}　{row['title']}",
            tuple((title, said) for title, said in row["shown"].items() if said),
            note=_("Kept until {day} by law.", day=row["kept_until"]) if row["kept_until"] else "",
        )
        for row in rows
    ]
    table = tuple(
        (one["at"], one["who"], _titles(one["kind"], one["fields"]), str(one["reason"] or "")) for one in looked
    )
    header = (_("When"), _("Who"), _("What was seen"), _("Why"))
    note = "" if table else _("Nobody has looked at the masked data so far.")
    parts.append(Part(_("Who looked at the masked data"), table, header, (1.3, 0.8, 1.9, 1.4), note))
    return parts


def _titles(kind: str, names: list[str]) -> str:
    fields = KINDS[kind].fields if kind in KINDS else {}
    return "、".join(_(fields[n].title) if n in fields else n for n in names[:8])
