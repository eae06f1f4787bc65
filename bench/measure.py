"""Run one variant in a fresh folder, time it from outside, and count what it left in MLflow."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from variants import Variant, Workload

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


class Bench:
    """A ready MLflow store that every run gets a copy of."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="oneaxis-bench-"))
        ready = subprocess.run(
            [sys.executable, "-c", READY],
            env=self._environment(self._folder),
            capture_output=True,
            text=True,
            check=True,
        )
        self._parent = ready.stdout.strip().splitlines()[-1]

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def time(self, variant: Variant, load: Workload) -> Timing:
        """Run once.

        Raises
        ------
        RuntimeError
            If it fails, or leaves fewer runs, parameters or metrics than there are jobs.
        """
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        shutil.copy(self._folder / "mlflow.db", folder / "mlflow.db")
        log = folder / "output.txt"
        with log.open("wb") as output:
            started = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, *variant.command(load)],
                cwd=folder,
                env=self._environment(folder) | {"BENCH_PARENT": self._parent},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - started
        text = log.read_text()
        if status != 0:
            raise RuntimeError(f"{variant.name} ended with {status}:\n{text[-2000:]}")
        runs, params, metrics = self._count(folder / "mlflow.db")
        jobs = len(load.values)
        if variant.recorded and (runs < jobs or params < 15 * jobs or metrics < load.metrics_a_job * jobs):
            raise RuntimeError(f"{variant.name} recorded {runs} runs, {params} parameters, {metrics} metrics only")
        inner = [float(line.split()[1]) for line in text.splitlines() if line.startswith("inner ")]
        shutil.rmtree(folder, ignore_errors=True)
        return Timing(wall, usage.ru_utime + usage.ru_stime, inner[0] if inner else None, runs, params, metrics)

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
    def _environment(folder: Path) -> dict[str, str]:
        threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
        return {**os.environ, **threads, **quiet, "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db"}
