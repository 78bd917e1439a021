"""Made the files of tests/golden/trust once: ``python -m tests.trust.make_golden``; it never writes over a file."""

from pathlib import Path

from station_app.trust import certificates, sealing, signing
from station_app.trust.keys import private_key_to_bytes
from tests.trust.world import AT, DAY, DEVICE, STATION, good, make_world, prepared_pdf

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "trust"

READ_ME = f"""\
# Golden files of trust

Made once by `python -m tests.trust.make_golden`, never edited, only added to: every later version must open them.
**The keys are test keys of a fictional centre and a fictional station; they protect nothing and nobody.**

| file | is |
|---|---|
| `root.pem` | root, issuing certificate and both lists of withdrawn certificates |
| `device.csr`, `device.pem` | request and certificate chain of device {DEVICE} of station {STATION} |
| `centre.key`, `device.key` | age identities (X25519) of the centre and of the device |
| `device-signing.key` | the device's P-256 key |
| `first.bundle` | `age( CMS( zstd( content.jsonl )))` by the device for the centre |
| `first.der` | the same without `age` |
| `voucher.der`, `voucher.json` | a voucher of the device, and its content |
| `receipt.bundle`, `receipt.json` | sealed by the centre for the device |
| `report.pdf` | certified by the device, countersigned by the centre |

`age -d -i centre.key first.bundle | openssl cms -verify -inform DER -CAfile root.pem -attime {int(AT.timestamp())} | zstdcat`
"""

CONTENT = (
    '{"format":"station-app bundle","suite":"p256-sha256-age","station":"15060210201"}\n'
    '{"head":{"seq":1},"salt":"00","items":[["visit","x",{"note":"探访𬶏某某"}]]}\r\n'
    "{}\n"
).encode()
VOUCHER = f'{{"station":"{STATION}","device":"{DEVICE}","last":1,"head":"00"}}'.encode()
RECEIPT = f'{{"station":"{STATION}","device":"{DEVICE}","upto":1,"taken":1}}\n'.encode()


def files() -> dict[str, bytes]:
    """Every golden file, anew."""
    world = make_world()
    report = good(signing.sign_report(prepared_pdf(), world.signer, world.roots, "月报", AT))
    inner = sealing.sign_packed(CONTENT, world.signer, AT)
    return {
        "README.md": READ_ME.encode(),
        "root.pem": world.roots.to_pem(),
        "device.csr": certificates.device_request(world.keys, STATION, DEVICE, "0123-4567-89AB-CDEF"),
        "device.pem": certificates.chain_pem(
            world.signer.certificate, world.issuing.certificate, world.root.certificate
        ),
        "centre.key": b"# TEST KEY of a fictional centre\n" + world.centre_keys.identity.to_file(),
        "device.key": b"# TEST KEY of a fictional device\n" + world.keys.identity.to_file(),
        "device-signing.key": b"TEST KEY of a fictional device\n" + private_key_to_bytes(world.keys.private_key),
        "content.jsonl": CONTENT,
        "first.der": inner,
        "first.bundle": sealing.encrypt(inner, [world.roots.recipient]),
        "voucher.json": VOUCHER,
        "voucher.der": sealing.sign_voucher(VOUCHER, world.signer, AT),
        "receipt.json": RECEIPT,
        "receipt.bundle": sealing.seal(RECEIPT, world.centre, [world.keys.recipient], AT + DAY),
        "report.pdf": good(signing.countersign(report, world.centre, world.roots, "核对一致", AT + DAY)),
    }


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name, data in files().items():
        with (GOLDEN / name).open("xb") as file:
            file.write(data)
