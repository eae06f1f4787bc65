"""Run one variant in a fresh folder, time it from outside, and count what it left in MLflow."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from variants import APPS, Variant, Workload

READY = """
import mlflow, sys
client = mlflow.MlflowClient()
experiment = client.create_experiment("bench")
print(client.create_run(experiment, run_name="parent").info.run_id)
"""


@dataclass(frozen=True)
class Timing:
    """One run: seconds on the wall (`inner`: the jobs alone, where a variant says so) and of CPU."""

    wall: float
    cpu: float
    inner: float | None
    runs: int
    params: int
    metrics: int


@dataclass(frozen=True)
class Ended:
    """One command: seconds on the wall and of CPU, and what it said."""

    wall: float
    cpu: float
    output: str


class Bench:
    """A ready MLflow store that every run gets a copy of."""

    def __init__(self) -> None:
        self.shared = self._folder = Path(tempfile.mkdtemp(prefix="oneaxis-bench-"))
        ready = subprocess.run(
            [sys.executable, "-c", READY],
            env=self.environment(self._folder),
            capture_output=True,
            text=True,
            check=True,
        )
        self.parent = ready.stdout.strip().splitlines()[-1]

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def time(self, variant: Variant, load: Workload) -> Timing:
        """Run once.

        Raises
        ------
        RuntimeError
            If it fails, or leaves fewer runs, parameters or metrics than there are jobs.
        """
        with self.project(load) as folder:
            ended = self.command(variant.command(load), folder, {"BENCH_PARENT": self.parent})
            runs, params, metrics = self._count(folder / "mlflow.db")
        jobs = len(load.values)
        if variant.recorded and (runs < jobs or params < 15 * jobs or metrics < load.metrics_a_job * jobs):
            raise RuntimeError(f"{variant.name} recorded {runs} runs, {params} parameters, {metrics} metrics only")
        inner = [float(line.split()[1]) for line in ended.output.splitlines() if line.startswith("inner ")]
        return Timing(ended.wall, ended.cpu, inner[0] if inner else None, runs, params, metrics)

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A fresh folder with a ready store in it."""
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        shutil.copy(self._folder / "mlflow.db", folder / "mlflow.db")
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def project(self, load: Workload) -> Iterator[Path]:
        """A fresh project for one workload, with a ready store in it: an app for digits has no PyTorch beside it."""
        with self.folder() as folder:
            for path in APPS.glob("*.py"):
                shutil.copy(path, folder)
            shutil.copytree(APPS / "conf", folder / "conf")
            shutil.copy(APPS / "workloads" / f"{load.name}.py", folder / "work.py")
            yield folder

    def command(self, command: Sequence[str], folder: Path, more: Mapping[str, str]) -> Ended:
        """Run `python …` in a folder.

        Raises
        ------
        RuntimeError
            If it fails, with the end of what it said.
        """
        log = folder / "output.txt"
        with log.open("wb") as output:
            started = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=folder,
                env=self.environment(folder) | dict(more),
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
        text = log.read_text()
        if status != 0:
            raise RuntimeError(f"{' '.join(command)[:200]} ended with {process.returncode}:\n{text[-2000:]}")
        return Ended(wall, usage.ru_utime + usage.ru_stime, text)

    @staticmethod
    def _count(path: Path) -> tuple[int, int, int]:
        with closing(sqlite3.connect(path)) as store:
            return tuple(
                store.execute(query).fetchone()[0]
                for query in (
                    "SELECT count(*) FROM runs WHERE status = 'FINISHED'",
                    "SELECT count(*) FROM params",
                    "SELECT count(*) FROM metrics",
                )
            )

    @staticmethod
    def environment(folder: Path) -> dict[str, str]:
        threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
        # A user's Python keeps what it compiled; some containers forbid it.
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {**kept, **threads, **quiet, "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db"}
