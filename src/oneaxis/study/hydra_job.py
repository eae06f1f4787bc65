"""Hydra's `run_job` for a process that runs one job and ends: the same files, callbacks and return, at less cost.

Hydra copies the configuration five times over and writes its YAML in Python. Here the copies are loaded from the
bytes that the configuration came in, and the YAML is written in C. The tests compare all of it with Hydra's own.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hydra.core.utils as hydra_utils
import yaml
from hydra import version
from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import JobReturn, JobRuntime, JobStatus, configure_log, env_override, run_job
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf, open_dict, read_write

DIRECTORY, SUBDIRECTORY = "hydra.sweep.dir", "hydra.sweep.subdir"


def run(context: HydraContext, task: TaskFunction, packed: bytes) -> JobReturn:
    """Run the job whose composed configuration is `packed`, a pickle."""
    config: DictConfig = pickle.loads(packed)  # noqa: S301 - made by our own parent
    if config.hydra.job.chdir is None and not version.base_at_least("1.2"):
        # An app of Hydra 1.1's kind: Hydra's own words about it, and its own ways.
        return run_job(task, config, DIRECTORY, SUBDIRECTORY, context)
    with _left_as_found():
        return _run(context, task, config, packed)


def to_yaml(config: Any) -> str:
    """What `OmegaConf.to_yaml` says, written in C where PyYAML has it."""
    if _Dumper is None:
        return OmegaConf.to_yaml(config)
    container = OmegaConf.to_container(config, resolve=False, enum_to_str=True)
    try:
        text = str(yaml.dump(container, Dumper=_Dumper, default_flow_style=False, allow_unicode=True, sort_keys=False))
    except UnicodeError:  # half a character, which libyaml doesn't take
        return OmegaConf.to_yaml(config)
    # Of the characters beyond the first 65,536 libyaml writes the numbers: 🚀 is to stay 🚀.
    return OmegaConf.to_yaml(config) if "\\U" in text else text


def _run(context: HydraContext, task: TaskFunction, config: DictConfig, packed: bytes) -> JobReturn:
    output_dir = _announce(config)
    job = JobReturn()
    job.cfg = _task_part(packed)
    job.hydra_cfg = _hydra_part(packed, config.hydra.runtime.output_dir)
    overrides = OmegaConf.to_container(config.hydra.overrides.task)
    assert isinstance(overrides, list)
    job.overrides = [str(text) for text in overrides]
    Path(output_dir).mkdir(parents=True, exist_ok=True)
    job.working_dir = str(Path.cwd())
    if config.hydra.job.chdir:
        os.chdir(output_dir)
        job.working_dir = output_dir
    configure_log(config.hydra.job_logging, config.hydra.verbose)
    if config.hydra.output_subdir is not None:
        beside = Path(config.hydra.runtime.output_dir) / str(config.hydra.output_subdir)
        beside.mkdir(parents=True, exist_ok=True)
        for name, part in (
            ("config.yaml", job.cfg),
            ("hydra.yaml", job.hydra_cfg),
            ("overrides.yaml", config.hydra.overrides.task),
        ):
            (beside / name).write_text(to_yaml(part), encoding="utf-8")
    with env_override(job.hydra_cfg.hydra.job.env_set):
        context.callbacks.on_job_start(config=config, task_function=task)
        try:
            job.return_value = task(job.cfg)
            job.status = JobStatus.COMPLETED
        except Exception as error:  # noqa: BLE001 - whatever a task raises is its result
            job.return_value = error
            job.status = JobStatus.FAILED
    job.task_name = JobRuntime.instance().get("name")
    hydra_utils._flush_loggers()  # noqa: SLF001 - as Hydra does it
    context.callbacks.on_job_end(config=config, job_return=job)
    return job


def _announce(config: DictConfig) -> str:
    """Make this the process's HydraConfig; the job's folder as its configuration names it."""
    OmegaConf.set_readonly(config.hydra, True)
    holder: Any = HydraConfig.instance()
    # Hydra keeps a copy of its node here. A process of one job needs none.
    holder.cfg = _masked(config)
    holder.cfg.hydra._set_parent(config)  # noqa: SLF001 - as `HydraConfig.set_config` does it
    # `${hydra:…}` in the folder's name looks at what was just announced.
    output_dir = os.path.join(  # noqa: PTH118 - `./x` stays `./x`, as with Hydra
        str(OmegaConf.select(config, DIRECTORY)), str(OmegaConf.select(config, SUBDIRECTORY))
    )
    _set_output_dir(config, os.path.abspath(output_dir))  # noqa: PTH100 - links stay as they are named
    return output_dir


def _masked(config: DictConfig) -> DictConfig:
    """A configuration that holds only Hydra's node, that very node."""
    masked = DictConfig({"hydra": config._get_node("hydra")}, flags={"no_deepcopy_set_nodes": True})  # noqa: SLF001
    masked._set_flag("no_deepcopy_set_nodes", None)  # noqa: SLF001 - the flag has no public name
    return masked


def _task_part(packed: bytes) -> DictConfig:
    config: DictConfig = pickle.loads(packed)  # noqa: S301 - as above
    with read_write(config), open_dict(config):
        del config["hydra"]
    return config


def _hydra_part(packed: bytes, output_dir: str) -> DictConfig:
    config = _masked(pickle.loads(packed))  # noqa: S301 - as above
    _set_output_dir(config, output_dir)
    OmegaConf.set_readonly(config.hydra, True)
    return config


def _set_output_dir(config: DictConfig, output_dir: str) -> None:
    with read_write(config.hydra.runtime), open_dict(config.hydra.runtime):
        config.hydra.runtime.output_dir = output_dir


@contextmanager
def _left_as_found() -> Iterator[None]:
    folder = Path.cwd()
    holder: Any = HydraConfig.instance()
    announced = holder.cfg
    try:
        yield
    finally:
        holder.cfg = announced
        os.chdir(folder)


def _dumper() -> Any:
    """OmegaConf's way to write scalars, on libyaml; None where PyYAML was built without it."""
    if not hasattr(yaml, "CDumper"):
        return None
    from omegaconf._utils import get_omega_conf_dumper  # noqa: PLC0415 - a private name, looked at in one place

    ours: Any = type("Dumper", (yaml.CDumper,), {})
    ours.yaml_representers = dict(get_omega_conf_dumper().yaml_representers)
    return ours


_Dumper = _dumper()
