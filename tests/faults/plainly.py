"""Looks at every byte that a station at work writes anywhere, also into files that are gone a moment later (invariant 9, SECURITY A01).

``python -m tests.faults.plainly`` prints one JSON document. The work is done above the shim, which writes down every write of
the process and its children below ``/``; 200 planted values are looked for in all of it, but for the files a person asked for.
``--control`` lets a value stand in a temporary file for a moment: it must be found.
"""

import argparse
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.faults.scan import forms
from tests.faults.shim import ROOT, built, events

PLANTED: Final = 200
PASSWORD: Final = "植株口令-很长的一句"
#: None of them is a word of the program; all begin alike, so that one look finds any.
VALUES: Final = [f"植株{chr(0x4E00 + 37 * n)}{chr(0x5200 + 53 * n)}{n}" for n in range(PLANTED)]
#: Files a person asks for, to be read by people, lie here.
ASKED: Final = "asked"


@dataclass(slots=True)
class Report:
    """What was looked at, and where a value stood."""

    files: int = 0
    gone: int = 0  # written, and no longer there at the end
    written_mb: float = 0.0
    ended: dict[str, int] = field(default_factory=dict)  # exit codes of the commands
    wrong: list[str] = field(default_factory=list)


# ---------------------------------------------------------------------- the work, above the shim


def work(top: Path, control: bool) -> None:
    """A station's day: everything that holds what a person typed, by the program's own ways."""
    import openpyxl
    from PIL import Image

    import station_app.kinds  # noqa: F401  # every kind
    from station_app import compose
    from station_app.cli.runner import report_crash
    from station_app.compose import Leaving
    from station_app.compose.photos import attach, attached
    from station_app.kinds.base import KINDS
    from station_app.messages import Refusal
    from station_app.store.change import Done, Edit
    from station_app.trust.keys import DeviceKeys
    from station_app.work import hand_in
    from tests.bench.ledger import write_ledger
    from tests.faults.workload import cheap_passwords
    from tests.sync.parts import good

    cheap_passwords()
    asked = top / ASKED
    made = good(compose.create_station(top / "station", "罕台镇社工站", "150602102", "01", VALUES[0], PASSWORD))
    station, store = made.station, made.station.store
    made.recovery_sheet.rename(asked / made.recovery_sheet.name)
    for n, value in enumerate(VALUES[1:40]):
        edit = Edit("resident", {"name": f"王{value[2:4]}", "note": value, "hukou_addr": value})
        assert isinstance(store.change([edit], station.author, "create"), Done), n
    batch = store.batch(
        [[Edit("activity", {"name": v, "held_on": "2025-03-05", "place": v})] for v in VALUES[40:90]],
        station.author,
        "import",
    )
    assert isinstance(batch, Done)
    ledger = asked / "handed-over.xlsx"
    write_ledger(ledger, 60)
    book = openpyxl.load_workbook(ledger)
    for row, value in enumerate(VALUES[90:150], start=4):
        book.active.cell(row, 11, value)
        book.active.cell(row, 15, value + "注")
    book.save(ledger)
    assert isinstance(
        compose.import_ledger(station, "volunteer_hours", ledger, refused_to=asked / "refused.xlsx"), dict
    )
    # a photo whose camera wrote a name into it, and a paper
    picture = Image.effect_noise((1_400, 1_000), 60).convert("RGB")
    exif = picture.getexif()
    exif[0x010E] = VALUES[150]
    taken = io.BytesIO()
    picture.save(taken, "JPEG", exif=exif, comment=VALUES[151].encode())
    (asked / "photo.jpg").write_bytes(taken.getvalue())
    digest = good(attach(station, asked / "photo.jpg"))
    shown = good(attached(station, digest))
    assert VALUES[150].encode() not in shown and VALUES[151].encode() not in shown
    station.blobs.put(VALUES[152].encode() * 3_000)
    # a form left at lock, as ui/drafts.py keeps it
    store.keep(f"draft/{station.user.id}", json.dumps({"draft": {"note": VALUES[153]}}).encode())
    # out of the program: for a recipient, and readable, which a person asked for
    recipient = DeviceKeys.new().recipient
    sealed = top / "sealed"
    sealed.mkdir()
    for kind in ("resident", "activity", "volunteer_hours"):
        for end in ("xlsx", "csv", "json"):
            good(compose.export_records(station, kind, sealed / f"{kind}.{end}", Leaving(VALUES[154], recipient)))
    good(compose.export_everything(station, sealed / "all.zip", Leaving(VALUES[155], recipient)))
    good(compose.export_records(station, "resident", asked / "readable.xlsx", Leaving(VALUES[156])))
    backup = good(compose.back_up(station))
    good(compose.drill(station))
    assert store.differences() == [] and isinstance(store.undo(batch.entries[0], station.author), Done)
    usb = top / "usb"
    usb.mkdir()
    assert isinstance(hand_in.send_usb(station, usb), Refusal)  # not enrolled, and says so
    refused = store.change([Edit("resident", {"name": "王", "note": [VALUES[157]]})], station.author, "create")
    assert isinstance(refused, Refusal)
    gone = store.change([Edit("resident", {"name": VALUES[158], "note": VALUES[159]})], station.author, "create")
    assert isinstance(gone, Done)
    good(store.erase([("resident", gone.records[0])], "request", VALUES[160], station.author))
    try:
        raise ValueError(VALUES[161])
    except ValueError as error:
        report_crash(error, top / "station")
    assert "resident" in KINDS
    if control:
        with tempfile.NamedTemporaryFile() as left:
            left.write(VALUES[199].encode())
            left.flush()
    station.close()
    way = compose.Way(None, lambda _name: PASSWORD)
    good(compose.restore(backup.file, top / "restored", way))


def commands(top: Path, environment: dict[str, str]) -> dict[str, int]:
    """The same by command: search, add, a refused one, and one of our own faults (exit 3)."""
    secret = top / ASKED / "password.txt"
    secret.write_text(PASSWORD, "utf-8")
    said: dict[str, int] = {}
    base = [sys.executable, "-m", "station_app", "--data", str(top / "station"), "--password-file", str(secret)]
    fault = (
        "import sys; from station_app.cli import runner; from station_app.store.opened import Store\n"
        "def failing(*given, **named):\n    planted = given, named\n    raise RuntimeError(repr(planted))\n"
        "Store.change = failing\nsys.exit(runner.run(sys.argv[1:]))"
    )
    runs = {
        "find": [*base, "find", VALUES[170]],
        "add": [*base, "add", "resident", "name=王五", f"note={VALUES[171]}"],
        "refused": [*base, "add", "resident", f"note={VALUES[172]}", f"no_such_field={VALUES[173]}"],
        "fault": [sys.executable, "-c", fault, *base[3:], "add", "resident", "name=王六", f"note={VALUES[174]}"],
    }
    for name, command in runs.items():
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        said[name] = done.returncode
        if name == "fault" and any(value in done.stdout + done.stderr for value in VALUES):
            said["fault"] = -1  # what it says of its own fault goes into logs
    return said


# ---------------------------------------------------------------------- the look


def looked(log: Path, top: Path, report: Report) -> None:
    """Find values in what was written, file by file."""
    names: dict[int, str] = {}
    contents: dict[tuple[int, str], list[bytes]] = defaultdict(list)
    for one in events(log):
        if one.kind in "CO":
            names[one.number] = one.data.decode(errors="replace")
        elif one.kind == "W":
            contents[one.number, names.get(one.number, "?")].append(one.data)
    asked = str(top / ASKED) + "/"
    beginnings = [form for form in {form for text in ("植株", VALUES[0][:2]) for form in forms(text)} if len(form) >= 4]
    whole = [(value, form) for value in [*VALUES, PASSWORD] for form in set(forms(value))]
    for (_number, name), pieces in contents.items():
        report.files += 1
        report.gone += not os.path.exists(name)
        report.written_mb += sum(map(len, pieces)) / 1e6
        if name.startswith(asked):
            continue
        for data in (b"".join(pieces), *_unpacked(b"".join(pieces))):
            if any(begin in data for begin in beginnings):
                hit = next((value for value, form in whole if form in data), None)
                if hit is not None:
                    report.wrong.append(f"{name.removeprefix(str(top))}: {hit}")
    report.written_mb = round(report.written_mb, 1)


def _unpacked(data: bytes) -> list[bytes]:
    """What an archive or a compressed file holds."""
    import gzip
    import zipfile

    if data[:2] == b"PK" and zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [archive.read(name) for name in archive.namelist()]
    if data[:2] == b"\x1f\x8b":
        return [gzip.decompress(data)]
    return []


def run(top: Path, control: bool = False) -> Report:
    """Work above the shim, then look."""
    report = Report()
    for name in (ASKED, "temp", "home", "state"):
        (top / name).mkdir(parents=True)
    log = top.parent / f"{top.name}.calls"
    environment = {
        **os.environ, "LD_PRELOAD": str(built()), "STATION_APP_SHIM_WATCH": "/", "STATION_APP_SHIM_LOG": str(log), "HOME": str(top / "home"),
        "TMPDIR": str(top / "temp"), "SQLITE_TMPDIR": str(top / "temp"), "XDG_STATE_HOME": str(top / "state"), "XDG_DATA_HOME": str(top / "home"),
        "XDG_CACHE_HOME": str(top / "home"), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    words = [sys.executable, "-m", "tests.faults.plainly", "--work", str(top), *(["--control"] if control else [])]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        report.wrong.append(f"the work failed: {done.stderr[-2_000:]}")
        return report
    if any(value in done.stdout + done.stderr for value in VALUES):
        report.wrong.append("a value was said aloud")
    report.ended = commands(top, environment)
    if report.ended != {"find": 0, "add": 0, "refused": 1, "fault": 3}:
        report.wrong.append(f"the commands ended with {report.ended}")
    looked(log, top, report)
    return report


def main(words: Sequence[str]) -> int:
    """0 when no value stood anywhere."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--control", action="store_true")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--seconds", help="for the sake of the other harnesses; this one takes what it takes")
    given = parser.parse_args(words)
    if given.work is not None:
        work(given.work, given.control)
        return 0
    place = given.folder or Path(tempfile.mkdtemp(prefix="plainly-"))
    report = run(place / "watched", given.control)
    shutil.rmtree(place, ignore_errors=True)
    said: dict[str, Any] = asdict(report)
    print(json.dumps(said, ensure_ascii=False))
    return 1 if report.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
