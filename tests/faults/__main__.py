"""The long faults, one after the other, as one JSON document: ``python -m tests.faults --long`` (``poe long``).

Every part prints its figures into ``--into``/<part>.json while it goes on, so that a run that is stopped is not lost.
``--only kills,power`` chooses parts; without ``--long`` the quick sizes of every test run are taken.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.faults.shim import built

ROOT: Final = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Part:
    """One harness: what it is started with, quick and long, and whether it runs above the shim."""

    module: str
    quick: tuple[str, ...]
    long: tuple[str, ...]
    above_shim: bool = False
    folder: bool = True


PARTS: Final = {
    "power": Part("tests.faults.power", ("--cuts", "30"), ("--cuts", "500"), above_shim=True),
    "sweep": Part("tests.faults.sweep", ("--every", "150", "--every-sync", "10"), ("--every", "3", "--every-sync", "1"), above_shim=True),
    "sweep_backup": Part(
        "tests.faults.sweep", ("--work", "backup", "--every", "300", "--every-sync", "10"),
        ("--work", "backup", "--every", "60", "--every-sync", "3"), above_shim=True,
    ),
    "kills": Part("tests.faults.kills", ("--kills", "100"), ("--kills", "2000")),
    "flips": Part(
        "tests.faults.flips", ("--database", "60", "--bundle", "200", "--report", "20"),
        ("--database", "10000", "--bundle", "10000", "--report", "2000", "--signed", "10000", "--receipt", "10000", "--backup", "2000",
         "--blob", "2000", "--vault", "2000", "--log", "500"), folder=False,
    ),
    "full": Part("tests.faults.full", ("--only", "change,stick"), (), above_shim=True),
    "plainly": Part("tests.faults.plainly", (), ()),
    "fuzz": Part("tests.fuzz.run", ("--runs", "6000"), ("--runs", "1000000"), folder=False),
    "large": Part("tests.bench.large", ("--few", "300", "--many", "3000"), ("--few", "10000", "--many", "1000000")),
    "memory": Part("tests.bench.memory", ("--changes", "2000"), ("--changes", "100000")),
}  # fmt: skip


def run(name: str, long: bool, into: Path, extra: Sequence[str], told: Callable[[str], None]) -> dict[str, Any]:
    """One part in a process of its own; its report, its exit status and how long it took."""
    part = PARTS[name]
    temp = Path(tempfile.mkdtemp(prefix=f"faults-{name}-"))
    words = [*(part.long if long else part.quick), *extra, *(["--folder", str(temp / "f")] if part.folder else [])]
    (temp / "f").mkdir()
    environment = {
        **os.environ, "TMPDIR": str(temp), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", "XDG_STATE_HOME": str(temp / "state"),
    }  # fmt: skip
    if part.above_shim:
        environment |= {"LD_PRELOAD": str(built()), "TMPDIR": str(temp)}
    started = time.monotonic()
    told(f"{name} …")
    try:
        done = subprocess.run(
            [sys.executable, "-m", part.module, *words],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        shutil.rmtree(temp, ignore_errors=True)
    try:
        report: Any = json.loads(done.stdout)
    except ValueError:
        report = {"failed": (done.stdout + done.stderr)[-3_000:]}
    said = {
        "part": name,
        "wrong": done.returncode != 0,
        "wall_seconds": round(time.monotonic() - started, 1),
        "report": report,
    }
    into.mkdir(parents=True, exist_ok=True)
    (into / f"{name}.json").write_text(json.dumps(said, ensure_ascii=False, indent=1), "utf-8")
    return said


def main(words: Sequence[str]) -> int:
    """0 when no part found anything wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--into", type=Path, default=Path(tempfile.gettempdir()) / "long")
    given, extra = parser.parse_known_args(words)
    told: Callable[[str], None] = lambda text: print(text, file=sys.stderr, flush=True)  # noqa: E731
    reports = [run(name, given.long, given.into, extra, told) for name in given.only.split(",")]
    print(
        json.dumps(
            {"long": given.long, "wrong": [one["part"] for one in reports if one["wrong"]], "parts": reports},
            ensure_ascii=False,
            indent=1,
        )
    )
    return 1 if any(one["wrong"] for one in reports) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
