"""The station's other computers: who they are, what they hold by their own word, and what is sealed for each of them.

Every chain a sibling lacks goes to it, our own and those of third computers, with nothing withheld. Whoever passes a chain
on packs it, its writer's *voucher* proves it: so parts end where a voucher stands. What a sibling holds is told by its own
entries (``seen``) and by its *position note*, a small signed file; nothing is sent to a computer that has never spoken,
for it began with a backup and may hold nearly everything.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import Connection, func, select

from station_app.clock import now_ms
from station_app.kinds.base import KINDS
from station_app.messages import Refusal
from station_app.store import entries as e
from station_app.store import journal
from station_app.store.blobs import Blobs
from station_app.store.files import make_folders, write_whole
from station_app.store.opened import Store
from station_app.store.tables import fact, sight
from station_app.sync import bundle, opening, receipts
from station_app.sync.outbox import FOLDER, Lane, Ready, Sealing, named_blobs, sealed_part
from station_app.trust import chain, sealing
from station_app.trust.chain import Holder, Signer
from station_app.trust.enrolment import Enrolled
from station_app.trust.refusals import BundleRefusal, TrustRefusal
from station_app.values.ids import is_uuid

SIBLING_FACT: Final = "sibling"
VOUCHER_FACT: Final = "voucher"
HOLDS_FACT: Final = "holds"
CENTRE: Final = "centre"  # the folder and lanes of what goes to the centre for others
#: Small parts are packed together up to so many bytes unpacked.
TOGETHER: Final = 512 * 1024
#: Blobs one note may ask for; the rest is asked for next time.
MOST_LACKING: Final = 2_000

_encode = msgspec.json.Encoder().encode


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """The one line of a position note: how far a computer holds each chain of its station, and which blobs it lacks."""

    station: str
    device: str
    holds: dict[str, int]
    lacks: list[str]
    made: int  # milliseconds, never below the computer's newest entry: of two notes the later one is known by it
    what: str = "position"
    format: int = 1

    def line(self) -> bytes:
        """Its bytes."""
        return _encode(self) + b"\n"


_decode = msgspec.json.Decoder(Note).decode


def note_name(device: str) -> str:
    """A note's file name on the stick."""
    return f"position-{bundle.short(device)}.bundle"


def read_note(content: bytes, signer: Holder, station: str) -> Note | Refusal:
    """A signed note's content, when a computer of this station speaks of itself."""
    try:
        note = _decode(content)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return Refusal(BundleRefusal.BAD_FORMAT)
    sound = note.what == "position" and 0 <= note.made < 1 << 53 and len(note.lacks) <= MOST_LACKING
    if not sound or not all(is_uuid(device) and 0 <= seq < 1 << 40 for device, seq in note.holds.items()):
        return Refusal(BundleRefusal.BAD_FORMAT)
    if (note.station, note.device) != (signer.station, signer.device) or note.station != station:
        return Refusal(BundleRefusal.WRONG_STATION)
    return note


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A sealed bundle for a sibling, and its name on the stick."""

    name: str
    ready: Ready


class Siblings:
    """The other computers of the station of one enrolled computer."""

    def __init__(self, store: Store, blobs: Blobs, enrolled: Enrolled) -> None:
        self.store, self.blobs, self.enrolled = store, blobs, enrolled

    # ------------------------------------------------------------------ who they are

    def learn(self, pems: Iterable[bytes], at: datetime) -> None:
        """Remember the certificates of siblings among these; all others, and older ones, are passed over."""
        for pem in pems:
            try:
                found = chain.certificates_in(pem)
            except ValueError:
                continue
            for der in found[:1]:
                holder = self._verified(der, at)
                if holder is None:
                    continue
                name = f"{SIBLING_FACT}/{holder.device}"
                before = self.store.fact(name)
                if before is None or _since(before) < _since(der):
                    self.store.keep(name, der)

    def known(self, at: datetime) -> list[Holder]:
        """The siblings whose certificates lead to the pinned root and hold now, in the order of their ids."""
        with self.store.database.reading() as connection:
            kept = [der for _name, der in _facts(connection, SIBLING_FACT)]
        found = (self._verified(der, at) for der in kept)
        return [holder for holder in found if holder is not None]

    def _verified(self, der: bytes, at: datetime) -> Holder | None:
        roots = self.enrolled.roots
        try:
            holder = chain.verify_chain(der, roots, at)
            if isinstance(holder, Refusal) and holder.code is TrustRefusal.NOT_YET_VALID:
                holder = chain.verify_chain(der, roots, _since(der))  # this computer's clock stands behind
        except ValueError:
            return None
        ours = not isinstance(holder, Refusal) and holder.station == self.store.station
        return holder if ours and not isinstance(holder, Refusal) and holder.device != self.store.device else None

    # ------------------------------------------------------------------ what they hold

    def holds(self, connection: Connection, device: str) -> dict[str, int] | None:
        """How far a sibling holds each chain, by its own word; None when it has never spoken."""
        said = _said(connection, device)
        holds = dict(said.holds) if said is not None else {}
        one = journal.device_named(connection, device)
        if one is not None:
            names = {d.no: d.device for d in journal.devices(connection, self.store.station)}
            rows = connection.execute(
                select(sight.c.other, func.max(sight.c.other_seq)).where(sight.c.no == one.no).group_by(sight.c.other)
            )
            for other, seq in rows:
                holds[names[other]] = max(seq, holds.get(names[other], 0))
        return holds or None

    def note(self, at: datetime) -> tuple[str, bytes]:
        """(file name, sealed position note) of this computer, for its siblings and the centre."""
        with self.store.database.reading() as connection:
            family = journal.devices(connection, self.store.station)
        own = next(d for d in family if d.own and d.device == self.store.device)
        note = Note(
            station=self.store.station,
            device=self.store.device,
            holds={d.device: d.seq for d in family if d.seq},
            lacks=sorted(lacking_blobs(self.store, self.blobs))[:MOST_LACKING],
            made=max(now_ms(), own.time),
        )
        readers = [self.enrolled.roots.recipient, *(holder.recipient for holder in self.known(at))]
        return note_name(self.store.device), sealing.seal(note.line(), self.enrolled.signer, readers, at)

    # ------------------------------------------------------------------ vouchers

    def vouch(self, at: datetime, former: tuple[str, Signer] | None = None) -> None:
        """Vouch for our own chain as far as it goes, in parts that fit a bundle; kept, for whoever passes it on later.

        ``former``: the chain this computer wrote under an earlier id, and that one's signer.
        """
        device, signer = former or (self.store.device, self.enrolled.signer)
        with self.store.database.reading() as connection:
            one = journal.device_named(connection, device)
            assert one is not None  # the store registers its own device when it is made
            done = max(_vouched(connection, device), default=0)
            lines = ((e.parse(line), digest) for _s, digest, line in journal.chain(connection, one.no, done + 1))
            ends = [(part[-1][0].head.seq, part[-1][1]) for part in bundle.split(lines)]
        for last, head in ends:
            line = bundle.voucher_line(self.store.station, device, last, head)
            keep_voucher(self.store, device, last, sealing.sign_voucher(line, signer, at))

    # ------------------------------------------------------------------ what goes to them

    def bundles(self, to: Holder, at: datetime) -> Iterator[Outgoing]:
        """Everything a sibling lacks by its own word, chain by chain; raises OSError when our own disk refuses."""
        with self.store.database.reading() as connection:
            for one, upto, vouched in self._lacked(connection, self.holds(connection, to.device), to.device):
                lane = Lane(
                    self.store, one.device, to.recipient, self._folder(to.short), f"lane/{to.device}/{one.device}"
                )
                for ready in lane.ready(connection, upto, max(vouched), self._sealing(one, to.recipient, vouched, at)):
                    yield Outgoing(f"{to.short}-from-{bundle.bundle_name(one.device, ready.first, ready.last)}", ready)

    def for_centre(self, at: datetime, cut: Callable[[e.Entry], e.Entry]) -> Iterator[Outgoing]:
        """What the centre lacks of the other computers' chains by its receipt: one that was lost cannot hand in itself any
        more, and whoever comes to the centre first brings everything. ``cut`` leaves out what is withheld from it."""
        kept = receipts.newest(self.store)
        if kept is None:
            return  # its first receipt will say what it holds
        to, centre = self.enrolled.roots.recipient, opening.centre_chain(self.enrolled.roots, self.store.station)
        with self.store.database.reading() as connection:
            for one, upto, vouched in self._lacked(connection, kept.receipt.holds, self.store.device, centre):
                lane = Lane(self.store, one.device, to, self._folder(CENTRE), f"lane/{CENTRE}/{one.device}")
                for ready in lane.ready(connection, upto, max(vouched), self._sealing(one, to, vouched, at, cut)):
                    yield Outgoing(bundle.bundle_name(one.device, ready.first, ready.last), ready)

    def _folder(self, to: str) -> Path:
        return self.store.folder / FOLDER / to

    def _lacked(
        self, connection: Connection, holds: Mapping[str, int] | None, *but: str
    ) -> Iterator[tuple[journal.Device, int, dict[int, bytes]]]:
        """(chain, how far it is held there, vouchers beyond that) of every chain, ``but`` these, of which a part is lacking."""
        if holds is None:
            return
        for one in journal.devices(connection, self.store.station):
            upto = holds.get(one.device, 0)
            if one.device in but or upto >= one.seq:
                continue
            vouched = {
                last: voucher for last, voucher in _vouched(connection, one.device).items() if upto < last <= one.seq
            }
            if vouched:
                yield one, upto, vouched

    def _sealing(
        self, one: journal.Device, recipient: str, vouched: Mapping[int, bytes], at: datetime,
        cut: Callable[[e.Entry], e.Entry] | None = None,
    ) -> Sealing:  # fmt: skip
        def sealed(connection: Connection, first: int, last: int) -> Iterator[tuple[int, int, bytes]]:
            prev = journal.hash_at(connection, one.no, first - 1)
            assert prev is not None  # a chain is held without gaps
            for whole in _pieces(connection, one, first, [end for end in sorted(vouched) if first <= end <= last]):
                part = whole if cut is None else [(cut(entry), digest) for entry, digest in whole]
                low, high = part[0][0].head.seq, part[-1][0].head.seq
                yield low, high, sealed_part(part, prev, one.station, recipient, self.enrolled, at, vouched[high])
                prev = part[-1][1]

        return sealed

    def wanted_blobs(self, to: Holder) -> list[str]:
        """Blobs for a sibling: named in entries it lacks, or missing by its own word; only those that are here."""
        with self.store.database.reading() as connection:
            said = _said(connection, to.device)
            wanted = dict.fromkeys(said.lacks if said is not None else ())
            for one, upto, vouched in self._lacked(connection, self.holds(connection, to.device), to.device):
                for _seq, _digest, line in journal.chain(connection, one.no, upto + 1, max(vouched)):
                    wanted |= dict.fromkeys(named_blobs(e.parse(line), private=True))
        return [digest for digest in wanted if self.blobs.has(digest)]

    def sealed_blob(self, to: Holder, digest: str) -> bytes | None:
        """A blob as it goes to a sibling, the same bytes while it waits; None when it is damaged here."""
        path = self.store.folder / FOLDER / to.short / f"{digest}.blob"
        with suppress(OSError):
            return path.read_bytes()
        content = self.blobs.get(digest)
        if content is None:
            return None
        sealed = sealing.encrypt(content, [to.recipient])
        make_folders(path.parent)
        write_whole(path, sealed)
        return sealed

    def clear(self, to: Holder, wanted: set[str]) -> None:
        """Forget sealed blobs a sibling no longer lacks."""
        with suppress(OSError):
            for path in (self.store.folder / FOLDER / to.short).glob("*.blob"):
                if path.stem not in wanted:
                    path.unlink(missing_ok=True)


def _pieces(
    connection: Connection, one: journal.Device, first: int, ends: Sequence[int]
) -> Iterator[list[tuple[e.Entry, bytes]]]:
    """A chain from ``first`` on in parts that end at vouched entries; small ones together."""
    part: list[tuple[e.Entry, bytes]] = []
    items = size = 0
    for end in ends:
        more = [(e.parse(line), digest) for _seq, digest, line in journal.chain(connection, one.no, first, end)]
        if not bundle.fits(more):
            break  # a voucher in between has not come; the writer itself will send this part
        more_items, more_size = sum(len(x.items) for x, _d in more), sum(len(x.line) for x, _d in more)
        if part and (items + more_items > bundle.MAX_ITEMS or size + more_size > TOGETHER):
            yield part
            part, items, size = [], 0, 0
        part, items, size, first = part + more, items + more_items, size + more_size, end + 1
    if part:
        yield part


# ---------------------------------------------------------------------- what is remembered


def keep_voucher(store: Store, device: str, last: int, voucher: bytes) -> None:
    """Keep a writer's word for its chain up to an entry."""
    name = f"{VOUCHER_FACT}/{device}/{last}"
    if store.fact(name) is None:
        store.keep(name, voucher)


def take_note(store: Store, note: Note) -> None:
    """Remember what a sibling holds; what it held once it holds, and the later note says what it lacks."""
    with store.database.reading() as connection:
        before = _said(connection, note.device)
    if before is not None:
        devices = {*before.holds, *note.holds}
        holds = {d: max(before.holds.get(d, 0), note.holds.get(d, 0)) for d in devices}
        later = note if note.made >= before.made else before
        note = msgspec.structs.replace(later, holds=holds)
    if note != before:
        store.keep(f"{HOLDS_FACT}/{note.device}", note.line())


def lacking_blobs(store: Store, blobs: Blobs) -> set[str]:
    """Blobs that rows name and that are not here."""
    with store.database.reading() as connection:
        named = {
            value
            for kind in KINDS.classes()
            for field in kind.fields.values()
            if field.meaning.name == "blob"
            for (value,) in connection.execute(
                select(kind.__table__.c[field.name])
                .where(kind.__table__.c.station == store.station, kind.__table__.c[field.name].is_not(None))
                .distinct()
            )
        }
    return {digest for digest in named if not blobs.has(digest)}


def _said(connection: Connection, device: str) -> Note | None:
    kept = connection.execute(select(fact.c.value).where(fact.c.name == f"{HOLDS_FACT}/{device}")).scalar()
    return None if kept is None else _decode(bytes(kept))


def _vouched(connection: Connection, device: str) -> dict[int, bytes]:
    return {int(name.rpartition("/")[2]): kept for name, kept in _facts(connection, f"{VOUCHER_FACT}/{device}")}


def _facts(connection: Connection, under: str) -> list[tuple[str, bytes]]:
    rows = connection.execute(
        select(fact.c.name, fact.c.value)
        .where(fact.c.name >= f"{under}/", fact.c.name < f"{under}0")  # "0" follows "/"
        .order_by(fact.c.name)
    )
    return [(name, bytes(value)) for name, value in rows]


def _since(certificate: bytes) -> datetime:
    return chain.certificate_of(certificate).not_valid_before_utc
