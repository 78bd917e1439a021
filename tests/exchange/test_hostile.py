"""What attack files must never reach or break (SECURITY A24, A25, A27, A30, A32), and random bytes under every name."""

import io
import os
import random
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from station_app.exchange.importing import Plan, plan_file, write
from station_app.exchange.refusals import SheetRefusal
from station_app.exchange.sheets import Workbook, read_workbook
from station_app.messages import Refusal
from station_app.store.change import Author, Done
from station_app.store.opened import Store
from tests.exchange.damaged import healthy
from tests.exchange.grids import SAMPLES
from tests.exchange.judged import TODAY
from tests.exchange.test_attacks import SHEET, packed, plain

AUTHOR = Author("00000000-0000-4000-8000-00000000000a")
SECRET = "root-only-9f27c1"


def test_a24_no_file_content_reaches_anybody(tmp_path: Path) -> None:
    """An external entity in every part of a workbook that a reader may open. Seen failing: with `.rels` not looked at."""
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    xxe = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'.encode()
    members = plain()
    for name in members:
        if not name.endswith((".xml", ".rels")):
            continue
        changed = dict(members)
        changed[name] = re.sub(rb"(<\?xml[^>]*\?>)?", lambda m: m.group(0) + xxe, changed[name], count=1)
        found = read_workbook(packed(tmp_path / "xxe.xlsx", changed))
        assert isinstance(found, Refusal) and found.code is SheetRefusal.UNSAFE, name
        assert SECRET not in repr(found) and SECRET not in found.message


def test_a25_the_program_is_alive_and_reads_on(tmp_path: Path) -> None:
    """A far cell in every spelling, twenty of them in a row: refused each time, this process the same, no child left."""
    here = os.getpid()
    spelled = [b'r="XFD1048576"', b"r='XFD1048576'", b'r = "XFD1048576"', b'r="&#88;FD1048576"', b'\nr="XFD1048576"']
    for spelling in spelled:
        members = plain()
        far = b'<row r="1048576"><c ' + spelling + b"><v>1</v></c></row></sheetData>"
        members[SHEET] = members[SHEET].replace(b"</sheetData>", far)
        found = read_workbook(packed(tmp_path / "far.xlsx", members))
        assert isinstance(found, Refusal), spelling
    assert os.getpid() == here
    assert isinstance(read_workbook(SAMPLES / "farm_plots_60.xlsx"), Workbook)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a27_two_readers_count_the_same_rows(tmp_path: Path) -> None:
    """A lying <dimension> against openpyxl's full reader: every row counted. Seen failing: openpyxl read-only sees 3 of 20."""
    members = plain(20)
    for said in (b'ref="A1:B3"', b'ref="A1"', b'ref="B2:B2"', b'ref="A1:XFD1048576"'):
        changed = dict(members)
        changed[SHEET] = re.sub(rb'ref="A1:B21"', said, members[SHEET], count=1)
        path = packed(tmp_path / "dim.xlsx", changed)
        ours = read_workbook(path)
        assert isinstance(ours, Workbook), said
        page = openpyxl.load_workbook(path).worksheets[0]
        theirs = sum(any(c.value is not None for c in row) for row in page.iter_rows())
        assert len([row for row in ours.sheets[0].rows if any(row)]) == theirs == 21


def test_a30_formulas_in_names_stay_text(store: Store, tmp_path: Path) -> None:
    """What looks like a formula in a remark is kept as it was typed and nothing of it is ever worked out."""
    sick = healthy("elder", "formulas", 11)
    said = ['=HYPERLINK("http://x","y")', "+1+1", "-2", "@SUM(A1)", "＝1+1", "'=1"]
    for row, text in enumerate(said, start=1):
        sick.rows[row][10] = text
    plan = plan_file(store, "elder", sick.save(tmp_path), today=TODAY)
    assert isinstance(plan, Plan) and plan.counts()["added"] == 14
    kept = [
        next(str(e.fields["note"]) for e in d.born if e.fields.get("note")) for _t, _l, d in plan.drafts[: len(said)]
    ]
    assert [k.replace("＝", "=") for k in kept] == [text.replace("＝", "=") for text in said]


def test_a32_a_long_text_is_whole_or_refused_and_control_characters_never_reach_the_store(
    store: Store, tmp_path: Path
) -> None:
    """40,000 characters in a .csv cell. Seen failing: with cells cut at 32,767 as openpyxl cuts them."""
    sick = healthy("elder", "long", 12)
    long = "访" * 40_000
    sick.rows[1][10], sick.rows[2][10] = long, "一\x01二\x0b三\x7f四"
    sick.form = "csv utf-8-sig"
    plan = plan_file(store, "elder", sick.save(tmp_path), today=TODAY)
    assert isinstance(plan, Plan) and plan.counts()["refused"] == 0
    done = write(store, plan, AUTHOR)
    assert isinstance(done, Done), done
    with store.reading() as reader:
        notes = [
            str(r.fields["note"]) for kind in ("elder", "resident") for r in reader.all(kind) if r.fields.get("note")
        ]
    assert long in notes and "一二三四" in notes
    assert store.differences() == []


def _mutated(data: bytes, dice: random.Random) -> bytes:
    raw = bytearray(data)
    for _ in range(dice.randint(1, 8)):
        at, way = dice.randrange(len(raw)), dice.randrange(4)
        if way == 0:
            raw[at] ^= 1 << dice.randrange(8)
        elif way == 1:
            del raw[at : at + dice.randint(1, 400)]
        elif way == 2:
            raw[at:at] = dice.randbytes(dice.randint(1, 200))
        else:
            raw[at : at + 4] = dice.choice([b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"PK\x03\x04", b"<!DOC"])
        if len(raw) < 8:
            break
    return bytes(raw)


def _inside(data: bytes, dice: random.Random) -> bytes:
    """The same archive with a changed member, so that the damage lies behind the packing."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        hurt = dice.choice(names)
        for name in names:
            new.writestr(name, _mutated(old.read(name), dice) if name == hurt else old.read(name))
    return out.getvalue()


def test_any_bytes_end_in_a_table_or_a_refusal(store: Store, tmp_path: Path) -> None:
    """A small fuzz of the whole way, child and planner, under every name; the long one is tests/fuzz. Never an exception."""
    dice = random.Random(20261124)
    book = (SAMPLES / "farm_plots_60.xlsx").read_bytes()
    table = "姓名,身份证号码,电话\n张三,152722194503059972,13947700001\n".encode("gb18030")
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + dice.randbytes(4000)
    ended = {"read": 0, "refused": 0}
    for number in range(32):
        made = (
            _inside(book, dice) if number % 4 == 0 else _mutated(book, dice) if number % 4 == 1
            else _mutated(table, dice) if number % 4 == 2 else _mutated(old, dice)
        )  # fmt: skip
        path = tmp_path / f"f{number}.{('xlsx', 'ods', 'csv', 'xls')[dice.randrange(4)]}"
        path.write_bytes(made)
        plan = plan_file(store, "farm_plot", path, today=TODAY)
        ended["refused" if isinstance(plan, Refusal) else "read"] += 1
        if isinstance(plan, Refusal):
            assert plan.message
        else:
            assert plan.summary()["sha256"]
    assert ended["refused"] >= 20, ended
