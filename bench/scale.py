"""One very large study of trivial trials: planned, run, mirrored, compared and shown.

    python bench/scale.py [--trials 10000] [--seeds 5] [--workers 2]

The task returns its own input, so all time is oneaxis', Hydra's and MLflow's. Memory is the most that each process held
(VmHWM), the sweeping process' beside that of a study of two trials, which has loaded the same modules.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from datetime import date
from pathlib import Path

from processes import children, command, most_memory

APP = Path(__file__).parent / "apps" / "scale"
RESULTS = Path(__file__).parent / "results"
ROLES = {"oneaxis.study.server": "server of the local launcher", "oneaxis.tracking.service": "mirror"}
CLI = ["-m", "oneaxis.cli"]
PAGE = 100  # runs that MLflow's page loads at first
EVERY = 15.0  # seconds between two lines of progress
STAGES = ["started", "planning", "planned", "launched", "ended", "told"]


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="oneaxis-scale-", dir=options.place) as temporary:
        app = Path(temporary) / "scale"
        shutil.copytree(APP, app, ignore=shutil.ignore_patterns("__pycache__"))
        _, small = run(app, ["x=choice(2)", *study("few/small", options.workers)], "small")
        deviations = options.trials // options.seeds - 1
        line = [f"x=range(1,{deviations + 1})", f"hydra.sweeper.seeds={options.seeds}"]
        wall, memory = run(app, [*line, *study("many/large", options.workers)], "large")
        rows = figures(app, wall, memory, small)
        tell(rows, options)
        again, _ = run(app, [*line, *study("many/large", options.workers)], "large")
        tell(rows | {"the same study again, nothing left to run": f"{again:.1f} s"}, options)
    return 0


def tell(rows: dict[str, str], options: argparse.Namespace) -> None:
    table = "\n".join(f"| {name} | {value} |" for name, value in rows.items())
    text = f"{options.trials} trials = (the reference + {options.trials // options.seeds - 1} deviations) × "
    text += f"{options.seeds} seeds, {options.workers} workers, {len(os.sched_getaffinity(0))} cores, "
    text += f"{platform.machine()}, Python {platform.python_version()}, {date.today()}\n\n| | |\n|---|---|\n{table}\n"
    print(text, flush=True)
    if options.keep:
        (RESULTS / f"scale_{options.trials}.md").write_text(text, encoding="utf-8")


def study(name: str, workers: int) -> list[str]:
    return [
        "hydra/sweeper=oneaxis", "hydra/launcher=oneaxis", f"hydra.sweep.dir={name}",
        f"hydra.sweeper.workers={workers}", "hydra.sweeper.tracking=sqlite:///mlflow.db",
    ]  # fmt: skip


def run(app: Path, line: list[str], name: str) -> tuple[float, dict[str, int]]:
    """Run a study; its wall seconds, and the most memory (kB) of each of its processes."""
    started = time.monotonic()
    with (app / f"{name}.txt").open("w") as out:
        process = subprocess.Popen([sys.executable, "app.py", "-m", *line], cwd=app, stdout=out, stderr=out)
    most: dict[str, int] = {}
    told = started
    while process.poll() is None:
        for pid in [process.pid, *children(process.pid)]:
            role = role_of(pid) if pid != process.pid else "sweeper"
            most[role] = max(most.get(role, 0), most_memory(pid))
        if time.monotonic() > told + EVERY:
            told = time.monotonic()
            done = len(list(app.glob(f"*/{name}/*/record.json")))
            print(f"{name}: {done} records after {told - started:.0f} s", file=sys.stderr, flush=True)
        time.sleep(0.5)
    if process.returncode:
        raise SystemExit((app / f"{name}.txt").read_text()[-3000:])
    return time.monotonic() - started, most


def figures(app: Path, wall: float, memory: dict[str, int], small: dict[str, int]) -> dict[str, str]:
    root = app / "many" / "large"
    marks = json.loads((root / "times.json").read_text())["sittings"][-1]
    spent = {later: marks[later] - marks[earlier] for earlier, later in itertools.pairwise(STAGES)}
    count = len(list(root.glob("*/record.json")))
    files = [path for path in root.rglob("*") if path.is_file()]
    rows = {
        "plan and proof": f"{spent['planned']:.1f} s, {1000 * spent['planned'] / count:.1f} ms a trial",
        "until the first trial": f"{spent['launched']:.1f} s",
        "trials": f"{spent['ended']:.1f} s, {1000 * spent['ended'] / count:.1f} ms a trial",
        "comparison and table": f"{spent['told']:.1f} s",
        "report, rest of the mirror, end": f"{marks['started'] + wall - marks['told']:.1f} s",
        "whole": f"{wall:.1f} s, {1000 * wall / count:.1f} ms a trial",
        "sweeper's memory": f"{memory['sweeper'] / 1024:.0f} MB, "
        f"{(memory['sweeper'] - small['sweeper']) / 1024:.0f} MB over that of a study of 2 trials",
    }
    rows |= {f"{role}'s memory": f"{memory[role] / 1024:.0f} MB" for role in ROLES.values() if role in memory}
    rows["on disk"] = (
        f"{len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:.1f} MB; "
        f"study.json {(root / 'study.json').stat().st_size / 1e6:.1f} MB, "
        f"report.html {(root / 'report.html').stat().st_size / 1e6:.1f} MB, "
        f"mlflow.db {(app / 'mlflow.db').stat().st_size / 1e6:.1f} MB"
    )
    for line in (["compare", "many/large", "--format", "csv"], ["plan", "many/large"]):
        started = time.monotonic()
        subprocess.run([sys.executable, *CLI, *line], cwd=app, check=True, capture_output=True)
        rows[f"oneaxis {line[0]}"] = f"{time.monotonic() - started:.1f} s"
    return rows | page(app, root, count)


def page(app: Path, root: Path, count: int) -> dict[str, str]:
    """What MLflow's page asks its store for, through the link that the study printed."""
    answer = json.loads((root / "tracking.json").read_text())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mlflow import MlflowClient

        client = MlflowClient(tracking_uri=f"sqlite:///{app / 'mlflow.db'}")
        client.search_experiments(max_results=1)
        started = time.monotonic()
        found = client.search_runs(
            [answer["experiment"]],
            f"tags.`mlflow.parentRunId` = '{answer['run']}'",
            max_results=PAGE,
            order_by=["metrics.`score` DESC"],
        )
        took = time.monotonic() - started
        written = 0
        token = None
        while True:
            runs = client.search_runs(
                [answer["experiment"]],
                f"tags.`mlflow.parentRunId` = '{answer['run']}'",
                max_results=1000,
                page_token=token,
            )
            written += len(runs)
            token = runs.token
            if not token:
                break
    return {"MLflow's first page": f"{took:.1f} s for {len(found)} runs; {written} of {count} trials are there"}


def role_of(pid: int) -> str:
    return next((role for module, role in ROLES.items() if module in command(pid)), "other")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--place", help="a folder for the study, with some hundred MB (default: the system's for such)")
    parser.add_argument("--keep", action="store_true", help="write bench/results/scale_TRIALS.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
