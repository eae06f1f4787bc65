"""Eight people's studies at once on one tracking server: `mlflow server` on PostgreSQL, 20 ms away.

    python bench/team.py [--users 8] [--trials 6]

Every run of every study must be there, finished. The same studies without a server show what it costs.
"""

from __future__ import annotations

import argparse
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

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from tests.far.team import USERS, Team  # noqa: E402 - the tests' own server

APP = HERE / "apps" / "scale"
RESULTS = HERE / "results"


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="oneaxis-team-") as temporary:
        place = Path(temporary)
        team = Team(place)
        try:
            team.start()
            alone = studies(place / "alone", options, "null")
            shared = studies(place / "shared", options, "auto", team)
            runs = runs_of(team.server.uri)
        finally:
            team.stop()
    wanted = options.users * (1 + options.trials)
    finished = sum(run.info.status == "FINISHED" for run in runs)
    text = f"{options.users} studies of {options.trials} trials at once, {os.cpu_count()} cores, {platform.machine()}, "
    text += f"Python {platform.python_version()}, {date.today()}\n\n| | |\n|---|---|\n"
    text += f"| finished runs on the server | {finished} of {wanted} |\n"
    text += f"| all studies, without a server | {alone:.1f} s |\n"
    text += f"| all studies, with it, until all is written | {shared:.1f} s |\n"
    print(text)
    if options.keep:
        (RESULTS / "team.md").write_text(text, encoding="utf-8")
    return 0 if finished == len(runs) == wanted else 1


def studies(place: Path, options: argparse.Namespace, tracking: str, team: Team | None = None) -> float:
    """Start all at once; seconds until the last one has ended."""
    started = time.monotonic()
    running = []
    for number in range(options.users):
        app = place / f"user{number}"
        environment = {} if team is None else team.environment(USERS[number % len(USERS)])
        shutil.copytree(APP, app, ignore=shutil.ignore_patterns("__pycache__"))
        line = ["hydra/sweeper=oneaxis", f"x=range(1,{options.trials})", "hydra.sweeper.report=false"]
        with (app / "out.txt").open("w") as out:
            running.append(
                subprocess.Popen(
                    [sys.executable, "app.py", "-m", *line, f"hydra.sweeper.tracking={tracking}"],
                    cwd=app,
                    env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
                    stdout=out,
                    stderr=out,
                )
            )
    for number, process in enumerate(running):
        if process.wait():
            raise SystemExit((place / f"user{number}" / "out.txt").read_text())
    return time.monotonic() - started


def runs_of(uri: str):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mlflow import MlflowClient

        client = MlflowClient(tracking_uri=uri)
        return list(client.search_runs([one.experiment_id for one in client.search_experiments()], max_results=10_000))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=8)
    parser.add_argument("--trials", type=int, default=6)
    parser.add_argument("--keep", action="store_true", help="write bench/results/team.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
