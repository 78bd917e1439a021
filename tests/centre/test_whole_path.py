"""The whole path: a station's entries and signed month to the centre and its receipt back."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from station_app.kinds.lines import Scope
from station_app.report.facts import Reading
from station_app.report.month import MonthNumbers, numbers_of
from station_app.sync import receipts
from station_app.trust.signing import verify_report
from station_app.work import hand_in, month_end
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


def test_the_drawn_and_signed_report_of_the_program_agrees(scene: Scene) -> None:
    """The same with the real month's end: drawn, certified, with the figures attached."""
    add_hours(scene.station)
    signed = good(month_end.sign(scene.station, MONTH))
    scene.send()
    verdict = scene.take().reports[scene.station.store.station][MONTH]
    assert verdict.agrees, verdict
    scene.receive()
    assert receipts.handed_in(scene.station.store, MONTH)
    path = good(scene.centre.countersign(scene.station.store.station, MONTH))
    both = verify_report(path.read_bytes(), scene.centre.authority.roots)
    assert both.valid and both.signer is not None and both.centre_signer is not None
    assert path.read_bytes().startswith(signed.pdf)


def test_a_correction_is_judged_beside_the_report_it_corrects(scene: Scene) -> None:
    add_hours(scene.station)
    good(month_end.sign(scene.station, MONTH))
    scene.send()
    scene.take()
    add_hours(scene.station, 2)
    assert good(month_end.sign(scene.station, MONTH)).number == 1
    assert not receipts.handed_in(scene.station.store, MONTH), "the receipt speaks of the report before"
    sent = scene.send()
    assert sent.reports == [f"{MONTH}.pdf", f"{MONTH}-1.pdf"]
    verdicts = scene.take().reports[scene.station.store.station]
    assert {name: v.agrees for name, v in verdicts.items()} == {MONTH: True, f"{MONTH}-1": True}
    scene.receive()
    assert receipts.handed_in(scene.station.store, MONTH)


def test_a_program_that_adds_one_is_caught(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawn, kept and attached are the same wrong number; the records behind it are not."""
    add_hours(scene.station)

    def lying(facts: Reading, periods: Mapping[str, Scope]) -> MonthNumbers:
        found = numbers_of(facts, periods)
        figures = dict(found.figures)
        figures["F04"] = replace(figures["F04"], month="5.50")
        return replace(found, figures=figures)

    monkeypatch.setattr("station_app.work.month_end.numbers_of", lying)
    good(month_end.sign(scene.station, MONTH))
    monkeypatch.undo()
    scene.send()
    verdict = scene.take().reports[scene.station.store.station][MONTH]
    assert [(d["key"], d["theirs"], d["ours"], d["count"]) for d in verdict.differs] == [("F04", "5.50", "4.50", 3)]
