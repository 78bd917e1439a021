"""``python -m tests.machines --examples N [--steps S] [--seed X]``: whole histories of a station, and one JSON line of what happened."""

import argparse
import json
import sys
import time
from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machines import machine


def run(examples: int, steps: int, start: int) -> dict[str, object]:
    """So many histories; what ran, and what was wrong (the first, with the steps that lead to it on standard error)."""
    machine.FAULTS.clear()
    machine.RAN.clear()
    began, wrong = time.monotonic(), list[str]()
    rules = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, phases=[Phase.generate], database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    try:
        run_state_machine_as_test(seed(start)(machine.Station), settings=rules)
    except Exception as error:  # noqa: BLE001  # whatever it was, it is the result
        wrong.append(f"{type(error).__name__}: {error}")
        for note in getattr(error, "__notes__", ()):
            print(note, file=sys.stderr)
    ran = machine.RAN
    return {
        "histories": ran["histories"], "steps": ran["steps"], "seconds": round(time.monotonic() - began, 1),
        "faults": dict(sorted(machine.FAULTS.items())), "never": sorted(set(machine.MUST_HAPPEN) - set(machine.FAULTS)), "wrong": wrong,
    }  # fmt: skip


def main(words: Sequence[str]) -> int:
    """The command line; 1 when something was wrong, or a kind of fault never happened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=200)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    told = parser.parse_args(words)
    result = run(told.examples, told.steps, told.seed)
    print(json.dumps(result, ensure_ascii=False))
    return 1 if result["wrong"] or (result["never"] and told.examples >= 100) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
