"""Areas, weights, durations, times, counts: golden values, dirt, exactness."""

from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_app.values.areas import Area, read_area, show_area
from station_app.values.counts import read_count
from station_app.values.durations import read_hours, read_minutes, show_duration, show_hours
from station_app.values.times import read_time, show_time
from station_app.values.weights import grams_in, kilograms, read_weight, show_weight, weight_unit
from tests.values.golden import golden


@pytest.mark.parametrize("case", golden()["mu"]["cases"], ids=lambda case: repr(case["input"]))
def test_golden_areas(case: dict[str, Any]) -> None:
    found = read_area(case["input"])
    if case["mu"] is None:
        assert (found.value, found.reason) == (None, case["reject"])
        return
    assert found.value is not None
    assert (found.value.mu_text, found.value.square_metres_text) == (case["mu"], case["square_metres"])
    assert found.warnings == ((case["warn"],) if case["warn"] else ())


@pytest.mark.parametrize(
    ("raw", "mu", "warnings"),
    [
        ("三亩半", "3.50", ()),
        ("三亩二", "3.20", ()),
        ("一亩三分地", "1.30", ()),
        ("8分半", "0.85", ()),
        ("5亩零3厘", "5.03", ()),
        ("5 亩 2 分", "5.20", ()),
        ("４．５", "4.50", ()),
        ("一百二十亩", "120.00", ()),
        ("5.2mu", "5.20", ()),
        (4.5, "4.50", ()),
        (7, "7.00", ()),
        ("5,000平方米", "7.50", ("AREA_UNIT_CONVERTED",)),
        ("1万平米", "15.00", ("AREA_UNIT_CONVERTED",)),
        ("2000m²", "3.00", ("AREA_UNIT_CONVERTED",)),
        ("0.2公顷", "3.00", ("AREA_UNIT_CONVERTED",)),
        ("5亩左右", "5.00", ("AREA_APPROX",)),
        ("十来亩", "10.00", ("AREA_APPROX",)),
        ("10余亩", "10.00", ("AREA_APPROX",)),
        ("约0.2公顷", "3.00", ("AREA_APPROX", "AREA_UNIT_CONVERTED")),
    ],
)
def test_areas_in_a_column_of_mu(raw: Any, mu: str, warnings: tuple[str, ...]) -> None:
    found = read_area(raw, column_unit="mu")
    assert found.value is not None
    assert (found.value.mu_text, found.warnings) == (mu, warnings)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("五六亩", "AREA_UNPARSEABLE"),
        ("5~6亩", "AREA_UNPARSEABLE"),
        ("2垧", "AREA_UNPARSEABLE"),
        ("3亩+2亩", "AREA_UNPARSEABLE"),
        ("5亩12分", "AREA_UNPARSEABLE"),
        (None, "AREA_UNPARSEABLE"),
        (True, "AREA_UNPARSEABLE"),
        (date(2024, 5, 2), "AREA_UNPARSEABLE"),
        (5200.0, "AREA_RANGE"),
        (0.05, "AREA_RANGE"),
        ("-5亩", "AREA_RANGE"),
    ],
)
def test_refused_areas(raw: Any, reason: str) -> None:
    assert read_area(raw, column_unit="mu").reason == reason


def test_columns_in_other_units() -> None:
    assert read_area(2000, column_unit="m2").value == Area(6000)
    assert read_area("3亩", column_unit="m2").warnings == ("AREA_UNIT_CONVERTED",)
    assert read_area(600, bounds=None).value == Area(1_200_000)


@given(st.integers(200, 10**6))
def test_areas_are_exact(units: int) -> None:
    area = Area(units)
    assert area.mu * Fraction(2000, 3) == area.square_metres
    assert area.mu / 15 * 10000 == area.square_metres
    assert read_area(float(area.mu)).value == area
    assert read_area(f"{units / 2000}亩").value == area
    if units % 20 == 0:
        hundredths = units // 20
        said = f"{hundredths // 100}亩{hundredths // 10 % 10}分{hundredths % 10}厘"
        assert read_area(said).value == area
        assert read_area(show_area(area)).value == area


@pytest.mark.parametrize("case", golden()["weight"], ids=lambda case: case["input"])
def test_golden_weights(case: dict[str, Any]) -> None:
    found = read_weight(case["input"])
    if case["kg"] == "?":
        # Without a header nobody knows the unit: it is refused, and says where the unit was looked for.
        assert (found.value, found.reason, found.warnings) == (None, "WEIGHT_UNIT", (case["warn"],))
        assert read_weight(case["input"], column_unit="jin").value == 250_000
    elif case["kg"] is None:
        assert (found.value, found.reason) == (None, case["warn"].removeprefix("reject "))
    else:
        assert found.value is not None
        assert (kilograms(found.value), found.warnings) == (case["kg"], ())


@pytest.mark.parametrize(
    ("raw", "grams", "warnings"),
    [
        (960.0, 480_000, ()),
        (0.0, 0, ()),
        (0.5, 250, ()),
        ("1,200斤", 600_000, ()),
        ("2斤3两", 1150, ()),
        ("一斤半", 750, ()),
        ("半斤", 250, ()),
        ("1千斤", 500_000, ()),
        ("二百五十斤", 125_000, ()),
        ("１８００", 900_000, ()),
        ("2400公斤", 2_400_000, ("WEIGHT_UNIT_CONVERTED",)),
        ("1.2吨", 1_200_000, ("WEIGHT_UNIT_CONVERTED",)),
        ("一吨半", 1_500_000, ("WEIGHT_UNIT_CONVERTED",)),
        ("800KG", 800_000, ("WEIGHT_UNIT_CONVERTED",)),
        ("500多斤", 250_000, ("WEIGHT_APPROX",)),
        ("约200斤", 100_000, ("WEIGHT_APPROX",)),
    ],
)
def test_weights_in_a_column_of_jin(raw: Any, grams: int, warnings: tuple[str, ...]) -> None:
    found = read_weight(raw, column_unit="jin")
    assert (found.value, found.warnings, found.reason) == (grams, warnings, None)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("3车", "WEIGHT_UNIT"),
        ("10袋", "WEIGHT_UNIT"),
        ("-3", "WEIGHT_RANGE"),
        (-3.0, "WEIGHT_RANGE"),
        ("100-200斤", "WEIGHT_UNPARSEABLE"),
        ("若干", "WEIGHT_UNPARSEABLE"),
        (True, "WEIGHT_UNPARSEABLE"),
        (1e12, "WEIGHT_RANGE"),
    ],
)
def test_refused_weights(raw: Any, reason: str) -> None:
    assert read_weight(raw, column_unit="jin").reason == reason


@given(st.integers(100, 10**9))
def test_weights_round_trip(grams: int) -> None:
    assert read_weight(show_weight(grams)).value == grams
    assert read_weight(f"{grams}g").value == grams
    assert read_weight(f"{Fraction(grams, 500).numerator / Fraction(grams, 500).denominator}斤").value == grams


def test_weight_units_of_headers() -> None:
    assert [weight_unit(word) for word in ("斤", "公斤", "KG", "吨", "亩", "市斤")] == [
        "jin",
        "kg",
        "kg",
        "t",
        None,
        "jin",
    ]
    assert grams_in("jin") == 500
    assert (show_weight(12500), show_weight(50), show_weight(0)) == ("12.5 公斤", "50 克", "0 公斤")


@pytest.mark.parametrize(
    ("raw", "minutes"),
    [
        ("2小时", 120),
        ("2h", 120),
        ("两小时", 120),
        ("一个半小时", 90),
        ("90分钟", 90),
        ("1小时30分", 90),
        ("２．５", 150),
        ("两个半小时", 150),
        ("1小时半", 90),
        ("半小时", 30),
        ("半个钟头", 30),
        ("三刻钟", 45),
        ("1小时一刻钟", 75),
        ("1h30m", 90),
        ("1:30", 90),
        ("一小时三十分", 90),
        ("1小时15", 75),
        ("3小时整", 180),
        ("零点五小时", 30),
        (1.33, 80),
        (0.25, 15),
        (12, 720),
        (time(2, 30), 150),
        (timedelta(hours=1, minutes=30), 90),
    ],
)
def test_hours(raw: Any, minutes: int) -> None:
    found = read_hours(raw)
    assert (found.value, found.warnings, found.reason) == (minutes, (), None)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("半天", "HOURS_AMBIGUOUS"),
        ("若干", "HOURS_AMBIGUOUS"),
        ("一天", "HOURS_AMBIGUOUS"),
        ("2-3小时", "HOURS_AMBIGUOUS"),
        ("约2小时", "HOURS_AMBIGUOUS"),
        ("2小时多", "HOURS_AMBIGUOUS"),
        (True, "HOURS_AMBIGUOUS"),
        (date(2024, 3, 5), "HOURS_AMBIGUOUS"),
        (datetime(2024, 3, 5, 2), "HOURS_AMBIGUOUS"),  # noqa: DTZ001 - a cell has no zone
        ("0", "HOURS_RANGE"),
        (0.0, "HOURS_RANGE"),
        (-2.0, "HOURS_RANGE"),
        ("-2", "HOURS_RANGE"),
        ("−2小时", "HOURS_RANGE"),
        (25.0, "HOURS_RANGE"),
        ("12小时1分", "HOURS_RANGE"),
        ("14分钟", "HOURS_RANGE"),
    ],
)
def test_refused_hours(raw: Any, reason: str) -> None:
    assert read_hours(raw).reason == reason


def test_minutes_and_nothing() -> None:
    assert read_minutes(90).value == 90
    assert read_minutes("1小时30分").value == 90
    assert read_minutes(0).reason == "HOURS_RANGE"
    assert read_hours("").reason is None
    assert read_hours(None).value is None
    assert read_hours(13, bounds=None).value == 780


@given(st.integers(1, 5000))
def test_durations_round_trip(minutes: int) -> None:
    assert read_hours(show_duration(minutes), bounds=None).value == minutes
    assert read_hours(f"{minutes}分钟", bounds=None).value == minutes
    assert read_hours(float(show_hours(minutes)), bounds=None).value == minutes


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("9：00", "09:00"),
        ("9点", "09:00"),
        ("上午9:00", "09:00"),
        ("下午2点30分", "14:30"),
        ("下午12:00", "12:00"),
        ("中午12点", "12:00"),
        ("凌晨12点", "00:00"),
        ("晚上8点", "20:00"),
        ("下午14:00", "14:00"),
        ("9点半", "09:30"),
        ("下午三点一刻", "15:15"),
        ("上午九点零五分", "09:05"),
        ("9:00 AM", "09:00"),
        ("2:30PM", "14:30"),
        ("0900", "09:00"),
        ("9:00:30", "09:00"),
        ("2024-03-05 09:00", "09:00"),
        (0.375, "09:00"),
        (45356.375, "09:00"),
        (0.3333333333333333, "08:00"),
        ("0.375", "09:00"),
        (9.0, "09:00"),
        (time(14, 0, 59), "14:00"),
        (datetime(2024, 3, 5, 9, 30), "09:30"),  # noqa: DTZ001 - a cell has no zone
        (timedelta(hours=9), "09:00"),
    ],
)
def test_times(raw: Any, shown: str) -> None:
    found = read_time(raw)
    assert found.reason is None
    assert found.value is not None
    assert (show_time(found.value), found.warnings) == (shown, ())


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("25:00", "TIME_RANGE"),
        ("9:60", "TIME_RANGE"),
        ("24:00", "TIME_RANGE"),
        ("上午", "TIME_UNPARSEABLE"),
        ("上午14点", "TIME_UNPARSEABLE"),
        ("晚上12点", "TIME_UNPARSEABLE"),
        ("9.5", "TIME_UNPARSEABLE"),
        (9.5, "TIME_UNPARSEABLE"),
        (-0.5, "TIME_UNPARSEABLE"),
        (True, "TIME_UNPARSEABLE"),
        (date(2024, 3, 5), "TIME_UNPARSEABLE"),
        ("9:00-10:00", "TIME_UNPARSEABLE"),
    ],
)
def test_refused_times(raw: Any, reason: str) -> None:
    assert read_time(raw).reason == reason


def test_noon_said_as_morning_is_marked() -> None:
    assert read_time("上午12:00").warnings == ("TIME_AMBIGUOUS",)
    assert read_time("").value is None


@given(st.times())
def test_times_round_trip(moment: time) -> None:
    minute = moment.replace(second=0, microsecond=0)
    assert read_time(show_time(moment)).value == minute
    assert read_time(f"{moment.hour}点{moment.minute}分").value == minute
    assert read_time((moment.hour * 60 + moment.minute) / 1440 or 0).value == minute


@pytest.mark.parametrize(
    ("raw", "count", "warnings"),
    [
        (7.0, 7, ()),
        ("7次", 7, ()),
        ("三人", 3, ()),
        ("两次", 2, ()),
        ("共38人", 38, ()),
        ("12,000", 12000, ()),
        ("３", 3, ()),
        ("约20户", 20, ("COUNT_APPROX",)),
        ("20余人", 20, ("COUNT_APPROX",)),
        (0, 0, ()),
    ],
)
def test_counts(raw: Any, count: int, warnings: tuple[str, ...]) -> None:
    found = read_count(raw)
    assert (found.value, found.warnings, found.reason) == (count, warnings, None)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("1.5", "COUNT_UNPARSEABLE"),
        (1.5, "COUNT_UNPARSEABLE"),
        ("若干", "COUNT_UNPARSEABLE"),
        ("-1", "COUNT_RANGE"),
        (True, "COUNT_UNPARSEABLE"),
    ],
)
def test_refused_counts(raw: Any, reason: str) -> None:
    assert read_count(raw).reason == reason
    assert read_count("无").value is None
    assert read_count(3, least=5).reason == "COUNT_RANGE"


@pytest.mark.parametrize(
    ("raw", "grams"), [("800千克", 800_000), ("三千克", 3000), ("1百千克", 100_000), ("2千公斤", 2_000_000)]
)
def test_kilograms_by_their_longer_name_are_the_columns_own_unit(raw: str, grams: int) -> None:
    assert (read_weight(raw, column_unit="kg").value, read_weight(raw, column_unit="kg").warnings) == (grams, ())
