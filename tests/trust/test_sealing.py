"""Seals: what goes in comes out, standard tools open it, and nothing else is believed or crashes us."""

import json
import os
import random
import subprocess
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyrage  # type: ignore[import-untyped]  # ships no types
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from station_app.messages import Refusal
from station_app.trust import chain, cms, der, sealing
from station_app.trust.certificates import Withdrawal
from station_app.trust.chain import Holder, TrustRoots
from station_app.trust.cms import Envelope
from station_app.trust.refusals import BundleRefusal, TrustRefusal
from tests.trust.damage import cuts, flips, others
from tests.trust.test_chain import code
from tests.trust.world import AT, DAY, DEVICE, OTHER_STATION, STATION, World, good

CONTENT = "\r\n".join(json.dumps({"head": {"seq": n}, "名": "走访"}, ensure_ascii=False) for n in range(40)).encode()
# cryptography warns of odd serial numbers in hostile certificates; in production that is a line on standard error
hostile = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")


@pytest.fixture(scope="module")
def sealed(world: World) -> bytes:
    """The content, sealed by the first station to the centre."""
    return sealing.seal(CONTENT, world.signer, [world.roots.recipient], AT)


@pytest.fixture(scope="module")
def inner(world: World) -> bytes:
    """The same without encryption."""
    return sealing.sign_packed(CONTENT, world.signer, AT)


def test_what_goes_in_comes_out(world: World, sealed: bytes) -> None:
    opened = good(sealing.unseal(sealed, world.centre_keys.identity, world.roots, AT + DAY))
    assert opened.content == CONTENT
    assert (opened.signer.station, opened.signer.device) == (STATION, DEVICE)
    assert opened.signed_at == AT


@given(st.binary(max_size=3000))
def test_any_bytes_survive(world: World, content: bytes) -> None:
    data = sealing.sign_packed(content, world.signer, AT)
    assert good(sealing.verify_signed(data, world.roots, AT)).content == content
    if not content.startswith(b"\x28\xb5\x2f\xfd"):
        assert (
            good(sealing.verify_voucher(sealing.sign_voucher(content, world.signer, AT), world.roots, AT)).content
            == content
        )


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65535, 65536, 1 << 20])
def test_every_length_form_is_written_as_openssl_reads_it(world: World, tmp_path: Path, size: int) -> None:
    content = random.Random(size).randbytes(size)
    (tmp_path / "x.der").write_bytes(cms.sign(content, world.signer, AT))
    assert run_openssl(world.roots, tmp_path) == content


def run_openssl(roots: TrustRoots, folder: Path, *more: str) -> bytes | None:
    """What ``openssl cms -verify`` gives back of x.der, None when it refuses."""
    (folder / "root.pem").write_bytes(roots.to_pem())
    moment = str(int(AT.timestamp()))
    command = ["openssl", "cms", "-verify", "-inform", "DER", "-in", "x.der", "-CAfile", "root.pem", "-attime", moment]
    done = subprocess.run([*command, *more], cwd=folder, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def test_age_openssl_and_zstd_open_it_without_our_code(world: World, sealed: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.bundle").write_bytes(sealed)
    (tmp_path / "key").write_bytes(world.centre_keys.identity.to_file())
    (tmp_path / "root.pem").write_bytes(world.roots.to_pem())
    pipe = (
        "set -o pipefail; age -d -i key x.bundle"
        f" | openssl cms -verify -inform DER -CAfile root.pem -attime {int(AT.timestamp())} | zstdcat"
    )
    done = subprocess.run(["bash", "-c", pipe], cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout == CONTENT
    # the root alone is enough for openssl, because the issuing certificate travels inside
    (tmp_path / "root.pem").write_bytes(chain.pem_of(world.root.certificate))
    assert subprocess.run(["bash", "-c", pipe], cwd=tmp_path, capture_output=True, check=True).stdout == CONTENT
    damaged = bytearray(sealed)
    damaged[-1] ^= 1
    (tmp_path / "x.bundle").write_bytes(damaged)
    assert subprocess.run(["bash", "-c", pipe], cwd=tmp_path, capture_output=True, check=False).returncode != 0


def test_openssl_agrees_about_a_withdrawn_certificate(world: World, tmp_path: Path, inner: bytes) -> None:
    (tmp_path / "x.der").write_bytes(inner)
    assert run_openssl(world.roots, tmp_path, "-crl_check_all") is not None
    assert run_openssl(world.withdrawing(world.signer, Withdrawal.LOST, AT), tmp_path, "-crl_check_all") is None


@pytest.mark.parametrize(
    "options", [["-nocerts"], [], ["-cades"], ["-nosmimecap"], ["-noattr"], ["-keyid"], ["-stream"]]
)
def test_what_openssl_signs_is_read_when_it_is_of_our_form(world: World, tmp_path: Path, options: list[str]) -> None:
    from station_app.trust.keys import private_key_to_bytes

    (tmp_path / "content").write_bytes(CONTENT)
    (tmp_path / "key").write_bytes(private_key_to_bytes(world.signer.private_key))
    (tmp_path / "cert").write_bytes(chain.pem_of(world.signer.certificate))
    (tmp_path / "issuing").write_bytes(chain.pem_of(world.issuing.certificate))
    command = "openssl cms -sign -binary -nodetach -md sha256 -outform DER -inkey key -signer cert -certfile issuing"
    done = subprocess.run([*command.split(), "-in", "content", *options], cwd=tmp_path, capture_output=True, check=True)
    answer = cms.open_signed(done.stdout, world.roots, AT + timedelta(days=30))
    if options in ([], ["-cades"], ["-nosmimecap"]):
        assert good(answer).content == CONTENT
    else:
        assert code(answer) is BundleRefusal.BAD_FORMAT


def test_wrong_recipient(world: World, sealed: bytes) -> None:
    answer = sealing.unseal(sealed, world.keys.identity, world.roots, AT)
    assert code(answer) is BundleRefusal.WRONG_RECIPIENT


def test_several_recipients_each_open_it(world: World) -> None:
    both = sealing.seal(CONTENT, world.centre, [world.keys.recipient, world.other_keys.recipient], AT)
    for keys in (world.keys, world.other_keys):
        opened = good(sealing.unseal(both, keys.identity, world.roots, AT))
        assert opened.signer.is_centre and opened.content == CONTENT
    with pytest.raises(ValueError, match="nobody"):
        sealing.seal(CONTENT, world.centre, [], AT)


def test_signers_who_are_not_enrolled_any_more_or_never_were(world: World, stranger: World, inner: bytes) -> None:
    foreign = sealing.sign_packed(CONTENT, stranger.signer, AT)
    assert code(sealing.verify_signed(foreign, world.roots, AT)) is BundleRefusal.NOT_ENROLLED
    for moment, why in (
        (AT + timedelta(days=1100), TrustRefusal.EXPIRED),
        (AT - 2 * DAY, TrustRefusal.NOT_YET_VALID),
    ):
        answer = sealing.verify_signed(inner, world.roots, moment)
        assert isinstance(answer, Refusal) and answer.code is BundleRefusal.NOT_ENROLLED
        assert answer.values["because"] == why.value
    lost = world.withdrawing(world.signer, Withdrawal.LOST, AT)
    assert code(sealing.verify_signed(inner, lost, AT)) is BundleRefusal.REVOKED


def test_the_other_station_is_named_as_signer(world: World) -> None:
    """Who signed is certified, not claimed: the layer above compares it with header, file name and token."""
    opened = good(sealing.verify_signed(sealing.sign_packed(CONTENT, world.other, AT), world.roots, AT))
    assert opened.signer.station == OTHER_STATION


def rebuilt(world: World, inner: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The CMS put together again from its parts, one of them changed by ``change``."""
    envelope = cms.read(inner)
    assert isinstance(envelope, Envelope) and envelope.content is not None
    parts = {
        "version": der.tlv(der.INTEGER, b"\x01"),
        "algorithms": der.tlv(der.SET, cms._SHA256),
        "inside": der.tlv(der.SEQUENCE, cms._DATA, der.tlv(der.FIRST, der.tlv(der.OCTETS, envelope.content))),
        "bag": der.tlv(der.FIRST, *sorted((envelope.certificate, envelope.issuing))),
        "lists": b"",
        "by": cms._issuer_and_serial(envelope.certificate),
        "attributes": der.tlv(der.FIRST, envelope.attributes[len(envelope.attributes) - attributes_size(envelope) :]),
        "mechanism": der.ECDSA_SHA256,
        "signature": der.tlv(der.OCTETS, envelope.signature),
        "unsigned": b"",
        "again": b"",
        "tail": b"",
    }
    change(parts)
    info = [
        parts[name]
        for name in ("by", "algorithm", "attributes", "mechanism", "signature", "unsigned")
        if name != "algorithm"
    ]
    signer = der.tlv(der.SEQUENCE, der.tlv(der.INTEGER, b"\x01"), info[0], cms._SHA256, *info[1:])
    data = der.tlv(
        der.SEQUENCE,
        *(parts[name] for name in ("version", "algorithms", "inside", "bag", "lists")),
        der.tlv(der.SET, signer, *([signer] if parts["again"] else [])),
    )
    return der.tlv(der.SEQUENCE, cms._SIGNED_DATA, der.tlv(der.FIRST, data)) + parts["tail"]


def attributes_size(envelope: Envelope) -> int:
    """Bytes of the attributes without their own head."""
    return len(der.Reader(envelope.attributes).take(der.SET))


def test_nothing_unsigned_is_accepted_beside_the_signature(world: World, stranger: World, inner: bytes) -> None:
    assert rebuilt(world, inner, lambda parts: None) == inner  # the control: unchanged it is the same bytes
    certificate, issuing = world.signer.certificate, world.issuing.certificate
    crl = der.tlv(0xA1, world.roots.crl)
    attribute = der.tlv(0xA1, cms._attribute(cms._CONTENT_TYPE, cms._DATA))
    octets = cms.read(inner)
    assert isinstance(octets, Envelope)
    changes: dict[str, dict[str, bytes]] = {
        "one more certificate": {"bag": der.tlv(der.FIRST, *sorted((certificate, issuing, world.root.certificate)))},
        "one certificate": {"bag": der.tlv(der.FIRST, certificate)},
        "certificates out of order": {"bag": der.tlv(der.FIRST, *sorted((certificate, issuing), reverse=True))},
        "certificate twice": {"bag": der.tlv(der.FIRST, certificate, certificate)},
        "no certificates": {"bag": b""},
        "a list of withdrawn certificates": {"lists": crl},
        "unsigned attributes": {"unsigned": attribute},
        "no signed attributes": {"attributes": b""},
        "two signers": {"again": b"x"},
        "bytes behind": {"tail": b"\0"},
        "another digest": {"algorithms": der.tlv(der.SET, der.tlv(der.SEQUENCE, der.oid("1.3.14.3.2.26")))},
        "two digests": {"algorithms": der.tlv(der.SET, cms._SHA256, cms._SHA256)},
        "another version": {"version": der.tlv(der.INTEGER, b"\x03")},
        "padded version": {"version": der.tlv(der.INTEGER, b"\x00\x01")},
        "another mechanism": {"mechanism": der.tlv(der.SEQUENCE, der.oid("1.2.840.10045.4.3.3"))},
        "another signer's number": {"by": cms._issuer_and_serial(world.other.certificate)},
        "signature padded": {"signature": der.tlv(der.OCTETS, octets.signature + b"\0")},
        "no content": {"inside": der.tlv(der.SEQUENCE, cms._DATA)},
    }
    for name, changed in changes.items():
        answer = sealing.verify_signed(rebuilt(world, inner, lambda parts, c=changed: parts.update(c)), world.roots, AT)  # type: ignore[misc]
        assert code(answer) is BundleRefusal.BAD_FORMAT, name
    for other in (stranger.issuing.certificate, world.root.certificate, world.other.certificate):
        bag = {"bag": der.tlv(der.FIRST, *sorted((certificate, other)))}
        answer = sealing.verify_signed(rebuilt(world, inner, lambda parts, c=bag: parts.update(c)), world.roots, AT)  # type: ignore[misc]
        assert code(answer) is BundleRefusal.NOT_ENROLLED


def test_content_or_digest_changed(world: World, inner: bytes) -> None:
    foreign = der.tlv(der.SEQUENCE, cms._DATA, der.tlv(der.FIRST, der.tlv(der.OCTETS, b"other")))
    answer = sealing.verify_signed(rebuilt(world, inner, lambda parts: parts.update(inside=foreign)), world.roots, AT)
    assert code(answer) is BundleRefusal.BAD_SIGNATURE


@pytest.mark.parametrize(
    "data",
    [
        b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\0\0\0\0",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x85\x01\x00\x00\x00\x00",
        b"\x30\x81\x05\x01\x01\x01\x01\x01",
        b"\x30\x82\x00\x81" + b"\0" * 129,
        b"\x30" * 100_000,
        b"\xa0\x80" * 50_000,
        b"",
        b"\0",
        b"0",
    ],
    ids=["indefinite", "4 GiB", "five bytes", "not shortest", "padded", "deep", "deeper", "empty", "zero", "one byte"],
)
def test_lengths_that_lie(world: World, data: bytes) -> None:
    assert code(sealing.verify_signed(data, world.roots, AT)) is BundleRefusal.BAD_FORMAT


def sealed_raw(world: World, packed: bytes) -> bytes:
    """CMS over these very bytes, as an enrolled but hostile device can make it."""
    return cms.sign(packed, world.signer, AT)


def test_bombs_are_refused_while_they_unpack(world: World) -> None:
    compress = zstandard.ZstdCompressor(level=3).compress
    assert code(sealing.verify_signed(sealed_raw(world, compress(bytes(250_000_000))), world.roots, AT)) is (
        BundleRefusal.TOO_LARGE
    )
    just = compress(bytes(1024 * 1024))
    assert len(good(sealing.verify_signed(sealed_raw(world, just), world.roots, AT)).content) == 1024 * 1024
    more = compress(bytes(1024 * 1024 + 1))
    assert code(sealing.verify_signed(sealed_raw(world, more), world.roots, AT)) is BundleRefusal.TOO_LARGE
    window = zstandard.ZstdCompressionParameters.from_level(3, window_log=27, write_content_size=False)
    stream = zstandard.ZstdCompressor(compression_params=window).compressobj()
    wide = stream.compress(os.urandom(5000)) + stream.flush()
    assert code(sealing.verify_signed(sealed_raw(world, wide), world.roots, AT)) is BundleRefusal.TOO_LARGE


def test_packed_content_must_be_one_whole_frame(world: World) -> None:
    frame = zstandard.ZstdCompressor().compress(CONTENT)
    for packed in (
        b"",
        b"plain",
        frame + b"\0",
        frame + frame,
        frame[:-1],
        frame[:5],
        b"\x50\x2a\x4d\x18\x01\0\0\0x" + frame,
    ):
        answer = sealing.verify_signed(sealed_raw(world, packed), world.roots, AT)
        assert code(answer) is BundleRefusal.BAD_FORMAT, packed[:12]
    assert good(sealing.verify_signed(sealed_raw(world, frame), world.roots, AT)).content == CONTENT


def test_a_voucher_is_no_bundle_and_a_bundle_no_voucher(world: World, inner: bytes) -> None:
    voucher = sealing.sign_voucher(b'{"last":7}', world.signer, AT)
    assert len(voucher) < 2200
    assert good(sealing.verify_voucher(voucher, world.roots, AT)).content == b'{"last":7}'
    assert code(sealing.verify_signed(voucher, world.roots, AT)) is BundleRefusal.BAD_FORMAT
    assert code(sealing.verify_voucher(inner, world.roots, AT)) is BundleRefusal.BAD_FORMAT
    with pytest.raises(ValueError, match="pass for"):
        sealing.sign_voucher(zstandard.ZstdCompressor().compress(b"x"), world.signer, AT)
    big = cms.sign(b"x" * sealing.VOUCHER_LIMIT, world.signer, AT)
    assert code(sealing.verify_voucher(big, world.roots, AT)) is BundleRefusal.TOO_LARGE


def test_a_file_over_the_limit_is_not_even_decrypted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    data = sealing.seal(random.Random(1).randbytes(sealing.BUNDLE_LIMIT), world.signer, [world.roots.recipient], AT)
    monkeypatch.setattr(pyrage, "decrypt", lambda *_: pytest.fail("decrypted"))
    answer = sealing.unseal(data, world.centre_keys.identity, world.roots, AT)
    assert code(answer) is BundleRefusal.TOO_LARGE


def verdicts(world: World, damaged: list[bytes], opens: Callable[[bytes], object]) -> Counter[str]:
    """How often which answer came; "accepted" where there was no refusal."""
    answers = (opens(each) for each in damaged)
    return Counter(each.code.value if isinstance(each, Refusal) else "accepted" for each in answers)


@hostile
def test_two_thousand_damaged_bundles_are_refused_and_none_raises(world: World, sealed: bytes) -> None:
    damaged = [*flips(sealed, 1400, 1), *cuts(sealed, 300, 2), *others(sealed, 300, 3)]
    seen = verdicts(world, damaged, lambda data: sealing.unseal(data, world.centre_keys.identity, world.roots, AT))
    assert seen.total() == 2000 and seen["accepted"] == 0, seen
    assert set(seen) <= {"bad_format", "wrong_recipient"}


@hostile
def test_two_thousand_damaged_signatures_are_refused_and_none_raises(world: World, inner: bytes) -> None:
    damaged = [*flips(inner, 1400, 4), *cuts(inner, 300, 5), *others(inner, 300, 6)]
    seen = verdicts(world, damaged, lambda data: sealing.verify_signed(data, world.roots, AT))
    assert seen.total() == 2000 and seen["accepted"] == 0, seen
    assert seen["bad_format"] > 100 and seen["bad_signature"] > 100 and seen["not_enrolled"] > 100, seen


@hostile
def test_the_damage_finds_a_planted_fault(world: World, inner: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a check that forgets the signature lets damage through, and this harness sees it."""

    def forgetful(envelope: Envelope, digest: bytes, roots: TrustRoots, at: object) -> Holder | Refusal:
        return world.signer.holder

    monkeypatch.setattr(cms, "check", forgetful)
    seen = verdicts(world, list(flips(inner, 500, 7)), lambda data: sealing.verify_signed(data, world.roots, AT))
    assert seen["accepted"] > 0


@hostile
@given(st.binary(max_size=400))
def test_rubbish_never_raises(world: World, data: bytes) -> None:
    assert isinstance(sealing.verify_signed(data, world.roots, AT), Refusal)
    assert isinstance(sealing.unseal(data, world.keys.identity, world.roots, AT), Refusal)
    assert isinstance(sealing.unseal(b"age-encryption.org/v1\n" + data, world.keys.identity, world.roots, AT), Refusal)


def test_files_are_sealed_and_opened_whole_or_not_at_all(world: World, tmp_path: Path) -> None:
    source, blob, back = tmp_path / "photo", tmp_path / "x.blob", tmp_path / "back"
    content = random.Random(3).randbytes(3_000_000)
    source.write_bytes(content)
    sealing.seal_file(source, blob, [world.keys.recipient])
    assert content[:64] not in blob.read_bytes()
    assert sealing.unseal_file(blob, back, world.keys.identity, 4_000_000) is None
    assert back.read_bytes() == content and back.stat().st_mode & 0o077 == 0
    back.unlink()
    whole = blob.read_bytes()
    damaged = bytearray(whole)
    damaged[2_900_000] ^= 1
    listed = sorted(tmp_path.iterdir())
    for data, limit, wanted in (
        (bytes(damaged), 4_000_000, BundleRefusal.BAD_FORMAT),
        (whole[:2_000_000], 4_000_000, BundleRefusal.BAD_FORMAT),
        (whole + b"\0", 4_000_000, BundleRefusal.BAD_FORMAT),
        (b"rubbish", 4_000_000, BundleRefusal.BAD_FORMAT),
        (whole, 2_000_000, BundleRefusal.TOO_LARGE),
    ):
        blob.write_bytes(data)
        answer = sealing.unseal_file(blob, back, world.keys.identity, limit)
        assert isinstance(answer, Refusal) and answer.code is wanted
        assert sorted(tmp_path.iterdir()) == listed  # no readable beginning is left anywhere
    blob.write_bytes(whole)
    answer = sealing.unseal_file(blob, back, world.other_keys.identity, 4_000_000)
    assert isinstance(answer, Refusal) and answer.code is BundleRefusal.WRONG_RECIPIENT


def test_damaged_file_control_pyrage_does_leave_plaintext(world: World, tmp_path: Path) -> None:
    """Why unseal_file writes beside: the library itself leaves the readable beginning of a damaged file."""
    data = bytearray(sealing.encrypt(random.Random(4).randbytes(1_000_000), [world.keys.recipient]))
    data[900_000] ^= 1
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(OSError, match="decryption error"):
        pyrage.decrypt_file(
            str(tmp_path / "x"), str(tmp_path / "y"), [pyrage.x25519.Identity.from_str(world.keys.identity.secret)]
        )
    assert (tmp_path / "y").stat().st_size > 500_000


def test_failed_writing_leaves_nothing(world: World, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        sealing.seal_file(tmp_path / "missing", tmp_path / "x.blob", [world.keys.recipient])
    assert list(tmp_path.iterdir()) == []
