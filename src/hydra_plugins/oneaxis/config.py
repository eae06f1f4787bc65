"""The settings under `hydra.sweeper`, and what `hydra/sweeper=oneaxis` and `hydra/callbacks=oneaxis` mean.

Every Hydra app on a machine imports this module at start: nothing heavy may be imported here. Hydra
executes it outside of `sys.modules`, where dataclasses can't look up postponed annotations.
"""

import os
from dataclasses import dataclass, field
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf


@dataclass
class JobTicket:
    """Which trial a job is; set by the sweeper, readable in a job as `${hydra:sweeper.job.axis}`."""

    trial: int = -1
    role: str = "reference"
    axis: str | None = None
    value: str | None = None
    deviation: str | None = None
    seed: int | None = None
    digest: str = ""
    folder: str = ""


@dataclass
class PolicySettings:
    """`hydra.sweeper.policy`: what decides."""

    metric: str | None = None
    metrics_file: str | None = None
    direction: str | None = None
    replicates: str = "training"
    protected: Any = None
    margin: Any = None
    confidence: float = 0.95
    guardrails: Any = None
    gates: Any = None


@dataclass
class SweeperSettings:
    """`hydra.sweeper`."""

    _target_: str = "hydra_plugins.oneaxis.sweeper.OneAxisSweeper"
    axes: Any = None
    carries: Any = None
    screen: Any = None
    controls: Any = None
    seeds: Any = 1
    reference_seeds: Any = None
    seed_key: str = "seed"
    reference: bool = True
    roles: Any = None
    policy: PolicySettings = field(default_factory=PolicySettings)
    reuse: Any = True
    dry_run: bool = False
    fail_fast: bool = False
    workers: int | None = None
    devices: Any = None
    timeout_minutes: float | None = None
    warm: Any = True
    max_trials: int | None = None
    max_minutes: float | None = None
    report: bool = True
    tracking: Any = "auto"
    experiment: str | None = None
    params: Any = None  # of Hydra's basic sweeper: an app may have its sweep there
    job: JobTicket = field(default_factory=JobTicket)


@dataclass
class LauncherSettings:
    """`hydra/launcher=oneaxis`; workers, devices and time limit are `hydra.sweeper`'s."""

    _target_: str = "hydra_plugins.oneaxis.launcher.OneAxisLauncher"


@dataclass
class RecordRunSettings:
    """One callback, which records `python train.py` without `-m`."""

    _target_: str = "oneaxis.loop.single_run.RecordRun"


@dataclass
class CallbackSettings:
    """`hydra/callbacks=oneaxis`."""

    oneaxis: RecordRunSettings = field(default_factory=RecordRunSettings)


# An app that chose another sweeper or launcher has settings for it, which merge into ours on `hydra/sweeper=oneaxis`:
# that must not fail. What is typed is checked where the settings are read.
_OPEN = {"struct": False}
_store = ConfigStore.instance()
_store.store("oneaxis", OmegaConf.structured(SweeperSettings, flags=_OPEN), "hydra/sweeper", provider="oneaxis")
_store.store("oneaxis", OmegaConf.structured(LauncherSettings, flags=_OPEN), "hydra/launcher", provider="oneaxis")
_store.store("oneaxis", CallbackSettings, "hydra/callbacks", provider="oneaxis")

if "ONEAXIS_LOOK" in os.environ:  # a command wants to know what this app would run
    from oneaxis.loop.looking import refuse_to_run

    refuse_to_run()

if "ONEAXIS_JOB" in os.environ:  # this process was started for one trial
    from oneaxis.study.job import take_over_if_handed

    take_over_if_handed()
