"""The ability assessment of elders by GB/T 42195-2022: 26 items, sections, total, preliminary and adjusted level."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass

from station_app.settings import RESOURCES
from station_app.values.reading import Read, refused, remembered

#: Lowest total of each level, 0 能力完好 to 4 完全失能.
_LEAST = (90, 66, 46, 30, 0)
LEVELS = (
    "能力完好",
    "能力轻度受损(轻度失能)",
    "能力中度受损(中度失能)",
    "能力重度受损(重度失能)",
    "能力完全丧失(完全失能)",
)
SHORT_LEVELS = ("能力完好", "轻度失能", "中度失能", "重度失能", "完全失能")
SECTIONS = {"B1": "自理能力", "B2": "基础运动能力", "B3": "精神状态", "B4": "感知觉与社会参与"}


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its code ("B2.4"), name and greatest score."""

    code: str
    name: str
    most: int

    @property
    def section(self) -> str:
        """B1 to B4."""
        return self.code[:2]


@dataclass(frozen=True, slots=True)
class Assessed:
    """The result: computed, never typed."""

    total: int
    sections: Mapping[str, int]
    preliminary: int
    final: int
    #: Why the level was raised: "", "coma", "diagnosis", "risk_events" or both of the latter joined by a comma.
    adjustment: str

    @property
    def level_name(self) -> str:
        """能力完好 … 完全失能."""
        return SHORT_LEVELS[self.final]


@remembered(1)
def items() -> dict[str, Item]:
    """The 26 items in the order of the form."""
    with (RESOURCES / "tables" / "assessment_items.csv").open(encoding="utf-8", newline="") as table:
        return {row["code"]: Item(row["code"], row["name"], int(row["most"])) for row in csv.DictReader(table)}


def section_most(section: str) -> int:
    """The greatest sum of a section: 32, 15, 28, 15."""
    return sum(item.most for item in items().values() if item.section == section)


def level_of(total: int) -> int:
    """The preliminary level of a total of 0 to 90."""
    return next(level for level, least in enumerate(_LEAST) if total >= least)


def score_problem(code: str, score: object) -> str | None:
    """What is wrong with one score: ``ITEM_MISSING``, ``SCORE_NOT_INTEGER``, ``SCORE_RANGE``, ``SCORE_OVER_MAX``."""
    if score is None or score == "":
        return "ITEM_MISSING"
    if isinstance(score, float) and score.is_integer():
        score = int(score)
    if isinstance(score, bool) or not isinstance(score, int):
        return "SCORE_NOT_INTEGER"
    if score < 0:
        return "SCORE_RANGE"
    return "SCORE_OVER_MAX" if score > items()[code].most else None


def problems(scores: Mapping[str, object]) -> dict[str, str]:
    """Item codes and what is wrong with each, in the order of the form; a key that is no item is ``ITEM_UNKNOWN``."""
    found = {code: problem for code in items() if (problem := score_problem(code, scores.get(code)))}
    return found | {code: "ITEM_UNKNOWN" for code in scores if code not in items()}


def assess(
    scores: Mapping[str, object], *, coma: bool = False, dementia_or_mental: bool = False, risk_events_30d: int = 0
) -> Read[Assessed]:
    """Total, sections and levels of 26 scores; refuses with the first item's problem.

    Coma leads to level 4. A dementia (F00–F03) or a psychiatrist's diagnosis (F04–F99), or two care-risk events in
    thirty days, raise the level by one, once in all; level 4 stays.
    """
    if wrong := problems(scores):
        return refused(next(iter(wrong.values())))
    if risk_events_30d < 0:
        return refused("RISK_EVENTS_RANGE")
    whole = {code: int(str(scores[code]).removesuffix(".0")) for code in items()}
    sections = {name: sum(score for code, score in whole.items() if code[:2] == name) for name in SECTIONS}
    total = sum(sections.values())
    preliminary = level_of(total)
    if coma:
        return Read(Assessed(total, sections, preliminary, 4, "coma"))
    why = [name for name, there in (("diagnosis", dementia_or_mental), ("risk_events", risk_events_30d >= 2)) if there]
    return Read(Assessed(total, sections, preliminary, min(preliminary + bool(why), 4), ",".join(why)))


def show_level(level: int) -> str:
    """2级（中度失能）."""
    return f"{level}级（{SHORT_LEVELS[level]}）"
