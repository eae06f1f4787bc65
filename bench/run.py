"""Time the same work side by side, and the rows that the project is judged by.

python bench/run.py                                   everything: both workloads, all variants, all rows
python bench/run.py --rows plan-30,records            these rows alone (and the variants that they compare)
python bench/run.py --rows none --work small --variants local,optuna
python bench/run.py --quick                           one round, shorter rows: a look, not a result

Variants take turns within a round; ratios are to the floor measured in the same round.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from measure import Bench, Timing
from plot import draw
from rows import ROWS, ROWS_BY_NAME, NotYet, Row
from variants import VARIANTS, Variant, Workload, medium, small

RESULTS = Path(__file__).parent / "results"
FLOOR = "floor-2"
NONE = ["none"]
SLOW = {"ray": 1}  # rounds of a variant that takes minutes


def main() -> None:
    options = _options()
    rows = _rows(options.rows)
    loads = _loads(options, rows)
    bench = Bench()
    rounds: list[dict[str, dict[str, Timing]]] = []
    values: dict[str, list[float]] = {row.name: [] for row in rows}
    lacking: dict[str, str] = {}
    try:
        for number in range(1, options.rounds + 1):
            print(f"round {number} of {options.rounds}", file=sys.stderr, flush=True)
            rounds.append({load.name: _round(bench, chosen, load, number) for load, chosen in loads})
            for row in [row for row in rows if number == 1 or not row.once]:
                _measure(bench, row, rounds[-1], values[row.name], lacking, quick=options.quick)
    finally:
        bench.close()
    _report(loads, rounds, rows, values, lacking, whole=not options.rows and not options.variants)


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


def _rows(named: Sequence[str]) -> list[Row]:
    if list(named) == NONE:
        return []
    unknown = [name for name in named if name not in ROWS_BY_NAME]
    if unknown:
        sys.exit(f"no row {unknown[0]}; there are {', '.join(ROWS_BY_NAME)}")
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
        found[variant.name] = timing = bench.time(variant, load)
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


def _report(
    loads: Sequence[tuple[Workload, Sequence[Variant]]],
    rounds: Sequence[Mapping[str, Mapping[str, Timing]]],
    rows: Sequence[Row],
    values: Mapping[str, Sequence[float]],
    lacking: Mapping[str, str],
    *,
    whole: bool,
) -> None:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    head = (
        f"{date.today().isoformat()}, {cores} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"{len(rounds)} rounds, median [least–most]"
    )
    texts = [head]
    for felt, title in ((True, "what users feel"), (False, "rows that must not slip")):
        if chosen := [row for row in rows if row.felt == felt]:
            texts.append(_rows_table(title, chosen, values, lacking))
    texts.extend(_variants_table(load, variants, [found[load.name] for found in rounds]) for load, variants in loads)
    text = "\n\n".join(texts) + "\n"
    print(text)
    # A look at one row must not replace the figures of a whole run.
    RESULTS.mkdir(exist_ok=True)
    name = "bench" if whole else "latest"
    (RESULTS / f"{name}.md").write_text(text)
    raw = [
        {load: {variant: timing.__dict__ for variant, timing in found.items()} for load, found in one.items()}
        for one in rounds
    ]
    kept = {"head": head, "variants": raw, "rows": values, "lacking": lacking}
    (RESULTS / f"{name}.json").write_text(json.dumps(kept, indent=1) + "\n")
    shares = {
        load.name: {
            variant.caption: _ratios(variant.name, [found[load.name] for found in rounds]) for variant in chosen
        }
        for load, chosen in loads
    }
    if draw(shares, head, RESULTS / f"{name}.png"):
        print(f"plot: {RESULTS / name}.png")


def _rows_table(
    title: str, rows: Sequence[Row], values: Mapping[str, Sequence[float]], lacking: Mapping[str, str]
) -> str:
    lines = [f"| {title} | measured | target | met | today's best other |", "|---|---|---|---|---|"]
    for row in rows:
        found = values[row.name]
        if found:
            met = "pass" if row.met(statistics.median(found)) else "FAIL"
            measured = f"{_spread(found)} {row.unit}".rstrip()
        else:
            met, measured = "–", lacking.get(row.name, "not measured")
        lines.append(f"| {row.caption} | {measured} | {row.target} | {met} | {row.other} |")
    return "\n".join(lines)


def _variants_table(load: Workload, variants: Sequence[Variant], rounds: Sequence[Mapping[str, Timing]]) -> str:
    lines = [
        f"| {load.name}: {len(load.values)} jobs | wall s | CPU s | × floor | recorded runs, params, metrics |",
        "|---|---|---|---|---|",
    ]
    for variant in variants:
        timings = [found[variant.name] for found in rounds if variant.name in found]
        walls = [timing.wall if timing.inner is None else timing.inner for timing in timings]
        last = timings[-1]
        counted = f"{last.runs}, {last.params}, {last.metrics}" if variant.recorded else "none"
        ratios = _ratios(variant.name, rounds)
        lines.append(
            f"| {variant.caption} | {_spread(walls)} | {statistics.median(timing.cpu for timing in timings):.1f} "
            f"| {statistics.median(ratios):.2f} | {counted} |"
        )
    return "\n".join(lines)


def _ratios(name: str, rounds: Sequence[Mapping[str, Timing]]) -> list[float]:
    """A variant's wall over the floor of the same round."""
    pairs = [(found[name], found[FLOOR].inner or 0.0) for found in rounds if name in found]
    return [(timing.wall if timing.inner is None else timing.inner) / floor for timing, floor in pairs]


def _spread(values: Sequence[float]) -> str:
    middle = f"{statistics.median(values):.3g}"
    return middle if len(values) == 1 else f"{middle} [{min(values):.3g}–{max(values):.3g}]"


if __name__ == "__main__":
    main()
