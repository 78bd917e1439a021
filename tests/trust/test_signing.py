"""Signed reports: what we sign pdfsig trusts, and every way to change one is noticed."""

import asyncio
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import pikepdf
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields as fields_module
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, append_signature_field
from pyhanko.sign.signers import cms_embedder
from pyhanko.sign.signers.cms_embedder import SigMDPSetup

from station_app.messages import Refusal
from station_app.trust import chain, checking, cms, signing
from station_app.trust.carried import carried_roots
from station_app.trust.certificates import Withdrawal
from station_app.trust.chain import Signer, TrustRoots
from station_app.trust.der import SEQUENCE, Reader
from station_app.trust.nss import nss_database
from station_app.trust.refusals import BundleRefusal, ReportRefusal, TrustRefusal
from station_app.trust.signing import CENTRE_FIELD, HEAD_FIELD, Box, ReportVerdict, verify_report
from station_app.trust.verdicts import at_field
from tests.trust.damage import cuts, flips, others
from tests.trust.test_chain import code
from tests.trust.world import AT, DAY, STATION, World, good, make_world, prepared_pdf, small_pdf

hostile = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def prepared() -> bytes:
    """A report with both fields."""
    return prepared_pdf()


@pytest.fixture(scope="module")
def signed(world: World, prepared: bytes) -> bytes:
    """A report certified by the first station."""
    return good(signing.sign_report(prepared, world.signer, world.roots, "月报", AT))


@pytest.fixture(scope="module")
def both(world: World, signed: bytes) -> bytes:
    """The same, countersigned by the centre two days later."""
    return good(signing.countersign(signed, world.centre, world.roots, "核对一致", AT + 2 * DAY))


def problems(verdict: ReportVerdict) -> set[object]:
    """The codes of what is wrong with a report; a valid one has none."""
    assert verdict.valid is (not verdict.problems)
    return {each.code for each in verdict.problems}


def test_signed_report_names_its_signer(world: World, signed: bytes) -> None:
    verdict = verify_report(signed, world.roots)
    assert verdict == ReportVerdict(True, world.signer.holder, AT)
    assert verdict.signer is not None and verdict.signer.station == STATION


def test_countersigned_report_names_both(world: World, both: bytes) -> None:
    verdict = verify_report(both, world.roots)
    assert verdict == ReportVerdict(True, world.signer.holder, AT, world.centre.holder, AT + 2 * DAY)


def test_the_signed_file_begins_with_the_prepared_one(prepared: bytes, signed: bytes, both: bytes) -> None:
    assert signed.startswith(prepared) and both.startswith(signed)


@pytest.mark.parametrize("visible", [True, False])
@pytest.mark.parametrize("rewritten", [True, False])
def test_other_kinds_of_pdf_sign_as_well(world: World, visible: bool, rewritten: bool) -> None:
    """Object streams as pikepdf writes them for the tagged report; fields to be seen or not."""
    pdf = small_pdf(5)
    if rewritten:
        out = BytesIO()
        with pikepdf.open(BytesIO(pdf)) as document:
            document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
        pdf = out.getvalue()
    boxes = (Box(-1, 90, 90, 200, 150), Box(-1, 300, 90, 410, 150)) if visible else (None, None)
    report = good(signing.sign_report(good(signing.prepare(pdf, *boxes)), world.signer, world.roots, "月报", AT))
    report = good(signing.countersign(report, world.centre, world.roots, "核对一致", AT))
    assert verify_report(report, world.roots).valid


def pdfsig(pdf: bytes, roots: TrustRoots, folder: Path) -> str:
    """What pdfsig says of a report, knowing only this centre."""
    database = good(nss_database(folder / "nss", roots.root, roots.issuing))
    (folder / "report.pdf").write_bytes(pdf)
    command = ["pdfsig", "-nssdir", f"sql:{database}", str(folder / "report.pdf")]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_pdfsig_agrees(stranger: World, tmp_path: Path) -> None:
    """With certificates of today: pdfsig judges them by the computer's clock."""
    now = datetime.now(UTC)
    world = make_world(at=now)
    signed = good(signing.sign_report(prepared_pdf(), world.signer, world.roots, "月报", now))
    said = pdfsig(signed, world.roots, tmp_path)
    assert said.count("Signature is Valid") == said.count("Certificate is Trusted") == 1
    assert "Total document signed" in said and f"O={STATION}" in said and "ETSI.CAdES.detached" in said
    both = good(signing.countersign(signed, world.centre, world.roots, "核对一致", now))
    said = pdfsig(both, world.roots, tmp_path)
    assert said.count("Signature is Valid") == said.count("Certificate is Trusted") == 2
    assert said.count("Total document signed") == 1 and said.count("Not total document signed") == 1
    said = pdfsig(signed.replace(b"/Producer", b"/Producex", 1), world.roots, tmp_path)
    assert "Digest Mismatch" in said and "Signature is Valid" not in said
    assert "Certificate is Trusted" not in pdfsig(signed, stranger.roots, tmp_path)


def appended(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """The report with an incremental update, as any PDF editor makes it."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
    change(writer)
    out = BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]  # pyHanko types only part of itself
    return out.getvalue()


def rotate(writer: IncrementalPdfFileWriter) -> None:
    """Turn the first page."""
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = generic.NumberObject(180)  # type: ignore[no-untyped-call]  # pyHanko types only part of itself
    writer.update_container(page)


def javascript(writer: IncrementalPdfFileWriter) -> None:
    """A script that runs when the file is opened."""
    action = generic.DictionaryObject()  # type: ignore[no-untyped-call]  # pyHanko types only part of itself
    action["/S"] = generic.NameObject("/JavaScript")
    action["/JS"] = generic.pdf_string("app.alert(1)")
    writer.root["/OpenAction"] = writer.add_object(action)
    writer.update_root()  # type: ignore[no-untyped-call]  # pyHanko types only part of itself


def another_field(writer: IncrementalPdfFileWriter) -> None:
    """One more signature field."""
    append_signature_field(writer, SigFieldSpec("another"))


def page_content(writer: IncrementalPdfFileWriter) -> None:
    """Other content on the first page."""
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT (forged) Tj ET"))
    writer.update_container(page)


def drop_signature(writer: IncrementalPdfFileWriter) -> None:
    """The head's field emptied."""
    field = writer.root["/AcroForm"]["/Fields"][0]
    del field["/V"]
    writer.update_container(field)


def nothing(writer: IncrementalPdfFileWriter) -> None:
    """An update that changes no object anybody sees."""
    writer.add_object(generic.NumberObject(7))  # type: ignore[no-untyped-call]  # pyHanko types only part of itself


TAMPER: dict[str, Callable[[bytes], bytes]] = {
    "one byte of the page": lambda pdf: pdf.replace(b"/Producer", b"/Producex", 1),
    "a comment behind": lambda pdf: pdf + b"%junk\n",
    "one newline behind": lambda pdf: pdf + b"\n",
    "a zero byte behind": lambda pdf: pdf + b"\0",
    "the last byte cut": lambda pdf: pdf[:-1],
    "something in front": lambda pdf: b"\n" + pdf,
    "page turned": lambda pdf: appended(pdf, rotate),
    "script": lambda pdf: appended(pdf, javascript),
    "another field": lambda pdf: appended(pdf, another_field),
    "content replaced": lambda pdf: appended(pdf, page_content),
    "signature dropped": lambda pdf: appended(pdf, drop_signature),
    "empty update": lambda pdf: appended(pdf, nothing),
}


@pytest.mark.parametrize("way", TAMPER)
@pytest.mark.parametrize("which", ["signed", "both"])
def test_tampering_is_refused(world: World, request: pytest.FixtureRequest, which: str, way: str) -> None:
    report = request.getfixturevalue(which)
    changed = TAMPER[way](report)
    assert changed != report
    assert problems(verify_report(changed, world.roots))


@pytest.mark.parametrize("way", ["page turned", "script", "another field", "content replaced", "empty update"])
def test_a_change_between_head_and_centre_is_refused(world: World, signed: bytes, way: str) -> None:
    """The centre would have to sign it; its program refuses, and were it made to, checking still says so."""
    changed = TAMPER[way](signed)
    assert isinstance(signing.countersign(changed, world.centre, world.roots, "核对一致", AT), Refusal)
    forced = signing._fill(changed, CENTRE_FIELD, world.centre, world.roots, "核对一致", AT)
    assert isinstance(forced, bytes)
    found = problems(verify_report(forced, world.roots))
    assert found == {ReportRefusal.CHANGED}


def hole(pdf: bytes) -> tuple[int, int]:
    """Where the hex of the first signature lies."""
    match = re.search(rb"/Contents <([0-9A-F]+)>", pdf)
    assert match is not None
    return match.span(1)


def cms_in(pdf: bytes) -> bytes:
    """The CMS in the first hole, without the zeros behind it (it may itself end with one)."""
    start, end = hole(pdf)
    return Reader(bytes.fromhex(pdf[start:end].decode())).whole(SEQUENCE)


def with_cms(pdf: bytes, der: bytes) -> bytes:
    """The report with another CMS in the first hole; the hole is not signed."""
    start, end = hole(pdf)
    assert 2 * len(der) <= end - start
    return pdf[:start] + der.hex().upper().ljust(end - start, "0").encode() + pdf[end:]


def test_the_hole_is_read_to_the_last_digit(world: World, signed: bytes) -> None:
    start, end = hole(signed)
    assert with_cms(signed, cms_in(signed)) == signed  # the control
    first = next(at for at in range(start, end) if signed[at : at + 1] in b"ABCDEF")
    for changed in (
        signed[:first] + signed[first : first + 1].lower() + signed[first + 1 :],
        signed[: end - 1] + b"1" + signed[end:],
        signed[: end - 1] + b" " + signed[end:],
        signed[: end - 40] + b"\n" * 40 + signed[end:],
    ):
        assert problems(verify_report(changed, world.roots)) == {ReportRefusal.NOT_CANONICAL}


def test_only_the_pinned_issuing_certificate_may_travel_along(world: World, stranger: World, signed: bytes) -> None:
    envelope = cms.read(cms_in(signed))
    assert isinstance(envelope, cms.Envelope)
    foreign = replace(world.signer, issuing=stranger.issuing.certificate)
    changed = with_cms(signed, cms.sign_digest(envelope.digest, foreign))
    assert problems(verify_report(changed, world.roots)) == {ReportRefusal.UNKNOWN_SIGNER}
    whole = with_cms(signed, cms.sign_digest(envelope.digest, world.signer))
    assert verify_report(whole, world.roots).valid  # the control: signed anew by the same device it is valid
    timed = with_cms(signed, cms._assemble(envelope.digest, world.signer, None, AT))
    assert problems(verify_report(timed, world.roots)) == {ReportRefusal.NOT_CANONICAL}
    content = with_cms(signed, cms.sign(b"other", world.signer, AT))
    assert problems(verify_report(content, world.roots)) == {ReportRefusal.NOT_CANONICAL}


def forced(world: World, field: str, signer: Signer, pdf: bytes | None = None) -> bytes:
    """A signature our program would refuse to make."""
    made = signing._fill(pdf or prepared_pdf(), field, signer, world.roots, "月报", AT)
    assert isinstance(made, bytes)
    return made


def test_each_field_is_for_its_signer_only(world: World, stranger: World, signed: bytes) -> None:
    wrong = ReportRefusal.WRONG_SIGNER
    assert code(signing.sign_report(prepared_pdf(), world.centre, world.roots, "", AT)) is wrong
    assert code(signing.countersign(signed, world.other, world.roots, "", AT)) is wrong
    assert problems(verify_report(forced(world, HEAD_FIELD, world.centre), world.roots)) == {wrong}
    assert problems(verify_report(forced(world, CENTRE_FIELD, world.other, signed), world.roots)) == {wrong}
    assert problems(verify_report(forced(world, CENTRE_FIELD, world.centre), world.roots)) == {wrong}
    strange = forced(stranger, HEAD_FIELD, stranger.signer)
    assert problems(verify_report(strange, world.roots)) == {ReportRefusal.UNKNOWN_SIGNER}
    assert verify_report(strange, stranger.roots).valid


def test_a_second_field_made_after_certifying_is_refused(world: World) -> None:
    """pdfsig calls it valid (facts/pdf-and-signing.md): only prepared fields may be filled."""
    writer = IncrementalPdfFileWriter(BytesIO(small_pdf()))
    append_signature_field(writer, SigFieldSpec(HEAD_FIELD))
    out = BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]  # pyHanko types only part of itself
    alone = out.getvalue()
    assert code(signing.sign_report(alone, world.signer, world.roots, "", AT)) is ReportRefusal.NOT_PREPARED
    # what a careless program would do: certify with one field, then add the second and fill it
    certified = careless(world, alone)
    unprepared = {ReportRefusal.NOT_PREPARED}
    assert problems(verify_report(certified, world.roots)) == unprepared
    later = appended(certified, lambda writer: append_signature_field(writer, SigFieldSpec(CENTRE_FIELD)))
    assert problems(verify_report(forced(world, CENTRE_FIELD, world.centre, later), world.roots)) == unprepared


def careless(world: World, pdf: bytes) -> bytes:
    """Certifies without looking whether the second field is there."""
    fields = [(HEAD_FIELD, None, None), (CENTRE_FIELD, None, None)]
    with patch.object(fields_module, "enumerate_sig_fields", lambda _writer: fields):
        return forced(world, HEAD_FIELD, world.signer, pdf)


def test_a_report_must_be_locked(world: World) -> None:
    """An approval signature alone would leave everything else open to change."""
    real = SigMDPSetup
    with patch.object(cms_embedder, "SigMDPSetup", lambda algorithm, **_: real(algorithm)):
        report = forced(world, HEAD_FIELD, world.signer)
    assert problems(verify_report(report, world.roots)) == {ReportRefusal.NOT_CERTIFIED}
    with patch.object(cms_embedder, "SigMDPSetup", lambda a, **_: real(a, certify=True, docmdp_perms=MDPPerm.ANNOTATE)):
        report = forced(world, HEAD_FIELD, world.signer)
    assert problems(verify_report(report, world.roots)) == {ReportRefusal.NOT_CERTIFIED}


def test_withdrawn_signers(world: World, signed: bytes, both: bytes) -> None:
    lost = world.withdrawing(world.signer, Withdrawal.LOST, AT + DAY)
    assert problems(verify_report(signed, lost)) == {ReportRefusal.SIGNER_REVOKED}
    assert code(signing.sign_report(prepared_pdf(), world.signer, lost, "", AT)) is BundleRefusal.REVOKED
    assert code(signing.countersign(signed, world.centre, lost, "", AT)) is ReportRefusal.SIGNER_REVOKED
    replaced = world.withdrawing(world.signer, Withdrawal.REPLACED, AT + DAY)
    assert verify_report(signed, replaced).valid  # signed while it was in use
    assert problems(verify_report(signed, replaced, AT + 2 * DAY)) == {ReportRefusal.SIGNER_REVOKED}
    assert code(signing.sign_report(prepared_pdf(), world.signer, replaced, "", AT + DAY)) is BundleRefusal.REVOKED
    centre_lost = world.withdrawing(world.centre, Withdrawal.LOST, AT)
    assert problems(verify_report(both, centre_lost)) == {ReportRefusal.SIGNER_REVOKED}


def test_signing_outside_validity(world: World, signed: bytes) -> None:
    late = AT + timedelta(days=1200)
    assert code(signing.sign_report(prepared_pdf(), world.signer, world.roots, "", late)) is TrustRefusal.EXPIRED
    early = signing.sign_report(prepared_pdf(), world.signer, world.roots, "", AT - 9 * DAY)
    assert code(early) is TrustRefusal.NOT_YET_VALID
    assert verify_report(signed, world.roots).valid  # judged at its signing time, for ever
    assert problems(verify_report(signed, world.roots, late)) == {ReportRefusal.UNKNOWN_SIGNER}


def test_lists_of_withdrawn_certificates_are_required(world: World, stranger: World, signed: bytes) -> None:
    roots = replace(world.roots, crl=stranger.roots.crl)
    assert problems(verify_report(signed, roots)) == {ReportRefusal.UNKNOWN_SIGNER}


def test_a_signed_report_is_never_signed_again(world: World, signed: bytes, both: bytes) -> None:
    again = signing.sign_report(signed, world.signer, world.roots, "", AT)
    assert isinstance(again, Refusal) and again.code is ReportRefusal.ALREADY_SIGNED
    assert again.values == at_field(HEAD_FIELD)
    assert code(signing.countersign(both, world.centre, world.roots, "", AT)) is ReportRefusal.ALREADY_SIGNED


def test_what_is_no_report(world: World) -> None:
    for data in (b"", b"%PDF-1.7", b"PK\x03\x04", b"%PDF-1.7\n" + b"[" * 100_000, small_pdf()[:-30]):
        assert problems(verify_report(data, world.roots)) == {ReportRefusal.UNREADABLE}
        assert code(signing.prepare(data)) is ReportRefusal.UNREADABLE
        assert code(signing.sign_report(data, world.signer, world.roots, "", AT)) is ReportRefusal.UNREADABLE
    for data in (small_pdf(), prepared_pdf()):
        assert problems(verify_report(data, world.roots)) == {ReportRefusal.UNSIGNED}
    assert code(signing.sign_report(small_pdf(), world.signer, world.roots, "", AT)) is ReportRefusal.NOT_PREPARED


def test_the_root_alone_is_enough_with_what_the_report_carries(world: World, stranger: World, both: bytes) -> None:
    root = chain.pem_of(world.root.certificate)
    assert good(carried_roots(both, [root])) == world.roots
    assert verify_report(both, good(carried_roots(both, [root]))).valid
    newer = world.withdrawing(world.signer, Withdrawal.LOST, AT)
    assert good(carried_roots(both, [root, newer.revocation_lists])) == newer  # the newest list given counts
    for pems in ([], [b""], [b"rubbish"], [chain.pem_of(stranger.root.certificate)]):
        assert code(carried_roots(both, pems)) is TrustRefusal.BAD_CHAIN
    for data in (b"", small_pdf(), prepared_pdf(), both[:-40]):
        assert code(carried_roots(data, [root])) is TrustRefusal.BAD_CHAIN


def test_checking_inside_an_event_loop(world: World, both: bytes) -> None:
    async def inside() -> ReportVerdict:
        return verify_report(both, world.roots)

    assert asyncio.run(inside()).valid


def test_nss_database_leaves_other_files_alone(world: World, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")
    for _ in range(2):
        assert nss_database(tmp_path, world.roots.root, world.roots.issuing) == tmp_path
    assert (tmp_path / "mine").read_text() == "kept"


def test_without_certutil_there_is_a_sentence(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert code(nss_database(tmp_path / "nss", world.roots.root, world.roots.issuing)) is TrustRefusal.NO_CERTUTIL
    assert list(tmp_path.iterdir()) == []


@hostile
@pytest.mark.parametrize("which", ["signed", "both"])
def test_flipped_bits_in_a_report_are_all_noticed(world: World, request: pytest.FixtureRequest, which: str) -> None:
    """In what is signed, and in the unsigned hole: case of hex digits, padding, certificates, algorithm fields."""
    report = request.getfixturevalue(which)
    count = 500 if which == "signed" else 100
    start, end = hole(report)
    used = start + len(report[start:end].rstrip(b"0"))
    for damaged in (
        flips(report, count, 11, [*range(start - 1), *range(end + 1, len(report))]),
        flips(report, count // 3, 12, range(start, used)),
        flips(report, count // 8, 13, range(used, end)),
    ):
        for data in damaged:
            assert problems(verify_report(data, world.roots))


@hostile
def test_other_damage_to_a_report_is_noticed(world: World, both: bytes) -> None:
    for data in [*cuts(both, 40, 14), *others(both, 40, 15)]:
        assert problems(verify_report(data, world.roots))


@hostile
def test_the_damage_finds_a_planted_fault(world: World, signed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without our own reading of the hole, pyHanko alone lets flipped bits pass, and we see them."""
    found = checking._Found(world.signer.holder, AT, len(signed))
    monkeypatch.setattr(checking, "_read_signature", lambda *_: found)
    start, end = hole(signed)
    seen = Counter(verify_report(data, world.roots).valid for data in flips(signed, 80, 16, range(start, end)))
    assert seen[True] > 8
    assert not any(verify_report(data, world.roots).valid for data in flips(signed, 40, 17, range(start - 200)))


def test_the_program_does_not_wait_for_the_signing_library() -> None:
    """It takes most of a second to load; who only looks something up must not pay for it."""
    modules = "certificates, chain, enrolment, sealing, signing, carried, nss, verdicts"
    script = f"import sys; from station_app.trust import {modules}; print('pyhanko' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "False\n"
    )
