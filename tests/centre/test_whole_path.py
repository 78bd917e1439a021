"""The whole path: a station's entries and signed month to the centre and its receipt back."""

from station_app.sync import receipts
from station_app.work import hand_in
from tests.centre.conftest import Scene
from tests.sync.parts import MONTH, add_hours, good, signed_month


def test_a_month_is_handed_in(scene: Scene) -> None:
    add_hours(scene.station)
    signed_month(scene.station)
    assert not receipts.handed_in(scene.station.store, MONTH)

    sent = scene.send()
    assert sent.entries == scene.station.store.position()[scene.station.store.device]
    assert sent.reports == [f"{MONTH}.pdf"] and len(sent.blobs) == 2
    assert not receipts.handed_in(scene.station.store, MONTH), "handed in is the receipt's word, not ours"

    taken = scene.take()
    assert not taken.refused and taken.receipts == 1 and taken.taken == len(sent.bundles)
    assert taken.reports[scene.station.store.station][MONTH].agrees

    received = scene.receive()
    assert received.receipt == {scene.station.store.device: sent.entries} and not received.refused
    assert receipts.handed_in(scene.station.store, MONTH)
    assert scene.send().bundles == [], "what a receipt covers does not travel again"


def test_everything_twice_is_the_same(scene: Scene) -> None:
    add_hours(scene.station)
    signed_month(scene.station)
    first = scene.send()
    bytes_before = {p.name: p.read_bytes() for p in scene.to_centre.iterdir()}
    assert scene.send() == first
    assert {p.name: p.read_bytes() for p in scene.to_centre.iterdir()} == bytes_before, "the same bytes go out again"
    scene.take()
    receipt = {p.name: p.read_bytes() for p in scene.to_stations.iterdir()}
    again = scene.take()
    assert again.entries == 0 and again.receipts == 1 and not again.refused
    assert {p.name: p.read_bytes() for p in scene.to_stations.iterdir()} == receipt, "the same receipt"
    scene.receive()
    assert good(hand_in.receive_usb(scene.station, scene.usb)).entries == 0
