"""Commands about people who may stand in the register twice: duplicates, merge, distinct."""

import argparse

from station_app.cli.commands import Command, Context, Result, UsageError, ok
from station_app.messages import N_, _


def _duplicates_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", nargs="?", default="", metavar="KIND", help=_("resident or volunteer; default: both"))
    parser.add_argument("--limit", type=int, metavar="N", help=_("at most so many"))


def _duplicates(context: Context) -> Result:
    from station_app.compose import find_duplicates

    with context.station() as station:
        found = ok(find_duplicates(station, context.words.kind, context.words.limit))
    document = [
        {
            "kind": o.pair.kind, "one": o.one.id, "other": o.other.id, "titles": [o.one.title, o.other.title],
            "score": o.pair.score, "reasons": list(o.pair.reasons),
        }
        for o in found
    ]  # fmt: skip
    lines = [
        f"{o.pair.score:3}  {o.one.title} / {o.other.title}  {'、'.join(o.pair.reasons)}\n     {o.one.id} {o.other.id}"
        for o in found
    ]
    return Result({"duplicates": document}, tuple(lines) or (_("No two records look like one person."),))


def _merge_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", metavar="KIND", help=_("resident or volunteer"))
    parser.add_argument("keep", metavar="KEEP", help=_("the id of the record that stays"))
    parser.add_argument("other", metavar="OTHER", help=_("the id of the record that is merged into it"))
    parser.add_argument(
        "--take", action="append", default=[], metavar="FIELD=WHICH",
        help=_("keep, other or both, for a field in which the two differ"),
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help=_("only show both side by side"))


def _merge(context: Context) -> Result:
    from station_app.compose import look_at_merge, merge_people

    words = context.words
    choices: dict[str, str] = {}
    for said in words.take:
        name, equals, which = said.partition("=")
        if not equals or which not in ("keep", "other", "both"):
            raise UsageError(_("“{word}” is no FIELD=keep, FIELD=other or FIELD=both.", word=said))
        choices[name] = which
    with context.station() as station:
        merging = ok(look_at_merge(station, words.kind, words.keep, words.other))
        done = None if words.dry_run else ok(merge_people(station, words.kind, words.keep, words.other, choices))
    document = {
        "keep": words.keep, "other": words.other,
        "fields": [{"name": s.name, "keep": s.keep, "other": s.other, "take": choices.get(s.name, s.take)} for s in merging.sides],
        "moved": merging.moved, "staying": merging.staying, "undo": None if done is None else done.entries[0],
    }  # fmt: skip
    lines = [
        f"{s.name}: {s.keep} | {s.other} → {choices.get(s.name, s.take)}" for s in merging.sides if s.keep != s.other
    ]
    lines.append(_("{n} records refer to the one that stays now.", n=sum(merging.moved.values())))
    if done is not None:
        lines.append(_("Merged. “undo {entry}” takes it back.", entry=done.entries[0]))
    return Result(document, tuple(lines))


def _distinct_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", metavar="KIND", help=_("resident or volunteer"))
    parser.add_argument("one", metavar="A", help=_("the record's id"))
    parser.add_argument("other", metavar="B", help=_("the record's id"))


def _distinct(context: Context) -> Result:
    from station_app.compose import tell_apart

    words = context.words
    with context.station() as station:
        done = ok(tell_apart(station, words.kind, words.one, words.other))
    return Result({"id": done.records[0]}, (_("Noted: two different people. Nobody will be asked again."),))


_D = "station-app --data 罕台镇"
COMMANDS = (
    Command(
        ("duplicates",), N_("Show who may stand in the register twice, with reasons."), f"{_D} duplicates resident",
        _duplicates, _duplicates_words,
    ),
    Command(("merge",), N_("Merge two records of one person."), f"{_D} merge resident KEEP OTHER", _merge, _merge_words),
    Command(
        ("distinct",), N_("Remember that two records are two people."), f"{_D} distinct resident A B", _distinct, _distinct_words
    ),
)  # fmt: skip
