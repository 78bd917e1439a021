"""A policy: rules as data, with the day they begin, sent down signed by the centre."""

import json
from collections.abc import Iterable

from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import data, date, long_text, text
from station_app.messages import N_
from station_app.spec.problems import Problem


class Policy(Record, kind="policy", section="station", merge="newest", title=N_("Policy")):
    """Rules as data (DESIGN, Layers): visiting rules, thresholds, rates; never a constant in code.

    ``name`` says which rules (the files in resources/tables/policies are the first of each); the newest one that has begun
    holds. Codes and numbers only: nothing in a policy is about a person.
    """

    made_by_program = True
    erasable = False
    listed = ("name", "effective_from", "source")
    sorted_by = "effective_from"

    name: Mapped[str | None] = text(N_("Name of the policy"), needed=True)
    effective_from: Mapped[str | None] = date(N_("In force from"), needed=True)
    table: Mapped[str | None] = data(N_("Rules"), needed=True)
    source: Mapped[str | None] = text(N_("Source of the rules"))
    note: Mapped[str | None] = long_text(N_("Note"), headers=("备注", "说明"))

    def problems(self) -> Iterable[Problem]:
        """The rules are a JSON object."""
        if self.table is not None and not isinstance(self.rules(), dict):
            yield Problem("POLICY_UNREADABLE", N_("The rules of this policy cannot be read."), ("table",))

    def rules(self) -> object:
        """The table as read; None where it is not JSON."""
        try:
            return json.loads(self.table or "")
        except ValueError:
            return None

    def caption(self, named: Named) -> str:
        """Name and day."""
        return " ".join(p for p in (self.name, self.effective_from) if p) or self.titled()
