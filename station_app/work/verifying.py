"""Checking a file that somebody hands over: report, bundle, receipt or backup; needs the roots, never a station."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from station_app.messages import Refusal
from station_app.store import backup
from station_app.sync import bundle, opening, receipts, siblings
from station_app.trust import sealing
from station_app.trust.carried import carried_roots
from station_app.trust.chain import Holder, TrustRoots
from station_app.trust.keys import Identity
from station_app.trust.refusals import BundleRefusal
from station_app.trust.signing import verify_report
from station_app.work.refusals import FileRefusal

LIMIT: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file is, whether it may be believed, whose it is, and why not."""

    what: str  # report, bundle, receipt, position, backup, unknown
    valid: bool
    signer: Holder | None = None
    countersigner: Holder | None = None
    problems: tuple[Refusal, ...] = ()


def check_file(path: Path, pems: list[bytes], identities: list[Identity]) -> Checked:
    """Check a file against pinned roots.

    ``pems``: the root, and what else is at hand of issuing certificate and revocation lists. Where the issuing
    certificate or a list is not given, the one the file carries is used if it is signed under the given root.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(backup.MAGIC)) == backup.MAGIC:
                return _backup(path)
            file.seek(0)
            data = file.read(LIMIT + 1)
    except OSError:
        return Checked("unknown", False, problems=(Refusal(FileRefusal.UNREADABLE, {"file": path.name}),))
    if len(data) > LIMIT:
        return Checked("unknown", False, problems=(Refusal(BundleRefusal.TOO_LARGE),))
    if data.startswith(b"%PDF"):
        return _report(data, pems)
    return _sealed(data, pems, identities)


def _backup(path: Path) -> Checked:
    """Without its key: not a byte was lost or changed since it was written. Who wrote it, only the key can say."""
    found = backup.read(path)
    return Checked("backup", False, problems=(found,)) if isinstance(found, Refusal) else Checked("backup", True)


def _report(data: bytes, pems: list[bytes]) -> Checked:
    roots = TrustRoots.from_pem(*pems)
    if isinstance(roots, Refusal):
        roots = carried_roots(data, pems)
    if isinstance(roots, Refusal):
        return Checked("report", False, problems=(roots,))
    verdict = verify_report(data, roots)
    return Checked("report", verdict.valid, verdict.signer, verdict.centre_signer, verdict.problems)


def _sealed(data: bytes, pems: list[bytes], identities: list[Identity]) -> Checked:
    roots = TrustRoots.from_pem(*pems)
    if isinstance(roots, Refusal):
        return Checked("bundle", False, problems=(roots,))
    signed = data
    if sealing.is_encrypted(data):
        if not identities:
            return Checked("bundle", False, problems=(Refusal(FileRefusal.NEEDS_KEY),))
        opened = [sealing.decrypt(data, identity, sealing.BUNDLE_LIMIT) for identity in identities]
        found = next((o for o in opened if not isinstance(o, Refusal)), None)
        if found is None:
            wrong = opened[0]
            assert isinstance(wrong, Refusal)
            return Checked("bundle", False, problems=(wrong,))
        signed = found
    content = opening.verified(signed, roots, opening.now())
    if isinstance(content, Refusal):
        return Checked("bundle", False, problems=(content,))
    if content.signer.is_centre and not isinstance(receipts.parse(content.content), Refusal):
        return Checked("receipt", True, content.signer)
    if isinstance(siblings.read_note(content.content, content.signer, content.signer.station), siblings.Note):
        return Checked("position", True, content.signer)
    parsed = bundle.parse(content.content, withheld_ok=True)
    if isinstance(parsed, Refusal):
        return Checked("bundle", False, content.signer, problems=(parsed,))
    station, at = parsed.header.station, opening.now()
    writer = opening.writer_of(parsed, roots, at, ended_ok=True)
    if isinstance(writer, Refusal):
        return Checked("bundle", False, content.signer, problems=(writer,))
    arrived = opening.Arrived(parsed, content.signer, writer, signed)
    theirs = opening.carried_rightly(arrived, station, opening.centre_chain(roots, station))
    problems = () if theirs else (Refusal(BundleRefusal.WRONG_STATION),)
    return Checked("bundle", not problems, content.signer, problems=problems)
