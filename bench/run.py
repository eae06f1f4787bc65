"""Time the same work side by side, and the rows that the project is judged by.

python bench/run.py                                   everything: both workloads, all variants, all rows
python bench/run.py --rows plan-30,records            these rows alone (and the variants that they compare)
python bench/run.py --rows none --work small --variants local,optuna
python bench/run.py --quick                           one round, shorter rows: a look, not a result

Variants take turns within a round; ratios are to the floor measured in the same round. What was measured replaces what
`results/bench.json` had of it, row by row and workload by workload, each with its date: parts can be run apart.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from kept import FLOOR, Kept, report
from measure import Bench, Timing
from plot import draw
from rows import FLOOR_THERE, ROWS, ROWS_BY_NAME, NotYet, Row
from variants import VARIANTS, Variant, Workload, medium, small

from oneaxis.trial.provenance import machine

RESULTS = Path(__file__).parent / "results"
NONE = ["none"]
SLOW = {"ray": 1}  # rounds of a variant that takes minutes


def main() -> None:
    options = _options()
    rows = _rows(options)
    loads = _loads(options, rows)
    bench = Bench()
    rounds: list[dict[str, dict[str, Timing]]] = []
    slowness: list[float] = []
    values: dict[str, list[float]] = {row.name: [] for row in rows}
    lacking: dict[str, str] = {}
    complete = () if options.variants else tuple(load.name for load, chosen in loads if _all_there(chosen))
    before = Kept.read(RESULTS / "bench.json")

    def news() -> Kept:
        about = {"slowness": statistics.median(slowness), "machine": machine_now()}
        return Kept.of(rounds, complete=complete, rows=rows, values=values, lacking=lacking, **about)

    try:
        for number in range(1, options.rounds + 1):
            print(f"round {number} of {options.rounds}", file=sys.stderr, flush=True)
            rounds.append({load.name: _round(bench, chosen, load, number) for load, chosen in loads})
            slowness.append(_slowness(bench, rounds[-1]))
            for row in [row for row in rows if number == 1 or not row.once]:
                _measure(bench, row, rounds[-1], values[row.name], lacking, quick=options.quick)
                _write(before.with_news(news()), quick=options.quick)  # minutes a row: an interruption loses one
            _write(before.with_news(news()), quick=options.quick)
    finally:
        bench.close()
    if options.quick:
        print(report(news()))
        return
    merged = before.with_news(news())
    print(report(merged))
    if draw(merged.shares(), merged.machines(), RESULTS / "bench.png"):
        print(f"plot: {RESULTS / 'bench.png'}")


def _write(kept: Kept, *, quick: bool) -> None:
    if quick:  # a look is no result
        return
    RESULTS.mkdir(exist_ok=True)
    kept.write(RESULTS / "bench.json")
    (RESULTS / "bench.md").write_text(report(kept))


def _slowness(bench: Bench, found: Mapping[str, Mapping[str, Timing]]) -> float:
    """How much slower than the machine that the limits in seconds were set on: W1's floor here over the one there."""
    known = found.get(small().name, {}).get(FLOOR)
    if known is None:
        [floor] = [variant for variant in VARIANTS if variant.name == FLOOR]
        known = bench.time(floor, small())
    value = (known.inner or 0.0) / FLOOR_THERE
    print(f"  this machine now: {value:.2f} × slower than the one that limits in seconds were set on", file=sys.stderr)
    return value


def _all_there(chosen: Sequence[Variant]) -> bool:
    return {variant.name for variant in VARIANTS if find_spec(variant.needs)} <= {variant.name for variant in chosen}


def machine_now() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    processor = machine().get("cpu", platform.machine())
    return f"{date.today().isoformat()}, {cores} cores, {processor}, Python {platform.python_version()}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = {"type": lambda text: text.split(","), "default": []}
    parser.add_argument("--work", choices=("small", "medium", "both", "none"), default="both")
    parser.add_argument("--rounds", type=int, default=None, help="default 3, with --quick 1")
    parser.add_argument("--variants", **names, help=", ".join(variant.name for variant in VARIANTS))
    parser.add_argument("--rows", **names, help=", ".join(row.name for row in ROWS) + "; or none")
    parser.add_argument("--quick", action="store_true", help="one round, shorter rows")
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 3)
    return options


def _rows(options: argparse.Namespace) -> list[Row]:
    named = list(options.rows)
    if named == NONE:
        return []
    unknown = [name for name in named if name not in ROWS_BY_NAME]
    if unknown:
        sys.exit(f"no row {unknown[0]}; there are {', '.join(ROWS_BY_NAME)}")
    if not named and (options.work != "both" or options.variants):
        return [row for row in ROWS if row.needs and row.needs[0] == options.work]
    return [row for row in ROWS if not named or row.name in named]


def _loads(options: argparse.Namespace, rows: Sequence[Row]) -> list[tuple[Workload, list[Variant]]]:
    """Each workload with the variants to time: those asked for, else those that the asked rows compare."""
    found = []
    for load in (small(), medium()):
        needed = {name for row in rows if row.needs and row.needs[0] == load.name for name in row.needs[1]}
        if options.variants:
            needed = {*options.variants, FLOOR}
        elif not options.rows or list(options.rows) == NONE:
            needed = {variant.name for variant in VARIANTS}
        if (options.work not in (load.name, "both") and not options.rows) or not needed:
            continue
        if list(options.rows) == NONE and options.work not in (load.name, "both"):
            continue
        chosen = [variant for variant in VARIANTS if variant.name in needed]
        for variant in [variant for variant in chosen if find_spec(variant.needs) is None]:
            print(f"LEFT OUT: {variant.caption} (pip install {variant.needs})", file=sys.stderr)
            chosen.remove(variant)
        found.append((load, chosen))
    return found


def _round(bench: Bench, variants: Sequence[Variant], load: Workload, number: int) -> dict[str, Timing]:
    found = {}
    for variant in variants:
        if number > SLOW.get(variant.name, number):
            continue
        try:
            found[variant.name] = timing = bench.time(variant, load)
        except RuntimeError as failure:  # one that fails here doesn't cost the others their round
            print(f"  {load.name} {variant.name} FAILED: {failure}", file=sys.stderr, flush=True)
            continue
        print(f"  {load.name} {variant.name}: {timing.wall:.2f} s", file=sys.stderr, flush=True)
    return found


def _measure(
    bench: Bench,
    row: Row,
    found: Mapping[str, Mapping[str, Timing]],
    values: list[float],
    lacking: dict[str, str],
    *,
    quick: bool,
) -> None:
    try:
        values.append(row.measure(bench, found, quick))
    except NotYet as reason:
        lacking[row.name] = str(reason)
        print(f"  {row.name}: {reason}", file=sys.stderr, flush=True)
    else:
        print(f"  {row.name}: {values[-1]:.3g} {row.unit}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
