"""Commands about erasing by law: erase a record or a person for ever, list what was erased."""

import argparse
from typing import TYPE_CHECKING, Any

from station_app.cli.commands import Command, Context, Result, ok
from station_app.messages import N_, Refusal, Refused, _

if TYPE_CHECKING:
    from station_app.work.erasing import Entry


def _erase_words(parser: argparse.ArgumentParser) -> None:
    from station_app.kinds.erasure import ErasureGround

    parser.add_argument("kind", metavar="KIND", help=_("the kind of record; “kinds” lists them"))
    parser.add_argument("id", metavar="ID", help=_("the record's id"))
    parser.add_argument(
        "--reason", required=True, metavar="TEXT", help=_("why, in your own words; kept, never sent on")
    )
    parser.add_argument(
        "--ground", default=ErasureGround.REQUEST.value, choices=[g.value for g in ErasureGround],
        help=_("the legal ground; default: the person asked for it"),
    )  # fmt: skip
    parser.add_argument(
        "--person", action="store_true", help=_("the person together with every record about them"),
    )  # fmt: skip


def _erase(context: Context) -> Result:
    from station_app.compose import erase_person, erase_record
    from station_app.kinds import KINDS
    from station_app.store.refusals import StoreRefusal

    words = context.words
    if words.kind not in KINDS:
        raise Refused(Refusal(StoreRefusal.UNKNOWN_KIND, {"kind": words.kind}))
    act = erase_person if words.person else erase_record
    with context.station() as station:
        done = ok(act(station, words.kind, words.id, words.reason, words.ground))
    document = {"erased": done.items, "records": done.records, "entries": list(done.entries)}
    return Result(
        document,
        (
            _("{n} records were erased for ever ({items} items).", n=done.records, items=done.items),
            _("It waits for the centre's countersignature: please hand in soon."),
        ),
    )


def _erasures(context: Context) -> Result:
    from station_app.compose import erasures
    from station_app.work.erasing import state_of

    with context.station() as station:
        found = erasures(station)
        names = {one.by: station.user_name(one.by) for one in found}
    rows: list[dict[str, Any]] = [_row(one, names[one.by]) for one in found]
    lines = tuple(f"{one.on}  {one.kind} {one.target}  {one.ground}  {names[one.by]}  {state_of(one)}" for one in found)
    return Result({"erasures": rows}, lines or (_("Nothing was erased yet."),))


def _row(one: "Entry", by: str) -> dict[str, Any]:
    return {
        "kind": one.kind, "record": one.target, "on": one.on, "ground": one.ground, "entry": one.entry, "by": by,
        "countersigned": one.countersigned,
    }  # fmt: skip


_D = "station-app --data 罕台镇"
COMMANDS = (
    Command(
        ("erase",), N_("Erase a record for ever, on a lawful request (head only). It cannot be undone."),
        f"{_D} erase resident ID --person --reason 本人书面要求删除", _erase, _erase_words,
    ),
    Command(("erasures",), N_("List what was erased by law."), f"{_D} erasures", _erasures),
)  # fmt: skip
