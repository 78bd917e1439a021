"""The directory of users: names behind the ids in entries, so that a history on another computer names people."""

from typing import Protocol

from station_app.messages import Refusal
from station_app.store.change import Author, Done, Edit
from station_app.store.opened import Store
from station_app.store.vault import Unlocked, Vault


class Opened(Protocol):
    """An unlocked station, as far as the directory needs it (``compose.OpenStation``)."""

    @property
    def store(self) -> Store:
        """Its store."""

    @property
    def vault(self) -> Vault:
        """Its users."""

    @property
    def unlocked(self) -> Unlocked:
        """Who opened it."""


def keep_directory(opened: Opened) -> Done | Refusal | None:
    """Write the users of this computer that the station's directory does not name yet; None when it names them all.

    Bookkeeping: made once for each user and never changed by the program, so that two computers which know the same user
    write the same and cannot disagree. The record's id is the user's.
    """
    users = opened.vault.users()
    with opened.store.reading() as reader:
        known = {found.id for found in reader.by_ids("account", [user.id for user in users])}
    fresh = [Edit("account", {"name": u.name, "role": u.role}, u.id) for u in users if u.id not in known]
    if not fresh:
        return None
    return opened.store.change(fresh, Author(opened.unlocked.user.id), "directory")


def named(store: Store, author: str) -> str | None:
    """The name behind an entry's author by the directory; None when it does not know them."""
    with store.reading() as reader:
        found = reader.get("account", author)
    return None if found is None or not found.fields.get("name") else str(found.fields["name"])
