"""What the value reader does not tell about an .xls workbook: hidden rows, formulas, merged ranges, the 1904 system."""

import struct
from collections.abc import Iterator

from station_app.exchange import limits
from station_app.exchange.sheetxml import Shape

_END = 0xFFFFFFFE  # the marks of chains that end, and of free sectors, are not below it
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_BOOLERR = 0x0205
_BOF, _BOUNDSHEET, _ROW, _COLINFO, _FORMULA, _MERGED, _DATEMODE = 0x0809, 0x0085, 0x0208, 0x007D, 0x0006, 0x00E5, 0x0022


class _Compound:
    """The compound file around the workbook's stream: sectors chained by an allocation table."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = 1 << struct.unpack_from("<H", data, 30)[0]
        table: list[int] = []
        places = list(struct.unpack_from("<109I", data, 76))
        following, many = struct.unpack_from("<2I", data, 68)
        for _ in range(min(many, 1000)):
            more = struct.unpack_from(f"<{self.size // 4}I", self._sector(following))
            places.extend(more[:-1])
            following = more[-1]
        for place in places:
            if place < _END and (sector := self._sector(place)):
                table.extend(struct.unpack(f"<{len(sector) // 4}I", sector))
        self.table = table

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self.size
        sector = self.data[start : start + self.size]
        return sector if len(sector) == self.size else sector.ljust(self.size, b"\0") if sector else b""

    def chain(self, first: int) -> bytes:
        """The bytes of a chain of sectors."""
        found: list[bytes] = []
        while first < _END and first < len(self.table) and len(found) <= len(self.table):
            found.append(self._sector(first))
            first = self.table[first]
        return b"".join(found)

    def workbook(self) -> bytes:
        """The stream called Workbook (Book in older files)."""
        directory = self.chain(struct.unpack_from("<I", self.data, 48)[0])
        entries: dict[str, tuple[int, int]] = {}
        for at in range(0, len(directory) - 127, 128):
            length = struct.unpack_from("<H", directory, at + 64)[0]
            name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            first, size = struct.unpack_from("<2I", directory, at + 116)
            entries.setdefault(name, (first, size))
        first, size = entries.get("Workbook") or entries.get("Book") or (_END, 0)
        if size >= struct.unpack_from("<I", self.data, 56)[0]:
            return self.chain(first)[:size]
        return self._small(entries.get("Root Entry", (_END, 0))[0], first, size)

    def goes_round(self) -> bool:
        """Whether a chain of sectors comes back to itself: a reader that follows it never ends."""
        following = struct.unpack_from("<I", self.data, 68)[0]
        seen: set[int] = set()
        while following < _END - 4 and (sector := self._sector(following)):
            if following in seen:
                return True
            seen.add(following)
            following = struct.unpack_from("<I", sector, len(sector) - 4)[0]
        pieces = self.chain(struct.unpack_from("<I", self.data, 60)[0])
        return _is_round(self.table) or _is_round(list(struct.unpack(f"<{len(pieces) // 4}I", pieces)))

    def _small(self, root: int, first: int, size: int) -> bytes:
        """A stream of less than 4,096 bytes lies in pieces of 64 within the root's stream."""
        pieces, container = self.chain(struct.unpack_from("<I", self.data, 60)[0]), self.chain(root)
        table = struct.unpack(f"<{len(pieces) // 4}I", pieces)
        found: list[bytes] = []
        while first < len(table) and len(found) <= len(table):
            found.append(container[first * 64 : first * 64 + 64])
            first = table[first]
        return b"".join(found)[:size]


def _is_round(table: list[int]) -> bool:
    """Whether any chain in an allocation table is a circle."""
    walk = [0] * len(table)  # 0: not visited; else the number of the walk that came by
    for start in range(len(table)):
        at = start
        while at < len(table) and not walk[at]:
            walk[at] = start + 1
            at = table[at]
        if at < len(table) and walk[at] == start + 1:
            return True
    return False


def is_endless(data: bytes) -> bool:
    """Whether a compound file leads its reader in circles, or cannot be followed at all (found by fuzzing: calamine goes on)."""
    try:
        return _Compound(data).goes_round()
    except (struct.error, IndexError, ValueError):
        return True


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        code, length = struct.unpack_from("<2H", stream, at)
        yield code, stream[at + 4 : at + 4 + length]
        at += 4 + length


def read(data: bytes) -> tuple[dict[str, Shape], bool]:
    """The shape of each sheet by its name, and whether days count from 1904; nothing where the file is not understood."""
    try:
        stream = _Compound(data).workbook()
        sheets: dict[str, int] = {}
        date1904 = False
        for code, body in _records(stream, 0):
            if code == _BOUNDSHEET and len(body) >= 8:
                wide = body[7] & 1
                name = body[8 : 8 + body[6] * (2 if wide else 1)].decode("utf-16-le" if wide else "latin-1", "replace")
                sheets[name] = struct.unpack_from("<I", body)[0]
            elif code == _DATEMODE:
                date1904 = body[:1] == b"\x01"
            elif code == 0x000A:  # end of the workbook's own part
                break
        return {name: _shape(stream, at) for name, at in sheets.items()}, date1904
    except (struct.error, IndexError, ValueError):
        return {}, False


def _shape(stream: bytes, at: int) -> Shape:
    shape = Shape()
    depth = 0
    for code, body in _records(stream, at):
        if code == _BOF:
            depth += 1
        elif code == 0x000A:
            depth -= 1
            if depth <= 0:
                break
        elif code == _ROW and len(body) >= 16 and body[12] & 0x20:
            shape.hidden_rows.append(struct.unpack_from("<H", body)[0])
        elif code == _COLINFO and len(body) >= 10 and body[8] & 0x01:
            first, last = struct.unpack_from("<2H", body)
            shape.hidden_columns.extend(range(first, min(last + 1, limits.COLUMNS)))
        elif code == _FORMULA and len(body) >= 4:
            shape.formulas.append(struct.unpack_from("<2H", body))
            if len(body) >= 14 and body[6] == 2 and body[12:14] == b"\xff\xff":
                shape.errors[struct.unpack_from("<2H", body)] = _ERRORS.get(body[8], "#N/A")
        elif code == _BOOLERR and len(body) >= 8 and body[7]:
            shape.errors[struct.unpack_from("<2H", body)] = _ERRORS.get(body[6], "#N/A")
        elif code == _MERGED and len(body) >= 2:
            for place in range(2, min(len(body) - 7, struct.unpack_from("<H", body)[0] * 8 + 2), 8):
                top, bottom, left, right = struct.unpack_from("<4H", body, place)
                if len(shape.merges) < limits.MERGES:
                    shape.merges.append((top, left, bottom, right))
    return shape
