"""What Hydra's launchers can't do by themselves: limits on trials at a time and on a trial's time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from omegaconf import DictConfig, OmegaConf, open_dict, read_write

from oneaxis.errors import BadOverride
from oneaxis.study.cores import physical_cores
from oneaxis.study.handle import THREAD_VARIABLES
from oneaxis.study.program import NoProgram, Program
from oneaxis.study.statements import acts

SUBMITIT = "hydra_plugins.hydra_submitit_launcher."
OURS = ".OneAxisLauncher"


def most_at_once(config: DictConfig) -> int | None:
    """How many trials one launch may have: submitit's local launcher starts them all at the same moment."""
    if not _target(config).endswith(".LocalLauncher") or not _target(config).startswith(SUBMITIT):
        return None
    asked = OmegaConf.select(config, "hydra.sweeper.workers")
    return physical_cores() if asked is None else int(asked)


def ours(config: DictConfig) -> bool:
    """Whether trials run through `hydra/launcher=oneaxis`."""
    return _target(config).endswith(OURS)


def one_at_a_time(config: DictConfig) -> bool:
    """Whether a trial is over before the next one starts, as far as the launcher's settings tell."""
    if ours(config):
        return bool(OmegaConf.select(config, "hydra.sweeper.workers") == 1)
    return _target(config).endswith(".BasicLauncher") or bool(OmegaConf.select(config, "hydra.launcher.n_jobs") == 1)


def runs_locally(config: DictConfig) -> bool:
    """Whether the launcher is ours: its server can load libraries while the study is planned."""
    return _target(config).endswith(OURS)


def sends_by_value(config: DictConfig) -> bool:
    """Whether the launcher sends the task itself to another process, where the user's program isn't run."""
    return not _target(config).endswith((".BasicLauncher", OURS))


def left_behind(config: DictConfig, program: Program | NoProgram) -> Iterator[str]:
    """What of the user's program doesn't happen in trials of a launcher that sends the task by value."""
    if not sends_by_value(config) or isinstance(program, NoProgram) or program.file is None:
        return
    lost = acts(Path(program.file), program.line)
    if lost:
        more = f" and {len(lost) - 1} more statements" if len(lost) > 1 else ""
        verb = "aren't" if more else "isn't"
        yield (
            f"hydra/launcher={_name(config)} sends the task alone: {lost[0]}{more} {verb} run in its trials; "
            "hydra/launcher=oneaxis runs the whole program"
        )


def job_has_process(config: DictConfig) -> bool:
    """Whether each job has a process of its own, which may be ended at its time limit; ours does so itself."""
    return _target(config).startswith(SUBMITIT)


def thread_limits(config: DictConfig) -> Mapping[str, str]:
    """The variables that trials find set to one thread, where their user hasn't set them."""
    if _target(config).endswith(".BasicLauncher"):
        return {}
    return dict.fromkeys(THREAD_VARIABLES, "1")


def pass_limit_on(config: DictConfig) -> None:
    """Give submitit the study's time limit a trial."""
    minutes = OmegaConf.select(config, "hydra.sweeper.timeout_minutes")
    if minutes is not None and _target(config).startswith(SUBMITIT):
        with read_write(config), open_dict(config):
            # Whole minutes; the job itself ends at the very second, and the queue a minute later at the latest.
            config.hydra.launcher.timeout_min = math.ceil(float(minutes)) + 1


def without_effect(config: DictConfig) -> Iterator[str]:
    """A remark on each setting of ours that the launcher has no way to keep."""
    target = _target(config)
    if ours(config):
        return
    submitit = target.startswith(SUBMITIT)
    kept = {"timeout_minutes": submitit, "workers": submitit and target.endswith(".LocalLauncher"), "devices": False}
    instead = {"timeout_minutes": "oneaxis or submitit", "workers": "oneaxis or submitit_local", "devices": "oneaxis"}
    name = _name(config)
    for setting, has_effect in kept.items():
        if not has_effect and OmegaConf.select(config, f"hydra.sweeper.{setting}") is not None:
            yield f"hydra.sweeper.{setting} has no effect with hydra/launcher={name}; use {instead[setting]}"


def refuse_hidden_devices(config: DictConfig, visible: str | None) -> None:
    """See to it that no trial gets a device that this process may not use; `visible` is CUDA_VISIBLE_DEVICES.

    Raises
    ------
    BadOverride
        If `hydra.sweeper.devices` names one.
    """
    named = OmegaConf.select(config, "hydra.sweeper.devices")
    if named is None or visible is None or not ours(config):
        return
    allowed = [device.strip() for device in visible.split(",")]
    hidden = [str(device) for device in named if str(device) not in allowed]
    if hidden:
        raise BadOverride(
            f"hydra.sweeper.devices names {hidden[0]!r}, and CUDA_VISIBLE_DEVICES is {visible!r}; name some of these, "
            "or leave hydra.sweeper.devices out: each worker then gets one of them"
        )


def _name(config: DictConfig) -> str:
    return str(OmegaConf.select(config, "hydra.runtime.choices.hydra/launcher") or _target(config))


def _target(config: DictConfig) -> str:
    return str(OmegaConf.select(config, "hydra.launcher._target_"))
