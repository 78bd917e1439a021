"""Photos and papers as they come in: made small and anonymous in a limited child process, never in a temporary file."""

import hashlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import station_app
from station_app.messages import Refusal
from station_app.work import photo_child
from station_app.work.refusals import PhotoRefusal

#: Seconds on the clock for the child; a PDF is kept as it is, up to this size.
CLOCK_SECONDS: Final = 40
PDF: Final = 5 * 1024 * 1024
_PDF_START: Final = b"%PDF-"


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as it is kept: a JPEG of at most 300 kB that holds the picture and nothing else. ``sha256``: its name as a blob."""

    content: bytes
    width: int
    height: int

    @property
    def sha256(self) -> str:
        """The digest of its content: the same photo twice is one blob."""
        return hashlib.sha256(self.content).hexdigest()


def shrunk(content: bytes, *, argv: list[str] | None = None) -> Photo | Refusal:
    """A JPEG, PNG or WEBP of at most 40 megapixels made small: upright, no place, no time, no camera, at most 300 kB.

    Refused: ``photo_too_large`` (bytes), ``photo_too_many_pixels``, ``photo_heic``, ``photo_unreadable``. ``argv`` starts
    another child than ours: for tests of dying ones.
    """
    if len(content) > photo_child.FILE:
        return Refusal(PhotoRefusal.TOO_LARGE, {"megabytes": photo_child.FILE // 1024 // 1024})
    try:
        done = subprocess.run(
            argv or child_argv(), input=content, capture_output=True, check=False, timeout=CLOCK_SECONDS,
            cwd=Path(station_app.__file__).resolve().parent.parent,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
    except (subprocess.TimeoutExpired, OSError):
        return Refusal(PhotoRefusal.UNREADABLE)
    answer = photo_child.answered(done.stdout)
    if answer is None:
        return Refusal(PhotoRefusal.UNREADABLE)
    word, width, height, made = answer
    if word == "no":
        code = made.decode("ascii", "replace")
        return Refusal(PhotoRefusal(code) if code in set(PhotoRefusal) else PhotoRefusal.UNREADABLE, {"pixels": 40})
    return Photo(made, width, height)


def kept(content: bytes) -> bytes | Refusal:
    """What is kept of a file that somebody attaches: a PDF as it is, anything else as a small photo."""
    if content.startswith(_PDF_START):
        return content if len(content) <= PDF else Refusal(PhotoRefusal.TOO_LARGE, {"megabytes": PDF // 1024 // 1024})
    photo = shrunk(content)
    return photo if isinstance(photo, Refusal) else photo.content


def is_pdf(content: bytes) -> bool:
    """Whether a blob is a PDF; else it is a photo."""
    return content.startswith(_PDF_START)


def child_argv() -> list[str]:
    """How the child is started: by this interpreter, or by the packaged program with its own switch."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--photo-child"]
    return [sys.executable, "-s", "-m", "station_app.work.photo_child"]
