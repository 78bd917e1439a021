"""The centre counts for itself: it agrees, names what differs, or says what is missing; never the wrong one of these."""

import hashlib
import json

from station_app.store.change import Edit
from station_app.sync import receipts
from tests.centre.conftest import Scene
from tests.sync.parts import MONTH, Figures, add_hours, good, signed_month


def plus_one(figures: Figures) -> None:
    """The dishonest program: one more than it is."""
    value = figures["F04"][0]
    assert value is not None
    figures["F04"][0] = f"{float(value) + 1:.2f}"


def test_a_number_with_one_more_differs(scene: Scene) -> None:
    shifts = add_hours(scene.station)
    signed_month(scene.station, spoil=plus_one)
    scene.send()
    verdict = scene.take().reports[scene.station.store.station][MONTH]
    assert not verdict.agrees and not verdict.missing and not verdict.problems
    (line,) = verdict.differs
    assert (line["key"], line["column"], line["theirs"], line["ours"]) == ("F04", "month", "5.50", "4.50")
    assert {(r["kind"], r["id"], r["amount"]) for r in line["records"]} == {("volunteer_hours", s, 90) for s in shifts}
    scene.receive()
    told = receipts.verdict_of(scene.station.store, MONTH)
    assert told is not None and told.differs == verdict.differs, "the station learns it from the receipt"
    row = next(r for r in scene.centre.overview(MONTH).stations if r.station == scene.station.store.station)
    assert row.state == "differs"
    assert good(scene.centre.report(scene.station.store.station, MONTH)).differs == verdict.differs


def test_a_number_changed_in_the_pdf_alone_differs(scene: Scene) -> None:
    add_hours(scene.station)
    signed_month(scene.station, spoil=plus_one, spoil_pdf_only=True)
    scene.send()
    verdict = scene.take().reports[scene.station.store.station][MONTH]
    assert [(d["key"], d["where"]) for d in verdict.differs] == [("F04", "pdf")] and not verdict.agrees


def test_a_shift_the_centre_cannot_know_is_named(scene: Scene) -> None:
    """A record that the station counted and whose entry says something else: the two lists are compared."""
    shifts = add_hours(scene.station)
    report = signed_month(scene.station, spoil=plus_one)
    with scene.station.store.reading() as reader:
        found = reader.get("month_report", report)
    assert found is not None
    kept = json.loads(scene.station.blobs.get(str(found.fields["records"])) or b"")
    ids = kept["records"]["volunteer_hours"]
    kept["lines"]["F04"] = [[ids.index(s), 90 + (60 if s == shifts[1] else 0)] for s in shifts]
    changed = scene.station.blobs.put(json.dumps(kept).encode())
    edit = Edit("month_report", {"records": changed}, report)
    good(scene.station.store.change([edit], scene.station.author, "sign"))
    scene.send()
    (line,) = scene.take().reports[scene.station.store.station][MONTH].differs
    assert [r["id"] for r in line["records"]] == [shifts[1]]


def test_a_missing_bundle_is_said_instead_of_agreeing(scene: Scene) -> None:
    add_hours(scene.station)
    scene.send()
    signed_month(scene.station)
    sent = scene.send()
    assert len(sent.bundles) == 2
    first = scene.to_centre / sent.bundles[0]
    lost = first.read_bytes()
    first.unlink()
    taken = scene.take()
    assert [(r.file, r.refused) for r in taken.refused] == [(sent.bundles[1], "gap")] and taken.receipts == 1
    gone = f"{sent.bundles[0].split('-')[0]}:1-{sent.bundles[0].split('-')[2].split('.')[0]}"
    assert taken.missing == [gone] and not taken.reports, "the report itself waits"
    assert good(scene.centre.report(scene.station.store.station, MONTH)).missing == [gone]
    received = scene.receive()
    told = receipts.newest(scene.station.store)
    assert received.receipt == {scene.station.store.device: 0} and told is not None and told.receipt.missing == [gone]
    assert scene.send().bundles == sent.bundles, "the station sends it again, the same bytes"
    assert first.read_bytes() == lost
    first.unlink()
    first.write_bytes(lost)
    after = scene.take()
    assert not after.refused and after.reports[scene.station.store.station][MONTH].agrees


def test_entries_of_another_device_that_are_missing_are_named(scene: Scene) -> None:
    add_hours(scene.station)
    report = signed_month(scene.station)
    other = "0192f0c1-6789-7abc-8def-0123456789ab"
    position = scene.station.store.position() | {other: 12}
    edit = Edit("month_report", {"position": json.dumps(position)}, report)
    good(scene.station.store.change([edit], scene.station.author, "sign"))
    scene.send()
    verdict = scene.take().reports[scene.station.store.station][MONTH]
    assert verdict.missing == [f"{other}:1-12"] and not verdict.agrees and not verdict.differs
    scene.receive()
    told = receipts.verdict_of(scene.station.store, MONTH)
    assert told is not None and told.missing == [f"{other}:1-12"]


def test_the_pdf_is_missing_until_its_blob_comes(scene: Scene) -> None:
    add_hours(scene.station)
    signed_month(scene.station)
    sent = scene.send()
    kept = {name: (scene.to_centre / name).read_bytes() for name in sent.blobs}
    for name in sent.blobs:
        (scene.to_centre / name).unlink()
    verdict = scene.take().reports[scene.station.store.station][MONTH]
    assert verdict.missing == ["pdf"] and not verdict.agrees
    scene.receive()
    assert not receipts.handed_in(scene.station.store, MONTH)
    again = scene.send()
    assert again.bundles == [] and sorted(again.blobs) == sorted(kept), "the receipt asks for what is missing"
    assert {n: hashlib.sha256((scene.to_centre / n).read_bytes()).digest() for n in kept} == {
        n: hashlib.sha256(data).digest() for n, data in kept.items()
    }
    signed = scene.station.store.position()[scene.station.store.device]
    good(scene.station.store.change([Edit("volunteer", {"name": "钱虚构"})], scene.station.author, "add"))
    scene.send()
    assert scene.take().reports[scene.station.store.station][MONTH].agrees
    scene.receive()
    assert receipts.handed_in(scene.station.store, MONTH) and signed


def test_a_pdf_signed_by_another_station_is_a_problem(scene: Scene) -> None:
    from tests.sync.parts import new_station

    other = new_station(scene.folder / "other", "02")
    scene.enrol(other)
    add_hours(scene.station)
    signed_month(other)
    with other.store.reading() as reader:
        foreign = reader.all("month_report")[0]
    report = signed_month(scene.station)
    content = other.blobs.get(str(foreign.fields["pdf"]))
    assert content is not None
    edit = Edit("month_report", {"pdf": scene.station.blobs.put(content)}, report)
    good(scene.station.store.change([edit], scene.station.author, "sign"))
    scene.send()
    verdict = scene.take().reports[scene.station.store.station][MONTH]
    assert "report_wrong_signer" in verdict.problems and not verdict.agrees
    other.close()
