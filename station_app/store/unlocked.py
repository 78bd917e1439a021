"""What unlocking gives: a user, and the data keys."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class User:
    """A user as the unlock screen shows them."""

    id: str
    name: str
    role: str
    active: bool


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What an unlocked vault gives: the data key and who opened it.

    ``coming``: the other key while a change of keys is under way; the database opens with ``key``.
    ``retired``: earlier keys, newest first, for backups made under them.
    """

    key: bytes
    user: User
    number: int = 1
    coming: tuple[int, bytes] | None = None
    retired: tuple[bytes, ...] = ()

    @property
    def keys(self) -> dict[int, bytes]:
        """The keys a new slot must hold."""
        return {self.number: self.key, **({} if self.coming is None else dict([self.coming]))}

    def __repr__(self) -> str:
        return f"Unlocked({self.user.id})"  # keys must not reach a log
