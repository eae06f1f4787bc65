"""What it costs that a trial is the user's own program: the same jobs, each way in turn, in a few rounds.

    python bench/faithful.py [--rounds 3] [--before CHECKOUT]

`--before` is a checkout of an earlier oneaxis, whose own launcher then takes its turn on the same apps. Ratios are to
the floor of the same round: two warm processes that run the jobs alone.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Mapping
from pathlib import Path

from measure import Bench, Ended
from variants import LOCAL, VARIANTS, Workload, medium, small

from oneaxis.trial.provenance import machine

RESULTS = Path(__file__).parent / "results"
FLOOR = "floor-2"
WAYS = (FLOOR, "local", "local-own-imports", "local-anew", "joblib", "basic")
BEFORE = "oneaxis before, its local launcher"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--before", type=Path, help="a checkout of an earlier oneaxis")
    options = parser.parse_args()
    chosen = {variant.name: variant for variant in VARIANTS if variant.name in WAYS}
    bench = Bench()
    found: dict[str, dict[str, list[tuple[float, float]]]] = {}
    try:
        for number in range(1, options.rounds + 1):
            for load in (small(), medium()):
                floor = bench.time(chosen[FLOOR], load)
                assert floor.inner is not None
                for name in WAYS[1:]:
                    timing = bench.time(chosen[name], load)
                    kept = found.setdefault(load.name, {}).setdefault(chosen[name].caption, [])
                    kept.append((timing.wall / floor.inner, timing.cpu / floor.cpu))
                if options.before is not None:
                    ended = _before(bench, load, options.before)
                    found[load.name].setdefault(BEFORE, []).append((ended.wall / floor.inner, ended.cpu / floor.cpu))
            print(f"round {number} of {options.rounds}", file=sys.stderr, flush=True)
    finally:
        bench.close()
    text = _page(found, options.rounds)
    (RESULTS / "faithful.md").write_text(text)
    print(text)
    return 0


def _before(bench: Bench, load: Workload, checkout: Path) -> Ended:
    """The earlier version's launcher on the same jobs; it loaded ahead whatever a script named anywhere."""
    first, *rest = load.values
    command = [
        "ours.py", "-m", "hydra/sweeper=oneaxis", "hydra.sweeper.experiment=bench",
        f"{load.key}={first}", f"{load.key}=choice({','.join(rest)})", *load.fixed, *LOCAL,
    ]  # fmt: skip
    with bench.project(load) as folder:
        environment = {"BENCH_PARENT": bench.parent, "PYTHONPATH": str(checkout / "src")}
        return bench.command(command, folder, environment)


def _page(found: Mapping[str, Mapping[str, list[tuple[float, float]]]], rounds: int) -> str:
    names = {"small": "W1: 48 fits of 0.05 s", "medium": "W2: 16 networks of 1.2 s"}
    lines = ["# What a faithful trial costs", ""]
    lines += [f"`python bench/faithful.py`, {rounds} rounds; {os.cpu_count()} cores, {machine().get('cpu', '')}.", ""]
    for load, rows in found.items():
        lines += [f"## {names[load]}", "", "| way | wall over the floor | CPU over the floor's |", "|---|---|---|"]
        for caption, values in rows.items():
            walls, cpus = zip(*values, strict=True)
            lines.append(f"| {caption} | {_told(walls)} | {_told(cpus)} |")
        lines.append("")
    return "\n".join(lines)


def _told(values: tuple[float, ...]) -> str:
    return f"{statistics.median(values):.2f} [{min(values):.2f}–{max(values):.2f}]"


if __name__ == "__main__":
    raise SystemExit(main())
