"""What is timed side by side: each variant is a command that runs the same jobs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

APPS = Path(__file__).parent / "apps"
WORKERS = 2


@dataclass(frozen=True)
class Workload:
    """The same jobs for every variant: one key takes these values."""

    name: str
    key: str
    values: tuple[str, ...]
    fixed: tuple[str, ...]
    metrics_a_job: int
    imports: str  # what the jobs import themselves, for `hydra.sweeper.warm`

    @property
    def changes(self) -> str:
        """The jobs as JSON, for the variants that know no Hydra."""
        fixed = dict(text.split("=") for text in self.fixed)
        return json.dumps([{**fixed, self.key: float(value)} for value in self.values])


def small(jobs: int = 48) -> Workload:
    """W1: SVC fits on digits."""
    values = tuple(f"{1e-5 * 10 ** (3 * number / 47):.6g}" for number in range(jobs))
    return Workload("small", "gamma", values, ("work=small",), 3, "[sklearn.datasets,sklearn.svm]")


def medium(jobs: int = 16) -> Workload:
    """W2: MNIST-1D mlps with their learning curves."""
    values = tuple(f"{1e-3 * 10 ** (1.5 * number / 15):.6g}" for number in range(jobs))
    return Workload("medium", "lr", values, ("work=medium",), 33, "[torch]")


@dataclass(frozen=True)
class Variant:
    """One way to run a workload: a command in the folder of a `Bench.project`.

    `recorded` says whether it leaves runs in MLflow, `needs` names a package without which it is left out.
    """

    name: str
    caption: str
    command: Callable[[Workload], Sequence[str]]
    recorded: bool = True
    needs: str = "mlflow"


def _hydra(app: str, *more: str) -> Callable[[Workload], Sequence[str]]:
    def command(load: Workload) -> Sequence[str]:
        return [app, "-m", f"{load.key}={','.join(load.values)}", *load.fixed, *more]

    return command


def _ours(*more: str) -> Callable[[Workload], list[str]]:
    def command(load: Workload) -> list[str]:
        first, *rest = load.values
        swept = [f"{load.key}=choice({','.join(rest)})"] if rest else []
        return [
            "ours.py",
            "-m",
            "hydra/sweeper=oneaxis",
            "hydra.sweeper.experiment=bench",
            f"{load.key}={first}",
            *swept,
            *load.fixed,
            *more,
        ]

    return command


def _plain(app: str, *arguments: str) -> Callable[[Workload], Sequence[str]]:
    return lambda load: [app, *arguments, load.changes]


LOCAL = ("hydra/launcher=oneaxis", f"hydra.sweeper.workers={WORKERS}")
JOBLIB = ("hydra/launcher=joblib", f"hydra.launcher.n_jobs={WORKERS}")

VARIANTS = (
    Variant("floor-1", "bare loop, one warm process (jobs alone)", _plain("floor.py", "1"), recorded=False),
    Variant("floor-2", "two warm processes (jobs alone)", _plain("floor.py", str(WORKERS)), recorded=False),
    Variant(
        "local",
        "oneaxis, its local launcher",
        lambda load: [*_ours(*LOCAL)(load), f"hydra.sweeper.warm={load.imports}"],
    ),
    Variant("local-own-imports", "oneaxis, its local launcher, each job imports by itself", _ours(*LOCAL)),
    Variant(
        "local-anew", "oneaxis, its local launcher, an interpreter a job", _ours(*LOCAL, "hydra.sweeper.warm=false")
    ),
    Variant("joblib", "oneaxis, Hydra's joblib launcher", _ours(*JOBLIB)),
    Variant("basic", "oneaxis, Hydra's basic launcher", _ours()),
    Variant("hydra-joblib-batched", "Hydra joblib, MLflow in one batch a job", _hydra("batched.py", *JOBLIB)),
    Variant("hydra-basic-batched", "Hydra basic, MLflow in one batch a job", _hydra("batched.py")),
    Variant("hydra-joblib-fluent", "Hydra joblib, MLflow's fluent calls", _hydra("fluent.py", *JOBLIB)),
    Variant("hydra-basic-fluent", "Hydra basic, MLflow's fluent calls", _hydra("fluent.py")),
    Variant(
        "optuna",
        "Optuna, two processes, MLflow in one batch a trial",
        _plain("study_optuna.py", "main"),
        needs="optuna",
    ),
    Variant("ray", "Ray Tune, its own MLflow callback", _plain("study_ray.py"), needs="ray"),
)
