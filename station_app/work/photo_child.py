"""The child process that opens a photo from outside and makes it small: limited in memory and time, it writes no file.

Run as ``python -m station_app.work.photo_child``; the photo's bytes come on standard input; the answer leaves on standard
output: ``ok``, width, height, length and a JPEG of at most 300 kB that says nothing but the picture; or ``no`` and a code.
"""

import io
import struct
import sys
from typing import Final

from PIL import Image, ImageOps

from station_app.exchange.reader_child import limit_this_process

#: Bytes of a photo that is kept, and of one that may come.
MOST: Final = 300_000
FILE: Final = 40 * 1024 * 1024
PIXELS: Final = 40_000_000
#: What is tried, in this order, until it is small enough: pixels of the long side, JPEG quality. Faces and the writing on a
#: paper are to be read, so the size goes down late.
TRIED: Final = tuple((side, quality) for side in (2_000, 1_600, 1_200, 900, 640, 480) for quality in (85, 75, 62, 50))
_ANSWER: Final = struct.Struct(">2sIII")


Image.MAX_IMAGE_PIXELS = None  # counted here, before anything is unpacked


class NotTaken(Exception):
    """Why a photo is not taken: the code of a refusal."""


def small(data: bytes) -> tuple[bytes, int, int]:
    """The photo turned upright, without anything that came with it (place, time, camera, preview), small. Deterministic."""
    if data[4:8] == b"ftyp":
        raise NotTaken("photo_heic")
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as opened:
            if opened.width * opened.height > PIXELS:
                raise NotTaken("photo_too_many_pixels")
            opened.draft("RGB", (TRIED[0][0], TRIED[0][0]))
            upright = ImageOps.exif_transpose(opened)
            picture = _on_white(upright)
    except NotTaken:
        raise
    except Exception as error:  # whatever a broken file makes a decoder do
        raise NotTaken("photo_unreadable") from error
    for side, quality in TRIED:
        made = picture
        if max(picture.size) > side:
            made = picture.copy()
            made.thumbnail((side, side), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        made.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
        if out.tell() <= MOST:
            return out.getvalue(), *made.size
    raise NotTaken("photo_unreadable")  # 480 pixels of noise are below 300 kB: not reached


def _on_white(picture: Image.Image) -> Image.Image:
    """A new picture of the pixels alone, what is transparent on white."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        with_alpha = picture.convert("RGBA")
        plain = Image.new("RGB", picture.size, "white")
        plain.paste(with_alpha, mask=with_alpha.getchannel("A"))
        return plain
    plain = Image.new("RGB", picture.size)
    plain.paste(picture.convert("RGB"))
    return plain


def main() -> int:
    """Read, answer; the exit status is 0 whenever an answer was given."""
    limit_this_process()
    out = sys.stdout.buffer
    try:
        made, width, height = small(sys.stdin.buffer.read(FILE + 1))
        out.write(_ANSWER.pack(b"ok", width, height, len(made)) + made)
    except (NotTaken, MemoryError) as refused:
        code = refused.args[0] if isinstance(refused, NotTaken) else "photo_too_many_pixels"
        out.write(_ANSWER.pack(b"no", 0, 0, len(code)) + code.encode())
    out.flush()
    return 0


def answered(said: bytes) -> tuple[str, int, int, bytes] | None:
    """The answer taken apart: ``ok`` or ``no``, width, height, content; None when the child died or said nonsense."""
    if len(said) < _ANSWER.size:
        return None
    word, width, height, length = _ANSWER.unpack(said[: _ANSWER.size])
    content = said[_ANSWER.size :]
    if word not in (b"ok", b"no") or len(content) != length:
        return None
    return word.decode(), width, height, content


if __name__ == "__main__":
    raise SystemExit(main())
