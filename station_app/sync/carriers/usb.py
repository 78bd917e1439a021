"""A folder on a USB stick that belongs to nobody's program: files appear whole or not at all, and nothing odd is followed.

The stick may be pulled at any moment, be full, worn out, or hold anything: links, pipes, a hundred thousand files.
Only names we know are looked at, only plain files are opened, never more bytes are read than a file of that name may have.
"""

import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from station_app.messages import Refusal, _
from station_app.store.files import sync_folder
from station_app.sync.refusals import SyncRefusal
from station_app.trust.refusals import BundleRefusal

TOP: Final = "station-app"
README: Final = "先读我.txt"
REQUESTS: Final = "requests"
CERTIFICATES: Final = "certificates"
TO_CENTRE: Final = "to-centre"
TO_STATIONS: Final = "to-stations"
REPORTS: Final = "reports"
REVOKED: Final = "revoked.crl"

BUNDLE_LIMIT: Final = 1024 * 1024
BLOB_LIMIT: Final = 64 * 1024 * 1024
PEM_LIMIT: Final = 64 * 1024
LIST_LIMIT: Final = 8 * 1024 * 1024
#: Names of one folder that are looked at, and names that fit; a stick with more of ours was not filled by us.
LOOKED_AT: Final = 1_000_000
MOST_FILES: Final = 20_000

STATION: Final = re.compile(r"[0-9]{11}", re.ASCII)
REQUEST: Final = re.compile(r"([0-9a-f]{12})\.csr", re.ASCII)
BUNDLE: Final = re.compile(r"([0-9a-f]{12})-([1-9][0-9]{0,12})-([1-9][0-9]{0,12})\.bundle", re.ASCII)
ANY_BUNDLE: Final = re.compile(r"[0-9a-z][0-9a-z-]{0,120}\.bundle", re.ASCII)
RECEIPT: Final = re.compile(r"receipt-([0-9a-f]{12})-(0|[1-9][0-9]{0,12})\.bundle", re.ASCII)
#: A bundle for one computer with a part of a chain; a computer's position note; a blob for one computer.
FROM: Final = re.compile(r"([0-9a-f]{12})-from-([0-9a-f]{12})-([1-9][0-9]{0,12})-([1-9][0-9]{0,12})\.bundle", re.ASCII)
NOTE: Final = re.compile(r"position-([0-9a-f]{12})\.bundle", re.ASCII)
BLOB: Final = re.compile(r"([0-9a-f]{64})\.blob", re.ASCII)
BLOB_FOR: Final = re.compile(r"([0-9a-f]{64})-for-([0-9a-f]{12})\.blob", re.ASCII)
CERTIFICATE: Final = re.compile(r"([0-9a-f]{12})\.pem", re.ASCII)


class Stick:
    """The folder ``station-app`` on a stick (or in any folder that stands for one)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / TOP

    @classmethod
    def at(cls, folder: Path) -> "Stick | Refusal":
        """The stick in an existing folder."""
        if not folder.is_dir():
            return Refusal(SyncRefusal.NO_STICK, {"folder": str(folder)})
        return cls(folder)

    # ------------------------------------------------------------------ writing

    def write(self, name: str, data: bytes) -> Refusal | None:
        """Write a file (``folder/…/name`` below ``station-app``) so that it appears whole: beside, synced, renamed, read back."""
        target = self.folder.joinpath(*name.split("/"))
        part = target.with_name(f".{target.name}.part")
        try:
            self._make_folders(target.parent)
            if self._same(target, data):
                return None
            free = shutil.disk_usage(target.parent).free
            if free < len(data) + 64 * 1024:
                return Refusal(SyncRefusal.STICK_FULL, {"needed": len(data) // 1024 + 65, "free": free // 1024})
            self._write_part(part, data)
            if not self._same(part, data):  # read back before the old file goes
                part.unlink(missing_ok=True)
                return Refusal(SyncRefusal.STICK_FAILED, {"name": target.name})
            os.replace(part, target)
            sync_folder(target.parent)
            if not self._same(target, data):
                return Refusal(SyncRefusal.STICK_FAILED, {"name": target.name})
        except OSError:
            with suppress(OSError):  # the stick is gone; a part file is never read
                part.unlink(missing_ok=True)
            return Refusal(SyncRefusal.STICK_FAILED, {"name": target.name})
        return None

    def welcome(self) -> Refusal | None:
        """The page for whoever finds the stick."""
        text = _(
            "This stick belongs to a township social-work station. The data in the folder “station-app” are encrypted and can be"
            " opened only by the station and its guidance centre; the folder “reports” holds signed month reports, which name no"
            " client. Nothing on it is a program; there is nothing to start.\n"
            "If you found it, please hand it to the nearest social-work station or civil-affairs office. Thank you.\n"
        )
        return self.write(README, ("\ufeff" + text).replace("\n", "\r\n").encode())

    def remove(self, name: str) -> None:
        """Remove a file of ours that is no longer needed; a stick that refuses keeps it."""
        path = self.folder.joinpath(*name.split("/"))
        with suppress(OSError):
            if self._plain_parents(path):
                path.unlink(missing_ok=True)

    def _make_folders(self, folder: Path) -> None:
        for each in reversed([folder, *folder.parents]):
            if each == self.folder or self.folder in each.parents:
                if not os.path.lexists(each):
                    each.mkdir(exist_ok=True)
                    sync_folder(each.parent)
                if not stat.S_ISDIR(each.lstat().st_mode):
                    raise NotADirectoryError(each.name)

    @staticmethod
    def _write_part(part: Path, data: bytes) -> None:
        if part.is_symlink() or part.exists():
            part.unlink()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        with os.fdopen(os.open(part, flags, 0o644), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    @staticmethod
    def _same(path: Path, data: bytes) -> bool:
        try:
            return _read_plain(path, len(data)) == data
        except (OSError, ValueError):
            return False

    # ------------------------------------------------------------------ reading

    def read(self, name: str, limit: int) -> bytes | Refusal | None:
        """A plain file of at most ``limit`` bytes; None when there is none."""
        path = self.folder.joinpath(*name.split("/"))
        try:
            if not self._plain_parents(path):
                return None
            return _read_plain(path, limit)
        except FileNotFoundError:
            return None
        except ValueError:
            return Refusal(BundleRefusal.TOO_LARGE, {"name": path.name})
        except OSError:
            return Refusal(SyncRefusal.STICK_UNREADABLE, {"name": path.name})

    def files(self, folder: str, form: re.Pattern[str]) -> list[re.Match[str]]:
        """The plain files of a folder whose names have this form, in order of name."""
        return self._named(folder, form, stat.S_ISREG)

    def folders(self, folder: str, form: re.Pattern[str]) -> list[str]:
        """The real folders in a folder whose names have this form."""
        return [found.string for found in self._named(folder, form, stat.S_ISDIR)]

    def _named(self, folder: str, form: re.Pattern[str], is_kind: Callable[[int], bool]) -> list[re.Match[str]]:
        place = self.folder.joinpath(*folder.split("/"))
        try:
            if not self._plain_parents(place / "x"):
                return []
            return sorted(_scan(place, form, is_kind), key=lambda found: found.string)
        except OSError:
            return []

    def _plain_parents(self, path: Path) -> bool:
        """Whether every folder from the stick's down to the file is a real folder, not a link to somewhere else."""
        for each in [self.folder, *(p for p in path.parents if self.folder in p.parents)]:
            try:
                if not stat.S_ISDIR(each.lstat().st_mode):
                    return False
            except FileNotFoundError:
                return False
        return True


def _scan(place: Path, form: re.Pattern[str], is_kind: Callable[[int], bool]) -> Iterator[re.Match[str]]:
    fitting = 0
    with os.scandir(place) as entries:
        for looked, entry in enumerate(entries):
            found = form.fullmatch(entry.name)
            if found is not None and is_kind(entry.stat(follow_symlinks=False).st_mode):
                fitting += 1
                yield found
            if looked >= LOOKED_AT or fitting >= MOST_FILES:
                return


def _read_plain(path: Path, limit: int) -> bytes:
    """The bytes of a plain file; ValueError when there are more than ``limit``. Never waits on a pipe, never follows a link."""
    if not stat.S_ISREG(path.lstat().st_mode):
        raise OSError("not a plain file")
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        there = os.fstat(file.fileno())
        if not stat.S_ISREG(there.st_mode):
            raise OSError("not a plain file")
        if there.st_size > limit:
            raise ValueError("too large")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ValueError("too large")
    return data
