"""Recovery by two people, wired: laid down by the head, asked of the centre while locked, done with the second sheet."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from station_app.clock import today
from station_app.compose import keys
from station_app.compose.keys import RECOVERY, station_title
from station_app.compose.opening import open_store
from station_app.compose.station import OpenStation, sheet_keeper
from station_app.kinds.key_event import KeyAct
from station_app.messages import Refusal
from station_app.store.files import write_whole
from station_app.store.opened import Store
from station_app.store.refusals import StoreRefusal
from station_app.store.roles import Action
from station_app.store.vault import Unlocked, Vault

SECOND: Final = "second-sheet.pdf"


@dataclass(frozen=True, slots=True)
class ByTwo:
    """A station recovered: its new recovery sheet, and the new second sheet where a head was let in (else a head prepares it)."""

    recovery_sheet: Path
    second_sheet: Path | None


def prepare_escrow(station: OpenStation) -> Path | Refusal:
    """Prepare recovery by two (head only, enrolled computers only): the second sheet, for a second person to keep."""
    if not station.may(Action.MANAGE_USERS):
        return Refusal(StoreRefusal.NOT_ALLOWED)
    done = _laid_down(station.folder, station.store, station.vault, station.unlocked)
    if isinstance(done, Refusal):
        return done
    keys.note(station.store, station.user.id, KeyAct.LAID_DOWN, station.user)
    keys.remember_generation(station.store, station.vault)
    return done


def _laid_down(folder: Path, store: Store, vault: Vault, by: Unlocked) -> Path | Refusal:
    from station_app.paper.recovery import second_sheet
    from station_app.sync import receipts
    from station_app.trust.refusals import BundleRefusal
    from station_app.work import escrow

    roots = receipts.pinned(store)
    if roots is None:
        return Refusal(BundleRefusal.NOT_ENROLLED)

    def seal(version: int, share: bytes, code: str) -> str | Refusal:
        sheet = second_sheet(station_name=station_title(store), station=store.station, code=code, made_on=today())
        try:
            write_whole(folder / SECOND, sheet)
        except OSError as error:
            return Refusal(StoreRefusal.DISK, {"why": type(error).__name__})
        return escrow.sealed_share(store.station, store.device, version, share, roots.recipient)

    done = vault.lay_down(by, store.station, store.device, seal)
    return done if isinstance(done, Refusal) else folder / SECOND


def ask_centre(folder: Path, usb: Path) -> str | Refusal:
    """Ask the centre by the stick, the station being locked. Returns the code to read aloud when the centre calls."""
    from station_app.work import escrow

    vault = Vault.load(folder)
    if isinstance(vault, Refusal):
        return vault
    if vault.escrow is None:
        return Refusal(StoreRefusal.NO_ESCROW)
    return escrow.ask(folder, vault.escrow, usb)


def centre_answered(folder: Path, usb: Path) -> bool | Refusal:
    """Whether the centre's answer to this computer's request lies on the stick."""
    from station_app.work import escrow

    vault = Vault.load(folder)
    if isinstance(vault, Refusal):
        return vault
    if vault.escrow is None:
        return Refusal(StoreRefusal.NO_ESCROW)
    share = escrow.answered(folder, vault.escrow, usb)
    return share if isinstance(share, Refusal) else share is not None


def recover_by_two(folder: Path, usb: Path, code: str, name: str, password: str) -> ByTwo | Refusal:
    """Give a user a new password by the centre's answer and the second sheet's code. Both are used up, the recovery sheet is
    replaced as well; where a head was let in, a new second sheet is made at once."""
    from station_app.work import escrow
    from station_app.work.refusals import EscrowRefusal

    vault = Vault.load(folder)
    if isinstance(vault, Refusal):
        return vault
    laid = vault.escrow
    if laid is None:
        return Refusal(StoreRefusal.NO_ESCROW)
    share = escrow.answered(folder, laid, usb)
    if share is None or isinstance(share, Refusal):
        return share or Refusal(EscrowRefusal.NOT_ASKED)
    opened = vault.recover_escrow(share, code, name, password, sheet_keeper(folder))
    if isinstance(opened, Refusal):
        return opened
    escrow.finished(folder, usb, laid)
    store = open_store(folder / keys.DATABASE, keys.whichever(folder, opened).key)
    if isinstance(store, Refusal):
        return store
    try:
        keys.note(store, opened.user.id, KeyAct.BY_TWO, opened.user)
        second = _laid_down(folder, store, vault, opened)
        keys.remember_generation(store, vault)
    finally:
        store.close()
    return ByTwo(folder / RECOVERY, None if isinstance(second, Refusal) else second)
