"""Chains, lists of withdrawn certificates, fingerprints: what leads to the pinned root, and nothing else."""

import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from station_app.messages import Refusal
from station_app.trust import certificates, chain, groups
from station_app.trust.certificates import Withdrawal
from station_app.trust.chain import Holder, TrustRoots
from station_app.trust.keys import DeviceKeys
from station_app.trust.refusals import BundleRefusal, TrustRefusal
from tests.trust.damage import flips
from tests.trust.world import AT, DAY, DEVICE, NAME, OTHER_STATION, STATION, World, good


def code(answer: object) -> object:
    """The code of a refusal; the answer itself otherwise."""
    return answer.code if isinstance(answer, Refusal) else answer


def test_a_device_leads_to_the_root(world: World) -> None:
    holder = chain.verify_chain(world.signer.certificate, world.roots, AT)
    assert holder == Holder(STATION, DEVICE, world.keys.recipient, "0192f0c12345", world.signer.holder.serial)
    assert holder.short == "0192f0c12345" and not holder.is_centre
    assert good(chain.verify_chain(world.centre.certificate, world.roots, AT)).is_centre


def test_key_usage_is_what_signing_needs(world: World) -> None:
    extensions = chain.certificate_of(world.signer.certificate).extensions
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature and usage.content_commitment and not usage.key_cert_sign
    assert [str(each.dotted_string) for each in extensions.get_extension_for_class(x509.ExtendedKeyUsage).value] == [
        "1.3.6.1.5.5.7.3.4"
    ]


def test_the_centres_recipient_is_certified_by_the_root(world: World, stranger: World) -> None:
    assert world.roots.recipient == world.centre_keys.recipient
    assert world.roots.recipient != stranger.roots.recipient


def test_a_centre_of_the_same_name_is_not_ours(world: World, stranger: World) -> None:
    assert code(chain.verify_chain(stranger.signer.certificate, world.roots, AT)) is BundleRefusal.NOT_ENROLLED
    mixed = replace(world.roots, issuing=stranger.roots.issuing, crl=stranger.roots.crl)
    assert code(chain.verify_chain(stranger.signer.certificate, mixed, AT)) is BundleRefusal.NOT_ENROLLED


def test_a_device_cannot_issue(world: World) -> None:
    false_authority = certificates.Authority(world.keys.private_key, world.signer.certificate)
    request = certificates.device_request(DeviceKeys.new(), OTHER_STATION, DEVICE)
    forged = good(certificates.issue(false_authority, request, OTHER_STATION, AT))
    assert code(chain.verify_chain(forged, world.roots, AT)) is BundleRefusal.NOT_ENROLLED
    roots = replace(world.roots, issuing=world.signer.certificate)
    assert code(chain.verify_chain(forged, roots, AT)) is BundleRefusal.NOT_ENROLLED


@pytest.mark.parametrize("which", ["root", "issuing"])
def test_an_authority_is_no_device(world: World, which: str) -> None:
    assert code(chain.verify_chain(getattr(world, which).certificate, world.roots, AT)) is BundleRefusal.NOT_ENROLLED


def test_validity_is_judged_at_the_given_time(world: World) -> None:
    early = chain.verify_chain(world.signer.certificate, world.roots, AT - 2 * DAY)
    late = chain.verify_chain(world.signer.certificate, world.roots, AT + timedelta(days=1097))
    assert isinstance(early, Refusal) and early.code is TrustRefusal.NOT_YET_VALID
    assert early.values == {"since": "2026-11-19"}
    assert isinstance(late, Refusal) and late.code is TrustRefusal.EXPIRED
    assert isinstance(chain.verify_chain(world.signer.certificate, world.roots, AT + timedelta(days=1096)), Holder)


def test_lost_falls_at_once_and_for_the_past_too(world: World) -> None:
    roots = world.withdrawing(world.signer, Withdrawal.LOST, AT + 10 * DAY)
    for at in (AT, AT + 9 * DAY, AT + 11 * DAY):
        assert code(chain.verify_chain(world.signer.certificate, roots, at)) is BundleRefusal.REVOKED
    assert isinstance(chain.verify_chain(world.other.certificate, roots, AT), Holder)


@pytest.mark.parametrize("why", [Withdrawal.REPLACED, Withdrawal.CLOSED])
def test_what_a_replaced_device_signed_before_stays_good(world: World, why: Withdrawal) -> None:
    roots = world.withdrawing(world.signer, why, AT + 10 * DAY)
    assert isinstance(chain.verify_chain(world.signer.certificate, roots, AT + 9 * DAY), Holder)
    assert code(chain.verify_chain(world.signer.certificate, roots, AT + 10 * DAY)) is BundleRefusal.REVOKED


def test_an_issuing_certificate_withdrawn_by_the_root_takes_all_with_it(world: World) -> None:
    serial = chain.certificate_of(world.issuing.certificate).serial_number
    root_crl = certificates.revoke(world.root, world.roots.root_crl, serial, AT, Withdrawal.LOST)
    roots = replace(world.roots, root_crl=root_crl)
    assert code(chain.verify_chain(world.signer.certificate, roots, AT)) is BundleRefusal.REVOKED


def test_withdrawn_twice_keeps_the_graver_word_and_the_earlier_day(world: World) -> None:
    serial = world.signer.holder.serial
    first = certificates.revoke(world.issuing, world.roots.crl, serial, AT + DAY, Withdrawal.REPLACED)
    second = certificates.revoke(world.issuing, first, serial, AT + 2 * DAY, Withdrawal.LOST)
    third = certificates.revoke(world.issuing, second, serial, AT + 3 * DAY, Withdrawal.REPLACED)
    assert certificates.withdrawn(third) == {serial: AT + DAY}
    assert [chain.list_number(each) for each in (world.roots.crl, first, second, third)] == [1, 2, 3, 4]
    assert chain.revoked_by(third, serial, AT)


def test_a_list_signed_by_somebody_else_is_no_list(world: World, stranger: World) -> None:
    roots = replace(world.roots, crl=stranger.roots.crl)
    assert code(chain.verify_chain(world.signer.certificate, roots, AT)) is TrustRefusal.BAD_REVOCATION_LIST
    assert code(world.roots.with_revocation_lists(stranger.roots.revocation_lists)) is TrustRefusal.BAD_REVOCATION_LIST
    assert code(world.roots.with_revocation_lists(b"")) is TrustRefusal.BAD_REVOCATION_LIST


def test_an_older_list_never_replaces_a_newer_one(world: World) -> None:
    newer = world.withdrawing(world.signer, Withdrawal.LOST, AT)
    assert good(world.roots.with_revocation_lists(newer.revocation_lists)) == newer
    assert code(newer.with_revocation_lists(world.roots.revocation_lists)) is TrustRefusal.OLDER_REVOCATION_LIST
    assert good(newer.with_revocation_lists(newer.revocation_lists)) == newer


def test_a_partial_list_does_not_pass_for_the_whole(world: World) -> None:
    point = x509.IssuingDistributionPoint(None, None, False, True, None, False, False)
    builder = x509.CertificateRevocationListBuilder(
        chain.certificate_of(world.issuing.certificate).subject, AT, AT + DAY
    )
    builder = builder.add_extension(x509.CRLNumber(9), critical=False).add_extension(point, critical=True)
    partial = chain.der_of(builder.sign(world.issuing.private_key, hashes.SHA256()))
    roots = replace(world.roots, crl=partial)
    assert code(chain.verify_chain(world.signer.certificate, roots, AT)) is TrustRefusal.BAD_REVOCATION_LIST


def test_roots_travel_as_pem_and_openssl_takes_them(world: World, tmp_path: Path) -> None:
    assert good(TrustRoots.from_pem(world.roots.to_pem())) == world.roots
    reply = certificates.chain_pem(world.signer.certificate, world.issuing.certificate, world.root.certificate)
    assert good(TrustRoots.from_pem(reply, world.roots.revocation_lists)) == world.roots
    for roots, device, wanted in (
        (world.roots, world.signer, "OK"),
        (world.withdrawing(world.signer, Withdrawal.LOST, AT), world.signer, "certificate revoked"),
    ):
        (tmp_path / "root.pem").write_bytes(roots.to_pem())
        (tmp_path / "device.pem").write_bytes(chain.pem_of(device.certificate))
        command = ["openssl", "verify", "-crl_check_all", "-attime", str(int(AT.timestamp())), "-CAfile"]
        done = subprocess.run(
            [*command, tmp_path / "root.pem", tmp_path / "device.pem"], capture_output=True, text=True, check=False
        )
        assert wanted in done.stdout + done.stderr
        assert (done.returncode == 0) is (wanted == "OK")


@pytest.mark.parametrize(
    "files",
    [
        lambda w, s: [b""],
        lambda w, s: [b"not pem at all"],
        lambda w, s: [chain.pem_of(w.root.certificate), w.roots.revocation_lists],
        lambda w, s: [w.roots.to_pem(), s.roots.to_pem()],
        lambda w, s: [chain.pem_of(s.root.certificate, w.issuing.certificate), w.roots.revocation_lists],
        lambda w, s: [w.roots.to_pem().replace(b"MII", b"MIJ")],
    ],
    ids=["empty", "rubbish", "root alone", "two centres", "foreign root", "damaged"],
)
def test_incomplete_or_mixed_roots_are_refused(world: World, stranger: World, files: object) -> None:
    assert callable(files)
    assert code(TrustRoots.from_pem(*files(world, stranger))) is TrustRefusal.BAD_CHAIN


def test_roots_without_lists_are_refused(world: World) -> None:
    pem = chain.pem_of(world.root.certificate, world.issuing.certificate)
    assert code(TrustRoots.from_pem(pem)) is TrustRefusal.BAD_REVOCATION_LIST


def test_an_authority_that_may_have_more_below_it_is_not_pinned(world: World) -> None:
    """An issuing certificate of path length 1 (or with no recipient) is not what our root makes."""
    root_name = chain.certificate_of(world.root.certificate).subject
    key = world.issuing.private_key.public_key()
    builder = certificates._builder(certificates._name(NAME, "x"), root_name, key, AT, AT + DAY)
    builder = certificates._as_authority(builder, path_length=1)
    issuing = chain.der_of(builder.sign(world.root.private_key, hashes.SHA256()))
    pem = chain.pem_of(world.root.certificate, issuing)
    assert code(TrustRoots.from_pem(pem, world.roots.revocation_lists)) is TrustRefusal.BAD_CHAIN


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_flipped_bits_of_a_certificate_are_refused(world: World) -> None:
    """A thousand anywhere; and every one in the signature of several, where it depends on the last bits."""
    der = world.signer.certificate
    damaged = [*flips(der, 1000, 8)]
    for _ in range(4):
        der = world.enrol(DeviceKeys.new(), STATION, DEVICE).certificate
        assert isinstance(chain.verify_chain(der, world.roots, AT), Holder)  # the control: unflipped it is accepted
        for bit in range((len(der) - 76) * 8, len(der) * 8):
            flipped = bytearray(der)
            flipped[bit // 8] ^= 1 << bit % 8
            damaged.append(bytes(flipped))
    assert len(damaged) > 3000
    for data in damaged:
        assert isinstance(chain.verify_chain(data, world.roots, AT), Refusal)


def test_control_the_parser_alone_lets_a_flipped_bit_pass(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen before the exact form was required: the signature's count of unused bits, where its last bits are zero."""
    monkeypatch.setattr(chain, "_exact", lambda der: True)
    accepted = 0
    for _ in range(60):
        der = bytearray(world.enrol(world.keys, STATION, DEVICE).certificate)
        size = len(chain.certificate_of(bytes(der)).signature)
        der[-size - 1] ^= 1
        accepted += isinstance(chain.verify_chain(bytes(der), world.roots, AT), Holder)
    assert accepted > 0


def test_fingerprint_is_typed_as_people_type(world: World) -> None:
    printed = chain.fingerprint(world.root.certificate)
    assert len(printed.split("-")) == 8 and all(len(group) == 4 for group in printed.split("-"))
    wide = "".join(chr(ord(sign) + 0xFEE0) if sign.isalnum() else "　" for sign in printed)
    mistaken = printed.lower().replace("0", "o").replace("1", "l").replace("-", " ")
    openssl = chain.certificate_of(world.root.certificate).fingerprint(hashes.SHA256()).hex(":")
    for text in (printed, wide, mistaken, openssl, openssl.upper()):
        assert chain.check_fingerprint(world.root.certificate, text) is None, text


def test_a_wrong_fingerprint_says_in_which_group(world: World, stranger: World) -> None:
    printed = groups.typed(chain.fingerprint(world.root.certificate))
    for at in range(len(printed)):
        other = "Z" if printed[at] != "Z" else "Y"
        answer = chain.check_fingerprint(world.root.certificate, printed[:at] + other + printed[at + 1 :])
        assert isinstance(answer, Refusal) and answer.code is TrustRefusal.FINGERPRINT_MISMATCH
        assert answer.values == {"group": at // 4 + 1}
    assert code(chain.check_fingerprint(stranger.root.certificate, printed)) is TrustRefusal.FINGERPRINT_MISMATCH
    for short in ("", printed[:-1], printed + "A"):
        assert code(chain.check_fingerprint(world.root.certificate, short)) is TrustRefusal.FINGERPRINT_INCOMPLETE


def test_groups_are_crockfords_base_32() -> None:
    assert groups.written(bytes(range(5))) == "000G-40R4"  # 00000 00000 00000 10000 00100 00000 11000 00100
    assert groups.written(b"\xff" * 10) == "ZZZZ-ZZZZ-ZZZZ-ZZZZ"
    assert len({groups.new_code() for _ in range(100)}) == 100
    with pytest.raises(ValueError, match="five"):
        groups.written(b"1234")
