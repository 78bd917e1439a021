"""Handing on to the station's other computers by the stick: their certificates, bundles, blobs and position notes."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from station_app.messages import Refusal
from station_app.sync.bundle import short
from station_app.sync.carriers import usb as stick
from station_app.sync.carriers.usb import Stick
from station_app.sync.siblings import Siblings
from station_app.trust import certificates
from station_app.trust.chain import Holder
from station_app.work.directory import Opened as WithUsers
from station_app.work.directory import keep_directory
from station_app.work.enrolment import Opened
from station_app.work.former import formers

#: Certificates of one stick that are looked at.
MOST_CERTIFICATES = 500

#: Told before each file; returns False to stop.
Step = Callable[[], bool]


def meet(carrier: Stick, siblings: Siblings, at: datetime) -> list[Holder]:
    """Learn the certificates that lie on the stick; the siblings known now."""
    pems: list[bytes] = []
    for found in carrier.files(stick.CERTIFICATES, stick.CERTIFICATE)[:MOST_CERTIFICATES]:
        pem = carrier.read(f"{stick.CERTIFICATES}/{found.string}", stick.PEM_LIMIT)
        if isinstance(pem, bytes):
            pems.append(pem)
    siblings.learn(pems, at)
    return siblings.known(at)


def introduce(carrier: Stick, siblings: Siblings) -> Refusal | None:
    """Put our own certificate on the stick, unless one lies there: it may be a newer one that waits to be installed."""
    name = f"{stick.CERTIFICATES}/{short(siblings.store.device)}.pem"
    if carrier.read(name, stick.PEM_LIMIT) is not None:
        return None
    signer, roots = siblings.enrolled.signer, siblings.enrolled.roots
    return carrier.write(name, certificates.chain_pem(signer.certificate, roots.issuing, roots.root))


class Handing(Opened, WithUsers, Protocol):
    """An unlocked station that hands on."""


def hand_on(
    opened: Handing, carrier: Stick, siblings: Siblings, at: datetime, step: Step
) -> list[str] | Refusal | None:
    """Write what each sibling lacks, and our position note; the names written, None when stopped.

    What a sibling holds by its own word is taken off the stick; what it has not acknowledged stays.
    """
    others = meet(carrier, siblings, at)
    failed = introduce(carrier, siblings)
    if failed is not None:
        return failed
    siblings.vouch(at)  # with or without siblings now: a later one may begin with a backup of this computer
    for former in formers(opened):
        siblings.vouch(at, (former.device, former.enrolled.signer))
    if not others:
        return []
    keep_directory(opened)
    siblings.vouch(at)
    there = f"{stick.TO_STATIONS}/{opened.store.station}"
    written: list[str] = []
    for to in others:
        wanted = siblings.wanted_blobs(to)
        _tidy(carrier, siblings, to, there, set(wanted))
        files = [(out.name, out.ready.data) for out in siblings.bundles(to, at)]
        for name, data in files:
            if not step():
                return None
            failed = carrier.write(f"{there}/{name}", data)
            if failed is not None:
                return failed
            written.append(name)
        for digest in wanted:  # after entries, never holding them up
            if not step():
                return None
            sealed = siblings.sealed_blob(to, digest)
            failed = None if sealed is None else carrier.write(f"{there}/{digest}-for-{to.short}.blob", sealed)
            if failed is not None:
                return failed
        siblings.clear(to, set(wanted))
    name, note = siblings.note(at)
    return carrier.write(f"{there}/{name}", note) or written


def say_position(carrier: Stick, siblings: Siblings, at: datetime) -> None:
    """After taking in: our position note, so that nobody sends the same again. A stick that cannot be written keeps the old one."""
    if siblings.known(at):
        name, note = siblings.note(at)
        carrier.write(f"{stick.TO_STATIONS}/{siblings.store.station}/{name}", note)


def _tidy(carrier: Stick, siblings: Siblings, to: Holder, there: str, wanted: set[str]) -> None:
    with siblings.store.database.reading() as connection:
        holds = siblings.holds(connection, to.device) or {}
    upto = {short(device): seq for device, seq in holds.items()}
    for found in carrier.files(there, stick.FROM):
        if found[1] == to.short and int(found[4]) <= upto.get(found[2], 0):
            carrier.remove(f"{there}/{found.string}")
    for found in carrier.files(there, stick.BLOB_FOR):
        # only what we have ourselves: what we lack, another computer put there
        if found[2] == to.short and found[1] not in wanted and siblings.blobs.has(found[1]):
            carrier.remove(f"{there}/{found.string}")
