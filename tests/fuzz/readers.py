"""Every reader of what others wrote, as a function from bytes to a word that says how it ended; above and beneath the seals."""

import hashlib
import io
import json
import os
import random
import shutil
import tempfile
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import openpyxl
import zstandard

import station_app.kinds  # noqa: F401  # every kind
from station_app.exchange import opendocument, reader_child, sheetxml
from station_app.kinds.policy import Policy
from station_app.messages import Refusal
from station_app.store import backup, codes, entries, packing, proof, vault_file
from station_app.store.slots import Damaged
from station_app.sync import bundle, receipts, siblings
from station_app.sync.carriers import usb
from station_app.sync.carriers.usb import Stick
from station_app.trust import certificates, chain, checking, cms, sealing
from station_app.trust.anchors import Anchors
from station_app.trust.chain import Holder, TrustRoots
from station_app.trust.keys import Identity
from station_app.values import (
    areas,
    counts,
    dates,
    divisions,
    durations,
    ethnic,
    id_numbers,
    money,
    names,
    phones,
    sexes,
    times,
    weights,
    yes_no,
)
from tests.fuzz import mutate
from tests.fuzz.mutate import Mutation

GOLDEN: Final = Path(__file__).parent.parent / "golden"
AT: Final = datetime(2026, 11, 20, tzinfo=UTC)
TODAY: Final = date(2026, 11, 24)
STATION: Final = "15060210201"
#: Answered instead of a refusal's code when something was read.
READ: Final = "read"


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader. ``cost``: how many microseconds a run takes, about; the long setting shares its runs out by it."""

    name: str
    seeds: Callable[[], list[bytes]]
    read: Callable[[bytes], str]
    mutations: tuple[Mutation, ...]
    cost: int = 50
    #: Read in a limited child process by the program itself: what ends it is a refusal there (SECURITY A25).
    apart: bool = False


def said(value: object) -> str:
    """How a reading ended."""
    if isinstance(value, Refusal):
        assert value.message and "{" not in value.message, f"a refusal without its words: {value.code}"
        return str(value.code.value)
    return READ


# ---------------------------------------------------------------------- seeds


def _file(*parts: str) -> bytes:
    return GOLDEN.joinpath(*parts).read_bytes()


def _files(folder: str, *names: str) -> Callable[[], list[bytes]]:
    return lambda: [_file(folder, name) for name in names]


@lru_cache(maxsize=1)
def roots() -> TrustRoots:
    """The fictional centre of the golden files."""
    found = TrustRoots.from_pem(_file("trust", "root.pem"))
    assert isinstance(found, TrustRoots)
    return found


@lru_cache(maxsize=1)
def identity() -> Identity:
    """The centre's key of the golden files, which are sealed for it."""
    lines = _file("trust", "centre.key").decode().splitlines()
    return Identity(next(line for line in lines if line.startswith("AGE-SECRET-KEY")))


def _lines() -> list[bytes]:
    return [
        line for line in _file("bundles", "first", "lines.jsonl").splitlines() if line.startswith(b'{"head":{"device"')
    ]


def _contents() -> list[bytes]:
    """Contents of whole bundles, and of some with fewer lines."""
    opened = sealing.decrypt(_file("trust", "first.bundle"), identity(), sealing.BUNDLE_LIMIT)
    assert isinstance(opened, bytes)
    whole = _file("bundles", "first", "lines.jsonl")
    return [
        whole,
        _file("trust", "content.jsonl"),
        *(whole[: whole.index(b"\n") + 1] + line + b"\n" for line in _lines()),
    ]


def _made_lines() -> list[bytes]:
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
    return [*_lines(), whole.line, less.line, entries.erased(whole, {("resident", items[0].record): "x:1"}).line]


def _packed() -> list[bytes]:
    found: list[bytes] = []
    for line in _made_lines():
        with suppress(entries.EntryError):
            found.append(packing.pack(line, uuid.UUID(entries.parse(line).head.op).bytes))
    return [*found, zstandard.compress(b"plain")]


def _workbook() -> list[bytes]:
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


def _xml() -> list[bytes]:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(_workbook()[0])) as archive:
        return [archive.read(name) for name in archive.namelist() if name.endswith(".xml")]


def _ods() -> list[bytes]:
    return [
        b'<office:document-content><office:body><office:spreadsheet><table:table table:name="a"><table:table-column '
        b'table:number-columns-repeated="3" table:visibility="collapse"/><table:table-row table:number-rows-repeated="2">'
        b'<table:table-cell office:value-type="string" table:number-columns-spanned="2"><text:p>x</text:p></table:table-cell>'
        b"<table:covered-table-cell/></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    ]


def _csv() -> list[bytes]:
    text = '姓名,身份证号,出生日期\r\n王虚构,152727195001010010,1950-01-01\r\n"李,虚""构",\'001,\r\n'
    return [
        text.encode(),
        text.encode("gb18030"),
        b"\xef\xbb\xbf" + text.replace(",", "\t").encode(),
        text.encode("utf-16"),
    ]


def _typed() -> list[bytes]:
    vectors = json.loads(_file("vectors.json"))
    found: list[bytes] = []

    def walk(value: Any) -> None:
        if isinstance(value, str) and 0 < len(value) < 60:
            found.append(value.encode())
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(each)

    walk(vectors)
    return found[:3_000] or [b"1950"]


def _tables() -> list[bytes]:
    folder = Path(__file__).parent.parent.parent / "resources" / "tables" / "policies"
    return [path.read_bytes() for path in sorted(folder.glob("*.json"))] or [b"{}"]


@lru_cache(maxsize=1)
def _scratch() -> Path:
    """A folder of this process, on memory where there is some."""
    shared = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="fuzz-", dir=shared if shared.is_dir() else None))


def _backup() -> list[bytes]:
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


# ---------------------------------------------------------------------- readings


def _entry(data: bytes) -> str:
    try:
        entry = entries.parse(data)
    except entries.EntryError:
        return "no entry"
    entries.entry_hash(bytes(32), entry)
    entries.by_record(entry.items)
    return READ


def _unpacked(data: bytes) -> str:
    try:
        packing.unpack(data, bytes(16))
    except packing.Unpackable:
        return "unpackable"
    return READ


def _bundle(data: bytes) -> str:
    return said(bundle.parse(data, data[-2:-1] != b"0"))


def _signed(data: bytes) -> str:
    return said(cms.read(data)) + "/" + said(sealing.verify_signed(data, roots(), AT))


def _notes() -> list[bytes]:
    device = _holder().device
    return [siblings.Note(station=_holder().station, device=device, holds={device: 3}, lacks=["a" * 64], made=1).line()]


def _note(data: bytes) -> str:
    return said(siblings.read_note(data, _holder(), _holder().station))


@lru_cache(maxsize=1)
def _holder() -> Holder:
    return chain.holder_of(chain.certificate_of(chain.certificates_in(_file("trust", "device.pem"))[0]))


def _vault(data: bytes) -> str:
    try:
        state = vault_file.parse(data)
        state.whole(bytes(32))
    except Damaged:
        return "damaged"
    return READ


def _sheet(name: str) -> Callable[[bytes], str]:
    def read(data: bytes) -> str:
        try:
            return said(reader_child.read(data, name, reader_child.Messages(io.BytesIO())))
        except MemoryError:  # the child says so in main()
            return "memory"
        except BaseException as panic:
            if type(panic).__name__ == "PanicException":  # Rust's: the child ends, its parent says it cannot be read
                return "panic"
            raise

    return read


def _sheet_xml(data: bytes) -> str:
    sheetxml.read_shape(data)
    sheetxml.sheet_members({"xl/workbook.xml": data, "xl/_rels/workbook.xml.rels": data})
    sheetxml.counts_from_1904({"xl/workbook.xml": data})
    return READ


def _ods_xml(data: bytes) -> str:
    opendocument.repeats_too_much(data)
    opendocument.shapes(data)
    return READ


def _pem(data: bytes) -> str:
    found = TrustRoots.from_pem(data)
    if not isinstance(found, Refusal):
        chain.certificates_in(data)  # asked of what was taken as roots only
    return said(found) + "/" + said(roots().with_revocation_lists(data))


def _report(data: bytes) -> str:
    verdict = checking.check_report(data, roots(), AT)
    assert verdict.valid or verdict.problems, "a report is not valid, and nothing says why"
    return ",".join(sorted(str(p.code.value) for p in verdict.problems)) or READ


def _policy(data: bytes) -> str:
    record = Policy(id="x", name="n", effective_from="2024-01-01", table=data.decode("utf-8", "replace"))
    return ",".join(p.code for p in record.problems()) or READ


def _code(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    codes.plain(text)
    return said(chain.check_fingerprint(roots().root, text))


_VALUES: Final[tuple[Callable[[str], object], ...]] = (
    lambda t: dates.read_date(t, today=TODAY), lambda t: id_numbers.read_id_number(t, TODAY), names.read_name, phones.read_phones,
    money.read_money, areas.read_area, durations.read_hours, weights.read_weight, times.read_time, counts.read_count, sexes.read_sex,
    yes_no.read_yes_no, ethnic.read_ethnic, lambda t: divisions.read_village(t, "150602102"), money.read_capitals,
    lambda t: money.read_price(t, grams=500),
)  # fmt: skip


def _value(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    found = _VALUES[len(data) % len(_VALUES)](text)
    reason = getattr(found, "reason", None)
    return f"{len(data) % len(_VALUES)} {reason or READ}"


def _anchors(data: bytes) -> str:
    keeper = Anchors(bytes(32), _scratch())
    if data[:1] != b"\0":  # beneath its seal
        inside = bytes(12) + keeper._cipher.encrypt(bytes(12), data, b"n")
        data = len(inside).to_bytes(2, "big") + inside
    content = data[:4_096].ljust(4_096, b"\0") + data[4_096:8_192]
    return str([a is not None for a in keeper._in_file("n", content)])


def _anchor_seeds() -> list[bytes]:
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


def _whole_backup(data: bytes) -> str:
    file = _scratch() / "x.station-backup"
    if len(data) % 4:  # beneath its digest, which whoever changes a file can make anew
        data = data[:-32] + hashlib.sha256(data[:-32]).digest()
    file.write_bytes(data)
    return said(backup.read(file))


def _stick(data: bytes) -> str:
    """A stick laid out by the dice the bytes are: links, pipes, odd names, large files; then read as the program does."""
    dice = random.Random(data)
    top = _scratch() / "stick"
    shutil.rmtree(top, ignore_errors=True)
    place = top / usb.TOP / dice.choice((usb.TO_CENTRE, usb.TO_STATIONS, usb.REQUESTS, usb.CERTIFICATES, usb.REPORTS))
    if dice.random() < 0.1:
        place.parent.mkdir(parents=True)
        place.symlink_to("/etc")
    else:
        place = place / STATION if dice.random() < 0.5 else place
        place.mkdir(parents=True)
        for _n in range(dice.randint(1, 4)):
            name = dice.choice(
                (
                    "a2553959e13f-1-8.bundle",
                    "receipt-a2553959e13f-8.bundle",
                    "a2553959e13f.csr",
                    "autorun.inf",
                    "x\n.bundle",
                    "a.lnk",
                )
            )
            file = place / (
                name
                if dice.random() < 0.8
                else name[: dice.randrange(1, len(name))] + dice.choice((" ", "\x7f", "罕", ""))
            )
            with suppress(FileExistsError):
                what = dice.randrange(6)
                if what == 0:
                    file.symlink_to(dice.choice(("/etc/passwd", ".", "/dev/zero", file.name)))
                elif what == 1:
                    os.mkfifo(file)
                elif what == 2:
                    file.mkdir()
                elif what == 3:
                    with open(file, "xb") as sparse:
                        sparse.truncate(5 << 30)
                else:
                    with open(file, "xb") as plain:
                        plain.write(data)
    stick = Stick.at(top)
    if isinstance(stick, Refusal):
        return said(stick)
    ends: set[str] = set()
    for folder in (usb.TO_CENTRE, usb.TO_STATIONS, usb.REQUESTS, usb.CERTIFICATES, usb.REPORTS):
        for deeper in (folder, *(f"{folder}/{name}" for name in stick.folders(folder, usb.STATION))):
            for form in (usb.BUNDLE, usb.RECEIPT, usb.REQUEST, usb.CERTIFICATE, usb.ANY_BUNDLE, usb.BLOB_FOR, usb.NOTE):
                for found in stick.files(deeper, form):
                    got = stick.read(f"{deeper}/{found.string}", usb.BUNDLE_LIMIT)
                    assert not isinstance(got, bytes) or got == data, (
                        "something else than the stick's own file was read"
                    )
                    ends.add(said(got))
    return ",".join(sorted(ends))


def _proof(data: bytes) -> str:
    return READ if proof.unpacked(data) is not None else "nothing"


B, J, L, D, Z, T = mutate.of_bytes, mutate.of_json, mutate.of_lines, mutate.of_der, mutate.of_zip, mutate.of_text


def _pem_mutation(data: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    """A PEM's blocks changed as DER, its text as bytes."""
    import base64
    import re

    blocks = list(re.finditer(rb"(-----BEGIN [A-Z0-9 ]+-----)([^-]*)(-----END [A-Z0-9 ]+-----)", data))
    if not blocks or dice.random() < 0.2:
        return B(data, dice, others)
    one = dice.choice(blocks)
    try:
        der = base64.b64decode(one[2])
    except ValueError:
        return B(data, dice, others)
    return data[: one.start(2)] + b"\n" + base64.encodebytes(D(der, dice, others)) + data[one.end(2) :]


READERS: Final = (
    Reader("bundle content", _contents, _bundle, (L, L, B), 300),
    Reader("bundle header", lambda: [content.split(b"\n")[0] for content in _contents()], lambda d: said(bundle.read_header(d)), (J, J, B), 20),
    Reader("entry line", _made_lines, _entry, (J, B, B), 30),
    Reader("stored line", _packed, _unpacked, (B,), 15),
    Reader("signed file (CMS)", _files("trust", "first.der", "voucher.der"), _signed, (D, D, D, B), 200),
    Reader("voucher", _files("trust", "voucher.der"), lambda d: said(sealing.verify_voucher(d, roots(), AT)), (D, D, B), 200),
    Reader("age file", _files("trust", "first.bundle", "receipt.bundle"), lambda d: said(sealing.decrypt(d, identity(), 1 << 20)), (B,), 150),
    Reader("packed content", lambda: [zstandard.compress(c) for c in _contents()], lambda d: said(sealing._unpack(d)), (B,), 20),
    Reader("certificates and lists", _files("trust", "root.pem", "device.pem"), _pem, (_pem_mutation,), 600),
    Reader("request", _files("trust", "device.csr"), lambda d: said(certificates.read_request(d)), (_pem_mutation,), 200),
    Reader("receipt", lambda: [_file("trust", "receipt.json"), _file("bundles", "first", "receipt.json"), _file("bundles", "first", "receipt.json") + b"\n"],
           lambda d: said(receipts.parse(d)), (J, B), 15),
    Reader("position note", _notes, _note, (J, B), 15),
    Reader("vault.json", lambda: [_file("stores", "0001", "vault.json"), *_new_vault()], _vault, (J, J, B), 60),
    Reader("anchor file", _anchor_seeds, _anchors, (B,), 20),
    Reader("xlsx", _workbook, _sheet("x"), (Z, Z, Z, B), 1_500, True),
    Reader("xlsx sheet XML", _xml, _sheet_xml, (B,), 60),
    Reader("ods XML", _ods, _ods_xml, (B,), 30),
    Reader("xls", lambda: _old_books(), _sheet("x"), (B,), 1_000, True),
    Reader("csv", _csv, _sheet("x"), (B, T), 100, True),
    Reader("typed values", _typed, _value, (T,), 30),
    Reader("policy table", _tables, _policy, (J, B), 60),
    Reader("codes and fingerprints", lambda: [b"ABCDE-FGHJK-LMNPQ-RSTUV-WXYZ2-34567", roots().fingerprint.encode()], _code, (T, B), 15),
    Reader("signed report", _files("trust", "report.pdf"), _report, (B,), 30_000),
    Reader("backup", _backup, _whole_backup, (B,), 600),
    Reader("stick", lambda: [b"a", b"b" * 600], _stick, (B,), 1_500),
    Reader("proof", lambda: [proof.packed(proof.Proof(bytes(32), bytes(8), {"d": (3, bytes(32))}, {"resident": (2, bytes(32))}))], _proof, (B,), 10),
)  # fmt: skip


def _new_vault() -> list[bytes]:
    from station_app.store.vault import Vault
    from tests.faults.workload import PASSWORD, cheap_passwords

    folder = Path(tempfile.mkdtemp())
    try:
        cheap_passwords()
        assert not isinstance(Vault.create(folder, "王主任", PASSWORD), Refusal)
        return [(folder / "vault.json").read_bytes()]
    finally:
        shutil.rmtree(folder)


def _old_books() -> list[bytes]:
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
