"""Taking in at a station what another of its computers wrote: everything comes, gaps wait, forks are set aside."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from station_app.centre.opened import Centre, init_centre
from station_app.compose import OpenStation, open_station
from station_app.store import entries as e
from station_app.store import journal
from station_app.store.change import Edit
from station_app.store.opened import Store
from station_app.sync import bundle, opening
from station_app.sync.inbox import Inbox
from station_app.sync.outbox import sealed_part
from station_app.sync.taking import Took
from station_app.work import enrolment
from tests.sync.parts import PASSWORD, code_of, good


@dataclass
class Pair:
    """Two computers of one station, both enrolled, and the way into the first."""

    first: OpenStation
    second: OpenStation
    inbox: Inbox

    def sealed(self, low: int, high: int, withhold: bool = False, to: OpenStation | None = None) -> bytes:
        """The second computer's entries from ``low`` to ``high`` for the first."""
        keys = good(enrolment.device_keys((to or self.first).store))
        with self.second.store.database.reading() as connection:
            own = journal.device_named(connection, self.second.store.device)
            assert own is not None
            prev = journal.hash_at(connection, own.no, low - 1)
            assert prev is not None
            part = [(e.parse(line), h) for _s, h, line in journal.chain(connection, own.no, low, high)]
        if withhold:
            part = [(bundle.without_private(one), h) for one, h in part]
        enrolled = good(enrolment.identity(self.second))
        return sealed_part(part, prev, self.second.store.station, keys.recipient, enrolled, opening.now())

    def take(self, data: bytes) -> object:
        """What the first computer answers."""
        return self.inbox.bundle(data, opening.now())


@pytest.fixture
def pair(new: Path, tmp_path: Path, usb: Path) -> Iterator[Pair]:
    """Two enrolled computers of one station; the second has written five entries."""
    for name in ("first", "second"):
        shutil.copytree(new, tmp_path / name)
    opened = good(open_station(tmp_path / "second", None, lambda _name: PASSWORD))
    opened.store.take_new_identity()
    opened.close()
    first = good(open_station(tmp_path / "first", None, lambda _name: PASSWORD))
    second = good(open_station(tmp_path / "second", None, lambda _name: PASSWORD))
    centre: Centre = good(init_centre(tmp_path / "centre", "虚构市社工服务指导中心", PASSWORD))
    for one in (first, second):
        invited = good(centre.invite(one.store.station))
        good(enrolment.request(one, usb, invited.code, invited.fingerprint))
        good(centre.issue(usb))
        good(enrolment.request(one, usb, invited.code, invited.fingerprint))
    centre.close()
    for number in range(5):
        good(second.store.change([Edit("volunteer", {"name": f"孙虚构{number}"})], second.author, "add"))
    keys, roots = good(enrolment.device_keys(first.store)), good(enrolment.identity(first)).roots
    yield Pair(first, second, Inbox(first.store, first.blobs, keys, roots))
    first.close()
    second.close()


def _names(store: Store) -> set[object]:
    with store.reading() as reader:
        return {found.fields.get("name") for found in reader.all("volunteer")}


def test_everything_comes_private_fields_too(pair: Pair) -> None:
    told: list[frozenset[str]] = []
    pair.first.store.listeners.append(told.append)
    assert pair.take(pair.sealed(1, 5)) == Took(5, 5)
    assert _names(pair.first.store) == {f"孙虚构{n}" for n in range(5)}
    assert told == [frozenset({"volunteer"})], "screens refresh"
    with pair.first.store.reading() as reader:
        assert len(reader.find("孙虚构")) == 5
    assert pair.take(pair.sealed(1, 5)) == Took(0, 5)
    assert pair.take(pair.sealed(3, 5)) == Took(0, 5)
    good(pair.first.store.change([Edit("volunteer", {"name": "李虚构"})], pair.first.author, "add"))
    assert pair.first.store.check() == dict.fromkeys((pair.first.store.device, pair.second.store.device), "ok")
    assert not pair.first.store.differences()


def test_a_gap_waits_for_its_part(pair: Pair) -> None:
    assert code_of(pair.take(pair.sealed(4, 5))) == "gap"
    assert code_of(pair.take(pair.sealed(2, 3))) == "gap"
    assert pair.inbox.waiting(opening.now()) == 0
    assert pair.take(pair.sealed(1, 1)) == Took(1, 1)
    assert pair.inbox.waiting(opening.now()) == 4
    assert len(_names(pair.first.store)) == 5
    assert list((pair.first.folder / "inbox").iterdir()) == []


def test_what_waits_on_disk_is_not_readable(pair: Pair) -> None:
    assert code_of(pair.take(pair.sealed(4, 5))) == "gap"
    for path in (pair.first.folder / "inbox").iterdir():
        assert "孙虚构".encode() not in path.read_bytes()


def test_private_items_may_not_be_missing_between_computers(pair: Pair) -> None:
    assert code_of(pair.take(pair.sealed(1, 5, withhold=True))) == "withheld"
    assert code_of(pair.take(pair.sealed(1, 5, to=pair.second))) == "wrong_recipient"
    assert _names(pair.first.store) == set()


def test_a_second_history_is_set_aside(pair: Pair) -> None:
    assert pair.take(pair.sealed(1, 3)) == Took(3, 3)
    item = e.make_item("volunteer", "01a20c4a-6061-729e-9f4d-c3dc01a1ebd9", True, e.encode_body({"name": "另一个"}))
    with pair.second.store.database.reading() as connection:
        own = journal.device_named(connection, pair.second.store.device)
        assert own is not None
        third = next(journal.chain(connection, own.no, 3, 3))
        prev = journal.hash_at(connection, own.no, 2)
    assert prev is not None
    forged = e.make(e.parse(third[2]).head, bytes(16), [item])
    keys = good(enrolment.device_keys(pair.first.store))
    enrolled = good(enrolment.identity(pair.second))
    part = [(forged, e.entry_hash(prev, forged))]
    data = sealed_part(part, prev, pair.second.store.station, keys.recipient, enrolled, opening.now())
    assert code_of(pair.take(data)) == "fork"
    assert len(list((pair.first.folder / "quarantine").iterdir())) == 1
    assert _names(pair.first.store) == {"孙虚构0", "孙虚构1", "孙虚构2"}


def test_nobody_else_writes_our_own_chain(pair: Pair) -> None:
    """The second computer signs entries in the first one's name."""
    keys, enrolled = good(enrolment.device_keys(pair.first.store)), good(enrolment.identity(pair.second))
    with pair.first.store.database.reading() as connection:
        own = journal.device_named(connection, pair.first.store.device)
        assert own is not None
        line = next(journal.chain(connection, own.no, 1, 1))
    part = [(e.parse(line[2]), line[1])]
    data = sealed_part(part, e.NO_ENTRY, pair.first.store.station, keys.recipient, enrolled, opening.now())
    assert code_of(pair.take(data)) == "wrong_station"


def test_flipped_bits_are_refused(pair: Pair) -> None:
    import random

    data, chance = pair.sealed(1, 5), random.Random(3)
    for _number in range(200):
        changed = bytearray(data)
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        assert code_of(pair.take(bytes(changed))) in ("bad_format", "wrong_recipient")
    assert _names(pair.first.store) == set()
