"""Exports: every kind in three forms, importing them again changes nothing, texts stay texts, nothing is cut."""

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest

from station_app.exchange.exporting import Exported, export, render
from station_app.exchange.importing import plan_file, write
from station_app.exchange.refusals import SheetRefusal
from station_app.kinds.base import KINDS
from station_app.messages import Refusal
from station_app.store.change import Edit
from station_app.store.opened import Store, unwrap
from tests.exchange.test_importing import AUTHOR, path_of, planned, written
from tests.store.throwaway import known

FORMS = ("xlsx", "csv", "json")
NASTY = [
    '=HYPERLINK("http://x","y")', "+8613800000000", "-1+1", "@SUM(A1)", "＝1+1", "'=already",
    "'plain", "含,逗号\"引号\"", "两\n行", "_x000D_ 字面", "制\x01表\x0b符", "甲\r\n乙",
    "𬶏㛃", "  空格  ", "0012", "1E5", "2024-3-5", "无", "合计", "审核：张三", "同上", "〃", "注：这是名称", "示例", "序号", "√",
]  # fmt: skip


def exported(store: Store, kind: str, path: Path) -> Exported:
    """An export, which must not be refused."""
    made = export(store, kind, path)
    assert not isinstance(made, Refusal), made
    return made


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with the three sample ledgers."""
    for kind in ("elder", "volunteer_hours", "farm_plot"):
        written(store, planned(store, kind, path_of(kind)))
    return store


@pytest.mark.parametrize("form", FORMS)
def test_importing_our_own_export_changes_nothing(form: str, filled: Store, tmp_path: Path) -> None:
    kinds = (
        "resident",
        "elder",
        "volunteer",
        "activity",
        "volunteer_hours",
        "farm_plot",
        "plot_application",
        "harvest",
    )
    for kind in kinds:
        made = exported(filled, kind, tmp_path / f"{kind}.{form}")
        plan = planned(filled, kind, tmp_path / f"{kind}.{form}")
        assert plan.counts() == {"read": made.written, "added": 0, "changed": 0, "same": made.written, "refused": 0}, (
            kind
        )
        assert made.written > 40


def every_field(kind: str, store: Store) -> dict[str, object]:
    """A value for every field of a kind, as strange as its meaning allows."""
    samples: dict[str, object] = {
        "text": '=HYPERLINK("x")', "long_text": "两\n行，=1", "person_name": "宝音·德力格尔", "id_number": "15272219450305997X", "phone": "0477-8123456",
        "division": "灶火壕村", "date": "2024-03", "moment": "2024-03-05T09:30", "time": "09:05", "duration": 95, "hours": 80, "money": 123456,
        "area": 4001, "weight": 12345, "count": 7, "yes_no": False, "blob": "0" * 64, "data": '{"a": 1}',
    }  # fmt: skip
    values: dict[str, object] = {}
    for name, field in KINDS[kind].fields.items():
        if field.computed or field.target:
            continue
        if field.codes is not None:
            codes = list(field.code_titles)
            values[name] = codes[:2] if field.meaning.name == "choices" else codes[0]
        elif field.meaning.storage.value == "integer" and (field.at_least or field.at_most):
            values[name] = max(field.at_least or 0, min(int(str(samples[field.meaning.name])), field.at_most or 10**9))
        else:
            values[name] = samples[field.meaning.name]
    return values


@pytest.mark.parametrize("form", FORMS)
def test_every_kind_with_every_field_comes_back_the_same(form: str, store: Store, tmp_path: Path) -> None:
    with known():
        for kind in list(KINDS):
            edits = [Edit(kind, every_field(kind, store))]  # type: ignore[arg-type]
            done = store.batch([edits], AUTHOR, "test")
            assert not isinstance(done, Refusal), kind
            exported(store, kind, tmp_path / f"a.{form}")
            assert planned(store, kind, tmp_path / f"a.{form}").counts() == {
                "read": 1, "added": 0, "changed": 0, "same": 1, "refused": 0,
            }, kind  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_texts_stay_texts_and_come_back(form: str, store: Store, tmp_path: Path) -> None:
    for text in NASTY:
        unwrap(store.change([Edit("activity", {"name": text, "note": text})], AUTHOR, "test"))
    path = tmp_path / f"a.{form}"
    exported(store, "activity", path)
    assert planned(store, "activity", path).counts()["same"] == len(NASTY)
    if form == "xlsx":
        page = openpyxl.load_workbook(path).worksheets[0]
        assert {c.data_type for row in page.iter_rows() for c in row if c.value is not None} == {"s"}
    if form == "csv":
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        assert not any(cell.startswith(("=", "+", "-", "@", "＝")) for row in rows[1:] for cell in row)


@pytest.mark.parametrize("form", FORMS)
def test_a_changed_cell_changes_that_field_alone(form: str, filled: Store, tmp_path: Path) -> None:
    path = tmp_path / f"a.{form}"
    exported(filled, "farm_plot", path)
    if form == "xlsx":
        book = openpyxl.load_workbook(path)
        page = book.worksheets[0]
        column = next(c.column for c in page[1] if str(c.value).endswith("(亩)"))
        page.cell(2, column).value = "7亩5分"
        book.save(path)
    elif form == "csv":
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        column = next(n for n, title in enumerate(rows[0]) if title.endswith("(亩)"))
        rows[1][column] = "7.5"
        with path.open("w", encoding="gb18030", newline="") as file:
            csv.writer(file).writerows(rows)
    else:
        document = json.loads(path.read_text(encoding="utf-8"))
        document["records"][0]["fields"]["area"] = 15000
        path.write_text(json.dumps(document), encoding="utf-8")
    plan = planned(filled, "farm_plot", path)
    assert plan.counts() == {"read": 48, "added": 0, "changed": 1, "same": 47, "refused": 0}
    assert [dict(e.fields) for _t, _l, d in plan.drafts for e in d.edits] == [{"area": 15000}]


def test_a_row_without_a_number_is_a_new_record(filled: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    exported(filled, "activity", path)
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    page.append([None, "包粽子", "2024-06-10"])
    page.append(["01a20c4c-9d14-7782-ad5c-227dd6a5a2d6", "没有的", "2024-06-10"])
    book.save(path)
    plan = planned(filled, "activity", path)
    assert plan.counts() == {"read": 55, "added": 1, "changed": 0, "same": 53, "refused": 1}
    assert plan.refused()[0][1].refusal.code == "RECORD_UNKNOWN"  # type: ignore[union-attr]
    written(filled, plan)
    assert planned(filled, "activity", path).counts()["same"] == 54


def test_nothing_is_cut(store: Store, tmp_path: Path) -> None:
    unwrap(store.change([Edit("activity", {"name": "长", "note": "字" * 32_768})], AUTHOR, "test"))
    refused = export(store, "activity", tmp_path / "a.xlsx")
    assert isinstance(refused, Refusal) and refused.code is SheetRefusal.TEXT_TOO_LONG
    assert not (tmp_path / "a.xlsx").exists()
    exported(store, "activity", tmp_path / "a.csv")
    assert planned(store, "activity", tmp_path / "a.csv").counts()["same"] == 1


def test_json_holds_wire_values(filled: Store) -> None:
    made = render(filled, "harvest", ".json")
    assert not isinstance(made, Refusal)
    document = json.loads(made.data)
    assert document["kind"] == "harvest" and len(document["records"]) == made.written == 46
    assert all(isinstance(r["fields"]["weight"], int) for r in document["records"])


def test_sealed_exports_and_unknown_forms(filled: Store, tmp_path: Path) -> None:
    made = export(filled, "activity", tmp_path / "a.csv.age", seal=lambda data: data[::-1])
    assert not isinstance(made, Refusal) and (tmp_path / "a.csv.age").read_bytes().endswith(b"\xbf\xbb\xef")
    refused = export(filled, "activity", tmp_path / "a.pdf")
    assert isinstance(refused, Refusal) and refused.code is SheetRefusal.UNKNOWN_FORM
    nowhere = export(filled, "activity", tmp_path / "none" / "a.csv")
    assert isinstance(nowhere, Refusal) and nowhere.code is SheetRefusal.NOT_WRITTEN


def test_a_new_kind_is_imported_from_people_s_titles(store: Store, tmp_path: Path) -> None:
    """A kind declared in a test takes a ledger with no other line of code."""
    with known():
        path = tmp_path / "a.csv"
        path.write_text("Name,A,B,Flag\n张三,3个,4,√\n李四,5,六,×\n王五,x,,是\n", encoding="utf-8")
        plan = plan_file(store, "t_loose", path)
        assert not isinstance(plan, Refusal)
        assert plan.counts() == {"read": 3, "added": 2, "changed": 0, "same": 0, "refused": 1}
        write(store, plan, AUTHOR)
        with store.reading() as reader:
            found = {str(f.fields["name"]): f.fields for f in reader.all("t_loose")}
        assert found["张三"] == {"name": "张三", "a": 3, "b": 4, "flag": True}
        assert found["李四"] == {"name": "李四", "a": 5, "b": 6, "flag": False}
        again = plan_file(store, "t_loose", path)
        assert not isinstance(again, Refusal) and again.counts()["same"] == 2


def test_visits_find_their_resident_by_number_or_name(filled: Store, tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_text(
        "老人姓名,身份证号,探访时间,方式,等级\n"
        "张玉梅,15062719280226998X,2024-03-05 09:30,入户,一般\n"
        "新来某,152722195005059970,2024.3.6,电话,重点\n"
        "没有某,,2024-03-07,入户,一般\n",
        encoding="utf-8",
    )
    plan = planned(filled, "visit", path)
    assert [line.refusal.code if line.refusal else None for _t, line, _d in plan.drafts] == [
        None,
        None,
        "REFERENCE_UNKNOWN",
    ]
    written(filled, plan)
    with filled.reading() as reader:
        visits = {str(v.fields["visit_at"])[:10]: v.fields for v in reader.all("visit")}
        assert reader.caption("resident", str(visits["2024-03-05"]["resident"])) == "张玉梅"
        assert reader.all("resident", {"id_no": "152722195005059970"})[0].fields["name"] == "新来某"
    assert visits["2024-03-05"]["visit_at"] == "2024-03-05T09:30" and visits["2024-03-05"]["mode"] == "home"
    assert planned(filled, "visit", path).counts()["same"] == 2


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_export_comes_back_empty(form: str, store: Store, tmp_path: Path) -> None:
    assert exported(store, "visit", tmp_path / f"a.{form}").written == 0
    assert planned(store, "visit", tmp_path / f"a.{form}").counts()["read"] == 0


def test_residents_by_their_declaration_alone(filled: Store, tmp_path: Path) -> None:
    path = tmp_path / "residents.csv"
    path.write_text(
        "姓名,身份证号,联系电话,民族,婚姻状况,低保\n"
        "张玉梅,15062719280226998X,13800002222,汉族,丧偶,x\n"
        "别人某,152723193905259991,13800003333,蒙,已婚,x\n"
        "新来某,152722195005059970,13800004444,蒙,已婚,x\n"
        "新来某,152722195005059970,13800005555,蒙,已婚,x\n"
        "坏号某,152722195005059971,13800005555,蒙,已婚,x\n",
        encoding="utf-8",
    )
    plan = planned(filled, "resident", path)
    codes = [line.refusal.code if line.refusal else None for _t, line, _d in plan.drafts]
    assert codes == [None, "ID_NAME_MISMATCH", None, "DUP_IN_FILE", "ID_CHECKSUM"]
    assert plan.counts() == {"read": 5, "added": 1, "changed": 1, "same": 0, "refused": 3}
    assert sorted(next(e.fields for _t, _l, d in plan.drafts for e in d.edits)) == ["marital", "phone"]
