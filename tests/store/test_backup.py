"""A backup is the whole station, proven: every byte counts, a restored copy is a device of its own, what is kept is the newest."""

import hashlib
import json
import random
import shutil
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import text

from station_app import compose
from station_app.clock import LOCAL
from station_app.compose import OpenStation, Restored, Way
from station_app.compose.erasing import erase_record
from station_app.messages import Refusal
from station_app.store import backup, journal, placing
from station_app.store.backup import MAGIC, Facts, Manifest, Member, Source
from station_app.store.change import Done, Edit
from station_app.store.refusals import StoreRefusal
from station_app.work import backing_up, backup_shelf
from station_app.work.backing_up import Drilled, Made
from station_app.work.backup_shelf import One, given_up, kept

PASSWORD = "Probe-2024-虚构"
OTHER = "Anders-2025-虚构"
CODES: dict[Path, str] = {}


def created(folder: Path, people: int = 12) -> OpenStation:
    """A station with some people and two photos."""
    made = compose.create_station(folder, "罕台镇社工站", "150602101", "01", "乔站长", PASSWORD)
    assert isinstance(made, compose.Created), made
    CODES[folder] = made.recovery_code
    for n in range(people):
        add(made.station, f"王某{n}")
    made.station.blobs.put(b"photo one" * 100)
    made.station.blobs.put(b"photo two" * 100)
    return made.station


def add(station: OpenStation, name: str) -> str:
    """One more resident."""
    done = station.store.change([Edit("resident", {"name": name})], station.author, "create")
    assert isinstance(done, Done), done
    return done.records[0]


@pytest.fixture
def station(tmp_path: Path) -> Iterator[OpenStation]:
    """A station of one's own."""
    opened = created(tmp_path / "station")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, _quick_password_hashing: None) -> tuple[Path, bytes]:
    """A backup file for tests that only read it, and the station's data key."""
    folder = tmp_path_factory.mktemp("written")
    opened = created(folder / "station")
    file = folder / "a.station-backup"
    assert isinstance(compose.back_up(opened, file), Made)
    key = opened.unlocked.key
    opened.close()
    return file, key


def way(name: str | None = None, password: str = PASSWORD, code: str | None = None) -> Way:
    """How it is opened."""
    return Way(name, lambda _name: password, code)


def names(station: OpenStation) -> list[str]:
    """Who is in the register."""
    with station.store.reading() as reader:
        return sorted(str(r.fields["name"]) for r in reader.all("resident"))


# ---------------------------------------------------------------------- there and back


def test_a_restored_copy_is_the_station_under_a_device_id_of_its_own(station: OpenStation, tmp_path: Path) -> None:
    """Rows, chains and photos are there; the old chain is another's; keys and enrolment are gone (SECURITY A15).

    Seen failing: with the old device id kept, both copies write entry 18 of one chain.
    """
    for name in ("device_keys", "certificate", "enrolment", "outbox"):
        station.store.keep(name, b"of this device")
    file = tmp_path / "stick.station-backup"
    made = compose.back_up(station, file)
    assert isinstance(made, Made) and made.file == file and made.entries == station.store.entry_count()
    add(station, "后来者")
    done = compose.restore(file, tmp_path / "other" / "station", way())
    assert isinstance(done, Restored), done
    assert done.entries == made.entries and done.device != station.store.device and done.kept_as is None
    copy = compose.open_station(done.folder, None, lambda _n: PASSWORD)
    assert isinstance(copy, OpenStation)
    try:
        assert copy.store.device == done.device
        assert names(copy) == [n for n in names(station) if n != "后来者"]
        assert set(copy.store.check().values()) == {"ok"} and copy.store.differences() == []
        assert all(copy.store.fact(n) is None for n in ("device_keys", "certificate", "enrolment", "outbox"))
        assert copy.blobs.get(hashlib.sha256(b"photo one" * 100).hexdigest()) == b"photo one" * 100
        before = {d.device: d.seq for d in journal_of(copy)}
        add(copy, "新来者")
        after = {d.device: d.seq for d in journal_of(copy)}
        assert after[station.store.device] == before[station.store.device]
        assert after[copy.store.device] == before[copy.store.device] + 1
        assert backup_shelf.status(copy).last is None  # the other computer's backups are not this one's
    finally:
        copy.close()


def journal_of(station: OpenStation) -> list[journal.Device]:
    """The devices a store knows."""
    with station.store.database.reading() as connection:
        return journal.devices(connection, station.store.station)


def test_a_restore_never_overwrites(station: OpenStation, tmp_path: Path) -> None:
    """A folder that holds anything is refused; with replace it is kept under another name, and its backups go along."""
    made = compose.back_up(station)
    assert isinstance(made, Made)
    add(station, "后来者")
    station.close()
    refused = compose.restore(made.file, station.folder, way())
    assert isinstance(refused, Refusal) and refused.code is StoreRefusal.FOLDER_TAKEN
    done = compose.restore(made.file, station.folder, way(), replace=True)
    assert isinstance(done, Restored) and done.kept_as is not None
    old = compose.open_station(done.kept_as, None, lambda _n: PASSWORD)
    assert isinstance(old, OpenStation) and "后来者" in names(old)
    old.close()
    new = compose.open_station(done.folder, None, lambda _n: PASSWORD)
    assert isinstance(new, OpenStation) and "后来者" not in names(new)
    assert [b.name for b in backup_shelf.status(new).backups] == [made.file.name]
    new.close()


def test_a_wrong_password_or_role_restores_nothing(station: OpenStation, tmp_path: Path) -> None:
    """Nothing is left beside the folder either."""
    station.vault.add(station.unlocked, "王社工", "worker", OTHER)
    file = tmp_path / "a.station-backup"
    assert isinstance(compose.back_up(station, file), Made)
    for how, code in (
        (way(password="Falsch-2024-虚构"), StoreRefusal.WRONG_PASSWORD),
        (way("王社工", OTHER), StoreRefusal.NOT_ALLOWED),
        (way("谁也不是"), StoreRefusal.UNKNOWN_USER),
    ):
        refused = compose.restore(file, tmp_path / "new", how)
        assert isinstance(refused, Refusal) and refused.code is code
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.station-backup", "station"]


def test_the_recovery_sheet_opens_a_backup(station: OpenStation, tmp_path: Path) -> None:
    """Its code gives a new password and is replaced, in the copy."""
    file = tmp_path / "a.station-backup"
    assert isinstance(compose.back_up(station, file), Made)
    done = compose.restore(file, tmp_path / "new", way("乔站长", OTHER, CODES[station.folder]))
    assert isinstance(done, Restored) and done.recovery_sheet is not None and done.recovery_sheet.is_file()
    copy = compose.open_station(done.folder, None, lambda _n: OTHER)
    assert isinstance(copy, OpenStation)
    copy.close()


def test_a_restore_killed_between_its_renames_is_finished(station: OpenStation, tmp_path: Path) -> None:
    """The old folder is aside, the new one has its waiting name: the next opening puts it in place."""
    file = tmp_path / "a.station-backup"
    assert isinstance(compose.back_up(station, file), Made)
    done = compose.restore(file, tmp_path / "new", way())
    assert isinstance(done, Restored)
    done.folder.rename(tmp_path / ".new.restored")
    opened = compose.open_station(tmp_path / "new", None, lambda _n: PASSWORD)
    assert isinstance(opened, OpenStation) and opened.store.device == done.device
    opened.close()
    assert not placing.finish(tmp_path / "new")


def test_others_write_while_a_backup_is_made(station: OpenStation, tmp_path: Path) -> None:
    """The copy is of one moment: what it counts is a whole prefix of the chain, and no writer waits for it.

    Seen failing: counting and copying on two connections.
    """
    stop, written = threading.Event(), list[str]()

    def writing() -> None:
        while not stop.is_set():
            written.append(add(station, f"同时{len(written)}"))

    writer = threading.Thread(target=writing)
    writer.start()
    try:
        made = [compose.back_up(station, tmp_path / f"{n}.station-backup") for n in range(3)]
    finally:
        stop.set()
        writer.join()
    assert len(written) > 3 and all(isinstance(one, Made) for one in made), made
    drilled = compose.drill(station, tmp_path / "2.station-backup")
    assert (
        isinstance(drilled, Drilled) and drilled.good and drilled.entries + drilled.since == station.store.entry_count()
    )


# ---------------------------------------------------------------------- every byte


def test_a_flipped_byte_is_refused(written: tuple[Path, bytes], tmp_path: Path) -> None:
    """Head, tail and manifest byte by byte, the rest at random places; cut and lengthened too (SECURITY A02 for backups).

    Seen failing: with the digest taken before the sealed facts, flips in them pass.
    """
    file, _key = written
    whole = file.read_bytes()
    dice = random.Random(5)
    manifest = len(whole) - 900
    places = [*range(24), *range(manifest, len(whole)), *(dice.randrange(len(whole)) for _n in range(300))]
    copy = tmp_path / "flipped.station-backup"
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1 << dice.randrange(8)
        copy.write_bytes(changed)
        assert isinstance(backup.read(copy), Refusal), place
    for other in (whole[:-1], whole + b"\0", whole[: len(whole) // 2], b"", MAGIC, whole[1:]):
        copy.write_bytes(other)
        assert isinstance(backup.read(copy), Refusal)
    copy.write_bytes(whole)
    assert not isinstance(backup.read(copy), Refusal)


def put_together(members: dict[str, bytes], key: bytes, facts: Facts, file: Path, station: str = "15060210101") -> None:
    """A file as somebody who knows the format would make it."""
    listed = [Member(n, len(c), hashlib.sha256(c).hexdigest()) for n, c in members.items()]
    said = msgspec.json.encode(Manifest(station, "d", 1, "now", "1", listed))
    body = MAGIC + b"".join(members.values()) + said
    nonce = bytes(12)
    sealed = nonce + backup._cipher(key).encrypt(nonce, msgspec.json.encode(facts), hashlib.sha256(body).digest())
    body += sealed + backup._END.pack(len(said), len(sealed))
    file.write_bytes(body + hashlib.sha256(body).digest())


@pytest.mark.parametrize(
    "name",
    [
        "../out",
        "/etc/x",
        "blobs/../../x",
        "blobs/aa/" + "b" * 64,
        "station.db-wal",
        "C:\\x",
        "blobs/aa/\0",
        "vault.json/",
    ],
)
def test_names_from_outside_write_nothing(name: str, tmp_path: Path) -> None:
    """SECURITY A29 for backups: only the names we write ourselves are read."""
    file = tmp_path / "bad.station-backup"
    put_together({"station.db": b"x", "vault.json": b"{}", name: b"evil"}, bytes(32), Facts(0, {}, {}), file)
    (tmp_path / "into").mkdir()
    refused = backup.read(file, tmp_path / "into")
    assert isinstance(refused, Refusal) and refused.code is StoreRefusal.BACKUP_DAMAGED
    assert list((tmp_path / "into").iterdir()) == [] and sorted(p.name for p in tmp_path.iterdir()) == [
        "bad.station-backup",
        "into",
    ]


def test_only_the_key_says_who_wrote_it(written: tuple[Path, bytes], tmp_path: Path) -> None:
    """A file put together by somebody without the data key is whole, and refused all the same."""
    file, key = written
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    found = backup.read(file, unpacked)
    assert not isinstance(found, Refusal)
    members = {m.name: (unpacked / m.name).read_bytes() for m in found.manifest.members}
    facts = found.facts(key)
    assert facts is not None and found.facts(bytes(32)) is None
    forged = tmp_path / "forged.station-backup"
    put_together(members, bytes(32), facts, forged)
    assert not isinstance(backup.read(forged), Refusal)
    refused = backup.proven(forged, key, tmp_path / "proof")
    assert isinstance(refused, Refusal) and refused.code is StoreRefusal.BACKUP_OTHER_KEY
    restored = compose.restore(forged, tmp_path / "new", way())
    assert isinstance(restored, Refusal) and restored.code is StoreRefusal.BACKUP_OTHER_KEY
    assert not (tmp_path / "new").exists()


def test_what_does_not_prove_good_is_deleted(station: OpenStation, tmp_path: Path) -> None:
    """A row changed behind the journal's back (SECURITY A14): the backup is refused in words, and no file is left.

    Seen failing: without the comparison after writing.
    """
    with station.store.database.writing() as connection:
        connection.execute(text("UPDATE resident SET name = '改了'"))
    refused = compose.back_up(station, tmp_path / "a.station-backup")
    assert isinstance(refused, Refusal) and refused.code is StoreRefusal.BACKUP_BAD and "{" not in refused.message
    assert sorted(p.name for p in tmp_path.iterdir()) == ["station"]
    assert isinstance(compose.back_up(station), Refusal)
    assert list((station.folder / backup_shelf.HERE).iterdir()) == []


@pytest.mark.parametrize("what", ["entries", "heads", "rows"])
def test_the_counts_are_compared(written: tuple[Path, bytes], tmp_path: Path, what: str) -> None:
    """Facts that say more than the database holds: a file whose database was exchanged for an older one."""
    file, key = written
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    found = backup.read(file, unpacked)
    assert not isinstance(found, Refusal)
    facts = found.facts(key)
    assert facts is not None
    other = {
        "entries": msgspec.structs.replace(facts, entries=facts.entries + 1),
        "heads": msgspec.structs.replace(facts, heads={d: (s, "00" * 32) for d, (s, _h) in facts.heads.items()}),
        "rows": msgspec.structs.replace(facts, rows={**facts.rows, "resident": facts.rows["resident"] + 1}),
    }[what]
    members = {m.name: (unpacked / m.name).read_bytes() for m in found.manifest.members}
    forged = tmp_path / "forged.station-backup"
    body = forged  # the same maker, with the right key and false facts
    listed = found.manifest.members
    said = msgspec.json.encode(found.manifest)
    start = MAGIC + b"".join(members[m.name] for m in listed) + said
    sealed = bytes(12) + backup._cipher(key).encrypt(
        bytes(12), msgspec.json.encode(other), hashlib.sha256(start).digest()
    )
    start += sealed + backup._END.pack(len(said), len(sealed))
    body.write_bytes(start + hashlib.sha256(start).digest())
    refused = backup.proven(forged, key, tmp_path / "proof")
    assert isinstance(refused, Refusal) and refused.code is StoreRefusal.BACKUP_DAMAGED


# ---------------------------------------------------------------------- which are kept


def one(day: int, hour: int = 8, good: bool | None = True) -> One:
    """A backup so many days after the first of 2024."""
    made = datetime(2024, 1, 1, hour, tzinfo=LOCAL) + timedelta(days=day)
    return One(Path(f"15060210101-{made:%Y%m%d-%H%M%S}-daily.station-backup"), made, good=good)


def test_a_station_of_four_years_keeps_days_months_and_years() -> None:
    """One a day: 30 days, 12 months and 3 years stay, overlapping."""
    backups = [one(n) for n in range(4 * 365)]
    stay = kept(backups)
    days = sorted((b.made.date() for b in backups if b.name in stay), reverse=True)
    assert days[:30] == [(one(4 * 365 - 1).made - timedelta(days=n)).date() for n in range(30)]
    assert len({d.strftime("%Y-%m") for d in days}) >= 12 and {d.year for d in days} >= {2027, 2026, 2025}
    assert len(stay) == 30 + 11 + 2  # December's last one is among the days, 2027's among the months


shelves = st.lists(
    st.builds(one, st.integers(0, 12) | st.integers(0, 2000), st.integers(0, 23), st.sampled_from([True, True, None, False])),
    unique_by=lambda b: b.name, max_size=60,
)  # fmt: skip


@given(shelves)
@example([one(0), one(0, 20, good=False), one(1, good=False), one(2, good=False)])
def test_the_newest_good_one_always_stays(backups: list[One]) -> None:
    """Whatever is pruned: the newest usable one stays, and where none is usable, all do.

    Seen failing: bad ones counted as a day's last.
    """
    stay = kept(backups)
    usable = [b for b in backups if b.good is not False]
    if not usable:
        assert stay == {b.name for b in backups}
    else:
        newest = max(usable, key=lambda b: (b.made, b.name))
        assert newest.name in stay
    assert kept([b for b in backups if b.name in stay]) == stay  # pruning again removes nothing


@given(shelves)
def test_for_want_of_room_a_few_good_ones_stay(backups: list[One]) -> None:
    """However short the room is: three good ones stay, and nothing is given up while no good one is there."""
    gone = set(given_up(backups))
    good = sorted((b for b in backups if b.good is not False), key=lambda b: (b.made, b.name), reverse=True)
    assert not gone & {b.name for b in good[:3]}
    assert good or not gone


def test_old_ones_go_and_strangers_stay(station: OpenStation, monkeypatch: pytest.MonkeyPatch) -> None:
    """After 40 days of one backup each: 30 days and the months' last; a file of another station is not touched."""
    place = station.folder / backup_shelf.HERE
    place.mkdir()
    for n in range(40):
        (place / one(n).name).write_bytes(b"old")
    (place / "15060299901-20240101-080000-daily.station-backup").write_bytes(b"another station's")
    (place / "mine.txt").write_bytes(b"mine")
    monkeypatch.setenv("STATION_APP_NOW", "2024-02-11T09:00:00")
    made = compose.back_up(station, reason="daily")
    assert isinstance(made, Made)
    there = sorted(p.name for p in place.iterdir())
    assert (
        made.file.name in there and "mine.txt" in there and "15060299901-20240101-080000-daily.station-backup" in there
    )
    assert len(there) == 2 + 30 and len(made.pruned) == 41 - 30  # January's last one is among the days


# ---------------------------------------------------------------------- by itself


def test_daily_at_the_first_unlock(station: OpenStation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Due until one was made today, and again tomorrow; the age is told in days."""
    monkeypatch.setenv("STATION_APP_NOW", "2024-05-06T08:30:00")
    assert backing_up.due_today(station)
    assert isinstance(compose.back_up(station, reason="daily"), Made)
    assert not backing_up.due_today(station)
    monkeypatch.setenv("STATION_APP_NOW", "2024-05-08T07:30:00")
    assert backing_up.due_today(station) and compose.backup_status(station).age_days == 2


def test_a_stick_that_is_not_in_is_told(station: OpenStation, tmp_path: Path) -> None:
    """The backup goes beside the database, says where it should have gone, and the one on the stick is remembered."""
    stick = tmp_path / "stick"
    stick.mkdir()
    assert compose.backup_place(station, stick) == stick
    first = compose.back_up(station)
    assert isinstance(first, Made) and first.file.parent == stick and first.elsewhere is None
    stick.rename(tmp_path / "pulled")
    assert not compose.backup_status(station).there
    second = compose.back_up(station)
    assert (
        isinstance(second, Made)
        and second.elsewhere == stick
        and second.file.parent == station.folder / backup_shelf.HERE
    )
    known = compose.backup_status(station)
    assert [(b.name, b.there) for b in known.backups] == [(second.file.name, True), (first.file.name, False)]
    (tmp_path / "pulled").rename(stick)
    assert compose.backup_status(station).there
    gone = compose.backup_place(station, tmp_path / "nowhere")
    assert isinstance(gone, Refusal) and gone.code is StoreRefusal.PLACE_MISSING


def test_before_an_update_the_update_is_tried_on_a_copy(tmp_path: Path) -> None:
    """A station that an older program wrote: a backup is there before its tables are brought up."""
    shutil.copytree(Path(__file__).parent.parent / "golden" / "stores" / "0001", tmp_path / "station")
    again = compose.open_station(tmp_path / "station", "王主任", lambda _n: "golden password 0001")
    assert isinstance(again, OpenStation)
    known = compose.backup_status(again)
    assert "-update." in known.backups[0].name
    assert known.last is not None and known.last.good and len(known.backups) == 1
    again.close()
    third = compose.open_station(tmp_path / "station", "王主任", lambda _n: "golden password 0001")
    assert isinstance(third, OpenStation) and len(compose.backup_status(third).backups) == 1
    third.close()


def test_before_an_import_unless_one_holds_everything(station: OpenStation) -> None:
    """The second import without anything new in between needs no second backup."""
    assert isinstance(backing_up.before_import(station), Made)
    assert backing_up.before_import(station) is None
    add(station, "又一个")
    assert isinstance(backing_up.before_import(station), Made)


def test_two_at_a_time_is_one_too_many(station: OpenStation) -> None:
    """The second is refused at once; a cancelled one leaves nothing."""
    seen: list[Refusal | Made] = []

    def told(_done: int, _of: int, what: str) -> bool:
        if what == "copy" and not seen:
            seen.append(compose.back_up(station))
        return what != "write"

    stopped = compose.back_up(station, told=told)
    assert isinstance(stopped, Refusal) and stopped.code is StoreRefusal.STOPPED
    assert isinstance(seen[0], Refusal) and seen[0].code is StoreRefusal.BUSY_BACKING_UP
    assert list((station.folder / backup_shelf.HERE).iterdir()) == []
    assert not (station.folder / backing_up.WORK).exists()


# ---------------------------------------------------------------------- the drill


def test_the_drill_restores_counts_folds_and_clears_up(station: OpenStation, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says how many entries the station has written since, and is due again after a month."""
    monkeypatch.setenv("STATION_APP_NOW", "2024-05-06T08:30:00")
    none = compose.drill(station)
    assert isinstance(none, Refusal) and none.code is StoreRefusal.NO_BACKUP_YET
    made = compose.back_up(station)
    add(station, "后来者")
    monkeypatch.setenv("STATION_APP_NOW", "2024-06-07T08:30:00")
    assert compose.backup_status(station).drill_due
    done = compose.drill(station)
    assert isinstance(done, Drilled) and isinstance(made, Made)
    assert (done.file, done.entries, done.since, done.ahead, done.blobs, done.bad_blobs) == (
        made.file,
        made.entries,
        1,
        0,
        2,
        0,
    )
    assert done.good and not compose.backup_status(station).drill_due
    assert not (station.folder / backing_up.WORK).exists()


def test_the_drill_finds_a_damaged_one_and_remembers(station: OpenStation) -> None:
    """A byte that fell over on the stick: refused, and no longer counted as a backup."""
    made = compose.back_up(station)
    assert isinstance(made, Made)
    whole = bytearray(made.file.read_bytes())
    whole[5_000] ^= 4
    made.file.write_bytes(whole)
    refused = compose.drill(station)
    assert isinstance(refused, Refusal) and refused.code is StoreRefusal.BACKUP_DAMAGED
    known = compose.backup_status(station)
    assert known.last is None and known.backups[0].good is False and known.drill is None


def test_the_drill_sees_a_station_that_lost_entries(station: OpenStation, tmp_path: Path) -> None:
    """A backup that holds more than the live station (SECURITY A04), and one whose chain went another way."""
    early = tmp_path / "early.station-backup"
    assert isinstance(compose.back_up(station, early), Made)
    source = Source(station.folder, station.unlocked.key, station.store.station, station.store.device)
    found = backup.read(early)
    assert not isinstance(found, Refusal)
    facts = found.facts(source.key)
    assert facts is not None
    head = {device: (seq + 3, digest) for device, (seq, digest) in facts.heads.items()}
    assert backing_up._beside(station.store, msgspec.structs.replace(facts, heads=head)) == (0, 3, ())
    other = {device: (seq, "00" * 32) for device, (seq, digest) in facts.heads.items()}
    assert backing_up._beside(station.store, msgspec.structs.replace(facts, heads=other)) == (
        0,
        0,
        (station.store.device,),
    )


def test_the_file_names_nobody(written: tuple[Path, bytes]) -> None:
    """What everyone can read of a backup: code, moment, sizes and digests."""
    file, _key = written
    found = backup.read(file)
    assert not isinstance(found, Refusal)
    said = json.loads(msgspec.json.encode(found.manifest))
    assert set(said) == {"station", "device", "made", "reason", "program", "members", "format"}
    assert "某" not in json.dumps(said, ensure_ascii=False) and "乔" not in json.dumps(said, ensure_ascii=False)


@pytest.mark.parametrize("where", ["same", "other"])
def test_what_was_erased_since_the_backup_is_erased_again(station: OpenStation, tmp_path: Path, where: str) -> None:
    """A restore brings nobody back who was erased: by the list in the folder that is replaced, elsewhere by the one with the backups.

    Seen failing: with neither list carried over.
    """
    gone = add(station, "已删除的人")
    first = compose.back_up(station)
    assert isinstance(first, Made)
    kept = tmp_path / "stick"
    kept.mkdir()
    assert isinstance(compose.backup_place(station, kept), Path)
    old = kept / first.file.name
    old.write_bytes(first.file.read_bytes())
    erased = erase_record(station, "resident", gone, "本人要求")
    assert not isinstance(erased, Refusal), erased.message
    assert isinstance(compose.back_up(station), Made)
    station.close()
    folder = station.folder if where == "same" else tmp_path / "other"
    done = compose.restore(old, folder, way(), replace=where == "same")
    assert isinstance(done, Restored), done
    copy = compose.open_station(folder, None, lambda _n: PASSWORD)
    assert isinstance(copy, OpenStation)
    assert "已删除的人" not in names(copy) and len(names(copy)) == 12
    assert copy.store.differences() == [] and set(copy.store.check().values()) == {"ok"}
    copy.close()
