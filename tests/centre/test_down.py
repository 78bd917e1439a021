"""What the centre sends down: the countersigned report, a returned one's remark; folded at the station like any entry."""

import json

from station_app.spec.meanings import Wire
from station_app.store.change import Edit
from station_app.store.records import Reader
from station_app.sync import receipts
from station_app.trust.signing import verify_report
from tests.centre.conftest import Scene
from tests.sync.parts import MONTH, Figures, add_hours, code_of, good, signed_month


def _handed_in(scene: Scene) -> None:
    add_hours(scene.station)
    signed_month(scene.station)
    scene.send()
    scene.take()
    scene.receive()


def test_a_countersigned_report_comes_down(scene: Scene) -> None:
    _handed_in(scene)
    station = scene.station.store.station
    path = good(scene.centre.countersign(station, MONTH))
    assert verify_report(path.read_bytes(), scene.centre.authority.roots).centre_signer is not None
    assert good(scene.centre.countersign(station, MONTH)) == path, "once is enough"
    scene.send()
    scene.take()
    received = scene.receive()
    assert received.entries == 1 and received.blobs == 1 and not received.refused and received.conflicts == 0
    with scene.station.store.reading() as reader:
        report = reader.all("month_report")[0]
    assert report.fields["state"] == "countersigned"
    pdf = scene.station.blobs.get(str(report.fields["pdf"]))
    assert pdf == path.read_bytes()
    assert receipts.handed_in(scene.station.store, MONTH)
    assert scene.receive().entries == 0
    assert scene.centre.overview(MONTH).stations[0].state == "countersigned"
    # the next entry of the station has seen it: it does not travel for ever
    add_hours(scene.station, 1, month="2024-06")
    scene.send()
    before = {p.name for p in scene.to_stations.glob("*-from-*")}
    for name in before:
        (scene.to_stations / name).unlink()
    scene.take()
    assert not list(scene.to_stations.glob("*-from-*"))
    assert scene.centre.check().ok


def test_a_report_that_differs_is_not_countersigned_but_returned(scene: Scene) -> None:
    def spoil(figures: Figures) -> None:
        figures["F01"][0] = "99"

    add_hours(scene.station)
    signed_month(scene.station, spoil=spoil)
    scene.send()
    scene.take()
    station = scene.station.store.station
    assert code_of(scene.centre.countersign(station, MONTH)) == "not_agreed"
    assert good(scene.centre.return_report(station, MONTH, "F01 与数据不符，请更正。")) == "returned"
    scene.send()
    scene.take()
    scene.receive()
    with scene.station.store.reading() as reader:
        fields = reader.all("month_report")[0].fields
    assert fields["state"] == "returned" and fields["remark"] == "F01 与数据不符，请更正。"


def test_no_report_no_word(scene: Scene) -> None:
    station = scene.station.store.station
    for refused in (
        scene.centre.report(station, MONTH),
        scene.centre.countersign(station, MONTH),
        scene.centre.return_report(station, MONTH, "?"),
    ):
        assert code_of(refused) == "no_report"


def test_private_items_come_only_by_a_policy_of_the_centre(scene: Scene) -> None:
    """With purpose and legal ground, written by the centre itself; a station's own policy of that name opens nothing."""
    station = scene.station.store.station
    rules = {"kinds": ["volunteer"], "purpose": "抽查", "ground": "社会救助暂行办法"}

    def names_at_the_centre() -> set[object]:
        with scene.centre.database.reading() as connection:
            return {found.fields.get("name") for found in Reader(connection, station).all("volunteer")}

    own: dict[str, Wire] = {
        "name": "disclosure",
        "effective_from": "2020-01-01",
        "table": json.dumps(rules),
        "source": "x",
    }
    good(scene.station.store.change([Edit("policy", own)], scene.station.author, "add"))
    add_hours(scene.station)
    scene.send()
    scene.take()
    scene.receive()
    assert names_at_the_centre() == {None}
    good(scene.centre.set_policy(station, "disclosure", "2020-01-01", rules | {"ground": ""}, "无依据"))
    scene.take()
    scene.receive()
    add_hours(scene.station)
    scene.send()
    scene.take()
    assert names_at_the_centre() == {None}, "without a ground it is no policy"
    good(scene.centre.set_policy(station, "disclosure", "2024-01-01", rules, "市民政局通知"))
    scene.take()
    assert scene.receive().entries >= 1
    add_hours(scene.station)
    scene.send()
    scene.take()
    assert names_at_the_centre() == {None, "赵虚构"}
    assert scene.centre.check().ok
