"""Anchors outside the data folder: two places in a file, a keyring that is never waited for, nothing readable in either."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from station_app.trust import anchors
from station_app.trust.anchors import Anchors, Ring

KEY = bytes(range(32))
DEVICE = "0f9f1c1e-0000-4000-8000-00000000000a"
PLACE = "/home/某人/社工站数据"


class InMemory:
    """A keyring as the library's backends are: names and texts."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, text: str) -> None:
        self.kept[service, name] = text


def kept(at: Anchors, seq: int, ring: bool = False, seal: bytes | None = None) -> bool:
    """Remember entry ``seq``."""
    return at.keep(DEVICE, seq, bytes([seq % 256]) * 32, seal, PLACE, 1_700_000_000_000 + seq, ring)


def newest(at: Anchors) -> int:
    """The newest entry remembered, 0 when none is."""
    return max((anchor.seq for anchor in at.known(DEVICE)), default=0)


def test_what_is_kept_is_known_again(tmp_path: Path) -> None:
    one = Anchors(KEY, tmp_path)
    for seq in range(1, 8):
        assert kept(one, seq, seal=bytes(32)) and newest(Anchors(KEY, tmp_path)) == seq
    found = max(Anchors(KEY, tmp_path).known(DEVICE), key=lambda a: a.seq)
    assert (found.device, found.hash, found.seal, found.place) == (DEVICE, bytes([7]) * 32, bytes(32), PLACE)
    assert Anchors(KEY, tmp_path).known("another device") == []


def test_nothing_readable_stands_in_the_file_or_its_name(tmp_path: Path) -> None:
    """Neither the device, nor the place; and another key reads nothing. Seen failing: the cipher left out."""
    kept(Anchors(KEY, tmp_path), 5)
    (file,) = tmp_path.iterdir()
    raw = file.read_bytes() + file.name.encode()
    assert DEVICE.encode() not in raw and "社工站".encode() not in raw and b"home" not in raw
    assert Anchors(bytes(32), tmp_path).known(DEVICE) == []


def test_a_torn_write_leaves_the_other_place(tmp_path: Path) -> None:
    """Whatever becomes of the place being written, the anchor before stands. Seen failing: always place 0 written."""
    one = Anchors(KEY, tmp_path)
    for seq in range(1, 6):
        kept(one, seq)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    kept(one, 6)
    torn = bytearray(file.read_bytes())
    changed = [n for n in range(len(whole)) if whole[n] != torn[n]]
    assert changed
    torn[changed[0] : changed[-1] + 1] = bytes(len(range(changed[0], changed[-1] + 1)))
    file.write_bytes(torn)
    assert newest(Anchors(KEY, tmp_path)) == 5


def test_garbage_says_nothing(tmp_path: Path) -> None:
    kept(Anchors(KEY, tmp_path), 5)
    (file,) = tmp_path.iterdir()
    for content in (b"", b"\0", b"\xff" * 9_000, b"\x00\x03abc"):
        file.write_bytes(content)
        assert Anchors(KEY, tmp_path).known(DEVICE) == []
        assert kept(Anchors(KEY, tmp_path), 9) and newest(Anchors(KEY, tmp_path)) == 9


def test_another_writer_is_noticed(tmp_path: Path) -> None:
    """Seen failing: ``moved`` comparing nothing but times."""
    one, two = Anchors(KEY, tmp_path), Anchors(KEY, tmp_path)
    kept(one, 1)
    assert not one.moved(DEVICE)
    two.known(DEVICE)
    kept(two, 2)
    assert one.moved(DEVICE) and newest(one) == 2 and not one.moved(DEVICE)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert not kept(Anchors(KEY, tmp_path / "file" / "anchors"), 1)


def test_the_keyring_is_a_second_witness(tmp_path: Path) -> None:
    """The file thrown away or put back: the keyring still knows. Seen failing: the ring not read."""
    store = InMemory()
    one = Anchors(KEY, tmp_path, Ring(lambda: store))
    kept(one, 3, ring=True)
    (file,) = tmp_path.iterdir()
    old = file.read_bytes()
    kept(one, 8, ring=True)
    assert all(PLACE not in text for text in store.kept.values())
    file.write_bytes(old)
    assert newest(Anchors(KEY, tmp_path, Ring(lambda: store))) == 8
    assert newest(Anchors(KEY, tmp_path)) == 3
    file.unlink()
    assert newest(Anchors(KEY, tmp_path, Ring(lambda: store))) == 8


def test_a_keyring_that_hangs_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked once, in a thread that nobody waits for. Seen failing (hanging): ``join`` without a bound."""
    monkeypatch.setattr(anchors, "PATIENCE", 0.05)
    release, asked = threading.Event(), []

    def slow() -> Any:
        asked.append(1)
        release.wait(60)
        return InMemory()

    ring = Ring(slow)
    one = Anchors(KEY, tmp_path, ring)
    for seq in range(1, 30):
        assert kept(one, seq, ring=True)
    assert newest(one) == 29 and ring.gone and len(asked) == 1
    release.set()
    for thread in threading.enumerate():
        if thread.name == "keyring":
            thread.join()


def test_a_keyring_that_fails_is_left_alone(tmp_path: Path) -> None:
    def broken() -> Any:
        raise RuntimeError("no bus")

    one = Anchors(KEY, tmp_path, Ring(broken))
    assert kept(one, 4, ring=True) and newest(one) == 4


def test_no_keyring_is_looked_for_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Linux without a session bus, or where the user put keyring's null backend, nothing is loaded at all."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    assert anchors.system_ring() is None
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    assert anchors.system_ring() is not None
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    assert anchors.system_ring() is None


def test_a_bus_nobody_answers_at_costs_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real library, a bus that is not there: one witness fewer, no error."""
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'nowhere'}")
    ring = anchors.system_ring()
    one = Anchors(KEY, tmp_path / "a", ring)
    assert kept(one, 2, ring=True) and newest(one) == 2
    for _n in range(100):
        if not any(thread.name == "keyring" for thread in threading.enumerate()):
            break
        time.sleep(0.05)


def test_the_computer_has_a_number_or_none() -> None:
    assert anchors.machine() == anchors.machine() and len(anchors.machine()) in (0, 32)
