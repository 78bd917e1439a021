"""How much memory 100,000 field changes take: sealed by the station, carried, taken in by the centre; each in its own process.

``python -m tests.bench.memory --changes 100000`` prints one JSON document. What is resident at the most is what the system says
of the process (``VmHWM``); the same process with 100 changes is told beside it, as what the program itself takes.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from station_app import compose
from station_app.centre.opened import init_centre, open_centre
from station_app.compose import OpenStation
from station_app.messages import Refusal
from station_app.store.change import Done, Edit
from station_app.work import enrolment, hand_in
from tests.bench.edits import AUTHOR
from tests.bench.large import resident
from tests.faults.workload import cheap_passwords
from tests.sync.parts import PASSWORD, good, new_station

FIELDS = 7  # of an invented resident


@dataclass(slots=True)
class Memory:
    """Megabytes resident at the most."""

    changes: int
    seal_mb: int  # ≤ 300
    seal_few_mb: int
    take_mb: int  # ≤ 300
    take_few_mb: int
    bundles: int
    bundle_kb: int


def laid(place: Path, changes: int) -> None:
    """An enrolled station with so many field changes to hand in, its centre, and the stick between them."""
    station = new_station(place / "station")
    centre = good(init_centre(place / "centre", "虚构市社工服务指导中心", PASSWORD))
    usb = place / "usb"
    usb.mkdir()
    invited = good(centre.invite(station.store.station))
    good(enrolment.request(station, usb, invited.code, invited.fingerprint))
    good(centre.issue(usb))
    good(enrolment.request(station, usb, invited.code, invited.fingerprint))
    done = station.store.batch(([Edit("resident", resident(n))] for n in range(changes // FIELDS)), AUTHOR, "import")
    assert isinstance(done, Done), done
    station.close()
    centre.close()


def seal(place: Path) -> None:
    """The station's half, in a process of its own."""
    station: OpenStation | Refusal = compose.open_station(place / "station", None, lambda _name: PASSWORD)
    opened = good(station)
    good(hand_in.send_usb(opened, place / "usb"))
    opened.close()


def take(place: Path) -> None:
    """The centre's half."""
    centre = good(open_centre(place / "centre", None, PASSWORD))
    taken: Any = good(centre.take(place / "usb"))
    assert taken, taken
    centre.close()


def most_resident() -> int:
    """Megabytes this process had resident at the most (``ru_maxrss`` would count the parent's before exec as well)."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def in_a_process(act: str, place: Path) -> int:
    """Megabytes that process had resident at the most."""
    command = [sys.executable, "-m", "tests.bench.memory", "--act", act, "--folder", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent.parent)
    assert done.returncode == 0, done.stderr
    return int(json.loads(done.stdout.splitlines()[-1])["mb"])


def measure(folder: Path, changes: int) -> Memory:
    """Both halves, with many changes and with few."""
    found: dict[str, tuple[int, int]] = {}
    sealed: list[int] = []
    for name, number in (("few", 100), ("many", changes)):
        place = folder / name
        place.mkdir()
        laid(place, number)
        found[name] = in_a_process("seal", place), 0
        sealed = [path.stat().st_size for path in (place / "usb").rglob("*.bundle")]
        found[name] = found[name][0], in_a_process("take", place)
    return Memory(
        changes, found["many"][0], found["few"][0], found["many"][1], found["few"][1], len(sealed), sum(sealed) // 1_000
    )


def main(words: Sequence[str]) -> int:
    """Measure and print; 0 whatever the figures are: they are reported, not asserted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--act", choices=("", "seal", "take"), default="")
    given = parser.parse_args(words)
    cheap_passwords()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="memory-"))
    if given.act:
        {"seal": seal, "take": take}[given.act](folder)
        print(json.dumps({"mb": most_resident()}))
        return 0
    print(json.dumps(asdict(measure(folder, given.changes))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
