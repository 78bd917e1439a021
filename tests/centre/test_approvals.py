"""The centre as second person of a station that has nobody else (DESIGN, "Trust"; 未成年人网络保护条例 36)."""

from station_app import compose
from station_app.centre.approvals import approve, waiting
from station_app.clock import today
from station_app.messages import Refusal
from station_app.store.change import Done, Edit
from station_app.work import retention
from station_app.work.refusals import LawRefusal
from station_app.work.revealing import Wish
from tests.centre.conftest import Scene


def test_what_waits_is_countersigned_at_the_centre_and_comes_down(scene: Scene) -> None:
    """A minor's data and a destruction list: noted at the station, approved at the centre, in force after the next stick.
    Seen failing: with ``destroy_list`` taking one signature; with ``countersigned`` believing any chain."""
    station = scene.station
    child = station.store.change(
        [Edit("resident", {"name": "乌云嘎", "birth_date": "2020-05-01", "phone": "19900005555"})],
        station.author,
        "new",
    )
    assert isinstance(child, Done)
    assert isinstance(
        station.store.change(
            [Edit("visit", {"resident": child.records[0], "visit_at": "2009-01-01T09:00"})], station.author, "new"
        ),
        Done,
    )
    seen = compose.reveal(station, Wish("resident", child.records, "核对"))
    assert not isinstance(seen, Refusal) and seen.waits
    drawn = retention.draw_up(station.store, station.author, today())
    assert isinstance(drawn, Done)
    (listed,) = drawn.records
    assert isinstance(retention.sign(station.store, station.author, listed), Done)
    alone = compose.destroy_list(station, listed)
    assert isinstance(alone, Refusal) and alone.code is LawRefusal.SECOND_SIGNATURE
    scene.send()
    scene.take()
    found = waiting(scene.centre)
    assert {(w.kind, w.record) for w in found} == {("access", seen.access), ("destruction", listed)}
    assert not any("乌云嘎" in w.about for w in found)
    for one in found:
        assert isinstance(approve(scene.centre, one.station, one.record), str)
    assert waiting(scene.centre) == [] and isinstance(approve(scene.centre, found[0].station, listed), Refusal)
    scene.send()
    scene.take()
    scene.receive()
    (row,) = [compose.seen_row(station, one) for one in compose.audit(station, minors=True)]
    assert row["waits"] is False
    done = compose.destroy_list(station, listed)
    assert not isinstance(done, Refusal), done.message
    assert done["records"] == 1
