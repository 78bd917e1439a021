"""What kinds compute, find wrong and call themselves."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from station_app.kinds import KINDS, Record
from station_app.kinds.assessment import ITEMS, Assessment
from station_app.kinds.policy_defaults import policy_defaults

VECTORS = json.loads((Path(__file__).parent.parent / "golden" / "vectors.json").read_text("utf-8"))


def made(kind: str, **fields: Any) -> Record:
    """A record with its computed fields."""
    record = KINDS[kind](station="15062110201", id="this", **fields)
    record.derive()
    return record


def codes(problems: Iterable[Any], *, blocking: bool | None = None) -> set[str]:
    """Codes of the findings."""
    return {p.code for p in problems if blocking is None or p.blocks == blocking}


@pytest.mark.parametrize("case", VECTORS["assessment"], ids=lambda case: f"{case['total']}-{case['final_level']}")
def test_levels_of_the_standard(case: dict[str, Any]) -> None:
    by_item = zip(ITEMS, VECTORS["gbt42195_items"], strict=True)
    found = made(
        "assessment",
        coma=case["coma"],
        dementia=case["dementia_or_mental"],
        risk_events=case["risk_events_30d"],
        **{name: case["scores"][item["code"]] for name, item in by_item},
    )
    assert isinstance(found, Assessment)
    assert found.total == case["total"]
    assert found.preliminary == str(case["preliminary_level"])
    assert found.level == str(case["final_level"])


def test_items_are_those_of_the_standard() -> None:
    maxima = [item["max"] for item in VECTORS["gbt42195_items"]]
    assert [KINDS["assessment"].fields[name].at_most for name in ITEMS] == maxima
    assert sum(maxima) == 90


def test_no_level_while_an_item_is_missing_or_out_of_range() -> None:
    whole: dict[str, int] = {name: KINDS["assessment"].fields[name].at_most or 0 for name in ITEMS}
    assert made("assessment", **whole).level == "0"  # type: ignore[attr-defined]
    for broken in ({"memory": None}, {"stairs": 4}, {"eating": -1}):
        found = made("assessment", **(whole | broken))
        assert (found.total, found.level) == (None, None)  # type: ignore[attr-defined]
    assert "ITEM_MISSING" in codes(made("assessment", **(whole | {"memory": None})).problems(), blocking=False)
    assert made("assessment", coma=True).level == "4"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("fields", "month"),
    [
        ({"birth_date": "1945-03-05"}, "1945-03"),
        ({"birth_date": "1945-03"}, "1945-03"),
        ({"id_no": "152722194503059979"}, "1945-03"),
        ({"birth_date": "1945-04-01", "id_no": "152722194503059979"}, "1945-04"),
        ({"id_no": "152722194513059979"}, None),
        ({"id_no": "15272219450305997"}, None),
        ({}, None),
    ],
)
def test_the_month_of_birth_is_derived(fields: dict[str, Any], month: str | None) -> None:
    assert made("resident", **fields).birth_month == month  # type: ignore[attr-defined]


def test_conflicts_with_the_id_number_are_warnings() -> None:
    found = made("resident", id_no="152722194503059979", birth_date="1946-03-05", sex="2")
    assert codes(found.problems(), blocking=False) == {"BIRTH_CONFLICT", "SEX_CONFLICT"}
    assert codes(made("resident", id_no="152722194503059979", birth_date="1945-03", sex="1").problems()) == set()


@pytest.mark.parametrize(
    ("service", "recorded", "days"),
    [
        ("2024-03-01", "2024-03-15", 10),
        ("2024-03-01", "2024-03-18", 11),
        ("2024-02-08", "2024-02-18", 2),  # New Year's Eve and the Sunday after the festival were working days in 2024
        ("2024-03-05", "2024-03-04", 0),
        ("2024-03", "2024-03-18", None),
        ("2024-03-05", None, None),
        ("2024-02-30", "2024-03-05", None),
    ],
)
def test_working_days_until_recorded(service: str, recorded: str | None, days: int | None) -> None:
    found = made("volunteer_hours", service_date=service, recorded_on=recorded)
    assert found.recorded_after == days  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("fields", "blocking", "warnings"),
    [
        ({"start": "08:00", "end": "10:00", "hours": 120}, set(), set()),
        ({"start": "08:00", "end": "10:00", "hours": 121}, {"HOURS_EXCEED_ELAPSED"}, set()),
        ({"start": "08:00", "end": "10:00", "hours": 90}, set(), {"HOURS_LESS_THAN_ELAPSED"}),
        ({"start": "22:00", "end": "01:00", "hours": 180}, set(), set()),
        ({"hours": 60}, set(), {"TIMES_MISSING"}),
        ({"start": "08:00", "end": "09:00", "hours": 60, "unpaid": False}, {"NOT_VOLUNTEER_PAID"}, set()),
        ({"start": "08:00", "end": "09:00", "hours": 60, "recorded_on": "2024-02-29"}, {"DATE_ORDER"}, set()),
        ({"start": "08:00", "end": "09:00", "hours": 60, "recorded_on": "2024-03-18"}, set(), {"LATE_RECORD"}),
        ({"start": "08:00", "end": "09:00", "hours": 60, "reverses": "this"}, {"REVERSES_SELF"}, set()),
    ],
)
def test_findings_about_hours(fields: dict[str, Any], blocking: set[str], warnings: set[str]) -> None:
    found = made("volunteer_hours", service_date="2024-03-01", **fields)
    assert codes(found.problems(), blocking=True) == blocking
    assert codes(found.problems(), blocking=False) == warnings


@pytest.mark.parametrize(
    ("fields", "balance", "found"),
    [
        ({"own": 300, "donated": 100, "sold": 600}, 0, set()),
        ({"own": 300, "donated": 100, "sold": 601}, -1, {"QTY_EXCEEDS_HARVEST"}),
        ({"own": 300}, 700, {"BALANCE_REMAINDER"}),
        ({}, 1000, set()),
        ({"sown_on": "2024-10-01"}, 1000, {"DATE_ORDER"}),
    ],
)
def test_harvests_balance(fields: dict[str, Any], balance: int, found: set[str]) -> None:
    harvest = made("harvest", weight=1000, harvested_on="2024-09-01", **fields)
    assert harvest.balance == balance  # type: ignore[attr-defined]
    assert codes(harvest.problems()) == found


def test_sales() -> None:
    sale = made("sale", sold_on="2024-09-01", weight=1500, price=333, amount=500, platform_fee=20, channel="market")
    assert sale.net == 480  # type: ignore[attr-defined]
    assert codes(sale.problems()) == set()
    wrong = made("sale", sold_on="2024-09-01", weight=1500, price=333, amount=501, platform_fee=600, paid=5)
    assert codes(wrong.problems(), blocking=True) == {"FEE_EXCEEDS_AMOUNT", "PAID_WITHOUT_DAY"}
    assert "AMOUNT_MISMATCH" in codes(wrong.problems(), blocking=False)
    assert codes(made("sale").problems()) == {"SALE_INCOMPLETE"}
    assert codes(made("sale", pays="that", paid=100, paid_on="2024-10-01").problems()) == set()


def test_visits() -> None:
    fine = made("visit", visit_at="2024-02-28T10:00", mode="home", health="ok", mood="unchecked", seen_in_person=True)
    assert (fine.abnormal, fine.follow_up_due) == (False, None)  # type: ignore[attr-defined]
    bad = made("visit", visit_at="2024-02-28T10:00", safety="bad")
    assert (bad.abnormal, bad.follow_up_due) == (True, "2024-03-02")  # type: ignore[attr-defined]
    assert made("visit", visit_at="2024-02-30T10:00", safety="bad").follow_up_due is None  # type: ignore[attr-defined]
    assert made("visit", visit_at="2024-02-28T10:00").abnormal is None  # type: ignore[attr-defined]
    nobody = made("visit", visit_at="2024-02-28T10:00", mode="home", seen_in_person=False, photo="a" * 64)
    assert codes(nobody.problems(), blocking=False) == {"NOT_SEEN"}
    assert codes(nobody.problems(), blocking=True) == {"CONSENT_MISSING"}


@pytest.mark.parametrize(
    ("fields", "persons"),
    [({}, 1), ({"helpers": 4}, 4), ({"volunteers": ["a", "b", "b"]}, 2), ({"helpers": 5, "volunteers": ["a"]}, 5)],
)
def test_person_times_of_farm_help(fields: dict[str, Any], persons: int) -> None:
    assert made("farm_help", **fields).persons == persons  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("resident", {"birth_date": "1945-03-05", "deceased_on": "1944-01-01"}),
        ("elder", {"file_date": "2024-03-05", "closed_on": "2024-03-04"}),
        ("volunteer", {"registered_on": "2024-03-05", "left_on": "2024-03-04"}),
        ("farm_plot", {"joined_on": "2024-03-05", "left_on": "2024-03-04"}),
        ("plot_application", {"applied_on": "2024-03-05", "decided_on": "2024-03-04"}),
        ("worker", {"started_on": "2024-03-05", "left_on": "2024-03-04"}),
        ("visit", {"visit_at": "2024-03-05T09:00", "handled_on": "2024-03-04"}),
    ],
)
def test_an_end_before_its_beginning_is_refused(kind: str, fields: dict[str, Any]) -> None:
    assert codes(made(kind, **fields).problems(), blocking=True) == {"DATE_ORDER"}
    same_month = {name: value[:7] if name != "visit_at" else value for name, value in fields.items()}
    if kind != "resident":
        assert "DATE_ORDER" not in codes(made(kind, **same_month).problems()), "the month alone proves nothing"


def test_an_owner_who_refuses_stops_the_application() -> None:
    assert codes(made("plot_application", consent="refused").problems(), blocking=True) == {"CONSENT_REFUSED"}
    warned = made("plot_application", decision="agreed").problems()
    assert codes(warned, blocking=False) == {"CONSENT_MISSING"}


def test_corrections_of_a_report_say_what_differs() -> None:
    assert codes(made("month_report", month="2024-03", number=1, state="signed").problems()) == {"DIFFERENCES_MISSING"}
    assert codes(made("month_report", month="2024-03", number=0, state="signed").problems()) == set()
    assert codes(made("month_report", month="2024-03-01", number=0).problems()) == {"MONTH_UNREADABLE"}


CAPTIONS: list[tuple[str, dict[str, Any], str]] = [
    ("resident", {"name": "宝音德力格尔"}, "宝音德力格尔"),
    ("access", {"person": "r", "at": "2024-03-01T09:00"}, "〈resident r〉 2024-03-01"),
    ("account", {"name": "斯琴"}, "斯琴"),
    ("approval", {"at": "2024-03-01T09:00"}, "2024-03-01 09:00"),
    ("computer", {"name": "牧区社工室"}, "牧区社工室"),
    ("consent", {"resident": "r", "given_on": "2024-03-01"}, "〈resident r〉 2024-03-01"),
    ("data_request", {"volunteer": "v", "received_on": "2024-03-01"}, "〈volunteer v〉 2024-03-01"),
    ("destruction", {"made_on": "2024-03-01"}, "2024-03-01"),
    ("distinct_pair", {"resident_one": "a", "resident_other": "b"}, "〈resident a〉、〈resident b〉"),
    ("erasure", {"target_kind": "visit", "erased_on": "2024-03-01"}, "探访 2024-03-01"),
    ("export", {"what": "elder", "at": "2024-03-01T09:00"}, "elder 2024-03-01"),
    ("key_event", {"what": "disabled", "at": "2024-03-01T09:00"}, "停用用户 2024-03-01"),
    ("household", {"head": "r", "number": "12"}, "〈resident r〉"),
    ("elder", {"resident": "r"}, "〈resident r〉"),
    ("assessment", {"resident": "r", "assessed_on": "2024-03-01"}, "〈resident r〉 2024-03-01"),
    ("visit", {"resident": "r", "visit_at": "2024-03-01T09:00"}, "〈resident r〉 2024-03-01"),
    ("service", {"beneficiary": "r", "service_date": "2024-03-01"}, "〈resident r〉 2024-03-01"),
    ("activity", {"name": "义诊", "held_on": "2024-03-01"}, "义诊 2024-03-01"),
    ("farm_plot", {"owner": "r", "name": "梁上地"}, "〈resident r〉 梁上地"),
    ("plot_application", {"plot": "p", "applied_on": "2024-03-01"}, "〈farm_plot p〉 2024-03-01"),
    ("farm_help", {"plot": "p", "helped_on": "2024-03-01"}, "〈farm_plot p〉 2024-03-01"),
    ("harvest", {"plot": "p", "harvested_on": "2024-09-01"}, "〈farm_plot p〉 2024-09-01"),
    ("sale", {"plot": "p", "sold_on": "2024-09-01"}, "〈farm_plot p〉 2024-09-01"),
    ("volunteer", {"name": "郝改花"}, "郝改花"),
    ("volunteer_hours", {"volunteer": "v", "service_date": "2024-03-01"}, "〈volunteer v〉 2024-03-01"),
    ("worker", {"name": "乔某"}, "乔某"),
    ("station", {"name": "罕台镇社工站"}, "罕台镇社工站"),
    ("room", {"name": "罕台村社工室"}, "罕台村社工室"),
    ("policy", {"name": "ages", "effective_from": "2024-01-01"}, "ages 2024-01-01"),
    ("month_report", {"month": "2024-03", "number": 2}, "2024-03 (2)"),
]


@pytest.mark.parametrize(("kind", "fields", "said"), CAPTIONS, ids=[kind for kind, _f, _s in CAPTIONS])
def test_captions(kind: str, fields: dict[str, Any], said: str) -> None:
    def named(of: str, record: str | None) -> str:
        return f"〈{of} {record}〉" if record else ""

    assert made(kind, **fields).caption(named) == said
    assert made(kind).caption(named), "a record without anything still has a caption"


def test_every_kind_has_its_caption_tested() -> None:
    assert {kind for kind, _fields, _said in CAPTIONS} == set(KINDS)


def test_the_shipped_policies_are_records_without_findings() -> None:
    names = {fields["name"] for fields in policy_defaults()}
    assert {"visiting", "ages", "volunteer_hours", "disability"} <= names
    for fields in policy_defaults():
        assert codes(made("policy", **fields).problems()) == set()
        assert isinstance(json.loads(fields["table"]), dict)
    assert codes(made("policy", table="[1]").problems()) == {"POLICY_UNREADABLE"}


@pytest.mark.parametrize(
    ("born", "guardian", "child"),
    [("2010-11-25", None, False), ("2012-11-24", None, False), ("2012-11-25", None, True), ("2012-11-25", "g", False),
     ("2012-11", None, False), ("2012-12", None, True), (None, None, False)],
)  # fmt: skip
def test_a_child_under_14_needs_a_guardian(
    born: str | None, guardian: str | None, child: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATION_APP_NOW", "2026-11-24T12:00")
    found = made("resident", birth_date=born, guardian=guardian)
    assert ("GUARDIAN_MISSING" in codes(found.problems(), blocking=False)) == child


def test_a_volunteer_under_18_needs_consent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATION_APP_NOW", "2026-11-24T12:00")
    assert codes(made("volunteer", birth_date="2008-11-25").problems(), blocking=True) == {"MINOR_NO_GUARDIAN"}
    assert codes(made("volunteer", birth_date="2008-11-25", guardian_consent="given").problems()) == set()
    assert codes(made("volunteer", birth_date="2008-11-24").problems()) == set()
    assert codes(made("volunteer", id_no="152722200911059979").problems(), blocking=True) == {"MINOR_NO_GUARDIAN"}
