"""After an erasing: sealed files that still hold what was erased go. Bundles to be sent are made anew from the journal."""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from station_app.store.files import write_whole
from station_app.sync.bundle import short

#: A sealed bundle's name, as outbox, lanes and the centre's folders have it: the writer's computer, first and last entry.
_NAME: Final = re.compile(
    r"(?:[0-9a-f]{12}-from-)?([0-9a-f]{12})-([0-9]+)-([0-9]+)\.bundle(?:~[0-9a-f]+\.bundle)?", re.ASCII
)

#: What a sealed file meant for us holds; None when it cannot be opened any more.
Look = Callable[[bytes], bytes | None]


def bundles_of(folder: Path, entries: Mapping[str, Iterable[int]]) -> int:
    """Remove sealed bundles, at any depth of a folder, that hold one of these entries (device → numbers); how many.

    What waits to be sent is sealed again from the journal, without the bodies; what was taken in is no longer needed.
    Raises OSError when the disk refuses.
    """
    wanted = {short(device): sorted(seqs) for device, seqs in entries.items()}
    gone = 0
    for path in sorted(folder.rglob("*.bundle")):
        found = _NAME.fullmatch(path.name)
        if found is None:
            continue
        first, last = int(found[2]), int(found[3])
        if any(first <= seq <= last for seq in wanted.get(found[1], ())):
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def received_with(folder: Path, records: Iterable[str], look: Look, name_stays: bool = False) -> int:
    """Remove sealed files that wait or were set aside and name one of these records, or cannot be opened any more; how many.

    One that waited for a missing part was never acknowledged: its sender sends it again, without the bodies. ``name_stays``:
    an empty file keeps the name, for that there was a second history is still to be known.
    """
    wanted = [record.encode() for record in records]
    gone = 0
    for path in sorted(folder.rglob("*.bundle")):
        data = path.read_bytes()
        content = look(data) if data else b""
        if content is None or any(record in content for record in wanted):
            if name_stays:
                write_whole(path, b"")
            else:
                path.unlink(missing_ok=True)
            gone += 1
    return gone


def copies_of(folder: Path, digests: Iterable[str]) -> None:
    """Remove sealed copies of blobs, ``<digest>.blob`` or ``<digest>-….blob``, at any depth of a folder."""
    for digest in digests:
        for path in sorted(folder.rglob(f"{digest}*.blob")):
            path.unlink(missing_ok=True)
