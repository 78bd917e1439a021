"""Files made to hurt (SECURITY A23–A32), given to the command line as a clerk would: refused by name, nothing written."""

import contextlib
import io
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter  # type: ignore[import-untyped]  # says nothing about its types

from station_app.cli import run

SHEET = "xl/worksheets/sheet1.xml"
GOOD_ID = "152722194503059979"
Ask = Callable[..., tuple[int, dict[str, Any]]]


def station(folder: Path) -> Path:
    """A station made by the command line, its password beside it."""
    (folder / "password").write_text("Probe-2025-虚构\n", "utf-8")
    words = ["--json", "--data", str(folder / "station"), "--password-file", str(folder / "password")]
    assert run([*words, "init", "--station", "恩格贝镇社工站", "--division", "150621105", "--admin", "站长"]) == 0
    return folder


def asking(folder: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs a command; gives its exit code and its JSON."""

    def asked(*words: str) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = run(["--json", "--data", str(folder / "station"), "--password-file", str(folder / "password"), *words])
        said: dict[str, Any] = json.loads(capsys.readouterr().out)  # exactly one document
        return code, said

    return asked


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A station that only ever refuses: at the end nobody is in it."""
    folder = station(tmp_path_factory.mktemp("attacked"))
    yield folder
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        run(
            [
                "--json",
                "--data",
                str(folder / "station"),
                "--password-file",
                str(folder / "password"),
                "list",
                "resident",
            ]
        )
    assert json.loads(said.getvalue())["records"] == []


@pytest.fixture
def ask(attacked: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Asks the station that only ever refuses."""
    return asking(attacked, capsys)


def members(rows: int = 3) -> dict[str, bytes]:
    """An honest workbook's members."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    page = book.add_worksheet("台账")
    for c, title in enumerate(("姓名", "身份证号码", "出生日期")):
        page.write_string(0, c, title)
    for r in range(1, rows + 1):
        page.write_string(r, 0, f"张某{'甲乙丙丁戊己庚辛壬癸'[r % 10]}")
        page.write_string(r, 2, f"19{30 + r}-03-05")
    book.close()
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, parts: dict[str, bytes], extra: list[tuple[zipfile.ZipInfo, bytes]] | None = None) -> Path:
    """Members as an archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        for info, content in extra or []:
            archive.writestr(info, content)
    return path


def refused(ask: Ask, path: Path, *codes: str) -> dict[str, Any]:
    """The file is refused with one of these codes, in one JSON document."""
    code, said = ask("import", "elder", str(path))
    assert code == 1 and said["refused"] in codes, said
    assert said["message"] and "Traceback" not in json.dumps(said)
    return said


def test_the_honest_file_passes(ask: Ask, tmp_path: Path) -> None:
    """Else every refusal below would prove nothing."""
    code, said = ask("import", "elder", str(pack(tmp_path / "a.xlsx", members())), "--dry-run")
    assert code == 0 and said["read"] == said["added"] == 3


@pytest.mark.parametrize("where", [SHEET, "xl/sharedStrings.xml"])
def test_a23_billion_laughs(where: str, ask: Ask, tmp_path: Path) -> None:
    parts = members()
    lol = (
        b'<!DOCTYPE l [<!ENTITY a "'
        + b"lol" * 10
        + b'">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
        + b"]>"
    )
    head, body = parts[where].split(b"?>", 1)
    parts[where] = head + b"?>" + lol + body
    refused(ask, pack(tmp_path / "lol.xlsx", parts), "file_unsafe")


@pytest.mark.parametrize(
    "form", ['<!ENTITY e SYSTEM "file:///etc/passwd">', '<!ENTITY % e SYSTEM "http://127.0.0.1:9/x"> %e;']
)
def test_a24_external_entity(form: str, ask: Ask, tmp_path: Path) -> None:
    parts = members()
    parts["xl/sharedStrings.xml"] = f"<?xml version='1.0'?><!DOCTYPE x [{form}]><sst><si><t>&e;</t></si></sst>".encode()
    said = refused(ask, pack(tmp_path / "xxe.xlsx", parts), "file_unsafe")
    assert "root:" not in json.dumps(said)


@pytest.mark.parametrize("cell", ["XFD1048576", "A60001"])
def test_a25_one_cell_far_away(cell: str, ask: Ask, tmp_path: Path) -> None:
    parts = members()
    number = re.sub(r"\D", "", cell)
    far = f'<row r="{number}"><c r="{cell}"><v>1</v></c></row></sheetData>'.encode()
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", far)
    before = os.getpid()
    refused(ask, pack(tmp_path / "far.xlsx", parts), "too_many_rows")
    assert os.getpid() == before


def test_a26_millions_of_rows_in_a_small_file(ask: Ask, tmp_path: Path) -> None:
    parts = members()
    line = b'<row r="%d"><c r="A%d"><v>1</v></c></row>'
    rows = b"".join(line % (n, n) for n in range(5, 400_000))
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", rows + b"</sheetData>")
    refused(ask, pack(tmp_path / "big.xlsx", parts), "file_too_large", "too_many_rows")


def test_a27_a_dimension_that_lies_cuts_nothing(ask: Ask, tmp_path: Path) -> None:
    parts = members(20)
    changed = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:C4"', parts[SHEET])
    assert changed != parts[SHEET]
    parts[SHEET] = changed
    code, said = ask("import", "elder", str(pack(tmp_path / "dim.xlsx", parts)), "--dry-run")
    assert code == 0 and said["read"] == 20


@pytest.mark.parametrize("name", ["../../x.txt", "/tmp/x-acceptance", "C:\\x.txt", "xl/NUL"])
def test_a29_members_that_lead_elsewhere(name: str, ask: Ask, tmp_path: Path) -> None:
    info = zipfile.ZipInfo("x")
    info.filename = name
    inner = tmp_path / "in"
    inner.mkdir()
    refused(ask, pack(inner / "a.xlsx", members(), [(info, b"here")]), "file_unsafe")
    assert os.listdir(inner) == ["a.xlsx"] and os.listdir(tmp_path) == ["in"]
    assert not Path("/tmp/x-acceptance").exists()


def test_a29_a_link_inside(ask: Ask, tmp_path: Path) -> None:
    info = zipfile.ZipInfo("xl/media/link")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    refused(ask, pack(tmp_path / "a.xlsx", members(), [(info, b"/etc/passwd")]), "file_unsafe")


@pytest.mark.parametrize(
    ("name", "content", "codes"),
    [
        ("a.xlsx", b"", ("file_not_a_table", "file_unreadable")),
        ("a.xlsx", b"PK\x03\x04" + bytes(60), ("file_unreadable",)),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), ("file_unreadable",)),
        ("a.csv", bytes(range(256)) * 20, ("file_unreadable", "file_not_a_table", "no_header")),
        ("a.csv", "没有表头\n就一行\n".encode(), ("no_header",)),
    ],
)
def test_what_is_no_ledger(name: str, content: bytes, codes: tuple[str, ...], ask: Ask, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    refused(ask, tmp_path / name, *codes)


def test_a_folder_a_missing_file_and_another_kind(ask: Ask, tmp_path: Path) -> None:
    refused(ask, tmp_path, "file_missing", "file_not_a_table", "file_unreadable")
    refused(ask, tmp_path / "nowhere.xlsx", "file_missing")
    assert ask("import", "nothing", str(tmp_path / "nowhere.xlsx"))[1]["refused"] == "unknown_kind"
    assert (
        ask("import", "elder", str(pack(tmp_path / "a.xlsx", members())), "--sheet", "三月")[1]["refused"]
        == "no_such_sheet"
    )


HURT = ('=HYPERLINK("http://x","y")', "+86", "-1+1", "@SUM(A1)", "\t=1", "＝1+1", "=cmd|' /C calc'!A0")


def test_a30_a32_texts_stay_texts_and_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What looks like a formula goes out and back as text; what no cell can hold is refused, never cut."""
    ask = asking(station(tmp_path), capsys)
    kept: dict[str, str] = {}
    for n, text in enumerate(HURT):
        code, said = ask("add", "resident", f"name=张某{'甲乙丙丁戊己庚'[n]}", f"address={text}")
        assert code == 0, said
        kept[said["id"]] = said["fields"]["address"]
    long = "长" * 40_000
    code, said = ask("add", "resident", "name=李某", f"note={long}")
    assert code == 0 and said["fields"]["note"] == long
    export = ("--reason", "核对", "--plain")
    code, refusal = ask("export", "resident", str(tmp_path / "r.xlsx"), *export)
    assert code == 1 and refusal["refused"] == "text_too_long" and not (tmp_path / "r.xlsx").exists()
    assert ask("export", "resident", str(tmp_path / "r.csv"), *export)[0] == 0
    assert long in (tmp_path / "r.csv").read_text("utf-8-sig")
    back = ask("import", "resident", str(tmp_path / "r.csv"))[1]
    assert (back["added"], back["changed"], back["same"], back["refused"]) == (0, 0, len(HURT) + 1, [])
    assert ask("remove", "resident", said["id"])[0] == 0
    assert ask("export", "resident", str(tmp_path / "r.xlsx"), *export)[0] == 0
    cells = [
        c
        for row in openpyxl.load_workbook(tmp_path / "r.xlsx").worksheets[0].iter_rows()
        for c in row
        if c.value is not None
    ]
    assert {c.data_type for c in cells} == {"s"}
    back = ask("import", "resident", str(tmp_path / "r.xlsx"))[1]
    assert (back["added"], back["changed"], back["refused"]) == (0, 0, [])
    assert {r["id"]: r["fields"]["address"] for r in ask("list", "resident")[1]["records"]} == kept


def test_a32_a_cell_longer_than_any_is_never_cut(ask: Ask, tmp_path: Path) -> None:
    """A workbook no office program could have written: 40,000 characters in one cell."""
    parts = members()
    long = "长" * 40_000
    cell = f'<c r="D2" t="inlineStr"><is><t>{long}</t></is></c></row>'.encode()
    parts[SHEET] = parts[SHEET].replace(b"</row>", cell, 2).replace(cell, b"</row>", 1)
    head = '<c r="D1" t="inlineStr"><is><t>备注</t></is></c></row>'.encode()
    parts[SHEET] = parts[SHEET].replace(b"</row>", head, 1)
    code, said = ask("import", "elder", str(pack(tmp_path / "long.xlsx", parts)), "--dry-run")
    assert code == 1 and said["refused"] or said["read"] == 3, said
