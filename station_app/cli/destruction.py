"""Commands about destruction lists: what is due, drawn up, looked at line by line, signed by two, destroyed, on paper."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from station_app.cli.commands import Command, Context, Result, ok
from station_app.cli.law import id_words, pdf_words, second_given, second_words
from station_app.clock import today
from station_app.messages import N_, _

if TYPE_CHECKING:
    from station_app.compose import OpenStation


def _list_result(station: "OpenStation", record: str) -> Result:
    from station_app.work.retention import opened_list

    with station.store.reading() as reader:
        found = ok(opened_list(reader, record))
    rows = [{"kind": k, "id": r, "until": u, "keep": w} for k, r, u, w in found.rows()]
    lines = [f"{r['until']}  {r['kind']} {r['id']}{'  — ' + r['keep'] if r['keep'] else ''}" for r in rows]
    state = {"id": record, "state": found.state, "total": found.total, "kept": found.kept, "lines": rows}
    return Result(
        state,
        (
            *lines,
            _("{n} records, {kept} kept for now; state: {state}", n=found.total, kept=found.kept, state=found.state),
        ),
    )


def _due(context: Context) -> Result:
    from station_app.work.retention import due

    with context.station() as station, station.store.reading() as reader:
        rows = [{"kind": x.kind, "id": x.record, "until": x.until, "source": x.source} for x in due(reader, today())]
    lines = [f"{r['until']}  {r['kind']} {r['id']}  {r['source']}" for r in rows]
    return Result({"due": rows}, tuple(lines) or (_("Nothing is kept longer than it has to be."),))


def _draw(context: Context) -> Result:
    from station_app.work.retention import draw_up

    with context.station() as station:
        done = ok(draw_up(station.store, station.author, today()))
        return _list_result(station, done.records[0])


def _show_list(context: Context) -> Result:
    with context.station() as station:
        return _list_result(station, context.words.id)


def _keep_words(parser: argparse.ArgumentParser) -> None:
    id_words(parser)
    parser.add_argument("kind", metavar="KIND", help=_("the kind of record; “kinds” lists them"))
    parser.add_argument("record", metavar="RECORD", help=_("the line's record (its id)"))
    parser.add_argument("--reason", default="", metavar="TEXT", help=_("why it stays for now; empty lets it go"))


def _keep(context: Context) -> Result:
    from station_app.work.retention import review

    words = context.words
    with context.station() as station:
        ok(review(station.store, station.author, words.id, words.kind, words.record, words.reason))
        return _list_result(station, words.id)


def _sign(context: Context) -> Result:
    from station_app.work.retention import sign

    with context.station() as station:
        ok(sign(station.store, station.author, context.words.id))
        return _list_result(station, context.words.id)


def _agree_words(parser: argparse.ArgumentParser) -> None:
    id_words(parser)
    second_words(parser, required=True)


def _agree(context: Context) -> Result:
    from station_app.compose import agree_to_list

    second = second_given(context)
    assert second is not None  # argparse asks for it
    with context.station() as station:
        ok(agree_to_list(station, context.words.id, second))
        return _list_result(station, context.words.id)


def _destroy(context: Context) -> Result:
    from station_app.compose import destroy_list

    with context.station() as station:
        done = ok(destroy_list(station, context.words.id))
    return Result(done, (_("{n} records were destroyed. The list stays.", n=done["records"]),))


def _list_pdf(context: Context) -> Result:
    from station_app.compose import list_paper
    from station_app.store.files import write_whole

    with context.station() as station:
        data = ok(list_paper(station, context.words.id))
    write_whole(Path(context.words.out), data)
    return Result({"pdf": context.words.out}, (_("Written: {file}", file=context.words.out),))


_D = "station-app --data 罕台镇"
COMMANDS = (
    Command(("destruction", "due"), N_("Records that are kept long enough."), f"{_D} destruction due", _due),
    Command(("destruction", "draw"), N_("Draw up a destruction list of what is due."), f"{_D} destruction draw", _draw),
    Command(("destruction", "show"), N_("Show a destruction list."), f"{_D} destruction show ID", _show_list, id_words),
    Command(
        ("destruction", "keep"), N_("Keep one line of a destruction list for now."),
        f"{_D} destruction keep ID visit RECORD --reason 信访未结", _keep, _keep_words,
    ),
    Command(("destruction", "sign"), N_("Sign a destruction list as head."), f"{_D} destruction sign ID", _sign, id_words),
    Command(
        ("destruction", "agree"), N_("The second signature under a destruction list."),
        f"{_D} destruction agree ID --second 斯琴", _agree, _agree_words,
    ),
    Command(
        ("destruction", "destroy"), N_("Erase what a list with two signatures names."),
        f"{_D} destruction destroy ID", _destroy, id_words,
    ),
    Command(
        ("destruction", "pdf"), N_("A destruction list as a paper to sign and to file."),
        f"{_D} destruction pdf ID 销毁清单.pdf", _list_pdf, pdf_words,
    ),
)  # fmt: skip
