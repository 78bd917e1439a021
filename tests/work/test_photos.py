"""Photos come in small and anonymous: no place, no time, no camera, no temporary file; bombs and broken files are refused."""

import io
import random
import struct
import sys
import tempfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from station_app.messages import Refusal
from station_app.store.blobs import Blobs
from station_app.work import photo_child, photos
from station_app.work.photos import Photo, kept, shrunk
from station_app.work.refusals import PhotoRefusal
from tests.faults.scan import files_with

SECRET = "植株相机主人"


def photo(
    size: tuple[int, int] = (3_000, 2_000), form: str = "JPEG", mode: str = "RGB", noise: bool = True, **given: object
) -> bytes:
    """A photo as a telephone makes it: with noise, so that it does not shrink by itself."""
    dice = random.Random(7)
    small = (
        Image.frombytes("RGB", (300, 200), dice.randbytes(300 * 200 * 3))
        if noise
        else Image.new("RGB", (300, 200), "red")
    )
    out = io.BytesIO()
    small.resize(size).convert(mode).save(out, form, **given)
    return out.getvalue()


def with_exif(orientation: int = 1) -> bytes:
    """A photo that says where, when and with what it was taken, with a preview of itself."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = SECRET
    exif[0x0132] = "2024:03:05 10:00:00"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (39.0, 50.0, 3.0), "E", (109.0, 59.0, 2.0)
    return photo((900, 600), exif=exif, comment=SECRET.encode())


def taken(content: bytes) -> Photo:
    """It, made small."""
    made = shrunk(content)
    assert isinstance(made, Photo), made
    return made


def test_a_photo_becomes_small_and_stays_recognisable() -> None:
    """12 megapixels of noise: at most 300 kB, its sides in proportion."""
    raw = photo((4_000, 3_000), quality=97)
    made = taken(raw)
    assert len(raw) > 1_000_000 and len(made.content) <= 300_000
    with Image.open(io.BytesIO(made.content)) as seen:
        assert (seen.format, seen.size) == ("JPEG", (made.width, made.height))
        assert abs(seen.width / seen.height - 4 / 3) < 0.01 and seen.width >= 480


@pytest.mark.parametrize(
    ("form", "mode"), [("PNG", "RGB"), ("PNG", "P"), ("PNG", "LA"), ("WEBP", "RGBA"), ("JPEG", "CMYK"), ("JPEG", "L")]
)
def test_every_usual_form_is_taken(form: str, mode: str) -> None:
    """What is transparent becomes white, what is grey or printed colours becomes ordinary."""
    made = taken(photo((400, 300), form, mode))
    with Image.open(io.BytesIO(made.content)) as seen:
        assert seen.mode == "RGB" and seen.size == (400, 300)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_nothing_but_the_picture_is_kept_and_it_stands_upright(orientation: int) -> None:
    """EXIF, GPS, comment and preview are gone; a turned photo is turned back.

    Seen failing: saved with ``exif=opened.info["exif"]``; not turned.
    """
    raw = with_exif(orientation)
    assert SECRET.encode() in raw
    made = taken(raw)
    with Image.open(io.BytesIO(made.content)) as seen:
        assert not seen.getexif() and set(seen.info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "progressive",
            "progression",
        }
    assert SECRET.encode() not in made.content and b"Exif" not in made.content and b"2024" not in made.content
    assert (made.width, made.height) == ((600, 900) if orientation >= 5 else (900, 600))


def test_the_same_photo_is_one_blob(tmp_path: Path) -> None:
    """Deduplicated by content, whatever its metadata said; no name, no content in any file, no temporary file (invariant 9)."""
    blobs = Blobs(tmp_path, bytes(32))
    before = set(Path(tempfile.gettempdir()).iterdir())
    one, two = taken(with_exif(1)), taken(photo((900, 600)))
    first = blobs.put(one.content)
    assert first == one.sha256 and blobs.get(first) == one.content
    assert blobs.put(taken(with_exif(1)).content) == first
    assert len(list(tmp_path.rglob("[0-9a-f]" * 64))) == 1
    assert one.content[:200] not in b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert files_with(tmp_path, [SECRET]) == [] and two.content[:4] == one.content[:4]
    fresh = {p for p in set(Path(tempfile.gettempdir()).iterdir()) - before if p.is_file()}
    assert not [p for p in fresh if p.read_bytes()[:3] == b"\xff\xd8\xff"]


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that unpacks to these pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = b"\0" * (width * 3 + 1)
    body = b"".join(packer.compress(row) for _n in range(min(height, 200))) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (bomb(30_000, 30_000), PhotoRefusal.TOO_MANY_PIXELS),
        (bomb(100_000, 401), PhotoRefusal.TOO_MANY_PIXELS),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200), PhotoRefusal.HEIC),
        (b"\0\0\0\x18ftypavif" + bytes(200), PhotoRefusal.HEIC),
        (b"", PhotoRefusal.UNREADABLE),
        (b"GIF89a" + bytes(100), PhotoRefusal.UNREADABLE),
        (b"MZ" + bytes(1_000), PhotoRefusal.UNREADABLE),
        (b"\xff\xd8\xff\xe0" + bytes(1_000), PhotoRefusal.UNREADABLE),
        (bytes(photo_child.FILE + 1), PhotoRefusal.TOO_LARGE),
    ],
    ids=["bomb", "long bomb", "heic", "avif", "empty", "gif", "program", "broken", "large"],
)
def test_what_is_no_photo_is_refused_in_a_sentence(content: bytes, code: PhotoRefusal) -> None:
    """SECURITY A26 for pictures: nothing is unpacked before it was counted."""
    refused = shrunk(content)
    assert isinstance(refused, Refusal) and refused.code is code
    assert "{" not in refused.message


def test_cut_photos_are_refused_not_half_kept() -> None:
    """A photo cut anywhere: never a grey half."""
    raw = photo((600, 400))
    for cut in (20, 500, len(raw) // 2, len(raw) - 30):
        refused = shrunk(raw[:cut])
        assert isinstance(refused, Refusal) and refused.code is PhotoRefusal.UNREADABLE, cut


@pytest.mark.parametrize("dies", ["import os; os.abort()", "print('no', end='')", "while True: pass"])
def test_a_child_that_dies_is_a_photo_that_cannot_be_opened(dies: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program goes on."""
    monkeypatch.setattr(photos, "CLOCK_SECONDS", 2)
    refused = shrunk(photo((60, 40)), argv=[sys.executable, "-c", dies])
    assert isinstance(refused, Refusal) and refused.code is PhotoRefusal.UNREADABLE


def test_a_pdf_is_kept_as_it_is() -> None:
    """Up to five megabytes; a photo attached beside it becomes small."""
    paper = b"%PDF-1.7\n" + bytes(100)
    assert kept(paper) == paper and photos.is_pdf(paper)
    refused = kept(b"%PDF-1.7\n" + bytes(photos.PDF))
    assert isinstance(refused, Refusal) and refused.code is PhotoRefusal.TOO_LARGE
    made = kept(photo((600, 400), "PNG"))
    assert isinstance(made, bytes) and made[:3] == b"\xff\xd8\xff" and not photos.is_pdf(made)
