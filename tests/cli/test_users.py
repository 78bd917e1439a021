"""Users and keys on the command line."""

import json
from pathlib import Path

import pytest

from station_app.cli import run
from station_app.store import lockout
from station_app.store.roles import ALLOWED, Action, Role
from tests.cli.conftest import Ask


def _as(ask: Ask, user: str, *words: str) -> tuple[int, str]:
    answer = ask(*words, user=user)
    return answer.code, str(answer.said.get("refused", ""))


def test_a_user_s_life(station: Ask, tmp_path: Path) -> None:
    """Added, another role, a new password, disabled with a new key; each act is in the journal, by ids and never by names."""
    assert station("user", "add", "王社工", "--role", "worker").code == 0
    role = station("user", "role", "王社工", "--role", "clerk", user="乔站长")
    assert {u["name"]: u["role"] for u in role.said["users"]} == {"乔站长": "head", "王社工": "clerk"}
    assert _as(station, "王社工", "user", "role", "王社工", "--role", "head") == (1, "not_allowed")
    assert _as(station, "乔站长", "user", "role", "乔站长", "--role", "clerk") == (1, "last_head")
    assert _as(station, "王社工", "user", "rotate") == (1, "not_allowed")
    assert station("user", "rotate", user="乔站长").said == {"key_changed": True}
    assert _as(station, "王社工", "list", "resident") == (0, "")
    disabled = station("user", "disable", "王社工", user="乔站长")
    assert disabled.said["key_changed"] is True and not disabled.said["users"][1]["active"]
    assert _as(station, "王社工", "list", "resident") == (1, "unknown_user")
    events = station("list", "key_event").said["records"]
    assert sorted(e["fields"]["what"] for e in events) == ["added", "disabled", "key", "role"]
    assert "王社工" not in json.dumps(events, ensure_ascii=False)
    checked = station("check", "--rebuild")
    assert checked.code == 0 and checked.said["rebuild"] == "same"


def test_wrong_passwords_make_one_wait_and_are_shown_to_the_head(
    station: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A18 on the command line: refused with the seconds, each attempt shown afterwards, to the head alone."""
    monkeypatch.setattr(lockout, "uptime", lambda: 1_000.0)
    assert station("user", "add", "王社工", "--role", "worker").code == 0
    wrong = tmp_path / "wrong"
    wrong.write_text("not-the-password\n", "utf-8")
    base = ["--json", "--data", str(tmp_path / "station"), "--password-file", str(wrong), "--user", "王社工"]
    for _again in range(5):
        assert run([*base, "list", "resident"]) == 1
    capsys.readouterr()
    locked = station("list", "resident", user="王社工")
    assert locked.said["refused"] == "locked_out" and locked.said["seconds"] == 1 and "1" in locked.said["message"]
    assert _as(station, "乔站长", "list", "resident") == (0, ""), "nobody else waits"
    shown = station("user", "attempts", user="乔站长").said["attempts"]
    assert [row["whose"] for row in shown] == ["王社工"] * 5 and not any(row["seen"] for row in shown)
    assert all(row["seen"] for row in station("user", "attempts", user="乔站长").said["attempts"])


def test_a_new_recovery_sheet_voids_the_old_one(station: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen by somebody who should not have: another one, and the old code opens nothing. Seen failing: the slot left as it was."""
    from station_app.paper import recovery

    codes: list[str] = []
    real = recovery.recovery_sheet

    def noting(**said: object) -> bytes:
        codes.append(str(said["code"]))
        return real(**said)  # type: ignore[arg-type]

    monkeypatch.setattr(recovery, "recovery_sheet", noting)
    for _again in range(2):
        assert Path(station("user", "sheet").said["recovery_sheet"]).read_bytes().startswith(b"%PDF")
    file = tmp_path / "code"
    for code, ended in ((codes[0], 1), (codes[1], 0)):
        file.write_text(code + "\n", "utf-8")
        assert station("user", "recover", "乔站长", "--code-file", str(file)).code == ended


def test_roles_are_listed_from_the_table(station: Ask) -> None:
    """What the command says is what the checks ask."""
    said = station("roles").said
    assert {r["role"]: set(r["may"]) for r in said["roles"]} == {
        role.value: {a.value for a in ALLOWED[role]} for role in Role
    }
    assert set(said["actions"]) == {a.value for a in Action}
    assert all(any("一" <= sign <= "鿿" for sign in title) for title in said["actions"].values())


def test_a_weak_password_is_refused_with_what_to_do(station: Ask, tmp_path: Path) -> None:
    """woaini1314 is no password."""
    weak = tmp_path / "weak"
    weak.write_text("woaini1314\n", "utf-8")
    refused = station("user", "add", "新人", "--role", "clerk", "--new-password-file", str(weak))
    assert refused.code == 1 and refused.said["refused"] == "weak_password" and "8" in refused.said["message"]
