"""Files made to hurt (SECURITY A23–A30, A32): refused by name, the program alive, nothing written, nothing leaked."""

import io
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from station_app.exchange import limits
from station_app.exchange.refusals import SheetRefusal
from station_app.exchange.sheets import Workbook, child_argv, read_workbook
from station_app.messages import Refusal
from tests.exchange.grids import SAMPLES

SHEET = "xl/worksheets/sheet1.xml"


def plain(rows: int = 3) -> dict[str, bytes]:
    """The members of a small honest workbook."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["姓名", "身份证号码"])
    for n in range(rows):
        page.append([f"张{n}", "15272219450305997X"])
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path: Path, members: dict[str, bytes], extra: list[tuple[zipfile.ZipInfo, bytes]] | None = None) -> Path:
    """Write an archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        for info, data in extra or []:
            archive.writestr(info, data)
    return path


def code(path: Path) -> SheetRefusal:
    """The refusal's code."""
    found = read_workbook(path)
    assert isinstance(found, Refusal), found
    assert found.message
    return SheetRefusal(found.code.value)


def test_the_honest_file_is_read(tmp_path: Path) -> None:
    found = read_workbook(packed(tmp_path / "a.xlsx", plain()))
    assert isinstance(found, Workbook)
    assert found.sheets[0].rows[1] == ["张0", "15272219450305997X"]
    assert len(found.sha256) == 64


def test_a23_billion_laughs(tmp_path: Path) -> None:
    members = plain()
    lol = b'<!DOCTYPE lolz [<!ENTITY lol "lol">' + b"".join(
        b'<!ENTITY lol%d "%s">' % (n, b"&lol%s;" % (b"" if n == 1 else str(n - 1).encode()) * 10) for n in range(1, 10)
    )
    members[SHEET] = members[SHEET].replace(b"<worksheet", lol + b"]><worksheet", 1)
    assert code(packed(tmp_path / "lol.xlsx", members)) is SheetRefusal.UNSAFE


def test_a24_external_entity(tmp_path: Path) -> None:
    members = plain()
    xxe = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    members["xl/sharedStrings.xml"] = xxe + b"<sst><si><t>&e;</t></si></sst>"
    assert code(packed(tmp_path / "xxe.xlsx", members)) is SheetRefusal.UNSAFE


def test_entities_cannot_hide_in_another_encoding(tmp_path: Path) -> None:
    members = plain()
    hidden = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x/>'
    members["xl/theme/theme1.xml"] = hidden.encode("utf-16")
    assert code(packed(tmp_path / "a.xlsx", members)) is SheetRefusal.UNSAFE


@pytest.mark.parametrize("reference", ["XFD1048576", "A1048576", "XFD2", "CW2", "A70000", "B60001"])
def test_a25_a_cell_far_outside(reference: str, tmp_path: Path) -> None:
    members = plain()
    row = re.sub(r"\D", "", reference)
    far = f'<row r="{row}"><c r="{reference}"><v>1</v></c></row></sheetData>'.encode()
    members[SHEET] = members[SHEET].replace(b"</sheetData>", far)
    assert code(packed(tmp_path / "far.xlsx", members)) is SheetRefusal.TOO_MANY_ROWS


def test_a25_hidden_from_the_scan_kills_only_the_child(tmp_path: Path) -> None:
    """A far cell spelled so that the scan misses it: the child dies of its limit, the program says so."""
    members = plain()
    far = b'<row\tr="1048576"><c\tr="&#88;FD1048576"><v>1</v></c></row></sheetData>'
    members[SHEET] = members[SHEET].replace(b"</sheetData>", far)
    found = read_workbook(packed(tmp_path / "far.xlsx", members))
    assert isinstance(found, Refusal)


def test_styled_empty_cells_far_outside_are_harmless(tmp_path: Path) -> None:
    members = plain()
    far = b'<row r="1048576"><c r="A1048576" s="0"/><c r="XFD1048576" s="0"></c></row></sheetData>'
    members[SHEET] = members[SHEET].replace(b"</sheetData>", far)
    found = read_workbook(packed(tmp_path / "a.xlsx", members))
    assert isinstance(found, Workbook)
    assert len(found.sheets[0].rows) == 4


def test_a26_millions_of_rows(tmp_path: Path) -> None:
    members = plain()
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(5, 1_300_000))
    members[SHEET] = members[SHEET].replace(b"</sheetData>", rows + b"</sheetData>")
    path = packed(tmp_path / "big.xlsx", members)
    assert path.stat().st_size < limits.FILE
    assert code(path) in (SheetRefusal.TOO_LARGE, SheetRefusal.TOO_MANY_ROWS)


def test_a26_zeros_that_unpack_to_much(tmp_path: Path) -> None:
    members = plain()
    members["xl/media/image1.png"] = bytes(60 * 1024 * 1024)
    assert code(packed(tmp_path / "zeros.xlsx", members)) is SheetRefusal.TOO_LARGE


def test_a27_a_dimension_that_lies(tmp_path: Path) -> None:
    members = plain(20)
    for said in (b'ref="A1:B3"', b'ref="A1:XFD1048576"'):
        changed = dict(members)
        changed[SHEET] = re.sub(rb'ref="A1:B21"', said, members[SHEET], count=1)
        assert changed[SHEET] != members[SHEET]
        found = read_workbook(packed(tmp_path / "dim.xlsx", changed))
        assert isinstance(found, Workbook)
        assert len(found.sheets[0].rows) == 21


@pytest.mark.parametrize(
    "name", ["../../x", "/etc/x", "C:\\x", "C:/x", "a\\..\\x", "xl/../../x", "xl/CON", "xl/nul.xml", "a\x00b"]
)
def test_a29_names_that_lead_elsewhere(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    info = zipfile.ZipInfo("x")
    info.filename = name
    before = set(os.listdir("/tmp")), set(os.listdir("/"))
    assert code(packed(folder / "a.xlsx", plain(), [(info, b"x")])) is SheetRefusal.UNSAFE
    assert os.listdir(folder) == ["a.xlsx"]
    assert set(os.listdir("/")) == before[1]


def test_a29_a_link(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("xl/link")
    info.external_attr = (0o120777) << 16
    assert code(packed(tmp_path / "a.xlsx", plain(), [(info, b"/etc/passwd")])) is SheetRefusal.UNSAFE


def test_many_members(tmp_path: Path) -> None:
    extra = [(zipfile.ZipInfo(f"xl/x{n}"), b"") for n in range(limits.MEMBERS + 1)]
    assert code(packed(tmp_path / "a.xlsx", plain(), extra)) is SheetRefusal.UNSAFE


def test_a_password(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "EncryptedPackage".encode("utf-16-le") + bytes(1000)
    )
    assert code(path) is SheetRefusal.PASSWORD


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", SheetRefusal.NOT_A_TABLE),
        (b"\x00\x01\x02" * 100, SheetRefusal.UNREADABLE),
        (b"%PDF-1.7 ...", SheetRefusal.NOT_A_TABLE),
        (b"<html><table><tr><td>1</td></tr></table></html>", SheetRefusal.NOT_A_TABLE),
        (b"PK\x03\x04 broken", SheetRefusal.UNREADABLE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), SheetRefusal.UNREADABLE),
    ],
)
def test_what_is_no_workbook(data: bytes, expected: SheetRefusal, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    assert code(path) is expected


def test_a_workbook_cut_short_or_with_a_changed_byte_never_brings_us_down(tmp_path: Path) -> None:
    data = (SAMPLES / "farm_plots_60.xlsx").read_bytes()
    whole = read_workbook(SAMPLES / "farm_plots_60.xlsx")
    assert isinstance(whole, Workbook)
    path = tmp_path / "a.xlsx"
    refused = 0
    for n in range(12):
        path.write_bytes(
            data[: len(data) * n // 12]
            if n % 2
            else data[: n * 700] + bytes([data[n * 700] ^ 0x40]) + data[n * 700 + 1 :]
        )
        found = read_workbook(path)
        refused += isinstance(found, Refusal)
        assert isinstance(found, Refusal) or [s.name for s in found.sheets] == [s.name for s in whole.sheets]
    assert refused >= 6


def test_too_large_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a" * (limits.FILE + 1))
    assert code(path) is SheetRefusal.TOO_LARGE


def test_a_missing_file(tmp_path: Path) -> None:
    assert code(tmp_path / "none.xlsx") is SheetRefusal.MISSING


def test_a_csv_with_too_many_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("姓名,电话\n" + "张三,1\n" * (limits.ROWS + 5), encoding="utf-8")
    assert code(path) is SheetRefusal.TOO_MANY_ROWS


@pytest.mark.parametrize(
    "program",
    [
        "import os, sys; sys.stdin.buffer.read(); os.abort()",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import sys; sys.stdin.buffer.read(); sys.stdout.buffer.write(b'\\x00\\x00\\x00\\x05hello')",
        "import sys; sys.stdin.buffer.read(); sys.stdout.buffer.write(b'\\xff\\xff\\xff\\xff')",
        "import sys; sys.stdin.buffer.read(); sys.stdout.buffer.write(b'\\x00\\x00\\x00\\x08\\x81\\xa4rows\\x91\\x90')",
        "pass",
    ],
)
def test_a_child_that_dies_or_talks_nonsense(program: str) -> None:
    found = read_workbook(SAMPLES / "farm_plots_60.xlsx", argv=[sys.executable, "-c", program])
    assert isinstance(found, Refusal)
    assert found.code is SheetRefusal.UNREADABLE


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits the child by a clock only")
def test_the_child_limits_its_memory_its_time_and_writes_no_file(tmp_path: Path) -> None:
    tried = tmp_path / "written"
    program = f"""
from station_app.exchange.reader_child import limit_this_process
limit_this_process()
import resource
print(resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CPU)[0])
try:
    bytearray(2 * 1024 ** 3)
    print("memory")
except MemoryError:
    print("no memory")
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    with open({str(tried)!r}, "wb") as file:
        file.write(b"x" * 10000)
    print("written")
except OSError:
    print("not written")
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[:3] == [f"{limits.MEMORY} {limits.CPU_SECONDS}", "no memory", "not written"]
    assert not tried.exists() or tried.stat().st_size == 0


def test_the_child_ends_when_its_parent_is_gone() -> None:
    """Nobody reads its answer any more: the next write ends it."""
    child = subprocess.Popen(
        [*child_argv(), "x"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert child.stdin is not None and child.stdout is not None
    child.stdout.close()
    child.stdin.write((SAMPLES / "elders_300.xlsx").read_bytes())
    child.stdin.close()
    assert child.wait(timeout=60) != 0
