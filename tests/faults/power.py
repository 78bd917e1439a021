"""Cuts the power of a station at work: what was not synced is dropped, torn or written in another order, and then it is opened.

``python -m tests.faults.power --cuts 500 --folder F`` (above the shim) prints one JSON document. One run of the station is
written down call by call; each cut rebuilds the disk as it may have been left at one moment: every synced write stands, of
the others any part, sector by sector, and of names (files made, renamed, removed) what their folder's last sync said and
any number of the next ones in order. Stricter than ext4 or NTFS, which keep more. ``--control`` plants a bug that must be
found: ``off`` and ``normal`` (SQLite told to sync less), ``files`` (files renamed without a sync), ``early``.
"""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from station_app.store import files
from station_app.store.vault import Unlocked
from station_app.sync.carriers.usb import Stick
from tests.faults.shim import Event, Shim, events
from tests.faults.workload import BACKUP, ROUND, Place, Worker, cheap_passwords, look

SECTOR: Final = 512
#: Stands for a file's number where a name is a folder's.
FOLDER: Final = -1
_A_PASS: Final = 100
#: How the unsynced writes of a file are treated.
WAYS: Final = ("none", "all", "prefix", "torn", "writes", "sectors")


@dataclass(slots=True)
class Report:
    """What happened; ``wrong`` must stay empty."""

    cuts: int = 0
    events: int = 0
    dropped: int = 0  # cuts at which something unsynced was lost
    acknowledged: int = 0
    by_way: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _File:
    """A file's content as the last sync left it, and what came after: (offset, bytes) or (length, None)."""

    synced: bytearray = field(default_factory=bytearray)
    after: list[tuple[int, bytes | None]] = field(default_factory=list)


class Disk:
    """A disk that keeps what is synced apart from what is not. Names and contents are two things, as in a file system."""

    def __init__(self, top: Path) -> None:
        self.top = str(top)
        self.files: dict[int, _File] = {}
        self._live: dict[str, int] = {}  # names as the running program sees them
        self._kept: dict[str, int] = {}  # names as the folders' syncs left them
        self._after: dict[str, list[tuple[str, str, int]]] = defaultdict(list)  # by folder: (what, name, file)
        self._numbers: dict[int, int] = {}  # the system's number, which it uses again, → ours
        self.acknowledged: list[int] = []

    @classmethod
    def holding(cls, top: Path) -> "Disk":
        """Everything that lies below ``top`` now, as if it had been synced."""
        disk = cls(top)
        for path in top.rglob("*"):
            if path.is_dir():
                disk._live[str(path)] = disk._kept[str(path)] = FOLDER
            elif not path.name.endswith("-shm"):
                number = disk._new(path.stat().st_ino)
                disk.files[number].synced = bytearray(path.read_bytes())
                disk._live[str(path)] = disk._kept[str(path)] = number
        return disk

    def _new(self, system: int) -> int:
        number = self._numbers[system] = len(self.files)
        self.files[number] = _File()
        return number

    def take(self, one: Event) -> None:
        """One call."""
        text = "" if one.kind == "W" else one.data.decode()
        if one.kind == "C":
            self._named(text, "make", self._new(one.number))
        elif one.kind in "WT":
            number = self._numbers.get(one.number)
            if number is not None:
                self.files[number].after.append((one.offset, one.data if one.kind == "W" else None))
        elif one.kind == "S":
            number = self._numbers.get(one.number)
            if number is not None:
                found = self.files[number]
                found.synced = _written(found.synced, found.after)
                found.after.clear()
        elif one.kind == "D":
            for what, name, number in self._after.pop(text, []):
                _rename(self._kept, what, name, number)
        elif one.kind == "R":
            old, new = text.split("\0")
            number = self._live[old]
            self._named(new, "make", number)
            self._named(old, "remove", number)
        elif one.kind == "U":
            number = self._live.get(text)
            if number is not None:
                self._named(text, "remove", number)
        elif one.kind == "M":
            self._named(text, "make", FOLDER)
        elif one.kind == "A":
            self.acknowledged.append(one.offset)

    def _named(self, name: str, what: str, number: int) -> None:
        _rename(self._live, what, name, number)
        self._after[name.rpartition("/")[0]].append((what, name, number))

    def cut(self, into: Path, way: str, dice: random.Random) -> bool:
        """Lay the disk out as a power cut may leave it. Returns whether anything was lost by it."""
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir()
        lost = False
        names = dict(self._kept)
        for pending in self._after.values():
            stays = {"none": 0, "all": len(pending)}.get(way, dice.randint(0, len(pending)))
            lost |= stays < len(pending)
            for what, name, number in pending[:stays]:
                # a new name may also appear before the old one is gone: they are two records of one folder
                _rename(names, what, name, number)
        for name, number in sorted(names.items()):  # a folder comes before what lies in it
            there = into / os.path.relpath(name, self.top)
            if not there.parent.is_dir():
                continue  # lost with its folder
            if number == FOLDER:
                there.mkdir()
                continue
            content, whole = _left(self.files[number], way, dice)
            lost |= not whole
            there.write_bytes(content)
        return lost


def _rename(names: dict[str, int], what: str, name: str, number: int) -> None:
    if what == "make":
        names[name] = number
    elif names.get(name) == number:
        del names[name]


def _written(content: bytearray, calls: Sequence[tuple[int, bytes | None]]) -> bytearray:
    for offset, data in calls:
        if data is None:
            del content[offset:]
        else:
            if len(content) < offset:
                content.extend(bytes(offset - len(content)))
            content[offset : offset + len(data)] = data
    return content


def _left(one: _File, way: str, dice: random.Random) -> tuple[bytearray, bool]:
    """What may be left of a file, and whether that is all of it."""
    calls = one.after
    if way == "none" or not calls:
        return one.synced, not calls
    kept: list[tuple[int, bytes | None]] = list(calls)
    if way in ("prefix", "torn"):
        kept = calls[: dice.randint(0, len(calls))]
        if way == "torn" and len(kept) < len(calls) and (data := calls[len(kept)][1]):
            kept = [*kept, (calls[len(kept)][0], data[: dice.randrange(len(data))])]
    elif way == "writes":
        kept = [call for call in calls if dice.random() < 0.5]
    elif way == "sectors":
        kept = []
        for offset, data in calls:
            if data is None:
                kept += [(offset, data)] if dice.random() < 0.5 else []
                continue
            at = 0
            while at < len(data):  # sectors of the disk, not of the call
                end = min(len(data), at + SECTOR - (offset + at) % SECTOR)
                if dice.random() < 0.7:
                    kept.append((offset + at, data[at:end]))
                at = end
    return _written(bytearray(one.synced), kept), kept == calls


# ---------------------------------------------------------------------- the run that is written down


def recorded(place: Place, unlocked: Unlocked, log: Path, rounds: int, control: str) -> Disk:
    """A child works above the shim; what it calls is in the log. Returns the disk as it was before."""
    before = Disk.holding(place.top)
    pid = os.fork()
    if pid == 0:
        try:
            shim = Shim()
            shim.watch(place.top)
            shim.log(log)
            _plant(control)
            pragmas = {"off": ("synchronous = OFF",), "normal": ("synchronous = NORMAL",)}.get(control, ())
            worker = Worker.open(place, unlocked, pragmas)
            assert isinstance(worker, Worker), worker
            for n in [*range(rounds * len(ROUND)), BACKUP, *range(rounds * len(ROUND), rounds * len(ROUND) + 4)]:
                if control == "early":
                    shim.mark(n)
                refused = worker.act(n)
                assert refused is None, (n, refused)
                shim.mark(n)
            worker.store.close()
            os._exit(0)
        except BaseException as error:  # noqa: BLE001  # told, then the process ends
            print(repr(error), file=sys.stderr, flush=True)
        finally:
            os._exit(1)
    _pid, status = os.waitpid(pid, 0)
    assert status == 0, f"the recorded run failed: {status}"
    return before


def _plant(control: str) -> None:
    """The planted bug "files": small files appear without having been synced."""
    if control != "files":
        return

    def hasty(path: Path, data: bytes) -> None:
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(data)
        part.replace(path)

    from station_app.store import blobs, vault

    for module in (files, blobs, vault):
        setattr(module, "write_whole", hasty)  # noqa: B010  # planted

    def hasty_part(part: Path, data: bytes) -> None:
        part.write_bytes(data)

    setattr(Stick, "_write_part", staticmethod(hasty_part))  # noqa: B010  # planted


def moments(all_events: Sequence[Event], cuts: int, dice: random.Random) -> list[int]:
    """Where to cut: half of them just after an acknowledgement, where the most can be missing, the others anywhere."""
    marks = [n + 1 for n, one in enumerate(all_events) if one.kind == "A"]
    half = [dice.choice(marks) + dice.choice((0, 0, 1, 2)) for _n in range(cuts // 2)]
    return sorted(half + [dice.randint(1, len(all_events)) for _n in range(cuts - len(half))])


def run(
    folder: Path, cuts: int, seed: int = 1, control: str = "", rounds: int = 2, most_seconds: float = 1e9
) -> Report:  # fmt: skip
    """That many cuts of one recorded run."""
    cheap_passwords()
    started = time.monotonic()
    dice = random.Random(seed)
    report = Report()
    place = Place(folder / "run")
    unlocked = Worker.create(place)
    warm = Worker.open(place, unlocked)
    assert isinstance(warm, Worker)
    warm.store.close()
    before = recorded(place, unlocked, folder / "calls.log", rounds, control)
    calls = list(events(folder / "calls.log"))
    report.events = len(calls)
    while report.cuts < cuts:  # again from the beginning, so that a run that is stopped has cut everywhere
        disk = deepcopy(before)
        # the anchors know the folder by its path, so the cut disks lie where the run was
        for at in _each(calls, moments(calls, min(_A_PASS, cuts - report.cuts), dice), disk):
            way = WAYS[report.cuts % len(WAYS)]
            report.dropped += disk.cut(place.top, way, dice)
            report.acknowledged = max(report.acknowledged, len(disk.acknowledged))
            found = look(place, unlocked, disk.acknowledged, tables=report.cuts % 25 == 0)
            report.cuts += 1
            report.by_way[way] = report.by_way.get(way, 0) + 1
            report.wrong += [f"cut at {at}, {way}: {one}" for one in found]
            if len(report.wrong) > 20 or (control and report.wrong) or time.monotonic() - started > most_seconds:
                cuts = report.cuts
                break
    report.seconds = round(time.monotonic() - started, 1)
    return report


def _each(calls: Sequence[Event], at: Sequence[int], disk: Disk) -> Iterator[int]:
    """Play the calls up to each moment in turn."""
    done = 0
    for moment in at:
        for one in calls[done:moment]:
            disk.take(one)
        done = max(done, moment)
        yield moment


def main(words: Sequence[str]) -> int:
    """0 when no cut lost anything acknowledged or left anything in half."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--control", choices=("", "off", "normal", "files", "early"), default="")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--seconds", type=float, default=1e9)
    given = parser.parse_args(words)
    place = given.folder or Path(tempfile.mkdtemp(prefix="power-"))
    report = run(place, given.cuts, given.seed, given.control, most_seconds=given.seconds)
    print(json.dumps({name: getattr(report, name) for name in Report.__slots__}, ensure_ascii=False))
    return 1 if report.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
