"""What the command line shows of masked fields: people see them masked; a program reads them with an entry in the journal."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from station_app.cli.commands import Context
from station_app.messages import Refusal, _

if TYPE_CHECKING:
    from station_app.compose import OpenStation
    from station_app.store.records import Found


def hidden_fields(kind: str, fields: Mapping[str, Any], clear: Collection[str] = ()) -> dict[str, Any]:
    """Wire values as JSON, masked where they must not be seen; ``clear``: fields that may."""
    from station_app.kinds import KINDS
    from station_app.spec.masking import is_masked
    from station_app.spec.typed import show_typed

    declared = KINDS[kind].fields
    return {
        name: show_typed(declared[name], value, masked=True)
        if value is not None and name in declared and name not in clear and is_masked(declared[name])
        else value
        for name, value in fields.items()
    }


def readable(
    context: Context, station: "OpenStation", found: "Sequence[Found]", past: Collection[str] = ()
) -> dict[str, set[str]]:
    """Fields of each record that this call may show as they are: with ``--json`` for a role that may reveal, journalled.

    CONTRACT's JSON carries wire values and programs depend on it, so a program reads them in the clear — and who ran it,
    when, on which records and why stands in the journal first. ``past``: fields whose earlier values are shown too. Where that
    is refused (role, a minor with a second person in the house, a store that cannot be written) the values stay masked.
    """
    from station_app.compose import reveal
    from station_app.kinds.law_codes import Reading
    from station_app.store.roles import Action
    from station_app.work.revealing import Wish

    clear: dict[str, set[str]] = {}
    if not context.words.json or not station.may(Action.REVEAL):
        return clear
    reason = getattr(context.words, "reason", None) or _(
        "read by a program: {command}", command=context.words.command.words[0]
    )
    for kind in dict.fromkeys(one.kind for one in found):
        ids = tuple(one.id for one in found if one.kind == kind)
        shown = reveal(station, Wish(kind, ids, reason, way=Reading.PROGRAM, past=frozenset(past)))
        if isinstance(shown, Refusal):
            context.say(_("Masked, for they may not be read now: {why}", why=shown.message))
            continue
        for record, fields in shown.values.items():
            clear[record] = set(fields)
    return clear
