"""What was set for launchers that the chosen one isn't."""

from __future__ import annotations

import pytest
from omegaconf import OmegaConf

from oneaxis.errors import BadOverride
from oneaxis.loop.launchers import one_at_a_time, pass_limit_on, refuse_hidden_devices, without_effect

OURS = "hydra_plugins.oneaxis.launcher.OneAxisLauncher"
BASIC = "hydra._internal.core_plugins.basic_launcher.BasicLauncher"
JOBLIB = "hydra_plugins.hydra_joblib_launcher.joblib_launcher.JoblibLauncher"
LOCAL = "hydra_plugins.hydra_submitit_launcher.submitit_launcher.LocalLauncher"
SLURM = "hydra_plugins.hydra_submitit_launcher.submitit_launcher.SlurmLauncher"
ALL = {"timeout_minutes": 1.5, "workers": 2, "devices": [0, 1]}


def configured(target, *, launcher=None, **sweeper):
    hydra = {"launcher": {"_target_": target, **(launcher or {})}, "sweeper": sweeper}
    return OmegaConf.create({"hydra": {**hydra, "runtime": {"choices": {"hydra/launcher": "chosen"}}}})


@pytest.mark.parametrize(
    "target, settings",
    [
        (OURS, []),
        (BASIC, ["timeout_minutes", "workers", "devices"]),
        (JOBLIB, ["timeout_minutes", "workers", "devices"]),
        (LOCAL, ["devices"]),
        (SLURM, ["workers", "devices"]),
    ],
)
def test_what_a_launcher_can_not_keep_is_told_with_one_that_can(target, settings):
    told = list(without_effect(configured(target, **ALL)))
    assert [line.split()[0] for line in told] == [f"hydra.sweeper.{name}" for name in settings]
    assert all(" has no effect with hydra/launcher=chosen; use oneaxis" in line for line in told)
    assert list(without_effect(configured(target, timeout_minutes=None, workers=None, devices=None))) == []


def test_submitit_gets_the_limit_in_whole_minutes_and_one_to_spare():
    config = configured(SLURM, launcher={"timeout_min": 60}, timeout_minutes=1.5)
    pass_limit_on(config)
    assert config.hydra.launcher.timeout_min == 3
    unlimited = configured(SLURM, launcher={"timeout_min": 60}, timeout_minutes=None)
    pass_limit_on(unlimited)
    assert unlimited.hydra.launcher.timeout_min == 60


@pytest.mark.parametrize(
    "visible, devices, hidden",
    [
        (None, [0, 1], None),
        ("2,3", [2, 3, 2], None),
        ("2, 3", ["3"], None),
        ("GPU-a,GPU-b", ["GPU-b"], None),
        ("2,3", None, None),
        ("2,3", [0], "0"),
        ("2,3", [2, 0], "0"),
        ("", [0], "0"),
    ],
)
def test_a_device_that_this_process_may_not_use_is_given_to_no_trial(visible, devices, hidden):
    refuse_hidden_devices(configured(BASIC, devices=devices), visible)
    if hidden is None:
        refuse_hidden_devices(configured(OURS, devices=devices), visible)
        return
    with pytest.raises(BadOverride, match=f"devices names '{hidden}', and CUDA_VISIBLE_DEVICES is '{visible}'"):
        refuse_hidden_devices(configured(OURS, devices=devices), visible)


@pytest.mark.parametrize(
    "target, launcher, workers, alone",
    [
        (BASIC, {}, None, True),
        (OURS, {}, 1, True),
        (OURS, {}, 2, False),
        (OURS, {}, None, False),
        (JOBLIB, {"n_jobs": 1}, None, True),
        (JOBLIB, {"n_jobs": -1}, None, False),
        (LOCAL, {}, 1, False),
    ],
)
def test_who_runs_one_trial_after_another(target, launcher, workers, alone):
    assert one_at_a_time(configured(target, launcher=launcher, workers=workers)) is alone
