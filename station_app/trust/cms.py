"""CMS signatures, made and read strictly: one signer, SHA-256, both certificates, every byte accounted for."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from station_app.messages import Refusal
from station_app.trust import chain, der
from station_app.trust.chain import Holder, Signer, TrustRoots
from station_app.trust.der import ECDSA_SHA256, FIRST, INTEGER, NULL, OCTETS, SEQUENCE, SET, Reader, tlv
from station_app.trust.refusals import BundleRefusal

_ECDSA = ec.ECDSA(hashes.SHA256())
_DATA = der.oid("1.2.840.113549.1.7.1")
_SIGNED_DATA = der.oid("1.2.840.113549.1.7.2")
_CONTENT_TYPE = der.oid("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = der.oid("1.2.840.113549.1.9.4")
_SIGNING_TIME = der.oid("1.2.840.113549.1.9.5")
_SIGNING_CERTIFICATE = der.oid("1.2.840.113549.1.9.16.2.47")
_VERSION = tlv(INTEGER, b"\x01")
_SHA256 = tlv(SEQUENCE, der.oid("2.16.840.1.101.3.4.2.1"))
#: RFC 5754 wants the parameters absent and says that NULL must be understood, too.
_SHA256_NULL = tlv(SEQUENCE, der.oid("2.16.840.1.101.3.4.2.1"), tlv(NULL))


@dataclass(frozen=True, slots=True)
class Envelope:
    """The parts of one CMS signature, before anybody believed them."""

    content: bytes | None
    digest: bytes
    certificate: bytes
    issuing: bytes
    attributes: bytes
    signature: bytes
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Signed:
    """Content whose signature, chain and validity were checked."""

    content: bytes
    signer: Holder
    signed_at: datetime | None


def sign(content: bytes, signer: Signer, at: datetime) -> bytes:
    """CMS SignedData, DER, with the content inside (nothing of it is changed: no line ends, no MIME)."""
    return _assemble(hashlib.sha256(content).digest(), signer, content, at)


def sign_digest(digest: bytes, signer: Signer) -> bytes:
    """CMS SignedData, DER, over a SHA-256 made elsewhere; PAdES wants the time in the PDF, not here."""
    return _assemble(digest, signer, None, None)


def _assemble(digest: bytes, signer: Signer, content: bytes | None, at: datetime | None) -> bytes:
    # Written here and not by cryptography's PKCS7SignatureBuilder, which stamps the system clock and cannot bind
    # the signer's certificate (signingCertificateV2, required by PAdES); both kinds are read.
    binding = tlv(SEQUENCE, tlv(SEQUENCE, tlv(SEQUENCE, tlv(OCTETS, hashlib.sha256(signer.certificate).digest()))))
    attributes = [
        _attribute(_CONTENT_TYPE, _DATA),
        _attribute(_MESSAGE_DIGEST, tlv(OCTETS, digest)),
        _attribute(_SIGNING_CERTIFICATE, binding),
    ]
    if at is not None:
        moment = at.astimezone(UTC)
        if not 1950 <= moment.year < 2050:
            raise ValueError("a signing time needs another form from 2050 on")
        attributes.append(_attribute(_SIGNING_TIME, tlv(der.UTC_TIME, moment.strftime("%y%m%d%H%M%SZ").encode())))
    signed = b"".join(sorted(attributes))
    info = tlv(
        SEQUENCE,
        _VERSION,
        _issuer_and_serial(signer.certificate),
        _SHA256,
        tlv(FIRST, signed),
        ECDSA_SHA256,
        tlv(OCTETS, signer.private_key.sign(tlv(SET, signed), _ECDSA)),
    )
    inside = b"" if content is None else tlv(FIRST, tlv(OCTETS, content))
    data = tlv(
        SEQUENCE,
        _VERSION,
        tlv(SET, _SHA256),
        tlv(SEQUENCE, _DATA, inside),
        tlv(FIRST, *sorted((signer.certificate, signer.issuing))),
        tlv(SET, info),
    )
    return tlv(SEQUENCE, _SIGNED_DATA, tlv(FIRST, data))


def _attribute(kind: bytes, value: bytes) -> bytes:
    return tlv(SEQUENCE, kind, tlv(SET, value))


def _issuer_and_serial(certificate: bytes) -> bytes:
    parsed = chain.certificate_of(certificate)
    serial = parsed.serial_number
    number = serial.to_bytes(serial.bit_length() // 8 + 1, "big", signed=True)
    return tlv(SEQUENCE, parsed.issuer.public_bytes(), tlv(INTEGER, number))


def read(data: bytes) -> Envelope | Refusal:
    """The parts of a CMS signature in the one form we accept; anything else, however broken, is ``bad_format``."""
    try:
        return _read(data)
    except Exception:  # noqa: BLE001  # parsers of hostile DER raise what they like; there is one answer to all of it
        return Refusal(BundleRefusal.BAD_FORMAT)


def _read(data: bytes) -> Envelope:
    outer = Reader(data)
    info = outer.inside(SEQUENCE)
    outer.end()
    info.expect(_SIGNED_DATA)
    wrapped = info.inside(FIRST)
    info.end()
    signed = wrapped.inside(SEQUENCE)
    wrapped.end()
    signed.expect(_VERSION)
    algorithms = signed.inside(SET)
    _expect_sha256(algorithms)
    algorithms.end()

    encapsulated = signed.inside(SEQUENCE)
    encapsulated.expect(_DATA)
    content = None
    if encapsulated.more():
        holder = encapsulated.inside(FIRST)
        content = holder.take(OCTETS)
        holder.end()
    encapsulated.end()

    bag = signed.inside(FIRST)
    pair = bag.whole(SEQUENCE), bag.whole(SEQUENCE)
    bag.end()
    signers = signed.inside(SET)
    signed.end()  # lists of withdrawn certificates would stand in between: nobody signed them
    signer = signers.inside(SEQUENCE)
    signers.end()

    signer.expect(_VERSION)
    by = signer.whole(SEQUENCE)
    mine = [each for each in pair if _issuer_and_serial(each) == by]
    if len(mine) != 1 or list(pair) != sorted(pair):
        raise der.NotDER("the certificates are not the signer's and its issuer's, in order")
    _expect_sha256(signer)
    attributes = signer.take(FIRST)
    signer.expect(ECDSA_SHA256)
    signature = signer.take(OCTETS)
    signer.end()  # unsigned attributes would follow
    if utils.encode_dss_signature(*utils.decode_dss_signature(signature)) != signature:
        raise der.NotDER("the signature's two numbers are not in their shortest form")

    digest, moment = _read_attributes(attributes, mine[0])
    other = pair[0] if mine[0] is pair[1] else pair[1]
    return Envelope(content, digest, mine[0], other, tlv(SET, attributes), signature, moment)


def _expect_sha256(reader: Reader) -> None:
    if reader.whole(SEQUENCE) not in (_SHA256, _SHA256_NULL):
        raise der.NotDER("another digest than SHA-256")


def _read_attributes(attributes: bytes, certificate: bytes) -> tuple[bytes, datetime | None]:
    """The digest and the signing time; attributes of other kinds are signed, and left alone."""
    values: dict[bytes, Reader] = {}
    reader = Reader(attributes)
    while reader.more():
        attribute = reader.inside(SEQUENCE)
        kind = attribute.whole(der.OID)
        if kind in values:
            raise der.NotDER("an attribute stands twice")
        values[kind] = attribute.inside(SET)
        attribute.end()
    values[_CONTENT_TYPE].expect(_DATA)
    values[_CONTENT_TYPE].end()
    digest = values[_MESSAGE_DIGEST].take(OCTETS)
    values[_MESSAGE_DIGEST].end()
    if (binding := values.get(_SIGNING_CERTIFICATE)) is not None:
        named = binding.inside(SEQUENCE).inside(SEQUENCE).inside(SEQUENCE).take(OCTETS)
        if named != hashlib.sha256(certificate).digest():
            raise der.NotDER("the signature is bound to another certificate")
    moment = None
    if (time := values.get(_SIGNING_TIME)) is not None:
        moment = datetime.strptime(time.take(der.UTC_TIME).decode("ascii"), "%y%m%d%H%M%SZ").replace(tzinfo=UTC)
        time.end()
    return digest, moment


def check(envelope: Envelope, digest: bytes, roots: TrustRoots, at: datetime) -> Holder | Refusal:
    """Who signed: the digest, the signature, the embedded issuing certificate's very bytes, and the chain at ``at``.

    Refused as :func:`chain.verify_chain` does, or as ``bad_signature``.
    """
    if envelope.digest != digest:
        return Refusal(BundleRefusal.BAD_SIGNATURE)
    try:
        key = chain.certificate_of(envelope.certificate).public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            return Refusal(BundleRefusal.NOT_ENROLLED)
        key.verify(envelope.signature, envelope.attributes, _ECDSA)
    except InvalidSignature:
        return Refusal(BundleRefusal.BAD_SIGNATURE)
    except Exception:  # noqa: BLE001  # a certificate that cannot be parsed cannot have been issued
        return Refusal(BundleRefusal.NOT_ENROLLED)
    if envelope.issuing != roots.issuing:
        return Refusal(BundleRefusal.NOT_ENROLLED)
    return chain.verify_chain(envelope.certificate, roots, at)


def open_signed(data: bytes, roots: TrustRoots, at: datetime) -> Signed | Refusal:
    """The content of a CMS signature with its content inside, and who signed it; refusals of the contract's set."""
    envelope = read(data)
    if isinstance(envelope, Refusal):
        return envelope
    if envelope.content is None:
        return Refusal(BundleRefusal.BAD_FORMAT)
    holder = check(envelope, hashlib.sha256(envelope.content).digest(), roots, at)
    if isinstance(holder, Refusal) and not isinstance(holder.code, BundleRefusal):
        # the contract's set has no word for it; those who must tell them apart find it in the values
        return Refusal(BundleRefusal.NOT_ENROLLED, {**holder.values, "because": holder.code.value})
    if isinstance(holder, Refusal):
        return holder
    return Signed(envelope.content, holder, envelope.signed_at)
