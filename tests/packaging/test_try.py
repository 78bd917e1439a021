"""try.py hands its arguments on and asks for no more than the main job needs."""

import subprocess
import sys

import pytest

from tests.packaging.scripts import PACKAGING, load

script = load("try")
ground = load("ground")


@pytest.mark.parametrize(
    "words", [[], ["--no-window"], ["--json"], ["--dir", "a b"], ["--no-window", "--dir", "试", "--json"]]
)
def test_arguments_are_handed_on(words: list[str]) -> None:
    assert script.handed_on(script.parser().parse_args(words)) == words


def test_window_libraries_are_asked_for_only_where_a_window_opens() -> None:
    without, with_window = set(script.system_packages_for(False)), set(script.system_packages_for(True))
    assert with_window - without == set(ground.XCB_PACKAGES)
    # What the printed checks are run with is needed either way; servers and browsers never are.
    assert set(ground.CHECK_PACKAGES) <= without
    assert not without & set(ground.TEST_PACKAGES)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(PACKAGING / "try.py"), *words], capture_output=True, text=True, check=False)


def test_help_says_what_it_does() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert "--no-window" in done.stdout and "--dir" in done.stdout and "--json" in done.stdout


def test_wrong_usage_leaves_standard_output_alone() -> None:
    done = run("--nothing-like-this")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--nothing-like-this" in done.stderr
