"""From a ledger to the report and back: the command line's answers, other ledgers of the same people, refused rows mended."""

import datetime
import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from station_app.cli import run
from tests.acceptance import elder_dirt, elders, hour_dirt, hours, plot_dirt, plots
from tests.acceptance.ledgers import Placed, Row, Sheet, save

DAY = datetime.date
VILLAGES = {"乌兰村": "150621105201", "北海村": "150621105202", "柳子圪旦村": "150621105203"}
Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """A new station; one command, which must succeed; its JSON."""
    (tmp_path / "password").write_text("Probe-2025-虚构\n", "utf-8")

    def asked(*words: str) -> dict[str, Any]:
        capsys.readouterr()
        code = run(
            ["--json", "--data", str(tmp_path / "station"), "--password-file", str(tmp_path / "password"), *words]
        )
        said: dict[str, Any] = json.loads(capsys.readouterr().out)
        assert code == 0, said
        return said

    asked("init", "--station", "恩格贝镇社工站", "--division", "150621105", "--admin", "站长")
    return asked


def counts(said: dict[str, Any]) -> tuple[int, int, int, int, int]:
    """Read, added, changed, same, refused."""
    assert said["read"] == said["added"] + said["changed"] + said["same"] + len(said["refused"])
    return said["read"], said["added"], said["changed"], said["same"], len(said["refused"])


def taken(placed: list[Placed]) -> list[Row]:
    """The rows that are taken."""
    return [row for at in placed for row in at.rows.values() if not row.reason]


def numbered(rows: list[Row]) -> list[Any]:
    """With serial numbers."""
    for number, row in enumerate(rows, start=1):
        row.cells["no"] = number
    return list(rows)


def figures(ask: Ask, month: str) -> dict[str, str | None]:
    """The report's numbers."""
    return {one["key"]: one["value"] for one in ask("report", month)["indicators"]}


def adds_up(ask: Ask, month: str, key: str) -> None:
    """What ``report explain`` lists is the number."""
    said = ask("report", "explain", month, key)
    assert sum((Decimal(str(one["amount"])) for one in said["records"]), Decimal(0)) == Decimal(said["value"]), key


def test_hours_in_the_report(ask: Ask, tmp_path: Path) -> None:
    """F01–F05 of a whole ledger with every dirt; without a number the volunteer is the only known one so called."""
    made = hours.Hours(2100, DAY(2025, 5, 1), DAY(2025, 5, 31), pool=22)
    dirt = hour_dirt.all_dirt()
    placed = save(tmp_path / "a.xlsx", hours.sheet(made, dirt, titles=["2025年5月志愿服务台账"]))
    said = ask("import", "volunteer_hours", str(tmp_path / "a.xlsx"), "--refused", str(tmp_path / "refused.xlsx"))
    rows = taken(placed)
    assert counts(said) == (len(placed[0].rows), len(rows), 0, 0, len(placed[0].rows) - len(rows))
    expected = {
        "F01": len({(r.cells["activity"], r.values["hours.service_date"], r.cells["place"]) for r in rows}),
        "F02": len(rows),
        "F03": len({r.person.id_no for r in rows}),
        "F04": f"{sum(r.values['hours.hours'] for r in rows) / 60:.2f}",
        "F05": sum("LATE_RECORD" in r.warnings for r in rows),
    }
    got = figures(ask, "2025-05")
    assert {key: got[key] for key in expected} == {key: str(value) for key, value in expected.items()}
    for key in expected:
        adds_up(ask, "2025-05", key)
    assert figures(ask, "2025-04")["F02"] == figures(ask, "2025-06")["F02"] == "0"
    _mend_refused_rows(ask, tmp_path, placed)


def _mend_refused_rows(ask: Ask, tmp_path: Path, placed: list[Placed]) -> None:
    """The workbook of refused rows has each row, its reason, its number; a mended one comes in, the others stay out."""
    refused = {number: row for number, row in placed[0].rows.items() if row.reason}
    page = openpyxl.load_workbook(tmp_path / "refused.xlsx").worksheets[0]
    head = next(r for r in range(1, 6) if any(str(c.value).startswith("未导入原因") for c in page[r]))
    titles = [str(c.value) for c in page[head]]
    reason, row_number = titles.index("未导入原因") + 1, titles.index("原表行号") + 1
    body = [r for r in range(head + 1, page.max_row + 1) if page.cell(r, row_number).value is not None]
    assert {page.cell(r, row_number).value for r in body} == set(refused)
    assert all(str(page.cell(r, reason).value) for r in body)
    hour_column = next(c for c, title in enumerate(titles, start=1) if "时长" in title or "时数" in title)
    mended = [r for r in body if refused[page.cell(r, row_number).value].reason == "HOURS_AMBIGUOUS"]
    assert len(mended) > 5
    for r in mended:
        page.cell(r, hour_column).value = "半小时"
    page.parent.save(tmp_path / "mended.xlsx")
    said = ask("import", "volunteer_hours", str(tmp_path / "mended.xlsx"))
    assert said["read"] == len(refused) and said["added"] == len(mended)
    left = Counter(one["reason"] for one in said["refused"])
    # What stood twice in the first file is in the store by now: the same, not refused again.
    before = Counter(row.reason for row in refused.values() if row.reason not in ("HOURS_AMBIGUOUS", "DUP_IN_FILE"))
    assert left == before


def test_elders_in_the_report_and_on_the_wire(ask: Ask, tmp_path: Path) -> None:
    """B01–B07, and what list and show say of single elders."""
    made = elders.Elders(2200, DAY(2025, 6, 30), VILLAGES)
    dirt = elder_dirt.all_dirt()
    placed = save(tmp_path / "a.xlsx", elders.sheet(made, dirt, titles=["老年人台账", "截至2025年6月30日"]))
    ask("import", "elder", str(tmp_path / "a.xlsx"))
    rows = taken(placed)
    living = [r for r in rows if not r.values.get("resident.deceased")]
    expected = {
        "B01": len(living), "B02": sum(str(r.values.get("elder.file_date"))[:7] == "2025-06" for r in living), "B03": len(living),
        "B04": sum(r.values.get("elder.alone") is True for r in living), "B05": sum(r.values.get("elder.empty_nest") is True for r in living),
        "B06": sum(bool(r.values["elder.over_80"]) for r in living), "B07": 0,
    }  # fmt: skip
    got = figures(ask, "2025-06")
    assert {key: got[key] for key in expected} == {key: str(value) for key, value in expected.items()}
    for key in expected:
        adds_up(ask, "2025-06", key)
    row = next(r for r in rows if r.tag == "15 text")
    found = ask("list", "resident", "--where", f"id_no={row.values['resident.id_no']}")["records"]
    assert len(found) == 1
    shown = ask("show", "resident", found[0]["id"])["fields"]
    assert {name: shown.get(name) for name in ("name", "sex", "birth_date", "village")} == {
        name: row.values[f"resident.{name}"] for name in ("name", "sex", "birth_date", "village")
    }
    assert [
        r["fields"]["over_80"] for r in ask("list", "elder", "--where", f"resident={found[0]['id']}")["records"]
    ] == [row.values["elder.over_80"]]


def test_plots_in_the_report(ask: Ask, tmp_path: Path) -> None:
    """G01–G06 and G09 month by month; totals without a date count in none (G05, G07)."""
    made = plots.Plots(2300, 2025, VILLAGES)
    dirt = plot_dirt.all_dirt()
    placed = save(tmp_path / "a.xlsx", plots.sheet(made, dirt, titles=["公益农场台账(2025年)"]))
    ask("import", "farm_plot", str(tmp_path / "a.xlsx"))
    rows = taken(placed)
    for month, last in (("2025-03", "2025-03-31"), ("2025-08", "2025-08-31")):
        joined = [r for r in rows if r.values["plot.joined_on"] <= last]
        cut = [r for r in rows if str(r.values.get("harvest.harvested_on"))[:7] == month]
        expected = {
            "G01": len(joined), "G02": f"{sum(r.values['plot.area'] for r in joined) / 2000:.2f}",
            "G03": len({r.values["owner.id_no"] for r in joined}),
            "G04": sum(r.values["application.applied_on"][:7] == month for r in rows), "G05": 0,
            "G06": f"{sum(r.values['harvest.weight'] for r in cut) / 1000:.2f}", "G07": "0.00",
            "G09": f"{sum(r.values['harvest.donated'] for r in cut) / 1000:.2f}",
        }  # fmt: skip
        got = figures(ask, month)
        assert {key: got[key] for key in expected} == {key: str(value) for key, value in expected.items()}
        for key in ("G01", "G02", "G03", "G04", "G06"):
            adds_up(ask, month, key)


@pytest.mark.parametrize("order", ["efh", "hfe"])
def test_ledgers_of_the_same_people_in_any_order(order: str, ask: Ask, tmp_path: Path) -> None:
    """Elders who own plots and volunteer are one resident each, and no ledger undoes what another said."""
    old = elders.Elders(2000, DAY(2025, 6, 30), VILLAGES)
    people = [old.clean() for _ in range(15)]
    save(
        tmp_path / "e.xlsx",
        Sheet("台账", elders.columns(old.rng), numbered(people), ["老年人台账", "截至2025年6月30日"]),
    )
    farm = plots.Plots(2001, 2025, VILLAGES)
    fields = [farm.clean(row.person) for row in people[:8]] + [farm.clean() for _ in range(4)]
    save(tmp_path / "f.xlsx", Sheet("台账", plots.columns(farm.rng), numbered(fields), ["公益农场台账(2025年)"]))
    work = hours.Hours(2002, DAY(2025, 5, 1), DAY(2025, 5, 31), pool=4)
    pool = [row.person for row in people[:2]] + work.pool[2:]
    shifts = [work.clean(person, DAY(2025, 5, 1 + 3 * n)) for n in range(6) for person in pool]
    save(tmp_path / "h.xlsx", Sheet("台账", hours.columns(work.rng), numbered(shifts), ["2025年5月志愿服务台账"]))
    kinds = {"e": ("elder", 15), "f": ("farm_plot", 12), "h": ("volunteer_hours", 24)}
    for letter in order:
        kind, rows = kinds[letter]
        assert counts(ask("import", kind, str(tmp_path / f"{letter}.xlsx"))) == (rows, rows, 0, 0, 0)
    for letter in order:
        kind, rows = kinds[letter]
        assert counts(ask("import", kind, str(tmp_path / f"{letter}.xlsx"))) == (rows, 0, 0, rows, 0), letter
    assert len(ask("list", "resident", "--limit", "1000")["records"]) == 15 + 4
    assert len(ask("list", "volunteer", "--limit", "1000")["records"]) == 4
    assert ask("check", "--rebuild")["rebuild"] == "same"


def test_the_next_ledger_changes_only_what_it_says_otherwise(ask: Ask, tmp_path: Path) -> None:
    """A quarter later: one telephone is new, one elder is new, a blank takes nothing away."""
    made = elders.Elders(2400, DAY(2025, 6, 30), VILLAGES)
    people = [made.clean() for _ in range(10)]
    cols = elders.columns(made.rng)
    save(tmp_path / "a.xlsx", Sheet("台账", cols, numbered(people), ["老年人台账", "截至2025年6月30日"]))
    assert counts(ask("import", "elder", str(tmp_path / "a.xlsx")))[1] == 10
    people[1].put(phone="13800009876")
    people[2].put(phone=None, remark=None, ec_phone=None)
    people.append(made.clean())
    save(tmp_path / "b.xlsx", Sheet("台账", cols, numbered(people), ["老年人台账", "截至2025年6月30日"]))
    dry = ask("import", "elder", str(tmp_path / "b.xlsx"), "--dry-run")
    assert counts(dry) == (11, 1, 1, 9, 0)
    assert counts(ask("import", "elder", str(tmp_path / "b.xlsx"))) == (11, 1, 1, 9, 0)
    number = people[2].values["resident.id_no"]
    assert (
        ask("list", "resident", "--where", f"id_no={number}")["records"][0]["fields"]["phone"]
        == people[2].values["resident.phone"]
    )
