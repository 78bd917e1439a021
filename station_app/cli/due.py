"""The list of who is to be visited by when."""

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

    try:
        on = date.fromisoformat(context.words.on) if context.words.on else today()
    except ValueError:
        raise UsageError(_("“{on}” is no day. Write it like 2024-03-05.", on=context.words.on)) from None
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


COMMANDS = (
    Command(
        ("due",),
        N_("List who is to be visited by when."),
        "station-app --data 罕台镇 due --village 150602102201",
        _due,
        _words,
    ),
)
