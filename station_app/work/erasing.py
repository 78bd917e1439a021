"""Erasing on a lawful request: one record or everything about a person, and clearing away what lies outside the tables."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import select

from station_app.kinds.base import KINDS
from station_app.kinds.erasure import ErasureGround
from station_app.messages import Refusal, _
from station_app.store import erased, erasure, search
from station_app.store.change import Author
from station_app.store.engine import is_disk_error
from station_app.store.erased import Key
from station_app.store.erasure import Erased
from station_app.store.files import write_whole
from station_app.store.guard import KEY_FACT
from station_app.store.records import Reader
from station_app.sync import forgetting, opening, receipts
from station_app.sync.inbox import QUARANTINE, WAITING
from station_app.sync.outbox import FOLDER as OUTBOX
from station_app.work import enrolment
from station_app.work.enrolment import device_keys
from station_app.work.merging import MERGED
from station_app.work.persons import LAW, PERSON_KINDS, about, person_columns

#: The list of erasures outside the database, which a restore of an older backup consults.
LIST: Final = "erased.sealed"
#: Sections whose records stay when a person is erased: how the law was kept, and the station's own.
STAY: Final = (LAW, "station")


class Opened(enrolment.Opened, Protocol):
    """An unlocked station with its user (``compose.OpenStation``)."""

    @property
    def author(self) -> Author:
        """The user as entries name them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One erasure of the register. ``countersigned``: the day on which the centre's own chain says so; None while it waits."""

    record: str
    kind: str
    target: str
    on: str
    ground: str
    entry: str
    by: str
    countersigned: str | None


# ---------------------------------------------------------------------- erasing


def erase(
    opened: Opened, targets: Iterable[Key], reason: str, ground: str = ErasureGround.REQUEST, op: str | None = None
) -> Erased | Refusal:
    """Erase records, (kind, id) each, for ever, and clear away what lies outside the tables; see :meth:`Store.erase`.

    What cannot be cleared away now (a full disk, a report being read) goes at the next start.
    """
    done = opened.store.erase(list(targets), str(ground), reason, opened.author, op)
    if isinstance(done, Erased):
        finish(opened)
    return done


def belonging(reader: Reader, kind: str, record: str) -> list[Key]:
    """A person's own record and every record about them, removed ones too, whatever may be erased of it.

    What merely names the person among others (a list of participants) stays: it names an id that leads nowhere.
    """
    if kind not in PERSON_KINDS:
        return [(kind, record)]
    found: dict[Key, None] = {(kind, record): None}
    waiting = list(found)
    while waiting:
        target = waiting.pop()
        everything = about(reader, *target) if target[0] in PERSON_KINDS else None
        theirs = [] if everything is None else [(one.kind, one.id) for one in everything.records]
        for key in (*theirs, *_referring(reader, target)):
            if key not in found:
                found[key] = None
                waiting.append(key)
    return [key for key in found if KINDS[key[0]].section not in STAY and KINDS[key[0]].erasable]


def _referring(reader: Reader, target: Key) -> list[Key]:
    """Removed records about a person or a record of theirs, which no list shows any more; those merged into them, too."""
    found: list[Key] = []
    for declared in KINDS.classes():
        own = dict(person_columns(declared))
        for field in declared.fields.values():
            refers = field.target == target[0] and field.meaning.name == "reference"
            if target[0] in PERSON_KINDS or declared.kind_name in PERSON_KINDS:
                refers = refers and field.name in own
            if not refers and not (field.name == MERGED and declared.kind_name == target[0]):
                continue
            table = declared.__table__
            rows = reader.connection.execute(
                select(table.c.id).where(
                    table.c.station == reader.station, table.c[field.name] == target[1], table.c.removed == 1
                )
            )
            found += [(declared.kind_name, record) for record in rows.scalars()]
    return found


def mentions(reader: Reader, kind: str, record: str) -> list[str]:
    """Captions of records that stay and still say the person's name in their own words: for a person to look through."""
    found = reader.get(kind, record)
    name = str(found.fields.get("name") or "") if found is not None else ""
    gone = set(belonging(reader, kind, record))
    if len(name) < 2:
        return []
    return [one.title for one in reader.find(name) if (one.kind, one.id) not in gone and one.kind not in PERSON_KINDS]


def register(opened: Opened) -> list[Entry]:
    """Every erasure of the station, newest first."""
    roots = receipts.pinned(opened.store)
    centre = None if roots is None else opening.centre_chain(roots, opened.store.station)
    result: list[Entry] = []
    with opened.store.reading() as reader:
        rows = reader.all(erased.KIND)
    for row in rows:
        steps = opened.store.history(erased.KIND, row.id)
        first = next((s for s in steps if s.device != centre), None)
        by_centre = [s for s in steps if centre is not None and s.device == centre and "countersigned_on" in s.fields]
        result.append(
            Entry(
                row.id, str(row.fields.get("target_kind")), str(row.fields.get("target")), str(row.fields.get("erased_on")),
                str(row.fields.get("ground")), first.entry if first else "", first.author if first else "",
                str(by_centre[-1].fields["countersigned_on"][1]) if by_centre else None,
            )
        )  # fmt: skip
    return result


def state_of(one: Entry) -> str:
    """Where an erasure stands, in the user's language."""
    if one.countersigned is None:
        return _("waits for the centre's countersignature")
    return _("countersigned by the centre on {day}", day=one.countersigned)


# ---------------------------------------------------------------------- clearing away


def finish(opened: enrolment.Opened) -> bool:
    """Clear away what erasing left outside the tables. True when nothing is left; False: it goes on at the next start.

    Sealed bundles that hold erased bodies, blobs that no record names any more, words in the search index, free pages and
    the log. Each step can be repeated: a process killed in the middle goes on where it was.
    """
    store, folder = opened.store, opened.folder
    with store.database.reading() as connection:
        waiting = erasure.pending(connection, store.station)
        if waiting is None:
            return True
        named = erasure.still_named(connection, waiting.blobs)
    try:
        forgetting.bundles_of(folder / OUTBOX, waiting.entries)
        for place in (WAITING, QUARANTINE):
            forgetting.received_with(
                folder / place, waiting.records, lambda data: _inside(opened, data), place == QUARANTINE
            )
        gone = [digest for digest in waiting.blobs if digest not in named]
        forgetting.copies_of(folder / OUTBOX, gone)
        for digest in gone:
            opened.blobs.remove(digest)
        keep_list(opened)
        with store.database.writing() as connection:
            search.scrubbed(connection)
        if not store.database.settled():
            return False
        with store.database.writing() as connection:
            erasure.done(connection, store.station, waiting)
        return store.database.settled()
    except Exception as error:
        if isinstance(error, OSError) or is_disk_error(error):
            return False
        raise


def _inside(opened: enrolment.Opened, data: bytes) -> bytes | None:
    keys, roots = device_keys(opened.store), receipts.pinned(opened.store)
    if isinstance(keys, Refusal) or roots is None:
        return None
    found = opening.open_sealed(data, keys.identity, roots, opening.now(), ended_ok=True)
    return None if isinstance(found, Refusal) else found[0].content


# ---------------------------------------------------------------------- after a restore


def keep_list(opened: enrolment.Opened) -> None:
    """Write the list of erasures beside the database. Raises OSError when the disk refuses."""
    key = opened.store.fact(KEY_FACT)
    if key is None:
        return
    file = opened.folder / LIST
    before = file.read_bytes() if file.is_file() else None
    with opened.store.database.reading() as connection:
        content = erasure.listed(connection, opened.store.station, key, before)
    write_whole(file, content)


def reapply(opened: Opened, file: Path) -> int | Refusal:
    """Erase again what the list in ``file`` names and this store, restored from an older backup, still holds; how many records.

    Written as entries of this device, so that whoever receives its journal can see why bodies are missing. A list that is
    not this station's, or was changed, names nothing.
    """
    store = opened.store
    key = store.fact(KEY_FACT)
    if key is None or not file.is_file():
        return 0
    wanted = erasure.read_list(file.read_bytes(), store.station, key)
    with store.database.reading() as connection:
        lacking = erasure.lacking(connection, store.station, wanted)
    done = 0
    for ground in sorted({ground for _kind, _record, ground in lacking}):
        keys = [(kind, record) for kind, record, of in lacking if of == ground]
        # the head decided it once; whoever restores only carries it out
        reason = _("Erased before this backup was restored")
        again = store.erase(keys, ground, reason, Author(opened.author.id), unseen=True)
        if isinstance(again, Refusal):
            return again
        done += again.records
    if done:
        finish(opened)
    return done
