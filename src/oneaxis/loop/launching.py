"""How a study's trials are launched: the launcher around the guarded task, and the overrides of each job."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from hydra.core.plugins import Plugins
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf, open_dict, read_write

from oneaxis.analysis.timing import time_decides
from oneaxis.composing.text import quote
from oneaxis.loop.job_folder import kept_inside, uses_own_folders
from oneaxis.loop.launchers import job_has_process, runs_locally, sends_by_value, thread_limits
from oneaxis.study.callbacks import TravellingCallbacks
from oneaxis.study.folder import StudyFolder
from oneaxis.study.handle import Server
from oneaxis.study.order import expected_seconds, longest_first, taking_turns
from oneaxis.trial.guard import Guard
from oneaxis.trial.loaded import loaded, project_root
from oneaxis.vocabulary import Study, Trial


@dataclass(frozen=True)
class Launching:
    """What launching needs.

    `moved`: the study's folder isn't the one that the configuration names. `call`: how often the program has handed
    this task to us before.
    """

    config: DictConfig
    context: HydraContext
    task: TaskFunction
    study: Study
    folder: StudyFolder
    server: Server | None
    moved: bool
    call: int = 0

    @property
    def _plain(self) -> bool:
        """Whether this is a plain sweep: Hydra's own files then lie where Hydra puts them, ours apart if need be."""
        return self.study.plan.reference is None

    @property
    def limit(self) -> float | None:
        """Seconds that a trial may take."""
        minutes = OmegaConf.select(self.config, "hydra.sweeper.timeout_minutes")
        return None if minutes is None else float(minutes) * 60.0

    def launcher(self) -> Launcher:
        """Hydra's launcher of this study, set up to run the task under its guard."""
        config = self.config
        if self.moved and not self._plain:
            with read_write(config), open_dict(config):
                config.hydra.sweep.dir = str(self.folder.root)
        guarded = Guard(
            self.task,
            self.study.id,
            tracked=self.study.tracking.live,
            compared=not self._plain,
            home=str(self.folder.root) if self.moved and self._plain else None,
            limit=self.limit if job_has_process(self.config) else None,
            root=str(project_root()),
            main=loaded.main(),
            typed=tuple(config.hydra.overrides.task),
            shared=not (job_has_process(config) or runs_locally(config)),
        )
        context = self.context
        if sends_by_value(config):
            context = HydraContext(context.config_loader, TravellingCallbacks(context.callbacks, config))
        launcher = Plugins.instance().instantiate_launcher(hydra_context=context, task_function=guarded, config=config)
        if hasattr(launcher, "ranks"):  # ours
            local = cast("Any", launcher)
            local.server, local.call = self.server, self.call
            local.ranks = {trial.index: rank for rank, trial in enumerate(self._order(self.study.plan.trials))}
        if not config.hydra.verbose:
            # The plan and the progress say it better than a line a job.
            logging.getLogger(type(launcher).__module__.rpartition(".")[0]).setLevel(logging.WARNING)
        for name, threads in thread_limits(config).items():
            # One thread a worker: two workers with two threads each are many times slower.
            os.environ.setdefault(name, threads)
        return launcher

    def in_turn(self, trials: Sequence[Trial], launcher: Launcher) -> Sequence[Trial]:
        """The order in which a launcher that starts jobs as they come gets them."""
        timed = self._timed and uses_own_folders(self.config) and not hasattr(launcher, "ranks")
        return taking_turns(trials) if timed else trials

    @property
    def _timed(self) -> bool:
        return time_decides(self.study.policy, self.study.policy.metric)

    def _order(self, trials: Sequence[Trial]) -> Sequence[Trial]:
        return taking_turns(trials) if self._timed else longest_first(trials, expected_seconds(self.folder, self.study))

    def overrides(self, trial: Trial) -> list[str]:
        """The trial's overrides, and beside them what only Hydra's own node sees."""
        ticket: Mapping[str, Any] = {
            "trial": trial.index,
            "role": trial.role,
            "axis": trial.axis,
            "value": trial.value,
            "deviation": trial.deviation,
            "seed": trial.seed,
            "digest": trial.digest,
            "folder": trial.folder,
        }
        texts = [
            f"hydra.sweeper.job.{name}={value if isinstance(value, int) else quote(value)}"
            for name, value in ticket.items()
            if value is not None
        ]
        if uses_own_folders(self.config):
            texts.append(f"hydra.sweep.subdir={quote(trial.folder)}")
        if self.moved and not self._plain:
            texts.append(f"hydra.sweep.dir={quote(str(self.folder.root))}")
        overrides = [*trial.overrides, *texts]
        if not self._plain and not uses_own_folders(self.config):
            subdir = kept_inside(self.config, self.context.config_loader, trial, overrides)
            overrides += [] if subdir is None else [f"hydra.sweep.subdir={quote(subdir)}"]
        return overrides
