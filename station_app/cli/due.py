"""Lists for the coming days: who is to be visited by when, whose birthday it is."""

import argparse
from collections import Counter
from datetime import date

from station_app.cli.commands import Command, Context, Result, UsageError
from station_app.clock import today
from station_app.messages import N_, _


def _words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--on", metavar="YYYY-MM-DD", help=_("as of this day; default: today"))
    parser.add_argument("--village", metavar="CODE", help=_("only this village"))
    parser.add_argument("--all", action="store_true", help=_("those who are due later as well"))


def _due(context: Context) -> Result:
    from station_app.work.due import STATES, WHY, State, people_of, plan, rules_of

    on = _day(context.words.on)
    with context.station() as station, station.store.reading() as reader:
        rules = rules_of(reader.connection, reader.station, on)
        people = people_of(reader.connection, reader.station, on)
        found = []
        for due in plan(people, on, rules):
            state = due.state(on, int(rules["soon_days"]))
            if context.words.village in (None, due.person.village) and (state is not State.LATER or context.words.all):
                found.append((due, state, reader.caption("resident", due.person.resident)))
    document = {
        "on": on.isoformat(),
        "counts": {state.value: n for state, n in Counter(state for _due, state, _title in found).items()},
        "due": [
            {"resident": due.person.resident, "title": title, "village": due.person.village, "class": due.person.visit_class,
             "last": None if due.person.last is None else due.person.last.isoformat(),
             "due": due.on.isoformat(), "why": due.why.value, "state": state.value}
            for due, state, title in found
        ],
    }  # fmt: skip
    lines = [f"{due.on.isoformat()}  {_(STATES[state])}  {title}  ({_(WHY[due.why])})" for due, state, title in found]
    return Result(document, tuple(lines) or (_("Nobody is to be visited in the coming days."),))


def _birthday_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--on", metavar="YYYY-MM-DD", help=_("as of this day; default: today"))
    parser.add_argument("--days", type=int, default=7, metavar="N", help=_("how many days ahead; default: 7"))


def _birthdays(context: Context) -> Result:
    from station_app.work.birthdays import people_of, upcoming

    on = _day(context.words.on)
    with context.station() as station, station.store.reading() as reader:
        found = [
            (one, reader.caption("resident", one.resident))
            for one in upcoming(people_of(reader.connection, reader.station), on, context.words.days)
        ]
    document = {
        "on": on.isoformat(),
        "birthdays": [
            {"resident": one.resident, "title": title, "on": one.on.isoformat(), "age": one.age, "said": one.said}
            for one, title in found
        ],
    }
    lines = [
        _("{on}  {name}  {said}, {age} years", on=one.on.isoformat(), name=title, said=one.said, age=one.age or "—")
        for one, title in found
    ]
    return Result(document, tuple(lines) or (_("No birthdays in the coming days."),))


def _day(said: str | None) -> date:
    try:
        return date.fromisoformat(said) if said else today()
    except ValueError:
        raise UsageError(_("“{on}” is no day. Write it like 2024-03-05.", on=said)) from None


COMMANDS = (
    Command(
        ("due",),
        N_("List who is to be visited by when."),
        "station-app --data 罕台镇 due --village 150602102201",
        _due,
        _words,
    ),
    Command(
        ("birthdays",), N_("List the birthdays of the coming days."), "station-app --data 罕台镇 birthdays --days 7",
        _birthdays, _birthday_words,
    ),
)  # fmt: skip
