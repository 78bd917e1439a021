"""Sets the program up on this computer and does its main job once: ``python3 packaging/try.py [--no-window] [--dir DIR] [--json]``.

Needs Python 3.11 only. Makes .venv from packaging/requirements.lock, installs missing system packages where it may
(root on Debian/Ubuntu; elsewhere it prints the line to run), then hands its arguments to ``station-app try``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

import ground


def parser() -> argparse.ArgumentParser:
    """The arguments; all of them are ``station-app try``'s own."""
    made = argparse.ArgumentParser(
        prog="python3 packaging/try.py",
        description="装好程序，并把主要工作完整做一遍：建站、导入台账、月报、签名、交到指导中心、收回执。"
        " (Sets the program up and does its main job once.)",
    )
    made.add_argument("--no-window", action="store_true", help="不打开窗口 (open no window)")
    made.add_argument("--dir", metavar="DIR", help="把做出来的文件放在这个文件夹 (put what is made here)")
    made.add_argument("--json", action="store_true", help="最后在标准输出给出一份 JSON (end with one JSON document)")
    return made


def handed_on(arguments: argparse.Namespace) -> list[str]:
    """The arguments as ``station-app try`` takes them."""
    passed = ["--no-window"] if arguments.no_window else []
    passed += ["--dir", arguments.dir] if arguments.dir else []
    return passed + (["--json"] if arguments.json else [])


def system_packages_for(window: bool) -> tuple[str, ...]:
    """What must be on the system to do the main job, to check its results, and to show the window if there is one."""
    return ground.QT_PACKAGES + ground.CHECK_PACKAGES + (ground.XCB_PACKAGES if window else ())


def main(words: list[str]) -> int:
    """Set up, then run the main job; its exit code is ours."""
    arguments = parser().parse_args(words)
    try:
        ground.require_python()
        window = ground.has_screen() and not arguments.no_window
        ground.system_packages(ground.python_parts() + system_packages_for(window))
        ground.python_packages(tests=False)
    except ground.CannotGoOn as reason:
        ground.say(str(reason))
        return 1
    command = [str(ground.venv_program("station-app")), "try", *handed_on(arguments)]
    # What a first start compiles is kept, whatever this shell says of it: the second start is the quick one.
    told = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if sys.platform == "win32":
        return subprocess.run(command, env=told, check=False).returncode
    # The program takes this one's place: what ends one of them cannot leave the other behind.
    os.execve(command[0], command, told)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
