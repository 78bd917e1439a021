"""Bundles that were changed, cut, swapped, doubled, reordered, forged or sent by the wrong hand: refused by name, nothing taken."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from station_app.compose import OpenStation
from station_app.store import entries as e
from station_app.store import journal
from station_app.sync import bundle, opening
from station_app.sync.outbox import sealed_part
from station_app.trust import sealing
from station_app.trust.certificates import Withdrawal
from station_app.trust.enrolment import Enrolled
from station_app.trust.keys import Identity
from station_app.work import enrolment, hand_in
from tests.centre.conftest import Scene
from tests.sync.parts import add_hours, code_of, good, new_station


@pytest.fixture
def database_url() -> None:
    """SQLite alone: a file that is refused never reaches a database."""


def _held(scene: Scene) -> int:
    with scene.centre.database.reading() as connection:
        one = journal.device_named(connection, scene.station.store.device)
    return 0 if one is None else one.seq


def _sent(scene: Scene) -> Path:
    add_hours(scene.station)
    return scene.to_centre / scene.send().bundles[0]


def _refusals(scene: Scene) -> list[str]:
    return [r.refused for r in scene.take().refused]


def test_500_flipped_bits_are_all_refused(scene: Scene) -> None:
    path = _sent(scene)
    whole, chance = path.read_bytes(), random.Random(7)
    at, station = opening.now(), scene.station.store.station
    for _number in range(500):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        assert code_of(scene.centre.inbox.take(bytes(data), station, path.name, at)) in (
            "bad_format",
            "wrong_recipient",
        )
    assert _held(scene) == 0
    assert scene.take().entries and _held(scene)


def test_flipped_bits_inside_the_encryption_are_all_refused(scene: Scene) -> None:
    """Who can encrypt to the centre (everybody can) still cannot change a bit of what was signed."""
    path = _sent(scene)
    keys, chance = scene.centre.authority.keys, random.Random(8)
    signed = good(sealing.decrypt(path.read_bytes(), keys.identity, sealing.BUNDLE_LIMIT))
    for _number in range(300):
        data = bytearray(signed)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        sealed = sealing.encrypt(bytes(data), [keys.recipient])
        refused = scene.centre.inbox.take(sealed, scene.station.store.station, path.name, opening.now())
        assert code_of(refused) in ("bad_format", "bad_signature", "not_enrolled")
    assert _held(scene) == 0


def test_cut_and_lengthened_files_are_refused(scene: Scene) -> None:
    path = _sent(scene)
    whole = path.read_bytes()
    for cut in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        assert _refusals(scene) == ["bad_format"], cut
    path.write_bytes(whole + b"x")
    assert _refusals(scene) == ["bad_format"]
    path.write_bytes(whole + bytes(1024 * 1024))
    assert _refusals(scene) == ["too_large"]
    assert _held(scene) == 0


def test_reordered_and_doubled_bundles_are_harmless(scene: Scene) -> None:
    """A39. Seen failing: entries we hold already not left out."""
    names = []
    for month in ("2024-03", "2024-04", "2024-05"):
        add_hours(scene.station, month=month)
        names = scene.send().bundles
    assert len(names) == 3
    parts = {name: (scene.to_centre / name).read_bytes() for name in names}
    for name in names:
        (scene.to_centre / name).unlink()
    for name in (names[2], names[1], names[2]):
        (scene.to_centre / name).write_bytes(parts[name])
        assert set(_refusals(scene)) == {"gap"}
    assert _held(scene) == 0
    for name in names[1:]:
        (scene.to_centre / name).unlink()
    (scene.to_centre / names[0]).write_bytes(parts[names[0]])
    taken = scene.take()
    assert not taken.refused and _held(scene) == scene.station.store.position()[scene.station.store.device]
    assert not list((scene.centre.folder / "waiting").glob("*/*")), "what waited is gone from the waiting place"
    for name, data in parts.items():
        (scene.to_centre / name).write_bytes(data)
    again = scene.take()
    assert again.entries == 0 and not again.refused
    assert scene.centre.check().ok


@pytest.fixture
def other(scene: Scene) -> Iterator[OpenStation]:
    """A second enrolled station."""
    made = new_station(scene.folder / "other", "02")
    scene.enrol(made)
    yield made
    made.close()


def _pairs(station: OpenStation) -> list[tuple[e.Entry, bytes]]:
    with station.store.database.reading() as connection:
        own = journal.device_named(connection, station.store.device)
        assert own is not None
        lines = journal.chain(connection, own.no)
        return [(bundle.without_private(e.parse(line)), digest) for _seq, digest, line in lines]


def test_a_rogue_station_cannot_speak_for_another(scene: Scene, other: OpenStation) -> None:
    """Signer, header and path are crossed in every way."""
    add_hours(scene.station)
    pairs = _pairs(scene.station)
    rogue, honest = good(enrolment.identity(other)), good(enrolment.identity(scene.station))
    centre, at = scene.centre.authority.keys.recipient, opening.now()
    name = bundle.bundle_name(scene.station.store.device, 1, len(pairs))
    a, b = scene.station.store.station, other.store.station

    def take(part: list[tuple[e.Entry, bytes]], says: str, by: Enrolled, path: str) -> str:
        data = sealed_part(part, e.NO_ENTRY, says, centre, by, at)
        return code_of(scene.centre.inbox.take(data, path, name, at))

    for says, by, path in ((a, rogue, a), (a, rogue, b), (b, rogue, b), (b, rogue, a), (b, honest, a), (a, honest, b)):
        assert take(pairs, says, by, path) == "wrong_station", (says, path)
    good_one = sealed_part(pairs, e.NO_ENTRY, a, centre, honest, at)
    assert code_of(scene.centre.inbox.take(good_one, a, name.replace("-1-", "-2-"), at)) == "wrong_station"
    assert _held(scene) == 0


def test_a_file_in_another_stations_folder_is_refused(scene: Scene, other: OpenStation) -> None:
    path = _sent(scene)
    elsewhere = path.parent.parent / other.store.station / path.name
    elsewhere.parent.mkdir()
    path.rename(elsewhere)
    assert _refusals(scene) == ["wrong_station"]


def test_what_is_meant_for_someone_else_is_refused(scene: Scene) -> None:
    add_hours(scene.station)
    pairs, enrolled, at = _pairs(scene.station), good(enrolment.identity(scene.station)), opening.now()
    station, stranger = scene.station.store.station, Identity.new()
    name = bundle.bundle_name(scene.station.store.device, 1, len(pairs))
    sealed = sealed_part(pairs, e.NO_ENTRY, station, stranger.recipient, enrolled, at)
    assert code_of(scene.centre.inbox.take(sealed, station, name, at)) == "wrong_recipient"
    inner = good(sealing.decrypt(sealed, stranger, sealing.BUNDLE_LIMIT))
    passed_on = sealing.encrypt(inner, [scene.centre.authority.keys.recipient])  # encrypted anew by its receiver
    assert code_of(scene.centre.inbox.take(passed_on, station, name, at)) == "wrong_recipient"


def test_an_open_item_left_out_is_refused(scene: Scene) -> None:
    add_hours(scene.station)
    enrolled, at = good(enrolment.identity(scene.station)), opening.now()
    pairs = _pairs(scene.station)
    entry, digest = pairs[-1]
    pairs[-1] = (e.leave_out(entry, lambda item: not item.private), digest)
    station, keys = scene.station.store.station, scene.centre.authority.keys
    data = sealed_part(pairs, e.NO_ENTRY, station, keys.recipient, enrolled, at)
    name = bundle.bundle_name(scene.station.store.device, 1, len(pairs))
    assert code_of(scene.centre.inbox.take(data, station, name, at)) == "withheld"


def test_a_withdrawn_computer_is_refused_unless_it_was_replaced_peacefully(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _sent(scene)
    monkeypatch.setenv("STATION_APP_NOW", (opening.now() + timedelta(days=2)).isoformat())
    assert good(scene.centre.revoke(scene.station.store.device, Withdrawal.CLOSED))
    assert scene.take().refused == []  # signed before the withdrawal: what a closed computer signed stays good
    add_hours(scene.station, month="2024-04")
    scene.send()
    assert _refusals(scene) == ["revoked"], "signed after it"
    assert good(scene.centre.revoke(path.name[:12], Withdrawal.LOST)) == scene.station.store.device
    assert _refusals(scene) == ["revoked", "revoked"], "a lost computer's word falls altogether"


def test_a_second_history_is_set_aside(scene: Scene) -> None:
    """A restored or copied computer writes other entries under the same numbers: quarantined, what we hold stays."""
    _sent(scene)
    before = _pairs(scene.station)
    scene.take()
    enrolled, at = good(enrolment.identity(scene.station)), opening.now()
    last = before[-1][0]
    changed = e.make(last.head, bytes(16), [i for i in last.items if i.body is not None])
    prev = before[-2][1]
    forked = [(changed, e.entry_hash(prev, changed))]
    station, recipient = scene.station.store.station, scene.centre.authority.keys.recipient
    data = sealed_part(forked, prev, station, recipient, enrolled, at)
    name = bundle.bundle_name(scene.station.store.device, last.head.seq, last.head.seq)
    (scene.to_centre / name).write_bytes(data)
    assert _refusals(scene) == ["fork"]
    assert list((scene.centre.folder / "quarantine" / station).iterdir())
    assert scene.centre.check().ok and _held(scene) == last.head.seq


def test_a_newer_schema_is_kept_for_after_the_update(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    add_hours(scene.station)
    monkeypatch.setattr(journal, "SCHEMA", 99)
    add_hours(scene.station, 1, month="2024-06")
    name = scene.send().bundles[0]
    monkeypatch.undo()
    assert _refusals(scene) == ["newer_schema"] and _held(scene) == 0
    monkeypatch.setattr(bundle, "SCHEMA", 99)  # the update
    (scene.to_centre / name).unlink()
    scene.take()
    assert _held(scene) == scene.station.store.position()[scene.station.store.device]


def test_a_receipt_is_believed_from_our_centre_only(scene: Scene, other: OpenStation) -> None:
    _sent(scene)
    scene.take()
    (path,) = scene.to_stations.glob("receipt-*")
    whole = path.read_bytes()
    chance = random.Random(9)
    for _number in range(20):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(bytes(data))
        received = scene.receive()
        assert not received.receipt
    identity = good(enrolment.device_keys(scene.station.store)).identity
    inner = good(sealing.decrypt(whole, identity, sealing.BUNDLE_LIMIT))
    line = good(sealing.verify_signed(inner, scene.centre.authority.roots, opening.now())).content
    rogue = good(enrolment.identity(other)).signer
    path.write_bytes(sealing.seal(line, rogue, [identity.recipient], opening.now()))
    received = scene.receive()
    assert [r.refused for r in received.refused] == ["wrong_station"] and not received.receipt
    path.write_bytes(whole)
    assert scene.receive().receipt


def test_the_receipt_of_a_longer_chain_is_a_fork(scene: Scene) -> None:
    """An older copy of the station gets a receipt for entries it does not have: it must not believe itself up to date."""
    import shutil

    from station_app.compose import open_station
    from tests.sync.parts import PASSWORD

    add_hours(scene.station)
    scene.station.close()
    shutil.copytree(scene.folder / "ready" / "station", scene.folder / "copy")
    scene.station = good(open_station(scene.folder / "ready" / "station", None, lambda _name: PASSWORD))
    add_hours(scene.station, month="2024-04")
    scene.send()
    scene.take()
    copy = good(open_station(scene.folder / "copy", None, lambda _name: PASSWORD))
    received = good(hand_in.receive_usb(copy, scene.usb))
    assert [r.refused for r in received.refused] == ["fork"] and not received.receipt
    copy.close()
