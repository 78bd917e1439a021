"""How long a backup, its drill and a restore of a station of 300 MB take: ``python -m tests.bench.backups [--mb 300] [--keep DIR]``.

The station is filled with fictional people as the demonstration is: residents and elders, with journal and search. Prints
one JSON document. A backup includes opening it again, verifying the chains and folding the whole journal; a restore does
too, and puts the folder in its place.
"""

import argparse
import json
import os
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from station_app import compose
from station_app.cli.demo import DIVISION, _people
from station_app.compose import OpenStation, Restored, Way
from station_app.store.change import Done
from station_app.work.backing_up import Drilled, Made
from tests.bench.figure import seconds

PASSWORD = "Probe-2024-虚构"
_PEOPLE_AT_A_TIME = 20_000


def filled(folder: Path, megabytes: float) -> OpenStation:
    """A station whose database has this size."""
    made = compose.create_station(folder, "罕台镇社工站", DIVISION, "01", "乔站长", PASSWORD)
    assert isinstance(made, compose.Created), made
    dice = random.Random(1)
    at_a_time = _PEOPLE_AT_A_TIME if megabytes >= 50 else 100
    while size(made.station) < megabytes:
        done = made.station.store.batch(_people(dice, at_a_time), made.station.author, "demo")
        assert isinstance(done, Done), done
        made.station.store.database.damaged()  # writes the log back
        print(f"{size(made.station):.0f} MB", file=sys.stderr, flush=True)
    return made.station


def size(station: OpenStation) -> float:
    """Megabytes of the database file."""
    return (station.folder / "station.db").stat().st_size / 1e6


def measure(folder: Path, megabytes: float) -> dict[str, Any]:
    """Seconds of each, one run."""
    station = filled(folder / "station", megabytes)
    file = folder / "stick" / "a.station-backup"
    file.parent.mkdir()
    found: dict[str, Any] = {"mb": round(size(station)), "entries": station.store.entry_count()}
    with station.store.reading() as reader:
        found["rows"] = reader.count("resident") + reader.count("elder")
    for what in ("backup", "backup_again"):
        results: list[object] = []
        found[what] = round(seconds(lambda done=results: done.append(compose.back_up(station, file))), 1)  # type: ignore[misc]
        assert isinstance(results[0], Made), results
        found[f"{what}_folded_all"] = results[0].full
    drilled: list[object] = []
    found["drill"] = round(seconds(lambda: drilled.append(compose.drill(station, file))), 1)
    assert isinstance(drilled[0], Drilled) and drilled[0].good, drilled
    restored: list[object] = []
    way = Way(None, lambda _n: PASSWORD)
    found["restore"] = round(seconds(lambda: restored.append(compose.restore(file, folder / "new", way))), 1)
    assert isinstance(restored[0], Restored), restored
    found["load"] = round(os.getloadavg()[0], 1)
    station.close()
    return found


def main(words: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=float, default=300)
    parser.add_argument("--keep", type=Path, help="a folder to work in, left as it is afterwards")
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        print(json.dumps(measure(given.keep or Path(place), given.mb)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
