"""Fails every n-th write and every sync of a station at work, one in each run, and looks what is left (SECURITY A11, A12).

``python -m tests.faults.sweep --every 3 --folder F`` (above the shim) prints one JSON document. Writes: EIO, no space,
a short write after which the disk is full, half a write and a kill. Syncs: EIO, a kill before, a kill after. After an
I/O error the worker must be refused in one sentence, and must succeed when it tries again on a fresh connection.
``--control swallowed`` acknowledges what was refused: it must be found out.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from station_app.messages import Refusal
from station_app.store.vault import Unlocked
from tests.faults.shim import Mode, On, Shim
from tests.faults.workload import BACKUP, DISK, ROUND, Place, Worker, cheap_passwords, copied, look

STEPS: Final = {"day": range(len(ROUND)), "backup": (0, BACKUP)}
TRIES: Final = 4
ON_WRITE: Final = (Mode.EIO, Mode.NO_SPACE, Mode.SHORT_THEN_FULL, Mode.TORN_KILL, Mode.NO_SPACE_EVER)
ON_SYNC: Final = (Mode.EIO, Mode.KILL_BEFORE, Mode.KILL_AFTER)
KILLS: Final = (Mode.TORN_KILL, Mode.KILL_BEFORE, Mode.KILL_AFTER)


@dataclass(slots=True)
class Report:
    """What happened; ``wrong`` must stay empty, ``fired`` be the number of runs."""

    runs: int = 0
    fired: int = 0
    killed: int = 0
    refused: int = 0
    unnoticed: int = 0  # the fault fell on something whose failing nobody needs to know (an anchor, a checkpoint)
    acknowledged: int = 0
    writes: int = 0
    syncs: int = 0
    by_mode: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


def child(
    place: Place, unlocked: Unlocked, shim: Shim, on: On, mode: Mode, nth: int, steps: Sequence[int],
    tell: Callable[[dict[str, Any]], None], control: str,
) -> None:  # fmt: skip
    """Open the station and do one round of operations; a refused one is tried again."""
    shim.watch(place.top)
    shim.arm(on, mode, nth)
    worker: Worker | Refusal | None = None
    for _try in range(TRIES):  # the fault may fall on the opening
        worker = Worker.open(place, unlocked)
        if isinstance(worker, Worker):
            break
        tell({"refused": worker.code.value})
        shim.arm(On.WRITE, Mode.EIO, 0) if mode is Mode.NO_SPACE_EVER else None
    if not isinstance(worker, Worker):
        tell({"wrong": f"does not open after the fault: {worker.code.value if worker else ''}"})
        return
    before = 0
    for n in steps:
        for _try in range(TRIES):
            refused = worker.act(n)
            if refused is None or control == "swallowed":
                tell({"acknowledged": n})
                break
            tell({"refused": refused.code.value})
            before = max(before, shim.fired())
            if refused.code not in DISK or not refused.message or "{" in refused.message:
                tell({"wrong": f"operation {n} was refused with {refused.code.value} {refused.message!r}"})
            if mode is Mode.NO_SPACE_EVER:
                shim.arm(On.WRITE, Mode.EIO, 0)  # room again
        else:
            tell({"wrong": f"operation {n} is refused though the fault is over"})
    tell({"fired": max(before, shim.fired()), "writes": shim.count(On.WRITE), "syncs": shim.count(On.SYNC)})


def one_run(
    place: Place,
    unlocked: Unlocked,
    shim: Shim,
    on: On,
    mode: Mode,
    nth: int,
    steps: Sequence[int],
    report: Report,
    control: str = "",
) -> tuple[int, int]:
    """Fork, fault, look. Returns how many writes and syncs a whole run has."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            child(
                place,
                unlocked,
                shim,
                on,
                mode,
                nth,
                steps,
                lambda said: (os.write(writing, json.dumps(said).encode() + b"\n"), None)[1],
                control,
            )
            os._exit(0)
        except BaseException:  # noqa: BLE001  # told, then the process ends
            os.write(writing, json.dumps({"wrong": traceback.format_exc()[-800:]}).encode() + b"\n")
        finally:
            os._exit(1)
    os.close(writing)
    heard = b""
    while part := os.read(reading, 65_536):
        heard += part
    os.close(reading)
    _pid, status = os.waitpid(pid, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    said = [json.loads(line) for line in heard.splitlines() if line.startswith(b"{") and line.endswith(b"}")]
    acknowledged = [one["acknowledged"] for one in said if "acknowledged" in one]
    refused = sum("refused" in one for one in said)
    fired = max([one["fired"] for one in said if "fired" in one] + [int(killed)])
    where = f"{on.name} {nth} {mode.name}"
    report.runs += 1
    report.killed += killed
    report.refused += refused > 0
    report.acknowledged += len(acknowledged)
    if nth:
        report.fired += fired > 0
        report.by_mode[f"{on.name} {mode.name}"] = report.by_mode.get(f"{on.name} {mode.name}", 0) + (fired > 0)
        report.unnoticed += fired > 0 and not killed and not refused
        if killed != (mode in KILLS):
            report.wrong.append(f"{where}: killed is {killed}, status {status}")
    report.wrong += [f"{where}: {one['wrong']}" for one in said if "wrong" in one]
    report.wrong += [f"{where}: {one}" for one in look(place, unlocked, acknowledged)]
    return max([one.get("writes", 0) for one in said] + [0]), max([one.get("syncs", 0) for one in said] + [0])


def points(writes: int, syncs: int, every: int, every_sync: int) -> Iterator[tuple[On, Mode, int]]:
    """Each chosen write and sync, with each way to fail."""
    for nth in range(1, syncs + 1, every_sync):
        for mode in ON_SYNC:
            yield On.SYNC, mode, nth
    for nth in range(1, writes + 1, every):
        for mode in ON_WRITE:
            yield On.WRITE, mode, nth


def run(
    folder: Path, every: int, every_sync: int, work: str = "day", control: str = "", most_seconds: float = 1e9
) -> Report:  # fmt: skip
    """The sweep. Stops early once much is wrong, or the time is over."""
    cheap_passwords()
    shim = Shim()
    report = Report()
    started = time.monotonic()
    place = Place(folder / "run")
    unlocked = Worker.create(place)
    settled = Worker.open(place, unlocked)
    assert isinstance(settled, Worker)
    steps = STEPS[work]
    settled.store.close()
    copied(place.top, folder / "template")
    warm = Worker.open(place, unlocked)  # what is read and prepared once is read here, not in each child
    assert isinstance(warm, Worker) and [warm.act(n) for n in (0, 1, 4)] == [None] * 3
    warm.store.close()
    copied(folder / "template", place.top)
    report.writes, report.syncs = one_run(place, unlocked, shim, On.WRITE, Mode.EIO, 0, steps, report)
    for on, mode, nth in points(report.writes, report.syncs, every, every_sync):
        copied(folder / "template", place.top)
        one_run(place, unlocked, shim, on, mode, nth, steps, report, control)
        if len(report.wrong) > 20 or time.monotonic() - started > most_seconds:
            break
    report.seconds = round(time.monotonic() - started, 1)
    return report


def main(words: Sequence[str]) -> int:
    """0 when nothing acknowledged is lost and everything else held too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=3)
    parser.add_argument("--every-sync", type=int, default=1)
    parser.add_argument("--control", choices=("", "swallowed"), default="")
    parser.add_argument("--work", choices=tuple(STEPS), default="day")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--seconds", type=float, default=1e9)
    given = parser.parse_args(words)
    place = given.folder or Path(tempfile.mkdtemp(prefix="sweep-"))
    report = run(place, given.every, given.every_sync, given.work, given.control, given.seconds)
    print(json.dumps({name: getattr(report, name) for name in Report.__slots__}, ensure_ascii=False))
    return 1 if report.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
