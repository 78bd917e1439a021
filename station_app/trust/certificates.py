"""The centre's side of trust: offline root, issuing certificate, device certificates, lists of withdrawn ones."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AttributeOID, ExtendedKeyUsageOID, NameOID

from station_app.messages import Refusal
from station_app.trust import chain, groups
from station_app.trust.keys import DeviceKeys, new_private_key
from station_app.trust.refusals import TrustRefusal

ROOT_YEARS, ISSUING_YEARS, DEVICE_YEARS = 20, 10, 3
#: A request larger than this is not one of ours.
REQUEST_LIMIT = 8 * 1024
#: Clocks of two offices differ; a certificate must not be "not yet valid" on the day it is brought home.
_SLACK = timedelta(days=1)


class Withdrawal(StrEnum):
    """Why a certificate is withdrawn; after a replaced or closed device its earlier signatures stay good."""

    LOST = "lost"
    REPLACED = "replaced"
    CLOSED = "closed"


_REASONS = {
    Withdrawal.LOST: x509.ReasonFlags.key_compromise,
    Withdrawal.REPLACED: x509.ReasonFlags.superseded,
    Withdrawal.CLOSED: x509.ReasonFlags.cessation_of_operation,
}


@dataclass(frozen=True, slots=True)
class Authority:
    """A key that signs certificates, with its own certificate: the root (kept offline) or the issuing one."""

    private_key: ec.EllipticCurvePrivateKey
    certificate: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """What a device asks to be certified; the signature inside was checked, the station's word was not."""

    station: str
    device: str
    recipient: str
    public_key: ec.EllipticCurvePublicKey
    proof: bytes


def make_root(name: str, at: datetime) -> Authority:
    """The offline root of a guidance centre called ``name``."""
    key = new_private_key()
    subject = _name(name, f"{name} 根证书")
    builder = _builder(subject, subject, key.public_key(), at, _years(at, ROOT_YEARS))
    builder = _as_authority(builder, path_length=1)
    return Authority(key, chain.der_of(builder.sign(key, hashes.SHA256())))


def make_issuing(root: Authority, name: str, recipient: str, at: datetime) -> Authority:
    """The centre's issuing certificate; the root thereby also certifies whom stations encrypt to."""
    key = new_private_key()
    above = chain.certificate_of(root.certificate)
    until = min(_years(at, ISSUING_YEARS), above.not_valid_after_utc)
    builder = _builder(_name(name, f"{name} 签发证书"), above.subject, key.public_key(), at, until)
    builder = _as_authority(builder, path_length=0)
    builder = _below(builder, root.private_key.public_key()).add_extension(
        x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"age:{recipient}")]), critical=False
    )
    return Authority(key, chain.der_of(builder.sign(root.private_key, hashes.SHA256())))


def device_request(keys: DeviceKeys, station: str, device: str, code: str = "") -> bytes:
    """A PKCS#10 request, PEM: subject C=CN, O=station, CN=12 hex of the device; recipient and full id as URIs.

    The one-time code itself is never written: the request carries a keyed hash over its own key and names, so a
    stick that was read or swapped on the way is of no use without the printed invitation.
    """
    names = chain.alternative_names(keys.recipient, device)
    builder = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(_name(station, device.replace("-", "")[:12]))
        .add_extension(names, critical=False)
    )
    if code:
        proof = code_proof(code, keys.private_key.public_key(), station, device, keys.recipient)
        builder = builder.add_attribute(AttributeOID.CHALLENGE_PASSWORD, proof)
    return builder.sign(keys.private_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def code_proof(code: str, key: ec.EllipticCurvePublicKey, station: str, device: str, recipient: str) -> bytes:
    """The keyed hash by which a request shows that its maker knew the one-time code."""
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    said = b"\0".join([b"station-app enrolment 1", spki, station.encode(), device.encode(), recipient.encode()])
    return hmac.digest(groups.typed(code).encode(), said, "sha256").hex().encode("ascii")


def read_request(pem: bytes) -> Request | Refusal:
    """A request's content, its own signature and form checked."""
    try:
        if len(pem) > REQUEST_LIMIT:
            raise ValueError("request too large")
        csr = x509.load_pem_x509_csr(pem)
        key = csr.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise ValueError("not a P-256 key")
        if not isinstance(csr.signature_hash_algorithm, hashes.SHA256) or not csr.is_signature_valid:
            raise ValueError("the request is not signed by its own key")
        station, device, recipient, _common = chain.read_names(csr.subject, csr.extensions)
        proofs = [each.value for each in csr.attributes if each.oid == AttributeOID.CHALLENGE_PASSWORD]
        return Request(station, device, recipient, key, proofs[0] if proofs else b"")
    except Exception:  # noqa: BLE001  # parsers of hostile DER raise what they like; all of it means: not a request of ours
        return Refusal(TrustRefusal.BAD_REQUEST)


def issue(issuing: Authority, csr_pem: bytes, station: str, at: datetime, code: str | None = None) -> bytes | Refusal:
    """The certificate (DER) for a device of ``station``; with ``code`` only when its request proves to know it."""
    request = read_request(csr_pem)
    if isinstance(request, Refusal):
        return request
    if not chain.is_station(station) or request.station != station:
        return Refusal(TrustRefusal.OTHER_STATION, {"found": request.station, "expected": station})
    if code is not None:
        expected = code_proof(code, request.public_key, station, request.device, request.recipient)
        if not hmac.compare_digest(expected, request.proof):
            return Refusal(TrustRefusal.WRONG_CODE)
    common_name = request.device.replace("-", "")[:12]
    return _certify(issuing, request.public_key, station, common_name, request.recipient, request.device, at)


def issue_centre(issuing: Authority, keys: DeviceKeys, name: str, device: str, at: datetime) -> bytes:
    """The centre's own signing certificate (receipts, countersignatures); stations tell it by its organisation.

    ``name`` is shown by PDF readers; the recipient is the one the root certified in the issuing certificate.
    """
    recipient = keys.recipient
    return _certify(issuing, keys.private_key.public_key(), chain.CENTRE, name, recipient, device, at)


def chain_pem(certificate: bytes, issuing: bytes, root: bytes) -> bytes:
    """``certificates/<device>.pem``: device, issuing certificate, root."""
    return chain.pem_of(certificate, issuing, root)


def first_list(authority: Authority, at: datetime) -> bytes:
    """An authority's first, empty list of withdrawn certificates."""
    return _list(authority, [], 1, at)


def revoke(authority: Authority, crl: bytes, serial: int, at: datetime, why: Withdrawal) -> bytes:
    """The next list: the known one and one certificate more. Withdrawn twice, the graver and earlier word stays."""
    entries = {entry.serial_number: entry for entry in chain.revocation_list_of(crl)}
    if serial not in entries or why is Withdrawal.LOST:
        day = min(at, entries[serial].revocation_date_utc) if serial in entries else at
        entries[serial] = (
            x509.RevokedCertificateBuilder()
            .serial_number(serial)
            .revocation_date(day)
            .add_extension(x509.CRLReason(_REASONS[why]), critical=False)
            .build()
        )
    return _list(authority, list(entries.values()), chain.list_number(crl) + 1, at)


def withdrawn(crl: bytes) -> dict[int, datetime]:
    """Serial numbers on a list, and since when."""
    return {entry.serial_number: entry.revocation_date_utc for entry in chain.revocation_list_of(crl)}


def _list(authority: Authority, entries: list[x509.RevokedCertificate], number: int, at: datetime) -> bytes:
    above = chain.certificate_of(authority.certificate)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(above.subject)
        .last_update(max(at - timedelta(hours=1), above.not_valid_before_utc))
        # Stations are offline for months: a list never runs out by itself, its number says which is newer.
        .next_update(above.not_valid_after_utc)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(_above_key(authority.private_key.public_key()), critical=False)
    )
    for entry in entries:
        builder = builder.add_revoked_certificate(entry)
    return chain.der_of(builder.sign(authority.private_key, hashes.SHA256()))


def _certify(
    issuing: Authority,
    key: ec.EllipticCurvePublicKey,
    organisation: str,
    common_name: str,
    recipient: str,
    device: str,
    at: datetime,
) -> bytes:
    above = chain.certificate_of(issuing.certificate)
    until = min(_years(at, DEVICE_YEARS), above.not_valid_after_utc)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = _builder(_name(organisation, common_name), above.subject, key, at, until)
    builder = (
        _below(builder, issuing.private_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        # `openssl cms` refuses clientAuth alone; e-mail protection is what signing of messages is called
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(chain.alternative_names(recipient, device), critical=False)
    )
    return chain.der_of(builder.sign(issuing.private_key, hashes.SHA256()))


def _name(organisation: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _years(at: datetime, years: int) -> datetime:
    return at + timedelta(days=round(365.25 * years))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, at: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _SLACK)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _as_authority(builder: x509.CertificateBuilder, path_length: int) -> x509.CertificateBuilder:
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True).add_extension(
        usage, critical=True
    )


def _above_key(key: ec.EllipticCurvePublicKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key)


def _below(builder: x509.CertificateBuilder, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    return builder.add_extension(_above_key(key), critical=False)
