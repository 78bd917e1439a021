"""Records out of an open station: who may, why, for whom; kept in the journal before the file is written."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from station_app.clock import LOCAL, now_ms, today
from station_app.compose.station import OpenStation
from station_app.kinds.base import KINDS
from station_app.messages import Refusal, _
from station_app.store.change import Edit
from station_app.store.files import write_whole
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action, may

if TYPE_CHECKING:
    from station_app.exchange.exporting import Mask

RECIPIENTS: Final = "recipients"
EVERYTHING: Final = "everything"
#: The name under which the centre is known as a recipient once this computer is enrolled.
CENTRE: Final = "centre"


@dataclass(frozen=True, slots=True)
class Leaving:
    """How records leave: why, for whom, and who else agreed.

    ``recipient``: a kept name, ``centre``, or an age recipient; None writes a readable file. ``masked`` hides numbers and
    health; it is forced on whoever may not reveal them. ``second``: name and password of the second person.
    """

    reason: str
    recipient: str | None = None
    masked: bool = False
    second: tuple[str, str] | None = None


# ---------------------------------------------------------------------- named recipients


def recipients(station: OpenStation) -> dict[str, str]:
    """Names and age recipients kept on this computer, the centre among them once enrolled."""
    from station_app.sync.receipts import pinned

    kept: dict[str, str] = json.loads(station.store.fact(RECIPIENTS) or b"{}")
    roots = pinned(station.store)
    return kept if roots is None or not roots.recipient else {CENTRE: roots.recipient, **kept}


def keep_recipient(station: OpenStation, name: str, age: str) -> dict[str, str] | Refusal:
    """Remember a recipient by name."""
    from station_app.trust.sealing import is_recipient

    name = name.strip()
    if not station.may(Action.EXPORT):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    if not name or name == CENTRE:
        return Refusal(StoreRefusal.DOES_NOT_FIT, {"field": _("Recipient"), "why": name or "—"})
    if not is_recipient(age):
        return Refusal(StoreRefusal.NO_RECIPIENT, {"name": age})
    kept = json.loads(station.store.fact(RECIPIENTS) or b"{}") | {name: age}
    station.store.keep(RECIPIENTS, json.dumps(kept, ensure_ascii=False).encode())
    return recipients(station)


def _sealing(station: OpenStation, recipient: str | None) -> Callable[[bytes], bytes] | Refusal | None:
    from station_app.trust.sealing import encrypt, is_recipient

    if recipient is None:
        return None
    age = recipients(station).get(recipient, recipient)
    if not is_recipient(age):
        return Refusal(StoreRefusal.NO_RECIPIENT, {"name": recipient})
    return lambda data: encrypt(data, [age])


# ---------------------------------------------------------------------- taking out


def export_records(station: OpenStation, kind: str, file: Path, leaving: Leaving) -> dict[str, Any] | Refusal:
    """Write a kind's records to a file, sealed for a recipient or readable. CONTRACT's result of ``export``."""
    from station_app.exchange.exporting import form_of, render, written
    from station_app.exchange.refusals import SheetRefusal

    asked = may_leave(station, leaving, Action.EXPORT)
    if isinstance(asked, Refusal):
        return asked
    form = form_of(file)
    if form is None:
        return Refusal(SheetRefusal.UNKNOWN_FORM, {"file": file.name})
    hidden = leaving.masked or not station.may(Action.REVEAL)
    made = render(station.store, kind, form, mask=_mask() if hidden else None, mark=_mark(station, leaving))
    if isinstance(made, Refusal):
        return made
    second = _second(station, kind, made.written, leaving, hidden)
    if isinstance(second, Refusal):
        return second
    data = made.data if asked is None else asked(made.data)
    kept = journalled(station, leaving, kind, made.written, form, data, hidden, second)
    if isinstance(kept, Refusal):
        return kept
    done = written(made, named(file, leaving), None if asked is None else lambda _data: data)
    if isinstance(done, Refusal):
        return done
    return {"written": done.written, "file": done.file, "sha256": done.sha256, "export": kept}


def export_everything(station: OpenStation, file: Path, leaving: Leaving) -> dict[str, Any] | Refusal:
    """The whole station in open formats as one .zip (:mod:`station_app.work.everything`); the head's alone."""
    from station_app.work.everything import everything

    asked = may_leave(station, leaving, Action.EXPORT_ALL)
    if isinstance(asked, Refusal):
        return asked
    whole = everything(station.store, station.blobs, _mark(station, leaving))
    second = _second(station, EVERYTHING, whole.records, leaving, hidden=False)
    if isinstance(second, Refusal):
        return second
    data = whole.data if asked is None else asked(whole.data)
    kept = journalled(station, leaving, EVERYTHING, whole.records, ".zip", data, False, second)
    if isinstance(kept, Refusal):
        return kept
    target = named(file, leaving)
    try:
        write_whole(target, data)
    except OSError as error:
        return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
    return {"written": whole.records, "file": str(target), "sha256": hashlib.sha256(data).hexdigest(), "export": kept}


def may_leave(station: OpenStation, leaving: Leaving, action: Action) -> Callable[[bytes], bytes] | Refusal | None:
    """May this user, is there a reason, is the recipient one: the sealing, or None for a readable file."""
    if not station.may(action):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    if not leaving.reason.strip():
        return Refusal(StoreRefusal.NEEDED, {"field": _("Reason"), "name": "reason"})
    return _sealing(station, leaving.recipient)


def _mask() -> "Mask":
    from station_app.spec.masking import masked

    return masked


def _mark(station: OpenStation, leaving: Leaving) -> list[str]:
    when = datetime.fromtimestamp(now_ms() / 1000, LOCAL).strftime("%Y-%m-%d %H:%M")
    return [
        _("Taken out by {name} of station {station} on {when}", name=station.user.name, station=station.store.station, when=when),
        _("For: {reason}", reason=leaving.reason.strip()),
        _("Personal data: for this purpose only, delete it afterwards, do not pass it on."),
    ]  # fmt: skip


def named(file: Path, leaving: Leaving) -> Path:
    sealed = leaving.recipient is not None and file.suffix != ".age"
    return file.with_name(file.name + ".age") if sealed else file


def _second(station: OpenStation, kind: str, records: int, leaving: Leaving, hidden: bool) -> str | Refusal | None:
    """Who else agreed, where that is asked: many readable records that identify people (SECURITY A31), or any of a child's.

    A station without a second user goes on: the centre sees the open part of the record at the next hand-in (DESIGN, "Trust").
    """
    from station_app.report.policies import rules_in_force
    from station_app.work.persons import about_children
    from station_app.work.revealing import masked_fields

    with station.store.reading() as reader:
        rules = rules_in_force(reader.connection, station.store.station, today().isoformat())
        years = rules["minors"]["younger_than"]
        clear = kind != EVERYTHING and not hidden and leaving.recipient is None and masked_fields(KINDS[kind])
        young = bool(clear) and about_children(reader, kind, years)
    identifying = kind == EVERYTHING or any(f.meaning.identifies for f in KINDS[kind].fields.values())
    few = records <= rules["export"]["second_person_above"] and not young
    if leaving.recipient is not None or hidden or not (identifying or young) or few:
        return None
    if leaving.second is not None:
        name, password = leaving.second
        other = station.vault.unlock(name, password)
        if isinstance(other, Refusal):
            return other
        if other.user.id == station.user.id or not may(other.user.role, Action.SECOND):
            return Refusal(StoreRefusal.SECOND_NEEDED, {"n": records})
        return other.user.id
    able = [u for u in station.vault.users() if u.active and u.id != station.user.id and may(u.role, Action.SECOND)]
    return Refusal(StoreRefusal.SECOND_NEEDED, {"n": records}) if able else None


def journalled(
    station: OpenStation, leaving: Leaving, what: str, records: int, form: str, data: bytes, hidden: bool, second: str | None
) -> str | Refusal:  # fmt: skip
    """The entry that says it, made before the file: an export nobody knows of cannot be."""
    fields: Mapping[str, Any] = {
        "at": datetime.fromtimestamp(now_ms() / 1000, LOCAL).strftime("%Y-%m-%dT%H:%M"),
        "what": what, "records": records, "form": form, "sha256": hashlib.sha256(data).hexdigest(),
        "readable": leaving.recipient is None, "masked": hidden, "reason": leaving.reason.strip(),
        "second": second, "recipient": leaving.recipient,
    }  # fmt: skip
    given = {name: value for name, value in fields.items() if value is not None}
    done = station.store.change([Edit("export", given)], station.author, "export")
    return done if isinstance(done, Refusal) else done.records[0]
