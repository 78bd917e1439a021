"""Taking a checked bundle into a journal: gap, fork, replay or new; the same at a station and at the centre."""

from dataclasses import dataclass

from sqlalchemy import Connection

from station_app.messages import Refusal
from station_app.store import erased, erasure, journal
from station_app.store.fold import Fold
from station_app.sync.bundle import Bundle
from station_app.trust.refusals import BundleRefusal


@dataclass(frozen=True, slots=True)
class Took:
    """What a bundle added: how many entries were new, and how far the chain is held now."""

    new: int
    upto: int


def take_in(connection: Connection, fold: Fold, bundle: Bundle) -> Took | Refusal:
    """Append what is new of a bundle and fold it, in the caller's transaction.

    ``gap``: an earlier part is missing. ``fork``: the chain we hold has another history. What we hold stays in both.
    Entries we hold already (a replay, an overlap) are compared by hash and not stored again.
    """
    header = bundle.header
    known = journal.device_named(connection, header.device)
    if known is not None and known.station != header.station:
        return Refusal(BundleRefusal.WRONG_STATION)
    held = known.seq if known is not None else 0
    if header.first > held + 1:
        return Refusal(BundleRefusal.GAP, {"missing": held + 1, "before": header.first})
    if known is not None:
        if journal.hash_at(connection, known.no, header.first - 1) != header.prev:
            return Refusal(BundleRefusal.FORK, {"at": header.first})
        for seq, digest, _line in journal.chain(connection, known.no, header.first, min(held, header.last)):
            if bundle.hashes[seq - header.first] != digest:
                return Refusal(BundleRefusal.FORK, {"at": seq})
    fresh = [pair for pair in bundle.pairs if pair[0].head.seq > held]
    if not fresh:
        return Took(0, held)
    if known is not None and fresh[0][0].head.time < known.time:
        return Refusal(BundleRefusal.BAD_FORMAT)
    what = erasure.arriving(connection, header.station, header.device, fresh)
    if what is None:
        return Refusal(BundleRefusal.WITHHELD)
    one = known or journal.register(connection, header.station, header.device)
    journal.append(connection, one, what.pairs)
    erasure.arrived(connection, fold, one, what)
    # inside a batch nothing can be folded yet: reading what waits again for every bundle would cost its square
    if any(entry.head.batch is None or entry.head.batch[1] == entry.head.batch[2] for entry, _digest in fresh):
        # read again: an erasure that others waited for may have folded it on
        fold.advance(connection, journal.device_named(connection, header.device) or one)
    return Took(len(fresh), header.last)


def names_erased(connection: Connection, bundle: Bundle) -> bool:
    """Whether a bundle carries bodies of records that are erased: such a file is not kept, whatever becomes of it."""
    keys = {(item.kind, item.record) for entry in bundle.entries for item in entry.items if item.body is not None}
    return bool(erased.among(connection, bundle.header.station, keys))
