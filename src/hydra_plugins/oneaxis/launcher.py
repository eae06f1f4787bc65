"""`hydra/launcher=oneaxis`: the shell that Hydra finds; the work is in `oneaxis.study.local_launch`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from hydra.core.utils import JobReturn
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig


class OneAxisLauncher(Launcher):
    """Runs jobs on this machine, each a run of the user's own program in a process of its own."""

    def __init__(self, **_settings: Any) -> None:
        self.config: DictConfig | None = None
        self.hydra_context: HydraContext | None = None
        self.task_function: TaskFunction | None = None
        self.returned: Any = None  # told each job's return at once, where the sweeper wants to know
        self.ranks: Any = None  # which job numbers start first, where earlier records tell
        self.server: Any = None  # oneaxis.study.workers.Server, where the sweeper started one while it planned
        self.call = 0  # how often the program has handed this task to Hydra before

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        self.hydra_context = hydra_context
        self.task_function = task_function
        self.config = config

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Run a batch of jobs, as many at a time as `hydra.sweeper.workers` says, else one per core."""
        modules = tuple(sys.modules)  # before our own are added
        from oneaxis.study.local_launch import launch_locally  # noqa: PLC0415 - every Hydra app imports this module

        assert self.config is not None
        assert self.hydra_context is not None
        assert self.task_function is not None
        return launch_locally(
            self.config,
            self.hydra_context,
            self.task_function,
            job_overrides,
            initial_job_idx,
            server=self.server,
            modules=modules,
            call=self.call,
            returned=self.returned or (lambda *_: None),
            ranks=self.ranks,
        )
