"""Wrong clocks and old copies: marked, said, never a reason to lose what was written (stories from peers' trackers)."""

import shutil

import pytest

from station_app.sync import receipts
from station_app.work import hand_in
from tests.centre.conftest import Scene
from tests.sync.parts import MONTH, PASSWORD, add_hours, code_of, good, signed_month


@pytest.fixture
def database_url() -> None:
    """SQLite alone: nothing here depends on the database."""


@pytest.mark.parametrize("clock", ["2001-01-01T08:00:00", "2031-01-01T08:00:00"])
def test_a_station_with_a_wrong_clock_loses_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch, clock: str) -> None:
    """An empty battery, or a clock years ahead: its entries are taken, its receipt is believed."""
    months = {"2001-01-01T08:00:00": "2000-12", "2031-01-01T08:00:00": "2024-04"}
    before = scene.station.store.position()[scene.station.store.device]
    with monkeypatch.context() as turned:
        turned.setenv("STATION_APP_NOW", clock)
        add_hours(scene.station, month=months[clock])
        if clock > "2030":  # its certificate has ended by its own clock: it says so instead of sending
            assert code_of(hand_in.send_usb(scene.station, scene.usb)) == "certificate_expired"
        else:
            scene.send()
    if clock > "2030":
        scene.send()  # the clock was put right
    taken = scene.take()
    assert not taken.refused and taken.entries > before
    with monkeypatch.context() as turned:
        turned.setenv("STATION_APP_NOW", clock)
        received = scene.receive()
    assert received.receipt == {scene.station.store.device: scene.station.store.position()[scene.station.store.device]}
    # entries made after the clock was put right are taken as well: time in a chain never goes back
    add_hours(scene.station)
    signed_month(scene.station)
    scene.send()
    assert scene.take().reports[scene.station.store.station][MONTH].agrees


def test_a_centre_restored_from_an_old_copy_gets_everything_again(scene: Scene) -> None:
    """Its newer word, though it says less, counts: the station sends again what the centre lost."""
    from station_app.centre.opened import open_centre

    add_hours(scene.station)
    scene.send()
    scene.take()
    scene.receive()
    folder = scene.folder / "ready" / "centre"
    scene.centre.close()
    shutil.copytree(folder, scene.folder / "old-centre")
    scene.centre = good(open_centre(folder, None, PASSWORD))
    for month in ("2024-04", MONTH):
        add_hours(scene.station, month=month)
        scene.send()
        scene.take()
        scene.receive()
    scene.centre.close()
    shutil.rmtree(folder)
    shutil.copytree(scene.folder / "old-centre", folder)
    scene.centre = good(open_centre(folder, None, PASSWORD))
    signed_month(scene.station)
    scene.send()
    assert {r.refused for r in scene.take().refused} == {"gap"}
    scene.receive()
    scene.send()
    taken = scene.take()
    assert not taken.refused and taken.reports[scene.station.store.station][MONTH].agrees
    scene.receive()
    assert receipts.handed_in(scene.station.store, MONTH)


def test_handed_in_stays_true_after_the_certificates_ended(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    add_hours(scene.station)
    signed_month(scene.station)
    scene.send()
    scene.take()
    scene.receive()
    monkeypatch.setenv("STATION_APP_NOW", "2034-01-01T08:00:00")
    assert receipts.handed_in(scene.station.store, MONTH)
    add_hours(scene.station, month="2024-06")
    assert code_of(hand_in.send_usb(scene.station, scene.usb)) == "certificate_expired"


def test_a_bundle_signed_with_an_ended_certificate_is_refused(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    add_hours(scene.station)
    scene.send()
    monkeypatch.setenv("STATION_APP_NOW", "2034-01-01T08:00:00")
    assert [r.refused for r in scene.take().refused] == ["not_enrolled"]
