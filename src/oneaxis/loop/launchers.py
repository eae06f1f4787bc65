"""What Hydra's launchers can't do by themselves: limits on trials at a time and on a trial's time."""

from __future__ import annotations

import math
from collections.abc import Mapping

from omegaconf import DictConfig, OmegaConf, open_dict, read_write

from oneaxis.study.cores import physical_cores
from oneaxis.study.workers import THREAD_VARIABLES

SUBMITIT = "hydra_plugins.hydra_submitit_launcher."
OURS = ".OneAxisLauncher"


def most_at_once(config: DictConfig) -> int | None:
    """How many trials one launch may have: submitit's local launcher starts them all at the same moment."""
    if not _target(config).endswith(".LocalLauncher") or not _target(config).startswith(SUBMITIT):
        return None
    asked = OmegaConf.select(config, "hydra.sweeper.workers")
    return physical_cores() if asked is None else int(asked)


def one_at_a_time(config: DictConfig) -> bool:
    """Whether a trial is over before the next one starts, as far as the launcher's settings tell."""
    if _target(config).endswith(OURS):
        return bool(OmegaConf.select(config, "hydra.sweeper.workers") == 1)
    return _target(config).endswith(".BasicLauncher") or bool(OmegaConf.select(config, "hydra.launcher.n_jobs") == 1)


def job_has_process(config: DictConfig) -> bool:
    """Whether each job has a process of its own, which may be ended at its time limit; ours does so itself."""
    return _target(config).startswith(SUBMITIT)


def thread_limits(config: DictConfig) -> Mapping[str, str]:
    """The variables that trials find set to one thread, where their user hasn't set them."""
    if _target(config).endswith(".BasicLauncher"):
        return {}
    return dict.fromkeys(THREAD_VARIABLES, "1")


def pass_limit_on(config: DictConfig) -> str:
    """Give submitit the study's time limit a trial; a remark where a launcher has no way to keep one."""
    minutes = OmegaConf.select(config, "hydra.sweeper.timeout_minutes")
    target = _target(config)
    if minutes is None or target.endswith(OURS):
        return ""
    if target.startswith(SUBMITIT):
        with read_write(config), open_dict(config):
            # Whole minutes; the job itself ends at the very second, and the queue a minute later at the latest.
            config.hydra.launcher.timeout_min = math.ceil(float(minutes)) + 1
        return ""
    name = str(OmegaConf.select(config, "hydra.runtime.choices.hydra/launcher") or target)
    return f"hydra.sweeper.timeout_minutes has no effect with hydra/launcher={name}; use oneaxis or submitit"


def _target(config: DictConfig) -> str:
    return str(OmegaConf.select(config, "hydra.launcher._target_"))
