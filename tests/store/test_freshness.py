"""The guard of a store by itself: seals, witnesses, proof after a crash, two windows at once, and the clock (SECURITY A59)."""

import os
from pathlib import Path

import pytest
from sqlalchemy import update

import station_app.kinds  # noqa: F401  # every kind
from station_app import clock
from station_app.compose.opening import create_store, open_store
from station_app.kinds.base import KINDS
from station_app.messages import Refusal
from station_app.store import clocks, guard, journal
from station_app.store.change import Author, Done, Edit
from station_app.store.clocks import Wrong
from station_app.store.freshness import State, page_seal
from station_app.store.opened import Store

KEY = bytes(range(32))
AUTHOR = Author("00000000-0000-4000-8000-00000000000a")
NOW = 1_795_500_000_000  # 2026-11-24
HOUR = 3_600_000


def opened(file: Path) -> Store:
    """Opened as the program opens it."""
    store = open_store(file, KEY)
    assert isinstance(store, Store), store
    return store


def add(store: Store, name: str = "王虚构") -> str:
    """One ordinary edit; its entry."""
    done = store.change([Edit("resident", {"name": name})], AUTHOR, "add")
    assert isinstance(done, Done), done
    return done.entries[0]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A closed store with three entries."""
    path = tmp_path / "station" / "station.db"
    path.parent.mkdir()
    store = create_store(path, KEY, "15060210201")
    for name in ("王虚构", "李虚构", "张虚构"):
        add(store, name)
    store.close()
    return path


# ---------------------------------------------------------------------- seals and proof


def test_a_file_with_a_log_beside_it_has_no_seal(file: Path) -> None:
    assert page_seal(file) is not None
    file.with_name("station.db-wal").write_bytes(b"x")
    assert page_seal(file) is None
    assert page_seal(file.with_name("nothing.db")) is None


def test_a_store_that_was_not_closed_is_proven_and_goes_on(file: Path) -> None:
    """A crash is no attack: folded, compared, and writing goes on. Seen failing: unproven stores refused."""
    crashed = opened(file)
    add(crashed)
    crashed.database.close()  # as a killed process leaves it: no seal
    again = opened(file)
    assert again.guard.standing.state is State.PROVEN and again.guard.compared
    add(again)
    again.close()
    last = opened(file)
    assert last.guard._sealed
    last.close()


def test_a_large_store_is_proven_meanwhile_and_not_sealed_before(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It opens at once, may be written, and its file gets no seal until it is proven. Seen failing: sealed anyway."""
    monkeypatch.setattr(guard, "PROVE_AT_ONCE", 0)
    crashed = opened(file)
    add(crashed)
    crashed.database.close()
    store = opened(file)
    assert store.guard.standing.state is State.UNPROVEN and store.guard.due(store) and not store.guard.compared
    add(store)
    store.close()
    again = opened(file)
    assert again.guard.standing.state is State.UNPROVEN, "an unproven file was sealed"
    assert again.guard.prove(again).state is State.PROVEN and not again.guard.due(again)
    again.close()
    sealed = opened(file)
    assert sealed.guard.standing.state is State.PROVEN and sealed.guard.compared
    sealed.close()


def test_another_version_of_the_program_folds_anew(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An update may fold otherwise; that is no attack. Seen failing: the version not compared."""
    store = opened(file)
    store.guard.prove(store)
    with store.database.writing() as connection:
        connection.execute(update(KINDS["resident"].__table__).values(note="以前的算法"))  # type: ignore[arg-type]
    store.database.close()
    monkeypatch.setattr(guard, "__version__", "0.0.next")
    again = opened(file)
    assert again.guard.standing.state is State.PROVEN
    with again.reading() as reader:
        assert {found.fields.get("note") for found in reader.all("resident")} == {None}
    again.close()


def test_a_store_is_proven_every_week(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(file)
    store.guard.prove(store)
    assert not store.guard.due(store)
    then = clock.now_ms() + guard.PROVE_EVERY + 1
    monkeypatch.setattr(guard, "now_ms", lambda: then)
    assert store.guard.due(store)
    store.close()


def test_looking_writes_nothing(file: Path) -> None:
    """Reading and closing leaves file and anchors as they were. Seen failing: an anchor written at opening."""
    before, state = file.read_bytes(), Path(os.environ["XDG_STATE_HOME"])
    anchors = {path: path.read_bytes() for path in state.rglob("*.anchor")}
    assert len(anchors) == 1
    store = opened(file)
    with store.reading() as reader:
        assert reader.all("resident")
    store.close()
    assert file.read_bytes() == before and {path: path.read_bytes() for path in state.rglob("*.anchor")} == anchors


def test_two_windows_on_one_store_go_on_together(file: Path) -> None:
    """Each sees that the other wrote, and neither takes it for an older file."""
    one, two = opened(file), opened(file)
    for _n in range(3):
        add(one)
        add(two)
    assert one.device == two.device and one.position() == {one.device: 9}
    one.close()
    two.close()
    last = opened(file)
    assert last.guard.standing.state is State.PROVEN
    last.close()


def test_where_nothing_can_be_remembered_outside_it_is_said(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "no folder").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "no folder"))
    store = opened(file)
    add(store)
    assert not store.guard.outside
    store.close()


def test_the_anchor_never_leads(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry whose transaction fails is not remembered. Seen failing: remembered before the commit."""
    store = opened(file)
    op = "0f9f1c1e-0000-4000-8000-00000000000b"
    assert isinstance(store.change([Edit("resident", {"name": "成了"})], AUTHOR, "add", op=op), Done)
    here = store.position()[store.device]

    def full(*_given: object, **_named: object) -> None:
        raise OSError("disk I/O error")

    with monkeypatch.context() as broken:
        broken.setattr(journal, "append", full)
        assert isinstance(store.change([Edit("resident", {"name": "不成"})], AUTHOR, "add"), Refusal)
    # a repeated operation makes no entry, so there is nothing to remember: least of all the one that failed
    assert isinstance(store.change([Edit("resident", {"name": "成了"})], AUTHOR, "add", op=op), Done)
    assert store.guard.keeper is not None
    assert max(known.seq for known in store.guard.keeper.known(store.device)) == here
    store.close()


# ---------------------------------------------------------------------- the clock


class Clock:
    """A wall clock that a test sets, and one that nobody sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall, self.steady = NOW, 1_000_000
        for module in ("station_app.store.clocks", "station_app.store.change", "station_app.store.guard"):
            monkeypatch.setattr(f"{module}.now_ms", lambda: self.wall)
        monkeypatch.setattr("station_app.store.clocks.steady_ms", lambda: self.steady)

    def runs(self, ms: int) -> None:
        """Time passes."""
        self.wall += ms
        self.steady += ms


@pytest.fixture
def turned(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock."""
    return Clock(monkeypatch)


@pytest.fixture
def store(turned: Clock, tmp_path: Path) -> Store:
    """A new store under that clock."""
    (tmp_path / "clocked").mkdir()
    return create_store(tmp_path / "clocked" / "station.db", KEY, "15060210201")


def whys(found: list[clocks.Mark]) -> list[str]:
    """What is wrong."""
    return [mark.why for mark in found]


def test_time_that_passes_is_no_step(store: Store, turned: Clock) -> None:
    """A night's sleep, a week: both clocks ran. Seen failing: a clock that stands while the computer sleeps."""
    for hours in (0, 1, 12, 24 * 7, 24 * 60):
        turned.runs(hours * HOUR)
        add(store)
    assert clocks.marks(store) == []
    store.close()


def test_a_clock_that_is_set_forward_is_marked(store: Store, turned: Clock) -> None:
    """A59: +400 days while the program runs. Seen failing: ``_offset`` never set."""
    first = add(store)
    turned.wall += 400 * 24 * HOUR
    turned.runs(1_000)
    late = add(store)
    (mark,) = clocks.doubts(store)
    assert (mark.why, mark.first, mark.last) == (Wrong.STEPPED, 2, None) and mark.sentence
    assert clocks.concerns([mark], late) and not clocks.concerns([mark], first)
    turned.wall -= 400 * 24 * HOUR  # put right: what was written meanwhile stays marked
    turned.runs(1_000)
    add(store)
    assert whys(clocks.doubts(store)) == [Wrong.BEHIND] and whys(clocks.marks(store)) == [Wrong.STEPPED, Wrong.BEHIND]
    store.close()


@pytest.mark.parametrize("minutes", [-2, 2])
def test_a_clock_that_is_corrected_a_little_is_not_marked(store: Store, turned: Clock, minutes: int) -> None:
    add(store)
    turned.wall += minutes * 60_000
    add(store)
    assert clocks.marks(store) == []
    store.close()


def test_a_clock_behind_what_was_written_is_marked_and_nothing_is_lost(store: Store, turned: Clock) -> None:
    """A59: -400 days, in the next session. Order is the numbers'; the entries are there. Seen failing: BEHIND left out."""
    file = store.folder / "station.db"
    add(store)
    store.close()
    turned.wall -= 400 * 24 * HOUR
    again = opened(file)
    assert whys(clocks.doubts(again)) == [Wrong.BEHIND]
    entries = [add(again), add(again)]
    assert [int(entry.rpartition(":")[2]) for entry in entries] == [2, 3]
    assert all(clocks.concerns(clocks.marks(again), entry) for entry in entries)
    assert set(again.check().values()) == {"ok"} and again.differences() == []
    turned.wall += 400 * 24 * HOUR + HOUR
    right = add(again)
    assert clocks.doubts(again) == [] and not clocks.concerns(clocks.marks(again), right)
    again.close()


@pytest.mark.parametrize("wall", [1_000_000, 978_307_200_000, 5_000_000_000_000])
def test_an_impossible_year_is_marked(store: Store, turned: Clock, wall: int) -> None:
    """An empty battery: 1970, 2001; or 2128."""
    turned.wall = wall
    add(store)
    assert Wrong.YEAR in whys(clocks.doubts(store)) and all(mark.sentence for mark in clocks.doubts(store))
    store.close()


def test_a_person_who_looked_ends_the_doubt(store: Store, turned: Clock) -> None:
    """After an empty battery was followed by a wrong year and put right, months are not asked for ever."""
    turned.wall += 400 * 24 * HOUR
    add(store)
    turned.wall -= 400 * 24 * HOUR
    add(store)
    assert clocks.doubts(store)
    clocks.confirm(store, store.position()[store.device])
    file, turned.wall = store.folder / "station.db", turned.wall + HOUR
    store.close()
    again = opened(file)
    add(again)
    assert clocks.doubts(again) == [] and clocks.marks(again)
    turned.wall -= 3 * HOUR
    add(again)
    assert whys(clocks.doubts(again)) == [Wrong.BEHIND], "before the moment a person confirmed"
    again.close()


def acknowledged(store: Store, upto: int, server_time: int) -> None:
    """A receipt says how far and when."""
    with store.database.reading() as connection:
        digest = journal.hash_at(connection, 1, upto)
    assert digest is not None
    store.keep(f"acknowledged/{store.device}", f'[{upto}, "{digest.hex()}", {server_time}]'.encode())
    clocks.told_by_centre(store, upto, server_time)


def test_a_receipt_shows_that_a_clock_was_ahead(store: Store, turned: Clock) -> None:
    """The centre held on Monday what claims to be of next year. Seen failing: ``told_by_centre`` left out."""
    entries = [add(store)]
    turned.wall += 400 * 24 * HOUR
    entries += [add(store), add(store)]
    acknowledged(store, 3, NOW + HOUR)
    ahead = [mark for mark in clocks.marks(store) if mark.why == Wrong.AHEAD]
    assert [(mark.first, mark.last) for mark in ahead] == [(2, 3)] and not clocks.concerns(ahead, entries[0])
    acknowledged(store, 3, NOW + HOUR)
    assert len([mark for mark in clocks.marks(store) if mark.why == Wrong.AHEAD]) == 1
    store.close()


@pytest.mark.parametrize("days", [0, 3, 60])
def test_a_receipt_that_travelled_is_no_accusation(store: Store, turned: Clock, days: int) -> None:
    """Sticks take weeks: our clock later than the centre's word is how it must be."""
    add(store)
    acknowledged(store, 1, NOW + HOUR)
    turned.runs(days * 24 * HOUR + 2 * HOUR)
    add(store)
    assert clocks.marks(store) == []
    store.close()


def test_a_clock_before_the_centres_word_is_behind(store: Store, turned: Clock) -> None:
    """The receipt is here already, and our clock says it will be signed next week."""
    add(store)
    file = store.folder / "station.db"
    acknowledged(store, 1, NOW + 7 * 24 * HOUR)
    store.close()
    again = opened(file)
    assert whys(clocks.doubts(again)) == [Wrong.BEHIND]
    again.close()


def test_the_steady_clock_runs() -> None:
    first = clock.steady_ms()
    assert 0 <= clock.steady_ms() - first < 60_000


def test_a_clock_held_for_a_demonstration_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATION_APP_NOW", "2026-11-24T08:00:00")
    ran: list[int] = [0]
    monkeypatch.setattr("station_app.store.clocks.steady_ms", lambda: ran[0])
    (tmp_path / "held").mkdir()
    store = create_store(tmp_path / "held" / "station.db", KEY, "15060210201")
    for hours in (1, 2, 30):
        ran[0] = hours * HOUR
        add(store)
    assert clocks.marks(store) == []
    store.close()
