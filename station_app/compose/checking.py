"""Checking what somebody hands over: reports, bundles, receipts."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from station_app.compose.station import ROOTS, OpenStation
from station_app.messages import Refusal

if TYPE_CHECKING:
    from station_app.trust.chain import Holder


def pinned_pems(folder: Path) -> list[bytes]:
    """What this computer has pinned, as files that need no password: a station's or a centre's."""
    file = folder / ROOTS
    return [file.read_bytes()] if file.is_file() else []


def verify_file(
    file: Path, roots: Sequence[Path], key: Path | None, folder: Path, opened: OpenStation | None
) -> dict[str, Any] | Refusal:
    """CONTRACT's result of ``verify``; ``opened`` lends its own key where a file is meant for this station."""
    from station_app.trust.keys import Identity
    from station_app.work.backing_up import examine
    from station_app.work.enrolment import device_keys
    from station_app.work.refusals import FileRefusal
    from station_app.work.verifying import check_file

    try:
        pems = [p.read_bytes() for p in roots] or pinned_pems(folder)
        # Beside a root lie its issuing certificate and lists: they count only as far as that root signed them.
        pems += [p.with_name(ROOTS).read_bytes() for p in roots if p.with_name(ROOTS).is_file()]
        identities = [] if key is None else [Identity.from_file(key.read_bytes())]
    except OSError as error:
        return Refusal(FileRefusal.UNREADABLE, {"file": Path(str(error.filename)).name})
    if opened is not None:
        keys = device_keys(opened.store)
        identities += [] if isinstance(keys, Refusal) else [keys.identity]
    usable = [i for i in identities if not isinstance(i, Refusal)]
    checked = check_file(file, pems, usable)
    if checked.what == "backup" and checked.valid and opened is not None:  # its key says more: opened, counted, compared
        seen = examine(opened, file)
        checked = replace(checked, valid=False, problems=(seen,)) if isinstance(seen, Refusal) else checked
    return {
        "what": checked.what,
        "valid": checked.valid,
        "signer": None if checked.signer is None else _holder_text(checked.signer),
        "countersigner": None if checked.countersigner is None else _holder_text(checked.countersigner),
        "problems": [{"code": p.code.value, "message": p.message} for p in checked.problems],
    }


def _holder_text(holder: "Holder") -> str:
    return f"{holder.name} ({holder.station})" if holder.is_centre else f"{holder.station} ({holder.short})"
