"""Commands about records: add, set, remove, show, list, find, history, undo, import."""

import argparse
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from station_app.cli.commands import Command, Context, Result, UsageError, ok
from station_app.cli.masking import hidden_fields, readable
from station_app.clock import LOCAL, today
from station_app.messages import N_, Refusal, Refused, _
from station_app.wording import sentence_named

if TYPE_CHECKING:
    from station_app.compose import OpenStation
    from station_app.kinds.base import Record
    from station_app.spec.meanings import Wire
    from station_app.store.records import Found


def _kind_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", metavar="KIND", help=_("the kind of record; “kinds” lists them"))


def _record_words(parser: argparse.ArgumentParser) -> None:
    _kind_words(parser)
    parser.add_argument("id", metavar="ID", help=_("the record's id"))


def _reason_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", metavar="TEXT", help=_("with --json: why masked values are read; it is kept"))


def _read_words(parser: argparse.ArgumentParser) -> None:
    _record_words(parser)
    _reason_words(parser)


def _fields_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "fields",
        nargs="*",
        metavar="FIELD=VALUE",
        help=_("a field and what is typed into it; nothing after = empties it"),
    )


def _add_words(parser: argparse.ArgumentParser) -> None:
    _kind_words(parser)
    _fields_words(parser)


def _set_words(parser: argparse.ArgumentParser) -> None:
    _record_words(parser)
    _fields_words(parser)


def _kind(name: str) -> "type[Record]":
    from station_app.kinds import KINDS
    from station_app.store.refusals import StoreRefusal

    declared = KINDS.get(name)
    if declared is None:
        raise Refused(Refusal(StoreRefusal.UNKNOWN_KIND, {"kind": name}))
    return declared


def _typed(declared: "type[Record]", words: list[str], township: str) -> "dict[str, Wire]":
    """What was typed, as wire values by field."""
    from station_app.spec.typed import Surroundings, read_typed
    from station_app.store.refusals import StoreRefusal

    around = Surroundings(today(), township=township)
    values: dict[str, Wire] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise UsageError(_("“{word}” is no FIELD=VALUE.", word=word))
        field = declared.fields.get(name)
        if field is None:
            raise Refused(Refusal(StoreRefusal.UNKNOWN_FIELD, {"kind": declared.kind_name, "field": name}))
        read = read_typed(field, text, around)
        if read.reason is not None:
            why = _(sentence_named(read.reason))
            raise Refused(
                Refusal(
                    StoreRefusal.DOES_NOT_FIT,
                    {"field": _(field.title), "name": name, "why": why, "reason": read.reason},
                )
            )
        values[name] = read.value
    return values


def _shown(found: "Found", clear: Mapping[str, set[str]]) -> dict[str, Any]:
    fields = hidden_fields(found.kind, found.fields, clear.get(found.id, ()))
    return {"kind": found.kind, "id": found.id, "title": found.title, "fields": fields}


def _lines_of(found: "Found") -> list[str]:
    from station_app.kinds import KINDS
    from station_app.spec.typed import show_typed

    fields = KINDS[found.kind].fields
    return [f"{found.title}  ({found.id})"] + [
        f"  {_(fields[name].title)}: {show_typed(fields[name], value, masked=True)}"
        for name, value in found.fields.items()
    ]


def _one(station: "OpenStation", kind: str, record: str) -> "Found":
    from station_app.store.refusals import StoreRefusal

    with station.store.reading() as reader:
        found = reader.get(kind, record)
    if found is None:
        raise Refused(Refusal(StoreRefusal.UNKNOWN_RECORD, {"kind": kind, "record": record}))
    return found


def _write(context: Context, record: str | None, action: str) -> Result:
    from station_app.store.change import Edit

    declared = _kind(context.words.kind)
    with context.station() as station:
        if record is not None:
            _one(station, declared.kind_name, record)
        values = _typed(declared, context.words.fields, station.store.station[:9])
        done = ok(station.store.change([Edit(declared.kind_name, values, record)], station.author, action))
        found = _one(station, declared.kind_name, done.records[0])
        warnings = [{"code": p.code, "message": _(p.sentence, **p.values)} for _record, p in done.warnings]
    # what was just typed is no secret from who typed it, nor is what follows from it
    known = {*values, *(n for n, f in declared.fields.items() if f.computed or record is None)}
    fields = hidden_fields(found.kind, found.fields, known)
    document = {"id": found.id, "fields": fields, "entry": done.entries[0], "warnings": warnings}
    return Result(document, (*_lines_of(found), *(str(w["message"]) for w in warnings)))


def _add(context: Context) -> Result:
    return _write(context, None, "create")


def _set(context: Context) -> Result:
    return _write(context, context.words.id, "edit")


def _remove(context: Context) -> Result:
    declared = _kind(context.words.kind)
    with context.station() as station:
        before = _one(station, declared.kind_name, context.words.id)
        done = ok(station.store.remove(declared.kind_name, context.words.id, station.author))
    fields = hidden_fields(before.kind, before.fields)
    document = {"id": before.id, "fields": fields, "entry": done.entries[0], "removed": True}
    return Result(document, (_("Removed. “undo {entry}” brings it back.", entry=done.entries[0]),))


def _show(context: Context) -> Result:
    declared = _kind(context.words.kind)
    with context.station() as station:
        found = _one(station, declared.kind_name, context.words.id)
        clear = readable(context, station, [found])
    return Result({**_shown(found, clear), "removed": found.removed}, tuple(_lines_of(found)))


def _list_words(parser: argparse.ArgumentParser) -> None:
    _kind_words(parser)
    parser.add_argument(
        "--where", action="append", default=[], metavar="FIELD=VALUE", help=_("only records with this value")
    )
    parser.add_argument("--limit", type=int, metavar="N", help=_("at most so many"))
    _reason_words(parser)


def _records_result(context: Context, station: "OpenStation", found: "list[Found]") -> Result:
    lines = [f"{f.id}  {f.title}" for f in found] or [_("Nothing found.")]
    clear = readable(context, station, found)
    return Result({"records": [_shown(f, clear) for f in found]}, tuple(lines))


def _list(context: Context) -> Result:
    declared = _kind(context.words.kind)
    with context.station() as station:
        where = _typed(declared, context.words.where, station.store.station[:9])
        with station.store.reading() as reader:
            found = reader.all(declared.kind_name, where, context.words.limit)
        return _records_result(context, station, found)


def _find_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", metavar="TEXT", help=_("name, pinyin, initials, part of a number, village"))
    _reason_words(parser)


def _find(context: Context) -> Result:
    with context.station() as station:
        with station.store.reading() as reader:
            found = reader.find(context.words.text)
        return _records_result(context, station, found)


def _pairs(kind: str, fields: "Mapping[str, tuple[object, object]]", clear: "Collection[str]") -> dict[str, list[Any]]:
    """Values before and after, masked where they must not be seen."""
    old = hidden_fields(kind, {name: pair[0] for name, pair in fields.items()}, clear)
    new = hidden_fields(kind, {name: pair[1] for name, pair in fields.items()}, clear)
    return {name: [old[name], new[name]] for name in fields}


def _history(context: Context) -> Result:
    from station_app.store import clocks

    declared = _kind(context.words.kind)
    with context.station() as station:
        steps = station.store.history(declared.kind_name, context.words.id)
        if not steps:
            _one(station, declared.kind_name, context.words.id)
        doubtful = clocks.marks(station.store)
        names = {step.author: station.user_name(step.author) for step in steps}
    entries = [
        {"entry": s.entry, "time": s.time, "author": names[s.author], "device": s.device, "action": s.action,
         "fields": {name: list(pair) for name, pair in s.fields.items()}, "clock_doubtful": clocks.concerns(doubtful, s.entry)}
        for s in steps
    ]  # fmt: skip
    lines: list[str] = []
    for step in steps:
        at = datetime.fromtimestamp(step.time / 1000, LOCAL).strftime("%Y-%m-%d %H:%M")
        doubt = "  " + _("(the computer's time may be wrong)") if clocks.concerns(doubtful, step.entry) else ""
        lines.append(f"{at}  {names[step.author]}  {step.action}  {step.entry}{doubt}")
        shown = _pairs(declared.kind_name, step.fields, ())
        lines += [f"  {name}: {old} → {new}" for name, (old, new) in shown.items()]
    return Result({"entries": entries}, tuple(lines))


def _entry_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("entry", metavar="ENTRY", help=_("the entry, as “history” shows it"))


def _undo(context: Context) -> Result:
    with context.station() as station:
        done = ok(station.store.undo(context.words.entry, station.author))
    entries = [{"entry": name} for name in done.entries]
    return Result(
        {"entries": entries, "records": list(done.records)}, (_("Taken back: {n} records.", n=len(done.records)),)
    )


_D = "station-app --data 罕台镇"
COMMANDS = (
    Command(
        ("add",), N_("Enter a new record."),
        f"{_D} add resident name=李桂花 phone=19900001234", _add, _add_words,
    ),
    Command(("set",), N_("Change fields of a record."), f"{_D} set farm_plot ID area=5亩2分", _set, _set_words),
    Command(
        ("remove",), N_("Remove a record; its history stays."),
        f"{_D} remove visit ID", _remove, _record_words,
    ),
    Command(("show",), N_("Show a record."), f"{_D} show elder ID", _show, _read_words),
    Command(
        ("list",), N_("List the records of a kind."),
        f"{_D} list volunteer --limit 20", _list, _list_words,
    ),
    Command(
        ("find",), N_("Find records by what people remember of them."),
        f"{_D} find lgh", _find, _find_words,
    ),
    Command(
        ("history",), N_("Show who changed what in a record, and when."),
        f"{_D} history elder ID", _history, _read_words,
    ),
    Command(
        ("undo",), N_("Take an entry (a whole import, if it belongs to one) back."),
        f"{_D} undo ENTRY", _undo, _entry_words,
    ),
)  # fmt: skip
