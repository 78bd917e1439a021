"""Makes a picture of every screen: a fictional station in a temporary folder, every screen drawn off screen, PNGs in ./shots.

``python packaging/shots.py [--scale 1 1.5 2] [--only NAME …] [--out DIR]``; each scale is drawn by a process of its own.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

PASSWORD = "gaowa-2026-demo"
SIZE = (1180, 720)
#: The smallest screen stations have; at a scale of 1.5 its windows are 910 by 512.
SCREEN = (1366, 768)
#: The demonstration's today: the sample ledgers are of this month.
NOW = "2024-04-02T10:42:00"
MONTH = "2024-03"
#: The screen the README shows.
HELP = "list_visit.png"


def build(folder: Path) -> None:
    """The fictional station: the three sample ledgers taken in, a month of visits and services, two users."""
    from station_app.cli.demonstration import add_visits
    from station_app.compose import create_station
    from station_app.exchange.importing import plan_file, write
    from station_app.messages import Refusal
    from station_app.store.change import Edit

    made = create_station(folder, "罕台镇社工站", "150602101", "01", "高娃", PASSWORD)
    assert not isinstance(made, Refusal), made.message
    station = made.station
    author = station.author
    station.vault.add(station.unlocked, "斯琴", "worker", PASSWORD)
    for kind, file in (("elder", "elders_300"), ("farm_plot", "farm_plots_60"), ("volunteer_hours", "volunteer_hours_500")):
        plan = plan_file(station.store, kind, ROOT / "resources" / "samples" / f"{file}.xlsx")
        assert not isinstance(plan, Refusal), plan.message
        done = write(station.store, plan, author)
        assert not isinstance(done, Refusal), done.message
    workers = station.store.change(
        [
            Edit("worker", {"name": "高娃", "started_on": "2019-04-01"}),
            Edit("worker", {"name": "斯琴", "started_on": "2022-07-01"}),
        ],
        author, "new",
    )  # fmt: skip
    assert not isinstance(workers, Refusal), workers.message
    done = add_visits(station, MONTH, 6, seed=1)
    assert not isinstance(done, Refusal), done.message
    station.close()


# ---------------------------------------------------------------------- drawing


def wait(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Turn the event loop until something is true."""
    from PySide6.QtCore import QCoreApplication, QEventLoop

    end = time.monotonic() + seconds
    while not condition():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        if time.monotonic() > end:
            raise SystemExit("a screen did not become ready in time")


def draw(folder: Path, out: Path, suffix: str, only: list[str]) -> None:
    """Every screen, one after the other, into PNGs."""
    from PySide6.QtWidgets import QApplication
    from shots_screens import screens

    from station_app.ui.app import Window, application

    application()
    window = Window(folder)
    scale = float(os.environ.get("QT_SCALE_FACTOR", "1"))
    window.resize(*(min(wanted, int(there / scale)) for wanted, there in zip(SIZE, SCREEN, strict=True)))
    window.show()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        for name, widget in screens(window, PASSWORD, MONTH, Path(temporary), wait):
            if only and not any(name.startswith(wanted) for wanted in only):
                continue
            for _again in range(3):  # texts arrive, then layouts settle
                wait(lambda: not window.jobs.busy())
                QApplication.processEvents()
            widget.grab().save(str(out / f"{name}{suffix}.png"))
            print(f"{name}{suffix}.png", flush=True)
        window.close()  # before the folders of the stations it made are gone


def help_picture(shot: Path) -> None:
    """The picture of the README, from one of the screens: few colours, so that it stays small."""
    from PIL import Image

    with Image.open(shot) as picture:
        picture.convert("RGB").quantize(128).save(ROOT / "resources" / "help" / "window.png", optimize=True)


def scales(given: list[str]) -> Iterator[tuple[str, str]]:
    """(scale, suffix of the file names)."""
    for scale in given:
        yield scale, "" if float(scale) == 1 else f"_{round(float(scale) * 100)}"


def main() -> int:
    """Build once, then draw at each scale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", nargs="+", default=["1", "1.5"])
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--out", type=Path, default=ROOT / "shots")
    parser.add_argument("--folder", type=Path, help="an already built demonstration, or where to build and keep it")
    parser.add_argument("--draw", help=argparse.SUPPRESS)
    given = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["STATION_APP_NOW"] = NOW
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"  # a demonstration is remembered nowhere
    if given.draw is not None:
        draw(given.folder, given.out, given.draw.strip("-"), given.only)
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary) / "station"
        os.environ["XDG_STATE_HOME"] = str(Path(temporary) / "state")
        if not (folder / "vault.json").exists():
            build(folder)
        for scale, suffix in scales(given.scale):
            command = [sys.executable, __file__, "--folder", str(folder), "--out", str(given.out), f"--draw=-{suffix}"]
            if given.only:
                command += ["--only", *given.only]
            with tempfile.TemporaryDirectory() as fresh:  # signing and handing in write: each scale begins anew
                copy = shutil.copytree(folder, Path(fresh) / "station")
                command[3] = str(copy)
                # each copy is shown as on a computer of its own, not as the copy it is
                own = {"QT_SCALE_FACTOR": scale, "XDG_STATE_HOME": str(Path(fresh) / "state")}
                subprocess.run(command, check=True, env=os.environ | own)
    if (given.out / HELP).exists():
        help_picture(given.out / HELP)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
