"""The rows that the project is judged by: what is measured, its target, and whether it was met.

A row gives its values once a round; the median counts. Rows that compare variants take them from the same round.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from made import grouped_app, sweep_of
from measure import Bench, Timing
from variants import APPS, WORKERS, medium, small

ROOT = Path(__file__).resolve().parents[1]
Found = Mapping[str, Mapping[str, Timing]]  # this round's timings, by workload and variant
OURS = ("hydra/sweeper=oneaxis", "hydra/launcher=oneaxis", f"hydra.sweeper.workers={WORKERS}")
# Wall seconds of W1's 48 fits in two warm processes, where the limits in seconds were set. A machine's own over this
# is how much slower it is; limits in seconds are stretched by that.
FLOOR_THERE = 1.07
JOINED = 1.25  # a study that only starts and adds a trial may take this much longer than a study of one trial


class NotYet(Exception):
    """What the row measures isn't there, or this run hasn't timed what it compares."""


@dataclass(frozen=True)
class Row:
    """`measure` gives one round's value; it meets the target when it is at most `limit` (at least, where `more`).

    `variants` are those of a workload that the row needs timed in the same round.
    """

    name: str
    caption: str
    limit: float
    unit: str
    other: str
    measure: Callable[[Bench, Found, bool], float]
    felt: bool = False  # in the table of what users feel
    more: bool = False
    needs: tuple[str, tuple[str, ...]] | None = None
    once: bool = False  # minutes long, and its noise is small beside it

    def met(self, value: float, slowness: float = 1.0) -> bool:
        """Whether the target is met on a machine that is so many times slower than the one it was set on."""
        limit = self.limit * (slowness if self.timed else 1.0)
        return value >= limit if self.more else value <= limit

    @property
    def timed(self) -> bool:
        """Whether the limit is a time, which depends on the machine."""
        return self.unit in {"s", "ms"}

    @property
    def target(self) -> str:
        return f"{'≥' if self.more else '≤'} {self.limit:g} {self.unit}".rstrip()


def _first_metric(bench: Bench, _: Found, quick: bool) -> float:
    """Seconds from typing to the reference's metric, of the demo on digits, in a fresh copy with a new store."""
    del quick
    with bench.folder() as folder:
        shutil.copy(ROOT / "train.py", folder)
        shutil.copytree(ROOT / "conf", folder / "conf")
        environment = {**bench.environment(folder), "PYTHONUNBUFFERED": "1"}
        environment.pop("MLFLOW_TRACKING_URI")
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "train.py", "-m", "model.C=0.1,10"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        seen = None
        for line in process.stdout:
            if seen is None and line.startswith("reference") and ":" in line:
                seen = time.perf_counter() - started
        if process.wait() != 0 or seen is None:
            raise RuntimeError("the demo's study failed")
        return seen


def _long_trials(bench: Bench, _: Found, quick: bool) -> float:
    """The wall of four trials that sleep, two at a time, over the floor of two such sleeps."""
    seconds = 20.0 if quick else 60.0
    with bench.folder() as folder:
        wall = _counted(bench, folder, "x=choice(1,2,3)", f"sleep={seconds}")
        _ran(folder, 4)
        return wall / (2 * seconds)


def _added_value(bench: Bench, _: Found, quick: bool) -> float:
    """The wall of a study with one value more than a finished one of 100 trials, over a study of one trial alone."""
    jobs = 20 if quick else 100
    values = ",".join(map(str, range(1, jobs)))
    with bench.folder() as folder:
        _counted(bench, folder, f"x=choice({values})", "hydra.sweep.dir=multirun/one")
        ran = _ran(folder, jobs)
        wall = _counted(bench, folder, f"x=choice({values},{jobs})", "hydra.sweep.dir=multirun/two")
        again = len((folder / "ran.txt").read_text().splitlines()) - ran
    with bench.folder() as folder:
        alone = _counted(bench, folder)
    if again > 1:
        raise NotYet(f"needs reuse: {again} trials ran where one was new")
    return wall / alone


def _counted(bench: Bench, folder: Path, *overrides: str) -> float:
    command = [str(APPS / "counted.py"), "-m", *OURS, *overrides]
    return bench.command(command, folder, {"BENCH_HERE": str(folder)}).wall


def _ran(folder: Path, jobs: int) -> int:
    ran = len((folder / "ran.txt").read_text().splitlines())
    if ran != jobs:
        raise RuntimeError(f"{ran} trials ran instead of {jobs}")
    return ran


def _planned(groups: int, deviations: int) -> Callable[[Bench, Found, bool], float]:
    def measure(bench: Bench, _: Found, quick: bool) -> float:
        del quick
        with bench.folder() as folder:
            script = grouped_app(folder, groups)
            command = [str(script), "-m", *OURS, "hydra.sweeper.dry_run=true", *sweep_of(groups, deviations)]
            timing = bench.command(command, folder, {})
            if f"{deviations} deviations" not in timing.output:
                raise RuntimeError(f"another plan than {deviations} deviations:\n{timing.output[:500]}")
            return timing.wall

    return measure


def _records(what: str) -> Callable[[Bench, Found, bool], float]:
    def measure(bench: Bench, _: Found, quick: bool) -> float:
        del quick  # a tenth of the records would say nothing about the memory
        made = bench.shared / "records"
        if not made.exists():
            made.mkdir()
            bench.command([str(Path(__file__).with_name("made.py")), "write", str(made), "10000"], made, {})
        with bench.folder() as folder:
            output = bench.command([str(Path(__file__).with_name("made.py")), "read", str(made)], folder, {}).output
        return float(next(line.split()[1] for line in output.splitlines() if line.startswith(what)))

    return measure


def _timed(found: Found, load: str, variant: str) -> Timing:
    if variant not in found.get(load, {}):
        raise NotYet(f"{load}/{variant} wasn't timed in this run")
    return found[load][variant]


def _wall(load: str, variant: str) -> Callable[[Bench, Found, bool], float]:
    return lambda _, found, __: _timed(found, load, variant).wall


def _over_floor(load: str, variant: str) -> Callable[[Bench, Found, bool], float]:
    return lambda _, found, __: _timed(found, load, variant).wall / (_timed(found, load, "floor-2").inner or 0.0)


def _times_faster(load: str, variant: str) -> Callable[[Bench, Found, bool], float]:
    return lambda _, found, __: _timed(found, load, variant).wall / _timed(found, load, "local").wall


def _marginal(bench: Bench, found: Found, quick: bool) -> float:
    """Milliseconds of wall that each further job of W1 costs, its own floor taken off."""
    del quick
    from variants import VARIANTS

    load = small()
    [local] = [variant for variant in VARIANTS if variant.name == "local"]
    many, floor = _timed(found, "small", "local"), _timed(found, "small", "floor-2")
    one = bench.time(local, small(1))
    jobs = len(load.values)
    return 1000 * ((many.wall - one.wall) / (jobs - 1) - (floor.inner or 0.0) / jobs)


W1, W2 = small().name, medium().name
ROWS = (
    Row(
        "first-metric",
        "first metric of the reference on screen, cold, digits",
        3,
        "s",
        "4 to 5 s",
        _first_metric,
        felt=True,
    ),
    Row(
        "long-trials",
        "wall over floor when trials take 60 s (asleep, four on two workers)",
        1.02,
        "",
        "–",
        _long_trials,
        felt=True,
        once=True,
    ),
    Row(
        "medium",
        "wall over floor when trials take 1 s (W2, curves recorded)",
        1.5,
        "",
        "Optuna 2.1, Hydra joblib batched 2.4, fluent 2.9",
        _over_floor(W2, "local"),
        felt=True,
        needs=(W2, ("floor-2", "local")),
    ),
    Row(
        "plan-30",
        "plan and proof of 30 deviations, 30 groups, on screen",
        3,
        "s",
        "4.5 s of composition alone",
        _planned(30, 30),
        felt=True,
    ),
    Row(
        "added-value",
        "one value added to a finished study of 100 trials, over a study of one trial",
        JOINED,
        "",
        "all again",
        _added_value,
        felt=True,
    ),
    Row(
        "small",
        "W1, 48 jobs, all recorded",
        5.5,
        "s",
        "12.1, 6.8 s",
        _wall(W1, "local"),
        needs=(W1, ("floor-2", "local")),
    ),
    Row(
        "small-joblib",
        "W1, times faster than Hydra joblib batched",
        2,
        "×",
        "1",
        _times_faster(W1, "hydra-joblib-batched"),
        more=True,
        needs=(W1, ("local", "hydra-joblib-batched")),
    ),
    Row(
        "small-optuna",
        "W1, times faster than Optuna",
        1,
        "×",
        "1",
        _times_faster(W1, "optuna"),
        more=True,
        needs=(W1, ("local", "optuna")),
    ),
    Row(
        "marginal",
        "marginal wall a job, W1",
        40,
        "ms",
        "Hydra joblib 127, Optuna 17 (which composes and keeps nothing)",
        _marginal,
        needs=(W1, ("floor-2", "local")),
    ),
    Row("plan-1000-3", "plan and prove 1,000 deviations, 3 groups", 15, "s", "50 s", _planned(3, 1000)),
    Row("plan-1000-30", "plan and prove 1,000 deviations, 30 groups", 60, "s", "152 s", _planned(30, 1000)),
    Row(
        "records", "records of 10,000 trials read and compared", 5, "s", "MLflow's search alone 10 s", _records("inner")
    ),
    Row("records-memory", "the same, most memory", 500, "MB", "–", _records("memory")),
)
ROWS_BY_NAME = {row.name: row for row in ROWS}
assert os.name == "posix", "the bench times processes with wait4"
