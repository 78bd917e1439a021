"""Columns explained by a person: asked for, refused where they cannot be, remembered for the same source and no other."""

from pathlib import Path
from typing import Any

import openpyxl

from station_app.exchange.importing import Plan, plan_file, write
from station_app.exchange.refusals import SheetRefusal
from station_app.messages import Refusal
from station_app.store.change import Author, Done
from station_app.store.opened import Store
from tests.exchange.damaged import healthy
from tests.exchange.judged import TODAY

AUTHOR = Author("00000000-0000-4000-8000-00000000000a")


def ledger(path: Path, titles: dict[str, str], seed: int = 3) -> Path:
    """A clean register of elders with other titles."""
    sick = healthy("elder", path.stem, seed)
    sick.rows[0] = [titles.get(title, title) for title in sick.rows[0]]
    return sick.save(path.parent)


def planned(store: Store, path: Path, **options: Any) -> Plan:
    plan = plan_file(store, "elder", path, today=TODAY, **options)
    assert not isinstance(plan, Refusal), plan
    return plan


def field_of(plan: Plan, column: str) -> tuple[str | None, str]:
    return next((m["field"], m["by"]) for m in plan.mapped() if m["column"] == column)


def test_a_column_explained_once_is_known_the_next_time(store: Store, tmp_path: Path) -> None:
    """Seen failing: with the fingerprint of the file's name instead of its titles."""
    odd = {"现住址": "窝儿", "备注": "嘱咐"}
    first = ledger(tmp_path / "a.xlsx", odd)
    plan = planned(store, first)
    assert field_of(plan, "G") == (None, "unknown")
    told = planned(store, first, columns={"G": "address", "嘱咐": "备注"})
    assert field_of(told, "G") == ("address", "you") and field_of(told, "K") == ("remark", "you")
    assert planned(store, first).mapped() == plan.mapped()  # a dry run remembers nothing
    assert isinstance(write(store, told, AUTHOR), Done)
    with store.reading() as reader:
        assert all(r.fields["address"] for r in reader.all("resident"))
    again = planned(store, ledger(tmp_path / "b.xlsx", odd, seed=4))
    assert field_of(again, "G") == ("address", "remembered") and again.counts()["added"] == 14
    other = planned(store, ledger(tmp_path / "c.xlsx", odd | {"建档日期": "建档时间"}, seed=5))
    assert field_of(other, "G") == (None, "unknown")  # other titles: another source
    kept = store.fact("columns/elder")
    assert kept is not None and "窝儿".encode() not in kept and b"address" in kept


def test_a_column_left_out(store: Store, tmp_path: Path) -> None:
    plan = planned(store, ledger(tmp_path / "a.xlsx", {}), columns={"联系电话": "-"})
    assert field_of(plan, "H") == (None, "you")
    assert isinstance(write(store, plan, AUTHOR), Done)
    with store.reading() as reader:
        assert not any(r.fields.get("phone") for r in reader.all("resident"))


def test_a_header_nobody_would_have_recognised(store: Store, tmp_path: Path) -> None:
    strange = {title: f"甲{n}" for n, title in enumerate(healthy("elder", "x", 1).rows[0])}
    path = ledger(tmp_path / "a.xlsx", strange)
    assert isinstance(plan_file(store, "elder", path, today=TODAY), Refusal)
    told = {"甲2": "姓名", "甲4": "身份证号码", "甲1": "village"}
    plan = planned(store, path, columns=told)
    assert plan.counts()["added"] == 14
    assert isinstance(write(store, plan, AUTHOR), Done)
    assert planned(store, path).counts()["same"] == 14  # remembered, titles and all


def test_what_is_no_column_or_no_field_is_refused_by_name(store: Store, tmp_path: Path) -> None:
    path = ledger(tmp_path / "a.xlsx", {})
    for columns, code in (
        ({"G": "nonsense"}, SheetRefusal.NO_FIELD),
        ({"没有这列": "address"}, SheetRefusal.NO_COLUMN),
    ):
        refused = plan_file(store, "elder", path, today=TODAY, columns=columns)
        assert isinstance(refused, Refusal) and refused.code is code and refused.message


def test_several_months_as_several_sheets_each_with_its_own_columns(store: Store, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for month in (1, 2, 3):
        sick = healthy("volunteer_hours", f"m{month}", 20 + month)
        page = book.create_sheet(f"{month}月")
        page.append([f"2024年{month}月志愿服务台账"])
        for row in sick.rows:
            page.append([c.replace("2024-03", f"2024-{month:02d}") if isinstance(c, str) else c for c in row])
    path = tmp_path / "year.xlsx"
    book.save(path)
    plan = plan_file(store, "volunteer_hours", path, today=TODAY)
    assert not isinstance(plan, Refusal)
    assert plan.counts() == {"read": 42, "added": 42, "changed": 0, "same": 0, "refused": 0}
    assert isinstance(write(store, plan, AUTHOR), Done)
    with store.reading() as reader:
        days = {str(r.fields["service_date"])[:7] for r in reader.all("volunteer_hours")}
    assert days == {"2024-01", "2024-02", "2024-03"}


def test_text_tables_in_every_encoding(store: Store, tmp_path: Path) -> None:
    counted = []
    for encoding in ("gb18030", "utf-8-sig", "utf-16", "utf-8"):
        sick = healthy("elder", encoding, 6)
        sick.form = f"csv {encoding}"
        plan = planned(store, sick.save(tmp_path))
        counted.append(plan.counts()["added"])
        assert plan.drafts[0][2].born[0].fields["name"] == sick.people[0].name
    assert counted == [14] * 4
