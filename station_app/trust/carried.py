"""The issuing certificate and revocation lists a signed report carries, for who holds nothing but the root."""

from collections.abc import Sequence
from io import BytesIO

from station_app.messages import Refusal
from station_app.trust.chain import TrustRoots, certificate_of, pem_of
from station_app.trust.refusals import TrustRefusal


def carried_roots(pdf: bytes, pems: Sequence[bytes]) -> TrustRoots | Refusal:
    """Roots made of the given PEMs (the root at least) and what the report carries; all must be signed under that root.

    The lists are those of the day it was signed: a certificate withdrawn since is not known to be. Who has newer
    ones gives them, and the newest counts.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.dss import DocumentSecurityStore

    try:
        store = DocumentSecurityStore.read_dss(PdfFileReader(BytesIO(pdf), strict=True))
        certificates = [bytes(each.dump()) for each in store.load_certs()]
        lists = [bytes(reference.get_object().data) for reference in store.crls]
        # A root never comes out of the file that is to be checked by it.
        below = [each for each in certificates if certificate_of(each).issuer != certificate_of(each).subject]
        carried = pem_of(*below, *lists)
    except Exception:  # noqa: BLE001  # pyHanko raises what it likes on a broken PDF
        return Refusal(TrustRefusal.BAD_CHAIN)
    return TrustRoots.from_pem(*pems, carried)
