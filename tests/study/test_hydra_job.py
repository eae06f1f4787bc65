"""The lean job leaves what Hydra's own `run_job` leaves: files, return, callbacks, environment, folders."""

from __future__ import annotations

import enum
import os
from pathlib import Path

import cloudpickle
import pytest
import yaml
from hydra._internal.callbacks import Callbacks
from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import JobStatus, run_job
from hydra.experimental.callback import Callback
from hydra.types import HydraContext
from hypothesis import given, reject
from omegaconf import OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException
from tests.strategies import containers, steady

from oneaxis.study import hydra_job

ORDERS = {
    "plain": [],
    "in its folder": ["hydra.job.chdir=true"],
    "with an environment": ["+hydra.job.env_set.ONEAXIS_TEST_SET=seven", "seed=7"],
    "without .hydra": ["hydra.output_subdir=null"],
    "elsewhere": ["hydra.output_subdir=deep/er"],
    "named by itself": ["hydra.sweep.subdir=${hydra:job.num}_${lr}_${hydra.job.override_dirname}", "lr=0.5"],
    "awkward": ["+text='é: 🚀 # {x}'", "+yes='on'", "+number='1e3'", "+none=null", "+list=[[],{}]"],
}


class Seen(Callback):
    def __init__(self):
        self.heard = []

    def on_job_start(self, config, *, task_function, **_):
        self.heard.append(("start", config.hydra.runtime.output_dir, list(config)))

    def on_job_end(self, config, job_return, **_):
        self.heard.append(("end", config.hydra.runtime.output_dir, job_return.status))


def task(cfg):
    hydra = HydraConfig.get()
    return {
        "twice": cfg.twice,
        "cwd": str(Path.cwd()),
        "output": hydra.runtime.output_dir,
        "name": hydra.job.name,
        "resolved": OmegaConf.select(OmegaConf.create({"x": "${hydra:job.num}"}), "x"),
        "set": os.environ.get("ONEAXIS_TEST_SET"),
        "read only": OmegaConf.is_readonly(hydra),
        "keys": list(cfg),
        "struct": OmegaConf.is_struct(cfg),
    }


def raises(cfg):
    cfg.lr = 99
    raise ValueError("the data are gone")


def left_by(run, app, task, more, root):
    """All that can be seen of a job after it ran."""
    places = [f"hydra.sweep.dir={root}", "hydra.sweep.subdir=job"]
    config = app.loader.load_sweep_config(app.master, [*places, *more])
    with open_dict(config):
        config.hydra.job.id, config.hydra.job.num = "3", 3
    callbacks, seen = Callbacks(), Seen()
    callbacks.callbacks.append(seen)
    job = run(HydraContext(app.loader, callbacks), task, config)
    texts = {
        str(path.relative_to(root)): path.read_text() for path in sorted(root.rglob("*")) if path.suffix == ".yaml"
    }
    returned = job._return_value
    return {
        "files": texts,
        "heard": seen.heard,
        "returned": repr(returned),
        "status": job.status,
        "overrides": list(job.overrides),
        "working folder": job.working_dir,
        "name": job.task_name,
        "cfg": (OmegaConf.to_yaml(job.cfg), OmegaConf.is_struct(job.cfg), OmegaConf.is_readonly(job.cfg)),
        "hydra_cfg": (OmegaConf.to_yaml(job.hydra_cfg), OmegaConf.is_readonly(job.hydra_cfg.hydra)),
        "flags": (job.hydra_cfg._get_flag("struct"), job.hydra_cfg._get_flag("readonly")),
        "here": str(Path.cwd()),
        "announced": HydraConfig.instance().cfg,
    }


def hydras(context, task, config):
    return run_job(task, config, "hydra.sweep.dir", "hydra.sweep.subdir", context)


def ours(context, task, config):
    return hydra_job.run(context, task, cloudpickle.dumps(config))


@pytest.mark.parametrize("more", ORDERS.values(), ids=ORDERS)
def test_everything_is_as_hydra_leaves_it(app, tmp_path, more):
    expected = left_by(hydras, app, task, more, tmp_path / "job")
    for path in (tmp_path / "job").rglob("*.yaml"):
        path.unlink()
    assert left_by(ours, app, task, more, tmp_path / "job") == expected
    assert expected["status"] == JobStatus.COMPLETED


def test_what_a_task_raises_and_changes_is_in_the_return(app, tmp_path):
    found = left_by(ours, app, raises, [], tmp_path)
    assert found["status"] == JobStatus.FAILED
    assert found == left_by(hydras, app, raises, [], tmp_path)
    assert "lr: 99" in found["cfg"][0]
    assert "lr: 0.1" in found["files"]["job/.hydra/config.yaml"]


class Colour(enum.Enum):
    RED = 1


@steady
@given(containers)
def test_the_yaml_reads_as_omegaconfs_own(content):
    try:
        config = OmegaConf.create({"content": content, "colour": Colour.RED}, flags={"allow_objects": True})
    except OmegaConfBaseException:  # `${` that begins no interpolation
        reject()
    assert yaml.safe_load(hydra_job.to_yaml(config)) == yaml.safe_load(OmegaConf.to_yaml(config))


def test_without_libyaml_it_is_omegaconfs_own(monkeypatch):
    config = OmegaConf.create({"b": [1, {"x": "on"}], "a": "${b}"})
    written = hydra_job.to_yaml(config)
    monkeypatch.setattr(hydra_job, "_Dumper", None)
    assert hydra_job.to_yaml(config) == written == OmegaConf.to_yaml(config)
