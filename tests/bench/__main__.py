"""Prints each figure beside its peer, measured in one run: ``python -m tests.bench [--quick] [--only edits,imports]``."""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import station_app.kinds  # noqa: F401  # every kind
from tests.bench import bundles, edits, growth, imports, months, searches
from tests.bench.figure import FULL, QUICK, Figure, Sizes

PARTS: dict[str, Callable[[Path, Sizes], list[Figure]]] = {
    "edits": edits.measure,
    "imports": imports.measure,
    "searches": searches.measure,
    "bundles": bundles.measure,
    "months": months.measure,
    "growth": growth.measure,
}


def table(figures: Sequence[Figure]) -> str:
    """Markdown, as the figures stand in the issue."""
    lines = ["| what | against | ours | theirs | ratio | reach | |", "|---|---|---:|---:|---:|---:|---|"]
    for f in figures:
        met = "met" if f.met else f"missed by {f.ratio / f.reach:.2f} ×"
        lines.append(f"| {f.what} | {f.against} | {f.ours:.4g} {f.unit} | {f.theirs:.4g} {f.unit} | {f.ratio:.3g} × | ≤ {f.reach:.3g} × | {met} |")
    lines += ["", *(f"- {f.what}: {f.note}" for f in figures if f.note)]
    return "\n".join(lines)


def main(words: Sequence[str]) -> int:
    """Measure and print; 0 whatever the figures are: they are reported, not asserted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything runs")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas between")
    parser.add_argument("--json", action="store_true")
    for name in Sizes.__slots__:
        parser.add_argument(f"--{name.replace('_', '-')}", type=int)
    given = parser.parse_args(words)
    base = QUICK if given.quick else FULL
    sizes = Sizes(*(getattr(base, n) if getattr(given, n) is None else getattr(given, n) for n in Sizes.__slots__))
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        for part in given.only.split(","):
            folder = Path(place) / part
            folder.mkdir()
            print(f"{part} …", file=sys.stderr, flush=True)
            figures += PARTS[part](folder, sizes)
    if given.json:
        print(json.dumps([{n: getattr(f, n) for n in Figure.__slots__} | {"ratio": f.ratio, "met": f.met} for f in figures], ensure_ascii=False))
    else:
        print(table(figures))
        print(f"\n{platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
