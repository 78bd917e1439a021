"""Checking a signed report: our own reading of every byte first, then pyHanko's; valid only when both say so."""

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, read_certification_data
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from station_app.messages import Refusal
from station_app.trust import cms
from station_app.trust.chain import Holder, TrustRoots
from station_app.trust.der import SEQUENCE, Reader
from station_app.trust.refusals import BundleRefusal, ReportRefusal
from station_app.trust.verdicts import CENTRE_FIELD, HEAD_FIELD, ReportVerdict, at_field

#: A report larger than this is not one of ours.
REPORT_LIMIT = 32 * 1024 * 1024
_END_OF_FILE = (b"%%EOF", b"%%EOF\n", b"%%EOF\r\n")


@dataclass(frozen=True, slots=True)
class _Found:
    """One signature whose every byte was read and whose chain was checked."""

    holder: Holder
    signed_at: datetime
    end: int


def check_report(pdf: bytes, roots: TrustRoots, at: datetime | None) -> ReportVerdict:
    """The verdict; on a thread of its own where an event loop runs, because pyHanko starts one to validate."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _guarded(pdf, roots, at)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_guarded, pdf, roots, at).result()


def _guarded(pdf: bytes, roots: TrustRoots, at: datetime | None) -> ReportVerdict:
    try:
        return _verify(pdf, roots, at)
    except Exception:  # noqa: BLE001  # pyHanko and its parsers raise what they like on hostile files
        return _invalid(Refusal(ReportRefusal.UNREADABLE))


def _invalid(*problems: Refusal) -> ReportVerdict:
    return ReportVerdict(False, problems=problems)


def _verify(pdf: bytes, roots: TrustRoots, at: datetime | None) -> ReportVerdict:
    if len(pdf) > REPORT_LIMIT or not pdf.startswith(b"%PDF-"):
        return _invalid(Refusal(ReportRefusal.UNREADABLE))
    reader = PdfFileReader(BytesIO(pdf), strict=True)
    if reader.encrypted:
        return _invalid(Refusal(ReportRefusal.UNREADABLE))
    signatures = list(reader.embedded_signatures)
    names = [each.field_name for each in signatures]
    if not names:
        return _invalid(Refusal(ReportRefusal.UNSIGNED))
    if names not in ([HEAD_FIELD], [HEAD_FIELD, CENTRE_FIELD]):
        return _invalid(Refusal(ReportRefusal.WRONG_SIGNER, at_field(*map(str, names))))

    problems: list[Refusal] = []
    found: list[_Found] = []
    for signature in signatures:
        one = _read_signature(pdf, signature, roots, at)
        if isinstance(one, Refusal):
            problems.append(one)
        else:
            found.append(one)
    if problems:
        return _invalid(*problems)
    problems += _coverage(pdf, names, found)
    problems += _only_prepared_fields(pdf, reader, signatures, found)
    problems += _certified(reader, signatures[0])
    for signature, one in zip(signatures, found, strict=True):
        problem = _second_opinion(signature, one, roots, at, newest=signature is signatures[-1])
        if problem is not None:
            problems.append(problem)
    head, centre = found[0], found[1] if len(found) == 2 else None
    return ReportVerdict(
        not problems,
        head.holder,
        head.signed_at,
        centre.holder if centre else None,
        centre.signed_at if centre else None,
        tuple(problems),
    )


def _read_signature(
    pdf: bytes, signature: EmbeddedPdfSignature, roots: TrustRoots, at: datetime | None
) -> _Found | Refusal:
    """Our own reading: the byte range, the hole's hex, the CMS in it, the digest, the chain, who may sign here."""
    field = signature.field_name
    where = at_field(field)
    start, size, again, rest = (int(each) for each in signature.byte_range)
    end = again + rest
    if start != 0 or not 0 < size < again < end <= len(pdf):
        return Refusal(ReportRefusal.NOT_WHOLE, where)
    der, padded = _hole(pdf[size:again])
    if not der or signature.sig_object.get("/SubFilter") != SigSeedSubFilter.PADES.value:
        return Refusal(ReportRefusal.NOT_CANONICAL, where)
    envelope = cms.read(der)
    # a time inside the CMS as well would leave open which of the two counts
    if isinstance(envelope, Refusal) or envelope.content is not None or envelope.signed_at is not None:
        return Refusal(ReportRefusal.NOT_CANONICAL, where)
    if signature.pkcs7_content != padded:
        return Refusal(ReportRefusal.NOT_WHOLE, where)  # the hole holds another signature than the field's
    signed_at = signature.self_reported_timestamp
    if signed_at is None or signed_at.tzinfo is None:
        return Refusal(ReportRefusal.NOT_CANONICAL, where)
    digest = hashlib.sha256(pdf[:size])
    digest.update(pdf[again:end])
    holder = cms.check(envelope, digest.digest(), roots, at or signed_at)
    if isinstance(holder, Refusal):
        kinds = {
            BundleRefusal.BAD_SIGNATURE: ReportRefusal.BAD_SIGNATURE,
            BundleRefusal.REVOKED: ReportRefusal.SIGNER_REVOKED,
        }
        code = BundleRefusal(holder.code) if isinstance(holder.code, BundleRefusal) else BundleRefusal.NOT_ENROLLED
        return Refusal(kinds.get(code, ReportRefusal.UNKNOWN_SIGNER), where)
    if holder.is_centre != (field == CENTRE_FIELD):
        return Refusal(ReportRefusal.WRONG_SIGNER, where)
    return _Found(holder, signed_at, end)


def _hole(hole: bytes) -> tuple[bytes, bytes]:
    """The DER in ``<4A4B…00>``, without and with the zeros behind it; empty when it is written in any other way."""
    if hole[:1] != b"<" or hole[-1:] != b">":
        return b"", b""
    try:
        padded = bytes.fromhex(hole[1:-1].decode("ascii"))
        der = Reader(padded).whole(SEQUENCE)
    except ValueError:
        return b"", b""
    if padded.hex().upper().encode() != hole[1:-1] or padded[len(der) :].strip(b"\0"):
        return b"", b""
    return der, padded


def _coverage(pdf: bytes, names: list[str], found: list[_Found]) -> list[Refusal]:
    """The newest signature ends with the file; each earlier one with a complete revision before it."""
    problems = []
    for name, one, following in zip(names, found, [*found[1:], None], strict=True):
        whole = one.end == len(pdf) if following is None else one.end < following.end
        if not whole or not pdf[: one.end].endswith(_END_OF_FILE):
            problems.append(Refusal(ReportRefusal.NOT_WHOLE, at_field(name)))
    return problems


def _only_prepared_fields(
    pdf: bytes, reader: PdfFileReader, signatures: list[EmbeddedPdfSignature], found: list[_Found]
) -> list[Refusal]:
    """Both fields were there when the head signed, and the centre's was filled in the very next revision.

    pyHanko lets an update in between pass that adds an empty signature field (measured).
    """
    if _fields(PdfFileReader(BytesIO(pdf[: found[0].end]), strict=True)) != {HEAD_FIELD: True, CENTRE_FIELD: False}:
        return [Refusal(ReportRefusal.NOT_PREPARED, at_field(CENTRE_FIELD))]
    first, last = signatures[0].signed_revision, signatures[-1].signed_revision
    filled = len(signatures) == 2
    if (
        _fields(reader) != {HEAD_FIELD: True, CENTRE_FIELD: filled}
        or last != first + filled
        or reader.xrefs.total_revisions != last + 1
    ):
        return [Refusal(ReportRefusal.CHANGED, at_field(HEAD_FIELD))]
    return []


def _fields(reader: PdfFileReader) -> dict[str, bool]:
    """Every form field, and whether it is filled; a report has no others than for signatures."""
    form = reader.root["/AcroForm"]["/Fields"]
    fields = {str(name): value is not None for name, value, _reference in enumerate_sig_fields(reader)}
    return fields if len(form) == len(fields) else {}


def _certified(reader: PdfFileReader, first: EmbeddedPdfSignature) -> list[Refusal]:
    certified = read_certification_data(reader)
    if (
        certified is None
        or certified.author_sig != first.sig_object
        or certified.permission is not MDPPerm.FILL_FORMS
        or first.docmdp_level is not MDPPerm.FILL_FORMS
    ):
        return [Refusal(ReportRefusal.NOT_CERTIFIED)]
    return []


def _second_opinion(
    signature: EmbeddedPdfSignature, one: _Found, roots: TrustRoots, at: datetime | None, newest: bool
) -> Refusal | None:
    """pyHanko's judgement of the same signature, and what was changed after it."""
    field = signature.field_name
    status = validate_pdf_signature(signature, _context(roots, at or one.signed_at))
    wanted = SignatureCoverageLevel.ENTIRE_FILE if newest else SignatureCoverageLevel.ENTIRE_REVISION
    if status.coverage is not wanted:
        return Refusal(ReportRefusal.NOT_WHOLE, at_field(field))
    changes: object = signature.diff_result  # pyHanko says None, and sets it while validating
    if (
        not isinstance(changes, DiffResult)
        or changes.modification_level.value > ModificationLevel.FORM_FILLING.value
        or not changes.changed_form_fields <= {CENTRE_FIELD}
    ):
        return Refusal(ReportRefusal.CHANGED, at_field(field))
    if not status.bottom_line:
        return Refusal(ReportRefusal.BAD_SIGNATURE, at_field(field))
    return None


def _context(roots: TrustRoots, moment: datetime) -> ValidationContext:
    """Offline, our root alone, revocation lists required; the newest list counts, though it is younger than the report."""
    lists: list[Any] = [asn1_crl.CertificateList.load(each) for each in (roots.root_crl, roots.crl)]
    return ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(roots.root)],
        other_certs=[asn1_x509.Certificate.load(roots.issuing)],
        moment=moment,
        crls=lists,
        allow_fetching=False,
        revocation_mode="require",
        retroactive_revinfo=True,
    )
