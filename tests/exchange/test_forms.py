"""Other forms than .xlsx: .ods with merged and hidden cells, .csv in its encodings, .xls, formulas without a value."""

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
