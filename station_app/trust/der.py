"""DER read and written strictly, as far as a CMS signature needs it: every byte is asked for, none is skipped."""

SEQUENCE, SET, OCTETS, OID, INTEGER, NULL, BIT_STRING = 0x30, 0x31, 0x04, 0x06, 0x02, 0x05, 0x03
UTC_TIME, GENERAL_TIME = 0x17, 0x18
FIRST = 0xA0  # context tag [0], constructed


class NotDER(ValueError):
    """The bytes are not what was asked for, or not in their one shortest form."""


def tlv(tag: int, *parts: bytes) -> bytes:
    """One element: tag, shortest length, content."""
    size = sum(map(len, parts))
    if size < 0x80:
        head = bytes([tag, size])
    else:
        length = size.to_bytes((size.bit_length() + 7) // 8, "big")
        head = bytes([tag, 0x80 | len(length)]) + length
    return b"".join((head, *parts))


def oid(dotted: str) -> bytes:
    """An object identifier as an element."""
    first, second, *rest = map(int, dotted.split("."))
    out = bytearray()
    for number in (first * 40 + second, *rest):
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(number & 0x7F | 0x80)
        out += bytes(reversed(septets))
    return tlv(OID, bytes(out))


#: The one mechanism of the suite, without parameters (RFC 5758).
ECDSA_SHA256 = tlv(SEQUENCE, oid("1.2.840.10045.4.3.2"))


class Reader:
    """Takes elements one by one from the front; :meth:`end` says that nothing is left."""

    __slots__ = ("_at", "_data", "_until")

    def __init__(self, data: bytes) -> None:
        self._data, self._at, self._until = data, 0, len(data)

    def more(self, tag: int | None = None) -> bool:
        """Whether another element follows (of this tag)."""
        return self._at < self._until and (tag is None or self._data[self._at] == tag)

    def whole(self, tag: int) -> bytes:
        """The next element with its head; it must have this tag."""
        start = self._at
        self._skip(tag)
        return self._data[start : self._at]

    def take(self, tag: int) -> bytes:
        """The content of the next element; it must have this tag."""
        start = self._skip(tag)
        return self._data[start : self._at]

    def inside(self, tag: int) -> "Reader":
        """A reader over the content of the next element."""
        return Reader(self.take(tag))

    def expect(self, element: bytes) -> None:
        """The next bytes must be exactly these."""
        until = self._at + len(element)
        if self._data[self._at : until] != element:
            raise NotDER("another element was expected")
        self._at = until

    def end(self) -> None:
        """Nothing may be left."""
        if self._at != self._until:
            raise NotDER("something follows that does not belong here")

    def _skip(self, tag: int) -> int:
        """Move behind the next element; answers where its content starts."""
        data, at = self._data, self._at
        if self._until - at < 2 or data[at] != tag:
            raise NotDER("another tag was expected")
        size, at = data[at + 1], at + 2
        if size >= 0x80:
            count = size & 0x7F
            length = data[at : at + count]
            at += count
            if not 1 <= count <= 4 or len(length) != count or length[0] == 0:
                raise NotDER("a length is indefinite, too long or padded")
            size = int.from_bytes(length, "big")
            if size < 0x80:
                raise NotDER("a length is not in its shortest form")
        if at + size > self._until:
            raise NotDER("an element is cut short")
        self._at = at + size
        return at
