"""The items of a long action while it is prepared: held compressed in memory, group by group, and read once more to be written."""

from collections.abc import Iterator, Sequence
from typing import overload

import msgspec
import zstandard

from station_app.store.entries import Item, make_item


class PackedGroups(Sequence[Sequence[Item]]):
    """Groups of items, one for each entry to be made. A tenth of the memory the items themselves would take.

    In memory only: nothing of it is ever written to a file.
    """

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._packer = zstandard.ZstdCompressor(level=1)
        self._unpacker = zstandard.ZstdDecompressor()

    def append(self, items: Sequence[Item]) -> None:
        """Add the items of one entry; stubs are never among them, for they are made here."""
        plain = msgspec.msgpack.encode([(i.kind, i.record, i.private, i.body) for i in items])
        self._held.append(self._packer.compress(plain))

    def __len__(self) -> int:
        return len(self._held)

    @overload
    def __getitem__(self, at: int) -> list[Item]: ...
    @overload
    def __getitem__(self, at: slice) -> list[list[Item]]: ...
    def __getitem__(self, at: int | slice) -> list[Item] | list[list[Item]]:
        if isinstance(at, slice):
            return [self._group(one) for one in self._held[at]]
        return self._group(self._held[at])

    def __iter__(self) -> Iterator[list[Item]]:
        return (self._group(one) for one in self._held)

    def _group(self, held: bytes) -> list[Item]:
        plain = msgspec.msgpack.decode(self._unpacker.decompress(held), type=list[tuple[str, str, bool, bytes]])
        return [make_item(*one) for one in plain]
