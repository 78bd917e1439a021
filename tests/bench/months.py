"""A signed month report of many visits and hours against drawing and signing the same pages with bare reportlab and pyHanko."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdfium2
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from station_app.centre.opened import init_centre
from station_app.compose import OpenStation
from station_app.settings import RESOURCES
from station_app.store.change import Edit
from station_app.work import enrolment, month_end
from tests.bench.figure import Figure, Sizes, seconds
from tests.bench.ledger import id_number_of, name_of
from tests.sync.parts import PASSWORD, good, new_station

MONTH = "2024-03"


def fill(station: OpenStation, records: int) -> None:
    """Half visits, half hours, all of one month."""
    people = good(
        station.store.batch(
            [[Edit("resident", {"name": name_of(n), "id_no": id_number_of(n), "birth_date": "1950-01-01"})] for n in range(records // 50 + 1)],
            station.author, "import",
        )
    ).records  # fmt: skip
    volunteers = good(
        station.store.batch([[Edit("volunteer", {"name": name_of(n)})] for n in range(records // 50 + 1)], station.author, "import")
    ).records
    visits = (
        [Edit("visit", {"resident": people[n % len(people)], "visit_at": f"{MONTH}-{1 + n % 31:02d}T{8 + n % 9:02d}:00", "mode": "home",
                        "duration": 30 + n % 60, "seen_in_person": True})]
        for n in range(records // 2)
    )  # fmt: skip
    good(station.store.batch(visits, station.author, "import"))
    hours = (
        [Edit("volunteer_hours", {"volunteer": volunteers[n % len(volunteers)], "service_date": f"{MONTH}-{1 + n % 31:02d}",
                                  "hours": 60 + n % 7 * 30, "place": "罕台村", "content": "帮助播种",
                                  "recorded_on": f"{MONTH}-{1 + n % 31:02d}", "unpaid": True})]
        for n in range(records // 2)
    )  # fmt: skip
    good(station.store.batch(hours, station.author, "import"))


def bare_signer() -> signers.SimpleSigner:
    """A key and a certificate signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bench")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(today - timedelta(days=1)).not_valid_after(today + timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        signing_key=asn1_keys.PrivateKeyInfo.load(der), cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )  # fmt: skip


def texts_of(pdf: bytes) -> list[list[tuple[float, float, float, str]]]:
    """Each page's pieces of text with place and height."""
    document = pypdfium2.PdfDocument(pdf)
    pages: list[list[tuple[float, float, float, str]]] = []
    for page in document:
        text = page.get_textpage()
        boxes = [text.get_rect(n) for n in range(text.count_rects())]
        pages.append([(left, bottom, top - bottom, text.get_text_bounded(left, bottom, right, top)) for left, bottom, right, top in boxes])
        text.close()
        page.close()
    document.close()
    return pages


def bare(pages: list[list[tuple[float, float, float, str]]], signer: signers.SimpleSigner) -> bytes:
    """The same texts at the same places, the font embedded, one signature."""
    pdfmetrics.registerFont(TTFont("Bench", str(RESOURCES / "fonts" / "LXGWWenKai-Regular.ttf")))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595.28, 841.89))
    for page in pages:
        for left, bottom, height, text in page:
            canvas.setFont("Bench", max(4.0, min(30.0, height)))
            canvas.drawString(left, bottom, text.strip())
        canvas.showPage()
    canvas.save()
    out.seek(0)
    signed = signers.sign_pdf(IncrementalPdfFileWriter(out), signers.PdfSignatureMetadata(field_name="Head"), signer)
    return bytes(signed.getbuffer())


def measure(folder: Path, sizes: Sizes) -> list[Figure]:
    """A station enrolled at a centre, its month signed as the program does: numbers, proof, drawing, both fields, DSS."""
    station = new_station(folder / "month")
    centre = good(init_centre(folder / "month-centre", "虚构市社工服务指导中心", PASSWORD))
    usb = folder / "month-usb"
    usb.mkdir()
    invited = good(centre.invite(station.store.station))
    good(enrolment.request(station, usb, invited.code, invited.fingerprint))
    good(centre.issue(usb))
    good(enrolment.request(station, usb, invited.code, invited.fingerprint))
    fill(station, sizes.month_records)
    proof = seconds(station.store.differences)
    signed: list[bytes] = []
    ours = seconds(lambda: signed.append(good(month_end.sign(station, MONTH)).pdf))
    pages = texts_of(signed[0])
    signer = bare_signer()
    theirs = seconds(lambda: signed.append(bare(pages, signer)))
    station.close()
    centre.close()
    note = f"{len(pages)} pages; {len(signed[0]):,} / {len(signed[1]):,} bytes; folding everything again alone {proof:.1f} s"
    return [Figure(f"month report of {sizes.month_records:,} records, signed", "bare reportlab and pyHanko, same pages", ours, theirs,
                   "s", 2.0, note)]  # fmt: skip
