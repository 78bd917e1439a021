"""Runs readers on changed inputs in a child process that is watched: exceptions, a second of processor time, memory.

``python -m tests.fuzz.run --runs 1000000`` prints one JSON document. Inputs that made a reader answer in a new way are
changed further (the cheap half of a coverage-guided fuzzer). A child that dies leaves its input behind; it is saved under
``tests/fuzz/found`` and from then on read by every run of the tests. ``--control`` plants readers that crash, hang and
swell: each must be found.
"""

import argparse
import hashlib
import json
import mmap
import os
import random
import resource
import signal
import struct
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from tests.fuzz.mutate import of_bytes
from tests.fuzz.readers import READ, READERS, Reader

FOUND: Final = Path(__file__).parent / "found"
#: An input that is longer is cut: every reader has a limit of its own, and tests for it.
LONGEST: Final = 256 * 1024
#: Runs of one child; a dead one costs that many at most.
STRETCH: Final = 20_000
CPU_SECONDS: Final = 1.0
CLOCK_SECONDS: Final = 60.0
MEMORY_MB: Final = 300
#: What the program's reader child has in memory before it reads.
CHILD_MB: Final = 40
_ADDRESSES: Final = 3 << 30


@dataclass(slots=True)
class Outcome:
    """What became of one reader."""

    name: str
    runs: int = 0
    read: int = 0  # inputs taken, not refused
    ways: int = 0  # different answers
    crashes: int = 0
    hangs: int = 0
    died: int = 0  # the process ended: a native abort
    contained: int = 0  # the same of a reader that the program runs in a limited child
    memory_mb: int = 0  # the most of the child, which has all readers loaded
    grown_mb: int = 0  # of it, what reading took
    seconds: float = 0.0
    saved: list[str] = field(default_factory=list)


class _Shared:
    """The input being read, and the count, in memory both processes see."""

    def __init__(self) -> None:
        self.map = mmap.mmap(-1, LONGEST + 16)

    def put(self, number: int, data: bytes) -> None:
        """Said before each run."""
        self.map[16 : 16 + len(data)] = data
        self.map[:16] = struct.pack("=qq", number, len(data))

    def last(self) -> tuple[int, bytes]:
        """The run under way when the child ended, and its input."""
        number, size = struct.unpack("=qq", self.map[:16])
        return number, bytes(self.map[16 : 16 + size])


def _stretch(reader: Reader, seeds: Sequence[bytes], runs: int, seed: int, shared: _Shared, out: int) -> None:
    """The child: change, read, note."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # panics of readers in Rust say much, and are counted
    dice = random.Random(seed)
    corpus = list(seeds)
    ways: dict[str, int] = {}
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    for number in range(runs):
        data = dice.choice(corpus)
        for _n in range(1 + (dice.random() < 0.3) + (dice.random() < 0.1) * dice.randint(1, 4)):
            data = (
                dice.choice(reader.mutations)(data, dice, corpus)
                if dice.random() < 0.9
                else of_bytes(data, dice, corpus)
            )
        data = data[:LONGEST]
        shared.put(number, data)
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)  # a second of work, whatever else the machine does
        signal.setitimer(signal.ITIMER_REAL, CLOCK_SECONDS)  # and a minute of waiting
        try:
            way = reader.read(data)
        except BaseException:  # noqa: BLE001  # that is what is looked for
            signal.setitimer(signal.ITIMER_PROF, 0)
            os.write(out, json.dumps({"crash": traceback.format_exc()[-1_500:], "input": data.hex()}).encode() + b"\n")
            way = "crash"
        if way not in ways and len(corpus) < 500 and way != "crash":
            corpus.append(data)
        ways[way] = ways.get(way, 0) + 1
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    os.write(out, json.dumps({"ways": ways, "memory": most, "grown": most - before}).encode() + b"\n")


def fuzz(reader: Reader, runs: int, seed: int, save: Path | None = FOUND, most_seconds: float = 1e9) -> Outcome:
    """So many runs of one reader."""
    outcome = Outcome(reader.name)
    seeds = reader.seeds()
    for each in seeds[:3]:
        reader.read(each)  # what is loaded once is loaded here
    started = time.monotonic()
    shared = _Shared()
    ways: dict[str, int] = {}
    stretch = 0
    while (
        outcome.runs < runs
        and time.monotonic() - started < most_seconds
        and outcome.crashes + outcome.hangs + outcome.died < 20
    ):
        part = min(STRETCH, runs - outcome.runs)
        stretch += 1
        reading, writing = os.pipe()
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            try:
                os.close(reading)
                signal.signal(signal.SIGPROF, signal.SIG_DFL)
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                _stretch(reader, seeds, part, seed * 1_000_003 + stretch, shared, writing)
            finally:
                os._exit(0)
        os.close(writing)
        heard = b""
        while piece := os.read(reading, 65_536):
            heard += piece
        os.close(reading)
        _pid, status = os.waitpid(pid, 0)
        finished = False
        for line in heard.splitlines():
            said = json.loads(line)
            if "crash" in said:
                outcome.crashes += 1
                outcome.saved.append(_saved(reader, bytes.fromhex(said["input"]), said["crash"], save))
            else:
                finished = True
                outcome.memory_mb = max(outcome.memory_mb, said["memory"])
                outcome.grown_mb = max(outcome.grown_mb, said["grown"])
                for way, times in said["ways"].items():
                    ways[way] = ways.get(way, 0) + times
        if finished:
            outcome.runs += part
            continue
        number, data = shared.last()
        outcome.runs += number + 1
        signalled = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        hang = signalled in (signal.SIGPROF, signal.SIGALRM)
        if reader.apart and not hang:
            outcome.contained += 1
            continue
        outcome.hangs += hang
        outcome.died += not hang
        outcome.saved.append(_saved(reader, data, "hang" if hang else f"ended by signal {signalled}", save))
    outcome.ways = len(ways)
    outcome.read = sum(times for way, times in ways.items() if READ in way.replace("/", " ").split())
    outcome.seconds = round(time.monotonic() - started, 1)
    return outcome


def is_wrong(outcome: Outcome) -> bool:
    """Whether a reader did what none may do. A reader of spreadsheets has a small process of its own in the program."""
    apart = {reader.name for reader in READERS if reader.apart}
    memory = outcome.grown_mb + CHILD_MB if outcome.name in apart else outcome.memory_mb
    return bool(outcome.crashes or outcome.hangs or outcome.died) or memory > MEMORY_MB


def _saved(reader: Reader, data: bytes, why: str, save: Path | None) -> str:
    name = f"{reader.name.replace(' ', '-').replace('/', '-')}-{hashlib.sha256(data).hexdigest()[:12]}"
    if save is not None:
        save.mkdir(exist_ok=True)
        (save / f"{name}.bin").write_bytes(data)
    return f"{name}: {why}"


def shares(readers: Sequence[Reader], runs: int) -> dict[str, int]:
    """How many runs each reader has: more for the quick ones, some for all."""
    weights = {reader.name: reader.cost**-0.7 for reader in readers}
    whole = sum(weights.values())
    return {name: max(20, round(runs * weight / whole)) for name, weight in weights.items()}


def _planted() -> list[Reader]:
    """Readers with the three faults that are looked for."""

    def crashing(data: bytes) -> str:
        return str(data.index(b"\x00\xff")) if data[:1] == b"\x41" and len(data) % 7 == 3 else "ok"

    def hanging(data: bytes) -> str:
        while len(data) % 11 == 5:
            pass
        return "ok"

    def swelling(data: bytes) -> str:
        return str(len(b"x" * (400 << 20))) if len(data) % 13 == 6 else "ok"

    def dying(data: bytes) -> str:
        if len(data) % 17 == 6:
            os.kill(os.getpid(), signal.SIGABRT)
        return "ok"

    made: list[tuple[str, Callable[[bytes], str]]] = [
        ("crashing", crashing), ("hanging", hanging), ("swelling", swelling), ("dying", dying),
    ]  # fmt: skip
    return [Reader(name, lambda: [b"A" * 20], read, (of_bytes,), 10) for name, read in made]


def run(
    runs: int, seed: int, only: Iterable[str] = (), save: Path | None = FOUND, most_seconds: float = 1e9
) -> list[Outcome]:
    """All readers, or some."""
    chosen = [reader for reader in READERS if not only or reader.name in only]
    found: list[Outcome] = []
    for reader in sorted(chosen, key=lambda r: r.cost):
        found.append(fuzz(reader, shares(chosen, runs)[reader.name], seed, save, most_seconds))
    return found


def main(words: Sequence[str]) -> int:
    """0 when nothing crashed, hung or swelled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--seconds", type=float, default=1e9, help="for each reader")
    parser.add_argument("--control", action="store_true")
    parser.add_argument("--save", type=Path, default=FOUND)
    given = parser.parse_args(words)
    if given.control:
        outcomes = [fuzz(reader, 300, given.seed, None) for reader in _planted()]
    else:
        only = [name for name in given.only.split(",") if name]
        outcomes = run(given.runs, given.seed, only, given.save, given.seconds)
    wrong = [o.name for o in outcomes if is_wrong(o)]
    print(
        json.dumps(
            {"runs": sum(o.runs for o in outcomes), "wrong": wrong, "readers": [asdict(o) for o in outcomes]},
            ensure_ascii=False,
        )
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
