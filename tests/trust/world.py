"""A fictional centre and stations with fresh keys, and small PDFs, for the tests of trust and of what stands on it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TypeVar

from reportlab.pdfgen.canvas import Canvas

from station_app.messages import Refusal
from station_app.trust import certificates, signing
from station_app.trust.certificates import Authority, Withdrawal
from station_app.trust.chain import Signer, TrustRoots
from station_app.trust.keys import DeviceKeys

T = TypeVar("T")
AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
NAME = "虚构市社工服务指导中心"
STATION, OTHER_STATION = "15060210201", "15060210301"
DEVICE = "0192f0c1-2345-7abc-8def-0123456789ab"
OTHER_DEVICE = "0192f0c1-6789-7abc-8def-0123456789ab"
CENTRE_DEVICE = "0192f0c1-0000-7abc-8def-0123456789ab"
DAY = timedelta(days=1)


def good(value: T | Refusal) -> T:
    """The value, where a test expects no refusal."""
    assert not isinstance(value, Refusal), value
    return value


@dataclass(frozen=True)
class World:
    """One centre, its authorities and its own signer, and two enrolled stations."""

    root: Authority
    issuing: Authority
    roots: TrustRoots
    centre_keys: DeviceKeys
    centre: Signer
    keys: DeviceKeys
    signer: Signer
    other_keys: DeviceKeys
    other: Signer

    def enrol(self, keys: DeviceKeys, station: str, device: str, at: datetime = AT) -> Signer:
        """A signer of this centre for these keys."""
        request = certificates.device_request(keys, station, device)
        certificate = good(certificates.issue(self.issuing, request, station, at))
        return Signer(keys.private_key, certificate, self.issuing.certificate)

    def withdrawing(self, signer: Signer, why: Withdrawal, at: datetime) -> TrustRoots:
        """The roots with the next list, on which this signer stands."""
        crl = certificates.revoke(self.issuing, self.roots.crl, signer.holder.serial, at, why)
        return replace(self.roots, crl=crl)


def make_world(name: str = NAME, at: datetime = AT) -> World:
    """A world with fresh keys."""
    centre_keys, keys, other_keys = DeviceKeys.new(), DeviceKeys.new(), DeviceKeys.new()
    root = certificates.make_root(name, at)
    issuing = certificates.make_issuing(root, name, centre_keys.recipient, at)
    lists = certificates.first_list(root, at), certificates.first_list(issuing, at)
    roots = TrustRoots(root.certificate, issuing.certificate, *lists)
    own = certificates.issue_centre(issuing, centre_keys, name, CENTRE_DEVICE, at)

    def enrolled(keys: DeviceKeys, station: str, device: str) -> Signer:
        request = certificates.device_request(keys, station, device)
        return Signer(keys.private_key, good(certificates.issue(issuing, request, station, at)), issuing.certificate)

    return World(
        root,
        issuing,
        roots,
        centre_keys,
        Signer(centre_keys.private_key, own, issuing.certificate),
        keys,
        enrolled(keys, STATION, DEVICE),
        other_keys,
        enrolled(other_keys, OTHER_STATION, OTHER_DEVICE),
    )


def small_pdf(pages: int = 2, text: str = "month report") -> bytes:
    """A plain PDF, the same bytes every time."""
    out = BytesIO()
    canvas = Canvas(out, invariant=1)
    for page in range(pages):
        canvas.drawString(100, 700, f"{text}, page {page + 1}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def prepared_pdf() -> bytes:
    """A plain PDF with both fields, the head's to be seen."""
    return good(signing.prepare(small_pdf(), signing.Box(-1, 100, 100, 250, 160)))
