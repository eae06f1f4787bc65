"""Kill jobs and sweepers at random moments, and count what is lost.

    python bench/faults.py [--rounds 100] [--launcher local|joblib|submitit_local|all] [--side-by-side]

A round is one study of trivial trials. `kill -9` hits one of its jobs, or the sweeping process itself, at a random
moment; `oneaxis resume` goes on until the study is complete. Each trial must then have exactly one finished record
that counts, with the value that its configuration gives, and no process may be left at work. (Idle workers of joblib's
outlive a sweeper that was killed; they are ended here and not counted.)
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from processes import children, command

APP = Path(__file__).parent / "apps" / "faults"
RESULTS = Path(__file__).parent / "results"
LAUNCHERS = {
    "local": ["hydra/launcher=oneaxis"],
    "joblib": ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"],
    "submitit_local": ["hydra/launcher=submitit_local"],
}
TRIALS = 1 + 7
MOST_RESUMES = 6
LONGEST = 900.0  # seconds for one command, on a busy machine


@dataclass
class Tally:
    """What the rounds of one launcher gave."""

    rounds: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    resumed: int = 0
    attempts: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    left_running: int = 0
    incomplete: int = 0
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.wrong or self.left_running or self.incomplete)


def main() -> int:
    options = _options()
    names = list(LAUNCHERS) if options.launcher == "all" else [options.launcher]
    tallies = {name: Tally() for name in names}

    def rounds(name: str) -> None:
        chance = random.Random(f"{options.seed} {name}")
        for number in range(options.rounds):
            round_of_faults(name, chance, tallies[name])
            print(f"round {number + 1}/{options.rounds} {name}: {tallies[name]}", file=sys.stderr, flush=True)
            if not options.quiet:
                _write(tallies, options.seed)

    with ThreadPoolExecutor(len(names) if options.side_by_side else 1) as threads:
        list(threads.map(rounds, names))
    return 0 if all(tally.good for tally in tallies.values()) else 1


def round_of_faults(launcher: str, chance: random.Random, tally: Tally) -> None:
    """One study, hurt once or twice, resumed until it is complete, and counted."""
    root = Path(tempfile.mkdtemp(prefix="oneaxis-faults-"))
    try:
        shutil.copytree(APP, root / "app")
        started = time.monotonic()
        _study(launcher, root / "app", chance, tally)
        tally.seconds += time.monotonic() - started
        tally.rounds += 1
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _study(launcher: str, app: Path, chance: random.Random, tally: Tally) -> None:
    line = ["app.py", "-m", *LAUNCHERS[launcher], "x=1,2,3,4,5,6,7", "hydra.sweep.dir=study"]
    _run([sys.executable, *line], app, chance, tally, hurt=True)
    for number in range(MOST_RESUMES):
        if _complete(app / "study"):
            break
        tally.resumed += 1
        again = [sys.executable, "-m", "oneaxis.cli", "resume", "study"]
        if not (app / "study" / "study.json").exists():  # killed before it began
            again = [sys.executable, *line]
        _run(again, app, chance, tally, hurt=number == 0 and chance.random() < 0.5)
    _count(app / "study", tally)
    if _processes(app):
        tally.left_running += 1
    for process in _processes(app, idle=True):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def _run(line: list[str], app: Path, chance: random.Random, tally: Tally, *, hurt: bool) -> None:
    """Run a command to its end; hurt it once at a random moment after its first trial began."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with (app / "output.txt").open("ab") as log:
        process = subprocess.Popen(line, cwd=app, env=environment, stdout=log, stderr=log)
    deadline = time.monotonic() + LONGEST
    moment: float | None = None
    target = chance.choice(["job", "sweeper"])
    begun = len(list(app.glob("study/*/.hydra")))
    while process.poll() is None:
        if time.monotonic() > deadline:
            process.kill()
            tally.killed["hung"] += 1
            break
        if hurt:
            if moment is None and len(list(app.glob("study/*/.hydra"))) > begun:
                moment = time.monotonic() + chance.uniform(0, 1.0)
            if moment is not None and time.monotonic() >= moment:
                hurt = not _kill(target, process.pid, app, chance, tally)
        time.sleep(0.02)
    process.wait()
    deadline = time.monotonic() + 60
    while _processes(app) and time.monotonic() < deadline:
        time.sleep(0.05)


def _kill(target: str, sweeper: int, app: Path, chance: random.Random, tally: Tally) -> bool:
    """Kill the sweeping process, or one of its jobs; whether anything was there to kill."""
    pid = sweeper
    if target == "sweeper":
        # `oneaxis resume` runs the app: that is the sweeping process.
        pid = next((child for child in children(sweeper) if "app.py" in command(child)), sweeper)
    else:
        numbers = [process for process in _jobs(app) if process != sweeper]
        if not numbers:
            return False
        pid = chance.choice(numbers)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    tally.killed[target] += 1
    return True


def _complete(study: Path) -> bool:
    records = [json.loads(path.read_text()) for path in study.glob("*/record.json")]
    return sum(record["status"] == "finished" for record in records) == TRIALS


def _count(study: Path, tally: Tally) -> None:
    """Exactly one finished record a trial, with its own value; what the task noted of its runs beside."""
    found = Counter()
    for path in study.glob("*/record.json"):
        record = json.loads(path.read_text())
        if record["status"] != "finished":
            continue
        found[record["trial"]] += 1
        tally.wrong += record["metrics"] != {"score": float(record["config"]["x"])}
        # The curve of a record is one attempt's alone.
        points = [json.loads(line)["step"] for line in (path.parent / "curves.jsonl").read_text().splitlines()]
        tally.doubled += points != [0, 1, 2]
    tally.doubled += sum(count > 1 for count in found.values())
    tally.lost += TRIALS - len(found)
    tally.incomplete += not _complete(study)
    tally.attempts += len(list(study.glob("*/.oneaxis/attempts/*")))


def _jobs(app: Path) -> list[int]:
    """The processes that run a trial, as they said themselves."""
    found = []
    for path in app.glob("study/*/.oneaxis/running.json"):
        with contextlib.suppress(OSError, ValueError, KeyError):  # it ends, or begins, at this moment
            found.append(int(json.loads(path.read_text())["process"]))
    return found


def _helps_joblib(process: int) -> bool:
    told = command(process)
    return "joblib.externals.loky" in told or "multiprocessing.resource_tracker" in told


def _processes(folder: Path, *, idle: bool = False) -> list[int]:
    """Living processes that work in a folder; workers of joblib's without a trial only if `idle`."""
    found = []
    working = set(_jobs(folder))
    for entry in Path("/proc").iterdir():
        try:
            here = entry.name.isdigit() and (entry / "cwd").readlink().is_relative_to(folder)
            alive = here and (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
            process = int(entry.name) if alive else 0
            alive = alive and bool(command(process))  # one that is about to end has no command left
            if alive and (idle or process in working or not _helps_joblib(process)):
                found.append(process)
        except OSError:
            continue
    return found


def _write(tallies: dict[str, Tally], seed: int) -> None:
    columns = ["launcher", "rounds", "jobs killed", "sweepers killed", "resumed", "attempts set aside", "lost"]
    columns += ["doubled", "wrong", "left running", "s a round"]
    where = f"{platform.machine()}, Python {platform.python_version()}, {date.today().isoformat()}"
    lines = [
        f"kill -9 of random jobs and of the sweeper at random moments, seed {seed}, {TRIALS} trials a round, {where}"
    ]
    lines += ["", f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for name, tally in tallies.items():
        lines.append(
            f"| {name} | {tally.rounds} | {tally.killed['job']} | {tally.killed['sweeper']} | {tally.resumed} "
            f"| {tally.attempts} | {tally.lost} | {tally.doubled} | {tally.wrong} | {tally.left_running} "
            f"| {tally.seconds / max(1, tally.rounds):.1f} |"
        )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "faults.md").write_text("\n".join(lines) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--launcher", choices=(*LAUNCHERS, "all"), default="all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--side-by-side", action="store_true", help="the launchers at the same time; for six cores")
    parser.add_argument("--quiet", action="store_true", help="write no bench/results/faults.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
