"""Which rules are in force on a day: the station's policy records, over those shipped with the program."""

import json
from typing import Any

from sqlalchemy import Connection, or_, select

from station_app.kinds.lines import Rules
from station_app.kinds.policy import Policy
from station_app.kinds.policy_defaults import policy_defaults


def rules_in_force(connection: Connection, station: str, day: str) -> Rules:
    """The rules of each policy on a day; a rule the record does not mention is the shipped one."""
    found: dict[str, dict[str, Any]] = {given["name"]: json.loads(given["table"]) for given in policy_defaults()}
    rows = connection.execute(
        select(Policy.name, Policy.table)
        .where(
            Policy.station == station,
            or_(Policy.removed.is_(None), Policy.removed == 0),
            Policy.effective_from <= day,
        )
        .order_by(Policy.effective_from, Policy.id)
    )
    for name, table in ((str(row.name), row.table) for row in rows):
        try:
            given = json.loads(table or "")
        except ValueError:  # a policy nobody can read rules nothing
            continue
        if isinstance(given, dict):
            found[name] = found.get(name, {}) | given
    return found
