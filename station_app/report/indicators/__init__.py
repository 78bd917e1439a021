"""The lines of the month report: those a kind declares itself, and those that concern several kinds."""

from functools import lru_cache

from station_app.kinds import KINDS
from station_app.kinds.lines import Line
from station_app.report.indicators import farm, people, visiting, volunteering


def _order(line: Line) -> tuple[str, int, int]:
    head, _dot, part = line.key.partition(".")
    return head[0], int(head[1:]), _DECLARED.setdefault(part, len(_DECLARED)) if part else -1


#: The order in which parts of a line ("E03.meal") were declared.
_DECLARED: dict[str, int] = {}


@lru_cache(maxsize=1)
def lines() -> dict[str, Line]:
    """Every line by key, in the order of the report."""
    every = [line for kind in KINDS.classes() for line in kind.report_lines()]
    for module in (people, visiting, volunteering, farm):
        every.extend(module.report_lines())
    ordered = sorted(every, key=_order)
    found = {line.key: line for line in ordered}
    if len(found) != len(ordered):
        raise ValueError("two lines of the month report have the same key")
    return found
