"""Other forms than .xlsx: .ods with merged and hidden cells, .csv in its encodings, .xls, formulas without a value."""

import struct
import zipfile
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from station_app.exchange.refusals import SheetRefusal
from station_app.exchange.sheets import Sheet, Workbook, read_workbook
from station_app.messages import Refusal

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'office:version="1.2"><office:body><office:spreadsheet>'
)
_FOOT = "</office:spreadsheet></office:body></office:document-content>"


def text(said: str, more: str = "") -> str:
    """A cell of text."""
    return f'<table:table-cell office:value-type="string"{more}><text:p>{escape(said)}</text:p></table:table-cell>'


def ods(path: Path, body: str) -> Path:
    """Write an OpenDocument workbook."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", _HEAD + body + _FOOT)
        manifest = (
            '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
        )
        archive.writestr("META-INF/manifest.xml", manifest)
    return path


def only(path: Path) -> Sheet:
    """The only sheet of a file."""
    found = read_workbook(path)
    assert isinstance(found, Workbook), found
    assert len(found.sheets) == 1
    return found.sheets[0]


def test_open_document(tmp_path: Path) -> None:
    body = (
        '<table:table table:name="3月">'
        "<table:table-row>" + text("村", ' table:number-rows-spanned="1"') + text("姓名") + text("日期") + "</table:table-row>"
        "<table:table-row>" + text("罕台村", ' table:number-rows-spanned="2"') + text("王海")
        + '<table:table-cell office:value-type="date" office:date-value="2024-03-05"><text:p>2024/3/5</text:p></table:table-cell></table:table-row>'
        '<table:table-row table:visibility="collapse"><table:covered-table-cell/>' + text("李海")
        + '<table:table-cell office:value-type="float" office:value="45356"><text:p>45356</text:p></table:table-cell></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
        "</table:table>"
    )  # fmt: skip
    sheet = only(ods(tmp_path / "a.ods", body))
    assert sheet.name == "3月" and len(sheet.rows) == 3
    assert sheet.rows[1] == ["罕台村", "王海", date(2024, 3, 5)] and sheet.rows[2][1:] == ["李海", 45356]
    assert sheet.hidden_rows == {2} and sheet.merges == [(1, 0, 2, 0)]


def test_open_document_that_repeats_a_filled_row(tmp_path: Path) -> None:
    body = (
        '<table:table table:name="x"><table:table-row table:number-rows-repeated="1048576">'
        + text("王海")
        + "</table:table-row></table:table>"
    )
    found = read_workbook(ods(tmp_path / "a.ods", body))
    assert isinstance(found, Refusal) and found.code is SheetRefusal.TOO_MANY_ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("divider", [",", "\t", ";"])
def test_text_tables(encoding: str, divider: str, tmp_path: Path) -> None:
    rows = [
        ["姓名", "住址", "备注"],
        ["王海𬶏" if encoding != "gbk" else "王海", f'罕台村"{divider}"四社', "两\n行"],
        ["李海", "", ""],
    ]
    quoted = [
        divider.join('"' + c.replace('"', '""') + '"' if any(x in c for x in f'{divider}"\n') else c for c in row)
        for row in rows
    ]
    path = tmp_path / "台账.csv"
    path.write_bytes("\r\n".join(quoted).encode(encoding))
    sheet = only(path)
    assert sheet.name == "台账" and sheet.merges is None
    assert sheet.rows == [rows[0], rows[1], ["李海"]]


def test_excel_s_ways_in_text_tables(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('sep=;\n姓名;身份证号\n王海;="152722194503050034"\n', encoding="utf-8-sig")
    assert only(path).rows == [["姓名", "身份证号"], ["王海", "152722194503050034"]]


def xls(
    path: Path,
    cells: dict[tuple[int, int], str | float],
    hidden: set[int],
    merges: list[tuple[int, int, int, int]],
    pad: int,
) -> Path:
    """Write a small .xls (BIFF8 in a compound file); ``pad`` makes its stream longer than 4,096 bytes or not."""

    def record(code: int, body: bytes = b"") -> bytes:
        return struct.pack("<2H", code, len(body)) + body

    name = "3月".encode("utf-16-le")
    begin = record(0x0809, struct.pack("<4H2I", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
    sheet = record(0x0809, struct.pack("<4H2I", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    height = max(r for r, _c in cells) + 1
    sheet += record(0x0200, struct.pack("<2I3H", 0, height, 0, 8, 0))
    for row in range(height):
        sheet += record(0x0208, struct.pack("<6HI", row, 0, 8, 255, 0, 0, 0x100 | (0x20 if row in hidden else 0)))
    for (row, column), value in sorted(cells.items()):
        if isinstance(value, str):
            said = value.encode("utf-16-le")
            sheet += record(0x0204, struct.pack("<4HB", row, column, 0, len(said) // 2, 1) + said)
        else:
            sheet += record(0x0203, struct.pack("<3Hd", row, column, 0, value))
    for top, left, bottom, right in merges:
        sheet += record(0x00E5, struct.pack("<5H", 1, top, bottom, left, right))
    sheet += record(0x000A)
    mode = record(0x0022, struct.pack("<H", 1))
    place = len(begin) + len(mode) + 4 + 8 + len(name) + 4
    stream = (
        begin
        + mode
        + record(0x0085, struct.pack("<I4B", place, 0, 0, len(name) // 2, 1) + name)
        + record(0x000A)
        + sheet
    )
    stream += bytes(pad)
    path.write_bytes(compound(stream))
    return path


def compound(stream: bytes) -> bytes:
    """A compound file with one stream, Workbook."""
    small = len(stream) < 4096
    size = len(stream)

    def entry(name: str, kind: int, child: int, first: int, length: int) -> bytes:
        said = name.encode("utf-16-le") + b"\0\0"
        tree = struct.pack("<64sH2B3I36s", said, len(said), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child, b"")
        return tree + struct.pack("<IQ", first, length)

    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    body = stream.ljust((len(stream) + 511) // 512 * 512, b"\0")
    many = len(body) // 512
    # sectors: 0 table, 1 directory, 2 small table, then the stream (or the container of small pieces)
    table = [0xFFFFFFFD, end, end] + [n + 1 for n in range(3, 3 + many - 1)] + [end]
    table += [free] * (128 - len(table))
    pieces = (size + 63) // 64
    small_table = ([n + 1 for n in range(pieces - 1)] + [end] if small else []) + [free] * (
        128 - (pieces if small else 0)
    )
    directory = entry("Root Entry", 5, 1, 3 if small else end, many * 512 if small else 0) + entry(
        "Workbook", 2, free, 0 if small else 3, size
    )
    directory = directory.ljust(512, b"\0")
    head = struct.pack(
        "<8s16s6H10I",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        0,
        0,
        1,
        1,
        0,
        4096,
        2,
        1,
        end,
        0,
    )
    head += struct.pack("<109I", 0, *[free] * 108)
    return head + struct.pack("<128I", *table) + directory + struct.pack("<128I", *small_table[:128]) + body


@pytest.mark.parametrize("pad", [0, 5000])
def test_old_workbooks(pad: int, tmp_path: Path) -> None:
    cells: dict[tuple[int, int], str | float] = {
        (0, 0): "姓名", (0, 1): "村", (1, 0): "王海", (1, 1): "罕台村", (2, 0): "李海", (3, 0): "赵梅", (3, 2): 45356.0,
    }  # fmt: skip
    sheet = only(xls(tmp_path / "a.xls", cells, {2}, [(1, 1, 3, 1)], pad))
    assert sheet.rows == [["姓名", "村"], ["王海", "罕台村"], ["李海"], ["赵梅", None, 45356]]
    assert sheet.hidden_rows == {2} and sheet.merges == [(1, 1, 3, 1)] and sheet.date1904
