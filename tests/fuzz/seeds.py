"""Whole and well-formed inputs of every reader, from the golden files and from the program itself: what the fuzzers change."""

import io
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import openpyxl
import zstandard

import station_app.kinds  # noqa: F401  # every kind
from station_app.messages import Refusal
from station_app.store import entries, packing
from station_app.sync import siblings
from station_app.trust import chain, sealing
from station_app.trust.anchors import Anchors
from station_app.trust.chain import Holder, TrustRoots
from station_app.trust.keys import Identity

GOLDEN: Final = Path(__file__).parent.parent / "golden"
STATION: Final = "15060210201"


def golden(*parts: str) -> bytes:
    return GOLDEN.joinpath(*parts).read_bytes()


def golden_files(folder: str, *names: str) -> Callable[[], list[bytes]]:
    return lambda: [golden(folder, name) for name in names]


@lru_cache(maxsize=1)
def roots() -> TrustRoots:
    """The fictional centre of the golden files."""
    found = TrustRoots.from_pem(golden("trust", "root.pem"))
    assert isinstance(found, TrustRoots)
    return found


@lru_cache(maxsize=1)
def identity() -> Identity:
    """The centre's key of the golden files, which are sealed for it."""
    lines = golden("trust", "centre.key").decode().splitlines()
    return Identity(next(line for line in lines if line.startswith("AGE-SECRET-KEY")))


def lines() -> list[bytes]:
    return [
        line for line in golden("bundles", "first", "lines.jsonl").splitlines() if line.startswith(b'{"head":{"device"')
    ]


def contents() -> list[bytes]:
    """Contents of whole bundles, and of some with fewer lines."""
    opened = sealing.decrypt(golden("trust", "first.bundle"), identity(), sealing.BUNDLE_LIMIT)
    assert isinstance(opened, bytes)
    whole = golden("bundles", "first", "lines.jsonl")
    return [
        whole,
        golden("trust", "content.jsonl"),
        *(whole[: whole.index(b"\n") + 1] + line + b"\n" for line in lines()),
    ]


def made_lines() -> list[bytes]:
    head = entries.Head(
        str(uuid.UUID(int=5, version=4)),
        1,
        1_700_000_000_000,
        {},
        "u",
        "add",
        None,
        1,
        str(uuid.UUID(int=9, version=4)),
    )
    items = [
        entries.make_item("resident", str(uuid.UUID(int=n, version=4)), bool(n % 2), b'{"name":"\xe7\x8e\x8b"}')
        for n in range(4)
    ]
    whole = entries.make(head, bytes(16), items)
    less = entries.leave_out(whole, lambda item: item.private)
    return [*lines(), whole.line, less.line, entries.erased(whole, {("resident", items[0].record): "x:1"}).line]


def stored_lines() -> list[bytes]:
    found: list[bytes] = []
    for line in made_lines():
        with suppress(entries.EntryError):
            found.append(packing.pack(line, uuid.UUID(entries.parse(line).head.op).bytes))
    return [*found, zstandard.compress(b"plain")]


def receipts() -> list[bytes]:
    """As they lie in the golden files, and as they travel: one line."""
    one = golden("bundles", "first", "receipt.json")
    return [golden("trust", "receipt.json"), one, one + b"\n"]


def workbook() -> list[bytes]:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["姓名", "身份证号", "出生日期"],
        ["王虚构", "152727195001010010", date(1950, 1, 1)],
        [None, 3.5, True],
        ["=1+1", "#N/A"],
    ):
        sheet.append(row)
    sheet.merge_cells("A3:B3")
    sheet.row_dimensions[3].hidden = True
    out = io.BytesIO()
    book.save(out)
    book.close()
    return [out.getvalue()]


def workbook_xml() -> list[bytes]:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(workbook()[0])) as archive:
        return [archive.read(name) for name in archive.namelist() if name.endswith(".xml")]


def ods() -> list[bytes]:
    return [
        b'<office:document-content><office:body><office:spreadsheet><table:table table:name="a"><table:table-column '
        b'table:number-columns-repeated="3" table:visibility="collapse"/><table:table-row table:number-rows-repeated="2">'
        b'<table:table-cell office:value-type="string" table:number-columns-spanned="2"><text:p>x</text:p></table:table-cell>'
        b"<table:covered-table-cell/></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    ]


def csv() -> list[bytes]:
    text = '姓名,身份证号,出生日期\r\n王虚构,152727195001010010,1950-01-01\r\n"李,虚""构",\'001,\r\n'
    return [
        text.encode(),
        text.encode("gb18030"),
        b"\xef\xbb\xbf" + text.replace(",", "\t").encode(),
        text.encode("utf-16"),
    ]


def typed() -> list[bytes]:
    vectors = json.loads(golden("vectors.json"))
    found: list[bytes] = []

    def walk(value: Any) -> None:
        if isinstance(value, str) and 0 < len(value) < 60:
            found.append(value.encode())
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(each)

    walk(vectors)
    return found[:3_000] or [b"1950"]


def policies() -> list[bytes]:
    folder = Path(__file__).parent.parent.parent / "resources" / "tables" / "policies"
    return [path.read_bytes() for path in sorted(folder.glob("*.json"))] or [b"{}"]


def backups() -> list[bytes]:
    folder = Path(tempfile.mkdtemp(prefix="fuzz-backup-"))
    try:
        from tests.faults.workload import Place, Worker, cheap_passwords

        before = os.environ.get("XDG_STATE_HOME")
        cheap_passwords()
        place = Place(folder / "x")
        worker = Worker.open(place, Worker.create(place))
        assert isinstance(worker, Worker) and worker.act(2) is None and worker.act(10_000) is None
        worker.store.close()
        if before is not None:
            os.environ["XDG_STATE_HOME"] = before
        return [path.read_bytes() for path in (folder / "x" / "backups").glob("*")]
    finally:
        shutil.rmtree(folder)


def notes() -> list[bytes]:
    device = holder().device
    return [siblings.Note(station=holder().station, device=device, holds={device: 3}, lacks=["a" * 64], made=1).line()]


@lru_cache(maxsize=1)
def holder() -> Holder:
    return chain.holder_of(chain.certificate_of(chain.certificates_in(golden("trust", "device.pem"))[0]))


def anchor_files() -> list[bytes]:
    folder = Path(tempfile.mkdtemp())
    try:
        keeper = Anchors(bytes(32), folder)
        for n in (1, 2):
            keeper.keep("device", n, bytes(32), bytes(32), "/x", n, False)
        content = [path.read_bytes() for path in folder.glob("*.anchor")]
        size = int.from_bytes(content[0][:2], "big")
        name = next(folder.glob("*.anchor")).stem
        return [*content, keeper._cipher.decrypt(content[0][2:14], content[0][14 : 2 + size], name.encode())]
    finally:
        shutil.rmtree(folder)


def new_vault() -> list[bytes]:
    from station_app.store.vault import Vault
    from tests.faults.workload import PASSWORD, cheap_passwords

    folder = Path(tempfile.mkdtemp())
    try:
        cheap_passwords()
        assert not isinstance(Vault.create(folder, "王主任", PASSWORD), Refusal)
        return [(folder / "vault.json").read_bytes()]
    finally:
        shutil.rmtree(folder)


def old_books() -> list[bytes]:
    from tests.exchange.test_forms import xls

    folder = Path(tempfile.mkdtemp())
    try:
        cells: dict[tuple[int, int], str | float] = {
            (0, 0): "姓名",
            (0, 1): "出生日期",
            (1, 0): "王虚构",
            (1, 1): 18_264.0,
            (3, 0): 3.5,
        }
        return [xls(folder / "a.xls", cells, {2}, [(1, 1, 3, 1)], pad).read_bytes() for pad in (0, 5_000)]
    finally:
        shutil.rmtree(folder)
