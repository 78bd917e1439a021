"""Whom a certificate belongs to, and whether it leads to the pinned root; everything here works offline."""

import hashlib
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, SignatureAlgorithmOID

from station_app.messages import Refusal
from station_app.trust import groups
from station_app.trust.der import BIT_STRING, ECDSA_SHA256, SEQUENCE, tlv
from station_app.trust.keys import is_recipient
from station_app.trust.refusals import BundleRefusal, TrustRefusal

#: The organisation in the subject of the centre's own signing certificate; a station's is its 11-digit code.
CENTRE = "centre"
#: A certificate or a revocation list larger than this is not ours.
CERTIFICATE_LIMIT = 8 * 1024
REVOCATION_LIST_LIMIT = 4 * 1024 * 1024
_STATION = re.compile(r"[0-9]{11}", re.ASCII)
_AGE = "age:"
_UUID = "urn:uuid:"
#: Reasons that leave earlier signatures good: nobody else got hold of the key.
_PEACEFUL = frozenset(
    {x509.ReasonFlags.superseded, x509.ReasonFlags.cessation_of_operation, x509.ReasonFlags.affiliation_changed}
)
_KNOWN = frozenset(
    {
        x509.BasicConstraints.oid,
        x509.KeyUsage.oid,
        x509.ExtendedKeyUsage.oid,
        x509.SubjectAlternativeName.oid,
        x509.SubjectKeyIdentifier.oid,
        x509.AuthorityKeyIdentifier.oid,
    }
)


def is_station(code: str) -> bool:
    """Whether ``code`` has the shape of a station's code: 9-digit division and 2-digit number."""
    return _STATION.fullmatch(code) is not None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a certificate, as the centre certified it."""

    station: str
    device: str
    recipient: str
    name: str
    serial: int

    @property
    def is_centre(self) -> bool:
        """Whether this is the guidance centre itself."""
        return self.station == CENTRE

    @property
    def short(self) -> str:
        """The device's 12 hex digits as file names use them."""
        return self.device.replace("-", "")[:12]


@dataclass(frozen=True, slots=True)
class Signer:
    """What a computer signs with: its key, its certificate, and the issuing certificate that goes along."""

    private_key: ec.EllipticCurvePrivateKey
    certificate: bytes
    issuing: bytes

    @property
    def holder(self) -> Holder:
        """Who signs."""
        return holder_of(certificate_of(self.certificate))


@lru_cache(maxsize=64)
def certificate_of(der: bytes) -> x509.Certificate:
    """The parsed certificate; ValueError when it is none. Parsing once is most of the cost of a check."""
    if len(der) > CERTIFICATE_LIMIT:
        raise ValueError("certificate too large")
    return x509.load_der_x509_certificate(der)


@lru_cache(maxsize=16)
def revocation_list_of(der: bytes) -> x509.CertificateRevocationList:
    """The parsed revocation list; ValueError when it is none."""
    if len(der) > REVOCATION_LIST_LIMIT:
        raise ValueError("revocation list too large")
    return x509.load_der_x509_crl(der)


def der_of(certificate: x509.Certificate | x509.CertificateRevocationList) -> bytes:
    """The bytes that are pinned, compared and embedded."""
    return certificate.public_bytes(serialization.Encoding.DER)


def pem_of(*ders: bytes) -> bytes:
    """Certificates and revocation lists as one PEM file that openssl takes as ``-CAfile``."""
    out = []
    for der in ders:
        try:
            out.append(certificate_of(der).public_bytes(serialization.Encoding.PEM))
        except ValueError:
            out.append(revocation_list_of(der).public_bytes(serialization.Encoding.PEM))
    return b"".join(out)


def uris(extensions: x509.Extensions) -> tuple[str, ...]:
    """The URIs of a subject's alternative names; ValueError when there are other kinds of name."""
    names = list(extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    if not all(isinstance(name, x509.UniformResourceIdentifier) for name in names):
        raise ValueError("alternative names other than URIs")
    return tuple(str(name.value) for name in names)


def alternative_names(recipient: str, device: str) -> x509.SubjectAlternativeName:
    """The alternative names of a device: where to encrypt to, and its full id."""
    return x509.SubjectAlternativeName(
        [x509.UniformResourceIdentifier(_AGE + recipient), x509.UniformResourceIdentifier(_UUID + device)]
    )


def read_names(subject: x509.Name, extensions: x509.Extensions) -> tuple[str, str, str, str]:
    """(station, device, recipient, common name) of a request or certificate; ValueError when it is not of our form."""
    if [part.oid for part in subject] != [NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME]:
        raise ValueError("subject is not C, O, CN")
    country, station, name = (str(part.value) for part in subject)
    recipient, device = uris(extensions)
    recipient, device = recipient.removeprefix(_AGE), device.removeprefix(_UUID)
    if country != "CN" or not is_recipient(recipient) or str(uuid.UUID(device)) != device:
        raise ValueError("names are not of our form")
    if station != CENTRE and (not is_station(station) or name != device.replace("-", "")[:12]):
        raise ValueError("subject is not a station's device")
    return station, device, recipient, name


def holder_of(certificate: x509.Certificate) -> Holder:
    """Who holds this certificate; ValueError when it is not of our form. Says nothing about trust."""
    station, device, recipient, name = read_names(certificate.subject, certificate.extensions)
    return Holder(station, device, recipient, name, certificate.serial_number)


@dataclass(frozen=True, slots=True)
class TrustRoots:
    """What this computer has pinned: the root's and the issuing certificate's very bytes, and both revocation lists."""

    root: bytes
    issuing: bytes
    root_crl: bytes
    crl: bytes

    @classmethod
    def from_pem(cls, *pems: bytes) -> "TrustRoots | Refusal":
        """The roots out of PEM files (root, issuing certificate, both lists, any order, device certificates ignored)."""
        try:
            certificates = [der for kind, der in _blocks(pems) if kind == "CERTIFICATE"]
            lists = [der for kind, der in _blocks(pems) if kind == "X509 CRL"]
            roots = [der for der in certificates if _is_root(certificate_of(der))]
            issuings = [der for der in certificates if der not in roots and _is_authority(certificate_of(der))]
            if len(set(roots)) != 1 or len(set(issuings)) != 1:
                return Refusal(TrustRefusal.BAD_CHAIN)
            root, issuing = certificate_of(roots[0]), certificate_of(issuings[0])
            if not _issued_authority(root, issuing):
                return Refusal(TrustRefusal.BAD_CHAIN)
            root_crl, crl = _newest(lists, root), _newest(lists, issuing)
        except Exception:  # noqa: BLE001  # parsers of hostile DER raise what they like, at keys of unknown kinds too
            return Refusal(TrustRefusal.BAD_CHAIN)
        if root_crl is None or crl is None:
            return Refusal(TrustRefusal.BAD_REVOCATION_LIST)
        return cls(roots[0], issuings[0], root_crl, crl)

    def to_pem(self) -> bytes:
        """One file for people and tools: ``openssl … -CAfile`` takes it, also with ``-crl_check_all``."""
        return pem_of(self.root, self.issuing, self.root_crl, self.crl)

    @property
    def revocation_lists(self) -> bytes:
        """Both lists as PEM: ``certificates/revoked.crl`` on the stick."""
        return pem_of(self.root_crl, self.crl)

    @property
    def recipient(self) -> str:
        """Whom bundles for the centre are encrypted to; certified by the root in the issuing certificate."""
        return _centre_recipient(certificate_of(self.issuing))

    @property
    def fingerprint(self) -> str:
        """The root's fingerprint as printed on the invitation."""
        return fingerprint(self.root)

    def with_revocation_lists(self, pem: bytes) -> "TrustRoots | Refusal":
        """These roots with newer lists; an older list than the known one is refused, never silently taken."""
        try:
            lists = [der for kind, der in _blocks([pem]) if kind == "X509 CRL"]
            found = [
                (_newest(lists, certificate_of(authority)), known)
                for authority, known in ((self.root, self.root_crl), (self.issuing, self.crl))
            ]
        except Exception:  # noqa: BLE001  # parsers of hostile DER raise what they like, at keys of unknown kinds too
            return Refusal(TrustRefusal.BAD_REVOCATION_LIST)
        if found[1][0] is None:
            return Refusal(TrustRefusal.BAD_REVOCATION_LIST)
        if any(new is not None and list_number(new) < list_number(known) for new, known in found):
            return Refusal(TrustRefusal.OLDER_REVOCATION_LIST)
        return replace(self, root_crl=found[0][0] or self.root_crl, crl=found[1][0])


def _blocks(pems: Iterator[bytes] | tuple[bytes, ...] | list[bytes]) -> Iterator[tuple[str, bytes]]:
    for pem in pems:
        if len(pem) > 2 * REVOCATION_LIST_LIMIT:
            raise ValueError("PEM file too large")
        for block in re.findall(rb"-----BEGIN ([A-Z0-9 ]+)-----(.+?)-----END \1-----", pem, re.DOTALL):
            kind = block[0].decode("ascii")
            whole = b"-----BEGIN %s-----%s-----END %s-----\n" % (block[0], block[1], block[0])
            if kind == "CERTIFICATE":
                yield kind, der_of(x509.load_pem_x509_certificate(whole))
            elif kind == "X509 CRL":
                yield kind, der_of(x509.load_pem_x509_crl(whole))


def certificates_in(pem: bytes) -> list[bytes]:
    """The certificates of a PEM file, as DER; ValueError when one cannot be read."""
    return [der for kind, der in _blocks([pem]) if kind == "CERTIFICATE"]


def list_number(crl: bytes) -> int:
    """The running number of a revocation list."""
    return revocation_list_of(crl).extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def _newest(lists: list[bytes], authority: x509.Certificate) -> bytes | None:
    ours = [der for der in lists if _signed_list(authority, revocation_list_of(der))]
    return max(ours, key=list_number, default=None)


def _signed_list(authority: x509.Certificate, crl: x509.CertificateRevocationList) -> bool:
    key = authority.public_key()
    return (
        isinstance(key, ec.EllipticCurvePublicKey)
        and crl.issuer == authority.subject
        and crl.signature_algorithm_oid == SignatureAlgorithmOID.ECDSA_WITH_SHA256
        and crl.is_signature_valid(key)
        # a list that speaks of other issuers' or only of some certificates must not pass for the whole one
        and all(extension.oid in (x509.CRLNumber.oid, x509.AuthorityKeyIdentifier.oid) for extension in crl.extensions)
    )


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _is_root(certificate: x509.Certificate) -> bool:
    return (
        _is_authority(certificate) and certificate.issuer == certificate.subject and _issued(certificate, certificate)
    )


def _exact(der: bytes) -> bool:
    """Whether a certificate is written in its one form; cryptography lets the signature's count of unused bits vary."""
    certificate = certificate_of(der)
    signature = certificate.signature
    if utils.encode_dss_signature(*utils.decode_dss_signature(signature)) != signature:
        return False
    return der == tlv(SEQUENCE, certificate.tbs_certificate_bytes, ECDSA_SHA256, tlv(BIT_STRING, b"\0", signature))


def _issued(authority: x509.Certificate, certificate: x509.Certificate) -> bool:
    """Signed by that authority with the one algorithm of this suite, both keys on P-256."""
    for key in (authority.public_key(), certificate.public_key()):
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            return False
    if certificate.signature_algorithm_oid != SignatureAlgorithmOID.ECDSA_WITH_SHA256:
        return False
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _issued_authority(root: x509.Certificate, issuing: x509.Certificate) -> bool:
    constraints = issuing.extensions.get_extension_for_class(x509.BasicConstraints).value
    usage = issuing.extensions.get_extension_for_class(x509.KeyUsage).value
    return (
        _issued(root, issuing)
        and constraints.ca
        and constraints.path_length == 0
        and usage.key_cert_sign
        and usage.crl_sign
        and bool(_centre_recipient(issuing))
    )


def _centre_recipient(issuing: x509.Certificate) -> str:
    (name,) = uris(issuing.extensions)
    recipient = name.removeprefix(_AGE)
    if not name.startswith(_AGE) or not is_recipient(recipient):
        raise ValueError("the issuing certificate names no recipient")
    return recipient


def revoked_by(crl: bytes, serial: int, at: datetime) -> bool:
    """Whether the list withdraws the certificate for a signature made at ``at``.

    A signing time is the signer's own word. Only a peaceful reason (device replaced, station closed) lets it
    count; a lost or stolen key could antedate, so everything it signed falls.
    """
    entry = revocation_list_of(crl).get_revoked_certificate_by_serial_number(serial)
    if entry is None:
        return False
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        reason = x509.ReasonFlags.unspecified
    return reason not in _PEACEFUL or entry.revocation_date_utc <= at


def _fits_a_device(certificate: x509.Certificate) -> bool:
    extensions = certificate.extensions
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    try:
        purposes = list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        purposes = []
    return (
        certificate.version is x509.Version.v3
        and not _is_authority(certificate)
        and usage.digital_signature
        and usage.content_commitment
        and not usage.key_cert_sign
        and not usage.crl_sign
        and all(purpose == ExtendedKeyUsageOID.EMAIL_PROTECTION for purpose in purposes)
        and all(extension.oid in _KNOWN for extension in extensions if extension.critical)
    )


@lru_cache(maxsize=32)
def _sound(roots: TrustRoots) -> Refusal | None:
    """Whether the pinned files fit together; the same for every certificate judged by them, so done once."""
    root, issuing = certificate_of(roots.root), certificate_of(roots.issuing)
    if not _is_root(root) or not _issued_authority(root, issuing):
        return Refusal(BundleRefusal.NOT_ENROLLED)
    lists = revocation_list_of(roots.root_crl), revocation_list_of(roots.crl)
    if not _signed_list(root, lists[0]) or not _signed_list(issuing, lists[1]):
        return Refusal(TrustRefusal.BAD_REVOCATION_LIST)
    return None


def verify_chain(certificate: bytes, roots: TrustRoots, at: datetime) -> Holder | Refusal:
    """Who holds the certificate, when it leads to the pinned root, was valid at ``at`` and is not withdrawn.

    Refused as ``not_enrolled``, ``revoked``, ``certificate_expired``, ``certificate_not_yet_valid``, and as
    ``bad_revocation_list`` when this computer's own lists are not the centre's.
    """
    try:
        unsound = _sound(roots)
        if unsound is not None:
            return unsound
        leaf, issuing, root = certificate_of(certificate), certificate_of(roots.issuing), certificate_of(roots.root)
        if not (_exact(certificate) and _issued(issuing, leaf) and _fits_a_device(leaf)):
            return Refusal(BundleRefusal.NOT_ENROLLED)
        holder = holder_of(leaf)
        if revoked_by(roots.root_crl, issuing.serial_number, at) or revoked_by(roots.crl, leaf.serial_number, at):
            return Refusal(BundleRefusal.REVOKED)
    except Exception:  # noqa: BLE001  # parsers of hostile DER raise what they like; all of it means: not ours
        return Refusal(BundleRefusal.NOT_ENROLLED)
    for each in (leaf, issuing, root):
        if at < each.not_valid_before_utc:
            return Refusal(TrustRefusal.NOT_YET_VALID, {"since": each.not_valid_before_utc.date().isoformat()})
        if at > each.not_valid_after_utc:
            return Refusal(TrustRefusal.EXPIRED, {"until": each.not_valid_after_utc.date().isoformat()})
    return holder


def fingerprint(certificate: bytes) -> str:
    """A certificate's fingerprint for typing and reading out: 160 bits of its SHA-256 in eight groups of four."""
    return groups.written(hashlib.sha256(certificate).digest()[:20])


def check_fingerprint(certificate: bytes, text: str) -> Refusal | None:
    """None when what a person typed is this certificate's fingerprint; openssl's 64 hex digits count as well."""
    given = groups.typed(text)
    digest = hashlib.sha256(certificate).digest()
    expected = groups.typed(digest.hex()) if len(given) == 2 * len(digest) else groups.typed(fingerprint(certificate))
    if len(given) != len(expected):
        return Refusal(TrustRefusal.FINGERPRINT_INCOMPLETE, {"expected": len(expected), "found": len(given)})
    wrong = [at for at, (one, other) in enumerate(zip(given, expected, strict=True)) if one != other]
    if wrong:
        return Refusal(TrustRefusal.FINGERPRINT_MISMATCH, {"group": wrong[0] // groups.GROUP + 1})
    return None
