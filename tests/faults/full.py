"""A disk that is full at the n-th write of any writer: refused in a sentence, nothing half left under its name, then it works (A10).

``python -m tests.faults.full`` (above the shim) prints one JSON document. The first, second, fourth … write of each writer
and all after it answer "no space", until the writer has answered; then there is room and it is asked again.
``--control`` takes away the writing beside: files in half must be found.
"""

import argparse
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import station_app.kinds  # noqa: F401  # every kind
from station_app import compose
from station_app.compose import Leaving, OpenStation
from station_app.compose.photos import attach_content, save_attached
from station_app.messages import Refusal
from station_app.store.change import Done, Edit
from station_app.store.refusals import StoreRefusal
from station_app.sync.carriers.usb import Stick
from station_app.trust.keys import DeviceKeys
from tests.faults.shim import Mode, On, Shim
from tests.faults.workload import cheap_passwords
from tests.sync.parts import PASSWORD, good, new_station

MOST: Final = 4_096


@dataclass(slots=True)
class Report:
    """What happened; ``wrong`` must stay empty."""

    runs: int = 0
    fired: int = 0
    refused: dict[str, int] = field(default_factory=dict)  # by writer
    unharmed: int = 0  # the full disk fell on something nobody needs to know of
    wrong: list[str] = field(default_factory=list)


def writers(station: OpenStation, top: Path) -> dict[str, Callable[[], object]]:
    """Everything that writes, each into a place of its own below ``top``; the same again overwrites."""
    digest = good(attach_content(station, b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n" + bytes(9_000)))
    recipient = DeviceKeys.new().recipient
    out = top / "out"
    out.mkdir()
    count = iter(range(10_000))
    found: dict[str, Callable[[], object]] = {
        "change": lambda: station.store.change([Edit("resident", {"name": "王", "note": "满" * 300})], station.author, "create"),
        "batch": lambda: station.store.batch(
            [[Edit("activity", {"name": f"活动{n}", "held_on": "2025-03-05"})] for n in range(80)], station.author, "import"),
        "photo": lambda: attach_content(station, b"%PDF-1.4\n%" + os.urandom(6_000) + b"\n%%EOF\n"),
        "backup": lambda: compose.back_up(station),
        "saved photo": lambda: save_attached(station, digest, out / "paper.pdf", Leaving("核对")),
        "everything": lambda: compose.export_everything(station, out / "all.zip", Leaving("移交", recipient)),
        "stick": lambda: Stick(top / "usb").write(f"to-centre/{next(count)}.bundle", os.urandom(9_000)),
        "user": lambda: station.vault.add(station.unlocked, f"用户{next(count)}", "worker", PASSWORD),
        "restore": lambda: _restored(station, top / f"restored-{next(count)}"),
    }  # fmt: skip
    for end in ("xlsx", "csv", "json"):
        found[f"export {end}"] = lambda end=end: compose.export_records(
            station, "resident", out / f"x.{end}", Leaving("核对")
        )  # type: ignore[misc]
        found[f"sealed export {end}"] = lambda end=end: compose.export_records(  # type: ignore[misc]
            station, "resident", out / f"y.{end}", Leaving("核对", recipient)
        )
    return found


def _restored(station: OpenStation, into: Path) -> object:
    files = sorted((station.folder / "backups").glob("*.station-backup"))
    return compose.restore(files[-1], into, compose.Way(None, lambda _name: PASSWORD))


def shown(folder: Path) -> dict[str, bytes]:
    """The files of a folder that people see."""
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and not p.name.startswith(".")
    }


def one(top: Path, name: str, nth: int, control: bool, shim: Shim) -> dict[str, object]:
    """In a child: the writer meets a disk that is full from its n-th write on, then one with room."""
    station = good(compose.open_station(top / "station", None, lambda _name: PASSWORD))
    write = writers(station, top)[name]
    good(compose.back_up(station)) if name == "restore" else None
    if name.startswith(("export", "sealed", "saved", "everything")):
        assert not isinstance(write(), Refusal)  # an older file lies there
    before = shown(top / "out"), shown(top / "usb")
    if control:
        _hasty()
    shim.arm(On.WRITE, Mode.NO_SPACE_EVER, nth)
    got = write()
    fired = shim.fired()
    shim.arm(On.WRITE, Mode.EIO, 0)
    said: dict[str, object] = {"fired": fired, "refused": isinstance(got, Refusal)}
    if isinstance(got, Refusal):
        if not got.message or "{" in got.message:
            said["wrong"] = f"no sentence: {got.code.value}"
        if (shown(top / "out"), shown(top / "usb")) != before:
            said["wrong"] = "something is left in half under its name"
    again = write()
    if isinstance(again, Refusal) and again.code is not StoreRefusal.FOLDER_TAKEN:
        said["wrong"] = f"refused though there is room: {again.code.value} {again.message}"
    if station.store.differences() or set(station.store.check().values()) != {"ok"}:
        said["wrong"] = "the store is not whole"
    assert isinstance(station.store.change([Edit("resident", {"name": "照常"})], station.author, "create"), Done)
    station.close()
    return said


def _hasty() -> None:
    """The planted bug: files are written where they are to stand."""
    from station_app.compose import exports, photos
    from station_app.store import files

    def hasty(path: Path, data: bytes) -> None:
        with open(path, "wb", buffering=512) as file:
            for at in range(0, len(data), 512):
                file.write(data[at : at + 512])

    for module in (exports, photos, files):
        setattr(module, "write_whole", hasty)  # noqa: B010  # planted


def run(folder: Path, names: Sequence[str], control: bool = False, step: int = 2) -> Report:
    """Each writer, its writes in turn at 1, 2, 4, 8 … (``step`` 2), until the fault comes too late."""
    cheap_passwords()
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    template = folder / "template"
    station = new_station(template / "station")
    done = station.store.batch(
        [[Edit("resident", {"name": f"王{n}", "note": "好" * 50})] for n in range(120)], station.author, "import"
    )
    assert isinstance(done, Done)
    station.close()
    (template / "usb").mkdir()
    report = Report()
    shim = Shim()
    listed = names or _names(template, folder)
    for name in listed:
        nth = 1
        while nth < MOST:
            said = _child(template, folder / "run", name, nth, control, shim)
            if not said.get("fired") and "wrong" not in said:
                break
            report.runs += 1
            report.fired += bool(said.get("fired"))
            report.refused[name] = report.refused.get(name, 0) + bool(said.get("refused"))
            report.unharmed += bool(said.get("fired")) and not said.get("refused")
            if "wrong" in said:
                report.wrong.append(f"{name}, full from write {nth}: {said['wrong']}")
            nth *= step
    return report


def _names(template: Path, folder: Path) -> list[str]:
    from tests.faults.workload import copied

    copied(template, folder / "names")
    station = good(compose.open_station(folder / "names" / "station", None, lambda _name: PASSWORD))
    try:
        return list(writers(station, folder / "names"))
    finally:
        station.close()


def _child(template: Path, place: Path, name: str, nth: int, control: bool, shim: Shim) -> dict[str, object]:
    from tests.faults.workload import copied

    copied(template, place)
    os.environ["XDG_STATE_HOME"] = str(place / "state")
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            shim.watch(place)
            said = one(place, name, nth, control, shim)
        except BaseException:  # noqa: BLE001  # told, then the process ends
            said = {"wrong": traceback.format_exc()[-1_500:], "fired": shim.fired()}
        os.write(writing, json.dumps(said).encode())
        os._exit(0)
    os.close(writing)
    heard = b""
    while part := os.read(reading, 65_536):
        heard += part
    os.close(reading)
    os.waitpid(pid, 0)
    found: dict[str, object] = json.loads(heard or b'{"wrong": "the child ended"}')
    return found


def main(words: Sequence[str]) -> int:
    """0 when every writer stood it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--control", action="store_true")
    parser.add_argument("--step", type=int, default=2)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--seconds", help="for the sake of the other harnesses; this one takes what it takes")
    given = parser.parse_args(words)
    report = run(
        given.folder or Path(tempfile.mkdtemp(prefix="full-")),
        [n for n in given.only.split(",") if n],
        given.control,
        given.step,
    )
    print(json.dumps(asdict(report), ensure_ascii=False))
    return 1 if report.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
