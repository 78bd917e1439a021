"""The ground of both set-up scripts: system packages, lock files, the stamp of .venv."""

import hashlib
import json
import os
import re
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.packaging.scripts import PACKAGING, ROOT, load

ground = load("ground")
licences = load("licences")


def test_old_python_is_refused_by_name() -> None:
    ground.require_python((3, 11))
    with pytest.raises(ground.CannotGoOn, match=r"3\.11.*3\.10"):
        ground.require_python((3, 10))


# --- system packages


def test_only_wholly_installed_packages_count() -> None:
    listing = (
        "installed libgl1 \n"
        "half-configured age \n"
        "config-files jq \n"
        "installed libglib2.0-0t64 libglib2.0-0 (= 2.80.0-6), libglib2.0-bin:any\n"
        "not-installed zstd \n"
    )
    assert ground.installed_among(listing) == {"libgl1", "libglib2.0-0t64", "libglib2.0-0", "libglib2.0-bin"}


def test_missing_packages_are_asked_of_dpkg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    query = tmp_path / "dpkg-query"
    query.write_text("#!/bin/sh\necho 'installed libgl1 '\necho 'installed libglib2.0-0t64 '\necho 'unpacked age '\n")
    query.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert ground.missing_packages(["age", "libgl1", "libglib2.0-0", "jq"]) == ["age", "jq"]


def test_line_to_run_names_what_is_missing() -> None:
    line = ground.install_line(["age", "jq"])
    assert line.startswith("sudo apt-get install ") and line.endswith(" age jq")


def test_no_service_starts_while_packages_are_installed(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    with ground.no_services_started(policy):
        assert os.access(policy, os.X_OK) and "exit 101" in policy.read_text()
    assert not policy.exists()


def test_policy_of_the_computer_is_left_as_it_is(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("its own")
    with ground.no_services_started(policy):
        assert policy.read_text() == "its own"
    assert policy.read_text() == "its own"


@pytest.mark.parametrize(
    ("environment", "platform", "seen"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ""}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "win32", True),
        ({}, "darwin", True),
    ],
)
def test_screen_is_found_where_there_is_one(environment: dict[str, str], platform: str, seen: bool) -> None:
    assert ground.has_screen(environment, platform) is seen


def test_other_python_needs_its_own_venv_package(tmp_path: Path) -> None:
    assert ground.venv_package(str(tmp_path / "python3.13"), (3, 13)) == "python3.13-venv"


# --- .venv


def test_programs_lie_where_the_system_puts_them(tmp_path: Path) -> None:
    assert ground.venv_program("station-app", tmp_path, "linux") == tmp_path / "bin" / "station-app"
    assert ground.venv_program("station-app", tmp_path, "win32") == tmp_path / "Scripts" / "station-app.exe"


def test_stamp_of_tests_serves_the_try_run_but_not_the_other_way() -> None:
    runtime = ground.wanted_stamp([ground.RUNTIME_LOCK])
    tests = ground.wanted_stamp([ground.RUNTIME_LOCK, ground.TEST_LOCK])
    assert ground.is_current(tests, runtime)
    assert not ground.is_current(runtime, tests)
    assert not ground.is_current({}, runtime)


@pytest.mark.parametrize("part", sorted(ground.wanted_stamp([ground.RUNTIME_LOCK])))
def test_any_change_of_what_venv_is_made_from_is_noticed(part: str) -> None:
    want = ground.wanted_stamp([ground.RUNTIME_LOCK])
    assert not ground.is_current({**want, part: "another"}, want)


@pytest.mark.parametrize("content", [None, "", "{", "[]", '"text"'])
def test_unfinished_stamp_counts_as_none(tmp_path: Path, content: str | None) -> None:
    stamp = tmp_path / "stamp.json"
    if content is not None:
        stamp.write_text(content)
    assert ground.read_stamp(stamp) == {}


def test_stamp_is_read_back(tmp_path: Path) -> None:
    stamp = tmp_path / "stamp.json"
    want = ground.wanted_stamp([ground.RUNTIME_LOCK])
    stamp.write_text(json.dumps(want))
    assert ground.read_stamp(stamp) == want


def test_python_that_does_not_start_does_not_work(tmp_path: Path) -> None:
    broken = tmp_path / "python"
    assert not ground.works(broken)
    broken.write_text("#!/bin/sh\nexit 0\n")
    broken.chmod(0o755)
    assert not ground.works(broken)
    assert ground.works(Path(sys.executable))


def test_texts_are_compiled_anew_when_a_translation_is_newer(tmp_path: Path) -> None:
    fragment, compiled = tmp_path / "zh_CN" / "cli.po", tmp_path / "zh_CN" / "LC_MESSAGES" / "station_app.mo"
    compiled.parent.mkdir(parents=True)
    fragment.touch()
    assert not ground.texts_are_current(tmp_path)
    compiled.touch()
    os.utime(fragment, (1_000_000, 1_000_000))
    assert ground.texts_are_current(tmp_path)
    os.utime(compiled, (999_999, 999_999))
    assert not ground.texts_are_current(tmp_path)


def wheel(folder: Path) -> Path:
    """A tiny package, made here, for pip to install."""
    file = folder / "fictional-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("fictional.py", "ANSWER = 1\n")
        archive.writestr("fictional-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: fictional\nVersion: 1.0\n")
        archive.writestr("fictional-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("fictional-1.0.dist-info/RECORD", "")
    return file


def test_package_is_installed_only_with_the_hash_in_the_lock(tmp_path: Path) -> None:
    digest = hashlib.sha256(wheel(tmp_path).read_bytes()).hexdigest()
    lock, target = tmp_path / "lock", tmp_path / "target"
    rest = ["--no-index", "--find-links", str(tmp_path), "--target", str(target), "--require-hashes", "-r", str(lock)]
    lock.write_text(f"fictional==1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(ground.CannotGoOn):
        ground.pip(Path(sys.executable), *rest)
    assert not (target / "fictional.py").exists()
    lock.write_text(f"fictional==1.0 --hash=sha256:{digest}\n")
    ground.pip(Path(sys.executable), *rest)
    assert (target / "fictional.py").exists()


# --- lock files

LOCKS = [PACKAGING / "requirements.lock", PACKAGING / "requirements-test.lock"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_its_hashes(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    for name, _version in licences.locked(text):
        part = ground.block(text, name)
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", part), name
        assert part.count("==") >= 1


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_lock_names_no_place_to_fetch_from(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|^-e|@ file", text, flags=re.MULTILINE)


def test_tests_run_on_the_very_versions_people_run() -> None:
    runtime, tests = (set(licences.locked(lock.read_text(encoding="utf-8"))) for lock in LOCKS)
    assert runtime < tests


def test_lock_satisfies_what_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    runtime, tests = (licences.locked(lock.read_text(encoding="utf-8")) for lock in LOCKS)
    build = [line for line in (PACKAGING / "requirements.in").read_text().splitlines() if not line.startswith("#")]
    for declared, locked in (
        (project["dependencies"] + extras["centre"] + build, runtime),
        (extras["test"], tests),
    ):
        for text in declared:
            wanted = Requirement(text)
            versions = [version for name, version in locked if name == licences.canonical(wanted.name)]
            assert versions, f"{text}: not in the lock file; compile it anew (README, dependencies)"
            assert all(wanted.specifier.contains(version) for version in versions), text


def test_block_is_the_one_package() -> None:
    part = ground.block("a==1 \\\n    --hash=sha256:aa\n    # via x\nsetuptools==2 \\\n    --hash=sha256:bb\nz==3\n", "setuptools")
    assert part == "setuptools==2 \\\n    --hash=sha256:bb\n"
