"""Importing into a store: counts, records, the same file twice, undo, cancel, corrected rows."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from station_app.exchange.importing import Plan, plan_file, write
from station_app.exchange.refusals import SheetRefusal
from station_app.exchange.refused import refused_workbook, write_refused
from station_app.messages import Refusal
from station_app.store.change import Author, Done, Edit
from station_app.store.opened import Store
from tests.exchange.grids import LEDGERS, SAMPLES, sample, save
from tests.exchange.judged import TODAY

AUTHOR = Author("00000000-0000-4000-8000-00000000000a")
COUNTS = {
    "elder": {"read": 300, "added": 282, "changed": 0, "same": 0, "refused": 18},
    "volunteer_hours": {"read": 500, "added": 460, "changed": 0, "same": 0, "refused": 40},
    "farm_plot": {"read": 60, "added": 48, "changed": 0, "same": 0, "refused": 12},
}


def planned(store: Store, kind: str, path: Path, **options: Any) -> Plan:
    """A plan, which must not be refused."""
    plan = plan_file(store, kind, path, today=TODAY, **options)
    assert not isinstance(plan, Refusal), plan
    return plan


def written(store: Store, plan: Plan) -> Done:
    """A plan written."""
    done = write(store, plan, AUTHOR)
    assert not isinstance(done, Refusal), done
    return done


def path_of(kind: str) -> Path:
    """The sample of a kind."""
    return SAMPLES / f"{LEDGERS[kind]}.xlsx"


@pytest.mark.parametrize("kind", LEDGERS)
def test_counts_and_the_same_file_twice(kind: str, store: Store) -> None:
    plan = planned(store, kind, path_of(kind))
    assert plan.counts() == COUNTS[kind]
    with store.reading() as reader:
        assert reader.count(kind) == 0  # a plan is a dry run
    written(store, plan)
    again = planned(store, kind, path_of(kind))
    taken = COUNTS[kind]["added"]
    assert again.counts() == COUNTS[kind] | {"added": 0, "same": taken}
    assert written(store, again).entries == ()
    with store.reading() as reader:
        assert reader.count(kind) == taken


def test_the_summary_says_what_the_contract_promises(store: Store) -> None:
    summary = planned(store, "volunteer_hours", path_of("volunteer_hours")).summary()
    assert {k: summary[k] for k in ("read", "added", "changed", "same")} == {
        "read": 500,
        "added": 460,
        "changed": 0,
        "same": 0,
    }
    assert len(summary["refused"]) == 40 and len(summary["warnings"]) == 36
    first = summary["refused"][0]
    assert (
        first["row"] == 13
        and first["reason"] == "ID_CHECKSUM"
        and first["column"] == "证件号码"
        and first["cell"] == "C13"
    )
    assert first["value"] == "152726199808189960" and first["message"]
    assert summary["warnings"][0].keys() >= {"row", "column", "code"}
    assert "sheet" not in first


def test_what_the_three_ledgers_leave_in_the_store(store: Store) -> None:
    for kind in LEDGERS:
        written(store, planned(store, kind, path_of(kind)))
    with store.reading() as reader:
        counted = {
            k: reader.count(k)
            for k in ("resident", "elder", "volunteer", "activity", "farm_plot", "plot_application", "harvest")
        }
        hours = reader.all("volunteer_hours")
        plots = reader.all("farm_plot")
        harvests = reader.all("harvest")
        resident = reader.all("resident", {"id_no": "152727193905249975"})[0]
        elder = reader.all("elder", {"resident": resident.id})[0]
    assert counted == {
        "resident": 330, "elder": 282, "volunteer": 60, "activity": 53, "farm_plot": 48, "plot_application": 48, "harvest": 46,
    }  # fmt: skip
    assert sum(int(str(h.fields["hours"])) for h in hours) == 927 * 60
    assert {(h.fields.get("activity"), h.fields["service_date"]) for h in hours} and all(
        h.fields["approved"] for h in hours
    )
    taken = [e for e in sample("farm_plot").expected if e.get("area_mu")]
    assert sum(int(str(p.fields["area"])) for p in plots) == sum(round(float(e["area_mu"]) * 2000) for e in taken)
    assert all(p.fields["joined_on"] for p in plots)
    assert sum(int(str(h.fields["weight"])) for h in harvests) == sum(
        round(float(e["harvest_kg"]) * 1000) for e in sample("farm_plot").expected if e.get("harvest_kg")
    )
    assert resident.fields["name"] == "阿拉腾敖其尔" and resident.fields["birth_month"] == "1939-05"
    assert (
        elder.fields["suspected_disabled"] is True
        and elder.fields["over_80"] is True
        and elder.fields["contact_relation"] == "邻居"
    )
    assert set(resident.fields["groups"] or []) == {"elder", "alone", "empty_nest", "dibao"}  # type: ignore[arg-type]


def test_undone_whole_and_imported_again(store: Store) -> None:
    done = written(store, planned(store, "volunteer_hours", path_of("volunteer_hours")))
    assert not isinstance(store.undo(done.entries[0], AUTHOR), Refusal)
    with store.reading() as reader:
        assert reader.count("volunteer_hours") == reader.count("volunteer") == reader.count("activity") == 0
    again = planned(store, "volunteer_hours", path_of("volunteer_hours"))
    assert again.counts()["added"] == 460
    written(store, again)
    with store.reading() as reader:
        assert reader.count("volunteer_hours") == 460


def test_cancelled_half_way_leaves_nothing(store: Store) -> None:
    plan = planned(store, "volunteer_hours", path_of("volunteer_hours"))
    told: list[tuple[int, int]] = []

    def progress(done: int, of: int) -> bool:
        told.append((done, of))
        return done < 100

    stopped = write(store, plan, AUTHOR, progress)
    assert isinstance(stopped, Refusal) and stopped.code is SheetRefusal.CANCELLED
    assert told[-1] == (100, 460)
    with store.reading() as reader:
        assert reader.count("volunteer_hours") == 0
    again = planned(store, "volunteer_hours", path_of("volunteer_hours"))
    assert isinstance(write(store, again, AUTHOR, lambda done, of: True), Done)


def test_the_hash_of_the_file_is_kept(store: Store) -> None:
    plan = planned(store, "farm_plot", path_of("farm_plot"))
    kept = store.fact(f"import/{written(store, plan).entries[0]}")
    assert (
        kept is not None
        and plan.workbook.sha256.encode() in kept
        and b'"kind":"farm_plot"' in kept
        and b'"added":48' in kept
    )


def test_refused_rows_corrected_and_imported_again(store: Store, tmp_path: Path) -> None:
    plan = planned(store, "volunteer_hours", path_of("volunteer_hours"))
    written(store, plan)
    refused = tmp_path / "refused.xlsx"
    assert write_refused(plan, refused) == 40
    book = openpyxl.load_workbook(refused)
    page = book.worksheets[0]
    titles = [c.value for c in page[3]]
    reason, number = titles.index("未导入原因") + 1, titles.index("证件号码") + 1
    assert page.cell(4, number).value == "152726199808189960"
    assert "证件号码" in str(page.cell(4, reason).value) and page.cell(4, reason + 1).value == 13
    assert page.cell(4, number).comment is not None
    assert (
        page.cell(4, number).fill.fgColor.rgb == "FFFFE3A3" and page.cell(4, number + 1).fill.fgColor.rgb != "FFFFE3A3"
    )
    page.cell(4, number).value = "152726199808189967"  # the clerk looked at the card
    hours = titles.index("时长(小时)") + 1
    row = next(r for r in range(4, page.max_row) if page.cell(r, hours).value == "若干")
    page.cell(row, hours).value = "2.5小时"
    book.save(refused)
    again = planned(store, "volunteer_hours", refused)
    assert again.counts()["added"] == 2
    # Rows that stood twice in the first file are there already.
    assert again.counts()["same"] == 2 and again.counts()["refused"] == 36
    written(store, again)
    assert planned(store, "volunteer_hours", refused).counts() == {
        "read": 40,
        "added": 0,
        "changed": 0,
        "same": 4,
        "refused": 36,
    }


def test_a_second_row_about_an_elder_stays_refused_when_the_refused_rows_come_back(
    store: Store, tmp_path: Path
) -> None:
    plan = planned(store, "elder", path_of("elder"))
    written(store, plan)
    refused = tmp_path / "refused.xlsx"
    assert write_refused(plan, refused) == 18
    again = planned(store, "elder", refused)
    assert again.counts() == {"read": 18, "added": 0, "changed": 0, "same": 0, "refused": 18}
    before = sorted(line.refusal.code for _table, line in plan.refused() if line.refusal)
    assert sorted(line.refusal.code for _table, line in again.refused() if line.refusal) == before


def test_the_workbook_of_refused_rows_holds_texts_only_as_texts(store: Store, tmp_path: Path) -> None:
    grid = sample("volunteer_hours")
    grid.rows[3][1], grid.rows[3][2] = '=HYPERLINK("http://x")', "+1"
    plan = planned(store, "volunteer_hours", save(tmp_path / "a.xlsx", grid))
    page = openpyxl.load_workbook(io.BytesIO(refused_workbook(plan))).worksheets[0]
    cells = {str(c.value): c.data_type for row in page.iter_rows() for c in row if c.value is not None}
    assert cells['=HYPERLINK("http://x")'] == "s" and cells["+1"] == "s"
    assert "f" not in cells.values()


def test_a_changed_ledger_changes_only_what_changed(store: Store, tmp_path: Path) -> None:
    written(store, planned(store, "elder", path_of("elder")))
    grid = sample("elder")
    grid.rows[4][7] = "罕台村四社99号"
    grid.rows[5][8] = None  # a blank replaces nothing
    grid.rows[6][9] = "√"
    changed = save(tmp_path / "a.xlsx", grid)
    plan = planned(store, "elder", changed)
    assert plan.counts() == COUNTS["elder"] | {"added": 0, "changed": 2, "same": 280}
    edits = [e for _t, _l, draft in plan.drafts for e in draft.edits]
    assert [sorted(e.fields) for e in edits] == [["address"], ["groups"], ["alone"]]
    written(store, plan)
    assert planned(store, "elder", changed).counts()["same"] == 282


def test_shifts_of_another_file_do_not_overlap_those_in_the_store(store: Store, tmp_path: Path) -> None:
    written(store, planned(store, "volunteer_hours", path_of("volunteer_hours")))
    grid = sample("volunteer_hours")
    grid.rows[3][6], grid.rows[3][7] = "8:30", "9:30"  # was 8:00 to 9:00
    plan = planned(store, "volunteer_hours", save(tmp_path / "a.xlsx", grid))
    assert plan.counts() == COUNTS["volunteer_hours"] | {"added": 0, "same": 459, "refused": 41}
    line = next(line for _t, line in plan.refused() if line.number == 3)
    assert line.refusal is not None and line.refusal.code == "TIME_OVERLAP"


def test_a_number_known_under_another_name_is_refused(store: Store, tmp_path: Path) -> None:
    written(store, planned(store, "elder", path_of("elder")))
    grid = sample("elder")
    grid.rows[4][2] = "别人某"
    plan = planned(store, "elder", save(tmp_path / "a.xlsx", grid))
    line = next(line for _t, line in plan.refused() if line.number == 4)
    assert line.refusal is not None and line.refusal.code == "DUP_ID_DIFFERENT_NAME"


def test_an_elder_who_is_a_plot_owner_is_one_resident(store: Store, tmp_path: Path) -> None:
    written(store, planned(store, "elder", path_of("elder")))
    farm = sample("farm_plot")
    farm.rows[2][2], farm.rows[2][3] = "张玉梅", "15062719280226998X"
    written(store, planned(store, "farm_plot", save(tmp_path / "a.xlsx", farm)))
    with store.reading() as reader:
        assert len(reader.all("resident", {"id_no": "15062719280226998X"})) == 1


def test_a_file_that_fits_no_kind(store: Store) -> None:
    plan = plan_file(store, "elder", path_of("farm_plot"), today=TODAY)
    assert isinstance(plan, Plan) or plan.code is SheetRefusal.NO_HEADER
    assert isinstance(plan_file(store, "nothing", path_of("elder")), Refusal)
    missing = plan_file(store, "elder", Path("/nowhere/x.xlsx"))
    assert isinstance(missing, Refusal) and missing.code is SheetRefusal.MISSING


def test_one_sheet_named(store: Store) -> None:
    assert planned(store, "elder", path_of("elder"), sheet="老年人台账").counts() == COUNTS["elder"]
    none = plan_file(store, "elder", path_of("elder"), sheet="没有")
    assert isinstance(none, Refusal) and none.code is SheetRefusal.NO_SHEET and "老年人台账" in none.message


def test_further_columns_go_where_their_kind_declares_them(store: Store, tmp_path: Path) -> None:
    """A ledger may carry more than its rules know: fields are taken from the declarations, blanks and all."""
    path = tmp_path / "a.csv"
    path.write_text(
        "姓名,身份证号,居住情况,婚姻状况,文化程度,慢性病,探访等级,跌倒,政治面貌,不认识的列\n"
        "张玉梅,15062719280226998X,与老伴,丧偶,小学,高血压,重点,2次,群众,x\n"
        "李海,152723193905259991,自己住,,初中,无,高,无,,y\n",
        encoding="utf-8",
    )
    plan = planned(store, "elder", path)
    assert plan.counts()["added"] == 2
    # No rule of the ledger is about these columns: what cannot be read is told once for the file.
    assert plan.summary()["warnings"] == []
    assert [r["what"] for r in plan.remarks() if r["notice"] == "cells_unread"] == ["居住情况 × 1"]
    unknown = [r for r in plan.remarks() if r["notice"] == "column_unknown"]
    assert [(r["what"], r["cell"]) for r in unknown] == [("不认识的列", "J")] and unknown[0]["message"]
    written(store, plan)
    with store.reading() as reader:
        resident = reader.all("resident", {"name": "张玉梅"})[0]
        elder = reader.all("elder", {"resident": resident.id})[0]
    assert (elder.fields["living"], elder.fields["diagnosis"], elder.fields["visit_class"]) == (
        "spouse",
        "高血压",
        "key",
    )
    assert elder.fields["falls"] == 2
    assert (resident.fields["marital"], resident.fields["education"], resident.fields["politics"]) == ("30", "80", "13")
    assert planned(store, "elder", path).counts()["same"] == 2


def test_a_reversed_shift_may_be_imported_again(store: Store) -> None:
    written(store, planned(store, "volunteer_hours", path_of("volunteer_hours")))
    with store.reading() as reader:
        shift = reader.all("volunteer_hours")[0]
    mistake = dict(shift.fields) | {"reverses": shift.id, "service_date": "2024-05-01"}
    mistake.pop("recorded_after", None)
    mistake.pop("recorded_on", None)
    assert isinstance(store.batch([[Edit("volunteer_hours", mistake)]], AUTHOR, "reverse"), Done)
    again = planned(store, "volunteer_hours", path_of("volunteer_hours"))
    assert again.counts() == COUNTS["volunteer_hours"] | {"added": 1, "same": 459}
