"""Time the same work side by side: `python bench/run.py [--work small] [--rounds 3] [--variants local,optuna]`.

Variants take turns within a round; ratios are to the floor measured in the same round.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from measure import Bench, Timing
from variants import VARIANTS, Variant, Workload, medium, small

RESULTS = Path(__file__).parent / "results"
FLOOR = "floor-2"


def main() -> None:
    options = _options()
    workloads = [load for load in (small(), medium()) if options.work in (load.name, "both")]
    chosen = [variant for variant in VARIANTS if not options.variants or variant.name in options.variants]
    for variant in [variant for variant in chosen if find_spec(variant.needs) is None]:
        print(f"left out: {variant.caption} (pip install {variant.needs})", file=sys.stderr)
        chosen.remove(variant)
    if FLOOR not in [variant.name for variant in chosen]:
        chosen.insert(0, next(variant for variant in VARIANTS if variant.name == FLOOR))
    bench = Bench()
    try:
        for load in workloads:
            rounds = [_round(bench, chosen, load, number + 1, options.rounds) for number in range(options.rounds)]
            _write(load, chosen, rounds)
    finally:
        bench.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", choices=("small", "medium", "both"), default="both")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--variants", type=lambda text: text.split(","), default=[])
    return parser.parse_args()


def _round(bench: Bench, variants: Sequence[Variant], load: Workload, number: int, of: int) -> Mapping[str, Timing]:
    found = {}
    for variant in variants:
        found[variant.name] = timing = bench.time(variant, load)
        print(f"{load.name} round {number}/{of} {variant.name}: {timing.wall:.2f} s", file=sys.stderr, flush=True)
    return found


def _write(load: Workload, variants: Sequence[Variant], rounds: Sequence[Mapping[str, Timing]]) -> None:
    jobs = len(load.values)
    head = f"{load.name}: {jobs} jobs, {len(rounds)} rounds, {platform.machine()}, Python {platform.python_version()}"
    lines = [
        f"{head}, {date.today().isoformat()}",
        "",
        "| variant | wall s | CPU s | × floor | recorded runs, params, metrics |",
        "|---|---|---|---|---|",
    ]
    for variant in variants:
        timings = [found[variant.name] for found in rounds]
        walls = [timing.wall if timing.inner is None else timing.inner for timing in timings]
        ratios = [wall / found[FLOOR].inner for wall, found in zip(walls, rounds, strict=True)]
        last = timings[-1]
        counted = f"{last.runs}, {last.params}, {last.metrics}" if variant.recorded else "none"
        lines.append(
            f"| {variant.caption} | {_spread(walls)} | {statistics.median(timing.cpu for timing in timings):.1f} "
            f"| {statistics.median(ratios):.2f} | {counted} |"
        )
    text = "\n".join(lines) + "\n"
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{load.name}.md").write_text(text)
    raw = [{name: timing.__dict__ for name, timing in found.items()} for found in rounds]
    (RESULTS / f"{load.name}.json").write_text(json.dumps(raw, indent=1) + "\n")


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} [{min(values):.2f}–{max(values):.2f}]"


if __name__ == "__main__":
    main()
