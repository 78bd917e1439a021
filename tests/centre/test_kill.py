"""Killed and pulled: the centre's process dies at a random moment, the stick goes at every write; nothing acknowledged is lost."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from station_app.messages import Refusal
from station_app.store import journal
from station_app.store.change import Edit
from station_app.sync import receipts
from station_app.work import hand_in
from tests.centre.conftest import Scene
from tests.sync.parts import MONTH, add_hours, good, signed_month


def _prepared(scene: Scene) -> None:
    person = good(scene.station.store.change([Edit("volunteer", {"name": "孙虚构"})], scene.station.author, "add"))
    for month in ("2024-04", MONTH):
        groups = [
            [Edit("volunteer_hours", {"volunteer": person.records[0], "service_date": f"{month}-02", "hours": 60})]
            for _n in range(400)
        ]
        good(scene.station.store.batch(groups, scene.station.author, "import"))
        scene.send()
    signed_month(scene.station)
    scene.send()


@pytest.mark.slow
def test_a_centre_killed_at_random_moments(scene: Scene, database_url: str | None) -> None:
    _prepared(scene)
    chance = random.Random(11)
    folder = scene.folder / "ready" / "centre"
    command = [sys.executable, "-m", "tests.centre.taking_child", str(folder), str(scene.usb), database_url or ""]
    killed = 0
    for _round in range(4):
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        assert child.stdout.readline() == "open\n"
        time.sleep(chance.uniform(0, 0.6))
        child.kill()
        said = child.stdout.read()
        child.wait()
        child.stdout.close()
        killed += "done" not in said
        # whatever receipt lies on the stick speaks of entries that are committed
        received = good(hand_in.receive_usb(scene.station, scene.usb))
        with scene.centre.database.reading() as connection:
            one = journal.device_named(connection, scene.station.store.device)
        held = 0 if one is None else one.seq
        assert received.receipt.get(scene.station.store.device, 0) <= held
        assert scene.centre.check().ok
    assert killed, "at least one was killed before it was done"
    scene.send()
    taken = scene.take()
    assert not taken.refused and taken.reports[scene.station.store.station][MONTH].agrees
    scene.receive()
    assert receipts.handed_in(scene.station.store, MONTH)


def _pulled(monkeypatch: pytest.MonkeyPatch, usb: Path, moment: int) -> list[int]:
    """From the ``moment``-th rename on the stick on, every one fails."""
    calls, real = [0], os.replace

    def replace(source: Path, target: Path) -> None:
        if usb in Path(target).parents:
            calls[0] += 1
            if calls[0] >= moment:
                raise OSError(5, "Input/output error")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    return calls


def test_the_stick_pulled_at_every_file(scene: Scene) -> None:
    """Way out, taking in, way in: each is stopped at its every file once, and goes on from there."""
    add_hours(scene.station)
    signed_month(scene.station)
    station = scene.station.store.station
    for way in ("send", "take"):
        moment = 1
        while True:
            # what the failed attempt had finished is kept, so a fresh stick shows the later moments
            if moment > 1 and way == "send":
                shutil.rmtree(scene.usb / "station-app")
            if moment > 1 and way == "take":
                shutil.rmtree(scene.usb / "station-app" / "to-stations", ignore_errors=True)
                (scene.usb / "station-app" / "certificates" / "revoked.crl").unlink(missing_ok=True)
            with pytest.MonkeyPatch.context() as patch:
                calls = _pulled(patch, scene.usb, moment)
                done: object
                if way == "send":
                    done = hand_in.send_usb(scene.station, scene.usb)
                else:
                    done = scene.centre.take(scene.usb)
            if calls[0] < moment:
                assert not isinstance(done, Refusal)
                break
            assert isinstance(done, Refusal) and done.code.value == "stick_failed"
            assert not list((scene.usb / "station-app").rglob("*.part"))
            moment += 1
        assert moment > {"send": 4, "take": 2}[way], "every file was tried"
    taken = scene.take()
    assert taken.reports[station][MONTH].agrees
    scene.receive()
    assert receipts.handed_in(scene.station.store, MONTH)
