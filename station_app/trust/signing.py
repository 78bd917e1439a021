"""Signing a report: both fields prepared beforehand, certified by the station head, countersigned by the centre.

pyHanko takes most of a second to load, so it is imported where a report is signed or checked, not with the program.
"""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from station_app.clock import LOCAL
from station_app.messages import Refusal, _
from station_app.trust import chain, cms
from station_app.trust.chain import Signer, TrustRoots
from station_app.trust.refusals import ReportRefusal
from station_app.trust.verdicts import CENTRE_FIELD, HEAD_FIELD, ReportVerdict, at_field

__all__ = [
    "CENTRE_FIELD",
    "HEAD_FIELD",
    "Box",
    "ReportVerdict",
    "countersign",
    "prepare",
    "sign_report",
    "verify_report",
]

#: Bytes kept free behind the CMS: a signature's two numbers vary in length from one to the next.
_SPARE = 64


@dataclass(frozen=True, slots=True)
class Box:
    """Where a signature field lies on a page (counted from 0, -1 the last), in points from the lower left corner."""

    page: int
    left: int
    bottom: int
    right: int
    top: int


def prepare(pdf: bytes, head: Box | None = None, centre: Box | None = None) -> bytes | Refusal:
    """The report with both empty signature fields; a field added after certifying would break the first signature."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    try:
        writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=True)
        titles = {HEAD_FIELD: _("Signature of the station head"), CENTRE_FIELD: _("Countersignature of the centre")}
        for name, box in ((HEAD_FIELD, head), (CENTRE_FIELD, centre)):
            page, place = (0, None) if box is None else (box.page, (box.left, box.bottom, box.right, box.top))
            append_signature_field(writer, SigFieldSpec(name, page, place, readable_field_name=titles[name]))
        out = BytesIO()
        writer.write(out)  # type: ignore[no-untyped-call]  # pyHanko types only part of itself
    except Exception:  # noqa: BLE001  # pyHanko raises what it likes on a broken PDF
        return Refusal(ReportRefusal.UNREADABLE)
    return out.getvalue()


def sign_report(pdf: bytes, signer: Signer, roots: TrustRoots, reason: str, at: datetime) -> bytes | Refusal:
    """The prepared report, certified by a station's device at ``at``: afterwards only the centre's field may be filled."""
    holder = chain.verify_chain(signer.certificate, roots, at)
    if isinstance(holder, Refusal):
        return holder
    if holder.is_centre:
        return Refusal(ReportRefusal.WRONG_SIGNER, at_field(HEAD_FIELD))
    return _fill(pdf, HEAD_FIELD, signer, roots, reason, at)


def countersign(pdf: bytes, signer: Signer, roots: TrustRoots, reason: str, at: datetime) -> bytes | Refusal:
    """A valid signed report with the centre's field filled, too."""
    holder = chain.verify_chain(signer.certificate, roots, at)
    if isinstance(holder, Refusal):
        return holder
    if not holder.is_centre:
        return Refusal(ReportRefusal.WRONG_SIGNER, at_field(CENTRE_FIELD))
    verdict = verify_report(pdf, roots)
    if not verdict.valid:
        return verdict.problems[0]
    return _fill(pdf, CENTRE_FIELD, signer, roots, reason, at)


def verify_report(pdf: bytes, roots: TrustRoots, at: datetime | None = None) -> ReportVerdict:
    """Whether the report is exactly what its signers signed.

    Certificates are judged at the signing time the signature itself states, or at ``at``. Never raises for any
    bytes.
    """
    from station_app.trust.checking import check_report

    return check_report(pdf, roots, at)


def _fill(pdf: bytes, field: str, signer: Signer, roots: TrustRoots, reason: str, at: datetime) -> bytes | Refusal:
    from asn1crypto import crl as asn1_crl
    from asn1crypto import x509 as asn1_x509
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter, enumerate_sig_fields
    from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
    from pyhanko.sign.signers.pdf_byterange import SignatureObject
    from pyhanko.sign.validation.dss import DocumentSecurityStore

    first = field == HEAD_FIELD
    try:
        writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=True)
        filled = {name: value is not None for name, value, _reference in enumerate_sig_fields(writer)}
    except Exception:  # noqa: BLE001  # pyHanko raises what it likes on a broken PDF
        return Refusal(ReportRefusal.UNREADABLE)
    for name in (HEAD_FIELD, CENTRE_FIELD) if first else (CENTRE_FIELD,):
        if name not in filled:
            return Refusal(ReportRefusal.NOT_PREPARED, at_field(name))
        if filled[name]:
            return Refusal(ReportRefusal.ALREADY_SIGNED, at_field(name))
    # In the same revision as the signature, or bytes of the store of certificates would stand unsigned behind it.
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[asn1_x509.Certificate.load(each) for each in (signer.certificate, roots.issuing, roots.root)],
        crls=[asn1_crl.CertificateList.load(each) for each in (roots.root_crl, roots.crl)],
    )
    embedding = PdfCMSEmbedder().write_cms(field, writer, existing_fields_only=True)
    next(embedding)
    placeholder = SignatureObject(
        timestamp=at.astimezone(LOCAL).replace(microsecond=0),
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        bytes_reserved=2 * (len(cms.sign_digest(bytes(32), signer)) + _SPARE),  # hex digits; pyHanko calls them bytes
    )
    lock = SigMDPSetup("sha256", certify=first, docmdp_perms=MDPPerm.FILL_FORMS if first else None)
    embedding.send(SigObjSetup(placeholder, mdp_setup=lock))
    digest, out = embedding.send(SigIOSetup("sha256", output=BytesIO()))
    embedding.send(cms.sign_digest(digest.document_digest, signer))
    return bytes(out.getvalue())
