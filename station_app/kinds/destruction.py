"""A destruction list: records whose time is over, looked at line by line, signed by two, then erased."""

import json
from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import choice, count, data, date, moment, text
from station_app.kinds.law_codes import ListState
from station_app.messages import N_
from station_app.spec.problems import Problem


class Destruction(Record, kind="destruction", section="law", merge="by_field", title=N_("Destruction list")):
    """A destruction list 销毁清单 (机关文件材料归档 8号令; PIPL 19, 47). It holds no personal data: kinds, ids, days, sources.

    Lines: ``[[kind, id, until, keep], …]``; ``keep`` is "" for what goes, else why it stays for now.
    """

    made_by_program = True
    erasable = False
    listed = ("made_on", "up_to", "total", "kept", "state", "destroyed_on")
    sorted_by = "made_on"

    made_on: Mapped[str | None] = date(N_("Drawn up on"), needed=True, past=True)
    up_to: Mapped[str | None] = date(N_("Kept until before"), needed=True)
    lines: Mapped[str | None] = data(N_("Lines"), needed=True)
    total: Mapped[int | None] = count(N_("Records on the list"), computed=True)
    kept: Mapped[int | None] = count(N_("Of these kept for now"), computed=True)
    state: Mapped[str | None] = choice(ListState, N_("State"), needed=True)
    head: Mapped[str | None] = text(N_("Signed by (user's id)"))
    signed_at: Mapped[str | None] = moment(N_("Signed at"), past=True)
    second: Mapped[str | None] = text(N_("Second person (user's id)"))
    destroyed_on: Mapped[str | None] = date(N_("Destroyed on"), past=True)

    def rows(self) -> list[tuple[str, str, str, str]]:
        """The lines; none where they cannot be read."""
        try:
            return [(str(k), str(r), str(u), str(w)) for k, r, u, w in json.loads(self.lines or "[]")]
        except (ValueError, TypeError):
            return []

    def derive(self) -> None:
        """How many lines, and how many of them stay."""
        rows = self.rows()
        self.total, self.kept = len(rows), sum(1 for row in rows if row[3])

    def problems(self) -> Iterable[Problem]:
        """Nothing is destroyed with one signature."""
        if self.state in (ListState.SIGNED, ListState.AGREED, ListState.DONE) and not self.head:
            yield Problem("HEAD_MISSING", N_("The head of the station has not signed."), ("head",))
        if self.state == ListState.DONE and not self.destroyed_on:
            yield Problem("DESTROYED_WHEN", N_("Say on which day it was destroyed."), ("destroyed_on",))

    def caption(self, named: Named) -> str:
        """The day."""
        return self.made_on or self.titled()


def lines_text(rows: Iterable[tuple[str, str, str, str]]) -> str:
    """Lines as their field holds them."""
    return json.dumps([list(row) for row in rows], ensure_ascii=False, separators=(",", ":"))


def without_keep(fields: Mapping[str, object]) -> list[tuple[str, str]]:
    """(kind, id) of the lines that go."""
    return [(str(k), str(r)) for k, r, _u, keep in json.loads(str(fields.get("lines") or "[]")) if not keep]
