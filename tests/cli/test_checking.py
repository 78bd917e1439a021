"""``check``, its repair, ``new-device`` and ``--clock-ok``: what the command line says of older files and wrong clocks."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ask


def add(ask: Ask, name: str = "王虚构", **named: Any) -> dict[str, Any]:
    """A resident."""
    made = ask("add", "resident", f"name={name}", **named)
    assert made.code == 0, made.said
    return made.said


def test_a_station_in_order_says_so(station: Ask) -> None:
    add(station)
    said = station("check", "--rebuild")
    assert said.code == 0 and said.said["standing"] == "proven" and said.said["rebuild"] == "same"
    assert said.said["differences"] == [] and said.said["messages"] == [] and not said.err


def test_an_older_file_is_refused_named_and_left_by_the_head(station: Ask, tmp_path: Path) -> None:
    """SECURITY A04 by commands: read-only, exit 1 with a sentence; then a new device, and everything is in order."""
    device = next(iter(station("check").said["chains"]))
    shutil.copy(tmp_path / "station" / "station.db", tmp_path / "older.db")
    add(station)
    add(station, "李虚构")
    shutil.copy(tmp_path / "older.db", tmp_path / "station" / "station.db")
    refused = station("add", "resident", "name=张虚构")
    assert (refused.code, refused.said["refused"]) == (1, "rolled_back") and "旧版本" in refused.err
    assert station("list", "resident").code == 0
    said = station("check")
    assert said.code == 1 and said.said["standing"] == "rolled_back" and said.said["known"] - said.said["here"] == 2
    assert station("check", "--repair").said["refused"] == "rolled_back"
    fresh = station("new-device")
    assert fresh.code == 0 and fresh.said["was"] == device != fresh.said["device"]
    add(station, "张虚构")
    again = station("check", "--rebuild")
    assert again.code == 0 and set(again.said["chains"]) == {device, fresh.said["device"]}
    assert "新设备" in again.err
    assert station("new-device").said["refused"] == "nothing_wrong"


def test_only_the_head_goes_on(station: Ask, tmp_path: Path) -> None:
    """Seen failing: ``continue_as_new_device`` without its look at the role."""
    secret = tmp_path / "worker"
    secret.write_text("另一个口令-2026\n", "utf-8")
    words = ("user", "add", "王社工", "--role", "worker", "--new-password-file", str(secret))
    assert station(*words, user="乔站长").code == 0
    shutil.copy(tmp_path / "station" / "station.db", tmp_path / "older.db")
    assert station("add", "resident", "name=王虚构", user="乔站长").code == 0
    shutil.copy(tmp_path / "older.db", tmp_path / "station" / "station.db")
    refused = station("new-device", "--password-file", str(secret), user="王社工")
    assert (refused.code, refused.said["refused"]) == (1, "not_allowed")
    assert station("new-device", user="乔站长").code == 0


def test_a_copy_can_be_looked_at_as_it_is(station: Ask, tmp_path: Path) -> None:
    """SECURITY A15 by commands: check, list, find on a copied folder; its first entry makes it a device of its own."""
    add(station)
    shutil.copytree(tmp_path / "station", tmp_path / "copy")
    device = next(iter(station("check").said["chains"]))
    for words in (("check", "--rebuild"), ("list", "resident"), ("find", "王"), ("user", "list")):
        looked = station(*words, data="copy")
        assert looked.code == 0, looked.said
    assert "副本" in station("check", data="copy").err
    assert list(station("check", data="copy").said["chains"]) == [device]
    add(station, "李虚构", data="copy")
    assert len(station("check", data="copy").said["chains"]) == 2
    add(station, "张虚构")
    assert list(station("check").said["chains"]) == [device] and not station("check").err


def test_a_month_is_not_signed_by_a_doubtful_clock(station: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """SECURITY A59: asked first, marked for ever. Seen failing: ``_may_be_signed_here`` without the doubts."""
    record = add(station)
    with monkeypatch.context() as turned:
        turned.setenv("STATION_APP_NOW", "2025-03-01T08:00:00")
        behind = station("add", "resident", "name=李虚构")
        assert behind.code == 0 and "电脑时间可能不对" in behind.err
        month = station("report", "2025-01", "--sign")
        assert (month.code, month.said["refused"]) == (1, "clock_doubtful") and "2025-03-01" in month.said["message"]
        agreed = station("report", "2025-01", "--sign", "--clock-ok")
        assert agreed.said["refused"] == "not_enrolled", "the clock is not what is asked any more"
        assert station("report", "2025-01", "--sign").said["refused"] == "not_enrolled"
        made = behind.said["id"]
        steps = station("history", "resident", made).said["entries"]
        assert [step["clock_doubtful"] for step in steps] == [True]
    assert [s["clock_doubtful"] for s in station("history", "resident", record["id"]).said["entries"]] == [False]
    messages = station("check").said["messages"]
    assert any("电脑时间可能不对" in one for one in messages)
