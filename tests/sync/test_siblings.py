"""The station's other computers: everything reaches each of them, directly, through a third one, or through the centre."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from station_app.centre.opened import Centre, init_centre
from station_app.compose import OpenStation, open_station
from station_app.store import journal
from station_app.store.change import Edit
from station_app.store.engine import Database
from station_app.sync import opening
from station_app.sync.bundle import short
from station_app.sync.receipts import Received
from station_app.sync.siblings import Siblings
from station_app.trust.certificates import Withdrawal
from station_app.work import enrolment, hand_in
from tests.sync.parts import PASSWORD, good


@dataclass
class Family:
    """One station's computers and their centre; each next computer begins with a copy of the first."""

    folder: Path
    centre: Centre
    computers: list[OpenStation] = field(default_factory=list)

    def enrol(self, one: OpenStation, usb: Path) -> None:
        """Certificate and pinned roots, over the stick."""
        invited = good(self.centre.invite(one.store.station))
        good(enrolment.request(one, usb, invited.code, invited.fingerprint))
        good(self.centre.issue(usb))
        good(enrolment.request(one, usb, invited.code, invited.fingerprint))

    def copied(self, name: str, source: OpenStation, usb: Path) -> OpenStation:
        """Another computer, from a copy of this one as a backup holds it."""
        target = self.folder / name
        shutil.copytree(source.folder, target)
        opened = good(open_station(target, None, lambda _name: PASSWORD))
        opened.store.take_new_identity()
        self.computers.append(opened)
        self.enrol(opened, usb)
        return opened


def carry(station: OpenStation, usb: Path) -> Received:
    """What a clerk does with the stick: take in, send."""
    received = good(hand_in.receive_usb(station, usb))
    good(hand_in.send_usb(station, usb))
    return received


def rows(database: Database, station: str) -> dict[str, int]:
    with database.reading() as connection:
        return journal.position(connection, station)


def names(station: OpenStation) -> set[object]:
    with station.store.reading() as reader:
        return {found.fields.get("name") for found in reader.all("volunteer")}


def write(station: OpenStation, *people: str) -> list[str]:
    return [
        good(station.store.change([Edit("volunteer", {"name": name})], station.author, "add")).records[0]
        for name in people
    ]


@pytest.fixture
def family(new: Path, tmp_path: Path, usb: Path) -> Iterator[Family]:
    """Two computers: the second from a copy of the first, both enrolled, both have sent once."""
    centre = good(init_centre(tmp_path / "centre", "虚构市社工服务指导中心", PASSWORD))
    found = Family(tmp_path, centre)
    shutil.copytree(new, tmp_path / "first")
    first = good(open_station(tmp_path / "first", None, lambda _name: PASSWORD))
    found.computers.append(first)
    found.enrol(first, usb)
    write(first, "赵虚构")
    found.copied("second", first, usb)
    for one in (*found.computers, *found.computers):
        carry(one, usb)
    yield found
    for one in found.computers:
        one.close()
    centre.close()


def on_stick(usb: Path, form: str = "*-from-*") -> list[str]:
    return sorted(path.name for path in usb.glob(f"station-app/to-stations/*/{form}"))


def test_two_computers_exchange_everything_and_then_fall_silent(family: Family, usb: Path) -> None:
    """Names, numbers, blobs; once acknowledged nothing is sent again, and the stick is tidied.

    Seen failing: ``position note`` not taken (``Inbox.note``), so that the same bundles went out for ever.
    """
    first, second = family.computers
    photo = first.blobs.put(b"photo" * 1000)
    person = write(first, "钱虚构")[0]
    write(second, "孙虚构")
    carry(first, usb)
    assert on_stick(usb) != []
    carry(second, usb)
    carry(first, usb)
    assert names(first) == names(second) == {"赵虚构", "钱虚构", "孙虚构"}
    carry(second, usb)
    carry(first, usb)
    assert on_stick(usb) == [] and on_stick(usb, "*.blob") == []
    before = {d.device: d.seq for d in _family(first)}
    for _again in range(3):
        assert carry(second, usb).entries == 0
        assert carry(first, usb).entries == 0
        assert on_stick(usb) == []
    assert {d.device: d.seq for d in _family(first)} == before, "exchanging writes no entries of its own"
    assert first.store.differences() == second.store.differences() == []
    assert person and photo


def _family(station: OpenStation) -> list[journal.Device]:
    with station.store.database.reading() as connection:
        return journal.devices(connection, station.store.station)


def test_nothing_unacknowledged_is_taken_off_the_stick(family: Family, usb: Path) -> None:
    """The first computer sends again and again before the second has said a word."""
    first, second = family.computers
    write(first, "钱虚构")
    good(hand_in.send_usb(first, usb))
    lying = on_stick(usb)
    write(first, "李虚构")
    good(hand_in.send_usb(first, usb))
    assert set(lying) < set(on_stick(usb))
    shutil.rmtree(usb / "station-app")  # the stick is lost
    good(hand_in.send_usb(first, usb))
    carry(second, usb)
    assert names(second) == {"赵虚构", "钱虚构", "李虚构"}


def test_a_third_computer_gets_what_it_never_met(family: Family, usb: Path, tmp_path: Path) -> None:
    """The first never meets the third: the second passes its entries on, proven by the first one's vouchers.

    Seen failing: vouchers of taken bundles not kept (``Inbox.bundle``).
    """
    first, second = family.computers
    third = family.copied("third", second, usb)
    other = tmp_path / "other-stick"
    other.mkdir()
    shutil.copytree(usb / "station-app" / "certificates", other / "station-app" / "certificates")
    write(first, "钱虚构")
    write(first, "周虚构")
    carry(first, usb)
    carry(second, usb)
    carry(third, other)  # says what it holds
    carry(second, other)
    carry(third, other)
    assert names(third) == {"赵虚构", "钱虚构", "周虚构"}
    assert third.store.check() == dict.fromkeys(third.store.check(), "ok")
    write(third, "吴虚构")
    carry(third, other)
    carry(second, other)
    carry(second, usb)
    carry(first, usb)
    assert names(first) == names(third)


def test_the_entries_of_a_lost_computer_reach_the_others_from_a_backup_of_it(family: Family, usb: Path) -> None:
    """The first wrote, vouched and was backed up; it never met anyone again. Its copy speaks for what it had written."""
    first, second = family.computers
    write(first, "钱虚构")
    Siblings(first.store, first.blobs, good(enrolment.identity(first))).vouch(opening.now())
    again = family.copied("restored", first, usb)
    first.close()
    family.computers.remove(first)
    carry(again, usb)
    carry(second, usb)
    carry(again, usb)
    carry(second, usb)
    assert names(second) == {"赵虚构", "钱虚构"}


def test_the_centre_passes_on_unread(family: Family, usb: Path, tmp_path: Path) -> None:
    """Two sticks that never meet: each only goes to the centre. The centre learns no name on the way."""
    first, second = family.computers
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    write(first, "钱虚构")
    write(second, "孙虚构")
    for _round in range(3):
        for one, stick in ((first, here), (second, there)):
            carry(one, stick)
            good(family.centre.take(stick))
            good(hand_in.receive_usb(one, stick))
    assert names(first) == names(second) == {"赵虚构", "钱虚构", "孙虚构"}
    for path in (tmp_path / "centre").rglob("*"):
        if path.is_file():
            assert "钱虚构".encode() not in path.read_bytes(), path
    for one, stick in ((first, here), (second, there), (first, here)):
        carry(one, stick)
        good(family.centre.take(stick))
    assert list((tmp_path / "centre" / "passing").rglob("*-from-*")) == [], "forgotten when it is held"


def test_a_private_photo_reaches_the_sibling_and_not_the_centre(family: Family, usb: Path) -> None:
    """Blobs named in private items are the station's own affair."""
    first, second = family.computers
    named = _photo(first)
    carry(first, usb)
    assert on_stick(usb, "*-for-*.blob") == [f"{named}-for-{short(second.store.device)}.blob"]
    carry(second, usb)
    assert second.blobs.get(named) == b"photo" * 500
    carry(second, usb)
    carry(first, usb)
    assert on_stick(usb, "*.blob") == []


def _photo(station: OpenStation) -> str:
    from station_app.kinds import KINDS
    from tests.conformance.examples import made

    kind, name = next(
        (k.kind_name, f.name)
        for k in KINDS.classes()
        for f in k.fields.values()
        if f.meaning.name == "blob" and k.merge == "by_field"
    )
    digest = station.blobs.put(b"photo" * 500)
    record = made(station.store, kind)
    good(station.store.change([Edit(kind, {name: digest}, record)], station.author, "set"))
    return digest


def test_a_withdrawn_computer_gets_nothing_more(family: Family, usb: Path) -> None:
    """A lost laptop: the list on the stick takes its certificate away. Seen failing: revocation not asked (``_verified``)."""
    first, second = family.computers
    good(family.centre.revoke(second.store.device, Withdrawal.LOST))
    good(family.centre.take(usb))  # the newer list
    good(hand_in.receive_usb(first, usb))
    shutil.rmtree(usb / "station-app" / "to-stations")
    write(first, "钱虚构")
    good(hand_in.send_usb(first, usb))
    assert on_stick(usb) == []


@pytest.mark.parametrize("harm", ["flip", "cut", "double", "swap"])
def test_harmed_bundles_between_computers_are_refused_and_come_again(family: Family, usb: Path, harm: str) -> None:
    """A38: nothing of a harmed file is taken; the next stick brings it whole."""
    first, second = family.computers
    write(first, "钱虚构", "周虚构")
    good(hand_in.send_usb(first, usb))
    lying = usb.glob(f"station-app/to-stations/*/{short(second.store.device)}-from-{short(first.store.device)}-*")
    path = max(lying, key=lambda p: int(p.stem.rpartition("-")[2]))
    data = path.read_bytes()
    spoil: dict[str, Callable[[], bytes]] = {
        "flip": lambda: data[:-20] + bytes([data[-20] ^ 1]) + data[-19:],
        "cut": lambda: data[: len(data) // 2],
        "double": lambda: data + data,
        "swap": lambda: next(usb.glob("station-app/to-stations/*/position-*")).read_bytes(),
    }
    path.write_bytes(spoil[harm]())
    received = good(hand_in.receive_usb(second, usb))
    assert names(second) == {"赵虚构"} and received.entries == 0
    good(hand_in.send_usb(first, usb))
    assert good(hand_in.receive_usb(second, usb)).entries > 0
    assert names(second) == {"赵虚构", "钱虚构", "周虚构"}


def test_a_computer_cannot_speak_for_another_without_its_voucher(family: Family, usb: Path) -> None:
    """The second signs entries in the first one's name: its own voucher does not prove them.

    Seen failing: ``carried_rightly`` asking only whether the packer is of the station.
    """
    from station_app.store import entries as e
    from station_app.sync.inbox import Inbox
    from station_app.sync.outbox import sealed_part
    from tests.sync.parts import code_of

    first, second = family.computers
    third = family.copied("third", second, usb)
    keys, roots = good(enrolment.device_keys(third.store)), good(enrolment.identity(third)).roots
    held = next(d for d in _family(third) if d.device == first.store.device)
    item = e.make_item("volunteer", "01a20c4a-6061-729e-9f4d-c3dc01a1ebd9", True, e.encode_body({"name": "另一个"}))
    head = e.Head(
        first.store.device, held.seq + 1, held.time, {}, "x", "add", None, 1, "01a20c4a-6061-729e-9f4d-c3dc01a1ebd8"
    )
    forged = e.make(head, bytes(16), [item])
    part = [(forged, e.entry_hash(held.hash, forged))]
    data = sealed_part(
        part, held.hash, first.store.station, keys.recipient, good(enrolment.identity(second)), opening.now()
    )
    assert code_of(Inbox(third.store, third.blobs, keys, roots).bundle(data, opening.now())) == "wrong_station"
    assert "另一个" not in names(third)


def test_users_of_the_other_computer_are_known_by_name(family: Family, usb: Path) -> None:
    """A user who exists on the second computer only stands in the first one's history by name; the centre learns none."""
    first, second = family.computers
    made = good(second.vault.add(second.unlocked, "斯琴", "worker", PASSWORD))
    from station_app.store.change import Author

    good(second.store.change([Edit("volunteer", {"name": "孙虚构"})], Author(made.id, "worker"), "add"))
    carry(second, usb)
    carry(first, usb)
    assert first.user_name(made.id) == "斯琴"
    assert first.user_name("nobody") == "nobody"
    good(family.centre.take(usb))
    with family.centre.database.reading() as connection:
        from sqlalchemy import text

        assert connection.execute(text("SELECT count(*) FROM account WHERE name IS NOT NULL")).scalar_one() == 0
    assert first.store.conflicts() == second.store.conflicts() == []


def test_what_a_lost_computer_wrote_reaches_the_centre_through_another(
    family: Family, usb: Path, tmp_path: Path
) -> None:
    """The first never gets to the centre again; the second brings its entries, names withheld, proven by its vouchers.

    Seen failing: ``for_centre`` left out of ``_send`` (found by the machine: an erasure never reached the centre).
    """
    first, second = family.computers
    centre_stick = tmp_path / "to-the-city"
    centre_stick.mkdir()
    carry(second, centre_stick)
    good(family.centre.take(centre_stick))
    write(first, "钱虚构")
    carry(first, usb)
    carry(second, usb)
    good(hand_in.receive_usb(second, centre_stick))
    good(hand_in.send_usb(second, centre_stick))
    good(family.centre.take(centre_stick))
    held = rows(family.centre.database, first.store.station)
    assert held[first.store.device] == rows(first.store.database, first.store.station)[first.store.device]
    for path in (tmp_path / "centre").rglob("*"):
        if path.is_file():
            assert "钱虚构".encode() not in path.read_bytes(), path
    good(hand_in.receive_usb(second, centre_stick))
    good(hand_in.send_usb(second, centre_stick))
    assert list(centre_stick.glob("station-app/to-centre/*/*.bundle")) == [], "acknowledged, so it need not travel"
    assert family.centre.check().ok


def test_verify_knows_what_lies_between_computers(family: Family, usb: Path, tmp_path: Path) -> None:
    """A position note, and a chain packed by another computer than its writer's: valid; a bit changed: not."""
    from station_app.trust.keys import Identity
    from station_app.work.verifying import check_file

    first, second = family.computers
    third = family.copied("third", second, usb)
    carry(third, usb)
    write(first, "钱虚构")
    carry(first, usb)
    carry(second, usb)
    shutil.rmtree(usb / "station-app" / "to-stations")
    good(hand_in.send_usb(second, usb))
    keys = good(enrolment.device_keys(third.store))
    pems = [third.store.fact("roots") or b""]
    assert isinstance(keys.identity, Identity)
    (note,) = usb.glob("station-app/to-stations/*/position-*")
    passed_on = next(
        usb.glob(f"station-app/to-stations/*/{short(third.store.device)}-from-{short(first.store.device)}-*")
    )
    for path, what in ((note, "position"), (passed_on, "bundle")):
        checked = check_file(path, pems, [keys.identity])
        assert (checked.what, checked.valid, checked.problems) == (what, True, ())
        assert checked.signer is not None and checked.signer.device == second.store.device
        data = path.read_bytes()
        path.write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
        assert not check_file(path, pems, [keys.identity]).valid
