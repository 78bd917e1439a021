"""Telephone numbers: every golden value and the dirt of ledgers."""

from typing import Any

import pytest

from station_app.values.phones import Phones, mask_phone, read_phone, read_phones
from tests.values.golden import golden


@pytest.mark.parametrize("case", golden()["phones"], ids=lambda case: repr(case["input"]))
def test_golden(case: dict[str, Any]) -> None:
    found = read_phones(case["input"])
    if case["canonical"] is None:
        assert (found.value, found.reason) == (None, case["warn"])
        return
    assert found.reason is None
    assert ("" if found.value is None else str(found.value)) == case["canonical"]
    assert found.warnings == ((case["warn"],) if case["warn"] else ())


@pytest.mark.parametrize(
    ("raw", "canonical", "warnings"),
    [
        ("19900001234 15500001234", "19900001234;15500001234", ()),
        ("19900001234、15500001234", "19900001234;15500001234", ()),
        ("19900001234\n15500001234", "19900001234;15500001234", ()),
        ("19900001234，8123456", "19900001234;0477-8123456", ("AREA_CODE_ADDED",)),
        ("１９９００００１２３４", "19900001234", ()),
        ("儿子19900001234", "19900001234", ("PHONE_OWNER_NOTE",)),
        ("19900001234女儿", "19900001234", ("PHONE_OWNER_NOTE",)),
        ("女儿：19900001234", "19900001234", ("PHONE_OWNER_NOTE",)),
        ("19900001234(本人)", "19900001234", ()),
        ("手机：19900001234", "19900001234", ()),
        ("19900001234(儿子)/15500001234(邻居)", "19900001234;15500001234", ("PHONE_OWNER_NOTE",)),
        ("19900001234/1990000", "19900001234", ("PHONE_PREFIX",)),
        ("0477 8123456", "0477-8123456", ()),
        ("（0477）8123456", "0477-8123456", ()),
        ("0477－8123456", "0477-8123456", ()),
        ("010-62345678", "010-62345678", ()),
        ("0471-4123456", "0471-4123456", ()),
        ("+86-199-0000-1234", "19900001234", ()),
        ("008619900001234", "19900001234", ()),
        ("019900001234", "19900001234", ()),
        ("19900001234.0", "19900001234", ()),
        ("1.9900001234E+10", "19900001234", ()),
        (8123456.0, "0477-8123456", ("AREA_CODE_ADDED",)),
        (19900001234, "19900001234", ()),
        ("19900001234/19900001234", "19900001234", ()),
    ],
)
def test_dirt(raw: Any, canonical: str, warnings: tuple[str, ...]) -> None:
    found = read_phones(raw)
    assert (str(found.value), found.warnings, found.reason) == (canonical, warnings, None)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("abc", "PHONE_FORMAT"),
        (True, "PHONE_FORMAT"),
        (1.5, "PHONE_FORMAT"),
        ("199000012345", "PHONE_LENGTH"),
        ("0477-81234567", "PHONE_LENGTH"),
        ("0477-123456", "PHONE_LENGTH"),
        ("1.99E10", "PHONE_PRECISION_LOST"),
        ("10900001234", "PHONE_PREFIX"),
    ],
)
def test_refusals(raw: Any, reason: str) -> None:
    assert read_phones(raw).reason == reason


@pytest.mark.parametrize("raw", [None, "", "无", "/", "—", " 没有 ", "不详"])
def test_nothing(raw: Any) -> None:
    assert read_phones(raw) == read_phones(None)


def test_owner_is_kept_and_first_number() -> None:
    found = read_phones("19900001234（儿子）")
    assert found.value == Phones(("19900001234",), ("儿子",))
    assert read_phone("19900001234/15500001234").value == "19900001234"
    assert mask_phone("19900001234") == "199****1234"
    assert mask_phone("0477-8123456") == "0477-81***56"
