"""The ground try.py and test.py stand on: system packages where they may be installed, and .venv from a lock file.

Needs the standard library of Python 3.11 only. Everything is said on standard error, so that standard output
belongs to what is run. No index is named here: pip's own configuration (files and PIP_* variables) decides.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "station-app.json"
RUNTIME_LOCK = ROOT / "packaging" / "requirements.lock"
TEST_LOCK = ROOT / "packaging" / "requirements-test.lock"
TRANSLATIONS = ROOT / "resources" / "translations"
LEAST_PYTHON = (3, 11)

#: What the Qt libraries in the wheel are linked against, measured in a minbase Debian 12.
QT_PACKAGES = (
    "libgl1",
    "libegl1",
    "libglib2.0-0",
    "libfontconfig1",
    "libxkbcommon0",
    "libdbus-1-3",
    "libbrotli1",
)
#: What a window on an X display needs besides.
XCB_PACKAGES = (
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-util1",
    "libxcb-xkb1",
    "libxkbcommon-x11-0",
)
#: The standard tools by which anyone checks a report, a bundle and a receipt without our code.
CHECK_PACKAGES = ("poppler-utils", "libnss3-tools", "age", "openssl", "zstd", "jq", "sqlite3")
#: What only the tests need.
TEST_PACKAGES = ("postgresql", "xvfb", "xauth", "chromium", "gcc", "libc6-dev")

#: Distributions since 2024 renamed some libraries (64-bit time); the old name is then only a virtual one.
RENAMED = {"libglib2.0-0": "libglib2.0-0t64"}


class CannotGoOn(Exception):
    """Set-up stops here; the text says why and what a person does about it."""


def say(text: str) -> None:
    """One line of progress on standard error."""
    print(text, file=sys.stderr, flush=True)


def require_python(version: tuple[int, ...] = sys.version_info[:2]) -> None:
    """Stop when this Python is too old for the program."""
    if tuple(version) < LEAST_PYTHON:
        raise CannotGoOn(
            f"需要 Python {LEAST_PYTHON[0]}.{LEAST_PYTHON[1]} 或更新的版本，现在是 {version[0]}.{version[1]}。"
            f" (Python {LEAST_PYTHON[0]}.{LEAST_PYTHON[1]} or newer is needed.)"
        )


# --- system packages ---------------------------------------------------------------------------------------------


def has_screen(environment: dict[str, str] | None = None, platform: str = sys.platform) -> bool:
    """Whether a window can be seen here: always on Windows and macOS, else when a display is named."""
    if platform in ("win32", "darwin"):
        return True
    given = os.environ if environment is None else environment
    return bool(given.get("DISPLAY") or given.get("WAYLAND_DISPLAY"))


def is_debian() -> bool:
    """Whether packages are kept by dpkg and apt here."""
    return bool(shutil.which("dpkg-query") and shutil.which("apt-get"))


def is_root() -> bool:
    """Whether this process may install system packages."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def venv_package(executable: str = sys.executable, version: tuple[int, ...] = sys.version_info[:2]) -> str:
    """The Debian package that lets this Python make a .venv with pip in it."""
    own = Path("/usr/bin/python3")
    if own.exists() and own.resolve() == Path(executable).resolve():
        return "python3-venv"
    return f"python{version[0]}.{version[1]}-venv"


def python_parts() -> tuple[str, ...]:
    """The system packages this Python lacks to make a .venv: none, or the one Debian keeps apart."""
    return () if importlib.util.find_spec("ensurepip") else (venv_package(),)


def installed_among(listing: str) -> set[str]:
    """Names that ``dpkg-query -W -f '${db:Status-Status} ${Package} ${Provides}\\n'`` calls installed.

    A package also stands for what it provides, so that a renamed library is not asked for again.
    """
    names: set[str] = set()
    for line in listing.splitlines():
        status, _space, rest = line.partition(" ")
        if status != "installed":
            continue
        name, _space, provides = rest.partition(" ")
        names.add(name)
        names.update(part.split()[0].split(":")[0] for part in provides.split(",") if part.strip())
    return names


def missing_packages(wanted: Iterable[str]) -> list[str]:
    """Those of the wanted system packages that are not installed, in their order."""
    listing = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package} ${Provides}\n"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    have = installed_among(listing)
    return [name for name in wanted if name not in have and RENAMED.get(name) not in have]


@contextlib.contextmanager
def no_services_started(policy: Path = Path("/usr/sbin/policy-rc.d")) -> Iterator[None]:
    """While packages are installed, none of them starts a service (Debian's policy-rc.d; left as it was afterwards)."""
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink(missing_ok=True)


def install_line(names: Sequence[str]) -> str:
    """The one line by which a person installs system packages."""
    return "sudo apt-get install -y --no-install-recommends " + " ".join(names)


def apt(*arguments: str) -> bool:
    """Run apt-get without questions, its output on standard error; waits for another apt-get that is running."""
    command = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=600", "-o", "Dpkg::Use-Pty=0", *arguments]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        say(shlex.join(command))
        say(done.stdout[-3000:] + done.stderr[-3000:])
    return done.returncode == 0


def system_packages(wanted: Sequence[str]) -> list[str]:
    """Install the missing ones where we may; what stays missing is returned, and the line to run is printed."""
    if not sys.platform.startswith("linux"):
        return []
    if not is_debian():
        say("本系统不是 Debian/Ubuntu，请用系统自己的方式安装与下列软件包相当的组件 (install the equivalents of):")
        say("  " + " ".join(wanted))
        return []
    missing = missing_packages(wanted)
    if missing and is_root():
        say(f"正在安装系统软件包 (installing {len(missing)} system packages): {' '.join(missing)}")
        with no_services_started():
            apt("update")
            if not apt("install", "--no-install-recommends", *missing):
                # One name this distribution does not know must not keep the others away.
                for name in missing:
                    apt("install", "--no-install-recommends", name)
        missing = missing_packages(wanted)
    if missing:
        say("还缺少系统软件包，请运行下面这一行 (system packages are missing, please run):")
        say("  " + install_line(missing))
    return missing


# --- .venv -------------------------------------------------------------------------------------------------------


def venv_program(name: str, venv: Path = VENV, platform: str = sys.platform) -> Path:
    """Where a program of the .venv lies on this system."""
    return venv / "Scripts" / f"{name}.exe" if platform == "win32" else venv / "bin" / name


def digest(path: Path) -> str:
    """SHA-256 of a file, as hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def wanted_stamp(locks: Sequence[Path]) -> dict[str, str]:
    """What .venv must have been made from: Python, folder, the project's declaration, the lock files."""
    stamp = {path.name: digest(path) for path in (*locks, ROOT / "pyproject.toml")}
    return {**stamp, "python": sys.version, "folder": str(ROOT)}


def read_stamp(path: Path = STAMP) -> dict[str, str]:
    """What .venv was made from; empty when it was not made by us, or not to the end."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def is_current(have: dict[str, str], want: dict[str, str]) -> bool:
    """Whether a .venv so stamped serves; one with more in it (the tests' parts) serves as well."""
    return all(have.get(key) == value for key, value in want.items())


def works(python: Path) -> bool:
    """Whether the .venv's Python starts, is of this version, and has pip."""
    asked = [str(python), "-c", "import sys, pip; print(sys.version)"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
    except OSError:
        return False
    return done.returncode == 0 and done.stdout.strip() == sys.version.strip()


def make_venv() -> None:
    """An empty .venv with pip, in place of one that does not serve."""
    importlib.invalidate_caches()
    lacking = python_parts()
    if lacking:
        raise CannotGoOn(
            "这台电脑的 Python 缺少 venv/pip 组件，请先运行 (this Python cannot make a .venv yet, please run first):\n"
            f"  {install_line(lacking)}"
        )
    say("正在建立 .venv (making .venv)")
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], stdout=sys.stderr, check=True)


def pip(python: Path, *arguments: str) -> None:
    """Run the .venv's pip, its words on standard error."""
    # Python compiles a module when it is first used; compiling all of them beforehand took a third of the time.
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-compile", "-q"]
    environment = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    done = subprocess.run([*command, *arguments], stdout=sys.stderr, env=environment, check=False)
    if done.returncode:
        raise CannotGoOn(
            "安装 Python 软件包没有成功，原因见上。检查网络或 pip 的设置后再运行一次即可。"
            " (pip failed as said above; mend the network or pip's settings and run this again.)"
        )


def block(lock: str, name: str) -> str:
    """The lines of a lock file for one package: its version and hashes."""
    lines = lock.splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if line.startswith(f"{name}=="))
    end = next((number for number in range(first + 1, len(lines)) if not lines[number].startswith(" ")), len(lines))
    return "".join(lines[first:end])


def texts_are_current(folder: Path = TRANSLATIONS) -> bool:
    """Whether each language's compiled texts are there and no older than what they are made from."""
    for language in {fragment.parent for fragment in folder.glob("*/*.po")}:
        compiled = language / "LC_MESSAGES" / "station_app.mo"
        newest = max(fragment.stat().st_mtime_ns for fragment in language.glob("*.po"))
        if not compiled.exists() or compiled.stat().st_mtime_ns < newest:
            return False
    return True


def compile_texts(python: Path) -> None:
    """The texts people read, compiled where a checkout or a pull left them behind."""
    if not texts_are_current():
        subprocess.run([str(python), str(ROOT / "packaging" / "texts.py")], stdout=sys.stderr, check=True)


def python_packages(tests: bool) -> Path:
    """Bring .venv to what the lock file says, the project itself in it; gives the .venv's Python."""
    # The tests' lock holds all of the runtime's, so a .venv made for tests serves try.py too.
    locks = [RUNTIME_LOCK, TEST_LOCK] if tests else [RUNTIME_LOCK]
    python = venv_program("python")
    want = wanted_stamp(locks)
    if is_current(read_stamp(), want) and venv_program("station-app").exists() and works(python):
        compile_texts(python)
        return python
    started = time.monotonic()
    have = read_stamp()
    STAMP.unlink(missing_ok=True)
    if not works(python) or (have and have.get("folder") != str(ROOT)):
        make_venv()
    say("正在安装 Python 软件包，约一分钟 (installing Python packages, about a minute)")
    # Every file that pip fetches is checked against the hashes in the lock file. setuptools comes first and alone:
    # it builds the project, and the few packages published as source only, and without it pip would fetch, unchecked,
    # what builds them.
    with tempfile.TemporaryDirectory() as folder:
        builder = Path(folder) / "builder.lock"
        builder.write_text(block(locks[-1].read_text(encoding="utf-8"), "setuptools"), encoding="utf-8")
        pip(python, "--require-hashes", "-r", str(builder))
    pip(python, "--require-hashes", "--no-build-isolation", "--use-pep517", "-r", str(locks[-1]))
    pip(python, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    STAMP.write_text(json.dumps(want, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    compile_texts(python)
    say(f"Python 软件包已装好 (Python packages are in place): {time.monotonic() - started:.0f} s")
    return python
