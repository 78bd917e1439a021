"""An assessment of an elder's ability by GB/T 42195-2022: 26 items, a level that nobody types."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy.orm import Mapped

from station_app.kinds.base import Named, Record
from station_app.kinds.columns import choice, choices, count, date, long_text, person_name, refers_to, text, yes_no
from station_app.messages import N_
from station_app.spec.fields import Choice
from station_app.spec.problems import Problem
from station_app.spec.purposes import Purpose
from station_app.values.assessment import assess, items


class AssessmentReason(Choice):
    """Why the assessment was made (GB/T 42195-2022)."""

    FIRST = "first", N_("First assessment"), "首次", "首次评估"
    REGULAR = "regular", N_("Regular assessment"), "常规", "常规评估"
    PROMPT = "prompt", N_("Assessment after a change"), "即时", "即时评估"
    REVIEW = "review", N_("Review after an objection"), "复评"
    OTHER = "other", N_("Other reason"), "其他", "其它"


class Level(Choice):
    """Levels of ability; only the program gives them."""

    INTACT = "0", N_("Level 0: able"), "能力完好"
    MILD = "1", N_("Level 1: mildly disabled"), "轻度失能", "能力轻度受损"
    MODERATE = "2", N_("Level 2: moderately disabled"), "中度失能", "能力中度受损"
    SEVERE = "3", N_("Level 3: severely disabled"), "重度失能", "能力重度受损"
    COMPLETE = "4", N_("Level 4: completely disabled"), "完全失能", "能力完全丧失"


class Adjustment(Choice):
    """Why the level is not the one the total gives."""

    COMA = "coma", N_("Coma: level 4 at once"), "昏迷"
    DIAGNOSIS = "diagnosis", N_("Dementia or mental disorder, diagnosed: one level more"), "失智"
    RISK_EVENTS = "risk_events", N_("Two or more risk events in 30 days: one level more"), "风险事件"


#: The 26 items in the order of the form, with their maxima (sum 90).
ITEMS: Final = {
    "eating": 4,
    "grooming": 4,
    "bathing": 4,
    "dressing_upper": 4,
    "dressing_lower": 4,
    "bladder": 4,
    "bowel": 4,
    "toilet": 4,
    "bed": 4,
    "transfer": 4,
    "walking": 4,
    "stairs": 3,
    "time_sense": 4,
    "place_sense": 4,
    "person_sense": 4,
    "memory": 4,
    "understanding": 4,
    "expression": 4,
    "aggression": 1,
    "depression": 1,
    "consciousness": 2,
    "sight": 2,
    "hearing": 2,
    "daily_tasks": 4,
    "transport": 3,
    "social": 4,
}


class Assessment(Record, kind="assessment", section="care", merge="by_field", title=N_("Ability assessment")):
    """An ability assessment 能力评估 of 26 items in four sections, 90 points (GB/T 42195-2022, 2022-12-30).

    Total 90 is level 0; 66-89 level 1; 46-65 level 2; 30-45 level 3; 0-29 level 4. Coma is level 4. Dementia or a mental
    disorder diagnosed by a psychiatrist, or two risk events in 30 days, makes it one level more, once. A social worker who
    is no assessor enters a *screening*: the same form, never reported as disabled. Only the level is open.
    """

    listed = ("resident", "assessed_on", "level", "screening")
    sorted_by = "assessed_on"

    resident: Mapped[str | None] = refers_to(
        "resident", N_("Elder"), needed=True, headers=("老人姓名", "姓名", "评估对象")
    )
    assessed_on: Mapped[str | None] = date(N_("Assessed on"), needed=True, past=True, headers=("评估日期", "评估时间"))
    reason: Mapped[str | None] = choice(
        AssessmentReason, N_("Reason of the assessment"), required=True, headers=("评估原因",)
    )
    screening: Mapped[bool | None] = yes_no(N_("Screening only"), required=True, headers=("筛查", "初筛"))
    assessor: Mapped[str | None] = person_name(
        N_("First assessor"), required=True, headers=("评估员", "评估员1", "评估人")
    )
    assessor_2: Mapped[str | None] = person_name(N_("Second assessor"), required=True, headers=("评估员2",))
    medical_assessor: Mapped[bool | None] = yes_no(N_("One assessor with medical background"), headers=("医护背景",))
    info_provider: Mapped[str | None] = person_name(
        N_("Who gave the information"), required=True, headers=("信息提供者",)
    )
    info_relation: Mapped[str | None] = text(N_("Relation of who gave it"), private=True, headers=("信息提供者关系",))
    # B1 self-care (32)
    eating: Mapped[int | None] = count(
        N_("Eating"), required=True, private=True, purpose=Purpose.HEALTH, at_least=0, at_most=4, headers=("进食",)
    )
    grooming: Mapped[int | None] = count(
        N_("Grooming"), required=True, private=True, purpose=Purpose.HEALTH, at_least=0, at_most=4, headers=("修饰",)
    )
    bathing: Mapped[int | None] = count(
        N_("Bathing oneself"),
        required=True,
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=4,
        headers=("洗澡",),
    )
    dressing_upper: Mapped[int | None] = count(
        N_("Dressing, upper body"),
        required=True,
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=4,
        headers=("穿/脱上衣",),
    )
    dressing_lower: Mapped[int | None] = count(
        N_("Dressing, trousers, shoes and socks"),
        required=True,
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=4,
        headers=("穿/脱裤子和鞋袜",),
    )
    bladder: Mapped[int | None] = count(
        N_("Bladder control"),
        required=True,
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=4,
        headers=("小便控制",),
    )
    bowel: Mapped[int | None] = count(
        N_("Bowel control"),
        required=True,
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=4,
        headers=("大便控制",),
    )
    toilet: Mapped[int | None] = count(
        N_("Using the toilet"),
        required=True,
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=4,
        headers=("如厕",),
    )
    # B2 basic movement (15)
    bed: Mapped[int | None] = count(
        N_("Moving in bed"),
        required=True,
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=4,
        headers=("床上体位转移",),
    )
    transfer: Mapped[int | None] = count(
        N_("Moving between bed and chair"),
        required=True,
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=4,
        headers=("床椅转移",),
    )
    walking: Mapped[int | None] = count(
        N_("Walking on level ground"),
        required=True,
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=4,
        headers=("平地行走",),
    )
    stairs: Mapped[int | None] = count(
        N_("Stairs"), required=True, private=True, purpose=Purpose.HEALTH, at_least=0, at_most=3, headers=("上下楼梯",)
    )
    # B3 mind (28)
    time_sense: Mapped[int | None] = count(
        N_("Sense of time"),
        required=True,
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=4,
        headers=("时间定向",),
    )
    place_sense: Mapped[int | None] = count(
        N_("Sense of place"),
        required=True,
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=4,
        headers=("空间定向",),
    )
    person_sense: Mapped[int | None] = count(
        N_("Recognising people"),
        required=True,
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=4,
        headers=("人物定向",),
    )
    memory: Mapped[int | None] = count(
        N_("Memory"), required=True, private=True, purpose=Purpose.HEALTH, at_least=0, at_most=4, headers=("记忆",)
    )
    understanding: Mapped[int | None] = count(
        N_("Understanding"),
        required=True,
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=4,
        headers=("理解能力",),
    )
    expression: Mapped[int | None] = count(
        N_("Expression"),
        required=True,
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=4,
        headers=("表达能力",),
    )
    aggression: Mapped[int | None] = count(
        N_("Aggressive behaviour"),
        required=True,
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=1,
        headers=("攻击行为",),
    )
    depression: Mapped[int | None] = count(
        N_("Signs of depression"),
        required=True,
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=1,
        headers=("抑郁症状",),
    )
    consciousness: Mapped[int | None] = count(
        N_("Consciousness"),
        required=True,
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=2,
        headers=("意识水平",),
    )
    # B4 senses and taking part (15)
    sight: Mapped[int | None] = count(
        N_("Sight"), required=True, private=True, purpose=Purpose.HEALTH, at_least=0, at_most=2, headers=("视力",)
    )
    hearing: Mapped[int | None] = count(
        N_("Hearing"), required=True, private=True, purpose=Purpose.HEALTH, at_least=0, at_most=2, headers=("听力",)
    )
    daily_tasks: Mapped[int | None] = count(
        N_("Doing daily tasks"),
        required=True,
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=4,
        headers=("执行日常事务",),
    )
    transport: Mapped[int | None] = count(
        N_("Going out by transport"),
        required=True,
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=3,
        headers=("使用交通工具外出",),
    )
    social: Mapped[int | None] = count(
        N_("Dealing with people"),
        required=True,
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=4,
        headers=("社会交往能力",),
    )
    coma: Mapped[bool | None] = yes_no(N_("In a coma"), private=True, purpose=Purpose.HEALTH, headers=("昏迷",))
    dementia: Mapped[bool | None] = yes_no(
        N_("Dementia or mental disorder, diagnosed by a psychiatrist"),
        private=True,
        purpose=Purpose.HEALTH,
        headers=("失智", "痴呆或精神疾病"),
    )
    risk_events: Mapped[int | None] = count(
        N_("Risk events in 30 days"),
        private=True,
        purpose=Purpose.HEALTH,
        at_least=0,
        at_most=99,
        headers=("近30天意外事件", "风险事件次数"),
    )
    total: Mapped[int | None] = count(
        N_("Total of the items"), private=True, purpose=Purpose.HEALTH, computed=True, headers=("总分",)
    )
    preliminary: Mapped[str | None] = choice(
        Level, N_("Level by the total"), private=True, purpose=Purpose.HEALTH, computed=True
    )
    adjustment: Mapped[list[str] | None] = choices(
        Adjustment, N_("Reason of the adjustment"), private=True, purpose=Purpose.HEALTH, computed=True
    )
    level: Mapped[str | None] = choice(Level, N_("Level of ability"), computed=True, headers=("能力等级",))
    note: Mapped[str | None] = long_text(N_("Note"), headers=("备注", "说明"))

    @property
    def scores(self) -> dict[str, int | None]:
        """The 26 scores in the order of the form."""
        return {name: getattr(self, name) for name in ITEMS}

    def derive(self) -> None:
        """Total, level by the total, adjustment, level; nothing where an item is missing or out of its range."""
        self.total = self.preliminary = self.adjustment = self.level = None
        if self.coma:  # level 4 at once, also when the items could not be asked
            self.adjustment, self.level = [Adjustment.COMA.value], Level.COMPLETE.value
        found = assess(
            dict(zip(items(), self.scores.values(), strict=True)),
            coma=bool(self.coma),
            dementia_or_mental=bool(self.dementia),
            risk_events_30d=self.risk_events or 0,
        ).value
        if found is not None:
            self.total, self.preliminary, self.level = found.total, str(found.preliminary), str(found.final)
            self.adjustment = found.adjustment.split(",") if found.adjustment else None

    def problems(self) -> Iterable[Problem]:
        """Every item is needed before there is a level; a screening never makes someone disabled."""
        missing = tuple(name for name, score in self.scores.items() if score is None)
        if missing and not self.coma:
            yield Problem(
                "ITEM_MISSING", N_("Every item of the form is needed before there is a level."), missing, blocks=False
            )
        if self.assessor and self.assessor == self.assessor_2:
            yield Problem(
                "ASSESSORS_SAME", N_("Two different people assess."), ("assessor", "assessor_2"), blocks=False
            )

    def caption(self, named: Named) -> str:
        """Person and day."""
        return " ".join(p for p in (named("resident", self.resident), self.assessed_on) if p) or self.titled()
