"""The centre's authority: offline root, issuing certificate, its own keys; invitations, certificates, withdrawals.

The root's key lies in a folder of its own (``offline-root``) with a vault of its own: after ``init`` nobody needs it, and
the folder can be moved to a safe. Everything else is under the centre's vault. One-time codes are kept encrypted rather
than hashed, because a request proves to know its code by an HMAC keyed with it.
"""

import json
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from station_app.centre.keyring import Keyring
from station_app.centre.refusals import CentreRefusal
from station_app.clock import LOCAL
from station_app.messages import Refusal
from station_app.paper.invitation import invitation
from station_app.paper.recovery import recovery_sheet
from station_app.store.files import write_whole
from station_app.store.vault import Vault
from station_app.sync.bundle import short
from station_app.sync.carriers import usb as stick
from station_app.sync.carriers.usb import Stick
from station_app.sync.receipts import Refused
from station_app.trust import certificates, chain, groups
from station_app.trust.certificates import Withdrawal
from station_app.trust.chain import Holder, Signer, TrustRoots
from station_app.trust.keys import DeviceKeys, private_key_from_bytes, private_key_to_bytes
from station_app.trust.refusals import TrustRefusal
from station_app.values.divisions import township

ABOUT: Final = "centre.json"
ROOTS: Final = "roots.pem"
ROOT_PEM: Final = "root.pem"
CENTRE_PEM: Final = "centre.pem"
OFFLINE: Final = "offline-root"
DEVICES: Final = "devices"
INVITATIONS: Final = "invitations"
USER: Final = "centre"
VALID: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation: works once, for one computer of one station, until a day."""

    station: str
    code: str
    until: str
    device: str = ""  # who used it


@dataclass(frozen=True, slots=True)
class Invited:
    """What ``centre invite`` gives."""

    pdf: Path
    code: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Issued:
    """What ``centre issue`` did."""

    devices: list[str]
    refused: list[Refused]


def init(folder: Path, name: str, password: str, at: datetime) -> "Authority | Refusal":
    """A new centre in a folder: root, issuing certificate, own identity, recovery sheet."""
    if (folder / ABOUT).exists():
        return Refusal(CentreRefusal.CENTRE_EXISTS, {"folder": str(folder)})
    made = Vault.create(folder, USER, password)
    if isinstance(made, Refusal):
        return made
    _vault, unlocked, code = made
    offline = Vault.create(folder / OFFLINE, "root", password)
    if isinstance(offline, Refusal):
        return offline
    keys, device = DeviceKeys.new(), str(uuid.uuid4())
    root = certificates.make_root(name, at)
    issuing = certificates.make_issuing(root, name, keys.recipient, at)
    own = certificates.issue_centre(issuing, keys, name, device, at)
    roots = TrustRoots(
        root.certificate,
        issuing.certificate,
        certificates.first_list(root, at),
        certificates.first_list(issuing, at),
    )
    Keyring(folder / OFFLINE, offline[1].key).put("root.key", private_key_to_bytes(root.private_key))
    ring = Keyring(folder, unlocked.key)
    ring.put("issuing.key", private_key_to_bytes(issuing.private_key))
    ring.put("centre.key", keys.to_bytes())
    write_whole(folder / ROOTS, roots.to_pem())
    write_whole(folder / ROOT_PEM, chain.pem_of(root.certificate))
    write_whole(folder / CENTRE_PEM, certificates.chain_pem(own, issuing.certificate, root.certificate))
    sheet = recovery_sheet(station_name=name, station=chain.fingerprint(root.certificate), code=code, made_on=at.date())
    write_whole(folder / "recovery-sheet.pdf", sheet)
    about = {"name": name, "device": device, "fingerprint": roots.fingerprint}
    write_whole(folder / ABOUT, json.dumps(about, ensure_ascii=False).encode())  # last: now it is a centre
    return Authority(
        folder, unlocked.key, name, device, keys, Signer(keys.private_key, own, issuing.certificate), roots, issuing
    )


def load(folder: Path, password: str) -> "Authority | Refusal":
    """The authority of an existing centre."""
    try:
        about = json.loads((folder / ABOUT).read_bytes())
        name, device = str(about["name"]), str(about["device"])
        roots = TrustRoots.from_pem((folder / ROOTS).read_bytes())
        own = chain.certificates_in((folder / CENTRE_PEM).read_bytes())[0]
    except FileNotFoundError:
        return Refusal(CentreRefusal.NO_CENTRE, {"folder": str(folder)})
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return Refusal(CentreRefusal.CENTRE_DAMAGED, {"part": ABOUT})
    if isinstance(roots, Refusal):
        return Refusal(CentreRefusal.CENTRE_DAMAGED, {"part": ROOTS})
    vault = Vault.load(folder)
    if isinstance(vault, Refusal):
        return vault
    unlocked = vault.unlock(USER, password)
    if isinstance(unlocked, Refusal):
        return unlocked
    ring = Keyring(folder, unlocked.key)
    key = private_key_from_bytes(ring.get("issuing.key") or b"")
    keys = DeviceKeys.from_bytes(ring.get("centre.key") or b"")
    if isinstance(key, Refusal) or isinstance(keys, Refusal):
        return Refusal(CentreRefusal.CENTRE_DAMAGED, {"part": "keys"})
    issuing = certificates.Authority(key, roots.issuing)
    return Authority(
        folder, unlocked.key, name, device, keys, Signer(keys.private_key, own, roots.issuing), roots, issuing
    )


class Authority:
    """An unlocked centre's word: whom it invites, certifies, withdraws."""

    def __init__(
        self, folder: Path, key: bytes, name: str, device: str, keys: DeviceKeys, signer: Signer, roots: TrustRoots,
        issuing: certificates.Authority,
    ) -> None:  # fmt: skip
        self.folder, self.key, self.name, self.device = folder, key, name, device
        self.keys, self.signer, self.roots, self._issuing = keys, signer, roots, issuing
        self._ring = Keyring(folder, key)

    # ------------------------------------------------------------------ invitations

    def invite(self, station: str, at: datetime) -> Invited | Refusal:
        """A one-time invitation for one computer of a station, as a sheet to print."""
        if not chain.is_station(station):
            return Refusal(CentreRefusal.NO_STATION_CODE, {"station": station})
        code, until = groups.new_code(), (at + VALID).astimezone(LOCAL).date()
        known = self.invitations()
        self._keep_invitations([*known, Invitation(station, code, until.isoformat())])
        town = township(station[:9])
        pdf = invitation(
            centre_name=self.name,
            station_name=town.full_name if town else station,
            station=station,
            fingerprint=self.roots.fingerprint,
            code=code,
            made_on=at.astimezone(LOCAL).date(),
            valid_until=until,
        )
        number = sum(1 for one in known if one.station == station) + 1
        path = self.folder / INVITATIONS / f"{station}-{number}.pdf"
        path.parent.mkdir(exist_ok=True)
        write_whole(path, pdf)
        return Invited(path, code, self.roots.fingerprint)

    def invitations(self) -> list[Invitation]:
        """Every invitation ever made."""
        return [Invitation(**row) for row in json.loads(self._ring.get(INVITATIONS) or b"[]")]

    def _keep_invitations(self, all_of_them: Iterable[Invitation]) -> None:
        self._ring.put(INVITATIONS, json.dumps([asdict(one) for one in all_of_them]).encode())

    # ------------------------------------------------------------------ certificates

    def issue(self, usb: Path, at: datetime) -> Issued | Refusal:
        """Certificates for the requests on a stick that prove to know an open invitation's code."""
        carrier = Stick.at(usb)
        if isinstance(carrier, Refusal):
            return carrier
        issued, refused = list[str](), list[Refused]()
        for found in carrier.files(stick.REQUESTS, stick.REQUEST):
            name = f"{stick.REQUESTS}/{found.string}"
            pem = carrier.read(name, certificates.REQUEST_LIMIT)
            if pem is None:
                continue
            done = pem if isinstance(pem, Refusal) else self._answer(pem, found[1], at)
            if isinstance(done, Refusal):
                refused.append(Refused(found.string, done.code.value))
                continue
            device, certificate = done
            reply = certificates.chain_pem(certificate, self.roots.issuing, self.roots.root)
            failed = carrier.write(f"{stick.CERTIFICATES}/{stick.REVOKED}", self.roots.revocation_lists)
            failed = failed or carrier.write(f"{stick.CERTIFICATES}/{found[1]}.pem", reply)
            if failed is not None:
                return failed
            carrier.remove(name)
            issued.append(device)
        return Issued(issued, refused)

    def _answer(self, pem: bytes, named: str, at: datetime) -> tuple[str, bytes] | Refusal:
        """(device, certificate) for a request; the certificate made before for the same key is given again."""
        request = certificates.read_request(pem)
        if isinstance(request, Refusal):
            return request
        if short(request.device) != named:
            return Refusal(TrustRefusal.BAD_REQUEST)
        day = at.astimezone(LOCAL).date().isoformat()
        known = self.invitations()
        for one in known:
            if one.station != request.station or one.until < day or one.device not in ("", request.device):
                continue
            made = certificates.issue(self._issuing, pem, one.station, at, one.code)
            if isinstance(made, Refusal):
                continue
            before = self.certificate(request.device)
            if one.device and before is not None and chain.certificate_of(before).public_key() == request.public_key:
                return request.device, before  # the same invitation again; a new one renews the certificate
            # first the code is used up, for this computer; then the certificate is kept; only then it leaves the house
            self._keep_invitations(replace(i, device=request.device) if i == one else i for i in known)
            path = self.folder / DEVICES / f"{request.device}.pem"
            path.parent.mkdir(exist_ok=True)
            write_whole(path, chain.pem_of(made))
            return request.device, made
        return Refusal(TrustRefusal.WRONG_CODE)

    def certificate(self, device: str) -> bytes | None:
        """The certificate of an enrolled device, DER."""
        try:
            return chain.certificates_in((self.folder / DEVICES / f"{device}.pem").read_bytes())[0]
        except (OSError, ValueError, IndexError):
            return None

    def holders(self, station: str | None = None) -> list[Holder]:
        """Every device ever enrolled (of a station)."""
        found: list[Holder] = []
        for path in sorted((self.folder / DEVICES).glob("*.pem")):
            certificate = self.certificate(path.stem)
            if certificate is not None:
                with suppress(ValueError):
                    found.append(chain.holder_of(chain.certificate_of(certificate)))
        return [one for one in found if station is None or one.station == station]

    def active(self, station: str, at: datetime) -> list[Holder]:
        """Devices of a station whose certificates are not withdrawn."""
        return [h for h in self.holders(station) if not chain.revoked_by(self.roots.crl, h.serial, at)]

    def revoke(self, device: str, at: datetime, why: Withdrawal = Withdrawal.LOST) -> str | Refusal:
        """Withdraw a device's certificate; ``device`` is its id or the 12 digits of it."""
        holder = next((h for h in self.holders() if device in (h.device, h.short)), None)
        if holder is None:
            return Refusal(CentreRefusal.UNKNOWN_DEVICE, {"device": device})
        crl = certificates.revoke(self._issuing, self.roots.crl, holder.serial, at, why)
        self.roots = replace(self.roots, crl=crl)
        write_whole(self.folder / ROOTS, self.roots.to_pem())
        return holder.device
