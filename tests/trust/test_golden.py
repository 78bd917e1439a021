"""Golden files: what an earlier version sealed and signed opens for ever, with our code and with standard tools."""

import subprocess

import pytest

from station_app.trust import certificates, sealing
from station_app.trust.chain import TrustRoots
from station_app.trust.enrolment import accept_reply
from station_app.trust.keys import DeviceKeys, Identity
from station_app.trust.refusals import BundleRefusal
from station_app.trust.signing import verify_report
from tests.trust.make_golden import GOLDEN, files
from tests.trust.test_chain import code
from tests.trust.world import AT, DAY, DEVICE, STATION, good

ATTIME = str(int(AT.timestamp()))


def golden(name: str) -> bytes:
    """A golden file's bytes."""
    return (GOLDEN / name).read_bytes()


@pytest.fixture(scope="module")
def roots() -> TrustRoots:
    """The pinned files of the golden centre."""
    return good(TrustRoots.from_pem(golden("root.pem")))


def test_bundle_opens(roots: TrustRoots) -> None:
    identity = good(Identity.from_file(golden("centre.key")))
    assert identity.recipient == roots.recipient
    opened = good(sealing.unseal(golden("first.bundle"), identity, roots, AT + DAY))
    assert opened.content == golden("content.jsonl")
    assert (opened.signer.station, opened.signer.device, opened.signed_at) == (STATION, DEVICE, AT)
    assert good(sealing.verify_signed(golden("first.der"), roots, AT)) == opened
    device = good(Identity.from_file(golden("device.key")))
    assert code(sealing.unseal(golden("first.bundle"), device, roots, AT)) is BundleRefusal.WRONG_RECIPIENT


def test_bundle_opens_with_standard_tools_alone() -> None:
    pipe = f"age -d -i centre.key first.bundle | openssl cms -verify -inform DER -CAfile root.pem -attime {ATTIME} | zstdcat"
    command = ["bash", "-c", f"set -o pipefail; {pipe}"]
    done = subprocess.run(command, cwd=GOLDEN, capture_output=True, check=True)
    assert done.stdout == golden("content.jsonl")


def test_voucher_and_receipt(roots: TrustRoots) -> None:
    voucher = good(sealing.verify_voucher(golden("voucher.der"), roots, AT))
    assert voucher.content == golden("voucher.json") and voucher.signer.device == DEVICE
    identity = good(Identity.from_file(golden("device.key")))
    receipt = good(sealing.unseal(golden("receipt.bundle"), identity, roots, AT + DAY))
    assert receipt.content == golden("receipt.json") and receipt.signer.is_centre
    command = ["openssl", "cms", "-verify", "-inform", "DER", "-in", "voucher.der", "-CAfile", "root.pem"]
    done = subprocess.run([*command, "-attime", ATTIME], cwd=GOLDEN, capture_output=True, check=True)
    assert done.stdout == golden("voucher.json")


def test_report(roots: TrustRoots) -> None:
    verdict = verify_report(golden("report.pdf"), roots)
    assert verdict.valid and verdict.signer is not None and verdict.signer.device == DEVICE
    assert verdict.centre_signer is not None and verdict.signed_at == AT and verdict.countersigned_at == AT + DAY


def test_request_and_reply(roots: TrustRoots) -> None:
    request = good(certificates.read_request(golden("device.csr")))
    assert (request.station, request.device) == (STATION, DEVICE)
    proof = certificates.code_proof("0123-4567-89ab-cdef", request.public_key, STATION, DEVICE, request.recipient)
    assert proof == request.proof
    keys = good(DeviceKeys.from_bytes(golden("device-signing.key") + golden("device.key")))
    enrolled = good(
        accept_reply(golden("device.pem"), roots.revocation_lists, keys, STATION, DEVICE, roots.fingerprint, AT)
    )
    assert enrolled.roots == roots


def test_made_anew_they_are_the_same_files(roots: TrustRoots) -> None:
    """The maker still runs, and writes every file that is kept."""
    made = files()
    assert set(made) == {path.name for path in GOLDEN.glob("[!.]*")}
    assert made["README.md"] == golden("README.md") and made["content.jsonl"] == golden("content.jsonl")
    assert abs(len(made["first.der"]) - len(golden("first.der"))) < 10
