"""The doctor against a corpus of damaged workbooks with known truth: what it finds, what it never does in silence."""

from collections import Counter
from pathlib import Path

import pytest

from station_app.exchange.damage import STRUCTURE, Damage, Damaged
from station_app.exchange.doctor import examine
from station_app.exchange.importing import plan_file, write
from station_app.exchange.judging import Judged, judge
from station_app.exchange.ledgers import ledgers
from station_app.exchange.sheets import read_workbook
from station_app.messages import Refusal
from station_app.store.change import Author
from station_app.store.opened import Store
from tests.exchange.damaged import Sick, corpus, cut, healthy
from tests.exchange.judged import TODAY

CORPUS = list(corpus())
AUTHOR = Author("00000000-0000-4000-8000-00000000000a")


def looked_at(sick: Sick, folder: Path) -> tuple[Judged, list[Damaged]]:
    """The workbook saved, read, judged and examined."""
    workbook = read_workbook(sick.save(folder))
    assert not isinstance(workbook, Refusal), (sick.name, workbook)
    judged = judge(workbook, ledgers()[sick.kind], today=TODAY)
    assert not isinstance(judged, Refusal), (sick.name, judged)
    return judged, examine(judged, TODAY)


def covers(found: Damaged, row: int | None, column: int | None, damage: Damage) -> bool:
    """Whether a finding is the planted one; a run covers its rows."""
    rows = found.row == row or (
        found.row is not None and found.last is not None and row is not None and found.row <= row <= found.last
    )
    return found.damage is damage and rows and (column is None or found.column == column)


def silent(sick: Sick, judged: Judged, found: list[Damaged]) -> list[str]:
    """Values taken that are not the truth, in rows nothing was said about: there must be none."""
    said = {
        row
        for f in found
        for row in range(f.row if f.row is not None else -1, (f.last or (f.row if f.row is not None else -1)) + 1)
    }
    wrong: list[str] = []
    by_id = {p.id_no: p for p in sick.people}
    for _table, line in judged.lines():
        if line.refusal is not None or line.number in said:
            continue
        number, name = line["id_no"], line["name"]
        person = by_id.get(number.text) if number is not None else None
        if person is None or person.name != name.text:
            wrong.append(f"{sick.name} row {line.number + 1}: {name} {number}")
        elif sick.kind != "farm_plot" and line["phones"] != [person.phone]:
            wrong.append(f"{sick.name} row {line.number + 1}: {line['phones']}")
    return wrong


def test_every_planted_damage_is_found_and_nothing_is_changed_in_silence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Recall ≥ 99 %, 0 silent changes, and clean cells are left in peace.

    Seen failing: while failed formulas were read as empty cells; while a row moved by two columns was not seen; while
    one cut number in eleven, which happens to be a possible one, was taken without a word.
    """
    missed: list[str] = []
    invented: list[str] = []
    taken_silently: list[str] = []
    planted = 0
    for sick in CORPUS:
        judged, found = looked_at(sick, tmp_path)
        planted += len(sick.planted)
        for row, column, damage in sick.planted:
            if not any(covers(f, row, column, damage) for f in found):
                missed.append(f"{sick.name}: {damage.value} row {row} column {column}")
        invented += [
            f"{sick.name}: {f.damage.value} {f.place} {f.before!r}"
            for f in found
            if not any(covers(f, *one) for one in sick.planted)
        ]
        taken_silently += silent(sick, judged, found)
    recall = 1 - len(missed) / planted
    with capsys.disabled():
        print(
            f"\ndoctor: {len(CORPUS)} workbooks, {planted} damages, recall {recall:.4f}, {len(invented)} invented,",
            end=" ",
        )
        print(f"{len(taken_silently)} silent changes")
    assert len(CORPUS) >= 50
    assert recall >= 0.99, missed
    assert taken_silently == []
    assert invented == []


def test_clean_ledgers_have_no_findings(tmp_path: Path) -> None:
    for kind in ledgers():
        for form in ("xlsx", "openpyxl", "csv gb18030", "csv utf-16", "csv utf-8-sig"):
            sick = healthy(kind, f"{kind} {form}", 99)
            sick.form = form
            judged, found = looked_at(sick, tmp_path)
            assert found == [] and silent(sick, judged, found) == []
            assert all(line.refusal is None for _t, line in judged.lines())


def test_every_kind_of_damage_is_in_the_corpus_and_has_its_sentence() -> None:
    counted = Counter(damage for sick in CORPUS for _row, _column, damage in sick.planted)
    assert set(counted) == set(Damage)
    assert all(Damaged(damage, "", 0, 0).message for damage in Damage)
    assert set(Damage) > STRUCTURE


def test_a_proposal_is_put_in_only_when_accepted(store: Store, tmp_path: Path) -> None:
    sick = healthy("elder", "a", 5)
    sick.spoil(1, "身份证号码", sick.people[1].id_no[:17], Damage.ID_CHECK_MISSING)
    sick.spoil(3, "身份证号码", sick.people[3].id_no[:17], Damage.ID_CHECK_MISSING)
    file = sick.save(tmp_path)
    plan = plan_file(store, "elder", file, today=TODAY)
    assert not isinstance(plan, Refusal)
    assert plan.counts()["refused"] == 2
    findings = plan.summary()["findings"]
    assert [(f["cell"], f["before"], f["after"], f["accepted"]) for f in findings] == [
        ("E3", sick.people[1].id_no[:17], sick.people[1].id_no, False),
        ("E5", sick.people[3].id_no[:17], sick.people[3].id_no, False),
    ]
    one = plan_file(store, "elder", file, today=TODAY, accept=["E3"])
    assert not isinstance(one, Refusal)
    assert one.counts()["refused"] == 1 and [f["accepted"] for f in one.summary()["findings"]] == [True, False]
    every = plan_file(store, "elder", file, today=TODAY, accept=["all"])
    assert not isinstance(every, Refusal) and every.counts()["added"] == 14
    assert every.workbook.sha256 == plan.workbook.sha256  # the file's own, whatever was accepted


def test_a_shifted_row_is_put_back_when_accepted(store: Store, tmp_path: Path) -> None:
    sick = healthy("elder", "a", 6)
    row = sick.rows[5]
    sick.rows[5] = [*row[:3], None, *row[3:]]
    plan = plan_file(store, "elder", sick.save(tmp_path), today=TODAY, accept=["all"])
    assert not isinstance(plan, Refusal)
    assert plan.counts()["added"] == 14 and plan.accepted[0].damage is Damage.SHIFTED
    assert plan.judged.tables[0].sheet.rows[5][:9] == row[:9]


def test_a_cut_number_is_proposed_when_only_one_known_person_can_have_it(store: Store, tmp_path: Path) -> None:
    """What is lost stays lost, but the store may know the person by name and the fifteen digits that are left."""
    first = healthy("elder", "known", 7)
    known = plan_file(store, "elder", first.save(tmp_path), today=TODAY)
    assert not isinstance(known, Refusal) and not isinstance(write(store, known, AUTHOR), Refusal)
    sick = healthy("elder", "sick", 7)
    sick.rows[3][4] = float(cut(sick.people[2].id_no))
    other = healthy("elder", "other", 8)
    sick.rows.append([15, "罕台村", *other.rows[1][2:4], float(cut(other.people[0].id_no)), *other.rows[1][5:]])
    plan = plan_file(store, "elder", sick.save(tmp_path), today=TODAY)
    assert not isinstance(plan, Refusal)
    proposed = {f["row"]: f["after"] for f in plan.summary()["findings"] if f["damage"] == "id_cut"}
    assert proposed == {4: sick.people[2].id_no, 16: None}
    assert plan.counts()["refused"] == 2  # a proposal is no permission


def test_two_people_of_a_cell_are_proposed_as_two_rows(store: Store, tmp_path: Path) -> None:
    sick = healthy("elder", "a", 9)
    a, b = sick.people[2], sick.people[3]
    sick.rows[3][2], sick.rows[3][4], sick.rows[3][7] = (
        "王秀英、李桂花",
        f"{a.id_no}、{b.id_no}",
        f"{a.phone}、{b.phone}",
    )
    del sick.rows[4]
    plan = plan_file(store, "elder", sick.save(tmp_path), today=TODAY)
    assert not isinstance(plan, Refusal)
    (found,) = plan.summary()["findings"]
    assert found["after"] == f"王秀英 {a.id_no} {a.phone}；李桂花 {b.id_no} {b.phone}"
    assert plan.counts()["refused"] == 1
