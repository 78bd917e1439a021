"""The issuing certificate and revocation lists a signed report carries, for who holds nothing but the root."""

from collections.abc import Sequence
from io import BytesIO

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore

from station_app.messages import Refusal
from station_app.trust.chain import TrustRoots
from station_app.trust.refusals import TrustRefusal


def carried_roots(pdf: bytes, pems: Sequence[bytes]) -> TrustRoots | Refusal:
    """Roots made of the given PEMs (the root at least) and what the report carries; each must be signed under that root."""
    try:
        store = DocumentSecurityStore.read_dss(PdfFileReader(BytesIO(pdf)))
        certificates = [x509.load_der_x509_certificate(c.dump()) for c in store.load_certs()]
        lists = [x509.load_der_x509_crl(bytes(reference.get_object().data)) for reference in store.crls]
    except Exception:  # noqa: BLE001  # pyHanko raises what it likes on a broken PDF
        return Refusal(TrustRefusal.BAD_CHAIN)
    given = set(x509.load_pem_x509_certificates(b"\n".join(p for p in pems if b"BEGIN CERTIFICATE" in p)) if pems else ())
    above = [c for c in certificates if c not in given and c.issuer != c.subject and _is_authority(c)]
    carried = [c.public_bytes(Encoding.PEM) for c in above] + [one.public_bytes(Encoding.PEM) for one in lists]
    return TrustRoots.from_pem(*pems, *carried)


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
