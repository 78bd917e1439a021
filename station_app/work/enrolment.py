"""Enrolling this computer with the guidance centre over the stick, and what the computer signs with afterwards."""

import json
from pathlib import Path
from typing import Final, Protocol

from station_app.messages import Refusal
from station_app.store.blobs import Blobs
from station_app.store.opened import Store
from station_app.sync import opening, receipts
from station_app.sync.bundle import short
from station_app.sync.carriers import usb as stick
from station_app.sync.carriers.usb import Stick
from station_app.sync.refusals import SyncRefusal
from station_app.trust import certificates, groups
from station_app.trust import enrolment as trust_enrolment
from station_app.trust.chain import Signer, TrustRoots
from station_app.trust.enrolment import Enrolled
from station_app.trust.keys import DeviceKeys
from station_app.trust.refusals import BundleRefusal, TrustRefusal

KEYS_FACT: Final = "device_keys"
CERTIFICATE_FACT: Final = "certificate"
ASKED_FACT: Final = "enrolment"
_FINGERPRINT_SIGNS: Final = (32, 64)  # as printed; as openssl prints it


class Opened(Protocol):
    """An unlocked station, as far as handing in needs it (``compose.OpenStation``)."""

    @property
    def folder(self) -> Path:
        """The station's folder."""

    @property
    def store(self) -> Store:
        """Its store."""

    @property
    def blobs(self) -> Blobs:
        """Its blobs."""


def device_keys(store: Store) -> DeviceKeys | Refusal:
    """This device's secrets, made at first need and kept in the encrypted database."""
    kept = store.fact(KEYS_FACT)
    if kept is not None:
        return DeviceKeys.from_bytes(kept)
    keys = DeviceKeys.new()
    store.keep(KEYS_FACT, keys.to_bytes())
    return keys


def identity(opened: Opened) -> Enrolled | Refusal:
    """What this computer signs with and believes; ``not_enrolled`` until the centre's certificate is installed, ``revoked``
    or ``certificate_expired`` afterwards."""
    held = installed(opened)
    keys = device_keys(opened.store)
    if isinstance(held, Refusal) or isinstance(keys, Refusal):
        return held if isinstance(held, Refusal) else Refusal(BundleRefusal.NOT_ENROLLED)
    store = opened.store
    signer = trust_enrolment.with_certificate(
        keys, held.signer.certificate, held.roots, store.station, store.device, opening.now()
    )  # fmt: skip
    if isinstance(signer, Refusal):
        # this computer's clock stands before the certificate's first day: no reason to lose the hand-in
        return held if signer.code is TrustRefusal.NOT_YET_VALID else signer
    return Enrolled(signer, held.roots)


def installed(opened: Opened) -> Enrolled | Refusal:
    """The same, whether or not the certificate still holds: enough to receive, not to sign."""
    store = opened.store
    keys = device_keys(store)
    if isinstance(keys, Refusal):
        return keys
    certificate, roots = store.fact(CERTIFICATE_FACT), receipts.pinned(store)
    if certificate is None or roots is None:
        return Refusal(BundleRefusal.NOT_ENROLLED)
    return Enrolled(Signer(keys.private_key, certificate, roots.issuing), roots)


def request(opened: Opened, usb: Path, code: str, fingerprint: str) -> dict[str, str] | Refusal:
    """Ask for a certificate by the stick, or install the one the centre has put there since.

    Fingerprint and code come from the printed invitation. The first call writes the request and remembers them; the
    same call after ``centre issue`` pins the centre, if its root has the fingerprint the clerk typed.
    """
    carrier = Stick.at(usb)
    if isinstance(carrier, Refusal):
        return carrier
    store = opened.store
    asked: dict[str, str] = json.loads(store.fact(ASKED_FACT) or b"{}")
    code, fingerprint = code.strip() or asked.get("code", ""), fingerprint.strip() or asked.get("fingerprint", "")
    if not code or not fingerprint:
        return Refusal(SyncRefusal.NO_CODE)
    incomplete = _incomplete(fingerprint)
    if incomplete is not None:
        return incomplete
    store.guard.before(store)  # a copy asks for itself, not for the device it was copied from
    keys = device_keys(store)
    if isinstance(keys, Refusal):
        return keys
    answer = _install(store, carrier, keys, fingerprint)
    expired = isinstance(answer, Refusal) and answer.code is TrustRefusal.EXPIRED
    if answer is not None and not expired:  # an old answer on the stick must not keep us from asking anew
        return answer
    if not isinstance(identity(opened), Refusal) and receipts.pinned(store) is not None:
        return {"state": "enrolled"}
    store.keep(ASKED_FACT, json.dumps({"code": code, "fingerprint": fingerprint}).encode())
    pem = certificates.device_request(keys, store.station, store.device, code)
    failed = carrier.welcome() or carrier.write(f"{stick.REQUESTS}/{short(store.device)}.csr", pem)
    return failed or {"state": "requested"}


def _install(store: Store, carrier: Stick, keys: DeviceKeys, fingerprint: str) -> dict[str, str] | Refusal | None:
    """None when the stick has no certificate for this computer."""
    reply = carrier.read(f"{stick.CERTIFICATES}/{short(store.device)}.pem", stick.PEM_LIMIT)
    lists = carrier.read(f"{stick.CERTIFICATES}/{stick.REVOKED}", stick.LIST_LIMIT)
    if reply is None:
        return None
    if isinstance(reply, Refusal):
        return reply
    if lists is None or isinstance(lists, Refusal):
        return lists or Refusal(TrustRefusal.BAD_REVOCATION_LIST)
    enrolled = trust_enrolment.accept_reply(
        reply, lists, keys, store.station, store.device, fingerprint, opening.now()
    )  # fmt: skip
    if isinstance(enrolled, Refusal):
        return enrolled
    roots = _newest_lists(receipts.pinned(store), enrolled.roots)
    store.keep(receipts.ROOTS_FACT, roots.to_pem())
    store.keep(CERTIFICATE_FACT, enrolled.signer.certificate)
    return {"state": "enrolled", "centre": roots.fingerprint}


def _newest_lists(known: TrustRoots | None, found: TrustRoots) -> TrustRoots:
    """An old stick must not bring back a list on which a withdrawn certificate is missing."""
    if known is None or known.root != found.root or known.issuing != found.issuing:
        return found
    newer = known.with_revocation_lists(found.revocation_lists)
    return known if isinstance(newer, Refusal) else newer


def _incomplete(fingerprint: str) -> Refusal | None:
    found = len(groups.typed(fingerprint))
    if found in _FINGERPRINT_SIGNS:
        return None
    return Refusal(TrustRefusal.FINGERPRINT_INCOMPLETE, {"expected": _FINGERPRINT_SIGNS[0], "found": found})


def renew_lists(store: Store, carrier: Stick) -> None:
    """Take a newer list of withdrawn certificates from the stick; an older or foreign one is passed over."""
    roots = receipts.pinned(store)
    lists = carrier.read(f"{stick.CERTIFICATES}/{stick.REVOKED}", stick.LIST_LIMIT)
    if roots is None or lists is None or isinstance(lists, Refusal) or lists == roots.revocation_lists:
        return
    newer = roots.with_revocation_lists(lists)
    if not isinstance(newer, Refusal):
        store.keep(receipts.ROOTS_FACT, newer.to_pem())
