"""Requests, codes, issuing, and the reply a station takes only with the fingerprint from paper."""

from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AttributeOID

from station_app.messages import Refusal
from station_app.trust import certificates, chain, groups
from station_app.trust.certificates import Withdrawal
from station_app.trust.enrolment import Enrolled, accept_reply
from station_app.trust.keys import DeviceKeys, Identity, private_key_from_bytes, private_key_to_bytes
from station_app.trust.refusals import BundleRefusal, TrustRefusal
from tests.trust.test_chain import code
from tests.trust.world import AT, DAY, DEVICE, OTHER_DEVICE, OTHER_STATION, STATION, World, good


def test_request_carries_subject_recipient_and_full_id(world: World) -> None:
    pem = certificates.device_request(world.keys, STATION, DEVICE)
    csr = x509.load_pem_x509_csr(pem)
    assert csr.subject.rfc4514_string() == f"CN=0192f0c12345,O={STATION},C=CN"
    assert chain.uris(csr.extensions) == (f"age:{world.keys.recipient}", f"urn:uuid:{DEVICE}")
    request = good(certificates.read_request(pem))
    assert (request.station, request.device, request.recipient) == (STATION, DEVICE, world.keys.recipient)


def test_issued_certificate_carries_them_over(world: World) -> None:
    certificate = chain.certificate_of(world.signer.certificate)
    assert chain.uris(certificate.extensions) == (f"age:{world.keys.recipient}", f"urn:uuid:{DEVICE}")
    assert certificate.public_key() == world.keys.private_key.public_key()
    assert (certificate.not_valid_after_utc - AT).days == 1096


def test_code_proves_itself_without_being_written(world: World) -> None:
    secret = groups.new_code()
    pem = certificates.device_request(world.keys, STATION, DEVICE, secret.lower().replace("-", " "))
    assert groups.typed(secret).encode() not in x509.load_pem_x509_csr(pem).public_bytes(serialization.Encoding.DER)
    assert isinstance(certificates.issue(world.issuing, pem, STATION, AT, secret), bytes)
    assert code(certificates.issue(world.issuing, pem, STATION, AT, groups.new_code())) is TrustRefusal.WRONG_CODE
    without = certificates.device_request(world.keys, STATION, DEVICE)
    assert code(certificates.issue(world.issuing, without, STATION, AT, secret)) is TrustRefusal.WRONG_CODE


def test_a_stolen_proof_is_worth_nothing_for_another_key(world: World) -> None:
    secret = groups.new_code()
    proof = good(certificates.read_request(certificates.device_request(world.keys, STATION, DEVICE, secret))).proof
    thief = DeviceKeys.new()
    builder = x509.CertificateSigningRequestBuilder(certificates._name(STATION, "0192f0c12345"))
    builder = builder.add_extension(chain.alternative_names(thief.recipient, DEVICE), critical=False)
    builder = builder.add_attribute(AttributeOID.CHALLENGE_PASSWORD, proof)
    forged = builder.sign(thief.private_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    assert good(certificates.read_request(forged)).proof == proof
    assert code(certificates.issue(world.issuing, forged, STATION, AT, secret)) is TrustRefusal.WRONG_CODE


@pytest.mark.parametrize("station", [OTHER_STATION, "centre", "1506021020", "1506021020１"])
def test_request_of_another_station_is_refused(world: World, station: str) -> None:
    pem = certificates.device_request(world.keys, STATION, DEVICE)
    assert code(certificates.issue(world.issuing, pem, station, AT)) is TrustRefusal.OTHER_STATION


def test_a_station_cannot_ask_to_be_the_centre(world: World) -> None:
    pem = certificates.device_request(world.keys, chain.CENTRE, DEVICE)
    for station in (STATION, chain.CENTRE):
        assert code(certificates.issue(world.issuing, pem, station, AT)) is TrustRefusal.OTHER_STATION


def hand_made(key: object, station: str = STATION, name: str = "0192f0c12345", uris: tuple[str, ...] = ()) -> bytes:
    """A request as somebody else's program might make it."""
    names = [x509.UniformResourceIdentifier(each) for each in uris]
    builder = x509.CertificateSigningRequestBuilder(certificates._name(station, name))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    assert isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_malformed_requests_are_refused(world: World) -> None:
    key, age, urn = world.keys.private_key, f"age:{world.keys.recipient}", f"urn:uuid:{DEVICE}"
    assert good(certificates.read_request(hand_made(key, uris=(age, urn)))).station == STATION  # the control
    bad = [
        b"",
        b"-----BEGIN CERTIFICATE REQUEST-----\nMII=\n-----END CERTIFICATE REQUEST-----\n",
        b"x" * 9000,
        hand_made(key),
        hand_made(key, uris=(age,)),
        hand_made(key, uris=(urn, age)),
        hand_made(key, uris=(age, urn, age)),
        hand_made(key, uris=("age:age1qqqq", urn)),
        hand_made(key, uris=(age.upper(), urn)),
        hand_made(key, uris=(age, urn.upper())),
        hand_made(key, uris=(age, f"urn:uuid:{OTHER_DEVICE}")),
        hand_made(key, name="0192f0c12346", uris=(age, urn)),
        hand_made(key, station="15060210201 ", uris=(age, urn)),
        hand_made(key, station="150602102011", uris=(age, urn)),
        hand_made(ec.generate_private_key(ec.SECP384R1()), uris=(age, urn)),
        hand_made(rsa.generate_private_key(65537, 2048), uris=(age, urn)),
    ]
    for pem in bad:
        assert code(certificates.read_request(pem)) is TrustRefusal.BAD_REQUEST, pem
    whole = hand_made(key, uris=(age, urn))
    der = bytearray(x509.load_pem_x509_csr(whole).public_bytes(serialization.Encoding.DER))
    der[-3] ^= 1  # its own signature
    broken = x509.load_der_x509_csr(bytes(der)).public_bytes(serialization.Encoding.PEM)
    assert code(certificates.read_request(broken)) is TrustRefusal.BAD_REQUEST


def reply_of(world: World) -> bytes:
    """What the centre writes for the first station's device."""
    return certificates.chain_pem(world.signer.certificate, world.issuing.certificate, world.root.certificate)


def test_reply_is_taken_with_the_right_fingerprint(world: World) -> None:
    fingerprint, lists = world.roots.fingerprint, world.roots.revocation_lists
    taken = accept_reply(reply_of(world), lists, world.keys, STATION, DEVICE, fingerprint, AT)
    assert taken == Enrolled(world.signer, world.roots)


def test_a_swapped_stick_redirects_nothing(world: World, stranger: World) -> None:
    """The attacker certified the very device himself; only the typed fingerprint tells."""
    swapped = stranger.enrol(world.keys, STATION, DEVICE)
    reply = certificates.chain_pem(swapped.certificate, stranger.issuing.certificate, stranger.root.certificate)
    lists = stranger.roots.revocation_lists
    taken = accept_reply(reply, lists, world.keys, STATION, DEVICE, world.roots.fingerprint, AT)
    assert code(taken) is TrustRefusal.FINGERPRINT_MISMATCH
    # with the true root, but the attacker's issuing certificate (and so his recipient) below it
    mixed = certificates.chain_pem(swapped.certificate, stranger.issuing.certificate, world.root.certificate)
    taken = accept_reply(mixed, lists, world.keys, STATION, DEVICE, world.roots.fingerprint, AT)
    assert code(taken) is TrustRefusal.BAD_CHAIN


def test_reply_must_be_for_this_key_recipient_station_and_id(world: World) -> None:
    def answer(keys: DeviceKeys, station: str, device: str) -> object:
        lists, fingerprint = world.roots.revocation_lists, world.roots.fingerprint
        return code(accept_reply(reply_of(world), lists, keys, station, device, fingerprint, AT))

    mixed = replace(world.keys, identity=Identity.new())
    for keys, station, device in (
        (world.other_keys, STATION, DEVICE),
        (mixed, STATION, DEVICE),
        (world.keys, OTHER_STATION, DEVICE),
        (world.keys, STATION, OTHER_DEVICE),
    ):
        assert answer(keys, station, device) is TrustRefusal.NOT_OUR_KEY
    assert isinstance(answer(world.keys, STATION, DEVICE), Enrolled)


def test_incomplete_expired_and_withdrawn_replies(world: World) -> None:
    def answer(reply: bytes, lists: bytes, days: int = 0) -> object:
        at = AT + days * DAY
        return code(accept_reply(reply, lists, world.keys, STATION, DEVICE, world.roots.fingerprint, at))

    lists = world.roots.revocation_lists
    two = reply_of(world) + chain.pem_of(world.other.certificate)
    assert answer(chain.pem_of(world.issuing.certificate, world.root.certificate), lists) is TrustRefusal.BAD_CHAIN
    assert answer(two, lists) is TrustRefusal.BAD_CHAIN
    assert answer(reply_of(world), b"") is TrustRefusal.BAD_REVOCATION_LIST
    assert answer(reply_of(world), lists, 2000) is TrustRefusal.EXPIRED
    lost = world.withdrawing(world.signer, Withdrawal.LOST, AT).revocation_lists
    assert answer(reply_of(world), lost) is BundleRefusal.REVOKED


def test_keys_survive_their_bytes() -> None:
    keys = DeviceKeys.new()
    again = good(DeviceKeys.from_bytes(keys.to_bytes()))
    assert again.recipient == keys.recipient and again.identity == keys.identity
    assert again.private_key.private_numbers() == keys.private_key.private_numbers()
    assert "SECRET" not in repr(keys.identity)
    for data in (b"", keys.identity.to_file(), private_key_to_bytes(keys.private_key), keys.to_bytes()[:-10]):
        assert code(DeviceKeys.from_bytes(data)) is TrustRefusal.BAD_KEY_FILE


def test_private_key_with_passphrase() -> None:
    key = DeviceKeys.new().private_key
    data = private_key_to_bytes(key, b"horse")
    assert good(private_key_from_bytes(data, b"horse")).private_numbers() == key.private_numbers()
    for passphrase in (None, b"cow"):
        assert isinstance(private_key_from_bytes(data, passphrase), Refusal)
    other = ec.generate_private_key(ec.SECP384R1())
    assert isinstance(private_key_from_bytes(private_key_to_bytes(other)), Refusal)
