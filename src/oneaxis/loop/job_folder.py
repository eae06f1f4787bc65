"""Job folders that the app names: inside of the study, and one a trial where that is needed.

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
from oneaxis.errors import BadOverride
from oneaxis.loop.launchers import one_at_a_time
from oneaxis.vocabulary import Plan, Trial

DEFAULT_SUBDIR = "${hydra.job.num}"
SUBDIRECTORY = "hydra.sweep.subdir"


def kept_inside(config: DictConfig, loader: ConfigLoader, trial: Trial, overrides: Sequence[str]) -> str | None:
    """A trial's `hydra.sweep.subdir` where the app's own leaves the study for lack of overrides; None elsewhere.

    `config` is the sweep's, `overrides` are all that the job gets.
    """
    if _overridden(config, trial):
        return None
    try:
        job = _composed(config, loader, trial, overrides)
        with read_write(job), open_dict(job), current(job):
            if job.hydra.job.override_dirname or _lies_inside(job):
                return None
            job.hydra.job.override_dirname = _name(trial)
            # Elsewhere under any name: that is where the app wants it.
            return str(OmegaConf.select(job, SUBDIRECTORY)) if _lies_inside(job) else None
    except Exception:  # noqa: BLE001 - a user's resolver may raise anything; the job then says it better
        return None


def refuse_shared(config: DictConfig, loader: ConfigLoader, plan: Plan) -> None:
    """See to it that trials at work at the same time don't write their file of metrics into the same folder.

    Raises
    ------
    BadOverride
        If two of them would.
    """
    file = OmegaConf.select(config, "hydra.sweeper.policy.metrics_file")
    if file is None or uses_own_folders(config) or one_at_a_time(config):
        return
    first = {trial.deviation: trial for trial in reversed(plan.trials)}
    # Another seed of one of them tells whether seeds have folders of their own.
    some = [*first.values(), *plan.trials[-1:]]
    folders: dict[str, Trial] = {}
    for trial in {trial.index: trial for trial in some}.values():
        folder = _folder(config, loader, trial)
        other = folders.setdefault(folder, trial) if folder is not None else trial
        if other is not trial:
            raise BadOverride(
                f"hydra.sweeper.policy.metrics_file={file}: `{other.folder}` and `{trial.folder}` would write it at "
                f"the same time into the same job folder, {folder}; give each its own: "
                "hydra.sweep.subdir='${hydra.job.num}', or run one after another: hydra/launcher=basic"
            )


def uses_own_folders(config: DictConfig) -> bool:
    """Whether job folders may be named after their trial: only where the app left Hydra's default."""
    sweep = OmegaConf.to_container(config.hydra.sweep, resolve=False)
    return isinstance(sweep, dict) and sweep["subdir"] == DEFAULT_SUBDIR


def works_in_study(config: DictConfig) -> bool:
    """Whether tasks work in the study's folder itself, and may give their files the names of the study's."""
    sweep = OmegaConf.to_container(config.hydra.sweep, resolve=False)
    return isinstance(sweep, dict) and os.path.normpath(str(sweep["subdir"] or "")) == os.curdir


def _folder(config: DictConfig, loader: ConfigLoader, trial: Trial) -> str | None:
    """A job's folder within the study's, or elsewhere; None where only the job itself can tell."""
    try:
        job = _composed(config, loader, trial, trial.overrides)
        with current(job):
            return os.path.normpath(str(OmegaConf.select(job, SUBDIRECTORY)))
    except Exception:  # noqa: BLE001 - a user's resolver may raise anything; the job then says it better
        return None


def _composed(config: DictConfig, loader: ConfigLoader, trial: Trial, overrides: Sequence[str]) -> DictConfig:
    job = loader.load_sweep_config(config, list(overrides))
    with read_write(job), open_dict(job):
        job.hydra.job.id, job.hydra.job.num = str(trial.index), trial.index
    return job


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
