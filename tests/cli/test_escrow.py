"""Recovery by two people: neither the centre alone nor anyone at the station alone; by telephone code; once."""

import base64
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from station_app.store import vault_file
from station_app.store.codes import printed
from station_app.store.vault import FILE
from tests.cli.conftest import Answer, Ask

FRESH = "three plain words 2026"


@dataclass(frozen=True, slots=True)
class Scene:
    """An enrolled station with a second sheet, its centre, and a stick."""

    ask: Ask
    path: Path
    code: str

    @property
    def usb(self) -> str:
        """The stick."""
        return str(self.path / "usb")

    def recover(self, code: str, name: str = "乔站长") -> Answer:
        """The station's command."""
        secret, fresh = self.path / "second", self.path / "fresh"
        secret.write_text(code + "\n", "utf-8")
        fresh.write_text(FRESH + "\n", "utf-8")
        words = ("recover", name, "--escrow", "--usb", self.usb, "--code-file", str(secret), "--new-password-file", str(fresh))
        return self.ask(*words)

    def release(self, code: str) -> Answer:
        """The centre's command."""
        told = ("--by", "王主任", "--how", "座机 0477-1234567 乔站长")
        return self.ask("centre", "escrow", "--usb", self.usb, "--code", code, *told, data="centre")


def _code_on(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Codes as they are put on second sheets."""
    seen: list[str] = []
    from station_app.paper import recovery

    real = recovery.second_sheet

    def noting(**said: object) -> bytes:
        seen.append(str(said["code"]))
        return real(**said)  # type: ignore[arg-type]

    monkeypatch.setattr(recovery, "second_sheet", noting)
    return seen


@pytest.fixture
def scene(station: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Enrolled, prepared, and the stick at the station."""
    usb = tmp_path / "usb"
    usb.mkdir()
    assert station("escrow").said["refused"] == "not_enrolled"
    assert station("centre", "init", "--name", "鄂尔多斯市社会工作指导中心", data="centre").code == 0
    invited = station("centre", "invite", "15060210101", data="centre").said
    words = ("enrol", "--usb", str(usb), "--code", invited["code"], "--fingerprint", invited["fingerprint"])
    assert station(*words).said["state"] == "requested"
    assert station("centre", "issue", "--usb", str(usb), data="centre").said["issued"] == 1
    assert station(*words).said["state"] == "enrolled"
    assert station("user", "add", "王社工", "--role", "worker").code == 0
    assert station("escrow", user="王社工").said["refused"] == "not_allowed"
    codes = _code_on(monkeypatch)
    made = station("escrow", user="乔站长")
    assert made.code == 0 and Path(made.said["second_sheet"]).read_bytes().startswith(b"%PDF") and len(codes) == 1
    return Scene(station, tmp_path, codes[0])


def test_station_and_centre_together_and_neither_alone(scene: Scene) -> None:
    """The whole way; then the old passwords, the old sheet and the old answer open nothing.

    Seen failing: with the centre's share left out of ``joined`` (the sheet alone opened)."""
    usb = Path(scene.usb) / "station-app" / "escrow"
    asked = scene.recover(scene.code)
    assert asked.said["state"] == "requested"
    assert scene.recover(scene.code).said["code"] == asked.said["code"], "the same request while it waits"
    listed = scene.ask("centre", "escrow", "--usb", scene.usb, data="centre")
    assert [r["station"] for r in listed.said["requests"]] == ["15060210101"]
    assert asked.said["code"] not in json.dumps(listed.said), "the code comes by telephone, not from the stick"
    released = scene.release(asked.said["code"].lower().replace("-", " "))
    assert released.code == 0 and released.said["by"] == "王主任"
    assert scene.release(asked.said["code"]).said["refused"] == "already_released"
    reply = next(usb.glob("*.reply")).read_bytes()
    waiting = (scene.path / "station" / "escrow-request.json").read_bytes()
    before = (scene.path / "station" / FILE).read_bytes()

    wrong = scene.recover("2" * 30)
    assert wrong.said["refused"] == "wrong_password", "the centre's answer without the sheet"
    assert vault_file.parse((scene.path / "station" / FILE).read_bytes()).attempts.counts["escrow"][0] == 1
    done = scene.recover(scene.code)
    assert done.said["state"] == "recovered" and Path(done.said["second_sheet"]).exists()
    assert scene.ask("list", "resident", user="乔站长").said["refused"] == "wrong_password"
    (scene.path / "password").write_text(FRESH + "\n", "utf-8")
    events = scene.ask("list", "key_event", user="乔站长").said["records"]
    assert {"laid_down", "by_two"} <= {e["fields"]["what"] for e in events}
    record = next(e["id"] for e in events if e["fields"]["what"] == "by_two")
    assert scene.ask("history", "key_event", record, user="乔站长").said["entries"][0]["action"] == "recover"
    assert not list(usb.glob("*")) and not (scene.path / "station" / "escrow-request.json").exists()

    usb.joinpath(f"{json.loads(before)['escrow']['device'].replace('-', '')[:12]}.reply").write_bytes(reply)
    (scene.path / "station" / "escrow-request.json").write_bytes(waiting)
    assert scene.recover(scene.code).said["refused"] == "wrong_password", "an answer used once opens nothing again"
    assert scene.ask("check", "--rebuild", user="乔站长").said["rebuild"] == "same"


def test_what_the_centre_refuses(scene: Scene) -> None:
    """A wrong code, a withdrawn computer, another computer's share, junk on the stick: nothing leaves, nothing crashes."""
    usb = Path(scene.usb) / "station-app" / "escrow"
    code = scene.recover(scene.code).said["code"]
    assert scene.release("0000-0000-0000-0000").said["refused"] == "no_such_request"
    file = next(usb.glob("*.request"))
    whole = json.loads(file.read_bytes())
    for junk in (b"", b"{}", b"\xff" * 100, json.dumps({**whole, "recipient": "age1x"}).encode(), json.dumps({**whole, "made": 1 << 60}).encode()):
        file.write_bytes(junk)
        assert scene.release(code).said["refused"] == "no_such_request"
    from station_app.work.escrow import code_of

    for changed, refused in (({"sealed": "AAAA"}, "bad_format"), ({"station": "15060210102"}, "unknown_device")):
        data = json.dumps({**whole, **changed}).encode()
        file.write_bytes(data)
        assert scene.release(code_of(data)).said["refused"] == refused
    file.write_bytes(json.dumps(whole, separators=(",", ":")).encode())
    assert scene.ask("centre", "revoke", whole["device"], data="centre").code == 0
    assert scene.release(code_of(file.read_bytes())).said["refused"] == "unknown_device"
    assert not list(usb.glob("*.reply"))


def test_a_swapped_answer_and_a_stolen_copy(scene: Scene, tmp_path: Path) -> None:
    """An answer to another request is refused by name; a stolen copy's own request has another code than the one read aloud."""
    usb = Path(scene.usb) / "station-app" / "escrow"
    code = scene.recover(scene.code).said["code"]
    thief = tmp_path / "thief"
    shutil.copytree(scene.path / "station", thief)
    (thief / "escrow-request.json").unlink()
    other = tmp_path / "usb2"
    other.mkdir()
    theirs = scene.ask("recover", "乔站长", "--escrow", "--usb", str(other), data="thief").said["code"]
    assert theirs != code
    assert scene.release(code).code == 0
    reply = next(usb.glob("*.reply"))
    (other / "station-app" / "escrow" / reply.name).write_bytes(reply.read_bytes())
    assert scene.ask("recover", "乔站长", "--escrow", "--usb", str(other), data="thief").said["code"] == theirs, "asks again"
    from station_app.compose import centre_answered
    from station_app.messages import Refusal

    foreign = centre_answered(thief, other)
    assert isinstance(foreign, Refusal) and foreign.code.value == "escrow_foreign_reply"


def test_a_changed_key_is_opened_by_the_same_two_shares(scene: Scene) -> None:
    """The second sheet stays good over a change of keys."""
    assert scene.ask("user", "disable", "王社工", user="乔站长").said["key_changed"] is True
    assert scene.release(scene.recover(scene.code).said["code"]).code == 0
    assert scene.recover(printed(scene.code.replace("-", ""))).said["state"] == "recovered"


def test_the_centre_alone_has_nothing(scene: Scene) -> None:
    """Before a request the centre holds no share at all: it lies at the station, sealed, and comes only with the request."""
    held = b"".join(p.read_bytes() for p in (scene.path / "centre").rglob("*") if p.is_file())
    laid = vault_file.parse((scene.path / "station" / FILE).read_bytes()).escrow
    assert laid is not None and laid.sealed.encode() not in held and base64.b64decode(laid.sealed) not in held
