"""The job folder of a trial that has no overrides to name it after.

Apps name job folders after overrides, as Hydra's documentation does: `${hydra.job.override_dirname}/seed=${seed}`.
The reference has none, which makes that `/seed=1`, a folder in the file system's root; without `/seed=…` it is the
study's own folder. Such a trial's own name stands in for its overrides.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from hydra.core.config_loader import ConfigLoader
from omegaconf import DictConfig, OmegaConf, open_dict, read_write

from oneaxis.composing.compose import current
from oneaxis.vocabulary import Trial

SUBDIRECTORY = "hydra.sweep.subdir"


def kept_inside(config: DictConfig, loader: ConfigLoader, trial: Trial, overrides: Sequence[str]) -> str | None:
    """A trial's `hydra.sweep.subdir` where the app's own leaves the study for lack of overrides; None elsewhere.

    `config` is the sweep's, `overrides` are all that the job gets.
    """
    if _overridden(config, trial):
        return None
    try:
        job = loader.load_sweep_config(config, list(overrides))
        with read_write(job), open_dict(job), current(job):
            job.hydra.job.id, job.hydra.job.num = str(trial.index), trial.index
            if job.hydra.job.override_dirname or _lies_inside(job):
                return None
            job.hydra.job.override_dirname = _name(trial)
            # Elsewhere under any name: that is where the app wants it.
            return str(OmegaConf.select(job, SUBDIRECTORY)) if _lies_inside(job) else None
    except Exception:  # noqa: BLE001 - a user's resolver may raise anything; the job then says it better
        return None


def _overridden(config: DictConfig, trial: Trial) -> bool:
    """Whether Hydra has overrides to name the job after: seen without composing, as for most trials it has."""
    unnamed = set(OmegaConf.select(config, "hydra.job.config.override_dirname.exclude_keys") or ())
    return any(text.partition("=")[0].partition("@")[0].strip("+~ ") not in unnamed for text in trial.overrides)


def _name(trial: Trial) -> str:
    """As its folder in the study is called, without the seed: `reference`."""
    return trial.folder if trial.seed is None else trial.folder.removesuffix(f",seed={trial.seed}")


def _lies_inside(job: DictConfig) -> bool:
    subdir = str(OmegaConf.select(job, SUBDIRECTORY))
    return not os.path.isabs(subdir) and os.path.normpath(subdir) != os.curdir  # noqa: PTH117 - a text, no path yet
