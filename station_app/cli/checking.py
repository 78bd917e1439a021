"""Commands about whether the files are the newest and the right ones: check, its repair, and going on as a new device."""

import argparse
from typing import Any

from station_app.cli.commands import Command, Context, Result, ok
from station_app.messages import N_, _


def _check_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rebuild", action="store_true", help=_("fold the whole journal again and compare every row"))
    parser.add_argument(
        "--repair", action="store_true", help=_("make rows that differ again what the journal says (head only)")
    )


def _check(context: Context) -> Result:
    from station_app.compose import clock_sentences, prove, repair, sentences

    with context.station() as station:
        store, guard = station.store, station.store.guard
        repaired: dict[str, Any] = {}
        if context.words.repair:
            wrong = [dict(one) for one in guard.standing.differences]
            ok(repair(station))
            repaired = {"repaired": wrong}
        elif not guard.compared:
            prove(station)
        chains = store.check()
        standing = guard.standing
        messages = [*sentences(station), *clock_sentences(station)]
        document: dict[str, Any] = {
            "entries": store.entry_count(), "chains": chains, "standing": standing.state.value, "here": standing.here,
            "known": standing.known, "differences": list(standing.differences), "messages": messages, **repaired,
        }  # fmt: skip
        lines = [_("{n} entries.", n=document["entries"])]
        lines += [f"{device}: {_('in order') if state == 'ok' else state}" for device, state in chains.items()]
        good = all(state == "ok" for state in chains.values()) and standing.refusal is None
        lines += messages
        lines += [f"  {one['kind']} {one['record']}: {', '.join(one['fields'])}" for one in standing.differences]
        if context.words.rebuild:
            differences = store.differences()
            document["rebuild"] = differences or "same"
            good = good and not differences
            lines.append(
                _("Every row is what the journal says.")
                if not differences
                else _("{n} rows are not what the journal says.", n=len(differences))
            )
    return Result(document, tuple(lines), 0 if good else 1)


def _new_device(context: Context) -> Result:
    from station_app.compose import continue_as_new_device

    with context.station() as station:
        was = station.store.device
        fresh = ok(continue_as_new_device(station))
    return Result(
        {"was": was, "device": fresh},
        (_("This computer goes on as device {device}. Enrol it with the centre before handing in.", device=fresh),),
    )


COMMANDS = (
    Command(
        ("check",), N_("Check that nothing in the station's files was lost or changed."),
        "station-app --data 罕台镇 check --rebuild", _check, _check_words,
    ),
    Command(
        ("new-device",), N_("Go on with an older state of the files as a device of its own (head only)."),
        "station-app --data 罕台镇 new-device", _new_device,
    ),
)  # fmt: skip
