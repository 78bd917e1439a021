"""Photos and papers of an open station: in by way of the limited child, out only with a reason that is kept."""

import hashlib
from pathlib import Path
from typing import Any, Final

from station_app.compose.exports import Leaving, journalled, may_leave, named
from station_app.compose.station import OpenStation
from station_app.messages import Refusal
from station_app.store.files import write_whole
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action

#: How an export of one photo or paper is named in the journal.
BLOB: Final = "blob"


def attach(station: OpenStation, file: Path) -> str | Refusal:
    """Take a photo or PDF in; returns its digest. The file itself is not touched, and nothing of it is written readable."""
    from station_app.work.photo_child import FILE
    from station_app.work.refusals import PhotoRefusal

    try:
        with file.open("rb") as given:
            content = given.read(FILE + 1)
    except OSError:
        return Refusal(PhotoRefusal.UNREADABLE)
    return attach_content(station, content)


def attach_content(station: OpenStation, content: bytes) -> str | Refusal:
    """The same for what was pasted."""
    from station_app.work import photos

    kept = photos.kept(content)
    if isinstance(kept, Refusal):
        return kept
    try:
        return station.blobs.put(kept)
    except OSError as error:
        return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})


def attached(station: OpenStation, digest: str) -> bytes | Refusal:
    """The content of a photo or paper, in memory only."""
    from station_app.work.refusals import PhotoRefusal

    content = station.blobs.get(digest)
    return Refusal(PhotoRefusal.NOT_HERE) if content is None else content


def save_attached(station: OpenStation, digest: str, file: Path, leaving: Leaving) -> dict[str, Any] | Refusal:
    """A photo or paper as a file: who may export, with a reason, sealed or readable; journalled before it is written."""
    asked = may_leave(station, leaving, Action.EXPORT)
    if isinstance(asked, Refusal):
        return asked
    content = attached(station, digest)
    if isinstance(content, Refusal):
        return content
    data = content if asked is None else asked(content)
    kept = journalled(station, leaving, BLOB, 1, file.suffix, data, False, None)
    if isinstance(kept, Refusal):
        return kept
    target = named(file, leaving)
    try:
        write_whole(target, data)
    except OSError as error:
        return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
    return {"written": 1, "file": str(target), "sha256": hashlib.sha256(data).hexdigest(), "export": kept}
