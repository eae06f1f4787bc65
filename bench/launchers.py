"""The same study from a laptop to a cluster: trials that take no time, for what each costs; or the demo's own.

    python bench/launchers.py [--trials 12 | --demo]

Slurm is the two-node cluster of tests/far, Ray a cluster that the study starts and ends, both on this machine; what
isn't installed is left out, and said.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from tests.far import slurm  # noqa: E402 - the tests' own cluster

APP = HERE / "apps" / "scale"
RESULTS = HERE / "results"
LAUNCHERS = {
    "basic": [],
    "oneaxis": ["hydra/launcher=oneaxis", "hydra.sweeper.workers=2"],
    "joblib": ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"],
    "submitit_local": ["hydra/launcher=submitit_local", "hydra.sweeper.workers=2"],
    "submitit_slurm": ["hydra/launcher=submitit_slurm"],
    "ray": ["hydra/launcher=ray", "+hydra.launcher.ray.init.num_cpus=2"],
}
DEMO = ["model.C=0.1,10", "hydra.sweeper.seeds=5"]
ALWAYS = ["hydra/sweeper=oneaxis", "hydra.sweeper.tracking=null", "hydra.sweeper.report=false"]


def main() -> int:
    options = _options()
    rows = []
    with (
        tempfile.TemporaryDirectory(prefix="oneaxis-launchers-", dir=options.place) as temporary,
        cluster(temporary) as nodes,
    ):
        for name in LAUNCHERS:
            if name == "submitit_slurm" and nodes is None:
                print(f"left out: {name} ({slurm.lacking()} not installed)", file=sys.stderr)
                continue
            if name == "ray" and not find_spec("ray"):
                print("left out: ray (not installed)", file=sys.stderr)
                continue
            environment = nodes.environment if nodes else {}
            if options.demo:
                rows.append(demo_row(name, Path(temporary), environment))
            else:
                rows.append(row(name, Path(temporary), options.trials, environment))
            print(rows[-1], flush=True)
    where = f"two at a time but for basic, {os.cpu_count()} cores, {platform.machine()}, "
    where += f"Python {platform.python_version()}, {date.today()}\n\n"
    head = f"{options.trials} trials that take no time, {where}"
    head += "| hydra/launcher= | wall s | trials alone, s | a trial, s | CPU s of this side |\n|---|---|---|---|---|\n"
    if options.demo:
        head = f"`python train.py -m {' '.join(DEMO)}`, 15 trials, {where}"
        head += "| hydra/launcher= | wall s | trials' own seconds, all together |\n|---|---|---|\n"
    if options.keep:
        file = "launchers_demo.md" if options.demo else "launchers.md"
        (RESULTS / file).write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    return 0


def demo_row(name: str, place: Path, environment: Mapping[str, str]) -> str:
    app = place / name
    app.mkdir()
    shutil.copy(HERE.parent / "train.py", app)
    shutil.copytree(HERE.parent / "conf", app / "conf")
    wall = study("train.py", app, [*DEMO, *LAUNCHERS[name]], environment)
    records = [json.loads(path.read_text()) for path in (app / "study").glob("*/record.json")]
    assert {record["status"] for record in records} == {"finished"}
    return f"| {name} | {wall:.1f} | {sum(record['seconds'] for record in records):.1f} |"


def row(name: str, place: Path, trials: int, environment: dict[str, str]) -> str:
    app = place / name
    shutil.copytree(APP, app, ignore=shutil.ignore_patterns("__pycache__"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    line = [f"x=range(1,{trials // 2})", "hydra.sweeper.seeds=2", *LAUNCHERS[name]]
    wall, after = study("app.py", app, line, environment), resource.getrusage(resource.RUSAGE_CHILDREN)
    marks = json.loads((app / "study" / "times.json").read_text())["sittings"][-1]
    ran = marks["ended"] - marks["launched"]
    own = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return f"| {name} | {wall:.1f} | {ran:.1f} | {ran / trials:.2f} | {own:.1f} |"


def study(script: str, app: Path, line: Sequence[str], environment: Mapping[str, str]) -> float:
    """Seconds that a study takes from its command to its end."""
    started = time.monotonic()
    ended = subprocess.run(
        [sys.executable, script, "-m", *ALWAYS, "hydra.sweep.dir=study", *line],
        cwd=app,
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        check=False,
        capture_output=True,
        text=True,
    )
    if ended.returncode:
        raise SystemExit(ended.stdout + ended.stderr)
    return time.monotonic() - started


@contextlib.contextmanager
def cluster(place: str):
    """Two nodes, or None."""
    if slurm.lacking():
        yield None
        return
    root = Path(place) / "cluster"
    root.mkdir()
    nodes = slurm.Cluster(root)
    try:
        nodes.start()
        yield nodes
    finally:
        nodes.stop()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=12, help="an even number")
    parser.add_argument("--demo", action="store_true", help="fifteen trials of the demo")
    parser.add_argument("--place", help="a folder for the studies (default: the system's for such)")
    parser.add_argument("--keep", action="store_true", help="write bench/results/launchers.md, or launchers_demo.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
