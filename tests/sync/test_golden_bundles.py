"""Golden bundles: read for ever, by our code and by standard tools; checked by a script that knows hashlib and json alone."""

import hashlib
import hmac
import json
import struct
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from station_app.sync import bundle, opening, receipts
from station_app.trust.chain import TrustRoots
from station_app.trust.keys import Identity
from tests.sync.parts import good

FOLDERS = sorted(p.parent for p in (Path(__file__).parents[1] / "golden" / "bundles").glob("*/about.json"))


@pytest.fixture(params=FOLDERS, ids=lambda folder: str(folder.name))
def golden(request: pytest.FixtureRequest) -> Path:
    """The folder of one golden bundle."""
    return Path(request.param)


def about(folder: Path) -> dict[str, Any]:
    """Names and the moment of making."""
    return dict(json.loads((folder / "about.json").read_bytes()))


def test_there_is_one() -> None:
    assert FOLDERS


def test_we_still_read_it(golden: Path) -> None:
    said = about(golden)
    roots, at = good(TrustRoots.from_pem((golden / "roots.pem").read_bytes())), datetime.fromtimestamp(said["at"], UTC)
    centre = good(Identity.from_file((golden / "centre.identity").read_bytes()))
    data = (golden / said["bundle"]).read_bytes()
    arrived = good(opening.open_bundle(data, centre, roots, at, withheld_ok=True))
    lines = (golden / "lines.jsonl").read_bytes().splitlines()
    assert [entry.line for entry in arrived.bundle.entries] == lines[1:]
    assert arrived.bundle.header.name == said["bundle"]
    assert bundle.read_header(lines[0]) == arrived.bundle.header
    device = good(Identity.from_file((golden / "device.identity").read_bytes()))
    sealed = (golden / said["receipt"]).read_bytes()
    signed = good(opening.open_sealed(sealed, device, roots, at))[1]
    kept = good(receipts.verify(signed, roots, arrived.bundle.header.station, at))
    assert kept.receipt == receipts.parse((golden / "receipt.json").read_bytes())
    assert kept.receipt.upto == arrived.bundle.header.last
    assert kept.receipt.head == arrived.bundle.header.head.hex()
    assert kept.receipt.reports[said["month"]].agrees


def test_standard_tools_still_read_it(golden: Path) -> None:
    said = about(golden)
    for name, key, content in (
        (said["bundle"], "centre.identity", "lines.jsonl"),
        (said["receipt"], "device.identity", "receipt.json"),
    ):
        pipe = (
            f"set -o pipefail; age -d -i {key} {name} | openssl cms -verify -inform DER -CAfile roots.pem"
            f" -attime {said['at']} 2>/dev/null | zstdcat | cmp - {content}"
        )
        subprocess.run(["bash", "-c", pipe], cwd=golden, check=True)


def test_the_head_is_what_hashlib_and_json_compute(golden: Path) -> None:
    """Nothing of ours: an independent reading of DESIGN's "Entry"."""

    def sha(*parts: bytes) -> bytes:
        return hashlib.sha256(b"".join(parts)).digest()

    def between(line: str, start: str, end: str) -> bytes:
        begin = line.index(start) + len(start)
        return line[begin : line.index(end, begin)].encode()

    header, *lines = (golden / "lines.jsonl").read_text("utf-8").splitlines()
    last = bytes.fromhex(json.loads(header)["prev"])
    withheld = 0
    for line in lines:
        entry = json.loads(line)
        head = between(line, '{"head":', ',"salt":' if "salt" in entry else ',"salts":')
        digests = b""
        for index, item in enumerate(entry["items"]):
            kind, record = item[0].encode(), item[1].encode()
            if item[3:4] == [None]:
                private, digest = item[2] == "p", bytes.fromhex(item[4])
                withheld += 1
            else:
                private = item[3:] == ["p"]
                body = json.dumps(item[2], ensure_ascii=False, separators=(",", ":")).encode()
                if "salt" in entry:
                    salt = hmac.digest(bytes.fromhex(entry["salt"]), struct.pack(">I", index), "sha256")
                else:
                    salt = bytes.fromhex(entry["salts"][index])
                digest = sha(salt, body)
            head_of = struct.pack(">I", len(kind)) + kind + struct.pack(">I", len(record)) + record
            digests += sha(b"p" if private else b"o", head_of, digest)
        last = sha(last, sha(head), digests)
    assert last.hex() == json.loads(header)["head"]
    assert withheld, "something private was withheld"
