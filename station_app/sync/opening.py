"""Opening a sealed file and asking who answers for it: signature, certificate, voucher, and whose chain it may speak for."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from station_app.clock import now_ms
from station_app.messages import Refusal
from station_app.sync import bundle
from station_app.sync.bundle import Bundle
from station_app.trust import cms, sealing
from station_app.trust.chain import Holder, TrustRoots
from station_app.trust.keys import Identity
from station_app.trust.refusals import BundleRefusal, TrustRefusal
from station_app.trust.sealing import Opened


@dataclass(frozen=True, slots=True)
class Arrived:
    """A bundle that may be believed: its content, who packed it, who wrote its chain, the signed bytes inside the encryption.

    Packer and writer differ where a computer passes on what another one of its station wrote: the packer answers for the
    bundle, the writer's voucher for the chain up to its last entry.
    """

    bundle: Bundle
    signer: Holder
    writer: Holder
    signed: bytes


def now() -> datetime:
    """The moment certificates are judged at."""
    return datetime.fromtimestamp(now_ms() / 1000, UTC)


def centre_chain(roots: TrustRoots, station: str) -> str:
    """The id under which a centre writes in a station's journal: one chain for each station, the same on both sides."""
    return str(uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_OID, roots.fingerprint), station))


def verified(signed: bytes, roots: TrustRoots, at: datetime, ended_ok: bool = False) -> Opened | Refusal:
    """Content and signer of a signed file.

    Judged by our own clock first. The signer's word on the time counts in two cases: a certificate withdrawn
    for a peaceful reason keeps what it signed before (``chain.revoked_by`` decides), and a computer whose own clock
    stands before the certificate's first day must not lose a receipt by it. ``ended_ok`` is a station's third case: what
    the centre signed stays its word after its certificate ended, and for a computer whose clock stands years ahead.
    """
    return _judged(signed, at, ended_ok, lambda moment: sealing.verify_signed(signed, roots, moment))


def _judged(
    signed: bytes, at: datetime, ended_ok: bool, judge: Callable[[datetime], Opened | Refusal]
) -> Opened | Refusal:
    opened = judge(at)
    if not isinstance(opened, Refusal):
        return opened
    told = {TrustRefusal.NOT_YET_VALID.value, *([TrustRefusal.EXPIRED.value] if ended_ok else [])}
    if opened.code is not BundleRefusal.REVOKED and opened.values.get("because") not in told:
        return opened
    envelope = cms.read(signed)
    if isinstance(envelope, Refusal) or envelope.signed_at is None:
        return opened
    again = judge(envelope.signed_at)
    return opened if isinstance(again, Refusal) else again


def open_sealed(
    data: bytes, identity: Identity, roots: TrustRoots, at: datetime, ended_ok: bool = False
) -> tuple[Opened, bytes] | Refusal:
    """What a sealed file holds, and its signed bytes as they can be kept for proof."""
    signed = sealing.decrypt(data, identity, sealing.BUNDLE_LIMIT)
    if isinstance(signed, Refusal):
        return signed
    opened = verified(signed, roots, at, ended_ok)
    return opened if isinstance(opened, Refusal) else (opened, signed)


def open_bundle(
    data: bytes, identity: Identity, roots: TrustRoots, at: datetime, withheld_ok: bool, ended_ok: bool = False
) -> Arrived | Refusal:
    """A bundle for us, whose header, voucher and signer agree. The caller compares them with path and station."""
    opened = open_sealed(data, identity, roots, at, ended_ok)
    if isinstance(opened, Refusal):
        return opened
    content, signed = opened
    parsed = bundle.parse(content.content, withheld_ok)
    if isinstance(parsed, Refusal):
        return parsed
    if parsed.header.recipient != identity.recipient:
        return Refusal(BundleRefusal.WRONG_RECIPIENT)
    writer = writer_of(parsed, roots, at, ended_ok)
    return writer if isinstance(writer, Refusal) else Arrived(parsed, content.signer, writer, signed)


def carried_rightly(arrived: Arrived, station: str, centre: str | None) -> bool:
    """Whether a chain was written by its own computer and packed by one of the same station.

    ``centre``: the id of the centre's chain where the centre's word counts, None at the centre itself.
    """
    header, signer, writer = arrived.bundle.header, arrived.signer, arrived.writer
    if header.station != station or (signer.station != station and not signer.is_centre):
        return False
    if signer.is_centre or writer.is_centre:
        return writer.is_centre and centre is not None and header.device == centre
    return writer.station == station and writer.device == header.device


def writer_of(parsed: Bundle, roots: TrustRoots, at: datetime, ended_ok: bool) -> Holder | Refusal:
    """Who vouches for the chain in a bundle."""
    signed = parsed.header.voucher
    voucher = _judged(signed, at, ended_ok, lambda moment: sealing.verify_voucher(signed, roots, moment))
    if isinstance(voucher, Refusal):
        return voucher
    if voucher.content != parsed.header.vouched():
        return Refusal(BundleRefusal.BAD_SIGNATURE)
    return voucher.signer
