"""Taking in under trouble: a batch over several bundles, two stations at once, a crash between the steps, a pulled stick."""

import resource
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from station_app.compose import OpenStation
from station_app.kinds.volunteer_hours import VolunteerHours
from station_app.store import journal
from station_app.store.change import Edit
from station_app.sync import bundle, receipts, taking
from station_app.work import hand_in
from tests.centre.conftest import Scene
from tests.sync.parts import MONTH, add_hours, code_of, good, new_station, signed_month


def _rows(scene: Scene) -> int:
    from sqlalchemy import func, select

    with scene.centre.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(VolunteerHours)).scalar_one()


def test_a_batch_over_several_bundles_is_folded_when_it_is_complete(scene: Scene) -> None:
    person = good(scene.station.store.change([Edit("volunteer", {"name": "孙虚构"})], scene.station.author, "add"))
    groups = [
        [
            Edit(
                "volunteer_hours",
                {"volunteer": person.records[0], "service_date": f"{MONTH}-01", "hours": 60 + n % 7 * 15},
            )
        ]
        for n in range(6000)
    ]
    good(scene.station.store.batch(groups, scene.station.author, "import"))
    signed_month(scene.station)
    sent = scene.send()
    assert len(sent.bundles) == 2
    later = scene.to_centre / sent.bundles[1]
    data = later.read_bytes()
    assert max(p.stat().st_size for p in scene.to_centre.glob("*.bundle")) <= 1024 * 1024
    later.unlink()
    scene.take()
    assert _rows(scene) == 0, "half an import is not shown"
    received = scene.receive()
    assert received.receipt[scene.station.store.device] == int(sent.bundles[0].split("-")[2].split(".")[0])
    assert scene.send().bundles == [sent.bundles[1]]
    assert [p.name for p in scene.to_centre.glob("*.bundle")] == [later.name], "what is acknowledged leaves the stick"
    assert later.read_bytes() == data, "the same bytes"
    assert scene.take().reports[scene.station.store.station][MONTH].agrees
    assert _rows(scene) == 6000


def test_a_crash_before_the_commit_changes_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    add_hours(scene.station)
    signed_month(scene.station)
    scene.send()
    real = taking.take_in

    def crashing(*given: object) -> object:
        real(*given)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr("station_app.centre.inbox.take_in", crashing)
    with pytest.raises(KeyboardInterrupt):
        scene.centre.take(scene.usb)
    monkeypatch.undo()
    with scene.centre.database.reading() as connection:
        assert journal.device_named(connection, scene.station.store.device) is None
    assert not scene.to_stations.exists(), "no receipt before the commit"
    taken = scene.take()
    assert taken.receipts == 1 and taken.reports[scene.station.store.station][MONTH].agrees
    assert scene.centre.check().ok


def test_a_crash_between_commit_and_receipt_gives_the_receipt_next_time(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_hours(scene.station)
    scene.send()

    def crashing(*_given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(scene.centre.outgoing, "receipt", crashing)
    with pytest.raises(KeyboardInterrupt):
        scene.centre.take(scene.usb)
    monkeypatch.undo()
    taken = scene.take()
    assert taken.entries == 0 and taken.receipts == 1
    assert scene.receive().receipt


@pytest.fixture
def others(scene: Scene) -> Iterator[list[OpenStation]]:
    """Three more stations."""
    made = [new_station(scene.folder / f"other-{number}", number) for number in ("02", "03", "04")]
    for station in made:
        scene.enrol(station)
    yield made
    for station in made:
        station.close()


def test_stations_taken_in_at_once(scene: Scene, others: list[OpenStation]) -> None:
    stations = [scene.station, *others]
    sticks: list[Path] = []
    for number, station in enumerate(stations):
        add_hours(station, shifts=number + 1)
        signed_month(station)
        stick = scene.folder / f"stick-{number}"
        shutil.copytree(scene.usb, stick)
        good(hand_in.send_usb(station, stick))
        sticks += [stick, stick]
    with ThreadPoolExecutor(8) as pool:
        taken = [good(one) for one in pool.map(scene.centre.take, sticks)]
    assert not [r for one in taken for r in one.refused]
    assert scene.centre.check().ok
    with scene.centre.database.reading() as connection:
        devices = {d.device: d for d in journal.devices(connection)}
    for station, stick in zip(stations, sticks[::2], strict=True):
        good(hand_in.receive_usb(station, stick))
        assert receipts.handed_in(station.store, MONTH)
        assert devices[station.store.device].seq == station.store.position()[station.store.device]
    assert len({d.no for d in devices.values()}) == len(devices)


def test_a_stick_that_takes_no_receipt_loses_nothing(scene: Scene) -> None:
    add_hours(scene.station)
    scene.send()
    shutil.rmtree(scene.usb / "station-app" / "certificates")
    (scene.usb / "station-app" / "to-stations").write_bytes(b"a file where a folder should be")
    assert code_of(scene.centre.take(scene.usb)) == "stick_failed"
    (scene.usb / "station-app" / "to-stations").unlink()
    assert scene.take().receipts == 1
    assert scene.receive().receipt


def test_what_names_no_station_is_not_touched(scene: Scene) -> None:
    top = scene.usb / "station-app" / "to-centre"
    for name in ("1506021070", "150602107012", "../x", "autorun"):
        (top / name).mkdir(parents=True, exist_ok=True)
    odd = top / scene.station.store.station
    odd.mkdir()
    for name in (
        "x.bundle",
        "aaaaaaaaaaaa-1.bundle",
        "aaaaaaaaaaaa-1-1.bundle.exe",
        bundle.bundle_name("b" * 12, 0, 1),
    ):
        (odd / name).write_bytes(b"x")
    taken = scene.take()
    assert taken.taken == 0 and not taken.refused and taken.receipts == 0
    (odd / "aaaaaaaaaaaa-1-1.bundle").write_bytes(b"x")
    assert [r.refused for r in scene.take().refused] == ["bad_format"]


def test_work_can_be_stopped(scene: Scene) -> None:
    add_hours(scene.station)
    signed_month(scene.station)
    told: list[tuple[int, int]] = []

    def stop_at_second(done: int, of: int) -> bool:
        told.append((done, of))
        return done < 1

    assert code_of(hand_in.send_usb(scene.station, scene.usb, stop_at_second)) == "cancelled"
    assert told == [(0, 4), (1, 4)]
    assert len(list(scene.to_centre.glob("*.bundle"))) == 1, "what was begun is whole"
    assert code_of(scene.centre.take(scene.usb, lambda done, of: False)) == "cancelled"
    scene.send()
    assert scene.take().reports[scene.station.store.station][MONTH].agrees


def test_a_full_disk_of_either_side_is_said_and_nothing_is_lost(scene: Scene) -> None:
    """The system refuses larger files for a while: first at the station, then at the centre."""
    add_hours(scene.station, shifts=20)
    signed_month(scene.station)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for way in ("send", "take"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (2048, hard))
        try:
            done: object
            done = hand_in.send_usb(scene.station, scene.usb) if way == "send" else scene.centre.take(scene.usb)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert code_of(done) in ("disk", "stick_failed"), way
        if way == "send":
            scene.send()
    assert scene.take().reports[scene.station.store.station][MONTH].agrees
    scene.receive()
    assert receipts.handed_in(scene.station.store, MONTH)
    assert scene.centre.check().ok
