"""What the README says can be done can be done: each command, option, path and picture in it exists."""

import re
import shlex
import subprocess
import sys
import tomllib

import pytest

from tests.packaging.scripts import ROOT, load

README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]


def words_of(line: str) -> list[str]:
    return shlex.split(line, comments=True)


def test_both_commands_stand_on_the_first_screen() -> None:
    first = README.splitlines()[:24]
    assert any("python3 packaging/try.py" in line for line in first)
    assert any("python3 packaging/test.py" in line for line in first)


@pytest.mark.parametrize("line", COMMANDS)
def test_command_exists(line: str) -> None:
    program, *rest = words_of(line)
    if program == "python3":
        script, *arguments = rest
        assert (ROOT / script).is_file()
        for argument in arguments:
            assert argument.startswith("-") or (ROOT / argument).exists(), argument
    elif program == ".venv/bin/poe":
        assert set(rest) <= set(PROJECT["tool"]["poe"]["tasks"])
    elif program == ".venv/bin/station-app":
        assert "station-app" in PROJECT["project"]["scripts"]
        assert set(rest) <= {"--help"}
    else:
        assert program == "uv", f"an unknown program: {line}"
        for argument in rest:
            if argument.startswith(("packaging/", "pyproject")):
                assert (ROOT / argument).exists(), argument


@pytest.mark.parametrize("task", PROJECT["tool"]["poe"]["tasks"])
def test_task_names_what_exists(task: str) -> None:
    program, *rest = shlex.split(PROJECT["tool"]["poe"]["tasks"][task]["cmd"])
    if rest and rest[0] == "-m":
        module = ROOT.joinpath(*rest[1].split("."))
        assert module.with_suffix(".py").exists() or (module / "__main__.py").exists(), rest[1]
    for word in rest:
        if "/" in word or word in ("station_app", "tests", "packaging"):
            assert (ROOT / word).exists(), word
    assert program in ("python", "pytest", "ruff", "mypy")


def test_options_of_the_try_run_are_those_it_has() -> None:
    said = set(re.findall(r"`(--[a-z-]+)", README.split("### 试运行")[0]))
    known = {option for action in load("try").parser()._actions for option in action.option_strings}
    assert said == known - {"-h", "--help"}


def test_program_tells_its_commands() -> None:
    done = subprocess.run([sys.executable, "-m", "station_app", "--help"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for option in ("--data", "try"):
        assert option in done.stdout


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_linked_file_exists(path: str) -> None:
    assert (ROOT / path).is_file()


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:resources|tests|packaging|station_app)/[\w./-]*)`", README)))
)
def test_named_path_exists(path: str) -> None:
    assert (ROOT / path).exists()
