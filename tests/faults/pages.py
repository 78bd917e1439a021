"""Everything a station's database holds, looked at without SQLite: decrypted pages, free ones too, and what is packed in them."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import zstandard
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from station_app.store import packing
from tests.faults.scan import forms

PAGE: Final = 4096
_RESERVED: Final = 80  # of each page: 16 bytes of IV and 64 of HMAC (SQLCipher 4)
_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_ID: Final = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def pages(file: Path, key: bytes) -> Iterator[bytes]:
    """Every page of the file, used or free, decrypted."""
    data = file.read_bytes()
    for start in range(0, len(data), PAGE):
        page = data[start : start + PAGE]
        vector = page[PAGE - _RESERVED : PAGE - _RESERVED + 16]
        sealed = page[16 if start == 0 else 0 : PAGE - _RESERVED]
        decryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
        yield decryptor.update(sealed) + decryptor.finalize()


def frames(page: bytes) -> Iterator[bytes]:
    """What zstd frames in a page give, also one that was cut off by the page's end or overwritten in its middle."""
    at = page.find(_MAGIC)
    while at >= 0:
        frame = page[at:]
        try:
            number = zstandard.get_frame_parameters(frame).dict_id
            known = (
                zstandard.ZstdCompressionDict((packing.DICTIONARIES / f"{number}.dict").read_bytes())
                if number
                else None
            )
            unpacker = zstandard.ZstdDecompressor(dict_data=known) if known else zstandard.ZstdDecompressor()
            yield unpacker.decompressobj().decompress(frame)
        except (zstandard.ZstdError, OSError):
            pass
        at = page.find(_MAGIC, at + 1)


def hits(file: Path, key: bytes, texts: Sequence[str]) -> dict[str, int]:
    """How often each text stands in the pages as it is, and in what is packed in them; texts that do not stand are left out."""
    wanted = [(text, form) for text in texts for form in set(forms(text))]
    found: dict[str, int] = {}
    for page in pages(file, key):
        for part in (page, *frames(page)):
            for text, form in wanted:
                if form in part:
                    found[text] = found.get(text, 0) + 1
    return found
