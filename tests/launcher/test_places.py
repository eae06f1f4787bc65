"""How many trials at a time, and which device each worker gets."""

from __future__ import annotations

import pytest
from omegaconf import OmegaConf

from oneaxis.loop.launchers import most_at_once
from oneaxis.study import local_launch
from oneaxis.study.local_launch import places


def config(launcher="hydra_plugins.oneaxis.launcher.OneAxisLauncher", **sweeper):
    return OmegaConf.create({"hydra": {"sweeper": sweeper, "launcher": {"_target_": launcher}}})


@pytest.mark.parametrize(
    "asked, workers, devices",
    [
        ({}, 2, ("0", "1")),  # what is visible, one worker each
        ({"workers": 1}, 1, ("0",)),
        ({"workers": 4}, 4, ("0", "1", "0", "1")),  # more workers than devices share them
        ({"devices": [3]}, 1, ("3",)),
        ({"devices": [0, 0, 0]}, 3, ("0", "0", "0")),
        ({"devices": ["MIG-a", "MIG-b"], "workers": 3}, 3, ("MIG-a", "MIG-b", "MIG-a")),
        ({"devices": []}, 2, ()),  # none, though some are visible: a worker a core
    ],
)
def test_each_worker_gets_a_device_and_several_share_one_when_asked(asked, workers, devices, monkeypatch):
    monkeypatch.setattr(local_launch, "visible_devices", lambda: ("0", "1"))
    monkeypatch.setattr(local_launch, "physical_cores", lambda: 2)
    found = places(config(**asked))
    assert (found.workers, found.devices) == (workers, devices)


@pytest.mark.parametrize(
    "launcher, most",
    [
        ("hydra_plugins.hydra_submitit_launcher.submitit_launcher.LocalLauncher", 3),
        ("hydra_plugins.hydra_submitit_launcher.submitit_launcher.SlurmLauncher", None),
        ("hydra_plugins.hydra_joblib_launcher.joblib_launcher.JoblibLauncher", None),
    ],
)
def test_only_the_launcher_that_would_start_all_at_once_gets_a_few_at_a_time(launcher, most):
    assert most_at_once(config(launcher, workers=3)) == most
