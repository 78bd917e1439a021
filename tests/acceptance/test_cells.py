"""Every instance of dirt in one ledger of each kind: outcome, codes, values in the store, counts, the second import."""

import datetime
from pathlib import Path

import pytest

from tests.acceptance import elder_dirt, elders, hour_dirt, hours, plot_dirt, plots
from tests.acceptance.checking import check
from tests.acceptance.conftest import NewStation
from tests.acceptance.ledgers import Row, Sheet, save

DAY = datetime.date
VILLAGES = {"乌兰村": "150621105201", "北海村": "150621105202", "柳子圪旦村": "150621105203", "不在册村": "不在册村"}


def test_elders(new_station: NewStation, tmp_path: Path) -> None:
    made = elders.Elders(1, DAY(2025, 6, 30), VILLAGES)
    dirt = elder_dirt.all_dirt()
    sheet = elders.sheet(made, dirt, titles=["恩格贝镇社工站老年人服务对象台账", "截至2025年6月30日"], merged=("village",),
                         footers=["站长签字：        审核人：", "注：本表每季度更新"])  # fmt: skip
    placed = save(tmp_path / "老人.xlsx", sheet)
    assert len(placed[0].rows) > 200
    assert check(new_station(), "elder", tmp_path / "老人.xlsx", placed).differences == []


@pytest.mark.parametrize(
    ("first", "last"),
    [(DAY(2025, 9, 1), DAY(2025, 9, 30)), (DAY(2025, 1, 1), DAY(2025, 1, 31))],
)
def test_hours_of_a_month_before_holidays(
    first: datetime.date, last: datetime.date, new_station: NewStation, tmp_path: Path
) -> None:
    """September before 国庆, January before 春节: working days as the notice of 2025 says."""
    made = hours.Hours(first.month, first, last, pool=22)
    dirt = hour_dirt.all_dirt()
    sheet = hours.sheet(
        made,
        dirt,
        titles=[f"2025年{first.month}月志愿服务时长登记台账", "单位：恩格贝镇社工站志愿服务队"],
        merged=("activity",),
    )
    placed = save(tmp_path / "志愿.xlsx", sheet)
    assert len(placed[0].rows) > 300
    assert check(new_station(), "volunteer_hours", tmp_path / "志愿.xlsx", placed).differences == []


@pytest.mark.parametrize(("year", "unit"), [(2025, "斤"), (2023, "公斤")])
def test_plots(year: int, unit: str, new_station: NewStation, tmp_path: Path) -> None:
    made = plots.Plots(year, year, VILLAGES, unit)
    dirt = plot_dirt.all_dirt()
    placed = save(tmp_path / "农场.xlsx", plots.sheet(made, dirt, titles=[f"恩格贝镇公益农场地块及产销台账({year}年)"]))
    assert len(placed[0].rows) > 190
    assert check(new_station(), "farm_plot", tmp_path / "农场.xlsx", placed).differences == []


def test_elders_twice_in_a_ledger(new_station: NewStation, tmp_path: Path) -> None:
    """Cases 33 and 34 however the number is written; the first row wins."""
    made = elders.Elders(1650, DAY(2025, 6, 30), VILLAGES)
    wide = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
    rows: list[Row] = []
    forms = (str, lambda i: f"{i[:6]} {i[6:]}", lambda i: "'" + i, lambda i: i.translate(wide), str.lower)
    for form in forms:
        first = made.clean()
        rows += [first, made.clean(first.person).put(id=form(first.person.id_no)).reject("DUP_IN_FILE")]
        first = made.clean()
        other = made.clean(first.person).put(id=form(first.person.id_no), name="别名某").reject("DUP_ID_DIFFERENT_NAME")
        rows += [first, other]
    for cell in ("15 digits", "a space in the name", "a note at the name"):
        first = made.clean()
        other = made.clean(first.person).reject("DUP_IN_FILE")
        name = first.person.name
        rows += [first, other]
        if cell == "15 digits":
            other.put(id=first.person.fifteen)
        else:
            other.put(name=f"{name[0]} {name[1:]}" if cell == "a space in the name" else f"{name}(已故)")
    for number, row in enumerate(rows, start=1):
        row.cells["no"] = number
    placed = save(
        tmp_path / "a.xlsx", Sheet("台账", elders.columns(made.rng), list(rows), ["老年人台账", "截至2025年6月30日"])
    )
    assert check(new_station(), "elder", tmp_path / "a.xlsx", placed).differences == []


def test_a_volunteer_whose_number_comes_only_later_has_it(new_station: NewStation, tmp_path: Path) -> None:
    """Settled: a row without a number joins the only known person of its name and telephone, wherever that one stands."""
    made = hours.Hours(3, DAY(2025, 5, 1), DAY(2025, 5, 31), pool=2)
    rows = [made.clean(person) for _ in range(3) for person in made.pool]
    for row in (*rows[:2], rows[5]):
        row.put(id=None).warn("ID_PENDING")
    placed = save(tmp_path / "a.xlsx", Sheet("台账", hours.columns(made.rng), list(rows), ["2025年5月志愿服务台账"]))
    station = new_station()
    assert check(station, "volunteer_hours", tmp_path / "a.xlsx", placed).differences == []
    with station.store.reading() as reader:
        assert sorted(str(v.fields["id_no"]) for v in reader.all("volunteer")) == sorted(p.id_no for p in made.pool)


def test_remarks_of_death(new_station: NewStation, tmp_path: Path) -> None:
    """(已故) in the remarks is the person's own death only when no relative is named."""
    made = elders.Elders(1700, DAY(2025, 6, 30), VILLAGES)
    rows = []
    for remark, dead in (("已故", True), ("(已故)", True), ("2025年3月去世", True), ("已于2025.4.2病故", True), ("儿子已故", False),
                         ("老伴去世后独居", False), ("家属已故，独自居住", False), ("丧偶", False)):  # fmt: skip
        row = made.clean().put(remark=remark)
        rows.append(row.warn("DECEASED_NOTE").leaves({"resident.deceased": True}) if dead else row)
    placed = save(
        tmp_path / "a.xlsx", Sheet("台账", elders.columns(made.rng), list(rows), ["老年人台账", "截至2025年6月30日"])
    )
    assert check(new_station(), "elder", tmp_path / "a.xlsx", placed).differences == []


def test_the_comparison_itself_notices(new_station: NewStation, tmp_path: Path) -> None:
    """A suite that finds nothing must be able to find something: an outcome, a warning, a value that are not so."""
    made = elders.Elders(5, DAY(2025, 6, 30), VILLAGES)
    rows = [made.clean() for _ in range(4)]
    rows[1].reject("ID_CHECKSUM")
    rows[2].warn("SEX_CONFLICT")
    rows[3].leaves({"elder.alone": "neither"})
    sheet = Sheet("台账", elders.columns(made.rng), list(rows), ["老年人台账", "截至2025年6月30日"])
    placed = save(tmp_path / "a.xlsx", sheet)
    found = "\n".join(check(new_station(), "elder", tmp_path / "a.xlsx", placed, again=False).differences)
    assert all(
        word in found
        for word in ("expected ID_CHECKSUM, got OK", "expected SEX_CONFLICT, got OK", "instead of 'neither'", "counts")
    )
