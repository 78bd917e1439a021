"""Commands about conflicts: what two computers entered differently, and deciding it."""

import argparse
from typing import TYPE_CHECKING, Any

from station_app.cli.commands import Command, Context, Result, UsageError, ok
from station_app.messages import N_, _

if TYPE_CHECKING:
    from station_app.compose import Question


def _document(one: "Question", heads: "list[dict[str, Any]]") -> dict[str, Any]:
    by_head = {choice.head: choice for choice in one.choices}
    told = [
        {**head, "author": by_head[head["head"]].who, "text": by_head[head["head"]].text, "where": by_head[head["head"]].where,
         "when": by_head[head["head"]].when, "before": by_head[head["head"]].before}
        for head in heads
    ]  # fmt: skip
    return {"id": one.id, "kind": one.kind, "record": one.record, "field": one.field, "title": one.title,
            "sentence": one.sentence, "heads": told}  # fmt: skip


def _conflicts(context: Context) -> Result:
    from station_app.compose import questions
    from station_app.kinds import KINDS
    from station_app.spec.masking import is_masked

    with context.station() as station:
        found = questions(station)
        heads = {c.id: c.heads for c in station.store.conflicts()}
        names = {h["author"]: station.user_name(h["author"]) for c in heads.values() for h in c}
    document: list[dict[str, Any]] = []
    for one in found:
        known = KINDS[one.kind].fields.get(one.field)
        shown = known is None or not is_masked(known)
        texts = {choice.head: choice.text for choice in one.choices}
        raw = [{**h, "head": f"{h['device']}:{h['seq']}"} for h in heads.get(one.id, ())]
        kept = [{**h, "value": h["value"] if shown else texts.get(h["head"])} for h in raw if h["head"] in texts]
        told = _document(one, kept)
        for head, before in zip(told["heads"], kept, strict=True):
            head["author"] = names[before["author"]]
        document.append(told)
    lines: list[str] = []
    for one in found:
        lines += [one.sentence, *(f"  --take {c.head}  {c.text}" for c in one.choices), f"  {one.id}", ""]
    return Result({"conflicts": document}, tuple(lines) or (_("There are no conflicts."),))


def _resolve_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("conflict", metavar="CONFLICT", help=_("the conflict, as “conflicts” shows it"))
    parser.add_argument("--take", metavar="HEAD", help=_("the entry whose value is right"))
    parser.add_argument(
        "--value", metavar="VALUE", help=_("the right value, when neither is; nothing empties the field")
    )


def _resolve(context: Context) -> Result:
    from station_app.compose import decide_typed

    words = context.words
    if (words.take is None) == (words.value is None):
        raise UsageError(_("Say either --take HEAD or --value VALUE."))
    with context.station() as station:
        if words.take is not None:
            done = ok(station.store.resolve(words.conflict, words.take, station.author))
        else:
            done = ok(decide_typed(station, words.conflict, words.value))
        left = len(station.store.conflicts())
    lines = (_("Decided. {n} left.", n=left), _("“undo {entry}” asks it again.", entry=done.entries[0]))
    return Result({"entries": [{"entry": e} for e in done.entries], "conflicts": left}, lines)


def _name_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help=_("what this computer is called"))
    parser.add_argument("--room", metavar="ID", help=_("the community work room it stands in"))


def _name_computer(context: Context) -> Result:
    from station_app.compose import name_computer

    with context.station() as station:
        done = ok(name_computer(station, context.words.name, context.words.room))
    text = _("This computer is now called “{name}”.", name=context.words.name)
    return Result({"entry": done.entries[0], "name": context.words.name}, (text,))


_D = "station-app --data 罕台镇"
COMMANDS = (
    Command(
        ("conflicts",), N_("List what two computers entered differently."),
        f"{_D} conflicts", _conflicts,
    ),
    Command(
        ("resolve",), N_("Decide a conflict."),
        f"{_D} resolve CONFLICT --take HEAD", _resolve, _resolve_words,
    ),
    Command(
        ("name-computer",), N_("Say what this computer is called, for histories and conflicts."),
        f"{_D} name-computer 牧区社工室的电脑", _name_computer, _name_words,
    ),
)  # fmt: skip
