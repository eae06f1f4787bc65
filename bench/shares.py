"""Where the CPU goes: each process of a variant, by what it is for.

    python bench/shares.py [--work small] [--variants floor-2,local,optuna] [--keep]

On two cores that are busy all the time, half of the sum is the least that the wall can be.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from kept import FLOOR
from measure import Bench
from processes import children, command, family, processor_time
from rows import FLOOR_THERE
from run import machine_now
from variants import VARIANTS, Variant, Workload, medium, small

RESULTS = Path(__file__).parent / "results"
LOOK_EVERY = 0.05  # seconds
OURS = ("oneaxis.study.server", "oneaxis.tracking.service")
PARTS = {
    "oneaxis.study.server": "the server that trials are forked from: imports",
    "oneaxis.tracking.service": "mirror: loads MLflow, writes",
    "main": "the sweeping process, or the script",
    "children": "trials (forks), workers",
}


def main() -> None:
    options = _options()
    load = {"small": small, "medium": medium}[options.work]()
    bench = Bench()
    lines = []
    try:
        for variant in [variant for variant in VARIANTS if variant.name in options.variants.split(",")]:
            wall, shares = watch(bench, variant, load)
            print(f"{variant.name}: {wall:.1f} s", file=sys.stderr, flush=True)
            lines += [f"| {variant.caption} | {part} | {shares[part]:.1f} |" for part in PARTS.values() if shares[part]]
            lines.append(f"| | sum; wall {wall:.1f} s | {sum(shares.values()):.1f} |")
        [floor] = [variant for variant in VARIANTS if variant.name == FLOOR]
        slower = (bench.time(floor, small()).inner or 0.0) / FLOOR_THERE
    finally:
        bench.close()
    head = f"{load.name}: {len(load.values)} jobs; {machine_now()}, {slower:.1f} × slower than the limits' machine"
    text = "\n".join([head, "", "| variant | part | CPU s |", "|---|---|---|", *lines]) + "\n"
    print(text)
    if options.keep:
        (RESULTS / f"shares_{load.name}.md").write_text(text, encoding="utf-8")


def watch(bench: Bench, variant: Variant, load: Workload) -> tuple[float, Counter[str]]:
    """Run a variant once; its wall seconds, and CPU seconds by part."""
    with bench.project(load) as folder:
        started = time.perf_counter()
        with (folder / "output.txt").open("w") as out:
            process = subprocess.Popen(
                [sys.executable, *variant.command(load)],
                cwd=folder,
                env=bench.environment(folder) | {"BENCH_PARENT": bench.parent},
                stdout=out,
                stderr=out,
            )
        own: dict[int, tuple[str, float, float]] = {}
        while process.poll() is None:
            for pid in family(process.pid):
                # One that is about to end has no command left to be told by.
                if any(seen := processor_time(pid)) and (command(pid) or pid in own):
                    own[pid] = (role(pid, process.pid) if command(pid) else own[pid][0], *seen)
            time.sleep(LOOK_EVERY)
        wall = time.perf_counter() - started
    shares: Counter[str] = Counter()
    for part, mine, _ in own.values():
        shares[part] += mine
    # Forks end between two looks: what their parent has reaped counts them whole.
    reaped = sum(theirs for part, _, theirs in own.values() if part == PARTS["oneaxis.study.server"])
    if reaped:
        shares[PARTS["children"]] = reaped
    return wall, shares


def role(pid: int, main: int) -> str:
    if pid == main:
        return PARTS["main"]
    # A trial has its server's command line, and is no child of the sweeping process.
    found = [PARTS[module] for module in OURS if module in command(pid) and pid in children(main)]
    return found[0] if found else PARTS["children"]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", choices=("small", "medium"), default="small")
    parser.add_argument("--variants", default="floor-2,local,hydra-joblib-batched,optuna")
    parser.add_argument("--keep", action="store_true", help="write bench/results/shares_WORK.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
