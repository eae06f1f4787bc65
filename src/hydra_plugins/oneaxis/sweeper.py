"""`hydra/sweeper=oneaxis`: the shell that Hydra finds; the work is in `oneaxis.loop.run_study`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from hydra.core.utils import JobReturn
from hydra.errors import CompactHydraException
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig


class OneAxisStop(CompactHydraException):
    """A study that was refused, or ended with trials that have no result; Hydra prints it as one message."""


class OneAxisSweeper(Sweeper):
    """Runs the reference and its one-axis deviations. Called by Hydra in the process that was started with `-m`."""

    def __init__(self, **_settings: Any) -> None:
        # Settings are read from the configuration itself: instantiation would resolve the axes' interpolations.
        self.config: DictConfig | None = None
        self.hydra_context: HydraContext | None = None
        self.task_function: TaskFunction | None = None

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        self.hydra_context = hydra_context
        self.task_function = task_function
        self.config = config

    def sweep(self, arguments: list[str]) -> Sequence[Sequence[JobReturn]]:
        """Plan, prove and run a study.

        Raises
        ------
        OneAxisStop
            If the study is refused before its first job, or any trial ends without a result.
        """
        modules = tuple(sys.modules)  # before our own are added
        from oneaxis.errors import OneAxisError  # noqa: PLC0415 - every Hydra app imports this module
        from oneaxis.loop.run_study import run_study  # noqa: PLC0415 - as above

        assert self.config is not None
        assert self.hydra_context is not None
        assert self.task_function is not None
        try:
            return run_study(self.config, self.hydra_context, self.task_function, arguments, modules)
        except OneAxisError as error:
            raise OneAxisStop(f"oneaxis: {error}") from error
