"""Every reader of what others wrote, as a function from bytes to a word that says how it ended; above and beneath the seals."""

import hashlib
import io
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

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
from station_app.trust.chain import TrustRoots
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
from tests.fuzz import mutate, seeds
from tests.fuzz.mutate import Mutation

AT: Final = datetime(2026, 11, 20, tzinfo=UTC)
TODAY: Final = date(2026, 11, 24)
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


# ---------------------------------------------------------------------- readings


@lru_cache(maxsize=1)
def _scratch() -> Path:
    """A folder of this process, on memory where there is some."""
    shared = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="fuzz-", dir=shared if shared.is_dir() else None))


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
    return said(cms.read(data)) + "/" + said(sealing.verify_signed(data, seeds.roots(), AT))


def _note(data: bytes) -> str:
    return said(siblings.read_note(data, seeds.holder(), seeds.holder().station))


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
    return said(found) + "/" + said(seeds.roots().with_revocation_lists(data))


def _report(data: bytes) -> str:
    verdict = checking.check_report(data, seeds.roots(), AT)
    assert verdict.valid or verdict.problems, "a report is not valid, and nothing says why"
    return ",".join(sorted(str(p.code.value) for p in verdict.problems)) or READ


def _policy(data: bytes) -> str:
    record = Policy(id="x", name="n", effective_from="2024-01-01", table=data.decode("utf-8", "replace"))
    return ",".join(p.code for p in record.problems()) or READ


def _code(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    codes.plain(text)
    return said(chain.check_fingerprint(seeds.roots().root, text))


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
        place = place / seeds.STATION if dice.random() < 0.5 else place
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
    Reader("bundle content", seeds.contents, _bundle, (L, L, B), 300),
    Reader("bundle header", lambda: [content.split(b"\n")[0] for content in seeds.contents()], lambda d: said(bundle.read_header(d)), (J, J, B), 20),
    Reader("entry line", seeds.made_lines, _entry, (J, B, B), 30),
    Reader("stored line", seeds.stored_lines, _unpacked, (B,), 15),
    Reader("signed file (CMS)", seeds.golden_files("trust", "first.der", "voucher.der"), _signed, (D, D, D, B), 200),
    Reader("voucher", seeds.golden_files("trust", "voucher.der"), lambda d: said(sealing.verify_voucher(d, seeds.roots(), AT)), (D, D, B), 200),
    Reader("age file", seeds.golden_files("trust", "first.bundle", "receipt.bundle"), lambda d: said(sealing.decrypt(d, seeds.identity(), 1 << 20)), (B,), 150),
    Reader("packed content", lambda: [zstandard.compress(c) for c in seeds.contents()], lambda d: said(sealing._unpack(d)), (B,), 20),
    Reader("certificates and lists", seeds.golden_files("trust", "root.pem", "device.pem"), _pem, (_pem_mutation,), 600),
    Reader("request", seeds.golden_files("trust", "device.csr"), lambda d: said(certificates.read_request(d)), (_pem_mutation,), 200),
    Reader("receipt", seeds.receipts,
           lambda d: said(receipts.parse(d)), (J, B), 15),
    Reader("position note", seeds.notes, _note, (J, B), 15),
    Reader("vault.json", lambda: [seeds.golden("stores", "0001", "vault.json"), *seeds.new_vault()], _vault, (J, J, B), 60),
    Reader("anchor file", seeds.anchor_files, _anchors, (B,), 20),
    Reader("xlsx", seeds.workbook, _sheet("x"), (Z, Z, Z, B), 1_500, True),
    Reader("xlsx sheet XML", seeds.workbook_xml, _sheet_xml, (B,), 60),
    Reader("ods XML", seeds.ods, _ods_xml, (B,), 30),
    Reader("xls", seeds.old_books, _sheet("x"), (B,), 1_000, True),
    Reader("csv", seeds.csv, _sheet("x"), (B, T), 100, True),
    Reader("typed values", seeds.typed, _value, (T,), 30),
    Reader("policy table", seeds.policies, _policy, (J, B), 60),
    Reader("codes and fingerprints", lambda: [b"ABCDE-FGHJK-LMNPQ-RSTUV-WXYZ2-34567", seeds.roots().fingerprint.encode()], _code, (T, B), 15),
    Reader("signed report", seeds.golden_files("trust", "report.pdf"), _report, (B,), 30_000),
    Reader("backup", seeds.backups, _whole_backup, (B,), 600),
    Reader("stick", lambda: [b"a", b"b" * 600], _stick, (B,), 1_500),
    Reader("proof", lambda: [proof.packed(proof.Proof(bytes(32), bytes(8), {"d": (3, bytes(32))}, {"resident": (2, bytes(32))}))], _proof, (B,), 10),
)  # fmt: skip
