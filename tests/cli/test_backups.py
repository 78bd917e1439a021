"""backup, restore, verify of a backup, by the command line: CONTRACT's JSON and exit codes."""

from pathlib import Path

from station_app.compose import verify_file
from station_app.messages import Refusal
from tests.cli.conftest import Ask


def test_backup_verify_restore_and_drill(station: Ask, tmp_path: Path) -> None:
    """One station's way onto a stick and back, in JSON."""
    station("add", "resident", "name=李桂花")
    file = tmp_path / "stick.station-backup"
    made = station("backup", str(file))
    assert (
        made.code == 0 and made.said["file"] == str(file) and made.said["entries"] == station("check").said["entries"]
    )
    for words in (("verify", str(file)), ("--password-file", str(tmp_path / "password"), "verify", str(file))):
        checked = station(*words)
        assert (
            checked.code == 0
            and checked.said["what"] == "backup"
            and checked.said["valid"]
            and not checked.said["problems"]
        )
    drilled = station("backup", "drill", str(file))
    assert drilled.code == 0 and drilled.said["good"] and drilled.said["rebuild"] == "same"
    restored = station("restore", str(file), data="second")
    assert restored.code == 0 and restored.said["entries"] == made.said["entries"]
    assert restored.said["file"] == str(file) and len(restored.said["device"]) == 36
    assert station("find", "桂花", data="second").said["records"]
    again = station("restore", str(file), data="second")
    assert again.code == 1 and again.said["refused"] == "folder_taken"
    replaced = station("restore", str(file), "--replace", data="second")
    assert replaced.code == 0 and Path(replaced.said["kept_as"]).is_dir()


def test_status_and_place(station: Ask, tmp_path: Path) -> None:
    """Where they go, how old the newest is."""
    assert station("backup", "status").said["age_days"] is None
    missing = station("backup", "place", str(tmp_path / "nowhere"))
    assert missing.code == 1 and missing.said["refused"] == "place_missing"
    (tmp_path / "disk").mkdir()
    assert station("backup", "place", str(tmp_path / "disk")).said == {"place": str(tmp_path / "disk")}
    made = station("backup")
    assert Path(made.said["file"]).parent == tmp_path / "disk"
    said = station("backup", "status").said
    assert said["age_days"] == 0 and [b["good"] for b in said["backups"]] == [True] and said["verified"]


def test_a_damaged_backup_is_refused_without_a_station(station: Ask, tmp_path: Path) -> None:
    """One byte: verify says so, restore leaves nothing, drill ends with 1."""
    file = tmp_path / "a.station-backup"
    station("backup", str(file))
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 1
    file.write_bytes(whole)
    checked = station("verify", str(file))
    assert checked.code == 1 and checked.said["problems"][0]["code"] == "backup_damaged"
    alone = verify_file(file, [], None, tmp_path / "nowhere", None)  # without a password, without a station
    assert not isinstance(alone, Refusal) and (alone["what"], alone["valid"]) == ("backup", False)
    assert station("restore", str(file), data="new").said["refused"] == "backup_damaged"
    assert not (tmp_path / "new").exists()
    assert station("backup", "drill", str(file)).said["refused"] == "backup_damaged"
    nothing = station("restore", str(tmp_path / "gone"), data="new")
    assert nothing.code == 1 and nothing.said["refused"] == "not_a_backup"
    assert station("backup", "one", "two").code == 2
