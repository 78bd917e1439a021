"""No value that a user typed stands in any file the program writes, but in those the user asked for (invariant 9)."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import station_app.kinds  # noqa: F401  # every kind
from station_app import compose
from station_app.cli.runner import report_crash
from station_app.messages import Refusal
from station_app.store.change import Done, Edit
from station_app.store.engine import open_sqlite
from station_app.store.opened import Store
from tests.bench.ledger import write_ledger
from tests.faults.scan import files_with

ROOT = Path(__file__).parent.parent.parent
PLANTED = 200
PASSWORD = "植株口令-很长的一句"
#: 200 values of private and open fields, none of which is a word of the program.
VALUES = [f"植株{chr(0x4E00 + 37 * n)}{chr(0x5200 + 53 * n)}{n}" for n in range(PLANTED)]


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place for the station; temporary files and logs of this process and its children fall beside it."""
    place = tmp_path / "watched"
    for name in ("station", "temp", "home", "work"):
        (place / name).mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(place / "temp"))
    monkeypatch.setenv("SQLITE_TMPDIR", str(place / "temp"))
    monkeypatch.setattr(tempfile, "tempdir", str(place / "temp"))
    monkeypatch.setenv("HOME", str(place / "home"))
    monkeypatch.chdir(place / "work")
    yield place


def planted_ledger(file: Path, values: list[str]) -> None:
    """A ledger of volunteer hours with planted names, places and remarks."""
    write_ledger(file, len(values))
    book = openpyxl.load_workbook(file)
    sheet = book.active
    assert sheet is not None
    for row, value in enumerate(values, start=4):
        sheet.cell(row, 11, value)
        sheet.cell(row, 15, value + "注")
    book.save(file)


def test_invariant_9_no_planted_value_stands_in_any_file(folders: Path, tmp_path: Path) -> None:
    """Through forms, a batch and an import; searched, undone, proven, refused; open and closed.

    Seen failing: ``station.db`` without a key, and an import that writes a log of its edits.
    """
    made = compose.create_station(folders / "station", "罕台镇社工站", "150602102", "01", VALUES[0], PASSWORD)
    assert isinstance(made, compose.Created), made
    station = made.station
    store = station.store
    for n, value in enumerate(VALUES[1:80]):
        fields = {"name": f"王{value[2:4]}", "note": value, "hukou_addr": value}
        done = store.change([Edit("resident", fields)], station.author, "create")
        assert isinstance(done, Done), (n, done)
    groups = [[Edit("activity", {"name": value, "held_on": "2025-03-05", "place": value})] for value in VALUES[80:140]]
    batch = store.batch(groups, station.author, "import")
    assert isinstance(batch, Done)
    ledger = tmp_path / "handed-over.xlsx"
    planted_ledger(ledger, VALUES[140:])
    taken = compose.import_ledger(station, "volunteer_hours", ledger)
    assert isinstance(taken, dict) and taken["added"] == PLANTED - 140, taken
    assert isinstance(store.undo(batch.entries[0], station.author), Done)
    with store.reading() as reader:
        assert len(reader.find(VALUES[100])) == 0 and len(reader.find(VALUES[150][:4], 5)) > 0
    assert store.differences() == []  # folds everything again into a scratch file beside the store
    refused = store.change([Edit("resident", {"name": "王", "note": ["植株不合"]})], station.author, "create")
    assert isinstance(refused, Refusal)
    assert station.blobs.put(VALUES[3].encode() * 50)
    texts = [*VALUES, PASSWORD, made.recovery_code]
    # the recovery sheet is a file the user is given, to print and put away
    made.recovery_sheet.rename(tmp_path / made.recovery_sheet.name)
    assert files_with(folders, texts) == []
    assert any(p.name == "station.db-wal" and p.stat().st_size > 100_000 for p in folders.rglob("*"))
    station.close()
    assert files_with(folders, texts) == []
    assert sum(p.stat().st_size for p in folders.rglob("*") if p.is_file()) > 300_000  # there was something to look at


def test_a_plain_file_is_found_by_the_same_look(folders: Path) -> None:
    """The planted bug: a store without a key; names, remarks, and their search keys stand there to be read."""
    store = Store.create(open_sqlite(folders / "station" / "plain.db", None), folders / "station", "15060210201")
    from station_app.store.change import Author

    author = Author("00000000-0000-4000-8000-00000000000a")
    assert isinstance(store.change([Edit("resident", {"name": "王", "note": VALUES[7]})], author, "create"), Done)
    assert files_with(folders, VALUES) != []
    store.close()


def test_temporary_files_would_be_found_too(folders: Path) -> None:
    """The planted bug of facts/store.md: with temp_store=FILE a large sort writes plaintext; ours is in memory."""
    database = open_sqlite(folders / "station" / "x.db", bytes(32))
    with database.writing() as connection:
        assert connection.execute(text("PRAGMA temp_store")).scalar() == 2
    with database.reading() as connection:
        assert connection.execute(text("PRAGMA temp_store")).scalar() == 2
    database.close()


def test_a_process_killed_in_the_middle_of_a_long_batch_leaves_no_plaintext(folders: Path) -> None:
    """The log and the scratch files of a process that could not tidy up.

    Seen failing: the scratch file without a key.
    """
    code = (
        "import sys; from pathlib import Path; import station_app.kinds\n"
        "from station_app.store.engine import open_sqlite; from station_app.store.opened import Store\n"
        "from station_app.store.change import Author, Edit\n"
        "from station_app.store.rebuild import recount\n"
        "folder = Path(sys.argv[1]); a = Author('u')\n"
        "s = Store.create(open_sqlite(folder / 'x.db', bytes(32)), folder, '15060210201')\n"
        "rows = [[Edit('activity', {'name': f'植株活动{n}', 'held_on': '2025-03-05', 'place': '植株地点' * 20})] for n in range(3000)]\n"
        "s.batch(rows, a, 'import')\n"
        "with s.database.reading() as live, recount(live, s.station, folder) as again:\n"
        "    again.exec_driver_sql('PRAGMA cache_size = 5')  # so that the scratch file is written before its end\n"
        "    again.exec_driver_sql('UPDATE activity SET note = place')\n"
        "    with s.database.writing() as c:\n"
        "        c.exec_driver_sql('PRAGMA cache_size = 5'); c.exec_driver_sql('UPDATE activity SET note = place')\n"
        "        print('half way', flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code, str(folders / "station")]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdin is not None
    assert process.stdout.readline() == "half way\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    process.stdin.close()
    left = [p for p in folders.rglob("*") if p.is_file()]
    assert any("recount-" in str(p) and p.stat().st_size > 100_000 for p in left) and any(p.name == "x.db-wal" for p in left)  # the kill left something
    assert files_with(folders, ["植株活动", "植株地点"]) == []


def test_a_crash_report_holds_no_value(folders: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither an error's own words, nor a statement's values, nor locals.

    Seen failing: ``repr(error)`` in the report; ``hide_parameters`` left out.
    """
    store = Store.create(open_sqlite(folders / "station" / "x.db", bytes(32)), folders / "station", "15060210201")

    def failing(value: str) -> None:
        planted = value
        raise ValueError(f"cannot use {planted}")

    def statement(value: str) -> None:
        with store.database.reading() as connection:
            connection.execute(text("SELECT no_such_function(:value)"), {"value": value})

    for act in (failing, statement):
        try:
            act(VALUES[5])
        except (ValueError, DBAPIError) as error:
            report_crash(error, folders)
            assert act is failing or VALUES[5] not in str(error)
    said = capfd.readouterr()
    assert "ValueError" in said.err and "OperationalError" in said.err  # both were reported
    assert not any(value in said.err + said.out for value in VALUES)
    assert files_with(folders, VALUES) == []
    store.close()


def test_no_file_of_the_station_can_be_read_by_other_users_of_the_computer_as_text(folders: Path) -> None:
    """The vault's own file names nobody: users' names lie in it under a key."""
    made = compose.create_station(folders / "station", "罕台镇社工站", "150602102", "01", "植株站长", PASSWORD)
    assert isinstance(made, compose.Created)
    made.station.close()
    assert "植株站长" not in (folders / "station" / "vault.json").read_text("utf-8")
    assert os.listdir(folders / "temp") == []
