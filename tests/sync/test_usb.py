"""The stick: pulled at any moment, full, and full of odd things; files stand there whole or not at all."""

import os
import re
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from station_app.sync.carriers import usb as stick
from station_app.sync.carriers.usb import Stick
from tests.sync.parts import code_of, good

NAMES = ["to-centre/15060210701/aaaaaaaaaaaa-1-9.bundle", "reports/15060210701/2024-05.pdf"]


def _visible(folder: Path) -> dict[str, bytes]:
    """Files that count: part files are never read."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in (folder / "station-app").rglob("*")
        if path.is_file() and not path.name.endswith(".part")
    }


class Pulled(OSError):
    """The stick is gone."""


def _pull_at(monkeypatch: pytest.MonkeyPatch, moment: int) -> list[int]:
    """From the ``moment``-th call on, everything that touches the stick fails, as after pulling it."""
    calls = [0]

    def failing(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            calls[0] += 1
            if calls[0] >= moment:
                raise Pulled(5, "Input/output error")
            return real(*given, **named)

        return call

    for name in ("open", "fsync", "replace"):
        monkeypatch.setattr(os, name, failing(getattr(os, name)))
    for name in ("mkdir", "unlink", "lstat"):
        monkeypatch.setattr(Path, name, failing(getattr(Path, name)))
    return calls


def test_pulled_at_any_moment_nothing_is_half(usb: Path) -> None:
    old, new = b"old" * 1000, b"new" * 1000
    for name in NAMES:
        assert good(Stick.at(usb)).write(name, old) is None
    moment, finished = 1, False
    while not finished:
        for name in NAMES:
            assert good(Stick.at(usb)).write(name, old) is None
        with pytest.MonkeyPatch.context() as patch:
            calls = _pull_at(patch, moment)
            results = [Stick(usb).write(name, new) for name in NAMES]
        finished = calls[0] < moment
        for name, result in zip(NAMES, results, strict=True):
            now = _visible(usb)[f"station-app/{name}"]
            assert now in (old, new), f"half a file after {moment} calls"
            if result is None:
                assert now == new, "acknowledged is there"
            else:
                assert code_of(result) == "stick_failed"
        moment += 1
    assert moment > 20, "every step was tried"
    assert set(_visible(usb)) == {f"station-app/{name}" for name in NAMES}


def test_a_write_the_system_refuses_leaves_the_old_file(usb: Path) -> None:
    carrier = good(Stick.at(usb))
    assert carrier.write(NAMES[0], b"old") is None
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        assert code_of(carrier.write(NAMES[0], bytes(100_000))) == "stick_failed"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert _visible(usb) == {f"station-app/{NAMES[0]}": b"old"}
    assert not list((usb / "station-app").rglob("*.part"))
    assert carrier.write(NAMES[0], bytes(100_000)) is None


def test_a_full_stick_is_said_before_writing(usb: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    carrier = good(Stick.at(usb))
    assert carrier.write(NAMES[0], b"old") is None
    little = os.statvfs_result((4096, 4096, 1000, 5, 5, 1000, 500, 500, 0, 255))
    monkeypatch.setattr(os, "statvfs", lambda _path: little)
    refused = carrier.write(NAMES[0], bytes(100_000))
    assert code_of(refused) == "stick_full" and refused is not None and refused.values["free"] == 20
    assert _visible(usb) == {f"station-app/{NAMES[0]}": b"old"}


def test_odd_sticks_harm_nobody(usb: Path, tmp_path: Path) -> None:
    carrier = good(Stick.at(usb))
    place = usb / "station-app" / "to-centre" / "15060210701"
    assert carrier.write("to-centre/15060210701/aaaaaaaaaaaa-1-9.bundle", b"ours") is None
    secret = tmp_path / "secret"
    secret.write_bytes(b"not for you")
    (place / "bbbbbbbbbbbb-1-9.bundle").symlink_to(secret)
    os.mkfifo(place / "cccccccccccc-1-9.bundle")
    (place / "dddddddddddd-1-9.bundle").mkdir()
    with open(place / "eeeeeeeeeeee-1-9.bundle", "wb") as huge:
        huge.truncate(4 * 1024**3)
    (place / "autorun.inf").write_bytes(b"[autorun]")
    (place / "aaaaaaaaaaaa-1-9.bundle.lnk").write_bytes(b"x")
    (place / "../15060210701/.aaaaaaaaaaaa-1-9.bundle.part").write_bytes(b"half")
    names = [found.string for found in carrier.files("to-centre/15060210701", stick.BUNDLE)]
    assert names == ["aaaaaaaaaaaa-1-9.bundle", "eeeeeeeeeeee-1-9.bundle"]
    assert carrier.read("to-centre/15060210701/aaaaaaaaaaaa-1-9.bundle", 100) == b"ours"
    assert code_of(carrier.read("to-centre/15060210701/eeeeeeeeeeee-1-9.bundle", stick.BUNDLE_LIMIT)) == "too_large"
    for odd in ("bbbbbbbbbbbb", "cccccccccccc", "dddddddddddd"):
        assert code_of(carrier.read(f"to-centre/15060210701/{odd}-1-9.bundle", 100)) == "stick_unreadable"
    assert carrier.read("to-centre/15060210701/ffffffffffff-1-9.bundle", 100) is None


def test_a_folder_that_is_a_link_is_not_entered(usb: Path, tmp_path: Path) -> None:
    carrier = good(Stick.at(usb))
    outside = tmp_path / "outside" / "15060210701"
    outside.mkdir(parents=True)
    (outside / "aaaaaaaaaaaa-1-9.bundle").write_bytes(b"x")
    (usb / "station-app").mkdir()
    (usb / "station-app" / "to-centre").symlink_to(tmp_path / "outside")
    assert carrier.folders("to-centre", stick.STATION) == []
    assert carrier.files("to-centre/15060210701", stick.BUNDLE) == []
    assert carrier.read("to-centre/15060210701/aaaaaaaaaaaa-1-9.bundle", 100) is None
    assert code_of(carrier.write("to-centre/15060210701/bbbbbbbbbbbb-1-9.bundle", b"y")) == "stick_failed"
    assert [p.name for p in outside.iterdir()] == ["aaaaaaaaaaaa-1-9.bundle"]


@pytest.mark.slow
def test_a_hundred_thousand_odd_files(usb: Path) -> None:
    carrier = good(Stick.at(usb))
    assert carrier.write(NAMES[0], b"ours") is None
    place = usb / "station-app" / "to-centre" / "15060210701"
    for number in range(100_000):
        os.close(os.open(place / f"{number:06}-照片.jpg", os.O_CREAT | os.O_WRONLY))
    assert [found.string for found in carrier.files("to-centre/15060210701", stick.BUNDLE)] == [Path(NAMES[0]).name]


def test_names_that_are_not_ours_never_fit() -> None:
    for form, odd in (
        (stick.BUNDLE, "../../etc-1-9.bundle"),
        (stick.BUNDLE, "aaaaaaaaaaaa-01-9.bundle"),
        (stick.BUNDLE, "aaaaaaaaaaaa-1-9.bundle\n"),
        (stick.BUNDLE, "AAAAAAAAAAAA-1-9.bundle"),
        (stick.STATION, "1506021070１"),
        (stick.BLOB, "a" * 64 + ".blob.exe"),
        (stick.ANY_BUNDLE, "..bundle"),
        (stick.ANY_BUNDLE, "a/b.bundle"),
    ):
        assert re.fullmatch(form, odd) is None, odd


def test_no_stick() -> None:
    assert code_of(Stick.at(Path("/nowhere/at/all"))) == "no_stick"
