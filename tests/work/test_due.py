"""Who is due: the rules against a calendar walked day by day, on a million simulated elder-months in the long run, and on a store."""

import json
import os
import random
from calendar import monthrange
from datetime import date, timedelta
from pathlib import Path

import pytest

from station_app import compose
from station_app.messages import Refusal
from station_app.store.change import Edit
from station_app.work.due import Due, Person, State, Why, due_of, moved, people_of, plan, rules_of

RULES = {
    "due_every_month": ["high", "key"], "due_every_quarter": ["general"], "high_risk_days": 7, "after_change_hours": 24, "soon_days": 7,
}  # fmt: skip
TODAY = date(2024, 5, 17)


def person(
    visit_class: str | None, last: date | None = None, filed: date | None = date(2020, 1, 1), **more: date | None
) -> Person:
    """An elder of this class."""
    return Person("r", "e", None, visit_class, filed, last, **more)


@pytest.mark.parametrize(
    ("who", "on", "why"),
    [
        (person("high", date(2024, 5, 12)), date(2024, 5, 19), Why.RULE),
        (person("high", None, date(2024, 5, 16)), date(2024, 5, 23), Why.RULE),
        (person("key", date(2024, 5, 2)), date(2024, 6, 30), Why.RULE),
        (person("key", date(2024, 4, 2)), date(2024, 5, 31), Why.RULE),
        (person("key", date(2024, 3, 31)), date(2024, 4, 30), Why.RULE),  # April was missed
        (person("key", None, date(2024, 5, 3)), date(2024, 5, 31), Why.RULE),
        (person("key", None, date(2020, 5, 3)), date(2024, 4, 30), Why.RULE),
        (person("general", date(2024, 4, 1)), date(2024, 9, 30), Why.RULE),
        (person("general", date(2024, 1, 9)), date(2024, 6, 30), Why.RULE),
        (person("general", date(2023, 12, 31)), date(2024, 3, 31), Why.RULE),  # the first quarter was missed
        (person("general", date(2024, 4, 1), changed=date(2024, 5, 16)), date(2024, 5, 17), Why.CHANGE),
        (person("general", date(2024, 5, 16), changed=date(2024, 5, 16)), date(2024, 9, 30), Why.RULE),  # visited since
        (person("key", date(2024, 5, 2), follow_up=date(2024, 5, 5)), date(2024, 5, 5), Why.FOLLOW_UP),
        (person("key", date(2024, 5, 2), agreed=date(2024, 5, 20)), date(2024, 5, 20), Why.AGREED),
        (person("key", date(2024, 5, 20), agreed=date(2024, 5, 20)), date(2024, 6, 30), Why.RULE),
    ],
)
def test_a_day_and_a_reason(who: Person, on: date, why: Why) -> None:
    """Seen failing: who was never visited not overdue; the period of today taken for the one after the visit; a change after its visit."""
    found = due_of(who, TODAY, RULES)
    assert found is not None and (found.on, found.why) == (on, why)


def test_without_a_class_nobody_is_due_but_by_what_happened() -> None:
    assert due_of(person(None), TODAY, RULES) is None
    changed = due_of(person(None, changed=TODAY), TODAY, RULES)
    assert changed is not None and changed.why is Why.CHANGE


def test_states() -> None:
    def state(on: date) -> State:
        return Due(person("key"), on, Why.RULE).state(TODAY, 7)

    days = [TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=7), TODAY + timedelta(days=8)]
    assert [state(day) for day in days] == [State.OVERDUE, State.TODAY, State.SOON, State.LATER]


def test_nobody_is_ever_missing_from_the_list() -> None:
    """FEATURES §4: visits made only when the list asks keep every rule; walked day by day, no rule looked at but the calendar.

    Whoever visits exactly those who are due today (or overdue) never lets a week, month or quarter pass. Seen failing: a
    day more for the high class; quarters that begin in any month. ``STATION_APP_ELDER_MONTHS`` for the long run.
    """
    dice = random.Random(5)
    months = int(os.environ.get("STATION_APP_ELDER_MONTHS", "4000"))
    for _elder in range(months // 25):
        visit_class = dice.choice(("high", "key", "general"))
        filed = date(2022, 1, 1) + timedelta(days=dice.randrange(400))
        day, last, visits = filed, None, list[date]()
        while day < filed + timedelta(days=760):
            due = due_of(person(visit_class, last, filed), day, RULES)
            assert due is not None and due.on >= day, "a visit on the last day keeps every rule"
            if due.on == day or dice.random() < 0.01:  # on the last day; sometimes earlier, by chance
                last = day
                visits.append(day)
            day += timedelta(days=1)
        kept(visit_class, filed, visits, day)


def kept(visit_class: str, filed: date, visits: list[date], until: date) -> None:
    """What the rule says, from the calendar alone."""
    if visit_class == "high":
        gaps = [b - a for a, b in zip([filed, *visits], visits, strict=False)]
        assert max(gaps) <= timedelta(days=7)
        return
    length = 1 if visit_class == "key" else 3
    year, month = filed.year, filed.month - (filed.month - 1) % length
    while (year, month + length - 1) < (until.year, until.month):
        first, last = date(year, month, 1), date(year, month + length - 1, monthrange(year, month + length - 1)[1])
        assert any(first <= visit <= last for visit in visits), (visit_class, first, last)
        year, month = (year, month + length) if month + length <= 12 else (year + 1, 1)


def test_a_changed_table_shows_whom_it_moves_first() -> None:
    people = [person("key", date(2024, 4, 2)), person("general", date(2024, 4, 1)), person("high", date(2024, 5, 12))]
    stricter = RULES | {"due_every_month": ["high", "key", "general"], "due_every_quarter": []}
    found = moved(people, TODAY, RULES, stricter)
    assert [(m.person.visit_class, m.before, m.after) for m in found] == [
        ("general", date(2024, 9, 30), date(2024, 5, 31))
    ]


@pytest.fixture
def station(tmp_path: Path) -> compose.OpenStation:
    """A station with four elders: one dead, one without a class."""
    made = compose.create_station(tmp_path / "s", "罕台镇社工站", "150602102", "01", "王主任", "correct horse battery")
    assert not isinstance(made, Refusal)
    store, author = made.station.store, made.station.author
    for name, visit_class, more in (
        ("王秀英", "high", {}), ("李桂花", "general", {}), ("张玉梅", "key", {"deceased_on": "2024-04-30"}), ("赵来喜", None, {}),
    ):  # fmt: skip
        done = store.change([Edit("resident", {"name": name, "village": "150602102201", **more})], author, "new")
        assert not isinstance(done, Refusal), done.message
        fields = {"resident": done.records[0], "file_date": "2024-01", "visit_class": visit_class}
        elder = store.change([Edit("elder", {n: v for n, v in fields.items() if v})], author, "new")
        assert not isinstance(elder, Refusal), elder.message
        if name == "王秀英":
            for at, more_of in (
                ("2024-05-10T09:30", {"seen_in_person": True}),
                ("2024-05-15T09:30", {"seen_in_person": False}),
            ):
                edit = Edit("visit", {"resident": done.records[0], "visit_at": at, "mode": "home", **more_of})
                assert not isinstance(store.change([edit], author, "new"), Refusal)
    return made.station


def test_on_a_store_the_living_and_only_visits_that_took_place(station: compose.OpenStation) -> None:
    """Nobody was met on the 15th: the 10th counts."""
    with station.store.reading() as reader:
        rules = rules_of(reader.connection, reader.station, TODAY)
        people = people_of(reader.connection, reader.station, TODAY)
        found = [
            (reader.caption("resident", d.person.resident), d.on.isoformat(), d.why) for d in plan(people, TODAY, rules)
        ]
    assert len(people) == 3
    assert found == [("李桂花", "2024-03-31", Why.RULE), ("王秀英", "2024-05-17", Why.RULE)]


def test_the_command_lists_them(
    station: compose.OpenStation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from station_app.cli.runner import run

    station.close()
    (tmp_path / "pw").write_text("correct horse battery\n")
    words = [
        "--data",
        str(station.folder),
        "--password-file",
        str(tmp_path / "pw"),
        "--json",
        "due",
        "--on",
        "2024-05-17",
    ]
    assert run(words) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["counts"] == {"overdue": 1, "today": 1} and [d["title"] for d in said["due"]] == ["李桂花", "王秀英"]
    assert run([*words[:-1], "2024-13-01"]) == 2
