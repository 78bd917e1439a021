"""Wires the parts together: creating and opening a station. The only place where layers meet."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import station_app.kinds  # noqa: F401  # declares every kind
from station_app.clock import now_ms, today
from station_app.messages import Refusal, _
from station_app.store.blobs import Blobs
from station_app.store.change import Author, Edit
from station_app.store.engine import Database, open_sqlite
from station_app.store.files import write_whole
from station_app.store.opened import Store
from station_app.store.refusals import StoreRefusal
from station_app.store.vault import Unlocked, User, Vault
from station_app.values.divisions import township

if TYPE_CHECKING:
    from station_app.trust.chain import Holder

DATABASE: Final = "station.db"
RECOVERY: Final = "recovery-sheet.pdf"


@dataclass(frozen=True, slots=True)
class OpenStation:
    """An unlocked station: what every face of the program (window, command line) works on."""

    folder: Path
    vault: Vault
    unlocked: Unlocked
    store: Store
    blobs: Blobs

    @property
    def user(self) -> User:
        """Who unlocked it."""
        return self.unlocked.user

    @property
    def author(self) -> Author:
        """The user as entries name them."""
        return Author(self.user.id)

    def user_name(self, author: str) -> str:
        """The name behind an entry's author; the id itself when this computer does not know the user."""
        return next((u.name for u in self.vault.users() if u.id == author), author)

    def close(self) -> None:
        """Lock again."""
        _publish_roots(self)
        self.store.close()


@dataclass(frozen=True, slots=True)
class Created:
    """A new station, and where its recovery sheet was written."""

    station: OpenStation
    recovery_sheet: Path
    recovery_code: str


def create_station(folder: Path, name: str, division: str, number: str, admin: str, password: str) -> Created | Refusal:
    """A new station in an empty folder: vault, store, its own record, the policies in force, the recovery sheet."""
    from station_app.kinds.policy_defaults import policy_defaults
    from station_app.paper.recovery import recovery_sheet

    if township(division) is None and not (division.isdigit() and len(division) == 9):
        return Refusal(StoreRefusal.DOES_NOT_FIT, {"field": "division", "why": division})
    made = Vault.create(folder, admin, password)
    if isinstance(made, Refusal):
        return made
    vault, unlocked, code = made
    station = f"{division}{number}"
    store = Store.create(_database(folder, unlocked), folder, station)
    opened = OpenStation(folder, vault, unlocked, store, Blobs(folder, unlocked.key))
    edits = [Edit("station", {"name": name, "code": station, "division": division})]
    edits += [Edit("policy", fields) for fields in policy_defaults()]
    done = store.change(edits, opened.author, "init")
    if isinstance(done, Refusal):
        opened.close()
        return done
    sheet = folder / RECOVERY
    write_whole(sheet, recovery_sheet(station_name=name, station=station, code=code, made_on=today()))
    return Created(opened, sheet, code)


def open_station(folder: Path, user: str | None, password: Callable[[str], str]) -> OpenStation | Refusal:
    """Unlock the station in a folder. ``password`` is asked with the user's name; ``user`` None means the only one."""
    vault = Vault.load(folder)
    if isinstance(vault, Refusal):
        return vault
    active = [u for u in vault.users() if u.active]
    name = user or active[0].name
    unlocked = vault.unlock(name, password(name))
    if isinstance(unlocked, Refusal):
        return unlocked
    store = Store.open(_database(folder, unlocked), folder)
    if isinstance(store, Refusal):
        return store
    return OpenStation(folder, vault, unlocked, store, Blobs(folder, unlocked.key))


def recover_station(folder: Path, code: str, name: str, password: str) -> Path | Refusal:
    """Give a user a new password by the recovery sheet's code; the sheet that replaces it, for a code works once."""
    from station_app.paper.recovery import recovery_sheet

    vault = Vault.load(folder)
    if isinstance(vault, Refusal):
        return vault
    sheet = folder / RECOVERY

    def keep(unlocked: Unlocked, fresh: str) -> Refusal | None:
        store = Store.open(_database(folder, unlocked), folder)
        if isinstance(store, Refusal):
            return store
        try:
            with store.reading() as reader:
                stations = reader.all("station", {"code": store.station}, 1)
            title = str(stations[0].fields.get("name")) if stations else store.station
            write_whole(sheet, recovery_sheet(station_name=title, station=store.station, code=fresh, made_on=today()))
        except OSError as error:
            return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
        finally:
            store.close()
        return None

    opened = vault.recover(code, name, password, keep)
    return opened if isinstance(opened, Refusal) else sheet


def _database(folder: Path, unlocked: Unlocked) -> Database:
    return open_sqlite(folder / DATABASE, unlocked.key)


# ---------------------------------------------------------------------- ledgers in and out


def import_ledger(
    station: OpenStation, kind: str, file: Path, *, sheet: str | None = None, dry_run: bool = False,
    refused_to: Path | None = None, progress: Callable[[str], None] | None = None,
) -> dict[str, Any] | Refusal:  # fmt: skip
    """Take a ledger in (or only look, ``dry_run``); CONTRACT's result of ``import``."""
    from station_app.exchange.importing import plan_file, write
    from station_app.exchange.refused import write_refused

    plan = plan_file(station.store, kind, file, sheet=sheet)
    if isinstance(plan, Refusal):
        return plan
    summary = plan.summary()
    if refused_to is not None and plan.refused():
        written = write_refused(plan, refused_to)
        if isinstance(written, Refusal):
            return written
        summary["refused_file"] = str(refused_to)
    if dry_run:
        return summary | {"dry_run": True}

    def told(done: int, of: int) -> bool:
        if progress is not None and done % 5_000 == 0:
            progress(f"{done}/{of}")
        return True

    done = write(station.store, plan, station.author, told)
    if isinstance(done, Refusal):
        return done
    return summary | {"entries": len(done.entries), "undo": done.entries[0] if done.entries else None}


def export_records(
    station: OpenStation, kind: str, file: Path, reason: str, recipient: str | None
) -> dict[str, Any] | Refusal:
    """Write a kind's records to a file, sealed for ``recipient`` (age) or readable; who, why and how many is kept."""
    from station_app.exchange.exporting import export
    from station_app.trust.sealing import encrypt

    if not reason.strip():
        return Refusal(StoreRefusal.NEEDED, {"field": _("Reason"), "name": "reason"})
    target = file
    if recipient is not None and file.suffix != ".age":
        target = file.with_name(file.name + ".age")
    written = export(
        station.store, kind, target, seal=None if recipient is None else lambda data: encrypt(data, [recipient])
    )
    if isinstance(written, Refusal):
        return written
    kept = {"kind": kind, "reason": reason, "written": written.written, "sha256": written.sha256, "plain": recipient is None,
            "user": station.user.id, "time": now_ms()}  # fmt: skip
    station.store.keep(f"export/{written.sha256}", json.dumps(kept, ensure_ascii=False).encode())
    return {"written": written.written, "file": written.file, "sha256": written.sha256}


# ---------------------------------------------------------------------- checking what somebody hands over


ROOTS: Final = "roots.pem"


def _publish_roots(station: OpenStation) -> None:
    """A copy of what is pinned beside the database, so that ``verify`` needs no password; the station itself never reads it."""
    from station_app.sync.receipts import ROOTS_FACT

    pem = station.store.fact(ROOTS_FACT)
    file = station.folder / ROOTS
    if pem is not None and (not file.is_file() or file.read_bytes() != pem):
        write_whole(file, pem)


def pinned_pems(folder: Path) -> list[bytes]:
    """What this computer has pinned, as files that need no password: a station's or a centre's."""
    file = folder / ROOTS
    return [file.read_bytes()] if file.is_file() else []


def verify_file(
    file: Path, roots: Sequence[Path], key: Path | None, folder: Path, opened: OpenStation | None
) -> dict[str, Any] | Refusal:
    """CONTRACT's result of ``verify``; ``opened`` lends its own key where a file is meant for this station."""
    from station_app.trust.keys import Identity
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
    return {
        "what": checked.what,
        "valid": checked.valid,
        "signer": None if checked.signer is None else _holder_text(checked.signer),
        "countersigner": None if checked.countersigner is None else _holder_text(checked.countersigner),
        "problems": [{"code": p.code.value, "message": p.message} for p in checked.problems],
    }


def _holder_text(holder: "Holder") -> str:
    return f"{holder.name} ({holder.station})" if holder.is_centre else f"{holder.station} ({holder.short})"
