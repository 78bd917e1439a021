"""Looks for texts in every file of a folder, in the encodings a program might write them."""

import base64
import gzip
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path


def forms(text: str) -> Iterator[bytes]:
    """A text as it may stand in a file: as UTF-8, UTF-16, GB 18030, JSON escapes, hex."""
    yield text.encode()
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")
    yield text.encode("gb18030")
    yield text.encode("unicode_escape")
    yield text.encode().hex().encode()
    yield base64.b64encode(text.encode())[:-3]


def contents(path: Path) -> Iterator[bytes]:
    """A file's bytes; of an archive its members' too."""
    raw = path.read_bytes()
    yield raw
    if raw[:2] == b"\x1f\x8b":
        yield gzip.decompress(raw)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())


def files_with(folder: Path, texts: Sequence[str]) -> list[str]:
    """Files (and the first text found in each) that hold one of these texts."""
    wanted = [(text, form) for text in texts for form in set(forms(text))]
    found: list[str] = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            hit = next((text for part in contents(path) for text, form in wanted if form in part), None)
            if hit is not None:
                found.append(f"{path.name}: {hit}")
    return found
