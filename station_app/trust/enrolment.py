"""The station's side of enrolment: the centre's reply is taken only with the fingerprint a person typed from paper."""

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives import serialization

from station_app.messages import Refusal
from station_app.trust import chain
from station_app.trust.chain import Signer, TrustRoots
from station_app.trust.keys import DeviceKeys
from station_app.trust.refusals import TrustRefusal


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a device holds once enrolled: what it signs with, and what it believes."""

    signer: Signer
    roots: TrustRoots


def accept_reply(
    reply: bytes,
    revocation_lists: bytes,
    keys: DeviceKeys,
    station: str,
    device: str,
    typed_fingerprint: str,
    at: datetime,
) -> Enrolled | Refusal:
    """Check ``certificates/<device>.pem`` and ``revoked.crl`` and pin the centre they come from.

    Everything hangs on the typed fingerprint: it stands on the printed invitation, not on the stick.
    """
    roots = TrustRoots.from_pem(reply, revocation_lists)
    if isinstance(roots, Refusal):
        return roots
    wrong = chain.check_fingerprint(roots.root, typed_fingerprint)
    if wrong is not None:
        return wrong
    others = [der for der in chain.certificates_in(reply) if der not in (roots.root, roots.issuing)]
    if len(others) != 1:
        return Refusal(TrustRefusal.BAD_CHAIN)
    signer = with_certificate(keys, others[0], roots, station, device, at)
    return signer if isinstance(signer, Refusal) else Enrolled(signer, roots)


def with_certificate(
    keys: DeviceKeys, certificate: bytes, roots: TrustRoots, station: str, device: str, at: datetime
) -> Signer | Refusal:
    """The signer of this device, when the certificate is valid, made for its key, recipient, station and id."""
    holder = chain.verify_chain(certificate, roots, at)
    if isinstance(holder, Refusal):
        return holder
    spki = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    theirs = chain.certificate_of(certificate).public_key().public_bytes(*spki)
    if (
        theirs != keys.private_key.public_key().public_bytes(*spki)
        or holder.recipient != keys.recipient
        or (holder.station, holder.device) != (station, device)
    ):
        return Refusal(TrustRefusal.NOT_OUR_KEY)
    return Signer(keys.private_key, certificate, roots.issuing)
