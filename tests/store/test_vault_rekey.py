"""Changing the data key: nothing lost, nothing of the old key left, whole after a kill at any step, and who was disabled sees nothing new."""

import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from station_app.compose import (
    OpenStation,
    add_user,
    back_up,
    change_key,
    create_station,
    disable_user,
    drill,
    open_station,
)
from station_app.messages import Refusal
from station_app.store import blobs, files, rekey, vault, vault_file
from station_app.store.alone import alone
from station_app.store.change import Edit
from station_app.store.engine import open_sqlite
from station_app.store.refusals import StoreRefusal
from station_app.store.vault import FILE, Unlocked, Vault
from station_app.work.backing_up import TURN

HEAD, WORKER, CLERK = "乔站长", "王社工", "李文员"
PASSWORD = "three plain words 2026"
PHOTO = bytes(range(256)) * 40


@pytest.fixture
def station(tmp_path: Path) -> Iterator[OpenStation]:
    """An open station of three users with a resident and two blobs."""
    made = create_station(tmp_path / "data", "罕台镇社工站", "150602101", "01", HEAD, PASSWORD)
    assert not isinstance(made, Refusal), made.message
    opened = made.station
    for name, role in ((WORKER, "worker"), (CLERK, "clerk")):
        assert not isinstance(add_user(opened, name, role, PASSWORD), Refusal)
    _write(opened, "李桂花")
    opened.blobs.put(PHOTO)
    opened.blobs.put(PHOTO[::-1])
    yield opened
    opened.close()


def _write(opened: OpenStation, name: str) -> None:
    done = opened.store.change([Edit("resident", {"name": name})], opened.author, "new")
    assert not isinstance(done, Refusal), done.message


def _names(opened: OpenStation) -> set[str]:
    with opened.store.reading() as reader:
        return {str(found.fields["name"]) for found in reader.all("resident")}


def _open(folder: Path, name: str = HEAD) -> OpenStation | str:
    opened = open_station(folder, name, lambda _name: PASSWORD)
    return opened.code.value if isinstance(opened, Refusal) else opened


def _opened(folder: Path, name: str = HEAD) -> OpenStation:
    opened = _open(folder, name)
    assert isinstance(opened, OpenStation), opened
    return opened


def _whole(opened: OpenStation, key: bytes) -> None:
    """Everything is there, under this key."""
    assert opened.unlocked.key == key and _names(opened) == {"李桂花"}
    assert opened.store.check() == {opened.store.device: "ok"} and opened.store.differences() == []
    with opened.store.reading() as reader:
        assert reader.get("resident", reader.ids("resident")[0]) is not None
    for content in (PHOTO, PHOTO[::-1]):
        assert opened.blobs.get(hashlib.sha256(content).hexdigest()) == content


def test_a_new_key_under_an_open_station(station: OpenStation) -> None:
    """The open station goes on under it; the old key opens neither database nor any blob; everyone opens with their password.

    Seen failing: with ``renew`` left out (blobs under the old key), with the engines not exchanged (writes went to a file that
    was no longer there)."""
    folder, old = station.folder, station.unlocked.key
    assert change_key(station) is None
    new = station.unlocked.key
    assert new != old
    _whole(station, new)
    _write(station, "张三")
    assert not rekey.opens(folder / "station.db", old) and rekey.opens(folder / "station.db", new)
    stale = blobs.Blobs(folder, old)
    assert all(stale.get(path.name) is None for path in stale.folder.glob("??/*"))
    assert not list(folder.glob("*.next*"))
    station.close()
    for name in (HEAD, WORKER, CLERK):
        opened = _opened(folder, name)
        assert _names(opened) == {"李桂花", "张三"} and opened.unlocked.retired == (old,)
        opened.close()


def test_who_was_disabled_opens_their_old_copy_and_nothing_newer(station: OpenStation, tmp_path: Path) -> None:
    """Their copy of the files stays theirs; neither it nor any mixture of old and new files shows what came later.

    Seen failing: with ``disable`` alone, the old vault beside the new database showed everything."""
    folder, copy = station.folder, tmp_path / "copy"
    station.close()
    shutil.copytree(folder, copy)
    head = _opened(folder)
    done = disable_user(head, WORKER)
    assert not isinstance(done, Refusal) and done.waits is None and not done.user.active
    _write(head, "后来的人")
    secret = head.blobs.put(b"later photo")
    head.close()
    assert _open(folder, WORKER) == "unknown_user"
    theirs = _opened(copy, WORKER)
    assert _names(theirs) == {"李桂花"}
    key = theirs.unlocked.key
    theirs.close()
    mixed = tmp_path / "mixed"
    shutil.copytree(folder, mixed)
    shutil.copy(copy / FILE, mixed / FILE)
    assert _open(mixed, WORKER) == "vault_damaged"
    assert not rekey.opens(folder / "station.db", key) and blobs.Blobs(folder, key).get(secret) is None


def test_only_a_head_and_only_when_nobody_else_has_it_open(station: OpenStation) -> None:
    """Another window would go on writing into a file that is no longer there. Seen failing: without ``hold``."""
    folder, old = station.folder, station.unlocked.key
    clerk = _opened(folder, CLERK)
    for refused in (change_key(clerk), disable_user(clerk, WORKER)):
        assert isinstance(refused, Refusal) and refused.code is StoreRefusal.NOT_ALLOWED
    for refused in (change_key(station), disable_user(station, WORKER)):
        assert isinstance(refused, Refusal) and refused.code is StoreRefusal.OPEN_ELSEWHERE
    assert station.unlocked.key == old and {u.name for u in station.vault.users() if u.active} == {HEAD, WORKER, CLERK}
    clerk.close()
    assert change_key(station) is None


def test_readers_on_other_threads_wait_and_go_on(station: OpenStation) -> None:
    """Lists that are being read while the key is changed are read to the end. Seen failing: without the gate (closed connections)."""
    stop, wrong, read = threading.Event(), list[BaseException](), [0]

    def look() -> None:
        while not stop.is_set():
            try:
                assert _names(station) == {"李桂花"}
                read[0] += 1
            except BaseException as error:  # noqa: BLE001  # whatever goes wrong in a thread must reach the test
                wrong.append(error)
                return

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _again in range(2):
            assert change_key(station) is None
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert wrong == [] and read[0] > 0


# ---------------------------------------------------------------------- killed at every step


class Steps:
    """Counts what reaches the disk while a key is changed, and kills the process before the n-th such step."""

    def __init__(self, kill_at: int) -> None:
        self.count, self.kill_at = 0, kill_at

    def step(self) -> None:
        """One step."""
        self.count += 1
        if self.count == self.kill_at:
            os._exit(9)

    def around(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, a step before it: the moment after it is the moment before the next."""

        def stepping(*arguments: Any, **named: Any) -> Any:
            self.step()
            return work(*arguments, **named)

        return stepping


def _changing(folder: Path, kill_at: int) -> int:
    """In a child: open, change the key, die at a step. Returns the exit code: 9 killed, 0 finished."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        opened = _opened(folder)
        steps = Steps(kill_at)
        rekey.os.replace = steps.around(os.replace)  # type: ignore[attr-defined]
        files.os.fsync = steps.around(os.fsync)  # type: ignore[attr-defined]
        rekey._exported = steps.around(rekey._exported)
        rekey._clear = steps.around(rekey._clear)
        blobs.write_whole = steps.around(files.write_whole)  # type: ignore[attr-defined]
        vault.write_whole = steps.around(files.write_whole)  # type: ignore[attr-defined]
        os._exit(0 if change_key(opened) is None else 5)
    except BaseException:  # noqa: BLE001  # a child of pytest must not go on as pytest
        os._exit(7)


def test_killed_at_any_step_either_key_opens_everything(station: OpenStation, tmp_path: Path) -> None:
    """The next opening, by anyone, finishes what was begun: one key for database, blobs and vault, and every row there.

    Seen failing: with the vault finished before the blobs were renewed."""
    folder, old = station.folder, station.unlocked.key
    station.close()
    killed = finished = 0
    for kill_at in range(1, 200, 1 if os.environ.get("STATION_APP_LONG") else 3):
        work = tmp_path / f"k{kill_at}"
        shutil.copytree(folder, work)
        code = _changing(work, kill_at)
        assert code in (0, 9), code
        between = Vault.load(work)
        assert not isinstance(between, Refusal)
        opened = _opened(work, (WORKER, HEAD, CLERK)[kill_at % 3])
        begun = between._state.coming is not None or between._state.number == 2
        assert (opened.unlocked.key != old) == begun and opened.unlocked.coming is None
        _whole(opened, opened.unlocked.key)
        if begun:
            stale = blobs.Blobs(work, old)
            assert all(stale.get(path.name) is None for path in stale.folder.glob("??/*"))
            assert opened.unlocked.retired == (old,)
        assert not list(work.glob("*.next*"))
        opened.close()
        shutil.rmtree(work)
        killed, finished = killed + (code == 9), finished + (code == 0)
        if code == 0:
            break
    assert finished == 1 and killed > 6, "the harness hit something"


def test_a_disk_without_room_leaves_the_old_key_and_the_next_opening_goes_on(
    station: OpenStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user is disabled at once; the key follows when there is room. Work goes on meanwhile, under the old key."""
    folder, old = station.folder, station.unlocked.key
    with monkeypatch.context() as patch:
        patch.setattr(rekey.shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(1, 1, 0))  # type: ignore[attr-defined]
        done = disable_user(station, WORKER)
        assert not isinstance(done, Refusal) and done.waits is not None and done.waits.code is StoreRefusal.NO_ROOM
        assert station.unlocked.key == old
        _whole(station, old)
        late = station.blobs.put(b"put meanwhile")
        assert not isinstance(add_user(station, "新人", "clerk", PASSWORD), Refusal)
        station.close()
        again = _opened(folder, CLERK)
        assert again.unlocked.key == old, "still no room: opens all the same"
        again.close()
    opened = _opened(folder, "新人")
    assert opened.unlocked.key != old and opened.blobs.get(late) == b"put meanwhile"
    opened.close()
    assert _open(folder, WORKER) == "unknown_user"


def test_an_older_list_of_users_put_back_is_noticed(station: OpenStation) -> None:
    """Before a new password, the old file put back: only a head gets in, is told, and the list counts as the newest again.

    Seen failing: without the generation in the database the worker's old password opened."""
    folder = station.folder
    before = (folder / FILE).read_bytes()
    assert not isinstance(station.vault.set_password(station.unlocked, WORKER, "another password 77"), Refusal)
    station.close()
    _opened(folder).close()
    (folder / FILE).write_bytes(before)
    assert _open(folder, WORKER) == "vault_older" and _open(folder, CLERK) == "vault_older"
    head = _opened(folder)
    assert head.older_users
    head.close()
    worker = _opened(folder, WORKER)
    assert not worker.older_users
    worker.close()


def test_backups_of_earlier_days_have_their_key_kept(station: OpenStation, tmp_path: Path) -> None:
    """Whoever may open today holds the retired keys too."""
    copy = tmp_path / "backup.db"
    station.close()
    shutil.copy(station.folder / "station.db", copy)
    opened = _opened(station.folder)
    assert change_key(opened) is None and change_key(opened) is None
    assert [rekey.opens(copy, key) for key in (opened.unlocked.key, *opened.unlocked.retired)] == [False, False, True]
    opened.close()


def test_a_backup_under_way_is_waited_for(station: OpenStation) -> None:
    """Half of it under each key would open for nobody: refused before anybody is disabled. Seen failing: without the turn."""
    with alone(station.folder / TURN) as ours:
        assert ours
        for refused in (change_key(station), disable_user(station, WORKER)):
            assert isinstance(refused, Refusal) and refused.code is StoreRefusal.BUSY_BACKING_UP
    assert station.vault._state.coming is None
    assert change_key(station) is None


def test_a_backup_of_before_the_change_is_rehearsed_with_the_retired_key(station: OpenStation, tmp_path: Path) -> None:
    """Nobody has to know an old password for the drill. Seen failing: with today's key alone (``backup_other_key``)."""
    made = back_up(station, tmp_path / "before.station-backup")
    assert not isinstance(made, Refusal), made.message
    assert change_key(station) is None
    done = drill(station, tmp_path / "before.station-backup")
    assert not isinstance(done, Refusal) and done.good


def test_whoever_changed_the_vault_without_the_key_stops_the_change(station: OpenStation) -> None:
    """A public key planted in the file gets nothing."""
    content = vault_file.parse((station.folder / FILE).read_bytes())
    content.users[1], content.users[2] = content.users[2], content.users[1]
    (station.folder / FILE).write_bytes(content.file())
    refused = change_key(station)
    assert isinstance(refused, Refusal) and refused.code is StoreRefusal.VAULT_DAMAGED
    assert isinstance(station.unlocked, Unlocked) and rekey.opens(station.folder / "station.db", station.unlocked.key)


def test_a_database_that_is_damaged_is_not_taken_over(station: OpenStation) -> None:
    """A flipped bit is found while the copy is made or proven; the file is left as it is, for a restore."""
    file, key = station.folder / "station.db", station.unlocked.key
    station.store.database.close()
    data = bytearray(file.read_bytes())
    data[4096 * 9 + 700] ^= 1
    file.write_bytes(data)
    refused = rekey.exchanged(file, key, bytes(32))
    assert refused is not None and refused.code is StoreRefusal.VAULT_DAMAGED
    assert file.read_bytes()[4096:] == bytes(data)[4096:], "but for the first page, which names the kind of log"
    assert open_sqlite(file, key).damaged() != []
